/* A copy of the vault's key files, to be kept elsewhere. */
#include <string.h>

#include "base/os.h"
#include "key_export.h"

bool
ev_lies_within(int dir, const struct evault *v)
{
	struct ev_os_stat vault, here, above = { 0 };
	bool within = false, top = false;
	int at = -1, next;

	if (ev_os_fstat(v->dir, &vault, NULL) != EVAULT_OK ||
	    ev_os_open_place(dir, ".", &at, NULL) != EVAULT_OK)
		return false;
	while (!within && !top && ev_os_fstat(at, &here, NULL) == EVAULT_OK) {
		within = here.device == vault.device && here.inode == vault.inode;
		top = here.device == above.device && here.inode == above.inode;
		above = here;
		if (ev_os_open_place(at, "..", &next, NULL) != EVAULT_OK)
			break;
		ev_os_close_read(at);
		at = next;
	}
	ev_os_close_read(at);
	return within;
}

static enum evault_status
open_new(const char *path, const struct evault *v, int *out, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	struct ev_os_list list = { NULL, 0 };
	enum evault_status rc = ev_os_mkdir(EV_OS_CWD, path, NULL, err);

	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, path, out, err);
	if (rc == EVAULT_OK)
		rc = ev_os_list(*out, ".", &list, err);
	if (rc == EVAULT_OK && list.n > 0)
		rc = ev_fail(err, EVAULT_E_EXISTS,
			     "%s: there are files in this folder already; it was left alone",
			     ev_show_path(path, shown));
	ev_os_list_free(&list);
	if (rc == EVAULT_OK && ev_lies_within(*out, v)) {
		(void)ev_os_rmdir(EV_OS_CWD, path, NULL);
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "%s: is in the vault itself; the copy must lie elsewhere",
			     ev_show_path(path, shown));
	}
	return rc;
}

static enum evault_status
copy_note(const struct evault *v, int out, struct evault_error *err)
{
	struct ev_buf note = EV_BUF_INIT;
	enum evault_status rc = ev_os_load(v->dir, "vault", EV_VAULT_NOTE_MAX, &note, err);

	if (rc == EVAULT_OK)
		rc = ev_os_store(out, "vault", note.data, note.len, false, err);
	ev_buf_release(&note);
	return rc;
}

static enum evault_status
copy_key(const struct evault *v, const char *path, int out, struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	bool pending;
	enum evault_status rc =
	    ev_key_file_load(v->dir, &v->authority, path, &bytes, &pending, err);

	if (rc == EVAULT_OK)
		rc = ev_os_store(out, path, bytes.data, bytes.len, false, err);
	ev_buf_release(&bytes);
	return rc;
}

static enum evault_status
copy_all(const struct evault *v, int out, struct evault_error *err)
{
	const struct ev_named_file *file;
	enum evault_status rc = ev_os_mkdir(out, "keys", NULL, err);
	size_t i;

	for (i = 0; i < v->authority.n_files && rc == EVAULT_OK; i++) {
		file = &v->authority.files[i];
		if (!file->ended && strncmp(file->path, "keys/", 5) == 0)
			rc = copy_key(v, file->path, out, err);
	}
	/* The note comes last: without it, it is no export. */
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(out, ".", err);
	if (rc == EVAULT_OK)
		rc = copy_note(v, out, err);
	return rc == EVAULT_OK ? ev_os_sync_dir(out, "..", err) : rc;
}

enum evault_status
ev_vault_begin_sealed(const char *dir, struct evault **vault, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	if (rc == EVAULT_OK) {
		*vault = v;
		v = NULL;
	}
	evault_close(v);
	return rc;
}

enum evault_status
evault_key_export(const char *dir, const char *path, struct evault_error *err)
{
	struct evault *v = NULL;
	int out = -1;
	enum evault_status rc = ev_vault_begin_sealed(dir, &v, err);

	if (rc == EVAULT_OK)
		rc = open_new(path, v, &out, err);
	if (rc == EVAULT_OK)
		rc = copy_all(v, out, err);
	ev_os_close_read(out);
	evault_close(v);
	return rc;
}
