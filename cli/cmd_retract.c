#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "correct.h"
#include "failure.h"
#include "item.h"
#include "message.h"
#include "options.h"

struct retracting {
	struct correcting common; /* first, so that it can be found from it */
	const char *reason;
};

static void
on_already(void *ctx, const struct evault_item *item)
{
	const struct evault_item *by = evault_item_retraction(item);
	char *reason;

	(void)ctx;
	if (by == NULL) {
		message_note(_("%s is retracted already"), item->citation);
		return;
	}
	reason = item_text(by, "reason");
	message_note(_("%s is retracted already, in %s: %s"), item->citation, by->citation, reason);
	free(reason);
}

static enum evault_status
act(struct correcting *c, struct evault *vault, const struct picked *picked,
    struct evault_corrected *done, struct evault_error *err)
{
	const struct retracting *r = (const struct retracting *)c;
	struct evault_retract what = { .items = picked->items,
				       .n_items = picked->n,
				       .reason = r->reason,
				       .already = on_already };

	return evault_retract(vault, &what, done, err);
}

static void
say(const struct correcting *c, const struct evault_corrected *done, const char *first)
{
	(void)c;
	if (done->items == 1 && done->already == 0)
		printf(_("%s  retracted %s"), done->citation, first);
	else
		printf(ngettext("%s  retracted %" PRIu64 " item", "%s  retracted %" PRIu64 " items",
				done->items),
		       done->citation, done->items);
	putchar('\n');
}

static int
run_retract(struct globals *globals, char **argv)
{
	struct retracting r = {
		.common = { .globals = globals, .event = "retracted", .act = act, .say = say }
	};
	const struct option_def options[] = {
		{ 0, "reason", .text = &r.reason },
		{ 0 },
	};
	int status = options_read(&command_retract, options, globals, argv, &r.common.operands);

	if (status == OPTIONS_GO_ON && r.common.operands.n == 0)
		status = options_wrong(&command_retract, _("name an item, as in: evault retract 12 "
							   "--reason 'wrong file'"));
	if (status == OPTIONS_GO_ON && (r.reason == NULL || r.reason[0] == '\0'))
		status = options_wrong(&command_retract, _("say why: --reason R"));
	if (status == OPTIONS_GO_ON)
		status = correct(&command_retract, &r.common);
	refs_release(&r.common.refs);
	list_release(&r.common.operands);
	return status;
}

const struct command command_retract = {
	.name = "retract",
	.summary = N_("take an item back, and say why"),
	.usage =
	    N_("usage: evault retract ITEM… --reason R\n"
	       "\n"
	       "Says that items are not to be relied on any more, and why. They stay in the vault\n"
	       "and can be given back; list and search leave them out, show says it first.\n"
	       "An annotation, too, or a retraction made by mistake, is taken back by its own\n"
	       "number. Items are named as in show; - reads them from standard input.\n"
	       "\n"
	       "  --reason R  why; who reads the record will see it\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault retract 12 --reason 'the witness withdrew consent'\n"),
	.run = run_retract,
};
