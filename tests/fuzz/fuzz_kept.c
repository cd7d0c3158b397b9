/* What is kept in the kernel's keyring: what is decoded is encoded to the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "base/secret.h"
#include "format/kept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = ev_slice_of(data, size);
	struct ev_buf again = EV_BUF_INIT;
	struct ev_kept kept;

	if (ev_secret_start(NULL) != EVAULT_OK)
		abort();
	if (ev_kept_decode(text, &kept, NULL) != EVAULT_OK)
		return 0;
	if (ev_kept_encode(&kept, &again, NULL) != EVAULT_OK ||
	    !ev_slice_equal(ev_slice_of(again.data, again.len), text))
		abort();
	ev_buf_wipe(&again);
	return 0;
}
