/*
 * What the tests of receiving share: vaults with something to give, and what is
 * kept with a `receive` record: loaded, altered, and kept by who may write elsewhere.
 */
#ifndef UNIT_RECEIVE_FIXTURE_H
#define UNIT_RECEIVE_FIXTURE_H

#include "vault.h"

/* Entries of the log; 0: it does not open. */
uint64_t receive_entries(const char *dir);
/* Writes that file and adds it, with a witness and consent; the item, or 0. */
uint64_t receive_add(const char *dir, const char *name, const char *text);
/* Shares, with FIXTURE_KEY where nobody is named, in place of what is there. */
bool receive_share(const char *dir, struct evault_share how, const char *out);

/* The last `receive` record of a vault: what it says, and the tar that is kept with it. */
bool kept_load(const char *dir, struct ev_catalog_receive *receive, struct ev_buf *tar);
/* Keeps these bytes as such a tar in that vault. */
bool kept_keep(const char *dir, const struct ev_catalog_receive *says, struct ev_slice tar);

enum kept_change {
	KEPT_ALTER, /* a bit in the middle of its body */
	KEPT_DROP,
	KEPT_DOUBLE,
	KEPT_RENAME, /* its last letter */
};
/* *out is the tar with that done to the member; false: there is none. */
bool kept_edit(const struct ev_buf *tar, struct ev_buf *out, const char *name,
	       enum kept_change change);
/* Adds a member of so many bytes. */
bool kept_add(struct ev_buf *tar, const char *name, size_t size);

/*
 * Keeps a record in `dir` as received from that place, in vault `from`: the
 * record that is there, with its original (and place->digest is filled in); or
 * one of the same form that never was (`is_true` false).
 */
bool kept_claim(const char *dir, struct ev_provenance *place, const char *from, bool is_true);

#endif
