/*
 * The kernel's keyring of the login session: a place for a secret that
 * outlives a process, is in no file and not in the swap, and that the kernel
 * itself forgets when its time is over.
 *
 * Invariants:
 *  1. A key is possessor-only (view, read, search, link): other sessions of
 *     the same user, and other users, can neither see nor read it; nobody can
 *     change it or prolong its time.
 *  2. It is seen in the session only once its time limit is set.
 *
 * The three system calls are made directly: they are a stable part of the
 * kernel, and a library for them would be one more to trust and to install.
 * "Session" is what the kernel says: keyrings(7), session-keyring(7).  Where
 * a process has none, the kernel takes the one that all of the user's
 * processes of that kind share, user-session-keyring(7).
 */
#ifndef EV_BASE_OS_KEYRING_H
#define EV_BASE_OS_KEYRING_H

#include "base/bytes.h"

enum {
	EV_OS_KEYRING_MAX = 4096 /* bytes of one value */
};

/*
 * Keeps `value` under `name` for `seconds` (1 or more), in the place of one
 * that was there.  E_NO_KEYRING: the kernel has none for us, or no room left;
 * the sentence says which.
 */
enum evault_status ev_os_keyring_put(const char *name, struct ev_slice value, uint32_t seconds,
				     struct evault_error *err);
/* Appends it to `out`, which should be secret.  E_NOT_FOUND, E_NO_KEYRING, E_NOMEM. */
enum evault_status ev_os_keyring_get(const char *name, struct ev_buf *out,
				     struct evault_error *err);
/* Makes the kernel forget it at once.  E_NOT_FOUND, E_NO_KEYRING. */
enum evault_status ev_os_keyring_drop(const char *name, struct evault_error *err);
/* The same for all whose names start so; *n says how many.  E_NO_KEYRING, E_NOMEM. */
enum evault_status ev_os_keyring_drop_all(const char *prefix, uint64_t *n,
					  struct evault_error *err);

#endif
