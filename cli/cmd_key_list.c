#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "format.h"
#include "json.h"
#include "key.h"
#include "message.h"
#include "options.h"
#include "terminal.h"

enum {
	NUMBER_WIDTH = 3,
	KEY_SHOWN = 16, /* digits: enough to tell holders apart */
};

static void
print_json(const struct evault_holder *h)
{
	struct json json = json_begin(stdout);

	if (h->number != 0)
		json_number(&json, "number", h->number);
	json_bytes(&json, "name", h->name, strlen(h->name));
	json_text(&json, "role", evault_role_word(h->role));
	if (h->key[0] != '\0') {
		json_text(&json, "key", h->key);
		json_number(&json, "since", h->since);
	}
	if (h->recipient[0] != '\0')
		json_text(&json, "recipient", h->recipient);
	if (h->number != 0)
		json_text(&json, "opens_with", h->passphrase ? "passphrase" : "key");
	json_bool(&json, "me", h->me);
	json_bool(&json, "removed", h->ended);
	if (h->ended)
		json_number(&json, "until", h->until);
	json_end(&json);
}

static void
print_role(enum evault_role role)
{
	const char *words[] = {
		[EVAULT_ROLE_OWNER] = _("owner"),
		[EVAULT_ROLE_WRITER] = _("writer"),
		[EVAULT_ROLE_CAPTURE] = _("capture"),
		[EVAULT_ROLE_READER] = _("reader"),
	};

	format_padded(stdout, words[role],
		      format_widest(words, sizeof(words) / sizeof(words[0]), 7));
}

/* How somebody opens the vault, or until when they did; and since when. */
static void
print_how(const struct evault_holder *h)
{
	if (h->ended)
		printf(_("removed; could sign from entry %" PRIu64 " to entry %" PRIu64), h->since,
		       h->until);
	else if (h->role == EVAULT_ROLE_READER)
		printf(_("opens it with %s"), h->recipient);
	else if (h->passphrase)
		printf(_("opens it with a passphrase; signs since entry %" PRIu64), h->since);
	else
		printf(_("opens it with a key; signs since entry %" PRIu64), h->since);
}

static enum evault_status
print_holder(void *ctx, const struct evault_holder *h, struct evault_error *err)
{
	const struct globals *globals = ctx;
	char number[24] = "-", *name;

	(void)err;
	if (globals->json) {
		print_json(h);
		return EVAULT_OK;
	}
	if (h->number != 0)
		snprintf(number, sizeof(number), "%" PRIu64, h->number);
	format_padded(stdout, number, -NUMBER_WIDTH);
	fputs("  ", stdout);
	print_role(h->role);
	printf("  %.*s  ", KEY_SHOWN, h->key[0] != '\0' ? h->key : "-               ");
	name = escape_text(h->name[0] != '\0' ? h->name : "-");
	fputs(name, stdout);
	free(name);
	if (h->me)
		fputs(_(" (you)"), stdout);
	fputs(": ", stdout);
	print_how(h);
	putchar('\n');
	return EVAULT_OK;
}

static int
run_list(struct globals *globals, char **argv)
{
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	int status = options_read(&command_key_list, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	rc = key_open(&session, globals, EVAULT_READ, &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_list(vault, print_holder, globals, &err);
	evault_close(vault);
	session_release(&session);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, globals);
}

const struct command command_key_list = {
	.name = "key list",
	.summary = N_("say who has a key of the vault"),
	.usage =
	    N_("usage: evault key list\n"
	       "\n"
	       "Says who has a key of the vault, and who had one: number, role, the beginning\n"
	       "of the key that they sign with, name, how they open it, and since when.\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key list\n"),
	.run = run_list,
};
