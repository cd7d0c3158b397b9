/*
 * The characters of a passphrase: lower case, and as they would be under the
 * other keyboard layout; runs of keys, and dates.
 */
#include <string.h>

#include "format/passphrase_private.h"

/* The Russian layout, key by key, and what the Kazakh one has in the row of digits. */
static const char keys[] = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";
static const uint16_t cyrillic_on[] = {
	0x439, 0x446, 0x443, 0x43a, 0x435, 0x43d, 0x433, 0x448, 0x449, 0x437, 0x445,
	0x44a, 0x444, 0x44b, 0x432, 0x430, 0x43f, 0x440, 0x43e, 0x43b, 0x434, 0x436,
	0x44d, 0x44f, 0x447, 0x441, 0x43c, 0x438, 0x442, 0x44c, 0x431, 0x44e,
};
static const char kazakh_keys[] = "2345890-=";
static const uint16_t kazakh_on[] = {
	0x4d9, 0x456, 0x4a3, 0x493, 0x4af, 0x4b1, 0x49b, 0x4e9, 0x4bb
};

_Static_assert(sizeof(keys) - 1 == sizeof(cyrillic_on) / sizeof(cyrillic_on[0]),
	       "a letter on each key");
_Static_assert(sizeof(kazakh_keys) - 1 == sizeof(kazakh_on) / sizeof(kazakh_on[0]),
	       "a letter on each key");

/* Rows and columns of keys. */
static const char runs[] =
    "`1234567890-= qwertyuiop[] asdfghjkl;' zxcvbnm,./ "
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/ qwertyasdfgh qazwsxedcrfvtgbyhnujm";

enum {
	RUN_MAX = 16, /* characters of a run of keys */
	RUN_MIN = 3,
};

static uint32_t
lower(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 0x20;
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if ((c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f))
		return c | 1;
	return c;
}

enum ev_pass_class
ev_pass_class(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return EV_PASS_DIGIT;
	if (c >= 'a' && c <= 'z')
		return EV_PASS_LATIN_LETTER;
	if (c == ' ' || c == '-' || c == '.' || c == ',' || c == '_')
		return EV_PASS_SEPARATOR;
	if (c < 0x80)
		return EV_PASS_SIGN;
	if (c >= 0x400 && c <= 0x52f)
		return EV_PASS_CYRILLIC_LETTER;
	if ((c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) || c >= 0x20000)
		return EV_PASS_IDEOGRAPH;
	return EV_PASS_OTHER_LETTER;
}

size_t
ev_pass_utf8(uint32_t c, uint8_t *out)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
		out[2] = (uint8_t)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | (c >> 18 & 7));
	out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
	out[3] = (uint8_t)(0x80 | (c & 63));
	return 4;
}

