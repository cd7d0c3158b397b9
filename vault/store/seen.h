/*
 * Which hashes were seen, for very many of them: 25 bytes of memory for each.
 *
 * A mark of 16 bytes stands for the hash: its SipHash under a key that is drawn
 * for each table, so that nobody can make two that fall together.  Of 10^9
 * hashes two do so by chance once in 2^69 times.
 */
#ifndef EV_STORE_SEEN_H
#define EV_STORE_SEEN_H

#include "format/hash.h"

enum {
	EV_SEEN_PARTS = 64 /* that grow one by one: never is all of it there twice */
};

struct ev_seen {
	struct ev_seen_part {
		struct ev_hash_mark *slots; /* all zero: free */
		uint32_t cap, n;
	} parts[EV_SEEN_PARTS];
	uint64_t n;
	uint8_t key[16];
};
#define EV_SEEN_INIT                                                                               \
	{                                                                                          \
		{ { NULL, 0, 0 } }, 0,                                                             \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

/* *fresh tells whether it was not seen before.  E_NOMEM. */
enum evault_status ev_seen_add(struct ev_seen *seen, const struct ev_hash *hash, bool *fresh,
			       struct evault_error *err);
bool ev_seen_has(const struct ev_seen *seen, const struct ev_hash *hash);
/* Forgets all of them; may be used again. */
void ev_seen_release(struct ev_seen *seen);

#endif
