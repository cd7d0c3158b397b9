#ifndef EV_FORMAT_FOLD_PRIVATE_H
#define EV_FORMAT_FOLD_PRIVATE_H

#include "format/fold.h"

enum {
	EV_FOLD_POINTS = 24 /* that one character may become */
};

/* What a character is to a text. */
enum ev_fold_kind {
	EV_FOLD_GAP,    /* ends a word */
	EV_FOLD_NONE,   /* is passed over, and ends nothing: joiners, direction marks */
	EV_FOLD_MARK,   /* belongs to the character before it */
	EV_FOLD_LETTER, /* a letter or digit */
	EV_FOLD_WHOLE,  /* a word by itself */
};

enum ev_fold_kind ev_fold_kind(uint32_t point);

/*
 * The character in other ones: case and compatibility forms gone, marks apart
 * from letters, digits in ASCII.  Returns how many.
 */
size_t ev_fold_apart(uint32_t point, uint32_t out[EV_FOLD_POINTS]);

/* A mark that is left out where people leave it out: accents, vowel points. */
bool ev_fold_is_accent(uint32_t point);

/*
 * Two that are one letter although they can be taken apart (й, ئ, ؤ, a
 * syllable of Hangul); 0 when they are not.
 */
uint32_t ev_fold_join(uint32_t before, uint32_t point);

/* The letter that stands for it; 0 when it is left out. */
uint32_t ev_fold_letter(uint32_t point);

#endif
