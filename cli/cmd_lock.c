#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"
#include "session.h"

static int
lock_one(const struct globals *globals)
{
	struct evault_error err = { .text = "" };
	struct session session;
	struct json json;
	enum evault_status rc;
	bool was = false;
	char *shown;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = evault_lock(session.dir, &was, &err);
	if (rc == EVAULT_OK && globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", session.dir);
		json_bool(&json, "was_unlocked", was);
		json_end(&json);
	} else if (rc == EVAULT_OK) {
		shown = escape_text(session.dir);
		printf(was ? _("locked %s\n") : _("%s was not unlocked\n"), shown);
		free(shown);
	}
	session_release(&session);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, globals);
}

static int
lock_all(const struct globals *globals)
{
	struct evault_error err = { .text = "" };
	struct json json;
	uint64_t n = 0;

	if (!sandbox_enter(globals->require_sandbox))
		return EXIT_FAILED;
	if (evault_lock_all(&n, &err) != EVAULT_OK)
		return failure_report(&err, globals);
	if (globals->json) {
		json = json_begin(stdout);
		json_number(&json, "locked", n);
		json_end(&json);
	} else if (n == 0) {
		puts(_("no vault was unlocked"));
	} else {
		printf(ngettext("locked %" PRIu64 " vault\n", "locked %" PRIu64 " vaults\n", n), n);
	}
	return EXIT_SOUND;
}

static int
run_lock(struct globals *globals, char **argv)
{
	bool all = false;
	const struct option_def options[] = { { 0, "all", .flag = &all }, { 0 } };
	int status = options_read(&command_lock, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	return all ? lock_all(globals) : lock_one(globals);
}

const struct command command_lock = {
	.name = "lock",
	.summary = N_("end what unlock began"),
	.usage =
	    N_("usage: evault lock [--all]\n"
	       "\n"
	       "Makes the kernel forget at once the keys that evault unlock has left with it.\n"
	       "\n"
	       "  --all   of every vault that was unlocked in this session, also one whose\n"
	       "          stick is no longer there\n"
	       "\n"
	       "example:\n"
	       "  evault lock --all\n"),
	.run = run_lock,
};
