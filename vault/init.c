/*
 * Making a vault.  Its log's first commit comes last: before it, nothing in
 * the folder counts, and an init that was cut short is begun anew over it.
 * One that ends without a vault takes away what it made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "readme.h"
#include "vault.h"

enum {
	WORK_FACTOR_MIN = 10
};

struct making {
	int dir, lock;
	bool made; /* the folder was not there before */
	const struct evault_init *how;
	struct ev_age_recipient to;
	struct ev_age_recipient *readers;
	size_t n_readers; /* with the one on paper, which is the last */
	struct ev_vault_note vault;
	struct ev_keyring *keys;
	struct ev_buf lines; /* of entry 0 */
};

static enum evault_status
parse_recipient(const char *text, struct ev_age_recipient *r, struct evault_error *err)
{
	return ev_age_recipient_parse(ev_slice_text(text), r, err);
}

static enum evault_status
check_how(struct making *m, struct evault_error *err)
{
	const struct evault_init *how = m->how;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (how->work_factor != 0 &&
	    (how->work_factor < WORK_FACTOR_MIN || how->work_factor > EV_AGE_WORK_MAX))
		return ev_fail(err, EVAULT_E_USAGE, "the work factor must be %d to %d",
			       WORK_FACTOR_MIN, EV_AGE_WORK_MAX);
	if (how->name != NULL && strlen(how->name) > EV_KEYFILE_NAME_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "the holder's name is longer than %d bytes",
			       EV_KEYFILE_NAME_MAX);
	if (how->capture_only && how->n_readers == 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "who may only add needs somebody who can read: name a reader");
	if (how->capture_only && how->paper != NULL)
		return ev_fail(err, EVAULT_E_USAGE,
			       "a key on paper that is made on this device could read here");
	if (how->to != NULL)
		rc = parse_recipient(how->to, &m->to, err);
	m->readers = calloc(how->n_readers + 2, sizeof(*m->readers));
	if (m->readers == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < how->n_readers && rc == EVAULT_OK; i++)
		rc = parse_recipient(how->readers[i], &m->readers[m->n_readers++], err);
	if (how->paper != NULL && rc == EVAULT_OK)
		rc = parse_recipient(evault_paper_recipient(how->paper),
				     &m->readers[m->n_readers++], err);
	return rc == EVAULT_E_FORMAT ? EVAULT_E_USAGE : rc;
}

/* Does a folder hold nothing but these names, and temporary files?  *only is left alone if not. */
static enum evault_status
holds_only(const struct making *m, const char *folder, const char *const *names, bool *only,
	   struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	enum evault_status rc = ev_os_list(m->dir, folder, &list, err);
	const char *const *name;
	size_t i;

	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK;
	for (i = 0; i < list.n; i++) {
		for (name = names; *name != NULL && strcmp(*name, list.names[i]) != 0; name++)
			;
		if (*name == NULL && !ev_os_is_temp(list.names[i]))
			*only = false;
	}
	ev_os_list_free(&list);
	return rc;
}

/* Empty, or left by an init that was cut short before its log had a head. */
static enum evault_status
may_begin(const struct making *m, bool *may, struct evault_error *err)
{
	static const char *const top[] = { "keys",   "packs",      "log", "vault",
					   "writer", "README.txt", NULL };
	static const char *const keys[] = { "1.age", "2.age", "read.0.age", "write.0.age", NULL };
	static const char *const log[] = { "tile", NULL };
	static const char *const none[] = { NULL };
	enum evault_status rc;

	*may = true;
	rc = holds_only(m, ".", top, may, err);
	if (rc == EVAULT_OK && *may)
		rc = holds_only(m, "keys", keys, may, err);
	if (rc == EVAULT_OK && *may)
		rc = holds_only(m, "packs", none, may, err);
	if (rc == EVAULT_OK && *may)
		rc = holds_only(m, "log", log, may, err);
	return rc;
}

static enum evault_status
need_beginning(const struct making *m, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	bool may = false;
	enum evault_status rc = may_begin(m, &may, err);

	if (rc == EVAULT_OK && !may)
		rc = ev_fail(err, EVAULT_E_EXISTS,
			     "%s: there are files in this folder already; it was left alone",
			     ev_show_path(m->how->dir, shown));
	return rc;
}

