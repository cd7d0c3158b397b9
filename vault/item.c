/*
 * Items: finding them, and reading their records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "correction.h"

enum evault_status
ev_vault_record(struct evault *v, const struct ev_hash *digest, struct ev_record *record,
		struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash found;
	struct ev_place place;
	struct ev_pack *pack;
	struct ev_slice bytes;
	enum evault_status rc;

	rc = ev_catalog_find_member(v->catalog, EV_MEMBER_RECORD, digest, 0, &place, err);
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, rc, "its record is missing; `evault check` says why");
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(v, &place.pack, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_read(pack, &place.member, ev_sink_buf(&text), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&text, err);
	if (rc != EVAULT_OK)
		goto out;
	bytes = ev_slice_of(text.data, text.len);
	rc = ev_record_parse(bytes, record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest(bytes, &found, err);
	if (rc == EVAULT_E_FORMAT || (rc == EVAULT_OK && !ev_hash_equal(&found, digest)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its record was altered");
out:
	ev_buf_release(&text);
	return rc;
}

/* `later` NULL: its corrections are not read, only whether it is retracted. */
static enum evault_status
give(struct evault *v, const struct ev_catalog_entry *entry, struct ev_corrections *later,
     evault_item_fn *fn, void *ctx, struct evault_error *err)
{
	struct evault_item item = { .index = entry->index };
	struct ev_catalog_entry confirmed = *entry;
	struct evault_field *fields = NULL;
	struct ev_record record;
	enum ev_index_verdict verdict;
	enum evault_status rc = ev_index_confirm(v, &confirmed, &verdict, err);

	if (rc != EVAULT_OK || verdict == EV_INDEX_NO_ITEM)
		return rc;
	entry = &confirmed;
	ev_vault_cite(v, entry->index, item.citation);
	ev_record_init(&record);
	if (verdict == EV_INDEX_TRUE) {
		ev_hash_hex(&entry->digest, item.digest);
		ev_hash_hex(&entry->actor, item.actor_key);
		rc = ev_vault_record(v, &entry->digest, &record, err);
	} else {
		rc = EVAULT_E_DAMAGED;
	}
	v->unread = v->unread || rc == EVAULT_E_IO;
	if (rc == EVAULT_OK) {
		fields = ev_item_fields(&record, &item.n_fields);
		item.fields = fields;
		rc = fields == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	} else if (rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO) {
		rc = EVAULT_OK; /* an item without fields */
	}
	if (rc == EVAULT_OK && later == NULL)
		rc = ev_catalog_is_retracted(v->catalog, entry->index, &item.retracted, err);
	else if (rc == EVAULT_OK)
		rc = ev_corrections_load(v, entry, later, err);
	if (rc == EVAULT_OK && later != NULL) {
		item.corrections = later->items;
		item.n_corrections = later->n;
		item.corrections_cut = later->cut;
		item.retracted = later->retracted;
	}
	if (rc == EVAULT_OK)
		rc = fn(ctx, &item, err);
	free(fields);
	ev_record_release(&record);
	return rc;
}

enum evault_status
ev_vault_give_item(struct evault *v, const struct ev_catalog_entry *entry, evault_item_fn *fn,
		   void *ctx, struct evault_error *err)
{
	struct ev_corrections later = { 0 };
	enum evault_status rc = give(v, entry, &later, fn, ctx, err);

	ev_corrections_release(&later);
	return rc;
}

enum evault_status
ev_vault_give_record(struct evault *v, const struct ev_catalog_entry *entry, evault_item_fn *fn,
		     void *ctx, struct evault_error *err)
{
	return give(v, entry, NULL, fn, ctx, err);
}

const struct evault_field *
evault_item_field(const struct evault_item *item, const char *name)
{
	size_t i;

	for (i = 0; i < item->n_fields; i++) {
		if (strcmp(item->fields[i].name, name) == 0)
			return &item->fields[i];
	}
	return NULL;
}

bool
ev_vault_name_is_plain(struct ev_slice name)
{
	return name.len > 0 && memchr(name.data, '/', name.len) == NULL &&
	       memchr(name.data, '\0', name.len) == NULL && !ev_slice_is(name, ".") &&
	       !ev_slice_is(name, "..");
}

