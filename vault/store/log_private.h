/*
 * What the files of the log share: log_read.c opens and verifies, log_write.c
 * commits, log_tile.c finds tiles on disk.
 */
#ifndef EV_STORE_LOG_PRIVATE_H
#define EV_STORE_LOG_PRIVATE_H

#include "store/log.h"

enum {
	LOG_LEVELS = 8,                               /* 256^8 entries */
	LOG_BUNDLE_MAX = EV_TILE_WIDTH * (2 + 65535), /* bytes of an entry bundle */
	LOG_PATH_SIZE = 4 + EV_TILE_PATH_SIZE,        /* "log/" before it */
	LOG_NOTE_MAX = 4096,                          /* bytes of a checkpoint */
};

struct ev_log {
	int dir; /* the vault's folder; borrowed */
	char origin[EVAULT_ORIGIN_SIZE];
	struct ev_checkpoint head;
	struct ev_buf note;    /* the head's */
	struct ev_merkle tree; /* of head and staged entries */
	bool parents_synced;  /* by this handle: another run may have died between mkdir and sync */
	bool has_new;         /* there is a checkpoint.new … */
	bool new_is_head;     /* … and it is the head */
	bool in_doubt;        /* a head after `head` was signed, and may be on disk */
	struct ev_buf staged; /* entries as in a bundle */
	struct ev_hash *leaves; /* of the staged entries */
	size_t n_leaves, cap_leaves;
	struct {
		bool valid;
		unsigned level;
		uint64_t n;
		unsigned width;
		uint8_t data[EV_TILE_SIZE];
	} cache; /* the tile read last */
};

/* "log/tile/…" */
void ev_log_tile_path(unsigned level, uint64_t n, unsigned width, char out[LOG_PATH_SIZE]);
/* Loads the tile as the tree of `size` has it, exactly width * 32 bytes. */
enum evault_status ev_log_load_tile(int dir, unsigned level, uint64_t n, uint64_t size,
				    struct ev_buf *out, struct evault_error *err);
/* Loads the entry bundle as the tree of `size` has it. */
enum evault_status ev_log_load_bundle(int dir, uint64_t n, uint64_t size, struct ev_buf *out,
				      struct evault_error *err);
/* Root of a full tile's 256 hashes, or of fewer. */
void ev_log_tile_root(const uint8_t *hashes, unsigned width, struct ev_hash *root);

#endif
