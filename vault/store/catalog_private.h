#ifndef EV_STORE_CATALOG_PRIVATE_H
#define EV_STORE_CATALOG_PRIVATE_H

#include <sqlite3.h>

#include "store/catalog.h"
#include "store/catalog_vfs.h"

enum ev_catalog_query {
	Q_ADD_ENTRY,
	Q_REPLACE_ENTRY,
	Q_ADD_MEMBER,
	Q_ADD_RECORD,
	Q_ADD_TAG,
	Q_FIND_MEMBER,
	Q_HAS_SIZE,
	Q_ENTRY,
	Q_ENTRY_OF,
	Q_SAME_FILE,
	Q_LIST,
	Q_OF_ACTION,
	Q_RANGE,
	Q_BY_HASH,
	Q_HASHES,
	Q_COUNT,
	Q_COUNT_FILES,
	Q_ADD_UNREAD,
	Q_REMOVE_UNREAD,
	Q_NEXT_UNREAD,
	Q_COUNT_ROWS,
	Q_COUNT_ONLY_IN,
	Q_LOG_ADD_CHANGING,
	Q_LOG_CHANGING,
	Q_LOG_ADD_PACK,
	Q_LOG_DROP_PACK,
	Q_LOG_DROP_MEMBER,
	Q_LOG_NEXT_PACK,
	Q_LOG_HAS_RECORD,
	Q_LOG_HAS_PACK,
	Q_CITE_WAIT,
	Q_CITE_WAITS,
	Q_CITE_SETTLE,
	Q_CITE_SETTLED,
	Q_CITE_CORRECTIONS,
	Q_CITE_RETRACTED,
	Q_CITE_TAKES_BACK,
	Q_CITE_HISTORY,
	Q_SOURCE_ADD,
	Q_SOURCE_ADD_RECEIVE,
	Q_SOURCE_STEP,
	Q_SOURCE_FIRST,
	Q_SOURCE_KNOWN,
	Q_SOURCE_CITED,
	Q_SOURCE_VAULT,
	Q_SOURCE_RECEIVE,
	Q_TEXT_WAIT,
	Q_TEXT_WAITS,
	Q_TEXT_WAITS_NO_MORE,
	Q_TEXT_ADD_SAID,
	Q_TEXT_ADD_TEXT,
	Q_TEXT_ADD_NOTED,
	Q_TEXT_NOTES,
	Q_TEXT_NOTED,
	Q_TEXT_IN_SAID,
	Q_TEXT_IN_TEXTS,
	Q_TEXT_MATCHES,
	Q_TEXT_COUNT_WAITING,
	Q_LEAN_ADD,
	Q_LEAN_CHANGE,
	Q_LEAN_FIND,
	Q_LEAN_DROP,
	Q_QUERIES,
};

struct ev_catalog {
	sqlite3 *db;
	sqlite3_stmt *queries[Q_QUERIES]; /* prepared when first used */
	struct ev_catalog_vfs file;
	sqlite3_stmt *walking; /* the query stepped last, … */
	uint64_t walked;       /* … and how many rows it has given */
	ev_catalog_broken_fn *broken;
	void *broken_ctx;
	bool filling; /* a transaction was begun, even if SQLite has given it up */
	bool mending, spoiled;
	enum evault_status refused; /* why the last query that could not be given was not */
	bool unbound; /* there was no memory for a value of the query that was given last */
	bool lean;    /* ev_catalog_new_lean */
	uint8_t lean_key[16];
	/* Of the table waiting, since the transaction began. */
	enum {
		WAITING_UNKNOWN,
		WAITING_NONE,
		WAITING_SOME
	} waiting;
};

/*
 * The tables of each file are made from a string of its own; all of them are
 * listed in catalog_file.c.
 */
extern const char ev_catalog_schema[];

/* The prepared query, reset and without bindings; NULL with the error told, and c->refused. */
sqlite3_stmt *ev_catalog_query(struct ev_catalog *c, enum ev_catalog_query which,
			       struct evault_error *err);
/* What SQLite says of a step that was neither a row nor the end. */
enum evault_status ev_catalog_fail(struct ev_catalog *c, struct evault_error *err);
/*
 * Steps once: EVAULT_OK for a row, E_NOT_FOUND for the end.  Where a page of
 * the store does not open, the store is made anew, and the query run again up
 * to where it was: it must give its rows in a fixed order.
 */
enum evault_status ev_catalog_step(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err);

/*
 * To a query that was just given.  Where there is no memory for the value,
 * stepping the query fails.
 */
void ev_catalog_bind_hash(struct ev_catalog *c, sqlite3_stmt *q, int at, const struct ev_hash *h);
/* NULL data binds an empty blob, or text. */
void ev_catalog_bind_slice(struct ev_catalog *c, sqlite3_stmt *q, int at, struct ev_slice s);
void ev_catalog_bind_text(struct ev_catalog *c, sqlite3_stmt *q, int at, struct ev_slice s);
/* A column that is no hash gives zeros. */
void ev_catalog_column_hash(sqlite3_stmt *q, int at, struct ev_hash *h);

/* NULL for queries of other files. */
const char *ev_catalog_file_query(enum ev_catalog_query which);

/* ---- catalog_log.c -------------------------------------------------------- */

