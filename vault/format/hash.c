/* SHA256_Init and its like are of OpenSSL 1.1, and deprecated since 3.0: there is nothing like
 * them. */
#define OPENSSL_API_COMPAT 0x10100000L

#include "format/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct ev_hash) == crypto_hash_sha256_BYTES, "a digest is 32 bytes");
_Static_assert(sizeof(struct ev_hash) == crypto_auth_hmacsha256_BYTES, "a MAC is 32 bytes");

struct ev_hasher {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

/*
 * Once a context is set up, its calls have no way to fail.  If one did, going
 * on would mean a digest that says nothing.
 */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

struct ev_hasher *
ev_hasher_new(void)
{
	struct ev_hasher *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (h->md == NULL || h->ctx == NULL || EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1) {
		ev_hasher_free(h);
		return NULL;
	}
	return h;
}

void
ev_hasher_update(struct ev_hasher *h, const void *data, size_t len)
{
	if (len > 0)
		must(EVP_DigestUpdate(h->ctx, data, len));
}

void
ev_hasher_final(struct ev_hasher *h, struct ev_hash *out)
{
	must(EVP_DigestFinal_ex(h->ctx, out->b, NULL));
	must(EVP_DigestInit_ex2(h->ctx, h->md, NULL));
}

void
ev_hasher_free(struct ev_hasher *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

/*
 * Most of what is hashed is a hash of the log's tree, or an entry: there the
 * calls of EVP cost more than SHA-256 itself, and libsodium has no use of the
 * processor's instructions for it.  These take no memory and have no way to fail.
 */
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
