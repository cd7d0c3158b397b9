/* A list that is read must be written again byte for byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = ev_slice_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	uint64_t total;
	uint8_t id[16];

	if (ev_member_list_decode(text, id, &total, NULL) != EVAULT_OK)
		return 0;
	if (total < 1 || total > EV_MEMBER_LISTED_MAX)
		abort();
	ev_member_list_encode(&again, id, total);
	if (!ev_slice_equal(text, ev_slice_of(again.data, again.len)))
		abort();
	ev_buf_release(&again);
	return 0;
}
