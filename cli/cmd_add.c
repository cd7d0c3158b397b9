#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "findings.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "lines.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "read_back.h"
#include "session.h"
#include "terminal.h"

/* Above these, a slip of the finger is likelier: ask. */
static const uint64_t ask_above_files = 1000, ask_above_bytes = 10ULL << 30;

struct adding {
	struct globals *globals;
	struct list operands, given; /* `given`: from --files-from, our memory */
	struct list tags, fields, excludes;
	const char *files_from;
	bool null, yes;
	struct evault_add what;
	struct evault_progress total;
	struct findings findings; /* of reading back */
	bool retracted;           /* something that was added had been retracted */
};

static void
print_json_event(const struct evault_add_event *e)
{
	static const char *const words[] = { "kept", "already", "skipped", "refused", "would" };
	struct json json;

	json = json_begin(stdout);
	json_text(&json, "event", words[e->what]);
	json_text(&json, "path", e->path);
	if (e->what == EVAULT_ADD_KEPT || e->what == EVAULT_ADD_ALREADY) {
		json_number(&json, "item", e->index);
		json_text(&json, "citation", e->citation);
		json_text(&json, "sha256", e->sha256);
	}
	if (e->retracted)
		json_bool(&json, "retracted", true);
	if (e->why == NULL)
		json_number(&json, "size", e->size);
	else
		json_text(&json, "detail", e->why);
	json_end(&json);
}

static void
print_event(const struct evault_add_event *e)
{
	char size[FORMAT_SIZE];

	switch (e->what) {
	case EVAULT_ADD_KEPT:
		printf("%s  %s  ", e->citation, e->sha256);
		break;
	case EVAULT_ADD_ALREADY:
		printf(_("already kept as %s: "), e->citation);
		break;
	case EVAULT_ADD_WOULD:
		printf(_("would be kept (%s): "), format_bytes(e->size, size));
		break;
	case EVAULT_ADD_SKIPPED:
	case EVAULT_ADD_REFUSED:
		return; /* a message says it */
	}
	escape_write(stdout, e->path, strlen(e->path));
	fputc('\n', stdout);
}

static void
on_event(void *ctx, const struct evault_add_event *e)
{
	struct adding *a = ctx;
	char *shown;

	progress_hide();
	if (a->globals->json)
		print_json_event(e);
	else
		print_event(e);
	a->retracted = a->retracted || e->retracted;
	if (e->retracted)
		message_warning(_("%s was retracted: lists leave it out, and this brought nothing "
				  "back"),
				e->citation);
	if (e->what != EVAULT_ADD_SKIPPED && e->what != EVAULT_ADD_REFUSED)
		return;
	shown = escape_text(e->path);
	if (e->what == EVAULT_ADD_SKIPPED)
		message_warning(_("skipped %s: %s"), shown, e->why);
	else
		message_error(_("refused %s: %s"), shown, e->why);
	free(shown);
}

static void
on_finding(void *ctx, const struct evault_finding *finding)
{
	struct adding *a = ctx;

	findings_take(&a->findings, a->globals->json, finding);
}

static void
print_json_summary(const struct adding *a, const struct evault_add_summary *s)
{
	static const char *const words[] = { "not",    "whole",      "unsure",
					     "memory", "unreadable", "damaged" };
	struct json json;

	json = json_begin(stdout);
	json_object_begin(&json, "summary", strlen("summary"));
	json_number(&json, "kept", s->kept);
	json_number(&json, "already", s->already);
	json_number(&json, "skipped", s->skipped);
	json_number(&json, "refused", s->refused);
	json_number(&json, "bytes", s->bytes);
	json_number(&json, "deduplicated", s->deduplicated);
	json_number(&json, "left", s->left);
	json_bool(&json, "dry_run", a->what.dry_run);
	json_bool(&json, "cancelled", s->cancelled);
	if (a->what.read_back) {
		json_text(&json, "read_back", words[s->read_back]);
		json_number(&json, "bytes_read_back", s->bytes_read_back);
		json_number(&json, "damage", s->damage);
		json_number(&json, "unreadable", s->unreadable);
	}
	json_object_end(&json);
	json_end(&json);
}

static void
print_summary(const struct evault_add_summary *s, bool dry_run)
{
	char size[FORMAT_SIZE];

	if (dry_run) {
		puts(_("dry run: nothing was kept"));
		return;
	}
	printf(ngettext("%" PRIu64 " file kept (%s)", "%" PRIu64 " files kept (%s)", s->kept),
	       s->kept, format_bytes(s->bytes, size));
	if (s->already > 0)
		printf(_(", %" PRIu64 " kept already"), s->already);
	if (s->skipped > 0)
		printf(_(", %" PRIu64 " skipped"), s->skipped);
	if (s->refused > 0)
		printf(_(", %" PRIu64 " refused"), s->refused);
	if (s->deduplicated > 0)
		printf(_("; %s of it was in the vault before and not written again"),
		       format_bytes(s->deduplicated, size));
	fputc('\n', stdout);
	if (s->kept + s->already > 0)
		puts(_("the originals remain where they were"));
}

