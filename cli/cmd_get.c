#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "selection.h"
#include "session.h"
#include "terminal.h"

struct getting {
	struct globals *globals;
	struct selection sel;
	const char *out;
	struct evault_get what;
	bool damaged;
};

static enum evault_status
resolve(struct getting *g, struct evault *vault, struct evault_error *err)
{
	enum evault_status rc = selection_resolve(&g->sel, vault, err);

	if (rc == EVAULT_OK && g->what.out == NULL && g->sel.picked.n > 1)
		rc = failure_set(err, EVAULT_E_USAGE,
				 _("standard output takes one file, and these are %zu"),
				 g->sel.picked.n);
	g->what.items = g->sel.picked.items;
	g->what.n_items = g->sel.picked.n;
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

static int
prepare(struct getting *g)
{
	int status = selection_settle(&command_get, &g->sel);

	if (status != OPTIONS_GO_ON)
		return status;
	if (g->out == NULL)
		return options_wrong(&command_get, _("say where to: -o PATH, or -o - for "
						     "standard output"));
	if (strcmp(g->out, "-") != 0) {
		g->what.out = g->out;
		g->what.folder = g->sel.group;
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
	return refs_take(&command_get, g->globals, &g->sel.operands, &g->sel.refs);
}

static int
run_get(struct globals *globals, char **argv)
{
	struct getting g = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "case", .text = &g.sel.filter.case_name },
		{ 0, "tag", .text = &g.sel.filter.tag },
		{ 0, "all", .flag = &g.sel.all },
		{ 0, "retracted", .flag = &g.sel.retracted },
		{ 'o', "output", .text = &g.out, .path = SANDBOX_OUTPUT },
		{ 0, "force", .flag = &g.what.force },
		{ 0 },
	};
	int status = options_read(&command_get, options, globals, argv, &g.sel.operands);

	g.what.event = on_event;
	g.what.progress = progress_show;
	g.what.ctx = &g;
	if (status == OPTIONS_GO_ON)
		status = prepare(&g);
	if (status == OPTIONS_GO_ON)
		status = open_and_get(&g);
	selection_release(&g.sel);
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
	       "also the lines of evault list --json. What was retracted is given with a warning\n"
	       "when it is named, and left out otherwise.\n"
	       "\n"
	       "  -o, --output PATH   a folder, or for one item a file; - is standard output\n"
	       "  --case C, --tag T   all items of this case, with this tag\n"
	       "  --all               all items\n"
	       "  --retracted         only what was retracted\n"
	       "  --force             replace files that exist\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault get 12 -o photo.jpg\n"
	       "  evault -V case.vault get --case Aktobe-3 -o aktobe\n"),
	.run = run_get,
};
