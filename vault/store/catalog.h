/*
 * The catalog: where everything is, and what `list` filters by.  A SQLite
 * database filled from the log, the tails of packs and the records.  It is
 * never the truth: what it finds is compared with record, entry and log.
 *
 * It lives in a sealed store (sealed.h): a file, one without a name, or memory.
 */
#ifndef EV_STORE_CATALOG_H
#define EV_STORE_CATALOG_H

#include "format/member.h"
#include "format/provenance.h"
#include "format/query.h"
#include "format/record.h"
#include "store/sealed.h"

struct ev_catalog;

/* In memory, empty. */
enum evault_status ev_catalog_new(struct ev_catalog **c, struct evault_error *err);
/*
 * For who asks once which entries, members and records there are, and no more:
 * of a record nothing is filed but that it is there, and what it was received
 * as.  In a file without a name (ev_sealed_scratch), of which 16 MiB are in memory.
 */
enum evault_status ev_catalog_new_lean(int dir, struct ev_catalog **c, struct evault_error *err);
/* Takes `store`, also when it fails; makes the tables where there is no page yet. */
enum evault_status ev_catalog_open(struct ev_sealed *store, struct ev_catalog **c,
				   struct evault_error *err);
/* NULL is fine. */
void ev_catalog_free(struct ev_catalog *c);
/* Of the tables, how they are filled and how words fold: another one, and the catalog is made anew.
 */
void ev_catalog_schema_hash(struct ev_hash *out);
/* Borrowed. */
struct ev_sealed *ev_catalog_store(struct ev_catalog *c);

/* ---- updates (catalog_file.c) ------------------------------------------ */

/* The store is updating: fills in one transaction. */
enum evault_status ev_catalog_begin(struct ev_catalog *c, struct evault_error *err);
/* Ends the transaction, for who asks from now on; nothing is published. */
enum evault_status ev_catalog_commit(struct ev_catalog *c, struct evault_error *err);
/* ev_sealed_publish, with all that was filled; goes on updating. */
enum evault_status ev_catalog_publish(struct ev_catalog *c, uint64_t size,
				      const struct ev_hash *root, struct evault_error *err);
/* ev_sealed_end: what was not published is forgotten. */
void ev_catalog_end(struct ev_catalog *c);

/*
 * Called when a page of the store does not open, while no question is being
 * answered; `why` says what is wrong.  It puts another store in place with
 * ev_catalog_adopt; then the question is asked again from its beginning, and
 * goes on after the row that was given last.
 */
typedef enum evault_status ev_catalog_broken_fn(void *ctx, const struct evault_error *why,
						struct evault_error *err);
void ev_catalog_when_broken(struct ev_catalog *c, ev_catalog_broken_fn *fn, void *ctx);
/* A page did not open while filling: that is nowhere else, and the file is to be removed. */
bool ev_catalog_is_spoiled(const struct ev_catalog *c);
void ev_catalog_spoil(struct ev_catalog *c);
/* Entries whose record is in this pack and in no other. */
enum evault_status ev_catalog_only_in(struct ev_catalog *c, const struct ev_hash *pack, uint64_t *n,
				      struct evault_error *err);
/* Takes the store of `from`, which is freed, and was published. */
void ev_catalog_adopt(struct ev_catalog *c, struct ev_catalog *from);

/* A pack that could not be read in full: a later opening tries again. */
enum evault_status ev_catalog_set_unread(struct ev_catalog *c, const struct ev_hash *pack,
					 bool unread, struct evault_error *err);
/* The next one after *pack, in byte order. */
enum evault_status ev_catalog_next_unread(struct ev_catalog *c, struct ev_hash *pack,
					  struct evault_error *err);
/*
 * Is the last row that of the last of `size` entries, and each before it there?  Of more than
 * 10,000 only so many in a row are counted, other ones each time: a hole shows sooner or later.
 */
enum evault_status ev_catalog_is_full(struct ev_catalog *c, uint64_t size, bool *full,
				      struct evault_error *err);

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

/* ---- what the log says of keys and packs (catalog_log.c) ----------------- */

/* An entry that changes keys (ev_entry_changes_keys). */
enum evault_status ev_catalog_add_changing(struct ev_catalog *c, uint64_t index,
					   struct evault_error *err);
/* Those before `size`; a size of 0 where they are too many. */
enum evault_status ev_catalog_hint(struct ev_catalog *c, uint64_t size, struct ev_index_hint *hint,
				   struct evault_error *err);

enum ev_catalog_what {
	EV_CATALOG_RECORD,
	EV_CATALOG_PACK,
};
struct ev_catalog_pack {
	struct ev_hash pack;
	uint64_t size, index; /* of the entry that names it */
	bool dropped;
};
enum evault_status ev_catalog_add_pack(struct ev_catalog *c, const struct ev_catalog_pack *pack,
				       struct evault_error *err);