/* ---- lists ------------------------------------------------------------------- */

struct giving {
	struct evault *v;
	evault_item_fn *fn;
	void *ctx;
	uint64_t given;
};

static enum evault_status
give_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct giving *g = ctx;

	g->given++;
	return ev_vault_give_item(g->v, entry, g->fn, g->ctx, err);
}

/* A list gives what is so by the records; the catalog only says where to look. */
struct listing {
	const struct evault_filter *filter;
	evault_item_fn *fn;
	void *ctx;
};

static enum evault_status
give_matching(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listing *l = ctx;

	return ev_item_matches(item, l->filter) ? l->fn(l->ctx, item, err) : EVAULT_OK;
}

enum evault_status
evault_list(struct evault *v, const struct evault_filter *filter, evault_item_fn *fn, void *ctx,
	    struct evault_error *err)
{
	static const struct evault_filter all;
	struct listing l = { filter == NULL ? &all : filter, fn, ctx };
	struct giving g = { v, give_matching, &l, 0 };
	enum evault_status rc = ev_vault_need_reading(v, err);

	return rc == EVAULT_OK ? ev_catalog_list(v->catalog, l.filter, give_entry, &g, err) : rc;
}

/* "12" or "12-40", with nothing after it. */
static bool
parse_range(struct ev_slice ref, uint64_t *first, uint64_t *last)
{
	struct ev_cursor c = ev_cursor_of(ref.data, ref.len);

	*first = ev_cursor_decimal(&c, UINT64_MAX - 1);
	*last = *first;
	if (c.left > 0) {
		ev_cursor_expect(&c, "-");
		*last = ev_cursor_decimal(&c, UINT64_MAX - 1);
	}
	return ev_cursor_done(&c) && *last >= *first;
}

/* Takes a citation's six digits and dash off; E_USAGE when they are another vault's. */
static enum evault_status
strip_citation(const struct evault *v, struct ev_slice *ref, struct evault_error *err)
{
	const char *mine = v->note.origin + strlen("evault/");
	char shown[EV_SHOW_SIZE];
	uint8_t digits[3];

	if (ref->len < 8 || ref->data[6] != '-' ||
	    !ev_hex_decode(ev_slice_of(ref->data, 6), digits, sizeof(digits)))
		return EVAULT_OK;
	if (memcmp(ref->data, mine, 6) != 0) {
		/* "123456-123460" is a range all the same. */
		uint64_t first, last;

		if (parse_range(*ref, &first, &last))
			return EVAULT_OK;
		return ev_fail(err, EVAULT_E_USAGE, "%s cites another vault; this one is %.6s",
			       ev_show_path((const char *)ref->data, shown), mine);
	}
	*ref = ev_slice_of(ref->data + 7, ref->len - 7);
	return EVAULT_OK;
}

/* What the log alone says of it: its number, citation, digest and signer. */
static enum evault_status
give_sealed(struct giving *g, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct evault_item item = { .index = entry->index };

	g->given++;
	ev_vault_cite(g->v, entry->index, item.citation);
	ev_hash_hex(&entry->digest, item.digest);
	ev_hash_hex(&entry->actor, item.actor_key);
	return g->fn(g->ctx, &item, err);
}

/* For who can add and not read. */
static enum evault_status
give_range_sealed(struct giving *g, uint64_t first, uint64_t last, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;

	for (; first <= last && rc == EVAULT_OK; first++) {
		rc = ev_vault_find_entry(g->v, first, &entry, err);
		if (rc == EVAULT_OK && entry.is_record)
			rc = give_sealed(g, &entry, err);
	}
	return rc;
}

