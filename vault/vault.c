/*
 * Opening and closing a vault.
 */
#include "correction.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "format/short.h"

enum {
	LOAD_TRIES = 6,   /* a writer may replace tiles while we read */
	COMMIT_WAIT = 15, /* milliseconds, for who has begun to commit */
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
	v->index.own = -1;
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
	struct ev_hash actor;

	(void)bytes;
	if (!taken || v->indexed || v->catalog == NULL)
		return EVAULT_OK;
	ev_index_actor(entry, &actor);
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

static void
forget_log(struct evault *v)
{
	ev_log_free(v->log);
	v->log = NULL;
	ev_authority_release(&v->authority);
	ev_authority_init(&v->authority, &v->note);
	v->skipped = 0;
	v->index.has_packs = false;
}

/* By the hint of the index, which is believed only if the index then vouches for it. */
static enum evault_status
reopen_log(struct evault *v, struct evault_error *err)
{
	struct ev_index_hint *hint = &v->index.hint;
	struct ev_log_known known = { .changing = hint->changing };
	enum evault_status rc;

	forget_log(v);
	ev_sealed_read_hint(v->index.dir, v->index.name, hint);
	if (hint->size == 0)
		return EVAULT_E_NOT_FOUND;
	known.size = hint->size;
	known.n_changing = hint->n;
	rc = ev_log_reopen(v->dir, &v->note, &v->authority, &known, catalog_entry, v, &v->log, err);
	if (rc == EVAULT_OK)
		v->skipped = known.size;
	return rc;
}

static enum evault_status
load_log_once(struct evault *v, const struct ev_findings *findings, struct ev_log_past *pasts,
	      size_t n_pasts, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < n_pasts; i++)
		pasts[i].reached = pasts[i].agrees = pasts[i].size == 0;
	forget_log(v);
	if (!v->indexed) {
		ev_catalog_free(v->catalog);
		v->catalog = NULL;
	}
	if (v->access != EVAULT_SEALED && !v->indexed)
		rc = v->checking ? ev_catalog_new_lean(v->dir, &v->catalog, err)
				 : ev_catalog_new(&v->catalog, err);
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
	bool quick = v->indexed && v->access != EVAULT_SEALED && !v->thorough, moved = true;
	int tries;

	for (tries = 0; moved && tries < LOAD_TRIES; tries++) {
		rc = peek_head(v, &before, err);
		if (rc == EVAULT_OK && quick)
			rc = reopen_log(v, NULL);
		else if (rc == EVAULT_OK)
			rc = load_log_once(v, findings, pasts, n_pasts, err);
		if (rc == EVAULT_OK || rc == EVAULT_E_NOMEM ||
		    peek_head(v, &after, NULL) != EVAULT_OK)
			break;
		/* Somebody is committing; or has died, and that is for who reads all. */
		if (quick && rc == EVAULT_E_BUSY && tries + 2 < LOAD_TRIES) {
			ev_os_pause(COMMIT_WAIT);
			continue;
		}
		moved = !ev_slice_equal(ev_slice_of(before.data, before.len),
					ev_slice_of(after.data, after.len));
		if (quick && !moved) {
			moved = true;
			quick = false;
			tries = -1;
		}
	}
	if (rc == EVAULT_E_NOMEM)
		(void)ev_fail_nomem(err);
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
	if (rc == EVAULT_E_KEY) /* whoever receives has two open */
		return ev_error_prefix(err, rc, v->shown);
	if (rc != EVAULT_OK)
		return rc;
	if (!v->adding) {
		rc = ev_vault_need_reading(v, err);
		if (rc != EVAULT_OK)
			return rc;
	}
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

bool
evault_reads(const struct evault *v)
{
	return v->keys != NULL && v->keys->n_reads > 0;
}

enum evault_status
ev_vault_need_reading(const struct evault *v, struct evault_error *err)
{
	if (v->keys == NULL)
		return ev_fail(err, EVAULT_E_KEY, "%s: the vault is not unlocked", v->shown);
	if (!evault_reads(v))
		return ev_fail(err, EVAULT_E_DENIED,
			       "%s: this key can add and not read: that protects what is kept "
			       "when the device is taken; open the vault at headquarters",
			       v->shown);
	return EVAULT_OK;
}

void
ev_vault_cite(const struct evault *v, uint64_t index, char out[EVAULT_CITATION_SIZE])
{
	snprintf(out, EVAULT_CITATION_SIZE, "%.6s-%llu", v->note.origin + strlen("evault/"),
		 (unsigned long long)index);
}

void
ev_provenance_cite(const struct ev_provenance *p, char out[EVAULT_CITATION_SIZE])
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&p->origin, hex);
	snprintf(out, EVAULT_CITATION_SIZE, "%.6s-%llu", hex, (unsigned long long)p->index);
}

