/*
 * Whatever the evidence is, the report has the same tags in the same order,
 * and nothing in it is unseen.  The first byte chooses the shape of the page,
 * the rest are its values, 0xFF between them.
 */
#include <stdlib.h>
#include <string.h>

#include "format/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	VALUES = 12
};

/* The values of a page; none is empty. */
struct values {
	struct ev_slice at[VALUES];
};

static void
need(bool good)
{
	if (!good)
		abort();
}

static struct values
split(struct ev_slice data)
{
	struct ev_cursor c = ev_cursor_of(data.data, data.len);
	struct values values;
	size_t i;

	for (i = 0; i < VALUES; i++) {
		if (c.left == 0)
			values.at[i] = ev_slice_text("x");
		else if (memchr(c.at, 0xFF, c.left) == NULL)
			values.at[i] = ev_cursor_take(&c, c.left);
		else
			values.at[i] = ev_cursor_until(&c, 0xFF);
		if (values.at[i].len == 0)
			values.at[i] = ev_slice_text("x");
	}
	return values;
}

static struct ev_record_field
field(const char *name, struct ev_slice value, bool withheld)
{
	struct ev_record_field f = { name, value.data, value.len, withheld };

	return f;
}

static void
make_page(uint8_t shape, const struct values *v, struct ev_buf *html)
{
	const struct ev_record_field fields[] = {
		field("action", ev_slice_text("add"), false),
		field("media-type", ev_slice_text(shape & 1 ? "image/png" : "text/html"), false),
		field("offset", ev_slice_text("-03:30"), (shape & 2) != 0),
		field("time", v->at[0], false),
		field("name", v->at[1], (shape & 4) != 0),
		field("size", v->at[2], false),
		field("sha256", v->at[3], false),
		field("title", v->at[4], (shape & 8) != 0),
		field("field", v->at[5], false),
		field("field", v->at[6], (shape & 16) != 0),
		field("unknown", v->at[7], false),
	};
	const struct ev_record_field changed[] = {
		field("action", ev_slice_text(shape & 32 ? "retract" : "annotate"), false),
		field("time", v->at[0], false),
		field("reason", v->at[8], (shape & 64) != 0),
		field("field", v->at[5], false),
	};
	const struct ev_report_change change = { 13, v->at[9], changed, 4, (shape & 128) != 0 };
	const struct ev_report_item item = { .index = 12,
					     .citation = v->at[9],
					     .fields = fields,
					     .n = sizeof(fields) / sizeof(fields[0]),
					     .signer = v->at[10],
					     .file = v->at[11],
					     .changes = &change,
					     .n_changes = 1 };
	const struct ev_report_head head = { .sender = v->at[1],
					     .sender_key = v->at[10],
					     .to = ev_slice_text("age1"),
					     .to_name = v->at[4],
					     .time = v->at[0],
					     .origin = v->at[9],
					     .entries = 40,
					     .shown = 2 };

	need(ev_report_begin(&head, html, NULL) == EVAULT_OK);
	need(ev_report_item(&head, &item, html, NULL) == EVAULT_OK);
	need(ev_report_end(&head, html, NULL) == EVAULT_OK);
}

/* All tags, without what is in quotes. */
static void
add_tags(struct ev_buf *tags, const struct ev_buf *html)
{
	bool in_tag = false, quoted = false;
	size_t i;

	for (i = 0; i < html->len; i++) {
		in_tag = in_tag || html->data[i] == '<';
		if (in_tag && html->data[i] == '"')
			quoted = !quoted;
		if (in_tag && !quoted)
			ev_buf_add(tags, &html->data[i], 1);
		if (!quoted && html->data[i] == '>')
			in_tag = false;
	}
	need(!in_tag && !quoted && !tags->bad);
}

static void
need_seen(const struct ev_buf *html)
{
	struct ev_cursor c = ev_cursor_of(html->data, html->len);
	size_t len;

	while (c.left > 0) {
		len = ev_utf8_len(ev_slice_of(c.at, c.left));
		need(len > 0 && (c.at[0] >= 0x20 || c.at[0] == '\n') && c.at[0] != 0x7F);
		need(c.at[0] != 0xC2 || c.at[1] >= 0xA0);
		need(len != 3 || memcmp(c.at, "\u202E", 3) != 0);
		ev_cursor_take(&c, len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t shape = size > 0 ? data[0] : 0;
	struct values values = split(ev_slice_of(data + (size > 0), size - (size > 0)));
	struct values plain = split(ev_slice_of(NULL, 0));
	struct ev_buf html = EV_BUF_INIT, want = EV_BUF_INIT, tags = EV_BUF_INIT;

	make_page(shape, &plain, &html);
	add_tags(&want, &html);
	ev_buf_clear(&html);
	make_page(shape, &values, &html);
	add_tags(&tags, &html);
	need(want.len == tags.len && memcmp(want.data, tags.data, want.len) == 0);
	need_seen(&html);
	ev_buf_release(&html);
	ev_buf_release(&want);
	ev_buf_release(&tags);
	return 0;
}
