/*
 * SHA-256, HMAC and HKDF (FIPS 180-4, RFC 2104, RFC 5869), and the digests of
 * others.  SHA-256 of bulk data goes through libcrypto, which uses the CPU's
 * instructions; of all files, only this one and aead.c include OpenSSL.  HMAC and HKDF work on
 * secrets of a few bytes and use libsodium's SHA-256.
 */
#ifndef EV_FORMAT_HASH_H
#define EV_FORMAT_HASH_H

#include "base/bytes.h"

struct ev_hash {
	uint8_t b[32];
};

struct ev_hasher;

/* NULL when memory runs out; what follows cannot fail. */
struct ev_hasher *ev_hasher_new(void);
void ev_hasher_update(struct ev_hasher *h, const void *data, size_t len);
/* Gives the digest and makes the hasher ready for another message. */
void ev_hasher_final(struct ev_hasher *h, struct ev_hash *out);
void ev_hasher_free(struct ev_hasher *h);

/* What manifests of others have; for whatever is ours, SHA-256 alone is used. */
enum ev_digest {
	EV_DIGEST_MD5,
	EV_DIGEST_SHA1,
	EV_DIGEST_SHA224,
	EV_DIGEST_SHA256,
	EV_DIGEST_SHA384,
	EV_DIGEST_SHA512,
};
enum {
	EV_DIGEST_MAX = 64
};
/* Bytes of its value. */
size_t ev_digest_size(enum ev_digest kind);

struct ev_digester;

/* NULL when memory runs out; what follows cannot fail. */
struct ev_digester *ev_digester_new(enum ev_digest kind);
void ev_digester_update(struct ev_digester *d, const void *data, size_t len);
/* Gives ev_digest_size bytes and makes it ready for another message. */
void ev_digester_final(struct ev_digester *d, uint8_t out[EV_DIGEST_MAX]);
void ev_digester_free(struct ev_digester *d);

/* One message; cannot fail. */
void ev_hash_of(const void *data, size_t len, struct ev_hash *out);
/* One message in two parts, `a` then `b`; nothing is allocated.  For Merkle leaves. */
void ev_hash_of2(const void *a, size_t a_len, const void *b, size_t b_len, struct ev_hash *out);

/* SipHash-2-4 of it: for tables in memory whose keys others choose. */
uint64_t ev_hash_short(const struct ev_hash *h, const uint8_t key[16]);

/* SipHash-2-4 of 128 bits: for tables that keep no more of a hash than this. */
struct ev_hash_mark {
	uint8_t b[16];
};
void ev_hash_mark(const struct ev_hash *h, const uint8_t key[16], struct ev_hash_mark *out);

bool ev_hash_equal(const struct ev_hash *a, const struct ev_hash *b);
/* memcmp order. */
int ev_hash_compare(const struct ev_hash *a, const struct ev_hash *b);
void ev_hash_hex(const struct ev_hash *h, char out[EVAULT_HEX_SIZE]);
/* 64 lower-case hex digits; false otherwise. */
bool ev_hash_parse(struct ev_slice hex, struct ev_hash *out);
/* Base64 as notes have it (RFC 4648 section 4), canonical, of exactly 32 bytes; false otherwise. */
bool ev_hash_parse_base64(struct ev_slice text, struct ev_hash *out);

/* HMAC-SHA-256. */
void ev_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len, struct ev_hash *out);
/* HKDF-SHA-256 with 32 bytes of output.  salt may be NULL with salt_len 0. */
void ev_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	     const char *info, uint8_t out[32]);

#endif
