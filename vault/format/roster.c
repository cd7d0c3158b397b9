#include "format/roster.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool
ev_role_reads(enum ev_role role)
{
	return role != EV_ROLE_CAPTURE;
}

struct ev_roster_line *
ev_roster_slot(struct ev_roster *r, uint64_t slot)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->lines[i].kind == EV_ROSTER_HOLDER && r->lines[i].slot == slot)
			return &r->lines[i];
	}
	return NULL;
}

const struct ev_roster_line *
ev_roster_actor(const struct ev_roster *r, const struct ev_hash *actor)
{
	const struct ev_roster_line *found = NULL;
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->lines[i].kind == EV_ROSTER_READER ||
		    !ev_hash_equal(&r->lines[i].actor, actor))
			continue;
		found = &r->lines[i];
		if (found->kind == EV_ROSTER_HOLDER)
			break;
	}
	return found;
}

size_t
ev_roster_count(const struct ev_roster *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n; i++)
		n += r->lines[i].kind != EV_ROSTER_FORMER;
	return n;
}

static void
take_out(struct ev_roster *r, size_t at)
{
	r->n--;
	memmove(&r->lines[at], &r->lines[at + 1], (r->n - at) * sizeof(r->lines[0]));
	ev_wipe(&r->lines[r->n], sizeof(r->lines[0]));
}

enum evault_status
ev_roster_add(struct ev_roster *r, const struct ev_roster_line *line, struct evault_error *err)
{
	size_t i;

	if (line->kind != EV_ROSTER_FORMER && ev_roster_count(r) >= EV_ROSTER_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "a vault has at most %d holders and readers; remove one first",
			       EV_ROSTER_MAX);
	for (i = 0; r->n == EV_ROSTER_LINES_MAX && i < r->n; i++) {
		if (r->lines[i].kind == EV_ROSTER_FORMER)
			take_out(r, i);
	}
	r->lines[r->n++] = *line;
	return EVAULT_OK;
}

void
ev_roster_end(struct ev_roster *r, size_t at)
{
	struct ev_roster_line line = r->lines[at];

	take_out(r, at);
	if (line.kind == EV_ROSTER_HOLDER) {
		line.kind = EV_ROSTER_FORMER;
		r->lines[r->n++] = line;
	}
	ev_wipe(&line, sizeof(line));
}

size_t
ev_roster_recipients(const struct ev_roster *r, bool write,
		     struct ev_age_recipient out[EV_ROSTER_MAX])
{
	const struct ev_roster_line *line;
	size_t i, n = 0;

	for (i = 0; i < r->n && n < EV_ROSTER_MAX; i++) {
		line = &r->lines[i];
		if (line->kind == EV_ROSTER_HOLDER ? write || ev_role_reads(line->role)
						   : line->kind == EV_ROSTER_READER && !write)
			out[n++] = line->recipient;
	}
	return n;
}

/* ---- text ------------------------------------------------------------------ */

static void
put_actor(struct ev_buf *out, const struct ev_hash *actor)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(actor, hex);
	ev_buf_puts(out, hex);
	ev_buf_puts(out, " ");
}

static void
put_recipient(struct ev_buf *out, const struct ev_age_recipient *recipient)
{
	char text[EVAULT_RECIPIENT_SIZE];

	ev_age_recipient_text(recipient, text);
	ev_buf_puts(out, text);
	ev_buf_puts(out, " ");
}

static void
put_line(struct ev_buf *out, const struct ev_roster_line *line)
{
	switch (line->kind) {
	case EV_ROSTER_HOLDER:
		ev_buf_printf(out, "# holder %" PRIu64 " %s ", line->slot,
			      ev_role_word(line->role));
		put_actor(out, &line->actor);
		put_recipient(out, &line->recipient);
		break;
	case EV_ROSTER_READER:
		ev_buf_puts(out, "# reader ");
		put_recipient(out, &line->recipient);
		break;
	case EV_ROSTER_FORMER:
		ev_buf_puts(out, "# former ");
		put_actor(out, &line->actor);
		break;
	}
	ev_percent_encode(out, ev_slice_text(line->name));
	ev_buf_puts(out, "\n");
}

