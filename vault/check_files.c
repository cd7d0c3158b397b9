/*
 * Files by their names and hashes, without a key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "check.h"
#include "format/draft.h"
#include "panic.h"
#include "testify.h"

enum {
	NAMED_FILE_MAX = 4 << 20 /* bytes of a file that a `file` or `slot` line names */
};

/*
 * A file that is not what the log names: the one that is may lie beside it,
 * since keys are changed so.  *beside is set where that is no damage.
 */
static enum evault_status
judge_beside(struct ev_checking *c, const char *path, bool *beside, struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct evault_error why = { 0 };
	enum evault_status rc;
	bool pending = false;

	*beside = false;
	if (strncmp(path, "keys/", 5) != 0)
		return EVAULT_OK;
	rc = ev_key_file_load(c->v->dir, &c->v->authority, path, &bytes, &pending, &why);
	ev_buf_release(&bytes);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	*beside = rc == EVAULT_OK || rc == EVAULT_E_IO;
	if (rc == EVAULT_E_IO)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, path, err);
	if (pending)
		return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
			       "a change of keys was interrupted after it was signed; it counts, "
			       "and the next writer completes it");
	return EVAULT_OK;
}

static enum evault_status
pass_entry(void *ctx, uint64_t index, const struct ev_entry *entry, struct ev_slice bytes,
	   bool taken, struct evault_error *err)
{
	(void)ctx;
	(void)index;
	(void)entry;
	(void)bytes;
	(void)taken;
	(void)err;
	return EVAULT_OK;
}

static enum evault_status
check_file(struct ev_checking *c, const struct ev_named_file *file, struct evault_error *err)
{
	enum evault_status rc, hashed;
	struct evault_error why = { 0 };
	struct ev_hash hash;
	uint64_t size;
	bool beside;

	hashed = ev_pack_hash(c->v->dir, file->path, NAMED_FILE_MAX, &hash, &size, ev_check_tick, c,
			      &why);
	if (hashed == EVAULT_OK && ev_hash_equal(&hash, &file->hash))
		return EVAULT_OK;
	if (hashed == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	rc = judge_beside(c, file->path, &beside, err);
	if (rc != EVAULT_OK || beside)
		return rc;
	if (hashed != EVAULT_OK)
		return ev_check_failure(c, hashed, &why, EV_NO_ITEM, file->path, err);
	return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, file->path,
		       "is not the file that the log names");
}

enum evault_status
ev_check_named(struct ev_checking *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < c->v->authority.n_files && rc == EVAULT_OK; i++) {
		if (!c->v->authority.files[i].ended)
			rc = check_file(c, &c->v->authority.files[i], err);
	}
	return rc;
}

/* What the log drops by now. */
static enum evault_status
load_replaced(struct ev_checking *c, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct ev_authority a;
	struct ev_log *log = NULL;
	enum evault_status rc;
	bool fresh;
	size_t i;

	ev_authority_init(&a, &c->v->note);
	rc = ev_log_open(c->v->dir, &c->v->note, &a, &strict, NULL, 0, pass_entry, NULL, &log, err);
	for (i = 0; i < a.n_packs && rc == EVAULT_OK; i++)
		if (a.packs[i].dropped)
			rc = ev_set_add(&c->replaced, &a.packs[i].hash, &fresh, err);
	ev_log_free(log);
	ev_authority_release(&a);
	return rc;
}

enum evault_status
ev_check_is_replaced(struct ev_checking *c, const struct ev_hash *pack, struct evault_error *err)
{
	struct ev_buf head = EV_BUF_INIT;
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_OK;

	if (c->v->access == EVAULT_WRITE || !ev_vault_moved(c->v))
		return EVAULT_OK;
	rc = ev_os_load(c->v->dir, "log/checkpoint", EV_VAULT_NOTE_MAX, &head, NULL);
	if (rc == EVAULT_OK && !ev_slice_equal(ev_slice_of(head.data, head.len),
					       ev_slice_of(c->latest.data, c->latest.len))) {
		rc = load_replaced(c, &why);
		ev_buf_release(&c->latest);
		c->latest = head;
		head = (struct ev_buf)EV_BUF_INIT;
	}
	ev_buf_release(&head);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (ev_set_has(&c->replaced, pack))
		return ev_fail(err, EVAULT_E_BUSY,
			       "%s: packs of it were replaced while it was read: run this again",
			       c->v->shown);
	return EVAULT_OK;
}

