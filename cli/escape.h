/*
 * Text that came from evidence or from outside, made fit to print: what is
 * hidden (utf8.h) and invalid UTF-8 become \xNN or \u{NNNN}, a backslash
 * becomes two, so that what is shown has one meaning.  For people; scripts
 * use --json.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

void escape_write(FILE *out, const char *raw, size_t len);

/* The same as new memory, for the caller to free. */
char *escape_text(const char *raw);

/*
 * A path as somebody would type it after `evault`: in quotes where the shell
 * needs them.  New memory, for the caller to free.
 */
char *escape_for_shell(const char *raw);

#endif
