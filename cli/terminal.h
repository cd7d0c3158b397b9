/*
 * The terminal: what it is, and asking people.  Questions go to /dev/tty, so
 * that they work while standard input and output are pipes.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdio.h>

#include "evault.h"

bool terminal_is(FILE *stream);
/* Columns of standard error; 80 where that is not known. */
int terminal_width(void);
/* Of the terminal that standard output is; false when it is none, or does not say. */
bool terminal_size(unsigned *rows, unsigned *columns);
/* Somebody can be asked. */
bool terminal_can_ask(void);

/*
 * Asks for a line that is not shown while it is typed (`out`: at most `size`
 * bytes, NUL included).  The terminal shows again what is typed afterwards,
 * also when a signal comes, which then has its usual effect.
 * E_NOT_FOUND when there is no terminal; E_KEY when nothing was typed;
 * E_CANCELLED after a signal; E_LIMIT when it is too long; E_IO.
 */
enum evault_status terminal_ask_secret(const char *prompt, char *out, size_t size,
				       struct evault_error *err);

/*
 * Shows the prompt, waits for one key, and removes the prompt.  `key` takes
 * the bytes that it sent, NUL-terminated: "" when there is nobody to press
 * one.  Signals have their usual effect.
 */
void terminal_ask_key(const char *prompt, char key[16]);

/* Puts "[y/N]?" after the question, which has no mark.  True for yes.  Anything else, and no
 * terminal, is no. */
bool terminal_ask_yes(const char *question);
/* The same with "[Y/n]?": false for no, and without a terminal; true for anything else. */
bool terminal_ask_unless_no(const char *question);
/* True when just this word is typed. */
bool terminal_ask_word(const char *question, const char *word);

#endif
