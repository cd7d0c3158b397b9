#include "filter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"

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

int
filter_settle(const struct command *command, struct evault_filter *filter, bool retracted)
{
	if (filter->action != NULL && filter->all_actions)
		return options_wrong(command, _("choose one: --action, or --all"));
	if (!is_time(filter->since))
		return options_wrong(command,
				     _("--since takes a time in UTC, as 2026-11 or 2026-11-22"));
	if (!is_time(filter->until))
		return options_wrong(command,
				     _("--until takes a time in UTC, as 2026-11 or 2026-11-22"));
	filter->retracted = retracted ? EVAULT_RETRACTED_ONLY : EVAULT_RETRACTED_TOO;
	return OPTIONS_GO_ON;
}

static bool
is_number(const char *text, uint64_t *number)
{
	size_t len = strlen(text);

	if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
		return false;
	*number = strtoull(text, NULL, 10);
	return *number > 0;
}

int
filter_limit(const struct command *command, const char *text, uint64_t *limit)
{
	*limit = 0;
	if (text != NULL && !is_number(text, limit))
		return options_wrong(command, _("--limit takes a number, 1 or more"));
	return OPTIONS_GO_ON;
}

bool
filter_leaves_out(const struct evault_filter *filter, const struct evault_item *item,
		  uint64_t *left_out)
{
	bool leaves = item->retracted && filter->retracted == EVAULT_RETRACTED_TOO;

	*left_out += leaves;
	return leaves;
}

void
filter_note_left_out(uint64_t left_out)
{
	if (left_out > 0)
		message_note(ngettext("%" PRIu64 " retracted item is left out; --retracted has it",
				      "%" PRIu64 " retracted items are left out; --retracted has "
				      "them",
				      left_out),
			     left_out);
}

void
filter_note_more(uint64_t limit)
{
	message_note(ngettext("there are more; only the first one is shown",
			      "there are more; only the first %" PRIu64 " are shown", limit),
		     limit);
}
