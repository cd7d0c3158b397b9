#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "fullscreen.h"
#include "json.h"
#include "message.h"
#include "new_passphrase.h"
#include "options.h"
#include "paper.h"
#include "secret.h"
#include "terminal.h"

/* What to give where there is nobody to ask. */
static const char instead[] = N_("there is no terminal to ask for a passphrase: give --to age1… "
				 "or --passphrase-file FILE");

/* What is wanted of a recovery key. */
struct recovery {
	bool none; /* --no-recovery, or --capture-only */
	struct paper_showing showing;
};

/* Nothing here can show that what is added can be read: only headquarters can. */
static void
advise_capture(const struct evault_init *how, const char *dir)
{
	if (how->n_readers == 1)
		message_warning(_("only one key opens what is kept here: if headquarters loses it, "
				  "nobody can"));
	message_note(
	    _("the key of this vault can add and not read, whatever its holder is forced to say"));
	message_hint(_("before you rely on it, add something, bring a copy of %s to headquarters, "
		       "and let them open it: evault -V COPY -i FILE list"),
		     dir);
}

static void
print_made(const struct globals *globals, const struct evault_init *how,
	   const struct recovery *recovery, const char *origin)
{
	FILE *out = paper_beside(&recovery->showing);
	char *dir = escape_for_shell(how->dir);
	struct json json;

	if (globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", how->dir);
		json_text(&json, "origin", origin);
		json_end(&json);
	} else {
		fprintf(out, _("made the vault %s\n"), dir);
		fprintf(out, _("its name is %s; its items are cited as %.6s-1 and so on\n"), origin,
			origin + strlen("evault/"));
		if (how->to != NULL)
			fprintf(out, _("to keep something: evault -V %s -i FILE add PATH…\n"), dir);
		else
			fprintf(out, _("to keep something: evault -V %s add PATH…\n"), dir);
	}
	if (how->paper != NULL)
		paper_warn(&recovery->showing);
	if (how->capture_only)
		advise_capture(how, dir);
	if (how->n_readers == 0 && how->paper == NULL) {
		message_warning(
		    how->to != NULL
			? _("if the key's file is lost, nobody can open this vault")
			: _("if the passphrase is forgotten, nobody can open this vault"));
		message_hint(_("for a second way to open it, split a key among people or places "
			       "that you trust: evault key split -k 2 -n 3"));
	}
	free(dir);
}

/*
 * Nobody should type a passphrase twice to be told that the place is taken.
 * What an init that was cut short has left is not a vault, and has no checkpoint.
 */
static bool
is_vault_already(const char *dir)
{
	size_t size = strlen(dir) + sizeof("/log/checkpoint");
	char *path = memory_need(size);
	struct stat st;
	bool is;

	snprintf(path, size, "%s/log/checkpoint", dir);
	is = lstat(path, &st) == 0;
	free(path);
	return is;
}

/* Called while the vault is made: see evault_init. */
static enum evault_status
show_recovery(void *ctx, struct evault_paper *paper, struct evault_error *err)
{
	return paper_show(ctx, paper, err);
}

/* A key on paper, if it is wanted; who is at a terminal is asked. */
static enum evault_status
offer_recovery(struct evault_init *how, struct recovery *recovery, struct evault_error *err)
{
	enum evault_status rc;

	if (recovery->none)
		return EVAULT_OK;
	if (recovery->showing.pages == NULL &&
	    (!terminal_is(stdin) || !terminal_is(stderr) || !fullscreen_possible() ||
	     !terminal_ask_unless_no(_("Make a recovery key on paper? If nobody can open the vault "
				       "any more, it can"))))
		return EVAULT_OK;
	recovery->showing.dir = how->dir;
	recovery->showing.threshold = recovery->showing.shares = 1;
	rc = evault_paper_new(1, 1, &how->paper, err);
	how->written = show_recovery;
	how->ctx = &recovery->showing;
	return rc;
}

static int
not_made(const struct evault_error *err, const struct globals *globals)
{
	switch (err->status) {
	case EVAULT_E_FULL:
	case EVAULT_E_IO:
	case EVAULT_E_READ_ONLY:
		return failure_say(err, _("no vault was made; when the disk can be written and has "
					  "room, run the same command again"));
	default:
		return failure_report(err, globals);
	}
}

static int
make(const struct globals *globals, struct evault_init *how, struct recovery *recovery)
{
	const struct new_passphrase pass = { globals->passphrase_file, _(instead), how->name,
					     how->dir };
	struct secret *secret = secret_new();
	struct evault_error err = { .text = "" };
	char origin[EVAULT_ORIGIN_SIZE];
	enum evault_status rc = EVAULT_OK;
	char *shown = escape_text(how->dir);
	int status = EXIT_SOUND;

	if (is_vault_already(how->dir))
		rc = failure_set(&err, EVAULT_E_EXISTS,
				 _("%.300s is a vault already; nothing was changed"), shown);
	else
		rc = evault_init_look(how, &err);
	if (rc == EVAULT_OK && how->to == NULL)
		rc = new_passphrase(&pass, secret, &err);
	if (rc == EVAULT_OK)
		rc = offer_recovery(how, recovery, &err);
	if (rc == EVAULT_OK) {
		how->passphrase = how->to == NULL ? secret->text : NULL;
		rc = evault_init(how, origin, &err);
	}
	how->passphrase = NULL;
	secret_free(secret);
	if (rc == EVAULT_OK)
		print_made(globals, how, recovery, origin);
	else
		status = not_made(&err, globals);
	if (rc != EVAULT_OK && rc != EVAULT_E_EXISTS && how->paper != NULL)
		paper_void(&recovery->showing);
	evault_paper_free(how->paper);
	how->paper = NULL;
	free(shown);
	return status;
}

