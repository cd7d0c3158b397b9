#include "rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "glyph.h"

static bool
grow(struct rows *rows, size_t need)
{
	size_t cap = rows->cap == 0 ? 64 : rows->cap;
	size_t *grown;

	if (need <= rows->cap)
		return true;
	while (cap < need)
		cap *= 2;
	grown = realloc(rows->starts, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	rows->starts = grown;
	rows->cap = cap;
	return true;
}

static bool
push(struct rows *rows, size_t start)
{
	if (!grow(rows, rows->n + 1))
		return false;
	rows->starts[rows->n++] = start;
	return true;
}

/*
 * Where the row after the one at `start` begins; false when this is the last.
 * A space that does not fit hangs over the margin, and nobody misses it.
 */
static bool
next_row(const char *text, size_t len, size_t start, unsigned width, size_t *next)
{
	size_t at = start, may = 0;
	unsigned column = 0;
	struct glyph g;

	while (at < len) {
		glyph_read(text + at, len - at, column, &g);
		if (g.wide && at > start)
			may = at;
		if (g.width > 0 && column + g.width > width && at > start && !g.space) {
			*next = may > start ? may : at;
			return true;
		}
		at += g.len;
		column += g.width;
		if (g.width == 0 || (g.space && column > width)) {
			*next = at;
			return true;
		}
		if (g.space || g.wide)
			may = at;
	}
	return false;
}

bool
rows_wrap(struct rows *rows, const char *text, size_t len, unsigned width)
{
	size_t start = 0;

	rows->n = 0;
	rows->width = width;
	if (!push(rows, 0))
		return false;
	while (next_row(text, len, start, width, &start)) {
		if (!push(rows, start)) {
			rows->n = 1;
			return false;
		}
	}
	return true;
}

/* In place of rows `first` up to `after` come the fresh ones. */
static bool
splice(struct rows *rows, size_t first, size_t after, const struct rows *fresh)
{
	size_t tail = rows->n - after;

	if (!grow(rows, first + fresh->n + tail))
		return false;
	memmove(rows->starts + first + fresh->n, rows->starts + after,
		tail * sizeof(*rows->starts));
	memcpy(rows->starts + first, fresh->starts, fresh->n * sizeof(*rows->starts));
	rows->n = first + fresh->n + tail;
	return true;
}

bool
rows_change(struct rows *rows, const char *text, size_t len, size_t from, size_t removed,
	    size_t added)
{
	size_t first = rows_find(rows, from), after, start, i;
	struct rows fresh = { .width = rows->width };
	bool good;

	/*
	 * What did not fit into a row decided where it ends.  That stands in the
	 * next row, or begins the one after it; and a mark that is put in may belong to
	 * the character before.
	 */
	first -= first < 3 ? first : 3;
	for (after = first + 1; after < rows->n && rows->starts[after] <= from + removed; after++)
		;
	for (i = after; i < rows->n; i++)
		rows->starts[i] = rows->starts[i] - removed + added;
	start = rows->starts[first];
	good = push(&fresh, start);
	while (good && next_row(text, len, start, rows->width, &start)) {
		while (after < rows->n && rows->starts[after] < start)
			after++;
		if (after < rows->n && rows->starts[after] == start)
			break; /* from here on all is as it was */
		good = push(&fresh, start);
	}
	if (good && (after == rows->n || rows->starts[after] != start))
		after = rows->n;
	good = good && splice(rows, first, after, &fresh);
	if (!good)
		rows->n = 1;
	rows_release(&fresh);
	return good;
}

void
rows_release(struct rows *rows)
{
	free(rows->starts);
	*rows = (struct rows){ 0 };
}

size_t
rows_find(const struct rows *rows, size_t at)
{
	size_t low = 0, high = rows->n, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (rows->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t
rows_end(const struct rows *rows, size_t row, size_t len)
{
	return row + 1 < rows->n ? rows->starts[row + 1] : len;
}
