#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "format.h"
#include "interrupt.h"
#include "item.h"
#include "json.h"
#include "lines.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "session.h"
#include "terminal.h"

struct getting {
	struct globals *globals;
	struct list refs, given; /* `given`: from standard input, our memory */
	struct evault_filter filter;
	bool all;
	const char *out;
	uint64_t *items;
	size_t n, cap;
	struct evault_get what;
	bool damaged;
};

static enum evault_status
collect(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct getting *g = ctx;

	(void)err;
	if (!item_is_lost(item) && evault_item_field(item, "sha256") == NULL)
		return EVAULT_OK; /* an access or an adoption, within a range: there is no file */
	if (g->n == g->cap) {
		g->cap = g->cap == 0 ? 64 : g->cap * 2;
		g->items = memory_grow(g->items, g->cap * sizeof(*g->items));
	}
	g->items[g->n++] = item->index;
	return EVAULT_OK;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Each item once, in the order of the log. */
static void
sort_items(struct getting *g)
{
	size_t i, n = 0;

	if (g->n == 0)
		return;
	qsort(g->items, g->n, sizeof(*g->items), compare_numbers);
	for (i = 0; i < g->n; i++)
		if (n == 0 || g->items[i] != g->items[n - 1])
			g->items[n++] = g->items[i];
	g->n = n;
}

static enum evault_status
resolve(struct getting *g, struct evault *vault, struct evault_error *err)
{
	const struct list *refs = g->given.n > 0 ? &g->given : &g->refs;
	enum evault_status rc = EVAULT_OK;
	size_t i, before;
	char *shown;

	if (refs->n == 0)
		rc = evault_list(vault, &g->filter, collect, g, err);
	for (i = 0; rc == EVAULT_OK && i < refs->n; i++) {
		before = g->n;
		rc = evault_find(vault, refs->items[i], collect, g, err);
		if (rc != EVAULT_OK || g->n > before)
			continue;
		shown = escape_text(refs->items[i]);
		rc = failure_set(err, EVAULT_E_NOT_FOUND,
				 _("%.100s: that is recorded, but is no file"), shown);
		free(shown);
	}
	if (rc == EVAULT_OK && g->n == 0)
		rc = failure_set(err, EVAULT_E_NOT_FOUND, _("no item is like that"));
	sort_items(g);
	if (rc == EVAULT_OK && g->what.out == NULL && g->n > 1)
		rc = failure_set(err, EVAULT_E_USAGE,
				 _("standard output takes one file, and these are %zu"), g->n);
	return rc;
}

static void
print_json_event(const struct evault_get_event *e)
{
	const struct evault_field *sha256 = evault_item_field(e->item, "sha256");
	struct json json;

	json = json_begin(stdout);
	json_text(&json, "event", e->status == EVAULT_OK ? "given" : "failed");
	json_number(&json, "item", e->item->index);
	json_text(&json, "citation", e->item->citation);
	if (e->path != NULL)
		json_text(&json, "path", e->path);
	if (sha256 != NULL)
		json_bytes(&json, "sha256", sha256->value, sha256->len);
	if (e->why != NULL)
		json_text(&json, "detail", e->why);
	json_end(&json);
}

static void
on_event(void *ctx, const struct evault_get_event *e)
{
	struct getting *g = ctx;

	progress_hide();
	g->damaged = g->damaged || e->status == EVAULT_E_DAMAGED;
	if (g->globals->json) {
		print_json_event(e);
	} else if (e->status == EVAULT_OK && e->path != NULL && g->what.out != NULL) {
		printf("%s  ", e->item->citation);
		escape_write(stdout, e->path, strlen(e->path));
		fputc('\n', stdout);
	}
	if (e->status != EVAULT_OK)
		message_error("%s: %s", e->item->citation, e->why == NULL ? "?" : e->why);
	else if (e->why != NULL)
		message_warning("%s: %s", e->item->citation, e->why);
}

static bool
on_progress(void *ctx, const struct evault_progress *progress)
{
	(void)ctx;
	progress_show(progress);
	return interrupt_asked();
}

static void
print_json_summary(const struct evault_get_summary *s)
{
	struct json json;

	json = json_begin(stdout);
	json_object_begin(&json, "summary", strlen("summary"));
	json_number(&json, "given", s->given);
	json_number(&json, "failed", s->failed);
	json_number(&json, "bytes", s->bytes);
	json_bool(&json, "logged", s->logged);
	json_bool(&json, "cancelled", s->cancelled);
	if (!s->logged)
		json_text(&json, "detail", s->not_logged.text);
	json_object_end(&json);
	json_end(&json);
}

static int
judge(const struct getting *g, enum evault_status rc, const struct evault_get_summary *s,
      const struct evault_error *err)
{
	bool cancelled = s->cancelled || rc == EVAULT_E_CANCELLED;

	if (!s->logged && s->given > 0)
		message_warning(_("access was not logged: %s"), s->not_logged.text);
	if (rc != EVAULT_OK && !cancelled)
		return failure_report(err, g->globals);
	if (g->damaged)
		return EXIT_DAMAGE;
	if (cancelled) {
		message_warning(_("stopped before the end"));
		return EXIT_PARTLY;
	}
	if (s->failed > 0 && s->given == 0)
		return EXIT_FAILED;
	return s->failed > 0 || !s->logged ? EXIT_PARTLY : EXIT_SOUND;
}

static int
get(struct getting *g, struct evault *vault, const struct evault_error *not_logged)
{
	struct evault_get_summary summary = { 0 };
	struct evault_error err = { .text = "" };
	char size[FORMAT_SIZE];
	enum evault_status rc;

	rc = resolve(g, vault, &err);
	if (rc != EVAULT_OK)
		return failure_report(&err, g->globals);
	g->what.items = g->items;
	g->what.n_items = g->n;
	fflush(stdout); /* the library writes to the descriptor */
	interrupt_watch();
	progress_begin(NULL);
	rc = evault_get(vault, &g->what, &summary, &err);
	progress_end();
	if (not_logged->status != EVAULT_OK)
		summary.not_logged = *not_logged;
	if (g->globals->json) {
		print_json_summary(&summary);
	} else if (g->what.out != NULL && summary.given > 1) {
		printf(ngettext("%" PRIu64 " file given back (%s)",
				"%" PRIu64 " files given back (%s)", summary.given),
		       summary.given, format_bytes(summary.bytes, size));
		fputc('\n', stdout);
	}
	return judge(g, rc, &summary, &err);
}

/* Where an access cannot be written into the log, evidence can still be read, and that is said. */
static int
open_and_get(struct getting *g)
{
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" }, not_logged = { .text = "" };
	enum evault_status rc;
	int status;

	rc = session_init(&session, g->globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_E_BUSY || rc == EVAULT_E_READ_ONLY || rc == EVAULT_E_DENIED ||
	    rc == EVAULT_E_FULL) {
		not_logged = err;
		rc = session_open(&session, EVAULT_READ, &vault, &err);
	}
	status = rc == EVAULT_OK ? get(g, vault, &not_logged) : failure_report(&err, g->globals);
	evault_close(vault);
	session_release(&session);
	return status;
}

/* A line of standard input: an item, or a JSON object with a member "citation". */
static bool
ref_of_line(char *line)
{
	char *at = line, *end;

	if (line[0] != '{')
		return true;
	/* Within a string the quotes would be escaped, so this is the member's name or nothing. */
	while ((at = strstr(at, "\"citation\"")) != NULL) {
		end = at + strlen("\"citation\"");
		end += strspn(end, " \t");
		if (at[-1] == '\\' || *end != ':') {
			at++;
			continue;
		}
		end += 1 + strspn(end + 1, " \t");
		if (*end != '"')
			return false;
		at = end + 1;
		end = strchr(at, '"');
		if (end == NULL)
			return false;
		memmove(line, at, (size_t)(end - at));
		line[end - at] = '\0';
		return true;
	}
	return false;
}

static int
read_refs(struct getting *g)
{
	struct evault_error err = { .text = "" };
	char *line;
	size_t i, n = 0;

	if (g->globals->passphrase_file != NULL && strcmp(g->globals->passphrase_file, "-") == 0)
		return options_wrong(&command_get, _("standard input can be only one of: the "
						     "passphrase, the list of items"));
	if (lines_read("-", '\n', &g->given, &err) != EVAULT_OK)
		return failure_report(&err, g->globals);
	for (i = 0; i < g->given.n; i++) {
		line = (char *)(size_t)g->given.items[i];
		if (ref_of_line(line))
			g->given.items[n++] = line;
		else /* a summary, for one */
			free(line);
	}
	g->given.n = n;
	if (n > 0)
		return OPTIONS_GO_ON;
	message_error(_("standard input names no item"));
	return EXIT_FAILED;
}

static int
prepare(struct getting *g)
{
	bool filtered = g->filter.case_name != NULL || g->filter.tag != NULL;

	if ((g->refs.n > 0) + filtered + g->all != 1)
		return options_wrong(&command_get,
				     _("say what: items, or --case and --tag, or --all"));
	if (g->out == NULL)
		return options_wrong(&command_get, _("say where to: -o PATH, or -o - for "
						     "standard output"));
	if (strcmp(g->out, "-") != 0) {
		g->what.out = g->out;
		g->what.folder = filtered || g->all;
	} else if (g->globals->json) {
		return options_wrong(&command_get,
				     _("standard output can be only one of: the file, --json"));
	} else if (terminal_is(stdout)) {
		message_error(_("evidence is not written to a terminal: bytes in it could "
				"command the terminal"));
		message_hint(_("write it to a file (-o FILE), or pipe it into another program"));
		return EXIT_FAILED;
	}
	g->what.fd = STDOUT_FILENO;
	if (g->refs.n == 1 && strcmp(g->refs.items[0], "-") == 0)
		return read_refs(g);
	return OPTIONS_GO_ON;
}

static int
run_get(struct globals *globals, char **argv)
{
	struct getting g = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "case", .text = &g.filter.case_name },
		{ 0, "tag", .text = &g.filter.tag },
		{ 0, "all", .flag = &g.all },
		{ 'o', "output", .text = &g.out },
		{ 0, "force", .flag = &g.what.force },
		{ 0 },
	};
	int status = options_read(&command_get, options, globals, argv, &g.refs);

	g.what.event = on_event;
	g.what.progress = on_progress;
	g.what.ctx = &g;
	if (status == OPTIONS_GO_ON)
		status = prepare(&g);
	if (status == OPTIONS_GO_ON)
		status = open_and_get(&g);
	list_release(&g.refs);
	list_release_all(&g.given);
	free(g.items);
	return status;
}

const struct command command_get = {
	.name = "get",
	.summary = N_("give originals back"),
	.usage =
	    N_("usage: evault get ITEM… -o PATH [--force]\n"
	       "       evault get --case C | --tag T | --all -o PATH [--force]\n"
	       "\n"
	       "Writes originals to new files, in the folders that they came from and with the\n"
	       "modification times that they had. Each is checked against its SHA-256 before it\n"
	       "appears under its name. The access is written into the vault's log.\n"
	       "Items are named as in show; - reads them from standard input, one on each line,\n"
	       "also the lines of evault list --json.\n"
	       "\n"
	       "  -o, --output PATH   a folder, or for one item a file; - is standard output\n"
	       "  --case C, --tag T   all items of this case, with this tag\n"
	       "  --all               all items\n"
	       "  --force             replace files that exist\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault get 12 -o photo.jpg\n"
	       "  evault -V case.vault get --case Aktobe-3 -o aktobe\n"),
	.run = run_get,
};
