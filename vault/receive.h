/*
 * What the parts of receiving share: receive.c goes through the other vault,
 * commits and tells, receive_item.c takes one record, receive_bytes.c keeps
 * bytes, receive_log.c the other vault's log; receive_bundle.c and
 * receive_member.c take a bundle.  kept_proof.c reads again what was kept of other
 * vaults, kept_log.c their logs, kept_bundle.c what came in bundles.
 */
#ifndef EV_RECEIVE_H
#define EV_RECEIVE_H

#include "commit.h"
#include "format/provenance.h"

struct ev_verifying; /* verify.h */

/* Bytes that are pushed, on their way into the vault: an object, or parts of a long one. */
struct ev_incoming {
	struct ev_commit *commit;
	struct ev_hasher *hasher;
	uint8_t *buffer; /* EV_MEMBER_OBJECT_MAX bytes */
	size_t have;     /* in it */
	uint64_t size;   /* of all that came */
	struct ev_hash id;
	uint32_t part; /* parts that are written */
	bool failed;   /* this vault could not be written to: no fault of the source */
};

enum evault_status ev_incoming_init(struct ev_incoming *in, struct ev_commit *commit,
				    struct evault_error *err);
void ev_incoming_release(struct ev_incoming *in);
/* Forgets what came, for something else. */
void ev_incoming_begin(struct ev_incoming *in);
/* Takes bytes; `ctx` of the sink is the ev_incoming. */
struct ev_sink ev_incoming_sink(struct ev_incoming *in);
/*
 * All has come: keeps it.  `wanted` NULL: it may be anything; otherwise
 * E_DAMAGED for other bytes, of which nothing counts.  *sha256 is theirs.
 */
enum evault_status ev_incoming_end(struct ev_incoming *in, const struct ev_hash *wanted,
				   struct ev_hash *sha256, struct evault_error *err);

/* How an entry of the other vault is to be taken. */
enum ev_receive_state {
	EV_RECEIVE_NOT = 0,   /* no record, here already, or not to be had */
	EV_RECEIVE_FILE,      /* and others that are about nothing */
	EV_RECEIVE_STATEMENT, /* never in one pack with files (FORMAT.md, section 3) */
	EV_RECEIVE_ABOUT,     /* when that which it is about is here */
	EV_RECEIVE_PROOFS,    /* of a third vault, in a bundle: when they can be read here */
};

struct ev_receiving {
	struct evault *v, *from; /* `from` NULL: it comes in a bundle */
	const struct evault_receive *what;
	struct evault_receive_summary *summary;
	struct evault_progress progress;
	struct ev_hash own, origin; /* the digits of both vaults' names */
	struct ev_commit commit;
	struct ev_incoming in;
	struct ev_set vouched;               /* entries, by the logs that the other vault keeps */
	struct ev_set objects, statements;   /* of which the bytes are kept in this run */
	uint8_t *states;                     /* of each entry of `from` */
	struct evault_receive_event *events; /* to be told after the commit */
	size_t n_events, cap_events;
	uint64_t bytes, since; /* of this commit: bytes written, ticks when it began */
	bool cancelled;        /* the caller asked to stop */
};

/* ---- receive_item.c ---------------------------------------------------------- */

/*
 * The entry here that has the record of entry `index` of the other vault: it
 * was received, from whomever, or was recorded here and came back.  E_NOT_FOUND.
 */
enum evault_status ev_receive_find(struct ev_receiving *r, uint64_t index,
				   const struct ev_hash *digest, struct ev_catalog_entry *here,
				   struct evault_error *err);
/* The same of an entry of any vault. */
enum evault_status ev_receive_find_as(struct ev_receiving *r, const struct ev_provenance *p,
				      struct ev_catalog_entry *here, struct evault_error *err);
/*
 * What the other vault keeps of a third one with this record (where it came in a
 * bundle: this vault, by now): all its entries are vouched for.  E_DAMAGED, E_NOT_FOUND,
 * E_IO; fine for other records.
 */
enum evault_status ev_receive_vouch(struct ev_receiving *r, const struct ev_record *record,
				    struct evault_error *err);
/*
 * E_DAMAGED: a check would find something wrong with the record, ever after.
 * `withheld`: who gave it may have withheld its name.
 */
