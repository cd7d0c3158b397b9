/* Vault notes: what opens has the text that is made of it again. */
#include <stdint.h>
#include <stdlib.h>

#include "format/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice bytes = ev_slice_of(data, size);
	struct ev_buf text = EV_BUF_INIT;
	struct ev_vault_note v;

	if (ev_vault_note_open(bytes, &v, NULL) != EVAULT_OK)
		return 0;
	ev_vault_note_text(&v, &text);
	if (text.len >= size ||
	    !ev_slice_equal(ev_slice_of(data, text.len), ev_slice_of(text.data, text.len)))
		abort();
	ev_buf_release(&text);
	return 0;
}
