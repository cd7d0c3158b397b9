/* Recipient stanzas: their form, and the file key wrapped in them. */
#include <sodium.h>
#include <string.h>

#include "format/age_private.h"

#define X25519_INFO  "age-encryption.org/v1/X25519"
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"

enum {
	LINE_TEXT = 64,
	SALT = 16,
	SCRYPT_R = 8,
	SCRYPT_P = 1,
};

_Static_assert(LINE_TEXT / 4 * 3 == EV_AGE_BODY_LINE, "a full line of base64");

/* ---- form -------------------------------------------------------------- */

static bool
parse_args(struct ev_slice line, struct ev_age_stanza *s)
{
	const uint8_t *space;
	struct ev_slice arg;

	for (s->n_args = 0;; s->n_args++) {
		space = line.len == 0 ? NULL : memchr(line.data, ' ', line.len);
		arg = line;
		if (space != NULL)
			arg.len = (size_t)(space - line.data);
		if (arg.len == 0)
			return false;
		if (s->n_args < EV_AGE_ARGS)
			s->args[s->n_args] = arg;
		if (space == NULL)
			break;
		line.data += arg.len + 1;
		line.len -= arg.len + 1;
	}
	s->n_args++;
	return true;
}

bool
ev_age_stanza_next(struct ev_cursor *c, struct ev_age_stanza *s)
{
	uint8_t bytes[EV_AGE_BODY_LINE];
	struct ev_slice line;
	size_t n;

	memset(s, 0, sizeof(*s));
	ev_cursor_expect(c, "-> ");
	if (!parse_args(ev_cursor_line(c), s))
		return false;
	do {
		line = ev_cursor_line(c);
		if (c->bad || line.len > LINE_TEXT ||
		    !ev_base64_decode(line, EV_BASE64_STD_RAW, bytes, sizeof(bytes), &n))
			return false;
		if (s->body_len == 0)
			memcpy(s->body, bytes, n);
		s->body_len += n;
	} while (line.len == LINE_TEXT);
	return true;
}

/* An argument that is exactly `len` bytes in base64. */
static bool
decode_arg(struct ev_slice arg, uint8_t *out, size_t len)
{
	size_t n;

	return ev_base64_decode(arg, EV_BASE64_STD_RAW, out, len, &n) && n == len;
}

static enum evault_status
parse_work_factor(struct ev_slice arg, unsigned *factor, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(arg.data, arg.len);
	size_t i;

	for (i = 0; i < arg.len; i++)
		if (arg.data[i] < '0' || arg.data[i] > '9')
			return ev_fail(err, EVAULT_E_FORMAT, "the work factor is not a number");
	if (arg.len == 0 || arg.data[0] == '0')
		return ev_fail(err, EVAULT_E_FORMAT, "the work factor is not a number");
	*factor = (unsigned)ev_cursor_decimal(&c, EV_AGE_WORK_MAX);
	if (!ev_cursor_done(&c))
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the work factor of the passphrase is above %d, which is not tried",
			       EV_AGE_WORK_MAX);
	return EVAULT_OK;
}

enum evault_status
ev_age_stanza_check(const struct ev_age_stanza *s, enum ev_age_kind *kind, struct evault_error *err)
{
	uint8_t bytes[32];
	unsigned factor;

	if (ev_slice_is(s->args[0], "X25519")) {
		*kind = EV_AGE_X25519;
		if (s->n_args == 2 && s->body_len == EV_AGE_WRAPPED &&
		    decode_arg(s->args[1], bytes, sizeof(bytes)))
			return EVAULT_OK;
		return ev_fail(err, EVAULT_E_FORMAT, "an X25519 stanza is malformed");
	}
	if (ev_slice_is(s->args[0], "scrypt")) {
		*kind = EV_AGE_SCRYPT;
		if (s->n_args == 3 && s->body_len == EV_AGE_WRAPPED &&
		    decode_arg(s->args[1], bytes, SALT))
			return parse_work_factor(s->args[2], &factor, err);
		return ev_fail(err, EVAULT_E_FORMAT, "the scrypt stanza is malformed");
	}
	*kind = EV_AGE_FOREIGN;
	return EVAULT_OK;
}

/* ---- file keys in stanzas ------------------------------------------------ */

static void
body_seal(const uint8_t wrap_key[32], const uint8_t file_key[EV_AGE_FILE_KEY],
	  uint8_t body[EV_AGE_WRAPPED])
{
	static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

	crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, EV_AGE_FILE_KEY, NULL, 0,
						  NULL, nonce, wrap_key);
}

static bool
body_open(const uint8_t wrap_key[32], const uint8_t body[EV_AGE_WRAPPED],
	  uint8_t file_key[EV_AGE_FILE_KEY])
{
	static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

	return crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, body, EV_AGE_WRAPPED,
							 NULL, 0, nonce, wrap_key) == 0;
}

/* Of secret and point; false when the point is of low order. */
static bool
x25519_wrap_key(const uint8_t secret[32], const uint8_t point[32], const uint8_t share[32],
		const struct ev_age_recipient *recipient, uint8_t wrap_key[32])
{
	uint8_t shared[32], salt[64];
	bool good;

	memcpy(salt, share, 32);
	memcpy(salt + 32, recipient->b, 32);
	/* Refuses an all-zero result (RFC 7748, section 6.1). */
	good = crypto_scalarmult(shared, secret, point) == 0;
	if (good)
		ev_hkdf(shared, sizeof(shared), salt, sizeof(salt), X25519_INFO, wrap_key);
	ev_wipe(shared, sizeof(shared));
	return good;
}