extern const char ev_catalog_log_schema[];
/* NULL for queries of other files. */
const char *ev_catalog_log_query(enum ev_catalog_query which);

/* ---- catalog_cite.c ------------------------------------------------------- */

/* What a citing record does: the column `kind` of the table cites. */
enum ev_cite_kind {
	EV_CITE_OTHER = 0,
	EV_CITE_ANNOTATE = 1,
	EV_CITE_RETRACT = 2,
};
#define EV_CITE_SQL_RETRACT "2"

extern const char ev_catalog_cite_schema[];
/* NULL for queries of other files. */
const char *ev_catalog_cite_query(enum ev_catalog_query which);

/* Files the record's abouts; to be called once for each record, with its entry or without. */
enum evault_status ev_catalog_add_cites(struct ev_catalog *c, const struct ev_hash *digest,
					const struct ev_record *record, struct evault_error *err);
/* To be called once for each entry that was filed; digest NULL: structural. */
enum evault_status ev_catalog_settle_entry(struct ev_catalog *c, uint64_t index,
					   const struct ev_hash *digest, struct evault_error *err);

/*
 * Is the entry of this index retracted, or taken back?  A retraction counts
 * unless another one is about it; but one that is about a retraction always
 * counts (FORMAT.md, Record), so that nothing has to be followed further.
 */
#define EV_CATALOG_RETRACTED(index)                                                                \
	"EXISTS (SELECT 1 FROM cites rc WHERE rc.item = " index                                    \
	" AND rc.kind = " EV_CITE_SQL_RETRACT " AND (NOT EXISTS (SELECT 1 FROM cites rt"           \
	" WHERE rt.item = rc.by AND rt.kind = " EV_CITE_SQL_RETRACT ")"                            \
	" OR EXISTS (SELECT 1 FROM cites rf JOIN cites rg ON rg.by = rf.item"                      \
	" AND rg.kind = " EV_CITE_SQL_RETRACT " WHERE rf.by = rc.by"                               \
	" AND rf.kind = " EV_CITE_SQL_RETRACT ")))"

/* From the annotations of entry e.idx that are not taken back. */
#define EV_CATALOG_ANNOTATIONS                                                                     \
	"FROM cites ac JOIN entries ae ON ae.idx = ac.by JOIN records ar ON ar.digest = ae.digest" \
	" WHERE ac.item = e.idx AND ac.kind = 1 AND NOT " EV_CATALOG_RETRACTED("ac.by")

/*
 * The condition of a struct evault_filter on an entry `e` and its record `r`
 * (or no record), for lists and for search; binds ?20 to ?26.
 */
#define EV_CATALOG_FILTER                                                                          \
	"(?20 OR r.action = ?21 OR (?21 IS NULL AND (r.digest IS NULL OR"                          \
	" (r.sha256 IS NOT NULL AND r.action <> 'receive'))))"                                     \
	" AND (?22 IS NULL OR ?22 = coalesce((SELECT ar.case_name " EV_CATALOG_ANNOTATIONS         \
	" AND ar.case_name IS NOT NULL ORDER BY ac.by DESC LIMIT 1), r.case_name))"                \
	" AND (?23 IS NULL OR EXISTS (SELECT 1 FROM tags t WHERE t.digest = e.digest"              \
	" AND t.tag = ?23) OR EXISTS (SELECT 1 " EV_CATALOG_ANNOTATIONS                            \
	" AND EXISTS (SELECT 1 FROM tags t WHERE t.digest = ar.digest AND t.tag = ?23)))"          \
	" AND (?24 IS NULL OR r.time >= ?24)"                                                      \
	" AND (?25 IS NULL OR substr(r.time, 1, length(?25)) <= ?25)"                              \
	" AND (?26 = 2 OR (?26 = 1) = " EV_CATALOG_RETRACTED("e.idx") ")"
void ev_catalog_bind_filter(struct ev_catalog *c, sqlite3_stmt *q,
			    const struct evault_filter *filter);

/* ---- catalog_source.c ----------------------------------------------------- */

extern const char ev_catalog_source_schema[];
/* NULL for queries of other files. */
const char *ev_catalog_source_query(enum ev_catalog_query which);
/* Files what the record was received as, and which log is kept with it. */
enum evault_status ev_catalog_add_sources(struct ev_catalog *c, const struct ev_hash *digest,
					  const struct ev_record *record, struct evault_error *err);

/* ---- catalog_lean.c ------------------------------------------------------- */

/* To be run on the tables of all others. */
extern const char ev_catalog_lean_schema[];
/* NULL for queries of other files. */
const char *ev_catalog_lean_query(enum ev_catalog_query which);
/* Binds ?8 of a query about the member of this name. */
void ev_catalog_lean_bind(struct ev_catalog *c, sqlite3_stmt *q, const struct ev_hash *id);

/* ---- catalog_text.c ------------------------------------------------------- */

extern const char ev_catalog_text_schema[];
/* NULL for queries of other files. */
const char *ev_catalog_text_query(enum ev_catalog_query which);
/* To be called on each connection, before anything is asked. */
enum evault_status ev_catalog_text_register(struct ev_catalog *c, struct evault_error *err);
/* To be called for each entry with a record: its words are to be filed. */
enum evault_status ev_catalog_wait_for_words(struct ev_catalog *c, uint64_t index,
					     struct evault_error *err);

#endif
