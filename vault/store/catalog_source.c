/*
 * What was received: of which entry of which other vault a record is, and
 * which logs of other vaults are kept.  Both are in the record; here they are found.
 */
#include <string.h>

#include "store/catalog_private.h"

const char ev_catalog_source_schema[] =
    "CREATE TABLE sources(by BLOB NOT NULL, step INTEGER NOT NULL, origin BLOB NOT NULL,"
    " idx INTEGER NOT NULL, digest BLOB NOT NULL, first INTEGER NOT NULL,"
    " PRIMARY KEY(by, step)) WITHOUT ROWID;"
    "CREATE INDEX sources_place ON sources(origin, idx);"
    "CREATE TABLE receives(by BLOB PRIMARY KEY, origin BLOB NOT NULL, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, tagmanifest BLOB) WITHOUT ROWID;"
    "CREATE INDEX receives_origin ON receives(origin);";

const char *
ev_catalog_source_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_SOURCE_ADD:
		return "INSERT OR IGNORE INTO sources VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
	case Q_SOURCE_ADD_RECEIVE:
		return "INSERT OR IGNORE INTO receives VALUES(?1, ?2, ?3, ?4, ?5)";
	case Q_SOURCE_STEP:
		return "SELECT origin, idx, digest FROM sources WHERE by = ?1 AND step = ?2";
	case Q_SOURCE_FIRST:
		return "SELECT s.origin, s.idx, s.digest FROM entries e"
		       " JOIN sources s ON s.by = e.digest WHERE e.idx = ?1 AND s.first"
		       " ORDER BY s.step LIMIT 1";
	case Q_SOURCE_KNOWN:
		return "SELECT e.idx, e.digest FROM sources s JOIN entries e ON e.digest = s.by"
		       " WHERE s.origin = ?1 AND s.idx = ?2 AND s.digest = ?3"
		       " ORDER BY e.idx LIMIT 1";
	case Q_SOURCE_CITED:
		return "SELECT e.idx, s.origin FROM sources s JOIN entries e ON e.digest = s.by"
		       " WHERE s.origin >= ?1 AND s.origin <= ?2 AND s.idx = ?3 AND s.first"
		       " AND e.idx > ?4 ORDER BY e.idx LIMIT 1";
	case Q_SOURCE_VAULT:
		return "SELECT 1 FROM sources WHERE origin >= ?1 AND origin <= ?2 LIMIT 1";
	case Q_SOURCE_RECEIVE:
		return "SELECT e.idx, e.digest, r.size, r.root, r.tagmanifest,"
		       " EXISTS (SELECT 1 FROM sources s WHERE s.by = r.by),"
		       " EXISTS (SELECT 1 FROM sources s WHERE s.by = r.by AND s.first"
		       " AND s.origin = r.origin) FROM receives r"
		       " JOIN entries e ON e.digest = r.by WHERE r.origin = ?1 AND e.idx > ?2"
		       " ORDER BY e.idx LIMIT 1";
	default:
		return NULL;
	}
}

/* ---- filling -------------------------------------------------------------- */

static enum evault_status
run(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static struct ev_slice
value_of(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = ev_record_find(record, name);

	return f == NULL ? ev_slice_text("") : ev_slice_of(f->value, f->len);
}

bool
ev_catalog_parse_receive(const struct ev_record *record, struct ev_catalog_receive *receive)
{
	struct ev_slice from = value_of(record, "from"), tree = value_of(record, "tree");
	struct ev_cursor c = ev_cursor_of(tree.data, tree.len);
	struct ev_catalog_receive found = { .size = ev_cursor_decimal(&c, INT64_MAX) };

	ev_cursor_expect(&c, " ");
	if (c.bad || found.size == 0 || !ev_slice_is(value_of(record, "action"), "receive") ||
	    !ev_slice_starts(from, "evault/") ||
	    !ev_hash_parse(ev_slice_of(from.data + 7, from.len - 7), &found.origin) ||
	    !ev_hash_parse(ev_slice_of(c.at, c.left), &found.root))
		return false;
	found.bundle = ev_hash_parse(value_of(record, "tagmanifest"), &found.tagmanifest);
	*receive = found;
	return true;
}

static enum evault_status
add_receive(struct ev_catalog *c, const struct ev_hash *digest, const struct ev_record *record,
	    struct evault_error *err)
{
	struct ev_catalog_receive receive;
	sqlite3_stmt *q;

	if (!ev_catalog_parse_receive(record, &receive))
		return EVAULT_OK;
	q = ev_catalog_query(c, Q_SOURCE_ADD_RECEIVE, err);
	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, digest);
	ev_catalog_bind_hash(c, q, 2, &receive.origin);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)receive.size);
	ev_catalog_bind_hash(c, q, 4, &receive.root);
	if (receive.bundle)
		ev_catalog_bind_hash(c, q, 5, &receive.tagmanifest);
	return run(c, q, err);
}

