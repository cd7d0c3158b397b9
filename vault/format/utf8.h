/* Single characters of UTF-8 (RFC 3629). */
#ifndef EV_FORMAT_UTF8_H
#define EV_FORMAT_UTF8_H

#include "base/bytes.h"

enum {
	EV_UTF8_MAX = 4 /* bytes of a character */
};

/* The character at the start of `s`, which is not empty: its length, 0 when it is none. */
size_t ev_utf8_get(struct ev_slice s, uint32_t *point);
/* How many bytes; a number that is no character is written as U+FFFD. */
size_t ev_utf8_put(uint32_t point, uint8_t out[EV_UTF8_MAX]);

#endif
