/*
 * Words, and where they occur: two tables of SQLite's FTS5, which keep no
 * text, with the folding of fold.h in place of its own.  `said` has what
 * people wrote in records, `texts` what is written in files.
 *
 * Their rowid is the index of the entry.  What an annotation or a retraction
 * says is found as its own row, and `noted` tells which items it is about.
 */
#include <string.h>

#include "format/fold.h"
#include "store/catalog_private.h"

#define WORDS "fts5(words, content='', columnsize=0, tokenize='evault')"

/*
 * What FTS5 collects, as it counts, before it writes a run (of its own accord
 * 1 MiB, and merging runs takes longer than filing words then); how many runs
 * it merges at once; and how large a leaf is, so that it has one page and not
 * two.  Of rare words it takes four times as much memory as it counts.
 */
#define SAID_SETTINGS                                                                              \
	"INSERT INTO said(said, rank) VALUES('hashsize', 2097152);"                                \
	"INSERT INTO said(said, rank) VALUES('automerge', 8);"                                     \
	"INSERT INTO said(said, rank) VALUES('pgsz', 4000);"
#define TEXTS_SETTINGS                                                                             \
	"INSERT INTO texts(texts, rank) VALUES('hashsize', 4194304);"                              \
	"INSERT INTO texts(texts, rank) VALUES('automerge', 8);"                                   \
	"INSERT INTO texts(texts, rank) VALUES('pgsz', 4000);"

const char ev_catalog_text_schema[] =
    "CREATE VIRTUAL TABLE said USING " WORDS ";" SAID_SETTINGS
    "CREATE VIRTUAL TABLE texts USING " WORDS ";" TEXTS_SETTINGS
    "CREATE TABLE noted(note INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY(note, item))"
    " WITHOUT ROWID;"
    "CREATE TABLE waiting_words(idx INTEGER PRIMARY KEY, what INTEGER NOT NULL);";

const char *
ev_catalog_text_query(enum ev_catalog_query which)
{
	switch (which) {
	case Q_TEXT_WAIT:
		return "INSERT OR REPLACE INTO waiting_words VALUES(?1, ?2)";
	case Q_TEXT_WAITS:
		return "SELECT idx, what FROM waiting_words WHERE idx >= ?1 ORDER BY idx LIMIT 1";
	case Q_TEXT_WAITS_NO_MORE:
		return "DELETE FROM waiting_words WHERE idx = ?1";
	case Q_TEXT_ADD_SAID:
		return "INSERT INTO said(rowid, words) VALUES(?1, ?2)";
	case Q_TEXT_ADD_TEXT:
		return "INSERT INTO texts(rowid, words) VALUES(?1, ?2)";
	case Q_TEXT_ADD_NOTED:
		return "INSERT OR IGNORE INTO noted VALUES(?1, ?2)";
	case Q_TEXT_NOTES:
		return "SELECT note FROM noted ORDER BY note";
	case Q_TEXT_NOTED:
		return "SELECT item FROM noted WHERE note = ?1 ORDER BY item";
	case Q_TEXT_IN_SAID:
		return "SELECT rowid FROM said WHERE said MATCH ?1 ORDER BY rowid";
	case Q_TEXT_IN_TEXTS:
		return "SELECT rowid FROM texts WHERE texts MATCH ?1 ORDER BY rowid";
	case Q_TEXT_COUNT_WAITING:
		return "SELECT count(*) FROM waiting_words";
	case Q_TEXT_MATCHES:
		return "SELECT 1 FROM entries e LEFT JOIN records r ON r.digest = e.digest"
		       " WHERE e.idx = ?1 AND e.digest IS NOT NULL AND " EV_CATALOG_FILTER;
	default:
		return NULL;
	}
}

/* ---- the tokenizer ------------------------------------------------------------- */

