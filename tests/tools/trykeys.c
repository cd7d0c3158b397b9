/*
 * Tries whatever could be a key in some bytes (a picture of a process's
 * memory, a file that holds keys) on every age file of a vault.
 *
 *	trykeys try VAULT RECIPIENT BYTES…   tries; says what opens what
 *	trykeys plant VAULT KEYFILE OUT      writes such bytes, with keys of each kind in them that
 *	                                     open something: to see that they are found
 *
 * RECIPIENT is the public part of the key that seals packs.  At every fourth
 * byte it takes the next 16 or 32 bytes, unless they are no random ones, as: a
 * file key, a payload key, the key that wraps a file key, what two X25519 keys
 * agree upon, an X25519 secret of the recipient or of a stanza.  Wherever a
 * text has AGE-SECRET-KEY-1 or 64 hex digits, what these mean is tried as well.
 * The exit status is 1 when something opens.
 */
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "format/age.h"
#include "format/hash.h"

enum {
	FILES_MAX = 64,
	STANZAS_MAX = 64,
	DISTINCT_16 = 11, /* random bytes have so many different ones, but for one in millions */
	DISTINCT_32 = 21,
	KNOWN = 8, /* bytes of plaintext that are known */
};

struct stanza {
	uint8_t share[32], body[32];
};
struct file {
	char path[300];
	uint8_t *header; /* what its MAC is over */
	size_t header_len;
	uint8_t mac[32], nonce[16], first[KNOWN];
	struct stanza stanzas[STANZAS_MAX];
	size_t n;
};

static struct file files[FILES_MAX];
static size_t n_files;
static uint8_t recipient[32];
static unsigned found;

/* ---- age files, read once more than the library does --------------------------------- */

static bool
decode(const char *text, size_t len, uint8_t *out, size_t size)
{
	size_t got = 0;

	return sodium_base642bin(out, size, text, len, NULL, &got, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       got == size;
}

static bool
take_file(const char *path, uint8_t *bytes, size_t size)
{
	static const char x25519[] = "-> X25519 ", end[] = "--- ";
	struct file *f = &files[n_files];
	char *at = (char *)bytes, *last = at + size, *line;

	snprintf(f->path, sizeof(f->path), "%s", path);
	for (; at < last; at = line + 1) {
		line = memchr(at, '\n', (size_t)(last - at));
		if (line == NULL)
			return false;
		if (strncmp(at, x25519, strlen(x25519)) == 0 && f->n < STANZAS_MAX) {
			struct stanza *s = &f->stanzas[f->n++];
			const char *body = line + 1;

			line = memchr(body, '\n', (size_t)(last - body));
			if (line == NULL ||
			    !decode(at + strlen(x25519), (size_t)(body - 1 - at) - strlen(x25519),
				    s->share, 32) ||
			    !decode(body, (size_t)(line - body), s->body, 32))
				return false;
		} else if (strncmp(at, end, strlen(end)) == 0) {
			if (last - line < 1 + 16 + KNOWN ||
			    !decode(at + 4, (size_t)(line - at) - 4, f->mac, 32))
				return false;
			f->header = bytes;
			f->header_len = (size_t)(at - (char *)bytes) + 3;
			memcpy(f->nonce, line + 1, 16);
			memcpy(f->first, line + 17, KNOWN);
			n_files++;
			return true;
		}
	}
	return false;
}

static uint8_t *
load(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	uint8_t *bytes = NULL;
	struct stat st;

	if (in == NULL || fstat(fileno(in), &st) != 0)
		exit(2);
	bytes = malloc((size_t)st.st_size + 64);
	if (bytes == NULL)
		exit(2);
	*size = fread(bytes, 1, (size_t)st.st_size, in);
	memset(bytes + *size, 0, 64);
	fclose(in);
	return bytes;
}

static void
take_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct stat st;
	char path[300];
	size_t size;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) >= (int)sizeof(path) ||
		    lstat(path, &st) != 0)
			exit(2);
		if (S_ISDIR(st.st_mode))
			take_folder(path);
		else if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".age") == 0 &&
			 n_files < FILES_MAX) {
			uint8_t *bytes = load(path, &size);

			(void)take_file(path, bytes, size);
		}
	}
	if (dir != NULL)
		closedir(dir);
}

