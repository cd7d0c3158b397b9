/*
 * README.txt of a vault: what it is, and how to get the evidence out with
 * age, zstd, tar and sha256sum alone (G8).
 */
#ifndef EV_README_H
#define EV_README_H

#include "base/bytes.h"

void ev_readme(struct ev_buf *out, const char *origin);

#endif
