/* Writing the pages of the sealed file, and publishing them. */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/sealed_private.h"

/* ---- blocks ------------------------------------------------------------------ */

static bool
bit(const uint8_t *bits, uint32_t n)
{
	return (bits[n / 8] >> (n % 8)) & 1;
}

static void
set_bit(uint8_t *bits, uint32_t n)
{
	bits[n / 8] |= (uint8_t)(1u << (n % 8));
}

/* Marks what the head uses. */
static enum evault_status
count_blocks(struct ev_sealed *s, struct evault_error *err)
{
	const struct ev_sealed_table *table;
	uint32_t i, k;

	if (s->used == NULL)
		s->used = malloc(SEALED_BITMAP);
	if (s->fresh == NULL)
		s->fresh = malloc(SEALED_BITMAP);
	if (s->used == NULL || s->fresh == NULL)
		return ev_fail_nomem(err);
	memset(s->used, 0, SEALED_BITMAP);
	memset(s->fresh, 0, SEALED_BITMAP);
	for (i = 0; i < EV_INDEX_FIRST_BLOCK; i++)
		set_bit(s->used, i);
	for (i = 0; i < s->head.n_tables; i++) {
		struct evault_error why = { .status = EVAULT_E_NOMEM };

		table = ev_sealed_table(s, i, &why);
		if (table == NULL) {
			if (err != NULL)
				*err = why;
			return why.status;
		}
		set_bit(s->used, s->head.tables[i].block);
		for (k = 0; k < EV_PAGE_REFS; k++)
			set_bit(s->used, table->refs[k].block);
	}
	s->next = EV_INDEX_FIRST_BLOCK;
	return EVAULT_OK;
}

/* A block that nothing uses, or 0. */
static uint32_t
take_block(struct ev_sealed *s)
{
	while (s->next < s->n_blocks && bit(s->used, s->next))
		s->next++;
	if (s->next == EV_INDEX_BLOCKS_MAX)
		return 0;
	if (s->next == s->n_blocks)
		s->n_blocks++;
	set_bit(s->used, s->next);
	set_bit(s->fresh, s->next);
	return s->next++;
}

/* Seals the page into a block that no head names; *ref becomes that. */
static enum evault_status
write_block(struct ev_sealed *s, enum ev_page_kind kind, uint32_t number,
	    const uint8_t page[EV_PAGE_SIZE], struct ev_page_ref *ref, struct evault_error *err)
{
	struct ev_page_name name = { .kind = kind, .number = number };
	struct ev_page_ref to = *ref;
	uint8_t sealed[EV_PAGE_SIZE];
	enum evault_status rc;

	if (to.block == 0 || !bit(s->fresh, to.block))
		to.block = take_block(s);
	if (to.block == 0 || s->writes == UINT32_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "%s: is as large as it can be", s->shown);
	to.version = name.version = ++s->writes;
	memcpy(name.database, s->head.database, sizeof(name.database));
	memcpy(sealed, page, EV_PAGE_BODY);
	ev_page_seal(s->key, &name, sealed);
	rc = ev_os_write_at(s->fd, (uint64_t)to.block * EV_PAGE_SIZE, sealed, EV_PAGE_SIZE,
			    s->shown, err);
	if (rc == EVAULT_OK)
		*ref = to;
	return rc;
}

/* ---- pages ------------------------------------------------------------------- */

static enum evault_status
keep_apart(struct ev_sealed *s, uint32_t number, const uint8_t page[EV_PAGE_SIZE],
	   struct evault_error *err)
{
	uint32_t cap = number < 1024 ? 1024 : number + number / 2;
	uint8_t **grown;

