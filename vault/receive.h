/*
 * What the parts of receiving share: receive.c goes through the other vault,
 * commits and tells, receive_item.c takes one record, receive_bytes.c keeps
 * bytes, receive_log.c the other vault's log; kept_log.c reads such a log again.
 */
#ifndef EV_RECEIVE_H
#define EV_RECEIVE_H

#include "commit.h"

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
};

struct ev_receiving {
	struct evault *v, *from;
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
/*
 * The log that the other vault keeps with this record: all its entries are
 * vouched for.  E_DAMAGED, E_NOT_FOUND, E_IO; fine for other records.
 */
enum evault_status ev_receive_vouch(struct ev_receiving *r, const struct ev_record *record,
				    struct evault_error *err);
/* How its record is to be taken. */
enum ev_receive_state ev_receive_state_of(const struct ev_record *record);
/* Keeps the entry's record and file, and queues an event: also when that fails for the source's
 * fault. */
enum evault_status ev_receive_item(struct ev_receiving *r, const struct ev_catalog_entry *entry,
				   struct evault_error *err);
/* Is the failure one of the other vault, or of the one item? */
bool ev_receive_may_go_on(enum evault_status rc);

/* ---- receive.c --------------------------------------------------------------- */

/* Queues what is to be told of that entry; `record` and `why` may be NULL. */
enum evault_status ev_receive_queue(struct ev_receiving *r, enum evault_receive_what what,
				    const struct ev_catalog_entry *entry, uint64_t here,
				    const struct ev_record *record, const char *why,
				    struct evault_error *err);
/* Counts bytes of the other vault; true when the caller asks to stop. */
bool ev_receive_tick(struct ev_receiving *r, uint64_t bytes);

/* ---- receive_log.c ----------------------------------------------------------- */

/* E_DAMAGED: the other vault's log does not go on from what was received before. */
enum evault_status ev_receive_check_past(struct ev_receiving *r, bool *same,
					 struct evault_error *err);
/* Keeps the other vault's log, with its record. */
enum evault_status ev_receive_log(struct ev_receiving *r, struct evault_error *err);

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

/* What stands for an entry of any vault in a set. */
void ev_kept_log_key(const struct ev_provenance *place, struct ev_hash *key);

#endif
