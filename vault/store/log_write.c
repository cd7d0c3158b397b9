/*
 * Committing to the log, and completing a commit that was cut short.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/plant.h"
#include "store/log_private.h"

uint64_t
ev_log_next(const struct ev_log *log, struct ev_hash *root)
{
	ev_merkle_root(&log->tree, root);
	return log->tree.size;
}

enum evault_status
ev_log_stage(struct ev_log *log, struct ev_slice entry, struct evault_error *err)
{
	size_t cap = log->cap_leaves == 0 ? EV_TILE_WIDTH : log->cap_leaves * 2;
	struct ev_hash *grown;
	struct ev_hash leaf;
	enum evault_status rc;

	if (log->n_leaves == log->cap_leaves) {
		grown = realloc(log->leaves, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		log->leaves = grown;
		log->cap_leaves = cap;
	}
	rc = ev_tile_entry_add(&log->staged, entry, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_merkle_leaf(entry.data, entry.len, &leaf);
	log->leaves[log->n_leaves++] = leaf;
	ev_merkle_append(&log->tree, &leaf);
	return ev_buf_ask(&log->staged, err);
}

void
ev_log_unstage(struct ev_log *log)
{
	struct ev_merkle tree;

	if (log->n_leaves == 0)
		return;
	ev_buf_clear(&log->staged);
	log->n_leaves = 0;
	/* On failure the tree stays ahead of the head, and the next commit refuses (invariant 1).
	 */
	if (ev_merkle_load(ev_log_fetch(log), log->head.size, &tree, NULL) == EVAULT_OK)
		log->tree = tree;
}

/* Makes "log/tile/0/x001/234.p" and the folders above it. */
static enum evault_status
make_parents(const struct ev_log *log, const char *path, struct evault_error *err)
{
	char parent[LOG_PATH_SIZE], above[LOG_PATH_SIZE];
	enum evault_status rc = EVAULT_OK;
	size_t i, last = 0;
	bool made;

	for (i = 0; path[i] != '\0' && rc == EVAULT_OK; i++) {
		if (path[i] != '/')
			continue;
		memcpy(parent, path, i);
		parent[i] = '\0';
		rc = ev_os_mkdir(log->dir, parent, &made, err);
		if (rc == EVAULT_OK && (made || !log->parents_synced)) {
			memcpy(above, path, last);
			above[last] = '\0';
			rc = ev_os_sync_dir(log->dir, last == 0 ? "." : above, err);
		}
		last = i;
	}
	return rc;
}

/* Does the file have the head that was loaded or written last? */
static enum evault_status
compare_file(const struct ev_log *log, const char *path, bool may_be_gone, struct evault_error *err)
{
	struct ev_slice ours = ev_log_head_note(log);
	struct ev_buf bytes = EV_BUF_INIT;
	struct evault_error why = { 0 };
	enum evault_status rc = ev_os_load(log->dir, path, LOG_NOTE_MAX, &bytes, &why);

	if (rc == EVAULT_E_NOT_FOUND && may_be_gone)
		rc = EVAULT_OK;
	else if (rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_LIMIT ||
		 (rc == EVAULT_OK && !ev_slice_equal(ev_slice_of(bytes.data, bytes.len), ours)))
		rc = ev_fail(err, EVAULT_E_BUSY,
			     "the log was changed by another program or machine while evault was "
			     "running; nothing was signed");
	else if (rc != EVAULT_OK && err != NULL)
		*err = why;
	ev_buf_release(&bytes);
	return rc;
}

/*
 * Invariant 5.  Another machine does not see the lock, nor does a program that
 * keeps two folders alike.
 */
static enum evault_status
compare_heads(const struct ev_log *log, struct evault_error *err)
{
	enum evault_status rc;

	if (log->note.len == 0) /* a new log goes on from nothing */
		return EVAULT_OK;
	rc = compare_file(log, EV_LOG_HEAD, false, err);
	return rc == EVAULT_OK ? compare_file(log, EV_LOG_NEW, true, err) : rc;
}

static enum evault_status
store_tile(struct ev_log *log, unsigned level, uint64_t n, unsigned width, const void *data,
	   size_t len, struct evault_error *err)
{
	char path[LOG_PATH_SIZE];
	enum evault_status rc;

	ev_log_tile_path(level, n, width, path);
	rc = compare_heads(log, err);
	if (rc == EVAULT_OK)
		rc = make_parents(log, path, err);
	if (rc != EVAULT_OK)
		return rc;
	/* An interrupted run may have left one: it belongs to no signed tree. */
	return ev_os_store(log->dir, path, data, len, true, err);
}

/* Bytes of the first `count` entries of a bundle. */
static size_t
bundle_prefix(const uint8_t *data, size_t len, uint64_t count)
{
	struct ev_cursor c = ev_cursor_of(data, len);

	while (count-- > 0)
		ev_tile_entry_next(&c);
	return len - c.left;
}