void
ev_check_look(int dir, const struct ev_pack_line *pack, bool hash, ev_check_tick_fn *tick,
	      void *ctx, struct ev_check_look *look)
{
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st = { 0 };

	memset(look, 0, sizeof(*look));
	look->hash = pack->hash;
	ev_pack_path(&pack->hash, path);
	look->rc = ev_os_stat(dir, path, &st, &look->why);
	look->size = st.size;
	if (look->rc != EVAULT_OK || look->size != pack->size || !hash)
		return;
	look->rc = ev_pack_hash(dir, path, EV_PACK_SIZE_MAX, &look->hash, &look->size, tick, ctx,
				&look->why);
	look->hashed = look->rc == EVAULT_OK;
}

enum evault_status
ev_check_judge(struct ev_checking *c, const struct ev_pack_line *pack,
	       const struct ev_check_look *look, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];
	enum evault_status rc;

	ev_pack_path(&pack->hash, path);
	c->summary->packs++;
	c->summary->packs_read += look->hashed;
	if (look->rc == EVAULT_E_NOT_FOUND) {
		rc = ev_check_is_replaced(c, &pack->hash, err);
		return rc != EVAULT_OK
			   ? rc
			   : ev_find(&c->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
				     "a pack of the vault is missing");
	}
	if (look->rc != EVAULT_OK)
		return ev_check_failure(c, look->rc, &look->why, EV_NO_ITEM, path, err);
	if (look->size != pack->size)
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "a pack has %llu bytes and must have %llu",
			       (unsigned long long)look->size, (unsigned long long)pack->size);
	if (!ev_hash_equal(&look->hash, &pack->hash))
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "a pack is not what was kept: its SHA-256 is not its name");
	return EVAULT_OK;
}

enum evault_status
ev_check_count_packs(struct ev_checking *c, struct evault_error *err)
{
	const struct ev_authority *a = &c->v->authority;
	int readings = c->v->keys == NULL || c->what->depth == EVAULT_CHECK_QUICK ? 1 : 2;
	enum evault_status rc = EVAULT_OK;
	bool fresh;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		if (a->packs[i].dropped)
			rc = ev_set_add(&c->dropped, &a->packs[i].hash, &fresh, err);
		else
			c->progress.bytes_total += a->packs[i].size;
	}
	c->progress.bytes_total *= (uint64_t)readings;
	c->progress.files_total = a->n_packs;
	return rc;
}

enum evault_status
ev_check_packs(struct ev_checking *c, struct evault_error *err)
{
	const struct ev_authority *a = &c->v->authority;
	enum evault_status rc = EVAULT_OK;
	struct ev_check_look look;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		if (!a->packs[i].dropped) {
			ev_check_look(c->v->dir, &a->packs[i], c->what->depth == EVAULT_CHECK_FULL,
				      ev_check_tick, c, &look);
			rc = ev_check_judge(c, &a->packs[i], &look, err);
		}
		c->progress.files_done++;
	}
	c->summary->packs_checked = rc == EVAULT_OK && c->what->depth == EVAULT_CHECK_FULL;
	return rc;
}

/* ---- what is in the folder ------------------------------------------------------- */

static bool
may_change_unseen(const char *path)
{
	return strcmp(path, "index.db") == 0 || strcmp(path, "index.db.new") == 0 ||
	       strcmp(path, "writer") == 0 || strcmp(path, EV_PANIC_FILE) == 0;
}