void
ev_vault_cite_item(const struct evault *v, uint64_t index, char out[EVAULT_CITATION_SIZE])
{
	struct ev_provenance first;
	struct ev_hash own;

	if (v->catalog != NULL &&
	    ev_catalog_first_source(v->catalog, index, &first, NULL) == EVAULT_OK &&
	    ev_hash_parse(ev_slice_text(v->note.origin + strlen("evault/")), &own) &&
	    !ev_hash_equal(&own, &first.origin))
		ev_provenance_cite(&first, out);
	else
		ev_vault_cite(v, index, out);
}

enum evault_status
ev_vault_pack(struct evault *v, const struct ev_hash *name, struct ev_pack **pack,
	      struct evault_error *err)
{
	struct ev_age_with with = ev_keyring_with(v->keys);
	const size_t last = EV_VAULT_PACKS - 1;
	enum evault_status rc = EVAULT_OK;
	struct ev_vault_pack at;
	size_t i = 0;

	while (i < last && (v->packs[i].pack == NULL || !ev_hash_equal(&v->packs[i].name, name)))
		i++;
	if (v->packs[i].pack != NULL && !ev_hash_equal(&v->packs[i].name, name)) {
		ev_pack_close(v->packs[i].pack);
		v->packs[i].pack = NULL;
	}
	at = v->packs[i];
	if (at.pack == NULL) {
		at.name = *name;
		rc = ev_pack_open(v->dir, name, &with, &at.pack, err);
	}
	if (rc != EVAULT_OK)
		return rc;
	memmove(v->packs + 1, v->packs, i * sizeof(v->packs[0]));
	v->packs[0] = at;
	*pack = at.pack;
	return EVAULT_OK;
}

