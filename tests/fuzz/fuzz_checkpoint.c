/* Checkpoints: the text alone, where one has one spelling, and as a note. */
#include <stdint.h>
#include <stdlib.h>

#include "format/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[32] = { 1 };
	struct ev_slice bytes = ev_slice_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	struct ev_checkpoint c;
	struct ev_verifier log;
	struct ev_note note;

	if (!ev_verifier_init(&log, "example.com/log", key))
		abort();
	if (ev_checkpoint_open(bytes, &log, true, &c, NULL) == EVAULT_OK)
		abort();
	if (ev_note_parse(bytes, &note, NULL) == EVAULT_OK)
		bytes = note.text;
	if (ev_checkpoint_parse(bytes, &c, NULL) != EVAULT_OK)
		return 0;
	ev_checkpoint_text(&c, &again);
	if (!ev_slice_equal(ev_slice_of(again.data, again.len), bytes))
		abort();
	ev_buf_release(&again);
	return 0;
}
