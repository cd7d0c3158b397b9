#include "format/extract.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "format/charset.h"
#include "format/mail.h"
#include "format/markup.h"
#include "format/unzip.h"

#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF   "application/vnd.oasis.opendocument."

enum kind {
	NO_TEXT,
	PLAIN,
	PERHAPS_PLAIN, /* unknown to the types: the first bytes decide */
	HTML,
	XML,
	MAIL,
	PACKED, /* a ZIP file of XML */
};

enum {
	START = EV_CHARSET_SAMPLE /* bytes that are looked at before anything is decoded */
};

struct ev_extract {
	enum kind kind;
	struct ev_buf *text;
	uint8_t start[START];
	size_t n_start;
	bool begun;
	struct ev_sink in; /* where bytes go once it has begun */
	struct ev_charset charset;
	struct ev_markup markup;
	struct ev_mail *mail;
	struct ev_unzip *unzip;
};

static enum kind
kind_of(struct ev_slice type)
{
	static const struct {
		const char *prefix;
		enum kind kind;
	} kinds[] = {
		{ "text/html", HTML },
		{ "text/xml", XML },
		{ "text/rtf", NO_TEXT },
		{ "text/", PLAIN },
		{ "application/json", PLAIN },
		{ "application/octet-stream", PERHAPS_PLAIN },
		{ "application/xhtml+xml", HTML },
		{ "application/xml", XML },
		{ "image/svg+xml", XML },
		{ "message/rfc822", MAIL },
		{ "application/epub+zip", PACKED },
		{ OOXML, PACKED },
		{ ODF, PACKED },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ev_slice_starts(type, kinds[i].prefix))
			return kinds[i].kind;
	return NO_TEXT;
}

bool
ev_extract_takes(struct ev_slice media_type)
{
	return kind_of(media_type) != NO_TEXT;
}

/* The last stage: text arrives here, as UTF-8. */
static enum evault_status
take_text(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_extract *x = ctx;
	size_t room = EV_EXTRACT_MAX - x->text->len, n = len < room ? len : room;

	/* The cut is between characters. */
	while (n < len && n > 0 && (data[n] & 0xC0) == 0x80)
		n--;
	ev_buf_add(x->text, data, n);
	if (n < len)
		return EVAULT_E_CANCELLED;
	return ev_buf_ask(x->text, err);
}

/* ---- what is in a ZIP file ---------------------------------------------------- */

static bool
ends(struct ev_slice name, const char *end)
{
	size_t len = strlen(end);

	return name.len >= len && memcmp(name.data + name.len - len, end, len) == 0;
}

static bool
begin_member(void *ctx, struct ev_slice name)
{
	static const char *const words[] = {
		"word/document",    "word/header",      "word/footer",
		"word/footnotes",   "word/endnotes",    "word/comments",
		"xl/sharedStrings", "ppt/slides/slide", "ppt/notesSlides/notesSlide"
	};
	struct ev_extract *x = ctx;
	enum ev_markup_kind kind = EV_MARKUP_XML;
	bool wanted = false;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]) && !wanted; i++)
		wanted = ev_slice_starts(name, words[i]) && ends(name, ".xml");
	if (wanted) {
		kind = EV_MARKUP_OOXML;
	} else if (ev_slice_is(name, "content.xml")) {
		kind = EV_MARKUP_ODF;
		wanted = true;
	} else if (ends(name, ".xhtml") || ends(name, ".html") || ends(name, ".htm")) {
		kind = EV_MARKUP_HTML;
		wanted = true;
	} else {
		wanted = ev_slice_is(name, "docProps/core.xml") || ev_slice_is(name, "meta.xml");
	}
	if (wanted)
		ev_markup_init(&x->markup, kind, (struct ev_sink){ take_text, x });
	return wanted;
}

static enum evault_status
end_member(void *ctx, struct evault_error *err)
{
	struct ev_extract *x = ctx;
	enum evault_status rc = ev_markup_end(&x->markup, err);

	return rc == EVAULT_OK ? take_text(x, (const uint8_t *)"\n", 1, err) : rc;
}

static enum evault_status
take_member(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_extract *x = ctx;

	return ev_markup_write(&x->markup, data, len, err);
}

/* ---- beginning ------------------------------------------------------------------- */

enum evault_status
ev_extract_new(struct ev_slice media_type, struct ev_buf *text, struct ev_extract **out,
	       struct evault_error *err)
{
	struct ev_extract *x = calloc(1, sizeof(*x));
	struct ev_unzip_to to = { begin_member, end_member, take_member, x };
	enum evault_status rc = EVAULT_OK;

