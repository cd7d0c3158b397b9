/* A key on paper, typed at the terminal. */
#ifndef CLI_KEY_TYPED_H
#define CLI_KEY_TYPED_H

#include "evault.h"

/*
 * Asks for groups until there is a key of the vault in folder `dir`; into memory
 * of evault_secret_new.  E_KEY without a terminal; E_CANCELLED.
 */
enum evault_status key_typed(const char *dir, char identity[EVAULT_IDENTITY_SIZE],
			     struct evault_error *err);

#endif
