/*
 * A set of hashes in memory: 64 bytes for each at the most, on average.
 */
#ifndef EV_STORE_SET_H
#define EV_STORE_SET_H

#include "format/hash.h"

struct ev_set {
	struct ev_hash *slots; /* all zero: free; the zero hash itself is `zero` */
	size_t cap, n;
	uint8_t key[16]; /* of SipHash: who chooses the hashes does not choose where they go */
	bool zero;
};
#define EV_SET_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0, { 0 }, false                                                           \
	}

/* Adds; *fresh tells whether it was new.  E_NOMEM. */
enum evault_status ev_set_add(struct ev_set *set, const struct ev_hash *hash, bool *fresh,
			      struct evault_error *err);
bool ev_set_has(const struct ev_set *set, const struct ev_hash *hash);
/* Gives each in turn; *at is 0 at first.  NULL at the end. */
const struct ev_hash *ev_set_next(const struct ev_set *set, size_t *at);
void ev_set_release(struct ev_set *set);

#endif
