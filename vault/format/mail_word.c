/*
 * What stands in the headers of a mail: encoded words and parameters.
 */
#include <string.h>
#include <strings.h>

#include "format/mail.h"

/* "=?charset?B?text?=" at the start of `s`; its parts, and the length of all. */
static size_t
encoded_word(struct ev_slice s, struct ev_slice *charset, char *kind, struct ev_slice *text)
{
	struct ev_cursor c = ev_cursor_of(s.data, s.len);
	struct ev_slice how;
	const uint8_t *language, *end;

	ev_cursor_expect(&c, "=?");
	*charset = ev_cursor_until(&c, '?');
	how = ev_cursor_until(&c, '?');
	if (c.bad || how.len != 1)
		return 0;
	end = memmem(c.at, c.left, "?=", 2);
	if (end == NULL)
		return 0;
	*text = ev_cursor_take(&c, (size_t)(end - c.at));
	if (memchr(text->data, ' ', text->len) != NULL)
		return 0;
	*kind = (char)(how.data[0] & ~0x20);
	/* RFC 2231 lets a language follow the charset. */
	language = charset->len == 0 ? NULL : memchr(charset->data, '*', charset->len);
	if (language != NULL)
		charset->len = (size_t)(language - charset->data);
	return *kind == 'B' || *kind == 'Q' ? s.len - c.left + 2 : 0;
}

/* In "Q" an underscore is a space. */
static enum evault_status
decode_word(struct ev_slice label, char kind, struct ev_slice text, struct ev_sink out,
	    struct evault_error *err)
{
	struct ev_charset charset;
	struct ev_transfer transfer;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	ev_charset_init(&charset, ev_charset_labelled(label), out);
	ev_transfer_init(&transfer, kind == 'B' ? EV_TRANSFER_BASE64 : EV_TRANSFER_QUOTED,
			 (struct ev_sink){ ev_charset_write, &charset });
	for (i = 0; i < text.len && rc == EVAULT_OK; i++)
		rc = ev_transfer_write(&transfer,
				       kind == 'Q' && text.data[i] == '_' ? (const uint8_t *)" "
									  : text.data + i,
				       1, err);
	return rc == EVAULT_OK ? ev_charset_end(&charset, err) : rc;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

enum evault_status
ev_mail_decode_words(struct ev_slice value, struct ev_sink out, struct evault_error *err)
{
	struct ev_slice label, text, rest;
	enum evault_status rc = EVAULT_OK;
	bool after_word = false;
	size_t i = 0, n, blanks;
	char kind;

	while (i < value.len && rc == EVAULT_OK) {
		for (blanks = 0; i + blanks < value.len && is_blank(value.data[i + blanks]);)
			blanks++;
		rest = ev_slice_of(value.data + i + blanks, value.len - i - blanks);
		n = encoded_word(rest, &label, &kind, &text);
		/* Blanks between two encoded words are no part of the text. */
		if (blanks > 0 && !(after_word && n > 0))
			rc = out.write(out.ctx, value.data + i, blanks, err);
		i += blanks;
		if (rc != EVAULT_OK || i == value.len)
			break;
		after_word = n > 0;
		rc = n > 0 ? decode_word(label, kind, text, out, err)
			   : out.write(out.ctx, value.data + i, 1, err);
		i += n > 0 ? n : 1;
	}
	return rc;
}

struct ev_slice
ev_mail_parameter(struct ev_slice value, const char *name)
{
	size_t len = strlen(name), i, end;

	for (i = 0; i + 1 < value.len; i++) {
		if (value.data[i] != ';')
			continue;
		for (i++; i < value.len && is_blank(value.data[i]);)
			i++;
		if (value.len - i <= len || value.data[i + len] != '=' ||
		    strncasecmp((const char *)value.data + i, name, len) != 0) {
			i--;
			continue;
		}
		i += len + 1;
		if (i < value.len && value.data[i] == '"') {
			for (end = ++i; end < value.len && value.data[end] != '"';)
				end++;
		} else {
			for (end = i;
			     end < value.len && value.data[end] > ' ' && value.data[end] != ';';)
				end++;
		}
		return ev_slice_of(value.data + i, end - i);
	}
	return ev_slice_of(NULL, 0);
}
