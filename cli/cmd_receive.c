#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle.h"
#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "memory.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "session.h"

enum {
	RECEIPT_SIZE = 256,
	ORIGIN_SHOWN = 6, /* hex digits of a vault's name */
};

struct receiving {
	struct globals *globals;
	struct list operands;
	struct evault *vault;
	const char *dir; /* the other vault, or the bundle, at hand */
	const char *signer, *against, *receipt;
	bool dry_run;
};

/* ---- events -------------------------------------------------------------------- */

static void
print_json_event(const struct receiving *r, const struct evault_receive_event *e)
{
	static const char *const words[] = { "received", "failed", "would" };
	struct json json = json_begin(stdout);

	json_text(&json, "event", words[e->what]);
	json_text(&json, "from", r->dir);
	json_number(&json, "from_item", e->from);
	json_text(&json, "citation", e->citation);
	if (e->what == EVAULT_RECEIVE_KEPT)
		json_number(&json, "item", e->index);
	if (e->action[0] != '\0')
		json_bytes(&json, "action", e->action, strlen(e->action));
	if (e->name[0] != '\0')
		json_bytes(&json, "name", e->name, strlen(e->name));
	if (e->sha256[0] != '\0') {
		json_text(&json, "sha256", e->sha256);
		json_number(&json, "size", e->size);
	}
	if (e->why != NULL)
		json_text(&json, "detail", e->why);
	json_end(&json);
}

/* What the record is: its file's name, or its action. */
static char *
event_text(const struct evault_receive_event *e)
{
	return escape_text(e->name[0] != '\0'     ? e->name
			   : e->sha256[0] != '\0' ? _("name withheld")
						  : e->action);
}

/* What has no citation here yet is named by where it is. */
static char *
event_cited(const struct receiving *r, const struct evault_receive_event *e)
{
	char *dir = escape_text(r->dir), *cited;
	const size_t size = strlen(dir) + 200;

	cited = memory_grow(NULL, size);
	if (e->citation[0] != '\0')
		snprintf(cited, size, "%s", e->citation);
	else
		snprintf(cited, size, _("entry %" PRIu64 " of %s"), e->from, dir);
	free(dir);
	return cited;
}

static void
print_event(const struct evault_receive_event *e, const char *cited)
{
	char *what = event_text(e);

	if (e->what == EVAULT_RECEIVE_WOULD)
		printf(_("would be received: %s  "), cited);
	else if (e->sha256[0] != '\0')
		printf("%s  %s  ", cited, e->sha256);
	else
		printf("%s  ", cited);
	printf(e->name[0] != '\0' ? "%s\n" : "(%s)\n", what);
	free(what);
}

static void
on_event(void *ctx, const struct evault_receive_event *e)
{
	const struct receiving *r = ctx;
	char *what, *cited;

	progress_hide();
	if (r->globals->json)
		print_json_event(r, e);
	if (r->globals->json && e->what != EVAULT_RECEIVE_FAILED)
		return;
	cited = event_cited(r, e);
	what = event_text(e);
	if (e->what != EVAULT_RECEIVE_FAILED)
		print_event(e, cited);
	else if (what[0] != '\0')
		message_error(_("not received: %s (%s): %s"), cited, what, e->why);
	else
		message_error(_("not received: %s: %s"), cited, e->why);
	free(cited);
	free(what);
}

/* ---- summaries ------------------------------------------------------------------ */

static void
print_json_summary(const struct receiving *r, const struct evault_receive_summary *s)
{
	struct json json = json_begin(stdout);

	json_object_begin(&json, "summary", strlen("summary"));
	json_text(&json, "from", r->dir);
	json_text(&json, "origin", s->origin);
	json_number(&json, "entries", s->entries);
	json_number(&json, "received", s->received);
	json_number(&json, "items", s->items);
	json_number(&json, "already", s->already);
	json_number(&json, "failed", s->failed);
	json_number(&json, "bytes", s->bytes);
	json_number(&json, "deduplicated", s->deduplicated);
	json_number(&json, "left", s->left);
	if (s->receipt != NULL) {
		json_number(&json, "without_file", s->without_file);
		json_text(&json, "receipt", s->receipt);
	}
	if (s->forked)
		json_number(&json, "forked_after", s->common);
	if (s->logged)
		json_number(&json, "log_item", s->index);
	json_bool(&json, "dry_run", r->dry_run);
	json_bool(&json, "cancelled", s->cancelled);
	json_object_end(&json);
	json_end(&json);
}

/* After how many records were received. */
static void
print_tally(const struct evault_receive_summary *s)
{
	char size[FORMAT_SIZE];

	printf(ngettext(", %" PRIu64 " of them an item (%s)", ", %" PRIu64 " of them items (%s)",
			s->items),
	       s->items, format_bytes(s->bytes, size));
	if (s->already > 0)
		printf(_(", %" PRIu64 " here already"), s->already);
	if (s->failed > 0)
		printf(_(", %" PRIu64 " not received"), s->failed);
}

