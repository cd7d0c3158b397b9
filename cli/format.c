#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glyph.h"

const char *
format_bytes(uint64_t bytes, char out[FORMAT_SIZE])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t whole = bytes, rest = 0;
	unsigned unit = 0;

	while (whole >= 1024) {
		rest = whole & 1023;
		whole >>= 10;
		unit++;
	}
	if (unit == 0 || whole >= 100)
		snprintf(out, FORMAT_SIZE, "%" PRIu64 " %s", whole, units[unit]);
	else
		snprintf(out, FORMAT_SIZE, "%" PRIu64 ".%" PRIu64 " %s", whole, rest * 10 / 1024,
			 units[unit]);
	return out;
}

void
format_padded(FILE *out, const char *text, int width)
{
	int fill = abs(width) - (int)glyph_columns(text, strlen(text));

	fprintf(out, "%*s%s%*s", width < 0 && fill > 0 ? fill : 0, "", text,
		width > 0 && fill > 0 ? fill : 0, "");
}

int
format_widest(const char *const *words, size_t n, int least)
{
	int widest = least, width;
	size_t i;

	for (i = 0; i < n; i++) {
		width = (int)glyph_columns(words[i], strlen(words[i]));
		widest = width > widest ? width : widest;
	}
	return widest;
}

const char *
format_duration(uint64_t seconds, char out[FORMAT_SIZE])
{
	uint64_t h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;

	if (h > 9999)
		snprintf(out, FORMAT_SIZE, "?");
	else if (h > 0)
		snprintf(out, FORMAT_SIZE, "%u:%02u:%02u", (unsigned)h, (unsigned)m, (unsigned)s);
	else
		snprintf(out, FORMAT_SIZE, "%u:%02u", (unsigned)m, (unsigned)s);
	return out;
}
