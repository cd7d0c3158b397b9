/*
 * Opening the log: which head counts, and whether everything below it holds.
 *
 * The root is computed from the entries.  Where an entry and its hash in the
 * tile differ, the one that a good signature vouches for is taken to go on
 * with, so that one altered byte is one finding and not one for every entry
 * after it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/log_private.h"

#define HEAD_PATH "log/checkpoint"
#define NEW_PATH  "log/checkpoint.new"

/* ---- heads ----------------------------------------------------------------- */

struct candidate {
	bool there;  /* the file exists */
	bool parsed; /* it is a checkpoint of this origin */
	bool signed_by_log;
	struct ev_buf bytes;
	struct ev_checkpoint c;
};

static enum evault_status
load_candidate(int dir, const char *path, const struct ev_vault_note *vault, struct candidate *out,
	       struct evault_error *err)
{
	struct ev_slice bytes;
	struct ev_note note;
	struct ev_os_stat st;
	enum evault_status rc = ev_os_stat(dir, path, &st, err);

	out->there = rc == EVAULT_OK;
	/* A folder or a link is there, and is no checkpoint. */
	if (rc == EVAULT_OK && st.kind != EV_OS_FILE)
		return EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_os_load(dir, path, LOG_NOTE_MAX, &out->bytes, err);
	if (rc == EVAULT_E_NOT_FOUND) {
		out->there = false;
		return EVAULT_OK;
	}
	if (rc != EVAULT_OK && rc != EVAULT_E_LIMIT)
		return rc;
	bytes = ev_slice_of(out->bytes.data, out->bytes.len);
	out->parsed = ev_note_parse(bytes, &note, NULL) == EVAULT_OK &&
		      ev_checkpoint_parse(note.text, &out->c, NULL) == EVAULT_OK &&
		      strcmp(out->c.origin, vault->origin) == 0;
	out->signed_by_log = out->parsed && ev_checkpoint_open(bytes, &vault->log, false, &out->c,
							       NULL) == EVAULT_OK;
	return EVAULT_OK;
}

/* Computes the root of the first `size` entries from the bundles alone. */
static enum evault_status
root_of_bundles(int dir, uint64_t size, struct ev_hash *root, struct evault_error *err)
{
	struct ev_buf bundle = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	struct ev_merkle tree;
	struct ev_slice entry;
	struct ev_cursor c;
	struct ev_hash leaf;

	ev_merkle_init(&tree);
	while (rc == EVAULT_OK && tree.size < size) {
		ev_buf_clear(&bundle);
		rc = ev_log_load_bundle(dir, tree.size / EV_TILE_WIDTH, size, &bundle, err);
		if (rc != EVAULT_OK)
			break;
		c = ev_cursor_of(bundle.data, bundle.len);
		do {
			entry = ev_tile_entry_next(&c);
			if (c.bad)
				rc = ev_fail(err, EVAULT_E_DAMAGED, "the log is cut short");
			ev_merkle_leaf(entry.data, entry.len, &leaf);
			ev_merkle_append(&tree, &leaf);
		} while (!c.bad && tree.size < size && tree.size % EV_TILE_WIDTH != 0);
	}
	ev_merkle_root(&tree, root);
	ev_buf_release(&bundle);
	return rc;
}

/*
 * Is the head in checkpoint.new one to go on with?  A signed one whose
 * entries are not there is no leftover of an interruption, since they are
 * synced before it: it is reported as missing entries.
 */
static enum evault_status
judge_new(int dir, const struct candidate *old, const struct candidate *new,
	  const struct ev_findings *findings, bool *good, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_hash root;
	enum evault_status rc;

	*good = false;
	if (!new->signed_by_log)
		return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, NEW_PATH,
			       "left unfinished by an interrupted run");
	if (old->signed_by_log && new->c.size <= old->c.size) {
		if (new->c.size == old->c.size && !ev_hash_equal(&new->c.root, &old->c.root))
			return ev_find(findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, NEW_PATH,
				       "two signed heads of one size differ: the log was forked");
		return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, NEW_PATH,
			       "left by an interrupted run");
	}
	rc = root_of_bundles(dir, new->c.size, &root, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc == EVAULT_E_IO)
		return ev_find(findings, err, EVAULT_FINDING_UNREADABLE, EV_NO_ITEM, NEW_PATH, "%s",
			       why.text);
	if (rc != EVAULT_OK || !ev_hash_equal(&root, &new->c.root))
		return ev_find(findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, NEW_PATH,
			       "is signed for %llu entries, and these are not there",
			       (unsigned long long)new->c.size);
	*good = true;
	return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, NEW_PATH,
		       "a commit was interrupted after it was signed; it counts, and the next "
		       "writer completes it");
}

