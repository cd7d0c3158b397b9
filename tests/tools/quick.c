/*
 * Makes a vault that opens with a passphrase at once: with so low a work factor as
 * the command does not allow, so that tests need not wait a second each time.
 *
 *	quick DIR PASSPHRASE [NAME [READER [capture]]]
 */
#include <stdio.h>

#include "evault.h"

int
main(int argc, char **argv)
{
	const char *readers[1] = { argc > 4 ? argv[4] : NULL };
	struct evault_init how = { .readers = readers,
				   .n_readers = argc > 4,
				   .capture_only = argc > 5 };
	struct evault_error err = { .text = "" };
	char origin[EVAULT_ORIGIN_SIZE];

	if (argc < 3) {
		fprintf(stderr, "usage: quick DIR PASSPHRASE [NAME [READER [capture]]]\n");
		return 2;
	}
	how.dir = argv[1];
	how.passphrase = argv[2];
	how.name = argc > 3 ? argv[3] : NULL;
	how.work_factor = 10;
	if (evault_init(&how, origin, &err) != EVAULT_OK) {
		fprintf(stderr, "quick: %s\n", err.text);
		return 2;
	}
	puts(origin);
	return 0;
}
