/*
 * A text that is being written: its bytes, the cursor, and which rows of it
 * are seen.  Knows nothing of terminals.  The text is in guarded memory.
 */
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include <stdint.h>

#include "guarded.h"
#include "keys.h"
#include "rows.h"
#include "screen.h"

struct editor {
	struct guarded text;
	struct rows rows;
	size_t cursor;   /* offset; always where a character begins, or the end */
	size_t top;      /* the first row that is seen */
	size_t height;   /* rows that can be seen; at least 1 */
	unsigned column; /* where Up and Down want to go */
	bool keep_column;
	size_t max;       /* bytes */
	bool one_line;    /* line feeds become spaces, and Enter is not for the editor */
	bool full;        /* something did not fit, or there was no memory: it was left out */
	uint64_t changes; /* counts them */
};

/* False when there is no memory. */
bool editor_init(struct editor *e, unsigned width, unsigned height, size_t max);
void editor_release(struct editor *e);

/* In place of all there is; the cursor at its end.  False when it does not fit. */
bool editor_set(struct editor *e, const char *text, size_t len);
void editor_resize(struct editor *e, unsigned width, unsigned height);
/* False for a key that is not for the editor. */
bool editor_key(struct editor *e, const struct key *key);
/* Draws into the rows from `row` on, e->height of them, and puts the screen's cursor there. */
void editor_draw(struct editor *e, struct screen *screen, unsigned row);

#endif
