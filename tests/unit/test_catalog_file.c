/* The catalog in a file: what is asked while the file is altered under it. */
#include <stdlib.h>

#include "base/os.h"
#include "base/secret.h"
#include "store/catalog_private.h"
#include "vault_fixture.h"

enum {
	ENTRIES = 9000 /* on some two hundred pages */
};

static struct ev_page_key key;
static struct ev_hash schema, root;

static enum evault_status
open_it(const char *path, struct ev_catalog **c)
{
	struct ev_sealed *store;
	enum evault_status rc = ev_sealed_open(EV_OS_CWD, path, &key, &schema, &store, NULL);

	*c = NULL;
	return rc == EVAULT_OK ? ev_catalog_open(store, c, NULL) : rc;
}

static bool
make(const char *path)
{
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash digest;
	bool good = ev_sealed_create(EV_OS_CWD, path, &key, &schema, &store, NULL) == EVAULT_OK &&
		    ev_catalog_open(store, &c, NULL) == EVAULT_OK;
	uint64_t i;

	for (i = 0; i < ENTRIES && good; i++) {
		ev_hash_of(&i, sizeof(i), &digest);
		good = ev_catalog_add_entry(c, i, &digest, &root, NULL) == EVAULT_OK;
	}
	good = good && ev_catalog_publish(c, ENTRIES, &root, NULL) == EVAULT_OK;
	ev_catalog_free(c);
	return good;
}

static bool
alter(const char *path)
{
	struct ev_os_stat st = { 0 };
	uint64_t block;
	bool good = ev_os_stat(EV_OS_CWD, path, &st, NULL) == EVAULT_OK;

	for (block = 0; good && block < st.size / EV_PAGE_SIZE; block++)
		good = fixture_flip(path, (long)(block * EV_PAGE_SIZE + 1000));
	return good;
}

struct mending {
	struct ev_catalog *c;
	const char *with;
	unsigned n;
	char why[200];
};

static enum evault_status
mend(void *ctx, const struct evault_error *why, struct evault_error *err)
{
	struct mending *m = ctx;
	struct ev_catalog *fresh;
	enum evault_status rc;

	(void)err;
	m->n++;
	snprintf(m->why, sizeof(m->why), "%.199s", why->text);
	rc = m->with == NULL ? EVAULT_E_IO : open_it(m->with, &fresh);
	if (rc == EVAULT_OK)
		ev_catalog_adopt(m->c, fresh);
	return rc;
}

struct ranging {
	const char *path; /* altered at the tenth entry */
	uint64_t n;
	bool in_order;
};

static enum evault_status
see(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct ranging *r = ctx;

	(void)err;
	r->in_order = r->in_order && entry->index == r->n;
	if (++r->n == 10 && !alter(r->path))
		return EVAULT_E_IO;
	return EVAULT_OK;
}

static void
list_goes_on_in_the_new_store_after_the_entry_given_last(void)
{
	struct ranging r = { .path = "a", .in_order = true };
	struct mending m = { .with = "spare" };

	NEED(make("a") && fixture_copy("a", "spare") && open_it("a", &m.c) == EVAULT_OK);
	ev_catalog_when_broken(m.c, mend, &m);
	CHECK(ev_catalog_range(m.c, 0, INT64_MAX, see, &r, NULL) == EVAULT_OK);
	CHECK(r.n == ENTRIES && r.in_order && m.n == 1 && strcmp(m.why, "a: was altered") == 0);
	ev_catalog_free(m.c);
}

