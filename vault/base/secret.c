#include "base/secret.h"

#include <sodium.h>
#include <string.h>

enum evault_status
ev_secret_start(struct evault_error *err)
{
	if (sodium_init() < 0)
		return ev_fail(err, EVAULT_E_IO, "the cryptographic library did not start");
	return EVAULT_OK;
}

void *
ev_secret_new(size_t size)
{
	void *p = sodium_malloc(size);

	if (p == NULL)
		return NULL;
	/* sodium_malloc has tried, but goes on unlocked when it was refused. */
	if (sodium_mlock(p, size) != 0) {
		sodium_free(p);
		return NULL;
	}
	memset(p, 0, size);
	return p;
}

void
ev_secret_free(void *p)
{
	sodium_free(p);
}

void
ev_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}
