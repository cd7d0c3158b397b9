#include "format/armor.h"

#include <stdlib.h>
#include <string.h>

static const char begin_line[] = "-----BEGIN AGE ENCRYPTED FILE-----";
static const char end_line[] = "-----END AGE ENCRYPTED FILE-----";

enum {
	LINE_TEXT = 64,
	LINE_BYTES = LINE_TEXT / 4 * 3,
	BATCH = 256 * LINE_BYTES, /* binary bytes handed on at a time */
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
ev_armor_is(struct ev_slice start)
{
	while (start.len > 0 && is_space(start.data[0])) {
		start.data++;
		start.len--;
	}
	return ev_slice_starts(start, "-----BEGIN ");
}

/* ---- writing ---------------------------------------------------------- */

struct ev_armor_writer {
	struct ev_sink out;
	struct ev_buf text;
	size_t fill;
	uint8_t line[LINE_BYTES];
};

static void
put_line(struct ev_armor_writer *w, const uint8_t *data, size_t len)
{
	ev_base64_encode(&w->text, EV_BASE64_STD, data, len);
	ev_buf_puts(&w->text, "\n");
}

static enum evault_status
flush_text(struct ev_armor_writer *w, struct evault_error *err)
{
	enum evault_status rc = ev_buf_ask(&w->text, err);

	if (rc == EVAULT_OK && w->text.len > 0)
		rc = w->out.write(w->out.ctx, w->text.data, w->text.len, err);
	ev_buf_clear(&w->text);
	return rc;
}

enum evault_status
ev_armor_writer_new(struct ev_sink out, struct ev_armor_writer **writer, struct evault_error *err)
{
	struct ev_armor_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return ev_fail_nomem(err);
	w->out = out;
	ev_buf_puts(&w->text, begin_line);
	ev_buf_puts(&w->text, "\n");
	*writer = w;
	return EVAULT_OK;
}

enum evault_status
ev_armor_writer_update(struct ev_armor_writer *w, const uint8_t *data, size_t len,
		       struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t take;

	while (len > 0 && rc == EVAULT_OK) {
		take = len < LINE_BYTES - w->fill ? len : LINE_BYTES - w->fill;
		memcpy(w->line + w->fill, data, take);
		w->fill += take;
		data += take;
		len -= take;
		if (w->fill < LINE_BYTES)
			break;
		put_line(w, w->line, LINE_BYTES);
		w->fill = 0;
		if (w->text.len >= BATCH || w->text.bad)
			rc = flush_text(w, err);
	}
	return rc;
}

enum evault_status
ev_armor_writer_finish(struct ev_armor_writer *w, struct evault_error *err)
{
	if (w->fill > 0)
		put_line(w, w->line, w->fill);
	w->fill = 0;
	ev_buf_puts(&w->text, end_line);
	ev_buf_puts(&w->text, "\n");
	return flush_text(w, err);
}

void
ev_armor_writer_free(struct ev_armor_writer *w)
{
	if (w == NULL)
		return;
	ev_buf_release(&w->text);
	free(w);
}

/* ---- reading ---------------------------------------------------------- */

enum part {
	BEFORE, /* white space before the first line */
	BEGIN,  /* in the first line */
	BODY,
	LAST, /* a line of less than LINE_TEXT was there: the end line must come */
	AFTER,
};

struct ev_armor_reader {
	struct ev_sink out;
	enum part part;
	enum evault_status failed; /* sticks */
	size_t line_len;
	size_t n_bytes;
	uint8_t line[LINE_TEXT + 1]; /* without LF; room for CR */
	uint8_t bytes[BATCH];
};

static enum evault_status
flush_bytes(struct ev_armor_reader *r, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (r->n_bytes > 0)
		rc = r->out.write(r->out.ctx, r->bytes, r->n_bytes, err);
	r->n_bytes = 0;
	return rc;
}

static enum evault_status
body_line(struct ev_armor_reader *r, struct ev_slice line, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t n;

	if (ev_slice_is(line, end_line)) {
		r->part = AFTER;
		return EVAULT_OK;
	}
	if (r->part == LAST)
		return ev_fail(err, EVAULT_E_FORMAT, "armor: a short line is not the last one");
	if (BATCH - r->n_bytes < LINE_BYTES)
		rc = flush_bytes(r, err);
	if (rc != EVAULT_OK)
		return rc;
	if (line.len == 0 || line.len > LINE_TEXT ||
	    !ev_base64_decode(line, EV_BASE64_STD, r->bytes + r->n_bytes, LINE_BYTES, &n))
		return ev_fail(err, EVAULT_E_FORMAT, "armor: a line is not canonical base64");
	r->n_bytes += n;
	if (n < LINE_BYTES)
		r->part = LAST;
	return EVAULT_OK;
}

/* A line is complete, its LF or the end of the input was seen. */
static enum evault_status
end_of_line(struct ev_armor_reader *r, struct evault_error *err)
{
	struct ev_slice line = { r->line, r->line_len };

	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	r->line_len = 0;
	if (r->part != BEGIN)
		return body_line(r, line, err);
	if (!ev_slice_is(line, begin_line))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "armor: the first line is not that of an age file");
	r->part = BODY;
	return EVAULT_OK;
}

/* Takes one character that is white space around the armor, or part of a line. */
static enum evault_status
take_char(struct ev_armor_reader *r, uint8_t c, struct evault_error *err)
{
	if (r->part == AFTER || r->part == BEFORE) {
		if (is_space(c))
			return EVAULT_OK;
		if (r->part == AFTER)
			return ev_fail(err, EVAULT_E_FORMAT, "armor: goes on after its end");
		r->part = BEGIN;
	}
	if (c == '\n')
		return end_of_line(r, err);
	if (r->line_len == sizeof(r->line))
		return ev_fail(err, EVAULT_E_FORMAT, "armor: a line is too long");
	r->line[r->line_len++] = c;
	return EVAULT_OK;
}

enum evault_status
ev_armor_reader_new(struct ev_sink out, struct ev_armor_reader **reader, struct evault_error *err)
{
	struct ev_armor_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return ev_fail_nomem(err);
	r->out = out;
	*reader = r;
	return EVAULT_OK;
}

enum evault_status
ev_armor_reader_update(struct ev_armor_reader *r, const uint8_t *data, size_t len,
		       struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (r->failed != EVAULT_OK)
		return ev_fail(err, r->failed, "armor: reading it has failed before");
	for (i = 0; i < len && rc == EVAULT_OK; i++)
		rc = take_char(r, data[i], err);
	if (rc == EVAULT_OK)
		rc = flush_bytes(r, err);
	r->failed = rc;
	return rc;
}

enum evault_status
ev_armor_reader_finish(struct ev_armor_reader *r, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (r->failed != EVAULT_OK)
		return ev_fail(err, r->failed, "armor: reading it has failed before");
	if (r->line_len > 0)
		rc = end_of_line(r, err);
	if (rc == EVAULT_OK && r->part != AFTER)
		rc = ev_fail(err, EVAULT_E_FORMAT, "armor: cut short");
	if (rc == EVAULT_OK)
		rc = flush_bytes(r, err);
	r->failed = rc;
	return rc;
}

void
ev_armor_reader_free(struct ev_armor_reader *r)
{
	free(r);
}