/* A later entry drops it: nobody looks for anything in it. */
enum evault_status ev_catalog_drop_pack(struct ev_catalog *c, const struct ev_hash *pack,
					struct evault_error *err);
/* The member is in this pack no longer. */
enum evault_status ev_catalog_drop_member(struct ev_catalog *c, const struct ev_hash *pack,
					  const struct ev_member *m, struct evault_error *err);
/* The next one after the one in *pack, in the order of entries and in it of bytes.  E_NOT_FOUND. */
enum evault_status ev_catalog_next_pack(struct ev_catalog *c, struct ev_catalog_pack *pack,
					struct evault_error *err);
/* Does an entry before `size` name that record, or that pack? */
enum evault_status ev_catalog_names(struct ev_catalog *c, enum ev_catalog_what what,
				    const struct ev_hash *hash, uint64_t size, bool *names,
				    struct evault_error *err);

/* ---- asking ------------------------------------------------------------ */

/* Each gives E_NOT_FOUND (without a sentence) when there is none. */

struct ev_place {
	struct ev_hash pack;
	struct ev_member member;
	enum ev_member_state state;
};
/* Copy 0 has the best state, and its pack the lowest hash among these.  `part` 0 but for parts. */
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
	uint64_t size;   /* of the file that the record keeps; 0 also when there is none */
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
/*
 * Entries with a record of that action after `after` (-1: from the first), in
 * the order of the log: at most `cap`, *n fewer when there are no more.  For few
 * among many: quicker than a list by filter.
 */
enum evault_status ev_catalog_of_action(struct ev_catalog *c, const char *action, int64_t after,
					uint64_t *indices, size_t cap, size_t *n,
					struct evault_error *err);
/* Items from first to last, of any action. */
enum evault_status ev_catalog_range(struct ev_catalog *c, uint64_t first, uint64_t last,
				    ev_catalog_fn *fn, void *ctx, struct evault_error *err);
/* Items whose file's SHA-256 begins with these hex digits (an even or odd number of them). */
enum evault_status ev_catalog_by_hash(struct ev_catalog *c, struct ev_slice hex, ev_catalog_fn *fn,
				      void *ctx, struct evault_error *err);
/* How many different SHA-256 of items' files begin so. */
enum evault_status ev_catalog_hashes(struct ev_catalog *c, struct ev_slice hex, uint64_t *n,
				     struct evault_error *err);

/* ---- which entries are about which (catalog_cite.c) ----------------------- */

/* "<index> <digest>", the value of `about`. */
bool ev_catalog_parse_about(struct ev_slice value, uint64_t *index, struct ev_hash *digest);

/* An annotation or a retraction. */
struct ev_catalog_correction {
	uint64_t index; /* of its entry */
	bool retracts;
	bool taken_back; /* by a retraction that is about it */
};
/* The last one about the item whose entry comes before `before`; E_NOT_FOUND without a sentence. */
enum evault_status ev_catalog_correction(struct ev_catalog *c, uint64_t item, uint64_t before,
					 struct ev_catalog_correction *correction,
					 struct evault_error *err);
/* Is there a retraction about it that was not taken back? */
enum evault_status ev_catalog_is_retracted(struct ev_catalog *c, uint64_t item, bool *is,
					   struct evault_error *err);
/* Is it a retraction that is about a retraction? */
enum evault_status ev_catalog_takes_back(struct ev_catalog *c, uint64_t index, bool *is,
					 struct evault_error *err);
/*
 * The entries after `after` that are about this one, or about one of those,
 * in the order of the log: at most `cap`, *n fewer when there are no more.
 * With `corrections` annotations and retractions alone.
 */
enum evault_status ev_catalog_citing(struct ev_catalog *c, uint64_t item, bool corrections,
				     uint64_t after, uint64_t *indices, size_t cap, size_t *n,
				     struct evault_error *err);

/* ---- what was received (catalog_source.c) ---------------------------------- */

/* What the record of this digest was received as: step 0 is the nearest vault.  E_NOT_FOUND. */
enum evault_status ev_catalog_source(struct ev_catalog *c, const struct ev_hash *digest,
				     unsigned step, struct ev_provenance *p,
				     struct evault_error *err);
/* Where the record of this entry was recorded, when it was received.  E_NOT_FOUND. */
enum evault_status ev_catalog_first_source(struct ev_catalog *c, uint64_t index,
					   struct ev_provenance *p, struct evault_error *err);
/* The entry that was received as this one, from whomever; of `entry` index and digest.
 * E_NOT_FOUND. */
