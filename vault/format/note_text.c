#include "format/note_text.h"

#include <string.h>

#include "base/os.h"

enum evault_status
ev_note_open_kind(struct ev_slice bytes, const char *kind, struct ev_note *note,
		  struct ev_cursor *lines, struct evault_error *err)
{
	struct ev_note found;
	enum evault_status rc;
	struct ev_cursor c;
	uint64_t version;

	rc = ev_note_parse(bytes, &found, err);
	if (rc != EVAULT_OK)
		return rc;
	c = ev_cursor_of(found.text.data, found.text.len);
	ev_cursor_expect(&c, kind);
	version = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, "\n");
	if (c.bad)
		return ev_fail(err, EVAULT_E_FORMAT, "a note of another kind");
	if (version != 1)
		return ev_fail(err, EVAULT_E_VERSION, "a note of another version of evault");
	if (found.n_signatures != 1 || !ev_actor_name_valid(found.signatures[0].name))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a note that is not signed by one actor alone");
	*note = found;
	*lines = c;
	return EVAULT_OK;
}

void
ev_note_take_origin(struct ev_cursor *c, const char *key, char out[EVAULT_ORIGIN_SIZE])
{
	struct ev_slice value = ev_note_value(c, key);

	if (c->bad || !ev_origin_valid(value)) {
		c->bad = true;
		return;
	}
	memcpy(out, value.data, value.len);
	out[value.len] = '\0';
}

void
ev_note_take_hash(struct ev_cursor *c, const char *key, struct ev_hash *out)
{
	if (!ev_hash_parse(ev_note_value(c, key), out))
		c->bad = true;
}

void
ev_note_take_time(struct ev_cursor *c, const char *key, int64_t *seconds)
{
	struct ev_slice value = ev_note_value(c, key);
	uint32_t fraction;

	if (value.len != EVAULT_TIME_SIZE - 1 || !ev_os_parse_time(value, seconds, &fraction))
		c->bad = true;
}
