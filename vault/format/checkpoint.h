/*
 * Checkpoints (C2SP tlog-checkpoint.md).
 */
#ifndef EV_FORMAT_CHECKPOINT_H
#define EV_FORMAT_CHECKPOINT_H

#include "format/merkle.h"
#include "format/note.h"

struct ev_checkpoint {
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t size;
	struct ev_hash root;
};

/* Appends the note's text: three lines. */
void ev_checkpoint_text(const struct ev_checkpoint *c, struct ev_buf *out);
/* Exactly three lines; extension lines are E_FORMAT (a log of ours has none). */
enum evault_status ev_checkpoint_parse(struct ev_slice text, struct ev_checkpoint *c,
				       struct evault_error *err);
/* The signed note. */
enum evault_status ev_checkpoint_sign(const struct ev_checkpoint *c, const struct ev_verifier *log,
				      const struct ev_signing_seed *seed, struct ev_buf *note,
				      struct evault_error *err);
/*
 * Parses a note, and verifies the log's signature on it.  E_FORMAT; E_KEY
 * when it is another log's; E_DAMAGED.  Cosignatures by others are passed over
 * when `cosigned`, and E_FORMAT otherwise.
 */
enum evault_status ev_checkpoint_open(struct ev_slice note, const struct ev_verifier *log,
				      bool cosigned, struct ev_checkpoint *c,
				      struct evault_error *err);

#endif
