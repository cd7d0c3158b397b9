/* What `evault share` tells: of items, as people and as programs read it. */
#ifndef CLI_SHARE_TELL_H
#define CLI_SHARE_TELL_H

#include "command.h"
#include "evault.h"

/*
 * An item: what will be seen of it and what not, in a dry run; whether it is
 * given, with --json; and a warning or an error where there is something to know.
 */
void share_tell_item(const struct globals *globals, bool dry_run,
		     const struct evault_share_event *event);
/* To whom it would go; before the items. */
void share_tell_head(const struct globals *globals, const struct evault_share *how, const char *to);
/* What was done; `bundle` is where it is, NULL in a dry run. */
void share_tell_end(const struct globals *globals, const char *bundle,
		    const struct evault_share_summary *summary);

#endif
