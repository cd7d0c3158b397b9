/* The library's memory for secrets, for those who use it. */
#include "base/secret.h"

void *
evault_secret_new(size_t size)
{
	return ev_secret_new(size);
}

void
evault_secret_free(void *secret)
{
	ev_secret_free(secret);
}

void
evault_wipe_secrets(void)
{
	ev_secret_wipe_all();
}