static int
run_init(struct globals *globals, char **argv)
{
	struct evault_init how = { 0 };
	struct list dirs = { 0 }, readers = { 0 };
	struct recovery recovery = { 0 };
	const char *work_factor = NULL;
	const struct option_def options[] = {
		{ 0, "to", .text = &how.to },
		{ 0, "reader", .list = &readers },
		{ 0, "name", .text = &how.name },
		{ 0, "discreet", .flag = &how.discreet },
		{ 0, "capture-only", .flag = &how.capture_only },
		{ 0, "no-recovery", .flag = &recovery.none },
		{ 0, "paper", .text = &recovery.showing.pages, .path = SANDBOX_OUTPUT },
		{ 0, "work-factor", .text = &work_factor },
		{ 0 },
	};
	int status = options_read(&command_init, options, globals, argv, &dirs);

	if (status != OPTIONS_GO_ON)
		goto out;
	if (dirs.n == 0 && globals->vault != NULL)
		list_add(&dirs, globals->vault);
	how.readers = readers.items;
	how.n_readers = readers.n;
	if (dirs.n != 1)
		status = options_wrong(&command_init, _("name one folder for the vault"));
	else if (how.to != NULL && globals->passphrase_file != NULL)
		status = options_wrong(&command_init, _("choose one: --to, or --passphrase-file"));
	else if (!new_passphrase_work_factor(work_factor, &how.work_factor))
		status = options_wrong(&command_init, _("--work-factor is a number from 18 to 20"));
	else if (how.capture_only && readers.n == 0)
		status = options_wrong(&command_init,
				       _("--capture-only needs the key of somebody who can read: "
					 "--reader age1…"));
	else if (how.capture_only && recovery.showing.pages != NULL)
		status = options_wrong(&command_init,
				       _("choose one: --capture-only, or --paper: whoever has that "
					 "paper can read"));
	else if (recovery.none && recovery.showing.pages != NULL)
		status = options_wrong(&command_init, _("choose one: --paper, or --no-recovery"));
	else if (globals->json && paper_beside(&recovery.showing) != stdout)
		status = options_wrong(&command_init, _("choose one: --json, or --paper -"));
	if (status != OPTIONS_GO_ON)
		goto out;
	recovery.none = recovery.none || how.capture_only;
	how.dir = dirs.items[0];
	sandbox_allow(how.dir, SANDBOX_FILLED);
	if (!sandbox_enter(globals->require_sandbox))
		status = EXIT_FAILED;
	else
		status = make(globals, &how, &recovery);
out:
	list_release(&readers);
	list_release(&dirs);
	return status;
}

const struct command command_init = {
	.name = "init",
	.summary = N_("make a vault"),
	.usage = N_(
	    "usage: evault init DIR [--to age1…] [--reader age1…]… [--name N] [--discreet]\n"
	    "                       [--no-recovery | --paper FILE] [--work-factor N]\n"
	    "       evault init DIR --capture-only --reader age1HQ… [--reader age1…]… …\n"
	    "\n"
	    "Makes a vault in a new or empty folder. It opens with a passphrase, which is\n"
	    "asked for twice, or with the key that --to names. For Enter alone, evault makes\n"
	    "a passphrase. At a terminal, it then offers a recovery key: 16 groups of\n"
	    "letters, to be written on paper and kept elsewhere.\n"
	    "\n"
	    "  --to age1…       open it with this key (see: evault help keygen)\n"
	    "  --reader age1…   this key may read too: a second way in, if the first is lost;\n"
	    "                   may be repeated\n"
	    "  --name N         what you call yourself; it goes into each record\n"
	    "  --capture-only   for a device that may be taken: it can add and not read. What it\n"
	    "                   keeps, only the readers open; the first one becomes its owner.\n"
	    "                   Their keys must never be on this device\n"
	    "  --discreet       leave out README.txt, which says what the folder is\n"
	    "  --no-recovery    do not offer a recovery key\n"
	    "  --paper FILE     make one, and write it to FILE as a page to be printed;\n"
	    "                   delete FILE then. - is standard output\n"
	    "  --work-factor N  what guessing the passphrase costs: 18 (usual), 19 twice as\n"
	    "                   much, 20; opening the vault costs that much, too\n"
	    "\n"
	    "example:\n"
	    "  evault init case.vault --name 'A. Lawyer'\n"),
	.run = run_init,
};
