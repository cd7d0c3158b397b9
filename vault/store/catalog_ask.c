/*
 * Asking the catalog.  Lists are walked by one short query for each row, so
 * that nothing is held open while a callback runs.
 */
#include <string.h>

#include "store/catalog_private.h"

enum evault_status
ev_catalog_find_copy(struct ev_catalog *c, enum ev_member_kind kind, const struct ev_hash *id,
		     uint32_t part, unsigned copy, struct ev_place *place, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, c->lean ? Q_LEAN_FIND : Q_FIND_MEMBER, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int(q, 1, (int)kind);
	ev_catalog_bind_hash(c, q, 2, id);
	sqlite3_bind_int64(q, 3, part);
	sqlite3_bind_int64(q, 4, copy);
	if (c->lean)
		ev_catalog_lean_bind(c, q, id);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		place->member = (struct ev_member){ .kind = kind, .id = *id, .part = part };
		ev_catalog_column_hash(q, 0, &place->pack);
		place->member.offset = (uint64_t)sqlite3_column_int64(q, 1);
		place->member.size = (uint64_t)sqlite3_column_int64(q, 2);
		place->state = sqlite3_column_int(q, 3) == EV_MEMBER_VERIFIED ? EV_MEMBER_VERIFIED
									      : EV_MEMBER_LISTED;
	}
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_find_member(struct ev_catalog *c, enum ev_member_kind kind, const struct ev_hash *id,
		       uint32_t part, struct ev_place *place, struct evault_error *err)
{
	return ev_catalog_find_copy(c, kind, id, part, 0, place, err);
}

/* Is there a row?  Resets the query. */
static enum evault_status
any_row(struct ev_catalog *c, sqlite3_stmt *q, bool *any, struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	sqlite3_reset(q);
	*any = rc == EVAULT_OK;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_has_size(struct ev_catalog *c, uint64_t size, bool *has, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_HAS_SIZE, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)size);
	return any_row(c, q, has, err);
}

/* Steps to a row of ENTRY_COLUMNS, reads it, and resets the query. */
static enum evault_status
take_entry(struct ev_catalog *c, sqlite3_stmt *q, struct ev_catalog_entry *entry,
	   struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	if (rc == EVAULT_OK) {
		entry->index = (uint64_t)sqlite3_column_int64(q, 0);
		entry->is_record = sqlite3_column_type(q, 1) != SQLITE_NULL;
		ev_catalog_column_hash(q, 1, &entry->digest);
		ev_catalog_column_hash(q, 2, &entry->actor);
		entry->is_missing = entry->is_record && sqlite3_column_int(q, 3) != 0;
		entry->size = (uint64_t)sqlite3_column_int64(q, 4);
	}
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_entry(struct ev_catalog *c, uint64_t index, struct ev_catalog_entry *entry,
		 struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_ENTRY, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	return take_entry(c, q, entry, err);
}

enum evault_status
ev_catalog_entry_of(struct ev_catalog *c, const struct ev_hash *digest,
		    struct ev_catalog_entry *entry, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_ENTRY_OF, err);

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, digest);
	return take_entry(c, q, entry, err);
}

enum evault_status
ev_catalog_same_file(struct ev_catalog *c, const struct ev_hash *sha256, struct ev_slice name,
		     struct ev_slice folder, struct ev_slice modified,
		     struct ev_catalog_entry *entry, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SAME_FILE, err);

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, sha256);
	ev_catalog_bind_slice(c, q, 2, name);
	ev_catalog_bind_slice(c, q, 3, folder);
	ev_catalog_bind_slice(c, q, 4, modified);
	return take_entry(c, q, entry, err);
}

enum evault_status
ev_catalog_of_action(struct ev_catalog *c, const char *action, int64_t after, uint64_t *indices,
		     size_t cap, size_t *n, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_OF_ACTION, err);
	enum evault_status rc;

	*n = 0;
	if (q == NULL)
		return c->refused;
	ev_catalog_bind_text(c, q, 1, ev_slice_text(action));
	sqlite3_bind_int64(q, 2, after);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)cap);
	while ((rc = ev_catalog_step(c, q, err)) == EVAULT_OK && *n < cap)
		indices[(*n)++] = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_list(struct ev_catalog *c, const struct evault_filter *filter, ev_catalog_fn *fn,
		void *ctx, struct evault_error *err)
{
	struct ev_catalog_entry entry = { 0 };
	enum evault_status rc = EVAULT_OK;
	sqlite3_int64 after = -1;
	sqlite3_stmt *q;

	while (rc == EVAULT_OK) {
		q = ev_catalog_query(c, Q_LIST, err);
		if (q == NULL)
			return c->refused;
		sqlite3_bind_int64(q, 1, after);
		ev_catalog_bind_filter(c, q, filter);
		rc = take_entry(c, q, &entry, err);
		if (rc == EVAULT_E_NOT_FOUND)
			return EVAULT_OK;
		if (rc == EVAULT_OK)
			rc = fn(ctx, &entry, err);
		after = (sqlite3_int64)entry.index;
	}
	return rc;
}

