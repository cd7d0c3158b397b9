/*
 * Words for passphrases that evault makes: a list of 2,048 for each language,
 * so that one word is 11 bits.  The lists are our own.  Their words are
 * common, of 3 to 8 letters, lower case and without accents (Russian without
 * ё), sorted by bytes; no two begin with the same four letters, and no two
 * are one letter apart (changed, added or left out), so that what was written
 * down badly can be read.  None names violence, illness, prison, the police
 * or the army, faith, or kin, nor a thing used to hurt people.
 */
#ifndef EV_FORMAT_WORDS_H
#define EV_FORMAT_WORDS_H

#include "base/bytes.h"

enum ev_words_language {
	EV_WORDS_ENGLISH = 0,
	EV_WORDS_RUSSIAN = 1,
};

enum {
	EV_WORDS = 2048,
	EV_WORDS_BITS = 11,      /* of one word */
	EV_WORDS_BITS_MAX = 176, /* of one passphrase: 16 words */
	/* 16 words of 8 letters of two bytes, a dash or the NUL after each */
	EV_WORDS_PASSPHRASE_SIZE = 16 * (2 * 8 + 1),
};

/* Word `index`, 0 to EV_WORDS - 1: UTF-8. */
const char *ev_words_at(enum ev_words_language language, size_t index);
/* Is it a word of the list, letter for letter? */
bool ev_words_has(enum ev_words_language language, struct ev_slice word);

/*
 * Bits of a word that people take often, fewer than EV_WORDS_BITS; 0: it is none of these.  These
 * are words of any length and kind, names too, for judging what somebody chose (words_common.c).
 * `spaced` is the word with a space before it and after it.
 */
unsigned ev_words_common(enum ev_words_language language, const char *spaced);

/*
 * A passphrase of at least `bits` bits (1 to EV_WORDS_BITS_MAX): as few words
 * as give them, each drawn evenly, a dash between two.  80 bits are 8 words.
 * It goes into locked memory of the caller, who wipes it.
 */
void ev_words_passphrase(enum ev_words_language language, unsigned bits,
			 char out[EV_WORDS_PASSPHRASE_SIZE]);

#endif
