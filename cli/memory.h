/* Memory and lists for the commands: where there is none left, evault says so and ends. */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

#include <stddef.h>

/* As malloc and realloc; they do not return when there is no memory. */
void *memory_need(size_t size);
void *memory_grow(void *old, size_t size);
char *memory_copy(const char *text);
/* Says that there is none, and ends. */
_Noreturn void memory_exit(void);

/* "case.vault" of "a/case.vault/"; new memory. */
char *memory_last_part(const char *path);

/* Texts in the order they came.  It owns the array, not the texts. */
struct list {
	const char **items;
	size_t n, cap;
};

void list_add(struct list *list, const char *text);
/* The array only. */
void list_release(struct list *list);
/* The texts too. */
void list_release_all(struct list *list);

#endif