	if (number >= s->cap_memory) {
		grown = realloc(s->memory, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		memset(grown + s->cap_memory, 0, (cap - s->cap_memory) * sizeof(*grown));
		s->memory = grown;
		s->cap_memory = cap;
	}
	if (s->memory[number] == NULL)
		s->memory[number] = malloc(EV_PAGE_SIZE);
	if (s->memory[number] == NULL)
		return ev_fail_nomem(err);
	memcpy(s->memory[number], page, EV_PAGE_SIZE);
	return EVAULT_OK;
}

/* Takes what was written into memory, and gives its room back: whoever keeps evidence needs it. */
static void
retreat(struct ev_sealed *s)
{
	uint8_t page[EV_PAGE_SIZE];
	const struct ev_page_ref *refs;
	enum evault_status rc = EVAULT_OK;
	uint32_t i;

	s->apart = true;
	for (i = 0; i < s->n_pages && rc == EVAULT_OK; i++) {
		refs = s->tables[i / EV_PAGE_REFS].refs;
		if (refs == NULL || !bit(s->fresh, refs[i % EV_PAGE_REFS].block) ||
		    (i < s->cap_memory && s->memory[i] != NULL))
			continue;
		rc = ev_sealed_read(s, i, page, NULL);
		if (rc == EVAULT_OK)
			rc = keep_apart(s, i, page, NULL);
	}
	if (rc == EVAULT_OK)
		(void)ev_os_resize(s->fd, (uint64_t)s->head.n_blocks * EV_PAGE_SIZE, s->shown,
				   NULL);
}

enum evault_status
ev_sealed_write(struct ev_sealed *s, uint32_t number, const uint8_t page[EV_PAGE_SIZE],
		struct evault_error *err)
{
	struct evault_error why = { .status = EVAULT_E_NOMEM };
	struct ev_sealed_table *table;
	enum evault_status rc = EVAULT_OK;

