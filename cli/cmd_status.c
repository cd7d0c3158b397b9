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

static void
print_json(const char *dir, const struct evault_status_info *info)
{
	struct json json;

	json = json_begin(stdout);
	json_text(&json, "path", dir);
	json_text(&json, "origin", info->origin);
	json_text(&json, "root", info->root);
	json_number(&json, "entries", info->entries);
	json_number(&json, "packs", info->packs);
	json_number(&json, "pack_bytes", info->pack_bytes);
	json_bool(&json, "unlocked", info->unlocked);
	if (info->unlocked) {
		json_number(&json, "items", info->items);
		json_number(&json, "files", info->files);
		json_number(&json, "bytes", info->bytes);
		json_number(&json, "lost", info->missing);
		json_text(&json, "holder", info->holder);
		json_text(&json, "role", info->role);
	}
	json_end(&json);
}

static void
print_line(const char *label, const char *text)
{
	printf("%-9s ", label);
	escape_write(stdout, text, strlen(text));
	fputc('\n', stdout);
}

static void
print_text(const char *dir, const struct evault_status_info *info)
{
	char size[FORMAT_SIZE];

	print_line(_("vault"), dir);
	print_line(_("name"), info->origin);
	printf("%-9s %" PRIu64 "\n", _("entries"), info->entries);
	print_line(_("root"), info->root);
	printf("%-9s %" PRIu64 " (%s)\n", _("packs"), info->packs,
	       format_bytes(info->pack_bytes, size));
	if (!info->unlocked) {
		print_line(_("locked"), _("the rest is seen with a key: -i FILE, or "
					  "--passphrase-file FILE"));
		return;
	}
	printf("%-9s %" PRIu64 "\n", _("items"), info->items);
	printf("%-9s %" PRIu64 " (%s)\n", _("files"), info->files, format_bytes(info->bytes, size));
	print_line(_("holder"), info->holder[0] == '\0' ? "-" : info->holder);
	print_line(_("role"), info->role);
}

static int
run_status(struct globals *globals, char **argv)
{
	struct session session;
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
		rc = session_open(&session, session_has_key(globals) ? EVAULT_READ : EVAULT_SEALED,
				  &vault, &err);
	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &info, &err);
	if (rc != EVAULT_OK)
		status = failure_report(&err, globals);
	else if (globals->json)
		print_json(session.dir, &info);
	else
		print_text(session.dir, &info);
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
	    "With a key (-i, --passphrase-file) also what is in them, and who you are.\n"
	    "\n"
	    "example:\n"
	    "  evault -V case.vault status\n"),
	.run = run_status,
};
