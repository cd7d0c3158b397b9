#include "format/words.h"

#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "format/words_private.h"

/* So that eleven random bits are a word, and no word is likelier than another. */
_Static_assert(EV_WORDS == 1 << EV_WORDS_BITS, "the lists have a power of two of words");
_Static_assert(EV_WORDS_BITS_MAX % EV_WORDS_BITS == 0, "the largest passphrase is whole words");
_Static_assert(EV_WORDS_PASSPHRASE_SIZE ==
		   EV_WORDS_BITS_MAX / EV_WORDS_BITS * (size_t)EV_WORDS_RU_SIZE,
	       "the longest passphrase fits");

const char *
ev_words_at(enum ev_words_language language, size_t index)
{
	assert(index < EV_WORDS);
	return language == EV_WORDS_RUSSIAN ? ev_words_ru[index] : ev_words_en[index];
}

bool
ev_words_has(enum ev_words_language language, struct ev_slice word)
{
	size_t low = 0, high = EV_WORDS, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = ev_slice_compare(word, ev_slice_text(ev_words_at(language, middle)));
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void
ev_words_passphrase(enum ev_words_language language, unsigned bits,
		    char out[EV_WORDS_PASSPHRASE_SIZE])
{
	unsigned n = (bits + EV_WORDS_BITS - 1) / EV_WORDS_BITS, i;
	uint16_t random = 0;
	const char *word;
	size_t len, at = 0;

	assert(bits > 0 && bits <= EV_WORDS_BITS_MAX);
	for (i = 0; i < n; i++) {
		ev_random(&random, sizeof(random));
		word = ev_words_at(language, random % EV_WORDS);
		len = strlen(word);
		if (i > 0)
			out[at++] = '-';
		memcpy(out + at, word, len);
		at += len;
	}
	out[at] = '\0';
	ev_wipe(&random, sizeof(random));
}
