/* The header of age, looked at, and opened with a fixed key: both must agree on its form. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_age_identity identity;
	struct ev_age_with with = { &identity, 1, NULL };
	struct ev_slice input = ev_slice_of(data, size);
	struct ev_buf plain = EV_BUF_INIT;
	enum evault_status inspected, opened;
	enum ev_age_kind kind;

	need(ev_secret_start(NULL) == EVAULT_OK);
	memset(identity.b, 0x42, sizeof(identity.b));
	inspected = ev_age_inspect(input, &kind, NULL);
	need(inspected == EVAULT_OK || inspected == EVAULT_E_FORMAT ||
	     inspected == EVAULT_E_VERSION || inspected == EVAULT_E_LIMIT);
	opened = ev_age_open(&with, input, &plain, NULL);
	if (inspected != EVAULT_OK)
		need(opened == inspected);
	else if (kind != EV_AGE_X25519)
		need(opened == EVAULT_E_KEY);
	ev_buf_release(&plain);
	return 0;
}
