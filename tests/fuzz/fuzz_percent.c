/*
 * Percent encoding: any bytes come back as they were; what the decoder takes
 * is what the encoder writes.
 */
#include <stdlib.h>

#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf text = EV_BUF_INIT, back = EV_BUF_INIT;
	struct ev_slice in = ev_slice_of(data, size);
	size_t i;

	ev_percent_encode(&text, in);
	for (i = 0; i < text.len; i++)
		need(text.data[i] >= 0x20 && text.data[i] != 0x7F);
	need(ev_percent_decode(&back, ev_slice_of(text.data, text.len)));
	need(ev_slice_equal(ev_slice_of(back.data, back.len), in));
	ev_buf_clear(&back);
	ev_buf_clear(&text);
	if (ev_percent_decode(&back, in)) {
		ev_percent_encode(&text, ev_slice_of(back.data, back.len));
		need(ev_slice_equal(ev_slice_of(text.data, text.len), in));
	} else {
		need(back.len == 0);
	}
	ev_buf_release(&text);
	ev_buf_release(&back);
	return 0;
}