	if (x == NULL)
		return ev_fail_nomem(err);
	x->kind = kind_of(media_type);
	x->text = text;
	if (x->kind == NO_TEXT)
		rc = ev_fail(err, EVAULT_E_USAGE, "no text can be read from files of this type");
	if (x->kind == MAIL && (x->mail = malloc(sizeof(*x->mail))) == NULL)
		rc = ev_fail_nomem(err);
	if (x->kind == PACKED)
		rc = ev_unzip_new(&to, &x->unzip, err);
	if (rc == EVAULT_OK) {
		*out = x;
		x = NULL;
	}
	ev_extract_free(x);
	return rc;
}

void
ev_extract_free(struct ev_extract *x)
{
	if (x == NULL)
		return;
	free(x->mail);
	ev_unzip_free(x->unzip);
	free(x);
}

static bool
has_controls(struct ev_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((s.data[i] < 0x20 && strchr("\t\n\r\f", s.data[i]) == NULL) ||
		    s.data[i] == 0x7F || s.data[i] == 0)
			return true;
	return false;
}

/* The encoding that a page or an XML file names itself, where no byte order mark does. */
static enum ev_charset_name
declared(struct ev_slice start, const char *mark)
{
	size_t len = strlen(mark), i, end;

	if (start.len > 0 && (start.data[0] == 0xEF || start.data[0] >= 0xFE))
		return EV_CHARSET_UNKNOWN;
	for (i = 0; i + len < start.len; i++) {
		if (strncasecmp((const char *)start.data + i, mark, len) != 0)
			continue;
		i += len;
		i += start.data[i] == '"' || start.data[i] == '\'';
		for (end = i; end < start.len && start.data[end] > ' ' &&
			      strchr("\"'/>;?", start.data[end]) == NULL;)
			end++;
		return ev_charset_labelled(ev_slice_of(start.data + i, end - i));
	}
	return EV_CHARSET_UNKNOWN;
}

/* Builds the way from bytes to text, now that the first bytes are known. */
static void
begin(struct ev_extract *x)
{
	struct ev_slice start = ev_slice_of(x->start, x->n_start);
	enum ev_charset_name charset = EV_CHARSET_UNKNOWN;
	struct ev_sink to = { take_text, x };

	x->begun = true;
	if (x->kind == PERHAPS_PLAIN)
		x->kind = has_controls(start) ? NO_TEXT : PLAIN;
	if (x->kind == MAIL) {
		ev_mail_init(x->mail, to);
		x->in = (struct ev_sink){ ev_mail_write, x->mail };
	} else if (x->kind == PACKED) {
		x->in = (struct ev_sink){ ev_unzip_write, x->unzip };
	} else {
		if (x->kind == HTML || x->kind == XML) {
			ev_markup_init(&x->markup, x->kind == HTML ? EV_MARKUP_HTML : EV_MARKUP_XML,
				       to);
			to = (struct ev_sink){ ev_markup_write, &x->markup };
			charset = declared(start, x->kind == HTML ? "charset=" : "encoding=");
		}
		ev_charset_init(&x->charset, charset, to);
		x->in = (struct ev_sink){ ev_charset_write, &x->charset };
	}
}

static enum evault_status
pass_on(struct ev_extract *x, const uint8_t *data, size_t len, struct evault_error *err)
{
	if (x->kind == NO_TEXT)
		return EVAULT_E_CANCELLED;
	return len == 0 ? EVAULT_OK : x->in.write(x->in.ctx, data, len, err);
}

enum evault_status
ev_extract_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_extract *x = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t n;

	if (!x->begun) {
		n = START - x->n_start < len ? START - x->n_start : len;
		memcpy(x->start + x->n_start, data, n);
		x->n_start += n;
		data += n;
		len -= n;
		if (x->n_start < START)
			return EVAULT_OK;
		begin(x);
		rc = pass_on(x, x->start, x->n_start, err);
	}
	return rc == EVAULT_OK ? pass_on(x, data, len, err) : rc;
}

enum evault_status
ev_extract_end(struct ev_extract *x, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (!x->begun) {
		begin(x);
		rc = pass_on(x, x->start, x->n_start, err);
	}
	if (rc == EVAULT_OK && x->kind == MAIL)
		rc = ev_mail_end(x->mail, err);
	else if (rc == EVAULT_OK && x->kind == PACKED)
		rc = ev_unzip_end(x->unzip, err);
	else if (rc == EVAULT_OK && x->kind != NO_TEXT)
		rc = ev_charset_end(&x->charset, err);
	if (rc == EVAULT_OK && (x->kind == HTML || x->kind == XML))
		rc = ev_markup_end(&x->markup, err);
	if (rc == EVAULT_E_CANCELLED)
		rc = EVAULT_OK;
	return rc == EVAULT_OK ? ev_buf_ask(x->text, err) : rc;
}
