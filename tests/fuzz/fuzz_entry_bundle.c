/* Entry bundles: the entries, put together again, are the bundle. */
#include <stdint.h>
#include <stdlib.h>

#include "format/merkle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice bytes = ev_slice_of(data, size), entry;
	struct ev_cursor c = ev_cursor_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	struct ev_merkle m;
	struct ev_hash leaf;

	ev_merkle_init(&m);
	while (c.left > 0 && !c.bad) {
		entry = ev_tile_entry_next(&c);
		if (c.bad)
			break;
		ev_merkle_leaf(entry.data, entry.len, &leaf);
		ev_merkle_append(&m, &leaf);
		if (ev_tile_entry_add(&again, entry, NULL) != EVAULT_OK)
			abort();
	}
	if (!c.bad && !ev_slice_equal(ev_slice_of(again.data, again.len), bytes))
		abort();
	ev_buf_release(&again);
	return 0;
}