/* It has no state; SQLite wants to see a pointer. */
static int
tokenizer_create(void *ctx, const char **args, int n_args, Fts5Tokenizer **tokenizer)
{
	(void)ctx;
	(void)args;
	(void)n_args;
	*tokenizer = sqlite3_malloc(1);
	return *tokenizer == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *tokenizer)
{
	sqlite3_free(tokenizer);
}

static int
tokenize(Fts5Tokenizer *tokenizer, void *ctx, int flags, const char *text, int len,
	 int (*give)(void *, int, const char *, int, int, int))
{
	struct ev_fold f = ev_fold_of(ev_slice_of(text, text == NULL || len < 0 ? 0 : (size_t)len));
	struct ev_fold_word word;
	int rc = SQLITE_OK;

	(void)tokenizer;
	(void)flags;
	while (rc == SQLITE_OK && ev_fold_next(&f, &word))
		rc = give(ctx, 0, word.text, (int)word.len, (int)word.from, (int)word.to);
	return rc;
}

enum evault_status
ev_catalog_text_register(struct ev_catalog *c, struct evault_error *err)
{
	fts5_tokenizer methods = { tokenizer_create, tokenizer_delete, tokenize };
	sqlite3_stmt *q = NULL;
	fts5_api *api = NULL;
	int rc;

	/* The way that SQLite documents to its interface for extensions. */
	rc = sqlite3_prepare_v2(c->db, "SELECT fts5(?1)", -1, &q, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_pointer(q, 1, &api, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	sqlite3_finalize(q);
	if (rc == SQLITE_NOMEM)
		return ev_fail_nomem(err);
	if (api == NULL)
		return ev_fail(err, EVAULT_E_IO,
			       "SQLite was built without full-text search (FTS5) on this system, "
			       "and evault needs it");
	rc = api->xCreateTokenizer(api, "evault", NULL, &methods, NULL);
	if (rc == SQLITE_NOMEM)
		return ev_fail_nomem(err);
	return rc == SQLITE_OK ? EVAULT_OK : ev_catalog_fail(c, err);
}

/* ---- filling ------------------------------------------------------------------- */

static enum evault_status
run(struct ev_catalog *c, sqlite3_stmt *q, struct evault_error *err)
{
	enum evault_status rc = ev_catalog_step(c, q, err);

	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static enum evault_status
set_waiting(struct ev_catalog *c, uint64_t index, enum ev_catalog_wait what,
	    struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_WAIT, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	sqlite3_bind_int(q, 2, (int)what);
	return run(c, q, err);
}

enum evault_status
ev_catalog_wait_for_words(struct ev_catalog *c, uint64_t index, struct evault_error *err)
{
	return set_waiting(c, index, EV_CATALOG_WAIT_ALL, err);
}

enum evault_status
ev_catalog_waiting(struct ev_catalog *c, uint64_t *index, enum ev_catalog_wait *what,
		   struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_WAITS, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)*index);
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK) {
		*index = (uint64_t)sqlite3_column_int64(q, 0);
		*what = sqlite3_column_int(q, 1) == EV_CATALOG_WAIT_TEXT ? EV_CATALOG_WAIT_TEXT
									 : EV_CATALOG_WAIT_ALL;
	}
	sqlite3_reset(q);
	return rc;
}

enum evault_status
ev_catalog_filed(struct ev_catalog *c, uint64_t index, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_WAITS_NO_MORE, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	return run(c, q, err);
}

static enum evault_status
add_words(struct ev_catalog *c, enum ev_catalog_query which, uint64_t index, struct ev_slice text,
	  struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, which, err);

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	sqlite3_bind_text64(q, 2, text.len == 0 ? "" : (const char *)text.data, text.len,
			    SQLITE_STATIC, SQLITE_UTF8);
	return run(c, q, err);
}

enum evault_status
ev_catalog_add_text(struct ev_catalog *c, uint64_t index, struct ev_slice text,
		    struct evault_error *err)
{
	if (text.len == 0)
		return EVAULT_OK;
	return add_words(c, Q_TEXT_ADD_TEXT, index, text, err);
}

