/*
 * Filling the index: entries from the log, members and records from packs.
 *
 * Packs that are missing, damaged or unreadable are left out, and tried again
 * later: what was in them is not found until then, and `check` says why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "vault.h"

struct filling {
	struct evault *v;
	struct ev_catalog *catalog;
	const struct ev_hash *pack;
	struct ev_buf text;
	struct ev_record record;
	struct ev_entry *entry;
	bool skipped; /* something of this pack could not be read */
};

/* ---- packs ----------------------------------------------------------------- */

/* Catalogs a record whose digest is its name; others are left out, and are missing then. */
static enum evault_status
fill_record(struct filling *f, const struct ev_member *m, struct evault_error *err)
{
	struct ev_hash digest;
	struct ev_slice text;
	enum evault_status rc;

	ev_buf_clear(&f->text);
	rc = ev_pack_read(f->v->packs[0].pack, m, ev_sink_buf(&f->text), err);
	f->v->unread = f->v->unread || rc == EVAULT_E_IO;
	f->skipped = f->skipped || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO;
	if (rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO)
		return EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&f->text, err);
	if (rc != EVAULT_OK)
		return rc;
	text = ev_slice_of(f->text.data, f->text.len);
	ev_record_init(&f->record);
	if (ev_record_parse(text, &f->record, NULL) == EVAULT_OK &&
	    ev_record_digest_of(&f->record, &digest, NULL) == EVAULT_OK &&
	    ev_hash_equal(&digest, &m->id))
		rc = ev_catalog_add_record(f->catalog, &digest, &f->record, err);
	else
		f->skipped = true;
	ev_record_release(&f->record);
	return rc;
}

static enum evault_status
fill_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct filling *f = ctx;
	enum evault_status rc;

	rc = ev_catalog_add_member(f->catalog, f->pack, m, EV_MEMBER_LISTED, err);
	if (rc == EVAULT_OK && m->kind == EV_MEMBER_RECORD)
		rc = fill_record(f, m, err);
	return rc;
}

static bool
may_go_on(enum evault_status rc)
{
	return rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_KEY ||
	       rc == EVAULT_E_LIMIT || rc == EVAULT_E_IO;
}

static enum evault_status
fill_pack(struct filling *f, const struct ev_hash *name, bool was_unread, struct evault_error *err)
{
	struct ev_pack *pack;
	enum evault_status rc = ev_vault_pack(f->v, name, &pack, err);

	f->pack = name;
	f->skipped = false;
	if (rc == EVAULT_OK)
		rc = ev_pack_members(pack, fill_member, f, err);
	f->pack = NULL;
	/* Replaced by a writer since the log was read? */
	if (rc == EVAULT_E_NOT_FOUND && f->v->access == EVAULT_READ && ev_vault_moved(f->v))
		return EVAULT_E_CHANGED;
	f->v->unread = f->v->unread || rc == EVAULT_E_IO;
	if (may_go_on(rc)) {
		f->skipped = true;
		rc = EVAULT_OK;
	}
	if (rc == EVAULT_OK && f->skipped != was_unread)
		rc = ev_catalog_set_unread(f->catalog, name, f->skipped, err);
	return rc;
}

enum evault_status
ev_index_packs(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	struct ev_catalog_pack pack = { .index = 0 };
	enum evault_status rc = EVAULT_OK;
	struct ev_pack_line line;

	if (v->skipped == 0 || v->index.has_packs)
		return EVAULT_OK;
	while (rc == EVAULT_OK) {
		rc = ev_catalog_next_pack(c, &pack, err);
		if (rc != EVAULT_OK || pack.index >= v->skipped)
			break;
		line = (struct ev_pack_line){ pack.pack, pack.size, pack.index, pack.dropped };
		rc = ev_authority_add_pack(&v->authority, &line, err);
	}
	v->index.has_packs = rc == EVAULT_OK || rc == EVAULT_E_NOT_FOUND;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* NULL: the log names none. */
static enum evault_status
find_pack(struct evault *v, struct ev_catalog *c, const struct ev_hash *name,
	  const struct ev_pack_line **line, struct evault_error *err)
{
	enum evault_status rc = ev_index_packs(v, c, err);

	*line = rc == EVAULT_OK ? ev_authority_pack(&v->authority, name) : NULL;
	return rc;
}

/* What the log says of packs, for who opens the vault without reading that. */
static enum evault_status
name_packs(struct filling *f, uint64_t from, struct evault_error *err)
{
	const struct ev_authority *a = &f->v->authority;
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_pack pack;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		pack = (struct ev_catalog_pack){ a->packs[i].hash, a->packs[i].size,
						 a->packs[i].index, a->packs[i].dropped };
		if (pack.index >= from)
			rc = ev_catalog_add_pack(f->catalog, &pack, err);
	}
	return rc;
}

