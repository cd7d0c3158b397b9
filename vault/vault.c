/*
 * Opening and closing a vault.
 */
#include "vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

enum {
	LOAD_TRIES = 6 /* a writer may replace tiles while we read */
};

enum evault_status
ev_vault_begin(const char *dir, enum evault_access access, struct evault **vault,
	       struct evault_error *err)
{
	struct evault *v = calloc(1, sizeof(*v));
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (v == NULL)
		return ev_fail_nomem(err);
	v->dir = -1;
	v->lock = -1;
	v->access = access;
	v->shown = strdup(ev_show_path(dir, shown));
	if (v->shown == NULL)
		rc = ev_fail_nomem(err);
	else
		rc = ev_secret_start(err);
	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, dir, &v->dir, err);
	if (rc == EVAULT_OK) {
		*vault = v;
		v = NULL;
	}
	evault_close(v);
	return rc;
}

enum evault_status
ev_vault_load_note(struct evault *v, struct evault_error *err)
{
	struct ev_buf note = EV_BUF_INIT;
	enum evault_status rc = ev_os_load(v->dir, "vault", EV_VAULT_NOTE_MAX, &note, err);

	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_fail(err, EVAULT_E_NOT_VAULT, "%s: there is no vault here", v->shown);
	else if (rc == EVAULT_E_LIMIT)
		rc = ev_fail(err, EVAULT_E_NOT_VAULT, "%s: its file `vault` is no vault note",
			     v->shown);
	else if (rc != EVAULT_OK)
		rc = ev_error_prefix(err, rc, v->shown);
	if (rc == EVAULT_OK) {
		rc = ev_vault_note_open(ev_slice_of(note.data, note.len), &v->note, err);
		if (rc != EVAULT_OK)
			rc = ev_error_prefix(err, rc, v->shown);
	}
	ev_buf_release(&note);
	return rc;
}

static enum evault_status
catalog_entry(void *ctx, uint64_t index, const struct ev_entry *entry, struct ev_slice bytes,
	      bool taken, struct evault_error *err)
{
	struct evault *v = ctx;
	struct ev_slice name = entry->note.signatures[0].name;
	struct ev_hash actor = { { 0 } };

	(void)bytes;
	if (!taken || v->catalog == NULL)
		return EVAULT_OK;
	if (name.len > 64)
		ev_hash_parse(ev_slice_of(name.data + name.len - 64, 64), &actor);
	return ev_catalog_add_entry(v->catalog, index, entry->is_record ? &entry->record : NULL,
				    &actor, err);
}

/* The head's bytes, to tell whether a writer has replaced it; empty when it is not there. */
static enum evault_status
peek_head(const struct evault *v, struct ev_buf *out, struct evault_error *err)
{
	enum evault_status rc;

	ev_buf_clear(out);
	rc = ev_os_load(v->dir, "log/checkpoint", EV_VAULT_NOTE_MAX, out, err);
	return rc == EVAULT_E_NOMEM ? rc : EVAULT_OK;
}

static enum evault_status
load_log_once(struct evault *v, const struct ev_findings *findings, struct ev_log_past *pasts,
	      size_t n_pasts, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < n_pasts; i++)
		pasts[i].reached = pasts[i].agrees = pasts[i].size == 0;
	ev_log_free(v->log);
	v->log = NULL;
	ev_authority_release(&v->authority);
	ev_authority_init(&v->authority, &v->note);
	ev_catalog_free(v->catalog);
	v->catalog = NULL;
	if (v->access != EVAULT_SEALED)
		rc = ev_catalog_new(&v->catalog, err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_log_open(v->dir, &v->note, &v->authority, findings, pasts, n_pasts, catalog_entry,
			   v, &v->log, err);
}

enum evault_status
ev_vault_load_log(struct evault *v, const struct ev_findings *findings, struct ev_log_past *pasts,
		  size_t n_pasts, struct evault_error *err)
{
	struct ev_buf before = EV_BUF_INIT, after = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	bool moved = true;
	int tries;

	for (tries = 0; moved && tries < LOAD_TRIES; tries++) {
		rc = peek_head(v, &before, err);
		if (rc == EVAULT_OK)
			rc = load_log_once(v, findings, pasts, n_pasts, err);
		if (rc == EVAULT_OK || peek_head(v, &after, NULL) != EVAULT_OK)
			break;
		moved = !ev_slice_equal(ev_slice_of(before.data, before.len),
					ev_slice_of(after.data, after.len));
	}
	ev_buf_release(&before);
	ev_buf_release(&after);
	return rc;
}

