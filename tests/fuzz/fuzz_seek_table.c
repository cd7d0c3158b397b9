/* What is read must be written again byte for byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_table(struct ev_slice frame, size_t n)
{
	struct ev_frame_seek *entries = malloc(n * sizeof(*entries));
	struct ev_buf again = EV_BUF_INIT;
	size_t i;

	if (entries == NULL)
		abort();
	if (ev_frame_seek_decode(frame, entries, n, NULL) == EVAULT_OK) {
		for (i = 0; i < n; i++) {
			if (entries[i].plain > EV_FRAME_MAX)
				abort();
		}
		ev_frame_seek_encode(&again, entries, n);
		if (!ev_slice_equal(frame, ev_slice_of(again.data, again.len)))
			abort();
	}
	ev_buf_release(&again);
	free(entries);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;

	if (size < EV_FRAME_SEEK_FOOTER ||
	    ev_frame_seek_footer(data + size - EV_FRAME_SEEK_FOOTER, &n, NULL) != EVAULT_OK)
		return 0;
	if (n == 0 || n > EV_FRAME_COUNT_MAX)
		abort();
	/* Of another length than the footer says, too. */
	read_table(ev_slice_of(data, size), n);
	if (size > ev_frame_seek_size(n))
		read_table(ev_slice_of(data + size - ev_frame_seek_size(n), ev_frame_seek_size(n)),
			   n);
	return 0;
}
