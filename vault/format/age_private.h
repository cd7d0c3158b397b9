/*
 * The parts of age.h that its files share: the header (age_header.c), the
 * wrapping of file keys (age_stanza.c), and the chunks of the payload
 * (age_stream.c).
 */
#ifndef EV_FORMAT_AGE_PRIVATE_H
#define EV_FORMAT_AGE_PRIVATE_H

#include "format/aead.h"
#include "format/age.h"
#include "format/hash.h"

/* What a file's key and payload key live in: locked memory. */
struct ev_age_keys {
	uint8_t file[EV_AGE_FILE_KEY];
	uint8_t payload[32];
};

/* ---- stanzas ----------------------------------------------------------- */

enum {
	EV_AGE_ARGS = 3,       /* as many arguments are kept */
	EV_AGE_BODY_LINE = 48, /* bytes of a full line of a body */
	EV_AGE_WRAPPED = EV_AGE_FILE_KEY + EV_AGE_TAG,
};

/* Slices point into the header. */
struct ev_age_stanza {
	struct ev_slice args[EV_AGE_ARGS];
	size_t n_args; /* all of them */
	uint8_t body[EV_AGE_BODY_LINE];
	size_t body_len; /* all of it; `body` holds the first line */
};

/* Reads one stanza of form; false when there is none. */
bool ev_age_stanza_next(struct ev_cursor *c, struct ev_age_stanza *s);
/* Which kind it is, and that a kind we know is well made.  E_FORMAT, E_LIMIT. */
enum evault_status ev_age_stanza_check(const struct ev_age_stanza *s, enum ev_age_kind *kind,
				       struct evault_error *err);
/*
 * Unwraps the file key of a stanza that was checked.  *found tells whether it
 * did.  E_FORMAT for a share of low order; E_NOMEM.
 */
enum evault_status ev_age_stanza_unwrap(const struct ev_age_stanza *s,
					const struct ev_age_with *with,
					uint8_t file_key[EV_AGE_FILE_KEY], bool *found,
					struct evault_error *err);
/* Appends a stanza for each recipient, or one for the passphrase.  E_USAGE, E_NOMEM. */
enum evault_status ev_age_stanza_wrap(const struct ev_age_to *to,
				      const uint8_t file_key[EV_AGE_FILE_KEY], struct ev_buf *out,
				      struct evault_error *err);

/* ---- header ------------------------------------------------------------ */

/* A header that arrives in pieces. */
struct ev_age_head {
	struct ev_buf bytes;
	size_t line; /* where the line being read starts */
	bool complete;
};

/*
 * Takes what belongs to the header from the start of `data`; *used bytes of
 * it.  Refuses early what cannot become one.  E_FORMAT, E_VERSION, E_LIMIT.
 */
enum evault_status ev_age_head_feed(struct ev_age_head *head, const uint8_t *data, size_t len,
				    size_t *used, struct evault_error *err);
/* E_FORMAT unless complete. */
enum evault_status ev_age_head_ask(const struct ev_age_head *head, struct evault_error *err);
enum evault_status ev_age_head_kind(const struct ev_age_head *head, enum ev_age_kind *kind,
				    struct evault_error *err);
/* Finds the file key and verifies the header's MAC with it. */
enum evault_status ev_age_head_open(const struct ev_age_head *head, const struct ev_age_with *with,
				    uint8_t file_key[EV_AGE_FILE_KEY], struct evault_error *err);
void ev_age_head_release(struct ev_age_head *head);

/*
 * Makes the keys of a new file and appends its header and nonce.  E_USAGE,
 * E_LIMIT, E_NOMEM.
 */
enum evault_status ev_age_head_make(const struct ev_age_to *to, struct ev_age_keys *keys,
				    struct ev_buf *out, struct evault_error *err);

/* ---- payload ----------------------------------------------------------- */

/* Fills keys->payload from keys->file. */
void ev_age_payload_key(struct ev_age_keys *keys, const uint8_t nonce[EV_AGE_NONCE]);
/* `index` counts from 0.  Writes len + EV_AGE_TAG bytes. */
void ev_age_chunk_seal(struct ev_aead *aead, uint64_t index, bool last, const uint8_t *plain,
		       size_t len, uint8_t *sealed);
/* Writes len - EV_AGE_TAG bytes; zeros when false. */
bool ev_age_chunk_open(struct ev_aead *aead, uint64_t index, bool last, const uint8_t *sealed,
		       size_t len, uint8_t *plain);
/*
 * Opens a full chunk that may be any one of the payload; *last tells whether
 * it is marked as the last one.  E_DAMAGED.
 */
enum evault_status ev_age_chunk_open_full(struct ev_aead *aead, uint64_t index,
					  const uint8_t *sealed, uint8_t *plain, bool *last,
					  struct evault_error *err);
/* Opens what the payload ends with, `len` bytes up to a full chunk.  E_DAMAGED. */
enum evault_status ev_age_chunk_open_end(struct ev_aead *aead, uint64_t index,
					 const uint8_t *sealed, size_t len, uint8_t *plain,
					 struct evault_error *err);
/* E_DAMAGED: there are bytes after the last chunk. */
enum evault_status ev_age_fail_goes_on(struct evault_error *err);

#endif
