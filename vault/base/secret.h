/*
 * Memory for secrets: locked against swapping, between guard pages, wiped
 * when freed (libsodium's sodium_malloc, with the lock checked).
 */
#ifndef EV_BASE_SECRET_H
#define EV_BASE_SECRET_H

#include "base/error.h"

/* Must have succeeded once before anything else in this library is called. */
enum evault_status ev_secret_start(struct evault_error *err);

/* Zeroed locked memory, or NULL: none to be had, or it cannot be locked. */
void *ev_secret_new(size_t size);
/* Wipes and frees.  NULL is fine. */
void ev_secret_free(void *p);

/* Random bytes from the system, for keys, salts and nonces. */
void ev_random(void *out, size_t len);

#endif