/* True to go on. */
static bool
agreed(const struct adding *a, int *status)
{
	char question[160], size[FORMAT_SIZE];

	if (a->yes || a->what.dry_run ||
	    (a->total.files_total <= ask_above_files && a->total.bytes_total <= ask_above_bytes))
		return true;
	format_bytes(a->total.bytes_total, size);
	if (!terminal_is(stderr) || !terminal_can_ask()) {
		message_error(_("these are %" PRIu64 " files (%s), and there is no terminal to ask "
				"whether all of them are meant"),
			      a->total.files_total, size);
		message_hint(_("if they are: --yes"));
		*status = EXIT_FAILED;
		return false;
	}
	snprintf(question, sizeof(question), _("These are %" PRIu64 " files (%s). Keep them all"),
		 a->total.files_total, size);
	if (terminal_ask_yes(question))
		return true;
	message_note(_("nothing was kept"));
	*status = EXIT_PARTLY;
	return false;
}

/* The disk of the vault failed: what of it is kept, and how to go on. */
static int
failed(const struct adding *a, const struct evault_add_summary *s, const struct evault_error *err)
{
	char size[FORMAT_SIZE];
	int status;

	if (err->status == EVAULT_E_FULL)
		status = failure_say(err, _("what was reported as kept is kept; make room and run "
					    "the same command again to complete it"));
	else if (err->status == EVAULT_E_IO)
		status = failure_say(err, _("what was reported as kept is kept; when the disk can "
					    "be written again, run the same command again to "
					    "complete it"));
	else
		status = failure_report(err, a->globals);
	if (s->left > 0)
		message_hint(
		    _("%s of it were written and are not yet kept; to keep what they hold: "
		      "evault check --adopt"),
		    format_bytes(s->left, size));
	return status;
}

static int
judge(const struct adding *a, bool reads, enum evault_status rc, const struct evault_add_summary *s,
      const struct evault_error *err)
{
	if (rc != EVAULT_OK && rc != EVAULT_E_CANCELLED)
		return failed(a, s, err);
	if (s->cancelled || rc == EVAULT_E_CANCELLED) {
		message_warning(_("stopped before the end: what is named above is kept"));
		message_hint(_("run the same command again to complete it"));
		return EXIT_PARTLY;
	}
	if (s->refused > 0 && !reads)
		message_hint(_("what was refused is not kept, all else is; when it can be read, "
			       "add it alone: what is kept is not recognised any more"));
	else if (s->refused > 0)
		message_hint(
		    _("what was refused is not kept, all else is; when it can be read, run "
		      "the same command again"));
	return s->skipped + s->refused > 0 || a->retracted ? EXIT_PARTLY : EXIT_SOUND;
}

static int
add(struct adding *a, struct evault *vault)
{
	struct evault_add_summary summary = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status;

	interrupt_watch();
	setvbuf(stdout, NULL, _IOLBF, 0); /* a line says that something is kept: it comes at once */
	progress_begin(&a->total);
	rc = evault_add(vault, &a->what, &summary, &err);
	progress_end();
	if (a->globals->json)
		print_json_summary(a, &summary);
	else
		print_summary(&summary, a->what.dry_run);
	findings_print(&a->findings, stdout);
	status = judge(a, evault_reads(vault), rc, &summary, &err);
	return a->what.read_back
		   ? read_back_tell(&summary, a->excludes.n > 0, a->globals->json, status)
		   : status;
}

static void
warn_remember(const struct adding *a, const struct evault *vault)
{
	if (!a->what.remember)
		return;
	if (evault_reads(vault)) {
		message_note(_("--remember is for who may only add: here all that is kept is "
			       "recognised"));
		return;
	}
	message_warning(_("what is kept now goes on being recognised here: whoever forces you to "
			  "open this vault can then find out whether a file of theirs is in it"));
	message_hint(_("an add without --remember forgets it"));
}

static int
open_and_add(struct adding *a)
{
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = EXIT_SOUND;

	rc = session_init(&session, a->globals, &err);
	session.adding = true;
	if (rc == EVAULT_OK)
		rc = evault_add_scan(NULL, &a->what, &a->total, &err);
	if (rc == EVAULT_OK && !agreed(a, &status))
		goto out;
	if (rc == EVAULT_OK)
		rc = session_open(&session, a->what.dry_run ? EVAULT_READ : EVAULT_WRITE, &vault,
				  &err);
	if (rc == EVAULT_OK)
		warn_remember(a, vault);
	status = rc == EVAULT_OK ? add(a, vault) : failure_report(&err, a->globals);
out:
	evault_close(vault);
	session_release(&session);
	return status;
}

/* Each is K=V, and no K is there twice: a record has one value for a field (G5). */
static bool
fields_are_right(const struct list *fields)
{
	size_t i, j, key;
	char *shown;

	for (i = 0; i < fields->n; i++) {
		key = strcspn(fields->items[i], "=");
		if (key == 0 || fields->items[i][key] == '\0') {
			options_wrong(&command_add,
				      _("a field is given as K=V, as in --field place=Aktobe"));
			return false;
		}
		for (j = 0; j < i; j++) {
			if (strncmp(fields->items[i], fields->items[j], key + 1) != 0)
				continue;
			shown = escape_text(fields->items[i]);
			options_wrong(&command_add, _("this field has a value already: %s"), shown);
			free(shown);
			return false;
		}
	}
	return true;
}

