#ifndef EV_STORE_KEYRING_PRIVATE_H
#define EV_STORE_KEYRING_PRIVATE_H

#include "store/keyring.h"

/* Empty; its secrets are allocated as they come. */
struct ev_keyring *ev_keyring_new(void);

#endif
