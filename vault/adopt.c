/*
 * Taking in packs that an interrupted run completed and no entry names.  What
 * is taken in is said to be so: for each pack a record of the action `adopt`,
 * then an entry for each record in it that the log does not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "check.h"
#include "commit.h"
#include "testify.h"

struct adopting {
	struct ev_checking *c;
	struct ev_commit commit;
	struct ev_hash *records; /* of the pack at hand */
	size_t n, cap;
	uint64_t taken;
};

static struct ev_slice
value_of(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *field = ev_record_find(record, name);

	return field == NULL ? ev_slice_text("") : ev_slice_of(field->value, field->len);
}

/* The run may have been done again since: then the log has a record of the same file. */
static enum evault_status
is_kept_already(struct ev_checking *c, const struct ev_record *record, const struct ev_hash *sha256,
		bool *kept, struct evault_error *err)
{
	struct ev_catalog_entry same;
	enum evault_status rc;

	if (ev_slice_is(value_of(record, "action"), "testify"))
		return ev_testify_find_same(c->v, sha256, record, &same, kept, err);
	rc = ev_catalog_same_file(c->v->catalog, sha256, value_of(record, "name"),
				  value_of(record, "folder"), value_of(record, "modified"), &same,
				  err);
	*kept = rc == EVAULT_OK;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* Is the record's original whole, in the vault or in what is being adopted, and its item new? */
static enum evault_status
is_wanted(struct ev_checking *c, const struct ev_hash *digest, bool *wanted,
	  struct evault_error *err)
{
	const struct ev_record_field *field;
	struct ev_record record;
	struct ev_place place;
	struct ev_hash sha256;
	bool kept = false;
	enum evault_status rc;

	*wanted = false;
	ev_record_init(&record);
	rc = ev_vault_record(c->v, digest, &record, err);
	field = rc == EVAULT_OK ? ev_record_find(&record, "sha256") : NULL;
	if (field != NULL &&
	    (ev_slice_is(value_of(&record, "action"), "add") ||
	     ev_slice_is(value_of(&record, "action"), "testify")) &&
	    ev_hash_parse(ev_slice_of(field->value, field->len), &sha256)) {
		rc = ev_catalog_find_member(c->v->catalog, EV_MEMBER_OBJECT, &sha256, 0, &place,
					    err);
		if (rc == EVAULT_E_NOT_FOUND)
			rc = ev_catalog_find_member(c->v->catalog, EV_MEMBER_LIST, &sha256, 0,
						    &place, err);
		*wanted = rc == EVAULT_OK && place.state == EV_MEMBER_VERIFIED;
		rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
		if (rc == EVAULT_OK && *wanted)
			rc = is_kept_already(c, &record, &sha256, &kept, err);
		*wanted = *wanted && !kept;
	}
	ev_record_release(&record);
	return rc;
}

/* Judging a record may open another pack, so that they are gathered first. */
static enum evault_status
gather_record(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct adopting *a = ctx;
	size_t cap = a->cap == 0 ? 64 : a->cap * 2;
	struct ev_hash *grown;

	if (m->kind != EV_MEMBER_RECORD)
		return EVAULT_OK;
	if (a->n == a->cap) {
		grown = realloc(a->records, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		a->records = grown;
		a->cap = cap;
	}
	a->records[a->n++] = m->id;
	return EVAULT_OK;
}

static enum evault_status
adopt_record(struct adopting *a, const struct ev_hash *digest, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	bool wanted = false;
	enum evault_status rc;

	rc = ev_catalog_entry_of(a->c->v->catalog, digest, &entry, err);
	if (rc == EVAULT_OK)
		return rc; /* the log has it */
	if (rc == EVAULT_E_NOT_FOUND)
		rc = is_wanted(a->c, digest, &wanted, err);
	if (rc != EVAULT_OK || !wanted)
		return rc;
	a->taken++;
	return ev_commit_adopt(&a->commit, digest, err);
}

static enum evault_status
say_adopted(struct adopting *a, const struct ev_hash *pack, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_record record;
	enum evault_status rc;
	uint64_t index;

	ev_hash_hex(pack, hex);
	ev_record_init(&record);
	rc = ev_commit_begin_record(a->c->v, "adopt", &record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "pack", hex, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&a->commit, &record, &index, err);
	ev_record_release(&record);
	return rc;
}

/* The run that wrote the pack may have died before its name was synced; the log is to name it. */
static enum evault_status
sync_pack(int dir, const char *path, struct evault_error *err)
{
	char folder[sizeof("packs/00")];
	enum evault_status rc;
	int fd = -1;

	snprintf(folder, sizeof(folder), "%.8s", path);
	rc = ev_os_open_read(dir, path, &fd, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, path, err);
	ev_os_close_read(fd);
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(dir, folder, err);
	return rc == EVAULT_OK ? ev_os_sync_dir(dir, "packs", err) : rc;
}

static enum evault_status
adopt_pack(struct adopting *a, const struct ev_hash *name, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st;
	struct ev_pack *pack;
	enum evault_status rc;
	size_t i;

	a->n = 0;
	ev_pack_path(name, path);
	rc = ev_os_stat(a->c->v->dir, path, &st, err);
	if (rc == EVAULT_OK)
		rc = sync_pack(a->c->v->dir, path, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(a->c->v, name, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_members(pack, gather_record, a, err);
	if (rc == EVAULT_OK)
		rc = say_adopted(a, name, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_pack(&a->commit, name, st.size, err);
	for (i = 0; i < a->n && rc == EVAULT_OK; i++)
		rc = adopt_record(a, &a->records[i], err);
	return rc;
}

enum evault_status
ev_check_adopt(struct ev_checking *c, struct evault_error *err)
{
	struct adopting a = { .c = c };
	bool *whole = calloc(c->n_strays + 1, sizeof(*whole));
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (whole == NULL)
		return ev_fail_nomem(err);
	/* All are read before any is judged: an original's parts may lie in several. */
	rc = ev_check_strays(c, whole, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_init(&a.commit, c->v, err);
	for (i = 0; i < c->n_strays && rc == EVAULT_OK; i++) {
		if (whole[i])
			rc = adopt_pack(&a, &c->stray_names[i], err);
	}
	if (rc == EVAULT_OK && c->n_strays > 0)
		rc = ev_commit_finish(&a.commit, err);
	if (rc == EVAULT_OK)
		c->summary->adopted = a.taken;
	ev_commit_release(&a.commit);
	free(a.records);
	free(whole);
	return rc;
}
