/*
 * What a terminal is to show, cell by cell, and the bytes that bring it from
 * one picture to the next.  Only whole rows are sent, each from its
 * beginning, so that a terminal with other ideas of a character's width goes wrong
 * in one row and no further.  In guarded memory.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "glyph.h"
#include "guarded.h"

enum screen_style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_BAR, /* dark on light */
};

struct cell {
	char text[GLYPH_SHOWN_MAX]; /* what is drawn here; "" behind a wide character */
	unsigned char len;
	unsigned char style;
};

enum {
	SCREEN_ROWS_MAX = 300,
	SCREEN_COLUMNS_MAX = 600
};

struct screen {
	unsigned rows, columns;
	unsigned cursor_row, cursor_column;
	struct cell *cells;
	size_t size; /* bytes of cells */
};

/* At least 2 by 4 cells, whatever is asked for; empty.  False when there is no memory. */
bool screen_init(struct screen *s, unsigned rows, unsigned columns);
void screen_release(struct screen *s);
void screen_clear(struct screen *s);
/* What is beyond the edge is left out. */
void screen_put(struct screen *s, unsigned row, unsigned column, const struct glyph *g,
		enum screen_style style);
/* One line; what does not fit is cut.  Returns the column after it. */
unsigned screen_text(struct screen *s, unsigned row, unsigned column, const char *text, size_t len,
		     enum screen_style style);
/* Wraps the text over as many rows as it takes, from `row` on to `most`; how many these are. */
unsigned screen_wrapped(struct screen *s, unsigned row, unsigned most, const char *text, size_t len,
			enum screen_style style);
/* How many rows screen_wrapped would take. */
unsigned screen_rows_of(const struct screen *s, const char *text, size_t len);
/* The whole row in this style, where nothing was put. */
void screen_bar(struct screen *s, unsigned row, enum screen_style style);

/*
 * Appends what turns `before` (NULL: anything) into `now`; they have one size.
 * False when there is no memory.
 */
bool screen_update(const struct screen *before, const struct screen *now, struct guarded *out);

#endif
