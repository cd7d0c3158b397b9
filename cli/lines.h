/* Lists that come in files or on standard input. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "evault.h"
#include "memory.h"

/*
 * Adds each text of the file ("-" is standard input) that ends in `end`, or
 * at the end of the file, as new memory; empty ones are passed over.  E_IO;
 * E_FORMAT when a NUL byte is in a line; E_LIMIT when one is longer than 64 KiB.
 */
enum evault_status lines_read(const char *path, char end, struct list *lines,
			      struct evault_error *err);

#endif
