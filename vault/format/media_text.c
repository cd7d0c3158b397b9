/*
 * Media types of text, and of the ZIP files that hold documents.
 */
#include <string.h>
#include <strings.h>

#include "format/media_private.h"

/* ---- ZIP --------------------------------------------------------------- */

struct member {
	struct ev_slice name;
	struct ev_slice body; /* as far as it is in the sample; empty when not stored plainly */
};

static uint16_t
le16(struct ev_cursor *c)
{
	uint16_t low = ev_cursor_u8(c);

	return (uint16_t)(low | ev_cursor_u8(c) << 8);
}

/* A local header and, when its size is stated, the body; false when there is none. */
static bool
zip_next(struct ev_cursor *c, struct member *m)
{
	uint16_t flags, method, name_len, extra_len;
	uint32_t size;

	ev_cursor_expect(c, "PK\x03\x04");
	ev_cursor_take(c, 2);
	flags = le16(c);
	method = le16(c);
	ev_cursor_take(c, 4 + 4);
	size = ev_cursor_le32(c);
	ev_cursor_take(c, 4);
	name_len = le16(c);
	extra_len = le16(c);
	m->name = ev_cursor_take(c, name_len);
	ev_cursor_take(c, extra_len);
	if (c->bad)
		return false;
	m->body = ev_cursor_take(c, size < c->left ? size : c->left);
	if (method != 0 || (flags & 9) != 0)
		m->body.len = 0;
	return true;
}

static const char *const mimetypes[] = {
	"application/epub+zip",
	"application/vnd.oasis.opendocument.text",
	"application/vnd.oasis.opendocument.text-template",
	"application/vnd.oasis.opendocument.spreadsheet",
	"application/vnd.oasis.opendocument.spreadsheet-template",
	"application/vnd.oasis.opendocument.presentation",
	"application/vnd.oasis.opendocument.presentation-template",
	"application/vnd.oasis.opendocument.graphics",
	"application/vnd.oasis.opendocument.formula",
	"application/vnd.oasis.opendocument.base",
};

/* ODF and EPUB: the first member is `mimetype`, stored. */
static const char *
zip_mimetype(const struct member *first)
{
	size_t i;

	if (!ev_slice_is(first->name, "mimetype"))
		return NULL;
	for (i = 0; i < sizeof(mimetypes) / sizeof(mimetypes[0]); i++)
		if (ev_slice_is(first->body, mimetypes[i]))
			return mimetypes[i];
	return NULL;
}

static const char *
ooxml_folder(struct ev_slice name)
{
	if (ev_slice_starts(name, "word/"))
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
	if (ev_slice_starts(name, "xl/"))
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	if (ev_slice_starts(name, "ppt/"))
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
	return NULL;
}

/* Goes to the next local header: bodies of unknown size are passed over by its mark. */
static void
zip_seek(struct ev_cursor *c)
{
	const uint8_t *at = memmem(c->at, c->left, "PK\x03\x04", 4);

	if (at == NULL)
		c->bad = true;
	else
		ev_cursor_take(c, (size_t)(at - c->at));
}

const char *
ev_media_zip(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	const char *type = NULL;
	struct member m;

	if (ev_media_has(start, 0, "PK\x05\x06", 4))
		return "application/zip";
	if (!ev_media_has(start, 0, "PK\x03\x04", 4))
		return NULL;
	if (!zip_next(&c, &m))
		return "application/zip";
	type = zip_mimetype(&m);
	/* OOXML says so with its first member; which one, with a folder further on. */
	if (ev_slice_is(m.name, "[Content_Types].xml") || ev_slice_is(m.name, "_rels/.rels") ||
	    ev_slice_starts(m.name, "docProps/")) {
		do
			zip_seek(&c);
		while (type == NULL && zip_next(&c, &m) && (type = ooxml_folder(m.name)) == NULL);
	}
	return type == NULL ? "application/zip" : type;
}

/* ---- markup ------------------------------------------------------------ */

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static void
skip_space(struct ev_cursor *c)
{
	while (c->left > 0 && is_space(*c->at))
		ev_cursor_take(c, 1);
}

/* Does it begin so, in any case of letters, and is the word over then? */
static bool
begins(const struct ev_cursor *c, const char *word)
{
	size_t len = strlen(word);

	return c->left > len && strncasecmp((const char *)c->at, word, len) == 0 &&
	       (is_space(c->at[len]) || c->at[len] == '>' || c->at[len] == '/' ||
		c->at[len] == ':');
}

