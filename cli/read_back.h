/*
 * What add --read-back came to, in words that somebody can act upon who holds
 * a memory card in the hand.
 */
#ifndef CLI_READ_BACK_H
#define CLI_READ_BACK_H

#include <stdbool.h>

#include "evault.h"

/*
 * Tells it, with `json` by messages alone; `status` is the exit status
 * of the add itself, and the exit status of both is returned.
 */
int read_back_tell(const struct evault_add_summary *s, bool excluded, bool json, int status);

#endif
