#ifndef CLI_LANGUAGE_PRIVATE_H
#define CLI_LANGUAGE_PRIVATE_H

#include <stdbool.h>

enum {
	LANGUAGE_CODE_SIZE = 12 /* "kk", "pt_BR" */
};

/*
 * Offers the languages that the user's environment asks for, best first, each
 * with its country and without, until one is taken; false when none is.
 */
bool language_take_wanted(bool (*take)(const char *code));

#endif
