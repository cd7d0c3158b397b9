/*
 * Where the rows of a text begin when it is wrapped at words.  Kept up to
 * date through changes: only what a change moves is looked at again, so that
 * typing into a line of megabytes is as quick as into an empty one.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>

struct rows {
	size_t *starts; /* offsets of bytes; the first is 0 */
	size_t n, cap;  /* at least one, after rows_wrap */
	unsigned width; /* columns */
};

/*
 * Each returns false when there is no memory: all is one row then, or none
 * where there was none, and the next change tries again.
 */
bool rows_wrap(struct rows *rows, const char *text, size_t len, unsigned width);
/* At `from`, `removed` bytes gave way to `added` ones; `text` is as it is now. */
bool rows_change(struct rows *rows, const char *text, size_t len, size_t from, size_t removed,
		 size_t added);
void rows_release(struct rows *rows);

/* The row that the byte at this offset, or the end, is in. */
size_t rows_find(const struct rows *rows, size_t at);
/* Where it ends: the next one begins, or the text ends. */
size_t rows_end(const struct rows *rows, size_t row, size_t len);

#endif
