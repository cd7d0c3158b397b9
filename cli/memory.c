#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

void
memory_exit(void)
{
	message_error(_("out of memory"));
	exit(EXIT_FAILED);
}

void *
memory_grow(void *old, size_t size)
{
	void *p = realloc(old, size == 0 ? 1 : size);

	if (p == NULL)
		memory_exit();
	return p;
}

void *
memory_need(size_t size)
{
	return memory_grow(NULL, size);
}

char *
memory_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_need(size), text, size);
}

char *
memory_last_part(const char *path)
{
	size_t end = strlen(path), from;
	char *part;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (from = end; from > 0 && path[from - 1] != '/'; from--)
		;
	part = memory_need(end - from + 1);
	memcpy(part, path + from, end - from);
	part[end - from] = '\0';
	return part;
}

void
list_add(struct list *list, const char *text)
{
	if (list->n == list->cap) {
		list->cap = list->cap == 0 ? 16 : list->cap * 2;
		list->items = memory_grow(list->items, list->cap * sizeof(*list->items));
	}
	list->items[list->n++] = text;
}

void
list_release(struct list *list)
{
	free(list->items);
	*list = (struct list){ 0 };
}

void
list_release_all(struct list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free((void *)(size_t)list->items[i]);
	list_release(list);
}
