/*
 * How hard a passphrase that somebody chose would be to guess.
 *
 * The measure is bits: the base-2 logarithm of the guesses that it takes who
 * knows how people choose.  A passphrase is the cheapest series of pieces that
 * gives it: words (those that people take first, 6 to 10 bits; of our lists, 11;
 * others that look like words, 15),
 * dates, runs of neighbouring keys or of the alphabet, repetitions, names
 * connected with the vault, and single characters.  What is typed is
 * also read as if the keyboard had been switched between Russian and Latin.  For
 * ASCII, libzxcvbn's word lists are asked too, and the lower answer counts.  What it
 * cannot know are sayings, verses and songs: those have more bits here than they should.
 *
 * EV_PASSPHRASE_BITS is enough, because every guess costs an scrypt with N =
 * 2^18, r = 8: 256 MiB written and read again.  A card that moves 1 TB/s makes at
 * most 2,000 guesses a second, ten thousand cards 2 · 10^7; 2^50 guesses take
 * them 5.6 · 10^7 seconds: nearly two years, some 1.6 · 10^8 hours of a card,
 * for one vault.  What evault makes itself has 2^30 times as many.
 */
#ifndef EV_FORMAT_PASSPHRASE_H
#define EV_FORMAT_PASSPHRASE_H

#include "base/bytes.h"

enum {
	EV_PASSPHRASE_BITS = 50,        /* fewer is weak */
	EV_PASSPHRASE_BITS_MADE = 80,   /* of those that evault makes (words.h), at least */
	EV_PASSPHRASE_CHARACTERS = 128, /* that are looked at; what follows counts for nothing */
};

/* Why a passphrase is weak: the first that holds, in this order. */
enum ev_passphrase_verdict {
	EV_PASSPHRASE_GOOD = 0,
	EV_PASSPHRASE_DIGITS = 1,   /* nothing but digits, or a date */
	EV_PASSPHRASE_REPEATED = 2, /* a few characters over and over */
	EV_PASSPHRASE_KEYBOARD =
	    3,                  /* neighbouring keys, in either layout, or a run of the alphabet */
	EV_PASSPHRASE_NAME = 4, /* built on a name that was given */
	EV_PASSPHRASE_COMMON = 5,    /* one that many people have */
	EV_PASSPHRASE_WORD = 6,      /* one word, perhaps with a few digits or signs */
	EV_PASSPHRASE_SHORT = 7,     /* fewer than 10 characters */
	EV_PASSPHRASE_GUESSABLE = 8, /* too few words, or too plain ones */
};

/*
 * `names` (n_names, may be 0) are UTF-8 that a guesser would try first: the vault's name, the
 * holder's, the computer's user.  `bits` may be NULL.  Needs locked memory
 * of some 16 KiB; text of any length and any bytes is taken.  E_NOMEM.
 */
enum evault_status ev_passphrase_judge(struct ev_slice text, const char *const *names,
				       size_t n_names, enum ev_passphrase_verdict *verdict,
				       unsigned *bits, struct evault_error *err);

/* The same, as E_USAGE with a sentence that says why it is weak. */
enum evault_status ev_passphrase_check(struct ev_slice text, const char *const *names,
				       size_t n_names, struct evault_error *err);

#endif
