/* Taking a key away, and what follows from it; new names, new keys. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "key.h"
#include "message.h"
#include "options.h"
#include "terminal.h"

/* What nobody can take back is said before it is done. */
static void
say_what_stays(const struct evault_holder *h, const char *name)
{
	if (h->role != EVAULT_ROLE_CAPTURE) {
		message_warning(_("what %s has seen or copied stays with them; their key opens "
				  "every copy of the vault from before, and all that was kept "
				  "until now"),
				name);
		message_warning(_("what is kept from now on, they cannot open"));
	} else {
		message_warning(_("%s could never read anything; what they added stays"), name);
	}
	if (h->role != EVAULT_ROLE_READER)
		message_warning(_("what they signed until now stays, and stays valid; what they "
				  "sign from now on is shown as forged"));
}

/* Who has to be told something, and who need not. */
static void
say_who_needs_what(void)
{
	message_note(_("the vault has new keys of its own: all others open it as before, and need "
		       "nothing new"));
	message_hint(_("whoever checks what you give them by a card of this vault needs a new "
		       "card; give a new checkpoint, too: evault checkpoint"));
	message_hint(_("put the vault as it is now in the place of copies elsewhere: the old ones "
		       "still open as they did"));
}

static bool
may_go_on(const struct evault_holder *h, bool yes, struct evault_error *err)
{
	char *name = key_person(h), question[600];
	bool go_on = yes;

	say_what_stays(h, name);
	if (!yes && !terminal_can_ask()) {
		failure_set(err, EVAULT_E_USAGE,
			    _("there is no terminal to ask whether %.300s shall be removed: give "
			      "--yes"),
			    name);
	} else if (!yes) {
		snprintf(question, sizeof(question), _("Remove %.300s"), name);
		go_on = terminal_ask_yes(question);
		if (!go_on)
			failure_set(err, EVAULT_E_CANCELLED, _("nothing was changed"));
	}
	free(name);
	return go_on;
}

static int
remove_one(const struct globals *globals, const char *who, bool yes)
{
	struct evault_key_changed changed = { .index = 0 };
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	char *name;

	rc = key_open(&session, globals, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_find(vault, who, &changed.holder, &err);
	if (rc == EVAULT_OK && !may_go_on(&changed.holder, yes, &err))
		rc = err.status;
	if (rc == EVAULT_OK)
		rc = evault_key_remove(vault, who, &changed, &err);
	evault_close(vault);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	if (globals->json) {
		key_print_changed("removed", &changed);
	} else {
		name = key_person(&changed.holder);
		printf(_("%s has no key of the vault any more; recorded as %s\n"), name,
		       changed.citation);
		free(name);
	}
	fflush(stdout);
	say_who_needs_what();
	return EXIT_SOUND;
}

static int
run_remove(struct globals *globals, char **argv)
{
	struct list names = { 0 };
	bool yes = false;
	const struct option_def options[] = { { 'y', "yes", .flag = &yes }, { 0 } };
	int status = options_read(&command_key_remove, options, globals, argv, &names);

	if (status == OPTIONS_GO_ON && names.n != 1)
		status = options_wrong(&command_key_remove,
				       _("name one person, or give the number of their key"));
	if (status == OPTIONS_GO_ON)
		status = remove_one(globals, names.items[0], yes);
	list_release(&names);
	return status;
}

const struct command command_key_remove = {
	.name = "key remove",
	.summary = N_("take somebody's key away"),
	.usage =
	    N_("usage: evault key remove NAME|N [--yes]\n"
	       "\n"
	       "Takes somebody's key away, and gives the vault new keys of its own for all\n"
	       "others, who need nothing new. What the one removed has seen or copied stays\n"
	       "with them, and what they signed stays valid. A reader without a name is given\n"
	       "as age1….\n"
	       "\n"
	       "  -y, --yes   without asking\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key remove Aigul\n"),
	.run = run_remove,
};

/* ---- rename ------------------------------------------------------------------------ */

static int
rename_one(const struct globals *globals, const char *who, const char *name)
{
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	char *was, *is;

	rc = key_open(&session, globals, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_rename(vault, who, name, &changed, &err);
	evault_close(vault);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	was = key_person(&changed.holder);
	is = escape_text(name);
	if (globals->json)
		key_print_changed("renamed", &changed);
	else
		printf(_("%s is called %s from now on; recorded as %s\n"), was, is,
		       changed.citation);
	free(was);
	free(is);
	return EXIT_SOUND;
}

static int
run_rename(struct globals *globals, char **argv)
{
	struct list names = { 0 };
	int status = options_read(&command_key_rename, NULL, globals, argv, &names);

	if (status == OPTIONS_GO_ON && names.n != 2)
		status = options_wrong(&command_key_rename,
				       _("give the name or number, and the new name"));
	if (status == OPTIONS_GO_ON)
		status = rename_one(globals, names.items[0], names.items[1]);
	list_release(&names);
	return status;
}

const struct command command_key_rename = {
	.name = "key rename",
	.summary = N_("call somebody otherwise"),
	.usage = N_("usage: evault key rename NAME|N NEWNAME\n"
		    "\n"
		    "Calls somebody otherwise from now on. Records from before keep the name that\n"
		    "they have.\n"
		    "\n"
		    "example:\n"
		    "  evault -V case.vault key rename Aigul 'Aigul B.'\n"),
	.run = run_rename,
};

/* ---- rotate -------------------------------------------------------------------------- */

static int
run_rotate(struct globals *globals, char **argv)
{
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	int status = options_read(&command_key_rotate, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	rc = key_open(&session, globals, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_rotate(vault, &changed, &err);
	evault_close(vault);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	if (globals->json)
		key_print_changed("rotated", &changed);
	else
		printf(_("the vault has new keys of its own; recorded as %s\n"), changed.citation);
	fflush(stdout);
	message_note(_("what was kept until now opens with the old keys, too, for who has them"));
	say_who_needs_what();
	return EXIT_SOUND;
}

const struct command command_key_rotate = {
	.name = "key rotate",
	.summary = N_("make new keys of the vault, for the same people"),
	.usage =
	    N_("usage: evault key rotate\n"
	       "\n"
	       "Gives the vault new keys of its own, for the same people, who need nothing\n"
	       "new: when somebody may have an old copy of them. What was kept until now still\n"
	       "opens with the old ones; what is kept from now on does not.\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key rotate\n"),
	.run = run_rotate,
};
