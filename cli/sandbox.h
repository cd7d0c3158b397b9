/*
 * The kernel holds evault to what it is for (G7).  sandbox_begin, before
 * anything is read, takes away every system call that evault has no use of:
 * no socket, no program, no look into another process.  sandbox_enter, when
 * it is known what a command is about and before anything of it is opened,
 * takes away every file and folder that is not the vault, named as an input
 * or an output, or in the short list of the system's in sandbox_paths.c.
 *
 * Neither can be undone, and nothing in the environment or on the command
 * line leaves them out; a build with SANDBOX=0 has neither, because the leak
 * sanitizer and valgrind need what they forbid.
 *
 * What a path stands for is settled when it is allowed: another file that
 * takes its place later is not.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include <stdbool.h>

#include "memory.h"

enum sandbox_use {
	SANDBOX_UNUSED = 0,
	SANDBOX_READ,   /* a file, or a folder with all beneath it */
	SANDBOX_BESIDE, /* the folder that a file is in */
	SANDBOX_OUTPUT, /* what is made there: in it, if it is a folder, or else beside it */
	SANDBOX_FILLED, /* a folder that is made, or was empty: the one it is in is synced, too */
	SANDBOX_VAULT,  /* a folder that is read and changed */
};

/* "-", NULL and what is not there to be read need no allowance. */
void sandbox_allow(const char *path, enum sandbox_use use);
void sandbox_allow_all(const struct list *paths, enum sandbox_use use);

/* False: it says why, and the process is to end. */
bool sandbox_begin(void);
/*
 * Once; later calls change nothing.  Where the kernel has no Landlock, it
 * says so, and with `require` returns false.
 */
bool sandbox_enter(bool require);

/* What is active, for `version`. */
struct sandbox_state {
	bool calls; /* seccomp */
	int files;  /* Landlock: the version of its interface, or 0: none */
};
struct sandbox_state sandbox_state(void);

#endif