static enum evault_status
find_range(struct giving *g, uint64_t first, uint64_t last, struct evault_error *err)
{
	uint64_t size = ev_log_head(g->v->log)->size;
	char what[200];
	enum evault_status rc = EVAULT_OK;

	if (first < size && evault_reads(g->v))
		rc = ev_catalog_range(g->v->catalog, first, last, give_entry, g, err);
	else if (first < size)
		rc = give_range_sealed(g, first, last < size ? last : size - 1, err);
	if (rc != EVAULT_OK || g->given > 0)
		return rc;
	if (first >= size)
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "there is no item %llu: the log has %llu entries",
			       (unsigned long long)first, (unsigned long long)size);
	if (first >= size - g->v->index.behind)
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "%llu is not in the index yet: somebody is adding to this vault",
			       (unsigned long long)first);
	rc = evault_entry_text(g->v, first, what, sizeof(what), err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_fail(err, EVAULT_E_NOT_FOUND, "%llu is an entry of the log and no item: %s",
		       (unsigned long long)first, what);
}

/* One file's bytes may be of several items; the beginning of two hashes names none. */
static enum evault_status
find_hash(struct giving *g, struct ev_slice hex, const char *shown, struct evault_error *err)
{
	uint64_t n = 0;
	enum evault_status rc;

	if (!evault_reads(g->v))
		return ev_fail(err, EVAULT_E_DENIED,
			       "%s: this device can add and not read: here an item is named by its "
			       "number or citation",
			       shown);
	rc = ev_catalog_hashes(g->v->catalog, hex, &n, err);
	if (rc != EVAULT_OK)
		return rc;
	if (n == 0)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "no item has a SHA-256 that begins with %s",
			       shown);
	if (n > 1)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%llu different files have a SHA-256 that begins with %s: give more "
			       "of it",
			       (unsigned long long)n, shown);
	return ev_catalog_by_hash(g->v->catalog, hex, give_entry, g, err);
}

enum evault_status
evault_find(struct evault *v, const char *ref, evault_item_fn *fn, void *ctx,
	    struct evault_error *err)
{
	struct giving g = { v, fn, ctx, 0 };
	struct ev_slice text = ev_slice_text(ref);
	char shown[EV_SHOW_SIZE];
	uint64_t first, last;
	char lower[64];
	bool is_hash;
	enum evault_status rc = strip_citation(v, &text, err);
	size_t i, hex = 0;

	if (rc == EVAULT_OK && v->keys == NULL)
		rc = ev_vault_need_reading(v, err);
	if (rc != EVAULT_OK)
		return rc;
	for (i = 0; i < text.len && i < sizeof(lower); i++) {
		lower[i] = (char)text.data[i];
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] = (char)(lower[i] - 'A' + 'a');
		hex += (lower[i] >= '0' && lower[i] <= '9') || (lower[i] >= 'a' && lower[i] <= 'f');
	}
	is_hash = hex == text.len && hex >= 6;
	/* Digits alone are a number, unless the log has no such entry and they may be a hash. */
	if (text.len < 20 && parse_range(text, &first, &last) &&
	    (!is_hash || first < ev_log_head(v->log)->size))
		return find_range(&g, first, last, err);
	if (!is_hash)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s names no item: give a number, a citation, or the beginning of a "
			       "SHA-256",
			       ev_show_path(ref, shown));
	return find_hash(&g, ev_slice_of(lower, hex), ev_show_path(ref, shown), err);
}

enum evault_status
evault_entry_text(struct evault *v, uint64_t index, char *out, size_t size,
		  struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_entry *entry = malloc(sizeof(*entry));
	struct ev_cursor lines;
	struct ev_slice line;
	size_t len;
	enum evault_status rc;

	if (entry == NULL)
		return ev_fail_nomem(err);
	rc = ev_vault_entry(v, index, &bytes, entry, err);
	if (rc == EVAULT_OK) {
		lines = ev_cursor_of(entry->lines.data, entry->lines.len);
		line = ev_cursor_line(&lines);
		snprintf(out, size, "%.*s", (int)line.len, (const char *)line.data);
		len = strlen(out);
		if (entry->n_lines > 1)
			snprintf(out + len, size - len,
				 ev_translate_plural(", and %zu more line", ", and %zu more lines",
						     entry->n_lines - 1),
				 entry->n_lines - 1);
	}
	ev_buf_release(&bytes);
	free(entry);
	return rc;
}
