/*
 * What the files of passphrase.h share: the characters of a passphrase as
 * they can be read (passphrase_text.c), how likely letters follow each other
 * (passphrase_letters.c), and the series of pieces (passphrase.c).
 */
#ifndef EV_FORMAT_PASSPHRASE_PRIVATE_H
#define EV_FORMAT_PASSPHRASE_PRIVATE_H

#include "format/passphrase.h"

/* How a text can be read. */
enum ev_pass_view {
	EV_PASS_TYPED,    /* as it is */
	EV_PASS_CYRILLIC, /* Latin keys, as if the layout had been Russian */
	EV_PASS_LATIN,    /* the other way round */
	EV_PASS_VIEWS,
};

enum ev_pass_class {
	EV_PASS_DIGIT,
	EV_PASS_LATIN_LETTER,
	EV_PASS_CYRILLIC_LETTER,
	EV_PASS_OTHER_LETTER, /* of any other alphabet */
	EV_PASS_IDEOGRAPH,
	EV_PASS_SEPARATOR, /* space, dash, dot, comma, underscore */
	EV_PASS_SIGN,
};

/* Lives in locked memory. */
struct ev_pass_text {
	size_t n;
	uint32_t at[EV_PASS_VIEWS][EV_PASSPHRASE_CHARACTERS]; /* lower case; 0: no such reading */
	uint8_t key[EV_PASSPHRASE_CHARACTERS];                /* the key's Latin character, or 0 */
	bool capital[EV_PASSPHRASE_CHARACTERS];
};

void ev_pass_read(struct ev_slice text, struct ev_pass_text *out);
enum ev_pass_class ev_pass_class(uint32_t c);
/* Appends it in UTF-8; at most four bytes. */
size_t ev_pass_utf8(uint32_t c, uint8_t *out);

enum {
	EV_PASS_LETTERS = 32,
	EV_PASS_START = EV_PASS_LETTERS, /* no letter before */
};

/* Bits of a letter after another, learned from the word lists. */
struct ev_pass_model {
	float latin[EV_PASS_LETTERS + 1][EV_PASS_LETTERS];
	float cyrillic[EV_PASS_LETTERS + 1][EV_PASS_LETTERS];
};

void ev_pass_learn(struct ev_pass_model *model);
/* Bits of letter `c` after `before` (0: none before, or no letter of its alphabet). */
double ev_pass_letter(const struct ev_pass_model *model, uint32_t before, uint32_t c);

/*
 * Characters of the run of keys, or of an alphabet, that begins at `from`; of
 * the date that does, with its separators.  0 when there is none.
 */
size_t ev_pass_run(const struct ev_pass_text *text, size_t from);
size_t ev_pass_date(const struct ev_pass_text *text, size_t from);

#endif
