/*
 * Text in the encodings that people's files have, made UTF-8 as it comes.
 * The tables are our own: the C library's iconv loads code from the system's
 * folders (G7).
 */
#ifndef EV_FORMAT_CHARSET_H
#define EV_FORMAT_CHARSET_H

#include "base/bytes.h"

enum ev_charset_name {
	EV_CHARSET_UNKNOWN = 0, /* by the bytes: see ev_charset_guess */
	EV_CHARSET_UTF8,
	EV_CHARSET_UTF16LE,
	EV_CHARSET_UTF16BE,
	EV_CHARSET_WINDOWS_1251,
	EV_CHARSET_KZ_1048, /* windows-1251 with the letters of Kazakh */
	EV_CHARSET_KOI8_R,
	EV_CHARSET_ISO_8859_5,
	EV_CHARSET_CP866,
	EV_CHARSET_WINDOWS_1252, /* and ISO-8859-1, as browsers have it */
	EV_CHARSET_WINDOWS_1254,
	EV_CHARSET_WINDOWS_1256,
	EV_CHARSETS,
};

/* By the label in a mail or a page ("koi8-r", any case); EV_CHARSET_UNKNOWN for others. */
enum ev_charset_name ev_charset_labelled(struct ev_slice label);

/*
 * Decides by a sample.  In this order: a byte order mark; UTF-8, when at
 * least as many characters beyond ASCII are right as bytes are wrong; KOI8-R, when more
 * letters are in its lower case than in that of windows-1251; KZ-1048, when
 * its қ occurs; else windows-1251.  A text all in capitals is
 * taken for the wrong one of KOI8-R and windows-1251.
 */
enum ev_charset_name ev_charset_guess(struct ev_slice sample);

enum {
	EV_CHARSET_SAMPLE = 4096 /* bytes, from the first one beyond ASCII, that are looked at */
};

/* Decodes into `out`, which gets whole characters; what is wrong becomes U+FFFD. */
struct ev_charset {
	enum ev_charset_name name;
	struct ev_sink out;
	uint8_t held[EV_CHARSET_SAMPLE]; /* a sample as it gathers, or a character's beginning */
	size_t n_held;
	bool started; /* a byte order mark can no longer come */
};

void ev_charset_init(struct ev_charset *c, enum ev_charset_name name, struct ev_sink out);
/* A sink's function; `ctx` is the struct ev_charset.  Fails when `out` does. */
enum evault_status ev_charset_write(void *ctx, const uint8_t *data, size_t len,
				    struct evault_error *err);
enum evault_status ev_charset_end(struct ev_charset *c, struct evault_error *err);

#endif
