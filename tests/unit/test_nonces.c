/*
 * No key is used twice with one nonce: of sealed files the ephemeral shares,
 * file keys and payload nonces, of pages of the index and its heads the
 * nonces, are read back from what was written, and none comes twice.  How
 * many: $NONCES, or 20,000; `make nonces` seals a million times.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age.h"
#include "format/page.h"
#include "unit.h"

enum {
	VALUE = 16, /* bytes of each that are compared: 2^128 are enough to tell a million */
	STANZA_BODY = 43
};

/* Values of one kind. */
struct seen {
	uint8_t (*all)[VALUE];
	size_t n, cap;
};

static size_t
how_many(void)
{
	const char *said = getenv("NONCES");

	return said == NULL ? 20000 : (size_t)strtoul(said, NULL, 10);
}

static bool
seen_init(struct seen *s, size_t cap)
{
	s->all = calloc(cap, VALUE);
	s->n = 0;
	s->cap = cap;
	return s->all != NULL;
}

static void
see(struct seen *s, const uint8_t *value)
{
	if (s->n < s->cap)
		memcpy(s->all[s->n], value, VALUE);
	s->n++;
}

static int
by_value(const void *a, const void *b)
{
	return memcmp(a, b, VALUE);
}

/* How many came that had come before; frees it. */
static size_t
repeated(struct seen *s)
{
	size_t i, twice = s->n - (s->n < s->cap ? s->n : s->cap);

	qsort(s->all, s->n < s->cap ? s->n : s->cap, VALUE, by_value);
	for (i = 1; i < s->n && i < s->cap; i++)
		twice += memcmp(s->all[i - 1], s->all[i], VALUE) == 0;
	free(s->all);
	s->all = NULL;
	return twice;
}

/* ---- sealed files -------------------------------------------------------------- */

/* RFC 5869, with one block of output. */
static void
hkdf(const uint8_t *salt, size_t n_salt, const uint8_t secret[32], const char *info,
     uint8_t out[32])
{
	crypto_auth_hmacsha256_state state;
	uint8_t prk[32], one = 1;

	crypto_auth_hmacsha256_init(&state, salt, n_salt);
	crypto_auth_hmacsha256_update(&state, secret, 32);
	crypto_auth_hmacsha256_final(&state, prk);
	crypto_auth_hmacsha256_init(&state, prk, sizeof(prk));
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)info, strlen(info));
	crypto_auth_hmacsha256_update(&state, &one, 1);
	crypto_auth_hmacsha256_final(&state, out);
}

/* The 32 bytes of a line of base64 without padding. */
static bool
line_bytes(const char *line, uint8_t out[32])
{
	size_t n;

	return sodium_base642bin(out, 32, line, STANZA_BODY, NULL, &n, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       n == 32;
}

/* What a sealed file has in its header, opened here as C2SP's age says, and before its payload. */
static bool
read_back(const struct ev_buf *sealed, const struct ev_age_identity *identity, uint8_t share[32],
	  uint8_t file_key[16], uint8_t nonce[16])
{
	const char *stanza = memmem(sealed->data, sealed->len, "-> X25519 ", 10);
	const char *end = memmem(sealed->data, sealed->len, "\n--- ", 5);
	static const uint8_t zeros[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
	uint8_t body[32], secret[32], salt[64], key[32];

	if (stanza == NULL || end == NULL || !line_bytes(stanza + 10, share) ||
	    !line_bytes(stanza + 10 + STANZA_BODY + 1, body) ||
	    crypto_scalarmult(secret, identity->b, share) != 0)
		return false;
	memcpy(salt, share, 32);
	crypto_scalarmult_base(salt + 32, identity->b);
	hkdf(salt, sizeof(salt), secret, "age-encryption.org/v1/X25519", key);
	memcpy(nonce, end + 5 + STANZA_BODY + 1, 16);
	return crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, body, sizeof(body),
							 NULL, 0, zeros, key) == 0;
}

/* Seals `n` files, as packs, slots, bundles and drafts are; how many values came twice. */
static size_t
seal_files(size_t n)
{
	struct ev_age_identity *identity = ev_secret_new(sizeof(*identity));
	struct ev_age_recipient recipient;
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	struct seen shares, keys, nonces;
	uint8_t share[32] = { 0 }, file_key[16] = { 0 }, nonce[16] = { 0 };
	struct ev_buf sealed = EV_BUF_INIT;
	bool good = true;
	size_t i;

	if (identity == NULL || !seen_init(&shares, n) || !seen_init(&keys, n) ||
	    !seen_init(&nonces, n))
		exit(1);
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &recipient);
	for (i = 0; i < n && good; i++) {
		ev_buf_clear(&sealed);
		good = ev_age_seal(&to, ev_slice_text("the same"), &sealed, NULL) == EVAULT_OK &&
		       read_back(&sealed, identity, share, file_key, nonce);
		see(&shares, share);
		see(&keys, file_key);
		see(&nonces, nonce);
	}
	ev_buf_release(&sealed);
	ev_secret_free(identity);
	CHECK(good);
	return repeated(&shares) + repeated(&keys) + repeated(&nonces);
}

