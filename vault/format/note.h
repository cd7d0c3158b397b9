/*
 * Signed notes and verifier keys (C2SP signed-note.md), Ed25519 (type 0x01).
 */
#ifndef EV_FORMAT_NOTE_H
#define EV_FORMAT_NOTE_H

#include "format/hash.h"

enum {
	EV_NOTE_MAX = 65535, /* bytes of a note: what an entry of a log can be */
	EV_NOTE_SIGNATURES_MAX = 64,
	EV_NOTE_NAME_MAX = 255,
	EV_NOTE_SIGNATURE = 4 + 64, /* key ID and Ed25519 signature */
	EV_NOTE_VKEY_SIZE = EV_NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1, /* and its NUL */
};

struct ev_verifier { /* public */
	char name[EV_NOTE_NAME_MAX + 1];
	uint32_t id;
	uint8_t key[32];
};

/* The seed (RFC 8032 private key); in locked memory. */
struct ev_signing_seed {
	uint8_t b[32];
};

/* What signs many notes without deriving it each time; in locked memory. */
struct ev_signing_key {
	uint8_t b[64]; /* the seed, and its public key */
};

/* New random seed, into locked memory of the caller. */
void ev_signing_seed_make(struct ev_signing_seed *seed);
/* The public key of a seed. */
void ev_signing_seed_public(const struct ev_signing_seed *seed, uint8_t key[32]);
/* Into locked memory of the caller. */
void ev_signing_seed_key(const struct ev_signing_seed *seed, struct ev_signing_key *key);

/* Fills the ID; false when the name is none (empty, too long, spaces, '+', control, not UTF-8). */
bool ev_verifier_init(struct ev_verifier *v, const char *name, const uint8_t key[32]);
bool ev_verifier_equal(const struct ev_verifier *a, const struct ev_verifier *b);
void ev_verifier_text(const struct ev_verifier *v, char out[EV_NOTE_VKEY_SIZE]);
/* Type 0x01 only, ID as it must be, canonical base64; E_FORMAT. */
enum evault_status ev_verifier_parse(struct ev_slice vkey, struct ev_verifier *v,
				     struct evault_error *err);

/*
 * A parsed note: slices into the bytes it was parsed from.  Parsing checks
 * the form of everything and no signature.
 */
struct ev_note_signature {
	struct ev_slice name;
	uint32_t id;
	struct ev_slice bytes; /* base64 of ID and signature */
};
/*
 * What a look at a signature has shown, before somebody asks who must have
 * signed.  It is bound to the bytes: of another key, text or signature it says
 * nothing, however it got to a note of that.
 */
struct ev_note_known {
	bool fits;
	struct ev_hash of; /* the key, the signature and the text that fit each other */
};
struct ev_note {
	struct ev_slice text; /* with its last LF, without the blank line */
	struct ev_note_signature signatures[EV_NOTE_SIGNATURES_MAX];
	size_t n_signatures;
	const struct ev_note_known *known; /* borrowed; NULL, as parsing leaves it: nothing */
};

/* What a note can sign: ends in LF, valid UTF-8 (RFC 3629), no control below 0x20 but LF. */
bool ev_note_text_valid(struct ev_slice text);
/* For texts of lines "<key> <value>": passes over the next one, whose key must be this; the value.
 */
struct ev_slice ev_note_value(struct ev_cursor *text, const char *key);
/* Starts from the text alone: adds the blank line. */
void ev_note_begin(struct ev_buf *note, struct ev_slice text);
/*
 * Appends a signature line over `text`, in the name of `signer`.  E_FORMAT
 * when `text` is not valid as above; E_KEY when the seed is not that key's;
 * E_LIMIT above EV_NOTE_MAX; E_NOMEM.  On failure `note` is as it was, or bad.
 */
enum evault_status ev_note_sign(struct ev_buf *note, struct ev_slice text,
				const struct ev_verifier *signer,
				const struct ev_signing_seed *seed, struct evault_error *err);
/* The same with what the seed gives; E_KEY also when all secrets were wiped meanwhile. */
enum evault_status ev_note_sign_with(struct ev_buf *note, struct ev_slice text,
				     const struct ev_verifier *signer,
				     const struct ev_signing_key *key, struct evault_error *err);
/* E_FORMAT; E_LIMIT above EV_NOTE_MAX. */
enum evault_status ev_note_parse(struct ev_slice bytes, struct ev_note *note,
				 struct evault_error *err);
/*
 * Is there a signature with the key's name and ID, and does it verify?
 * EVAULT_OK yes; E_NOT_FOUND there is none by this key; E_DAMAGED there is
 * one and it does not verify (also when only one of several does not).
 */
enum evault_status ev_note_verify(const struct ev_note *note, const struct ev_verifier *key,
				  struct evault_error *err);
/*
 * Compares the first signature by this key.  Needs nothing but its arguments: it may
 * be done on another thread, for a key that may turn out not to be the one.  Where it
 * is, ev_note_verify need not do the same again.
 */
void ev_note_look(const struct ev_note *note, const struct ev_verifier *key,
		  struct ev_note_known *known);

#endif