/* The store in its place has the same change counter: what SQLite remembers must go. */
static void
query_of_many_rows_goes_on_where_it_was(void)
{
	struct mending m = { .with = "spare" };
	sqlite3_stmt *q = NULL;
	sqlite3_int64 n = 0;
	enum evault_status rc = EVAULT_OK;

	NEED(make("b") && open_it("b", &m.c) == EVAULT_OK);
	ev_catalog_when_broken(m.c, mend, &m);
	NEED(sqlite3_prepare_v2(m.c->db, "SELECT idx FROM entries ORDER BY idx", -1, &q, NULL) ==
	     SQLITE_OK);
	while ((rc = ev_catalog_step(m.c, q, NULL)) == EVAULT_OK) {
		NEED(sqlite3_column_int64(q, 0) == n);
		if (++n == 10)
			NEED(alter("b"));
	}
	CHECK(rc == EVAULT_E_NOT_FOUND && n == ENTRIES && m.n == 1);
	sqlite3_finalize(q);
	ev_catalog_free(m.c);
}

static void
without_another_store_the_question_fails_and_gives_nothing_wrong(void)
{
	struct ranging r = { .path = "c", .in_order = true };
	struct evault_error err = { 0 };
	struct mending m = { .with = NULL };

	NEED(make("c") && open_it("c", &m.c) == EVAULT_OK);
	ev_catalog_when_broken(m.c, mend, &m);
	CHECK(ev_catalog_range(m.c, 0, INT64_MAX, see, &r, &err) == EVAULT_E_DAMAGED);
	CHECK(r.in_order && r.n < ENTRIES && m.n == 1 && strstr(err.text, "altered") != NULL);
	ev_catalog_free(m.c);
}

static void
who_fills_is_told_to_begin_again(void)
{
	struct ranging r = { .path = "d", .in_order = true };
	struct evault_error err = { 0 };
	struct mending m = { .with = "spare" };

	NEED(make("d") && open_it("d", &m.c) == EVAULT_OK);
	ev_catalog_when_broken(m.c, mend, &m);
	NEED(ev_sealed_begin(ev_catalog_store(m.c), 0, NULL) == EVAULT_OK &&
	     ev_catalog_begin(m.c, NULL) == EVAULT_OK);
	CHECK(ev_catalog_range(m.c, 0, INT64_MAX, see, &r, &err) == EVAULT_E_IO && m.n == 0);
	CHECK(strstr(err.text, "run this again") != NULL && ev_catalog_is_spoiled(m.c));
	CHECK(ev_catalog_publish(m.c, ENTRIES, &root, NULL) == EVAULT_E_IO);
	ev_catalog_free(m.c);
}

static void
hole_among_the_entries_shows(void)
{
	struct ev_catalog *c;
	struct ev_hash digest = { { 1 } };
	bool full = true;

	NEED(ev_catalog_new(&c, NULL) == EVAULT_OK);
	CHECK(ev_catalog_is_full(c, 0, &full, NULL) == EVAULT_OK && full);
	NEED(ev_catalog_add_entry(c, 0, &digest, &root, NULL) == EVAULT_OK &&
	     ev_catalog_add_entry(c, 2, NULL, &root, NULL) == EVAULT_OK);
	CHECK(ev_catalog_is_full(c, 3, &full, NULL) == EVAULT_OK && !full);
	CHECK(ev_catalog_is_full(c, 2, &full, NULL) == EVAULT_OK && !full);
	NEED(ev_catalog_add_entry(c, 1, NULL, &root, NULL) == EVAULT_OK);
	CHECK(ev_catalog_is_full(c, 3, &full, NULL) == EVAULT_OK && full);
	CHECK(ev_catalog_is_full(c, 2, &full, NULL) == EVAULT_OK && !full);
	ev_catalog_free(c);
}

