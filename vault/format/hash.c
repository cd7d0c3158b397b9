/* SHA256_Init and its like are of OpenSSL 1.1, and deprecated since 3.0: there is nothing like
 * them. */
#define OPENSSL_API_COMPAT 0x10100000L

#include "format/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct ev_hash) == crypto_hash_sha256_BYTES, "a digest is 32 bytes");
_Static_assert(sizeof(struct ev_hash) == crypto_auth_hmacsha256_BYTES, "a MAC is 32 bytes");

/*
 * Of libcrypto these alone take no memory, and so have no way to fail in the
 * middle of a file.  EVP does, at each message; and most of what is hashed is
 * a hash of the log's tree, or an entry, where EVP's calls cost more than
 * SHA-256 itself.
 */
struct ev_digester {
	enum ev_digest kind;
	union {
		MD5_CTX md5;
		SHA_CTX sha1;
		SHA256_CTX sha256; /* and SHA-224 */
		SHA512_CTX sha512; /* and SHA-384 */
	} state;
};
struct ev_hasher {
	SHA256_CTX state;
};

static const size_t sizes[] = {
	[EV_DIGEST_MD5] = MD5_DIGEST_LENGTH,       [EV_DIGEST_SHA1] = SHA_DIGEST_LENGTH,
	[EV_DIGEST_SHA224] = SHA224_DIGEST_LENGTH, [EV_DIGEST_SHA256] = SHA256_DIGEST_LENGTH,
	[EV_DIGEST_SHA384] = SHA384_DIGEST_LENGTH, [EV_DIGEST_SHA512] = SHA512_DIGEST_LENGTH,
};

/* They say that they could fail.  If one did, going on would mean a digest that says nothing. */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

/* ---- of others ----------------------------------------------------------------------- */

size_t
ev_digest_size(enum ev_digest kind)
{
	return sizes[kind];
}

static int
start(struct ev_digester *d)
{
	switch (d->kind) {
	case EV_DIGEST_MD5:
		return MD5_Init(&d->state.md5);
	case EV_DIGEST_SHA1:
		return SHA1_Init(&d->state.sha1);
	case EV_DIGEST_SHA224:
		return SHA224_Init(&d->state.sha256);
	case EV_DIGEST_SHA256:
		return SHA256_Init(&d->state.sha256);
	case EV_DIGEST_SHA384:
		return SHA384_Init(&d->state.sha512);
	case EV_DIGEST_SHA512:
		return SHA512_Init(&d->state.sha512);
	}
	return 0;
}

static int
update(struct ev_digester *d, const void *data, size_t len)
{
	switch (d->kind) {
	case EV_DIGEST_MD5:
		return MD5_Update(&d->state.md5, data, len);
	case EV_DIGEST_SHA1:
		return SHA1_Update(&d->state.sha1, data, len);
	case EV_DIGEST_SHA224:
		return SHA224_Update(&d->state.sha256, data, len);
	case EV_DIGEST_SHA256:
		return SHA256_Update(&d->state.sha256, data, len);
	case EV_DIGEST_SHA384:
		return SHA384_Update(&d->state.sha512, data, len);
	case EV_DIGEST_SHA512:
		return SHA512_Update(&d->state.sha512, data, len);
	}
	return 0;
}

static int
finish(struct ev_digester *d, uint8_t *out)
{
	switch (d->kind) {
	case EV_DIGEST_MD5:
		return MD5_Final(out, &d->state.md5);
	case EV_DIGEST_SHA1:
		return SHA1_Final(out, &d->state.sha1);
	case EV_DIGEST_SHA224:
		return SHA224_Final(out, &d->state.sha256);
	case EV_DIGEST_SHA256:
		return SHA256_Final(out, &d->state.sha256);
	case EV_DIGEST_SHA384:
		return SHA384_Final(out, &d->state.sha512);
	case EV_DIGEST_SHA512:
		return SHA512_Final(out, &d->state.sha512);
	}
	return 0;
}

struct ev_digester *
ev_digester_new(enum ev_digest kind)
{
	struct ev_digester *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->kind = kind;
	must(start(d));
	return d;
}

void
ev_digester_update(struct ev_digester *d, const void *data, size_t len)
{
	if (len > 0)
		must(update(d, data, len));
}

