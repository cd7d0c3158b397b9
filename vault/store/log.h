/*
 * The log on disk: entry bundles, tiles, checkpoint (FORMAT.md, section 6).
 *
 * Invariants:
 *  1. Nothing is signed whose root does not extend the tree on disk: before
 *     each signature the old root is computed again from the tiles.
 *  2. Tiles and entries are synced before `checkpoint.new`, and that, with
 *     its name, before the same head is written to `checkpoint` (G2).
 *  3. A `checkpoint.new` that is good is completed, never discarded, and goes
 *     only after `checkpoint` was synced: no head that anybody saw is lost, and
 *     there are no two signed trees of one size (G4).
 *  4. Partial tiles go only after the checkpoint that needs them is gone.
 *  5. Nothing is written or signed over a head that somebody else wrote since
 *     the log was opened: a lock holds on one machine only (G2).
 */
#ifndef EV_STORE_LOG_H
#define EV_STORE_LOG_H

#include "base/os.h"
#include "format/checkpoint.h"
#include "store/authority.h"

struct ev_log;

/* An entry as it is read: valid during the call.  `taken`: it counts. */
typedef enum evault_status ev_log_entry_fn(void *ctx, uint64_t index, const struct ev_entry *entry,
					   struct ev_slice bytes, bool taken,
					   struct evault_error *err);

/* An old head that the log must go on from: its root is compared on the way. */
struct ev_log_past {
	uint64_t size;
	struct ev_hash root;
	bool reached; /* out: the log is long enough */
	bool agrees;  /* out */
};

/*
 * Reads and verifies the whole log: heads, bundles, every level of tiles,
 * every entry's rules and signatures (into `authority`, initialised by the
 * caller).  `pasts` may be NULL.  Takes a few hundred KiB besides authority.
 *
 * When a head is good, *log is set even though there were findings; the
 * caller frees it.  E_DAMAGED when no head is good and the findings do not
 * fail by themselves; what `entry` or reporting returns.
 */
enum evault_status ev_log_open(int dir, const struct ev_vault_note *vault,
			       struct ev_authority *authority, const struct ev_findings *findings,
			       struct ev_log_past *pasts, size_t n_pasts, ev_log_entry_fn *entry,
			       void *ctx, struct ev_log **log, struct evault_error *err);
/*
 * What of a log was verified before, by somebody who is believed later: all
 * its first `size` entries.  Of these only the ones that change keys
 * (ev_entry_changes_keys) are looked at again.
 */
struct ev_log_known {
	uint64_t size;            /* 1 or more */
	const uint64_t *changing; /* their indices, in order */
	size_t n_changing;
};
/*
 * Opens a log of which that much is known: proves the entries that change keys
 * to be in the signed tree, and verifies what comes after `size`, as
 * ev_log_open does.  Then the authority has all that unlocking needs; of packs
 * and records it has those after `size` (G2, G4).
 *
 * E_BUSY: there is a checkpoint.new, and perhaps somebody is committing.
 * E_NOMEM.  All else: the log is not like that, and ev_log_open says what it is.
 */
enum evault_status ev_log_reopen(int dir, const struct ev_vault_note *vault,
				 struct ev_authority *authority, const struct ev_log_known *known,
				 ev_log_entry_fn *entry, void *ctx, struct ev_log **log,
				 struct evault_error *err);
/* The log of a vault that is being made: no entries, nothing on disk yet. */
enum evault_status ev_log_new(int dir, const char *origin, struct ev_log **log,
			      struct evault_error *err);
void ev_log_free(struct ev_log *log);

/* The head that counts, and its note (in the log's memory). */
const struct ev_checkpoint *ev_log_head(const struct ev_log *log);
struct ev_slice ev_log_head_note(const struct ev_log *log);

/*
 * Makes a good `checkpoint.new` the `checkpoint`, and removes one that is
 * not good.  For the holder of the lock, once after opening.
 */
enum evault_status ev_log_recover(struct ev_log *log, struct evault_error *err);

/* Size and root of the tree with what is staged: what the next entry comes after. */
uint64_t ev_log_next(const struct ev_log *log, struct ev_hash *root);
/* Stages an entry (the signed note).  Nothing is written. */
enum evault_status ev_log_stage(struct ev_log *log, struct ev_slice entry,
				struct evault_error *err);
/* Forgets what is staged. */
void ev_log_unstage(struct ev_log *log);
/*
 * Commits what is staged (G2, G4): durable on success.  On failure nothing
 * is acknowledged, and the log must be freed and opened again.  E_BUSY:
 * somebody else has written to it since it was opened.
 */
enum evault_status ev_log_commit(struct ev_log *log, const struct ev_verifier *key,
				 const struct ev_signing_seed *seed, struct evault_error *err);
/* After a commit that failed: may its head be on the disk, or come to be there? */
bool ev_log_is_in_doubt(const struct ev_log *log);

/* Hashes for proofs, from the tiles of the head. */
struct ev_merkle_fetch ev_log_fetch(struct ev_log *log);

/*
 * Loads entry `index` into `out` (appended), and proves it to be in the tree
 * of the head.  `before`, which may be NULL, receives the root of the entries
 * before it.  E_DAMAGED; E_NOT_FOUND: the log is not so long, or a file of it
 * is missing.
 */
enum evault_status ev_log_entry(struct ev_log *log, uint64_t index, struct ev_buf *out,
				struct ev_hash *before, struct evault_error *err);

/* Appends entry bundle `n` as the tree of the head has it; nothing is compared.  E_NOT_FOUND,
 * E_DAMAGED. */
enum evault_status ev_log_bundle(struct ev_log *log, uint64_t n, struct ev_buf *out,
				 struct evault_error *err);

/* Does the log go on from the tree of `size` with that root?  E_NOT_FOUND, E_DAMAGED. */
enum evault_status ev_log_goes_on(struct ev_log *log, uint64_t size, const struct ev_hash *root,
				  bool *does, struct evault_error *err);

/*
 * Reads again what is on the disk of the entries from `since` on, past the
 * system's memory (ev_os_device): their bundles, their tiles of each level,
 * and the checkpoint; and compares that with the head in memory.  What is
 * otherwise is a finding; *source becomes the larger of what it was and where
 * the bytes came from.  `tick` is called with bytes read.  Takes 100 KiB and
 * an entry bundle.
 */
enum evault_status ev_log_read_back(struct ev_log *log, uint64_t since,
				    const struct ev_findings *findings, enum ev_os_source *source,
				    enum evault_status (*tick)(void *ctx, uint64_t bytes,
							       struct evault_error *err),
				    void *ctx, struct evault_error *err);

/* What a file below log/ is, for a check of names. */
enum ev_log_file {
	EV_LOG_NEEDED,      /* a good head, or a tile that it needs */
	EV_LOG_SUPERSEDED,  /* a partial tile of an older tree: may change unseen */
	EV_LOG_INTERRUPTED, /* of a commit that was not completed */
	EV_LOG_UNKNOWN,
};
enum ev_log_file ev_log_classify(const struct ev_log *log, const char *path);

#endif