static enum evault_status
report_bad_head(const struct candidate *old, const struct ev_findings *findings,
		struct evault_error *err)
{
	if (!old->there)
		return ev_find(findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, HEAD_PATH,
			       "the log's head is missing");
	return ev_find(findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, HEAD_PATH, "%s",
		       old->parsed ? "is not signed by the log's key"
				   : "is no checkpoint of this vault");
}

/* Picks the head; *other is set to the other candidate when that is signed: it must be a past. */
static enum evault_status
pick_head(struct ev_log *log, const struct ev_vault_note *vault, const struct ev_findings *findings,
	  struct ev_log_past *other, struct evault_error *err)
{
	struct candidate old = { .bytes = EV_BUF_INIT }, new = { .bytes = EV_BUF_INIT };
	const struct candidate *head = &old;
	bool good = false;
	enum evault_status rc = load_candidate(log->dir, HEAD_PATH, vault, &old, err);

	if (rc == EVAULT_OK)
		rc = load_candidate(log->dir, NEW_PATH, vault, &new, err);
	if (rc == EVAULT_OK && new.there)
		rc = judge_new(log->dir, &old, &new, findings, &good, err);
	if (rc != EVAULT_OK)
		goto out;
	log->has_new = new.there;
	log->new_is_head = good;
	if (good) {
		head = &new;
		other->size = old.signed_by_log ? old.c.size : 0;
		other->root = old.c.root;
	} else if (!old.signed_by_log) {
		rc = report_bad_head(&old, findings, err);
	} else if (new.signed_by_log &&new.c.size < old.c.size) {
		other->size = new.c.size;
		other->root = new.c.root;
	}
	/* A size that nobody signed is no size to walk to. */
	if (rc == EVAULT_OK && (!head->signed_by_log || head->c.size == 0))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "the log has no signed head");
	if (rc == EVAULT_OK) {
		log->head = head->c;
		ev_buf_add(&log->note, head->bytes.data, head->bytes.len);
		rc = ev_buf_ask(&log->note, err);
	}
out:
	ev_buf_release(&old.bytes);
	ev_buf_release(&new.bytes);
	return rc;
}

/* ---- the walk ---------------------------------------------------------------- */

struct walk {
	struct ev_log *log;
	struct ev_authority *authority;
	const struct ev_findings *findings;
	struct ev_log_past *pasts;
	size_t n_pasts;
	struct ev_log_past
	    other; /* of `checkpoint` and checkpoint.new the one that is not the head */
	ev_log_entry_fn *entry;
	void *ctx;
	struct ev_hash levels[LOG_LEVELS][EV_TILE_WIDTH]; /* the tile of each level being filled */
	struct ev_buf bundle, tile;
	struct ev_entry parsed;
	bool cut; /* neither entries nor their hashes are there: nothing after them can be judged */
};

/* Compares the hashes of a tile, now complete or the last, with the file. */
static enum evault_status
compare_tile(struct walk *w, unsigned level, uint64_t n, unsigned width, struct evault_error *err)
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
check_past(const struct walk *w, struct ev_log_past *past)
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
add_leaf(struct walk *w, const struct ev_hash *leaf, struct evault_error *err)
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
take_entry(struct walk *w, struct ev_slice bytes, bool *taken, struct evault_error *err)
{
	uint64_t index = w->authority->size;
	struct evault_error why = { 0 };
	struct ev_hash root;
	enum evault_status rc;

	*taken = false;
	ev_merkle_root(&w->log->tree, &root);
	if (ev_entry_parse(bytes, &w->parsed, &why) != EVAULT_OK) {
		w->authority->size++;
		return ev_find(w->findings, err, EVAULT_FINDING_ALTERED, index, "",
			       "is no entry of a log: %s", why.text);
	}
	rc = ev_authority_take(w->authority, &w->parsed, &root, w->findings, taken, err);
	if (rc == EVAULT_OK)
		rc = w->entry(w->ctx, index, &w->parsed, bytes, *taken, err);
	return rc;
}

/* One entry: `stored` is its hash in the tile, or NULL where the tile is not to be had. */
static enum evault_status
walk_entry(struct walk *w, struct ev_slice bytes, const struct ev_hash *stored,
	   struct evault_error *err)
{
	uint64_t index = w->authority->size;
	enum evault_status rc;
	struct ev_hash leaf;
	bool taken;