/* The entries that a bundle begins with must be those whose hashes the tree has (invariant 1). */
static enum evault_status
compare_bundle(struct ev_log *log, const struct ev_buf *bundle, uint64_t first, unsigned n,
	       struct evault_error *err)
{
	struct ev_merkle_fetch tiles = ev_log_fetch(log);
	struct ev_cursor c = ev_cursor_of(bundle->data, bundle->len);
	struct ev_hash leaf, stored;
	struct ev_slice entry;
	enum evault_status rc;
	unsigned i;

	for (i = 0; i < n; i++) {
		entry = ev_tile_entry_next(&c);
		ev_merkle_leaf(entry.data, entry.len, &leaf);
		rc = tiles.fetch(tiles.ctx, 0, first + i, &stored, err);
		if (rc != EVAULT_OK)
			return rc;
		if (c.bad || !ev_hash_equal(&leaf, &stored))
			break;
	}
	if (i < n || c.left != 0)
		return ev_fail(
		    err, EVAULT_E_DAMAGED,
		    "the log's entries changed while evault was running; nothing was signed");
	return EVAULT_OK;
}

static enum evault_status
write_bundles(struct ev_log *log, struct evault_error *err)
{
	uint64_t at = log->head.size, end = log->tree.size;
	const uint8_t *staged = log->staged.data;
	size_t left = log->staged.len, take;
	struct ev_buf bundle = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	unsigned width, had;

	while (at < end && rc == EVAULT_OK) {
		had = (unsigned)(at % EV_TILE_WIDTH);
		width = ev_tile_width(0, at / EV_TILE_WIDTH, end);
		ev_buf_clear(&bundle);
		if (had > 0)
			rc = ev_log_load_bundle(log->dir, at / EV_TILE_WIDTH, log->head.size,
						&bundle, err);
		if (rc == EVAULT_OK && had > 0)
			rc = compare_bundle(log, &bundle, at - had, had, err);
		take = bundle_prefix(staged, left, width - had);
		ev_buf_add(&bundle, staged, take);
		if (rc == EVAULT_OK)
			rc = ev_buf_ask(&bundle, err);
		if (rc == EVAULT_OK)
			rc = store_tile(log, EV_TILE_ENTRIES, at / EV_TILE_WIDTH, width,
					bundle.data, bundle.len, err);
		staged += take;
		left -= take;
		at += width - had;
	}
	ev_buf_release(&bundle);
	return rc;
}

/*
 * Writes the tiles of one level: `hashes` are its new ones, after `before`
 * that were there.  The roots of tiles that became full replace them, and
 * *n is their number: the next level's new hashes.
 */
static enum evault_status
write_level(struct ev_log *log, unsigned level, uint64_t before, struct ev_hash *hashes, size_t *n,
	    struct evault_error *err)
{
	uint64_t at = before, end = before + *n;
	struct ev_buf tile = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	size_t used = 0, full = 0;
	unsigned had, width;

	while (at < end && rc == EVAULT_OK) {
		had = (unsigned)(at % EV_TILE_WIDTH);
		width = end - at + had < EV_TILE_WIDTH ? (unsigned)(end - at) + had : EV_TILE_WIDTH;
		ev_buf_clear(&tile);
		if (had > 0)
			rc = ev_log_load_tile(log->dir, level, at / EV_TILE_WIDTH, log->head.size,
					      &tile, err);
		ev_buf_add(&tile, hashes + used, (size_t)(width - had) * 32);
		if (rc == EVAULT_OK)
			rc = ev_buf_ask(&tile, err);
		if (rc == EVAULT_OK)
			rc = store_tile(log, level, at / EV_TILE_WIDTH, width, tile.data, tile.len,
					err);
		used += width - had;
		at += width - had;
		if (rc == EVAULT_OK && width == EV_TILE_WIDTH)
			ev_log_tile_root(tile.data, EV_TILE_WIDTH, &hashes[full++]);
	}
	*n = full;
	ev_buf_release(&tile);
	return rc;
}

static enum evault_status
write_tiles(struct ev_log *log, struct evault_error *err)
{
	struct ev_hash *hashes = malloc((log->n_leaves + 1) * sizeof(*hashes));
	uint64_t before = log->head.size;
	size_t n = log->n_leaves;
	enum evault_status rc = EVAULT_OK;
	unsigned level;

	if (hashes == NULL)
		return ev_fail_nomem(err);
	memcpy(hashes, log->leaves, n * sizeof(*hashes));
	for (level = 0; level < LOG_LEVELS && n > 0 && rc == EVAULT_OK; level++) {
		rc = write_level(log, level, before, hashes, &n, err);
		before /= EV_TILE_WIDTH;
	}
	free(hashes);
	return rc;
}

