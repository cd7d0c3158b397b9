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
#include "pager.h"
#include "refs.h"
#include "session.h"
#include "terminal.h"

enum {
	KEY_SHOWN = 8,   /* hex digits of a key or a hash that are shown */
	CITED_SHOWN = 4, /* items that are named in one line */
};

struct telling {
	const struct globals *globals;
	struct evault *vault;
	struct pager pager;
	uint64_t lost;
	bool of_item; /* not of the whole vault */
};

/* ---- in words ------------------------------------------------------------------- */

static void
print_change(FILE *out, const struct evault_change *c)
{
	char size[FORMAT_SIZE];

	switch (c->kind) {
	case EVAULT_CHANGE_PACK:
		fprintf(out, _("pack %.*s… (%s) joined the vault"), KEY_SHOWN, c->hash,
			format_bytes(c->number, size));
		break;
	case EVAULT_CHANGE_DROP:
		fprintf(out, _("pack %.*s… left the vault"), KEY_SHOWN, c->hash);
		break;
	case EVAULT_CHANGE_SLOT:
		fprintf(out, _("key slot %" PRIu64 " was set"), c->number);
		break;
	case EVAULT_CHANGE_SLOT_END:
		fprintf(out, _("key slot %" PRIu64 " was removed"), c->number);
		break;
	case EVAULT_CHANGE_ACTOR:
		fprintf(out, _("key %.*s may sign from here on, in the role %s"), KEY_SHOWN,
			c->hash, _(c->text));
		break;
	case EVAULT_CHANGE_ACTOR_END:
		fprintf(out, _("key %.*s may sign no longer"), KEY_SHOWN, c->hash);
		break;
	case EVAULT_CHANGE_READ_KEY:
		fprintf(out, _("what is kept from here on is sealed to %s"), c->text);
		break;
	case EVAULT_CHANGE_LOG_KEY:
		fprintf(out, _("the log is signed by key %.*s from here on"), KEY_SHOWN, c->hash);
		break;
	case EVAULT_CHANGE_FILE:
		fprintf(out, _("the file %s was set"), c->text);
		break;
	}
}

/* The items that a record is about: their numbers, and how many more. */
static char *
cited_text(const struct evault_item *item)
{
	char *text = NULL;
	size_t size = 0, i, n = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		memory_exit();
	for (i = 0; i < item->n_fields; i++) {
		if (strcmp(item->fields[i].name, "about") != 0)
			continue;
		if (n++ < CITED_SHOWN)
			fprintf(out, "%s%.*s", n > 1 ? ", " : "",
				(int)strcspn(item->fields[i].value, " "), item->fields[i].value);
	}
	if (n > CITED_SHOWN)
		fprintf(out, ngettext(" and %zu more", " and %zu more", n - CITED_SHOWN),
			n - CITED_SHOWN);
	if (fclose(out) == EOF || text == NULL)
		memory_exit();
	return text;
}

/* What an annotation says, K=V after K=V. */
static void
print_said(FILE *out, const struct evault_item *item)
{
	const struct evault_field *f;
	bool any = false;
	size_t i;

	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		if (!item_is_said(f->name))
			continue;
		fputs(any ? ", " : "", out);
		if (strcmp(f->name, "field") != 0)
			fprintf(out, "%s=", f->name);
		escape_write(out, f->value, f->len);
		any = true;
	}
}

/* The packs that left the vault then are in the entry after it. */
static void
print_tidy(FILE *out, const struct evault_item *item)
{
	char *packs = item_text(item, "packs");

	fprintf(out, _("merged small packs into larger ones: %s"), packs);
	free(packs);
}

/* A change of keys: the lines that did it are an entry of their own. */
static void
print_key_change(FILE *out, const struct evault_item *item)
{
	char *holder = item_text(item, "holder"), *role = item_text(item, "role");

	if (item_says(item, "change", "added"))
		fprintf(out, _("gave %s a key, in the role %s"), holder, _(role));
	else if (item_says(item, "change", "removed"))
		fprintf(out, _("removed %s, who had the role %s"), holder, _(role));
	else if (item_says(item, "change", "renamed"))
		fprintf(out, _("gave a holder another name: %s"), holder);
	else
		fputs(_("gave the vault new keys"), out);
	free(holder);
	free(role);
}

