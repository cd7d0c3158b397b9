#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "format.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "pager.h"
#include "refs.h"
#include "session.h"

struct showing {
	const struct globals *globals;
	struct evault *vault;
	struct pager pager;
	uint64_t lost;
	bool something; /* was printed before: an empty line comes between */
};

static void
separate(struct showing *s)
{
	if (s->something && !s->globals->json)
		fputc('\n', s->pager.out);
	s->something = true;
}

static enum evault_status
print_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct showing *s = ctx;

	s->lost += item_is_lost(item);
	separate(s);
	if (s->globals->json)
		item_print_json(s->pager.out, s->vault, item);
	else
		item_print_all(s->pager.out, s->vault, item);
	return pager_is_over(&s->pager) ? failure_set(err, EVAULT_E_CANCELLED, "-") : EVAULT_OK;
}

static enum evault_status
print_entry(struct showing *s, uint64_t number, struct evault_error *err)
{
	char text[1024];
	struct evault_status_info info;
	const char *short_name = info.origin + strlen("evault/");
	char citation[EVAULT_CITATION_SIZE];
	const char *label = _("no item, but");
	struct json json;
	enum evault_status rc;
	int width = format_widest(&label, 1, 12) + 2;

	rc = evault_entry_text(s->vault, number, text, sizeof(text), err);
	if (rc == EVAULT_OK)
		rc = evault_get_status(s->vault, &info, err);
	if (rc != EVAULT_OK)
		return rc;
	snprintf(citation, sizeof(citation), "%.6s-%" PRIu64, short_name, number);
	separate(s);
	if (s->globals->json) {
		json = json_begin(s->pager.out);
		json_number(&json, "item", number);
		json_text(&json, "citation", citation);
		json_text(&json, "entry", text);
		json_end(&json);
	} else {
		format_padded(s->pager.out, "entry", width);
		fprintf(s->pager.out, "%s\n", citation);
		format_padded(s->pager.out, label, width);
		escape_write(s->pager.out, text, strlen(text));
		fputc('\n', s->pager.out);
	}
	return EVAULT_OK;
}

static enum evault_status
show_one(struct showing *s, const struct refs *refs, size_t i, struct evault_error *err)
{
	enum evault_status rc = refs_find(refs, i, s->vault, print_item, s, err);
	uint64_t number;

	if (rc == EVAULT_E_NOT_FOUND && refs_number(refs->items.items[i], &number) &&
	    print_entry(s, number, NULL) == EVAULT_OK)
		return EVAULT_OK;
	return rc;
}

static int
show(struct globals *globals, const struct refs *refs)
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
	pager_begin(&s.pager, rc == EVAULT_OK && !globals->json);
	for (i = 0; rc == EVAULT_OK && i < refs->items.n && !pager_is_over(&s.pager); i++)
		if (show_one(&s, refs, i, &err) != EVAULT_OK && !pager_is_over(&s.pager))
			status = failure_report(&err, globals);
	pager_end(&s.pager);
	evault_close(s.vault);
	session_release(&session);
	item_warn_lost(s.lost);
	return status == EXIT_SOUND && s.lost > 0 ? EXIT_DAMAGE : status;
}

static int
run_show(struct globals *globals, char **argv)
{
	struct list operands = { 0 };
	struct refs refs = { .lines = NULL };
	int status = options_read(&command_show, NULL, globals, argv, &operands);

	if (status == OPTIONS_GO_ON && operands.n == 0)
		status = options_wrong(&command_show, _("name an item, as in: evault show 12"));
	if (status == OPTIONS_GO_ON)
		status = refs_take(&command_show, globals, &operands, &refs);
	if (status == OPTIONS_GO_ON)
		status = show(globals, &refs);
	refs_release(&refs);
	list_release(&operands);
	return status;
}

const struct command command_show = {
	.name = "show",
	.summary = N_("show all that is recorded of an item"),
	.usage = N_(
	    "usage: evault show ITEM…\n"
	    "\n"
	    "Shows all that is recorded of an item, a line for each field, then what was said\n"
	    "later of it. An item is named by its number (12), its citation (3f9a01-12), a range\n"
	    "(12-40), or the first digits of its SHA-256, at least six; - reads such names from\n"
	    "standard input, one on each line, or the lines of evault list --json. Entries of\n"
	    "the log that are no items are shown as what they are.\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault show 12\n"),
	.run = run_show,
};
