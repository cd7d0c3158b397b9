/*
 * Proofs of consistency: what is read is written again as it was; and no
 * chance proof leads from a root that was fixed before to another one.
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
	struct ev_consistency c;

	if (ev_consistency_parse(bytes, &c, NULL) != EVAULT_OK)
		return 0;
	ev_consistency_encode(&again, &c);
	if (!ev_slice_equal(ev_slice_of(again.data, again.len), bytes))
		abort();
	ev_buf_release(&again);
	ev_hash_of("one", 3, &c.from_root);
	ev_hash_of("other", 5, &c.to_root);
	if (ev_consistency_verify(&c))
		abort();
	return 0;
}
