/* The index's hint: what is read is in order, and is written again as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ev_index_hint hint;
	static const struct ev_index_hint none;
	uint8_t page[EV_PAGE_SIZE] = { 0 }, again[EV_PAGE_SIZE];
	uint32_t i;

	memcpy(page, data, size < sizeof(page) ? size : sizeof(page));
	if (!ev_index_hint_decode(page, &hint)) {
		if (memcmp(&hint, &none, sizeof(hint)) != 0)
			abort();
		return 0;
	}
	for (i = 0; i < hint.n; i++)
		if (hint.changing[i] >= hint.size ||
		    (i > 0 && hint.changing[i] <= hint.changing[i - 1]))
			abort();
	ev_index_hint_encode(&hint, again);
	if (hint.size == 0 || memcmp(page, again, sizeof(page)) != 0)
		abort();
	return 0;
}
