/*
 * ChaCha20-Poly1305 (RFC 8439) of many pieces under one key.
 *
 * Long pieces go through libcrypto, which is more than twice as fast as
 * libsodium; it does so only where the copy of the key that it keeps is in
 * the memory for secrets (base/secret.h), which is looked up each time.  Where
 * that cannot be had, and for short pieces, libsodium does the same.
 */
#ifndef EV_FORMAT_AEAD_H
#define EV_FORMAT_AEAD_H

#include "base/bytes.h"

enum {
	EV_AEAD_KEY = 32,
	EV_AEAD_NONCE = 12,
	EV_AEAD_TAG = 16,
	EV_AEAD_LONG = 16 << 10, /* bytes of a piece that is worth libcrypto's calls */
};

/*
 * To be called before libcrypto takes memory for the first time in the process: only then can
 * it be told where to take it.  The first long piece does it, too; where the application was
 * before that, libsodium does the work.
 */
void ev_aead_start(void);

struct ev_aead {
	const uint8_t *key; /* borrowed, EV_AEAD_KEY bytes in the memory for secrets */
	bool tried;
	struct ev_aead_context *context; /* libcrypto's, or NULL */
};
/* The key may be filled in later, and stays what it was at the first piece. */
struct ev_aead ev_aead_of(const uint8_t key[EV_AEAD_KEY]);
/* Wipes what libcrypto has of the key. */
void ev_aead_release(struct ev_aead *a);

/* Writes len + EV_AEAD_TAG bytes. */
void ev_aead_seal(struct ev_aead *a, const uint8_t nonce[EV_AEAD_NONCE], const uint8_t *plain,
		  size_t len, uint8_t *sealed);
/* Writes len - EV_AEAD_TAG bytes, zeros when false; len is at least EV_AEAD_TAG. */
bool ev_aead_open(struct ev_aead *a, const uint8_t nonce[EV_AEAD_NONCE], const uint8_t *sealed,
		  size_t len, uint8_t *plain);
/* Does libcrypto do it?  For tests. */
bool ev_aead_is_fast(const struct ev_aead *a);

#endif
