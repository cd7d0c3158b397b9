/* Lines that are read must be written again byte for byte, and have tar headers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_cursor c = ev_cursor_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	uint64_t expected = 0, before = 0;
	uint8_t block[EV_TAR_BLOCK];
	char name[EV_MEMBER_NAME_SIZE];
	struct ev_member m;
	size_t done = 0;

	while (c.left > 0 && ev_member_table_next(&c, &expected, &m, NULL) == EVAULT_OK) {
		ev_member_table_add(&again, &m);
		ev_member_name(&m, name);
		if (!ev_tar_header(block, ev_slice_text(name), m.size))
			abort();
		if (m.offset != before || expected != before + ev_tar_member_size(m.size))
			abort();
		before = expected;
		done = size - c.left;
	}
	if (!ev_slice_equal(ev_slice_of(data, done), ev_slice_of(again.data, again.len)))
		abort();
	ev_buf_release(&again);
	return 0;
}
