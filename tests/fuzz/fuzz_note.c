/* Notes: what parses is made of its parts again, and nothing of it is lost. */
#include <stdint.h>
#include <stdlib.h>

#include "format/note.h"

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
	static const uint8_t key[32] = { 1 };
	struct ev_slice bytes = ev_slice_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	struct ev_verifier v;
	struct ev_note note;
	size_t i;

	if (ev_note_parse(bytes, &note, NULL) != EVAULT_OK)
		return 0;
	must(note.n_signatures >= 1 && note.n_signatures <= EV_NOTE_SIGNATURES_MAX);
	must(ev_note_text_valid(note.text));
	must(ev_verifier_init(&v, "fuzz", key));
	must(ev_note_verify(&note, &v, NULL) != EVAULT_OK);
	ev_note_begin(&again, note.text);
	for (i = 0; i < note.n_signatures; i++) {
		ev_buf_puts(&again, "\xe2\x80\x94 ");
		ev_buf_add(&again, note.signatures[i].name.data, note.signatures[i].name.len);
		ev_buf_puts(&again, " ");
		ev_buf_add(&again, note.signatures[i].bytes.data, note.signatures[i].bytes.len);
		ev_buf_puts(&again, "\n");
	}
	must(ev_slice_equal(ev_slice_of(again.data, again.len), bytes));
	ev_buf_release(&again);
	return 0;
}
