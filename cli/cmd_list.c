#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "evault.h"
#include "failure.h"
#include "filter.h"
#include "item.h"
#include "message.h"
#include "options.h"
#include "pager.h"
#include "session.h"
#include "terminal.h"

struct listing {
	const struct globals *globals;
	const struct evault_filter *filter;
	struct pager pager;
	uint64_t limit; /* 0: none */
	uint64_t shown, lost, left_out;
	bool more; /* than the limit */
};

static enum evault_status
print_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listing *l = ctx;

	if (filter_leaves_out(l->filter, item, &l->left_out))
		return EVAULT_OK;
	l->more = l->limit > 0 && l->shown == l->limit;
	if (l->more)
		return failure_set(err, EVAULT_E_CANCELLED, "%s", "");
	l->shown++;
	l->lost += item_is_lost(item);
	if (l->globals->json)
		item_print_json(l->pager.out, NULL, item);
	else
		item_print_line(l->pager.out, item, l->pager.columns);
	if (pager_is_over(&l->pager))
		return failure_set(err, EVAULT_E_CANCELLED, "%s", strerror(errno));
	return EVAULT_OK;
}

static int
list(struct globals *globals, const struct evault_filter *filter, uint64_t limit)
{
	struct session session;
	struct listing l = { .globals = globals, .filter = filter, .limit = limit };
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &vault, &err);
	pager_begin(&l.pager, rc == EVAULT_OK && !globals->json);
	if (rc == EVAULT_OK && !globals->json && terminal_is(stdout))
		item_print_header(l.pager.out);
	if (rc == EVAULT_OK)
		rc = evault_list(vault, filter, print_item, &l, &err);
	pager_end(&l.pager);
	evault_close(vault);
	session_release(&session);
	if (rc != EVAULT_OK && !l.more &&
	    !pager_is_over(&l.pager)) /* main says what is wrong with the output */
		return failure_report(&err, globals);
	item_warn_lost(l.lost);
	if (!l.pager.ended) {
		if (l.more)
			filter_note_more(l.limit);
		filter_note_left_out(l.left_out);
	}
	return l.lost > 0 ? EXIT_DAMAGE : EXIT_SOUND;
}

static int
run_list(struct globals *globals, char **argv)
{
	struct evault_filter filter = { 0 };
	const char *limit = NULL;
	bool retracted = false;
	uint64_t n = 0;
	const struct option_def options[] = {
		{ 0, "case", .text = &filter.case_name },
		{ 0, "tag", .text = &filter.tag },
		{ 0, "action", .text = &filter.action },
		{ 0, "all", .flag = &filter.all_actions },
		{ 0, "since", .text = &filter.since },
		{ 0, "until", .text = &filter.until },
		{ 0, "retracted", .flag = &retracted },
		{ 0, "limit", .text = &limit },
		{ 0 },
	};
	int status = options_read(&command_list, options, globals, argv, NULL);

	if (status == OPTIONS_GO_ON)
		status = filter_limit(&command_list, limit, &n);
	if (status == OPTIONS_GO_ON)
		status = filter_settle(&command_list, &filter, retracted);
	return status == OPTIONS_GO_ON ? list(globals, &filter, n) : status;
}

const struct command command_list = {
	.name = "list",
	.summary = N_("list what is kept"),
	.usage = N_(
	    "usage: evault list [--case C] [--tag T] [--action A | --all]\n"
	    "                   [--since TIME] [--until TIME] [--retracted] [--limit N]\n"
	    "\n"
	    "Lists the items: how to cite each, when it was recorded (UTC), its size, its name,\n"
	    "its title. Of case, tag and title the latest annotation counts. What was retracted\n"
	    "is left out, and how many that are is said.\n"
	    "\n"
	    "  --case C       those of this case\n"
	    "  --tag T        those with this tag\n"
	    "  --action A     entries of this kind: add, testify, annotate, retract, get, adopt\n"
	    "  --all          also those that keep no file: accesses, annotations …\n"
	    "  --since TIME   recorded then or later: 2026, 2026-11, 2026-11-22T09:15\n"
	    "  --until TIME   recorded then or before: 2026-11 is until its last second\n"
	    "  --retracted    only what was retracted\n"
	    "  --limit N      show the first N, and say that there are more\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault list --case Aktobe-3 --since 2026-11\n"),
	.run = run_list,
};
