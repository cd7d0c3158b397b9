/*
 * Opening the catalog on its sealed store; updates; and another store in the
 * place of one that was altered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/fold.h"
#include "store/catalog_private.h"

enum {
	FILLING =
	    1, /* one more when the same tables are filled otherwise, or words fold otherwise */
	CACHE_KIB = 12 * 1024,
	LEAN_CACHE_KIB = 16 * 1024, /* what it is asked lies all over it */
	/* More take too long at each opening: so many are counted then, at a place that is drawn.
	 */
	COUNTED_ROWS = 10000,
};

static const char file_schema[] = "CREATE TABLE unread(pack BLOB PRIMARY KEY) WITHOUT ROWID;";

static const char *const schemas[] = {
	ev_catalog_schema,      file_schema,
	ev_catalog_log_schema,  ev_catalog_cite_schema,
	ev_catalog_text_schema, ev_catalog_source_schema,
};
enum {
	SCHEMAS = sizeof(schemas) / sizeof(schemas[0])
};

const char *
ev_catalog_file_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_ADD_UNREAD:
		return "INSERT OR IGNORE INTO unread VALUES(?1)";
	case Q_REMOVE_UNREAD:
		return "DELETE FROM unread WHERE pack = ?1";
	case Q_NEXT_UNREAD:
		return "SELECT pack FROM unread WHERE pack > ?1 ORDER BY pack LIMIT 1";
	case Q_COUNT_ROWS:
		/* The last and the first one asked in one query would read all of them. */
		return "SELECT coalesce((SELECT max(idx) FROM entries), -1),"
		       " coalesce((SELECT min(idx) FROM entries), 0),"
		       " (SELECT count(*) FROM entries WHERE idx >= ?1 AND idx < ?1 + ?2)";
	case Q_COUNT_ONLY_IN:
		return "SELECT count(*) FROM members m JOIN entries e ON e.digest = m.id"
		       " WHERE m.kind = ?1 AND m.pack = ?2 AND NOT EXISTS (SELECT 1 FROM members o"
		       " WHERE o.kind = ?1 AND o.id = m.id AND o.pack <> ?2)";
	default:
		return NULL;
	}
}

void
ev_catalog_schema_hash(struct ev_hash *out)
{
	struct ev_hash parts[2] = { { { FILLING } } };
	const char *unicode = ev_fold_unicode();
	size_t i;

	ev_hash_of(unicode, strlen(unicode), &parts[1]);
	ev_hash_of(parts, sizeof(parts), &parts[0]);
	for (i = 0; i < SCHEMAS; i++) {
		ev_hash_of(schemas[i], strlen(schemas[i]), &parts[1]);
		ev_hash_of(parts, sizeof(parts), &parts[0]);
	}
	*out = parts[0];
}

/* ---- opening ---------------------------------------------------------------- */

static enum evault_status
exec(struct ev_catalog *c, const char *sql, struct evault_error *err)
{
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return ev_catalog_fail(c, err);
	return EVAULT_OK;
}

static enum evault_status
configure(struct ev_catalog *c, struct evault_error *err)
{
	int reserved = EV_PAGE_RESERVED;
	char cache[48];
	enum evault_status rc;

	sqlite3_file_control(c->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", CACHE_KIB);
	rc = exec(c, "PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY", err);
	if (rc == EVAULT_OK)
		rc = exec(c, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err);
	if (rc == EVAULT_OK)
		rc = exec(c, cache, err);
	/* Debian's build leaves these open. */
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, (int *)NULL);
	return rc;
}

