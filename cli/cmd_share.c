/* Giving evidence to somebody, as a bundle that stands on its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "evault.h"
#include "failure.h"
#include "interrupt.h"
#include "message.h"
#include "new_passphrase.h"
#include "options.h"
#include "progress.h"
#include "secret.h"
#include "selection.h"
#include "session.h"
#include "share_tell.h"

static const char passphrase_word[] = "passphrase";
static const char instead[] =
    N_("there is no terminal to ask for the bundle's passphrase: give --to a contact or a "
       "recipient, or --new-passphrase-file");

struct sharing {
	struct globals *globals;
	struct selection sel;
	struct list to, withhold, names, disclose;
	const char *disclose_only, *audience_text, *volumes, *out, *folder, *passphrase_file;
	bool not_encrypted;
	enum evault_audience audience;
	struct evault_share what;
	struct secret *passphrase;
};

/* ---- one addressee ------------------------------------------------------------------ */

static void
on_event(void *ctx, const struct evault_share_event *e)
{
	struct sharing *s = ctx;

	share_tell_item(s->globals, s->what.dry_run, e);
}

/* A name that every file system takes: of letters, digits and what is harmless between them. */
static void
put_safe(FILE *out, const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		bool plain = (unsigned char)name[i] > ' ' && strchr("/\\:*?\"<>|", name[i]) == NULL;

		fputc(plain && (i > 0 || name[i] != '.') ? name[i] : '_', out);
	}
}

/* "FOLDER/NAME.bag.tar.age" */
static char *
path_for(const char *folder, const char *to)
{
	char *path = NULL;
	size_t size;
	FILE *out = open_memstream(&path, &size);

	if (out == NULL)
		return NULL;
	fprintf(out, "%s/", folder);
	put_safe(out, to);
	fputs(".bag.tar.age", out);
	if (fclose(out) != 0) {
		free(path);
		return NULL;
	}
	return path;
}

static enum evault_status
ask_passphrase(struct sharing *s, struct evault_error *err)
{
	struct new_passphrase pass = { s->passphrase_file, _(instead), NULL, NULL };
	enum evault_status rc;

	if (s->passphrase != NULL)
		return EVAULT_OK;
	s->passphrase = secret_new();
	rc = new_passphrase(&pass, s->passphrase, err);
	s->what.passphrase = s->passphrase->text;
	return rc;
}

static int
say_failure(const struct sharing *s, const struct evault_error *err,
	    const struct evault_share_summary *done)
{
	int status;

	if (err->sys == EFBIG)
		status = failure_say(err, _("write it in volumes: --volumes 4G"));
	else if (err->status == EVAULT_E_DENIED && done->refused > 0)
		status =
		    failure_say(err, _("--override-consent REASON gives them all the same, and "
				       "is recorded"));
	else
		status = failure_report(err, s->globals);
	if (done->citation[0] != '\0')
		message_note(_("%s says that this was shared: it was not finished, and there is no "
			       "bundle"),
			     done->citation);
	return status;
}

static int
share_one(struct sharing *s, struct evault *vault, const char *to)
{
	struct evault_share_summary done = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc = EVAULT_OK;
	char *path = NULL;

	s->what.to = to == NULL || strcmp(to, passphrase_word) == 0 ? NULL : to;
	s->what.out = s->folder != NULL ? s->folder : s->out;
	if (s->to.n > 1 && s->out != NULL) {
		path = path_for(s->out, to);
		s->what.out = path;
	}
	if (s->what.to == NULL && !s->what.plain && !s->what.dry_run)
		rc = ask_passphrase(s, &err);
	if (s->what.dry_run)
		share_tell_head(s->globals, &s->what, to == NULL ? s->folder : to);
	if (rc == EVAULT_OK) {
		progress_begin(NULL);
		rc = evault_share(vault, &s->what, &done, &err);
		progress_end();
	}
	if (rc == EVAULT_OK)
		share_tell_end(s->globals, s->what.dry_run ? NULL : s->what.out, &done);
	free(path);
	if (rc != EVAULT_OK)
		return say_failure(s, &err, &done);
	return done.refused > 0 ? EXIT_PARTLY : EXIT_SOUND;
}

/* ---- all of them ---------------------------------------------------------------------- */

/* Damage is the worst, then that something could not be done, then that not all was. */
static int
worse(int a, int b)
{
	static const int rank[] = {
		[EXIT_SOUND] = 0, [EXIT_PARTLY] = 1, [EXIT_FAILED] = 2, [EXIT_DAMAGE] = 3
	};

	return rank[a] >= rank[b] ? a : b;
}

