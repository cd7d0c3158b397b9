/*
 * What one character takes on the screen.  A character is what a reader
 * takes for one (an extended grapheme cluster, UAX 29): a letter with its
 * marks, a flag, a syllable.  What cannot be shown as it is (controls,
 * hidden characters, bytes that are no UTF-8) has the forms of escape.h.
 */
#ifndef CLI_GLYPH_H
#define CLI_GLYPH_H

#include <stdbool.h>
#include <stddef.h>

enum {
	GLYPH_SHOWN_MAX = 32, /* bytes; of a letter with more marks the rest is not drawn */
	GLYPH_TAB = 8,
};

struct glyph {
	size_t len;     /* bytes of text that it is; at least 1 */
	unsigned width; /* columns; 0 for a line feed only */
	bool odd;       /* shown in another form than its own */
	bool space;     /* a line can be broken after it */
	bool wide;      /* and before and after this one: it is of a script without spaces */
	size_t shown_len;
	char shown[GLYPH_SHOWN_MAX]; /* what the terminal gets; no NUL; "" for a line feed */
};

/* The one at the start of `text`, which has at least one byte; a tab depends on the column. */
void glyph_read(const char *text, size_t len, unsigned column, struct glyph *glyph);

/* Columns of a whole text without line feeds. */
unsigned glyph_columns(const char *text, size_t len);

#endif
