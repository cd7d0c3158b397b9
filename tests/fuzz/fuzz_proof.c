/*
 * tlog-proofs: what has no extra data is written again as it was read; and
 * no chance proof leads from a fixed leaf to a root of its own checkpoint.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/tlog_proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice bytes = ev_slice_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	struct ev_checkpoint c;
	struct ev_proof p;
	struct ev_hash leaf;
	struct ev_note note;

	if (ev_proof_parse(bytes, &p, NULL) != EVAULT_OK)
		return 0;
	if (ev_proof_encode(p.index, p.proof, p.n, p.checkpoint, &again, NULL) != EVAULT_OK)
		abort();
	if (!ev_slice_starts(bytes, "c2sp.org/tlog-proof@v1\nextra ") &&
	    !ev_slice_equal(ev_slice_of(again.data, again.len), bytes))
		abort();
	ev_buf_release(&again);
	if (ev_note_parse(p.checkpoint, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK)
		return 0;
	ev_merkle_leaf("the leaf", 8, &leaf);
	if (ev_merkle_verify(p.index, c.size, &leaf, p.proof, p.n, &c.root))
		abort();
	return 0;
}
