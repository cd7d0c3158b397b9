#include "evault.h"

#ifndef EVAULT_VERSION
#define EVAULT_VERSION "0"
#endif
#ifndef EVAULT_BUILD
#define EVAULT_BUILD "unknown"
#endif

const char *
evault_version(void)
{
	return EVAULT_VERSION;
}

const char *
evault_build(void)
{
	return EVAULT_BUILD;
}