bool
ev_catalog_is_said(struct ev_slice field)
{
	static const char *const not_said[] = { "action", "time",     "offset",   "clock",
						"actor",  "software", "size",     "sha256",
						"pack",   "about",    "modified", "media-type",
						"source", "card" };
	size_t i;

	if (ev_slice_starts(field, "from-"))
		return false;

	for (i = 0; i < sizeof(not_said) / sizeof(not_said[0]); i++)
		if (ev_slice_is(field, not_said[i]))
			return false;
	return true;
}

static bool
is_action(const struct ev_record *record, const char *action)
{
	const struct ev_record_field *f = ev_record_find(record, "action");

	return f != NULL && ev_slice_is(ev_slice_of(f->value, f->len), action);
}

static enum evault_status
add_noted(struct ev_catalog *c, uint64_t index, const struct ev_record *record,
	  struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const struct ev_record_field *f;
	struct ev_hash digest;
	sqlite3_stmt *q;
	uint64_t item;
	size_t i;

	for (i = 0; i < record->n && rc == EVAULT_OK; i++) {
		f = &record->fields[i];
		if (strcmp(f->name, "about") != 0 ||
		    !ev_catalog_parse_about(ev_slice_of(f->value, f->len), &item, &digest))
			continue;
		q = ev_catalog_query(c, Q_TEXT_ADD_NOTED, err);
		if (q == NULL)
			return c->refused;
		sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
		sqlite3_bind_int64(q, 2, (sqlite3_int64)item);
		rc = run(c, q, err);
	}
	return rc;
}

enum evault_status
ev_catalog_add_said(struct ev_catalog *c, uint64_t index, const struct ev_record *record,
		    struct evault_error *err)
{
	bool is_note = is_action(record, "annotate") || is_action(record, "retract");
	bool keeps = ev_record_find(record, "sha256") != NULL && !is_action(record, "receive");
	struct ev_buf text = EV_BUF_INIT;
	const struct ev_record_field *f;
	enum evault_status rc;
	size_t i;

	for (i = 0; i < record->n && (is_note || keeps); i++) {
		f = &record->fields[i];
		if (f->withheld || !ev_catalog_is_said(ev_slice_text(f->name)))
			continue;
		ev_buf_add(&text, f->value, f->len);
		ev_buf_puts(&text, "\n");
	}
	rc = ev_buf_ask(&text, err);
	if (rc == EVAULT_OK && text.len > 0)
		rc = add_words(c, Q_TEXT_ADD_SAID, index, ev_slice_of(text.data, text.len), err);
	if (rc == EVAULT_OK && is_note)
		rc = add_noted(c, index, record, err);
	ev_buf_release(&text);
	return rc;
}

enum evault_status
ev_catalog_text_waits(struct ev_catalog *c, uint64_t index, struct evault_error *err)
{
	return set_waiting(c, index, EV_CATALOG_WAIT_TEXT, err);
}

/* ---- asking -------------------------------------------------------------------- */

static void
set(struct ev_catalog_bits *bits, sqlite3_int64 index)
{
	if (index >= 0 && (uint64_t)index < bits->size)
		bits->b[index / 8] |= (uint8_t)(1 << index % 8);
}

bool
ev_catalog_has_bit(const struct ev_catalog_bits *bits, uint64_t index)
{
	return index < bits->size && (bits->b[index / 8] >> index % 8 & 1) != 0;
}

/* The rows of a query whose ?1 is bound already. */
static enum evault_status
set_rows(struct ev_catalog *c, sqlite3_stmt *q, struct ev_catalog_bits *bits,
	 struct evault_error *err)
{
	enum evault_status rc;

	while ((rc = ev_catalog_step(c, q, err)) == EVAULT_OK)
		set(bits, sqlite3_column_int64(q, 0));
	sqlite3_reset(q);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_notes(struct ev_catalog *c, struct ev_catalog_bits *notes, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_NOTES, err);

