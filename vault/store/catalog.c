/*
 * The catalog's database: its schema, its queries, and filling it.
 */
#include <stdlib.h>
#include <string.h>

#include "store/catalog_private.h"

const char ev_catalog_schema[] =
    "CREATE TABLE entries(idx INTEGER PRIMARY KEY, digest BLOB, actor BLOB NOT NULL);"
    "CREATE INDEX entries_digest ON entries(digest) WHERE digest IS NOT NULL;"
    "CREATE TABLE members(kind INTEGER NOT NULL, id BLOB NOT NULL, part INTEGER NOT NULL,"
    " pack BLOB NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL,"
    " UNIQUE(kind, id, part, pack));"
    "CREATE TABLE records(digest BLOB PRIMARY KEY, action TEXT NOT NULL, time TEXT NOT NULL,"
    " sha256 BLOB, size INTEGER, name BLOB, folder BLOB, modified BLOB, case_name BLOB)"
    " WITHOUT ROWID;"
    "CREATE INDEX records_sha256 ON records(sha256) WHERE sha256 IS NOT NULL;"
    "CREATE INDEX records_size ON records(size) WHERE size IS NOT NULL;"
    "CREATE TABLE tags(digest BLOB NOT NULL, tag BLOB NOT NULL, PRIMARY KEY(digest, tag))"
    " WITHOUT ROWID;";

#define ENTRY_COLUMNS "e.idx, e.digest, e.actor, r.digest IS NULL, r.size"
#define ENTRY_TABLES  " FROM entries e LEFT JOIN records r ON r.digest = e.digest "

static const char *const queries[Q_QUERIES] = {
	/* Not one that can replace: FTS5 would write what it has collected before each of them. */
	[Q_ADD_ENTRY] = "INSERT OR IGNORE INTO entries VALUES(?1, ?2, ?3)",
	[Q_REPLACE_ENTRY] = "REPLACE INTO entries VALUES(?1, ?2, ?3)",
	[Q_ADD_MEMBER] = "INSERT INTO members VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
			 " ON CONFLICT DO UPDATE SET offset = ?5, size = ?6, state = ?7",
	[Q_ADD_RECORD] = "INSERT OR IGNORE INTO records VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[Q_ADD_TAG] = "INSERT OR IGNORE INTO tags VALUES(?1, ?2)",
	[Q_FIND_MEMBER] = "SELECT pack, offset, size, state FROM members"
			  " WHERE kind = ?1 AND id = ?2 AND part = ?3"
			  " ORDER BY state DESC, pack LIMIT 1 OFFSET ?4",
	[Q_HAS_SIZE] = "SELECT 1 FROM records WHERE size = ?1 LIMIT 1",
	[Q_ENTRY] = "SELECT " ENTRY_COLUMNS ENTRY_TABLES "WHERE e.idx = ?1",
	[Q_ENTRY_OF] = "SELECT " ENTRY_COLUMNS ENTRY_TABLES "WHERE e.digest = ?1 LIMIT 1",
	[Q_SAME_FILE] =
	    "SELECT " ENTRY_COLUMNS " FROM records r JOIN entries e ON e.digest = r.digest"
	    " WHERE r.sha256 = ?1 AND r.name = ?2 AND r.folder = ?3"
	    " AND r.modified = ?4 AND r.action = 'add'"
	    " AND NOT EXISTS (SELECT 1 FROM sources s WHERE s.by = r.digest) ORDER BY e.idx LIMIT "
	    "1",
	[Q_LIST] = "SELECT " ENTRY_COLUMNS ENTRY_TABLES "WHERE e.digest IS NOT NULL AND e.idx > ?1"
		   " AND " EV_CATALOG_FILTER " ORDER BY e.idx LIMIT 1",
	/* Through the records from end to end, once for a batch: they are read quicker than found.
	 */
	[Q_OF_ACTION] = "SELECT e.idx FROM records r CROSS JOIN entries e ON e.digest = r.digest"
			" WHERE r.action = ?1 AND e.idx > ?2 ORDER BY e.idx LIMIT ?3",
	[Q_RANGE] = "SELECT " ENTRY_COLUMNS ENTRY_TABLES
		    "WHERE e.digest IS NOT NULL AND e.idx >= ?1 AND e.idx <= ?2"
		    " ORDER BY e.idx LIMIT 1",
	[Q_BY_HASH] = "SELECT " ENTRY_COLUMNS " FROM records r JOIN entries e"
		      " ON e.digest = r.digest WHERE r.sha256 >= ?1 AND r.sha256 <= ?2"
		      " AND e.idx > ?3 ORDER BY e.idx LIMIT 1",
	[Q_HASHES] = "SELECT count(DISTINCT r.sha256) FROM records r JOIN entries e"
		     " ON e.digest = r.digest WHERE r.sha256 >= ?1 AND r.sha256 <= ?2",
	/* Both lie in the order of digests: no page is read twice. */
	[Q_COUNT] = "SELECT (SELECT count(*) FROM entries), items,"
		    " (SELECT count(digest) FROM entries) - found FROM (SELECT count(*) AS found,"
		    " sum(r.sha256 IS NOT NULL AND r.action <> 'receive') AS items"
		    " FROM records r CROSS JOIN entries e ON e.digest = r.digest)",
	/* In the order of the index: nothing is sorted, which would be in memory. */
	[Q_COUNT_FILES] =
	    "SELECT count(*), total(size) FROM (SELECT max(r.size) AS size"
	    " FROM records r INDEXED BY records_sha256 CROSS JOIN entries e"
	    " ON e.digest = r.digest"
	    " WHERE r.sha256 IS NOT NULL AND r.action <> 'receive' GROUP BY r.sha256)",
};