/* Cards of others. */
static void
print_contact_change(FILE *out, const struct evault_item *item)
{
	char *name = item_text(item, "contact");

	if (item_says(item, "change", "added"))
		fprintf(out, _("kept the card of a new contact: %s"), name);
	else if (item_says(item, "change", "removed"))
		fprintf(out, _("removed the contact %s"), name);
	else
		fprintf(out, _("kept another card of the contact %s, or changed who they are"),
			name);
	free(name);
}

/* To whom, and what: a contact by name, others as the bundle's note has it. */
static void
print_share(FILE *out, const struct evault_item *item, const char *cited)
{
	bool known = evault_item_field(item, "contact") != NULL;
	char *to = item_text(item, known ? "contact" : "to"),
	     *withheld = item_text(item, "withheld");

	if (evault_item_field(item, "withheld") != NULL)
		fprintf(out, _("shared %s with %s, and withheld %s"), cited, to, withheld);
	else
		fprintf(out, _("shared %s with %s"), cited, to);
	free(to);
	free(withheld);
}

/* What somebody answered to a bundle. */
static void
print_receipt(FILE *out, const struct evault_item *item, const char *cited)
{
	char *contact = item_text(item, "contact"), *result = item_text(item, "result");

	fprintf(out, _("took the receipt of %s for the bundle %s: %s"), contact, cited, result);
	free(contact);
	free(result);
}

static void
print_deed(FILE *out, const struct evault_item *item)
{
	char *cited = cited_text(item), *name = item_text(item, "name"),
	     *reason = item_text(item, "reason"), *action = item_text(item, "action"),
	     *from = item_text(item, "from");

	if (item_is_lost(item)) {
		fputs(_("its record is missing or damaged"), out);
	} else if (item_says(item, "action", "add")) {
		fprintf(out, _("kept %s"), name);
	} else if (item_says(item, "action", "testify")) {
		fprintf(out, _("took down a statement: %s"), name);
	} else if (item_says(item, "action", "get")) {
		fprintf(out, _("gave back %s"), cited);
	} else if (item_says(item, "action", "annotate")) {
		fprintf(out, _("annotated %s: "), cited);
		print_said(out, item);
	} else if (item_says(item, "action", "retract")) {
		fprintf(out, _("retracted %s: %s"), cited, reason);
	} else if (item_says(item, "action", "adopt")) {
		fputs(_("took in a pack that an interrupted run had left"), out);
	} else if (item_says(item, "action", "tidy")) {
		print_tidy(out, item);
	} else if (item_says(item, "action", "receive")) {
		fprintf(out, _("received the vault %s, with its log"), from);
	} else if (item_says(item, "action", "key")) {
		print_key_change(out, item);
	} else if (item_says(item, "action", "contact")) {
		print_contact_change(out, item);
	} else if (item_says(item, "action", "share")) {
		print_share(out, item, cited);
	} else if (item_says(item, "action", "receipt")) {
		print_receipt(out, item, cited);
	} else {
		fprintf(out, _("an action that this evault does not know: %s"), action);
	}
	if (item->retracted && evault_item_field(item, "sha256") != NULL)
		fprintf(out, "  (%s)", _("retracted later"));
	else if (item->retracted)
		fprintf(out, "  (%s)", _("taken back later"));
	free(cited);
	free(name);
	free(reason);
	free(action);
	free(from);
}

static void
print_head(FILE *out, const struct evault_event *e)
{
	fprintf(out, "%-12s  ", e->citation);
	if (e->item != NULL)
		item_print_minute(out, evault_item_field(e->item, "time"));
	else
		fprintf(out, "%-17s", "-");
	fputs("  ", out);
}

/* Who signed here did not do it, but received it from who did. */
static void
print_received(FILE *out, const struct evault_item *item)
{
	char *actor = item_text(item, "actor");

	fprintf(out, _("received what %s recorded: "), actor);
	free(actor);
}