enum evault_status ev_catalog_received_as(struct ev_catalog *c, const struct ev_provenance *p,
					  struct ev_catalog_entry *entry, struct evault_error *err);
/*
 * The next entry after `after` (-1: the first) that was recorded as entry
 * `index` of a vault whose name begins with these bytes.  E_NOT_FOUND.
 */
enum evault_status ev_catalog_cited(struct ev_catalog *c, const uint8_t digits[3], uint64_t index,
				    int64_t after, uint64_t *found, struct evault_error *err);
/* Was anything received that went through a vault whose name begins so? */
enum evault_status ev_catalog_has_vault(struct ev_catalog *c, const uint8_t digits[3], bool *has,
					struct evault_error *err);

/* An entry with the action receive: a log that is kept. */
struct ev_catalog_receive {
	struct ev_hash origin; /* of the log */
	uint64_t size;         /* of its tree */
	struct ev_hash root;
	uint64_t index;        /* of the entry here */
	struct ev_hash digest; /* of its record */
	bool received;         /* the record was received itself … */
	bool twin;   /* … from the vault whose log it is: that had a copy which went on alone */
	bool bundle; /* it is what is kept of a bundle, and not of a whole log … */
	struct ev_hash tagmanifest; /* … by its share note */
};
/* What the record says: origin, size and root.  False when it is no such record. */
bool ev_catalog_parse_receive(const struct ev_record *record, struct ev_catalog_receive *receive);
/* The next one after entry `after` (-1: the first), of that origin.  E_NOT_FOUND. */
enum evault_status ev_catalog_next_receive(struct ev_catalog *c, const struct ev_hash *origin,
					   int64_t after, struct ev_catalog_receive *receive,
					   struct evault_error *err);

/* ---- words (catalog_text.c) ----------------------------------------------- */

/* How much of an entry with a record is to be filed still. */
enum ev_catalog_wait {
	EV_CATALOG_WAIT_ALL = 0,  /* what its record says, and the text of its file */
	EV_CATALOG_WAIT_TEXT = 1, /* the text */
};
/* The next one that waits, from *index on.  E_NOT_FOUND: none. */
enum evault_status ev_catalog_waiting(struct ev_catalog *c, uint64_t *index,
				      enum ev_catalog_wait *what, struct evault_error *err);
enum evault_status ev_catalog_filed(struct ev_catalog *c, uint64_t index, struct evault_error *err);
enum evault_status ev_catalog_count_waiting(struct ev_catalog *c, uint64_t *n,
					    struct evault_error *err);

/* Files what people wrote in a record: once for each entry. */
enum evault_status ev_catalog_add_said(struct ev_catalog *c, uint64_t index,
				       const struct ev_record *record, struct evault_error *err);
/* What the entry's record says is filed, and the text of its file waits. */
enum evault_status ev_catalog_text_waits(struct ev_catalog *c, uint64_t index,
					 struct evault_error *err);
/* Files the text of the entry's file: once for each entry. */
enum evault_status ev_catalog_add_text(struct ev_catalog *c, uint64_t index, struct ev_slice text,
				       struct evault_error *err);
/* Is a field of that name searched?  Not those that evault fills with hashes, times and the like.
 */
bool ev_catalog_is_said(struct ev_slice field);

/* A bit for each entry of the log. */
struct ev_catalog_bits {
	uint8_t *b; /* (size + 7) / 8 bytes, zeros at first */
	uint64_t size;
};
bool ev_catalog_has_bit(const struct ev_catalog_bits *bits, uint64_t index);
/* Sets the bits of annotations and retractions. */
enum evault_status ev_catalog_notes(struct ev_catalog *c, struct ev_catalog_bits *notes,
				    struct evault_error *err);
/*
 * Sets the bits of the items in which the term may be: in their records, in
 * annotations and retractions about them, or in their texts; of a term with a
 * field in any field, and with the field `text` in texts alone.
 */
enum evault_status ev_catalog_match(struct ev_catalog *c, const struct ev_query_term *term,
				    const struct ev_catalog_bits *notes,
				    struct ev_catalog_bits *found, struct evault_error *err);
/* Is the entry one that the filter lets pass? */
enum evault_status ev_catalog_passes(struct ev_catalog *c, const struct evault_filter *filter,
				     uint64_t index, bool *passes, struct evault_error *err);

struct ev_catalog_counts {
	uint64_t entries, items; /* items: entries that keep a file */
	uint64_t files, bytes;   /* distinct originals */
	uint64_t missing;        /* entries with a record that was not found */
};
enum evault_status ev_catalog_count(struct ev_catalog *c, struct ev_catalog_counts *counts,
				    struct evault_error *err);

#endif
