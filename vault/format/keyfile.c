#include "format/keyfile.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SLOT_FIRST      "# evault/slot/v"
#define READ_KEY_FIRST  "# evault/read-key/v"
#define WRITE_KEY_FIRST "# evault/write-key/v"
#define VERSION         "1\n"

enum {
	SEED_HEX = 2 * 32,
	SEED_HEX_SIZE = SEED_HEX + 1,
	PADDING_MIN = 2, /* "#" and LF */
};

/* ---- writing --------------------------------------------------------- */

static void
put_head(struct ev_buf *text, const char *first, const char *origin)
{
	ev_buf_puts(text, first);
	ev_buf_puts(text, VERSION "# origin ");
	ev_buf_puts(text, origin);
	ev_buf_puts(text, "\n");
}

static void
put_seed(struct ev_buf *text, const char *key, const struct ev_signing_seed *seed)
{
	char hex[SEED_HEX_SIZE];

	sodium_bin2hex(hex, sizeof(hex), seed->b, sizeof(seed->b));
	ev_buf_puts(text, key);
	ev_buf_puts(text, hex);
	ev_buf_puts(text, "\n");
	ev_wipe(hex, sizeof(hex));
}

static void
put_identity(struct ev_buf *text, const struct ev_age_identity *identity)
{
	char line[EVAULT_IDENTITY_SIZE];

	ev_age_identity_text(identity, line);
	ev_buf_puts(text, line);
	ev_buf_puts(text, "\n");
	ev_wipe(line, sizeof(line));
}

/* Appends the lines and their padding, and wipes the lines. */
static enum evault_status
finish(struct ev_buf *text, enum evault_status rc, struct ev_buf *out, struct evault_error *err)
{
	size_t size =
	    (text->len + PADDING_MIN + EV_KEYFILE_SIZE - 1) / EV_KEYFILE_SIZE * EV_KEYFILE_SIZE;
	uint8_t *page;

	if (rc == EVAULT_OK)
		rc = ev_buf_ask(text, err);
	if (rc == EVAULT_OK) {
		page = ev_buf_extend(out, size);
		rc = page == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	}
	if (rc == EVAULT_OK) {
		memset(page, '.', size);
		memcpy(page, text->data, text->len);
		page[text->len] = '#';
		page[size - 1] = '\n';
	}
	ev_buf_wipe(text);
	return rc;
}

static enum evault_status
check_origin(const char *origin, struct evault_error *err)
{
	if (!ev_origin_valid(ev_slice_text(origin)))
		return ev_fail(err, EVAULT_E_USAGE, "a key file needs the vault's origin");
	return EVAULT_OK;
}

enum evault_status
ev_slot_encode(const struct ev_slot *s, struct ev_buf *out, struct evault_error *err)
{
	size_t name_len = strnlen(s->name, sizeof(s->name));
	struct ev_buf text = EV_BUF_SECRET_INIT;
	enum evault_status rc = check_origin(s->origin, err);

	if (rc == EVAULT_OK && name_len > EV_KEYFILE_NAME_MAX)
		rc = ev_fail(err, EVAULT_E_USAGE, "a holder's name has at most %d bytes",
			     EV_KEYFILE_NAME_MAX);
	if (rc != EVAULT_OK)
		return rc;
	put_head(&text, SLOT_FIRST, s->origin);
	ev_buf_puts(&text, "# name ");
	ev_percent_encode(&text, ev_slice_of(s->name, name_len));
	ev_buf_puts(&text, "\n# role ");
	ev_buf_puts(&text, ev_role_word(s->role));
	ev_buf_puts(&text, "\n");
	put_seed(&text, "# actor-key ", &s->actor);
	put_identity(&text, &s->identity);
	return finish(&text, rc, out, err);
}

enum evault_status
ev_read_key_encode(const struct ev_read_key *k, struct ev_buf *out, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	enum evault_status rc = check_origin(k->origin, err);

	if (rc != EVAULT_OK)
		return rc;
	put_head(&text, READ_KEY_FIRST, k->origin);
	ev_buf_printf(&text, "# epoch %" PRIu64 "\n", k->epoch);
	rc = ev_roster_encode(&k->roster, &text, err);
	put_identity(&text, &k->identity);
	return finish(&text, rc, out, err);
}

enum evault_status
ev_write_key_encode(const struct ev_write_key *k, struct ev_buf *out, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	enum evault_status rc = check_origin(k->origin, err);

	if (rc != EVAULT_OK)
		return rc;
	put_head(&text, WRITE_KEY_FIRST, k->origin);
	ev_buf_printf(&text, "# epoch %" PRIu64 "\n", k->epoch);
	put_seed(&text, "# log-key ", &k->log);
	return finish(&text, rc, out, err);
}

/* ---- reading: each take_ sets the cursor bad -------------------------- */

static enum evault_status
take_first(struct ev_cursor *c, const char *first, struct evault_error *err)
{
	size_t len = c->left;

	ev_cursor_expect(c, first);
	if (c->bad)
		return ev_fail(err, EVAULT_E_FORMAT, "not a key file of this kind");
	if (!ev_slice_starts(ev_slice_of(c->at, c->left), VERSION))
		return ev_fail(err, EVAULT_E_VERSION, "a key file of another version");
	ev_cursor_expect(c, VERSION);
	if (len == 0 || len % EV_KEYFILE_SIZE != 0)
		return ev_fail(err, EVAULT_E_FORMAT, "a key file that is not of %d bytes",
			       EV_KEYFILE_SIZE);
	return EVAULT_OK;
}

