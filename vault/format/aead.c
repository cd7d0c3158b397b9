#include "format/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

_Static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES == EV_AEAD_KEY, "a key is 32 bytes");
_Static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == EV_AEAD_NONCE, "RFC 8439's nonce");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == EV_AEAD_TAG, "a tag is 16 bytes");

/* ---- libcrypto's memory ---------------------------------------------------------- */

/*
 * libcrypto asks one function of the process for all memory.  While a context
 * for a key is made, this thread's is taken from the memory for secrets.
 */
static _Thread_local struct {
	bool on;
	uint8_t *at; /* the block taken last */
	size_t size;
} secret;

/*
 * While it starts, libcrypto does not survive that there is none: it ends the
 * process, or goes round for ever.  So what is refused it comes from here,
 * and is not used again.  A start takes 0.4 MiB; not touched, it costs none.
 */
enum {
	SPARE = 1 << 20, /* bytes */
	SPARE_HEAD = 16, /* of a block: its size */
};
static struct {
	alignas(SPARE_HEAD) uint8_t bytes[SPARE];
	atomic_size_t used;
} spare;
_Static_assert(alignof(max_align_t) == SPARE_HEAD, "blocks of it are for any type");

static void *
spare_take(size_t size)
{
	size_t block, at;

	if (size > SPARE - SPARE_HEAD)
		return NULL;
	block = SPARE_HEAD + (size + SPARE_HEAD - 1) / SPARE_HEAD * SPARE_HEAD;
	at = atomic_load(&spare.used);
	do {
		if (block > SPARE - at)
			return NULL;
	} while (!atomic_compare_exchange_weak(&spare.used, &at, at + block));
	memcpy(spare.bytes + at, &size, sizeof(size));
	return spare.bytes + at + SPARE_HEAD;
}

static bool
spare_has(const void *p)
{
	uintptr_t at = (uintptr_t)p, base = (uintptr_t)spare.bytes;

	return at >= base && at < base + SPARE;
}

static size_t
spare_size(const void *p)
{
	size_t size;

	memcpy(&size, (const uint8_t *)p - SPARE_HEAD, sizeof(size));
	return size;
}

static void *
take(size_t size, const char *file, int line)
{
	void *p;

	(void)file, (void)line;
	if (size == 0)
		return NULL;
	if (!secret.on) {
		p = malloc(size);
		if (p == NULL)
			p = spare_take(size);
		return p;
	}
	p = ev_secret_new(size);
	secret.at = p;
	secret.size = size;
	return p;
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file, (void)line;
	if (spare_has(p))
		ev_wipe(p, spare_size(p));
	else if (ev_secret_has(p))
		ev_secret_free(p);
	else
		free(p);
}

/* What is in the memory for secrets never grows: how large it is, only its maker knows. */
static void *
take_again(void *p, size_t size, const char *file, int line)
{
	void *grown;

	if (p == NULL)
		return take(size, file, line);
	if (size == 0) {
		give_back(p, file, line);
		return NULL;
	}
	if (ev_secret_has(p))
		return NULL;
	if (!spare_has(p))
		return realloc(p, size);
	grown = take(size, file, line);
	if (grown != NULL) {
		memcpy(grown, p, size < spare_size(p) ? size : spare_size(p));
		give_back(p, file, line);
	}
	return grown;
}

