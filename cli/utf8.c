#include "utf8.h"

static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0000, 0x001F },   /* C0 controls */
	{ 0x007F, 0x009F },   /* DEL, C1 controls */
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

/* By the first byte: how many bytes, or 0. */
static size_t
length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if (first >= 0xE0 && first <= 0xEF)
		return 3;
	if (first >= 0xF0 && first <= 0xF4)
		return 4;
	return 0;
}

size_t
utf8_decode(const char *s, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)s;
	size_t n = length_of(at[0]), i;
	uint32_t p;

	if (n == 0 || n > len)
		return 0;
	p = n == 1 ? at[0] : at[0] & (0x7FU >> n);
	for (i = 1; i < n; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return 0;
		p = p << 6 | (at[i] & 0x3FU);
	}
	if (p < least[n] || p > 0x10FFFF || (p >= 0xD800 && p <= 0xDFFF))
		return 0;
	*point = p;
	return n;
}

bool
utf8_is_valid(const char *s, size_t len)
{
	uint32_t point;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &point);
		if (n == 0)
			return false;
	}
	return true;
}

bool
utf8_is_hidden(uint32_t point)
{
	size_t i;

	if ((point & 0xFFFE) == 0xFFFE)
		return true; /* the last two of each plane are noncharacters */
	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return true;
	return false;
}

size_t
utf8_count(const char *s, size_t len)
{
	uint32_t point;
	size_t i, n, count = 0;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &point);
		n = n == 0 ? 1 : n;
		count++;
	}
	return count;
}
