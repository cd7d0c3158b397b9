/*
 * Reading back what a run has committed to the log: each entry's hash is in
 * its tile, each full tile's root in the tile above it, and the last tiles of
 * all levels make the root of the head.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/log_private.h"

struct reading {
	struct ev_log *log;
	const struct ev_findings *findings;
	enum ev_os_source *source;
	enum evault_status (*tick)(void *ctx, uint64_t bytes, struct evault_error *err);
	void *ctx;
	bool differs; /* something was found: what is above it need not agree */
	struct ev_buf file;
	uint8_t tile[EV_TILE_SIZE], above[EV_TILE_SIZE];
	bool has_above, above_good;             /* `above` was read; and it can be compared with */
	uint8_t edge[LOG_LEVELS][EV_TILE_SIZE]; /* the last tile of each level */
};

static enum evault_status
differs(struct reading *r, const char *path, enum evault_finding_kind kind, const char *why,
	struct evault_error *err)
{
	r->differs = true;
	return ev_find(r->findings, err, kind, EV_NO_ITEM, path, "%s", why);
}

/* A file of the log into r->file; what is wrong with it is a finding, and *good false. */
static enum evault_status
load(struct reading *r, const char *path, size_t max, bool *good, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc;

	*good = false;
	ev_buf_clear(&r->file);
	rc = ev_os_device_load(r->log->dir, path, max, &r->file, r->source, &why);
	switch (rc) {
	case EVAULT_OK:
		*good = true;
		return r->tick(r->ctx, r->file.len, err);
	case EVAULT_E_NOT_FOUND:
		return differs(r, path, EVAULT_FINDING_MISSING, _("was written, and is not there"),
			       err);
	case EVAULT_E_LIMIT:
		return differs(r, path, EVAULT_FINDING_ALTERED,
			       _("read back from the disk, it is not what was written"), err);
	case EVAULT_E_NOMEM:
		return ev_fail_nomem(err);
	default:
		return differs(r, path, EVAULT_FINDING_UNREADABLE, why.text, err);
	}
}

static enum evault_status
load_tile(struct reading *r, unsigned level, uint64_t n, uint8_t out[EV_TILE_SIZE], bool *good,
	  struct evault_error *err)
{
	unsigned width = ev_tile_width(level, n, r->log->head.size);
	char path[LOG_PATH_SIZE];
	enum evault_status rc;

	ev_log_tile_path(level, n, width, path);
	rc = load(r, path, EV_TILE_SIZE, good, err);
	if (rc != EVAULT_OK || !*good)
		return rc;
	*good = r->file.len == (size_t)width * 32;
	if (!*good)
		return differs(r, path, EVAULT_FINDING_ALTERED,
			       _("read back from the disk, it is not what was written"), err);
	memcpy(out, r->file.data, r->file.len);
	return EVAULT_OK;
}

