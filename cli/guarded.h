/*
 * Memory for what nobody else may see: the library's for secrets, locked
 * against swapping and kept out of core dumps.  A long text has a mapping of
 * its own, which is locked as far as the system lets us.  All of it is wiped
 * when it goes.  For passphrases, statements, and what is shown of them.
 */
#ifndef CLI_GUARDED_H
#define CLI_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed; NULL when there is none. */
void *guarded_new(size_t size);
/* Wipes.  NULL is fine. */
void guarded_free(void *p, size_t size);

/* A text that grows in such memory. */
struct guarded {
	char *data;
	size_t len, cap;
};

/* Room for `more` bytes after len; false, and all is as it was, when there is no memory. */
bool guarded_reserve(struct guarded *g, size_t more);
bool guarded_add(struct guarded *g, const void *data, size_t len);
bool guarded_puts(struct guarded *g, const char *text);
/* Wipes and frees; it is empty then. */
void guarded_release(struct guarded *g);

#endif
