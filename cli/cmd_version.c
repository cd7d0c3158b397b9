#include <stdio.h>

#include "command.h"
#include "evault.h"
#include "json.h"
#include "message.h"
#include "options.h"

static int
run_version(struct globals *globals, char **argv)
{
	struct sandbox_state state;
	struct json json;
	int status = options_read(&command_version, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (!sandbox_enter(globals->require_sandbox))
		return EXIT_FAILED;
	state = sandbox_state();
	if (!globals->json) {
		printf("evault %s (%s)\n", evault_version(), evault_build());
		if (state.files > 0)
			printf(_("sandbox: system calls (seccomp), files (Landlock %d)\n"),
			       state.files);
		else
			puts(state.calls ? _("sandbox: system calls (seccomp); not files: this "
					     "system has no Landlock")
					 : _("sandbox: none: a build for tests"));
		return EXIT_SOUND;
	}
	json = json_begin(stdout);
	json_text(&json, "program", "evault");
	json_text(&json, "version", evault_version());
	json_text(&json, "build", evault_build());
	json_bool(&json, "seccomp", state.calls);
	json_number(&json, "landlock", (uint64_t)state.files);
	json_end(&json);
	return EXIT_SOUND;
}

const struct command command_version = {
	.name = "version",
	.summary = N_("say which evault this is"),
	.usage = N_("usage: evault version [--json]\n"
		    "\n"
		    "Says the version of evault and the build that it came from, and what of the\n"
		    "kernel's means holds it to its work.\n"
		    "\n"
		    "example:\n"
		    "  evault version\n"),
	.run = run_version,
};
