/*
 * A log on disk, of entries made by hand, for the tests of the log.
 */
#ifndef UNIT_LOG_ON_DISK_H
#define UNIT_LOG_ON_DISK_H

#include <stdlib.h>

#include "base/os.h"
#include "log_fixture.h"
#include "store/log.h"
#include "vault_fixture.h"

static struct log_keys k;
static int dir = -1;           /* the vault's folder */
static struct ev_hash *leaves; /* of all entries staged since begin() */
static size_t n_leaves, cap_leaves;

/* RFC 6962 2.1, as it is written there. */
static inline void
naive_root(const struct ev_hash *of, size_t n, struct ev_hash *root)
{
	struct ev_hash left, right;
	size_t half = 1;

	if (n == 0) {
		ev_merkle_empty(root);
		return;
	}
	if (n == 1) {
		*root = of[0];
		return;
	}
	while (half * 2 < n)
		half *= 2;
	naive_root(of, half, &left);
	naive_root(of + half, n - half, &right);
	ev_merkle_node(&left, &right, root);
}

/* A folder for a log, and new keys. */
static inline bool
begin(void)
{
	log_keys_make(&k);
	n_leaves = 0;
	ev_os_close_read(dir);
	dir = -1;
	return fixture_remove("v") && fixture_folder("v") && fixture_folder("v/log") &&
	       ev_os_open_dir(EV_OS_CWD, "v", &dir, NULL) == EVAULT_OK;
}

static inline bool
stage_bytes(struct ev_log *log, const void *data, size_t len)
{
	if (n_leaves == cap_leaves) {
		cap_leaves = cap_leaves * 2 + 1024;
		leaves = realloc(leaves, cap_leaves * sizeof(*leaves));
		if (leaves == NULL)
			return false;
	}
	ev_merkle_leaf(data, len, &leaves[n_leaves++]);
	return ev_log_stage(log, ev_slice_of(data, len), NULL) == EVAULT_OK;
}

/* Stages `n` entries that hold. */
static inline bool
stage(struct ev_log *log, size_t n)
{
	struct ev_buf lines = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_hash root;
	bool good = true;
	uint64_t at;

	while (n-- > 0 && good) {
		at = ev_log_next(log, &root);
		ev_buf_clear(&lines);
		if (at == 0)
			log_line_first(&lines, &k);
		else
			log_line_hash(&lines, "record", (unsigned)at, "");
		log_entry(&note, k.vault.origin, at, &root, &lines, &k.owner, NULL);
		good = stage_bytes(log, note.data, note.len);
	}
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return good;
}

static inline enum evault_status
commit(struct ev_log *log)
{
	return ev_log_commit(log, &k.log.key, &k.log.seed, NULL);
}

static uint64_t entries_seen;

static inline enum evault_status
see_entry(void *ctx, uint64_t index, const struct ev_entry *entry, struct ev_slice bytes,
	  bool taken, struct evault_error *err)
{
	(void)ctx, (void)entry, (void)bytes, (void)err;
	entries_seen += taken && index == entries_seen;
	return EVAULT_OK;
}

/* Opens with findings counted; the caller frees the log. */
static inline enum evault_status
open_found(struct found *f, struct ev_log_past *past, struct ev_log **log)
{
	struct ev_findings findings = found_in(f);
	struct ev_authority authority;
	enum evault_status rc;

	*log = NULL;
	entries_seen = 0;
	ev_authority_init(&authority, &k.vault);
	rc = ev_log_open(dir, &k.vault, &authority, &findings, past, past == NULL ? 0 : 1,
			 see_entry, NULL, log, NULL);
	ev_authority_release(&authority);
	return rc;
}

/* Opens what must be whole, of this many entries. */
static inline struct ev_log *
open_sound(uint64_t size)
{
	struct ev_log *log;
	struct found f;

	if (open_found(&f, NULL, &log) == EVAULT_OK && f.n == 0 && ev_log_head(log)->size == size &&
	    entries_seen == size)
		return log;
	printf("# %u findings, the last: %s %s\n", f.n, f.path, f.detail);
	ev_log_free(log);
	return NULL;
}

/* Every file below log/ is one that the tree of this size needs, and none is missing. */
static inline bool
files_are_those_of(uint64_t size)
{
	size_t wanted = 1, files; /* the checkpoint */
	char path[80], tile[EV_TILE_PATH_SIZE];
	uint64_t count = size, n;
	unsigned level;

	for (level = 0; count > 0; level++, count /= EV_TILE_WIDTH) {
		for (n = 0; n * EV_TILE_WIDTH < count; n++) {
			ev_tile_path(level, n, ev_tile_width(level, n, size), tile);
			snprintf(path, sizeof(path), "v/log/%s", tile);
			if (!fixture_there(path))
				return false;
			wanted++;
			if (level > 0)
				continue;
			ev_tile_path(EV_TILE_ENTRIES, n, ev_tile_width(0, n, size), tile);
			snprintf(path, sizeof(path), "v/log/%s", tile);
			if (!fixture_there(path))
				return false;
			wanted++;
		}
	}
	fixture_bytes("v/log", &files);
	if (files != wanted)
		printf("# %zu files, and %zu are needed\n", files, wanted);
	return files == wanted;
}

/* A new log of `n` entries in one commit; it is freed. */
static inline bool
make_log(size_t n)
{
	struct ev_log *log = NULL;
	bool good = begin() && ev_log_new(dir, k.vault.origin, &log, NULL) == EVAULT_OK &&
		    stage(log, n) && commit(log) == EVAULT_OK;

	ev_log_free(log);
	return good;
}

/* A checkpoint's note for `size` entries, by this key. */
static inline bool
put_head(const char *path, uint64_t size, const struct ev_hash *root, const struct log_actor *key)
{
	struct ev_checkpoint c = { .size = size, .root = *root };
	struct ev_buf note = EV_BUF_INIT;
	bool good;

	memcpy(c.origin, k.vault.origin, sizeof(c.origin));
	good = ev_checkpoint_sign(&c, &key->key, &key->seed, &note, NULL) == EVAULT_OK &&
	       fixture_file(path, note.data, note.len);
	ev_buf_release(&note);
	return good;
}

#endif
