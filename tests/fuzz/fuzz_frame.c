/*
 * The first three bytes are the length that is expected, little endian; the
 * rest is the frame.  What decodes must come back from our own encoder.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
again(struct ev_frame_decoder *d, const uint8_t *content, size_t len)
{
	struct ev_frame_encoder *e = ev_frame_encoder_new();
	struct ev_buf frame = EV_BUF_INIT;
	uint8_t *back = malloc(len);

	must(e != NULL && back != NULL);
	must(ev_frame_encode(e, content, len, &frame, NULL) == EVAULT_OK);
	must(frame.len <= EV_FRAME_SEALED_MAX);
	must(ev_frame_decode(d, ev_slice_of(frame.data, frame.len), back, len, NULL) == EVAULT_OK);
	must(memcmp(back, content, len) == 0);
	free(back);
	ev_buf_release(&frame);
	ev_frame_encoder_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_frame_decoder *d = ev_frame_decoder_new();
	uint8_t *out;
	size_t len;

	must(d != NULL);
	if (size >= 3) {
		len = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
		out = malloc(len + 1);
		must(out != NULL);
		if (ev_frame_decode(d, ev_slice_of(data + 3, size - 3), out, len, NULL) ==
		    EVAULT_OK) {
			must(len >= 1 && len <= EV_FRAME_MAX);
			again(d, out, len);
		}
		free(out);
	}
	ev_frame_decoder_free(d);
	return 0;
}
