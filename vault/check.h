/*
 * What the parts of a check share (G3): check.c goes through the steps,
 * check_files.c through the folder, check_ahead.c and check_pack.c through packs, check_item.c
 * through items, check_received.c through what was received, adopt.c takes in what an interrupted
 * run left.
 */
#ifndef EV_CHECK_H
#define EV_CHECK_H

#include "vault.h"

/* Findings of one reading of the log: told only when no writer moved it meanwhile. */
struct ev_held {
	struct {
		enum evault_finding_kind kind;
		uint64_t index;
		char path[80];
		char detail[400];
	} * list;
	size_t n, cap;
	uint64_t more; /* beyond what is kept: counted */
};

struct ev_checking {
	struct evault *v;
	const struct evault_check *what;
	struct evault_check_summary *summary;
	struct ev_findings findings; /* report to here */
	struct ev_held held;         /* about the log, not yet told */
	bool log_sound;              /* it may be gone on with */
	struct evault_progress progress;
	struct ev_set dropped;  /* packs that no longer belong to the vault */
	struct ev_set replaced; /* those that the log drops since it was read, … */
	struct ev_buf latest;   /* … by the head that it had when that was looked up */
	struct ev_set strays;   /* whole packs that no entry names: for adoption */
	struct ev_hash *stray_names;
	size_t n_strays;
	struct ev_set vouched;  /* entries of other vaults, by the logs that are kept of them */
	struct ev_set vouching; /* whose logs these are */
};

/* Reports what a failure to read means: missing, unreadable, or altered. */
enum evault_status ev_check_failure(struct ev_checking *c, enum evault_status status,
				    const struct evault_error *why, uint64_t index,
				    const char *path, struct evault_error *err);
/* Counts bytes read; E_CANCELLED when the caller asks to stop.  `ctx` is the ev_checking. */
/* Where the system did not read something, that may be why: then nothing can be said. */
enum evault_finding_kind ev_check_doubt(const struct ev_checking *c, enum evault_finding_kind kind);
enum evault_status ev_check_tick(void *ctx, uint64_t bytes, struct evault_error *err);

/* Files that the log names: vault, key files, README.txt. */
enum evault_status ev_check_named(struct ev_checking *c, struct evault_error *err);
/* Names in the folder: what is unknown, left over, or a pack that no entry names. */
enum evault_status ev_check_folder(struct ev_checking *c, struct evault_error *err);
/* Counts what there is to read of them. */
enum evault_status ev_check_count_packs(struct ev_checking *c, struct evault_error *err);
/* Every pack the log names: size, and (FULL) hash. */
enum evault_status ev_check_packs(struct ev_checking *c, struct evault_error *err);
/* What a pack looks like from without. */
typedef enum evault_status ev_check_tick_fn(void *ctx, uint64_t bytes, struct evault_error *err);
struct ev_check_look {
	enum evault_status rc; /* of reading it */
	struct evault_error why;
	bool hashed;
	struct ev_hash hash; /* the one it must have, when it was not hashed */
	uint64_t size;
};
/* Needs nothing of the vault but its folder.  It is hashed only when its size is right. */
void ev_check_look(int dir, const struct ev_pack_line *pack, bool hash, ev_check_tick_fn *tick,
		   void *ctx, struct ev_check_look *look);
/* Reports what is wrong with it. */
enum evault_status ev_check_judge(struct ev_checking *c, const struct ev_pack_line *pack,
				  const struct ev_check_look *look, struct evault_error *err);
/*
 * The same for all packs in turn, which a worker hashes ahead of who opens
 * them: what it reads is still in memory then.
 */
struct ev_check_ahead;
enum evault_status ev_check_ahead_new(struct ev_checking *c, struct ev_check_ahead **ahead,
				      struct evault_error *err);
/* `pack` is the next of the authority's that is not dropped. */
enum evault_status ev_check_ahead_judge(struct ev_check_ahead *ahead,
					const struct ev_pack_line *pack, struct evault_error *err);
/* NULL is fine. */
void ev_check_ahead_free(struct ev_check_ahead *ahead);
/*
 * A pack that is missing: E_BUSY when a writer has replaced it since the log
 * was read, and nothing can be said of it.
 */
enum evault_status ev_check_is_replaced(struct ev_checking *c, const struct ev_hash *pack,
					struct evault_error *err);
/* With the key, instead of ev_check_packs: that, and what is in them, into the catalog; then every
 * item. */
enum evault_status ev_check_content(struct ev_checking *c, struct evault_error *err);
/* Of that the second half. */
enum evault_status ev_check_items(struct ev_checking *c, struct evault_error *err);
/* The logs of other vaults that are kept: what they vouch for. */
enum evault_status ev_check_kept_logs(struct ev_checking *c, struct evault_error *err);
/* Was the item what it says, where it was received from?  After ev_check_kept_logs. */
enum evault_status ev_check_sources(struct ev_checking *c, const struct evault_item *item,
				    struct evault_error *err);
/*
 * What is wrong with what an item's record says, by itself: a sentence, or
 * NULL.  Of one that was received, the name may have been withheld.
 */
const char *ev_check_wrong(const struct evault_item *item, bool received);
/* Reads all strays whole and catalogs what is good; whole[n_strays]: nothing was wrong with it. */
enum evault_status ev_check_strays(struct ev_checking *c, bool *whole, struct evault_error *err);
/* Takes in whole packs that no entry names. */
enum evault_status ev_check_adopt(struct ev_checking *c, struct evault_error *err);

#endif
