/*
 * VERIFY.txt: what goes with every bundle, and says how to check it without
 * evault.  It is the same always; its hash is on every card, so that nobody has to run
 * commands that a stranger wrote.  To change a byte of it is to change
 * FORMAT.md and every card.
 */
#ifndef EV_FORMAT_VERIFY_TEXT_H
#define EV_FORMAT_VERIFY_TEXT_H

#include "format/hash.h"

extern const char ev_verify_text[];
/* The SHA-256 of all of it. */
void ev_verify_text_hash(struct ev_hash *out);

#endif
