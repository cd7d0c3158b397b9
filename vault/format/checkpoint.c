#include "format/checkpoint.h"

#include <string.h>

void
ev_checkpoint_text(const struct ev_checkpoint *c, struct ev_buf *out)
{
	ev_buf_printf(out, "%s\n%llu\n", c->origin, (unsigned long long)c->size);
	ev_base64_encode(out, EV_BASE64_STD, c->root.b, sizeof(c->root.b));
	ev_buf_puts(out, "\n");
}

enum evault_status
ev_checkpoint_parse(struct ev_slice text, struct ev_checkpoint *c, struct evault_error *err)
{
	struct ev_cursor at = ev_cursor_of(text.data, text.len);
	struct ev_slice origin = ev_cursor_line(&at);
	uint64_t size = ev_cursor_decimal(&at, UINT64_MAX);
	struct ev_hash root, empty;
	struct ev_slice line;

	ev_cursor_expect(&at, "\n");
	line = ev_cursor_line(&at);
	if (!ev_cursor_done(&at) || !ev_note_text_valid(text) || origin.len == 0 ||
	    origin.len >= EVAULT_ORIGIN_SIZE || !ev_hash_parse_base64(line, &root))
		return ev_fail(err, EVAULT_E_FORMAT, "not a checkpoint");
	ev_merkle_empty(&empty);
	if (size == 0 && !ev_hash_equal(&root, &empty))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a checkpoint of no entries with a root of some");
	memset(c, 0, sizeof(*c));
	memcpy(c->origin, origin.data, origin.len);
	c->size = size;
	c->root = root;
	return EVAULT_OK;
}

enum evault_status
ev_checkpoint_sign(const struct ev_checkpoint *c, const struct ev_verifier *log,
		   const struct ev_signing_seed *seed, struct ev_buf *note,
		   struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_slice body;
	enum evault_status rc;

	if (strcmp(c->origin, log->name) != 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "the log key does not have the name of the log");
	ev_checkpoint_text(c, &text);
	rc = ev_buf_ask(&text, err);
	if (rc != EVAULT_OK)
		goto out;
	body = ev_slice_of(text.data, text.len);
	ev_note_begin(note, body);
	rc = ev_note_sign(note, body, log, seed, err);
out:
	ev_buf_release(&text);
	return rc;
}

enum evault_status
ev_checkpoint_open(struct ev_slice note, const struct ev_verifier *log, bool cosigned,
		   struct ev_checkpoint *c, struct evault_error *err)
{
	struct ev_checkpoint found;
	enum evault_status rc;
	struct ev_note parsed;

	rc = ev_note_parse(note, &parsed, err);
	if (rc == EVAULT_E_LIMIT)
		rc = EVAULT_E_FORMAT;
	if (rc != EVAULT_OK)
		return rc;
	if (!cosigned && parsed.n_signatures != 1)
		return ev_fail(err, EVAULT_E_FORMAT, "a checkpoint with more than one signature");
	rc = ev_note_verify(&parsed, log, err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = EVAULT_E_KEY;
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_checkpoint_parse(parsed.text, &found, err);
	if (rc != EVAULT_OK)
		return rc;
	if (strcmp(found.origin, log->name) != 0)
		return ev_fail(err, EVAULT_E_KEY, "a checkpoint of another log");
	*c = found;
	return EVAULT_OK;
}