enum evault_status
ev_catalog_open(struct ev_sealed *store, struct ev_catalog **out, struct evault_error *err)
{
	struct ev_catalog *c = calloc(1, sizeof(*c));
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (c == NULL) {
		ev_sealed_free(store);
		return ev_fail_nomem(err);
	}
	c->file.store = store;
	if (ev_catalog_vfs_open(&c->file, &c->db) != SQLITE_OK)
		rc = c->db == NULL ? ev_fail_nomem(err) : ev_catalog_fail(c, err);
	if (rc == EVAULT_OK)
		rc = configure(c, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_text_register(c, err);
	if (rc == EVAULT_OK && ev_sealed_is_updating(store))
		rc = ev_catalog_begin(c, err);
	for (i = 0; i < SCHEMAS && rc == EVAULT_OK && ev_sealed_pages(store) == 0; i++)
		rc = exec(c, schemas[i], err);
	if (rc == EVAULT_OK) {
		*out = c;
		c = NULL;
	}
	ev_catalog_free(c);
	return rc;
}

enum evault_status
ev_catalog_new(struct ev_catalog **c, struct evault_error *err)
{
	struct ev_sealed *store;
	enum evault_status rc = ev_sealed_memory(&store, err);

	return rc == EVAULT_OK ? ev_catalog_open(store, c, err) : rc;
}

enum evault_status
ev_catalog_new_lean(int dir, struct ev_catalog **c, struct evault_error *err)
{
	struct ev_catalog *made = NULL;
	struct ev_sealed *store;
	char cache[48];
	enum evault_status rc = ev_sealed_scratch(dir, &store, err);

	if (rc == EVAULT_OK)
		rc = ev_catalog_open(store, &made, err);
	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", LEAN_CACHE_KIB);
	if (rc == EVAULT_OK)
		rc = exec(made, ev_catalog_lean_schema, err);
	if (rc == EVAULT_OK)
		rc = exec(made, cache, err);
	if (rc == EVAULT_OK) {
		made->lean = true;
		ev_random(made->lean_key, sizeof(made->lean_key));
		*c = made;
		made = NULL;
	}
	ev_catalog_free(made);
	return rc;
}

void
ev_catalog_free(struct ev_catalog *c)
{
	int i;

	if (c == NULL)
		return;
	for (i = 0; i < Q_QUERIES; i++)
		sqlite3_finalize(c->queries[i]);
	if (c->db != NULL && sqlite3_get_autocommit(c->db) == 0)
		(void)exec(c, "ROLLBACK", NULL);
	sqlite3_close(c->db);
	ev_sealed_free(c->file.store);
	free(c);
}

struct ev_sealed *
ev_catalog_store(struct ev_catalog *c)
{
	return c->file.store;
}

/* ---- updates ---------------------------------------------------------------- */

enum evault_status
ev_catalog_begin(struct ev_catalog *c, struct evault_error *err)
{
	c->filling = true;
	c->waiting = WAITING_UNKNOWN;
	return sqlite3_get_autocommit(c->db) == 0 ? EVAULT_OK : exec(c, "BEGIN IMMEDIATE", err);
}

enum evault_status
ev_catalog_commit(struct ev_catalog *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	/* After an error SQLite gives the transaction up, and half of it may be in the store. */
	if (c->filling && sqlite3_get_autocommit(c->db) != 0) {
		c->spoiled = true;
		return c->file.starved
			   ? ev_fail_nomem(err)
			   : ev_fail(err, EVAULT_E_IO, "the catalog could not be filled");
	}
	if (sqlite3_get_autocommit(c->db) == 0)
		rc = exec(c, "COMMIT", err);
	c->filling = c->filling && rc != EVAULT_OK;
	return rc;
}

enum evault_status
ev_catalog_publish(struct ev_catalog *c, uint64_t size, const struct ev_hash *root,
		   struct evault_error *err)
{
	enum evault_status rc = ev_catalog_commit(c, err), again;

	if (rc != EVAULT_OK)
		return rc;
	rc = ev_sealed_publish(c->file.store, size, root, err);
	again = ev_catalog_begin(c, rc == EVAULT_OK ? err : NULL);
	return rc == EVAULT_OK ? again : rc;
}

void
ev_catalog_end(struct ev_catalog *c)
{
	int i;

	for (i = 0; i < Q_QUERIES; i++)
		if (c->queries[i] != NULL)
			sqlite3_reset(c->queries[i]);
	/* Without a journal nothing is rolled back: SQLite forgets its pages, and the store its
	 * own. */
	if (sqlite3_get_autocommit(c->db) == 0)
		(void)exec(c, "ROLLBACK", NULL);
	c->filling = false;
	ev_sealed_end(c->file.store);
	ev_random(&c->file.salt, sizeof(c->file.salt));
}

bool
ev_catalog_is_spoiled(const struct ev_catalog *c)
{
	return c->spoiled;
}

void
ev_catalog_spoil(struct ev_catalog *c)
{
	c->spoiled = true;
}

void
ev_catalog_adopt(struct ev_catalog *c, struct ev_catalog *from)
{
	struct ev_sealed *store = c->file.store;

	c->file.store = from->file.store;
	from->file.store = store;
	c->waiting = WAITING_UNKNOWN;
	ev_random(&c->file.salt, sizeof(c->file.salt));
	ev_catalog_free(from);
}

void
ev_catalog_when_broken(struct ev_catalog *c, ev_catalog_broken_fn *fn, void *ctx)
{
	c->broken = fn;
	c->broken_ctx = ctx;
}

/* ---- packs to be tried again, and rows counted -------------------------------- */

enum evault_status
ev_catalog_set_unread(struct ev_catalog *c, const struct ev_hash *pack, bool unread,
		      struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, unread ? Q_ADD_UNREAD : Q_REMOVE_UNREAD, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, pack);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_next_unread(struct ev_catalog *c, struct ev_hash *pack, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_NEXT_UNREAD, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, pack);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		ev_catalog_column_hash(q, 0, pack);
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_is_full(struct ev_catalog *c, uint64_t size, bool *full, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_COUNT_ROWS, err);
	uint64_t n = size < COUNTED_ROWS ? size : COUNTED_ROWS, from = 0;
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	if (size > n) {
		ev_random(&from, sizeof(from));
		from %= size - n + 1;
	}
	sqlite3_bind_int64(q, 1, (sqlite3_int64)from);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)n);
	rc = ev_catalog_step(c, q, err);
	*full = rc == EVAULT_OK && (uint64_t)(sqlite3_column_int64(q, 0) + 1) == size &&
		sqlite3_column_int64(q, 1) == 0 && (uint64_t)sqlite3_column_int64(q, 2) == n;
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_only_in(struct ev_catalog *c, const struct ev_hash *pack, uint64_t *n,
		   struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_COUNT_ONLY_IN, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int(q, 1, EV_MEMBER_RECORD);
	ev_catalog_bind_hash(c, q, 2, pack);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		*n = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc;
}
