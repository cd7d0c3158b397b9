/*
 * Base64 of each kind, and hex: any bytes come back as they were; what a
 * decoder takes is what its encoder writes.
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

static void
try_base64(struct ev_slice in, enum ev_base64 kind, uint8_t *room)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t len = 0;

	ev_base64_encode(&text, kind, in.data, in.len);
	need(ev_base64_decode(ev_slice_of(text.data, text.len), kind, room, in.len, &len));
	need(ev_slice_equal(ev_slice_of(room, len), in));
	ev_buf_clear(&text);
	if (ev_base64_decode(in, kind, room, in.len, &len)) {
		ev_base64_encode(&text, kind, room, len);
		need(ev_slice_equal(ev_slice_of(text.data, text.len), in));
		need(len == 0 || !ev_base64_decode(in, kind, room, len - 1, &len));
	}
	ev_buf_release(&text);
}

static void
try_hex(struct ev_slice in, uint8_t *room)
{
	char *text = malloc(2 * in.len + 1);

	need(text != NULL);
	ev_hex_encode(in.data, in.len, text);
	need(ev_hex_decode(ev_slice_text(text), room, in.len));
	need(ev_slice_equal(ev_slice_of(room, in.len), in));
	if (ev_hex_decode(in, room, in.len / 2)) {
		ev_hex_encode(room, in.len / 2, text);
		need(ev_slice_is(in, text));
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice in = ev_slice_of(data, size);
	uint8_t *room = malloc(size + 1);

	need(room != NULL);
	try_base64(in, EV_BASE64_STD, room);
	try_base64(in, EV_BASE64_STD_RAW, room);
	try_base64(in, EV_BASE64_URL_RAW, room);
	try_hex(in, room);
	free(room);
	return 0;
}
