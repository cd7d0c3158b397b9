/*
 * The sender's side of receipts (G10).
 *
 * Invariant: nothing is kept of a receipt whose signature is not shown to be
 * that of a contact's key; and of one that is, all of it, so that anybody who has that card
 * can verify it again.
 */
#include "receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"
#include "contact.h"

static const char *const verdicts[] = {
	[EVAULT_RECEIPT_GOOD] = "good",
	[EVAULT_RECEIPT_OTHER] = "signed by somebody else",
	[EVAULT_RECEIPT_UNKNOWN] = "signer unknown",
	[EVAULT_RECEIPT_DAMAGED] = "damaged",
};

const char *
evault_receipt_word(enum evault_receipt_verdict verdict)
{
	return verdicts[verdict];
}

static const char *const results[] = {
	[EVAULT_RECEIPT_ITEM_VERIFIED] = "verified",     [EVAULT_RECEIPT_ITEM_DAMAGED] = "damaged",
	[EVAULT_RECEIPT_ITEM_MISSING] = "missing",       [EVAULT_RECEIPT_ITEM_UNTOLD] = "no result",
	[EVAULT_RECEIPT_ITEM_NOT_SHARED] = "not shared",
};

const char *
evault_receipt_result_word(enum evault_receipt_result result)
{
	return results[result];
}

struct taking {
	struct evault *v;
	const struct evault_receipt_take *how;
	struct evault_receipt_summary *summary;
	struct ev_buf bytes; /* the receipt */
	struct ev_receipt r;
	struct ev_note note;
	struct ev_slice lines;
	struct ev_receipt_bundle bundle;
};

/* ---- what it is --------------------------------------------------------------------- */

static enum evault_status
load(struct taking *t, const char *path, struct evault_error *err)
{
	struct evault_receipt_summary *s = t->summary;
	char shown[EV_SHOW_SIZE];
	struct ev_slice name;
	enum evault_status rc;

	ev_show_path(path, shown);
	rc = ev_os_load_user(path, EV_NOTE_MAX, &t->bytes, err);
	if (rc == EVAULT_E_LIMIT)
		return ev_fail(err, rc, "%s: this is not a receipt of evault: it is too long",
			       shown);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_receipt_parse(ev_slice_of(t->bytes.data, t->bytes.len), &t->r, &t->note, &t->lines,
			      err);
	if (rc == EVAULT_E_FORMAT)
		return ev_fail(err, rc, "%s: this is not a receipt of evault", shown);
	if (rc != EVAULT_OK)
		return ev_error_prefix(err, rc, shown);
	memcpy(s->origin, t->r.origin, sizeof(s->origin));
	ev_os_format_time(t->r.time, s->time);
	ev_hash_hex(&t->r.tagmanifest, s->tagmanifest);
	name = t->note.signatures[0].name;
	memcpy(s->actor_key, name.data + name.len - (EVAULT_HEX_SIZE - 1), EVAULT_HEX_SIZE - 1);
	return EVAULT_OK;
}

static enum evault_status
find_bundle(struct taking *t, struct evault_error *err)
{
	struct evault_receipt_summary *s = t->summary;
	enum evault_status rc;

	if (strcmp(t->r.of, t->v->note.origin) != 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "this receipt is for a bundle of the vault %s, and not of this one",
			       t->r.of);
	rc = ev_receipt_bundle_find(t->v, &t->r.tagmanifest, &t->bundle, err);
	if (rc != EVAULT_OK)
		return rc;
	s->share = t->bundle.shares[0].index;
	ev_vault_cite(t->v, s->share, s->share_citation);
	memcpy(s->share_time, t->bundle.time, sizeof(s->share_time));
	memcpy(s->to, t->bundle.to, sizeof(s->to));
	memcpy(s->to_name, t->bundle.contact, sizeof(s->to_name));
	return EVAULT_OK;
}

/* ---- whose it is -------------------------------------------------------------------- */

static bool
is_addressee(const struct taking *t, const struct evault_contact *k)
{
	return t->bundle.contact[0] != '\0' ? strcmp(t->bundle.contact, k->name) == 0
					    : strcmp(t->bundle.to, k->card.recipient) == 0;
}

static enum evault_receipt_verdict
judge_signature(const struct taking *t, const struct evault_contact *k)
{
	struct ev_verifier key;

	if (ev_verifier_parse(ev_slice_text(k->card.actor), &key, NULL) != EVAULT_OK ||
	    ev_note_verify(&t->note, &key, NULL) != EVAULT_OK)
		return EVAULT_RECEIPT_DAMAGED;
	return is_addressee(t, k) ? EVAULT_RECEIPT_GOOD : EVAULT_RECEIPT_OTHER;
}