static enum evault_status
x25519_unwrap(const struct ev_age_stanza *s, const struct ev_age_identity *identity,
	      uint8_t file_key[EV_AGE_FILE_KEY], bool *found, struct evault_error *err)
{
	struct ev_age_recipient own;
	uint8_t share[32], wrap_key[32];
	enum evault_status rc = EVAULT_OK;

	(void)decode_arg(s->args[1], share, sizeof(share));
	ev_age_identity_recipient(identity, &own);
	if (x25519_wrap_key(identity->b, share, share, &own, wrap_key))
		*found = body_open(wrap_key, s->body, file_key);
	else
		rc = ev_fail(err, EVAULT_E_FORMAT, "an X25519 stanza has a share of low order");
	ev_wipe(wrap_key, sizeof(wrap_key));
	return rc;
}

static enum evault_status
x25519_wrap(const struct ev_age_recipient *to, const uint8_t file_key[EV_AGE_FILE_KEY],
	    struct ev_buf *out, struct evault_error *err)
{
	uint8_t secret[32], share[32], wrap_key[32], body[EV_AGE_WRAPPED];
	enum evault_status rc = EVAULT_OK;

	ev_random(secret, sizeof(secret));
	(void)crypto_scalarmult_base(share, secret);
	if (!x25519_wrap_key(secret, to->b, share, to, wrap_key)) {
		rc = ev_fail(err, EVAULT_E_USAGE, "a recipient is a point that no key has");
		goto out;
	}
	body_seal(wrap_key, file_key, body);
	ev_buf_puts(out, "-> X25519 ");
	ev_base64_encode(out, EV_BASE64_STD_RAW, share, sizeof(share));
	ev_buf_puts(out, "\n");
	ev_base64_encode(out, EV_BASE64_STD_RAW, body, sizeof(body));
	ev_buf_puts(out, "\n");
out:
	ev_wipe(secret, sizeof(secret));
	ev_wipe(wrap_key, sizeof(wrap_key));
	return rc;
}

/* Takes 2^factor KiB of memory. */
static enum evault_status
scrypt_wrap_key(const char *passphrase, const uint8_t salt[SALT], unsigned factor,
		uint8_t wrap_key[32], struct evault_error *err)
{
	uint8_t labelled[sizeof(SCRYPT_LABEL) - 1 + SALT];

	memcpy(labelled, SCRYPT_LABEL, sizeof(SCRYPT_LABEL) - 1);
	memcpy(labelled + sizeof(SCRYPT_LABEL) - 1, salt, SALT);
	if (crypto_pwhash_scryptsalsa208sha256_ll((const uint8_t *)passphrase, strlen(passphrase),
						  labelled, sizeof(labelled), UINT64_C(1) << factor,
						  SCRYPT_R, SCRYPT_P, wrap_key, 32) == 0)
		return EVAULT_OK;
	return ev_fail(err, EVAULT_E_NOMEM, "the passphrase takes %lu MiB of memory to try",
		       1UL << factor >> 10);
}

static enum evault_status
scrypt_unwrap(const struct ev_age_stanza *s, const char *passphrase,
	      uint8_t file_key[EV_AGE_FILE_KEY], bool *found, struct evault_error *err)
{
	uint8_t salt[SALT], wrap_key[32];
	enum evault_status rc;
	unsigned factor = 0;

	(void)decode_arg(s->args[1], salt, sizeof(salt));
	rc = parse_work_factor(s->args[2], &factor, err);
	if (rc == EVAULT_OK)
		rc = scrypt_wrap_key(passphrase, salt, factor, wrap_key, err);
	if (rc == EVAULT_OK)
		*found = body_open(wrap_key, s->body, file_key);
	ev_wipe(wrap_key, sizeof(wrap_key));
	return rc;
}

static enum evault_status
scrypt_wrap(const struct ev_age_to *to, const uint8_t file_key[EV_AGE_FILE_KEY], struct ev_buf *out,
	    struct evault_error *err)
{
	uint8_t salt[SALT], wrap_key[32], body[EV_AGE_WRAPPED];
	enum evault_status rc;

	ev_random(salt, sizeof(salt));
	rc = scrypt_wrap_key(to->passphrase, salt, to->work_factor, wrap_key, err);
	if (rc != EVAULT_OK)
		goto out;
	body_seal(wrap_key, file_key, body);
	ev_buf_puts(out, "-> scrypt ");
	ev_base64_encode(out, EV_BASE64_STD_RAW, salt, sizeof(salt));
	ev_buf_printf(out, " %u\n", to->work_factor);
	ev_base64_encode(out, EV_BASE64_STD_RAW, body, sizeof(body));
	ev_buf_puts(out, "\n");
out:
	ev_wipe(wrap_key, sizeof(wrap_key));
	return rc;
}

/* ---- any kind -------------------------------------------------------------- */

enum evault_status
ev_age_stanza_unwrap(const struct ev_age_stanza *s, const struct ev_age_with *with,
		     uint8_t file_key[EV_AGE_FILE_KEY], bool *found, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	*found = false;
	if (ev_slice_is(s->args[0], "scrypt") && with->passphrase != NULL)
		return scrypt_unwrap(s, with->passphrase, file_key, found, err);
	if (ev_slice_is(s->args[0], "X25519"))
		for (i = 0; i < with->n_identities && !*found && rc == EVAULT_OK; i++)
			rc = x25519_unwrap(s, &with->identities[i], file_key, found, err);
	return rc;
}

enum evault_status
ev_age_stanza_wrap(const struct ev_age_to *to, const uint8_t file_key[EV_AGE_FILE_KEY],
		   struct ev_buf *out, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (to->passphrase != NULL)
		return scrypt_wrap(to, file_key, out, err);
	for (i = 0; i < to->n_recipients && rc == EVAULT_OK; i++)
		rc = x25519_wrap(&to->recipients[i], file_key, out, err);
	return rc;
}
