#include <stdio.h>

#include "command.h"
#include "evault.h"
#include "json.h"
#include "message.h"
#include "options.h"

static int
run_version(struct globals *globals, char **argv)
{
	struct json json;
	int status = options_read(&command_version, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (!globals->json) {
		printf("evault %s (%s)\n", evault_version(), evault_build());
		return EXIT_SOUND;
	}
	json = json_begin(stdout);
	json_text(&json, "program", "evault");
	json_text(&json, "version", evault_version());
	json_text(&json, "build", evault_build());
	json_end(&json);
	return EXIT_SOUND;
}

const struct command command_version = {
	.name = "version",
	.summary = N_("say which evault this is"),
	.usage = N_("usage: evault version [--json]\n"
		    "\n"
		    "Says the version of evault and the build that it came from.\n"
		    "\n"
		    "example:\n"
		    "  evault version\n"),
	.run = run_version,
};
