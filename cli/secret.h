/*
 * A passphrase in memory: a page of its own, locked (as far as the system
 * lets us), kept out of core dumps, and wiped when it is released.
 */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include "evault.h"

struct secret {
	char text[EVAULT_PASSPHRASE_MAX + 1];
	bool set;
};

/* Does not return when there is no memory. */
struct secret *secret_new(void);
void secret_wipe(struct secret *secret);
/* NULL is fine. */
void secret_free(struct secret *secret);

/*
 * Reads one line byte by byte, so that nothing of it stays in a buffer and
 * what follows can be read by others; without its line end (LF, CR LF, or
 * the end of the file).  `stop` (may be NULL) is asked when a signal came.
 * E_CANCELLED after a stop, or at the end of the file; E_LIMIT; E_FORMAT (a NUL byte); E_IO.
 * On failure `out` is wiped.
 */
enum evault_status secret_read_line(int fd, char *out, size_t size, bool (*stop)(void),
				    struct evault_error *err);

/* The first line of a file; "-" is standard input. */
enum evault_status secret_read_file(struct secret *secret, const char *path,
				    struct evault_error *err);

#endif
