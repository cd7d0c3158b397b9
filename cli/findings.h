/*
 * The findings of a check for people: kept until there are many or the check
 * is over, then printed kind by kind.  So memory stays bounded (G9).
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stdio.h>

#include "evault.h"

enum {
	FINDINGS_KINDS = EVAULT_FINDING_UNREADABLE + 1
};

struct findings {
	char *lines[FINDINGS_KINDS]; /* what is to be printed under each heading */
	size_t sizes[FINDINGS_KINDS];
	size_t total;
	bool bundle; /* they are of a bundle, and not of a vault */
};

/* May print, to standard output. */
void findings_add(struct findings *findings, const struct evault_finding *finding);
/* Prints it at once, for programs, to standard output. */
void finding_print_json(const struct evault_finding *finding);
/* Prints what there is and empties it. */
void findings_print(struct findings *findings, FILE *out);

#endif
