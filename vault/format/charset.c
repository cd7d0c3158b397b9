#include "format/charset.h"

#include <string.h>
#include <strings.h>

#include "format/charset_private.h"
#include "format/utf8.h"

static const struct {
	const char *label;
	enum ev_charset_name name;
} labels[] = {
	{ "utf-8", EV_CHARSET_UTF8 },
	{ "utf8", EV_CHARSET_UTF8 },
	{ "us-ascii", EV_CHARSET_WINDOWS_1252 },
	{ "utf-16le", EV_CHARSET_UTF16LE },
	{ "utf-16be", EV_CHARSET_UTF16BE },
	{ "windows-1251", EV_CHARSET_WINDOWS_1251 },
	{ "cp1251", EV_CHARSET_WINDOWS_1251 },
	{ "kz-1048", EV_CHARSET_KZ_1048 },
	{ "rk1048", EV_CHARSET_KZ_1048 },
	{ "strk1048-2002", EV_CHARSET_KZ_1048 },
	{ "koi8-r", EV_CHARSET_KOI8_R },
	{ "koi8-u", EV_CHARSET_KOI8_R },
	{ "iso-8859-5", EV_CHARSET_ISO_8859_5 },
	{ "cp866", EV_CHARSET_CP866 },
	{ "ibm866", EV_CHARSET_CP866 },
	{ "iso-8859-1", EV_CHARSET_WINDOWS_1252 },
	{ "iso-8859-15", EV_CHARSET_WINDOWS_1252 },
	{ "windows-1252", EV_CHARSET_WINDOWS_1252 },
	{ "iso-8859-9", EV_CHARSET_WINDOWS_1254 },
	{ "windows-1254", EV_CHARSET_WINDOWS_1254 },
	{ "windows-1256", EV_CHARSET_WINDOWS_1256 },
};

enum ev_charset_name
ev_charset_labelled(struct ev_slice label)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strlen(labels[i].label) == label.len &&
		    strncasecmp(labels[i].label, (const char *)label.data, label.len) == 0)
			return labels[i].name;
	return EV_CHARSET_UNKNOWN;
}

/* Characters that are right and bytes that are wrong; a cut character at the end is neither. */
static bool
is_utf8(struct ev_slice s)
{
	size_t right = 0, wrong = 0, len;

	while (s.len > 0) {
		len = ev_utf8_len(s);
		if (len == 0 && s.len < EV_UTF8_MAX && s.data[0] >= 0xC2)
			break;
		right += len > 1;
		wrong += len == 0;
		len = len == 0 ? 1 : len;
		s.data += len;
		s.len -= len;
	}
	return right >= wrong;
}

enum ev_charset_name
ev_charset_guess(struct ev_slice sample)
{
	size_t low = 0, high = 0, ka = 0, i;

	if (ev_slice_starts(sample, "\xEF\xBB\xBF"))
		return EV_CHARSET_UTF8;
	if (ev_slice_starts(sample, "\xFF\xFE"))
		return EV_CHARSET_UTF16LE;
	if (ev_slice_starts(sample, "\xFE\xFF"))
		return EV_CHARSET_UTF16BE;
	if (is_utf8(sample))
		return EV_CHARSET_UTF8;
	for (i = 0; i < sample.len; i++) {
		low += sample.data[i] >= 0xC0 && sample.data[i] < 0xE0;
		high += sample.data[i] >= 0xE0;
		ka +=
		    sample.data[i] == 0x9D; /* қ; in windows-1251 Macedonian alone has it, for ќ */
	}
	if (low > high)
		return EV_CHARSET_KOI8_R;
	return ka > 0 ? EV_CHARSET_KZ_1048 : EV_CHARSET_WINDOWS_1251;
}

void
ev_charset_init(struct ev_charset *c, enum ev_charset_name name, struct ev_sink out)
{
	c->name = name;
	c->out = out;
	c->n_held = 0;
	c->started = false;
}

/* ---- decoding ---------------------------------------------------------------- */

/* What is decoded, gathered so that `out` is not called for each character. */
struct batch {
	uint8_t bytes[1024];
	size_t n;
};

static enum evault_status
flush(struct ev_charset *c, struct batch *b, struct evault_error *err)
{
	size_t n = b->n;

	b->n = 0;
	return n == 0 ? EVAULT_OK : c->out.write(c->out.ctx, b->bytes, n, err);
}

static enum evault_status
emit(struct ev_charset *c, struct batch *b, uint32_t point, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (b->n + EV_UTF8_MAX > sizeof(b->bytes))
		rc = flush(c, b, err);
	if (!c->started && point == 0xFEFF) {
		c->started = true;
		return rc;
	}
	c->started = true;
	b->n += ev_utf8_put(point, b->bytes + b->n);
	return rc;
}

