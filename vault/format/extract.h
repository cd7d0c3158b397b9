/*
 * The text of a file, for searching in it: by its media type, as its bytes
 * come, in memory that does not grow.  Files come from anywhere: what is
 * damaged gives the text that can be read before the damage, and no failure.
 *
 * Read are: plain text (its encoding by ev_charset_guess); HTML, XML; mail;
 * documents, spreadsheets and presentations of OOXML and ODF; EPUB.  A file of unknown
 * type is plain text when its first bytes have no control characters.  Not
 * read are PDF, RTF and the binary formats of old Office.
 */
#ifndef EV_FORMAT_EXTRACT_H
#define EV_FORMAT_EXTRACT_H

#include "base/bytes.h"

enum {
	EV_EXTRACT_MAX = 8 << 20 /* bytes of text of one file; what comes after is not searched */
};

struct ev_extract;

/* May files of this media type have text? */
bool ev_extract_takes(struct ev_slice media_type);

/*
 * Text goes to `text`, which the caller owns and which has at most
 * EV_EXTRACT_MAX bytes afterwards, as UTF-8.  Takes about 80 KiB itself.
 * E_NOMEM; E_USAGE for a type that is not taken.
 */
enum evault_status ev_extract_new(struct ev_slice media_type, struct ev_buf *text,
				  struct ev_extract **x, struct evault_error *err);
/*
 * A sink's function; `ctx` is the struct ev_extract.  E_CANCELLED, without a
 * sentence, when no more bytes are needed.  E_NOMEM.
 */
enum evault_status ev_extract_write(void *ctx, const uint8_t *data, size_t len,
				    struct evault_error *err);
/* After the last byte, also when E_CANCELLED came before. */
enum evault_status ev_extract_end(struct ev_extract *x, struct evault_error *err);
void ev_extract_free(struct ev_extract *x);

#endif
