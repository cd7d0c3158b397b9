/*
 * The file that arms a vault for `panic` (FORMAT.md, section 1):
 *
 *	evault/panic/v1
 *	file keys/read.0.age <64 hex>
 *
 * with a line for each vault identity that was proved to open from outside.
 */
#ifndef EV_PANIC_H
#define EV_PANIC_H

#define EV_PANIC_FILE  "panic"
#define EV_PANIC_FIRST "evault/panic/v1\n"
#define EV_PANIC_READ  "keys/read."

#endif
