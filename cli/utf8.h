/* Characters in raw bytes: which bytes are valid UTF-8, and which characters are not to be seen. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at the start of `s` (`len` bytes, at least one): its length
 * in bytes, and its number in *point; 0 when there is no valid one (RFC 3629).
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *point);
bool utf8_is_valid(const char *s, size_t len);

/*
 * Control characters, and those that are invisible or turn the direction of
 * text.  Not the zero-width joiners (U+200C, U+200D): names in Arabic script
 * and in Indic scripts need them.
 */
bool utf8_is_hidden(uint32_t point);

/* How many characters; a byte that belongs to none counts as one. */
size_t utf8_count(const char *s, size_t len);

#endif
