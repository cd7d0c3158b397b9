/*
 * Bytes: a growing buffer, a bounded cursor, and the text encodings that the
 * formats use.  All decoders are strict: what they accept is what the encoder
 * writes, so that one value has one spelling.
 */
#ifndef EV_BASE_BYTES_H
#define EV_BASE_BYTES_H

#include <stdarg.h>

#include "base/error.h"

/*
 * A growing buffer.  When memory runs out it turns `bad`, drops what it held
 * and ignores further appends: append freely, then ask once.
 */
struct ev_buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool bad;
	bool secret; /* its memory is locked (base/secret.h) */
};
#define EV_BUF_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0, false, false                                                           \
	}
/* For what is secret and at most a few KiB: locked memory, wiped when it is released. */
#define EV_BUF_SECRET_INIT                                                                         \
	{                                                                                          \
		NULL, 0, 0, false, true                                                            \
	}

void ev_buf_add(struct ev_buf *buf, const void *data, size_t len);
void ev_buf_puts(struct ev_buf *buf, const char *text);
void ev_buf_printf(struct ev_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ev_buf_fill(struct ev_buf *buf, uint8_t byte, size_t count);
/* Room for `len` more bytes at the end, counted as written; NULL when bad. */
uint8_t *ev_buf_extend(struct ev_buf *buf, size_t len);
/* Makes it empty and keeps the memory. */
void ev_buf_clear(struct ev_buf *buf);
/* A NUL after the last byte, not counted; the text, or NULL when bad. */
const char *ev_buf_text(struct ev_buf *buf);
/* EVAULT_OK, or E_NOMEM when bad. */
enum evault_status ev_buf_ask(const struct ev_buf *buf, struct evault_error *err);
void ev_buf_release(struct ev_buf *buf);
/* Wipes all memory it has, then releases it. */
void ev_buf_wipe(struct ev_buf *buf);

/*
 * A bounded cursor over bytes from outside.  A read past the end, or of the
 * wrong form, makes it `bad`; every read after that gives zeros or empty
 * slices.  Read all fields, then ask once.
 */
struct ev_cursor {
	const uint8_t *at;
	size_t left;
	bool bad;
};

struct ev_slice {
	const uint8_t *data;
	size_t len;
};

struct ev_cursor ev_cursor_of(const void *data, size_t len);
struct ev_slice ev_slice_of(const void *data, size_t len);
struct ev_slice ev_slice_text(const char *text);
bool ev_slice_is(struct ev_slice s, const char *text);
bool ev_slice_starts(struct ev_slice s, const char *prefix);
bool ev_slice_equal(struct ev_slice a, struct ev_slice b);
/* memcmp order, the shorter first. */
int ev_slice_compare(struct ev_slice a, struct ev_slice b);

struct ev_slice ev_cursor_take(struct ev_cursor *c, size_t len);
uint8_t ev_cursor_u8(struct ev_cursor *c);
uint16_t ev_cursor_be16(struct ev_cursor *c);
uint32_t ev_cursor_be32(struct ev_cursor *c);
uint64_t ev_cursor_be64(struct ev_cursor *c);
uint32_t ev_cursor_le32(struct ev_cursor *c);
uint64_t ev_cursor_le64(struct ev_cursor *c);
/* Bytes up to the next LF, which is passed over and not part of it; bad when there is none. */
struct ev_slice ev_cursor_line(struct ev_cursor *c);
/* Bytes up to the next `delim`, passed over; bad when there is none. */
struct ev_slice ev_cursor_until(struct ev_cursor *c, uint8_t delim);
/* Passes over exactly this text; bad when it is not there. */
void ev_cursor_expect(struct ev_cursor *c, const char *text);
/* Decimal without sign or leading zero up to what is no digit; bad when none or above `max`. */
uint64_t ev_cursor_decimal(struct ev_cursor *c, uint64_t max);
/* True when nothing went wrong and nothing is left. */
bool ev_cursor_done(const struct ev_cursor *c);

void ev_put_be16(uint8_t out[2], uint16_t v);
void ev_put_be32(uint8_t out[4], uint32_t v);
void ev_put_be64(uint8_t out[8], uint64_t v);
void ev_put_le32(uint8_t out[4], uint32_t v);
void ev_put_le64(uint8_t out[8], uint64_t v);

/* Lower-case hex.  `out` has 2 * len + 1 bytes, NUL included. */
void ev_hex_encode(const uint8_t *in, size_t len, char *out);
/* Exactly len * 2 lower-case digits; false otherwise, `out` then undefined. */
bool ev_hex_decode(struct ev_slice text, uint8_t *out, size_t len);

/* RFC 4648.  STD is section 4, URL section 5; RAW has no padding. */
enum ev_base64 {
	EV_BASE64_STD,
	EV_BASE64_STD_RAW,
	EV_BASE64_URL_RAW,
};
void ev_base64_encode(struct ev_buf *out, enum ev_base64 kind, const void *data, size_t len);
/*
 * Canonical only (slack bits zero, padding exact, no white space).  Writes at
 * most `cap` bytes and their number to *len; false when it is not canonical
 * or does not fit.
 */
bool ev_base64_decode(struct ev_slice text, enum ev_base64 kind, uint8_t *out, size_t cap,
		      size_t *len);

/*
 * The value encoding of records (FORMAT.md, Record): bytes below 0x20, 0x7F,
 * '%', and bytes that are no part of valid UTF-8 (RFC 3629) become %XX with
 * capitals; nothing else does.
 */
void ev_percent_encode(struct ev_buf *out, struct ev_slice raw);
/*
 * Takes exactly what the encoder writes; otherwise false, and nothing is
 * appended.  Also false when memory ran out: then `out` is bad.
 */
bool ev_percent_decode(struct ev_buf *out, struct ev_slice text);
/*
 * The same into `size` bytes, NUL-terminated, of which the last may be needed
 * for the NUL; also false, and "", for what is longer, or has a NUL in it.
 */
bool ev_percent_decode_text(struct ev_slice text, char *out, size_t size);

/* Bytes of the valid UTF-8 character (RFC 3629) at the start of s; 0 when there is none. */
size_t ev_utf8_len(struct ev_slice s);

/*
 * For messages: appends raw bytes with control, bidi and format characters,
 * and invalid UTF-8, made visible as \xNN or \u{NNNN}.  Never fails to be
 * printable on a terminal.
 */
void ev_show(struct ev_buf *out, struct ev_slice raw);
/* Is it shown as it is? */
bool ev_show_is_same(struct ev_slice raw);

enum {
	EV_SHOW_SIZE = 320
};
/* The same into a fixed buffer, cut with "…" in the middle of what is too long; returns out. */
const char *ev_show_path(const char *raw, char out[EV_SHOW_SIZE]);

/* Constant-time comparison of two secrets or MACs. */
bool ev_equal_ct(const void *a, const void *b, size_t len);
/* Wipes, and is not optimised away. */
void ev_wipe(void *p, size_t len);

/* Where bytes go: a callback that takes all of them or fails. */
typedef enum evault_status ev_sink_fn(void *ctx, const uint8_t *data, size_t len,
				      struct evault_error *err);
struct ev_sink {
	ev_sink_fn *write;
	void *ctx;
};

/*
 * Where bytes come from, at any offset: reads exactly `len` bytes into `out`,
 * or fails (E_DAMAGED when the source ends before; E_IO).  `size` is the
 * number of bytes the source has.
 */
typedef enum evault_status ev_read_at_fn(void *ctx, uint64_t offset, uint8_t *out, size_t len,
					 struct evault_error *err);
struct ev_source {
	ev_read_at_fn *read_at;
	void *ctx;
	uint64_t size;
};

/* A source over memory: `ctx` is the slice itself, which must outlive it. */
struct ev_source ev_source_memory(const struct ev_slice *bytes);
/* A sink that appends to a buffer: `ctx` is the struct ev_buf. */
struct ev_sink ev_sink_buf(struct ev_buf *buf);

#endif
