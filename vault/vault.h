/*
 * An open vault, as the operations share it.
 */
#ifndef EV_VAULT_H
#define EV_VAULT_H

#include "entry_ahead.h"
#include "evault.h"
#include "index.h"
#include "store/catalog.h"
#include "store/keyring.h"
#include "store/log.h"
#include "store/pack.h"
#include "store/set.h"

enum {
	EV_VAULT_NOTE_MAX = 8192, /* bytes of the file `vault` */
	EV_VAULT_PACKS = 3        /* of an item, of what was said later of it, of what is filled */
};

struct evault {
	int dir;
	int lock; /* descriptor of `writer`; -1 unless open for writing */
	enum evault_access access;
	bool unread; /* the system did not read a pack: what is not found may be there */
	bool stale;  /* a commit failed: the catalog tells of what is not in the log */
	char *shown; /* the folder's path, escaped, for messages */
	struct ev_vault_note note;
	struct ev_authority authority;
	struct ev_log *log;
	struct ev_keyring *keys; /* NULL when sealed */
	uint64_t skipped; /* entries that were not read: the index vouches for them (G4); or 0 */
	bool thorough;    /* all of the log is to be read */
	bool indexed; /* ev_index_open makes the catalog; else it is filled while the log is read */
	bool adding;  /* opens also for who may only add: the catalog has what is added, and no more
		       */
	bool checking;  /* the catalog is asked what there is, and no more */
	bool importing; /* … and is a file (import.h) */
	bool aside;     /* somebody else's: nothing is written there */
	int scratch;    /* then: the folder for its index, in a file without a name; borrowed */
	struct ev_catalog *catalog;
	struct ev_index index;
	struct ev_set whole, broken; /* packs that were compared with their names; `whole` also
				      * those of which all was there that was looked for */
	/* Packs that are open, the one asked for last first. */
	struct ev_vault_pack {
		struct ev_pack *pack;
		struct ev_hash name;
	} packs[EV_VAULT_PACKS];
	/* Entries that were passed over and have been judged since: of this tree, a bit for each.
	 */
	struct ev_judged {
		uint8_t *bits; /* NULL: none */
		uint64_t size;
		struct ev_hash root;
	} judged;
	struct ev_entry_ahead *ahead; /* entries that may be asked for soon; NULL at first */
	struct ev_corrections_cache *corrections; /* records that were read last; NULL at first */
};

/*
 * The steps of opening, for evault_check, which goes on where evault_open
 * would stop.  Each leaves what it made in `v`; evault_close releases it.
 */
enum evault_status ev_vault_begin(const char *dir, enum evault_access access, struct evault **v,
				  struct evault_error *err);
enum evault_status ev_vault_load_note(struct evault *v, struct evault_error *err);
enum evault_status ev_vault_load_log(struct evault *v, const struct ev_findings *findings,
				     struct ev_log_past *pasts, size_t n_pasts,
				     struct evault_error *err);
/*
 * Reads the whole log, also what was passed over; *same: it names the keys that
 * it seemed to name.  On failure all is as it was.
 */
enum evault_status ev_vault_read_all(struct evault *v, bool *same, struct evault_error *err);
/*
 * Entry `index`, proved to be in the log: into `bytes`, which is emptied
 * before, and parsed.  An entry that was passed over when the vault was opened
 * is judged now, as far as it can be by itself: signed by somebody who could.
 * E_NOT_FOUND, E_DAMAGED.
 */
enum evault_status ev_vault_entry(struct evault *v, uint64_t index, struct ev_buf *bytes,
				  struct ev_entry *entry, struct evault_error *err);
/* The same, as the catalog would have it. */
enum evault_status ev_vault_look_up(struct evault *v, uint64_t index,
				    struct ev_catalog_entry *found, struct evault_error *err);
/*
 * After a commit of this handle's own, to a log that had the head `before`: what
 * was judged of it is judged, since the log goes on from there (log.h, invariant 1).
 */
void ev_vault_log_went_on(struct evault *v, const struct ev_checkpoint *before);
/* Has a writer put another head in the place of the one that was loaded? */
bool ev_vault_moved(const struct evault *v);
enum evault_status ev_vault_unlock(struct evault *v, const struct evault_unlock *unlock,
				   struct evault_error *err);

/*
 * evault_open, of a vault that is somebody else's, and to which nothing is
 * written: its index goes into a file without a name in `scratch`, a folder
 * that is borrowed until it is open.
 */
enum evault_status ev_vault_open_aside(const char *dir, int scratch,
				       const struct evault_unlock *unlock, struct evault **vault,
				       struct evault_error *err);

/* Can whoever unlocked it read?  E_KEY: it is sealed; E_DENIED. */
enum evault_status ev_vault_need_reading(const struct evault *v, struct evault_error *err);
/*
 * The entry, as the catalog says, or for who cannot read as the log says.
 * E_NOT_FOUND, without a sentence.
 */
enum evault_status ev_vault_find_entry(struct evault *v, uint64_t index,
				       struct ev_catalog_entry *entry, struct evault_error *err);

