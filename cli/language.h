/*
 * The language that evault speaks: messages from the catalogue cli/po, by
 * the user's locale.
 *
 * The catalogue is looked for in the folder `locale` beside the program (a
 * stick, a build), then where `make install` puts it.  Where the machine does
 * not have the user's locale (LANG=ru_RU.UTF-8 on a small Debian), libc would
 * speak English; then UTF-8 and the catalogue of that language are taken
 * directly.  The static program has its catalogues in itself, and asks libc nothing.
 */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include <stdbool.h>

void language_init(void);
/* Where its catalogues are looked for, static; NULL when they are in the program. */
const char *language_folder(void);

/* Are passphrases that evault makes to be of Russian words? */
bool language_is_russian(void);

/* Does the answer to a question begin with a letter for yes, in English or in the user's language?
 */
bool language_is_yes(const char *answer);
/* The same for no. */
bool language_is_no(const char *answer);

#endif
