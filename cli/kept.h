/* What unlock, and key join, say when the kernel keeps a key. */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "command.h"
#include "evault.h"

void kept_print(const struct globals *globals, const char *dir, const struct evault_kept *kept);

#endif
