/*
 * The Merkle tree of RFC 6962, its proofs, and C2SP tlog-tiles.
 */
#ifndef EV_FORMAT_MERKLE_H
#define EV_FORMAT_MERKLE_H

#include "format/hash.h"

enum {
	EV_TILE_WIDTH = 256,
	EV_TILE_SIZE = EV_TILE_WIDTH * 32,
	EV_TILE_PATH_SIZE = 64, /* "tile/entries/x001/x234/067.p/255" and its NUL fit */
	EV_PROOF_MAX = 64,      /* hashes in an inclusion proof */
	EV_CONSISTENCY_MAX = 65,
};

void ev_merkle_leaf(const void *data, size_t len, struct ev_hash *out);
void ev_merkle_node(const struct ev_hash *left, const struct ev_hash *right, struct ev_hash *out);
/* The root of no entries: SHA-256 of nothing. */
void ev_merkle_empty(struct ev_hash *out);

/*
 * The right edge of a growing tree: the roots of its perfect subtrees, the
 * largest first.  Appending a leaf costs about two hashes, the root about
 * log2(size).
 */
struct ev_merkle {
	uint64_t size;
	struct ev_hash edge[64];
	unsigned n;
};
void ev_merkle_init(struct ev_merkle *m);
void ev_merkle_append(struct ev_merkle *m, const struct ev_hash *leaf);
void ev_merkle_root(const struct ev_merkle *m, struct ev_hash *root);

/*
 * Gives hash number `index` of tree level `level` (level 0: leaves; each hash
 * is of a complete subtree of 2^level leaves).  For proofs; tiles can serve
 * it, and so can an array of leaves.
 */
typedef enum evault_status ev_merkle_fetch_fn(void *ctx, unsigned level, uint64_t index,
					      struct ev_hash *out, struct evault_error *err);
struct ev_merkle_fetch {
	ev_merkle_fetch_fn *fetch;
	void *ctx;
};

/* Root of the first `size` entries. */
enum evault_status ev_merkle_root_at(struct ev_merkle_fetch f, uint64_t size, struct ev_hash *root,
				     struct evault_error *err);
/* The right edge of the first `size` entries, to go on from there. */
enum evault_status ev_merkle_load(struct ev_merkle_fetch f, uint64_t size, struct ev_merkle *m,
				  struct evault_error *err);
/* RFC 6962 2.1.1: index < size; writes *n hashes, leaf's sibling first. */
enum evault_status ev_merkle_prove(struct ev_merkle_fetch f, uint64_t index, uint64_t size,
				   struct ev_hash proof[EV_PROOF_MAX], size_t *n,
				   struct evault_error *err);
bool ev_merkle_verify(uint64_t index, uint64_t size, const struct ev_hash *leaf,
		      const struct ev_hash *proof, size_t n, const struct ev_hash *root);
/* The root of the `index` entries before it, which are all in a proof that was verified. */
void ev_merkle_before(uint64_t index, uint64_t size, const struct ev_hash *proof, size_t n,
		      struct ev_hash *root);
/* RFC 6962 2.1.2: 0 < old <= size. */
enum evault_status ev_merkle_prove_consistency(struct ev_merkle_fetch f, uint64_t old,
					       uint64_t size,
					       struct ev_hash proof[EV_CONSISTENCY_MAX], size_t *n,
					       struct evault_error *err);
/* old 0 is consistent with anything, with an empty proof. */
bool ev_merkle_verify_consistency(uint64_t old, uint64_t size, const struct ev_hash *old_root,
				  const struct ev_hash *root, const struct ev_hash *proof,
				  size_t n);

/* ---- tiles ------------------------------------------------------------ */

/* Width of tile `n` of `level` in a tree of `size` entries: 0 to 256. */
unsigned ev_tile_width(unsigned level, uint64_t n, uint64_t size);
/* "tile/0/x001/234" or "tile/0/000.p/37"; level EV_TILE_ENTRIES for entry bundles. */
enum {
	EV_TILE_ENTRIES = 64
};
void ev_tile_path(unsigned level, uint64_t n, unsigned width, char out[EV_TILE_PATH_SIZE]);
/* Reads what ev_tile_path writes; false otherwise. */
bool ev_tile_path_parse(struct ev_slice path, unsigned *level, uint64_t *n, unsigned *width);
/*
 * Appends one entry, at most 65,535 bytes, to an entry bundle, with its
 * length before it.
 */
enum evault_status ev_tile_entry_add(struct ev_buf *bundle, struct ev_slice entry,
				     struct evault_error *err);
/* The next entry of a bundle; the cursor turns bad when it is cut short. */
struct ev_slice ev_tile_entry_next(struct ev_cursor *bundle);

#endif