enum evault_status
ev_catalog_fail(struct ev_catalog *c, struct evault_error *err)
{
	const struct evault_error *why = &c->file.why;

	switch (sqlite3_errcode(c->db) & 0xFF) {
	case SQLITE_NOMEM:
		c->file.starved = true;
		return ev_fail_nomem(err);
	case SQLITE_IOERR:
	case SQLITE_BUSY:
		if (why->status != EVAULT_OK && why->text[0] != '\0')
			return ev_fail(err, why->status, "%s", why->text);
		break;
	default:
		break;
	}
	if (c->file.starved)
		return ev_fail_nomem(err);
	return ev_fail(err, EVAULT_E_IO, "the catalog: %s", sqlite3_errmsg(c->db));
}

/*
 * Has the last call failed for what is in the store?  Then another store is
 * put in its place, if somebody can.
 */
static bool
mend(struct ev_catalog *c, sqlite3_stmt *failed)
{
	struct evault_error why = { 0 };
	int code = sqlite3_errcode(c->db) & 0xFF;
	sqlite3_stmt *q;
	bool mended;

	if ((code != SQLITE_IOERR && code != SQLITE_CORRUPT && code != SQLITE_NOTADB &&
	     code != SQLITE_BUSY) ||
	    c->broken == NULL || c->mending)
		return false;
	(void)ev_catalog_fail(c, &why);
	/* What was filled since the last commit is nowhere else. */
	if (c->filling) {
		c->spoiled = true;
		(void)ev_fail(&c->file.why, EVAULT_E_IO, "%s; it will be made anew: run this again",
			      why.text);
		return false;
	}
	sqlite3_reset(failed);
	for (q = sqlite3_next_stmt(c->db, NULL); q != NULL; q = sqlite3_next_stmt(c->db, q))
		if (sqlite3_stmt_busy(q))
			return false;
	c->mending = true;
	mended = c->broken(c->broken_ctx, &why, NULL) == EVAULT_OK;
	c->mending = false;
	return mended;
}

sqlite3_stmt *
ev_catalog_query(struct ev_catalog *c, enum ev_catalog_query which, struct evault_error *err)
{
	sqlite3_stmt **q = &c->queries[which];
	const char *sql = ev_catalog_cite_query(which);
	int rc = SQLITE_OK;

	if (sql == NULL)
		sql = ev_catalog_file_query(which);
	if (sql == NULL)
		sql = ev_catalog_log_query(which);
	if (sql == NULL)
		sql = ev_catalog_text_query(which);
	if (sql == NULL)
		sql = ev_catalog_source_query(which);
	if (sql == NULL)
		sql = ev_catalog_lean_query(which);
	if (sql == NULL)
		sql = queries[which];
	c->refused = EVAULT_E_IO;
	if (c->spoiled) {
		(void)ev_fail(err, EVAULT_E_IO,
			      "the index could not be filled, and is made anew the next time: run "
			      "this again");
		return NULL;
	}
	if (*q == NULL)
		rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, q, NULL);
	if (rc != SQLITE_OK && mend(c, NULL))
		rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, q, NULL);
	if (rc != SQLITE_OK) {
		/* Any other is of the index, and not of what it tells of. */
		if (ev_catalog_fail(c, err) == EVAULT_E_NOMEM)
			c->refused = EVAULT_E_NOMEM;
		return NULL;
	}
	sqlite3_reset(*q);
	sqlite3_clear_bindings(*q);
	c->unbound = false;
	return *q;
}

