/* What a file itself carries, beside what its record withholds. */
#ifndef EV_SHARE_LOOK_H
#define EV_SHARE_LOOK_H

struct ev_share;

#include "format/hash.h"

/*
 * Looks into the original, in a dry run, or where a field is withheld that it
 * may give away: *carries is of enum evault_carries.  Reads at most 8 MiB of it.  What cannot
 * be read is for who writes it to say.
 */
enum evault_status ev_share_look(struct ev_share *s, const struct evault_item *item,
				 const struct ev_hash *sha256, unsigned *carries,
				 struct evault_error *err);

#endif
