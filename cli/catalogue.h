/* The catalogues of messages that the program has in itself, made of cli/po. */
#ifndef CLI_CATALOGUE_H
#define CLI_CATALOGUE_H

#include <stdbool.h>

/* From now on messages are in the language of this code ("kk"); false when there is none of it. */
bool catalogue_speak(const char *code);

#endif
