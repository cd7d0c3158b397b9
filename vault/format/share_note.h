/*
 * The share note of a bundle (FORMAT.md, Bundle): for whom it was made, from
 * which tree, and the hash of the tag manifest, which has the hash of
 * everything else.  Signed by who made it, and by nobody else.
 */
#ifndef EV_FORMAT_SHARE_NOTE_H
#define EV_FORMAT_SHARE_NOTE_H

#include "format/entry.h"

#define EV_SHARE_TO_PASSPHRASE "passphrase"
#define EV_SHARE_TO_FOLDER     "folder"

struct ev_share_note {
	char origin[EVAULT_ORIGIN_SIZE]; /* of the vault that it is from */
	char to[EVAULT_RECIPIENT_SIZE]; /* "age1…", EV_SHARE_TO_PASSPHRASE or EV_SHARE_TO_FOLDER */
	struct ev_hash tagmanifest;     /* SHA-256 of tagmanifest-sha256.txt */
	int64_t time;                   /* seconds since 1970 */
	uint64_t size;                  /* entries of the tree that the proofs are to, at least 1 */
	struct ev_hash root;            /* its root */
	uint64_t items;                 /* at most `size` */
};

/* Appends the text.  What ev_share_note_parse would refuse is a mistake of the caller. */
void ev_share_note_text(const struct ev_share_note *s, struct ev_buf *out);
/*
 * Parses the signed note; *note are slices of `bytes`.  Checks the form, and
 * that there is one signature, in an actor's name; whose that is, and whether
 * it verifies (ev_note_verify), is for the caller to check.  E_FORMAT;
 * E_LIMIT above EV_NOTE_MAX; E_VERSION.
 */
enum evault_status ev_share_note_parse(struct ev_slice bytes, struct ev_share_note *s,
				       struct ev_note *note, struct evault_error *err);

#endif
