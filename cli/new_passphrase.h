/*
 * A passphrase that somebody sets: chosen and asked for twice, made by
 * evault, or read from a file.  Weak ones are refused, wherever they come
 * from.
 */
#ifndef CLI_NEW_PASSPHRASE_H
#define CLI_NEW_PASSPHRASE_H

#include "secret.h"

/* For whom and what it is: who guesses tries their names first.  Each may be NULL. */
struct new_passphrase {
	const char *file;   /* its first line is the passphrase; NULL: the terminal is asked */
	const char *hint;   /* said where there is no terminal: what to give instead */
	const char *holder; /* what they are called */
	const char *dir;    /* the vault's folder */
};

/*
 * E_USAGE for a weak one in the file; at the terminal it is asked for again.
 * Nothing typed there: evault makes one, shows it once, and asks for it.
 * E_KEY without a terminal, and when nothing is typed any more.
 */
enum evault_status new_passphrase(const struct new_passphrase *how, struct secret *secret,
				  struct evault_error *err);

/* "18" to "20", or NULL: 0; false for anything else. */
bool new_passphrase_work_factor(const char *text, unsigned *factor);

#endif
