/*
 * Key files on disk, and how one takes another's place (FORMAT.md, sections 1
 * and 7): the new bytes lie beside it as <path>.new, synced, before the log
 * names them, and are stored under the name after that.  So at any moment
 * there is a file with the hash that the log has, under one of the two names:
 * also where a rename is two changes of a folder, either of which may be lost.
 */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "store/keyring_private.h"

#define NEW ".new"

enum {
	NEW_SIZE = EV_ENTRY_FILE_NAME_MAX + sizeof(NEW)
};

static void
new_path(const char *path, char out[NEW_SIZE])
{
	snprintf(out, NEW_SIZE, "%s" NEW, path);
}

/* *same: the file is there with this hash.  E_IO, E_NOMEM; what is no file is another one. */
static enum evault_status
load_if_same(int dir, const char *path, const struct ev_hash *hash, struct ev_buf *out, bool *same,
	     bool *there, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_hash found;
	struct ev_os_stat st;
	enum evault_status rc;

	*same = *there = false;
	ev_buf_clear(out);
	rc = ev_os_stat(dir, path, &st, &why);
	*there = rc == EVAULT_OK;
	if (rc == EVAULT_OK && st.kind == EV_OS_FILE)
		rc = ev_os_load(dir, path, EV_KEYFILE_SEALED_MAX, out, &why);
	else if (rc == EVAULT_OK)
		return rc;
	if (rc == EVAULT_OK) {
		ev_hash_of(out->data, out->len, &found);
		*same = ev_hash_equal(&found, hash);
	}
	if (rc == EVAULT_OK || rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_LIMIT)
		return EVAULT_OK;
	if (err != NULL)
		*err = why;
	return rc;
}

enum evault_status
ev_key_file_load(int dir, const struct ev_authority *authority, const char *path,
		 struct ev_buf *out, bool *pending, struct evault_error *err)
{
	const struct ev_named_file *named = ev_authority_file(authority, path);
	bool same = false, there = false, new_there;
	enum evault_status rc = EVAULT_OK;
	char beside[NEW_SIZE];
	int tries;

	if (named == NULL)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "%s: the log does not name it", path);
	new_path(path, beside);
	/* Twice: a writer may rename it between our looking at the one and the other. */
	for (tries = 0; tries < 2 && rc == EVAULT_OK && !same; tries++) {
		*pending = false;
		rc = load_if_same(dir, path, &named->hash, out, &same, &there, err);
		if (rc != EVAULT_OK || same)
			break;
		rc = load_if_same(dir, beside, &named->hash, out, &same, &new_there, err);
		*pending = same;
	}
	if (rc == EVAULT_OK && !same)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     there ? "%s: this key file was altered"
				   : N_("%s: this key file is missing"),
			     path);
	return rc;
}

enum evault_status
ev_key_file_store(int dir, const char *path, const struct ev_buf *bytes, struct evault_error *err)
{
	char beside[NEW_SIZE];

	new_path(path, beside);
	return ev_os_store(dir, beside, bytes->data, bytes->len, true, err);
}

enum evault_status
ev_key_file_publish(int dir, const char *path, struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	char beside[NEW_SIZE];
	enum evault_status rc;

	new_path(path, beside);
	rc = ev_os_load(dir, beside, EV_KEYFILE_SEALED_MAX, &bytes, err);
	if (rc == EVAULT_OK)
		rc = ev_os_store(dir, path, bytes.data, bytes.len, true, err);
	if (rc == EVAULT_OK)
		rc = ev_os_unlink(dir, beside, err);
	ev_buf_release(&bytes);
	return rc;
}

void
ev_key_file_discard(int dir, const char *path)
{
	char beside[NEW_SIZE];

	new_path(path, beside);
	(void)ev_os_unlink(dir, beside, NULL);
}

