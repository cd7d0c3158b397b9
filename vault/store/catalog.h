/*
 * The catalog: where everything is, and what `list` filters by.  A SQLite
 * database filled from the log, the tails of packs and the records.  It is
 * never the truth: what it finds is compared with record, entry and log.
 *
 * For now it lives in memory and is filled when the vault is opened.
 */
#ifndef EV_STORE_CATALOG_H
#define EV_STORE_CATALOG_H

#include "format/member.h"
#include "format/record.h"

struct ev_catalog;

enum evault_status ev_catalog_new(struct ev_catalog **c, struct evault_error *err);
void ev_catalog_free(struct ev_catalog *c);

/* ---- filling ---------------------------------------------------------- */

/* record NULL: a structural entry.  actor: SHA-256 of the signer's key. */
enum evault_status ev_catalog_add_entry(struct ev_catalog *c, uint64_t index,
					const struct ev_hash *record, const struct ev_hash *actor,
					struct evault_error *err);
/* How far a member was looked at. */
enum ev_member_state {
	EV_MEMBER_LISTED = 0,   /* the pack's table names it */
	EV_MEMBER_VERIFIED = 1, /* its bytes are what its name says */
};
/* A member that is there already, in this pack, takes the new state. */
enum evault_status ev_catalog_add_member(struct ev_catalog *c, const struct ev_hash *pack,
					 const struct ev_member *m, enum ev_member_state state,
					 struct evault_error *err);
enum evault_status ev_catalog_add_record(struct ev_catalog *c, const struct ev_hash *digest,
					 const struct ev_record *record, struct evault_error *err);

/* ---- asking ------------------------------------------------------------ */

/* Each gives E_NOT_FOUND (without a sentence) when there is none. */

struct ev_place {
	struct ev_hash pack;
	struct ev_member member;
	enum ev_member_state state;
};
/* Copy 0 has the best state, and was added first among these.  `part` 0 but for parts. */
enum evault_status ev_catalog_find_copy(struct ev_catalog *c, enum ev_member_kind kind,
					const struct ev_hash *id, uint32_t part, unsigned copy,
					struct ev_place *place, struct evault_error *err);
/* Copy 0. */
enum evault_status ev_catalog_find_member(struct ev_catalog *c, enum ev_member_kind kind,
					  const struct ev_hash *id, uint32_t part,
					  struct ev_place *place, struct evault_error *err);
/* Does any record tell of a file of this size? */
enum evault_status ev_catalog_has_size(struct ev_catalog *c, uint64_t size, bool *has,
				       struct evault_error *err);

struct ev_catalog_entry {
	uint64_t index;
	bool is_record;
	struct ev_hash digest; /* when is_record */
	struct ev_hash actor;
	bool is_missing; /* is_record, and no readable record was found */
};
enum evault_status ev_catalog_entry(struct ev_catalog *c, uint64_t index,
				    struct ev_catalog_entry *entry, struct evault_error *err);
/* The entry that adds this record. */
enum evault_status ev_catalog_entry_of(struct ev_catalog *c, const struct ev_hash *digest,
				       struct ev_catalog_entry *entry, struct evault_error *err);
/* The first add of the same bytes under the same name, folder and modification time. */
enum evault_status ev_catalog_same_file(struct ev_catalog *c, const struct ev_hash *sha256,
					struct ev_slice name, struct ev_slice folder,
					struct ev_slice modified, struct ev_catalog_entry *entry,
					struct evault_error *err);

typedef enum evault_status ev_catalog_fn(void *ctx, const struct ev_catalog_entry *entry,
					 struct evault_error *err);
/* Items by filter, in the order of the log.  `fn` may ask the catalog meanwhile. */
enum evault_status ev_catalog_list(struct ev_catalog *c, const struct evault_filter *filter,
				   ev_catalog_fn *fn, void *ctx, struct evault_error *err);
/* Items from first to last, of any action. */
enum evault_status ev_catalog_range(struct ev_catalog *c, uint64_t first, uint64_t last,
				    ev_catalog_fn *fn, void *ctx, struct evault_error *err);
/* Items whose file's SHA-256 begins with these hex digits (an even or odd number of them). */
enum evault_status ev_catalog_by_hash(struct ev_catalog *c, struct ev_slice hex, ev_catalog_fn *fn,
				      void *ctx, struct evault_error *err);
/* How many different SHA-256 of items' files begin so. */
enum evault_status ev_catalog_hashes(struct ev_catalog *c, struct ev_slice hex, uint64_t *n,
				     struct evault_error *err);

struct ev_catalog_counts {
	uint64_t entries, items; /* items: entries that keep a file */
	uint64_t files, bytes;   /* distinct originals */
	uint64_t missing;        /* entries with a record that was not found */
};
enum evault_status ev_catalog_count(struct ev_catalog *c, struct ev_catalog_counts *counts,
				    struct evault_error *err);

#endif