/* Temporary files where a writer makes them most: with the lock, they are nobody's. */
static void
sweep(const struct evault *v)
{
	static const char *const folders[] = { ".", "keys", "packs", "log", "drafts" };
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

/* Keys that are no longer what the log names are not used. */
static enum evault_status
unlock_anew(struct evault *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	ev_keyring_free(v->keys);
	v->keys = NULL;
	return ev_vault_unlock(v, unlock, err);
}

static enum evault_status
unlock_again(struct evault *v, const struct evault_unlock *unlock,
	     const struct ev_findings *findings, struct evault_error *err)
{
	enum evault_status rc = ev_vault_load_log(v, findings, NULL, 0, err);

	return rc == EVAULT_OK ? unlock_anew(v, unlock, err) : rc;
}

enum evault_status
ev_vault_read_all(struct evault *v, bool *same, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct ev_authority authority = v->authority;
	uint64_t skipped = v->skipped;
	bool has_packs = v->index.has_packs;
	struct ev_log *log = v->log;
	enum evault_status rc;

	memset(&v->authority, 0, sizeof(v->authority));
	v->log = NULL;
	v->thorough = true;
	rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	*same = rc == EVAULT_OK && ev_authority_names_same_keys(&authority, &v->authority);
	if (rc == EVAULT_OK) {
		ev_log_free(log);
		ev_authority_release(&authority);
		return rc;
	}
	forget_log(v);
	v->log = log;
	v->authority = authority;
	v->skipped = skipped;
	v->index.has_packs = has_packs;
	return rc;
}

/* Is it a failure that may come of what was passed over? */
static bool
may_be_of_hint(const struct evault *v, enum evault_status rc)
{
	return v->skipped > 0 && (rc == EVAULT_E_KEY || rc == EVAULT_E_DENIED ||
				  rc == EVAULT_E_DAMAGED || rc == EVAULT_E_NOT_FOUND);
}

/* With what the hint says, and if that does not do, with what the log says. */
static enum evault_status
unlock_first(struct evault *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc = ev_vault_unlock(v, unlock, &why), all;
	bool same = true;

	if (may_be_of_hint(v, rc)) {
		all = ev_vault_read_all(v, &same, err);
		if (all != EVAULT_OK)
			return all;
	}
	if (!same)
		return unlock_anew(v, unlock, err);
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
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
	enum evault_status rc = unlock_first(v, unlock, err);

	/* A writer may have changed the keys since the log was read. */
	if (rc == EVAULT_E_DAMAGED && ev_vault_moved(v))
		rc = unlock_again(v, unlock, findings, err);
	if (rc == EVAULT_OK)
		rc = take_lock(v, err);
	if (rc == EVAULT_OK && v->lock >= 0 && ev_vault_moved(v)) {
		rc = ev_vault_load_log(v, findings, NULL, 0, err);
		if (rc == EVAULT_OK && !ev_keyring_is_current(v->keys, &v->authority))
			rc = unlock_again(v, unlock, findings, err);
	}
	if (rc == EVAULT_OK && v->lock >= 0)
		rc = check_folders(v, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		rc = ev_log_recover(v->log, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		rc = ev_keyring_recover(v->dir, &v->authority, err);
	if (rc == EVAULT_OK && v->lock >= 0)
		sweep(v);
	return rc;
}

/* All of the log, where the index does not vouch for what was not read; and the keys, if they are
 * others. */
static enum evault_status
open_index(struct evault *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	enum evault_status rc = ev_index_open(v, err);
	bool same;

	if (v->skipped == 0 || rc != EVAULT_E_CHANGED)
		return rc;
	rc = ev_vault_read_all(v, &same, err);
	if (rc == EVAULT_OK && !same)
		rc = unlock_anew(v, unlock, err);
	return rc == EVAULT_OK ? ev_index_open(v, err) : rc;
}

static enum evault_status
open_vault(const struct evault_open *how, const int *scratch, struct evault **vault,
	   struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(how->dir, how->access, &v, err);

	if (rc == EVAULT_OK) {
		v->indexed = true;
		v->aside = v->thorough = scratch != NULL;
		if (scratch != NULL)
			v->scratch = *scratch;
		v->adding = how->adding;
		rc = ev_vault_load_note(v, err);
	}
	if (rc == EVAULT_OK && how->access != EVAULT_SEALED)
		rc = ev_index_init(v, how, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	if (rc == EVAULT_OK && how->access != EVAULT_SEALED)
		rc = unlock_and_lock(v, how->unlock, &strict, err);
	if (rc == EVAULT_OK && how->access != EVAULT_SEALED)
		rc = open_index(v, how->unlock, err);
	if (rc == EVAULT_OK) {
		*vault = v;
		v = NULL;
	}
	evault_close(v);
	return rc;
}

enum evault_status
evault_open(const struct evault_open *how, struct evault **vault, struct evault_error *err)
{
	return open_vault(how, NULL, vault, err);
}

enum evault_status
ev_vault_open_aside(const char *dir, int scratch, const struct evault_unlock *unlock,
		    struct evault **vault, struct evault_error *err)
{
	const struct evault_open how = { .dir = dir, .access = EVAULT_READ, .unlock = unlock };

	return open_vault(&how, &scratch, vault, err);
}

void
evault_close(struct evault *v)
{
	if (v == NULL)
		return;
	ev_vault_close_packs(v);
	ev_corrections_forget(v);
	ev_entry_ahead_forget(v);
	ev_set_release(&v->whole);
	ev_set_release(&v->broken);
	ev_index_close(v);
	ev_catalog_free(v->catalog);
	ev_keyring_free(v->keys);
	ev_log_free(v->log);
	ev_authority_release(&v->authority);
	if (v->lock >= 0)
		ev_os_unlock(v->lock);
	ev_os_close_read(v->dir);
	free(v->judged.bits);
	free(v->shown);
	free(v);
}

void
evault_free(void *p)
{
	free(p);
}

_Static_assert((int)EV_SHORT_SIZE == (int)EVAULT_SHORT_SIZE, "evault.h says how long it is");

void
evault_checkpoint_short(const struct evault *v, char out[EVAULT_SHORT_SIZE])
{
	const struct ev_checkpoint *head = ev_log_head(v->log);

	ev_short_text(v->note.origin, head->size, &head->root, out);
}

bool
evault_is_short(const char *text)
{
	return ev_short_looks_so(ev_slice_text(text));
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
