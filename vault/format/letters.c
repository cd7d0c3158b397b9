#include "format/letters.h"

#include <string.h>

const char ev_letters[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times x in GF(2^5), polynomial x^5 + x^2 + 1. */
static unsigned
times_x(unsigned a)
{
	return (a << 1 ^ (a >> 4 & 1) * 0x25) & 31;
}

/*
 * The letter that checks: letter j of five, times x^(5-j), summed up, and the place.
 * Factors differ, also from the 1 of the check itself, and so do places: that
 * is why one wrong letter, two that changed places and a group in another's
 * place never pass.
 */
unsigned
ev_letters_check(const uint8_t five[EV_LETTERS_DATA], unsigned place)
{
	unsigned sum = 0, j;

	for (j = 0; j < EV_LETTERS_DATA; j++)
		sum = times_x(sum ^ five[j]);
	return sum ^ (place + 1);
}

/* The Latin letter that a Cyrillic one looks like, or '?'. */
static char
look_alike(const uint8_t two[2])
{
	static const char alike[][4] = { "АA", "ВB", "ЕE", "З3", "КK", "МM", "НH", "О0",
					 "РP", "СC", "ТT", "УY", "ХX", "ЅS", "ІI", "ЈJ",
					 "аA", "вB", "еE", "з3", "кK", "мM", "нH", "оO",
					 "рP", "сC", "тT", "уY", "хX", "ѕS", "іI", "јJ" };
	size_t i;

	for (i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (memcmp(alike[i], two, 2) == 0)
			return alike[i][2];
	return '?';
}

uint8_t
ev_letter_value(struct ev_slice letter)
{
	uint8_t c = letter.len == 2 ? (uint8_t)look_alike(letter.data) : letter.data[0];
	uint8_t i;

	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	for (i = 0; i < 32; i++)
		if ((uint8_t)ev_letters[i] == c)
			return i;
	return EV_LETTER_NONE;
}

bool
ev_letter_is_dash(struct ev_slice c)
{
	return ev_slice_is(c, "-") || ev_slice_is(c, ".") || ev_slice_is(c, ":") ||
	       ev_slice_is(c, ",") || ev_slice_is(c, "_") || ev_slice_is(c, "\u2010") ||
	       ev_slice_is(c, "\u2011") || ev_slice_is(c, "\u2013") || ev_slice_is(c, "\u2014");
}

bool
ev_letter_is_space(struct ev_slice c)
{
	return ev_slice_is(c, " ") || ev_slice_is(c, "\t") || ev_slice_is(c, "\n") ||
	       ev_slice_is(c, "\r") || ev_slice_is(c, "\u00a0");
}
