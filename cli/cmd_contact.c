/* Cards of others: the table of what `evault contact` can do, and looking at them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "escape.h"
#include "failure.h"
#include "format.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

enum {
	AUDIENCE_WIDTH = 9
};

const struct command *const contact_table[] = {
	&command_contact_add,
	&command_contact_list,
	&command_contact_show,
	&command_contact_remove,
	NULL,
};

/* "remove" of "contact remove" */
static const char *
own_word(const struct command *command)
{
	return strchr(command->name, ' ') + 1;
}

const struct command *
contact_find(const char *word)
{
	size_t i;

	for (i = 0; contact_table[i] != NULL; i++) {
		if (strcmp(word, own_word(contact_table[i])) == 0)
			return contact_table[i];
	}
	return NULL;
}

const char *
contact_audience(enum evault_audience audience)
{
	const char *words[] = {
		[EVAULT_AUDIENCE_COURT] = _("court"),
		[EVAULT_AUDIENCE_PARTNER] = _("partner"),
		[EVAULT_AUDIENCE_PUBLIC] = _("public"),
	};

	return words[audience];
}

void
contact_print_json(const struct evault_contact *contact, const char *change)
{
	struct json json = json_begin(stdout);

	if (change != NULL)
		json_text(&json, "change", change);
	json_text(&json, "name", contact->name);
	json_text(&json, "calls_themselves", contact->card.name);
	json_text(&json, "audience", evault_audience_word(contact->audience));
	card_write_json(&json, &contact->card);
	json_number(&json, "item", contact->index);
	json_text(&json, "citation", contact->citation);
	json_text(&json, "time", contact->time);
	json_end(&json);
}

void
contact_warn_missing(uint64_t missing)
{
	if (missing == 0)
		return;
	message_warning(
	    ngettext("%" PRIu64 " record of this vault could not be read: it may be of a contact",
		     "%" PRIu64 " records of this vault could not be read: they may be of contacts",
		     missing),
	    missing);
	message_hint(_("to see which: evault check"));
}

/* ---- list --------------------------------------------------------------------- */

static enum evault_status
print_line(void *ctx, const struct evault_contact *contact, struct evault_error *err)
{
	const struct globals *globals = ctx;

	(void)err;
	if (globals->json) {
		contact_print_json(contact, NULL);
		return EVAULT_OK;
	}
	format_padded(stdout, contact_audience(contact->audience), AUDIENCE_WIDTH);
	printf("  %s  %s\n", contact->card.fingerprint, contact->name);
	return EVAULT_OK;
}

static int
run_list(struct globals *globals, char **argv)
{
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	uint64_t missing = 0;
	int status = options_read(&command_contact_list, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_contact_list(vault, print_line, globals, &missing, &err);
	evault_close(vault);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	fflush(stdout);
	contact_warn_missing(missing);
	return missing > 0 ? EXIT_PARTLY : EXIT_SOUND;
}

const struct command command_contact_list = {
	.name = "contact list",
	.summary = N_("say whose cards the vault keeps"),
	.usage = N_("usage: evault contact list\n"
		    "\n"
		    "Says whose cards the vault keeps: to which audience they belong, the\n"
		    "fingerprint of the card, and the name.\n"
		    "\n"
		    "example:\n"
		    "  evault -V case.vault contact list\n"),
	.run = run_list,
};

/* ---- one of them ---------------------------------------------------------------- */

typedef enum evault_status one_contact(struct evault *vault, const char *name,
				       struct evault_contact *contact, struct evault_error *err);

/* Does that with the one that is named.  OPTIONS_GO_ON, or the exit status after what was said. */
static int
with_contact(const struct command *command, struct globals *globals, char **argv,
	     enum evault_access access, one_contact *act, struct evault_contact *contact)
{
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct list names = { 0 };
	struct session session;
	enum evault_status rc;
	int status = options_read(command, NULL, globals, argv, &names);

	if (status == OPTIONS_GO_ON && names.n != 1)
		status = options_wrong(command, _("name one contact"));
	if (status != OPTIONS_GO_ON)
		goto out;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, access, &vault, &err);
	if (rc == EVAULT_OK)
		rc = act(vault, names.items[0], contact, &err);
	evault_close(vault);
	session_release(&session);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
out:
	list_release(&names);
	return status;
}

/* ---- show --------------------------------------------------------------------- */

