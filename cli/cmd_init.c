#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "secret.h"
#include "terminal.h"
#include "utf8.h"

enum {
	PASSPHRASE_LEAST = 8 /* characters */
};

static enum evault_status
judge_passphrase(const char *text, struct evault_error *err)
{
	size_t n = utf8_count(text, strlen(text));

	if (n == 0)
		return failure_set(err, EVAULT_E_USAGE, _("an empty passphrase protects nothing"));
	if (n < PASSPHRASE_LEAST)
		return failure_set(
		    err, EVAULT_E_USAGE,
		    _("a passphrase of fewer than %d characters is soon guessed by "
		      "whoever has a copy of the vault; five words at random are good"),
		    PASSPHRASE_LEAST);
	return EVAULT_OK;
}

/* Asks twice; what was typed amiss is asked again. */
static enum evault_status
ask_new(struct secret *secret, struct evault_error *err)
{
	struct secret *again = secret_new();
	enum evault_status rc;
	struct evault_error why = { .text = "" };
	bool good = false;

	do {
		rc = terminal_ask_secret(_("New passphrase (nothing is shown while you type): "),
					 secret->text, sizeof(secret->text), err);
		if (rc != EVAULT_OK)
			break;
		if (judge_passphrase(secret->text, &why) != EVAULT_OK) {
			message_error("%s", why.text);
			continue;
		}
		rc = terminal_ask_secret(_("The same again: "), again->text, sizeof(again->text),
					 err);
		if (rc != EVAULT_OK)
			break;
		good = strcmp(secret->text, again->text) == 0;
		if (!good)
			message_error(_("the two were not the same"));
	} while (!good);
	secret_free(again);
	return rc;
}

static enum evault_status
new_passphrase(const struct globals *globals, struct secret *secret, struct evault_error *err)
{
	enum evault_status rc;

	if (globals->passphrase_file != NULL) {
		rc = secret_read_file(secret, globals->passphrase_file, err);
		return rc != EVAULT_OK ? rc : judge_passphrase(secret->text, err);
	}
	if (!terminal_can_ask())
		return failure_set(
		    err, EVAULT_E_KEY,
		    _("there is no terminal to ask for a passphrase: give --to age1… "
		      "or --passphrase-file FILE"));
	return ask_new(secret, err);
}

static void
print_made(const struct globals *globals, const struct evault_init *how, const char *origin)
{
	char *dir = escape_for_shell(how->dir);
	struct json json;

	if (globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", how->dir);
		json_text(&json, "origin", origin);
		json_end(&json);
	} else {
		printf(_("made the vault %s\n"), dir);
		printf(_("its name is %s; its items are cited as %.6s-1 and so on\n"), origin,
		       origin + strlen("evault/"));
		if (how->to != NULL)
			printf(_("to keep something: evault -V %s -i FILE add PATH…\n"), dir);
		else
			printf(_("to keep something: evault -V %s add PATH…\n"), dir);
	}
	if (how->n_readers == 0) {
		message_warning(
		    how->to != NULL
			? _("if the key's file is lost, nobody can open this vault")
			: _("if the passphrase is forgotten, nobody can open this vault"));
		message_hint(_("for a second way to open it, make a key that is kept elsewhere "
			       "(evault keygen -o FILE), and make it anew, while it is empty, with "
			       "--reader age1…"));
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

static int
make(const struct globals *globals, struct evault_init *how)
{
	struct secret *secret = secret_new();
	struct evault_error err = { .text = "" };
	char origin[EVAULT_ORIGIN_SIZE];
	enum evault_status rc = EVAULT_OK;
	char *shown = escape_text(how->dir);
	int status = EXIT_SOUND;

	if (is_vault_already(how->dir))
		rc = failure_set(&err, EVAULT_E_EXISTS,
				 _("%.300s is a vault already; nothing was changed"), shown);
	else if (how->to == NULL)
		rc = new_passphrase(globals, secret, &err);
	if (rc == EVAULT_OK) {
		how->passphrase = how->to == NULL ? secret->text : NULL;
		rc = evault_init(how, origin, &err);
	}
	how->passphrase = NULL;
	secret_free(secret);
	if (rc == EVAULT_OK)
		print_made(globals, how, origin);
	else
		status = failure_report(&err, globals);
	free(shown);
	return status;
}

static bool
read_work_factor(const char *text, unsigned *factor)
{
	char *end;
	unsigned long n;

	if (text == NULL)
		return true;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n < 10 || n > 20)
		return false;
	*factor = (unsigned)n;
	return true;
}

static int
run_init(struct globals *globals, char **argv)
{
	struct evault_init how = { 0 };
	struct list dirs = { 0 }, readers = { 0 };
	const char *work_factor = NULL;
	const struct option_def options[] = {
		{ 0, "to", .text = &how.to },
		{ 0, "reader", .list = &readers },
		{ 0, "name", .text = &how.name },
		{ 0, "discreet", .flag = &how.discreet },
		{ 0, "work-factor", .text = &work_factor }, /* not in the help: for tests */
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
	else if (!read_work_factor(work_factor, &how.work_factor))
		status = options_wrong(&command_init, _("--work-factor is a number from 10 to 20"));
	if (status != OPTIONS_GO_ON)
		goto out;
	how.dir = dirs.items[0];
	status = make(globals, &how);
out:
	list_release(&readers);
	list_release(&dirs);
	return status;
}

const struct command command_init = {
	.name = "init",
	.summary = N_("make a vault"),
	.usage =
	    N_("usage: evault init DIR [--to age1…] [--reader age1…]… [--name N] [--discreet]\n"
	       "\n"
	       "Makes a vault in a new or empty folder. It opens with a passphrase, which is\n"
	       "asked for twice, or with the key that --to names.\n"
	       "\n"
	       "  --to age1…       open it with this key (see: evault help keygen)\n"
	       "  --reader age1…   this key may read too: a second way in, if the first is lost;\n"
	       "                   may be repeated\n"
	       "  --name N         what you call yourself; it goes into each record\n"
	       "  --discreet       leave out README.txt, which says what the folder is\n"
	       "\n"
	       "example:\n"
	       "  evault init case.vault --name 'A. Lawyer'\n"),
	.run = run_init,
};
