#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "session.h"

struct showing {
	const struct globals *globals;
	struct evault *vault;
	uint64_t lost;
	bool something; /* was printed before: an empty line comes between */
};

static void
separate(struct showing *s)
{
	if (s->something && !s->globals->json)
		fputc('\n', stdout);
	s->something = true;
}

static enum evault_status
print_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct showing *s = ctx;

	(void)err;
	s->lost += item_is_lost(item);
	separate(s);
	if (s->globals->json)
		item_print_json(stdout, item);
	else
		item_print_all(stdout, item);
	return EVAULT_OK;
}

/* The number in "13" or "3f9a01-13"; false for anything else. */
static bool
entry_number(const char *ref, uint64_t *number)
{
	size_t digits;

	if (strlen(ref) > 7 && strspn(ref, "0123456789abcdefABCDEF") == 6 && ref[6] == '-')
		ref += 7;
	digits = strspn(ref, "0123456789");
	if (digits == 0 || digits > 19 || ref[digits] != '\0')
		return false;
	*number = strtoull(ref, NULL, 10);
	return true;
}

static enum evault_status
print_entry(struct showing *s, uint64_t number, struct evault_error *err)
{
	char text[1024];
	struct evault_status_info info;
	const char *short_name = info.origin + strlen("evault/");
	char citation[EVAULT_CITATION_SIZE];
	struct json json;
	enum evault_status rc;

	rc = evault_entry_text(s->vault, number, text, sizeof(text), err);
	if (rc == EVAULT_OK)
		rc = evault_get_status(s->vault, &info, err);
	if (rc != EVAULT_OK)
		return rc;
	snprintf(citation, sizeof(citation), "%.6s-%" PRIu64, short_name, number);
	separate(s);
	if (s->globals->json) {
		json = json_begin(stdout);
		json_number(&json, "item", number);
		json_text(&json, "citation", citation);
		json_text(&json, "entry", text);
		json_end(&json);
	} else {
		printf("%-12s  %s\n", "entry", citation);
		printf("%-12s  ", "no item, but");
		escape_write(stdout, text, strlen(text));
		fputc('\n', stdout);
	}
	return EVAULT_OK;
}

static enum evault_status
show_one(struct showing *s, const char *ref, struct evault_error *err)
{
	enum evault_status rc = evault_find(s->vault, ref, print_item, s, err);
	uint64_t number;

	if (rc == EVAULT_E_NOT_FOUND && entry_number(ref, &number) &&
	    print_entry(s, number, NULL) == EVAULT_OK)
		return EVAULT_OK;
	return rc;
}

static int
show(struct globals *globals, const struct list *refs)
{
	struct session session;
	struct showing s = { .globals = globals };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = EXIT_SOUND;
	size_t i;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &s.vault, &err);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
	for (i = 0; rc == EVAULT_OK && i < refs->n; i++)
		if (show_one(&s, refs->items[i], &err) != EVAULT_OK)
			status = failure_report(&err, globals);
	evault_close(s.vault);
	session_release(&session);
	item_warn_lost(s.lost);
	return status == EXIT_SOUND && s.lost > 0 ? EXIT_DAMAGE : status;
}

static int
run_show(struct globals *globals, char **argv)
{
	struct list refs = { 0 };
	int status = options_read(&command_show, NULL, globals, argv, &refs);

	if (status == OPTIONS_GO_ON && refs.n == 0)
		status = options_wrong(&command_show, _("name an item, as in: evault show 12"));
	if (status == OPTIONS_GO_ON)
		status = show(globals, &refs);
	list_release(&refs);
	return status;
}

const struct command command_show = {
	.name = "show",
	.summary = N_("show all that is recorded of an item"),
	.usage = N_(
	    "usage: evault show ITEM…\n"
	    "\n"
	    "Shows all that is recorded of an item, a line for each field. An item is named by\n"
	    "its number (12), its citation (3f9a01-12), a range (12-40), or the first digits of\n"
	    "its SHA-256, at least six. Entries of the log that are no items are shown as\n"
	    "what they are.\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault show 12\n"),
	.run = run_show,
};
