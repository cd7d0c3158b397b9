#ifndef EV_STORE_CATALOG_PRIVATE_H
#define EV_STORE_CATALOG_PRIVATE_H

#include <sqlite3.h>

#include "store/catalog.h"

enum ev_catalog_query {
	Q_ADD_ENTRY,
	Q_ADD_MEMBER,
	Q_ADD_RECORD,
	Q_ADD_TAG,
	Q_FIND_MEMBER,
	Q_HAS_SIZE,
	Q_ENTRY,
	Q_ENTRY_OF,
	Q_SAME_FILE,
	Q_LIST,
	Q_RANGE,
	Q_BY_HASH,
	Q_HASHES,
	Q_COUNT,
	Q_COUNT_FILES,
	Q_QUERIES,
};

struct ev_catalog {
	sqlite3 *db;
	sqlite3_stmt *queries[Q_QUERIES]; /* prepared when first used */
};

/* The prepared query, reset and without bindings; NULL with the error told. */
sqlite3_stmt *ev_catalog_query(struct ev_catalog *c, enum ev_catalog_query which,
			       struct evault_error *err);
/* What SQLite says of a step that was neither a row nor the end. */
enum evault_status ev_catalog_fail(struct ev_catalog *c, struct evault_error *err);
/* Steps once: EVAULT_OK for a row, E_NOT_FOUND for the end. */
enum evault_status ev_catalog_step(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err);

void ev_catalog_bind_hash(sqlite3_stmt *q, int at, const struct ev_hash *h);
/* NULL data binds an empty blob. */
void ev_catalog_bind_slice(sqlite3_stmt *q, int at, struct ev_slice s);
/* A column that is no hash gives zeros. */
void ev_catalog_column_hash(sqlite3_stmt *q, int at, struct ev_hash *h);

#endif