static int
share(struct sharing *s, struct evault *vault)
{
	struct evault_error err = { .text = "" };
	enum evault_status rc = selection_resolve(&s->sel, vault, &err);
	int status = EXIT_SOUND;
	size_t i;

	if (rc != EVAULT_OK)
		return failure_report(&err, s->globals);
	s->what.items = s->sel.picked.items;
	s->what.n_items = s->sel.picked.n;
	interrupt_watch();
	if (s->what.plain && !s->what.dry_run)
		message_warning(_("%s is not encrypted: who has the disk can read it"), s->folder);
	if (s->to.n == 0)
		return share_one(s, vault, NULL);
	for (i = 0; i < s->to.n && !interrupt_asked(); i++)
		status = worse(status, share_one(s, vault, s->to.items[i]));
	return i < s->to.n ? worse(status, EXIT_PARTLY) : status;
}

static int
open_and_share(struct sharing *s)
{
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status;

	rc = session_init(&session, s->globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, s->what.dry_run ? EVAULT_READ : EVAULT_WRITE, &vault,
				  &err);
	status = rc == EVAULT_OK ? share(s, vault) : failure_report(&err, s->globals);
	evault_close(vault);
	session_release(&session);
	return status;
}

/* ---- what was asked for ------------------------------------------------------------------ */

/* "place,witness" as two; the texts are new memory. */
static void
split(const char *text, struct list *out)
{
	size_t len;
	char *name;

	while (*text != '\0') {
		len = strcspn(text, ",");
		if (len > 0) {
			name = memory_need(len + 1);
			memcpy(name, text, len);
			name[len] = '\0';
			list_add(out, name);
		}
		text += len + (text[len] == ',');
	}
}

/* "4G", "700M", "100K" or bytes; false for anything else. */
static bool
read_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	const char *unit;
	uint64_t n = 0;

	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (n > (UINT64_C(1) << 50))
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	unit = *text == '\0' ? NULL : strchr(units, *text);
	if (*text != '\0' && (unit == NULL || text[1] != '\0' || n > (UINT64_C(1) << 24)))
		return false;
	*size = unit == NULL ? n : n << (10 * (unit - units + 1));
	return true;
}

static int
prepare_target(struct sharing *s)
{
	if (s->not_encrypted != (s->folder != NULL))
		return options_wrong(&command_share, _("--plain-folder and --not-encrypted go "
						       "together: what is in there, anybody can "
						       "read"));
	if (s->folder != NULL && (s->out != NULL || s->to.n > 1 || s->volumes != NULL))
		return options_wrong(&command_share, _("a folder is for one addressee, and takes "
						       "neither -o nor --volumes"));
	if (s->folder == NULL && s->to.n == 0)
		return options_wrong(&command_share, _("say to whom: --to a contact, an age "
						       "recipient (age1...) or passphrase"));
	if (s->folder == NULL && s->out == NULL && !s->what.dry_run)
		return options_wrong(&command_share, _("say where to: -o FILE, or with several "
						       "--to -o FOLDER"));
	if (s->volumes != NULL && !read_size(s->volumes, &s->what.volume))
		return options_wrong(&command_share, _("--volumes is a size: 4G, 700M"));
	s->what.plain = s->folder != NULL;
	return OPTIONS_GO_ON;
}

static int
prepare_fields(struct sharing *s)
{
	struct evault_error err = { .text = "" };
	size_t i;

	if (s->disclose_only != NULL && s->withhold.n > 0)
		return options_wrong(&command_share, _("give --withhold or --disclose-only, and "
						       "not both"));
	for (i = 0; i < s->withhold.n; i++)
		split(s->withhold.items[i], &s->names);
	s->what.withhold = s->names.items;
	s->what.n_withhold = s->names.n;
	if (s->disclose_only != NULL) {
		split(s->disclose_only, &s->disclose);
		list_add(&s->disclose, NULL); /* there is an array, also for no field */
		s->what.disclose = s->disclose.items;
		s->what.n_disclose = s->disclose.n - 1;
	}
	if (s->audience_text != NULL &&
	    evault_audience_parse(s->audience_text, &s->audience, &err) != EVAULT_OK)
		return options_wrong(&command_share, "%s", err.text);
	if (s->audience_text != NULL)
		s->what.audience = &s->audience;
	if (s->what.override != NULL && s->what.override[0] == '\0')
		return options_wrong(&command_share, _("--override-consent takes a reason"));
	return OPTIONS_GO_ON;
}

