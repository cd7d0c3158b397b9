#include "base/bytes.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum {
	BUF_CAP_MIN = 64
};

/* Empty slices point here, so that memcpy and memcmp never see NULL. */
static const uint8_t nothing[1];

/* ---- buffer ---------------------------------------------------------- */

static void
buf_free(struct ev_buf *buf)
{
	if (buf->secret)
		ev_secret_free(buf->data);
	else
		free(buf->data);
}

static void
buf_drop(struct ev_buf *buf)
{
	ev_buf_wipe(buf);
	buf->bad = true;
}

/*
 * Room for `more` bytes after len; false when bad.  Not realloc: it would
 * leave a copy behind that ev_buf_wipe cannot reach.
 */
static bool
buf_reserve(struct ev_buf *buf, size_t more)
{
	size_t need, cap = buf->cap < BUF_CAP_MIN ? BUF_CAP_MIN : buf->cap;
	uint8_t *data = NULL;

	if (buf->bad)
		return false;
	if (more <= buf->cap - buf->len && buf->data != NULL)
		return true;
	if (more <= SIZE_MAX / 2 - buf->len) {
		need = buf->len + more;
		while (cap < need)
			cap *= 2; /* need is at most SIZE_MAX / 2 */
		data = buf->secret ? ev_secret_new(cap) : malloc(cap);
	}
	if (data == NULL) {
		buf_drop(buf);
		return false;
	}
	if (buf->data != NULL) {
		memcpy(data, buf->data, buf->len);
		ev_wipe(buf->data, buf->cap);
		buf_free(buf);
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

uint8_t *
ev_buf_extend(struct ev_buf *buf, size_t len)
{
	uint8_t *at;

	if (!buf_reserve(buf, len))
		return NULL;
	at = buf->data + buf->len;
	buf->len += len;
	return at;
}

void
ev_buf_add(struct ev_buf *buf, const void *data, size_t len)
{
	uint8_t *at = ev_buf_extend(buf, len);

	if (at != NULL && len > 0)
		memcpy(at, data, len);
}

void
ev_buf_puts(struct ev_buf *buf, const char *text)
{
	ev_buf_add(buf, text, strlen(text));
}

void
ev_buf_printf(struct ev_buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0) {
		buf_drop(buf);
		return;
	}
	if (!buf_reserve(buf, (size_t)len + 1))
		return;
	va_start(args, fmt);
	vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

void
ev_buf_fill(struct ev_buf *buf, uint8_t byte, size_t count)
{
	uint8_t *at = ev_buf_extend(buf, count);

	if (at != NULL)
		memset(at, byte, count);
}

void
ev_buf_clear(struct ev_buf *buf)
{
	buf->len = 0;
}

const char *
ev_buf_text(struct ev_buf *buf)
{
	if (!buf_reserve(buf, 1))
		return NULL;
	buf->data[buf->len] = '\0';
	return (const char *)buf->data;
}

enum evault_status
ev_buf_ask(const struct ev_buf *buf, struct evault_error *err)
{
	return buf->bad ? ev_fail_nomem(err) : EVAULT_OK;
}

void
ev_buf_release(struct ev_buf *buf)
{
	bool secret = buf->secret;

	buf_free(buf);
	*buf = (struct ev_buf)EV_BUF_INIT;
	buf->secret = secret;
}

void
ev_buf_wipe(struct ev_buf *buf)
{
	if (buf->data != NULL)
		ev_wipe(buf->data, buf->cap);
	ev_buf_release(buf);
}

/* ---- slice ----------------------------------------------------------- */

struct ev_slice
ev_slice_of(const void *data, size_t len)
{
	struct ev_slice s = { len == 0 ? nothing : data, len };

	return s;
}

struct ev_slice
ev_slice_text(const char *text)
{
	return ev_slice_of(text, strlen(text));
}

bool
ev_slice_is(struct ev_slice s, const char *text)
{
	return ev_slice_equal(s, ev_slice_text(text));
}

bool
ev_slice_starts(struct ev_slice s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && (len == 0 || memcmp(s.data, prefix, len) == 0);
}

bool
ev_slice_equal(struct ev_slice a, struct ev_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int
ev_slice_compare(struct ev_slice a, struct ev_slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* ---- cursor ---------------------------------------------------------- */

struct ev_cursor
ev_cursor_of(const void *data, size_t len)
{
	struct ev_cursor c = { len == 0 ? nothing : data, len, false };

	return c;
}

struct ev_slice
ev_cursor_take(struct ev_cursor *c, size_t len)
{
	struct ev_slice s = { nothing, 0 };

	if (c->bad || len > c->left) {
		c->bad = true;
		return s;
	}
	s = ev_slice_of(c->at, len);
	c->at += len;
	c->left -= len;
	return s;
}

static uint64_t
cursor_be(struct ev_cursor *c, size_t len)
{
	struct ev_slice s = ev_cursor_take(c, len);
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.len; i++)
		v = v << 8 | s.data[i];
	return v;
}

static uint64_t
cursor_le(struct ev_cursor *c, size_t len)
{
	struct ev_slice s = ev_cursor_take(c, len);
	uint64_t v = 0;
	size_t i;

	for (i = s.len; i > 0; i--)
		v = v << 8 | s.data[i - 1];
	return v;
}

uint8_t
ev_cursor_u8(struct ev_cursor *c)
{
	return (uint8_t)cursor_be(c, 1);
}

uint16_t
ev_cursor_be16(struct ev_cursor *c)
{
	return (uint16_t)cursor_be(c, 2);
}

uint32_t
ev_cursor_be32(struct ev_cursor *c)
{
	return (uint32_t)cursor_be(c, 4);
}

uint64_t
ev_cursor_be64(struct ev_cursor *c)
{
	return cursor_be(c, 8);
}

uint32_t
ev_cursor_le32(struct ev_cursor *c)
{
	return (uint32_t)cursor_le(c, 4);
}

uint64_t
ev_cursor_le64(struct ev_cursor *c)
{
	return cursor_le(c, 8);
}

struct ev_slice
ev_cursor_line(struct ev_cursor *c)
{
	return ev_cursor_until(c, '\n');
}

struct ev_slice
ev_cursor_until(struct ev_cursor *c, uint8_t delim)
{
	const uint8_t *end = NULL;
	struct ev_slice s;

	if (!c->bad && c->left > 0)
		end = memchr(c->at, delim, c->left);
	if (end == NULL) {
		c->bad = true;
		return ev_slice_of(NULL, 0);
	}
	s = ev_cursor_take(c, (size_t)(end - c->at));
	ev_cursor_take(c, 1);
	return s;
}

void
ev_cursor_expect(struct ev_cursor *c, const char *text)
{
	struct ev_slice s = ev_cursor_take(c, strlen(text));

	if (!ev_slice_is(s, text))
		c->bad = true;
}

uint64_t
ev_cursor_decimal(struct ev_cursor *c, uint64_t max)
{
	uint64_t v = 0;
	size_t n = 0;
	uint8_t digit;

	while (!c->bad && n < c->left && c->at[n] >= '0' && c->at[n] <= '9') {
		digit = (uint8_t)(c->at[n] - '0');
		if ((n > 0 && v == 0) || digit > max || v > (max - digit) / 10)
			c->bad = true;
		else
			v = v * 10 + digit;
		n++;
	}
	if (c->bad || n == 0) {
		c->bad = true;
		return 0;
	}
	ev_cursor_take(c, n);
	return v;
}

bool
ev_cursor_done(const struct ev_cursor *c)
{
	return !c->bad && c->left == 0;
}

/* ---- integers -------------------------------------------------------- */

static void
put_be(uint8_t *out, size_t len, uint64_t v)
{
	for (; len > 0; v >>= 8)
		out[--len] = (uint8_t)v;
}

static void
put_le(uint8_t *out, size_t len, uint64_t v)
{
	size_t i;

	for (i = 0; i < len; i++, v >>= 8)
		out[i] = (uint8_t)v;
}

void
ev_put_be16(uint8_t out[2], uint16_t v)
{
	put_be(out, 2, v);
}

void
ev_put_be32(uint8_t out[4], uint32_t v)
{
	put_be(out, 4, v);
}

void
ev_put_be64(uint8_t out[8], uint64_t v)
{
	put_be(out, 8, v);
}

void
ev_put_le32(uint8_t out[4], uint32_t v)
{
	put_le(out, 4, v);
}

void
ev_put_le64(uint8_t out[8], uint64_t v)
{
	put_le(out, 8, v);
}

/* ---- secrets --------------------------------------------------------- */

bool
ev_equal_ct(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
ev_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

/* ---- source and sink ------------------------------------------------- */

static enum evault_status
memory_read_at(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct evault_error *err)
{
	const struct ev_slice *bytes = ctx;

	if (offset > bytes->len || len > bytes->len - offset)
		return ev_fail(err, EVAULT_E_DAMAGED, "cut short");
	if (len > 0)
		memcpy(out, bytes->data + offset, len);
	return EVAULT_OK;
}

struct ev_source
ev_source_memory(const struct ev_slice *bytes)
{
	struct ev_source source = { memory_read_at, (void *)bytes, bytes->len };

	return source;
}

static enum evault_status
buf_sink(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_buf *buf = ctx;

	ev_buf_add(buf, data, len);
	return ev_buf_ask(buf, err);
}

struct ev_sink
ev_sink_buf(struct ev_buf *buf)
{
	struct ev_sink sink = { buf_sink, buf };

	return sink;
}
