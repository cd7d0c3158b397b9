/*
 * Members in a lean catalog, which is filled in the order of packs and then
 * asked for members here and there.
 *
 * A tree of whole hashes has leaves that are touched at random, and so many
 * nodes above them that these are not remembered either: reading and writing
 * them took most of the time where there were a million items.  So rows lie
 * in the order in which they came, which is nearly that in which they are
 * asked for, and the tree beside them has 8 bytes of each name: a hash of it
 * under a key that is drawn, so that nobody makes names that share them.
 */
#include "store/catalog_private.h"

const char ev_catalog_lean_schema[] =
    "DROP INDEX records_sha256; DROP INDEX records_size; DROP TABLE members;"
    "CREATE TABLE members(short INTEGER NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL,"
    " part INTEGER NOT NULL, pack BLOB NOT NULL, offset INTEGER NOT NULL,"
    " size INTEGER NOT NULL, state INTEGER NOT NULL);"
    "CREATE INDEX members_short ON members(short, part);";

#define THE_MEMBER " WHERE short = ?8 AND part = ?3 AND kind = ?1 AND id = ?2"

const char *
ev_catalog_lean_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_LEAN_ADD:
		return "INSERT INTO members VALUES(?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
	case Q_LEAN_CHANGE:
		return "UPDATE members SET offset = ?5, size = ?6, state = ?7" THE_MEMBER
		       " AND pack = ?4";
	case Q_LEAN_FIND:
		return "SELECT pack, offset, size, state FROM members" THE_MEMBER
		       " ORDER BY state DESC, pack LIMIT 1 OFFSET ?4";
	case Q_LEAN_DROP:
		return "DELETE FROM members" THE_MEMBER " AND pack = ?4";
	default:
		return NULL;
	}
}

void
ev_catalog_lean_bind(struct ev_catalog *c, sqlite3_stmt *q, const struct ev_hash *id)
{
	sqlite3_bind_int64(q, 8, (sqlite3_int64)ev_hash_short(id, c->lean_key));
}