bool
ev_vault_moved(const struct evault *v)
{
	struct ev_buf now = EV_BUF_INIT;
	struct ev_os_stat st;
	bool moved;

	/* A signed head in checkpoint.new counts as much (log.h, invariant 3). */
	moved = ev_os_stat(v->dir, "log/checkpoint.new", &st, NULL) == EVAULT_OK ||
		(peek_head(v, &now, NULL) == EVAULT_OK &&
		 !ev_slice_equal(ev_slice_of(now.data, now.len), ev_log_head_note(v->log)));

	ev_buf_release(&now);
	return moved;
}

enum evault_status
ev_vault_unlock(struct evault *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	static const struct evault_unlock nothing;
	enum evault_status rc;

	rc = ev_keyring_unlock(v->dir, &v->authority, unlock == NULL ? &nothing : unlock, &v->keys,
			       err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->keys->n_reads == 0)
		return ev_fail(err, EVAULT_E_DENIED,
			       "%s: the keys on this device can add and not read", v->shown);
	if (v->access == EVAULT_WRITE && v->keys->no_write.status != EVAULT_OK) {
		if (err != NULL)
			*err = v->keys->no_write;
		return v->keys->no_write.status;
	}
	if (v->access == EVAULT_WRITE && (v->keys->write == NULL || v->keys->slot == NULL))
		return ev_fail(err, EVAULT_E_DENIED, "%s: this identity may read and not write",
			       v->shown);
	return EVAULT_OK;
}

void
ev_vault_cite(const struct evault *v, uint64_t index, char out[EVAULT_CITATION_SIZE])
{
	snprintf(out, EVAULT_CITATION_SIZE, "%.6s-%llu", v->note.origin + strlen("evault/"),
		 (unsigned long long)index);
}

enum evault_status
ev_vault_pack(struct evault *v, const struct ev_hash *name, struct ev_pack **pack,
	      struct evault_error *err)
{
	struct ev_age_with with = ev_keyring_with(v->keys);
	enum evault_status rc;

	if (v->pack == NULL || !ev_hash_equal(&v->pack_name, name)) {
		ev_pack_close(v->pack);
		v->pack = NULL;
		rc = ev_pack_open(v->dir, name, &with, &v->pack, err);
		if (rc != EVAULT_OK)
			return rc;
		v->pack_name = *name;
	}
	*pack = v->pack;
	return EVAULT_OK;
}

/* ---- filling the catalog ------------------------------------------------------ */

struct filling {
	struct evault *v;
	const struct ev_hash *pack;
	struct ev_buf text;
	struct ev_record record;
};

/* Catalogs a record whose digest is its name; others are left out, and are missing then. */
static enum evault_status
fill_record(struct filling *f, const struct ev_member *m, struct evault_error *err)
{
	struct ev_hash digest;
	struct ev_slice text;
	enum evault_status rc;

	ev_buf_clear(&f->text);
	rc = ev_pack_read(f->v->pack, m, ev_sink_buf(&f->text), err);
	f->v->unread = f->v->unread || rc == EVAULT_E_IO;
	if (rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO)
		return EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&f->text, err);
	if (rc != EVAULT_OK)
		return rc;
	text = ev_slice_of(f->text.data, f->text.len);
	ev_record_init(&f->record);
	if (ev_record_parse(text, &f->record, NULL) == EVAULT_OK &&
	    ev_record_digest(text, &digest, NULL) == EVAULT_OK && ev_hash_equal(&digest, &m->id))
		rc = ev_catalog_add_record(f->v->catalog, &digest, &f->record, err);
	ev_record_release(&f->record);
	return rc;
}

static enum evault_status
fill_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct filling *f = ctx;
	enum evault_status rc;

	rc = ev_catalog_add_member(f->v->catalog, f->pack, m, EV_MEMBER_LISTED, err);
	if (rc == EVAULT_OK && m->kind == EV_MEMBER_RECORD)
		rc = fill_record(f, m, err);
	return rc;
}

/*
 * Packs that are missing, damaged or unreadable are left out: what was in
 * them is then not found, and `check` says why.
 */
static bool
may_go_on(enum evault_status rc)
{
	return rc == EVAULT_OK || rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED ||
	       rc == EVAULT_E_KEY || rc == EVAULT_E_LIMIT || rc == EVAULT_E_IO;
}

static enum evault_status
fill_catalog(struct evault *v, struct evault_error *err)
{
	struct filling f = { .v = v, .text = EV_BUF_INIT };
	enum evault_status rc = EVAULT_OK;
	struct ev_pack *pack;
	size_t i;

	for (i = 0; i < v->authority.n_packs && rc == EVAULT_OK; i++) {
		if (v->authority.packs[i].dropped)
			continue;
		f.pack = &v->authority.packs[i].hash;
		rc = ev_vault_pack(v, f.pack, &pack, err);
		if (rc == EVAULT_OK)
			rc = ev_pack_members(pack, fill_member, &f, err);
		v->unread = v->unread || rc == EVAULT_E_IO;
		if (may_go_on(rc))
			rc = EVAULT_OK;
	}
	ev_buf_release(&f.text);
	return rc;
}

