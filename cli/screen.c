#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "rows.h"

bool
screen_init(struct screen *s, unsigned rows, unsigned columns)
{
	rows = rows < 2 ? 2 : rows > SCREEN_ROWS_MAX ? SCREEN_ROWS_MAX : rows;
	columns = columns < 4 ? 4 : columns > SCREEN_COLUMNS_MAX ? SCREEN_COLUMNS_MAX : columns;
	*s = (struct screen){ .rows = rows, .columns = columns };
	s->size = (size_t)rows * columns * sizeof(*s->cells);
	s->cells = guarded_new(GUARDED_TEXT, s->size);
	if (s->cells == NULL)
		return false;
	screen_clear(s);
	return true;
}

void
screen_release(struct screen *s)
{
	guarded_free(s->cells);
	*s = (struct screen){ 0 };
}

static void
blank(struct cell *cell, enum screen_style style)
{
	memset(cell, 0, sizeof(*cell));
	cell->text[0] = ' ';
	cell->len = 1;
	cell->style = (unsigned char)style;
}

static struct cell *
cell_at(const struct screen *s, unsigned row, unsigned column)
{
	return &s->cells[(size_t)row * s->columns + column];
}

void
screen_clear(struct screen *s)
{
	size_t i;

	for (i = 0; i < (size_t)s->rows * s->columns; i++)
		blank(&s->cells[i], STYLE_PLAIN);
	s->cursor_row = s->cursor_column = 0;
}

/* Several columns of ASCII are as many cells; anything else is one, and empty ones behind it. */
void
screen_put(struct screen *s, unsigned row, unsigned column, const struct glyph *g,
	   enum screen_style style)
{
	bool spread = g->shown_len == g->width;
	struct cell *cell;
	unsigned i;

	if (row >= s->rows || (!spread && column + g->width > s->columns))
		return;
	for (i = 0; i < g->width && column + i < s->columns; i++) {
		cell = cell_at(s, row, column + i);
		memset(cell, 0, sizeof(*cell));
		cell->style = (unsigned char)style;
		if (!spread && i > 0)
			continue;
		cell->len = spread ? 1 : (unsigned char)g->shown_len;
		memcpy(cell->text, g->shown + (spread ? i : 0), cell->len);
	}
}

unsigned
screen_text(struct screen *s, unsigned row, unsigned column, const char *text, size_t len,
	    enum screen_style style)
{
	struct glyph g;
	size_t i;

	for (i = 0; i < len && column < s->columns; i += g.len) {
		glyph_read(text + i, len - i, column, &g);
		screen_put(s, row, column, &g, g.odd && style == STYLE_PLAIN ? STYLE_BAR : style);
		column += g.width;
	}
	return column;
}

unsigned
screen_wrapped(struct screen *s, unsigned row, unsigned most, const char *text, size_t len,
	       enum screen_style style)
{
	struct rows rows = { 0 };
	unsigned i = 0, wrapped;
	size_t end;

	if (!rows_wrap(&rows, text, len, s->columns))
		return 0;
	wrapped = rows.n < most ? (unsigned)rows.n : most;
	for (i = 0; i < wrapped; i++) {
		end = rows_end(&rows, i, len);
		screen_text(s, row + i, 0, text + rows.starts[i], end - rows.starts[i], style);
		screen_bar(s, row + i, style);
	}
	rows_release(&rows);
	return wrapped;
}

unsigned
screen_rows_of(const struct screen *s, const char *text, size_t len)
{
	struct rows rows = { 0 };
	unsigned n = rows_wrap(&rows, text, len, s->columns) ? (unsigned)rows.n : 1;

	rows_release(&rows);
	return n;
}

void
screen_bar(struct screen *s, unsigned row, enum screen_style style)
{
	struct cell *cell;
	unsigned i;

	for (i = 0; row < s->rows && i < s->columns; i++) {
		cell = cell_at(s, row, i);
		if (cell->style == STYLE_PLAIN && cell->len == 1 && cell->text[0] == ' ')
			cell->style = (unsigned char)style;
	}
}

/* ---- to the terminal ----------------------------------------------------------------- */

static bool
send_row(const struct screen *s, unsigned row, struct guarded *out)
{
	static const char *const styles[] = { "\033[0m", "\033[0;1m", "\033[0;7m" };
	const struct cell *cell = cell_at(s, row, 0);
	unsigned style = STYLE_PLAIN, i, last = s->columns;
	char at[32];
	bool good;

	while (last > 0 && cell[last - 1].style == STYLE_PLAIN && cell[last - 1].len == 1 &&
	       cell[last - 1].text[0] == ' ')
		last--;
	snprintf(at, sizeof(at), "\033[%u;1H", row + 1);
	good = guarded_puts(out, at) && guarded_puts(out, styles[STYLE_PLAIN]);
	for (i = 0; i < last && good; i++) {
		if (cell[i].style != style)
			good = guarded_puts(out, styles[style = cell[i].style]);
		good = good && guarded_add(out, cell[i].text, cell[i].len);
	}
	good = good && guarded_puts(out, styles[STYLE_PLAIN]);
	/* At the last column the cursor still stands on it, and would take it away. */
	return good && (last == s->columns || guarded_puts(out, "\033[K"));
}

bool
screen_update(const struct screen *before, const struct screen *now, struct guarded *out)
{
	size_t row_size = now->columns * sizeof(struct cell);
	bool good = true;
	unsigned row;
	char at[32];

	for (row = 0; row < now->rows && good; row++)
		if (before == NULL ||
		    memcmp(cell_at(before, row, 0), cell_at(now, row, 0), row_size) != 0)
			good = send_row(now, row, out);
	snprintf(at, sizeof(at), "\033[%u;%uH", now->cursor_row + 1, now->cursor_column + 1);
	return good && guarded_puts(out, at);
}
