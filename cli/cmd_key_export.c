#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "failure.h"
#include "json.h"
#include "key.h"
#include "message.h"
#include "options.h"

static int export(const struct globals *globals, const char *out)
{
	struct evault_error err = { .text = "" };
	struct session session;
	struct json json;
	char *to, *vault;
	enum evault_status rc = session_init(&session, globals, &err);

	if (rc == EVAULT_OK)
		rc = evault_key_export(session.dir, out, &err);
	if (rc == EVAULT_OK && globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", session.dir);
		json_text(&json, "exported", out);
		json_end(&json);
	} else if (rc == EVAULT_OK) {
		to = escape_for_shell(out);
		vault = escape_for_shell(session.dir);
		printf(_("copied the keys of %s to %s, sealed as they are\n"), vault, to);
		fflush(stdout);
		message_hint(
		    _("keep the copy where nobody finds it together with the vault; to put "
		      "it back: cp -r %s/keys %s"),
		    to, vault);
		free(to);
		free(vault);
	}
	session_release(&session);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, globals);
}

static int
run_export(struct globals *globals, char **argv)
{
	const char *out = NULL;
	const struct option_def options[] = {
		{ 'o', "output", .text = &out, .path = SANDBOX_FILLED }, { 0 }
	};
	int status = options_read(&command_key_export, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (out == NULL)
		return options_wrong(&command_key_export, _("say where to: -o DIR"));
	return export(globals, out);
}

const struct command command_key_export = {
	.name = "key export",
	.summary = N_("copy the key files, to keep them elsewhere"),
	.usage =
	    N_("usage: evault key export -o DIR\n"
	       "\n"
	       "Copies the vault's key files to a new folder, sealed as they are; needs no key.\n"
	       "If those in the vault are lost, or destroyed by evault panic, put the copy back,\n"
	       "and the vault opens as before: cp -r DIR/keys VAULT\n"
	       "Each change of keys (evault key add, remove, …) needs a new copy.\n"
	       "\n"
	       "  -o, --output DIR   a new or empty folder, not in the vault\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key export -o /media/stick/keys-of-case\n"),
	.run = run_export,
};