static enum evault_status
lock_folder(struct making *m, struct evault_error *err)
{
	char who[200], shown[EV_SHOW_SIZE];
	enum evault_status rc;

	ev_os_who(who, sizeof(who));
	rc = ev_os_lock(m->dir, "writer", who, &m->lock, err);
	/* It may be there without a word in it. */
	if (rc != EVAULT_OK && rc != EVAULT_E_BUSY && m->made)
		(void)ev_os_unlink(m->dir, "writer", NULL);
	return rc == EVAULT_OK ? rc : ev_error_prefix(err, rc, ev_show_path(m->how->dir, shown));
}

/* Nothing is put into a folder that is not ours; and of two who begin, one does. */
static enum evault_status
open_folder(struct making *m, struct evault_error *err)
{
	enum evault_status rc = ev_os_mkdir(EV_OS_CWD, m->how->dir, &m->made, err);

	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, m->how->dir, &m->dir, err);
	if (rc == EVAULT_OK)
		rc = need_beginning(m, err);
	if (rc == EVAULT_OK)
		rc = lock_folder(m, err);
	if (rc == EVAULT_OK)
		rc = need_beginning(m, err);
	/* The folder's own name must be durable too. */
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(m->dir, "..", err);
	return rc;
}

static enum evault_status
make_folders(const struct making *m, struct evault_error *err)
{
	static const char *const names[] = { "keys", "packs", "log" };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && rc == EVAULT_OK; i++)
		rc = ev_os_mkdir(m->dir, names[i], NULL, err);
	return rc == EVAULT_OK ? ev_os_sync_dir(m->dir, ".", err) : rc;
}

static enum evault_status
store_named(struct making *m, const char *path, const struct ev_buf *bytes,
	    struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_FILE };
	enum evault_status rc;

	memcpy(line.text, path, strlen(path) + 1);
	ev_hash_of(bytes->data, bytes->len, &line.hash);
	ev_line_encode(&m->lines, &line);
	rc = ev_buf_ask(bytes, err);
	return rc == EVAULT_OK ? ev_os_store(m->dir, path, bytes->data, bytes->len, true, err) : rc;
}

static enum evault_status
make_keys(struct making *m, struct evault_error *err)
{
	const struct evault_init *how = m->how;
	struct ev_keyring_make make = { .name = how->name, .readers = m->readers };
	struct ev_buf note = EV_BUF_INIT, readme = EV_BUF_INIT;
	enum evault_status rc;

	make.to = how->to == NULL ? NULL : &m->to;
	make.passphrase = how->passphrase;
	make.work_factor = how->work_factor == 0 ? EV_AGE_WORK_DEFAULT : how->work_factor;
	make.n_readers = m->n_readers;
	make.capture = how->capture_only;
	make.last_reader = how->paper == NULL ? NULL : "recovery";
	rc = ev_keyring_make(m->dir, &make, &m->vault, &note, &m->lines, &m->keys, err);
	if (rc == EVAULT_OK && !how->discreet) {
		ev_readme(&readme, m->vault.origin);
		rc = ev_buf_ask(&readme, err);
		if (rc == EVAULT_OK)
			rc = store_named(m, "README.txt", &readme, err);
	}
	if (rc == EVAULT_OK)
		rc = store_named(m, "vault", &note, err);
	ev_buf_release(&note);
	ev_buf_release(&readme);
	return rc;
}

/* It is shown, and written down, while nothing counts yet. */
static enum evault_status
show_paper(const struct making *m, struct evault_error *err)
{
	const struct evault_init *how = m->how;
	enum evault_status rc;

	if (how->paper == NULL)
		return EVAULT_OK;
	rc = evault_paper_for(how->paper, m->vault.origin, err);
	if (rc == EVAULT_OK && how->written != NULL)
		rc = how->written(how->ctx, how->paper, err);
	return rc;
}

static enum evault_status
begin_log(struct making *m, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_log *log = NULL;
	struct ev_slice body;
	struct ev_hash root;
	enum evault_status rc;

	ev_merkle_empty(&root);
	ev_entry_head(&text, m->vault.origin, 0, &root);
	ev_buf_add(&text, m->lines.data, m->lines.len);
	rc = ev_buf_ask(&m->lines, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&text, err);
	body = ev_slice_of(text.data, text.len);
	ev_note_begin(&note, body);
	if (rc == EVAULT_OK)
		rc = ev_note_sign(&note, body, &m->keys->actor, &m->keys->slot->actor, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&note, err);
	if (rc == EVAULT_OK)
		rc = ev_log_new(m->dir, m->vault.origin, &log, err);
	if (rc == EVAULT_OK)
		rc = ev_log_stage(log, ev_slice_of(note.data, note.len), err);
	if (rc == EVAULT_OK)
		rc = ev_log_commit(log, &m->vault.log, &m->keys->write->log, err);
	/* A head may be there all the same, and the next try must find none. */
	if (rc != EVAULT_OK) {
		(void)ev_os_unlink(m->dir, "log/checkpoint.new", NULL);
		(void)ev_os_unlink(m->dir, "log/checkpoint", NULL);
	}
	ev_log_free(log);
	ev_buf_release(&text);
	ev_buf_release(&note);
	return rc;
}

