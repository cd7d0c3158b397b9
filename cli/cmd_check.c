#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "findings.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "session.h"

struct checking {
	struct globals *globals;
	bool quick, sealed;
	struct evault_check what;
	struct findings findings;
};

static void
on_finding(void *ctx, const struct evault_finding *finding)
{
	struct checking *c = ctx;

	findings_take(&c->findings, c->globals->json, finding);
}

static void
print_json_summary(const struct evault_check_summary *s)
{
	struct json json;

	json = json_begin(stdout);
	json_object_begin(&json, "summary", strlen("summary"));
	json_number(&json, "entries", s->entries);
	json_number(&json, "items", s->items);
	json_number(&json, "packs", s->packs);
	json_number(&json, "packs_read", s->packs_read);
	json_number(&json, "objects", s->objects);
	json_number(&json, "records", s->records);
	json_number(&json, "bytes_read", s->bytes_read);
	json_number(&json, "damage", s->damage);
	json_number(&json, "interrupted", s->interrupted);
	json_number(&json, "unreadable", s->unreadable);
	json_number(&json, "adopted", s->adopted);
	json_bool(&json, "log_checked", s->log_checked);
	json_bool(&json, "packs_checked", s->packs_checked);
	json_bool(&json, "content_checked", s->content_checked);
	json_bool(&json, "against_checked", s->against_checked);
	json_bool(&json, "adds_only", s->adds_only);
	json_bool(&json, "cancelled", s->cancelled);
	json_bool(&json, "sound", s->sound);
	json_object_end(&json);
	json_end(&json);
}

static const char *
why_not_inside(const struct checking *c, const struct evault_check_summary *s)
{
	if (c->sealed)
		return _("no key was used");
	if (s->adds_only)
		return _("this key can add and not read: check a copy at headquarters");
	if (c->quick)
		return _("--quick does not read them");
	if (s->cancelled)
		return _("the check was stopped");
	return _("damage kept the vault from being unlocked or read");
}

/* What was looked at and what was not (G10). */
static void
print_extent(const struct checking *c, const struct evault_check_summary *s)
{
	char size[FORMAT_SIZE];

	if (s->log_checked)
		printf(_("checked: the log with its %" PRIu64 " entries and signatures, and the "
			 "key files\n"),
		       s->entries);
	else
		puts(_("not checked: the log"));
	if (s->packs_checked)
		printf(_("checked: every byte of %" PRIu64 " packs against the log (%s read)\n"),
		       s->packs_read, format_bytes(s->bytes_read, size));
	else
		printf(_("not checked: the bytes of the %" PRIu64 " packs\n"), s->packs);
	if (s->packs_checked && s->packs_read < s->packs)
		printf(ngettext("not checked: the bytes of %" PRIu64 " pack that is missing, of a "
				"wrong size or cannot be read\n",
				"not checked: the bytes of %" PRIu64
				" packs that are missing, of a "
				"wrong size or cannot be read\n",
				s->packs - s->packs_read),
		       s->packs - s->packs_read);
	if (s->content_checked)
		printf(_("checked: %" PRIu64 " records and %" PRIu64 " files inside the packs, of "
			 "%" PRIu64 " items\n"),
		       s->records, s->objects, s->items);
	else
		printf(_("not checked: what is inside the packs, because %s\n"),
		       why_not_inside(c, s));
	if (s->against_checked)
		puts(_("checked: the log against the checkpoint that was given"));
	else if (c->what.against == NULL && c->what.against_short == NULL)
		puts(_("not checked: whether the log's history is the one that somebody outside "
		       "knows (--against)"));
	else
		puts(_("not checked: the checkpoint that was given"));
	if (s->adopted > 0)
		printf(ngettext("taken in: %" PRIu64 " record that an interrupted run had left\n",
				"taken in: %" PRIu64 " records that an interrupted run had left\n",
				s->adopted),
		       s->adopted);
}

/* Somebody asked for all of it, and has no key for that. */
static bool
is_partial(const struct checking *c, const struct evault_check_summary *s)
{
	return s->adds_only && !c->quick;
}

