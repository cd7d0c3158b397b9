/*
 * What opening a vault needs of entries that it does not read again: which
 * ones change keys, and what packs there are.
 */
#include <string.h>

#include "store/catalog_private.h"

const char ev_catalog_log_schema[] =
    "CREATE TABLE changing(idx INTEGER PRIMARY KEY);"
    "CREATE TABLE packs(idx INTEGER NOT NULL, pack BLOB NOT NULL, size INTEGER NOT NULL,"
    " dropped INTEGER NOT NULL, PRIMARY KEY(idx, pack)) WITHOUT ROWID;"
    "CREATE INDEX packs_pack ON packs(pack);";

const char *
ev_catalog_log_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_LOG_ADD_CHANGING:
		return "INSERT OR IGNORE INTO changing VALUES(?1)";
	case Q_LOG_CHANGING:
		return "SELECT idx FROM changing WHERE idx < ?1 ORDER BY idx";
	case Q_LOG_ADD_PACK:
		return "INSERT OR REPLACE INTO packs VALUES(?1, ?2, ?3, ?4)";
	case Q_LOG_DROP_PACK:
		return "UPDATE packs SET dropped = 1 WHERE pack = ?1";
	case Q_LOG_DROP_MEMBER:
		return "DELETE FROM members WHERE kind = ?1 AND id = ?2 AND part = ?3"
		       " AND pack = ?4";
	case Q_LOG_NEXT_PACK:
		return "SELECT idx, pack, size, dropped FROM packs WHERE (idx, pack) > (?1, ?2)"
		       " ORDER BY idx, pack LIMIT 1";
	case Q_LOG_HAS_RECORD:
		return "SELECT 1 FROM entries WHERE digest = ?1 AND idx < ?2 LIMIT 1";
	case Q_LOG_HAS_PACK:
		return "SELECT 1 FROM packs WHERE pack = ?1 AND idx < ?2 LIMIT 1";
	default:
		return NULL;
	}
}

enum evault_status
ev_catalog_add_changing(struct ev_catalog *c, uint64_t index, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_LOG_ADD_CHANGING, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_hint(struct ev_catalog *c, uint64_t size, struct ev_index_hint *hint,
		struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_LOG_CHANGING, err);
	enum evault_status rc = EVAULT_OK;

	if (q == NULL)
		return c->refused;
	memset(hint, 0, sizeof(*hint));
	hint->size = size;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)size);
	while (hint->size > 0 && (rc = ev_catalog_step(c, q, err)) == EVAULT_OK) {
		if (hint->n == EV_INDEX_HINT_MAX)
			memset(hint, 0, sizeof(*hint));
		else
			hint->changing[hint->n++] = (uint64_t)sqlite3_column_int64(q, 0);
	}
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_add_pack(struct ev_catalog *c, const struct ev_catalog_pack *pack,
		    struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_LOG_ADD_PACK, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)pack->index);
	ev_catalog_bind_hash(c, q, 2, &pack->pack);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)pack->size);
	sqlite3_bind_int(q, 4, pack->dropped);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_drop_pack(struct ev_catalog *c, const struct ev_hash *pack, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_LOG_DROP_PACK, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, pack);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? ev_catalog_set_unread(c, pack, false, err) : rc;
}

enum evault_status
ev_catalog_drop_member(struct ev_catalog *c, const struct ev_hash *pack, const struct ev_member *m,
		       struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, c->lean ? Q_LEAN_DROP : Q_LOG_DROP_MEMBER, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int(q, 1, (int)m->kind);
	ev_catalog_bind_hash(c, q, 2, &m->id);
	sqlite3_bind_int64(q, 3, m->part);
	ev_catalog_bind_hash(c, q, 4, pack);
	if (c->lean)
		ev_catalog_lean_bind(c, q, &m->id);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_next_pack(struct ev_catalog *c, struct ev_catalog_pack *pack, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_LOG_NEXT_PACK, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)pack->index);
	ev_catalog_bind_hash(c, q, 2, &pack->pack);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		pack->index = (uint64_t)sqlite3_column_int64(q, 0);
		ev_catalog_column_hash(q, 1, &pack->pack);
		pack->size = (uint64_t)sqlite3_column_int64(q, 2);
		pack->dropped = sqlite3_column_int(q, 3) != 0;
	}
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_names(struct ev_catalog *c, enum ev_catalog_what what, const struct ev_hash *hash,
		 uint64_t size, bool *names, struct evault_error *err)
{
	sqlite3_stmt *q =
	    ev_catalog_query(c, what == EV_CATALOG_RECORD ? Q_LOG_HAS_RECORD : Q_LOG_HAS_PACK, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	ev_catalog_bind_hash(c, q, 1, hash);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)size);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	*names = rc == EVAULT_OK;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}