/* ---- candidates ------------------------------------------------------------------------ */

static void
opens(const struct file *f, const char *as)
{
	printf("%s opens as %s\n", f->path, as);
	found++;
}

static void
try_file_key(const struct file *f, const uint8_t key[16], const char *as)
{
	uint8_t hmac_key[32];
	struct ev_hash mac;

	ev_hkdf(key, 16, NULL, 0, "header", hmac_key);
	ev_hmac(hmac_key, 32, f->header, f->header_len, &mac);
	if (memcmp(mac.b, f->mac, 32) == 0)
		opens(f, as);
}

/* Packs begin with a zstd frame, key files with a comment. */
static void
try_payload_key(const struct file *f, const uint8_t key[32])
{
	static const uint8_t zstd[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint8_t plain[KNOWN], nonce[12] = { 0 };

	/* The first chunk is the last one, too, or it is not. */
	for (nonce[11] = 0; nonce[11] < 2; nonce[11]++) {
		crypto_stream_chacha20_ietf_xor_ic(plain, f->first, KNOWN, nonce, 1, key);
		if (memcmp(plain, zstd, sizeof(zstd)) == 0 || memcmp(plain, "# evault", KNOWN) == 0)
			opens(f, "the key of its payload");
	}
}

static void
try_wrap_key(const struct file *f, const struct stanza *s, const uint8_t key[32], const char *as)
{
	static const uint8_t nonce[12] = { 0 };
	uint8_t file_key[16];

	if (crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, s->body, 32, NULL, 0,
						      nonce, key) == 0)
		try_file_key(f, file_key, as);
}

static void
try_shared(const struct file *f, const struct stanza *s, const uint8_t shared[32],
	   const uint8_t public[32], const char *as)
{
	uint8_t salt[64], wrap[32];

	memcpy(salt, s->share, 32);
	memcpy(salt + 32, public, 32);
	ev_hkdf(shared, 32, salt, 64, "age-encryption.org/v1/X25519", wrap);
	try_wrap_key(f, s, wrap, as);
}

static void
try_secret(const uint8_t secret[32])
{
	uint8_t public[32], shared[32];
	size_t i, k;

	crypto_scalarmult_curve25519_base(public, secret);
	for (i = 0; i < n_files; i++)
		for (k = 0; k < files[i].n; k++) {
			const struct stanza *s = &files[i].stanzas[k];

			if (memcmp(public, s->share, 32) == 0 &&
			    crypto_scalarmult_curve25519(shared, secret, recipient) == 0)
				try_shared(&files[i], s, shared, recipient, "its sender's secret");
			if (crypto_scalarmult_curve25519(shared, secret, s->share) == 0)
				try_shared(&files[i], s, shared, public, "a secret key");
		}
}

/* The costly part of that, only if it is of somebody. */
static void
try_random_secret(const uint8_t secret[32])
{
	uint8_t public[32];
	bool known;
	size_t i, k;

	crypto_scalarmult_curve25519_base(public, secret);
	known = memcmp(public, recipient, 32) == 0;
	for (i = 0; i < n_files; i++)
		for (k = 0; k < files[i].n; k++)
			known = known || memcmp(public, files[i].stanzas[k].share, 32) == 0;
	if (known)
		try_secret(secret);
}

static size_t
distinct(const uint8_t *bytes, size_t n)
{
	bool seen[256] = { false };
	size_t i, d = 0;

	for (i = 0; i < n; i++) {
		d += !seen[bytes[i]];
		seen[bytes[i]] = true;
	}
	return d;
}

static void
try_window(const uint8_t *at)
{
	size_t i, k;

	if (distinct(at, 16) < DISTINCT_16)
		return;
	for (i = 0; i < n_files; i++)
		try_file_key(&files[i], at, "its file key");
	if (distinct(at, 32) < DISTINCT_32)
		return;
	for (i = 0; i < n_files; i++) {
		try_payload_key(&files[i], at);
		for (k = 0; k < files[i].n; k++) {
			try_wrap_key(&files[i], &files[i].stanzas[k], at,
				     "the key that wraps its key");
			try_shared(&files[i], &files[i].stanzas[k], at, recipient,
				   "what two keys agree upon");
		}
	}
	try_random_secret(at);
}

