/*
 * Tiles and bundles on disk: their paths, loading, and hashes out of them.
 */
#include "store/log_private.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"

void
ev_log_tile_path(unsigned level, uint64_t n, unsigned width, char out[LOG_PATH_SIZE])
{
	memcpy(out, "log/", 4);
	ev_tile_path(level, n, width, out + 4);
}

enum evault_status
ev_log_load_tile(int dir, unsigned level, uint64_t n, uint64_t size, struct ev_buf *out,
		 struct evault_error *err)
{
	unsigned width = ev_tile_width(level, n, size);
	char path[LOG_PATH_SIZE];
	size_t before = out->len;
	enum evault_status rc;

	if (width == 0)
		return ev_fail(err, EVAULT_E_DAMAGED, "the log is too short for a hash it needs");
	ev_log_tile_path(level, n, width, path);
	rc = ev_os_load(dir, path, EV_TILE_SIZE, out, err);
	if (rc == EVAULT_E_LIMIT)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: longer than a tile can be", path);
	if (rc == EVAULT_OK && out->len - before != (size_t)width * 32)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: not as long as it must be", path);
	return rc;
}

enum evault_status
ev_log_load_bundle(int dir, uint64_t n, uint64_t size, struct ev_buf *out, struct evault_error *err)
{
	char path[LOG_PATH_SIZE];
	size_t before = out->len;
	enum evault_status rc;

	ev_log_tile_path(EV_TILE_ENTRIES, n, ev_tile_width(0, n, size), path);
	rc = ev_os_load(dir, path, LOG_BUNDLE_MAX, out, err);
	if (rc == EVAULT_E_LIMIT)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: longer than a bundle can be", path);
	/* Who passes over a missing one must not pass over this one in silence. */
	if (rc == EVAULT_OK && out->len == before)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: is empty", path);
	return rc;
}

void
ev_log_tile_root(const uint8_t *hashes, unsigned width, struct ev_hash *root)
{
	struct ev_merkle m;
	struct ev_hash h;
	unsigned i;

	ev_merkle_init(&m);
	for (i = 0; i < width; i++) {
		memcpy(h.b, hashes + (size_t)i * 32, 32);
		ev_merkle_append(&m, &h);
	}
	ev_merkle_root(&m, root);
}

uint64_t
ev_log_size_now(const struct ev_log *log)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_checkpoint c = { .size = 0 };
	struct ev_note note;

	if (ev_os_load(log->dir, EV_LOG_HEAD, LOG_NOTE_MAX, &bytes, NULL) != EVAULT_OK ||
	    ev_note_parse(ev_slice_of(bytes.data, bytes.len), &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK)
		c.size = 0;
	ev_buf_release(&bytes);
	return c.size;
}

/* The tile as the head has it; a longer one that took its place begins with it. */
static enum evault_status
load_tile(const struct ev_log *log, unsigned level, uint64_t n, struct ev_buf *out,
	  struct evault_error *err)
{
	size_t len = (size_t)ev_tile_width(level, n, log->head.size) * 32;
	uint64_t now;
	enum evault_status rc = ev_log_load_tile(log->dir, level, n, log->head.size, out, err);

	if (rc != EVAULT_E_NOT_FOUND)
		return rc;
	now = ev_log_size_now(log);
	if (now <= log->head.size ||
	    ev_log_load_tile(log->dir, level, n, now, out, NULL) != EVAULT_OK)
		return rc;
	out->len = len;
	return EVAULT_OK;
}

static enum evault_status
cached_tile(struct ev_log *log, unsigned level, uint64_t n, struct evault_error *err)
{
	struct ev_buf tile = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;

	if (log->cache[level].valid && log->cache[level].n == n)
		return EVAULT_OK;
	log->cache[level].valid = false;
	rc = load_tile(log, level, n, &tile, err);
	if (rc == EVAULT_OK) {
		memcpy(log->cache[level].data, tile.data, tile.len);
		log->cache[level].width = (unsigned)(tile.len / 32);
		log->cache[level].n = n;
		log->cache[level].valid = true;
	}
	ev_buf_release(&tile);
	return rc;
}

void
ev_log_forget_tiles(struct ev_log *log)
{
	unsigned i;

	for (i = 0; i < LOG_LEVELS; i++)
		log->cache[i].valid = false;
}

/* A hash of tree level `level` is the root of 2^(level mod 8) hashes of a tile. */
static enum evault_status
fetch_hash(void *ctx, unsigned level, uint64_t index, struct ev_hash *out, struct evault_error *err)
{
	struct ev_log *log = ctx;
	unsigned inner = level % 8, tile_level = level / 8;
	uint64_t first = index << inner;
	unsigned at = (unsigned)(first % EV_TILE_WIDTH);
	enum evault_status rc;

	rc = cached_tile(log, tile_level, first / EV_TILE_WIDTH, err);
	if (rc != EVAULT_OK)
		return rc;
	if (at + (1U << inner) > log->cache[tile_level].width)
		return ev_fail(err, EVAULT_E_DAMAGED, "the log has no tile for a hash it needs");
	ev_log_tile_root(log->cache[tile_level].data + (size_t)at * 32, 1U << inner, out);
	return EVAULT_OK;
}

struct ev_merkle_fetch
ev_log_fetch(struct ev_log *log)
{
	struct ev_merkle_fetch f = { fetch_hash, log };

	return f;
}

/* Is the tile there at all in a tree of that size, with this very width? */
static bool
tile_needed(unsigned level, uint64_t n, unsigned width, uint64_t size)
{
	return width != 0 && ev_tile_width(level, n, size) == width;
}

enum ev_log_file
ev_log_classify(const struct ev_log *log, const char *path)
{
	unsigned level, width, has;
	uint64_t n;

	if (strcmp(path, "log/checkpoint") == 0)
		return EV_LOG_NEEDED;
	if (strcmp(path, "log/checkpoint.new") == 0)
		return EV_LOG_INTERRUPTED;
	if (strncmp(path, "log/", 4) != 0 ||
	    !ev_tile_path_parse(ev_slice_text(path + 4), &level, &n, &width))
		return EV_LOG_UNKNOWN;
	if (tile_needed(level, n, width, log->head.size))
		return EV_LOG_NEEDED;
	has = ev_tile_width(level, n, log->head.size);
	return width < has ? EV_LOG_SUPERSEDED : EV_LOG_INTERRUPTED;
}
