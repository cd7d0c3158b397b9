/* What sandbox.c (files) and sandbox_calls.c (system calls) share. */
#ifndef CLI_SANDBOX_PRIVATE_H
#define CLI_SANDBOX_PRIVATE_H

#include <stdbool.h>

/* The filter of system calls; errno tells why it is false. */
bool sandbox_filter_calls(void);

#endif