/* ---- pages ---------------------------------------------------------------------------- */

/* Seals `n` times one page, and an eighth as often a head, with one key. */
static size_t
seal_pages(size_t n)
{
	struct ev_index_head *head = calloc(1, sizeof(*head));
	struct ev_page_name name = { .kind = EV_PAGE_DATA, .number = 1, .version = 1 };
	static uint8_t page[EV_PAGE_SIZE], sealed[EV_INDEX_HEAD_SIZE];
	struct ev_page_key key = { { 1 } };
	struct seen nonces;
	size_t i;

	if (head == NULL || !seen_init(&nonces, n + n / 8 + 1))
		exit(1);
	for (i = 0; i < n; i++) {
		memset(page, 0, sizeof(page));
		ev_page_seal(&key, &name, page);
		see(&nonces, page + EV_PAGE_BODY);
		if (i % 8 != 0)
			continue;
		ev_index_head_seal(&key, head, sealed);
		see(&nonces, sealed + 16);
	}
	free(head);
	return repeated(&nonces);
}

/* ---- the claims ---------------------------------------------------------------------------- */

static void
no_key_and_nonce_of_sealed_files_come_twice(void)
{
	size_t n = how_many() / 2;

	CHECK(seal_files(n) == 0);
	printf("# %zu files: no share, no file key and no nonce twice\n", n);
}

static void
no_nonce_of_the_index_comes_twice(void)
{
	size_t n = how_many() / 2;

	CHECK(seal_pages(n) == 0);
	printf("# %zu pages and %zu heads: no nonce twice\n", n, (n + 7) / 8);
}

/* Numbers that begin anew after so many bytes: what a broken system might give. */
static size_t stuck_after, stuck_given;

static void
stuck_bytes(void *const out, const size_t len)
{
	uint8_t *at = out;
	size_t i;

	for (i = 0; i < len; i++, stuck_given++)
		at[i] = (uint8_t)((stuck_given % stuck_after) >> (8 * (i % 3)));
}

static uint32_t
stuck_number(void)
{
	uint32_t n;

	stuck_bytes(&n, sizeof(n));
	return n;
}

static const char *
stuck_name(void)
{
	return "stuck";
}

static void
numbers_that_come_again_are_seen(void)
{
	static struct randombytes_implementation stuck = { .implementation_name = stuck_name,
							   .random = stuck_number,
							   .buf = stuck_bytes };
	size_t files, pages;

	stuck_after = 4096;
	randombytes_set_implementation(&stuck);
	pages = seal_pages(1000);
	files = seal_files(1000);
	stuck_after = 1;
	CHECK(seal_pages(3) > 0);
	randombytes_set_implementation(&randombytes_sysrandom_implementation);
	CHECK(pages > 0);
	CHECK(files > 0);
}

int
main(void)
{
	struct evault_error err = { .text = "" };

	if (ev_secret_start(&err) != EVAULT_OK)
		return 1;
	UNIT_RUN(no_key_and_nonce_of_sealed_files_come_twice);
	UNIT_RUN(no_nonce_of_the_index_comes_twice);
	UNIT_RUN(numbers_that_come_again_are_seen);
	return unit_end();
}
