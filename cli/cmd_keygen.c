#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "options.h"

static void
print_made(const struct globals *globals, const char *path, const char *recipient)
{
	struct json json;
	char *shown;

	if (globals->json) {
		json = json_begin(stdout);
		json_text(&json, "recipient", recipient);
		json_text(&json, "path", path);
		json_end(&json);
	} else {
		printf("%s\n", recipient);
	}
	shown = escape_text(path);
	message_warning(_("whoever has the file %s can open what is sealed to this key: keep it "
			  "away from the vault, and a copy of it somewhere else"),
			shown);
	free(shown);
}

static int
run_keygen(struct globals *globals, char **argv)
{
	const char *path = NULL;
	const struct option_def options[] = {
		{ 'o', "output", .text = &path, .path = SANDBOX_OUTPUT },
		{ 0 },
	};
	char recipient[EVAULT_RECIPIENT_SIZE];
	struct evault_error err = { .text = "" };
	int status = options_read(&command_keygen, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (path == NULL)
		return options_wrong(&command_keygen, _("say where to write the key: -o FILE"));
	if (!sandbox_enter(globals->require_sandbox))
		return EXIT_FAILED;
	if (evault_keygen(path, recipient, &err) != EVAULT_OK)
		return failure_report(&err, globals);
	print_made(globals, path, recipient);
	return EXIT_SOUND;
}

const struct command command_keygen = {
	.name = "keygen",
	.summary = N_("make a key in a file (an age identity)"),
	.usage = N_("usage: evault keygen -o FILE\n"
		    "\n"
		    "Makes an age identity in a new file, and prints its recipient: the public\n"
		    "part, which others need to give you something that only you can open.\n"
		    "\n"
		    "  -o, --output FILE   a file that does not exist yet\n"
		    "\n"
		    "example:\n"
		    "  evault keygen -o /media/stick/key.txt\n"
		    "  evault init case.vault --to age1…\n"),
	.run = run_keygen,
};