/* Invariant 1: what is on disk is the tree that was verified when the log was opened. */
static enum evault_status
recompute_old_root(struct ev_log *log, struct evault_error *err)
{
	struct ev_hash root;
	enum evault_status rc;

	ev_log_forget_tiles(log);
	if (log->head.size == 0 || EV_PLANT_OLD_ROOT)
		return EVAULT_OK;
	rc = ev_merkle_root_at(ev_log_fetch(log), log->head.size, &root, err);
	if (rc == EVAULT_OK && !ev_hash_equal(&root, &log->head.root))
		rc =
		    ev_fail(err, EVAULT_E_DAMAGED,
			    "the log's tiles changed while evault was running; nothing was signed");
	return rc;
}

/* Partial tiles that the old head needed, and the new one does not; they may stay. */
static void
remove_superseded(const struct ev_log *log, uint64_t old, uint64_t size)
{
	char path[LOG_PATH_SIZE];
	uint64_t was = old, is = size;
	unsigned level, width;
	int bundles;

	for (level = 0; level < LOG_LEVELS && was > 0; level++) {
		width = (unsigned)(was % EV_TILE_WIDTH);
		for (bundles = 0; width != 0 && was != is && bundles <= (level == 0); bundles++) {
			ev_log_tile_path(bundles != 0 ? EV_TILE_ENTRIES : level,
					 was / EV_TILE_WIDTH, width, path);
			(void)ev_os_unlink(log->dir, path, NULL);
			*strrchr(path, '/') = '\0';
			if (is / EV_TILE_WIDTH != was / EV_TILE_WIDTH)
				(void)ev_os_rmdir(log->dir, path, NULL);
		}
		was /= EV_TILE_WIDTH;
		is /= EV_TILE_WIDTH;
	}
}

/*
 * Not by renaming checkpoint.new: where a rename is two writes, power that
 * is lost between them takes both names of a head that was seen (invariant 3).
 */
static enum evault_status
publish_head(struct ev_log *log, const struct ev_buf *note, struct evault_error *err)
{
	enum evault_status rc =
	    ev_os_store(log->dir, EV_LOG_HEAD, note->data, note->len, true, err);

	if (rc == EVAULT_OK)
		(void)ev_os_unlink(log->dir, EV_LOG_NEW, NULL);
	return rc;
}

enum evault_status
ev_log_commit(struct ev_log *log, const struct ev_verifier *key, const struct ev_signing_seed *seed,
	      struct evault_error *err)
{
	struct ev_checkpoint next = log->head;
	struct ev_buf note = EV_BUF_INIT;
	uint64_t old = log->head.size;
	enum evault_status rc;

	if (log->n_leaves == 0)
		return EVAULT_OK;
	/* Another head of the same size would be a fork (invariant 3). */
	if (log->in_doubt)
		return ev_fail(err, EVAULT_E_IO,
			       "an earlier commit failed; the vault must be opened again");
	memcpy(next.origin, log->origin, sizeof(next.origin));
	next.size = log->tree.size;
	ev_merkle_root(&log->tree, &next.root);
	rc = compare_heads(log, err);
	if (rc == EVAULT_OK)
		rc = recompute_old_root(log, err);
	if (rc == EVAULT_OK)
		rc = write_bundles(log, err);
	if (rc == EVAULT_OK)
		rc = write_tiles(log, err);
	if (rc == EVAULT_OK)
		rc = compare_heads(log, err);
	if (rc == EVAULT_OK)
		rc = ev_checkpoint_sign(&next, key, seed, &note, err);
	log->in_doubt = rc == EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_os_store(log->dir, EV_LOG_NEW, note.data, note.len, true, err);
	if (rc == EVAULT_OK)
		rc = publish_head(log, &note, err);
	if (rc != EVAULT_OK)
		goto out;
	log->in_doubt = false;
	ev_buf_clear(&log->staged);
	log->n_leaves = 0;
	log->parents_synced = true;
	log->head = next;
	ev_buf_release(&log->note);
	log->note = note;
	note = (struct ev_buf)EV_BUF_INIT;
	ev_log_forget_tiles(log);
	remove_superseded(log, old, next.size);
out:
	ev_buf_release(&note);
	return rc;
}

bool
ev_log_is_in_doubt(const struct ev_log *log)
{
	return log->in_doubt;
}

enum evault_status
ev_log_recover(struct ev_log *log, struct evault_error *err)
{
	/* The run that wrote the head, under either name, may have died before its sync. */
	enum evault_status rc = ev_os_sync_dir(log->dir, "log", err);

	if (rc != EVAULT_OK || !log->has_new)
		return rc;
	if (log->new_is_head)
		rc = publish_head(log, &log->note, err);
	else
		rc = ev_os_unlink(log->dir, EV_LOG_NEW, err);
	if (rc == EVAULT_OK)
		log->has_new = false;
	return rc;
}
