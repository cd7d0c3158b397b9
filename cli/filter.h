/* What list, search and get choose by. */
#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include "command.h"
#include "evault.h"

/*
 * Checks what the options said, and sets the rest: with `retracted` only what
 * was retracted is asked for; otherwise all, and what comes retracted is to
 * be left out and counted.  Returns OPTIONS_GO_ON, or the exit status after a
 * mistake, which it has said.
 */
int filter_settle(const struct command *command, struct evault_filter *filter, bool retracted);
/* What --limit said; 0 when `text` is NULL.  Returns as filter_settle does. */
int filter_limit(const struct command *command, const char *text, uint64_t *limit);
/* Is it to be left out?  Counts it. */
bool filter_leaves_out(const struct evault_filter *filter, const struct evault_item *item,
		       uint64_t *left_out);
/* Says how many were left out; nothing when there are none. */
void filter_note_left_out(uint64_t left_out);
/* Says that there are more than were shown. */
void filter_note_more(uint64_t limit);

#endif
