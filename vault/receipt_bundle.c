/*
 * Bundles that this vault has given away, by its own records of them; and
 * which of them were answered.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"

enum {
	SHARES = 1024, /* entries that are asked for together … */
	CITING = 64    /* … and that are about one of them */
};

static bool
says(const struct evault_item *item, const char *name, const char *value)
{
	const char *text = ev_item_text(item, name);

	return text != NULL && strcmp(text, value) == 0;
}

/* Into `size` bytes; "" when there is none, or it is too long to be one. */
static void
copy_text(const struct evault_item *item, const char *name, char *out, size_t size)
{
	const char *text = ev_item_text(item, name);

	out[0] = '\0';
	if (text != NULL && strlen(text) < size)
		memcpy(out, text, strlen(text) + 1);
}

/* Gives the records of all shares, in the order of the log. */
static enum evault_status
give_shares(struct evault *v, evault_item_fn *fn, void *ctx, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;
	uint64_t found[SHARES];
	int64_t after = -1;
	size_t n = SHARES, i;

	while (rc == EVAULT_OK && n == SHARES) {
		rc = ev_catalog_of_action(v->catalog, "share", after, found, SHARES, &n, err);
		for (i = 0; i < n && rc == EVAULT_OK; i++) {
			after = (int64_t)found[i];
			rc = ev_catalog_entry(v->catalog, found[i], &entry, err);
			if (rc == EVAULT_OK)
				rc = ev_vault_give_record(v, &entry, fn, ctx, err);
		}
	}
	return rc;
}

/* ---- one bundle ------------------------------------------------------------------- */

struct finding {
	struct evault *v;
	struct ev_receipt_bundle *b;
	char tagmanifest[EVAULT_HEX_SIZE];
};

static void
set(struct ev_catalog_bits *bits, uint64_t index)
{
	if (index < bits->size)
		bits->b[index / 8] |= (uint8_t)(1 << index % 8);
}

/* What the first of its records says of all of it. */
static enum evault_status
begin(struct ev_receipt_bundle *b, const struct evault_item *item, struct evault_error *err)
{
	const char *tree = ev_item_text(item, "tree");
	struct ev_cursor c = ev_cursor_of(tree, tree == NULL ? 0 : strlen(tree));
	uint64_t size = ev_cursor_decimal(&c, UINT64_MAX);

	/* It was shared after what was shared. */
	b->items.size = c.bad || size > item->index ? item->index : size;
	b->items.b = calloc(b->items.size / 8 + 1, 1);
	if (b->items.b == NULL)
		return ev_fail_nomem(err);
	copy_text(item, "time", b->time, sizeof(b->time));
	copy_text(item, "to", b->to, sizeof(b->to));
	copy_text(item, "contact", b->contact, sizeof(b->contact));
	return EVAULT_OK;
}

