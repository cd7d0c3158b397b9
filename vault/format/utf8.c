#include "format/utf8.h"

size_t
ev_utf8_get(struct ev_slice s, uint32_t *point)
{
	size_t len, i;

	if (s.data[0] < 0x80) {
		*point = s.data[0];
		return 1;
	}
	len = ev_utf8_len(s);
	if (len == 0)
		return 0;
	*point = s.data[0] & (0x7FU >> len);
	for (i = 1; i < len; i++)
		*point = *point << 6 | (s.data[i] & 0x3FU);
	return len;
}

size_t
ev_utf8_put(uint32_t point, uint8_t out[EV_UTF8_MAX])
{
	if ((point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF)
		point = 0xFFFD;
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xC0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (uint8_t)(0xE0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (point & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (point & 0x3F));
	return 4;
}