enum evault_status ev_receive_judge(const struct ev_receiving *r, const struct ev_record *record,
				    bool withheld, struct evault_error *err);
/* Keeps the record of that entry, as it is received; its index here is *here. */
enum evault_status ev_receive_record(struct ev_receiving *r, const struct ev_provenance *from,
				     const struct ev_record *record,
				     const struct ev_provenance_about *abouts, size_t n,
				     uint64_t *here, struct evault_error *err);
/* How its record is to be taken. */
enum ev_receive_state ev_receive_state_of(const struct ev_record *record);
/* Keeps the entry's record and file, and queues an event: also when that fails for the source's
 * fault. */
enum evault_status ev_receive_item(struct ev_receiving *r, const struct ev_catalog_entry *entry,
				   struct evault_error *err);
/* Is the failure one of the other vault, or of the one item? */
bool ev_receive_may_go_on(enum evault_status rc);

/* ---- receive.c --------------------------------------------------------------- */

/* Queues what is to be told of that entry there; `record` and `why` may be NULL. */
enum evault_status ev_receive_queue(struct ev_receiving *r, enum evault_receive_what what,
				    uint64_t index, uint64_t here, const struct ev_record *record,
				    const char *why, struct evault_error *err);
/* Commits what is staged, and tells what is true then; when `due` only where that is much. */
enum evault_status ev_receive_commit(struct ev_receiving *r, bool due, struct evault_error *err);
/* Tells what is queued and true. */
void ev_receive_tell(struct ev_receiving *r);
void ev_receive_release(struct ev_receiving *r);
/* Counts bytes of the other vault; true when the caller asks to stop. */
bool ev_receive_tick(struct ev_receiving *r, uint64_t bytes);

/* ---- receive_log.c ----------------------------------------------------------- */

/* E_DAMAGED: the other vault's log does not go on from what was received before. */
enum evault_status ev_receive_check_past(struct ev_receiving *r, bool *same,
					 struct evault_error *err);
/*
 * The other vault is a copy of this one: where did it go on alone?  Fills
 * the summary.  E_USAGE: this one is the older copy.
 */
enum evault_status ev_receive_compare(struct ev_receiving *r, struct evault_error *err);
/* Keeps the other vault's log, with its record. */
enum evault_status ev_receive_log(struct ev_receiving *r, struct evault_error *err);

/* ---- receive_member.c: what comes in a bundle ---------------------------------- */

/* An item of the bundle. */
struct ev_receive_bundled {
	enum ev_receive_state state; /* how it is to be taken */
	struct ev_buf record;        /* its text */
	bool is_here;
	struct ev_provenance_about here;
};

struct ev_receiving_bundle {
	struct ev_receiving r;
	struct ev_verifying *b;           /* all of it was judged */
	struct ev_receive_bundled *items; /* as there */
	size_t record_bytes;
	bool keeps;              /* the members that prove it are kept in this run */
	struct ev_incoming tar;  /* of these */
	struct ev_hash tar_hash; /* when all of them came */
	/* the member that is coming */
	enum ev_receive_state turn; /* originals of which kind are taken */
	struct ev_hasher *hasher;
	uint8_t *came; /* by member: has it come in this turn? */
	uint32_t member, item;
	uint64_t left; /* bytes of it */
	bool skip, to_tar, to_record, to_object;
};

/* Is it whole, and proved?  May it be taken: has it a file, or is it about others? */
bool ev_receive_is_good(const struct ev_receiving_bundle *rb, uint32_t item);
bool ev_receive_is_wanted(const struct ev_receiving_bundle *rb, uint32_t item);
/*
 * Is each member that says who may sign, and the list, as the share note
 * vouches for it?  Otherwise what is kept of them would prove nothing here.
 */
bool ev_receive_proofs_stand(const struct ev_receiving_bundle *rb);
/*
 * Reads the bundle again: keeps originals, records go into `items`, and what
 * proves them into the tar.  Fills r.in and tar of the same commit.
 */
enum evault_status ev_receive_members(struct ev_receiving_bundle *rb, struct evault_error *err);

/* ---- kept_proof.c: which records of what was received count ------------------------ */