static void
print_summary(const struct receiving *r, const struct evault_receive_summary *s)
{
	char size[FORMAT_SIZE], *dir = escape_text(r->dir);

	if (r->dry_run) {
		printf(_("dry run: nothing was received from %s\n"), dir);
		free(dir);
		return;
	}
	printf(ngettext("%s (%.*s): %" PRIu64 " record received",
			"%s (%.*s): %" PRIu64 " records received", s->received),
	       dir, ORIGIN_SHOWN, s->origin + strlen("evault/"), s->received);
	print_tally(s);
	if (s->deduplicated > 0)
		printf(_("; %s of it was in the vault before and not written again"),
		       format_bytes(s->deduplicated, size));
	fputc('\n', stdout);
	if (s->logged)
		printf(ngettext("its signed log of %" PRIu64 " entry is kept as %" PRIu64 "\n",
				"its signed log of %" PRIu64 " entries is kept as %" PRIu64 "\n",
				s->entries),
		       s->entries, s->index);
	free(dir);
}

static int
report_failure(const struct receiving *r, const struct evault_receive_summary *s,
	       const struct evault_error *err)
{
	if (err->status == EVAULT_E_DAMAGED && s->origin[0] != '\0')
		return failure_say(err, _("compare both with a checkpoint that was sent from the "
					  "device: evault check --against"));
	if (err->status == EVAULT_E_NOT_VAULT)
		return failure_say(err, _("name the other vault's own folder, in which its packs, "
					  "keys and log are"));
	return failure_report(err, r->globals);
}

static void
hint_left(const struct evault_receive_summary *s)
{
	char size[FORMAT_SIZE];

	if (s->left > 0)
		message_hint(_("%s of it were written and are not yet kept; to keep what "
			       "they hold: evault check --adopt"),
			     format_bytes(s->left, size));
}

static int
judge(const struct receiving *r, enum evault_status rc, const struct evault_receive_summary *s,
      const struct evault_error *err)
{
	char *dir;
	int status;

	if (rc != EVAULT_OK) {
		status = report_failure(r, s, err);
		hint_left(s);
		return status;
	}
	if (s->forked) {
		dir = escape_text(r->dir);
		message_error(ngettext("%s is a copy of this vault that went on alone, after the "
				       "first %" PRIu64 " entry: a fork",
				       "%s is a copy of this vault that went on alone, after the "
				       "first %" PRIu64 " entries: a fork",
				       s->common),
			      dir, s->common);
		free(dir);
	}
	if (s->failed > 0) {
		message_hint(_("what was not received is damaged or missing there, all else is "
			       "kept; when there is a better copy of that vault, receive it, "
			       "too"));
		return EXIT_DAMAGE;
	}
	if (!s->cancelled)
		return s->forked ? EXIT_DAMAGE : EXIT_SOUND;
	message_warning(_("stopped before the end: what is named above is kept"));
	message_hint(_("run the same command again to complete it"));
	return EXIT_PARTLY;
}

/* ---- bundles -------------------------------------------------------------------------- */

/* A file; or a folder with a bag in it, and no vault. */
static bool
is_bundle(const char *path)
{
	size_t len = strlen(path);
	char *inside = memory_need(len + sizeof("/bagit.txt"));
	struct stat st;
	bool is;

	snprintf(inside, len + sizeof("/bagit.txt"), "%s/bagit.txt", path);
	is = strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) ||
	     stat(inside, &st) == 0;
	free(inside);
	return is;
}

/* Where the receipt goes when nobody says: beside nothing that has this name. */
static const char *
choose_receipt(const struct receiving *r, char out[RECEIPT_SIZE])
{
	const char *slash = strrchr(r->dir, '/');
	struct stat st;

	if (r->receipt != NULL || r->dry_run)
		return r->receipt;
	snprintf(out, RECEIPT_SIZE, "%.200s.receipt", slash == NULL ? r->dir : slash + 1);
	return lstat(out, &st) == 0 ? NULL : out;
}

static void
print_bundle_summary(const struct evault_receive_summary *s)
{
	printf(
	    ngettext("received: %" PRIu64 " record", "received: %" PRIu64 " records", s->received),
	    s->received);
	print_tally(s);
	fputc('\n', stdout);
	if (s->without_file > 0)
		printf(ngettext("%" PRIu64 " record came without its file: it is kept with the "
				"proofs, and is no item here\n",
				"%" PRIu64 " records came without their files: they are kept with "
				"the proofs, and are no items here\n",
				s->without_file),
		       s->without_file);
	if (s->logged)
		printf(_("what proves it is kept as %" PRIu64 "\n"), s->index);
}

