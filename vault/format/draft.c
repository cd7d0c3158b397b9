#include "format/draft.h"

#include <stdio.h>
#include <string.h>

#include "format/frame.h"

#define FIRST_LINE  "evault/draft/v1"
#define ANY_VERSION "evault/draft/v"

void
ev_draft_path(const char *id, char out[EV_DRAFT_PATH_SIZE])
{
	snprintf(out, EV_DRAFT_PATH_SIZE, "drafts/%.16s.age", id);
}

bool
ev_draft_id_valid(struct ev_slice id)
{
	uint8_t bytes[EV_DRAFT_ID];

	return ev_hex_decode(id, bytes, sizeof(bytes));
}

bool
ev_draft_path_parse(const char *path, char id[2 * EV_DRAFT_ID + 1])
{
	char expected[EV_DRAFT_PATH_SIZE];
	struct ev_slice digits;

	if (strlen(path) != EV_DRAFT_PATH_SIZE - 1)
		return false;
	digits = ev_slice_of(path + strlen("drafts/"), (size_t)2 * EV_DRAFT_ID);
	if (!ev_draft_id_valid(digits))
		return false;
	ev_draft_path((const char *)digits.data, expected);
	if (strcmp(path, expected) != 0)
		return false;
	if (id != NULL) {
		memcpy(id, digits.data, digits.len);
		id[digits.len] = '\0';
	}
	return true;
}

void
ev_draft_head(struct ev_buf *out, const struct ev_record *said, uint64_t len)
{
	ev_buf_printf(out, FIRST_LINE "\n%zu %llu\n", said->text.len, (unsigned long long)len);
	ev_buf_add(out, said->text.data, said->text.len);
}

uint64_t
ev_draft_padding(uint64_t size)
{
	return ev_frame_padded(size) - size;
}

static bool
all_zero(struct ev_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] != 0)
			return false;
	return true;
}

enum evault_status
ev_draft_parse(struct ev_slice bytes, struct ev_record *said, struct ev_slice *text,
	       struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(bytes.data, bytes.len);
	struct ev_slice first = ev_cursor_line(&c), record, body;
	enum evault_status rc;
	uint64_t head, len;

	if (!ev_slice_is(first, FIRST_LINE) && ev_slice_starts(first, ANY_VERSION))
		return ev_fail(err, EVAULT_E_VERSION, "a draft that a newer evault made");
	head = ev_cursor_decimal(&c, EVAULT_RECORD_MAX);
	ev_cursor_expect(&c, " ");
	len = ev_cursor_decimal(&c, EVAULT_STATEMENT_MAX);
	ev_cursor_expect(&c, "\n");
	record = ev_cursor_take(&c, (size_t)head);
	body = ev_cursor_take(&c, (size_t)len);
	if (c.bad || !ev_slice_is(first, FIRST_LINE) ||
	    c.left != ev_draft_padding(bytes.len - c.left) || !all_zero(ev_slice_of(c.at, c.left)))
		return ev_fail(err, EVAULT_E_FORMAT, "it is not of the form of a draft");
	rc = ev_record_parse(record, said, err);
	if (rc == EVAULT_OK)
		*text = body;
	return rc;
}