/* Passes over the XML declaration, comments, processing instructions and document types. */
static void
skip_prolog(struct ev_cursor *c)
{
	struct ev_slice rest;
	const uint8_t *end;
	const char *mark;

	for (;;) {
		skip_space(c);
		rest = ev_slice_of(c->at, c->left);
		if (ev_slice_starts(rest, "<!--"))
			mark = "-->";
		else if (ev_slice_starts(rest, "<?"))
			mark = "?>";
		else if (ev_slice_starts(rest, "<!DOCTYPE"))
			mark = ">";
		else
			return;
		end = memmem(c->at, c->left, mark, strlen(mark));
		if (end == NULL)
			return;
		ev_cursor_take(c, (size_t)(end - c->at) + strlen(mark));
	}
}

static const char *
by_markup(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len), root;
	bool xml;

	if (ev_slice_starts(start, "\xef\xbb\xbf"))
		ev_cursor_take(&c, 3);
	xml = begins(&c, "<?xml");
	skip_space(&c);
	if (begins(&c, "<!doctype html") || begins(&c, "<html"))
		return "text/html";
	root = c;
	skip_prolog(&root);
	if (begins(&root, "<svg"))
		return "image/svg+xml";
	if (begins(&root, "<html"))
		return xml ? "application/xhtml+xml" : "text/html";
	return xml ? "application/xml" : NULL;
}

/* ---- mail -------------------------------------------------------------- */

/* Bytes of the name of a header field at the start of a line; 0 when there is none. */
static size_t
header_name(struct ev_slice line)
{
	size_t i = 0;

	while (i < line.len && line.data[i] > ' ' && line.data[i] < 0x7f && line.data[i] != ':')
		i++;
	return i < line.len && line.data[i] == ':' ? i : 0;
}

static bool
header_is(struct ev_slice line, const char *name)
{
	size_t len = header_name(line);

	return len == strlen(name) && strncasecmp((const char *)line.data, name, len) == 0;
}

/*
 * Nothing but header fields up to the empty line or the end of the sample,
 * with From and Date, or with the trace that two mail servers left.
 */
static const char *
by_mail(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	bool from = false, date = false;
	unsigned trace = 0;
	struct ev_slice line;

	for (;;) {
		line = ev_cursor_line(&c);
		if (c.bad || line.len == 0 || ev_slice_is(line, "\r"))
			break;
		if (line.data[0] == ' ' || line.data[0] == '\t')
			continue;
		if (header_name(line) == 0)
			return NULL;
		from = from || header_is(line, "From");
		date = date || header_is(line, "Date");
		trace += header_is(line, "Received") || header_is(line, "Return-Path") ||
			 header_is(line, "Delivered-To");
	}
	return (from && date) || trace >= 2 ? "message/rfc822" : NULL;
}

/* ---- plain ------------------------------------------------------------- */

static bool
is_control(unsigned c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f;
}

/* Could more bytes make this a character?  For what the end of the sample cut. */
static bool
is_cut(struct ev_slice rest)
{
	static const uint8_t tails[] = { 0x80, 0x90, 0xa0 }; /* one is right for any first byte */
	uint8_t whole[4];
	size_t i, n;

	if (rest.len > 3)
		return false;
	for (i = 0; i < sizeof(tails); i++) {
		memset(whole, 0x80, sizeof(whole));
		memcpy(whole, rest.data, rest.len);
		if (rest.len == 1)
			whole[1] = tails[i];
		n = ev_utf8_len(ev_slice_of(whole, sizeof(whole)));
		if (n > rest.len)
			return true;
	}
	return false;
}

static bool
is_utf8(struct ev_slice text)
{
	size_t len;

	while (text.len > 0) {
		len = text.data[0] < 0x80 ? 1 : ev_utf8_len(text);
		if (len == 0)
			return is_cut(text);
		if (len == 1 && is_control(text.data[0]))
			return false;
		text.data += len;
		text.len -= len;
	}
	return true;
}

/* With its byte order mark, and no controls (so no NULs: UTF-32 is not meant). */
static bool
is_utf16(struct ev_slice text)
{
	bool little = ev_slice_starts(text, "\xff\xfe");
	unsigned unit;
	size_t i;

	if (!little && !ev_slice_starts(text, "\xfe\xff"))
		return false;
	for (i = 2; i + 1 < text.len; i += 2) {
		unit = little ? text.data[i] | (unsigned)text.data[i + 1] << 8
			      : text.data[i + 1] | (unsigned)text.data[i] << 8;
		if (is_control(unit))
			return false;
	}
	return true;
}

const char *
ev_media_text(struct ev_slice start)
{
	const char *type = by_markup(start);

	if (type != NULL)
		return type;
	if (is_utf16(start))
		return "text/plain";
	if (!is_utf8(start))
		return NULL;
	type = by_mail(start);
	return type != NULL ? type : "text/plain";
}
