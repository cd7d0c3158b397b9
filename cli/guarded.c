#include "guarded.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "evault.h"

enum {
	GUARDED_MIN = 4096,
	/* What is larger is a text, and no key: it must not take the keys' room. */
	LOCKED_MAX = 256 << 10,
};

void *
guarded_new(size_t size)
{
	void *p;

	if (size <= LOCKED_MAX)
		return evault_secret_new(size);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	/* Best effort: where locking is not allowed, it may reach the swap. */
	(void)mlock(p, size);
	(void)madvise(p, size, MADV_DONTDUMP);
	return p;
}

void
guarded_free(void *p, size_t size)
{
	if (p == NULL)
		return;
	if (size <= LOCKED_MAX) {
		evault_secret_free(p);
		return;
	}
	explicit_bzero(p, size);
	munmap(p, size);
}

bool
guarded_reserve(struct guarded *g, size_t more)
{
	size_t cap = g->cap < GUARDED_MIN ? GUARDED_MIN : g->cap;
	char *grown;

	if (more <= g->cap - g->len)
		return true;
	if (more > SIZE_MAX / 4 - g->len)
		return false;
	while (cap < g->len + more)
		cap *= 2;
	grown = guarded_new(cap);
	if (grown == NULL)
		return false;
	if (g->len > 0)
		memcpy(grown, g->data, g->len);
	guarded_free(g->data, g->cap);
	g->data = grown;
	g->cap = cap;
	return true;
}

bool
guarded_add(struct guarded *g, const void *data, size_t len)
{
	if (!guarded_reserve(g, len))
		return false;
	if (len > 0)
		memcpy(g->data + g->len, data, len);
	g->len += len;
	return true;
}

bool
guarded_puts(struct guarded *g, const char *text)
{
	return guarded_add(g, text, strlen(text));
}

void
guarded_release(struct guarded *g)
{
	guarded_free(g->data, g->cap);
	*g = (struct guarded){ 0 };
}
