/*
 * age v1 (C2SP age.md): X25519 and scrypt recipients, header, payload STREAM.
 * Pure: bytes in, bytes out.  Nothing is handed on before it is
 * authenticated; wrong keys, wrong headers and wrong payloads are different
 * errors.  Armor is in armor.h, Bech32 in bech32.h.
 *
 * Statuses of reading: E_FORMAT the header is not age v1, or the file was cut
 * short before its first chunk; E_VERSION another version of age; E_KEY no
 * identity given opens it; E_DAMAGED a MAC or a chunk does not match, or the
 * payload was cut short or goes on; E_LIMIT a work factor above the bound.
 */
#ifndef EV_FORMAT_AGE_H
#define EV_FORMAT_AGE_H

#include "base/bytes.h"
#include "base/secret.h"
#include "base/worker.h"

#define EV_AGE_VERSION "age-encryption.org/v1" /* the first line of a file */

enum {
	EV_AGE_CHUNK = 65536, /* plaintext bytes of a full chunk */
	EV_AGE_TAG = 16,
	EV_AGE_SEALED_CHUNK = EV_AGE_CHUNK + EV_AGE_TAG,
	EV_AGE_NONCE = 16,
	EV_AGE_FILE_KEY = 16,
	EV_AGE_HEADER_MAX = 1 << 20, /* a longer header is E_LIMIT */
	EV_AGE_STANZAS_MAX = 1024,   /* more are E_LIMIT */
	EV_AGE_WORK_MAX = 20,        /* scrypt: largest log2 N that is tried: 1 GiB */
	EV_AGE_WORK_DEFAULT = 18,
};

/* Public: a Curve25519 point.  Secret ones live in locked memory. */
struct ev_age_recipient {
	uint8_t b[32];
};
struct ev_age_identity {
	uint8_t b[32];
};

/* A new identity, into locked memory of the caller. */
void ev_age_identity_make(struct ev_age_identity *identity);
void ev_age_identity_recipient(const struct ev_age_identity *identity,
			       struct ev_age_recipient *recipient);
/* "age1…", "AGE-SECRET-KEY-1…". */
void ev_age_recipient_text(const struct ev_age_recipient *r, char out[EVAULT_RECIPIENT_SIZE]);
void ev_age_identity_text(const struct ev_age_identity *i, char out[EVAULT_IDENTITY_SIZE]);
/* E_FORMAT with a sentence that says what is wrong with it (a secret key given as recipient, …). */
enum evault_status ev_age_recipient_parse(struct ev_slice text, struct ev_age_recipient *r,
					  struct evault_error *err);
enum evault_status ev_age_identity_parse(struct ev_slice text, struct ev_age_identity *i,
					 struct evault_error *err);
/*
 * An identity file: lines that are empty, begin with '#', or are an identity.
 * Writes up to `max` identities; E_FORMAT for other lines (which are not
 * repeated in the message) or for none at all; E_LIMIT for more than max.
 */
enum evault_status ev_age_identity_file(struct ev_slice text, struct ev_age_identity *out,
					size_t max, size_t *n, struct evault_error *err);

/* What a file is sealed to, or opened with.  Pointers are borrowed. */
struct ev_age_to {
	const struct ev_age_recipient *recipients; /* n_recipients of them, or a passphrase */
	size_t n_recipients;
	const char *passphrase;
	unsigned work_factor; /* log2 N, 1 to EV_AGE_WORK_MAX */
};
struct ev_age_with {
	const struct ev_age_identity *identities;
	size_t n_identities;
	const char *passphrase; /* may be NULL */
};

/* ---- streaming ------------------------------------------------------- */

struct ev_age_sealer;

/*
 * Starts a file: makes a file key and a nonce, writes header and nonce to
 * `out`.  All sealed bytes go to `out` in calls of at most one sealed chunk.
 * Takes about 200 KiB.  E_NOMEM, E_USAGE (no recipient), what `out` returns.
 */
enum evault_status ev_age_sealer_new(const struct ev_age_to *to, struct ev_sink out,
				     struct ev_age_sealer **sealer, struct evault_error *err);
/*
 * From now on each chunk is a piece of this worker's ring, of at least
 * EV_WORKER_PIECE bytes, and not given to `out`: sealed where the worker has
 * much to do, else open.  The worker gives each piece, in order, to
 * ev_age_sealer_pass: it is sealed where it is not, and its sealed bytes are
 * lent until the next call.  E_CANCELLED when keys are wiped.
 */
void ev_age_sealer_hand_over(struct ev_age_sealer *s, struct ev_worker *to);
enum evault_status ev_age_sealer_pass(struct ev_age_sealer *s, struct ev_slice piece,
				      struct ev_slice *sealed, struct evault_error *err);
enum evault_status ev_age_sealer_update(struct ev_age_sealer *s, const uint8_t *data, size_t len,
					struct evault_error *err);
/* Writes the last chunk; call once. */
enum evault_status ev_age_sealer_finish(struct ev_age_sealer *s, struct evault_error *err);
void ev_age_sealer_free(struct ev_age_sealer *s);

struct ev_age_opener;

/*
 * Opens a file that arrives in pieces of any size; plaintext goes to `out`
 * chunk by chunk, each one authenticated.  `with` is borrowed until the
 * header has been read.
 */
enum evault_status ev_age_opener_new(const struct ev_age_with *with, struct ev_sink out,
				     struct ev_age_opener **opener, struct evault_error *err);
enum evault_status ev_age_opener_update(struct ev_age_opener *o, const uint8_t *data, size_t len,
					struct evault_error *err);
/* E_DAMAGED when no final chunk was there. */
enum evault_status ev_age_opener_finish(struct ev_age_opener *o, struct evault_error *err);
void ev_age_opener_free(struct ev_age_opener *o);

/* ---- at any offset ---------------------------------------------------- */

struct ev_age_reader;

/*
 * Reads a sealed file at any offset of its plaintext.  Verifies the header
 * and the last chunk (and so the length) at once; keeps one chunk decrypted.
 */
enum evault_status ev_age_reader_new(const struct ev_age_with *with, struct ev_source in,
				     struct ev_age_reader **reader, struct evault_error *err);
uint64_t ev_age_reader_size(const struct ev_age_reader *r);
/* Exactly len bytes; E_DAMAGED past the end. */
enum evault_status ev_age_reader_at(struct ev_age_reader *r, uint64_t offset, uint8_t *out,
				    size_t len, struct evault_error *err);
void ev_age_reader_free(struct ev_age_reader *r);

/* ---- whole small files ------------------------------------------------ */

/* Appends the sealed file. */
enum evault_status ev_age_seal(const struct ev_age_to *to, struct ev_slice plain,
			       struct ev_buf *sealed, struct evault_error *err);
/* Appends the plaintext; nothing is appended on failure, and what was is wiped. */
enum evault_status ev_age_open(const struct ev_age_with *with, struct ev_slice sealed,
			       struct ev_buf *plain, struct evault_error *err);

enum ev_age_kind {
	EV_AGE_X25519,  /* at least one X25519 stanza */
	EV_AGE_SCRYPT,  /* a passphrase */
	EV_AGE_FOREIGN, /* valid, with stanzas that we do not know */
};
/* Looks at the header alone: how would this be opened?  E_FORMAT, E_VERSION, E_LIMIT. */
enum evault_status ev_age_inspect(struct ev_slice sealed, enum ev_age_kind *kind,
				  struct evault_error *err);
/* Size of the sealed form of `plain` bytes, after a header of `header` bytes. */
uint64_t ev_age_sealed_size(uint64_t plain, uint64_t header);

#endif
