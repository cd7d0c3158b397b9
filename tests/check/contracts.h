/*
 * Read by clang-tidy before each file of the library: what it cannot see from
 * one file alone is that a function of base/error.h never returns EVAULT_OK.
 */
#include "base/error.h"

#define ev_fail(err, status, ...)         ((void)ev_fail(err, status, __VA_ARGS__), (status))
#define ev_fail_sys(err, sys, ...)        ((void)ev_fail_sys(err, sys, __VA_ARGS__), EVAULT_E_IO)
#define ev_fail_nomem(err)                ((void)ev_fail_nomem(err), EVAULT_E_NOMEM)
#define ev_error_prefix(err, status, pre) ((void)ev_error_prefix(err, status, pre), (status))
