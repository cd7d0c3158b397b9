#include "editor.h"

#include <string.h>

bool
editor_init(struct editor *e, unsigned width, unsigned height, size_t max)
{
	*e = (struct editor){ .max = max, .text.kind = GUARDED_TEXT };
	editor_resize(e, width, height);
	return e->rows.n > 0;
}

void
editor_release(struct editor *e)
{
	guarded_release(&e->text);
	rows_release(&e->rows);
}

/* The last column is left free, for a cursor behind the last character. */
static unsigned
width_within(unsigned width)
{
	return width < 3 ? 2 : width - 1;
}

/* Scrolls until the cursor is seen, and no more of the screen is empty than must be. */
static void
follow(struct editor *e)
{
	size_t row = rows_find(&e->rows, e->cursor);

	if (e->top + e->height > e->rows.n)
		e->top = e->rows.n > e->height ? e->rows.n - e->height : 0;
	if (row < e->top)
		e->top = row;
	if (row >= e->top + e->height)
		e->top = row - e->height + 1;
}

void
editor_resize(struct editor *e, unsigned width, unsigned height)
{
	e->height = height < 1 ? 1 : height;
	if (e->rows.n == 0 || e->rows.width != width_within(width))
		rows_wrap(&e->rows, e->text.data, e->text.len, width_within(width));
	if (e->rows.n > 0)
		follow(e);
}

bool
editor_set(struct editor *e, const char *text, size_t len)
{
	if (len > e->max)
		return false;
	e->text.len = 0;
	if (!guarded_add(&e->text, text, len))
		return false;
	e->cursor = len;
	e->changes++;
	e->top = 0;
	rows_wrap(&e->rows, e->text.data, e->text.len, e->rows.width);
	follow(e);
	return true;
}

/* ---- moving ------------------------------------------------------------------------- */

/* The character at `at`, which is not the end; its column is counted from the row's beginning. */
static void
read_at(const struct editor *e, size_t at, unsigned column, struct glyph *g)
{
	glyph_read(e->text.data + at, e->text.len - at, column, g);
}

/* The column of an offset within a row. */
static unsigned
column_of(const struct editor *e, size_t row, size_t at)
{
	size_t i = e->rows.starts[row];
	unsigned column = 0;
	struct glyph g;

	for (; i < at; i += g.len) {
		read_at(e, i, column, &g);
		column += g.width;
	}
	return column;
}

/* Where the character before `at` begins; 0 at the beginning. */
static size_t
before(const struct editor *e, size_t at)
{
	size_t row = rows_find(&e->rows, at), i, last;
	struct glyph g;

	if (e->rows.starts[row] == at && row > 0)
		row--;
	for (last = i = e->rows.starts[row]; i < at; i += g.len) {
		read_at(e, i, 0, &g);
		last = i;
	}
	return last;
}

static size_t
after(const struct editor *e, size_t at)
{
	struct glyph g;

	if (at >= e->text.len)
		return at;
	read_at(e, at, 0, &g);
	return at + g.len;
}

/* The last place in a row where the cursor is shown in this row. */
static size_t
row_last(const struct editor *e, size_t row)
{
	size_t end = rows_end(&e->rows, row, e->text.len);

	return row + 1 < e->rows.n ? before(e, end) : end;
}

/* The place in a row that is nearest to the column, from the left. */
static size_t
place_in(const struct editor *e, size_t row, unsigned column)
{
	size_t at = e->rows.starts[row], last = row_last(e, row);
	unsigned now = 0;
	struct glyph g;

	while (at < last) {
		read_at(e, at, now, &g);
		if (now + g.width > column)
			break;
		now += g.width;
		at += g.len;
	}
	return at;
}

static void
move_rows(struct editor *e, bool down, size_t by)
{
	size_t row = rows_find(&e->rows, e->cursor), to;

	if (!e->keep_column)
		e->column = column_of(e, row, e->cursor);
	if (down)
		to = by < e->rows.n - 1 - row ? row + by : e->rows.n - 1;
	else
		to = by < row ? row - by : 0;
	/* Past the first and the last row: to the very beginning and end. */
	if (to == row)
		e->cursor = down ? e->text.len : 0;
	else
		e->cursor = place_in(e, to, e->column);
}

static bool
is_space_at(const struct editor *e, size_t at)
{
	return e->text.data[at] == ' ' || e->text.data[at] == '\n' || e->text.data[at] == '\t';
}

static void
move_word(struct editor *e, bool right)
{
	size_t at = e->cursor, to;

	if (right) {
		while (at < e->text.len && !is_space_at(e, at))
			at = after(e, at);
		while (at < e->text.len && is_space_at(e, at))
			at = after(e, at);
	} else {
		while (at > 0 && is_space_at(e, to = before(e, at)))
			at = to;
		while (at > 0 && !is_space_at(e, to = before(e, at)))
			at = to;
	}
	e->cursor = at;
}

