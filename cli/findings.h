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

/*
 * Takes the progress bar from the screen, then keeps the finding until there are many, or with
 * `json` prints it at once, for programs.  Prints to standard output.
 */
void findings_take(struct findings *findings, bool json, const struct evault_finding *finding);
/* Prints what there is and empties it. */
void findings_print(struct findings *findings, FILE *out);

#endif
