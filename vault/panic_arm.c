/*
 * Arming a vault for `panic`: proving that it opens without what lies in it,
 * and writing down for which key files that was proved.
 */
#include <string.h>

#include "base/os.h"
#include "key_export.h"
#include "panic.h"

/* Is the exported note ours? */
static enum evault_status
check_note(const struct evault *v, int exported, struct evault_error *err)
{
	struct ev_buf ours = EV_BUF_INIT, theirs = EV_BUF_INIT;
	enum evault_status rc = ev_os_load(v->dir, "vault", EV_VAULT_NOTE_MAX, &ours, err);

	if (rc == EVAULT_OK)
		rc = ev_os_load(exported, "vault", EV_VAULT_NOTE_MAX, &theirs, err);
	if (rc == EVAULT_OK &&
	    !ev_slice_equal(ev_slice_of(ours.data, ours.len), ev_slice_of(theirs.data, theirs.len)))
		rc = ev_fail(err, EVAULT_E_USAGE, "it is the export of another vault");
	ev_buf_release(&ours);
	ev_buf_release(&theirs);
	return rc;
}

/* Opens the export as if it were the vault: its files must be those that the log names. */
static enum evault_status
prove(const struct evault *v, int exported, const struct evault_unlock *with,
      struct evault_error *err)
{
	struct evault_unlock outside = *with;
	struct ev_keyring *k = NULL;
	enum evault_status rc;

	outside.kept = false;
	outside.ask = NULL; /* a passphrase is in the head of who is there */
	rc = check_note(v, exported, err);
	if (rc == EVAULT_OK)
		rc = ev_keyring_unlock(exported, &v->authority, &outside, &k, err);
	if (rc == EVAULT_OK && (k->roster == NULL || k->n_reads != v->authority.n_read_keys))
		rc = ev_fail(err, EVAULT_E_DENIED,
			     "the key given does not open all of the vault with it; were the "
			     "vault's keys changed since?");
	ev_keyring_free(k);
	return rc;
}

/* The read keys that were proved, by name and hash. */
static enum evault_status
write_file(struct evault *v, struct evault_error *err)
{
	const struct ev_named_file *file;
	struct ev_buf text = EV_BUF_INIT;
	char who[200], hex[EVAULT_HEX_SIZE];
	enum evault_status rc;
	size_t i;

	ev_buf_puts(&text, EV_PANIC_FIRST);
	for (i = 0; i < v->authority.n_files; i++) {
		file = &v->authority.files[i];
		if (file->ended || strncmp(file->path, EV_PANIC_READ, strlen(EV_PANIC_READ)) != 0)
			continue;
		ev_hash_hex(&file->hash, hex);
		ev_buf_printf(&text, "file %s %s\n", file->path, hex);
	}
	rc = ev_buf_ask(&text, err);
	ev_os_who(who, sizeof(who));
	/* Or another writer could take its temporary file for one that was left. */
	if (rc == EVAULT_OK)
		rc = ev_os_lock(v->dir, "writer", who, &v->lock, err);
	if (rc == EVAULT_OK)
		rc = ev_os_store(v->dir, EV_PANIC_FILE, text.data, text.len, true, err);
	ev_buf_release(&text);
	return rc;
}

enum evault_status
evault_panic_arm(const char *dir, const struct evault_arm *how, bool *same_disk,
		 struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_os_stat ours, theirs;
	char shown[EV_SHOW_SIZE];
	struct evault *v = NULL;
	int exported = -1;
	enum evault_status rc = ev_vault_begin_sealed(dir, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, how->exported, &exported, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_show_path(how->exported, shown);
	if (ev_lies_within(exported, v)) {
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "%s: is in the vault itself; the copy must lie elsewhere", shown);
		goto out;
	}
	rc = prove(v, exported, how->unlock, &why);
	if (rc != EVAULT_OK) {
		rc = ev_fail(err, rc, "%s: %s", shown, why.text);
		goto out;
	}
	rc = ev_os_fstat(v->dir, &ours, err);
	if (rc == EVAULT_OK)
		rc = ev_os_fstat(exported, &theirs, err);
	if (rc == EVAULT_OK)
		rc = write_file(v, err);
	if (rc == EVAULT_OK)
		*same_disk = ours.device == theirs.device;
out:
	ev_os_close_read(exported);
	evault_close(v);
	return rc;
}

enum evault_status
evault_panic_disarm(const char *dir, struct evault_error *err)
{
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, err);
	if (rc == EVAULT_OK)
		rc = ev_os_unlink(v->dir, EV_PANIC_FILE, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(v->dir, ".", err);
	evault_close(v);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}
