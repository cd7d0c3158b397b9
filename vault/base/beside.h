/*
 * Work that falls into many pieces of which none needs another, done on a
 * second thread and on this one: whichever is free takes the next.  Each piece
 * is a function of its own input and writes to its own output, so who did it
 * is no matter.
 */
#ifndef EV_BASE_BESIDE_H
#define EV_BASE_BESIDE_H

#include "base/error.h"

struct ev_beside;

/* Does piece `i`.  On either thread; what others write is not there for it. */
typedef void ev_beside_fn(void *ctx, size_t i);

/*
 * Begins with pieces 0 to n - 1 on a thread beside this one, which may do other
 * work meanwhile.  Where there is none, ev_beside_finish does them all.
 * `ctx` and what the pieces use is neither changed nor freed before it is over.
 * E_NOMEM.
 */
enum evault_status ev_beside_start(ev_beside_fn *fn, void *ctx, size_t n, struct ev_beside **beside,
				   struct evault_error *err);
/* Helps with what is left of it.  When it returns all pieces are done, and the thread is gone. */
void ev_beside_finish(struct ev_beside *beside);
/* Begins no more pieces; returns when the thread is gone.  NULL is fine. */
void ev_beside_free(struct ev_beside *beside);

#endif
