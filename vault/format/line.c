/*
 * The lines of entries: one function each way, with one case per kind.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "format/age.h"
#include "format/entry.h"

enum {
	HASH_TEXT = 64
};

static const char *const kind_words[] = {
	[EV_LINE_RECORD] = "record",       [EV_LINE_PACK] = "pack",
	[EV_LINE_DROP] = "drop",           [EV_LINE_SLOT] = "slot",
	[EV_LINE_SLOT_END] = "slot-end",   [EV_LINE_ACTOR] = "actor",
	[EV_LINE_ACTOR_END] = "actor-end", [EV_LINE_READ_KEY] = "read-key",
	[EV_LINE_LOG_KEY] = "log-key",     [EV_LINE_FILE] = "file",
};

enum {
	N_KINDS = sizeof(kind_words) / sizeof(kind_words[0])
};

bool
ev_file_name_valid(struct ev_slice name)
{
	bool starts = true; /* a part between slashes */
	size_t i;
	uint8_t c;

	if (name.len == 0 || name.len > EV_ENTRY_FILE_NAME_MAX)
		return false;
	for (i = 0; i < name.len; i++) {
		c = name.data[i];
		if (starts && (c == '/' || c == '.'))
			return false;
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '_' && c != '-' && c != '/')
			return false;
		starts = c == '/';
	}
	return !starts;
}

/* ---- writing --------------------------------------------------------- */

static void
put_hash(struct ev_buf *out, const struct ev_hash *hash)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(hash, hex);
	ev_buf_printf(out, " %s", hex);
}

static void
put_verifier(struct ev_buf *out, const struct ev_verifier *v)
{
	char text[EV_NOTE_VKEY_SIZE];

	ev_verifier_text(v, text);
	ev_buf_printf(out, " %s", text);
}

void
ev_line_encode(struct ev_buf *out, const struct ev_line *line)
{
	assert((size_t)line->kind < N_KINDS);
	ev_buf_puts(out, kind_words[line->kind]);
	switch (line->kind) {
	case EV_LINE_RECORD:
	case EV_LINE_ACTOR_END:
		put_hash(out, &line->hash);
		break;
	case EV_LINE_PACK:
		put_hash(out, &line->hash);
		ev_buf_printf(out, " %" PRIu64, line->number);
		break;
	case EV_LINE_DROP:
		put_hash(out, &line->hash);
		put_hash(out, &line->record);
		break;
	case EV_LINE_SLOT:
		assert(line->number > 0);
		ev_buf_printf(out, " %" PRIu64, line->number);
		put_hash(out, &line->hash);
		break;
	case EV_LINE_SLOT_END:
		assert(line->number > 0);
		ev_buf_printf(out, " %" PRIu64, line->number);
		break;
	case EV_LINE_ACTOR:
		put_verifier(out, &line->vkey);
		ev_buf_printf(out, " %s", ev_role_word(line->role));
		break;
	case EV_LINE_LOG_KEY:
		put_verifier(out, &line->vkey);
		break;
	case EV_LINE_READ_KEY:
		ev_buf_printf(out, " %s", line->text);
		break;
	case EV_LINE_FILE:
		assert(ev_file_name_valid(ev_slice_text(line->text)));
		ev_buf_printf(out, " %s", line->text);
		put_hash(out, &line->hash);
		break;
	}
	ev_buf_puts(out, "\n");
}

/* ---- reading: each take_ sets the cursor bad -------------------------- */

static void
take_hash(struct ev_cursor *c, struct ev_hash *out)
{
	if (!ev_hash_parse(ev_cursor_take(c, HASH_TEXT), out))
		c->bad = true;
}

/* Up to the next space when something follows, otherwise up to the end. */
static struct ev_slice
take_word(struct ev_cursor *c, bool last)
{
	return last ? ev_cursor_take(c, c->left) : ev_cursor_until(c, ' ');
}

static void
take_actor(struct ev_cursor *c, struct ev_line *line)
{
	struct ev_verifier named;
	struct ev_slice role;

	if (ev_verifier_parse(take_word(c, false), &line->vkey, NULL) != EVAULT_OK) {
		c->bad = true;
		return;
	}
	ev_actor_verifier(line->vkey.key, &named);
	role = take_word(c, true);
	if (!ev_verifier_equal(&named, &line->vkey) || !ev_role_parse(role, &line->role))
		c->bad = true;
}

static void
take_log_key(struct ev_cursor *c, struct ev_line *line)
{
	if (ev_verifier_parse(take_word(c, true), &line->vkey, NULL) != EVAULT_OK ||
	    !ev_origin_valid(ev_slice_text(line->vkey.name)))
		c->bad = true;
}

static void
take_recipient(struct ev_cursor *c, struct ev_line *line)
{
	struct ev_slice text = take_word(c, true);
	struct ev_age_recipient recipient;

	if (ev_age_recipient_parse(text, &recipient, NULL) != EVAULT_OK) {
		c->bad = true;
		return;
	}
	ev_age_recipient_text(&recipient, line->text);
	if (!ev_slice_is(text, line->text))
		c->bad = true;
}

static void
take_file_name(struct ev_cursor *c, struct ev_line *line)
{
	struct ev_slice name = take_word(c, false);

	if (!ev_file_name_valid(name)) {
		c->bad = true;
		return;
	}
	memcpy(line->text, name.data, name.len);
	line->text[name.len] = '\0';
}

static void
take_number(struct ev_cursor *c, uint64_t min, struct ev_line *line)
{
	line->number = ev_cursor_decimal(c, UINT64_MAX);
	if (line->number < min)
		c->bad = true;
}

static void
take_rest(struct ev_cursor *c, struct ev_line *line)
{
	switch (line->kind) {
	case EV_LINE_RECORD:
	case EV_LINE_ACTOR_END:
		take_hash(c, &line->hash);
		break;
	case EV_LINE_PACK:
		take_hash(c, &line->hash);
		ev_cursor_expect(c, " ");
		take_number(c, 0, line);
		break;
	case EV_LINE_DROP:
		take_hash(c, &line->hash);
		ev_cursor_expect(c, " ");
		take_hash(c, &line->record);
		break;
	case EV_LINE_SLOT:
		take_number(c, 1, line);
		ev_cursor_expect(c, " ");
		take_hash(c, &line->hash);
		break;
	case EV_LINE_SLOT_END:
		take_number(c, 1, line);
		break;
	case EV_LINE_ACTOR:
		take_actor(c, line);
		break;
	case EV_LINE_READ_KEY:
		take_recipient(c, line);
		break;
	case EV_LINE_LOG_KEY:
		take_log_key(c, line);
		break;
	case EV_LINE_FILE:
		take_file_name(c, line);
		take_hash(c, &line->hash);
		break;
	}
}

enum evault_status
ev_line_parse(struct ev_slice line, struct ev_line *out, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_slice word = ev_cursor_until(&c, ' ');
	struct ev_line found;
	size_t kind = 0;

	memset(&found, 0, sizeof(found));
	while (kind < N_KINDS && !ev_slice_is(word, kind_words[kind]))
		kind++;
	if (c.bad || kind == N_KINDS)
		return ev_fail(err, EVAULT_E_FORMAT, "a line of an entry that says nothing known");
	found.kind = (enum ev_entry_kind)kind;
	take_rest(&c, &found);
	if (!ev_cursor_done(&c))
		return ev_fail(err, EVAULT_E_FORMAT, "a malformed \"%s\" line in an entry",
			       kind_words[kind]);
	*out = found;
	return EVAULT_OK;
}