static enum evault_status
fill_packs(struct filling *f, uint64_t from, struct evault_error *err)
{
	const struct ev_authority *a = &f->v->authority;
	struct ev_hash unread = { { 0 } };
	const struct ev_pack_line *line;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	while (rc == EVAULT_OK) {
		line = NULL;
		rc = ev_catalog_next_unread(f->catalog, &unread, err);
		if (rc == EVAULT_OK)
			rc = find_pack(f->v, f->catalog, &unread, &line, err);
		if (line != NULL && !line->dropped && line->index < from)
			rc = fill_pack(f, &unread, true, err);
	}
	rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		line = &a->packs[i];
		if (!line->dropped && line->index >= from)
			rc = fill_pack(f, &line->hash, false, err);
	}
	return rc;
}

enum evault_status
ev_index_has_unread(struct evault *v, struct ev_catalog *c, bool *has, struct evault_error *err)
{
	struct ev_hash unread = { { 0 } };
	const struct ev_pack_line *line;
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st;
	enum evault_status rc = EVAULT_OK;

	*has = false;
	while (rc == EVAULT_OK && !*has) {
		line = NULL;
		rc = ev_catalog_next_unread(c, &unread, err);
		if (rc == EVAULT_OK)
			rc = find_pack(v, c, &unread, &line, err);
		if (line == NULL || line->dropped)
			continue;
		ev_pack_path(&unread, path);
		*has = ev_os_stat(v->dir, path, &st, NULL) == EVAULT_OK && st.size == line->size;
		v->unread = v->unread || !*has;
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* ---- entries ---------------------------------------------------------------- */

static bool
drops_a_pack(const struct ev_entry *entry)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_line line;

	while (!entry->is_record && ev_entry_next(&lines, &line))
		if (line.kind == EV_LINE_DROP)
			return true;
	return false;
}

void
ev_index_actor(const struct ev_entry *entry, struct ev_hash *actor)
{
	struct ev_slice name = entry->note.signatures[0].name;

	memset(actor, 0, sizeof(*actor));
	if (name.len > 64)
		ev_hash_parse(ev_slice_of(name.data + name.len - 64, 64), actor);
}

static enum evault_status
fill_entry(struct filling *f, uint64_t index, bool anew, struct evault_error *err)
{
	struct ev_hash actor;
	enum evault_status rc;

	ev_buf_clear(&f->text);
	rc = ev_log_entry(f->v->log, index, &f->text, NULL, err);
	if (rc == EVAULT_OK)
		rc = ev_entry_parse(ev_slice_of(f->text.data, f->text.len), f->entry, err);
	if (rc != EVAULT_OK)
		return rc;
	if (!anew && drops_a_pack(f->entry))
		return EVAULT_E_CHANGED;
	if (ev_entry_changes_keys(f->entry)) {
		rc = ev_catalog_add_changing(f->catalog, index, err);
		if (rc != EVAULT_OK)
			return rc;
	}
	ev_index_actor(f->entry, &actor);
	return ev_catalog_add_entry(f->catalog, index,
				    f->entry->is_record ? &f->entry->record : NULL, &actor, err);
}

enum evault_status
ev_index_fill(struct evault *v, struct ev_catalog *c, uint64_t from, struct evault_error *err)
{
	struct filling f = { .v = v, .catalog = c, .text = EV_BUF_INIT };
	uint64_t i, size = ev_log_head(v->log)->size;
	enum evault_status rc = EVAULT_OK;

	f.entry = malloc(sizeof(*f.entry));
	if (f.entry == NULL)
		return ev_fail_nomem(err);
	for (i = from; i < size && rc == EVAULT_OK; i++)
		rc = fill_entry(&f, i, from == 0, err);
	if (rc == EVAULT_OK)
		rc = name_packs(&f, from, err);
	if (rc == EVAULT_OK)
		rc = fill_packs(&f, from, err);
	/* Nobody searches in it. */
	if (rc == EVAULT_OK && !v->aside)
		rc = ev_index_texts(v, c, err);
	ev_buf_release(&f.text);
	free(f.entry);
	return rc;
}
