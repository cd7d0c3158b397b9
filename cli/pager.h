/*
 * Output that a person reads page by page: it waits where a screen is full.
 * Where standard output is no terminal it goes there as it comes.  evault
 * starts no other program (G7), so that this is its own.
 */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include <stdbool.h>
#include <stdio.h>

struct pager {
	FILE *out;    /* what is to be seen is written here, and holds no control characters */
	bool ended;   /* the reader wants to see no more: what is written goes nowhere */
	unsigned row; /* rows of this page that are full */
	unsigned column;
	unsigned rows, columns; /* of the screen; 0: it is no terminal */
};

/* `pager` must stay where it is until pager_end.  `wanted` false: no pages in any case. */
void pager_begin(struct pager *pager, bool wanted);
/* Gives out what is still held back. */
void pager_end(struct pager *pager);
/* What is written from now on is bold, or no longer; on a terminal that can. */
void pager_bold(struct pager *pager, bool on);
/* Nobody reads any more: the reader said so, or what is written does not arrive. */
bool pager_is_over(const struct pager *pager);

#endif
