/* The answer to a bundle, at the vault that made it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "contact.h"
#include "escape.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "session.h"

/* ---- as it goes ------------------------------------------------------------------- */

static void
on_item(void *ctx, const struct evault_receipt_item *item)
{
	const struct globals *globals = ctx;
	struct json json;

	if (globals->json) {
		json = json_begin(stdout);
		json_number(&json, "item", item->index);
		json_text(&json, "citation", item->citation);
		json_text(&json, "result", evault_receipt_result_word(item->result));
		json_end(&json);
		return;
	}
	switch (item->result) {
	case EVAULT_RECEIPT_ITEM_VERIFIED:
		break;
	case EVAULT_RECEIPT_ITEM_DAMAGED:
		printf(_("%s  damaged when it came to them\n"), item->citation);
		break;
	case EVAULT_RECEIPT_ITEM_MISSING:
		printf(_("%s  missing when it came to them\n"), item->citation);
		break;
	case EVAULT_RECEIPT_ITEM_UNTOLD:
		printf(_("%s  was in the bundle, and the receipt says nothing of it\n"),
		       item->citation);
		break;
	case EVAULT_RECEIPT_ITEM_NOT_SHARED:
		printf(_("%s  was not in the bundle, and the receipt has a result for it\n"),
		       item->citation);
		break;
	}
}

/* ---- what it was ------------------------------------------------------------------- */

static bool
holds(const struct evault_receipt_summary *s)
{
	return s->verdict == EVAULT_RECEIPT_GOOD || s->verdict == EVAULT_RECEIPT_OTHER;
}

static void
print_json(const struct evault_receipt_summary *s)
{
	struct json json = json_begin(stdout);

	json_text(&json, "verdict", evault_receipt_word(s->verdict));
	json_number(&json, "share", s->share);
	json_text(&json, "share_citation", s->share_citation);
	json_text(&json, "share_time", s->share_time);
	json_text(&json, "to", s->to);
	if (s->to_name[0] != '\0')
		json_text(&json, "to_contact", s->to_name);
	json_text(&json, "tagmanifest", s->tagmanifest);
	json_text(&json, "origin", s->origin);
	json_text(&json, "time", s->time);
	json_text(&json, "actor_key", s->actor_key);
	if (s->name[0] != '\0')
		json_text(&json, "contact", s->name);
	if (holds(s)) {
		json_number(&json, "items", s->items);
		json_number(&json, "verified", s->verified);
		json_number(&json, "damaged", s->damaged);
		json_number(&json, "missing", s->missing);
		json_number(&json, "no_result", s->untold);
		json_number(&json, "not_shared", s->not_shared);
		json_bool(&json, "already", s->already);
		json_number(&json, "entry", s->index);
		json_text(&json, "citation", s->citation);
	}
	json_end(&json);
}

static const char *
addressee(const struct evault_receipt_summary *s)
{
	return s->to_name[0] != '\0' ? s->to_name : s->to;
}

/* The vault's own word, and then what the receipt claims. */
static void
print_claims(const struct evault_receipt_summary *s)
{
	char *to = escape_text(addressee(s));

	printf(_("receipt for the bundle %s, shared with %s at %s\n"), s->share_citation, to,
	       s->share_time);
	free(to);
	if (holds(s))
		printf(_("made at %s by their clock, in the vault %s\n"), s->time, s->origin);
}

static void
print_results(const struct evault_receipt_summary *s)
{
	uint64_t amiss = s->damaged + s->missing + s->untold;

	if (amiss == 0)
		printf(ngettext("%" PRIu64 " item came to them verified\n",
				"all %" PRIu64 " items came to them verified\n",
				(unsigned long)s->items),
		       s->items);
	else
		printf(ngettext("%" PRIu64 " of %" PRIu64 " item came to them verified\n",
				"%" PRIu64 " of %" PRIu64 " items came to them verified\n",
				(unsigned long)s->items),
		       s->verified, s->items);
}

static void
print_verdict(const struct evault_receipt_summary *s)
{
	char *name = escape_text(s->name), *to = escape_text(addressee(s));

	switch (s->verdict) {
	case EVAULT_RECEIPT_GOOD:
		printf(_("good: signed by %s, whom the bundle was for\n"), name);
		break;
	case EVAULT_RECEIPT_OTHER:
		printf(_("signed by somebody else: by %s, and the bundle was for %s\n"), name, to);
		break;
	case EVAULT_RECEIPT_UNKNOWN:
		puts(_("signer unknown: no card that this vault keeps has the key that is to have "
		       "signed it, so it proves nothing; it was not recorded"));
		break;
	case EVAULT_RECEIPT_DAMAGED:
		printf(_("damaged: it is not what %s signed, or %s did not sign it; it was not "
			 "recorded\n"),
		       name, name);
		break;
	}
	if (s->already)
		printf(_("recorded already, as %s\n"), s->citation);
	else if (s->index != 0)
		printf(_("recorded as %s\n"), s->citation);
	free(name);
	free(to);
}

