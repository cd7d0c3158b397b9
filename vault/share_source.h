/*
 * Trees of other vaults, which prove as what items were received (FORMAT.md,
 * section 12, Sources).  They are made of what is kept with `receive`
 * records: logs, or bundles.
 *
 * Invariants:
 *  1. What is here is what that vault's log has signed, or what somebody gave
 *     us for that and was verified when it was received.
 *  2. Nothing of another vault's items is here but entries that the records
 *     which are given name.
 */
#ifndef EV_SHARE_SOURCE_H
#define EV_SHARE_SOURCE_H

#include "receive.h"

enum {
	EV_SOURCE_ENTRIES_MAX = 1000000, /* of a log of which all hashes are held */
	EV_SOURCE_KEYS_MAX = 16 << 20,   /* bytes of a log's entries about keys */
};

/* An entry, and its proof as a file; of a kept log the proof is made when it is asked for. */
struct ev_source_part {
	uint64_t index;
	struct ev_buf entry, proof;
};
struct ev_source_parts { /* by index */
	struct ev_source_part *list;
	size_t n, cap;
};
struct ev_source_tree {
	struct ev_hash origin; /* the digits after "evault/" */
	uint64_t size;
	struct ev_buf vault, checkpoint; /* the notes */
	struct ev_source_parts keys, items;
	struct ev_hash *hashes; /* of a kept log: of all complete subtrees, leaves first */
};
/* What a record says that it was received as. */
struct ev_source_link {
	struct ev_provenance place;
	struct ev_hash via; /* the vault that had it from there; where that is ours, all zeros */
	bool proved;        /* one of the trees has it */
};
struct ev_sources {
	struct ev_source_link *links; /* of one record after the other, the nearest vault first */
	size_t n_links, cap_links;
	uint32_t *order; /* of the links: by the first 8 bytes of origins, then by index */
	struct ev_source_tree *trees; /* by the first 8 bytes of origins, then by size */
	size_t n_trees;
};

void ev_sources_release(struct ev_sources *s);
/*
 * Adds what the record was received as: *n links from *first on; 0 of one
 * that was recorded here.  E_DAMAGED: it is not what it says.
 */
enum evault_status ev_sources_add(struct ev_sources *s, const struct ev_record *record,
				  uint32_t *first, uint8_t *n, struct evault_error *err);
/*
 * All were added: fills trees, from what the vault keeps.  What is missing or
 * damaged there leaves a link without proof, and is no failure.
 */
enum evault_status ev_sources_find(struct ev_sources *s, struct evault *v,
				   struct evault_error *err);
/* Appends the proof of that part as a file. */
enum evault_status ev_source_proof(const struct ev_source_tree *tree,
				   const struct ev_source_part *part, struct ev_buf *out,
				   struct evault_error *err);
/* "evault/sources/3f9a01c2d4e5f607-0041/" */
enum {
	EV_SOURCE_FOLDER_SIZE = 56
};
void ev_source_folder(const struct ev_source_tree *tree, char out[EV_SOURCE_FOLDER_SIZE]);

/* ---- what they share (share_source.c) -------------------------------------------- */

/* Is it a link that nothing proves yet?  By its numbers alone; and by all of it. */
bool ev_sources_may_want(const struct ev_sources *s, const uint8_t digits[8], uint64_t index);
bool ev_sources_want(const struct ev_sources *s, const struct ev_provenance *place);
void ev_source_tree_release(struct ev_source_tree *tree);
/* The part of that number; made where there is none.  NULL when memory runs out. */
struct ev_source_part *ev_source_part(struct ev_source_parts *parts, uint64_t index);
/*
 * Takes over a tree that is whole, of which links want all items.  `tree` is empty afterwards:
 * also when it had none, or another tree has its folder.
 */
enum evault_status ev_sources_take(struct ev_sources *s, struct ev_source_tree *tree,
				   struct evault_error *err);

/* ---- share_source_log.c, share_source_bundle.c -------------------------------------- */

/*
 * Takes from one kept log, or one kept bundle, what it proves: from the
 * original of that hash.  E_DAMAGED, E_NOT_FOUND: nothing can be had from it.
 */
enum evault_status ev_source_from_log(struct ev_sources *s, struct evault *v,
				      const struct ev_catalog_receive *receive,
				      const struct ev_hash *sha256, struct evault_error *err);
enum evault_status ev_source_from_bundle(struct ev_sources *s, struct evault *v,
					 const struct ev_catalog_receive *receive,
					 const struct ev_hash *sha256, struct evault_error *err);

#endif
