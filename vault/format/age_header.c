/* The header of an age file, read as it arrives and checked as a whole. */
#include <string.h>

#include "format/age_private.h"

#define FAMILY "age-encryption.org/"

enum {
	MAC = 32,
};

/* What a complete header says.  Slices point into it. */
struct layout {
	struct ev_cursor stanzas; /* at the first one */
	size_t n_stanzas;
	enum ev_age_kind kind;
	struct ev_slice covered; /* by the MAC */
	uint8_t mac[MAC];
};

/* ---- as it arrives --------------------------------------------------------- */

/* What is there of the first line must begin as that of age does. */
static enum evault_status
check_family(struct ev_slice there, struct evault_error *err)
{
	size_t len = there.len < strlen(FAMILY) ? there.len : strlen(FAMILY);

	if (memcmp(there.data, FAMILY, len) != 0)
		return ev_fail(err, EVAULT_E_FORMAT, "not an age file");
	return EVAULT_OK;
}

static enum evault_status
check_version(struct ev_slice line, struct evault_error *err)
{
	size_t i;

	if (ev_slice_is(line, EV_AGE_VERSION))
		return EVAULT_OK;
	for (i = 0; i < line.len; i++)
		if (line.data[i] == ' ')
			break;
	if (i < line.len || line.len <= strlen(FAMILY))
		return ev_fail(err, EVAULT_E_FORMAT, "not an age file");
	return ev_fail(err, EVAULT_E_VERSION, "made by another version of age than v1");
}

static bool
is_text(struct ev_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] < 0x20 || s.data[i] > 0x7E)
			return false;
	return true;
}

/* Checks what was added from `from` on; it ends with LF when `line_ends`. */
static enum evault_status
check_added(struct ev_age_head *head, size_t from, bool line_ends, struct evault_error *err)
{
	struct ev_slice added = { head->bytes.data + from, head->bytes.len - from - line_ends };
	struct ev_slice line = { head->bytes.data + head->line,
				 head->bytes.len - head->line - line_ends };
	enum evault_status rc = EVAULT_OK;

	if (head->line == 0)
		rc = check_family(line, err);
	if (rc == EVAULT_OK && !is_text(added))
		rc = ev_fail(err, EVAULT_E_FORMAT, "the header is malformed");
	if (rc != EVAULT_OK || !line_ends)
		return rc;
	if (head->line == 0)
		rc = check_version(line, err);
	head->complete = ev_slice_starts(line, "---");
	head->line = head->bytes.len;
	return rc;
}

enum evault_status
ev_age_head_feed(struct ev_age_head *head, const uint8_t *data, size_t len, size_t *used,
		 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const uint8_t *lf;
	size_t from, n;

	*used = 0;
	while (*used < len && !head->complete && rc == EVAULT_OK) {
		lf = memchr(data + *used, '\n', len - *used);
		n = lf == NULL ? len - *used : (size_t)(lf - data) + 1 - *used;
		from = head->bytes.len;
		if (n > EV_AGE_HEADER_MAX - from)
			n = EV_AGE_HEADER_MAX - from;
		if (n == 0)
			return ev_fail(err, EVAULT_E_LIMIT, "the header is longer than 1 MiB");
		ev_buf_add(&head->bytes, data + *used, n);
		rc = ev_buf_ask(&head->bytes, err);
		if (rc == EVAULT_OK)
			rc = check_added(head, from, head->bytes.data[from + n - 1] == '\n', err);
		*used += n;
	}
	return rc;
}

enum evault_status
ev_age_head_ask(const struct ev_age_head *head, struct evault_error *err)
{
	if (head->complete)
		return EVAULT_OK;
	if (head->bytes.len == 0)
		return ev_fail(err, EVAULT_E_FORMAT, "not an age file: it is empty");
	return ev_fail(err, EVAULT_E_FORMAT, "the header is cut short");
}

void
ev_age_head_release(struct ev_age_head *head)
{
	ev_buf_release(&head->bytes);
}

/* ---- as a whole ------------------------------------------------------------ */

static enum evault_status
parse_stanzas(struct ev_cursor *c, struct layout *l, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	enum ev_age_kind kind;
	struct ev_age_stanza s;
	bool scrypt = false, x25519 = false;

	for (l->n_stanzas = 0; c->left > 1 && memcmp(c->at, "->", 2) == 0; l->n_stanzas++) {
		if (l->n_stanzas == EV_AGE_STANZAS_MAX)
			return ev_fail(err, EVAULT_E_LIMIT, "more than %d recipients",
				       EV_AGE_STANZAS_MAX);
		if (!ev_age_stanza_next(c, &s))
			return ev_fail(err, EVAULT_E_FORMAT, "a stanza is malformed");
		rc = ev_age_stanza_check(&s, &kind, err);
		if (rc != EVAULT_OK)
			return rc;
		scrypt = scrypt || kind == EV_AGE_SCRYPT;
		x25519 = x25519 || kind == EV_AGE_X25519;
	}
	if (l->n_stanzas == 0)
		return ev_fail(err, EVAULT_E_FORMAT, "the header has no stanza");
	if (scrypt && l->n_stanzas > 1)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a passphrase stands beside another recipient");
	l->kind = scrypt ? EV_AGE_SCRYPT : x25519 ? EV_AGE_X25519 : EV_AGE_FOREIGN;
	return rc;
}

