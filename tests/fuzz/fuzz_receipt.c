/* Receipts: the ends of what is read are written as the same lines again. */
#include <stdint.h>
#include <stdlib.h>

#include "format/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ITEMS_MAX = 64
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_receipt_item items[ITEMS_MAX];
	struct ev_buf text = EV_BUF_INIT;
	struct ev_receipt_line line;
	struct ev_slice lines;
	struct ev_receipt r;
	struct ev_note note;
	struct ev_cursor c;
	size_t n = 0;

	if (ev_receipt_parse(ev_slice_of(data, size), &r, &note, &lines, NULL) != EVAULT_OK)
		return 0;
	c = ev_cursor_of(lines.data, lines.len);
	while (n + 2 <= ITEMS_MAX && ev_receipt_next(&c, &line)) {
		items[n++] = (struct ev_receipt_item){ line.from, line.result };
		if (line.to != line.from)
			items[n++] = (struct ev_receipt_item){ line.to, line.result };
	}
	if (n == 0)
		abort();
	ev_receipt_text(&r, items, n, &text);
	if (c.left == 0 && !ev_slice_equal(note.text, ev_slice_of(text.data, text.len)))
		abort();
	ev_buf_release(&text);
	return 0;
}
