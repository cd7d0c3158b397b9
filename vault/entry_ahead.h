/*
 * Entries ahead of who asks for one after the other (lists, get, share): when
 * some in a row were asked for, the next ones are read, and another thread
 * compares their signatures, while this one works with those before.  What is
 * asked for here and there is left alone.
 */
#ifndef EV_ENTRY_AHEAD_H
#define EV_ENTRY_AHEAD_H

#include "store/entry_batch.h"

struct evault;
struct ev_entry_ahead; /* in a struct evault */

/*
 * The entry of this index, which was passed over when the vault was opened and
 * was not judged yet: proved to be in the head's tree, and not judged.  Valid
 * until the next call.  NULL: it is not at hand.
 */
const struct ev_batch_entry *ev_entry_ahead(struct evault *v, uint64_t index);
void ev_entry_ahead_forget(struct evault *v);

#endif