static int
prepare(struct sharing *s)
{
	int status = selection_settle(&command_share, &s->sel);

	if (status == OPTIONS_GO_ON)
		status = prepare_target(s);
	if (status == OPTIONS_GO_ON)
		status = prepare_fields(s);
	if (status == OPTIONS_GO_ON)
		status = refs_take(&command_share, s->globals, &s->sel.operands, &s->sel.refs);
	return status;
}

static void
release(struct sharing *s)
{
	secret_free(s->passphrase);
	selection_release(&s->sel);
	list_release(&s->to);
	list_release(&s->withhold);
	list_release_all(&s->names);
	list_release_all(&s->disclose);
}

static int
run_share(struct globals *globals, char **argv)
{
	struct sharing s = { .globals = globals };
	const struct option_def options[] = {
		{ 0, "to", .list = &s.to, .path = SANDBOX_READ },
		{ 'o', "output", .text = &s.out, .path = SANDBOX_OUTPUT },
		{ 0, "case", .text = &s.sel.filter.case_name },
		{ 0, "tag", .text = &s.sel.filter.tag },
		{ 0, "all", .flag = &s.sel.all },
		{ 0, "retracted", .flag = &s.sel.retracted },
		{ 0, "withhold", .list = &s.withhold },
		{ 0, "disclose-only", .text = &s.disclose_only },
		{ 0, "no-files", .flag = &s.what.no_files },
		{ 0, "audience", .text = &s.audience_text },
		{ 0, "override-consent", .text = &s.what.override },
		{ 0, "dry-run", .flag = &s.what.dry_run },
		{ 0, "volumes", .text = &s.volumes },
		{ 0, "plain-folder", .text = &s.folder, .path = SANDBOX_OUTPUT },
		{ 0, "not-encrypted", .flag = &s.not_encrypted },
		{ 0, "new-passphrase-file", .text = &s.passphrase_file, .path = SANDBOX_READ },
		{ 0 },
	};
	int status = options_read(&command_share, options, globals, argv, &s.sel.operands);

	s.what.event = on_event;
	s.what.progress = progress_show;
	s.what.ctx = &s;
	if (status == OPTIONS_GO_ON)
		status = prepare(&s);
	if (status == OPTIONS_GO_ON)
		status = open_and_share(&s);
	release(&s);
	return status;
}

const struct command command_share = {
	.name = "share",
	.summary = N_("give evidence to somebody, sealed to them and provable by itself"),
	.usage = N_(
	    "usage: evault share ITEM… --to WHOM -o FILE [OPTION]…\n"
	    "       evault share --case C | --tag T | --all --to WHOM… -o FILE|FOLDER [OPTION]…\n"
	    "\n"
	    "Makes a bundle: originals, what is recorded of them, and proofs that it was so in\n"
	    "this vault, signed for one addressee and sealed to them. They need no vault and no\n"
	    "evault to check it. That it was shared is recorded first. Items whose consent does\n"
	    "not name the addressee's audience are left out.\n"
	    "\n"
	    "  --to WHOM                  a contact, an age recipient (age1…), or passphrase;\n"
	    "                             several: one bundle each, and -o is a folder\n"
	    "  -o, --output PATH          a new file\n"
	    "  --case C, --tag T, --all   all items of this case, with this tag, all\n"
	    "  --retracted                only what was retracted; by number it is shared, too\n"
	    "  --withhold FIELD,…         do not show these fields (witness, place, name …)\n"
	    "  --disclose-only FIELD,…    show these fields and no others\n"
	    "  --no-files                 records alone, without the files\n"
	    "  --audience AUDIENCE        court, partner or public; else as of the contact\n"
	    "  --override-consent REASON  give what no consent covers; recorded\n"
	    "  --dry-run                  only show what would be given, and what not\n"
	    "  --volumes SIZE             files of less than SIZE: 4G for FAT sticks\n"
	    "  --plain-folder DIR         a folder that anybody can read, for who insists\n"
	    "  --not-encrypted            goes with it\n"
	    "  --new-passphrase-file FILE its first line is the bundle's passphrase\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault share --case Aktobe-3 --to court --withhold witness,place \\\n"
	    "    -o aktobe.bag.tar.age\n"),
	.run = run_share,
};
