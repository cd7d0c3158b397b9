#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "duration.h"
#include "evault.h"
#include "failure.h"
#include "kept.h"
#include "message.h"
#include "options.h"
#include "session.h"

static int
unlock(const struct globals *globals, uint64_t seconds)
{
	struct evault_error err = { .text = "" };
	struct evault_kept kept = { .kept = false };
	struct session session;
	enum evault_status rc;
	int status = EXIT_SOUND;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = evault_unlock_keep(session.dir, &session.unlock, seconds, &kept, &err);
	if (rc == EVAULT_OK)
		kept_print(globals, session.dir, &kept);
	else
		status = failure_report(&err, globals);
	session_release(&session);
	return status;
}

static int
run_unlock(struct globals *globals, char **argv)
{
	const char *time = NULL;
	const struct option_def options[] = { { 0, "for", .text = &time }, { 0 } };
	uint64_t seconds = EVAULT_KEEP_SECONDS;
	int status = options_read(&command_unlock, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (time != NULL)
		seconds = duration_read(time, EVAULT_KEEP_MAX);
	if (seconds == 0)
		return options_wrong(&command_unlock,
				     _("--for takes a time from 1s to 24h, like 90s, 15m or 8h"));
	return unlock(globals, seconds);
}

const struct command command_unlock = {
	.name = "unlock",
	.summary = N_("ask for the passphrase once, for a while"),
	.usage = N_(
	    "usage: evault unlock [--for TIME]\n"
	    "\n"
	    "Asks for the passphrase and leaves the keys with the kernel, in memory only, so that\n"
	    "the commands of this login session do not ask again. After that time the kernel\n"
	    "forgets them; evault lock ends it sooner. Lock the screen when you leave: until then\n"
	    "whoever uses this session can open the vault.\n"
	    "\n"
	    "  --for TIME   90s, 15m, 8h …; at most 24h; without it 8h\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault unlock --for 1h\n"),
	.run = run_unlock,
};
