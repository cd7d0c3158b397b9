#include "format/entry.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE    "evault/entry/v1"
#define ANY_VERSION   "evault/entry/v"
#define ORIGIN_PREFIX "evault/"
#define ACTOR_PREFIX  "evault/actor/"

enum {
	HASH_TEXT = 64,
	SIGNATURES_MAX = 3,
};

/* ---- names of keys ----------------------------------------------------- */

static const char *const role_words[] = {
	[EV_ROLE_OWNER] = "owner",
	[EV_ROLE_WRITER] = "writer",
	[EV_ROLE_CAPTURE] = "capture",
};

enum {
	N_ROLES = sizeof(role_words) / sizeof(role_words[0])
};

const char *
ev_role_word(enum ev_role role)
{
	assert((size_t)role < N_ROLES);
	return role_words[role];
}

bool
ev_role_parse(struct ev_slice word, enum ev_role *role)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++) {
		if (ev_slice_is(word, role_words[i])) {
			*role = (enum ev_role)i;
			return true;
		}
	}
	return false;
}

static void
name_of_key(const char *prefix, const uint8_t key[32], char *out, size_t size)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_hash hash;

	ev_hash_of(key, 32, &hash);
	ev_hash_hex(&hash, hex);
	snprintf(out, size, "%s%s", prefix, hex);
}

void
ev_actor_name(const uint8_t key[32], char out[EV_ACTOR_NAME_SIZE])
{
	name_of_key(ACTOR_PREFIX, key, out, EV_ACTOR_NAME_SIZE);
}

void
ev_actor_verifier(const uint8_t key[32], struct ev_verifier *v)
{
	char name[EV_ACTOR_NAME_SIZE];
	bool valid;

	ev_actor_name(key, name);
	valid = ev_verifier_init(v, name, key);
	assert(valid);
	(void)valid;
}

void
ev_origin_of(const uint8_t log_key[32], char out[EVAULT_ORIGIN_SIZE])
{
	name_of_key(ORIGIN_PREFIX, log_key, out, EVAULT_ORIGIN_SIZE);
}

static bool
is_prefix_and_hash(struct ev_slice text, const char *prefix)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_hash hash;

	ev_cursor_expect(&c, prefix);
	return !c.bad && ev_hash_parse(ev_slice_of(c.at, c.left), &hash);
}

bool
ev_origin_valid(struct ev_slice text)
{
	return is_prefix_and_hash(text, ORIGIN_PREFIX);
}

bool
ev_actor_name_valid(struct ev_slice text)
{
	return is_prefix_and_hash(text, ACTOR_PREFIX);
}

/* ---- entries ----------------------------------------------------------- */

void
ev_entry_head(struct ev_buf *text, const char *origin, uint64_t size, const struct ev_hash *root)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(root, hex);
	ev_buf_printf(text, FIRST_LINE "\norigin %s\nafter %" PRIu64 " %s\n", origin, size, hex);
}

/* The three lines before those that say something. */
static enum evault_status
parse_head(struct ev_cursor *c, struct ev_entry *entry, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(c->at, c->left);
	struct ev_slice origin;

	if (ev_slice_starts(text, ANY_VERSION) && !ev_slice_starts(text, FIRST_LINE))
		return ev_fail(err, EVAULT_E_VERSION, "an entry of another version");
	ev_cursor_expect(c, FIRST_LINE "\n");
	if (c->bad)
		return ev_fail(err, EVAULT_E_FORMAT, "not an entry");
	ev_cursor_expect(c, "origin ");
	origin = ev_cursor_line(c);
	if (c->bad || !ev_origin_valid(origin))
		return ev_fail(err, EVAULT_E_FORMAT, "an entry with no origin");
	memcpy(entry->origin, origin.data, origin.len);
	entry->origin[origin.len] = '\0';
	ev_cursor_expect(c, "after ");
	entry->after = ev_cursor_decimal(c, UINT64_MAX);
	ev_cursor_expect(c, " ");
	if (!ev_hash_parse(ev_cursor_take(c, HASH_TEXT), &entry->root))
		c->bad = true;
	ev_cursor_expect(c, "\n");
	if (c->bad)
		return ev_fail(err, EVAULT_E_FORMAT, "an entry with a malformed \"after\" line");
	return EVAULT_OK;
}

static enum evault_status
parse_lines(struct ev_cursor *c, struct ev_entry *entry, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_line line;
	size_t n = 0;

	entry->lines = ev_slice_of(c->at, c->left);
	for (; c->left > 0; n++) {
		if (n == EV_ENTRY_LINES_MAX)
			return ev_fail(err, EVAULT_E_FORMAT, "an entry with more than %d lines",
				       EV_ENTRY_LINES_MAX);
		rc = ev_line_parse(ev_cursor_line(c), &line, err);
		if (rc != EVAULT_OK)
			return rc;
		if (n > 0 && (entry->is_record || line.kind == EV_LINE_RECORD))
			return ev_fail(err, EVAULT_E_FORMAT,
				       "an entry with a record and something else");
		if (line.kind == EV_LINE_LOG_KEY && strcmp(line.vkey.name, entry->origin) != 0)
			return ev_fail(err, EVAULT_E_FORMAT, "an entry with another log's key");
		entry->is_record = line.kind == EV_LINE_RECORD;
		if (entry->is_record)
			entry->record = line.hash;
	}
	if (n == 0)
		return ev_fail(err, EVAULT_E_FORMAT, "an entry that says nothing");
	entry->n_lines = n;
	return EVAULT_OK;
}

enum evault_status
ev_entry_parse(struct ev_slice bytes, struct ev_entry *entry, struct evault_error *err)
{
	struct ev_entry found;
	enum evault_status rc;
	struct ev_cursor c;

	memset(&found, 0, sizeof(found));
	rc = ev_note_parse(bytes, &found.note, err);
	if (rc != EVAULT_OK)
		return rc;
	c = ev_cursor_of(found.note.text.data, found.note.text.len);
	rc = parse_head(&c, &found, err);
	if (rc == EVAULT_OK)
		rc = parse_lines(&c, &found, err);
	if (rc != EVAULT_OK)
		return rc;
	if (found.note.n_signatures > SIGNATURES_MAX ||
	    !ev_actor_name_valid(found.note.signatures[0].name))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "an entry not signed by one actor first, or by too many");
	*entry = found;
	return EVAULT_OK;
}

bool
ev_entry_next(struct ev_cursor *lines, struct ev_line *line)
{
	if (lines->bad || lines->left == 0)
		return false;
	return ev_line_parse(ev_cursor_line(lines), line, NULL) == EVAULT_OK;
}
