/*
 * Letters that people write down and type in again: keys on paper, and
 * checkpoints in a short message.  They stand in groups of six; the sixth
 * checks the other five and the group's place (FORMAT.md, Keys on paper).
 */
#ifndef EV_FORMAT_LETTERS_H
#define EV_FORMAT_LETTERS_H

#include "base/bytes.h"

enum {
	EV_LETTERS_DATA = 5,   /* of a group: each is five bits */
	EV_LETTER_NONE = 0xff, /* a character that no group has */
};

/* Crockford's: without I, L, O and U. */
extern const char ev_letters[33];

/* The letter that checks these five (each 0 to 31) in this place, from 0 to 30. */
unsigned ev_letters_check(const uint8_t five[EV_LETTERS_DATA], unsigned place);

/*
 * What follows takes one character, in UTF-8.  Its five bits, or
 * EV_LETTER_NONE: capitals do not matter, O is 0, I and L are 1, and Cyrillic
 * letters are the Latin ones that look like them.
 */
uint8_t ev_letter_value(struct ev_slice c);
/* Dashes, also those that word processors make, dots, colons, commas. */
bool ev_letter_is_dash(struct ev_slice c);
bool ev_letter_is_space(struct ev_slice c);

#endif
