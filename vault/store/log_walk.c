/*
 * Walking the log: every entry's rules and signatures, and the tiles of all
 * levels against the entries.
 *
 * The root is computed from the entries.  Where an entry and its hash in the
 * tile differ, the one that a good signature vouches for is taken to go on
 * with, so that one altered byte is one finding and not one for every entry
 * after it.
 */
#include <stdlib.h>
#include <string.h>

#include "store/log_private.h"

/* Compares the hashes of a tile, now complete or the last, with the file. */
static enum evault_status
compare_tile(struct ev_log_walk *w, unsigned level, uint64_t n, unsigned width,
	     struct evault_error *err)
{
	struct evault_error why = { 0 };
	char path[LOG_PATH_SIZE];
	enum evault_status rc;

	ev_log_tile_path(level, n, width, path);
	ev_buf_clear(&w->tile);
	rc = ev_log_load_tile(w->log->dir, level, n, w->log->head.size, &w->tile, &why);
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_find(w->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
			       "a tile of the log is missing");
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc == EVAULT_E_IO)
		return ev_find(w->findings, err, EVAULT_FINDING_UNREADABLE, EV_NO_ITEM, path, "%s",
			       why.text);
	if (rc != EVAULT_OK || memcmp(w->tile.data, w->levels[level], w->tile.len) != 0)
		return ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "a tile of the log is not what the entries say");
	return EVAULT_OK;
}

static enum evault_status
check_past(const struct ev_log_walk *w, struct ev_log_past *past)
{
	struct ev_hash root;

	if (past->size != w->log->tree.size)
		return EVAULT_OK;
	ev_merkle_root(&w->log->tree, &root);
	past->reached = true;
	past->agrees = ev_hash_equal(&root, &past->root);
	return EVAULT_OK;
}

/* Adds one leaf to the tree, and to the tiles of all levels. */
static enum evault_status
add_leaf(struct ev_log_walk *w, const struct ev_hash *leaf, struct evault_error *err)
{
	uint64_t count = w->log->tree.size;
	struct ev_hash hash = *leaf;
	enum evault_status rc = EVAULT_OK;
	unsigned level;
	size_t i;

	ev_merkle_append(&w->log->tree, leaf);
	for (level = 0; level < LOG_LEVELS && rc == EVAULT_OK; level++) {
		w->levels[level][count % EV_TILE_WIDTH] = hash;
		if ((count + 1) % EV_TILE_WIDTH != 0)
			break;
		rc = compare_tile(w, level, count / EV_TILE_WIDTH, EV_TILE_WIDTH, err);
		ev_log_tile_root(w->levels[level][0].b, EV_TILE_WIDTH, &hash);
		count /= EV_TILE_WIDTH;
	}
	for (i = 0; i < w->n_pasts; i++)
		check_past(w, &w->pasts[i]);
	check_past(w, &w->other);
	return rc;
}

static enum evault_status
take_entry(struct ev_log_walk *w, const struct ev_batch_entry *e, bool *taken,
	   struct evault_error *err)
{
	uint64_t index = w->authority->size;
	struct evault_error why = { 0 };
	struct ev_hash root;
	enum evault_status rc;

	*taken = false;
	ev_merkle_root(&w->log->tree, &root);
	if (!e->is_entry) {
		(void)ev_entry_parse(e->bytes, &w->parsed, &why);
		w->authority->size++;
		return ev_find(w->findings, err, EVAULT_FINDING_ALTERED, index, "",
			       "is no entry of a log: %s", why.text);
	}
	rc = ev_authority_take(w->authority, &e->entry, &root, w->findings, taken, err);
	if (rc == EVAULT_OK)
		rc = w->entry(w->ctx, index, &e->entry, e->bytes, *taken, err);
	return rc;
}

/* One entry: `stored` is its hash in the tile, or NULL where the tile is not to be had. */
static enum evault_status
walk_entry(struct ev_log_walk *w, const struct ev_batch_entry *e, const struct ev_hash *stored,
	   struct evault_error *err)
{
	uint64_t index = w->authority->size;
	struct ev_hash leaf = e->leaf;
	enum evault_status rc;
	bool taken;

	rc = take_entry(w, e, &taken, err);
	if (rc != EVAULT_OK)
		return rc;
	if (stored != NULL && !ev_hash_equal(&leaf, stored)) {
		rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, index, "",
			     "the entry is not the one whose hash the log has");
		if (!taken)
			leaf = *stored;
	}
	return rc != EVAULT_OK ? rc : add_leaf(w, &leaf, err);
}

/* Entries whose bytes are not there are counted by their hashes in the tile. */
static enum evault_status
skip_entries(struct ev_log_walk *w, unsigned from, unsigned width, bool have_tile,
	     const uint8_t *tile, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_hash leaf;
	unsigned i;

	w->cut = !have_tile;
	if (w->cut) /* tells what is wrong with the tile */
		return compare_tile(w, 0, w->log->tree.size / EV_TILE_WIDTH, width, err);
	for (i = from; i < width && rc == EVAULT_OK; i++) {
		memcpy(leaf.b, tile + (size_t)i * 32, 32);
		w->authority->size++;
		rc = add_leaf(w, &leaf, err);
	}
	return rc;
}

static enum evault_status
load_pair(struct ev_log_walk *w, uint64_t n, uint8_t tile[EV_TILE_SIZE], bool *have_tile,
	  struct evault_error *err)
{
	uint64_t size = w->log->head.size;
	struct evault_error why = { 0 };
	char path[LOG_PATH_SIZE];
	enum evault_status rc;

