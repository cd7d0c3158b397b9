/*
 * The text of HTML and XML, as it comes, in memory that does not grow: a
 * tokenizer and no parser.  Tags are taken out, scripts and styles with what
 * is in them, comments; character references become characters.  Nothing is
 * fetched, executed or expanded: a document type is passed over, and an
 * entity that it may define stays as it is written.
 */
#ifndef EV_FORMAT_MARKUP_H
#define EV_FORMAT_MARKUP_H

#include "base/bytes.h"

enum ev_markup_kind {
	EV_MARKUP_HTML,
	EV_MARKUP_XML,   /* any: each tag ends a line */
	EV_MARKUP_OOXML, /* text is in elements `t` and `delText` alone */
	EV_MARKUP_ODF,
};

enum {
	EV_MARKUP_NAME_MAX = 32 /* bytes of a name of a tag or entity; of a longer one, these */
};

struct ev_markup {
	enum ev_markup_kind kind;
	struct ev_sink out;
	int state; /* of markup.c */
	char name[EV_MARKUP_NAME_MAX + 1];
	size_t n_name;
	char skipped[EV_MARKUP_NAME_MAX + 1]; /* the element whose content is left out; "" */
	bool is_end, in_text;
	uint8_t quote;
	uint8_t tail[2]; /* the last bytes in a comment or the like */
	uint8_t last;    /* byte of text */
	uint8_t pending[512];
	size_t n_pending;
};

void ev_markup_init(struct ev_markup *m, enum ev_markup_kind kind, struct ev_sink out);
/* A sink's function for UTF-8; `ctx` is the struct ev_markup.  Fails when `out` does. */
enum evault_status ev_markup_write(void *ctx, const uint8_t *data, size_t len,
				   struct evault_error *err);
enum evault_status ev_markup_end(struct ev_markup *m, struct evault_error *err);

/* The character that a reference names ("eacute", "#233", "#xE9"); 0 for an unknown one. */
uint32_t ev_markup_entity(struct ev_slice name);

#endif
