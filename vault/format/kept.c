#include "format/kept.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST "evault/kept/v1\n"

/* The page without its padding: up to the '#' that begins it. */
static size_t
unpadded(const struct ev_buf *page)
{
	size_t len = page->len - 1; /* LF */

	while (len > 0 && page->data[len - 1] == '.')
		len--;
	return len > 0 ? len - 1 : 0;
}

static enum evault_status
encode_reader(const struct ev_kept *kept, struct ev_buf *out, struct evault_error *err)
{
	char identity[EVAULT_IDENTITY_SIZE];

	ev_age_identity_text(&kept->slot.identity, identity);
	ev_buf_puts(out, FIRST "reader ");
	ev_buf_puts(out, kept->slot.origin);
	ev_buf_printf(out, "\nuntil %" PRId64 "\n", kept->until);
	ev_buf_puts(out, identity);
	ev_buf_puts(out, "\n");
	ev_wipe(identity, sizeof(identity));
	return ev_buf_ask(out, err);
}

static enum evault_status
encode_slot(const struct ev_kept *kept, struct ev_buf *out, struct evault_error *err)
{
	struct ev_buf page = EV_BUF_SECRET_INIT;
	char line[EV_ENTRY_FILE_NAME_MAX + EVAULT_HEX_SIZE + 64], hex[EVAULT_HEX_SIZE];
	enum evault_status rc = ev_slot_encode(&kept->slot, &page, err);

	if (rc != EVAULT_OK)
		goto out;
	ev_hash_hex(&kept->hash, hex);
	snprintf(line, sizeof(line), FIRST "slot %s %s\nuntil %" PRId64 "\n", kept->path, hex,
		 kept->until);
	ev_buf_puts(out, line);
	ev_buf_add(out, page.data, unpadded(&page));
	rc = ev_buf_ask(out, err);
out:
	ev_buf_wipe(&page);
	return rc;
}

enum evault_status
ev_kept_encode(const struct ev_kept *kept, struct ev_buf *out, struct evault_error *err)
{
	bool reader = kept->path[0] == '\0';

	if ((!reader && !ev_file_name_valid(ev_slice_text(kept->path))) ||
	    (reader && !ev_origin_valid(ev_slice_text(kept->slot.origin))) || kept->until <= 0)
		return ev_fail(err, EVAULT_E_USAGE, "no key to keep");
	return reader ? encode_reader(kept, out, err) : encode_slot(kept, out, err);
}

/* The slot's lines, padded again, so that there is one decoder for them. */
static enum evault_status
decode_slot(struct ev_slice lines, struct ev_slot *slot, struct evault_error *err)
{
	struct ev_buf page = EV_BUF_SECRET_INIT;
	enum evault_status rc;

	if (lines.len > EV_KEYFILE_SIZE - 2)
		return ev_fail(err, EVAULT_E_FORMAT, "what was kept is too long");
	ev_buf_add(&page, lines.data, lines.len);
	ev_buf_puts(&page, "#");
	ev_buf_fill(&page, '.', EV_KEYFILE_SIZE - 2 - lines.len);
	ev_buf_puts(&page, "\n");
	rc = ev_buf_ask(&page, err);
	if (rc == EVAULT_OK)
		rc = ev_slot_decode(ev_slice_of(page.data, page.len), slot, err);
	if (rc != EVAULT_OK && rc != EVAULT_E_NOMEM)
		rc = ev_fail(err, EVAULT_E_FORMAT, "what was kept is no slot");
	ev_buf_wipe(&page);
	return rc;
}

static enum evault_status
decode_reader(struct ev_slice line, struct ev_slot *slot, struct evault_error *err)
{
	enum evault_status rc = EVAULT_E_FORMAT;

	if (line.len > 0 && line.data[line.len - 1] == '\n')
		rc = ev_age_identity_parse(ev_slice_of(line.data, line.len - 1), &slot->identity,
					   NULL);
	return rc == EVAULT_OK ? rc : ev_fail(err, EVAULT_E_FORMAT, "what was kept is no identity");
}

/* "slot keys/1.age <hex>", or "reader <origin>"; the cursor turns bad where it is neither. */
static void
take_whose(struct ev_cursor *c, struct ev_kept *found)
{
	struct ev_slice line = ev_cursor_line(c), path, hex;
	struct ev_cursor words = ev_cursor_of(line.data, line.len);

	if (ev_slice_starts(line, "reader ") && line.len - 7 < sizeof(found->slot.origin)) {
		memcpy(found->slot.origin, line.data + 7, line.len - 7);
		c->bad = c->bad || !ev_origin_valid(ev_slice_of(line.data + 7, line.len - 7));
		return;
	}
	ev_cursor_expect(&words, "slot ");
	path = ev_cursor_until(&words, ' ');
	hex = ev_cursor_take(&words, words.left);
	c->bad =
	    c->bad || words.bad || !ev_file_name_valid(path) || !ev_hash_parse(hex, &found->hash);
	if (!c->bad)
		memcpy(found->path, path.data, path.len);
}

enum evault_status
ev_kept_decode(struct ev_slice text, struct ev_kept *kept, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_kept *found = ev_secret_new(sizeof(*found));
	struct ev_slice rest;
	enum evault_status rc;

	if (found == NULL)
		return ev_fail_nomem(err);
	ev_cursor_expect(&c, FIRST);
	take_whose(&c, found);
	ev_cursor_expect(&c, "until ");
	found->until = (int64_t)ev_cursor_decimal(&c, INT64_MAX);
	ev_cursor_expect(&c, "\n");
	rest = ev_slice_of(c.at, c.left);
	if (c.bad || found->until == 0)
		rc = ev_fail(err, EVAULT_E_FORMAT, "what was kept is of another form");
	else if (found->path[0] == '\0')
		rc = decode_reader(rest, &found->slot, err);
	else
		rc = decode_slot(rest, &found->slot, err);
	if (rc == EVAULT_OK)
		*kept = *found;
	ev_secret_free(found);
	return rc;
}