static void
take_origin(struct ev_cursor *c, char out[EVAULT_ORIGIN_SIZE])
{
	struct ev_slice origin;

	ev_cursor_expect(c, "# origin ");
	origin = ev_cursor_line(c);
	if (c->bad || !ev_origin_valid(origin)) {
		c->bad = true;
		return;
	}
	memcpy(out, origin.data, origin.len);
	out[origin.len] = '\0';
}

static void
take_name(struct ev_cursor *c, char out[EV_KEYFILE_NAME_MAX + 1])
{
	ev_cursor_expect(c, "# name ");
	if (!ev_percent_decode_text(ev_cursor_line(c), out, EV_KEYFILE_NAME_MAX + 1))
		c->bad = true;
}

static void
take_role(struct ev_cursor *c, enum ev_role *role)
{
	ev_cursor_expect(c, "# role ");
	if (!ev_role_parse(ev_cursor_line(c), role))
		c->bad = true;
}

static void
take_epoch(struct ev_cursor *c, uint64_t *epoch)
{
	ev_cursor_expect(c, "# epoch ");
	*epoch = ev_cursor_decimal(c, UINT64_MAX);
	ev_cursor_expect(c, "\n");
}

static void
take_seed(struct ev_cursor *c, const char *key, struct ev_signing_seed *seed)
{
	char hex[SEED_HEX_SIZE];
	struct ev_slice text;
	size_t len;

	ev_cursor_expect(c, key);
	text = ev_cursor_line(c);
	if (text.len != SEED_HEX ||
	    sodium_hex2bin(seed->b, sizeof(seed->b), (const char *)text.data, text.len, NULL, &len,
			   NULL) != 0 ||
	    len != sizeof(seed->b)) {
		c->bad = true;
		return;
	}
	/* sodium_hex2bin takes capitals too. */
	sodium_bin2hex(hex, sizeof(hex), seed->b, sizeof(seed->b));
	if (!ev_equal_ct(hex, text.data, SEED_HEX))
		c->bad = true;
	ev_wipe(hex, sizeof(hex));
}

static void
take_identity(struct ev_cursor *c, struct ev_age_identity *identity)
{
	struct ev_slice line = ev_cursor_line(c);
	char text[EVAULT_IDENTITY_SIZE];

	if (c->bad || ev_age_identity_parse(line, identity, NULL) != EVAULT_OK) {
		c->bad = true;
		return;
	}
	ev_age_identity_text(identity, text);
	if (!ev_slice_is(line, text))
		c->bad = true;
	ev_wipe(text, sizeof(text));
}

static enum evault_status
take_padding(struct ev_cursor *c, struct evault_error *err)
{
	/* No more pages than it needs. */
	c->bad = c->bad || c->left >= EV_KEYFILE_SIZE + PADDING_MIN;
	ev_cursor_expect(c, "#");
	while (!c->bad && c->left > 1)
		ev_cursor_expect(c, ".");
	ev_cursor_expect(c, "\n");
	if (!ev_cursor_done(c))
		return ev_fail(err, EVAULT_E_FORMAT, "a malformed key file");
	return EVAULT_OK;
}

enum evault_status
ev_slot_decode(struct ev_slice text, struct ev_slot *s, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	enum evault_status rc;
	struct ev_slot found;

	memset(&found, 0, sizeof(found));
	rc = take_first(&c, SLOT_FIRST, err);
	if (rc != EVAULT_OK)
		goto out;
	take_origin(&c, found.origin);
	take_name(&c, found.name);
	take_role(&c, &found.role);
	take_seed(&c, "# actor-key ", &found.actor);
	take_identity(&c, &found.identity);
	rc = take_padding(&c, err);
	if (rc == EVAULT_OK)
		*s = found;
out:
	ev_wipe(&found, sizeof(found));
	return rc;
}

enum evault_status
ev_read_key_decode(struct ev_slice text, struct ev_read_key *k, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	enum evault_status rc = take_first(&c, READ_KEY_FIRST, err);

	/* In place: two of these do not fit where little memory may be locked. */
	ev_wipe(k, sizeof(*k));
	if (rc != EVAULT_OK)
		return rc;
	take_origin(&c, k->origin);
	take_epoch(&c, &k->epoch);
	ev_roster_take(&c, &k->roster);
	take_identity(&c, &k->identity);
	rc = take_padding(&c, err);
	if (rc != EVAULT_OK)
		ev_wipe(k, sizeof(*k));
	return rc;
}

enum evault_status
ev_write_key_decode(struct ev_slice text, struct ev_write_key *k, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_write_key found;
	enum evault_status rc;

	memset(&found, 0, sizeof(found));
	rc = take_first(&c, WRITE_KEY_FIRST, err);
	if (rc != EVAULT_OK)
		goto out;
	take_origin(&c, found.origin);
	take_epoch(&c, &found.epoch);
	take_seed(&c, "# log-key ", &found.log);
	rc = take_padding(&c, err);
	if (rc == EVAULT_OK)
		*k = found;
out:
	ev_wipe(&found, sizeof(found));
	return rc;
}