enum evault_status
ev_catalog_add_sources(struct ev_catalog *c, const struct ev_hash *digest,
		       const struct ev_record *record, struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	sqlite3_stmt *q;
	size_t n, i;
	enum evault_status rc = ev_provenance_read(record, chain, &n, err);

	/* Of one that does not say so rightly, nothing is believed; who reads it is told. */
	if (rc == EVAULT_E_DAMAGED)
		return EVAULT_OK;
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		q = ev_catalog_query(c, Q_SOURCE_ADD, err);
		if (q == NULL)
			return c->refused;
		ev_catalog_bind_hash(c, q, 1, digest);
		sqlite3_bind_int64(q, 2, (sqlite3_int64)i);
		ev_catalog_bind_hash(c, q, 3, &chain[i].origin);
		sqlite3_bind_int64(q, 4, (sqlite3_int64)chain[i].index);
		ev_catalog_bind_hash(c, q, 5, &chain[i].digest);
		sqlite3_bind_int(q, 6, i + 1 == n);
		rc = run(c, q, err);
	}
	return rc == EVAULT_OK ? add_receive(c, digest, record, err) : rc;
}

/* ---- asking --------------------------------------------------------------- */

/* Steps to a row that is a place, and resets the query. */
static enum evault_status
take_place(struct ev_catalog *c, sqlite3_stmt *q, struct ev_provenance *p, struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	if (rc == EVAULT_OK) {
		ev_catalog_column_hash(q, 0, &p->origin);
		p->index = (uint64_t)sqlite3_column_int64(q, 1);
		ev_catalog_column_hash(q, 2, &p->digest);
	}
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_source(struct ev_catalog *c, const struct ev_hash *digest, unsigned step,
		  struct ev_provenance *p, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_STEP, err);

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, digest);
	sqlite3_bind_int64(q, 2, step);
	return take_place(c, q, p, err);
}

enum evault_status
ev_catalog_first_source(struct ev_catalog *c, uint64_t index, struct ev_provenance *p,
			struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_FIRST, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	return take_place(c, q, p, err);
}

enum evault_status
ev_catalog_received_as(struct ev_catalog *c, const struct ev_provenance *p,
		       struct ev_catalog_entry *entry, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_KNOWN, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, &p->origin);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)p->index);
	ev_catalog_bind_hash(c, q, 3, &p->digest);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		memset(entry, 0, sizeof(*entry));
		entry->index = (uint64_t)sqlite3_column_int64(q, 0);
		entry->is_record = true;
		ev_catalog_column_hash(q, 1, &entry->digest);
	}
	sqlite3_reset(q);
	return rc;
}

/* The first and the last origin that begin with these three bytes. */
static void
bind_origins(struct ev_catalog *c, sqlite3_stmt *q, const uint8_t digits[3])
{
	struct ev_hash low, high;

	memset(&low, 0x00, sizeof(low));
	memset(&high, 0xFF, sizeof(high));
	memcpy(low.b, digits, 3);
	memcpy(high.b, digits, 3);
	ev_catalog_bind_hash(c, q, 1, &low);
	ev_catalog_bind_hash(c, q, 2, &high);
}

enum evault_status
ev_catalog_cited(struct ev_catalog *c, const uint8_t digits[3], uint64_t index, int64_t after,
		 uint64_t *found, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_CITED, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	bind_origins(c, q, digits);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)index);
	sqlite3_bind_int64(q, 4, after);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		*found = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_has_vault(struct ev_catalog *c, const uint8_t digits[3], bool *has,
		     struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_VAULT, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	bind_origins(c, q, digits);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	*has = rc == EVAULT_OK;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_next_receive(struct ev_catalog *c, const struct ev_hash *origin, int64_t after,
			struct ev_catalog_receive *receive, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_SOURCE_RECEIVE, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, origin);
	sqlite3_bind_int64(q, 2, after);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		receive->origin = *origin;
		receive->index = (uint64_t)sqlite3_column_int64(q, 0);
		ev_catalog_column_hash(q, 1, &receive->digest);
		receive->size = (uint64_t)sqlite3_column_int64(q, 2);
		ev_catalog_column_hash(q, 3, &receive->root);
		receive->bundle = sqlite3_column_type(q, 4) != SQLITE_NULL;
		if (receive->bundle)
			ev_catalog_column_hash(q, 4, &receive->tagmanifest);
		receive->received = sqlite3_column_int(q, 5) != 0;
		receive->twin = sqlite3_column_int(q, 6) != 0;
	}
	sqlite3_reset(q);
	return rc;
}
