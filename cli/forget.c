#include "forget.h"

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	STACK = 256 << 10 /* bytes: deeper than any command goes */
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FORGET_FREED 0
#elif defined(__has_feature)
#define FORGET_FREED (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer))
#elif defined(__GLIBC__)
#define FORGET_FREED 1
#else
#define FORGET_FREED 0
#endif

#if FORGET_FREED && defined(__GLIBC__)
/* NOLINTBEGIN(bugprone-reserved-identifier): names of glibc's and of the linker's */
#ifdef EVAULT_STATIC
/* libc.a has them in one piece with the rest: all calls, its own as well, are led here (--wrap). */
void __wrap_free(void *p);
void *__wrap_realloc(void *p, size_t size);
void __real_free(void *p);
#define free          __wrap_free
#define realloc       __wrap_realloc
#define __libc_free   __real_free
#define __libc_malloc malloc
#else
/* glibc lets a program have its own of these, and calls them for itself, too. */
void *__libc_malloc(size_t size);
void __libc_free(void *p);
#endif
/* NOLINTEND(bugprone-reserved-identifier) */

void
free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
}

/* glibc's own would leave a copy where it cannot grow. */
void *
realloc(void *p, size_t size)
{
	size_t had = p == NULL ? 0 : malloc_usable_size(p);
	void *grown;

	if (p != NULL && size > 0 && size <= had && size >= had / 2)
		return p;
	if (p != NULL && size == 0) {
		free(p);
		return NULL;
	}
	grown = __libc_malloc(size);
	if (grown == NULL)
		return NULL;
	if (p != NULL) {
		memcpy(grown, p, had < size ? had : size);
		free(p);
	}
	return grown;
}
#endif

static void
wipe_stack(void)
{
	uint8_t below[STACK];

	explicit_bzero(below, sizeof(below));
}

void
forget_rest(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (argv[i] != NULL)
			explicit_bzero(argv[i], strlen(argv[i]));
	wipe_stack();
}
