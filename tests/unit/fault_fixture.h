/*
 * System calls that fail on demand: the n-th of one kind, and all after it
 * when the disk stays broken.  While a plan is on, nothing is really synced,
 * so that hundreds of runs are quick.
 */
#ifndef UNIT_FAULT_FIXTURE_H
#define UNIT_FAULT_FIXTURE_H

#include <stdbool.h>

enum fault_call {
	FAULT_OPENAT,
	FAULT_WRITE,
	FAULT_FSYNC,
	FAULT_RENAME,
	FAULT_UNLINK,
	FAULT_MKDIR,
	FAULT_CLOSE,
	FAULT_TRUNCATE,
	FAULT_TIMES,
	FAULT_CALLS,    /* all that stops a commit */
	FAULT_WRITE_AT, /* of the index alone */
};

struct fault_plan {
	enum fault_call call;
	int nth;          /* from 0; below 0: none fails */
	int sys;          /* errno */
	bool stays;       /* all calls of the kind after it fail too */
	const char *name; /* only calls for a path that ends so; or NULL */
};

void faults_on(const struct fault_plan *plan);
/* Did one fail? */
bool faults_off(void);
/* For the messages of a test that failed. */
const char *fault_word(enum fault_call call);

#endif
