/* Drafts: what is taken is what the writer writes. */
#include <stdint.h>
#include <stdlib.h>

#include "format/draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = { NULL, 0 };
	struct ev_buf again = EV_BUF_INIT;
	struct ev_record said;

	/* The padding is not for a fuzzer to find: the rest, padded. */
	if (size > 0 && data[0] == '+') {
		ev_buf_add(&again, data + 1, size - 1);
		ev_buf_fill(&again, 0, (size_t)ev_draft_padding(again.len));
	} else {
		ev_buf_add(&again, data, size);
	}
	ev_record_init(&said);
	if (ev_draft_parse(ev_slice_of(again.data, again.len), &said, &text, NULL) == EVAULT_OK) {
		struct ev_buf made = EV_BUF_INIT;

		ev_draft_head(&made, &said, text.len);
		ev_buf_add(&made, text.data, text.len);
		ev_buf_fill(&made, 0, (size_t)ev_draft_padding(made.len));
		must(ev_slice_equal(ev_slice_of(made.data, made.len),
				    ev_slice_of(again.data, again.len)));
		ev_buf_release(&made);
	} else {
		must(said.n == 0 && said.text.data == NULL);
	}
	ev_record_release(&said);
	ev_buf_release(&again);
	return 0;
}
