/*
 * What the parts of tidying share: tidy.c decides and commits, tidy_pack.c
 * looks at one pack.
 */
#ifndef EV_TIDY_H
#define EV_TIDY_H

#include "vault.h"

/* With which others a pack may become one (FORMAT.md, section 3). */
enum ev_tidy_kind {
	EV_TIDY_FILES,      /* files and records, or records alone */
	EV_TIDY_STATEMENTS, /* what people said, and no file */
	EV_TIDY_NEITHER,    /* it cannot be said whose an original in it is: it stays */
};

struct ev_tidy_look {
	enum ev_tidy_kind kind;
	struct ev_member *members;
	size_t n, cap;
};

/* Told of bytes that were read; may end it. */
struct ev_tidy_ticks {
	enum evault_status (*tick)(void *ctx, uint64_t bytes, struct evault_error *err);
	void *ctx;
};

/*
 * Reads the pack from end to end: is it what the log names, and is each member
 * what its name says?  Then `look` has its members, in order.  E_DAMAGED,
 * E_NOT_FOUND, E_KEY, E_IO …: it is not, or that cannot be known.
 */
enum evault_status ev_tidy_look(struct evault *v, const struct ev_hash *name, uint64_t size,
				const struct ev_tidy_ticks *ticks, struct ev_tidy_look *look,
				struct evault_error *err);
void ev_tidy_look_release(struct ev_tidy_look *look);

/* Are all members of the pack in others, too, that are what their names say? */
enum evault_status ev_tidy_is_elsewhere(struct evault *v, const struct ev_hash *name,
					const struct ev_tidy_look *look, bool *is,
					struct evault_error *err);

#endif