/* A record that says nothing of who made it, or only by which key, claims no name. */
static bool
claims_name(const struct evault_event *e)
{
	static const char by_key[] = "evault/actor/";
	const struct evault_field *f =
	    e->item == NULL || e->item->n_sources > 0 ? NULL : evault_item_field(e->item, "actor");

	return f != NULL &&
	       (f->len != strlen(by_key) + strlen(e->actor_key) ||
		memcmp(f->value, by_key, strlen(by_key)) != 0 ||
		memcmp(f->value + strlen(by_key), e->actor_key, strlen(e->actor_key)) != 0);
}

/*
 * Who signed, as the vault's owners call them; and as they call themselves in
 * the record, where that is something else: anybody can claim any name there.
 */
static char *
signer(const struct telling *t, const struct evault_event *e)
{
	const char *name = evault_key_name(t->vault, e->actor_key);
	char *shown, *claimed, *both = NULL;

	if (!claims_name(e))
		return name == NULL ? NULL : escape_text(name);
	claimed = item_text(e->item, "actor");
	if (name == NULL || item_says(e->item, "actor", name))
		return claimed;
	shown = escape_text(name);
	if (asprintf(&both, _("%s (as “%s”)"), shown, claimed) < 0)
		memory_need(SIZE_MAX);
	free(shown);
	free(claimed);
	return both;
}

static void
print_event(FILE *out, const struct telling *t, const struct evault_event *e)
{
	char *actor = signer(t, e);
	size_t i;

	print_head(out, e);
	if (actor != NULL)
		fprintf(out, "%s ", actor);
	fprintf(out, "[%.*s]  ", KEY_SHOWN, e->actor_key);
	if (e->item != NULL && e->item->n_sources > 0)
		print_received(out, e->item);
	if (e->item != NULL)
		print_deed(out, e->item);
	for (i = 0; i < e->n_changes; i++) {
		if (i > 0)
			fprintf(out, "\n%-12s  %-17s  [%.*s]  ", "", "", KEY_SHOWN, e->actor_key);
		print_change(out, &e->changes[i]);
	}
	fputc('\n', out);
	if (t->of_item && e->item != NULL)
		item_print_sources(out, t->vault, e->item);
	free(actor);
}

/* ---- as JSON ---------------------------------------------------------------------- */

