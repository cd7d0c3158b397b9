#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
#include "session.h"

struct tidying {
	struct globals *globals;
	struct evault_tidy what;
};

static void
on_left(void *ctx, const char *path, const char *why)
{
	struct tidying *t = ctx;
	struct json json;

	progress_hide();
	if (!t->globals->json) {
		message_warning(_("%s stays as it is: %s"), path, why);
		return;
	}
	json = json_begin(stdout);
	json_text(&json, "event", "left");
	json_text(&json, "path", path);
	json_text(&json, "detail", why);
	json_end(&json);
}

static void
print_json_summary(const struct tidying *t, const struct evault_tidy_summary *s)
{
	struct json json;

	json = json_begin(stdout);
	json_object_begin(&json, "summary", strlen("summary"));
	json_bool(&json, "dry_run", t->what.dry_run);
	json_number(&json, "merged", s->merged);
	json_number(&json, "bytes_before", s->bytes_before);
	json_number(&json, "made", s->made);
	json_number(&json, "bytes_after", s->bytes_after);
	json_number(&json, "removed", s->removed);
	json_number(&json, "left", s->left);
	json_number(&json, "packs", s->packs);
	json_bool(&json, "cancelled", s->cancelled);
	json_object_end(&json);
	json_end(&json);
}

static void
print_summary(const struct tidying *t, const struct evault_tidy_summary *s)
{
	char before[FORMAT_SIZE], after[FORMAT_SIZE];

	format_bytes(s->bytes_before, before);
	if (s->merged > 0 && t->what.dry_run) {
		printf(ngettext("would merge %" PRIu64 " small pack (%s)",
				"would merge %" PRIu64 " small packs (%s)", s->merged),
		       s->merged, before);
		putchar('\n');
	} else if (s->merged > 0) {
		printf(ngettext("merged %" PRIu64 " small pack (%s)",
				"merged %" PRIu64 " small packs (%s)", s->merged),
		       s->merged, before);
		printf(ngettext(" into %" PRIu64 " (%s)", " into %" PRIu64 " (%s)", s->made),
		       s->made, format_bytes(s->bytes_after, after));
		putchar('\n');
	} else if (!s->cancelled) {
		puts(_("nothing to merge: fewer than eight packs are small"));
	}
	if (s->removed > 0 && t->what.dry_run)
		printf(ngettext("would remove %" PRIu64 " file that an interrupted run had left\n",
				"would remove %" PRIu64 " files that an interrupted run had left\n",
				s->removed),
		       s->removed);
	else if (s->removed > 0)
		printf(ngettext("removed %" PRIu64 " file that an interrupted run had left\n",
				"removed %" PRIu64 " files that an interrupted run had left\n",
				s->removed),
		       s->removed);
}

static int
tidy(struct tidying *t, struct evault *vault)
{
	struct evault_tidy_summary summary = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	interrupt_watch();
	progress_begin(NULL);
	rc = evault_tidy(vault, &t->what, &summary, &err);
	progress_end();
	if (t->globals->json)
		print_json_summary(t, &summary);
	else if (rc == EVAULT_OK || summary.merged > 0)
		print_summary(t, &summary);
	if (rc != EVAULT_OK)
		return failure_report(&err, t->globals);
	if (summary.cancelled)
		message_warning(_("stopped before the end"));
	if (summary.left > 0)
		message_hint(_("evault check says what is wrong with them"));
	return summary.cancelled || summary.left > 0 ? EXIT_PARTLY : EXIT_SOUND;
}

static int
run_tidy(struct globals *globals, char **argv)
{
	struct tidying t = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "dry-run", .flag = &t.what.dry_run },
		{ 0 },
	};
	int status = options_read(&command_tidy, options, globals, argv, NULL);
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	if (status != OPTIONS_GO_ON)
		return status;
	t.what.left = on_left;
	t.what.progress = progress_show;
	t.what.ctx = &t;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, t.what.dry_run ? EVAULT_READ : EVAULT_WRITE, &vault,
				  &err);
	status = rc == EVAULT_OK ? tidy(&t, vault) : failure_report(&err, globals);
	evault_close(vault);
	session_release(&session);
	return status;
}

const struct command command_tidy = {
	.name = "tidy",
	.summary = N_("merge small packs, so that there are fewer files"),
	.usage =
	    N_("usage: evault tidy [--dry-run]\n"
	       "\n"
	       "Each access and each single addition leaves a small pack. When there are eight or\n"
	       "more of less than 8 MiB, this merges them into large ones; statements stay apart\n"
	       "from files. Everything is copied as it is, and read back before the old files\n"
	       "go; items, numbers and the log stay. A pack that is damaged is left alone and\n"
	       "named. Stopped at any moment, the vault is whole; run it again.\n"
	       "\n"
	       "  --dry-run  say what would be merged, and change nothing\n"
	       "\n"
	       "exit status: 0 done, 2 it could not be done, 3 a pack was left as it is\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault tidy\n"),
	.run = run_tidy,
};
