#include "format/note.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/secret.h"

/* U+2014 EM DASH and a space. */
#define SIGNATURE_PREFIX "\xe2\x80\x94 "

enum {
	TYPE_ED25519 = 0x01,
	VKEY_RAW = 1 + 32, /* type and public key, in base64 in a vkey */
	ID_RAW = 4,
	BASE64_SLICE = 1024, /* characters of base64 decoded at a time; a multiple of 4 */
};

void
ev_signing_seed_make(struct ev_signing_seed *seed)
{
	ev_random(seed->b, sizeof(seed->b));
}

void
ev_signing_seed_public(const struct ev_signing_seed *seed, uint8_t key[32])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(key, secret, seed->b);
	ev_wipe(secret, sizeof(secret));
}

void
ev_signing_seed_key(const struct ev_signing_seed *seed, struct ev_signing_key *key)
{
	uint8_t public[32];

	crypto_sign_seed_keypair(public, key->b, seed->b);
}

/* Unicode's White_Space beyond ASCII; `len` is that of one valid UTF-8 character. */
static bool
is_wide_space(const uint8_t *at, size_t len)
{
	uint32_t c;

	if (len == 2)
		c = (at[0] & 0x1fU) << 6 | (at[1] & 0x3fU);
	else if (len == 3)
		c = (at[0] & 0x0fU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
	else
		return false;
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool
name_valid(struct ev_slice name)
{
	size_t len;

	if (name.len == 0)
		return false;
	while (name.len > 0) {
		len = ev_utf8_len(name);
		if (len == 0 || name.data[0] <= 0x20 || name.data[0] == '+' ||
		    is_wide_space(name.data, len))
			return false;
		name.data += len;
		name.len -= len;
	}
	return true;
}

bool
ev_note_text_valid(struct ev_slice text)
{
	size_t len;

	if (text.len == 0 || text.data[text.len - 1] != '\n')
		return false;
	while (text.len > 0) {
		len = text.data[0] < 0x80 ? 1 : ev_utf8_len(text);
		if (len == 0 || (text.data[0] < 0x20 && text.data[0] != '\n'))
			return false;
		text.data += len;
		text.len -= len;
	}
	return true;
}

/* Canonical base64 of any length: the number of its bytes, or 0 when it is none or empty. */
static size_t
base64_bytes(struct ev_slice text)
{
	uint8_t raw[BASE64_SLICE / 4 * 3];
	size_t take, got, total = 0;

	while (text.len > 0) {
		take = text.len < BASE64_SLICE ? text.len : BASE64_SLICE;
		if (!ev_base64_decode(ev_slice_of(text.data, take), EV_BASE64_STD, raw, sizeof(raw),
				      &got))
			return 0;
		text.data += take;
		text.len -= take;
		/* Padding may only be at the very end. */
		if (text.len > 0 && got != sizeof(raw))
			return 0;
		total += got;
	}
	return total;
}

static uint32_t
verifier_id(const char *name, const uint8_t key[32])
{
	uint8_t message[EV_NOTE_NAME_MAX + 1 + VKEY_RAW];
	size_t len = strlen(name);
	struct ev_cursor head;
	struct ev_hash hash;

	assert(len <= EV_NOTE_NAME_MAX);
	memcpy(message, name, len);
	message[len] = '\n';
	message[len + 1] = TYPE_ED25519;
	memcpy(message + len + 2, key, 32);
	ev_hash_of(message, len + 1 + VKEY_RAW, &hash);
	head = ev_cursor_of(hash.b, ID_RAW);
	return ev_cursor_be32(&head);
}

static bool
verifier_fill(struct ev_verifier *v, struct ev_slice name, const uint8_t key[32])
{
	if (name.len > EV_NOTE_NAME_MAX || !name_valid(name))
		return false;
	memset(v, 0, sizeof(*v));
	memcpy(v->name, name.data, name.len);
	memcpy(v->key, key, sizeof(v->key));
	v->id = verifier_id(v->name, v->key);
	return true;
}

bool
ev_verifier_init(struct ev_verifier *v, const char *name, const uint8_t key[32])
{
	return verifier_fill(v, ev_slice_text(name), key);
}

bool
ev_verifier_equal(const struct ev_verifier *a, const struct ev_verifier *b)
{
	return a->id == b->id && strcmp(a->name, b->name) == 0 &&
	       memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

void
ev_verifier_text(const struct ev_verifier *v, char out[EV_NOTE_VKEY_SIZE])
{
	uint8_t raw[VKEY_RAW], id[ID_RAW];
	size_t len = strlen(v->name);

	assert(len <= EV_NOTE_NAME_MAX);
	memcpy(out, v->name, len);
	out[len++] = '+';
	ev_put_be32(id, v->id);
	ev_hex_encode(id, sizeof(id), out + len);
	len += 2 * sizeof(id);
	out[len++] = '+';
	raw[0] = TYPE_ED25519;
	memcpy(raw + 1, v->key, sizeof(v->key));
	/* libsodium's encoder, because ours needs a buffer that can run out of memory. */
	sodium_bin2base64(out + len, EV_NOTE_VKEY_SIZE - len, raw, sizeof(raw),
			  sodium_base64_VARIANT_ORIGINAL);
}

enum evault_status
ev_verifier_parse(struct ev_slice vkey, struct ev_verifier *v, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(vkey.data, vkey.len), id_bytes;
	struct ev_slice name = ev_cursor_until(&c, '+');
	struct ev_slice hex = ev_cursor_until(&c, '+');
	uint8_t raw[VKEY_RAW], id[ID_RAW];
	struct ev_verifier found;
	size_t len;

	if (c.bad || !ev_hex_decode(hex, id, sizeof(id)) ||
	    !ev_base64_decode(ev_slice_of(c.at, c.left), EV_BASE64_STD, raw, sizeof(raw), &len) ||
	    len != sizeof(raw))
		return ev_fail(err, EVAULT_E_FORMAT, "not a verifier key (NAME+ID+KEY)");
	if (raw[0] != TYPE_ED25519)
		return ev_fail(err, EVAULT_E_FORMAT, "a verifier key that is not of Ed25519");
	if (!verifier_fill(&found, name, raw + 1))
		return ev_fail(err, EVAULT_E_FORMAT, "a verifier key whose name cannot be one");
	id_bytes = ev_cursor_of(id, sizeof(id));
	if (ev_cursor_be32(&id_bytes) != found.id)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a verifier key whose ID is not that of its key");
	*v = found;
	return EVAULT_OK;
}

struct ev_slice
ev_note_value(struct ev_cursor *text, const char *key)
{
	ev_cursor_expect(text, key);
	ev_cursor_expect(text, " ");
	return ev_cursor_line(text);
}

void
ev_note_begin(struct ev_buf *note, struct ev_slice text)
{
	ev_buf_add(note, text.data, text.len);
	ev_buf_puts(note, "\n");
}

/* "- name base64", over a text that can be signed. */
static void
signature_line(struct ev_buf *line, struct ev_slice text, const struct ev_verifier *signer,
	       const struct ev_signing_key *key)
{
	uint8_t signature[EV_NOTE_SIGNATURE];

	ev_put_be32(signature, signer->id);
	crypto_sign_detached(signature + ID_RAW, NULL, text.data, text.len, key->b);
	ev_buf_puts(line, SIGNATURE_PREFIX);
	ev_buf_puts(line, signer->name);
	ev_buf_puts(line, " ");
	ev_base64_encode(line, EV_BASE64_STD, signature, sizeof(signature));
	ev_buf_puts(line, "\n");
}

enum evault_status
ev_note_sign_with(struct ev_buf *note, struct ev_slice text, const struct ev_verifier *signer,
		  const struct ev_signing_key *key, struct evault_error *err)
{
	struct ev_buf line = EV_BUF_INIT;
	enum evault_status rc;

	if (memcmp(key->b + 32, signer->key, sizeof(signer->key)) != 0)
		return ev_fail(err, EVAULT_E_KEY, "the private key is not that of the signer");
	if (!ev_note_text_valid(text))
		return ev_fail(err, EVAULT_E_FORMAT, "this text cannot be signed as a note");
	signature_line(&line, text, signer, key);
	rc = ev_buf_ask(&line, err);
	if (rc == EVAULT_OK && ev_secret_gone())
		rc = ev_fail(err, EVAULT_E_KEY, "the private key is not that of the signer");
	if (rc == EVAULT_OK && note->len + line.len > EV_NOTE_MAX)
		rc = ev_fail(err, EVAULT_E_LIMIT, "a note of more than %d bytes", EV_NOTE_MAX);
	if (rc == EVAULT_OK) {
		ev_buf_add(note, line.data, line.len);
		rc = ev_buf_ask(note, err);
	}
	ev_buf_release(&line);
	return rc;
}

enum evault_status
ev_note_sign(struct ev_buf *note, struct ev_slice text, const struct ev_verifier *signer,
	     const struct ev_signing_seed *seed, struct evault_error *err)
{
	struct ev_signing_key key;
	enum evault_status rc;

	ev_signing_seed_key(seed, &key);
	rc = ev_note_sign_with(note, text, signer, &key, err);
	ev_wipe(&key, sizeof(key));
	return rc;
}

/* Where the signatures begin: after the last empty line; 0 when there is none. */
static size_t
signatures_at(struct ev_slice bytes)
{
	size_t i;

	for (i = bytes.len; i >= 2; i--)
		if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
			return i;
	return 0;
}

static bool
signature_parse(struct ev_slice line, struct ev_note_signature *out)
{
	struct ev_cursor c = ev_cursor_of(line.data, line.len), id;
	uint8_t head[6];
	size_t len;

	ev_cursor_expect(&c, SIGNATURE_PREFIX);
	out->name = ev_cursor_until(&c, ' ');
	if (c.bad || !name_valid(out->name))
		return false;
	out->bytes = ev_slice_of(c.at, c.left);
	if (base64_bytes(out->bytes) <= ID_RAW)
		return false;
	/* More than four bytes are at least eight characters; the first eight hold the ID. */
	if (!ev_base64_decode(ev_slice_of(c.at, 8), EV_BASE64_STD, head, sizeof(head), &len))
		return false;
	id = ev_cursor_of(head, ID_RAW);
	out->id = ev_cursor_be32(&id);
	return true;
}

enum evault_status
ev_note_parse(struct ev_slice bytes, struct ev_note *note, struct evault_error *err)
{
	struct ev_cursor c;
	size_t at, n = 0;

	note->n_signatures = 0;
	note->known = NULL;
	if (bytes.len > EV_NOTE_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "a note of more than %d bytes", EV_NOTE_MAX);
	if (!ev_note_text_valid(bytes))
		return ev_fail(
		    err, EVAULT_E_FORMAT,
		    "not a note: a control character, not UTF-8, or no newline at its end");
	at = signatures_at(bytes);
	if (at == 0 || at == bytes.len)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "not a note: no signatures after an empty line");
	c = ev_cursor_of(bytes.data + at, bytes.len - at);
	while (c.left > 0) {
		if (n == EV_NOTE_SIGNATURES_MAX)
			return ev_fail(err, EVAULT_E_FORMAT, "a note with more than %d signatures",
				       EV_NOTE_SIGNATURES_MAX);
		if (!signature_parse(ev_cursor_line(&c), &note->signatures[n]))
			return ev_fail(err, EVAULT_E_FORMAT,
				       "a note with a malformed signature line");
		n++;
	}
	note->text = ev_slice_of(bytes.data, at - 1);
	note->n_signatures = n;
	return EVAULT_OK;
}

/* Does it say that it is by this key? */
static bool
is_by(const struct ev_note_signature *s, const struct ev_verifier *key)
{
	return s->id == key->id && ev_slice_is(s->name, key->name);
}

static bool
signature_bytes(const struct ev_note_signature *s, uint8_t raw[EV_NOTE_SIGNATURE])
{
	size_t len;

	return ev_base64_decode(s->bytes, EV_BASE64_STD, raw, EV_NOTE_SIGNATURE, &len) &&
	       len == EV_NOTE_SIGNATURE;
}

static bool
fits(struct ev_slice text, const uint8_t raw[EV_NOTE_SIGNATURE], const struct ev_verifier *key)
{
	return crypto_sign_verify_detached(raw + ID_RAW, text.data, text.len, key->key) == 0;
}

/* All that the outcome of that depends on. */
static void
hash_question(struct ev_slice text, const uint8_t raw[EV_NOTE_SIGNATURE],
	      const struct ev_verifier *key, struct ev_hash *out)
{
	uint8_t head[sizeof(key->key) + EV_NOTE_SIGNATURE - ID_RAW];

	memcpy(head, key->key, sizeof(key->key));
	memcpy(head + sizeof(key->key), raw + ID_RAW, EV_NOTE_SIGNATURE - ID_RAW);
	ev_hash_of2(head, sizeof(head), text.data, text.len, out);
}

static bool
is_known(const struct ev_note *note, const uint8_t raw[EV_NOTE_SIGNATURE],
	 const struct ev_verifier *key)
{
	struct ev_hash of;

	if (note->known == NULL || !note->known->fits)
		return false;
	hash_question(note->text, raw, key, &of);
	return ev_hash_equal(&of, &note->known->of);
}

void
ev_note_look(const struct ev_note *note, const struct ev_verifier *key, struct ev_note_known *known)
{
	uint8_t raw[EV_NOTE_SIGNATURE];
	size_t i = 0;

	known->fits = false;
	while (i < note->n_signatures && !is_by(&note->signatures[i], key))
		i++;
	if (i == note->n_signatures || !signature_bytes(&note->signatures[i], raw))
		return;
	hash_question(note->text, raw, key, &known->of);
	known->fits = fits(note->text, raw, key);
}

enum evault_status
ev_note_verify(const struct ev_note *note, const struct ev_verifier *key, struct evault_error *err)
{
	const struct ev_note_signature *s;
	uint8_t raw[EV_NOTE_SIGNATURE];
	char shown[EV_SHOW_SIZE];
	size_t i, found = 0;

	for (i = 0; i < note->n_signatures; i++) {
		s = &note->signatures[i];
		if (!is_by(s, key))
			continue;
		if (!signature_bytes(s, raw) ||
		    (!is_known(note, raw, key) && !fits(note->text, raw, key)))
			return ev_fail(err, EVAULT_E_DAMAGED, "the signature of %s does not verify",
				       ev_show_path(key->name, shown));
		found++;
	}
	if (found == 0)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "not signed by %s",
			       ev_show_path(key->name, shown));
	return EVAULT_OK;
}
