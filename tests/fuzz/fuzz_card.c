/* Cards: what opens has the text that is made of it again, and a fingerprint. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice bytes = ev_slice_of(data, size);
	char fingerprint[EVAULT_FINGERPRINT_SIZE];
	struct ev_buf text = EV_BUF_INIT;
	struct ev_card card;

	if (ev_card_open(bytes, &card, NULL) != EVAULT_OK)
		return 0;
	ev_card_fingerprint(&card, fingerprint);
	if (ev_card_text(&card, &text, NULL) != EVAULT_OK || text.len >= size ||
	    !ev_slice_equal(ev_slice_of(data, text.len), ev_slice_of(text.data, text.len)) ||
	    strlen(fingerprint) != sizeof(fingerprint) - 1 ||
	    !ev_card_signed_by(bytes, &card.actor))
		abort();
	ev_buf_release(&text);
	return 0;
}
