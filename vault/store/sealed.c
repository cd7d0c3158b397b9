/* Opening the sealed file, and reading its pages. */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/secret.h"
#include "store/sealed_private.h"

static struct ev_sealed *
sealed_new(const char *path, const struct ev_page_key *key)
{
	struct ev_sealed *s = calloc(1, sizeof(*s));
	char shown[EV_SHOW_SIZE];

	if (s == NULL)
		return NULL;
	s->fd = -1;
	s->shown = strdup(ev_show_path(path, shown));
	s->key = key == NULL ? NULL : ev_secret_new(sizeof(*s->key));
	if (s->shown == NULL || (key != NULL && s->key == NULL)) {
		ev_sealed_free(s);
		return NULL;
	}
	if (key != NULL)
		*s->key = *key;
	return s;
}

enum evault_status
ev_sealed_memory(struct ev_sealed **out, struct evault_error *err)
{
	struct ev_sealed *s = sealed_new("", NULL);

	if (s == NULL)
		return ev_fail_nomem(err);
	s->apart = s->updating = true;
	s->n_blocks = EV_INDEX_FIRST_BLOCK;
	*out = s;
	return EVAULT_OK;
}

static enum evault_status
scratch_file(int dir, const struct ev_page_key *key, struct ev_sealed **out)
{
	struct ev_sealed *s = sealed_new("", key);
	enum evault_status rc;

	if (s == NULL)
		return EVAULT_E_NOMEM;
	rc = ev_os_open_nameless(dir, ".", &s->fd, NULL);
	if (rc != EVAULT_OK)
		rc = ev_os_open_nameless(EV_OS_CWD, "/var/tmp", &s->fd, NULL);
	s->writable = rc == EVAULT_OK;
	ev_random(s->head.database, sizeof(s->head.database));
	s->head.n_blocks = EV_INDEX_FIRST_BLOCK;
	if (rc == EVAULT_OK)
		rc = ev_sealed_begin(s, 0, NULL);
	if (rc == EVAULT_OK) {
		*out = s;
		s = NULL;
	}
	ev_sealed_free(s);
	return rc;
}

enum evault_status
ev_sealed_scratch(int dir, struct ev_sealed **s, struct evault_error *err)
{
	struct ev_page_key *key = ev_secret_new(sizeof(*key));
	enum evault_status rc;

	if (key == NULL)
		return ev_fail_nomem(err);
	ev_random(key->b, sizeof(key->b));
	rc = scratch_file(dir, key, s);
	ev_secret_free(key);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	return rc == EVAULT_OK ? rc : ev_sealed_memory(s, err);
}

void
ev_sealed_free(struct ev_sealed *s)
{
	if (s == NULL)
		return;
	if (s->updating)
		ev_sealed_end(s);
	ev_sealed_reset(s);
	free(s->tables);
	free(s->memory);
	/* An update that could not begin has left them. */
	free(s->used);
	free(s->fresh);
	ev_os_close_read(s->fd);
	ev_secret_free(s->key);
	free(s->shown);
	free(s);
}

void
ev_sealed_reset(struct ev_sealed *s)
{
	uint32_t i;

	for (i = 0; i < s->cap_tables; i++) {
		free(s->tables[i].refs);
		s->tables[i] = (struct ev_sealed_table){ NULL, false };
	}
	for (i = 0; i < s->cap_memory; i++) {
		free(s->memory[i]);
		s->memory[i] = NULL;
	}
	s->has_first = false;
	s->n_pages = s->head.n_pages;
	s->n_blocks = s->head.n_blocks;
	s->writes = s->head.writes;
}

enum evault_status
ev_sealed_hold(const struct ev_sealed *s, uint64_t byte, bool alone, unsigned milliseconds,
	       struct evault_error *err)
{
	uint64_t since = ev_os_ticks();
	enum evault_status rc;

	for (;;) {
		rc = ev_os_hold(s->fd, byte, alone ? EV_OS_ALONE : EV_OS_SHARE, err);
		if (rc != EVAULT_E_BUSY || ev_os_ticks() - since >= milliseconds)
			return rc == EVAULT_OK ? rc : ev_error_prefix(err, rc, s->shown);
		ev_os_pause(SEALED_WAIT_STEP);
	}
}