	ev_merkle_leaf(bytes.data, bytes.len, &leaf);
	rc = take_entry(w, bytes, &taken, err);
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
skip_entries(struct walk *w, unsigned from, unsigned width, bool have_tile, const uint8_t *tile,
	     struct evault_error *err)
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
load_pair(struct walk *w, uint64_t n, uint8_t tile[EV_TILE_SIZE], bool *have_tile,
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
	return ev_find(w->findings, err,
		       rc == EVAULT_E_NOT_FOUND ? EVAULT_FINDING_MISSING
		       : rc == EVAULT_E_IO      ? EVAULT_FINDING_UNREADABLE
						: EVAULT_FINDING_ALTERED,
		       EV_NO_ITEM, path, "entries of the log: %s", why.text);
}

static enum evault_status
walk_bundle(struct walk *w, uint64_t n, struct evault_error *err)
{
	unsigned width = ev_tile_width(0, n, w->log->head.size), i;
	uint8_t tile[EV_TILE_SIZE];
	struct ev_hash stored;
	char path[LOG_PATH_SIZE];
	struct ev_slice entry;
	struct ev_cursor c;
	bool have_tile;
	enum evault_status rc = load_pair(w, n, tile, &have_tile, err);

	if (rc == EVAULT_OK && w->bundle.len == 0)
		return skip_entries(w, 0, width, have_tile, tile, err);
	ev_log_tile_path(EV_TILE_ENTRIES, n, width, path);
	c = ev_cursor_of(w->bundle.data, w->bundle.len);
	for (i = 0; i < width && rc == EVAULT_OK; i++) {
		entry = ev_tile_entry_next(&c);
		if (c.bad) {
			rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
				     "entries of the log are cut short or garbled from number %llu "
				     "on",
				     (unsigned long long)w->authority->size);
			return rc != EVAULT_OK ? rc
					       : skip_entries(w, i, width, have_tile, tile, err);
		}
		if (have_tile)
			memcpy(stored.b, tile + (size_t)i * 32, 32);
		rc = walk_entry(w, entry, have_tile ? &stored : NULL, err);
	}
	if (rc == EVAULT_OK && c.left != 0)
		rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			     "has bytes after the last entry");
	return rc;
}

/* The partial tiles at the right edge, the root, and the signature on it. */
static enum evault_status
finish_walk(struct walk *w, struct evault_error *err)
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
		rc = ev_find(w->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, HEAD_PATH,
			     "the entries do not add up to the signed root");
	if (rc == EVAULT_OK && ev_checkpoint_open(ev_log_head_note(w->log), &w->authority->log_key,
						  false, &c, NULL) != EVAULT_OK)
		rc = ev_find(w->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, HEAD_PATH,
			     "the log's head is not signed by the log's key");
	if (rc == EVAULT_OK && w->other.size > 0 && !w->other.agrees)
		rc = ev_find(
		    w->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, NEW_PATH,
		    "is signed, and not of one history with checkpoint: the log was forked");
	return rc;
}

static enum evault_status
walk_log(struct walk *w, struct evault_error *err)
{
	uint64_t n, bundles = (w->log->head.size + EV_TILE_WIDTH - 1) / EV_TILE_WIDTH;
	enum evault_status rc = EVAULT_OK;

	for (n = 0; n < bundles && rc == EVAULT_OK && !w->cut; n++)
		rc = walk_bundle(w, n, err);
	return rc != EVAULT_OK || w->cut ? rc : finish_walk(w, err);
}

enum evault_status
ev_log_open(int dir, const struct ev_vault_note *vault, struct ev_authority *authority,
	    const struct ev_findings *findings, struct ev_log_past *pasts, size_t n_pasts,
	    ev_log_entry_fn *entry, void *ctx, struct ev_log **log, struct evault_error *err)
{
	struct walk *w = calloc(1, sizeof(*w));
	struct ev_log *l = NULL;
	enum evault_status rc;

	if (w == NULL)
		return ev_fail_nomem(err);
	rc = ev_log_new(dir, vault->origin, &l, err);
	if (rc != EVAULT_OK)
		goto out;
	w->log = l;
	w->authority = authority;
	w->findings = findings;
	w->pasts = pasts;
	w->n_pasts = n_pasts;
	w->entry = entry;
	w->ctx = ctx;
	rc = pick_head(l, vault, findings, &w->other, err);
	if (rc == EVAULT_OK)
		rc = walk_log(w, err);
	if (rc == EVAULT_OK) {
		*log = l;
		l = NULL;
	}
out:
	ev_buf_release(&w->bundle);
	ev_buf_release(&w->tile);
	free(w);
	ev_log_free(l);
	return rc;
}

enum evault_status
ev_log_new(int dir, const char *origin, struct ev_log **log, struct evault_error *err)
{
	struct ev_log *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return ev_fail_nomem(err);
	l->dir = dir;
	snprintf(l->origin, sizeof(l->origin), "%s", origin);
	ev_merkle_init(&l->tree);
	*log = l;
	return EVAULT_OK;
}

void
ev_log_free(struct ev_log *log)
{
	if (log == NULL)
		return;
	ev_buf_release(&log->note);
	ev_buf_release(&log->staged);
	free(log->leaves);
	free(log);
}

const struct ev_checkpoint *
ev_log_head(const struct ev_log *log)
{
	return &log->head;
}

struct ev_slice
ev_log_head_note(const struct ev_log *log)
{
	return ev_slice_of(log->note.data, log->note.len);
}
