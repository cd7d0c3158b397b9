/*
 * What authority.c, where lines have their effects, looks up in authority_ask.c: also
 * what was ended, and to be changed.
 */
#ifndef EV_STORE_AUTHORITY_PRIVATE_H
#define EV_STORE_AUTHORITY_PRIVATE_H

#include "store/authority.h"

/* The actor whose key has this name, or NULL. */
struct ev_actor *ev_authority_actor_named(const struct ev_authority *a, struct ev_slice name);
/* … with this hash in its name. */
struct ev_actor *ev_authority_actor_of_key(const struct ev_authority *a, const struct ev_hash *key);
/* The file or slot of this path, or NULL. */
struct ev_named_file *ev_authority_file_named(const struct ev_authority *a, const char *path);

#endif