/* What was on the command line, checked as far as that is possible without the vault. */
static int
prepare(struct adding *a)
{
	struct evault_error err = { .text = "" };
	struct list *paths = &a->operands;

	if (a->files_from != NULL && a->operands.n > 0)
		return options_wrong(&command_add, _("choose one: PATH…, or --files-from"));
	if (a->files_from == NULL && a->null)
		return options_wrong(&command_add, _("-0 goes with --files-from"));
	if (a->files_from != NULL && strcmp(a->files_from, "-") == 0 &&
	    a->globals->passphrase_file != NULL && strcmp(a->globals->passphrase_file, "-") == 0)
		return options_wrong(&command_add, _("standard input can be only one of: the "
						     "passphrase, the list of files"));
	if (a->what.read_back && a->what.dry_run)
		return options_wrong(&command_add, _("choose one: --read-back, or --dry-run"));
	if (a->what.case_name != NULL && a->what.case_name[0] == '\0')
		return options_wrong(&command_add, _("the name after --case is empty"));
	if (!fields_are_right(&a->fields))
		return EXIT_FAILED;
	if (a->files_from != NULL) {
		if (lines_read(a->files_from, a->null ? '\0' : '\n', &a->given, &err) != EVAULT_OK)
			return failure_report(&err, a->globals);
		paths = &a->given;
	}
	if (paths->n == 0)
		return options_wrong(&command_add, _("name the files or folders to keep"));
	sandbox_allow_all(paths, SANDBOX_READ);
	a->what.paths = paths->items;
	a->what.n_paths = paths->n;
	a->what.tags = a->tags.items;
	a->what.n_tags = a->tags.n;
	a->what.fields = a->fields.items;
	a->what.n_fields = a->fields.n;
	a->what.excludes = a->excludes.items;
	a->what.n_excludes = a->excludes.n;
	return OPTIONS_GO_ON;
}

static int
run_add(struct globals *globals, char **argv)
{
	struct adding a = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "case", .text = &a.what.case_name },
		{ 0, "title", .text = &a.what.title },
		{ 0, "tag", .list = &a.tags },
		{ 0, "field", .list = &a.fields },
		{ 0, "exclude", .list = &a.excludes },
		{ 0, "files-from", .text = &a.files_from, .path = SANDBOX_READ },
		{ '0', "null", .flag = &a.null },
		{ 'n', "dry-run", .flag = &a.what.dry_run },
		{ 0, "read-back", .flag = &a.what.read_back },
		{ 0, "remember", .flag = &a.what.remember },
		{ 'y', "yes", .flag = &a.yes },
		{ 0 },
	};
	int status = options_read(&command_add, options, globals, argv, &a.operands);

	a.what.event = on_event;
	a.what.finding = on_finding;
	a.what.progress = progress_show;
	a.what.ctx = &a;
	if (status == OPTIONS_GO_ON)
		status = prepare(&a);
	if (status == OPTIONS_GO_ON)
		status = open_and_add(&a);
	list_release(&a.operands);
	list_release_all(&a.given);
	list_release(&a.tags);
	list_release(&a.fields);
	list_release(&a.excludes);
	return status;
}

const struct command command_add = {
	.name = "add",
	.summary = N_("keep files and folders"),
	.usage = N_(
	    "usage: evault add PATH… [--case C] [--title T] [--tag T]… [--field K=V]…\n"
	    "                  [--exclude GLOB]… [--dry-run | --read-back] [--yes] [--remember]\n"
	    "       evault add --files-from FILE [-0] …\n"
	    "\n"
	    "Keeps files, and folders with all that is in them. Each line that it prints is\n"
	    "one file that is kept: how to cite it, its SHA-256, its name. The originals are\n"
	    "not changed and remain where they are. What is kept already is recognised, so an\n"
	    "add that was cut short is completed by running it again.\n"
	    "\n"
	    "  --case C           the case that they belong to\n"
	    "  --title T          what they are, in a few words\n"
	    "  --tag T            a word to find them by; may be repeated\n"
	    "  --field K=V        anything else that is known; may be repeated, with another K\n"
	    "  --exclude GLOB     leave out what is named so; may be repeated\n"
	    "  --files-from FILE  read the paths from FILE, one on each line; - is standard input\n"
	    "  -0, --null         these paths end in NUL bytes, as find -print0 writes them\n"
	    "  -n, --dry-run      say what would be kept, and keep nothing\n"
	    "  --read-back        read from the disk what was kept, compare, and say whether the\n"
	    "                     card may be erased\n"
	    "  -y, --yes          do not ask, however much it is\n"
	    "  --remember         on a device that can add and not read: go on recognising what\n"
	    "                     is kept. Without it, that ends with each add that is complete\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault add --case Aktobe-3 --field place='market square' DCIM\n"),
	.run = run_add,
};
