#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "evault.h"
#include "failure.h"
#include "item.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

struct listing {
	const struct globals *globals;
	uint64_t lost;
};

static enum evault_status
print_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listing *l = ctx;

	l->lost += item_is_lost(item);
	if (l->globals->json)
		item_print_json(stdout, item);
	else
		item_print_line(stdout, item);
	if (ferror(stdout))
		return failure_set(err, EVAULT_E_CANCELLED, "%s", strerror(errno));
	return EVAULT_OK;
}

static int
list(struct globals *globals, const struct evault_filter *filter)
{
	struct session session;
	struct listing l = { .globals = globals };
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &vault, &err);
	if (rc == EVAULT_OK && !globals->json && terminal_is(stdout))
		item_print_header(stdout);
	if (rc == EVAULT_OK)
		rc = evault_list(vault, filter, print_item, &l, &err);
	evault_close(vault);
	session_release(&session);
	if (rc != EVAULT_OK && !ferror(stdout)) /* main says what is wrong with the output */
		return failure_report(&err, globals);
	item_warn_lost(l.lost);
	return l.lost > 0 ? EXIT_DAMAGE : EXIT_SOUND;
}

/* "2026", "2026-11" … as far as it goes; NULL is one, too. */
static bool
is_time(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	size_t i;

	if (text == NULL)
		return true;
	for (i = 0; text[i] != '\0' && form[i] != '\0'; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return text[i] == '\0' && i >= strlen("2026");
}

static int
run_list(struct globals *globals, char **argv)
{
	struct evault_filter filter = { 0 };
	const struct option_def options[] = {
		{ 0, "case", .text = &filter.case_name },
		{ 0, "tag", .text = &filter.tag },
		{ 0, "action", .text = &filter.action },
		{ 0, "all", .flag = &filter.all_actions },
		{ 0, "since", .text = &filter.since },
		{ 0, "until", .text = &filter.until },
		{ 0 },
	};
	int status = options_read(&command_list, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (filter.action != NULL && filter.all_actions)
		return options_wrong(&command_list, _("choose one: --action, or --all"));
	if (!is_time(filter.since))
		return options_wrong(&command_list,
				     _("--since takes a time in UTC, as 2026-11 or 2026-11-22"));
	if (!is_time(filter.until))
		return options_wrong(&command_list,
				     _("--until takes a time in UTC, as 2026-11 or 2026-11-22"));
	return list(globals, &filter);
}

const struct command command_list = {
	.name = "list",
	.summary = N_("list what is kept"),
	.usage = N_(
	    "usage: evault list [--case C] [--tag T] [--action A | --all]\n"
	    "                   [--since TIME] [--until TIME]\n"
	    "\n"
	    "Lists the items: how to cite each, when it was recorded (UTC), its size, its name.\n"
	    "\n"
	    "  --case C       those of this case\n"
	    "  --tag T        those with this tag\n"
	    "  --action A     entries of this kind: add, get, adopt\n"
	    "  --all          also those that keep no file: accesses, adoptions\n"
	    "  --since TIME   recorded then or later: 2026, 2026-11, 2026-11-22T09:15\n"
	    "  --until TIME   recorded then or before: 2026-11 is until its last second\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault list --case Aktobe-3 --since 2026-11\n"),
	.run = run_list,
};
