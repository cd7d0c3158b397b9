/*
 * Memory for secrets: one arena whose pages are locked against swapping (that
 * is checked), left out of core dumps, and between two pages that cannot be
 * touched.  A block is wiped when it is freed; all of them at once by
 * ev_secret_wipe_all.
 *
 * Invariants:
 *  1. A page of the arena is locked before it is given to anybody.
 *  2. What is free holds zeros.
 *  3. A write past the end of a block is noticed when it is freed, and ends
 *     the process.
 *
 * There is one arena in a process, as there is one limit on locked memory;
 * and a handler of a signal can reach nothing else.  Any thread may use it.  It begins small and
 * grows by EV_SECRET_STEP: the usual limit, 8 MiB, suffices for all that
 * evault does.  A child of a process has a copy that is not locked: evault
 * starts none.
 */
#ifndef EV_BASE_SECRET_H
#define EV_BASE_SECRET_H

#include "base/error.h"

enum {
	EV_SECRET_MAX = 4 << 20, /* bytes of all secrets at one time */
	EV_SECRET_STEP = 64 << 10,
};

/* Must have succeeded once before anything else in this library is called. */
enum evault_status ev_secret_start(struct evault_error *err);

/* Zeroed locked memory, or NULL: none to be had, or it cannot be locked. */
void *ev_secret_new(size_t size);
/* Wipes and frees.  NULL is fine. */
void ev_secret_free(void *p);
/* Was it given by ev_secret_new? */
bool ev_secret_has(const void *p);

/*
 * For code that does not survive it when its memory becomes zeros, because it
 * has more there than secrets: between both, on one thread, ev_secret_wipe_all
 * waits; but not for the thread that it interrupted, which never goes on, and
 * not for more than a tenth of a second.  False: it was called; stay outside.
 */
bool ev_secret_enter(void);
void ev_secret_leave(void);

/*
 * Wipes all that there is.  May be called by a handler of a signal; the
 * library must not be used any more then.
 */
void ev_secret_wipe_all(void);
/*
 * Was it called, by whatever thread?  Another one may be at work then, with
 * keys that are zeros: who sealed something asks before he hands it on.
 */
bool ev_secret_gone(void);

/* Random bytes from the system, for keys, salts and nonces. */
void ev_random(void *out, size_t len);

#endif