/* ---- heads ------------------------------------------------------------------ */

/* Of the heads that open, takes the newest. */
static enum evault_status
pick_head(struct ev_sealed *s, const uint8_t *heads, struct evault_error *err)
{
	struct ev_index_head *head = malloc(sizeof(*head));
	enum evault_status rcs[EV_INDEX_HEADS], rc = EVAULT_E_DAMAGED;
	unsigned i, other;

	if (head == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < EV_INDEX_HEADS; i++) {
		rcs[i] = ev_index_head_open(s->key, heads + i * (size_t)EV_INDEX_HEAD_SIZE, head);
		if (rcs[i] == EVAULT_OK &&
		    (rc != EVAULT_OK || head->generation > s->head.generation)) {
			s->head = *head;
			s->slot = i;
			rc = EVAULT_OK;
		}
	}
	free(head);
	other = 1 - s->slot;
	if (rc == EVAULT_OK) {
		s->maimed = rcs[other] != EVAULT_OK;
		memcpy(s->other, heads + other * (size_t)EV_INDEX_HEAD_SIZE, SEALED_FRONT);
		return rc;
	}
	if (rcs[0] == EVAULT_E_VERSION && rcs[1] == EVAULT_E_VERSION)
		return ev_fail(err, EVAULT_E_VERSION, "%s: was made by another version of evault",
			       s->shown);
	return ev_fail(err, rc, "%s: was altered, or is of another vault", s->shown);
}

enum evault_status
ev_sealed_load(struct ev_sealed *s, struct evault_error *err)
{
	const size_t len = (size_t)EV_INDEX_HEADS * EV_INDEX_HEAD_SIZE;
	uint8_t *heads = malloc(len);
	struct ev_os_stat st = { 0 };
	enum evault_status rc;

	if (heads == NULL)
		return ev_fail_nomem(err);
	rc = ev_os_read_at(s->fd, 0, heads, len, s->shown, err);
	if (rc == EVAULT_OK)
		rc = pick_head(s, heads, err);
	if (rc == EVAULT_OK)
		rc = ev_os_fstat(s->fd, &st, err);
	if (rc == EVAULT_OK && st.size < (uint64_t)s->head.n_blocks * EV_PAGE_SIZE)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: cut short", s->shown);
	if (rc == EVAULT_OK)
		ev_sealed_reset(s);
	free(heads);
	return rc;
}

static enum evault_status
open_store(int dir, const char *path, bool write, const struct ev_page_key *key,
	   const struct ev_hash *schema, struct ev_sealed **out, struct evault_error *err)
{
	struct ev_sealed *s = sealed_new(path, key);
	enum evault_status rc = EVAULT_E_READ_ONLY;

	if (s == NULL)
		return ev_fail_nomem(err);
	if (write)
		rc = ev_os_open_shared(dir, path, true, false, &s->fd, err);
	s->writable = rc == EVAULT_OK;
	if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
		rc = ev_os_open_shared(dir, path, false, false, &s->fd, err);
	if (rc == EVAULT_OK)
		rc = ev_sealed_hold(s, SEALED_HOLD_HEAD, false, SEALED_WAIT, err);
	if (rc == EVAULT_OK)
		rc = ev_sealed_load(s, err);
	if (rc == EVAULT_OK)
		rc = ev_os_hold(s->fd, SEALED_HOLD_HEAD, EV_OS_LET_GO, err);
	if (rc == EVAULT_OK && !ev_hash_equal(&s->head.schema, schema))
		rc = ev_fail(err, EVAULT_E_VERSION, "%s: was made by another version of evault",
			     s->shown);
	if (rc == EVAULT_OK) {
		*out = s;
		s = NULL;
	}
	ev_sealed_free(s);
	return rc;
}

enum evault_status
ev_sealed_open(int dir, const char *path, const struct ev_page_key *key,
	       const struct ev_hash *schema, struct ev_sealed **s, struct evault_error *err)
{
	return open_store(dir, path, true, key, schema, s, err);
}

