/*
 * Proofs as files: C2SP tlog-proof.md, that an entry is in a log; and, in a
 * text of our own (FORMAT.md, Bundle), that one tree goes on from another.
 */
#ifndef EV_FORMAT_TLOG_PROOF_H
#define EV_FORMAT_TLOG_PROOF_H

#include "format/checkpoint.h"

/*
 * Appends index, inclusion proof, and the checkpoint's note verbatim; no
 * extra data.  E_USAGE for more than EV_PROOF_MAX hashes; E_NOMEM.
 */
enum evault_status ev_proof_encode(uint64_t index, const struct ev_hash *proof, size_t n,
				   struct ev_slice checkpoint_note, struct ev_buf *out,
				   struct evault_error *err);
struct ev_proof {
	uint64_t index;
	struct ev_hash proof[EV_PROOF_MAX];
	size_t n;
	struct ev_slice checkpoint; /* the note; a slice of what was parsed */
};
/* An `extra` line is passed over.  E_FORMAT; verifies nothing. */
enum evault_status ev_proof_parse(struct ev_slice text, struct ev_proof *p,
				  struct evault_error *err);
/*
 * Is `entry` (a leaf's bytes) the one at the proof's index in a tree that the
 * log signed?  Cosignatures by others are passed over.  On success *c is that
 * tree's checkpoint.  E_FORMAT when the checkpoint is malformed; E_KEY when
 * another log's; E_DAMAGED when a signature or the proof does not verify.
 */
enum evault_status ev_proof_verify(const struct ev_proof *p, struct ev_slice entry,
				   const struct ev_verifier *log, struct ev_checkpoint *c,
				   struct evault_error *err);

/* That the tree of `to` entries begins with the tree of `from` entries (RFC 6962 2.1.2). */
struct ev_consistency {
	uint64_t from, to; /* 1 <= from <= to */
	struct ev_hash from_root, to_root;
	struct ev_hash proof[EV_CONSISTENCY_MAX];
	size_t n;
};
/* Appends its text.  What ev_consistency_parse would refuse is a mistake of the caller. */
void ev_consistency_encode(struct ev_buf *out, const struct ev_consistency *c);
/* Takes exactly what is written.  E_FORMAT; verifies nothing. */
enum evault_status ev_consistency_parse(struct ev_slice text, struct ev_consistency *c,
					struct evault_error *err);
/* Does the proof lead from one root to the other?  Whose roots they are, is for the caller to say.
 */
bool ev_consistency_verify(const struct ev_consistency *c);

#endif
