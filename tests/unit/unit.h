/*
 * The smallest frame for unit tests.  A test file has one main that calls
 * UNIT_RUN for each test and returns unit_end().  Each test prints "ok NAME"
 * or "not ok NAME" with the line of the first check that failed.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void unit_run(const char *name, void (*test)(void));
/* Marks the running test as failed when `good` is false; returns `good`. */
bool unit_check(bool good, const char *what, const char *file, int line);
/* Prints "skipped NAME: reason" for a test that cannot run here. */
void unit_skip(const char *name, const char *reason);
int unit_end(void);

#define UNIT_RUN(test)   unit_run(#test, test)
#define CHECK(condition) unit_check((condition), #condition, __FILE__, __LINE__)
/* Leaves the test when it fails. */
#define NEED(condition)                                                                            \
	do {                                                                                       \
		if (!CHECK(condition))                                                             \
			return;                                                                    \
	} while (0)

#endif
