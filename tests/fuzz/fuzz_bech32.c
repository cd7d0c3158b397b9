/* Bech32: what is taken is what the encoder writes; what the encoder writes is taken. */
#include <stdlib.h>
#include <string.h>

#include "format/bech32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	LEN_MAX = 64,
};

static void
need(bool good)
{
	if (!good)
		abort();
}

static void
decode(const char *hrp, struct ev_slice text, size_t len)
{
	uint8_t bytes[LEN_MAX];
	char back[EV_BECH32_SIZE(16, LEN_MAX)];

	if (!ev_bech32_decode(text, hrp, bytes, len))
		return;
	ev_bech32_encode(hrp, bytes, len, back);
	need(ev_slice_is(text, back));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hrps[] = { "age", "AGE-SECRET-KEY-", "AGE" };
	uint8_t back[LEN_MAX];
	char text[EV_BECH32_SIZE(16, LEN_MAX)];
	size_t i, len;

	for (i = 0; i < sizeof(hrps) / sizeof(hrps[0]); i++) {
		for (len = 0; len <= LEN_MAX; len++)
			decode(hrps[i], ev_slice_of(data, size), len);
		len = size < LEN_MAX ? size : LEN_MAX;
		ev_bech32_encode(hrps[i], data, len, text);
		need(ev_bech32_decode(ev_slice_text(text), hrps[i], back, len));
		need(len == 0 || memcmp(back, data, len) == 0);
	}
	return 0;
}
