/*
 * Single entries of a log that is open, each proved to be in the head's tree.
 */
#include <stdlib.h>
#include <string.h>

#include "store/log_private.h"

/* ---- bundles --------------------------------------------------------------- */

/* The bundle as the head has it; a longer one that took its place begins with it. */
static enum evault_status
load_bundle(struct ev_log *log, uint64_t n, struct evault_error *err)
{
	uint64_t now;
	enum evault_status rc;

	ev_buf_clear(&log->bundle);
	rc = ev_log_load_bundle(log->dir, n, log->head.size, &log->bundle, err);
	if (rc != EVAULT_E_NOT_FOUND)
		return rc;
	now = ev_log_size_now(log);
	if (now <= log->head.size ||
	    ev_log_load_bundle(log->dir, n, now, &log->bundle, NULL) != EVAULT_OK)
		return rc;
	return EVAULT_OK;
}

/* Of the bundle at hand the hashes come from its leaves, all others from tiles. */
static enum evault_status
fetch_over_bundle(void *ctx, unsigned level, uint64_t index, struct ev_hash *out,
		  struct evault_error *err)
{
	struct ev_log *log = ctx;
	struct ev_merkle_fetch tiles = ev_log_fetch(log);
	uint64_t first = index << level;

	if (level >= 8 || first / EV_TILE_WIDTH != log->bundle_n)
		return tiles.fetch(tiles.ctx, level, index, out, err);
	ev_log_tile_root(log->bundle_leaves[first % EV_TILE_WIDTH].b, 1u << level, out);
	return EVAULT_OK;
}

/*
 * Is this leaf the tree's?  Where the whole bundle is asked about, its hashes
 * make up the lower part of the path.
 */
static enum evault_status
prove(struct ev_log *log, bool over_bundle, uint64_t index, const struct ev_hash *leaf, bool *is,
      struct ev_hash *before, struct evault_error *err)
{
	struct ev_merkle_fetch f = ev_log_fetch(log);
	struct ev_hash proof[EV_PROOF_MAX];
	enum evault_status rc;
	size_t n = 0;

	if (over_bundle)
		f.fetch = fetch_over_bundle;
	rc = ev_merkle_prove(f, index, log->head.size, proof, &n, err);
	*is = rc == EVAULT_OK &&
	      ev_merkle_verify(index, log->head.size, leaf, proof, n, &log->head.root);
	if (*is && before != NULL)
		ev_merkle_before(index, log->head.size, proof, n, before);
	return rc;
}

/* Are all entries of the bundle in the tree?  If not, each is looked at by itself. */
static enum evault_status
prove_bundle(struct ev_log *log, uint64_t n, struct evault_error *err)
{
	unsigned i, width = ev_tile_width(0, n, log->head.size);
	struct ev_cursor c = ev_cursor_of(log->bundle.data, log->bundle.len);
	struct ev_slice entry;
	enum evault_status rc;

	log->bundle_holds = false;
	if (log->bundle_leaves == NULL)
		log->bundle_leaves = calloc(EV_TILE_WIDTH, sizeof(*log->bundle_leaves));
	if (log->bundle_leaves == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < width; i++) {
		entry = ev_tile_entry_next(&c);
		ev_merkle_leaf(entry.data, entry.len, &log->bundle_leaves[i]);
	}
	if (c.bad)
		return EVAULT_OK;
	rc = prove(log, true, n * EV_TILE_WIDTH, &log->bundle_leaves[0], &log->bundle_holds, NULL,
		   NULL);
	return rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
}

static enum evault_status
cached_bundle(struct ev_log *log, uint64_t n, struct evault_error *err)
{
	enum evault_status rc;

	if (log->bundle_size == log->head.size && log->bundle_n == n)
		return EVAULT_OK;
	log->bundle_size = 0;
	rc = load_bundle(log, n, err);
	log->bundle_n = n;
	if (rc == EVAULT_OK)
		rc = prove_bundle(log, n, err);
	if (rc == EVAULT_OK)
		log->bundle_size = log->head.size;
	return rc;
}

/* ---- entries --------------------------------------------------------------- */

enum evault_status
ev_log_entry(struct ev_log *log, uint64_t index, struct ev_buf *out, struct ev_hash *before,
	     struct evault_error *err)
{
	struct ev_slice entry = { NULL, 0 };
	struct ev_cursor c;
	struct ev_hash leaf;
	bool is = true;
	enum evault_status rc;
	uint64_t i;

	if (index >= log->head.size)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "the log has no entry %llu, it has %llu",
			       (unsigned long long)index, (unsigned long long)log->head.size);
	rc = cached_bundle(log, index / EV_TILE_WIDTH, err);
	if (rc != EVAULT_OK)
		return rc;
	c = ev_cursor_of(log->bundle.data, log->bundle.len);
	for (i = 0; i <= index % EV_TILE_WIDTH; i++)
		entry = ev_tile_entry_next(&c);
	if (c.bad)
		return ev_fail(err, EVAULT_E_DAMAGED, "entry %llu of the log is cut short",
			       (unsigned long long)index);
	if (!log->bundle_holds || before != NULL) {
		ev_merkle_leaf(entry.data, entry.len, &leaf);
		rc = prove(log, log->bundle_holds, index, &leaf, &is, before, err);
	}
	if (rc == EVAULT_OK && !is)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     "entry %llu of the log is not what the log's head vouches for",
			     (unsigned long long)index);
	if (rc == EVAULT_OK)
		ev_buf_add(out, entry.data, entry.len);
	return rc != EVAULT_OK ? rc : ev_buf_ask(out, err);
}

enum evault_status
ev_log_bundle(struct ev_log *log, uint64_t n, struct ev_buf *out, struct evault_error *err)
{
	return ev_log_load_bundle(log->dir, n, log->head.size, out, err);
}

enum evault_status
ev_log_goes_on(struct ev_log *log, uint64_t size, const struct ev_hash *root, bool *does,
	       struct evault_error *err)
{
	struct ev_hash proof[EV_CONSISTENCY_MAX];
	enum evault_status rc = EVAULT_OK;
	size_t n = 0;

	if (size > 0 && size < log->head.size)
		rc = ev_merkle_prove_consistency(ev_log_fetch(log), size, log->head.size, proof, &n,
						 err);
	*does = rc == EVAULT_OK &&
		ev_merkle_verify_consistency(size, log->head.size, root, &log->head.root, proof, n);
	return rc;
}