/* ---- changing ------------------------------------------------------------------------ */

/*
 * The cursor goes where the next character begins: what was put in may have
 * become part of one, with what was there.
 */
static void
changed(struct editor *e, size_t from, size_t removed, size_t added)
{
	size_t at, want = from + added;
	struct glyph g;

	e->changes++;
	rows_change(&e->rows, e->text.data, e->text.len, from, removed, added);
	at = e->rows.starts[rows_find(&e->rows, want)];
	for (; at < want; at += g.len)
		read_at(e, at, 0, &g);
	e->cursor = at;
}

static void
insert(struct editor *e, const char *text, size_t len)
{
	size_t from = e->cursor, i;
	char *at;

	if (len > e->max - e->text.len || !guarded_reserve(&e->text, len)) {
		e->full = true;
		return;
	}
	at = e->text.data + from;
	memmove(at + len, at, e->text.len - from);
	memcpy(at, text, len);
	for (i = 0; e->one_line && i < len; i++)
		if (at[i] == '\n')
			at[i] = ' ';
	e->text.len += len;
	changed(e, from, 0, len);
}

static void
cut(struct editor *e, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(e->text.data + from, e->text.data + to, e->text.len - to);
	explicit_bzero(e->text.data + e->text.len - (to - from), to - from);
	e->text.len -= to - from;
	changed(e, from, to - from, 0);
}

static bool
change(struct editor *e, const struct key *key)
{
	switch (key->kind) {
	case KEY_TEXT:
		/* Of a paste that did not fit nothing more: there must be no hole in it. */
		if (!key->pasted || !e->full)
			insert(e, key->text, key->len);
		return true;
	case KEY_ENTER:
		if (e->one_line)
			return false;
		insert(e, "\n", 1);
		return true;
	case KEY_BACKSPACE:
		cut(e, before(e, e->cursor), e->cursor);
		return true;
	case KEY_DELETE:
		cut(e, e->cursor, after(e, e->cursor));
		return true;
	default:
		return false;
	}
}

static bool
move(struct editor *e, const struct key *key)
{
	size_t row = rows_find(&e->rows, e->cursor);

	switch (key->kind) {
	case KEY_LEFT:
		e->cursor = before(e, e->cursor);
		return true;
	case KEY_RIGHT:
		e->cursor = after(e, e->cursor);
		return true;
	case KEY_WORD_LEFT:
	case KEY_WORD_RIGHT:
		move_word(e, key->kind == KEY_WORD_RIGHT);
		return true;
	case KEY_HOME:
		e->cursor = e->rows.starts[row];
		return true;
	case KEY_END:
		e->cursor = row_last(e, row);
		return true;
	case KEY_FIRST:
	case KEY_LAST:
		e->cursor = key->kind == KEY_LAST ? e->text.len : 0;
		return true;
	default:
		return false;
	}
}

static bool
move_far(struct editor *e, const struct key *key)
{
	switch (key->kind) {
	case KEY_UP:
	case KEY_DOWN:
		move_rows(e, key->kind == KEY_DOWN, 1);
		return true;
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		move_rows(e, key->kind == KEY_PAGE_DOWN, e->height > 1 ? e->height - 1 : 1);
		return true;
	default:
		return false;
	}
}

bool
editor_key(struct editor *e, const struct key *key)
{
	bool far, taken;

	e->full = e->full && key->kind == KEY_TEXT && key->pasted;
	far = move_far(e, key);
	taken = far || move(e, key) || change(e, key);
	e->keep_column = far;
	if (taken)
		follow(e);
	return taken;
}

/* ---- drawing ------------------------------------------------------------------------- */

static void
draw_row(const struct editor *e, struct screen *s, size_t row, unsigned at)
{
	size_t i = e->rows.starts[row], end = rows_end(&e->rows, row, e->text.len);
	unsigned column = 0;
	struct glyph g;

	for (; i < end && column < s->columns; i += g.len) {
		read_at(e, i, column, &g);
		screen_put(s, at, column, &g, g.odd ? STYLE_BAR : STYLE_PLAIN);
		column += g.width;
	}
}

void
editor_draw(struct editor *e, struct screen *s, unsigned at)
{
	size_t row = rows_find(&e->rows, e->cursor), i;
	unsigned column = column_of(e, row, e->cursor);

	for (i = e->top; i < e->rows.n && i < e->top + e->height; i++)
		draw_row(e, s, i, at + (unsigned)(i - e->top));
	s->cursor_row = at + (unsigned)(row - e->top);
	s->cursor_column = column < s->columns ? column : s->columns - 1;
}
