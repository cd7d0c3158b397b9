/* SHA-256, HMAC and HKDF against the vectors of their standards. */
#include <stdlib.h>

#include "base/secret.h"
#include "format/hash.h"
#include "unit.h"

enum {
	MANY = 1000000,
};

static bool
is_hex(const struct ev_hash *h, const char *hex)
{
	char text[EVAULT_HEX_SIZE];

	ev_hash_hex(h, text);
	return strcmp(text, hex) == 0;
}

static void
sha256_matches_fips_180(void)
{
	static const char *const two_blocks =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	struct ev_hash h;

	ev_hash_of(NULL, 0, &h);
	CHECK(is_hex(&h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	ev_hash_of("abc", 3, &h);
	CHECK(is_hex(&h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	ev_hash_of(two_blocks, strlen(two_blocks), &h);
	CHECK(is_hex(&h, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
}

static void
sha256_of_a_million_a_is_the_same_in_one_piece_and_in_many(void)
{
	static const char hex[] =
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	char *a = malloc(MANY);
	struct ev_hasher *hasher = ev_hasher_new();
	struct ev_hash h;
	size_t at, n;

	if (CHECK(a != NULL && hasher != NULL)) {
		memset(a, 'a', MANY);
		ev_hash_of(a, MANY, &h);
		CHECK(is_hex(&h, hex));
		for (at = 0, n = 0; at < MANY; at += n, n = (n * 7 + 3) % 1000)
			ev_hasher_update(hasher, a, n = n < MANY - at ? n : MANY - at);
		ev_hasher_final(hasher, &h);
		CHECK(is_hex(&h, hex));
	}
	ev_hasher_free(hasher);
	free(a);
}

static void
hasher_is_ready_for_another_message_after_final(void)
{
	struct ev_hasher *hasher = ev_hasher_new();
	struct ev_hash h, again;

	NEED(hasher != NULL);
	ev_hasher_update(hasher, "ab", 2);
	ev_hasher_update(hasher, "c", 1);
	ev_hasher_final(hasher, &h);
	CHECK(is_hex(&h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	ev_hasher_final(hasher, &h);
	CHECK(is_hex(&h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	ev_hasher_update(hasher, "abc", 3);
	ev_hasher_final(hasher, &again);
	CHECK(is_hex(&again, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	ev_hasher_free(hasher);
	ev_hasher_free(NULL);
}

/* Both ways of hashing agree where the one hands over to the other. */
static void
sha256_agrees_with_the_hasher_at_every_length_near_4096(void)
{
	struct ev_hasher *hasher = ev_hasher_new();
	uint8_t data[4200];
	struct ev_hash one, two;
	size_t len;

	NEED(hasher != NULL);
	for (len = 0; len < sizeof(data); len++)
		data[len] = (uint8_t)(len * 31 + len / 7);
	for (len = 4000; len <= sizeof(data); len++) {
		ev_hash_of(data, len, &one);
		ev_hasher_update(hasher, data, len);
		ev_hasher_final(hasher, &two);
		CHECK(ev_hash_equal(&one, &two));
	}
	ev_hasher_free(hasher);
}

static void
hash_parse_takes_lower_case_hex_of_64_digits_only(void)
{
	static const char hex[] =
	    "00000000000000000000000000000000000000000000000000000000000000fe0";
	struct ev_hash h, other;

	CHECK(ev_hash_parse(ev_slice_of(hex, 64), &h) && h.b[31] == 0xfe && h.b[0] == 0);
	CHECK(!ev_hash_parse(ev_slice_of(hex, 63), &other));
	CHECK(!ev_hash_parse(ev_slice_of(hex, 65), &other));
	CHECK(!ev_hash_parse(
	    ev_slice_text("00000000000000000000000000000000000000000000000000000000000000FE"),
	    &other));
	other = h;
	CHECK(ev_hash_equal(&h, &other) && ev_hash_compare(&h, &other) == 0);
	other.b[31] = 0xff;
	CHECK(!ev_hash_equal(&h, &other));
	CHECK(ev_hash_compare(&h, &other) < 0 && ev_hash_compare(&other, &h) > 0);
}

static void
hmac_matches_rfc_4231(void)
{
	static const char large[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131], data[50];
	struct ev_hash mac;

	memset(key, 0x0b, 20);
	ev_hmac(key, 20, "Hi There", 8, &mac);
	CHECK(is_hex(&mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
	ev_hmac((const uint8_t *)"Jefe", 4, "what do ya want for nothing?", 28, &mac);
	CHECK(is_hex(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	ev_hmac(key, 20, data, sizeof(data), &mac);
	CHECK(is_hex(&mac, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"));
	ev_hmac(key, sizeof(key), large, strlen(large), &mac);
	CHECK(is_hex(&mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static bool
hkdf_gives(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	   const char *info, const char *hex)
{
	struct ev_hash out;

	ev_hkdf(ikm, ikm_len, salt, salt_len, info, out.b);
	return is_hex(&out, hex);
}

/* The first 32 bytes of its outputs: those are the first block, which does not depend on L. */
static void
hkdf_matches_rfc_5869(void)
{
	uint8_t ikm[22], salt[13];
	size_t i;

	memset(ikm, 0x0b, sizeof(ikm));
	for (i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	CHECK(hkdf_gives(ikm, sizeof(ikm), salt, sizeof(salt),
			 "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9",
			 "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
	CHECK(hkdf_gives(ikm, sizeof(ikm), NULL, 0, "",
			 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
}

/* The empty message and "abc": RFC 1321, FIPS 180-4. */
static void
digests_of_others_are_those_of_the_standards(void)
{
	static const struct {
		enum ev_digest kind;
		size_t size;
		const char *abc, *nothing; /* their first eight bytes */
	} known[] = {
		{ EV_DIGEST_MD5, 16, "900150983cd24fb0", "d41d8cd98f00b204" },
		{ EV_DIGEST_SHA1, 20, "a9993e364706816a", "da39a3ee5e6b4b0d" },
		{ EV_DIGEST_SHA224, 28, "23097d223405d822", "d14a028c2a3a2bc9" },
		{ EV_DIGEST_SHA256, 32, "ba7816bf8f01cfea", "e3b0c44298fc1c14" },
		{ EV_DIGEST_SHA384, 48, "cb00753f45a35e8b", "38b060a751ac9638" },
		{ EV_DIGEST_SHA512, 64, "ddaf35a193617aba", "cf83e1357eefb8bd" },
	};
	uint8_t out[EV_DIGEST_MAX];
	char hex[17];
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct ev_digester *d = ev_digester_new(known[i].kind);

		NEED(d != NULL);
		CHECK(ev_digest_size(known[i].kind) == known[i].size);
		ev_digester_update(d, "a", 1);
		ev_digester_update(d, NULL, 0);
		ev_digester_update(d, "bc", 2);
		ev_digester_final(d, out);
		ev_hex_encode(out, 8, hex);
		CHECK(strcmp(hex, known[i].abc) == 0);
		ev_digester_final(d, out);
		ev_hex_encode(out, 8, hex);
		CHECK(strcmp(hex, known[i].nothing) == 0);
		ev_digester_free(d);
	}
	ev_digester_free(NULL);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(sha256_matches_fips_180);
	UNIT_RUN(sha256_of_a_million_a_is_the_same_in_one_piece_and_in_many);
	UNIT_RUN(hasher_is_ready_for_another_message_after_final);
	UNIT_RUN(sha256_agrees_with_the_hasher_at_every_length_near_4096);
	UNIT_RUN(hash_parse_takes_lower_case_hex_of_64_digits_only);
	UNIT_RUN(hmac_matches_rfc_4231);
	UNIT_RUN(hkdf_matches_rfc_5869);
	UNIT_RUN(digests_of_others_are_those_of_the_standards);
	return unit_end();
}