static void
print_json(FILE *out, const struct telling *t, const struct evault_event *e)
{
	static const char *const words[] = { "pack",     "drop",    "slot",
					     "slot-end", "actor",   "actor-end",
					     "read-key", "log-key", "file" };
	const struct evault_change *c;
	struct json json;
	size_t i;

	if (e->item != NULL) {
		item_print_json(out, t->of_item ? t->vault : NULL, e->item);
		return;
	}
	json = json_begin(out);
	json_number(&json, "item", e->index);
	json_text(&json, "citation", e->citation);
	json_array_begin(&json, "changes");
	for (i = 0; i < e->n_changes; i++) {
		c = &e->changes[i];
		json_object_begin(&json, NULL, 0);
		json_text(&json, "change", words[c->kind]);
		if (c->kind == EVAULT_CHANGE_SLOT || c->kind == EVAULT_CHANGE_SLOT_END)
			json_number(&json, "number", c->number);
		if (c->kind == EVAULT_CHANGE_PACK)
			json_number(&json, "size", c->number);
		if (c->kind != EVAULT_CHANGE_SLOT_END && c->kind != EVAULT_CHANGE_READ_KEY)
			json_text(&json, "sha256", c->hash);
		if (c->text[0] != '\0')
			json_text(&json, "text", c->text);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_text(&json, "actor_key", e->actor_key);
	json_end(&json);
}

/* ---- the command -------------------------------------------------------------------- */

static enum evault_status
on_event(void *ctx, const struct evault_event *e, struct evault_error *err)
{
	struct telling *t = ctx;

	t->lost += e->item != NULL && item_is_lost(e->item);
	if (t->globals->json)
		print_json(t->pager.out, t, e);
	else
		print_event(t->pager.out, t, e);
	return pager_is_over(&t->pager) ? failure_set(err, EVAULT_E_CANCELLED, "-") : EVAULT_OK;
}

static enum evault_status
pick(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	(void)err;
	picked_add(ctx, item->index);
	return EVAULT_OK;
}

/* The entries that are named, of whatever kind. */
static enum evault_status
pick_all(const struct refs *refs, struct evault *vault, struct picked *picked,
	 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint64_t number;
	size_t i;
	char text[64];

	for (i = 0; rc == EVAULT_OK && i < refs->items.n; i++) {
		rc = refs_find(refs, i, vault, pick, picked, err);
		if (rc == EVAULT_E_NOT_FOUND && refs_number(refs->items.items[i], &number) &&
		    evault_entry_text(vault, number, text, sizeof(text), NULL) == EVAULT_OK) {
			picked_add(picked, number);
			rc = EVAULT_OK;
		}
	}
	return rc;
}

static void
print_header(FILE *out)
{
	format_padded(out, _("ENTRY"), 14);
	format_padded(out, _("CLOCK SAID (UTC)"), 19);
	fprintf(out, "%s\n", _("WHO [KEY], AND WHAT"));
}

static enum evault_status
tell(struct telling *t, const struct refs *refs, struct evault_error *err)
{
	struct evault *vault = t->vault;
	struct picked picked = { .items = NULL };
	enum evault_status rc = pick_all(refs, vault, &picked, err);
	size_t i;

	pager_begin(&t->pager, rc == EVAULT_OK && !t->globals->json);
	if (rc == EVAULT_OK && !t->globals->json && terminal_is(stdout))
		print_header(t->pager.out);
	if (rc == EVAULT_OK && refs->items.n == 0)
		rc = evault_history(vault, NULL, on_event, t, err);
	t->of_item = true;
	for (i = 0; rc == EVAULT_OK && i < picked.n; i++) {
		if (i > 0 && !t->globals->json)
			fputc('\n', t->pager.out);
		rc = evault_history(vault, &picked.items[i], on_event, t, err);
	}
	pager_end(&t->pager);
	picked_release(&picked);
	return rc;
}

static int
history(struct globals *globals, const struct refs *refs)
{
	struct session session;
	struct telling t = { .globals = globals };
	struct evault_error err = { .text = "" };
	enum evault_status rc;

	rc = session_init(&session, globals, &err);
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_READ, &t.vault, &err);
	if (rc == EVAULT_OK)
		rc = tell(&t, refs, &err);
	evault_close(t.vault);
	session_release(&session);
	if (rc != EVAULT_OK && !pager_is_over(&t.pager))
		return failure_report(&err, globals);
	item_warn_lost(t.lost);
	return t.lost > 0 ? EXIT_DAMAGE : EXIT_SOUND;
}

static int
run_history(struct globals *globals, char **argv)
{
	struct list operands = { 0 };
	struct refs refs = { .lines = NULL };
	int status = options_read(&command_history, NULL, globals, argv, &operands);

	if (status == OPTIONS_GO_ON)
		status = refs_take(&command_history, globals, &operands, &refs);
	if (status == OPTIONS_GO_ON)
		status = history(globals, &refs);
	refs_release(&refs);
	list_release(&operands);
	return status;
}

const struct command command_history = {
	.name = "history",
	.summary = N_("show what was done, when and by whom"),
	.usage =
	    N_("usage: evault history [ITEM…]\n"
	       "\n"
	       "Shows what was done to an item, in the order of the log: kept, annotated, given\n"
	       "back, retracted. Without an item, everything that was done in the vault, to its\n"
	       "keys and packs, too. The order is certain; each time is what the clock of the\n"
	       "computer said that did it. A name is the one that this vault has for the key that\n"
	       "signed, whose beginning is in brackets; what they called themselves, where that\n"
	       "is something else, is in quotation marks.\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault history 12\n"),
	.run = run_history,
};