/* One character of UTF-8 or UTF-16: bytes taken; 0 when more must come. */
static size_t
take_wide(const struct ev_charset *c, struct ev_slice s, bool last, uint32_t *point)
{
	bool little = c->name == EV_CHARSET_UTF16LE;
	uint32_t second;
	size_t len;

	*point = 0xFFFD;
	if (c->name == EV_CHARSET_UTF8) {
		len = ev_utf8_get(s, point);
		if (len == 0 && !last && s.len < EV_UTF8_MAX && s.data[0] >= 0xC2)
			return 0;
		return len == 0 ? 1 : len;
	}
	if (s.len < 2)
		return last ? s.len : 0;
	*point =
	    little ? s.data[0] | (uint32_t)s.data[1] << 8 : s.data[1] | (uint32_t)s.data[0] << 8;
	if (*point < 0xD800 || *point > 0xDBFF)
		return 2;
	if (s.len < 4)
		return last ? s.len : 0;
	second =
	    little ? s.data[2] | (uint32_t)s.data[3] << 8 : s.data[3] | (uint32_t)s.data[2] << 8;
	if (second < 0xDC00 || second > 0xDFFF)
		return 2;
	*point = 0x10000 + ((*point - 0xD800) << 10) + (second - 0xDC00);
	return 4;
}

static size_t
take(const struct ev_charset *c, struct ev_slice s, bool last, uint32_t *point)
{
	if (c->name < EV_CHARSET_WINDOWS_1251)
		return take_wide(c, s, last, point);
	*point = s.data[0];
	if (*point >= 0x80)
		*point = ev_charset_tables[c->name - EV_CHARSET_WINDOWS_1251][*point - 0x80];
	return 1;
}

/* Decodes as far as characters are whole; *left: bytes that are not. */
static enum evault_status
decode(struct ev_charset *c, struct ev_slice s, bool last, size_t *left, struct evault_error *err)
{
	struct batch b = { .n = 0 };
	enum evault_status rc = EVAULT_OK;
	uint32_t point;
	size_t len;

	while (rc == EVAULT_OK && s.len > 0 && (len = take(c, s, last, &point)) > 0) {
		rc = emit(c, &b, point, err);
		s.data += len;
		s.len -= len;
	}
	*left = s.len;
	return rc == EVAULT_OK ? flush(c, &b, err) : rc;
}

/* First what is held, with enough of the new to complete a character; then the rest. */
static enum evault_status
decode_more(struct ev_charset *c, struct ev_slice s, struct evault_error *err)
{
	uint8_t joint[2 * EV_UTF8_MAX];
	size_t held = c->n_held, n, left = 0;
	enum evault_status rc = EVAULT_OK;

	if (held > 0) {
		n = s.len < EV_UTF8_MAX ? s.len : EV_UTF8_MAX;
		memcpy(joint, c->held, held);
		memcpy(joint + held, s.data, n);
		c->n_held = 0;
		rc = decode(c, ev_slice_of(joint, held + n), false, &left, err);
		if (rc != EVAULT_OK)
			return rc;
		if (left > n) { /* still not one character: all of it was new */
			memcpy(c->held, joint + held + n - left, left);
			c->n_held = left;
			return rc;
		}
		s = ev_slice_of(s.data + (n - left), s.len - (n - left));
	}
	if (s.len == 0)
		return rc;
	rc = decode(c, s, false, &left, err);
	if (rc != EVAULT_OK)
		return rc;
	memcpy(c->held, s.data + s.len - left, left);
	c->n_held = left;
	return rc;
}

/* ---- before the encoding is known --------------------------------------------- */

static enum evault_status
decide(struct ev_charset *c, struct evault_error *err)
{
	uint8_t sample[EV_CHARSET_SAMPLE];
	size_t n = c->n_held;

	c->name = ev_charset_guess(ev_slice_of(c->held, n));
	memcpy(sample, c->held, n);
	c->n_held = 0;
	return decode_more(c, ev_slice_of(sample, n), err);
}

enum evault_status
ev_charset_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_charset *c = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t n;

	/* ASCII at the start is the same in all of them. */
	if (c->name == EV_CHARSET_UNKNOWN && c->n_held == 0) {
		for (n = 0; n < len && data[n] < 0x80; n++)
			;
		c->started = c->started || n > 0;
		if (n > 0)
			rc = c->out.write(c->out.ctx, data, n, err);
		data += n;
		len -= n;
	}
	if (rc == EVAULT_OK && c->name == EV_CHARSET_UNKNOWN && len > 0) {
		n = EV_CHARSET_SAMPLE - c->n_held < len ? EV_CHARSET_SAMPLE - c->n_held : len;
		memcpy(c->held + c->n_held, data, n);
		c->n_held += n;
		if (c->n_held == EV_CHARSET_SAMPLE)
			rc = decide(c, err);
		data += n;
		len -= n;
	}
	if (rc != EVAULT_OK || len == 0)
		return rc;
	return decode_more(c, ev_slice_of(data, len), err);
}

enum evault_status
ev_charset_end(struct ev_charset *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t left;

	if (c->name == EV_CHARSET_UNKNOWN)
		rc = decide(c, err);
	if (rc == EVAULT_OK && c->n_held > 0)
		rc = decode(c, ev_slice_of(c->held, c->n_held), true, &left, err);
	c->n_held = 0;
	return rc;
}
