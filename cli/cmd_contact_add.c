/* Taking somebody's card. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "failure.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

struct adding {
	struct evault_contact_add what;
	const char *path, *audience;
	enum evault_audience given;
	bool yes;
};

/* What may be amiss with it, as far as evault can see. */
static void
warn_of(const struct evault_contact_news *news)
{
	const struct evault_contact *k = news->contact;

	if (news->change == EVAULT_CONTACT_KEYS)
		message_warning(_("%s has other keys than on the card that is known here (%s); the "
				  "key on that card has signed this one"),
				k->name, news->was->citation);
	if (news->change == EVAULT_CONTACT_CHANGED &&
	    strcmp(k->card.recipient, news->was->card.recipient) != 0)
		message_note(_("what is for %s is sealed to another key from now on; the key that "
			       "they sign with is the one that is known here"),
			     k->name);
	if (news->was != NULL && news->was->audience != k->audience)
		message_warning(_("the audience of %s was %s, and is %s from now on"), k->name,
				contact_audience(news->was->audience),
				contact_audience(k->audience));
	if (news->alike != NULL)
		message_warning(_("the name %s reads like that of another contact: %s"), k->name,
				news->alike->name);
	if (news->was == NULL && k->card.signed_over)
		message_note(_("a former key has signed this card, too; nobody of that key is "
			       "known here by this name"));
	if (!k->card.same_verify)
		message_note(_("this card names another VERIFY.txt than this evault writes: they "
			       "have another version of evault, or what they send is not to be "
			       "trusted in that"));
	contact_warn_missing(news->missing);
}

/* Called when it is known what the card would change, and before anything is kept. */
static enum evault_status
confirm(void *ctx, const struct evault_contact_news *news, struct evault_error *err)
{
	const struct adding *a = ctx;
	const struct evault_contact *k = news->contact;
	char question[600];

	if (strcmp(k->name, k->card.name) == 0)
		message_note(_("card of %s; audience: %s"), k->name, contact_audience(k->audience));
	else
		message_note(_("card of %s, who calls themselves %s; audience: %s"), k->name,
			     k->card.name, contact_audience(k->audience));
	message_note(_("fingerprint: %s"), k->card.fingerprint);
	warn_of(news);
	/* The card that is known may be among them: that is for a person to judge. */
	if (a->yes && news->was == NULL && news->missing > 0)
		return failure_set(
		    err, EVAULT_E_USAGE,
		    _("not all records could be read, so it is not certain that %.300s "
		      "is new here: without --yes, you are asked"),
		    k->name);
	if (a->yes)
		return EVAULT_OK;
	if (!terminal_can_ask())
		return failure_set(err, EVAULT_E_USAGE,
				   _("there is no terminal to ask whether this is the fingerprint "
				     "that %.300s has: compare it, and give --yes"),
				   k->name);
	message_hint(_("let them read their fingerprint to you (evault card shows it), by "
		       "telephone or face to face, and not by the way that the card came"));
	snprintf(question, sizeof(question), _("Are these the digits that %.300s read to you"),
		 k->name);
	return terminal_ask_yes(question)
		   ? EVAULT_OK
		   : failure_set(err, EVAULT_E_CANCELLED, _("nothing was changed"));
}

static void
print_added(const struct globals *globals, const struct evault_contact *k,
	    enum evault_contact_change change)
{
	static const char *const words[] = {
		[EVAULT_CONTACT_NEW] = "added",
		[EVAULT_CONTACT_SAME] = "unchanged",
		[EVAULT_CONTACT_CHANGED] = "changed",
		[EVAULT_CONTACT_KEYS] = "keys-changed",
	};

	if (globals->json)
		contact_print_json(k, words[change]);
	else if (change == EVAULT_CONTACT_SAME)
		printf(_("this card of %s is known already, as %s\n"), k->name, k->citation);
	else if (change == EVAULT_CONTACT_NEW)
		printf(_("%s is a contact now; recorded as %s\n"), k->name, k->citation);
	else
		printf(_("this is the card of %s from now on; recorded as %s\n"), k->name,
		       k->citation);
}