/* For who sent it; where it was written. */
static void
print_receipt(const struct evault_receive_summary *s, const char *receipt)
{
	char *path;

	if (s->receipt == NULL)
		return;
	path = receipt == NULL ? NULL : escape_text(receipt);
	if (path != NULL)
		printf(_("receipt, for who sent it: %s\n"), path);
	else
		message_note(_("a file of the receipt's name is there already, and was left alone: "
			       "for another one say --receipt FILE"));
	free(path);
}

static int
judge_bundle(const struct receiving *r, struct bundle *b, enum evault_status rc,
	     const struct evault_receive_summary *s, const char *receipt,
	     const struct evault_error *err)
{
	bool taken = s->received + s->already + s->failed + s->without_file > 0;
	int status;

	if (taken && !r->globals->json && !r->dry_run && (rc == EVAULT_OK || s->receipt != NULL))
		print_bundle_summary(s);
	if (rc != EVAULT_OK && s->receipt != NULL) {
		message_note(_("what came is kept; the receipt could not be written"));
		return failure_report(err, r->globals);
	}
	if (rc != EVAULT_OK) {
		status = b->summary.origin[0] == '\0' ? bundle_fail(b, err)
						      : failure_report(err, r->globals);
		hint_left(s);
		return status;
	}
	if (s->cancelled) {
		message_warning(_("stopped before the end: nothing was received"));
		message_hint(_("run the same command again to complete it"));
		return EXIT_PARTLY;
	}
	if (!r->globals->json && !r->dry_run)
		print_receipt(s, receipt);
	else if (r->dry_run && !r->globals->json)
		puts(_("dry run: nothing was received"));
	status = bundle_print(b);
	if (!taken && !r->dry_run)
		message_error(_("nothing was received"));
	return status == EXIT_SOUND && s->failed > 0 ? EXIT_DAMAGE : status;
}

static int
receive_bundle(struct receiving *r, bool *stop)
{
	struct bundle b = { .what = {
				.path = r->dir, .signer = r->signer, .against = r->against } };
	struct evault_receive what = {
		.dry_run = r->dry_run, .event = on_event, .progress = progress_show, .ctx = r
	};
	struct evault_receive_summary summary = { .received = 0 };
	struct evault_error err = { .text = "" };
	char name[RECEIPT_SIZE];
	enum evault_status rc;
	int status;

	bundle_begin(&b, r->globals);
	b.what.item = NULL; /* what was received is told */
	what.receipt = choose_receipt(r, name);
	progress_begin(NULL);
	rc = evault_receive_bundle(r->vault, &b.what, &what, &b.summary, &summary, &err);
	progress_end();
	findings_print(&b.findings, stdout);
	if (summary.origin[0] != '\0' && r->globals->json)
		print_json_summary(r, &summary);
	status = judge_bundle(r, &b, rc, &summary, what.receipt, &err);
	*stop = summary.cancelled || rc == EVAULT_E_FULL || rc == EVAULT_E_NOMEM ||
		(rc == EVAULT_E_IO && summary.origin[0] != '\0');
	evault_free(summary.receipt);
	bundle_release(&b);
	return status;
}

/* ---- the command ------------------------------------------------------------------- */

/* One other vault; its key is among those given, or it is asked for. */
static int
receive_one(struct receiving *r, bool *stop)
{
	struct globals there = *r->globals;
	struct evault_receive what = { .dir = r->dir, .dry_run = r->dry_run };
	struct evault_receive_summary summary = { .received = 0 };
	struct evault_error err = { .text = "" };
	struct session session;
	enum evault_status rc;
	int status;

	there.vault = r->dir;
	there.passphrase_file = NULL;
	rc = session_init(&session, &there, &err);
	if (rc == EVAULT_OK) {
		session_ask_too(&session);
		what.unlock = &session.unlock;
		what.event = on_event;
		what.progress = progress_show;
		what.ctx = r;
		progress_begin(NULL);
		rc = evault_receive(r->vault, &what, &summary, &err);
		progress_end();
	}
	if (summary.origin[0] != '\0' && r->globals->json)
		print_json_summary(r, &summary);
	else if (summary.origin[0] != '\0')
		print_summary(r, &summary);
	status = judge(r, rc, &summary, &err);
	/* After a failed commit the vault takes nothing more. */
	*stop = summary.cancelled || rc == EVAULT_E_FULL || rc == EVAULT_E_NOMEM ||
		(rc == EVAULT_E_IO && summary.origin[0] != '\0');
	session_release(&session);
	return status;
}

/* Could not run, before damage, before not everything. */
static int
worse(int a, int b)
{
	static const int rank[] = { 0, 2, 3, 1 };

	return rank[b] > rank[a] ? b : a;
}

