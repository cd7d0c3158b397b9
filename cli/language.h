/*
 * The language that evault speaks: messages from the catalogue cli/po, by
 * the user's locale.
 *
 * The catalogues are in the program, and libc is asked nothing: its gettext
 * speaks a language only where the machine has a locale of it (a small Debian
 * has none), and by its own version it takes C.UTF-8 for one or does not.
 */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include <stdbool.h>

void language_init(void);
/* Of language_init: how libc reads characters (language_libc.c; the static program's libc is not
 * asked). */
void language_take_characters(void);

/* Are passphrases that evault makes to be of Russian words? */
bool language_is_russian(void);

/* Does the answer to a question begin with a letter for yes, in English or in the user's language?
 */
bool language_is_yes(const char *answer);
/* The same for no. */
bool language_is_no(const char *answer);

#endif
