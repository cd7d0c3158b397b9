/* Share notes: what is read has the text that is made of it again. */
#include <stdint.h>
#include <stdlib.h>

#include "format/share_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_share_note s;
	struct ev_note note;

	if (ev_share_note_parse(ev_slice_of(data, size), &s, &note, NULL) != EVAULT_OK)
		return 0;
	ev_share_note_text(&s, &text);
	if (!ev_slice_equal(note.text, ev_slice_of(text.data, text.len)))
		abort();
	ev_buf_release(&text);
	return 0;
}