void
ev_aead_start(void)
{
	(void)CRYPTO_set_mem_functions(take, take_again, give_back);
	/* Nor shall a file that the environment names say which code it loads. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* ---- a context -------------------------------------------------------------------- */

struct ev_aead_context {
	EVP_CIPHER_CTX *evp; /* itself in ordinary memory: the key is behind a pointer of it */
};

static bool
has_key(const uint8_t *at, size_t size, const uint8_t key[EV_AEAD_KEY])
{
	return at != NULL && size >= EV_AEAD_KEY && memmem(at, size, key, EV_AEAD_KEY) != NULL;
}

/* Is the key where it must be?  Another libcrypto may do it in another way. */
static bool
set_key(EVP_CIPHER_CTX *evp, const EVP_CIPHER *cipher, const uint8_t key[EV_AEAD_KEY])
{
	bool done;

	if (!ev_secret_enter())
		return false;
	secret.on = true;
	secret.at = NULL;
	done = EVP_CipherInit_ex2(evp, cipher, NULL, NULL, 1, NULL) == 1;
	secret.on = false;
	done = done && EVP_CIPHER_CTX_get_key_length(evp) == EV_AEAD_KEY &&
	       EVP_CIPHER_CTX_get_iv_length(evp) == EV_AEAD_NONCE && ev_secret_has(secret.at) &&
	       EVP_CipherInit_ex2(evp, NULL, key, NULL, 1, NULL) == 1 &&
	       has_key(secret.at, secret.size, key);
	ev_secret_leave();
	return done;
}

static struct ev_aead_context *
context_new(const uint8_t key[EV_AEAD_KEY])
{
	struct ev_aead_context *c;
	CRYPTO_malloc_fn taking;
	CRYPTO_realloc_fn growing;
	CRYPTO_free_fn freeing;
	EVP_CIPHER *cipher;

	ev_aead_start();
	CRYPTO_get_mem_functions(&taking, &growing, &freeing);
	if (taking != take || growing != take_again || freeing != give_back)
		return NULL;
	c = calloc(1, sizeof(*c));
	cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	if (c != NULL)
		c->evp = EVP_CIPHER_CTX_new();
	if (cipher == NULL || c == NULL || c->evp == NULL || !set_key(c->evp, cipher, key)) {
		if (c != NULL)
			EVP_CIPHER_CTX_free(c->evp);
		free(c);
		c = NULL;
	}
	EVP_CIPHER_free(cipher);
	return c;
}

/*
 * Nothing but its key is lost when one fails; who may wipe the key meanwhile
 * (ev_secret_wipe_all) waits, because the pointers beside it go with it.
 */
static bool
seal_fast(EVP_CIPHER_CTX *evp, const uint8_t *nonce, const uint8_t *plain, size_t len,
	  uint8_t *sealed)
{
	int n = 0, rest = 0;
	bool done;

	if (!ev_secret_enter())
		return false;
	done = EVP_CipherInit_ex2(evp, NULL, NULL, nonce, 1, NULL) == 1 &&
	       EVP_CipherUpdate(evp, sealed, &n, plain, (int)len) == 1 && (size_t)n == len &&
	       EVP_CipherFinal_ex(evp, sealed + len, &rest) == 1 && rest == 0 &&
	       EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, EV_AEAD_TAG, sealed + len) == 1;
	ev_secret_leave();
	return done;
}

static bool
open_fast(EVP_CIPHER_CTX *evp, const uint8_t *nonce, const uint8_t *sealed, size_t len,
	  uint8_t *plain)
{
	uint8_t tag[EV_AEAD_TAG];
	int n = 0, rest = 0;
	bool done;

	memcpy(tag, sealed + len, sizeof(tag));
	if (!ev_secret_enter())
		return false;
	done = EVP_CipherInit_ex2(evp, NULL, NULL, nonce, 0, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, EV_AEAD_TAG, tag) == 1 &&
	       EVP_CipherUpdate(evp, plain, &n, sealed, (int)len) == 1 && (size_t)n == len &&
	       EVP_CipherFinal_ex(evp, plain + len, &rest) == 1 && rest == 0;
	ev_secret_leave();
	return done;
}

/* ---- either ------------------------------------------------------------------------ */

struct ev_aead
ev_aead_of(const uint8_t key[EV_AEAD_KEY])
{
	return (struct ev_aead){ .key = key };
}

void
ev_aead_release(struct ev_aead *a)
{
	if (a->context != NULL)
		EVP_CIPHER_CTX_free(a->context->evp);
	free(a->context);
	a->context = NULL;
}

static bool
by_libcrypto(struct ev_aead *a, size_t len)
{
	if (len < EV_AEAD_LONG || len > INT32_MAX)
		return false;
	if (!a->tried)
		a->context = context_new(a->key);
	a->tried = true;
	return a->context != NULL;
}

void
ev_aead_seal(struct ev_aead *a, const uint8_t nonce[EV_AEAD_NONCE], const uint8_t *plain,
	     size_t len, uint8_t *sealed)
{
	if (by_libcrypto(a, len) && seal_fast(a->context->evp, nonce, plain, len, sealed))
		return;
	crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, len, NULL, 0, NULL, nonce,
						  a->key);
}

bool
ev_aead_open(struct ev_aead *a, const uint8_t nonce[EV_AEAD_NONCE], const uint8_t *sealed,
	     size_t len, uint8_t *plain)
{
	size_t rest = len - EV_AEAD_TAG;

	if (by_libcrypto(a, rest) && open_fast(a->context->evp, nonce, sealed, rest, plain))
		return true;
	/* Where it was refused, libsodium has the last word, and wipes what was opened of it. */
	return crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed, len, NULL, 0,
							 nonce, a->key) == 0;
}

bool
ev_aead_is_fast(const struct ev_aead *a)
{
	return a->context != NULL;
}