/* Does the line stand with those before it, which are there already? */
static bool
fits(const struct ev_roster *r, size_t at)
{
	const struct ev_roster_line *line = &r->lines[at];
	size_t i;

	if (memchr(line->name, 0, sizeof(line->name)) == NULL)
		return false;
	for (i = 0; line->kind == EV_ROSTER_HOLDER && i < at; i++) {
		if (r->lines[i].kind == EV_ROSTER_HOLDER && r->lines[i].slot == line->slot)
			return false;
	}
	return line->kind != EV_ROSTER_HOLDER || line->slot != 0;
}

enum evault_status
ev_roster_encode(const struct ev_roster *r, struct ev_buf *out, struct evault_error *err)
{
	size_t i;

	if (r->n > EV_ROSTER_LINES_MAX || ev_roster_count(r) > EV_ROSTER_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "too many holders and readers");
	for (i = 0; i < r->n; i++) {
		if (!fits(r, i))
			return ev_fail(err, EVAULT_E_USAGE,
				       "a holder has a slot, and a name of at most %d bytes",
				       EV_ROSTER_NAME_MAX);
		put_line(out, &r->lines[i]);
	}
	return ev_buf_ask(out, err);
}

static void
take_role(struct ev_cursor *c, struct ev_roster_line *line)
{
	line->slot = ev_cursor_decimal(c, UINT64_MAX);
	ev_cursor_expect(c, " ");
	if (!ev_role_parse(ev_cursor_until(c, ' '), &line->role))
		c->bad = true;
}

static void
take_actor(struct ev_cursor *c, struct ev_roster_line *line)
{
	if (!ev_hash_parse(ev_cursor_until(c, ' '), &line->actor))
		c->bad = true;
}

static void
take_recipient(struct ev_cursor *c, struct ev_roster_line *line)
{
	struct ev_slice text = ev_cursor_until(c, ' ');
	char again[EVAULT_RECIPIENT_SIZE];

	if (c->bad || ev_age_recipient_parse(text, &line->recipient, NULL) != EVAULT_OK) {
		c->bad = true;
		return;
	}
	ev_age_recipient_text(&line->recipient, again);
	if (!ev_slice_is(text, again))
		c->bad = true;
}

static void
take_name(struct ev_cursor *c, struct ev_roster_line *line)
{
	if (!ev_percent_decode_text(ev_cursor_line(c), line->name, sizeof(line->name)))
		c->bad = true;
}

/* What the cursor stands at; false when that is no line of a roster. */
static bool
take_kind(struct ev_cursor *c, enum ev_roster_kind *kind)
{
	static const char *const words[] = { "# holder ", "# reader ", "# former " };
	struct ev_slice rest = ev_slice_of(c->at, c->left);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]) && !c->bad; i++) {
		if (!ev_slice_starts(rest, words[i]))
			continue;
		ev_cursor_expect(c, words[i]);
		*kind = (enum ev_roster_kind)i;
		return true;
	}
	return false;
}

void
ev_roster_take(struct ev_cursor *c, struct ev_roster *r)
{
	struct ev_roster_line *line;
	enum ev_roster_kind kind;

	r->n = 0;
	while (take_kind(c, &kind)) {
		if (r->n == EV_ROSTER_LINES_MAX) {
			c->bad = true;
			return;
		}
		line = &r->lines[r->n];
		line->kind = kind;
		if (kind == EV_ROSTER_HOLDER)
			take_role(c, line);
		if (kind != EV_ROSTER_READER)
			take_actor(c, line);
		if (kind != EV_ROSTER_FORMER)
			take_recipient(c, line);
		take_name(c, line);
		c->bad = c->bad || !fits(r, r->n++);
	}
	c->bad = c->bad || ev_roster_count(r) > EV_ROSTER_MAX;
}
