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
#include "memory.h"
#include "message.h"
#include "options.h"
#include "session.h"

enum {
	UNANSWERED_SHOWN = 10
};

/* What was found of the vault. */
struct found {
	struct evault_status_info info;
	struct evault_kept kept;
	enum evault_armed armed;
	struct evault_unanswered *unanswered; /* bundles without a receipt */
	size_t n_unanswered;
};

/* In --json. */
static const char *const armed_words[] = { "no", "yes", "before the last change of keys" };

static void
unanswered_to_json(struct json *json, const struct found *found)
{
	const struct evault_unanswered *bundle;
	size_t i;

	json_array_begin(json, "without_receipt");
	for (i = 0; i < found->n_unanswered; i++) {
		bundle = &found->unanswered[i];
		json_object_begin(json, NULL, 0);
		json_number(json, "item", bundle->index);
		json_text(json, "citation", bundle->citation);
		json_text(json, "time", bundle->time);
		json_text(json, "contact", bundle->name);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
print_json(const char *dir, const struct found *found)
{
	const struct evault_status_info *info = &found->info;
	const struct evault_kept *kept = &found->kept;
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
		unanswered_to_json(&json, found);
	}
	json_text(&json, "armed", armed_words[found->armed]);
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

/* The latest first. */
static void
print_unanswered(const struct found *found)
{
	size_t i, n = found->n_unanswered;
	const struct evault_unanswered *bundle;
	char *name;

	if (n == 0)
		return;
	printf(ngettext("%zu bundle without a receipt:\n", "%zu bundles without a receipt:\n",
			(unsigned long)n),
	       n);
	for (i = 0; i < n && i < UNANSWERED_SHOWN; i++) {
		bundle = &found->unanswered[n - 1 - i];
		name = escape_text(bundle->name);
		printf("  %s  %.10s  %s\n", bundle->citation, bundle->time, name);
		free(name);
	}
	if (n > UNANSWERED_SHOWN)
		printf(ngettext("  and %zu older one\n", "  and %zu older ones\n",
				(unsigned long)(n - UNANSWERED_SHOWN)),
		       n - UNANSWERED_SHOWN);
}

static void
print_text(const char *dir, const struct found *found)
{
	const struct evault_status_info *info = &found->info;
	const struct evault_kept *kept = &found->kept;
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
	print_unanswered(found);
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

static enum evault_status
add_unanswered(void *ctx, const struct evault_unanswered *bundle, struct evault_error *err)
{
	struct found *found = ctx;
	size_t n = found->n_unanswered;

	(void)err;
	/* Room for twice as many, whenever there are a power of two. */
	if ((n & (n - 1)) == 0)
		found->unanswered =
		    memory_grow(found->unanswered, (n == 0 ? 1 : 2 * n) * sizeof(*bundle));
	found->unanswered[found->n_unanswered++] = *bundle;
	return EVAULT_OK;
}

static int
run_status(struct globals *globals, char **argv)
{
	struct session session;
	struct found found = { .armed = EVAULT_ARMED_NOT };
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = options_read(&command_status, NULL, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	status = EXIT_SOUND;
	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = open_for_status(&session, &vault, &found.kept, &err);
	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &found.info, &err);
	if (rc == EVAULT_OK && found.info.reads)
		rc = evault_unanswered(vault, add_unanswered, &found, &err);
	if (rc == EVAULT_OK)
		rc = evault_panic_armed(session.dir, &found.armed, &err);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
	else if (globals->json)
		print_json(session.dir, &found);
	else
		print_text(session.dir, &found);
	if (rc == EVAULT_OK)
		warn(&found.info, found.armed);
	if (found.info.missing > 0 && status == EXIT_SOUND) {
		item_warn_lost(found.info.missing);
		status = EXIT_DAMAGE;
	}
	free(found.unanswered);
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
	    "who you are, how long the vault stays unlocked, and which bundles for contacts\n"
	    "have no receipt yet.\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault status\n"),
	.run = run_status,
};