/* What can be done about it, on standard error. */
static void
advise(const struct evault_receipt_summary *s)
{
	if (s->verdict == EVAULT_RECEIPT_UNKNOWN) {
		contact_warn_missing(s->missing_records);
		message_hint(_("add their card first: evault contact add; then run this again"));
	}
	if (s->verdict == EVAULT_RECEIPT_DAMAGED)
		message_hint(_("ask them to send it again, as a file, by another way"));
	if (holds(s) && s->damaged + s->missing > 0)
		message_hint(_("share these items with them again"));
}

static int
exit_of(const struct evault_receipt_summary *s)
{
	if (s->verdict == EVAULT_RECEIPT_DAMAGED)
		return EXIT_DAMAGE;
	if (s->verdict != EVAULT_RECEIPT_GOOD ||
	    s->damaged + s->missing + s->untold + s->not_shared > 0)
		return EXIT_PARTLY;
	return EXIT_SOUND;
}

/* What a file from outside is, is nothing that `check` could say more about. */
static int
fail(const struct evault_error *err, const struct globals *globals)
{
	if (err->status == EVAULT_E_FORMAT || err->status == EVAULT_E_LIMIT)
		return failure_say(err, _("ask them for the receipt as a file, as evault receive "
					  "writes it"));
	if (err->status == EVAULT_E_VERSION)
		return failure_say(err, _("a newer evault made this receipt; nothing was recorded: "
					  "get that version"));
	if (err->status == EVAULT_E_USAGE)
		return failure_say(err, _("name the vault that made the bundle with -V DIR"));
	return failure_report(err, globals);
}

/* ---- the command --------------------------------------------------------------------- */

static int
take(struct globals *globals, const char *path)
{
	struct evault_receipt_take how = { .item = on_item, .ctx = globals };
	struct evault_receipt_summary summary = { .index = 0 };
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	int status;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_WRITE, &vault, &err);
	if (rc != EVAULT_OK) {
		status = failure_report(&err, globals);
		goto out;
	}
	rc = evault_receipt_take(vault, path, &how, &summary, &err);
	if (rc != EVAULT_OK) {
		status = fail(&err, globals);
		goto out;
	}
	status = exit_of(&summary);
	if (globals->json) {
		print_json(&summary);
	} else {
		print_claims(&summary);
		if (holds(&summary))
			print_results(&summary);
		print_verdict(&summary);
	}
	fflush(stdout);
	advise(&summary);
out:
	evault_close(vault);
	session_release(&session);
	return status;
}

static int
run_receipt(struct globals *globals, char **argv)
{
	struct list files = { 0 };
	int status = options_read(&command_receipt, NULL, globals, argv, &files);

	if (status == OPTIONS_GO_ON && files.n != 1)
		status = options_wrong(&command_receipt, _("give the file of one receipt, or - for "
							   "standard input"));
	if (status == OPTIONS_GO_ON && strcmp(files.items[0], "-") == 0 &&
	    globals->passphrase_file != NULL && strcmp(globals->passphrase_file, "-") == 0)
		status = options_wrong(&command_receipt,
				       _("the receipt and the passphrase cannot both come from "
					 "standard input"));
	sandbox_allow_all(&files, SANDBOX_READ);
	if (status == OPTIONS_GO_ON)
		status = take(globals, files.items[0]);
	list_release(&files);
	return status;
}

const struct command command_receipt = {
	.name = "receipt",
	.summary = N_("take the answer to a bundle that you gave"),
	.usage =
	    N_("usage: evault receipt FILE|-\n"
	       "\n"
	       "Takes the receipt that somebody has sent for a bundle of this vault: which items\n"
	       "came to them verified, damaged or not at all. It counts when the key on the card\n"
	       "of a contact has signed it, and is recorded then. evault status says for which\n"
	       "bundles there is none.\n"
	       "\n"
	       "It ends with one of these words:\n"
	       "  good                     signed by whom the bundle was for (0; 3 when not all\n"
	       "                           of it came to them verified)\n"
	       "  signed by somebody else  by another contact (3)\n"
	       "  signer unknown           no contact has that key; it is not recorded (3)\n"
	       "  damaged                  altered, or not signed by that contact; it is not\n"
	       "                           recorded (1)\n"
	       "\n"
	       "exit status: the number in brackets; 2 when it could not run\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault receipt court.receipt\n"),
	.run = run_receipt,
};
