/*
 * The text of a mail (RFC 5322, MIME), as it comes, in memory that does not
 * grow: who wrote to whom and about what, then the parts that are text or
 * HTML.  Attachments of other types are left out.  Mails in mails are read,
 * too.
 */
#ifndef EV_FORMAT_MAIL_H
#define EV_FORMAT_MAIL_H

#include "format/charset.h"
#include "format/markup.h"
#include "format/transfer.h"

enum {
	EV_MAIL_LINE_MAX = 4096,   /* a longer one comes in pieces */
	EV_MAIL_HEADER_MAX = 8192, /* bytes of one header; the rest of it is left out */
	EV_MAIL_BOUNDARY_MAX = 70, /* RFC 2046 */
	EV_MAIL_DEPTH_MAX = 8      /* of parts in parts */
};

struct ev_mail {
	struct ev_sink out;
	char line[EV_MAIL_LINE_MAX + 1];
	size_t n_line;
	bool is_piece; /* the line began before */
	bool in_body;
	char header[EV_MAIL_HEADER_MAX + 1]; /* the one that may still go on */
	size_t n_header;
	bool is_part; /* these headers are a part's: nothing of them is text */
	/* What the headers say of the body. */
	char type[64];
	enum ev_charset_name charset;
	enum ev_transfer_kind transfer;
	char boundaries[EV_MAIL_DEPTH_MAX][EV_MAIL_BOUNDARY_MAX + 1];
	size_t depth;
	/* The body's way out. */
	bool is_text;
	struct ev_transfer decoder;
	struct ev_charset decoded;
	struct ev_markup markup;
};

void ev_mail_init(struct ev_mail *m, struct ev_sink out);
/* A sink's function; `ctx` is the struct ev_mail. */
enum evault_status ev_mail_write(void *ctx, const uint8_t *data, size_t len,
				 struct evault_error *err);
enum evault_status ev_mail_end(struct ev_mail *m, struct evault_error *err);

/* A header's value with its encoded words (RFC 2047) decoded. */
enum evault_status ev_mail_decode_words(struct ev_slice value, struct ev_sink out,
					struct evault_error *err);
/* The value of a parameter (`; charset="koi8-r"`), without its quotes; empty when absent. */
struct ev_slice ev_mail_parameter(struct ev_slice value, const char *name);

#endif
