/* Which entries of a log say who may sign (FORMAT.md, section 12, Keys). */
#ifndef EV_SHARE_SIGNERS_H
#define EV_SHARE_SIGNERS_H

#include "store/authority.h"

struct ev_signers {
	const struct ev_authority *authority; /* of all entries of the tree */
	uint64_t size;                        /* of the tree */
	/* Who signed that entry. */
	enum evault_status (*actor)(void *ctx, uint64_t index, struct ev_hash *actor,
				    struct evault_error *err);
	void *ctx;
	/* The rest is its own. */
	struct ev_hash *actors;
	size_t n_actors, cap_actors;
	size_t last; /* the actor that was asked for last: items come in runs of one */
	uint64_t *keys;
	size_t n_keys, cap_keys;
};

/* One who signed something that is to be judged. */
enum evault_status ev_signers_add(struct ev_signers *s, const struct ev_hash *actor,
				  struct evault_error *err);
/*
 * All were added: the entries, by number, in new memory.  E_DAMAGED: the log
 * never admitted one of them; or what `actor` returns.
 */
enum evault_status ev_signers_keys(struct ev_signers *s, uint64_t **keys, size_t *n,
				   struct evault_error *err);
void ev_signers_release(struct ev_signers *s);

#endif
