#include <inttypes.h>
#include <stdio.h>

#include "correct.h"
#include "failure.h"
#include "message.h"
#include "options.h"

struct annotating {
	struct correcting common; /* first, so that it can be found from it */
	struct list tags, fields;
	struct evault_details details;
};

static enum evault_status
act(struct correcting *c, struct evault *vault, const struct picked *picked,
    struct evault_corrected *done, struct evault_error *err)
{
	const struct annotating *a = (const struct annotating *)c;
	struct evault_annotate what = { .items = picked->items,
					.n_items = picked->n,
					.details = a->details };

	return evault_annotate(vault, &what, done, err);
}

static void
say(const struct correcting *c, const struct evault_corrected *done, const char *first)
{
	(void)c;
	if (done->items == 1)
		printf(_("%s  annotated %s"), done->citation, first);
	else
		printf(ngettext("%s  annotated %" PRIu64 " item", "%s  annotated %" PRIu64 " items",
				done->items),
		       done->citation, done->items);
	putchar('\n');
}

static int
prepare(struct annotating *a)
{
	struct evault_error err = { .text = "" };

	a->details.tags = a->tags.items;
	a->details.n_tags = a->tags.n;
	a->details.fields = a->fields.items;
	a->details.n_fields = a->fields.n;
	if (a->common.operands.n == 0)
		return options_wrong(&command_annotate, _("name an item, as in: evault annotate 12 "
							  "--title 'Market square'"));
	if (a->details.case_name == NULL && a->details.title == NULL && a->tags.n == 0 &&
	    a->fields.n == 0)
		return options_wrong(&command_annotate, _("say what: --case, --title, --tag or "
							  "--field"));
	if (evault_details_check(&a->details, &err) != EVAULT_OK)
		return options_wrong(&command_annotate, "%s", err.text);
	return OPTIONS_GO_ON;
}

static int
run_annotate(struct globals *globals, char **argv)
{
	struct annotating a = { .common = { .globals = globals,
					    .event = "annotated",
					    .act = act,
					    .say = say,
					    .warn = true } };
	const struct option_def options[] = {
		{ 0, "case", .text = &a.details.case_name },
		{ 0, "title", .text = &a.details.title },
		{ 0, "tag", .list = &a.tags },
		{ 0, "field", .list = &a.fields },
		{ 0 },
	};
	int status = options_read(&command_annotate, options, globals, argv, &a.common.operands);

	if (status == OPTIONS_GO_ON)
		status = prepare(&a);
	if (status == OPTIONS_GO_ON)
		status = correct(&command_annotate, &a.common);
	refs_release(&a.common.refs);
	list_release(&a.common.operands);
	list_release(&a.tags);
	list_release(&a.fields);
	return status;
}

const struct command command_annotate = {
	.name = "annotate",
	.summary = N_("say more of an item, or say it anew"),
	.usage = N_(
	    "usage: evault annotate ITEM… [--case C] [--title T] [--tag T]… [--field K=V]…\n"
	    "\n"
	    "Adds to what is known of items. What was said before stays in the vault, and show\n"
	    "and history have it; of a case, a title or a field the latest value holds, tags add\n"
	    "up. An empty value says that there is none. Items are named as in show; - reads\n"
	    "them from standard input. What it prints first is the annotation's own number:\n"
	    "with it the annotation can be taken back (evault retract).\n"
	    "\n"
	    "  --case C     the case that they belong to\n"
	    "  --title T    what they are, in a few words\n"
	    "  --tag T      a word to find them by; may be repeated\n"
	    "  --field K=V  witness, interviewer, interpreter, language, consent, place, or\n"
	    "               anything else that is known; may be repeated, with another K\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault annotate 12 --field place='market square, north side'\n"),
	.run = run_annotate,
};
