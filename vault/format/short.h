/*
 * A checkpoint that fits into a short message, and is typed in again by hand
 * (FORMAT.md, section 6): how many entries the log has, and its root.  It is
 * not signed: whoever holds it must have it from somebody they trust.
 *
 *     3f9a01-17-0G5PVB-…
 */
#ifndef EV_FORMAT_SHORT_H
#define EV_FORMAT_SHORT_H

#include "format/hash.h"

enum {
	EV_SHORT_GROUPS = 11,
	EV_SHORT_GROUP = 6,
	/* six digits, dash, a number, and for each group a dash; and a NUL */
	EV_SHORT_SIZE = 6 + 1 + 20 + EV_SHORT_GROUPS * (1 + EV_SHORT_GROUP) + 1,
	EV_SHORT_TYPED_MAX = 1024, /* bytes; more is E_LIMIT */
};

struct ev_short {
	char vault[7]; /* the first digits of the origin's hash */
	uint64_t size;
	struct ev_hash root;
	uint32_t sum; /* over all of it, and the whole origin: 19 bits */
};

void ev_short_text(const char *origin, uint64_t size, const struct ev_hash *root,
		   char out[EV_SHORT_SIZE]);
/*
 * E_FORMAT with a sentence that says which group is mistyped; E_LIMIT.
 * Whether the digits and the number before the groups are right shows in ev_short_fits.
 */
enum evault_status ev_short_parse(struct ev_slice typed, struct ev_short *s,
				  struct evault_error *err);
/* Was it made of this vault's log? */
bool ev_short_fits(const struct ev_short *s, const char *origin);
/* Would somebody take it for one, right or mistyped, and not for the name of a file? */
bool ev_short_looks_so(struct ev_slice typed);

#endif