static enum evault_status
find_signer(struct taking *t, struct evault_error *err)
{
	struct evault_receipt_summary *s = t->summary;
	struct ev_contacts contacts = { .n = 0 };
	enum evault_status rc = ev_contacts_load(t->v, &contacts, err);
	const struct evault_contact *k;
	size_t i;

	s->verdict = EVAULT_RECEIPT_UNKNOWN;
	for (i = 0; i < contacts.n && rc == EVAULT_OK; i++) {
		k = &contacts.list[i];
		if (strcmp(k->card.actor_key, s->actor_key) != 0 ||
		    strcmp(k->card.origin, s->origin) != 0)
			continue;
		memcpy(s->name, k->name, sizeof(s->name));
		s->verdict = judge_signature(t, k);
		break;
	}
	s->missing_records = contacts.missing;
	ev_contacts_release(&contacts);
	return rc;
}

/* ---- what it says ---------------------------------------------------------------------- */

static void
tell(struct taking *t, enum evault_receipt_result result, uint64_t index)
{
	struct evault_receipt_item item = { .result = result, .index = index };
	struct evault_receipt_summary *s = t->summary;

	switch (result) {
	case EVAULT_RECEIPT_ITEM_VERIFIED:
		s->verified++;
		return;
	case EVAULT_RECEIPT_ITEM_DAMAGED:
		s->damaged++;
		break;
	case EVAULT_RECEIPT_ITEM_MISSING:
		s->missing++;
		break;
	case EVAULT_RECEIPT_ITEM_UNTOLD:
		s->untold++;
		break;
	case EVAULT_RECEIPT_ITEM_NOT_SHARED:
		s->not_shared++;
		break;
	}
	if (t->how->item == NULL)
		return;
	if (result == EVAULT_RECEIPT_ITEM_NOT_SHARED)
		ev_vault_cite(t->v, index, item.citation);
	else
		ev_vault_cite_item(t->v, index, item.citation);
	t->how->item(t->how->ctx, &item);
}

/* Items and results both rise. */
static void
compare(struct taking *t)
{
	static const enum evault_receipt_result as[] = {
		[EV_RECEIPT_VERIFIED] = EVAULT_RECEIPT_ITEM_VERIFIED,
		[EV_RECEIPT_DAMAGED] = EVAULT_RECEIPT_ITEM_DAMAGED,
		[EV_RECEIPT_MISSING] = EVAULT_RECEIPT_ITEM_MISSING,
	};
	const struct ev_catalog_bits *items = &t->bundle.items;
	struct ev_cursor c = ev_cursor_of(t->lines.data, t->lines.len);
	struct ev_receipt_line line;
	bool more = ev_receipt_next(&c, &line);
	uint64_t i;

	for (i = 0; i < items->size; i++) {
		if (!ev_catalog_has_bit(items, i))
			continue;
		t->summary->items++;
		while (more && line.to < i)
			more = ev_receipt_next(&c, &line);
		tell(t, more && line.from <= i ? as[line.result] : EVAULT_RECEIPT_ITEM_UNTOLD, i);
	}
}

/* An entry whose record cannot be read may be a correction that was given with the rest. */
static enum evault_status
ask_shared(struct taking *t, uint64_t index, struct evault_error *err)
{
	struct ev_catalog_entry entry = { .is_missing = false };
	enum evault_status rc;

	if (ev_catalog_has_bit(&t->bundle.items, index))
		return EVAULT_OK;
	if (index < t->bundle.items.size) {
		rc = ev_catalog_entry(t->v->catalog, index, &entry, err);
		if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
			return rc;
	}
	if (!entry.is_missing)
		tell(t, EVAULT_RECEIPT_ITEM_NOT_SHARED, index);
	return EVAULT_OK;
}

/* Of what is between two indices, the receipt says nothing when it is not of the bundle. */
static enum evault_status
tell_not_shared(struct taking *t, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(t->lines.data, t->lines.len);
	enum evault_status rc = EVAULT_OK;
	struct ev_receipt_line line;

	while (rc == EVAULT_OK && ev_receipt_next(&c, &line)) {
		rc = ask_shared(t, line.from, err);
		if (rc == EVAULT_OK && line.to != line.from)
			rc = ask_shared(t, line.to, err);
	}
	return rc;
}

