/*
 * How likely one letter follows another, learned from the word lists: so that
 * what looks like a word is told from letters drawn by lot, in whatever
 * language.  For Latin letters the Russian words count too, as they are
 * written in Latin ones.
 */
#include <math.h>
#include <string.h>

#include "format/passphrase_private.h"
#include "format/words.h"

enum {
	LATIN = 26,
	CYRILLIC_A = 0x430,
};

static const char *const latin_for[EV_PASS_LETTERS] = {
	"a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "y",    "k", "l", "m", "n", "o",  "p",
	"r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "",  "y", "",  "e", "yu", "ya",
};

/* Kazakh letters count as the Russian ones next to them. */
static uint32_t
as_russian(uint32_t c)
{
	static const uint16_t pairs[][2] = {
		{ 0x4d9, 0x430 }, { 0x456, 0x438 }, { 0x4a3, 0x43d },
		{ 0x493, 0x433 }, { 0x4af, 0x443 }, { 0x4b1, 0x443 },
		{ 0x49b, 0x43a }, { 0x4e9, 0x43e }, { 0x4bb, 0x445 },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i][0] == c)
			return pairs[i][1];
	return c;
}

static void
count_latin(struct ev_pass_model *model, const char *word, unsigned *before)
{
	unsigned letter;

	for (; *word != '\0'; word++) {
		letter = (unsigned)(*word - 'a');
		model->latin[*before][letter] += 1;
		*before = letter;
	}
}

static void
count_russian(struct ev_pass_model *model, const char *word)
{
	const uint8_t *p = (const uint8_t *)word;
	unsigned before = EV_PASS_START, latin_before = EV_PASS_START, letter;

	for (; p[0] != 0; p += 2) {
		letter = ((p[0] & 31U) << 6 | (p[1] & 63U)) - CYRILLIC_A;
		model->cyrillic[before][letter] += 1;
		before = letter;
		count_latin(model, latin_for[letter], &latin_before);
	}
}

/* Counts become bits; no letter costs more than one drawn by lot. */
static void
price(float of[EV_PASS_LETTERS], unsigned letters)
{
	float sum = 0, most = log2f((float)letters), bits;
	unsigned i;

	for (i = 0; i < letters; i++)
		sum += of[i] + 0.5F;
	for (i = 0; i < letters; i++) {
		bits = log2f(sum / (of[i] + 0.5F));
		of[i] = bits < most ? bits : most;
	}
}

void
ev_pass_learn(struct ev_pass_model *model)
{
	unsigned before;
	size_t i;

	memset(model, 0, sizeof(*model));
	for (i = 0; i < EV_WORDS; i++) {
		before = EV_PASS_START;
		count_latin(model, ev_words_at(EV_WORDS_ENGLISH, i), &before);
		count_russian(model, ev_words_at(EV_WORDS_RUSSIAN, i));
	}
	for (before = 0; before <= EV_PASS_START; before++) {
		price(model->latin[before], LATIN);
		price(model->cyrillic[before], EV_PASS_LETTERS);
	}
}

/* The index of a letter of this class, or EV_PASS_START. */
static unsigned
letter_index(uint32_t c, enum ev_pass_class kind)
{
	if (ev_pass_class(c) != kind)
		return EV_PASS_START;
	if (kind == EV_PASS_LATIN_LETTER)
		return c - 'a';
	c = as_russian(c);
	return c >= CYRILLIC_A && c < CYRILLIC_A + EV_PASS_LETTERS ? c - CYRILLIC_A : EV_PASS_START;
}

double
ev_pass_letter(const struct ev_pass_model *model, uint32_t before, uint32_t c)
{
	static const double other_letter = 4; /* of an alphabet that was not learned */
	enum ev_pass_class kind = ev_pass_class(c);
	unsigned index = letter_index(c, kind);

	if (kind == EV_PASS_LATIN_LETTER)
		return (double)model->latin[letter_index(before, kind)][index];
	if (kind == EV_PASS_CYRILLIC_LETTER && index < EV_PASS_LETTERS)
		return (double)model->cyrillic[letter_index(before, kind)][index];
	return other_letter;
}
