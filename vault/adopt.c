/*
 * Taking in packs that an interrupted run completed and no entry names.  What
 * is taken in is said to be so: for each pack a record of the action `adopt`,
 * then an entry for each record in it that the log does not have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "check.h"
#include "commit.h"

struct adopting {
	struct ev_checking *c;
	struct ev_commit commit;
	uint64_t here; /* records taken from the pack at hand */
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

	*wanted = true;
	ev_record_init(&record);
	rc = ev_vault_record(c->v, digest, &record, err);
	field = rc == EVAULT_OK ? ev_record_find(&record, "sha256") : NULL;
	if (field != NULL && ev_hash_parse(ev_slice_of(field->value, field->len), &sha256)) {
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

static enum evault_status
adopt_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct adopting *a = ctx;
	struct ev_catalog_entry entry;
	bool wanted = false;
	enum evault_status rc;

	if (m->kind != EV_MEMBER_RECORD)
		return EVAULT_OK;
	rc = ev_catalog_entry_of(a->c->v->catalog, &m->id, &entry, err);
	if (rc == EVAULT_OK)
		return rc; /* the log has it */
	if (rc == EVAULT_E_NOT_FOUND)
		rc = is_wanted(a->c, &m->id, &wanted, err);
	if (rc != EVAULT_OK || !wanted)
		return rc;
	a->here++;
	return ev_commit_adopt(&a->commit, &m->id, err);
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

static enum evault_status
adopt_pack(struct adopting *a, const struct ev_hash *name, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st;
	struct ev_pack *pack;
	enum evault_status rc;

	ev_pack_path(name, path);
	rc = ev_os_stat(a->c->v->dir, path, &st, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(a->c->v, name, &pack, err);
	if (rc == EVAULT_OK)
		rc = say_adopted(a, name, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_pack(&a->commit, name, st.size, err);
	/* The record above may have made another pack the one that is open. */
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(a->c->v, name, &pack, err);
	return rc == EVAULT_OK ? ev_pack_members(pack, adopt_member, a, err) : rc;
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
		c->summary->adopted = a.here;
	ev_commit_release(&a.commit);
	free(whole);
	return rc;
}
