#ifndef EV_STORE_KEYRING_PRIVATE_H
#define EV_STORE_KEYRING_PRIVATE_H

#include "store/keyring.h"

/* Empty; its secrets are allocated as they come. */
struct ev_keyring *ev_keyring_new(void);

/* Stores the bytes that are to take the place of this key file, beside it. */
enum evault_status ev_key_file_store(int dir, const char *path, const struct ev_buf *bytes,
				     struct evault_error *err);
/* Stores them under the name, too, and then removes them. */
enum evault_status ev_key_file_publish(int dir, const char *path, struct evault_error *err);
/* Removes them, if that can be done. */
void ev_key_file_discard(int dir, const char *path);

#endif