/*
 * Might who signed this entry receive when they did: owner, or writer?  Who may only add cannot
 * read another vault either, and must not be able to say that a third one had another past.
 */
bool ev_vault_might_receive(const struct evault *v, const struct ev_catalog_entry *entry);
/* As ev_catalog_next_receive, of the records that count. */
enum evault_status ev_vault_next_receive(const struct evault *v, const struct ev_hash *origin,
					 int64_t after, struct ev_catalog_receive *receive,
					 struct evault_error *err);

/* ---- kept_log.c -------------------------------------------------------------- */

/* A log that is kept, while it is read: the tar stream of a `receive` record. */
struct ev_kept_log {
	struct ev_hash origin; /* whose it must be */
	uint64_t size;         /* of its tree */
	struct ev_hash root;
	/* Called for each entry with a record, in order.  May be NULL. */
	enum evault_status (*entry)(void *ctx, uint64_t index, const struct ev_entry *entry,
				    struct evault_error *err);
	/* Called for each entry, in order, with its bytes.  May be NULL. */
	enum evault_status (*bytes)(void *ctx, uint64_t index, struct ev_slice bytes,
				    const struct ev_entry *entry, struct evault_error *err);
	/*
	 * Called when all of it is as it should be, with vault note and checkpoint.  May be
	 * NULL.  Not with `skim`.
	 */
	enum evault_status (*whole)(void *ctx, const struct ev_authority *authority,
				    struct ev_slice vault, struct ev_slice checkpoint,
				    struct evault_error *err);
	void *ctx;
	/* Older trees of the same log; may be NULL. */
	struct ev_log_past *pasts;
	size_t n_pasts;
	bool skim; /* signatures are not verified: somebody else does that */
	bool keys; /* only those of entries that change keys are, and the checkpoint's */
};
/*
 * Goes through the original of a `receive` record, and checks all that an
 * opening would check of a log (FORMAT.md, section 5).  What `entry` was given
 * counts only on success.  E_DAMAGED: the log is not what it should be;
 * E_NOT_FOUND: there are no whole bytes of it; E_IO; what `entry` returns.
 */
enum evault_status ev_kept_log_read(struct evault *v, const struct ev_kept_log *log,
				    const struct ev_hash *sha256, struct evault_error *err);

/* ---- kept_proof.c -------------------------------------------------------------------- */

/* An entry of another vault, that what is kept proves. */
struct ev_kept_entry {
	struct ev_provenance place;
	struct ev_hash actor; /* who signed it there: SHA-256 of their key */
};
typedef enum evault_status ev_kept_entry_fn(void *ctx, const struct ev_kept_entry *entry,
					    struct evault_error *err);
struct ev_kept_proof {
	struct ev_catalog_receive receive; /* the record that it is kept with */
	/* Called for each; may be NULL.  What it was given counts only on success. */
	ev_kept_entry_fn *entry;
	void *ctx;
	/* Older trees of the same log; may be NULL.  Of a bundle few are reached. */
	struct ev_log_past *pasts;
	size_t n_pasts;
	bool skim; /* signatures of a log are not verified: somebody else does that */
};
/* Goes through the original of a `receive` record; as ev_kept_log_read. */
enum evault_status ev_kept_proof_read(struct evault *v, const struct ev_kept_proof *kept,
				      const struct ev_hash *sha256, struct evault_error *err);
/* Is the tree one that the log, which is kept with that record, went through? */
enum evault_status ev_kept_proof_compare(struct evault *v, const struct ev_catalog_receive *receive,
					 struct ev_log_past *past, struct evault_error *err);
/* What stands for an entry of any vault in a set. */
void ev_kept_log_key(const struct ev_provenance *place, struct ev_hash *key);

/* ---- kept_bundle.c ------------------------------------------------------------- */

/* Gives what a bundle that was verified proves of other vaults than the sender's. */
enum evault_status ev_kept_bundle_sources(const struct ev_verifying *b, ev_kept_entry_fn *fn,
					  void *ctx, struct evault_error *err);
enum evault_status ev_kept_bundle_read(struct evault *v, const struct ev_kept_proof *kept,
				       const struct ev_hash *sha256, struct evault_error *err);

#endif