/* A pack that no entry names: left by an interrupted run when it is whole. */
static enum evault_status
judge_stray(struct ev_checking *c, const char *path, const struct ev_hash *name,
	    struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_hash hash = *name, *grown;
	enum evault_status rc = EVAULT_OK;
	uint64_t size;

	if (c->what->depth == EVAULT_CHECK_FULL)
		rc = ev_pack_hash(c->v->dir, path, EV_PACK_SIZE_MAX, &hash, &size, ev_check_tick, c,
				  &why);
	if (rc != EVAULT_OK)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, path, err);
	if (!ev_hash_equal(&hash, name))
		/* A pack gets its name when it is whole and synced: no interruption leaves this. */
		return ev_find(&c->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM, path,
			       "no entry names it, and its SHA-256 is not its name");
	grown = realloc(c->stray_names, (c->n_strays + 1) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	c->stray_names = grown;
	grown[c->n_strays++] = *name;
	return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
		       "a pack that no entry names, as an interrupted run leaves it; only if you "
		       "remember one, `check --adopt` takes in what it holds");
}

/* Could this file lie in the folder, by its name? */
static bool
could_hold(const char *folder, const char *file)
{
	char path[96];
	struct ev_hash pack;
	unsigned level, width;
	uint64_t n;

	if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int)sizeof(path))
		return false;
	return ev_pack_path_parse(path, &pack) ||
	       (strncmp(path, "log/", 4) == 0 &&
		ev_tile_path_parse(ev_slice_text(path + 4), &level, &n, &width));
}

/* A folder that a vault can have: an interrupted run may leave it empty. */
static bool
folder_is_known(const char *path)
{
	static const char *const fixed[] = { "keys", "packs", "log", "log/tile", "drafts" };
	char pack[80];
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (strcmp(path, fixed[i]) == 0)
			return true;
	}
	snprintf(pack, sizeof(pack), "%.2s%062d.tar.zst.age",
		 strrchr(path, '/') == NULL ? "" : strrchr(path, '/') + 1, 0);
	/* Full tiles and deeper folders have three digits; partial tiles begin at 1. */
	return could_hold(path, pack) || could_hold(path, "000") || could_hold(path, "1");
}

/* A temporary file of ours lies where one of our files will. */
static bool
is_temp(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[96];

	if (!ev_os_is_temp(path) || slash == NULL)
		return ev_os_is_temp(path);
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	return strlen(folder) == (size_t)(slash - path) && folder_is_known(folder);
}

/* What the log would name, were it whole: nothing can be said of these then. */
static bool
log_may_name(const char *path)
{
	return strcmp(path, "vault") == 0 || strcmp(path, "README.txt") == 0 ||
	       strncmp(path, "keys/", 5) == 0;
}

/* Nobody writes it any more when we have the writer's lock. */
static enum evault_status
judge_temp(struct ev_checking *c, const char *path, struct evault_error *err)
{
	enum evault_status rc =
	    ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
		    c->what->adopt ? "a temporary file of an interrupted run; it is removed"
				   : N_("a temporary file of an interrupted run"));

	if (rc == EVAULT_OK && c->what->adopt)
		rc = ev_os_unlink(c->v->dir, path, err);
	return rc;
}

/* It is no evidence yet, and nobody signed it: whatever is wrong with it is no damage. */
static enum evault_status
judge_draft(struct ev_checking *c, const char *path, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc = evault_reads(c->v) ? ev_draft_try(c->v, path, &why) : EVAULT_OK;

	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	/* Finished since it was listed. */
	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK;
	if (rc == EVAULT_E_IO)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, path, err);
	if (rc != EVAULT_OK)
		return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
			       "a statement that was not finished, and its draft cannot be opened "
			       "any more; nothing that was kept is concerned");
	return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
		       "a statement that was not finished: evault testify --resume");
}

static enum evault_status
judge_key_file(struct ev_checking *c, const char *path, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum ev_key_file what;
	enum evault_status rc = ev_key_file_judge(c->v->dir, &c->v->authority, path, &what, &why);

	if (rc != EVAULT_OK)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, path, err);
	switch (what) {
	case EV_KEY_FILE_PENDING: /* told by the name that it will have */
		return EVAULT_OK;
	case EV_KEY_FILE_LEFT:
		return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
			       "left by a change of keys that was interrupted; the next writer "
			       "removes it");
	case EV_KEY_FILE_UNKNOWN:
		break;
	}
	return ev_find(&c->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM, path,
		       "a file that does not belong to the vault");
}

