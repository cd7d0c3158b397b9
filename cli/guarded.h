/*
 * Memory for what nobody else may see: the library's for secrets, locked
 * against swapping and kept out of core dumps.  What is or shows a key or a passphrase is
 * there or nowhere.  A statement has to be taken also where the system allows
 * little locked memory: a text may be in a mapping of its own, kept out of core dumps
 * and locked as far as the system lets us.  All of it is wiped when it goes.
 */
#ifndef CLI_GUARDED_H
#define CLI_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

enum guarded_kind {
	GUARDED_KEY,
	GUARDED_TEXT,
};

/* Zeroed; NULL when there is none. */
void *guarded_new(enum guarded_kind kind, size_t size);
/* Wipes.  NULL is fine. */
void guarded_free(void *p);

/* False from the first text on that could not be locked. */
bool guarded_all_locked(void);

/* A text that grows in such memory. */
struct guarded {
	char *data;
	size_t len, cap;
	enum guarded_kind kind;
};

/* Room for `more` bytes after len; false, and all is as it was, when there is no memory. */
bool guarded_reserve(struct guarded *g, size_t more);
bool guarded_add(struct guarded *g, const void *data, size_t len);
bool guarded_puts(struct guarded *g, const char *text);
/* Wipes and frees; it is empty then. */
void guarded_release(struct guarded *g);

#endif
