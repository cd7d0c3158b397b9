/* Shares, or a recovery key, are typed from paper. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "failure.h"
#include "guarded.h"
#include "kept.h"
#include "key.h"
#include "key_typed.h"
#include "message.h"
#include "options.h"
#include "secret_screen.h"

enum {
	JOINED_SECONDS = 15 * 60
};

/* Shows the identity on the terminal, and nowhere else. */
static enum evault_status
show_identity(const char *identity, struct evault_error *err)
{
	struct secret_screen *screen = NULL;
	struct guarded text = { 0 };
	char nothing[64];
	enum evault_status rc;

	if (!guarded_puts(&text, _("The key that the shares give, an age identity:")) ||
	    !guarded_puts(&text, "\n\n    ") || !guarded_puts(&text, identity) ||
	    !guarded_add(&text, "\n\n", 3))
		rc = failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	else
		rc = secret_screen_begin(&screen, err);
	if (rc == EVAULT_OK)
		rc = secret_screen_ask(screen, text.data, _("Press Enter, and it is gone: "),
				       nothing, sizeof(nothing), err);
	secret_screen_end(screen);
	guarded_release(&text);
	return rc;
}

static int
join(const struct globals *globals, uint64_t seconds, bool print)
{
	char *identity = evault_secret_new(EVAULT_IDENTITY_SIZE);
	struct evault_unlock unlock = { .identity = identity };
	struct evault_kept kept = { .kept = false };
	struct evault_error err = { .text = "" };
	struct session session;
	enum evault_status rc = session_init(&session, globals, &err);
	int status = EXIT_SOUND;

	if (rc == EVAULT_OK && identity == NULL)
		rc = failure_set(&err, EVAULT_E_NOMEM, _("out of memory"));
	if (rc == EVAULT_OK)
		rc = key_typed(session.dir, identity, &err);
	if (rc == EVAULT_OK && print)
		rc = show_identity(identity, &err);
	else if (rc == EVAULT_OK)
		rc = evault_unlock_keep(session.dir, &unlock, seconds, &kept, &err);
	evault_secret_free(identity);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
	else if (!print)
		kept_print(globals, session.dir, &kept);
	session_release(&session);
	return status;
}

static int
run_join(struct globals *globals, char **argv)
{
	const char *time = NULL;
	bool print = false;
	const struct option_def options[] = {
		{ 0, "for", .text = &time },
		{ 0, "print", .flag = &print },
		{ 0 },
	};
	uint64_t seconds = JOINED_SECONDS;
	int status = options_read(&command_key_join, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (time != NULL)
		seconds = duration_read(time, EVAULT_KEEP_MAX);
	if (seconds == 0)
		return options_wrong(&command_key_join,
				     _("--for takes a time from 1s to 24h, like 90s, 15m or 8h"));
	return join(globals, seconds, print);
}

const struct command command_key_join = {
	.name = "key join",
	.summary = N_("open the vault with a key on paper"),
	.usage =
	    N_("usage: evault key join [--for TIME | --print]\n"
	       "\n"
	       "Asks at the terminal for the groups of a recovery key, or of as many shares as\n"
	       "are needed, and says at once which group is mistyped, and which share is of\n"
	       "another vault, of another set, or was typed before. The vault then can be read\n"
	       "in this session without a key; what was typed is not kept on any disk.\n"
	       "\n"
	       "  --for TIME   so long, at most 24h; without it 15m\n"
	       "  --print      do not open the vault, but show the key at the terminal, once: an\n"
	       "               age identity, which opens the vault also where there is no evault\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key join\n"
	       "  evault -V case.vault get --all -o everything\n"),
	.run = run_join,
};
