/* Showing a key that is to be written down, or printed, and having that proved. */
#ifndef CLI_PAPER_H
#define CLI_PAPER_H

#include <stdio.h>

#include "evault.h"

struct paper_showing {
	const char *pages; /* --paper: where the pages go, "-" is standard output; NULL: shown */
	const char *dir;   /* the vault's folder */
	unsigned threshold, shares; /* 1, 1: a recovery key */
};

/*
 * Shows one share after the other, each alone on the terminal's second screen, or
 * writes the pages; and asks for some groups of each from the paper.  Pages
 * without a terminal are written, and nothing is asked.  E_KEY without a terminal
 * and without pages; E_CANCELLED; what evault_paper_pages returns.
 */
enum evault_status paper_show(const struct paper_showing *how, const struct evault_paper *paper,
			      struct evault_error *err);

/* After it: that the file with the pages has the key. */
void paper_warn(const struct paper_showing *how);

/* When the key came to nothing: that pages which are there are of no use. */
void paper_void(const struct paper_showing *how);

/* Where to print what else there is to say: standard output, unless the pages are there. */
FILE *paper_beside(const struct paper_showing *how);

#endif
