#include "guarded.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "evault.h"

enum {
	GUARDED_MIN = 4096,
	/* What is larger is a text, and no key: it must not take the keys' room. */
	LOCKED_MAX = 256 << 10,
	HEAD = 64, /* before what is given out: keeps it aligned */
};

struct head {
	size_t size;
	bool mapped;
};
_Static_assert(sizeof(struct head) <= HEAD, "a head fits");

/* For a warning, which cannot be given while a page is open. */
static bool unlocked;

static void *
map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (mlock(p, size) != 0)
		unlocked = true;
	(void)madvise(p, size, MADV_DONTDUMP);
	return p;
}

void *
guarded_new(enum guarded_kind kind, size_t size)
{
	struct head *head = NULL;
	bool mapped = false;

	if (size > SIZE_MAX / 2)
		return NULL;
	size += HEAD;
	if (kind == GUARDED_KEY || size <= LOCKED_MAX)
		head = evault_secret_new(size);
	if (head == NULL && kind == GUARDED_TEXT) {
		mapped = true;
		head = map(size);
	}
	if (head == NULL)
		return NULL;
	*head = (struct head){ size, mapped };
	return (char *)head + HEAD;
}

void
guarded_free(void *p)
{
	struct head *head;

	if (p == NULL)
		return;
	head = (struct head *)(void *)((char *)p - HEAD);
	if (!head->mapped) {
		evault_secret_free(head);
		return;
	}
	explicit_bzero(p, head->size - HEAD);
	munmap(head, head->size);
}

bool
guarded_all_locked(void)
{
	return !unlocked;
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
	grown = guarded_new(g->kind, cap);
	if (grown == NULL)
		return false;
	if (g->len > 0)
		memcpy(grown, g->data, g->len);
	guarded_free(g->data);
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
	guarded_free(g->data);
	*g = (struct guarded){ .kind = g->kind };
}
