/*
 * Which entries are about which: the abouts of records, once both entries are
 * known, whatever came first; and what follows from them for lists.
 *
 * An about whose digest is not that of the entry it names, or that names no
 * earlier entry, does not count (FORMAT.md, Record).
 */
#include <string.h>

#include "store/catalog_private.h"

const char ev_catalog_cite_schema[] =
    "CREATE TABLE cites(item INTEGER NOT NULL, by INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " PRIMARY KEY(item, by)) WITHOUT ROWID;"
    "CREATE INDEX cites_retracted ON cites(item, by) WHERE kind = " EV_CITE_SQL_RETRACT ";"
    "CREATE INDEX cites_retracts ON cites(by, item) WHERE kind = " EV_CITE_SQL_RETRACT ";"
    "CREATE TABLE waiting(by BLOB NOT NULL, item INTEGER NOT NULL, digest BLOB NOT NULL,"
    " kind INTEGER NOT NULL, PRIMARY KEY(by, item, digest)) WITHOUT ROWID;"
    "CREATE INDEX waiting_item ON waiting(item);";

const char *
ev_catalog_cite_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_CITE_WAIT:
		return "INSERT OR IGNORE INTO waiting VALUES(?1, ?2, ?3, ?4)";
	case Q_CITE_WAITS:
		return "SELECT EXISTS (SELECT 1 FROM waiting)";
	case Q_CITE_SETTLE:
		return "INSERT OR IGNORE INTO cites SELECT w.item, b.idx, w.kind FROM waiting w"
		       " JOIN entries b ON b.digest = w.by JOIN entries i ON i.idx = w.item"
		       " WHERE (w.by = ?1 OR w.item = ?2) AND i.digest = w.digest"
		       " AND w.item < b.idx";
	case Q_CITE_SETTLED:
		return "DELETE FROM waiting WHERE (by = ?1 OR item = ?2)"
		       " AND EXISTS (SELECT 1 FROM entries e WHERE e.digest = waiting.by)"
		       " AND EXISTS (SELECT 1 FROM entries e WHERE e.idx = waiting.item)";
	case Q_CITE_CORRECTIONS:
		return "SELECT c.by, c.kind, " EV_CATALOG_RETRACTED(
		    "c.by") " FROM cites c WHERE c.item = ?1 AND c.kind > 0 AND c.by < ?2"
			    " ORDER BY c.by DESC LIMIT 1";
	case Q_CITE_RETRACTED:
		return "SELECT " EV_CATALOG_RETRACTED("?1");
	case Q_CITE_TAKES_BACK:
		return "SELECT EXISTS (SELECT 1 FROM cites f JOIN cites g ON g.by = f.item"
		       " AND g.kind = " EV_CITE_SQL_RETRACT
		       " WHERE f.by = ?1 AND f.kind = " EV_CITE_SQL_RETRACT ")";
	case Q_CITE_HISTORY:
		return "WITH RECURSIVE h(idx) AS (SELECT by FROM cites WHERE item = ?1 AND kind >= "
		       "?4"
		       " UNION SELECT c.by FROM h JOIN cites c ON c.item = h.idx AND c.kind >= ?4)"
		       " SELECT idx FROM h WHERE idx > ?2 ORDER BY idx LIMIT ?3";
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

/* What waits for this record's entry, or for the entry of this index (-1: none). */
static enum evault_status
settle(struct ev_catalog *c, const struct ev_hash *digest, sqlite3_int64 index,
       struct evault_error *err)
{
	static const enum ev_catalog_query steps[] = { Q_CITE_SETTLE, Q_CITE_SETTLED };
	enum evault_status rc = EVAULT_OK;
	sqlite3_stmt *q;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == EVAULT_OK; i++) {
		q = ev_catalog_query(c, steps[i], err);
		if (q == NULL)
			return c->refused;
		if (digest != NULL)
			ev_catalog_bind_hash(c, q, 1, digest);
		sqlite3_bind_int64(q, 2, index);
		rc = run(c, q, err);
	}
	return rc;
}