static enum evault_status
fill(struct making *m, struct evault_error *err)
{
	enum evault_status rc = make_folders(m, err);

	if (rc == EVAULT_OK)
		rc = make_keys(m, err);
	if (rc == EVAULT_OK)
		rc = show_paper(m, err);
	return rc == EVAULT_OK ? begin_log(m, err) : rc;
}

static void
remove_temporary(const struct making *m, const char *folder)
{
	char path[40 + EV_OS_TEMP_SIZE];
	struct ev_os_list list = { NULL, 0 };
	size_t i;

	if (ev_os_list(m->dir, folder, &list, NULL) != EVAULT_OK)
		return;
	for (i = 0; i < list.n; i++) {
		if (!ev_os_is_temp(list.names[i]))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, list.names[i]);
		(void)ev_os_unlink(m->dir, path, NULL);
	}
	ev_os_list_free(&list);
}

/*
 * Takes away all that an init can have made, this one or one that was killed
 * before; under the lock, and best effort: the next one begins over what stays.
 */
static void
sweep(const struct making *m)
{
	static const char *const files[] = {
		"log/checkpoint.new",
		"log/checkpoint",
		"log/tile/0/000.p/1",
		"log/tile/entries/000.p/1",
		"vault",
		"README.txt",
		"keys/1.age",
		"keys/2.age",
		"keys/read.0.age",
		"keys/write.0.age",
		"writer",
	};
	static const char *const folders[] = {
		"log/tile/0/000.p",
		"log/tile/0",
		"log/tile/entries/000.p",
		"log/tile/entries",
		"log/tile",
		"log",
		"packs",
		"keys",
	};
	size_t i;

	remove_temporary(m, ".");
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)ev_os_unlink(m->dir, files[i], NULL);
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		remove_temporary(m, folders[i]);
		(void)ev_os_rmdir(m->dir, folders[i], NULL);
	}
}

enum evault_status
evault_init_look(const struct evault_init *how, struct evault_error *err)
{
	struct making m = { .dir = -1, .lock = -1, .how = how };
	enum evault_status rc = check_how(&m, err);
	struct ev_os_stat st;

	if (rc == EVAULT_OK && ev_os_stat_user(how->dir, &st, NULL) != EVAULT_E_NOT_FOUND) {
		rc = ev_os_open_dir(EV_OS_CWD, how->dir, &m.dir, err);
		if (rc == EVAULT_OK)
			rc = need_beginning(&m, err);
		ev_os_close_read(m.dir);
	}
	free(m.readers);
	return rc;
}

enum evault_status
evault_init(const struct evault_init *how, char origin[EVAULT_ORIGIN_SIZE],
	    struct evault_error *err)
{
	struct making m = { .dir = -1, .lock = -1, .how = how, .lines = EV_BUF_INIT };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = ev_secret_start(err);

	if (rc == EVAULT_OK && how->to == NULL &&
	    (how->passphrase == NULL || how->passphrase[0] == '\0'))
		rc = ev_fail(err, EVAULT_E_USAGE, "an empty passphrase protects nothing");
	if (rc == EVAULT_OK)
		rc = check_how(&m, err);
	if (rc == EVAULT_OK)
		rc = open_folder(&m, err);
	if (rc == EVAULT_OK) {
		rc = fill(&m, err);
		if (rc != EVAULT_OK)
			rc = ev_error_prefix(err, rc, ev_show_path(how->dir, shown));
	}
	if (rc == EVAULT_OK)
		memcpy(origin, m.vault.origin, EVAULT_ORIGIN_SIZE);
	ev_keyring_free(m.keys);
	ev_buf_release(&m.lines);
	if (rc != EVAULT_OK && m.lock >= 0)
		sweep(&m);
	if (m.lock >= 0)
		ev_os_unlock(m.lock);
	ev_os_close_read(m.dir);
	/* Only if nothing is in it. */
	if (rc != EVAULT_OK && m.made)
		(void)ev_os_rmdir(EV_OS_CWD, how->dir, NULL);
	free(m.readers);
	return rc;
}
