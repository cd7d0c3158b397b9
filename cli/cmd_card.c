#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "escape.h"
#include "failure.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

enum {
	ATTEMPTS = 3
};

struct making {
	struct evault_card_make how;
	struct session session;
	bool asked; /* for the passphrase of the former key */
};

static enum evault_status
ask_person(struct making *m, char *out, size_t size, struct evault_error *err)
{
	char prompt[600], *shown = escape_text(m->how.former);
	enum evault_status rc;

	if (m->asked)
		message_error(_("that passphrase does not open it"));
	m->asked = true;
	snprintf(prompt, sizeof(prompt),
		 _("Passphrase of %.300s (nothing is shown while you type): "), shown);
	rc = terminal_ask_secret(prompt, out, size, err);
	free(shown);
	return rc;
}

/* The one that was given for the vault first: it is often the same still. */
static enum evault_status
ask_former(void *ctx, unsigned attempt, char *out, size_t size, struct evault_error *err)
{
	struct making *m = ctx;
	struct secret *known = m->session.passphrase;
	const char *file = m->session.globals->passphrase_file;
	enum evault_status rc;

	if (attempt == 0 && !known->set && file != NULL) {
		rc = secret_read_file(known, file, err);
		if (rc != EVAULT_OK)
			return rc;
	}
	if (attempt == 0 && known->set && strlen(known->text) < size) {
		memcpy(out, known->text, strlen(known->text) + 1);
		return EVAULT_OK;
	}
	if (file != NULL || !terminal_can_ask() || attempt > ATTEMPTS)
		return failure_set(err, EVAULT_E_KEY,
				   _("no passphrase that was given opens the former key"));
	return ask_person(m, out, size, err);
}

void
card_write_json(struct json *json, const struct evault_card *card)
{
	json_text(json, "fingerprint", card->fingerprint);
	json_text(json, "origin", card->origin);
	json_text(json, "recipient", card->recipient);
	json_text(json, "actor", card->actor);
	json_text(json, "actor_key", card->actor_key);
	json_text(json, "log_key", card->log_key);
	json_text(json, "verify", card->verify);
	json_text(json, "made", card->time);
	json_bool(json, "signed_over", card->signed_over);
	json_text(json, "card", card->note);
}

static void
print_card(const struct globals *globals, const struct making *m, const struct evault_card *card)
{
	struct json json;

	if (!globals->json) {
		if (m->how.path == NULL)
			fputs(card->note, stdout);
		return;
	}
	json = json_begin(stdout);
	json_text(&json, "name", card->name);
	card_write_json(&json, card);
	json_end(&json);
}

/* The fingerprint is not where the card is: it goes another way. */
static void
say_more(const struct evault_card *card, bool superseded)
{
	fflush(stdout);
	message_note(_("fingerprint of this card of %s: %s"), card->name, card->fingerprint);
	if (terminal_is(stderr))
		message_hint(_("give the card to those who shall send to you or check what you "
			       "send, and read the fingerprint to them by telephone, or face to "
			       "face"));
	if (!superseded)
		return;
	message_note(_("somebody of this name signed with another key before, which has not signed "
		       "this card: who has a card from then will be told that the keys are others, "
		       "and must take this one anew"));
	message_hint(_("where a copy of the former key is left, it can sign this card, too: "
		       "--former FOLDER/keys/N.age"));
}

static int
run_card(struct globals *globals, char **argv)
{
	struct making m = { .asked = false };
	struct evault_unlock former;
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct evault_card card;
	enum evault_status rc;
	bool superseded = false, opened;
	const struct option_def options[] = {
		{ 'o', "output", .text = &m.how.path, .path = SANDBOX_OUTPUT },
		{ 0, "name", .text = &m.how.name },
		{ 0, "former", .text = &m.how.former, .path = SANDBOX_READ },
		{ 0 },
	};
	int status = options_read(&command_card, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	rc = session_init(&m.session, globals, &err);
	former = m.session.unlock;
	former.ask = ask_former;
	former.ctx = &m;
	m.how.unlock = &former;
	if (rc == EVAULT_OK)
		rc = session_open(&m.session, EVAULT_READ, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_card(vault, &m.how, &card, &superseded, &err);
	opened = vault != NULL;
	evault_close(vault);
	session_release(&m.session);
	if (rc == EVAULT_E_KEY && opened)
		return failure_say(&err, _("give the key that opened it then, with -i FILE, or its "
					   "passphrase"));
	if (rc == EVAULT_E_USAGE && m.how.name == NULL && m.how.former == NULL)
		return failure_say(&err, _("say by which name others shall know you: --name NAME"));
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	print_card(globals, &m, &card);
	say_more(&card, superseded);
	return EXIT_SOUND;
}

const struct command command_card = {
	.name = "card",
	.summary = N_("print your card, to give away"),
	.usage =
	    N_("usage: evault card [-o FILE] [--name NAME] [--former KEYFILE]\n"
	       "\n"
	       "Prints the card of the vault and of yourself, signed. With it others seal what\n"
	       "they send to you, and check what you sent them. It holds no secret and says\n"
	       "nothing of the evidence; it tells your name, and that there is this vault. Its\n"
	       "fingerprint goes to standard error: read it to them by telephone, so that they\n"
	       "know that nobody has put another card in its place.\n"
	       "\n"
	       "After a change of keys (evault help key) give a new card.\n"
	       "\n"
	       "  -o, --output FILE   write it to this new file\n"
	       "  --name NAME         the name on it, when others know you by another one\n"
	       "  --former KEYFILE    a key file of yours from before, from a copy of the keys\n"
	       "                      (evault key export), of this vault or an earlier one: it\n"
	       "                      signs the card, too, so that who has your former card\n"
	       "                      takes the new one\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault card -o aigul.card\n"),
	.run = run_card,
};