/* Temporary files where a writer makes them most: with the lock, they are nobody's. */
static void
sweep(const struct evault *v)
{
	static const char *const folders[] = { ".", "keys", "packs", "log" };
	struct ev_os_list list;
	char path[EV_OS_TEMP_SIZE + 8];
	size_t i, k;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (ev_os_list(v->dir, folders[i], &list, NULL) != EVAULT_OK)
			continue;
		for (k = 0; k < list.n; k++) {
			if (!ev_os_is_temp(list.names[k]))
				continue;
			snprintf(path, sizeof(path), "%s/%s", folders[i], list.names[k]);
			(void)ev_os_unlink(v->dir, path, NULL);
		}
		ev_os_list_free(&list);
	}
}

static enum evault_status
take_lock(struct evault *v, struct evault_error *err)
{
	char who[200];
	struct evault_error why = { 0 };
	enum evault_status rc;

	if (v->access != EVAULT_WRITE)
		return EVAULT_OK;
	ev_os_who(who, sizeof(who));
	rc = ev_os_lock(v->dir, "writer", who, &v->lock, &why);
	/* To who may not write, a medium is read-only: a stick mounted for somebody else. */
	if (rc == EVAULT_E_IO && (why.sys == EACCES || why.sys == EPERM))
		rc = EVAULT_E_READ_ONLY;
	return rc == EVAULT_OK ? rc : ev_fail(err, rc, "%s: %s", v->shown, why.text);
}

/* What is written goes into the vault, and not where a link in it leads (G7). */
static enum evault_status
check_folders(const struct evault *v, struct evault_error *err)
{
	static const char *const folders[] = { "keys", "packs", "log", "log/tile" };
	enum evault_status rc = EVAULT_OK;
	struct ev_os_stat st;
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]) && rc == EVAULT_OK; i++) {
		rc = ev_os_stat(v->dir, folders[i], &st, err);
		if (rc == EVAULT_OK && st.kind != EV_OS_DIR)
			rc = ev_fail(err, EVAULT_E_DAMAGED, "%s/%s: is no folder", v->shown,
				     folders[i]);
	}
	return rc;
}

/*
 * The lock is taken after the keys, so that it is not held while somebody
 * looks for the passphrase; the log is read again if it went on meanwhile.
 */
static enum evault_status
unlock_and_lock(struct evault *v, const struct evault_unlock *unlock,
		const struct ev_findings *findings, struct evault_error *err)
{
	enum evault_status rc = ev_vault_unlock(v, unlock, err);

	if (rc == EVAULT_OK)
		rc = take_lock(v, err);
	if (rc == EVAULT_OK && v->lock >= 0 && ev_vault_moved(v))
		rc = ev_vault_load_log(v, findings, NULL, 0, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		rc = check_folders(v, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		rc = ev_log_recover(v->log, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		sweep(v);
	return rc;
}

enum evault_status
evault_open(const char *dir, enum evault_access access, const struct evault_unlock *unlock,
	    struct evault **vault, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, access, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	if (rc == EVAULT_OK && access != EVAULT_SEALED)
		rc = unlock_and_lock(v, unlock, &strict, err);
	if (rc == EVAULT_OK && access != EVAULT_SEALED)
		rc = fill_catalog(v, err);
	if (rc == EVAULT_OK) {
		*vault = v;
		v = NULL;
	}
	evault_close(v);
	return rc;
}

void
evault_close(struct evault *v)
{
	if (v == NULL)
		return;
	ev_pack_close(v->pack);
	ev_set_release(&v->whole);
	ev_set_release(&v->broken);
	ev_catalog_free(v->catalog);
	ev_keyring_free(v->keys);
	ev_log_free(v->log);
	ev_authority_release(&v->authority);
	if (v->lock >= 0)
		ev_os_unlock(v->lock);
	ev_os_close_read(v->dir);
	free(v->shown);
	free(v);
}

void
evault_free(void *p)
{
	free(p);
}

enum evault_status
evault_checkpoint(struct evault *v, char **note, struct evault_error *err)
{
	struct ev_slice bytes = ev_log_head_note(v->log);
	char *copy = malloc(bytes.len + 1);

	if (copy == NULL)
		return ev_fail_nomem(err);
	memcpy(copy, bytes.data, bytes.len);
	copy[bytes.len] = '\0';
	*note = copy;
	return EVAULT_OK;
}
