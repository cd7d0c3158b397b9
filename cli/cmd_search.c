#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "filter.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "pager.h"
#include "session.h"
#include "terminal.h"
#include "utf8.h"

struct searching {
	const struct globals *globals;
	const struct evault_filter *filter;
	struct pager pager;
	uint64_t limit; /* 0: none */
	uint64_t shown, left_out;
	bool more; /* than the limit */
};

/* ---- one hit -------------------------------------------------------------------- */

/* Blanks of all kinds are spaces on a line. */
static void
print_text(FILE *out, const char *text, size_t len)
{
	size_t i, start = 0;

	for (i = 0; i < len; i++) {
		if (text[i] == '\0' || strchr("\t\n\r\f\v", text[i]) == NULL)
			continue;
		escape_write(out, text + start, i - start);
		fputc(' ', out);
		start = i + 1;
	}
	escape_write(out, text + start, len - start);
}

static void
print_found(struct pager *pager, const struct evault_item *item, const struct evault_found *f)
{
	FILE *out = pager->out;
	size_t i, at = 0;

	fputs("    ", out);
	if (f->index != item->index)
		fprintf(out, "%s ", f->citation);
	escape_write(out, f->field, strlen(f->field));
	fputs(": ", out);
	for (i = 0; i < f->n_ranges; i++) {
		print_text(out, f->line + at, f->ranges[i].from - at);
		pager_bold(pager, true);
		print_text(out, f->line + f->ranges[i].from, f->ranges[i].to - f->ranges[i].from);
		pager_bold(pager, false);
		at = f->ranges[i].to;
	}
	print_text(out, f->line + at, f->len - at);
	fputc('\n', out);
}

