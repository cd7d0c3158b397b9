/* What a file carries: the same each time, and nothing that there is no word for. */
#include <stdint.h>
#include <stdlib.h>

#include "format/carries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned all = EVAULT_CARRIES_PLACE | EVAULT_CARRIES_PERSON | EVAULT_CARRIES_DEVICE |
			     EVAULT_CARRIES_TIME;
	unsigned found = ev_carries(ev_slice_of(data, size));

	if ((found & ~all) != 0 || found != ev_carries(ev_slice_of(data, size)))
		abort();
	return 0;
}