static enum evault_status
put_share(struct ev_receipt_bundle *b, const struct evault_item *item, struct evault_error *err)
{
	struct ev_catalog_entry entry = { .index = item->index, .is_record = true }, *grown;
	size_t cap = b->cap_shares == 0 ? 4 : 2 * b->cap_shares;
	bool is_one = ev_hash_parse(ev_slice_text(item->digest), &entry.digest);

	assert(is_one); /* we have written it ourselves */
	(void)is_one;
	if (b->n_shares == b->cap_shares) {
		grown = realloc(b->shares, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		b->shares = grown;
		b->cap_shares = cap;
	}
	b->shares[b->n_shares++] = entry;
	return EVAULT_OK;
}

static enum evault_status
take_share(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct finding *f = ctx;
	enum evault_status rc = EVAULT_OK;
	const struct evault_field *field;
	struct ev_hash digest;
	uint64_t index;
	size_t i;

	if (!says(item, "action", "share") || !says(item, "tagmanifest", f->tagmanifest) ||
	    !ev_item_counts(f->v, item))
		return EVAULT_OK;
	if (f->b->n_shares == 0)
		rc = begin(f->b, item, err);
	if (rc == EVAULT_OK)
		rc = put_share(f->b, item, err);
	for (i = 0; i < item->n_fields && rc == EVAULT_OK; i++) {
		field = &item->fields[i];
		if (strcmp(field->name, "about") == 0 &&
		    ev_catalog_parse_about(ev_slice_of(field->value, field->len), &index, &digest))
			set(&f->b->items, index);
	}
	return rc;
}

/* What went with them: a correction comes after what it is about, so that one pass finds all. */
static enum evault_status
add_corrections(struct evault *v, struct ev_catalog_bits *items, struct evault_error *err)
{
	struct ev_catalog_correction correction;
	enum evault_status rc;
	uint64_t i;

	for (i = 0; i < items->size; i++) {
		if (!ev_catalog_has_bit(items, i))
			continue;
		correction.index = items->size;
		while ((rc = ev_catalog_correction(v->catalog, i, correction.index, &correction,
						   err)) == EVAULT_OK)
			set(items, correction.index);
		if (rc != EVAULT_E_NOT_FOUND)
			return rc;
	}
	return EVAULT_OK;
}

static enum evault_status
not_found(struct evault *v, struct evault_error *err)
{
	struct ev_catalog_counts counts = { 0 };
	enum evault_status rc = ev_catalog_count(v->catalog, &counts, err);

	if (rc != EVAULT_OK)
		return rc;
	if (counts.missing > 0)
		return ev_fail(err, v->unread ? EVAULT_E_IO : EVAULT_E_DAMAGED,
			       "of the records that can be read, none is of the bundle that this "
			       "receipt is for; `evault check` says which cannot");
	return ev_fail(err, EVAULT_E_NOT_FOUND,
		       "this vault has made no such bundle as this receipt is for");
}

enum evault_status
ev_receipt_bundle_find(struct evault *v, const struct ev_hash *tagmanifest,
		       struct ev_receipt_bundle *b, struct evault_error *err)
{
	struct finding f = { .v = v, .b = b };
	enum evault_status rc;

	ev_hash_hex(tagmanifest, f.tagmanifest);
	rc = give_shares(v, take_share, &f, err);
	if (rc == EVAULT_OK && b->n_shares == 0)
		rc = not_found(v, err);
	return rc == EVAULT_OK ? add_corrections(v, &b->items, err) : rc;
}

void
ev_receipt_bundle_release(struct ev_receipt_bundle *b)
{
	free(b->shares);
	free(b->items.b);
	memset(b, 0, sizeof(*b));
}

/* ---- receipts of it ----------------------------------------------------------------- */

struct giving {
	struct evault *v;
	evault_item_fn *fn;
	void *ctx;
};

static enum evault_status
give_receipt(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct giving *g = ctx;

	if (!says(item, "action", "receipt") || !ev_item_counts(g->v, item))
		return EVAULT_OK;
	return g->fn(g->ctx, item, err);
}

enum evault_status
ev_receipt_taken(struct evault *v, uint64_t share, evault_item_fn *fn, void *ctx,
		 struct evault_error *err)
{
	struct giving g = { v, fn, ctx };
	uint64_t found[CITING], after = share;
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;
	size_t n = CITING, i;

	while (rc == EVAULT_OK && n == CITING) {
		rc = ev_catalog_citing(v->catalog, share, false, after, found, CITING, &n, err);
		for (i = 0; i < n && rc == EVAULT_OK; i++) {
			after = found[i];
			rc = ev_catalog_entry(v->catalog, after, &entry, err);
			if (rc == EVAULT_OK)
				rc = ev_vault_give_record(v, &entry, give_receipt, &g, err);
		}
	}
	return rc;
}

/* ---- those that wait for one ---------------------------------------------------------- */

struct waiting {
	struct evault *v;
	evault_unanswered_fn *fn;
	void *ctx;
	char tagmanifest[EVAULT_HEX_SIZE]; /* of the last one: its records follow each other */
	const char *name;                  /* the contact's, of the one at hand */
	bool answered;
};

static enum evault_status
take_receipt(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct waiting *w = ctx;

	(void)err;
	w->answered = w->answered || says(item, "contact", w->name);
	return EVAULT_OK;
}

static enum evault_status
ask_share(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const char *tagmanifest = ev_item_text(item, "tagmanifest");
	struct evault_unanswered bundle = { .index = item->index };
	struct waiting *w = ctx;
	enum evault_status rc;

	copy_text(item, "contact", bundle.name, sizeof(bundle.name));
	if (!says(item, "action", "share") || !ev_item_counts(w->v, item) ||
	    bundle.name[0] == '\0' || tagmanifest == NULL ||
	    strlen(tagmanifest) >= sizeof(w->tagmanifest) ||
	    strcmp(tagmanifest, w->tagmanifest) == 0)
		return EVAULT_OK;
	memcpy(w->tagmanifest, tagmanifest, strlen(tagmanifest) + 1);
	w->name = bundle.name;
	w->answered = false;
	rc = ev_receipt_taken(w->v, item->index, take_receipt, w, err);
	if (rc != EVAULT_OK || w->answered)
		return rc;
	memcpy(bundle.citation, item->citation, sizeof(bundle.citation));
	copy_text(item, "time", bundle.time, sizeof(bundle.time));
	return w->fn(w->ctx, &bundle, err);
}

enum evault_status
evault_unanswered(struct evault *v, evault_unanswered_fn *fn, void *ctx, struct evault_error *err)
{
	struct waiting w = { .v = v, .fn = fn, .ctx = ctx };
	enum evault_status rc = ev_vault_need_reading(v, err);

	return rc == EVAULT_OK ? give_shares(v, ask_share, &w, err) : rc;
}