/* ---- keeping it ------------------------------------------------------------------------ */

/* The same, by the same contact: who is called otherwise now may be who the bundle was for. */
static enum evault_status
ask_same(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *f = evault_item_field(item, "receipt");
	const char *name = ev_item_text(item, "contact");
	struct taking *t = ctx;

	(void)err;
	if (t->summary->already || f == NULL || name == NULL ||
	    strcmp(name, t->summary->name) != 0 ||
	    !ev_slice_equal(ev_slice_of(f->value, f->len),
			    ev_slice_of(t->bytes.data, t->bytes.len)))
		return EVAULT_OK;
	t->summary->already = true;
	t->summary->index = item->index;
	return EVAULT_OK;
}

static void
add_count(struct ev_buf *out, uint64_t n, const char *what)
{
	if (n > 0)
		ev_buf_printf(out, "%s%" PRIu64 " %s", out->len > 0 ? ", " : "", n, what);
}

static enum evault_status
add_result(const struct evault_receipt_summary *s, struct ev_record *record,
	   struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	enum evault_status rc;

	add_count(&text, s->verified, "verified");
	add_count(&text, s->damaged, "damaged");
	add_count(&text, s->missing, "missing");
	add_count(&text, s->untold, "without a result");
	add_count(&text, s->not_shared, "not shared");
	rc = ev_buf_ask(&text, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add(record, "result", ev_slice_of(text.data, text.len), err);
	ev_buf_release(&text);
	return rc;
}

static enum evault_status
fill(const struct taking *t, struct ev_record *record, struct evault_error *err)
{
	enum evault_status rc = ev_commit_begin_record(t->v, "receipt", record, err);
	size_t i;

	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "contact", t->summary->name, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "tagmanifest", t->summary->tagmanifest, err);
	if (rc == EVAULT_OK)
		rc = add_result(t->summary, record, err);
	if (rc == EVAULT_OK)
		rc =
		    ev_record_add(record, "receipt", ev_slice_of(t->bytes.data, t->bytes.len), err);
	for (i = 0; i < t->bundle.n_shares && rc == EVAULT_OK; i++)
		rc = ev_commit_about(&t->bundle.shares[i], record, err);
	return rc;
}

static enum evault_status
keep(struct taking *t, struct evault_error *err)
{
	struct ev_commit commit;
	struct ev_record record;
	uint64_t index = 0;
	enum evault_status rc = ev_commit_init(&commit, t->v, err);

	ev_record_init(&record);
	if (rc == EVAULT_OK)
		rc = fill(t, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&commit, &record, &index, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&commit, err);
	if (rc == EVAULT_OK)
		t->summary->index = index;
	ev_commit_release(&commit);
	ev_record_release(&record);
	return rc;
}

static enum evault_status
take(struct taking *t, const char *path, struct evault_error *err)
{
	struct evault_receipt_summary *s = t->summary;
	enum evault_status rc = ev_vault_need_reading(t->v, err);

	if (rc == EVAULT_OK && t->v->access != EVAULT_WRITE)
		rc = ev_fail(err, EVAULT_E_DENIED, "%s: the vault is open for reading only",
			     t->v->shown);
	if (rc == EVAULT_OK)
		rc = load(t, path, err);
	if (rc == EVAULT_OK)
		rc = find_bundle(t, err);
	if (rc == EVAULT_OK)
		rc = find_signer(t, err);
	if (rc != EVAULT_OK || s->verdict == EVAULT_RECEIPT_UNKNOWN ||
	    s->verdict == EVAULT_RECEIPT_DAMAGED)
		return rc;
	compare(t);
	rc = tell_not_shared(t, err);
	if (rc == EVAULT_OK)
		rc = ev_receipt_taken(t->v, s->share, ask_same, t, err);
	if (rc == EVAULT_OK && !s->already)
		rc = keep(t, err);
	if (rc == EVAULT_OK)
		ev_vault_cite(t->v, s->index, s->citation);
	return rc;
}

enum evault_status
evault_receipt_take(struct evault *v, const char *path, const struct evault_receipt_take *how,
		    struct evault_receipt_summary *summary, struct evault_error *err)
{
	struct taking t = { .v = v, .how = how, .summary = summary, .bytes = EV_BUF_INIT };
	enum evault_status rc;

	memset(summary, 0, sizeof(*summary));
	rc = take(&t, path, err);
	ev_receipt_bundle_release(&t.bundle);
	ev_buf_release(&t.bytes);
	return rc;
}
