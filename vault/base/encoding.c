/* Hex, base64, percent, UTF-8: strict, so that one value has one spelling. */
#include <string.h>

#include "base/bytes.h"

/* ---- hex ------------------------------------------------------------- */

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

void
ev_hex_encode(const uint8_t *in, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = hex_lower[in[i] >> 4];
		out[2 * i + 1] = hex_lower[in[i] & 15];
	}
	out[2 * len] = '\0';
}

/* -1 when `c` is no digit; `ten` is 'a' or 'A'. */
static int
hex_value(uint8_t c, uint8_t ten)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= ten && c < ten + 6)
		return c - ten + 10;
	return -1;
}

bool
ev_hex_decode(struct ev_slice text, uint8_t *out, size_t len)
{
	int high, low;
	size_t i;

	if (text.len % 2 != 0 || text.len / 2 != len)
		return false;
	for (i = 0; i < len; i++) {
		high = hex_value(text.data[2 * i], 'a');
		low = hex_value(text.data[2 * i + 1], 'a');
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* ---- base64 ---------------------------------------------------------- */

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
ev_base64_encode(struct ev_buf *out, enum ev_base64 kind, const void *data, size_t len)
{
	const char *digits = kind == EV_BASE64_URL_RAW ? base64_url : base64_std;
	size_t i, n, rest = len % 3 == 0 ? 0 : kind == EV_BASE64_STD ? 4 : len % 3 + 1;
	uint8_t *to = ev_buf_extend(out, len / 3 * 4 + rest);
	const uint8_t *in = data;
	uint32_t bits;

	for (i = 0; to != NULL && i < len; i += n) {
		n = len - i < 3 ? len - i : 3;
		bits = (uint32_t)in[i] << 16;
		if (n > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (n > 2)
			bits |= in[i + 2];
		*to++ = (uint8_t)digits[bits >> 18];
		*to++ = (uint8_t)digits[bits >> 12 & 63];
		if (n > 1 || kind == EV_BASE64_STD)
			*to++ = (uint8_t)(n > 1 ? digits[bits >> 6 & 63] : '=');
		if (n > 2 || kind == EV_BASE64_STD)
			*to++ = (uint8_t)(n > 2 ? digits[bits & 63] : '=');
	}
}

static int
base64_value(uint8_t c, enum ev_base64 kind)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (kind == EV_BASE64_URL_RAW ? '-' : '+'))
		return 62;
	if (c == (kind == EV_BASE64_URL_RAW ? '_' : '/'))
		return 63;
	return -1;
}

/* Takes exact padding away; false when it is not exact. */
static bool
base64_unpad(struct ev_slice *text)
{
	size_t pad = 0;

	if (text->len % 4 != 0)
		return false;
	while (pad < 2 && pad < text->len && text->data[text->len - 1 - pad] == '=')
		pad++;
	text->len -= pad;
	return true;
}

bool
ev_base64_decode(struct ev_slice text, enum ev_base64 kind, uint8_t *out, size_t cap, size_t *len)
{
	uint32_t bits = 0;
	unsigned have = 0; /* bits of `bits` not yet written */
	size_t i, n = 0;
	int value;

	if (kind == EV_BASE64_STD && !base64_unpad(&text))
		return false;
	if (text.len % 4 == 1 || text.len / 4 * 3 + text.len % 4 * 3 / 4 > cap)
		return false;
	for (i = 0; i < text.len; i++) {
		value = base64_value(text.data[i], kind);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	if (bits != 0)
		return false;
	*len = n;
	return true;
}

/* ---- UTF-8 ----------------------------------------------------------- */

size_t
ev_utf8_len(struct ev_slice s)
{
	uint8_t low = 0x80, high = 0xBF; /* bounds of the second byte */
	uint8_t first;
	size_t len, i;

	if (s.len == 0)
		return 0;
	first = s.data[0];
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	len = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	if (first == 0xE0)
		low = 0xA0; /* shorter forms */
	else if (first == 0xED)
		high = 0x9F; /* surrogates */
	else if (first == 0xF0)
		low = 0x90; /* shorter forms */
	else if (first == 0xF4)
		high = 0x8F; /* above U+10FFFF */
	if (s.len < len || s.data[1] < low || s.data[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((s.data[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

/* ---- percent --------------------------------------------------------- */

/*
 * Encodes the first character of `raw`, which is not empty: its form to
 * `form`, the bytes of the form to *form_len.  Returns the bytes it took.
 */
static size_t
percent_step(struct ev_slice raw, uint8_t form[4], size_t *form_len)
{
	size_t len = ev_utf8_len(raw);
	uint8_t byte = raw.data[0];

	if (len == 0 || byte < 0x20 || byte == 0x7F || byte == '%') {
		form[0] = '%';
		form[1] = (uint8_t)hex_upper[byte >> 4];
		form[2] = (uint8_t)hex_upper[byte & 15];
		*form_len = 3;
		return 1;
	}
	memcpy(form, raw.data, len);
	*form_len = len;
	return len;
}

/* How many bytes it begins with that are spelled as they are, and are ASCII: most of most values.
 */
static size_t
plain_run(struct ev_slice raw)
{
	size_t n = 0;

	while (n < raw.len && raw.data[n] >= 0x20 && raw.data[n] < 0x7F && raw.data[n] != '%')
		n++;
	return n;
}

void
ev_percent_encode(struct ev_buf *out, struct ev_slice raw)
{
	struct ev_cursor c = ev_cursor_of(raw.data, raw.len);
	struct ev_slice plain;
	uint8_t form[4];
	size_t len;

	while (c.left > 0) {
		plain = ev_cursor_take(&c, plain_run(ev_slice_of(c.at, c.left)));
		ev_buf_add(out, plain.data, plain.len);
		if (c.left == 0)
			return;
		ev_cursor_take(&c, percent_step(ev_slice_of(c.at, c.left), form, &len));
		ev_buf_add(out, form, len);
	}
}

/* True when `text` is what the encoder makes of `raw`. */
static bool
percent_is_form_of(struct ev_slice text, struct ev_slice raw)
{
	struct ev_cursor c = ev_cursor_of(raw.data, raw.len);
	struct ev_cursor t = ev_cursor_of(text.data, text.len);
	uint8_t form[4];
	size_t len;

	while (c.left > 0 && !t.bad) {
		ev_cursor_take(&c, percent_step(ev_slice_of(c.at, c.left), form, &len));
		if (!ev_slice_equal(ev_cursor_take(&t, len), ev_slice_of(form, len)))
			return false;
	}
	return ev_cursor_done(&t);
}

/* Writes at most `cap` bytes, and their number to *size. */
static bool
percent_decode(struct ev_slice text, uint8_t *raw, size_t cap, size_t *size)
{
	size_t i = plain_run(text), n = i;
	int high, low;

	if (n > cap)
		return false;
	if (n > 0)
		memcpy(raw, text.data, n);
	while (i < text.len && n < cap) {
		if (text.data[i] != '%') {
			raw[n++] = text.data[i++];
			continue;
		}
		high = text.len - i < 3 ? -1 : hex_value(text.data[i + 1], 'A');
		low = text.len - i < 3 ? -1 : hex_value(text.data[i + 2], 'A');
		if (high < 0 || low < 0)
			break;
		raw[n++] = (uint8_t)(high << 4 | low);
		i += 3;
	}
	*size = n;
	return i == text.len &&
	       (plain_run(text) == i || percent_is_form_of(text, ev_slice_of(raw, n)));
}

bool
ev_percent_decode(struct ev_buf *out, struct ev_slice text)
{
	uint8_t *raw = ev_buf_extend(out, text.len);
	size_t n = 0;
	bool good;

	if (raw == NULL)
		return false;
	good = percent_decode(text, raw, text.len, &n);
	out->len -= text.len - (good ? n : 0);
	return good;
}

bool
ev_percent_decode_text(struct ev_slice text, char *out, size_t size)
{
	size_t n = 0;
	bool good = percent_decode(text, (uint8_t *)out, size - 1, &n) && memchr(out, 0, n) == NULL;

	out[good ? n : 0] = '\0';
	return good;
}