static void
print_contact(const struct evault_contact *k)
{
	printf(_("Name: %s\n"), k->name);
	if (strcmp(k->name, k->card.name) != 0)
		printf(_("Calls themselves: %s\n"), k->card.name);
	printf(_("Audience: %s\n"), contact_audience(k->audience));
	printf(_("Fingerprint: %s\n"), k->card.fingerprint);
	printf(_("Vault: %s\n"), k->card.origin);
	printf(_("What is for them is sealed to: %s\n"), k->card.recipient);
	printf(_("They sign with: %s\n"), k->card.actor);
	printf(_("Their log is signed with: %s\n"), k->card.log_key);
	printf(_("SHA-256 of VERIFY.txt: %s\n"), k->card.verify);
	printf(_("Card made: %s, by their clock\n"), k->card.time);
	printf(_("Kept here: %s, as %s\n"), k->time, k->citation);
}

static int
run_show(struct globals *globals, char **argv)
{
	struct evault_contact contact = { .index = 0 };
	int status = with_contact(&command_contact_show, globals, argv, EVAULT_READ,
				  evault_contact_find, &contact);

	if (status != OPTIONS_GO_ON)
		return status;
	if (globals->json)
		contact_print_json(&contact, NULL);
	else
		print_contact(&contact);
	return EXIT_SOUND;
}

const struct command command_contact_show = {
	.name = "contact show",
	.summary = N_("say what the card of a contact says"),
	.usage = N_("usage: evault contact show NAME\n"
		    "\n"
		    "Says what is known of a contact: the fingerprint of their card, their keys,\n"
		    "and where that was recorded.\n"
		    "\n"
		    "example:\n"
		    "  evault -V case.vault contact show Aigul\n"),
	.run = run_show,
};

/* ---- remove --------------------------------------------------------------------- */

static int
run_remove(struct globals *globals, char **argv)
{
	struct evault_contact contact = { .index = 0 };
	int status = with_contact(&command_contact_remove, globals, argv, EVAULT_WRITE,
				  evault_contact_remove, &contact);

	if (status != OPTIONS_GO_ON)
		return status;
	if (globals->json)
		contact_print_json(&contact, "removed");
	else
		printf(_("%s is no contact any more; recorded as %s\n"), contact.name,
		       contact.citation);
	fflush(stdout);
	message_note(_("what they were given, they keep; their card stays in the history of the "
		       "vault"));
	return EXIT_SOUND;
}

const struct command command_contact_remove = {
	.name = "contact remove",
	.summary = N_("forget a contact"),
	.usage = N_("usage: evault contact remove NAME\n"
		    "\n"
		    "Forgets a contact. What they were given, they keep, and history still shows\n"
		    "whose card it was. Under the same name another card can be added then.\n"
		    "\n"
		    "example:\n"
		    "  evault -V case.vault contact remove Aigul\n"),
	.run = run_remove,
};

/* ---- all of them ------------------------------------------------------------------ */

static int
run_contact(struct globals *globals, char **argv)
{
	char **rest = options_before_command(globals, argv), *shown;
	const struct command *command;

	if (rest == NULL)
		return EXIT_FAILED;
	if (*rest == NULL && globals->help) {
		fputs(_(command_contact.usage), stdout);
		return EXIT_SOUND;
	}
	if (*rest == NULL)
		return options_wrong(&command_contact,
				     _("say what to do with contacts: evault contact list"));
	command = contact_find(*rest);
	if (command != NULL)
		return command->run(globals, rest + 1);
	shown = escape_text(*rest);
	options_wrong(&command_contact, _("there is no command contact %s"), shown);
	free(shown);
	return EXIT_FAILED;
}

const struct command command_contact = {
	.name = "contact",
	.summary = N_("keep the cards of those to whom you give"),
	.usage =
	    N_("usage: evault contact add FILE|- [--name NAME] [--audience AUDIENCE] [--yes]\n"
	       "       evault contact list\n"
	       "       evault contact show NAME\n"
	       "       evault contact remove NAME\n"
	       "\n"
	       "Keeps the cards of others, sealed in the vault: what they are given is sealed\n"
	       "to the key on their card, and what comes from them is checked by it.\n"
	       "\n"
	       "  add      take a card (evault help card), after its fingerprint was compared\n"
	       "  list     whose cards there are\n"
	       "  show     what the card of a contact says\n"
	       "  remove   forget a contact\n"
	       "\n"
	       "  --name NAME           call them so, and not as they call themselves\n"
	       "  --audience AUDIENCE   court, partner or public: who they are to a witness who\n"
	       "                        has said to whom a statement may go; at first partner\n"
	       "  -y, --yes             add without asking: the fingerprint was compared\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault contact add aigul.card\n"
	       "  evault -V case.vault contact list\n"),
	.run = run_contact,
};