static int
receive(struct receiving *r)
{
	struct session session;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = EXIT_SOUND;
	bool stop = false;
	size_t i;

	rc = session_init(&session, r->globals, &err);
	if (rc == EVAULT_OK) {
		/* The keys that are given may all be those of the other vaults. */
		session_ask_too(&session);
		rc = session_open(&session, r->dry_run ? EVAULT_READ : EVAULT_WRITE, &r->vault,
				  &err);
	}
	if (rc != EVAULT_OK)
		status = failure_report(&err, r->globals);
	interrupt_watch();
	setvbuf(stdout, NULL, _IOLBF, 0); /* a line says that something is kept: it comes at once */
	for (i = 0; rc == EVAULT_OK && i < r->operands.n && !stop; i++) {
		r->dir = r->operands.items[i];
		status = worse(status, is_bundle(r->dir) ? receive_bundle(r, &stop)
							 : receive_one(r, &stop));
	}
	evault_close(r->vault);
	session_release(&session);
	return status;
}

/* A receipt of each bundle is written to the working folder, unless it is said where. */
static int
allow_receipt(const struct receiving *r)
{
	bool bundles = false;
	size_t i;

	for (i = 0; i < r->operands.n; i++) {
		bundle_allow(r->operands.items[i]);
		bundles = bundles || is_bundle(r->operands.items[i]);
	}
	if (r->receipt != NULL)
		return OPTIONS_GO_ON;
	if (bundles && !r->dry_run && session_lies_in_vault("."))
		return options_wrong(&command_receive,
				     _("the working folder is in a vault, and a receipt that is "
				       "written there is found with it: say where to, with "
				       "--receipt FILE, or work elsewhere"));
	sandbox_allow(".", SANDBOX_OUTPUT);
	return OPTIONS_GO_ON;
}

static int
run_receive(struct globals *globals, char **argv)
{
	struct receiving r = { .globals = globals };
	const struct option_def options[] = {
		{ 'n', "dry-run", .flag = &r.dry_run },
		{ 0, "signer", .text = &r.signer, .path = SANDBOX_READ },
		{ 0, "against", .text = &r.against, .path = SANDBOX_READ },
		{ 0, "receipt", .text = &r.receipt, .path = SANDBOX_OUTPUT },
		{ 0 },
	};
	int status = options_read(&command_receive, options, globals, argv, &r.operands);

	if (status == OPTIONS_GO_ON && r.operands.n == 0)
		status = options_wrong(&command_receive,
				       _("name what to receive, a vault or a bundle, as in: evault "
					 "receive /media/stick/field.vault"));
	if (status == OPTIONS_GO_ON && r.receipt != NULL && r.operands.n > 1)
		status = options_wrong(&command_receive, _("--receipt is for one bundle"));
	if (status == OPTIONS_GO_ON)
		status = allow_receipt(&r);
	if (status == OPTIONS_GO_ON)
		status = receive(&r);
	list_release(&r.operands);
	return status;
}

const struct command command_receive = {
	.name = "receive",
	.summary = N_("take other vaults, and bundles, into this one"),
	.usage = N_(
	    "usage: evault receive VAULT… [--dry-run]\n"
	    "       evault receive BUNDLE… [--signer CARD|KEY] [--against CHECKPOINT]\n"
	    "                      [--receipt FILE] [--dry-run]\n"
	    "\n"
	    "Takes all that another vault keeps, that of a device from the field, into this\n"
	    "one: files, statements, what was said of them, and who was given what. Nothing is\n"
	    "written there. Items are cited as where they were recorded. The signed log of the\n"
	    "other vault is kept with them, so that anybody can prove of each that it was\n"
	    "recorded there, and when in its order. What is here already is recognised: receive\n"
	    "again when there is more, or when this was cut short.\n"
	    "\n"
	    "The keys given with -i are for this vault and for the others; where none opens one,\n"
	    "its passphrase is asked for. A vault whose past is not the one that was received\n"
	    "before is refused: it is a fork.\n"
	    "\n"
	    "A bundle is checked as verify checks it, and the exit status is verify's. What is\n"
	    "whole and proved in it is taken in, with the proofs; what was withheld stays so.\n"
	    "One that was made for somebody else, or shows a fork, is not taken. A receipt is\n"
	    "written: a small signed file that says what was found. Send it to the sender.\n"
	    "\n"
	    "  -n, --dry-run      say what would be received, and keep nothing\n"
	    "  --signer CARD|KEY, --against CHECKPOINT\n"
	    "                     as for verify; your contacts are known without it\n"
	    "  --receipt FILE     where the receipt is written (else BUNDLE.receipt, here)\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault -i headquarters.key receive /media/stick/field.vault\n"),
	.run = run_receive,
};