/* Refused, for what is known already: what to do depends on under which name. */
static int
say_known(struct evault *vault, const char *name, const struct evault_error *err)
{
	struct evault_contact known;

	if (evault_contact_find(vault, name, &known, NULL) != EVAULT_OK)
		return failure_say(err, _("to bring that contact up to date, give their name: "
					  "--name NAME"));
	message_error("%s", err->text);
	message_note(_("the card that is known stays: this one may be of somebody who wants to "
		       "read what you send, or to sign in that name"));
	message_hint(_("only when they tell you themselves, by telephone or face to face, that "
		       "their keys are new: evault contact remove, and then add this card"));
	return EXIT_FAILED;
}

static int
add(const struct globals *globals, struct adding *a)
{
	enum evault_contact_change change;
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct evault_contact kept;
	struct evault_card card = { .note = "" };
	struct session session;
	enum evault_status rc;
	int status;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK && evault_card_load(a->path, &card, &err) != EVAULT_OK) {
		session_release(&session);
		return failure_say(&err, _("ask them for the card as a file, as evault card -o "
					   "writes it"));
	}
	a->what.note = card.note;
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_contact_add(vault, &a->what, &kept, &change, &err);
	if (rc == EVAULT_E_EXISTS && vault != NULL)
		status = say_known(vault, a->what.name != NULL ? a->what.name : card.name, &err);
	else
		status = rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, globals);
	a->what.note = NULL;
	evault_close(vault);
	session_release(&session);
	if (rc == EVAULT_OK)
		print_added(globals, &kept, change);
	return status;
}

static int
run_add(struct globals *globals, char **argv)
{
	struct adding a = { .what = { .confirm = confirm } };
	struct list files = { 0 };
	struct evault_error err = { .text = "" };
	const struct option_def options[] = {
		{ 0, "name", .text = &a.what.name },
		{ 0, "audience", .text = &a.audience },
		{ 'y', "yes", .flag = &a.yes },
		{ 0 },
	};
	int status = options_read(&command_contact_add, options, globals, argv, &files);

	if (status == OPTIONS_GO_ON && files.n != 1)
		status = options_wrong(&command_contact_add,
				       _("give the file of one card, or - for standard input"));
	if (status == OPTIONS_GO_ON && a.audience != NULL &&
	    evault_audience_parse(a.audience, &a.given, &err) != EVAULT_OK)
		status = options_wrong(&command_contact_add, "%s", err.text);
	if (status == OPTIONS_GO_ON && strcmp(files.items[0], "-") == 0 &&
	    globals->passphrase_file != NULL && strcmp(globals->passphrase_file, "-") == 0)
		status = options_wrong(&command_contact_add,
				       _("the card and the passphrase cannot both come from "
					 "standard input"));
	sandbox_allow_all(&files, SANDBOX_READ);
	if (status == OPTIONS_GO_ON) {
		a.path = files.items[0];
		a.what.audience = a.audience == NULL ? NULL : &a.given;
		a.what.ctx = &a;
		status = add(globals, &a);
	}
	list_release(&files);
	return status;
}

const struct command command_contact_add = {
	.name = "contact add",
	.summary = N_("take somebody's card"),
	.usage =
	    N_("usage: evault contact add FILE|- [--name NAME] [--audience AUDIENCE] [--yes]\n"
	       "\n"
	       "Shows the name and the fingerprint on a card, and asks whether it is theirs:\n"
	       "let them read it to you, by telephone or face to face. A card with other keys\n"
	       "under a name that is known is refused, unless the key that is known has signed\n"
	       "it, too.\n"
	       "\n"
	       "  --name NAME           call them so, and not as they call themselves\n"
	       "  --audience AUDIENCE   court, partner or public; at first partner\n"
	       "  -y, --yes             without asking: the fingerprint was compared\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault contact add aigul.card --audience court\n"),
	.run = run_add,
};
