/*
 * Entries of a log, many at once: what can be said of each from its bytes is
 * found out on two threads (beside.h), before who judges them takes them in
 * their order.
 *
 * A signature is compared with the key that its name stands for when the batch
 * begins.  Whether that key is who must have signed, the authority says when
 * the entry's turn comes; where it is another one, or there was none, it
 * compares by itself (ev_note_verify).  So nothing here decides anything.
 */
#ifndef EV_STORE_ENTRY_BATCH_H
#define EV_STORE_ENTRY_BATCH_H

#include "base/beside.h"
#include "store/authority.h"

struct ev_batch_entry {
	struct ev_slice bytes; /* as they were put in */
	bool is_entry;         /* ev_entry_parse takes them, as: */
	struct ev_entry entry; /* its note has what `known` says */
	struct ev_note_known known;
	struct ev_hash leaf;
};

struct ev_entry_batch {
	struct ev_batch_entry *list; /* 3 KiB each */
	size_t n, cap;
	struct ev_verifier *keys; /* of everybody who could sign when it began */
	size_t n_keys, cap_keys;
	struct ev_beside *beside; /* NULL: not begun, or over */
};
#define EV_ENTRY_BATCH_INIT                                                                        \
	{                                                                                          \
		0                                                                                  \
	}

/* Ends what was begun. */
void ev_entry_batch_release(struct ev_entry_batch *b);
/* Forgets its entries, and ends what was begun; keeps the memory. */
void ev_entry_batch_clear(struct ev_entry_batch *b);
/* Adds one; its bytes are borrowed until the batch is cleared.  Not between begin and end. */
enum evault_status ev_entry_batch_add(struct ev_entry_batch *b, struct ev_slice bytes,
				      struct evault_error *err);
/* Begins with them on another thread, where they are worth one.  Of the authority nothing is
 * borrowed. */
enum evault_status ev_entry_batch_begin(struct ev_entry_batch *b, const struct ev_authority *a,
					struct evault_error *err);
/* Does what is left; from then on they may be looked at. */
void ev_entry_batch_end(struct ev_entry_batch *b);

#endif