static int
print_verdict(const struct checking *c, const struct evault_check_summary *s)
{
	if (s->damage > 0) {
		printf(ngettext("DAMAGED: %" PRIu64 " finding\n", "DAMAGED: %" PRIu64 " findings\n",
				s->damage),
		       s->damage);
		fflush(stdout);
		message_hint(_("change nothing in it; copy the whole folder now. Originals that "
			       "you still have: add them again, and what was damaged of them is "
			       "kept anew"));
		return EXIT_DAMAGE;
	}
	if (s->cancelled) {
		puts(_("stopped before the end: nothing wrong was found so far"));
		return EXIT_PARTLY;
	}
	if (s->unreadable > 0 || !s->sound) {
		printf(_("NOT KNOWN: %" PRIu64 " could not be read; nothing wrong was found in the "
			 "rest\n"),
		       s->unreadable);
		return EXIT_PARTLY;
	}
	puts(_("sound: all that was checked is as it was kept"));
	return is_partial(c, s) ? EXIT_PARTLY : EXIT_SOUND;
}

static int
judge(const struct checking *c, const struct evault_check_summary *s)
{
	if (s->damage > 0)
		return EXIT_DAMAGE;
	return s->sound && !s->cancelled && !is_partial(c, s) ? EXIT_SOUND : EXIT_PARTLY;
}

static int
check(struct checking *c)
{
	struct session session;
	struct evault_check_summary summary = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_access access = EVAULT_READ;
	enum evault_status rc;

	if (c->sealed)
		access = EVAULT_SEALED;
	else if (c->what.adopt)
		access = EVAULT_WRITE;
	rc = session_init(&session, c->globals, &err);
	if (rc == EVAULT_OK) {
		interrupt_watch();
		progress_begin(NULL);
		rc = evault_check(session.dir, access, c->sealed ? NULL : &session.unlock, &c->what,
				  &summary, &err);
		progress_end();
	}
	session_release(&session);
	findings_print(&c->findings, stdout);
	if (rc != EVAULT_OK)
		return failure_report(&err, c->globals);
	if (c->globals->json) {
		print_json_summary(&summary);
		return judge(c, &summary);
	}
	print_extent(c, &summary);
	return print_verdict(c, &summary);
}

/* A file of that name comes first. */
static void
take_against(struct evault_check *what)
{
	struct stat st;

	if (what->against == NULL || !evault_is_short(what->against) ||
	    stat(what->against, &st) == 0)
		return;
	what->against_short = what->against;
	what->against = NULL;
}

static int
run_check(struct globals *globals, char **argv)
{
	struct checking c = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "quick", .flag = &c.quick },
		{ 0, "sealed", .flag = &c.sealed },
		{ 0, "against", .text = &c.what.against, .path = SANDBOX_READ },
		{ 0, "adopt", .flag = &c.what.adopt },
		{ 0 },
	};
	int status = options_read(&command_check, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (c.what.adopt && (c.sealed || c.quick))
		return options_wrong(&command_check,
				     _("--adopt reads everything, with a key: it goes neither with "
				       "--sealed nor with --quick"));
	take_against(&c.what);
	c.what.depth = c.quick ? EVAULT_CHECK_QUICK : EVAULT_CHECK_FULL;
	c.what.finding = on_finding;
	c.what.progress = progress_show;
	c.what.ctx = &c;
	return check(&c);
}

const struct command command_check = {
	.name = "check",
	.summary = N_("compare everything with what was kept"),
	.usage = N_(
	    "usage: evault check [--quick] [--sealed] [--against CHECKPOINT] [--adopt]\n"
	    "\n"
	    "Reads the vault and says what is not as it was kept: what is missing, what was\n"
	    "altered, which item it is, and what was not checked.\n"
	    "\n"
	    "  --quick                the log, signatures, keys and sizes; no pack is read\n"
	    "  --sealed               without a key: every byte is there, and rightly signed\n"
	    "  --against CHECKPOINT   the log continues this one, which was given away before: a\n"
	    "                         file, or what checkpoint --short printed, as you type it\n"
	    "  --adopt                take in what an interrupted run has left\n"
	    "\n"
	    "On a device that can add and not read, it does what --sealed does, and ends with 3.\n"
	    "\n"
	    "exit status: 0 sound, 1 damage was found, 2 the check could not run,\n"
	    "3 no damage was found, but not everything could be read\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault check\n"),
	.run = run_check,
};
