#include <stdio.h>
#include <string.h>

#include "command.h"
#include "evault.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

static void
print_short(const struct globals *globals, const struct evault *vault)
{
	char text[EVAULT_SHORT_SIZE];
	struct json json;

	evault_checkpoint_short(vault, text);
	if (!globals->json) {
		puts(text);
		return;
	}
	json = json_begin(stdout);
	json_text(&json, "short", text);
	json_end(&json);
}

static void
print_note(const struct globals *globals, const char *note)
{
	struct json json;

	if (!globals->json) {
		fputs(note, stdout);
		return;
	}
	json = json_begin(stdout);
	json_text(&json, "checkpoint", note);
	json_end(&json);
}

static int
run_checkpoint(struct globals *globals, char **argv)
{
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	char *note = NULL;
	bool brief = false;
	const struct option_def options[] = {
		{ 0, "short", .flag = &brief },
		{ 0 },
	};
	int status = options_read(&command_checkpoint, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	status = EXIT_SOUND;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_SEALED, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_checkpoint(vault, &note, &err);
	if (rc == EVAULT_OK && brief)
		print_short(globals, vault);
	else if (rc == EVAULT_OK)
		print_note(globals, note);
	else
		status = failure_report(&err, globals);
	if (rc == EVAULT_OK && terminal_is(stderr))
		message_hint(_("give this to somebody outside: with it, evault check --against "
			       "finds any later change to what is kept now"));
	evault_free(note);
	evault_close(vault);
	session_release(&session);
	return status;
}

const struct command command_checkpoint = {
	.name = "checkpoint",
	.summary = N_("print the log's head, to give away"),
	.usage =
	    N_("usage: evault checkpoint [--short]\n"
	       "\n"
	       "Prints the head of the vault's log, signed. It says nothing of the evidence, and\n"
	       "whoever holds it catches any later change to what is kept now. Needs no key.\n"
	       "\n"
	       "  --short   in one line that goes into a text message and can be read out; it is\n"
	       "            not signed, so who gets it must know that it comes from you\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault checkpoint > checkpoint-2026-11-22.txt\n"
	       "  evault -V case.vault check --against checkpoint-2026-11-22.txt\n"),
	.run = run_checkpoint,
};
