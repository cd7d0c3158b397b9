#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "format.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "session.h"

/* In --json. */
static const char *const armed_words[] = { "no", "yes", "before the last change of keys" };

static void
print_json(const char *dir, const struct evault_status_info *info, const struct evault_kept *kept,
	   enum evault_armed armed)
{
	struct json json;

	json = json_begin(stdout);
	json_text(&json, "path", dir);
	json_text(&json, "origin", info->origin);
	json_text(&json, "root", info->root);
	json_number(&json, "entries", info->entries);
	json_number(&json, "packs", info->packs);
	json_number(&json, "pack_bytes", info->pack_bytes);
	json_number(&json, "drafts", info->drafts);
	json_bool(&json, "unlocked", info->unlocked);
	if (kept->kept) {
		json_text(&json, "unlocked_until", kept->until);
		json_number(&json, "unlocked_seconds", kept->seconds);
	}
	if (!info->reads)
		json_number(&json, "records", info->records);
	if (info->unlocked) {
		json_text(&json, "holder", info->holder);
		json_text(&json, "role", info->role);
	}
	if (info->reads) {
		json_number(&json, "items", info->items);
		json_number(&json, "files", info->files);
		json_number(&json, "bytes", info->bytes);
		json_number(&json, "lost", info->missing);
		json_number(&json, "behind", info->behind);
		if (info->ways > 0)
			json_number(&json, "ways", info->ways);
	}
	json_text(&json, "armed", armed_words[armed]);
	json_end(&json);
}

static void
print_label(const char *label)
{
	const char *const labels[] = { _("vault"), _("name"),   _("entries"),  _("root"),
				       _("packs"), _("drafts"), _("unlocked"), _("locked"),
				       _("items"), _("files"),  _("records"),  _("holder"),
				       _("role") };

	format_padded(stdout, label, format_widest(labels, sizeof(labels) / sizeof(labels[0]), 9));
	fputc(' ', stdout);
}

static void
print_number(const char *label, uint64_t number)
{
	print_label(label);
	printf("%" PRIu64 "\n", number);
}

static void
print_number_and_size(const char *label, uint64_t number, uint64_t bytes)
{
	char size[FORMAT_SIZE];

	print_label(label);
	printf("%" PRIu64 " (%s)\n", number, format_bytes(bytes, size));
}

static void
print_line(const char *label, const char *text)
{
	print_label(label);
	escape_write(stdout, text, strlen(text));
	fputc('\n', stdout);
}

static void
print_text(const char *dir, const struct evault_status_info *info, const struct evault_kept *kept)
{
	char left[FORMAT_SIZE];

	print_line(_("vault"), dir);
	print_line(_("name"), info->origin);
	print_number(_("entries"), info->entries);
	print_line(_("root"), info->root);
	print_number_and_size(_("packs"), info->packs, info->pack_bytes);
	if (info->drafts > 0) {
		print_label(_("drafts"));
		printf(ngettext("%" PRIu64 " unfinished statement: evault testify --resume\n",
				"%" PRIu64 " unfinished statements: evault testify --resume\n",
				(unsigned long)info->drafts),
		       info->drafts);
	}
	if (kept->kept) {
		print_label(_("unlocked"));
		/* TRANSLATORS: a time of day like 17:15, hours and minutes like 8:00:00. */
		printf(_("until %s (for %s): evault lock ends it\n"), kept->clock,
		       format_duration(kept->seconds, left));
	}
	if (!info->unlocked) {
		print_line(_("locked"), _("the rest is seen with a key: -i FILE, or "
					  "--passphrase-file FILE; or after evault unlock"));
		return;
	}
	if (info->reads) {
		print_number(_("items"), info->items);
		print_number_and_size(_("files"), info->files, info->bytes);
	} else {
		print_label(_("records"));
		/* TRANSLATORS: a number of records. */
		printf(_("%" PRIu64 ", which this key can add to and not read\n"), info->records);
	}
	print_line(_("holder"), info->holder[0] == '\0' ? "-" : info->holder);
	print_line(_("role"), _(info->role));
}

/* What somebody should do about it before something happens. */
static void
warn(const struct evault_status_info *info, enum evault_armed armed)
{
	if (armed == EVAULT_ARMED)
		message_note(_("it is armed: evault panic destroys its keys at once and asks "
			       "nobody"));
	if (armed == EVAULT_ARMED_BEFORE) {
		message_warning(_("its keys were changed since it was armed for panic"));
		message_hint(_("export the keys and arm it anew: evault help panic"));
	}
	if (info->ways != 1)
		return;
	message_warning(_("only one key opens this vault: if that is lost, nobody can open it"));
	message_hint(_("for a second way to open it, split a key among people or places that you "
		       "trust: evault key split -k 2 -n 3"));
}

/*
 * Opens it with the key that was given or is kept, and without one when there
 * is none: nobody is asked.
 */
static enum evault_status
open_for_status(struct session *session, struct evault **vault, struct evault_kept *kept,
		struct evault_error *err)
{
	bool given = session_has_key(session->globals);
	enum evault_status rc;

	session->adding = true;
	rc = session_open(session, given ? EVAULT_READ : EVAULT_SEALED, vault, err);

	if (rc == EVAULT_OK)
		rc = evault_get_kept(*vault, kept, err);
	if (rc != EVAULT_OK || given || !kept->kept)
		return rc;
	evault_close(*vault);
	*vault = NULL;
	session->unlock.ask = NULL;
	rc = session_open(session, EVAULT_READ, vault, err);
	if (rc != EVAULT_E_KEY)
		return rc;
	kept->kept = false; /* its time was over just now */
	return session_open(session, EVAULT_SEALED, vault, err);
}

static int
run_status(struct globals *globals, char **argv)
{
	struct session session;
	struct evault_kept kept = { .kept = false };
	enum evault_armed armed = EVAULT_ARMED_NOT;
	struct evault *vault = NULL;
	struct evault_status_info info = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = options_read(&command_status, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	status = EXIT_SOUND;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = open_for_status(&session, &vault, &kept, &err);
	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &info, &err);
	if (rc == EVAULT_OK)
		rc = evault_panic_armed(session.dir, &armed, &err);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
	else if (globals->json)
		print_json(session.dir, &info, &kept, armed);
	else
		print_text(session.dir, &info, &kept);
	if (rc == EVAULT_OK)
		warn(&info, armed);
	if (info.missing > 0 && status == EXIT_SOUND) {
		item_warn_lost(info.missing);
		status = EXIT_DAMAGE;
	}
	evault_close(vault);
	session_release(&session);
	return status;
}

const struct command command_status = {
	.name = "status",
	.summary = N_("say how much the vault holds"),
	.usage = N_(
	    "usage: evault status\n"
	    "\n"
	    "Says the vault's name, the size and root of its log, and how many packs there are.\n"
	    "With a key (-i, --passphrase-file, or after evault unlock) also what is in them,\n"
	    "who you are, and how long the vault stays unlocked.\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault status\n"),
	.run = run_status,
};
