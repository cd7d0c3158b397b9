/* Numbers as people read them. */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	FORMAT_SIZE = 24
};

/* "512 B", "1.5 KiB", "10 MiB"; returns out. */
const char *format_bytes(uint64_t bytes, char out[FORMAT_SIZE]);
/* "0:42", "3:05:00"; returns out. */
const char *format_duration(uint64_t seconds, char out[FORMAT_SIZE]);

/* Text filled up with spaces to that many columns: on its right, or on its left when `width` is
 * negative. */
void format_padded(FILE *out, const char *text, int width);

/* Columns of the widest of these words, for a column that they stand in; at least `least`. */
int format_widest(const char *const *words, size_t n, int least);

#endif
