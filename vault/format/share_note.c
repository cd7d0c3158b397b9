#include "format/share_note.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/os.h"
#include "format/age.h"
#include "format/note_text.h"

#define KIND "evault/share/v"

static bool
is_addressee(struct ev_slice to)
{
	struct ev_age_recipient key;
	char again[EVAULT_RECIPIENT_SIZE];

	if (ev_slice_is(to, EV_SHARE_TO_PASSPHRASE) || ev_slice_is(to, EV_SHARE_TO_FOLDER))
		return true;
	if (ev_age_recipient_parse(to, &key, NULL) != EVAULT_OK)
		return false;
	ev_age_recipient_text(&key, again);
	return ev_slice_is(to, again);
}

void
ev_share_note_text(const struct ev_share_note *s, struct ev_buf *out)
{
	char tagmanifest[EVAULT_HEX_SIZE], root[EVAULT_HEX_SIZE], time[EVAULT_TIME_SIZE];

	assert(ev_origin_valid(ev_slice_text(s->origin)) && is_addressee(ev_slice_text(s->to)));
	assert(s->size >= 1 && s->items <= s->size);
	ev_hash_hex(&s->tagmanifest, tagmanifest);
	ev_hash_hex(&s->root, root);
	ev_os_format_time(s->time, time);
	ev_buf_printf(out,
		      KIND "1\norigin %s\nto %s\ntagmanifest %s\ntime %s\ntree %" PRIu64
			   " %s\nitems %" PRIu64 "\n",
		      s->origin, s->to, tagmanifest, time, s->size, root, s->items);
}

static bool
parse_lines(struct ev_cursor *c, struct ev_share_note *s)
{
	struct ev_slice to;

	ev_note_take_origin(c, "origin", s->origin);
	to = ev_note_value(c, "to");
	ev_note_take_hash(c, "tagmanifest", &s->tagmanifest);
	ev_note_take_time(c, "time", &s->time);
	ev_cursor_expect(c, "tree ");
	s->size = ev_cursor_decimal(c, UINT64_MAX);
	ev_note_take_hash(c, "", &s->root);
	ev_cursor_expect(c, "items ");
	s->items = ev_cursor_decimal(c, s->size);
	ev_cursor_expect(c, "\n");
	if (!ev_cursor_done(c) || s->size == 0 || !is_addressee(to))
		return false;
	memcpy(s->to, to.data, to.len);
	return true;
}

enum evault_status
ev_share_note_parse(struct ev_slice bytes, struct ev_share_note *s, struct ev_note *note,
		    struct evault_error *err)
{
	struct ev_share_note found = { .size = 0 };
	struct ev_note parsed;
	enum evault_status rc;
	struct ev_cursor c;

	rc = ev_note_open_kind(bytes, KIND, &parsed, &c, err);
	if (rc != EVAULT_OK)
		return rc;
	if (!parse_lines(&c, &found))
		return ev_fail(err, EVAULT_E_FORMAT, "a malformed share note");
	*s = found;
	*note = parsed;
	return EVAULT_OK;
}