	if (!s->updating)
		return ev_fail(err, EVAULT_E_READ_ONLY, "%s: cannot be written", s->shown);
	if (number >= EV_INDEX_PAGES_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "%s: is as large as it can be", s->shown);
	if (!s->apart) {
		table = ev_sealed_table(s, number / EV_PAGE_REFS, &why);
		rc = table == NULL ? why.status
				   : write_block(s, EV_PAGE_DATA, number, page,
						 &table->refs[number % EV_PAGE_REFS], &why);
		if (rc == EVAULT_OK && table != NULL)
			table->changed = true;
		else if (table != NULL)
			retreat(s); /* invariant 3 */
		else if (err != NULL)
			*err = why;
	}
	if (s->apart)
		rc = keep_apart(s, number, page, err);
	if (rc == EVAULT_OK && number >= s->n_pages)
		s->n_pages = number + 1;
	if (number == 0)
		s->has_first = false;
	return rc;
}

void
ev_sealed_cut(struct ev_sealed *s, uint32_t n)
{
	struct ev_sealed_table *table;
	uint32_t i;

	for (i = n; i < s->n_pages; i++) {
		if (i < s->cap_memory) {
			free(s->memory[i]);
			s->memory[i] = NULL;
		}
		table = s->apart ? NULL : ev_sealed_table(s, i / EV_PAGE_REFS, NULL);
		if (table != NULL) {
			table->refs[i % EV_PAGE_REFS] = (struct ev_page_ref){ 0, 0 };
			table->changed = true;
		}
	}
	if (n < s->n_pages)
		s->n_pages = n;
}

/* ---- updates ----------------------------------------------------------------- */

enum evault_status
ev_sealed_begin(struct ev_sealed *s, unsigned milliseconds, struct evault_error *err)
{
	enum evault_status rc;

	if (s->updating)
		return EVAULT_OK;
	if (s->fd < 0 || !s->writable)
		return ev_fail(err, EVAULT_E_READ_ONLY, "%s: cannot be written", s->shown);
	rc = ev_sealed_hold(s, SEALED_HOLD_UPDATE, true, milliseconds, err);
	if (rc != EVAULT_OK)
		return rc;
	/* A file that is being made has no head yet. */
	if (s->head.generation > 0)
		rc = ev_sealed_load(s, err);
	else
		ev_sealed_reset(s);
	if (rc == EVAULT_OK)
		rc = count_blocks(s, err);
	if (rc == EVAULT_OK)
		s->updating = true;
	else
		(void)ev_os_hold(s->fd, SEALED_HOLD_UPDATE, EV_OS_LET_GO, NULL);
	return rc;
}

enum evault_status
ev_sealed_begin_private(struct ev_sealed *s, struct evault_error *err)
{
	enum evault_status rc = ev_sealed_look(s, err);

	if (rc == EVAULT_OK) {
		s->updating = s->apart = true;
		ev_sealed_look_away(s);
	}
	return rc;
}

static enum evault_status
write_tables(struct ev_sealed *s, struct ev_index_head *head, struct evault_error *err)
{
	uint8_t page[EV_PAGE_SIZE];
	enum evault_status rc = EVAULT_OK;
	uint32_t i;

	for (i = 0; i < head->n_tables && rc == EVAULT_OK; i++) {
		if (i < s->head.n_tables)
			head->tables[i] = s->head.tables[i];
		if (i >= s->cap_tables || !s->tables[i].changed)
			continue;
		ev_page_refs_encode(s->tables[i].refs, page);
		rc = write_block(s, EV_PAGE_TABLE, i, page, &head->tables[i], err);
	}
	return rc;
}

/* Writes the head in the place of the older one, while nobody looks. */
static enum evault_status
write_head(struct ev_sealed *s, const struct ev_index_head *head, struct evault_error *err)
{
	unsigned slot = s->head.generation == 0 ? 0 : 1 - s->slot;
	uint8_t *bytes = malloc(EV_INDEX_HEAD_SIZE);
	enum evault_status rc = EVAULT_OK, let_go;

	if (bytes == NULL)
		return ev_fail_nomem(err);
	ev_index_head_seal(s->key, head, bytes);
	rc = ev_sealed_hold(s, SEALED_HOLD_HEAD, true, SEALED_WAIT_LOOKING, err);
	if (rc != EVAULT_OK) {
		free(bytes);
		return rc;
	}
	s->in_doubt = true;
	rc = ev_os_write_at(s->fd, slot * (uint64_t)EV_INDEX_HEAD_SIZE, bytes, EV_INDEX_HEAD_SIZE,
			    s->shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_set_mtime(s->fd, EV_OS_CONSTANT_TIME, 0, s->shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(s->fd, s->shown, err);
	let_go = ev_os_hold(s->fd, SEALED_HOLD_HEAD, EV_OS_LET_GO, rc == EVAULT_OK ? err : NULL);
	free(bytes);
	if (rc == EVAULT_OK) {
		s->slot = slot;
		s->in_doubt = false;
	}
	return rc == EVAULT_OK ? let_go : rc;
}

/* The front of the head that is not in use, to see when it is written. */
static enum evault_status
remember_other(struct ev_sealed *s, struct evault_error *err)
{
	return ev_os_read_at(s->fd, (1 - s->slot) * (uint64_t)EV_INDEX_HEAD_SIZE, s->other,
			     sizeof(s->other), s->shown, err);
}

static enum evault_status
publish(struct ev_sealed *s, struct ev_index_head *head, struct evault_error *err)
{
	enum evault_status rc;
	uint32_t i;

	head->schema = s->head.schema;
	memcpy(head->database, s->head.database, sizeof(head->database));
	head->generation = s->head.generation + 1;
	head->n_pages = s->n_pages;
	head->n_tables = (s->n_pages + EV_PAGE_REFS - 1) / EV_PAGE_REFS;
	rc = write_tables(s, head, err);
	head->n_blocks = s->n_blocks;
	head->writes = s->writes;
	if (rc == EVAULT_OK)
		rc = ev_os_sync(s->fd, s->shown, err);
	if (rc == EVAULT_OK)
		rc = write_head(s, head, err);
	if (rc != EVAULT_OK)
		return rc;
	s->head = *head;
	for (i = 0; i < s->cap_tables; i++)
		s->tables[i].changed = false;
	return EVAULT_OK;
}

enum evault_status
ev_sealed_publish(struct ev_sealed *s, uint64_t size, const struct ev_hash *root,
		  struct evault_error *err)
{
	struct ev_index_head *head;
	bool is_new = s->head.generation == 0;
	enum evault_status rc;

	if (s->apart || !s->updating)
		return ev_fail(err, EVAULT_E_READ_ONLY, "%s: cannot be written", s->shown);
	head = calloc(1, sizeof(*head));
	if (head == NULL)
		return ev_fail_nomem(err);
	head->size = size;
	head->root = *root;
	rc = publish(s, head, err);
	if (rc == EVAULT_OK && (is_new || s->maimed)) {
		/* Both heads open, always: one that does not was altered, or torn by a power cut.
		 */
		head->generation++;
		rc = is_new ? write_head(s, head, err) : EVAULT_OK;
		if (rc == EVAULT_OK && is_new)
			s->head = *head;
		s->maimed = false;
	}
	free(head);
	if (rc == EVAULT_OK)
		rc = remember_other(s, err);
	if (rc == EVAULT_OK)
		rc = count_blocks(s, err);
	/* Where it is not known whether the new head is on the disk, nothing is touched any more.
	 */
	if (rc != EVAULT_OK && s->in_doubt)
		s->apart = true;
	else if (rc != EVAULT_OK && rc != EVAULT_E_BUSY)
		retreat(s);
	return rc;
}

/* ---- the hint ---------------------------------------------------------------- */

bool
ev_sealed_has_hint(const struct ev_sealed *s, const struct ev_index_hint *hint)
{
	uint8_t page[EV_PAGE_SIZE], wanted[EV_PAGE_SIZE];

	ev_index_hint_encode(hint, wanted);
	return s->fd >= 0 &&
	       ev_os_read_at(s->fd, (uint64_t)EV_INDEX_HINT_BLOCK * EV_PAGE_SIZE, page,
			     sizeof(page), s->shown, NULL) == EVAULT_OK &&
	       memcmp(page, wanted, sizeof(page)) == 0;
}

void
ev_sealed_give_hint(struct ev_sealed *s, const struct ev_index_hint *hint)
{
	uint8_t page[EV_PAGE_SIZE];

	if (s->apart || !s->updating || s->in_doubt || ev_sealed_has_hint(s, hint))
		return;
	ev_index_hint_encode(hint, page);
	if (ev_os_write_at(s->fd, (uint64_t)EV_INDEX_HINT_BLOCK * EV_PAGE_SIZE, page, sizeof(page),
			   s->shown, NULL) == EVAULT_OK)
		(void)ev_os_set_mtime(s->fd, EV_OS_CONSTANT_TIME, 0, s->shown, NULL);
}

/* The page in its place; false when there is none. */
static bool
read_hint_block(int dir, const char *path, uint8_t page[EV_PAGE_SIZE])
{
	bool good;
	int fd = -1;

	good = ev_os_open_shared(dir, path, false, false, &fd, NULL) == EVAULT_OK &&
	       ev_os_read_at(fd, (uint64_t)EV_INDEX_HINT_BLOCK * EV_PAGE_SIZE, page, EV_PAGE_SIZE,
			     "", NULL) == EVAULT_OK;
	ev_os_close_read(fd);
	return good;
}

void
ev_sealed_read_hint(int dir, const char *path, struct ev_index_hint *hint)
{
	uint8_t page[EV_PAGE_SIZE];

	memset(hint, 0, sizeof(*hint));
	if (read_hint_block(dir, path, page))
		(void)ev_index_hint_decode(page, hint);
}

enum evault_status
ev_sealed_give_salt(struct ev_sealed *s, const struct ev_import_salt *salt,
		    struct evault_error *err)
{
	uint8_t page[EV_PAGE_SIZE];

	ev_import_salt_encode(salt, page);
	return ev_os_write_at(s->fd, (uint64_t)EV_INDEX_HINT_BLOCK * EV_PAGE_SIZE, page,
			      sizeof(page), s->shown, err);
}

bool
ev_sealed_read_salt(int dir, const char *path, struct ev_import_salt *salt)
{
	uint8_t page[EV_PAGE_SIZE];

	return read_hint_block(dir, path, page) && ev_import_salt_decode(page, salt);
}

void
ev_sealed_end(struct ev_sealed *s)
{
	bool grown = s->n_blocks > s->head.n_blocks;

	if (!s->updating || s->fd < 0)
		return;
	/* Room that nobody uses is given back; what was never published is removed whole. */
	if (s->writable && grown && !s->in_doubt && s->head.generation > 0)
		(void)ev_os_resize(s->fd, (uint64_t)s->head.n_blocks * EV_PAGE_SIZE, s->shown,
				   NULL);
	free(s->used);
	free(s->fresh);
	s->used = s->fresh = NULL;
	ev_sealed_reset(s);
	s->updating = s->apart = false;
	if (s->writable)
		(void)ev_os_hold(s->fd, SEALED_HOLD_UPDATE, EV_OS_LET_GO, NULL);
}
