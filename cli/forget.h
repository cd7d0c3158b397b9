/*
 * What a command had in memory is not left there: names of files and of
 * people, texts that were typed, pieces of originals.  Secrets are the
 * library's own business; this is all the rest.
 *
 * With this file in the program, whatever is freed is wiped first, also by
 * the libraries that it uses (not where a sanitizer has its own memory).
 */
#ifndef CLI_FORGET_H
#define CLI_FORGET_H

/* At the end of main, when all is freed: wipes arguments and what the stack has left. */
void forget_rest(int argc, char **argv);

#endif
