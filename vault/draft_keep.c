/*
 * Keeping a draft without opening it: its file becomes a pack as it is.
 *
 * The draft stays until the log has it: a run that was cut short is repeated,
 * and finds the pack there, or the record in the log.
 */
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "draft.h"

/* The file's bytes, which must be sealed to somebody. */
static enum evault_status
load(const struct evault *v, const struct ev_draft_name *name, struct ev_buf *sealed,
     struct evault_error *err)
{
	enum ev_age_kind kind = EV_AGE_FOREIGN;
	char path[EV_DRAFT_PATH_SIZE];
	enum evault_status rc;

	ev_draft_path(name, path);
	rc = ev_os_load(v->dir, path, EV_DRAFT_SEALED_MAX, sealed, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_age_inspect(ev_slice_of(sealed->data, sealed->len), &kind, NULL);
	if (rc == EVAULT_OK && kind == EV_AGE_X25519)
		return rc;
	return ev_fail(err, EVAULT_E_DAMAGED, "%s: is no sealed statement", path);
}

/* As a pack is stored: durable under its name, and its folders too. */
static enum evault_status
store(const struct evault *v, const struct ev_buf *sealed, struct ev_hash *pack,
      struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE], folder[9];
	enum evault_status rc;

	ev_hash_of(sealed->data, sealed->len, pack);
	ev_pack_path(pack, path);
	snprintf(folder, sizeof(folder), "%.8s", path);
	rc = ev_os_mkdir(v->dir, folder, NULL, err);
	/* What is there already has these bytes, or is damaged. */
	if (rc == EVAULT_OK)
		rc = ev_os_store(v->dir, path, sealed->data, sealed->len, true, err);
	return rc == EVAULT_OK ? ev_os_sync_dir(v->dir, "packs", err) : rc;
}

static enum evault_status
commit(struct evault *v, const struct ev_draft_name *name, const struct ev_buf *sealed,
       struct evault_testified *kept, struct evault_error *err)
{
	struct ev_commit c = { .v = NULL };
	struct ev_hash pack, root;
	enum evault_status rc = ev_commit_init(&c, v, err);

	kept->index = ev_log_next(v->log, &root);
	if (rc == EVAULT_OK)
		rc = store(v, sealed, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_adopt(&c, &name->record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_pack(&c, &pack, sealed->len, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&c, err);
	ev_commit_release(&c);
	return rc;
}

/* The entry that has it already, from the end: it is one of the last. */
static enum evault_status
find_entry(struct evault *v, const struct ev_hash *record, struct evault_testified *kept,
	   struct evault_error *err)
{
	uint64_t index = ev_log_head(v->log)->size;
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;

	while (index > 0 && rc == EVAULT_OK && !kept->already) {
		rc = ev_vault_look_up(v, --index, &entry, err);
		kept->already =
		    rc == EVAULT_OK && entry.is_record && ev_hash_equal(&entry.digest, record);
		kept->index = index;
	}
	return rc;
}

enum evault_status
evault_draft_keep(struct evault *v, const char *id, struct evault_testified *kept,
		  struct evault_error *err)
{
	struct evault_testified done = { .name = "" };
	struct ev_buf sealed = EV_BUF_INIT;
	struct ev_draft_name name;
	enum evault_status rc = ev_draft_newest(v, id, &name, err);

	/* Who reads it finds it by what is in it. */
	if (rc == EVAULT_OK && evault_reads(v))
		rc = ev_fail(err, EVAULT_E_USAGE, "%s: it can be opened here, and gone on with",
			     name.id);
	if (rc == EVAULT_OK && v->access != EVAULT_WRITE)
		rc = ev_fail(err, EVAULT_E_DENIED, "%s: the vault is open for reading only",
			     v->shown);
	if (rc == EVAULT_OK && ev_seen_has(&v->authority.records, &name.record))
		rc = find_entry(v, &name.record, &done, err);
	if (rc == EVAULT_OK && !done.already) {
		rc = load(v, &name, &sealed, err);
		if (rc == EVAULT_OK)
			rc = commit(v, &name, &sealed, &done, err);
	}
	ev_buf_release(&sealed);
	if (rc != EVAULT_OK)
		return rc;
	ev_vault_cite(v, done.index, done.citation);
	*kept = done;
	/* It is kept, whatever becomes of the draft: another run finds that, and removes it. */
	(void)evault_draft_remove(v, id, NULL);
	return EVAULT_OK;
}
