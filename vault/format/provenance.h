/*
 * Where a record was received from, and what it was there (FORMAT.md, Record,
 * Received).  All of it is in the record: the lines that the other vault's
 * record has, under other names where these mean something here, and one line
 * that says which entry that was.
 */
#ifndef EV_FORMAT_PROVENANCE_H
#define EV_FORMAT_PROVENANCE_H

#include "format/record.h"

enum {
	EV_PROVENANCE_MAX = 6,         /* vaults in a row: a name has at most 32 bytes */
	EV_PROVENANCE_TEXT_SIZE = 152, /* "<64 hex> <index> <64 hex>" and its NUL fit */
};

/* An entry of another vault. */
struct ev_provenance {
	struct ev_hash origin; /* the digits after "evault/" */
	uint64_t index;
	struct ev_hash digest; /* of its record */
};
/* The value of `source`, and back; false when it is none. */
bool ev_provenance_parse(struct ev_slice value, struct ev_provenance *p);
void ev_provenance_text(const struct ev_provenance *p, char out[EV_PROVENANCE_TEXT_SIZE]);

/* An entry that a received record is about: here. */
struct ev_provenance_about {
	uint64_t index;
	struct ev_hash digest;
};
/*
 * Appends the record that keeps the record `text` of entry `from`.  E_LIMIT:
 * it does not fit into a record, or came through too many vaults;
 * E_FORMAT: `text` is no record, or withholds where it was received from.
 */
enum evault_status ev_provenance_wrap(struct ev_slice text, const struct ev_provenance *from,
				      const struct ev_provenance_about *abouts, size_t n,
				      struct ev_buf *out, struct evault_error *err);
/* Appends the record that `text` was received as: what ev_provenance_wrap was given, line by line.
 */
enum evault_status ev_provenance_unwrap(struct ev_slice text, struct ev_buf *out,
					struct evault_error *err);
/*
 * The entries that the record was received as, the nearest first; *n is 0 for
 * one that was recorded here.  Each was made again, and has the digest
 * that it must have; otherwise E_DAMAGED.  E_NOMEM.
 */
enum evault_status ev_provenance_read(const struct ev_record *record,
				      struct ev_provenance chain[EV_PROVENANCE_MAX], size_t *n,
				      struct evault_error *err);

#endif