/* Where there are more rows than are counted each time, it shows when it is opened some times. */
static void
hole_among_many_entries_shows_sooner_or_later(void)
{
	enum {
		MANY = 40000,
		FROM = 15000,
		TO = 25000,
		OPENINGS = 100
	};
	struct ev_catalog *c;
	bool full = true, good = true;
	unsigned seen = 0, i;

	NEED(ev_catalog_new(&c, NULL) == EVAULT_OK && ev_catalog_begin(c, NULL) == EVAULT_OK);
	for (i = 0; i < MANY && good; i++)
		good = (i >= FROM && i < TO) ||
		       ev_catalog_add_entry(c, i, NULL, &root, NULL) == EVAULT_OK;
	for (i = 0; i < OPENINGS && good; i++) {
		good = ev_catalog_is_full(c, MANY, &full, NULL) == EVAULT_OK;
		seen += !full;
	}
	CHECK(good && seen > OPENINGS / 4);
	for (i = FROM; i < TO && good; i++)
		good = ev_catalog_add_entry(c, i, NULL, &root, NULL) == EVAULT_OK;
	for (i = 0; i < OPENINGS && good && full; i++)
		good = ev_catalog_is_full(c, MANY, &full, NULL) == EVAULT_OK && full;
	CHECK(good);
	ev_catalog_free(c);
}

static bool
refused(struct ev_catalog *c, const char *sql)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK;
}

static void
sqlite_makes_no_other_file_and_its_dangers_are_off(void)
{
	struct ev_catalog *c;
	struct ev_os_list before, after;
	sqlite3_stmt *q = NULL;
	int on = 1;

	NEED(ev_os_list(EV_OS_CWD, ".", &before, NULL) == EVAULT_OK);
	NEED(open_it("spare", &c) == EVAULT_OK);
	CHECK(refused(c, "ATTACH 'other.db' AS other; CREATE TABLE other.t(x)"));
	CHECK(refused(c, "SELECT load_extension('x')"));
	CHECK(refused(c, "INSERT INTO entries VALUES(1, NULL, x'')"));
	CHECK(sqlite3_exec(c->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK ||
	      sqlite3_prepare_v2(c->db, "PRAGMA journal_mode", -1, &q, NULL) == SQLITE_OK);
	CHECK(q == NULL || (sqlite3_step(q) == SQLITE_ROW &&
			    strcmp((const char *)sqlite3_column_text(q, 0), "wal") != 0));
	sqlite3_finalize(q);
	CHECK(sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &on) == SQLITE_OK && on == 1);
	CHECK(sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1, &on) == SQLITE_OK &&
	      on == 0);
	CHECK(sqlite3_vfs_find(c->file.name) == NULL);
	ev_catalog_free(c);
	NEED(ev_os_list(EV_OS_CWD, ".", &after, NULL) == EVAULT_OK);
	CHECK(before.n == after.n);
	ev_os_list_free(&before);
	ev_os_list_free(&after);
}

/* In the place of utf8proc's own, which says which tables the words were folded by. */
const char *utf8proc_unicode_version(void);
static const char *unicode = "15.0.0";

const char *
utf8proc_unicode_version(void)
{
	return unicode;
}

static void
catalog_filled_by_another_unicode_is_made_anew(void)
{
	struct ev_hash same, other;

	ev_catalog_schema_hash(&same);
	unicode = "15.1.0";
	ev_catalog_schema_hash(&other);
	unicode = "15.0.0";
	CHECK(memcmp(&same, &schema, sizeof(schema)) == 0);
	CHECK(memcmp(&other, &schema, sizeof(schema)) != 0);
}

int
main(void)
{
	if (!fixture_start())
		return 2;
	ev_random(key.b, sizeof(key.b));
	ev_catalog_schema_hash(&schema);
	UNIT_RUN(list_goes_on_in_the_new_store_after_the_entry_given_last);
	UNIT_RUN(query_of_many_rows_goes_on_where_it_was);
	UNIT_RUN(without_another_store_the_question_fails_and_gives_nothing_wrong);
	UNIT_RUN(who_fills_is_told_to_begin_again);
	UNIT_RUN(hole_among_the_entries_shows);
	UNIT_RUN(hole_among_many_entries_shows_sooner_or_later);
	UNIT_RUN(catalog_filled_by_another_unicode_is_made_anew);
	UNIT_RUN(sqlite_makes_no_other_file_and_its_dangers_are_off);
	return fixture_end();
}
