/*
 * What the files of the log share: log_read.c picks the head, log_walk.c
 * verifies what is below it, log_reopen.c what came since it was verified,
 * log_keys.c looks for the keys that may have signed a head, log_write.c
 * commits, log_back.c reads back what was committed,
 * log_tile.c finds tiles on disk, log_entry.c single entries.
 */
#ifndef EV_STORE_LOG_PRIVATE_H
#define EV_STORE_LOG_PRIVATE_H

#include "store/entry_batch.h"
#include "store/log.h"

#define EV_LOG_HEAD "log/checkpoint"
#define EV_LOG_NEW  "log/checkpoint.new"

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
		uint64_t n;
		unsigned width;
		uint8_t data[EV_TILE_SIZE];
	} cache[LOG_LEVELS];            /* of each level the tile read last */
	struct ev_buf bundle;           /* the entry bundle read last, … */
	uint64_t bundle_n, bundle_size; /* … its number, and the size of its tree; 0: none */
	struct ev_hash *bundle_leaves;  /* its leaves, EV_TILE_WIDTH of them; … */
	bool bundle_holds;              /* … which are all in the tree */
};

/* One run through the log, or through the end of it. */
struct ev_log_walk {
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
	struct ev_entry_batch batch; /* of the bundle, those that are not in the tree yet */
	struct ev_entry parsed;
	bool unread; /* entries that may change the log's key: the system did not give them */
	bool cut; /* neither entries nor their hashes are there: nothing after them can be judged */
};
/* From log->tree on, which with `levels` and the authority is at the same entry. */
enum evault_status ev_log_walk(struct ev_log_walk *w, struct evault_error *err);
void ev_log_walk_free(struct ev_log_walk *w);

/*
 * The log's keys as the entries on disk name them: the last one that the key
 * before it has signed, and the last one that is named at all.  Both begin as
 * the first key.
 */
struct ev_log_keys {
	struct ev_verifier chained, named;
};
/*
 * Looks through the entries of a tree of `size`; what is not there, or no
 * entry, is passed over.  E_NOMEM; E_IO when something was not read: then
 * what was found may not be the last.
 */
enum evault_status ev_log_find_keys(int dir, const char *origin, uint64_t size,
				    struct ev_log_keys *keys, struct evault_error *err);

/* "log/tile/…" */
void ev_log_tile_path(unsigned level, uint64_t n, unsigned width, char out[LOG_PATH_SIZE]);
/* Loads the tile as the tree of `size` has it, exactly width * 32 bytes. */
enum evault_status ev_log_load_tile(int dir, unsigned level, uint64_t n, uint64_t size,
				    struct ev_buf *out, struct evault_error *err);
/* Loads the entry bundle as the tree of `size` has it. */
enum evault_status ev_log_load_bundle(int dir, uint64_t n, uint64_t size, struct ev_buf *out,
				      struct evault_error *err);
/* What `checkpoint` says now, unverified; 0: nothing. */
uint64_t ev_log_size_now(const struct ev_log *log);
/* The next hash is read from the disk. */
void ev_log_forget_tiles(struct ev_log *log);
/* Root of a full tile's 256 hashes, or of fewer. */
void ev_log_tile_root(const uint8_t *hashes, unsigned width, struct ev_hash *root);

#endif
