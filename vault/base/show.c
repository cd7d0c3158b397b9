/*
 * Making bytes from evidence safe to print.  Zero-width joiners (U+200C,
 * U+200D) stay as they are: names in Arabic script need them.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum {
	SHOW_UNIT = sizeof("\\u{10FFFF}") /* the longest form of one character, and NUL */
};

static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0080, 0x009F },   /* C1 controls */
	{ 0x00AD, 0x00AD },   /* soft hyphen */
	{ 0x061C, 0x061C },   /* Arabic letter mark */
	{ 0x180E, 0x180E },   /* Mongolian vowel separator */
	{ 0x200B, 0x200B },   /* zero-width space */
	{ 0x200E, 0x200F },   /* direction marks */
	{ 0x2028, 0x202E },   /* line and paragraph separators, bidi embeddings */
	{ 0x2060, 0x206F },   /* word joiner, invisible operators, bidi isolates */
	{ 0xFDD0, 0xFDEF },   /* noncharacters */
	{ 0xFEFF, 0xFEFF },   /* byte order mark */
	{ 0xFFF9, 0xFFFB },   /* interlinear annotation */
	{ 0xE0000, 0xE007F }, /* tags */
};

static bool
show_hides(uint32_t point)
{
	size_t i;

	if ((point & 0xFFFE) == 0xFFFE)
		return true; /* the last two of each plane are noncharacters */
	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return true;
	return false;
}

/* Of one valid UTF-8 character. */
static uint32_t
show_point(const uint8_t *at, size_t len)
{
	static const uint8_t first_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	uint32_t point = at[0] & first_bits[len];
	size_t i;

	for (i = 1; i < len; i++)
		point = point << 6 | (at[i] & 0x3FU);
	return point;
}

/* The form of the character at the cursor, which is passed over: NUL-terminated; its length. */
static size_t
show_step(struct ev_cursor *c, char form[SHOW_UNIT])
{
	size_t len = ev_utf8_len(ev_slice_of(c->at, c->left));
	struct ev_slice s = ev_cursor_take(c, len == 0 ? 1 : len);
	uint32_t point = len == 0 ? 0 : show_point(s.data, len);

	if (len == 0 || point < 0x20 || point == 0x7F)
		return (size_t)snprintf(form, SHOW_UNIT, "\\x%02X", s.data[0]);
	if (point == '\\')
		return (size_t)snprintf(form, SHOW_UNIT, "\\\\");
	if (show_hides(point))
		return (size_t)snprintf(form, SHOW_UNIT, "\\u{%04X}", (unsigned)point);
	memcpy(form, s.data, len);
	form[len] = '\0';
	return len;
}

void
ev_show(struct ev_buf *out, struct ev_slice raw)
{
	struct ev_cursor c = ev_cursor_of(raw.data, raw.len);
	char form[SHOW_UNIT];
	size_t len;

	while (c.left > 0) {
		len = show_step(&c, form);
		ev_buf_add(out, form, len);
	}
}

bool
ev_show_is_same(struct ev_slice raw)
{
	struct ev_cursor c = ev_cursor_of(raw.data, raw.len), before;
	char form[SHOW_UNIT];
	size_t len;

	while (c.left > 0) {
		before = c;
		len = show_step(&c, form);
		if (!ev_slice_equal(ev_cursor_take(&before, before.left - c.left),
				    ev_slice_of(form, len)))
			return false;
	}
	return true;
}

static size_t
show_len(struct ev_cursor c)
{
	char form[SHOW_UNIT];
	size_t len = 0;

	while (c.left > 0)
		len += show_step(&c, form);
	return len;
}

const char *
ev_show_path(const char *raw, char out[EV_SHOW_SIZE])
{
	static const char mark[] = "…";
	enum {
		HALF = (EV_SHOW_SIZE - sizeof(mark)) / 2
	};
	struct ev_cursor c = ev_cursor_of(raw, strlen(raw));
	size_t left = show_len(c); /* of the shown form, from the cursor on */
	bool cut = left >= EV_SHOW_SIZE, marked = false;
	char form[SHOW_UNIT];
	size_t len, n = 0;

	while (c.left > 0) {
		len = show_step(&c, form);
		if (cut && !marked && n + len > HALF) {
			memcpy(out + n, mark, sizeof(mark) - 1);
			n += sizeof(mark) - 1;
			marked = true;
		}
		if (!marked || left <= HALF) {
			memcpy(out + n, form, len);
			n += len;
		}
		left -= len;
	}
	out[n] = '\0';
	return out;
}