/* Runs the query again, up to the row after the last one that was given. */
static int
step_again(struct ev_catalog *c, sqlite3_stmt *q, uint64_t given)
{
	int rc;

	do
		rc = sqlite3_step(q);
	while (rc == SQLITE_ROW && given-- > 0);
	c->walking = q;
	return rc;
}

enum evault_status
ev_catalog_step(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err)
{
	/* One that was begun before another one was asked has lost its count. */
	bool begun = sqlite3_stmt_busy(q), counted = !begun || c->walking == q;
	uint64_t given = begun ? c->walked : 0;
	int rc;

	/* It would ask for what is nowhere, or put it in. */
	if (c->unbound)
		return ev_fail_nomem(err);
	c->walking = q;
	rc = sqlite3_step(q);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE && counted && mend(c, q))
		rc = step_again(c, q, given);
	c->walked = given + 1;
	if (rc == SQLITE_ROW)
		return EVAULT_OK;
	if (rc == SQLITE_DONE)
		return EVAULT_E_NOT_FOUND;
	return ev_catalog_fail(c, err);
}

static void
bound(struct ev_catalog *c, int rc)
{
	c->unbound = c->unbound || rc != SQLITE_OK;
}

void
ev_catalog_bind_hash(struct ev_catalog *c, sqlite3_stmt *q, int at, const struct ev_hash *h)
{
	bound(c, sqlite3_bind_blob(q, at, h->b, sizeof(h->b), SQLITE_TRANSIENT));
}

void
ev_catalog_bind_slice(struct ev_catalog *c, sqlite3_stmt *q, int at, struct ev_slice s)
{
	if (s.len == 0)
		bound(c, sqlite3_bind_zeroblob(q, at, 0));
	else
		bound(c, sqlite3_bind_blob64(q, at, s.data, s.len, SQLITE_TRANSIENT));
}

void
ev_catalog_bind_text(struct ev_catalog *c, sqlite3_stmt *q, int at, struct ev_slice s)
{
	bound(c, sqlite3_bind_text64(q, at, s.data == NULL ? "" : (const char *)s.data, s.len,
				     SQLITE_TRANSIENT, SQLITE_UTF8));
}

void
ev_catalog_column_hash(sqlite3_stmt *q, int at, struct ev_hash *h)
{
	memset(h, 0, sizeof(*h));
	if (sqlite3_column_bytes(q, at) == (int)sizeof(h->b))
		memcpy(h->b, sqlite3_column_blob(q, at), sizeof(h->b));
}