static void
try_texts(const uint8_t *bytes, size_t size)
{
	static const char word[] = "AGE-SECRET-KEY-1";
	struct ev_age_identity identity;
	uint8_t raw[32];
	size_t i;

	for (i = 0; i + 74 <= size; i++) {
		if (memcmp(bytes + i, word, strlen(word)) == 0 &&
		    ev_age_identity_parse(ev_slice_of(bytes + i, 74), &identity, NULL) == EVAULT_OK)
			try_secret(identity.b);
		if (ev_hex_decode(ev_slice_of(bytes + i, 64), raw, 32)) {
			try_window(raw);
			try_secret(raw);
		}
	}
}

static void
try_bytes(const char *path)
{
	size_t size, i, tried = 0;
	uint8_t *bytes = load(path, &size);

	for (i = 0; i + 32 <= size + 16; i += 4) {
		tried += distinct(bytes + i, 16) >= DISTINCT_16;
		try_window(bytes + i);
	}
	try_texts(bytes, size);
	printf("# %s: %zu places looked like a key, of %zu bytes\n", path, tried, size);
	free(bytes);
}

/* ---- planting ---------------------------------------------------------------------------- */

static void
put(FILE *out, const uint8_t *key, size_t len)
{
	uint8_t noise[1000];

	randombytes_buf(noise, sizeof(noise));
	fwrite(noise, 1, sizeof(noise), out);
	fwrite(key, 1, len, out);
}

static void
plant_in(const struct file *f, const struct ev_age_identity *identity, FILE *out)
{
	static const uint8_t nonce[12] = { 0 };
	uint8_t salt[64], shared[32], wrap[32], file_key[16], payload[32];
	size_t k;

	memcpy(salt + 32, recipient, 32);
	for (k = 0; k < f->n; k++) {
		memcpy(salt, f->stanzas[k].share, 32);
		if (crypto_scalarmult_curve25519(shared, identity->b, salt) != 0)
			continue;
		ev_hkdf(shared, 32, salt, 64, "age-encryption.org/v1/X25519", wrap);
		if (crypto_aead_chacha20poly1305_ietf_decrypt(
			file_key, NULL, NULL, f->stanzas[k].body, 32, NULL, 0, nonce, wrap) != 0)
			continue;
		ev_hkdf(file_key, 16, f->nonce, 16, "payload", payload);
		put(out, shared, 32);
		put(out, wrap, 32);
		put(out, file_key, 16);
		put(out, payload, 32);
	}
}

static int
plant(const char *key_file, const char *path)
{
	struct ev_age_identity *identity = ev_secret_new(sizeof(*identity));
	struct ev_age_recipient public;
	FILE *out = fopen(path, "wb");
	size_t size, n, i;
	uint8_t *text = load(key_file, &size);

	if (identity == NULL || out == NULL ||
	    ev_age_identity_file(ev_slice_of(text, size), identity, 1, &n, NULL) != EVAULT_OK)
		return 2;
	ev_age_identity_recipient(identity, &public);
	memcpy(recipient, public.b, 32);
	for (i = 0; i < n_files; i++)
		plant_in(&files[i], identity, out);
	put(out, identity->b, 32);
	put(out, recipient, 32);
	free(text);
	return fclose(out) == 0 ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct ev_age_recipient to;
	int i;

	if (argc < 5 || sodium_init() < 0 || ev_secret_start(NULL) != EVAULT_OK) {
		fprintf(stderr, "usage: trykeys try VAULT RECIPIENT BYTES…\n"
				"       trykeys plant VAULT KEYFILE OUT\n");
		return 2;
	}
	take_folder(argv[2]);
	if (n_files == 0)
		return 2;
	if (strcmp(argv[1], "plant") == 0)
		return plant(argv[3], argv[4]);
	if (ev_age_recipient_parse(ev_slice_text(argv[3]), &to, NULL) != EVAULT_OK)
		return 2;
	memcpy(recipient, to.b, 32);
	for (i = 4; i < argc; i++)
		try_bytes(argv[i]);
	return found > 0;
}