/* The character at the start; a byte that is none stands for itself. */
static uint32_t
next(struct ev_slice *text)
{
	static const uint8_t first_bits[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t len = ev_utf8_len(*text), i;
	uint32_t c = text->data[0];

	if (len > 0)
		c &= first_bits[len];
	for (i = 1; i < len; i++)
		c = c << 6 | (text->data[i] & 63U);
	text->data += len == 0 ? 1 : len;
	text->len -= len == 0 ? 1 : len;
	return c;
}

/* Fills the readings of character i, which is `c` in lower case. */
static void
read_keys(struct ev_pass_text *out, size_t i, uint32_t c)
{
	const char *key;
	size_t k;

	out->key[i] = c > ' ' && c < 0x7f ? (uint8_t)c : 0;
	key = c > ' ' && c < 0x7f ? memchr(keys, (int)c, sizeof(keys) - 1) : NULL;
	out->at[EV_PASS_CYRILLIC][i] = key != NULL ? cyrillic_on[key - keys] : 0;
	for (k = 0; k < sizeof(keys) - 1; k++)
		if (cyrillic_on[k] == c)
			out->key[i] = (uint8_t)keys[k];
	for (k = 0; k < sizeof(kazakh_keys) - 1; k++)
		if (kazakh_on[k] == c)
			out->key[i] = (uint8_t)kazakh_keys[k];
	out->at[EV_PASS_LATIN][i] = c >= 0x80 ? out->key[i] : 0;
}

void
ev_pass_read(struct ev_slice text, struct ev_pass_text *out)
{
	uint32_t c, small;

	memset(out, 0, sizeof(*out));
	while (text.len > 0 && out->n < EV_PASSPHRASE_CHARACTERS) {
		c = next(&text);
		small = lower(c);
		out->capital[out->n] = small != c;
		if (small == 0x451) /* ё, which most people type as е */
			small = 0x435;
		out->at[EV_PASS_TYPED][out->n] = small;
		read_keys(out, out->n, small);
		out->n++;
	}
}

/* Neighbours in the alphabet, or among digits: upwards or downwards. */
static size_t
alphabet_run(const uint32_t *at, size_t left)
{
	uint32_t step = at[1] - at[0];
	size_t n = 2;

	if (step != 1 && step != UINT32_MAX)
		return 0;
	while (n < left && at[n] - at[n - 1] == step && ev_pass_class(at[n]) != EV_PASS_SIGN)
		n++;
	return n;
}

static size_t
key_run(const uint8_t *key, size_t left)
{
	uint8_t back[RUN_MAX];
	size_t n = left < RUN_MAX ? left : RUN_MAX, i;

	for (; n >= RUN_MIN; n--) {
		for (i = 0; i < n; i++)
			back[n - 1 - i] = key[i];
		if (memchr(key, 0, n) == NULL && (memmem(runs, sizeof(runs) - 1, key, n) != NULL ||
						  memmem(runs, sizeof(runs) - 1, back, n) != NULL))
			break;
	}
	ev_wipe(back, sizeof(back));
	return n;
}

size_t
ev_pass_run(const struct ev_pass_text *text, size_t from)
{
	size_t left = text->n - from, alphabet, key;

	if (left < RUN_MIN)
		return 0;
	alphabet = alphabet_run(text->at[EV_PASS_TYPED] + from, left);
	key = key_run(text->key + from, left);
	if (key < alphabet)
		key = alphabet;
	return key >= RUN_MIN ? key : 0;
}

/* A number of so many digits at *at, between low and high; moves *at past it. */
static bool
number(const struct ev_pass_text *text, size_t *at, size_t digits, uint32_t low, uint32_t high)
{
	const uint32_t *c = text->at[EV_PASS_TYPED];
	uint32_t value = 0;
	size_t n = 0;

	while (n < digits && *at + n < text->n && ev_pass_class(c[*at + n]) == EV_PASS_DIGIT)
		value = value * 10 + (c[*at + n++] - '0');
	*at += n;
	return n == digits && value >= low && value <= high;
}

/* d day, m month, y year of two digits, Y of four, and between them always the same separator or
 * none. */
static size_t
date_as(const struct ev_pass_text *text, size_t from, const char *form)
{
	const uint32_t *c = text->at[EV_PASS_TYPED];
	uint32_t separator = 0;
	size_t at = from, i;
	bool good = true;

	for (i = 0; form[i] != '\0' && good; i++) {
		if (i == 1 && at < text->n &&
		    (ev_pass_class(c[at]) == EV_PASS_SEPARATOR || c[at] == '/'))
			separator = c[at];
		if (i > 0 && separator != 0) {
			good = at < text->n && c[at] == separator;
			at++;
		}
		if (form[i] == 'd')
			good = good && number(text, &at, 2, 1, 31);
		else if (form[i] == 'm')
			good = good && number(text, &at, 2, 1, 12);
		else if (form[i] == 'y')
			good = good && number(text, &at, 2, 0, 99);
		else
			good = good && number(text, &at, 4, 1900, 2099);
	}
	return good ? at - from : 0;
}

size_t
ev_pass_date(const struct ev_pass_text *text, size_t from)
{
	static const char *const forms[] = { "dmY", "mdY", "Ymd", "dmy", "mdy", "Y" };
	size_t i, n = 0;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]) && n == 0; i++)
		n = date_as(text, from, forms[i]);
	return n;
}
