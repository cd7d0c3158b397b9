/*
 * The lists themselves, for words.c.
 */
#ifndef EV_FORMAT_WORDS_PRIVATE_H
#define EV_FORMAT_WORDS_PRIVATE_H

#include "format/words.h"

enum {
	EV_WORDS_EN_SIZE = 8 + 1,
	EV_WORDS_RU_SIZE = 2 * 8 + 1,
};

extern const char ev_words_en[EV_WORDS][EV_WORDS_EN_SIZE];
extern const char ev_words_ru[EV_WORDS][EV_WORDS_RU_SIZE];

#endif