static enum evault_status
judge_file(struct ev_checking *c, const char *path, struct evault_error *err)
{
	struct ev_draft_name draft;
	struct ev_hash pack;

	if (may_change_unseen(path) || ev_authority_file(&c->v->authority, path) != NULL)
		return EVAULT_OK;
	if (ev_pack_path_parse(path, &pack) && ev_set_has(&c->dropped, &pack))
		return ev_find(
		    &c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
		    "a pack that is no part of the vault any more; `evault tidy` removes it");
	if (ev_pack_path_parse(path, &pack))
		return ev_authority_pack(&c->v->authority, &pack) != NULL
			   ? EVAULT_OK
			   : judge_stray(c, path, &pack, err);
	if (is_temp(path))
		return judge_temp(c, path, err);
	if (ev_draft_path_parse(path, &draft))
		return judge_draft(c, path, err);
	if (!c->log_sound && log_may_name(path))
		return EVAULT_OK;
	if (strncmp(path, "keys/", 5) == 0)
		return judge_key_file(c, path, err);
	switch (ev_log_classify(c->v->log, path)) {
	case EV_LOG_NEEDED:
	case EV_LOG_SUPERSEDED:
		return EVAULT_OK;
	case EV_LOG_INTERRUPTED:
		/* The log's own reading tells of checkpoint.new. */
		if (strcmp(path, "log/checkpoint.new") == 0)
			return EVAULT_OK;
		return ev_find(&c->findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, path,
			       "part of a commit that was interrupted");
	case EV_LOG_UNKNOWN:
		break;
	}
	return ev_find(&c->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM, path,
		       "a file that does not belong to the vault");
}

/* The deepest folder of a vault is log/tile/entries/x…: seven levels of thousands below it. */
enum {
	FOLDER_DEPTH_MAX = 12
};

static enum evault_status walk_folder(struct ev_checking *c, int dir, struct ev_buf *path,
				      unsigned depth, struct evault_error *err);

static enum evault_status
walk_entry(struct ev_checking *c, int dir, const char *name, struct ev_buf *path, unsigned depth,
	   struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_os_stat st;
	const char *text = ev_buf_text(path);
	enum evault_status rc;
	int fd;

	if (text == NULL)
		return ev_fail_nomem(err);
	rc = ev_os_stat(dir, name, &st, &why);
	/* Gone since it was listed: a writer replaces and removes as it goes. */
	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK;
	if (rc != EVAULT_OK)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, text, err);
	if (st.kind == EV_OS_FILE)
		return judge_file(c, text, err);
	if (st.kind != EV_OS_DIR || depth >= FOLDER_DEPTH_MAX)
		return ev_find(&c->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM, text,
			       "does not belong to the vault");
	if (!folder_is_known(text))
		rc = ev_find(&c->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM, text,
			     "a folder that does not belong to the vault");
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_os_open_folder(dir, name, &fd, &why);
	if (rc != EVAULT_OK)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, text, err);
	rc = walk_folder(c, fd, path, depth + 1, err);
	ev_os_close_read(fd);
	return rc;
}

static enum evault_status
walk_folder(struct ev_checking *c, int dir, struct ev_buf *path, unsigned depth,
	    struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	struct evault_error why = { 0 };
	size_t i, before = path->len;
	enum evault_status rc = ev_os_list(dir, ".", &list, &why);

	if (rc == EVAULT_E_NOMEM || (rc != EVAULT_OK && ev_buf_text(path) == NULL))
		return ev_fail_nomem(err);
	if (rc != EVAULT_OK)
		return ev_check_failure(c, rc, &why, EV_NO_ITEM, (const char *)path->data, err);
	for (i = 0; i < list.n && rc == EVAULT_OK; i++) {
		if (before > 0)
			ev_buf_puts(path, "/");
		ev_buf_puts(path, list.names[i]);
		rc = walk_entry(c, dir, list.names[i], path, depth, err);
		path->len = before;
	}
	ev_os_list_free(&list);
	return rc;
}

enum evault_status
ev_check_folder(struct ev_checking *c, struct evault_error *err)
{
	struct ev_buf path = EV_BUF_INIT;
	enum evault_status rc = walk_folder(c, c->v->dir, &path, 0, err);

	ev_buf_release(&path);
	return rc;
}