/* "keys/3.age.new" → "keys/3.age"; false when it is no new key file's name. */
static bool
base_of(const char *path, char out[EV_ENTRY_FILE_NAME_MAX + 1])
{
	static const char *const kinds[] = { "keys/read.", "keys/write." };
	size_t i, len = strlen(path);
	struct ev_cursor c;

	if (len <= strlen(NEW) || len - strlen(NEW) > EV_ENTRY_FILE_NAME_MAX ||
	    strcmp(path + len - strlen(NEW), NEW) != 0)
		return false;
	memcpy(out, path, len - strlen(NEW));
	out[len - strlen(NEW)] = '\0';
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		c = ev_cursor_of(out, strlen(out));
		ev_cursor_expect(&c, kinds[i]);
		(void)ev_cursor_decimal(&c, UINT64_MAX);
		ev_cursor_expect(&c, ".age");
		if (ev_cursor_done(&c))
			return true;
	}
	return ev_slot_number(out) != 0;
}

/* The last hash that the log had for a slot that is ended, or NULL. */
static const struct ev_named_file *
ended_slot(const struct ev_authority *authority, const char *path)
{
	size_t i;

	for (i = 0; ev_slot_number(path) != 0 && i < authority->n_files; i++) {
		if (authority->files[i].ended && strcmp(authority->files[i].path, path) == 0)
			return &authority->files[i];
	}
	return NULL;
}

/* Less than a slot has: when power is lost, the end of a file may go before its name. */
static bool
is_cut(const struct ev_buf *slot)
{
	return slot->len == 0 ||
	       (slot->len < EV_KEYFILE_SIZE &&
		ev_slice_starts(ev_slice_of(slot->data, slot->len), EV_AGE_VERSION));
}

enum evault_status
ev_key_file_judge(int dir, const struct ev_authority *authority, const char *path,
		  enum ev_key_file *what, struct evault_error *err)
{
	const struct ev_named_file *named, *ended = ended_slot(authority, path);
	char base[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_buf bytes = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	bool is = false, done = false, there;

	*what = EV_KEY_FILE_UNKNOWN;
	if (base_of(path, base)) {
		named = ev_authority_file(authority, base);
		if (named != NULL)
			rc = load_if_same(dir, path, &named->hash, &bytes, &is, &there, err);
		if (rc == EVAULT_OK && is)
			rc = load_if_same(dir, base, &named->hash, &bytes, &done, &there, err);
		*what = is && !done ? EV_KEY_FILE_PENDING : EV_KEY_FILE_LEFT;
	} else if (ended != NULL) {
		rc = load_if_same(dir, path, &ended->hash, &bytes, &is, &there, err);
		if (is || (rc == EVAULT_OK && there && is_cut(&bytes)))
			*what = EV_KEY_FILE_LEFT;
	}
	ev_buf_release(&bytes);
	return rc;
}

static enum evault_status
recover_one(int dir, const struct ev_authority *authority, const char *path,
	    struct evault_error *err)
{
	char base[EV_ENTRY_FILE_NAME_MAX + 1];
	enum ev_key_file what;
	enum evault_status rc;

	if (ev_authority_file(authority, path) != NULL)
		return EVAULT_OK;
	rc = ev_key_file_judge(dir, authority, path, &what, err);
	if (rc == EVAULT_OK && what == EV_KEY_FILE_PENDING && base_of(path, base))
		rc = ev_key_file_publish(dir, base, err);
	if (rc == EVAULT_OK && what == EV_KEY_FILE_LEFT)
		rc = ev_os_unlink(dir, path, err);
	return rc;
}

/* Is there a file that the log does not name? */
static bool
anything_left(const struct ev_authority *authority, const struct ev_os_list *list)
{
	char path[NEW_SIZE];
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (snprintf(path, sizeof(path), "keys/%s", list->names[i]) < (int)sizeof(path) &&
		    ev_authority_file(authority, path) == NULL)
			return true;
	}
	return false;
}

enum evault_status
ev_keyring_recover(int dir, const struct ev_authority *authority, struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	enum evault_status rc = ev_os_list(dir, "keys", &list, err);
	char path[NEW_SIZE];
	size_t i;

	/* The run that stored a file under its name may have died before its sync. */
	if (rc == EVAULT_OK && anything_left(authority, &list))
		rc = ev_os_sync_dir(dir, "keys", err);
	for (i = 0; i < list.n && rc == EVAULT_OK; i++) {
		if (snprintf(path, sizeof(path), "keys/%s", list.names[i]) < (int)sizeof(path))
			rc = recover_one(dir, authority, path, err);
	}
	ev_os_list_free(&list);
	return rc;
}
