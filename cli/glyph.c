#include "glyph.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "utf8.h"

/* A mark without a letter stands on this circle, so that it can be seen and passed. */
#define CIRCLE "\xE2\x97\x8C"

static void
read_ascii(char c, unsigned column, struct glyph *g)
{
	g->len = 1;
	g->shown[0] = c;
	g->shown_len = 1;
	g->width = 1;
	g->space = c == ' ' || c == '\t';
	if (c == '\n')
		g->width = 0;
	if (c == '\t')
		g->width = GLYPH_TAB - column % GLYPH_TAB;
	if (c == '\n')
		g->shown_len = 0;
	if (c == '\t')
		memset(g->shown, ' ', g->shown_len = g->width);
}

/* As escape.h writes it. */
static void
read_odd(unsigned char byte, size_t len, uint32_t point, struct glyph *g)
{
	int n;

	if (len <= 1)
		n = snprintf(g->shown, sizeof(g->shown), "\\x%02X", (unsigned)byte);
	else
		n = snprintf(g->shown, sizeof(g->shown), "\\u{%04X}", (unsigned)point);
	g->shown_len = (size_t)n;
	g->width = (unsigned)n;
	g->len = len == 0 ? 1 : len;
	g->odd = true;
}

static unsigned
width_of(uint32_t point)
{
	int width = utf8proc_charwidth((utf8proc_int32_t)point);

	return width < 0 ? 0 : (unsigned)width;
}

static void
show(struct glyph *g, const char *text, size_t len)
{
	if (g->shown_len + len > sizeof(g->shown))
		return;
	memcpy(g->shown + g->shown_len, text, len);
	g->shown_len += len;
}

/* Takes what belongs to the character: marks, joined parts. */
static void
read_rest(const char *text, size_t len, uint32_t before, struct glyph *g)
{
	utf8proc_int32_t state = 0;
	uint32_t point;
	size_t n;

	while (g->len < len) {
		n = utf8_decode(text + g->len, len - g->len, &point);
		if (n < 2 || utf8_is_hidden(point) ||
		    utf8proc_grapheme_break_stateful((utf8proc_int32_t)before,
						     (utf8proc_int32_t)point, &state))
			return;
		show(g, text + g->len, n);
		g->width += width_of(point);
		g->len += n;
		before = point;
	}
}

void
glyph_read(const char *text, size_t len, unsigned column, struct glyph *g)
{
	unsigned char first = (unsigned char)text[0];
	uint32_t point = 0;
	size_t n;

	memset(g, 0, offsetof(struct glyph, shown));
	/* Nearly all of most texts: followed by ASCII it is alone. */
	if (first == '\n' || first == '\t' ||
	    (first >= 0x20 && first < 0x7F && (len == 1 || (unsigned char)text[1] < 0x80))) {
		read_ascii(text[0], column, g);
		return;
	}
	n = utf8_decode(text, len, &point);
	if (n == 0 || utf8_is_hidden(point)) {
		read_odd(first, n, point, g);
		return;
	}
	g->len = n;
	g->width = width_of(point);
	g->wide = g->width > 1;
	g->space = point == ' ';
	if (g->width == 0) {
		show(g, CIRCLE, strlen(CIRCLE));
		g->width = 1;
	}
	show(g, text, n);
	read_rest(text, len, point, g);
}

unsigned
glyph_columns(const char *text, size_t len)
{
	unsigned columns = 0;
	struct glyph g;
	size_t i;

	for (i = 0; i < len; i += g.len) {
		glyph_read(text + i, len - i, columns, &g);
		columns += g.width;
	}
	return columns;
}