static enum evault_status
parse_layout(const struct ev_age_head *head, struct layout *l, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(head->bytes.data, head->bytes.len);
	enum evault_status rc = ev_age_head_ask(head, err);
	struct ev_slice mac;
	size_t n = 0;

	if (rc != EVAULT_OK)
		return rc;
	ev_cursor_expect(&c, EV_AGE_VERSION "\n");
	l->stanzas = c;
	rc = parse_stanzas(&c, l, err);
	if (rc != EVAULT_OK)
		return rc;
	l->covered.data = head->bytes.data;
	l->covered.len = (size_t)(c.at - head->bytes.data) + strlen("---");
	ev_cursor_expect(&c, "--- ");
	mac = ev_cursor_line(&c);
	if (!ev_cursor_done(&c) ||
	    !ev_base64_decode(mac, EV_BASE64_STD_RAW, l->mac, sizeof(l->mac), &n) || n != MAC)
		return ev_fail(err, EVAULT_E_FORMAT, "the last line of the header is malformed");
	return EVAULT_OK;
}

enum evault_status
ev_age_head_kind(const struct ev_age_head *head, enum ev_age_kind *kind, struct evault_error *err)
{
	struct layout l;
	enum evault_status rc = parse_layout(head, &l, err);

	if (rc == EVAULT_OK)
		*kind = l.kind;
	return rc;
}

static void
header_mac(const uint8_t file_key[EV_AGE_FILE_KEY], struct ev_slice covered, struct ev_hash *mac)
{
	uint8_t key[32];

	ev_hkdf(file_key, EV_AGE_FILE_KEY, NULL, 0, "header", key);
	ev_hmac(key, sizeof(key), covered.data, covered.len, mac);
	ev_wipe(key, sizeof(key));
}

static enum evault_status
fail_no_match(const struct layout *l, const struct ev_age_with *with, struct evault_error *err)
{
	if (l->kind == EV_AGE_SCRYPT && with->passphrase != NULL)
		return ev_fail(err, EVAULT_E_KEY, "wrong passphrase");
	if (l->kind == EV_AGE_SCRYPT)
		return ev_fail(err, EVAULT_E_KEY, "sealed with a passphrase, and none was given");
	if (with->n_identities == 0)
		return ev_fail(err, EVAULT_E_KEY, "sealed to identities, and none was given");
	return ev_fail(err, EVAULT_E_KEY, "no identity given opens it");
}

enum evault_status
ev_age_head_open(const struct ev_age_head *head, const struct ev_age_with *with,
		 uint8_t file_key[EV_AGE_FILE_KEY], struct evault_error *err)
{
	struct ev_age_stanza s;
	struct layout l;
	struct ev_hash mac;
	enum evault_status rc = parse_layout(head, &l, err);
	bool found = false;
	size_t i;

	for (i = 0; rc == EVAULT_OK && !found && i < l.n_stanzas; i++) {
		(void)ev_age_stanza_next(&l.stanzas, &s);
		rc = ev_age_stanza_unwrap(&s, with, file_key, &found, err);
	}
	if (rc != EVAULT_OK)
		goto out;
	if (!found) {
		rc = fail_no_match(&l, with, err);
		goto out;
	}
	header_mac(file_key, l.covered, &mac);
	if (!ev_equal_ct(mac.b, l.mac, sizeof(l.mac)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "the header was altered");
out:
	if (rc != EVAULT_OK)
		ev_wipe(file_key, EV_AGE_FILE_KEY);
	return rc;
}

/* ---- making ---------------------------------------------------------------- */

static enum evault_status
check_to(const struct ev_age_to *to, struct evault_error *err)
{
	if (to->n_recipients == 0 && to->passphrase == NULL)
		return ev_fail(err, EVAULT_E_USAGE, "no recipient to seal to");
	if (to->n_recipients > 0 && to->passphrase != NULL)
		return ev_fail(err, EVAULT_E_USAGE, "a passphrase cannot stand beside recipients");
	if (to->n_recipients > EV_AGE_STANZAS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "more than %d recipients", EV_AGE_STANZAS_MAX);
	if (to->passphrase != NULL && to->passphrase[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "the passphrase is empty");
	if (to->passphrase != NULL && (to->work_factor < 1 || to->work_factor > EV_AGE_WORK_MAX))
		return ev_fail(err, EVAULT_E_USAGE, "the work factor must be 1 to %d",
			       EV_AGE_WORK_MAX);
	return EVAULT_OK;
}

enum evault_status
ev_age_head_make(const struct ev_age_to *to, struct ev_age_keys *keys, struct ev_buf *out,
		 struct evault_error *err)
{
	struct ev_slice covered;
	struct ev_hash mac;
	uint8_t nonce[EV_AGE_NONCE];
	size_t start = out->len;
	enum evault_status rc = check_to(to, err);

	if (rc != EVAULT_OK)
		return rc;
	ev_random(keys->file, sizeof(keys->file));
	ev_random(nonce, sizeof(nonce));
	ev_age_payload_key(keys, nonce);
	ev_buf_puts(out, EV_AGE_VERSION "\n");
	rc = ev_age_stanza_wrap(to, keys->file, out, err);
	ev_buf_puts(out, "---");
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(out, err);
	if (rc != EVAULT_OK)
		return rc;
	covered = ev_slice_of(out->data + start, out->len - start);
	header_mac(keys->file, covered, &mac);
	ev_buf_puts(out, " ");
	ev_base64_encode(out, EV_BASE64_STD_RAW, mac.b, sizeof(mac.b));
	ev_buf_puts(out, "\n");
	ev_buf_add(out, nonce, sizeof(nonce));
	return ev_buf_ask(out, err);
}
