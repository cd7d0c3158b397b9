/*
 * What somebody without a key does to the files of a vault, as the input says:
 *
 *	how, which file, and then:
 *		0 where (2), xor            1 where (2), length, bytes over it
 *		2 length (2): cut           3 length, bytes at its end
 *		4 removed                   5 length (2), bytes in its place
 *		6 which: swapped            7 which: a copy of that one in its place
 *		8 name, length (2), bytes   9 name, which: a new file, or a copy as one
 *	name: of the known ones; or above, and then: folder, length, bytes
 */
#ifndef FUZZ_ALTER_H
#define FUZZ_ALTER_H

#include "folder.h"

/* What the check must think of a file that was not there (FORMAT.md, section 1). */
enum alter_kind {
	QUIET,   /* nothing */
	LEFT,    /* that a run was cut short: no damage */
	UNKNOWN, /* that it is damage */
	ANY,     /* that depends: nothing is asked */
};
enum {
	ALTER_KNOWN = 22
};
extern const struct alter_known {
	const char *path;
	enum alter_kind kind;
} alter_known[ALTER_KNOWN];

/* Does one thing to one file; the folder has at least one. */
void alter(struct folder *f, struct ev_cursor *c);

#endif
