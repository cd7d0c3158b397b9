/*
 * The editor without a terminal: what is typed goes in as bytes, what would
 * be seen is looked at in the cells.
 */
#ifndef UNIT_EDITOR_ON_SCREEN_H
#define UNIT_EDITOR_ON_SCREEN_H

#include <stdlib.h>

#include "../../cli/editor.h"
#include "unit.h"

enum {
	TEXT_MAX = 8 << 20
};

static struct editor editor;
static struct keys keys;
static struct screen screen;

static inline bool
on_key(void *ctx, const struct key *key)
{
	(void)ctx;
	editor_key(&editor, key);
	return true;
}

static inline void
begin(unsigned rows, unsigned columns)
{
	keys = (struct keys){ 0 };
	CHECK(editor_init(&editor, columns, rows, TEXT_MAX));
	CHECK(screen_init(&screen, rows, columns));
}

static inline void
end(void)
{
	editor_release(&editor);
	screen_release(&screen);
}

static inline void
type_bytes(const char *bytes, size_t len)
{
	keys_feed(&keys, bytes, len, on_key, NULL);
}

static inline void
type(const char *text)
{
	type_bytes(text, strlen(text));
}

static inline void
paste(const char *text, size_t len)
{
	type("\033[200~");
	type_bytes(text, len);
	type("\033[201~");
}

#define UP        "\033[A"
#define DOWN      "\033[B"
#define RIGHT     "\033[C"
#define LEFT      "\033[D"
#define HOME      "\033[H"
#define END       "\033[F"
#define DELETE    "\033[3~"
#define PAGE_UP   "\033[5~"
#define BACK      "\177"
#define FIRST     "\033[1;5H"
#define WORD_LEFT "\033[1;5D"

static inline bool
holds(const char *text)
{
	bool is = editor.text.len == strlen(text) &&
		  (editor.text.len == 0 || memcmp(editor.text.data, text, editor.text.len) == 0);

	if (!is)
		printf("# holds: %.*s\n", (int)editor.text.len, editor.text.data);
	return is;
}

/* The row as it is seen, without blanks at its end. */
static inline bool
row_is(unsigned row, const char *text)
{
	char seen[SCREEN_COLUMNS_MAX * 4];
	size_t n = 0, i;
	struct cell *cell;
	bool is;

	screen_clear(&screen);
	editor_draw(&editor, &screen, 0);
	for (i = 0; i < screen.columns; i++) {
		cell = &screen.cells[(size_t)row * screen.columns + i];
		memcpy(seen + n, cell->text, cell->len);
		n += cell->len;
	}
	while (n > 0 && seen[n - 1] == ' ')
		n--;
	is = n == strlen(text) && memcmp(seen, text, n) == 0;
	if (!is)
		printf("# row %u: %.*s\n", row, (int)n, seen);
	return is;
}

static inline bool
cursor_is(unsigned row, unsigned column)
{
	bool is;

	screen_clear(&screen);
	editor_draw(&editor, &screen, 0);
	is = screen.cursor_row == row && screen.cursor_column == column;
	if (!is)
		printf("# cursor: %u, %u\n", screen.cursor_row, screen.cursor_column);
	return is;
}

/* All rows begin where they would, were everything wrapped anew. */
static inline bool
rows_are_right(void)
{
	struct rows fresh = { 0 };
	bool same;

	if (!rows_wrap(&fresh, editor.text.data, editor.text.len, editor.rows.width))
		return false;
	same = fresh.n == editor.rows.n &&
	       memcmp(fresh.starts, editor.rows.starts, fresh.n * sizeof(*fresh.starts)) == 0;
	rows_release(&fresh);
	return same;
}

/* The cursor is where a character begins. */
static inline bool
cursor_is_whole(void)
{
	size_t at = editor.rows.starts[rows_find(&editor.rows, editor.cursor)];
	struct glyph g;

	for (; at < editor.cursor; at += g.len)
		glyph_read(editor.text.data + at, editor.text.len - at, 0, &g);
	return at == editor.cursor;
}

#endif