/* The pack of that name, open; kept until EV_VAULT_PACKS other ones are asked for. */
enum evault_status ev_vault_pack(struct evault *v, const struct ev_hash *name,
				 struct ev_pack **pack, struct evault_error *err);
/* Those that are open. */
void ev_vault_close_packs(struct evault *v);
/*
 * Where that copy is, and its pack, open; NULL: the pack is missing.  A reader
 * whose pack a writer has replaced meanwhile (tidy) goes on with what there is
 * now.  E_NOT_FOUND without a sentence: there is no such copy.
 */
enum evault_status ev_vault_find(struct evault *v, enum ev_member_kind kind,
				 const struct ev_hash *id, uint32_t part, unsigned copy,
				 struct ev_place *place, struct ev_pack **pack,
				 struct evault_error *err);
/* Compares the pack with its name, once for as long as the vault is open. */
enum evault_status ev_vault_pack_is_whole(struct evault *v, const struct ev_hash *name, bool *whole,
					  struct evault_error *err);
/*
 * What the roster calls the holder of the actor's key with this hash, in the
 * vault's memory; NULL when it does not say, or cannot be read.
 */
const char *ev_vault_holder(const struct evault *v, const struct ev_hash *actor);
/* "3f9a01-12" */
void ev_vault_cite(const struct evault *v, uint64_t index, char out[EVAULT_CITATION_SIZE]);
/* The same, of what may have been received: as where it was recorded. */
void ev_vault_cite_item(const struct evault *v, uint64_t index, char out[EVAULT_CITATION_SIZE]);
/* Of an entry of any vault. */
void ev_provenance_cite(const struct ev_provenance *p, char out[EVAULT_CITATION_SIZE]);

/* ---- items --------------------------------------------------------------- */

/* The record of a digest: read from its pack, parsed, its digest compared.  E_NOT_FOUND, E_DAMAGED.
 */
enum evault_status ev_vault_record(struct evault *v, const struct ev_hash *digest,
				   struct ev_record *record, struct evault_error *err);
/*
 * Gives the entry's item to `fn`, with its record read; an item whose record
 * cannot be read has no fields.
 */
enum evault_status ev_vault_give_item(struct evault *v, const struct ev_catalog_entry *entry,
				      evault_item_fn *fn, void *ctx, struct evault_error *err);
/* The same, without its corrections. */
enum evault_status ev_vault_give_record(struct evault *v, const struct ev_catalog_entry *entry,
					evault_item_fn *fn, void *ctx, struct evault_error *err);
/* Is it what the filter asks for, by its record and corrections?  The unreadable is not judged. */
bool ev_item_matches(const struct evault_item *item, const struct evault_filter *filter);
/*
 * What that copy of the list of an original's parts says; each of id, n and
 * size may be NULL.  E_NOT_FOUND, E_DAMAGED.
 */
enum evault_status ev_vault_list(struct evault *v, const struct ev_hash *sha256, unsigned copy,
				 struct ev_hash *id, uint32_t *n, uint64_t *size,
				 struct evault_error *err);
/* What a record was received as: ev_provenance_read, for items. */
enum evault_status ev_item_sources(const struct ev_record *record,
				   struct evault_source sources[EV_PROVENANCE_MAX], size_t *n,
				   struct evault_error *err);
/* Sets sources and citation; n 0: as it is. */
void ev_item_set_sources(const struct evault *v, struct evault_item *item,
			 const struct evault_source *sources, size_t n);
/* The first field of that name; NULL when there is none, or one with a NUL in it. */
const char *ev_item_text(const struct evault_item *item, const char *name);
/*
 * Was it recorded here, and by an owner or a writer?  What else is said of
 * contacts, bundles and receipts does not count: it may be of a device that may only add, and that
 * somebody took, or of another vault.
 */
bool ev_item_counts(const struct evault *v, const struct evault_item *item);
/* A name that is one component of a path, and stays where it is put. */
bool ev_vault_name_is_plain(struct ev_slice name);
/*
 * An original's bytes, in order, from its object or its parts; the caller
 * hashes them.  `copy` counts from 0; E_NOT_FOUND past the last one.
 */
enum evault_status ev_vault_object(struct evault *v, const struct ev_hash *sha256, unsigned copy,
				   struct ev_sink out, struct evault_error *err);
/* The same for one that was kept in parts, by that copy of its list. */
enum evault_status ev_vault_parts(struct evault *v, const struct ev_hash *sha256, unsigned copy,
				  struct ev_sink out, struct evault_error *err);
/* Has this copy, an object that is not in parts, the bytes that it is named for?  Reads them. */
enum evault_status ev_vault_object_is_true(struct evault *v, const struct ev_hash *sha256,
					   unsigned copy, bool *is, struct evault_error *err);
/*
 * Is there a copy of it that has its bytes?  Reads them; for who may only add it
 * compares packs with their names, once for as long as the vault is open (G2: bytes that are
 * not written again must be there).
 */
enum evault_status ev_vault_has_object(struct evault *v, const struct ev_hash *sha256, bool *has,
				       struct evault_error *err);

#endif