	ev_buf_clear(&w->bundle);
	ev_buf_clear(&w->tile);
	rc = ev_log_load_tile(w->log->dir, 0, n, size, &w->tile, NULL);
	*have_tile = rc == EVAULT_OK;
	if (*have_tile)
		memcpy(tile, w->tile.data, w->tile.len);
	rc = ev_log_load_bundle(w->log->dir, n, size, &w->bundle, &why);
	if (rc == EVAULT_OK || rc == EVAULT_E_NOMEM)
		return rc;
	ev_log_tile_path(EV_TILE_ENTRIES, n, ev_tile_width(0, n, size), path);
	ev_buf_clear(&w->bundle);
	w->unread = w->unread || rc == EVAULT_E_IO;
	return ev_find(w->findings, err,
		       rc == EVAULT_E_NOT_FOUND ? EVAULT_FINDING_MISSING
		       : rc == EVAULT_E_IO      ? EVAULT_FINDING_UNREADABLE
						: EVAULT_FINDING_ALTERED,
		       EV_NO_ITEM, path, "entries of the log: %s", why.text);
}

/* What the bytes of the bundle's entries say by themselves, from the first that is wanted on. */
static enum evault_status
look_at_bundle(struct ev_log_walk *w, unsigned from, unsigned width, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(w->bundle.data, w->bundle.len);
	enum evault_status rc = EVAULT_OK;
	struct ev_slice entry;
	unsigned i;

	ev_entry_batch_clear(&w->batch);
	for (i = 0; i < width && rc == EVAULT_OK; i++) {
		entry = ev_tile_entry_next(&c);
		if (c.bad)
			break;
		if (i >= from)
			rc = ev_entry_batch_add(&w->batch, entry, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_entry_batch_begin(&w->batch, w->authority, err);
	if (rc == EVAULT_OK)
		ev_entry_batch_end(&w->batch);
	return rc;
}

static enum evault_status
walk_bundle(struct ev_log_walk *w, uint64_t n, struct evault_error *err)
{
	unsigned width = ev_tile_width(0, n, w->log->head.size), i;
	unsigned from = (unsigned)(w->log->tree.size % EV_TILE_WIDTH);
	uint8_t tile[EV_TILE_SIZE];
	struct ev_hash stored;
	char path[LOG_PATH_SIZE];
	struct ev_cursor c;
	bool have_tile;
	enum evault_status rc = load_pair(w, n, tile, &have_tile, err);

	if (rc == EVAULT_OK && w->bundle.len == 0)
		return skip_entries(w, from, width, have_tile, tile, err);
	if (rc == EVAULT_OK)
		rc = look_at_bundle(w, from, width, err);
	ev_log_tile_path(EV_TILE_ENTRIES, n, width, path);
	c = ev_cursor_of(w->bundle.data, w->bundle.len);
	for (i = 0; i < width && rc == EVAULT_OK; i++) {
		ev_tile_entry_next(&c);
		if (c.bad) {
			rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
				     "entries of the log are cut short or garbled from number %llu "
				     "on",
				     (unsigned long long)w->authority->size);
			from = from > i ? from : i;
			return rc != EVAULT_OK ? rc
					       : skip_entries(w, from, width, have_tile, tile, err);
		}
		if (i < from)
			continue;
		if (have_tile)
			memcpy(stored.b, tile + (size_t)i * 32, 32);
		rc = walk_entry(w, &w->batch.list[i - from], have_tile ? &stored : NULL, err);
	}
	if (rc == EVAULT_OK && c.left != 0)
		rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			     "has bytes after the last entry");
	return rc;
}

/* The partial tiles at the right edge, the root, and the signature on it. */
static enum evault_status
finish_walk(struct ev_log_walk *w, struct evault_error *err)
{
	uint64_t size = w->log->head.size, count = size;
	enum evault_status rc = EVAULT_OK;
	struct ev_checkpoint c;
	struct ev_hash root;
	unsigned level;

	for (level = 0; level < LOG_LEVELS && count > 0 && rc == EVAULT_OK; level++) {
		if (count % EV_TILE_WIDTH != 0)
			rc = compare_tile(w, level, count / EV_TILE_WIDTH,
					  (unsigned)(count % EV_TILE_WIDTH), err);
		count /= EV_TILE_WIDTH;
	}
	ev_merkle_root(&w->log->tree, &root);
	if (rc == EVAULT_OK && !ev_hash_equal(&root, &w->log->head.root))
		rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, EV_LOG_HEAD,
			     "the entries do not add up to the signed root");
	if (rc == EVAULT_OK && ev_checkpoint_open(ev_log_head_note(w->log), &w->authority->log_key,
						  false, &c, NULL) != EVAULT_OK)
		rc = ev_find(
		    w->findings, err, w->unread ? EVAULT_FINDING_UNREADABLE : EVAULT_FINDING_FORGED,
		    EV_NO_ITEM, EV_LOG_HEAD, "the log's head is not signed by the log's key");
	if (rc == EVAULT_OK && w->other.size > 0 && !w->other.agrees)
		rc = ev_find(
		    w->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, EV_LOG_NEW,
		    "is signed, and not of one history with checkpoint: the log was forked");
	return rc;
}

enum evault_status
ev_log_walk(struct ev_log_walk *w, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	while (w->log->tree.size < w->log->head.size && rc == EVAULT_OK && !w->cut)
		rc = walk_bundle(w, w->log->tree.size / EV_TILE_WIDTH, err);
	return rc != EVAULT_OK || w->cut ? rc : finish_walk(w, err);
}

void
ev_log_walk_free(struct ev_log_walk *w)
{
	if (w == NULL)
		return;
	ev_entry_batch_release(&w->batch);
	ev_buf_release(&w->bundle);
	ev_buf_release(&w->tile);
	free(w);
}