/* Ranges are in characters of `line` as it stands in the JSON. */
static void
write_found(struct json *json, const struct evault_found *f)
{
	size_t i;

	json_object_begin(json, NULL, 0);
	json_text(json, "field", f->field);
	json_bool(json, "own", f->is_own);
	json_number(json, "entry", f->index);
	json_text(json, "citation", f->citation);
	json_bytes(json, "line", f->line, f->len);
	json_array_begin(json, "ranges");
	for (i = 0; i < f->n_ranges; i++) {
		json_array_begin(json, NULL);
		json_number(json, NULL, utf8_count(f->line, f->ranges[i].from));
		json_number(json, NULL, utf8_count(f->line, f->ranges[i].to));
		json_array_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

static void
print_json(FILE *out, const struct evault_hit *hit)
{
	struct json json = json_begin(out);
	size_t i;

	item_write_json(&json, NULL, hit->item);
	json_array_begin(&json, "found");
	for (i = 0; i < hit->n_found; i++)
		write_found(&json, &hit->found[i]);
	json_array_end(&json);
	json_end(&json);
}

static enum evault_status
print_hit(void *ctx, const struct evault_hit *hit, struct evault_error *err)
{
	struct searching *s = ctx;
	size_t i;

	if (filter_leaves_out(s->filter, hit->item, &s->left_out))
		return EVAULT_OK;
	s->more = s->limit > 0 && s->shown == s->limit;
	if (s->more)
		return failure_set(err, EVAULT_E_CANCELLED, "%s", "");
	s->shown++;
	if (s->globals->json) {
		print_json(s->pager.out, hit);
	} else {
		item_print_line(s->pager.out, hit->item, s->pager.columns);
		for (i = 0; i < hit->n_found; i++)
			print_found(&s->pager, hit->item, &hit->found[i]);
	}
	if (pager_is_over(&s->pager))
		return failure_set(err, EVAULT_E_CANCELLED, "%s", strerror(errno));
	return EVAULT_OK;
}

/* ---- the command ------------------------------------------------------------------ */

/* What was found is said; now what was not, and may be there.  Returns the exit status. */
static int
conclude(const struct searching *s, const struct evault_search_summary *summary)
{
	if (s->shown == 0)
		message_note(_("nothing found"));
	if (s->more)
		filter_note_more(s->limit);
	filter_note_left_out(s->left_out);
	if (summary->unread > 0) {
		message_warning(ngettext("%" PRIu64 " item may match, and cannot be read",
					 "%" PRIu64 " items may match, and cannot be read",
					 summary->unread),
				summary->unread);
	}
	if (summary->wordless > 0)
		message_warning(ngettext("%" PRIu64 " item was not searched: it could not be read",
					 "%" PRIu64
					 " items were not searched: they could not be read",
					 summary->wordless),
				summary->wordless);
	if (summary->unread == 0 && summary->wordless == 0)
		return EXIT_SOUND;
	message_hint(_("to see what is wrong: evault check"));
	return EXIT_DAMAGE;
}

static int
search(struct globals *globals, const struct evault_search *how, uint64_t limit)
{
	struct evault_search_summary summary = { 0 };
	struct searching s = { .globals = globals, .filter = how->filter, .limit = limit };
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &vault, &err);
	pager_begin(&s.pager, rc == EVAULT_OK && !globals->json);
	if (rc == EVAULT_OK)
		rc = evault_search(vault, how, print_hit, &s, &summary, &err);
	pager_end(&s.pager);
	evault_close(vault);
	session_release(&session);
	if (rc != EVAULT_OK && !s.more && !pager_is_over(&s.pager))
		return failure_report(&err, globals);
	return s.pager.ended ? EXIT_SOUND : conclude(&s, &summary);
}

static int
run_search(struct globals *globals, char **argv)
{
	struct evault_filter filter = { 0 };
	struct evault_search how = { .filter = &filter };
	struct list terms = { 0 };
	const char *limit = NULL;
	bool retracted = false;
	uint64_t n = 0;
	const struct option_def options[] = {
		{ 0, "case", .text = &filter.case_name }, { 0, "tag", .text = &filter.tag },
		{ 0, "action", .text = &filter.action },  { 0, "since", .text = &filter.since },
		{ 0, "until", .text = &filter.until },    { 0, "retracted", .flag = &retracted },
		{ 0, "limit", .text = &limit },           { 0 },
	};
	int status = options_read(&command_search, options, globals, argv, &terms);

	if (status == OPTIONS_GO_ON && terms.n == 0)
		status = options_wrong(&command_search,
				       _("say what to look for, as in: evault search 新疆"));
	if (status == OPTIONS_GO_ON)
		status = filter_limit(&command_search, limit, &n);
	if (status == OPTIONS_GO_ON)
		status = filter_settle(&command_search, &filter, retracted);
	how.terms = terms.items;
	how.n_terms = terms.n;
	if (status == OPTIONS_GO_ON)
		status = search(globals, &how, n);
	list_release(&terms);
	return status;
}

const struct command command_search = {
	.name = "search",
	.summary = N_("find words in texts and in what is recorded"),
	.usage = N_(
	    "usage: evault search WORD… [--case C] [--tag T] [--action A]\n"
	    "                     [--since TIME] [--until TIME] [--retracted] [--limit N]\n"
	    "\n"
	    "Finds the items that have all the words: in names, titles, witnesses, tags and all\n"
	    "that people said of an item, also later; and in texts: plain text, HTML, mail,\n"
	    "documents of Word and LibreOffice (of each the first 8 MiB; not PDF). Shows each\n"
	    "item, oldest first, and where the words are.\n"
	    "\n"
	    "  WORD           a word; capitals and accents do not matter, nor do vowel marks of\n"
	    "                 Arabic script; ё is е, ү and ұ are у, ә is а, қ is к, and so on\n"
	    "  'TWO WORDS'    words in this order\n"
	    "  'WORD*'        words that begin so\n"
	    "  FIELD:WORD     only there: witness, name, folder, case, title, tag, place, text …,\n"
	    "                 or a field of yours; in quotes ('\"10:30\"') a colon is no field\n"
	    "  --case C, --tag T, --action A, --since TIME, --until TIME, --retracted\n"
	    "                 choose as in list\n"
	    "  --limit N      show the first N, and say that there are more\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault search witness:Гүлдария 'новый год'\n"),
	.run = run_search,
};
