/* Verifier keys: one key has one spelling. */
#include <stdint.h>
#include <stdlib.h>

#include "format/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice vkey = ev_slice_of(data, size);
	char text[EV_NOTE_VKEY_SIZE];
	struct ev_verifier v, again;

	if (ev_verifier_parse(vkey, &v, NULL) != EVAULT_OK)
		return 0;
	ev_verifier_text(&v, text);
	if (!ev_slice_is(vkey, text))
		abort();
	if (!ev_verifier_init(&again, v.name, v.key) || !ev_verifier_equal(&v, &again))
		abort();
	return 0;
}