	return q == NULL ? c->refused : set_rows(c, q, notes, err);
}

/* Takes out the notes, and puts in what they are about. */
static enum evault_status
resolve_notes(struct ev_catalog *c, const struct ev_catalog_bits *notes,
	      struct ev_catalog_bits *found, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	sqlite3_stmt *q;
	uint64_t i;

	/* A note comes after what it is about. */
	for (i = found->size; i > 0 && rc == EVAULT_OK; i--) {
		if ((found->b[(i - 1) / 8] & notes->b[(i - 1) / 8]) == 0) {
			i -= (i - 1) % 8;
			continue;
		}
		if (!ev_catalog_has_bit(found, i - 1) || !ev_catalog_has_bit(notes, i - 1))
			continue;
		found->b[(i - 1) / 8] &= (uint8_t) ~(1 << (i - 1) % 8);
		q = ev_catalog_query(c, Q_TEXT_NOTED, err);
		if (q == NULL)
			return c->refused;
		sqlite3_bind_int64(q, 1, (sqlite3_int64)(i - 1));
		rc = set_rows(c, q, found, err);
	}
	return rc;
}

/* In FTS5's language: a string of words is a phrase, and a star after it a beginning. */
static enum evault_status
match(struct ev_catalog *c, enum ev_catalog_query which, const struct ev_query_term *term,
      struct ev_catalog_bits *found, struct evault_error *err)
{
	struct ev_buf words = EV_BUF_INIT;
	enum evault_status rc;
	sqlite3_stmt *q;
	size_t i;

	ev_buf_puts(&words, "\"");
	for (i = 0; i < term->n; i++) {
		ev_buf_puts(&words, i > 0 ? " " : "");
		ev_buf_add(&words, term->words[i].text, term->words[i].len);
	}
	ev_buf_puts(&words, term->prefix ? "\" *" : "\"");
	rc = ev_buf_ask(&words, err);
	q = rc == EVAULT_OK ? ev_catalog_query(c, which, err) : NULL;
	if (q != NULL) {
		ev_catalog_bind_text(c, q, 1, ev_slice_of(words.data, words.len));
		rc = set_rows(c, q, found, err);
	} else if (rc == EVAULT_OK) {
		rc = c->refused;
	}
	ev_buf_release(&words);
	return rc;
}

enum evault_status
ev_catalog_match(struct ev_catalog *c, const struct ev_query_term *term,
		 const struct ev_catalog_bits *notes, struct ev_catalog_bits *found,
		 struct evault_error *err)
{
	bool in_text = ev_slice_is(term->field, "text");
	enum evault_status rc = EVAULT_OK;

	if (!in_text)
		rc = match(c, Q_TEXT_IN_SAID, term, found, err);
	if (rc == EVAULT_OK && !in_text)
		rc = resolve_notes(c, notes, found, err);
	if (rc == EVAULT_OK && (in_text || term->field.len == 0))
		rc = match(c, Q_TEXT_IN_TEXTS, term, found, err);
	return rc;
}

enum evault_status
ev_catalog_passes(struct ev_catalog *c, const struct evault_filter *filter, uint64_t index,
		  bool *passes, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_MATCHES, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)index);
	ev_catalog_bind_filter(c, q, filter);
	rc = ev_catalog_step(c, q, err);
	sqlite3_reset(q);
	*passes = rc == EVAULT_OK;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_catalog_count_waiting(struct ev_catalog *c, uint64_t *n, struct evault_error *err)
{
	sqlite3_stmt *q = ev_catalog_query(c, Q_TEXT_COUNT_WAITING, err);
	enum evault_status rc;

	if (q == NULL)
		return c->refused;
	rc = ev_catalog_step(c, q, err);
	if (rc == EVAULT_OK)
		*n = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc;
}