/* Runs a query that gives no rows. */
static enum evault_status
run(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static enum evault_status
put_entry(struct ev_catalog *c, enum ev_catalog_query how, uint64_t index,
	  const struct ev_hash *record, const struct ev_hash *actor, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, how, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	if (record != NULL)
		ev_catalog_bind_hash(c, q, 2, record);
	ev_catalog_bind_hash(c, q, 3, actor);
	return run(c, q, err);
}

enum evault_status
ev_catalog_add_entry(struct ev_catalog *c, uint64_t index, const struct ev_hash *record,
		     const struct ev_hash *actor, struct evault_error *err)
{
	enum evault_status rc = put_entry(c, Q_ADD_ENTRY, index, record, actor, err);

	if (rc == EVAULT_OK && sqlite3_changes(c->db) == 0)
		rc = put_entry(c, Q_REPLACE_ENTRY, index, record, actor, err);
	if (c->lean)
		return rc;
	if (rc == EVAULT_OK && record != NULL)
		rc = ev_catalog_wait_for_words(c, index, err);
	return rc == EVAULT_OK ? ev_catalog_settle_entry(c, index, record, err) : rc;
}

static enum evault_status
put_member(struct ev_catalog *c, enum ev_catalog_query how, const struct ev_hash *pack,
	   const struct ev_member *m, enum ev_member_state state, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, how, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int(q, 1, (int)m->kind);
	ev_catalog_bind_hash(c, q, 2, &m->id);
	sqlite3_bind_int64(q, 3, m->part);
	ev_catalog_bind_hash(c, q, 4, pack);
	sqlite3_bind_int64(q, 5, (sqlite3_int64)m->offset);
	sqlite3_bind_int64(q, 6, (sqlite3_int64)m->size);
	sqlite3_bind_int(q, 7, (int)state);
	if (c->lean)
		ev_catalog_lean_bind(c, q, &m->id);
	return run(c, q, err);
}

enum evault_status
ev_catalog_add_member(struct ev_catalog *c, const struct ev_hash *pack, const struct ev_member *m,
		      enum ev_member_state state, struct evault_error *err)
{
	enum evault_status rc;

	if (!c->lean)
		return put_member(c, Q_ADD_MEMBER, pack, m, state, err);
	rc = put_member(c, Q_LEAN_CHANGE, pack, m, state, err);
	if (rc == EVAULT_OK && sqlite3_changes(c->db) == 0)
		rc = put_member(c, Q_LEAN_ADD, pack, m, state, err);
	return rc;
}

static bool
is_disclosed(const struct ev_record_field *f)
{
	return f != NULL && !f->withheld;
}

static struct ev_slice
field_slice(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = ev_record_find(record, name);

	return is_disclosed(f) ? ev_slice_of(f->value, f->len) : ev_slice_of(NULL, 0);
}

static enum evault_status
add_tags(struct ev_catalog *c, const struct ev_hash *digest, const struct ev_record *record,
	 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	sqlite3_stmt *q;
	size_t i;

	for (i = 0; i < record->n && rc == EVAULT_OK; i++) {
		if (strcmp(record->fields[i].name, "tag") != 0 || record->fields[i].withheld)
			continue;
		q = ev_catalog_query(c, Q_ADD_TAG, err);
		if (q == NULL)
			return c->refused;
		ev_catalog_bind_hash(c, q, 1, digest);
		ev_catalog_bind_slice(c, q, 2,
				      ev_slice_of(record->fields[i].value, record->fields[i].len));
		rc = run(c, q, err);
	}
	return rc;
}

enum evault_status
ev_catalog_add_record(struct ev_catalog *c, const struct ev_hash *digest,
		      const struct ev_record *record, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_ADD_RECORD, err);
	struct ev_slice size = field_slice(record, "size");
	struct ev_cursor number = ev_cursor_of(size.data, size.len);
	struct ev_hash sha256;
	enum evault_status rc;
	uint64_t bytes;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, digest);
	ev_catalog_bind_text(c, q, 2, field_slice(record, "action"));
	ev_catalog_bind_text(c, q, 3, c->lean ? ev_slice_text("") : field_slice(record, "time"));
	if (c->lean) {
		rc = run(c, q, err);
		return rc == EVAULT_OK ? ev_catalog_add_sources(c, digest, record, err) : rc;
	}
	if (ev_hash_parse(field_slice(record, "sha256"), &sha256))
		ev_catalog_bind_hash(c, q, 4, &sha256);
	bytes = ev_cursor_decimal(&number, INT64_MAX);
	if (ev_cursor_done(&number))
		sqlite3_bind_int64(q, 5, (sqlite3_int64)bytes);
	ev_catalog_bind_slice(c, q, 6, field_slice(record, "name"));
	ev_catalog_bind_slice(c, q, 7, field_slice(record, "folder"));
	ev_catalog_bind_slice(c, q, 8, field_slice(record, "modified"));
	/* Empty says that there is none; where nothing is said, what was said before holds. */
	if (is_disclosed(ev_record_find(record, "case")))
		ev_catalog_bind_slice(c, q, 9, field_slice(record, "case"));
	rc = run(c, q, err);
	if (rc == EVAULT_OK)
		rc = add_tags(c, digest, record, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_add_sources(c, digest, record, err);
	return rc == EVAULT_OK ? ev_catalog_add_cites(c, digest, record, err) : rc;
}
