/* The judge of passphrases: any bytes give a verdict that fits the bits; a known name adds none. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/passphrase.h"

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
	enum ev_passphrase_verdict verdict, again;
	char name[17] = { 0 };
	const char *names[] = { name };
	unsigned bits, bits_again;

	need(ev_secret_start(NULL) == EVAULT_OK);
	memcpy(name, data, size < 16 ? size : 16);
	need(ev_passphrase_judge(ev_slice_of(data, size), NULL, 0, &verdict, &bits, NULL) ==
	     EVAULT_OK);
	need((verdict == EV_PASSPHRASE_GOOD) == (bits >= EV_PASSPHRASE_BITS));
	need(bits < EV_PASSPHRASE_CHARACTERS * 8);
	need((ev_passphrase_check(ev_slice_of(data, size), NULL, 0, NULL) == EVAULT_OK) ==
	     (verdict == EV_PASSPHRASE_GOOD));
	/* To know a name makes it no better. */
	need(ev_passphrase_judge(ev_slice_of(data, size), names, 1, &again, &bits_again, NULL) ==
	     EVAULT_OK);
	need(bits_again <= bits);
	return 0;
}