/* Most of the time nothing waits, and it is asked once. */
static enum evault_status
ask_waiting(struct ev_catalog *c, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_CITE_WAITS, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		c->waiting = sqlite3_column_int(q, 0) != 0 ? WAITING_SOME : WAITING_NONE;
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_settle_entry(struct ev_catalog *c, uint64_t index, const struct ev_hash *digest,
			struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (c->waiting == WAITING_UNKNOWN)
		rc = ask_waiting(c, err);
	if (rc != EVAULT_OK || c->waiting == WAITING_NONE)
		return rc;
	return settle(c, digest, (sqlite3_int64)index, err);
}

static enum ev_cite_kind
kind_of(const struct ev_record *record)
{
	const struct ev_record_field *f = ev_record_find(record, "action");
	struct ev_slice action = f == NULL ? ev_slice_text("") : ev_slice_of(f->value, f->len);

	if (ev_slice_is(action, "annotate"))
		return EV_CITE_ANNOTATE;
	return ev_slice_is(action, "retract") ? EV_CITE_RETRACT : EV_CITE_OTHER;
}

bool
ev_catalog_parse_about(struct ev_slice value, uint64_t *index, struct ev_hash *digest)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);
	uint64_t n = ev_cursor_decimal(&c, INT64_MAX);

	ev_cursor_expect(&c, " ");
	if (c.bad || !ev_hash_parse(ev_slice_of(c.at, c.left), digest))
		return false;
	*index = n;
	return true;
}

enum evault_status
ev_catalog_add_cites(struct ev_catalog *c, const struct ev_hash *digest,
		     const struct ev_record *record, struct evault_error *err)
{
	enum ev_cite_kind kind = kind_of(record);
	enum evault_status rc = EVAULT_OK;
	const struct ev_record_field *f;
	struct ev_hash cited;
	sqlite3_stmt *q;
	uint64_t index;
	bool any = false;
	size_t i;

	for (i = 0; i < record->n && rc == EVAULT_OK; i++) {
		f = &record->fields[i];
		if (strcmp(f->name, "about") != 0 ||
		    !ev_catalog_parse_about(ev_slice_of(f->value, f->len), &index, &cited))
			continue;
		c->waiting = WAITING_SOME;
		q = ev_catalog_query(c, Q_CITE_WAIT, err);
		if (q == NULL)
			return c->refused;
		ev_catalog_bind_hash(c, q, 1, digest);
		sqlite3_bind_int64(q, 2, (sqlite3_int64)index);
		ev_catalog_bind_hash(c, q, 3, &cited);
		sqlite3_bind_int(q, 4, (int)kind);
		rc = run(c, q, err);
		any = true;
	}
	return rc == EVAULT_OK && any ? settle(c, digest, -1, err) : rc;
}

/* ---- asking --------------------------------------------------------------- */

enum evault_status
ev_catalog_correction(struct ev_catalog *c, uint64_t item, uint64_t before,
		      struct ev_catalog_correction *correction, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_CITE_CORRECTIONS, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)item);
	sqlite3_bind_int64(q, 2, before > INT64_MAX ? INT64_MAX : (sqlite3_int64)before);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		correction->index = (uint64_t)sqlite3_column_int64(q, 0);
		correction->retracts = sqlite3_column_int(q, 1) == EV_CITE_RETRACT;
		correction->taken_back = sqlite3_column_int(q, 2) != 0;
	}
	sqlite3_reset(q);
	return rc;
}

static enum evault_status
is_so(struct ev_catalog *c, enum ev_catalog_query which, uint64_t index, bool *is,
      struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, which, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		*is = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_is_retracted(struct ev_catalog *c, uint64_t item, bool *is, struct evault_error *err)
{
	return is_so(c, Q_CITE_RETRACTED, item, is, err);
}

enum evault_status
ev_catalog_takes_back(struct ev_catalog *c, uint64_t index, bool *is, struct evault_error *err)
{
	return is_so(c, Q_CITE_TAKES_BACK, index, is, err);
}

enum evault_status
ev_catalog_citing(struct ev_catalog *c, uint64_t item, bool corrections, uint64_t after,
		  uint64_t *indices, size_t cap, size_t *n, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_CITE_HISTORY, err);
	enum evault_status rc;

	*n = 0;
	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)item);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)after);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)cap);
	sqlite3_bind_int(q, 4, corrections ? EV_CITE_ANNOTATE : EV_CITE_OTHER);
	while ((rc = ev_catalog_step(c, q, err)) == EVAULT_OK && *n < cap)
		indices[(*n)++] = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

void
ev_catalog_bind_filter(struct ev_catalog *c, sqlite3_stmt *q, const struct evault_filter *f)
{
	sqlite3_bind_int(q, 20, f->all_actions);
	if (f->action != NULL)
		ev_catalog_bind_text(c, q, 21, ev_slice_text(f->action));
	if (f->case_name != NULL)
		ev_catalog_bind_slice(c, q, 22, ev_slice_text(f->case_name));
	if (f->tag != NULL)
		ev_catalog_bind_slice(c, q, 23, ev_slice_text(f->tag));
	if (f->since != NULL)
		ev_catalog_bind_text(c, q, 24, ev_slice_text(f->since));
	if (f->until != NULL)
		ev_catalog_bind_text(c, q, 25, ev_slice_text(f->until));
	sqlite3_bind_int(q, 26, (int)f->retracted);
}
