#include "format/receipt.h"

#include <assert.h>
#include <inttypes.h>

#include "base/os.h"
#include "format/note_text.h"

#define KIND "evault/receipt/v"

static const char *const words[] = {
	[EV_RECEIPT_VERIFIED] = "verified",
	[EV_RECEIPT_DAMAGED] = "damaged",
	[EV_RECEIPT_MISSING] = "missing",
};

enum {
	N_WORDS = sizeof(words) / sizeof(words[0])
};

const char *
ev_receipt_word(enum ev_receipt_result result)
{
	assert((size_t)result < N_WORDS);
	return words[result];
}

static void
put_line(struct ev_buf *out, uint64_t from, uint64_t to, enum ev_receipt_result result)
{
	ev_buf_printf(out, "result %" PRIu64, from);
	if (to != from)
		ev_buf_printf(out, "-%" PRIu64, to);
	ev_buf_printf(out, " %s\n", ev_receipt_word(result));
}

void
ev_receipt_text(const struct ev_receipt *r, const struct ev_receipt_item *items, size_t n,
		struct ev_buf *out)
{
	char tagmanifest[EVAULT_HEX_SIZE], time[EVAULT_TIME_SIZE];
	size_t i, first = 0;

	assert(n > 0 && ev_origin_valid(ev_slice_text(r->origin)) &&
	       ev_origin_valid(ev_slice_text(r->of)));
	ev_hash_hex(&r->tagmanifest, tagmanifest);
	ev_os_format_time(r->time, time);
	ev_buf_printf(out, KIND "1\norigin %s\nof %s\ntagmanifest %s\ntime %s\n", r->origin, r->of,
		      tagmanifest, time);
	for (i = 1; i <= n; i++) {
		assert(i == n || items[i - 1].index < items[i].index);
		if (i < n && items[i].result == items[first].result)
			continue;
		put_line(out, items[first].index, items[i - 1].index, items[first].result);
		first = i;
	}
}

/* "result <index>[-<index>] <word>" LF. */
static bool
take_line(struct ev_cursor *c, struct ev_receipt_line *line)
{
	struct ev_slice word;
	size_t i;

	ev_cursor_expect(c, "result ");
	line->from = line->to = ev_cursor_decimal(c, UINT64_MAX);
	if (c->left > 0 && c->at[0] == '-') {
		ev_cursor_expect(c, "-");
		line->to = ev_cursor_decimal(c, UINT64_MAX);
		if (line->to <= line->from)
			c->bad = true;
	}
	ev_cursor_expect(c, " ");
	word = ev_cursor_line(c);
	for (i = 0; i < N_WORDS && !ev_slice_is(word, words[i]); i++)
		;
	if (c->bad || i == N_WORDS)
		return false;
	line->result = (enum ev_receipt_result)i;
	return true;
}

/* In order, and no two beside each other that would be one. */
static bool
lines_valid(struct ev_slice lines)
{
	struct ev_cursor c = ev_cursor_of(lines.data, lines.len);
	struct ev_receipt_line line, before = { 0 };
	size_t n;

	for (n = 0; c.left > 0; n++) {
		if (!take_line(&c, &line))
			return false;
		if (n > 0 && (line.from <= before.to || line.result == before.result))
			return false;
		before = line;
	}
	return n > 0;
}

enum evault_status
ev_receipt_parse(struct ev_slice bytes, struct ev_receipt *r, struct ev_note *note,
		 struct ev_slice *lines, struct evault_error *err)
{
	struct ev_receipt found;
	struct ev_note parsed;
	enum evault_status rc;
	struct ev_cursor c;

	rc = ev_note_open_kind(bytes, KIND, &parsed, &c, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_note_take_origin(&c, "origin", found.origin);
	ev_note_take_origin(&c, "of", found.of);
	ev_note_take_hash(&c, "tagmanifest", &found.tagmanifest);
	ev_note_take_time(&c, "time", &found.time);
	if (c.bad || !lines_valid(ev_slice_of(c.at, c.left)))
		return ev_fail(err, EVAULT_E_FORMAT, "a malformed receipt");
	*r = found;
	*note = parsed;
	*lines = ev_slice_of(c.at, c.left);
	return EVAULT_OK;
}

bool
ev_receipt_next(struct ev_cursor *lines, struct ev_receipt_line *line)
{
	return !lines->bad && lines->left > 0 && take_line(lines, line);
}

bool
ev_receipt_find(struct ev_slice lines, uint64_t index, enum ev_receipt_result *result)
{
	struct ev_cursor c = ev_cursor_of(lines.data, lines.len);
	struct ev_receipt_line line;

	while (ev_receipt_next(&c, &line)) {
		if (index < line.from || index > line.to)
			continue;
		*result = line.result;
		return true;
	}
	return false;
}
