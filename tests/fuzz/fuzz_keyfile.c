/* Key files: what is decoded is encoded to the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "format/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct ev_slice text, enum evault_status rc, struct ev_buf *again)
{
	if (rc != EVAULT_OK || !ev_slice_equal(ev_slice_of(again->data, again->len), text))
		abort();
	ev_buf_wipe(again);
}

static void
all_three(struct ev_slice text)
{
	struct ev_buf again = EV_BUF_INIT;
	struct ev_write_key w;
	struct ev_read_key r;
	struct ev_slot s;

	if (ev_slot_decode(text, &s, NULL) == EVAULT_OK)
		check(text, ev_slot_encode(&s, &again, NULL), &again);
	if (ev_read_key_decode(text, &r, NULL) == EVAULT_OK)
		check(text, ev_read_key_encode(&r, &again, NULL), &again);
	if (ev_write_key_decode(text, &w, NULL) == EVAULT_OK)
		check(text, ev_write_key_encode(&w, &again, NULL), &again);
}

/* As it is, and as lines that are padded as they must be. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf page = EV_BUF_INIT;

	if (ev_secret_start(NULL) != EVAULT_OK)
		abort();
	all_three(ev_slice_of(data, size));
	if (size > EV_KEYFILE_MAX)
		return 0;
	ev_buf_add(&page, data, size);
	ev_buf_puts(&page, "#");
	ev_buf_fill(&page, '.', EV_KEYFILE_SIZE - 1 - (size + 1) % EV_KEYFILE_SIZE);
	ev_buf_puts(&page, "\n");
	all_three(ev_slice_of(page.data, page.len));
	ev_buf_release(&page);
	return 0;
}