enum evault_status
ev_catalog_range(struct ev_catalog *c, uint64_t first, uint64_t last, ev_catalog_fn *fn, void *ctx,
		 struct evault_error *err)
{
	struct ev_catalog_entry entry = { 0 };
	enum evault_status rc = EVAULT_OK;
	sqlite3_stmt *q;

	while (rc == EVAULT_OK && first <= last) {
		q = ev_catalog_query(c, Q_RANGE, err);
		if (q == NULL)
			return c->refused;
		sqlite3_bind_int64(q, 1, (sqlite3_int64)first);
		sqlite3_bind_int64(q, 2, (sqlite3_int64)last);
		rc = take_entry(c, q, &entry, err);
		if (rc == EVAULT_E_NOT_FOUND)
			return EVAULT_OK;
		if (rc == EVAULT_OK)
			rc = fn(ctx, &entry, err);
		first = entry.index + 1;
	}
	return rc;
}

/* The least or greatest hash that begins with these digits. */
static bool
hash_bound(struct ev_slice hex, char fill, struct ev_hash *out)
{
	char digits[64];

	if (hex.len > sizeof(digits))
		return false;
	memset(digits, fill, sizeof(digits));
	memcpy(digits, hex.data, hex.len);
	return ev_hash_parse(ev_slice_of(digits, sizeof(digits)), out);
}

enum evault_status
ev_catalog_by_hash(struct ev_catalog *c, struct ev_slice hex, ev_catalog_fn *fn, void *ctx,
		   struct evault_error *err)
{
	struct ev_catalog_entry entry = { 0 };
	enum evault_status rc = EVAULT_OK;
	sqlite3_int64 after = -1;
	struct ev_hash low, high;
	sqlite3_stmt *q;

	if (!hash_bound(hex, '0', &low) || !hash_bound(hex, 'f', &high))
		return EVAULT_OK;
	while (rc == EVAULT_OK) {
		q = ev_catalog_query(c, Q_BY_HASH, err);
		if (q == NULL)
			return c->refused;
		ev_catalog_bind_hash(c, q, 1, &low);
		ev_catalog_bind_hash(c, q, 2, &high);
		sqlite3_bind_int64(q, 3, after);
		rc = take_entry(c, q, &entry, err);
		if (rc == EVAULT_E_NOT_FOUND)
			return EVAULT_OK;
		if (rc == EVAULT_OK)
			rc = fn(ctx, &entry, err);
		after = (sqlite3_int64)entry.index;
	}
	return rc;
}

enum evault_status
ev_catalog_hashes(struct ev_catalog *c, struct ev_slice hex, uint64_t *n, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_hash low, high;
	sqlite3_stmt *q;

	*n = 0;
	if (!hash_bound(hex, '0', &low) || !hash_bound(hex, 'f', &high))
		return EVAULT_OK;
	q = ev_catalog_query(c, Q_HASHES, err);
	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, &low);
	ev_catalog_bind_hash(c, q, 2, &high);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		*n = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_count(struct ev_catalog *c, struct ev_catalog_counts *counts, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_COUNT, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		counts->entries = (uint64_t)sqlite3_column_int64(q, 0);
		counts->items = (uint64_t)sqlite3_column_int64(q, 1);
		counts->missing = (uint64_t)sqlite3_column_int64(q, 2);
	}
	sqlite3_reset(q);
	q = rc == EVAULT_OK ? ev_catalog_query(c, Q_COUNT_FILES, err) : NULL;
	if (q == NULL)
		return rc == EVAULT_OK ? c->refused : rc;
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		counts->files = (uint64_t)sqlite3_column_int64(q, 0);
		counts->bytes = (uint64_t)sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return rc;
}