/* The entries of bundle `n` are those whose hashes are in r->tile. */
static enum evault_status
read_bundle(struct reading *r, uint64_t n, struct evault_error *err)
{
	unsigned width = ev_tile_width(0, n, r->log->head.size), i;
	char path[LOG_PATH_SIZE];
	struct ev_slice entry;
	struct ev_hash leaf;
	struct ev_cursor c;
	enum evault_status rc;
	bool good;

	ev_log_tile_path(EV_TILE_ENTRIES, n, width, path);
	rc = load(r, path, LOG_BUNDLE_MAX, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	c = ev_cursor_of(r->file.data, r->file.len);
	for (i = 0; i < width && good; i++) {
		entry = ev_tile_entry_next(&c);
		ev_merkle_leaf(entry.data, entry.len, &leaf);
		good = !c.bad && memcmp(leaf.b, r->tile + (size_t)i * 32, 32) == 0;
	}
	return good && c.left == 0
		   ? EVAULT_OK
		   : differs(r, path, EVAULT_FINDING_ALTERED,
			     _("read back from the disk, it is not what was written"), err);
}

/* The tile in r->tile is full: its root is in the one above it. */
static enum evault_status
compare_above(struct reading *r, unsigned level, uint64_t n, struct evault_error *err)
{
	char path[LOG_PATH_SIZE];
	struct ev_hash root;
	enum evault_status rc = EVAULT_OK;

	if (!r->has_above)
		rc = load_tile(r, level + 1, n / EV_TILE_WIDTH, r->above, &r->above_good, err);
	r->has_above = true;
	if (rc != EVAULT_OK || !r->above_good)
		return rc;
	ev_log_tile_root(r->tile, EV_TILE_WIDTH, &root);
	if (memcmp(root.b, r->above + n % EV_TILE_WIDTH * 32, 32) == 0)
		return EVAULT_OK;
	ev_log_tile_path(level, n, EV_TILE_WIDTH, path);
	return differs(r, path, EVAULT_FINDING_ALTERED,
		       _("read back from the disk, it is not what was written"), err);
}

/* The tiles of one level from that of hash `from` on. */
static enum evault_status
read_level(struct reading *r, unsigned level, uint64_t from, struct evault_error *err)
{
	uint64_t size = r->log->head.size, n = from / EV_TILE_WIDTH;
	enum evault_status rc = EVAULT_OK;
	unsigned width;
	bool good;

	r->has_above = false;
	for (; rc == EVAULT_OK && (width = ev_tile_width(level, n, size)) > 0; n++) {
		r->has_above = r->has_above && n % EV_TILE_WIDTH != 0;
		rc = load_tile(r, level, n, r->tile, &good, err);
		if (rc != EVAULT_OK || !good)
			continue;
		memcpy(r->edge[level], r->tile, sizeof(r->tile));
		if (level == 0)
			rc = read_bundle(r, n, err);
		if (rc == EVAULT_OK && width == EV_TILE_WIDTH)
			rc = compare_above(r, level, n, err);
	}
	return rc;
}

/* Of the last tiles alone: those that the root is made of. */
static enum evault_status
fetch_edge(void *ctx, unsigned level, uint64_t index, struct ev_hash *out, struct evault_error *err)
{
	const struct reading *r = ctx;
	unsigned inner = level % 8;
	size_t at = (size_t)((index << inner) % EV_TILE_WIDTH);

	(void)err;
	ev_log_tile_root(r->edge[level / 8] + at * 32, 1U << inner, out);
	return EVAULT_OK;
}

static enum evault_status
read_head(struct reading *r, struct evault_error *err)
{
	struct ev_merkle_fetch edge = { fetch_edge, r };
	struct ev_slice note = ev_log_head_note(r->log);
	struct ev_hash root;
	enum evault_status rc;
	bool good;

	rc = load(r, EV_LOG_HEAD, LOG_NOTE_MAX, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	if (!ev_slice_equal(ev_slice_of(r->file.data, r->file.len), note))
		return differs(r, EV_LOG_HEAD, EVAULT_FINDING_ALTERED,
			       _("read back from the disk, it is not what was written"), err);
	if (r->differs)
		return EVAULT_OK;
	rc = ev_merkle_root_at(edge, r->log->head.size, &root, err);
	if (rc != EVAULT_OK || ev_hash_equal(&root, &r->log->head.root))
		return rc;
	return differs(r, EV_LOG_HEAD, EVAULT_FINDING_ALTERED,
		       _("the log's tiles, read back from the disk, do not make the signed root"),
		       err);
}

enum evault_status
ev_log_read_back(struct ev_log *log, uint64_t since, const struct ev_findings *findings,
		 enum ev_os_source *source,
		 enum evault_status (*tick)(void *ctx, uint64_t bytes, struct evault_error *err),
		 void *ctx, struct evault_error *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	enum evault_status rc = EVAULT_OK;
	uint64_t size = log->head.size;
	unsigned level;

	if (r == NULL)
		return ev_fail_nomem(err);
	r->log = log;
	r->findings = findings;
	r->source = source;
	r->tick = tick;
	r->ctx = ctx;
	r->file = (struct ev_buf)EV_BUF_INIT;
	/* Of a level on which nothing is new, its last tile: the root is made of it, too. */
	for (level = 0; level < LOG_LEVELS && size > 0 && rc == EVAULT_OK; level++) {
		rc = read_level(r, level, since < size ? since : size - 1, err);
		since /= EV_TILE_WIDTH;
		size /= EV_TILE_WIDTH;
	}
	if (rc == EVAULT_OK)
		rc = read_head(r, err);
	ev_buf_release(&r->file);
	free(r);
	return rc;
}