enum evault_status
ev_sealed_open_to_look(int dir, const char *path, const struct ev_page_key *key,
		       const struct ev_hash *schema, struct ev_sealed **s, struct evault_error *err)
{
	return open_store(dir, path, false, key, schema, s, err);
}

/* Another one may have renamed the file between its opening and its locking. */
static enum evault_status
is_in_place(const struct ev_sealed *s, int dir, const char *path, bool *is,
	    struct evault_error *err)
{
	struct ev_os_stat mine = { 0 }, there = { 0 };
	enum evault_status rc = ev_os_fstat(s->fd, &mine, err);

	*is = rc == EVAULT_OK && ev_os_stat(dir, path, &there, NULL) == EVAULT_OK &&
	      mine.device == there.device && mine.inode == there.inode;
	return rc;
}

enum evault_status
ev_sealed_create(int dir, const char *path, const struct ev_page_key *key,
		 const struct ev_hash *schema, struct ev_sealed **out, struct evault_error *err)
{
	struct ev_sealed *s = sealed_new(path, key);
	enum evault_status rc = s == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	bool in_place = false;

	while (rc == EVAULT_OK && !in_place) {
		ev_os_close_read(s->fd);
		s->fd = -1;
		rc = ev_os_open_shared(dir, path, true, true, &s->fd, err);
		if (rc == EVAULT_OK)
			rc = ev_sealed_hold(s, SEALED_HOLD_UPDATE, true, 0, err);
		if (rc == EVAULT_OK)
			rc = is_in_place(s, dir, path, &in_place, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_os_resize(s->fd, 0, s->shown, err);
	if (rc == EVAULT_OK) {
		s->writable = true;
		s->head.schema = *schema;
		ev_random(s->head.database, sizeof(s->head.database));
		s->head.n_blocks = EV_INDEX_FIRST_BLOCK;
		rc = ev_sealed_begin(s, 0, err);
	}
	if (rc == EVAULT_OK) {
		*out = s;
		s = NULL;
	}
	ev_sealed_free(s);
	return rc;
}

const struct ev_index_head *
ev_sealed_head(const struct ev_sealed *s)
{
	return &s->head;
}

bool
ev_sealed_is_maimed(const struct ev_sealed *s)
{
	return s->maimed;
}

bool
ev_sealed_is_updating(const struct ev_sealed *s)
{
	return s->updating;
}

bool
ev_sealed_is_kept(const struct ev_sealed *s)
{
	return !s->apart && s->writable;
}

bool
ev_sealed_is_being_made(int fd)
{
	return ev_os_is_held(fd, SEALED_HOLD_UPDATE);
}

void
ev_sealed_hold_writer(struct ev_sealed *s)
{
	/* Best effort: it saves others a wait. */
	if (s->fd >= 0 && s->writable)
		(void)ev_os_hold(s->fd, SEALED_HOLD_WRITER, EV_OS_ALONE, NULL);
}

bool
ev_sealed_has_writer(const struct ev_sealed *s)
{
	return s->fd >= 0 && ev_os_is_held(s->fd, SEALED_HOLD_WRITER);
}

/* ---- looking ---------------------------------------------------------------- */

/* Has a new head been written since?  It is always the other one of the two. */
static enum evault_status
follow(struct ev_sealed *s, struct evault_error *err)
{
	uint8_t front[SEALED_FRONT];
	enum evault_status rc;

	rc = ev_os_read_at(s->fd, (1 - s->slot) * (uint64_t)EV_INDEX_HEAD_SIZE, front,
			   sizeof(front), s->shown, err);
	if (rc != EVAULT_OK || memcmp(front, s->other, sizeof(front)) == 0)
		return rc;
	return ev_sealed_load(s, err);
}

enum evault_status
ev_sealed_look(struct ev_sealed *s, struct evault_error *err)
{
	enum evault_status rc;

	if (s->updating || s->looking)
		return EVAULT_OK;
	rc = ev_sealed_hold(s, SEALED_HOLD_HEAD, false, SEALED_WAIT, err);
	if (rc != EVAULT_OK)
		return rc;
	s->looking = true;
	rc = follow(s, err);
	if (rc != EVAULT_OK)
		ev_sealed_look_away(s);
	return rc;
}

void
ev_sealed_look_away(struct ev_sealed *s)
{
	if (s->looking)
		(void)ev_os_hold(s->fd, SEALED_HOLD_HEAD, EV_OS_LET_GO, NULL);
	s->looking = false;
}

uint32_t
ev_sealed_pages(const struct ev_sealed *s)
{
	return s->n_pages;
}

/* ---- reading ---------------------------------------------------------------- */

/* E_DAMAGED when the block is not that page. */
static enum evault_status
read_block(const struct ev_sealed *s, const struct ev_page_ref *ref, enum ev_page_kind kind,
	   uint32_t number, uint8_t out[EV_PAGE_SIZE], struct evault_error *err)
{
	struct ev_page_name name = { .kind = kind, .number = number, .version = ref->version };
	enum evault_status rc;

	memcpy(name.database, s->head.database, sizeof(name.database));
	rc = ev_os_read_at(s->fd, (uint64_t)ref->block * EV_PAGE_SIZE, out, EV_PAGE_SIZE, s->shown,
			   err);
	if (rc == EVAULT_OK && !ev_page_open(s->key, &name, out))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: was altered", s->shown);
	return rc;
}

static bool
grow_tables(struct ev_sealed *s, uint32_t n)
{
	struct ev_sealed_table *grown;
	uint32_t cap = n + 16;

	if (n < s->cap_tables)
		return true;
	grown = realloc(s->tables, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	memset(grown + s->cap_tables, 0, (cap - s->cap_tables) * sizeof(*grown));
	s->tables = grown;
	s->cap_tables = cap;
	return true;
}

struct ev_sealed_table *
ev_sealed_table(struct ev_sealed *s, uint32_t n, struct evault_error *err)
{
	struct ev_page_ref *refs = NULL;
	uint8_t page[EV_PAGE_SIZE];
	enum evault_status rc = EVAULT_OK;

	if (!grow_tables(s, n)) {
		ev_fail_nomem(err);
		return NULL;
	}
	if (s->tables[n].refs != NULL)
		return &s->tables[n];
	refs = calloc(EV_PAGE_REFS, sizeof(*refs));
	if (refs == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK && n < s->head.n_tables)
		rc = read_block(s, &s->head.tables[n], EV_PAGE_TABLE, n, page, err);
	if (rc == EVAULT_OK && n < s->head.n_tables &&
	    !ev_page_refs_decode(page, s->head.n_blocks, refs))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: was altered", s->shown);
	if (rc != EVAULT_OK) {
		free(refs);
		return NULL;
	}
	s->tables[n].refs = refs;
	return &s->tables[n];
}

enum evault_status
ev_sealed_read(struct ev_sealed *s, uint32_t number, uint8_t out[EV_PAGE_SIZE],
	       struct evault_error *err)
{
	struct evault_error why = { .status = EVAULT_E_NOMEM };
	struct ev_sealed_table *table;
	const struct ev_page_ref *ref;
	enum evault_status rc;

	if (number < s->cap_memory && s->memory[number] != NULL) {
		memcpy(out, s->memory[number], EV_PAGE_SIZE);
		return EVAULT_OK;
	}
	if (number == 0 && s->has_first) {
		memcpy(out, s->first, EV_PAGE_SIZE);
		return EVAULT_OK;
	}
	memset(out, 0, EV_PAGE_SIZE);
	if (number >= s->n_pages)
		return EVAULT_OK;
	table = ev_sealed_table(s, number / EV_PAGE_REFS, &why);
	if (table == NULL) {
		if (err != NULL)
			*err = why;
		return why.status;
	}
	ref = &table->refs[number % EV_PAGE_REFS];
	if (ref->block == 0)
		return EVAULT_OK;
	rc = read_block(s, ref, EV_PAGE_DATA, number, out, err);
	if (rc == EVAULT_OK && number == 0) {
		memcpy(s->first, out, EV_PAGE_SIZE);
		s->has_first = true;
	}
	return rc;
}