void
ev_digester_final(struct ev_digester *d, uint8_t out[EV_DIGEST_MAX])
{
	must(finish(d, out));
	must(start(d));
}

void
ev_digester_free(struct ev_digester *d)
{
	if (d != NULL)
		ev_wipe(d, sizeof(*d));
	free(d);
}

/* ---- SHA-256 ---------------------------------------------------------------------------- */

struct ev_hasher *
ev_hasher_new(void)
{
	struct ev_hasher *h = calloc(1, sizeof(*h));

	if (h != NULL)
		must(SHA256_Init(&h->state));
	return h;
}

void
ev_hasher_update(struct ev_hasher *h, const void *data, size_t len)
{
	if (len > 0)
		must(SHA256_Update(&h->state, data, len));
}

void
ev_hasher_final(struct ev_hasher *h, struct ev_hash *out)
{
	must(SHA256_Final(out->b, &h->state));
	must(SHA256_Init(&h->state));
}

void
ev_hasher_free(struct ev_hasher *h)
{
	if (h != NULL)
		ev_wipe(h, sizeof(*h));
	free(h);
}

void
ev_hash_of(const void *data, size_t len, struct ev_hash *out)
{
	ev_hash_of2(data, len, NULL, 0, out);
}

void
ev_hash_of2(const void *a, size_t a_len, const void *b, size_t b_len, struct ev_hash *out)
{
	SHA256_CTX state;

	must(SHA256_Init(&state));
	if (a_len > 0)
		must(SHA256_Update(&state, a, a_len));
	if (b_len > 0)
		must(SHA256_Update(&state, b, b_len));
	must(SHA256_Final(out->b, &state));
}

_Static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "SipHash-2-4");

uint64_t
ev_hash_short(const struct ev_hash *h, const uint8_t key[16])
{
	uint8_t out[crypto_shorthash_BYTES] = { 0 };
	struct ev_cursor c;

	crypto_shorthash(out, h->b, sizeof(h->b), key);
	c = ev_cursor_of(out, sizeof(out));
	return ev_cursor_le64(&c);
}

void
ev_hash_mark(const struct ev_hash *h, const uint8_t key[16], struct ev_hash_mark *out)
{
	_Static_assert(sizeof(out->b) == crypto_shorthash_siphashx24_BYTES, "all of it");

	crypto_shorthash_siphashx24(out->b, h->b, sizeof(h->b), key);
}

bool
ev_hash_equal(const struct ev_hash *a, const struct ev_hash *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int
ev_hash_compare(const struct ev_hash *a, const struct ev_hash *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

void
ev_hash_hex(const struct ev_hash *h, char out[EVAULT_HEX_SIZE])
{
	ev_hex_encode(h->b, sizeof(h->b), out);
}

bool
ev_hash_parse(struct ev_slice hex, struct ev_hash *out)
{
	return ev_hex_decode(hex, out->b, sizeof(out->b));
}

bool
ev_hash_parse_base64(struct ev_slice text, struct ev_hash *out)
{
	struct ev_hash h = { { 0 } };
	size_t len;

	if (!ev_base64_decode(text, EV_BASE64_STD, h.b, sizeof(h.b), &len) || len != sizeof(h.b))
		return false;
	*out = h;
	return true;
}

void
ev_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len, struct ev_hash *out)
{
	crypto_auth_hmacsha256_state state;

	/* libsodium wants a pointer even where there is nothing to read. */
	crypto_auth_hmacsha256_init(&state, key_len == 0 ? out->b : key, key_len);
	crypto_auth_hmacsha256_update(&state, data, len);
	crypto_auth_hmacsha256_final(&state, out->b);
	ev_wipe(&state, sizeof(state));
}

void
ev_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len, const char *info,
	uint8_t out[32])
{
	static const uint8_t first_block = 1;
	crypto_auth_hmacsha256_state state;
	struct ev_hash prk;

	ev_hmac(salt, salt_len, ikm, ikm_len, &prk);
	crypto_auth_hmacsha256_init(&state, prk.b, sizeof(prk.b));
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)info, strlen(info));
	crypto_auth_hmacsha256_update(&state, &first_block, 1);
	crypto_auth_hmacsha256_final(&state, out);
	ev_wipe(&state, sizeof(state));
	ev_wipe(&prk, sizeof(prk));
}
