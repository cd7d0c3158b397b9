/* From a failure to what is said about it, and the exit status. */
#ifndef CLI_FAILURE_H
#define CLI_FAILURE_H

#include "command.h"
#include "evault.h"

/* Fills `err` (may be NULL) and returns `status`.  Text from outside goes in escaped. */
enum evault_status failure_set(struct evault_error *err, enum evault_status status, const char *fmt,
			       ...) __attribute__((format(printf, 3, 4)));

/* 1 for damage, 3 for what was asked to stop, otherwise 2. */
int failure_exit(enum evault_status status);

/* Says the error and this hint (may be NULL).  Returns the exit status. */
int failure_say(const struct evault_error *err, const char *hint);

/* Says the error and, where something can be done about it, what.  Returns the exit status. */
int failure_report(const struct evault_error *err, const struct globals *globals);

#endif
