#include "format/words.h"

#include "base/secret.h"
#include "unit.h"

static const enum ev_words_language languages[] = { EV_WORDS_ENGLISH, EV_WORDS_RUSSIAN };

/* Letters of a word as code points; 0 when it has others than its language's, or is not UTF-8. */
static size_t
letters(enum ev_words_language language, size_t index, uint32_t out[16])
{
	const uint8_t *p = (const uint8_t *)ev_words_at(language, index);
	size_t n = 0;

	for (; *p != 0 && n < 16; n++) {
		if (language == EV_WORDS_ENGLISH) {
			out[n] = *p++;
			if (out[n] < 'a' || out[n] > 'z')
				return 0;
		} else {
			out[n] = (uint32_t)(p[0] & 31) << 6 | (uint32_t)(p[1] & 63);
			p += 2;
			if (out[n] < 0x430 || out[n] > 0x44f)
				return 0;
		}
	}
	return n;
}

static void
words_have_three_to_eight_lower_case_letters(void)
{
	uint32_t word[16];
	size_t l, i, n;

	for (l = 0; l < 2; l++)
		for (i = 0; i < EV_WORDS; i++) {
			n = letters(languages[l], i, word);
			CHECK(n >= 3 && n <= 8);
		}
}

static void
words_are_sorted_so_no_word_is_there_twice(void)
{
	size_t l, i;

	for (l = 0; l < 2; l++)
		for (i = 1; i < EV_WORDS; i++)
			CHECK(strcmp(ev_words_at(languages[l], i - 1),
				     ev_words_at(languages[l], i)) < 0);
}

/* Neighbours suffice, since they are sorted. */
static void
no_two_words_begin_with_the_same_four_letters(void)
{
	uint32_t one[16], other[16];
	size_t l, i;

	for (l = 0; l < 2; l++)
		for (i = 1; i < EV_WORDS; i++) {
			memset(one, 0, sizeof(one));
			memset(other, 0, sizeof(other));
			(void)letters(languages[l], i - 1, one);
			(void)letters(languages[l], i, other);
			CHECK(memcmp(one, other, 4 * sizeof(one[0])) != 0);
		}
}

/* Does one become the other when a letter is changed, or left out of the longer? */
static bool
one_letter_apart(const uint32_t *one, size_t n, const uint32_t *other, size_t m)
{
	size_t start = 0, end = 0;

	if (n < m)
		return one_letter_apart(other, m, one, n);
	if (n > m + 1)
		return false;
	while (start < m && one[start] == other[start])
		start++;
	while (end < m - start && one[n - 1 - end] == other[m - 1 - end])
		end++;
	return n - start - end <= 1;
}

static void
no_two_words_are_one_letter_apart(void)
{
	static uint32_t words[EV_WORDS][16];
	static size_t len[EV_WORDS];
	size_t l, i, j;

	CHECK(one_letter_apart(U"band", 4, U"land", 4) && one_letter_apart(U"an", 2, U"ban", 3));
	CHECK(!one_letter_apart(U"band", 4, U"bnad", 4));
	for (l = 0; l < 2; l++) {
		for (i = 0; i < EV_WORDS; i++)
			len[i] = letters(languages[l], i, words[i]);
		for (i = 0; i < EV_WORDS; i++)
			for (j = 0; j < i; j++)
				CHECK(!one_letter_apart(words[i], len[i], words[j], len[j]));
	}
}

static void
every_word_is_found_and_nothing_else(void)
{
	size_t l, i;
	const char *word;

	for (l = 0; l < 2; l++)
		for (i = 0; i < EV_WORDS; i++) {
			word = ev_words_at(languages[l], i);
			CHECK(ev_words_has(languages[l], ev_slice_text(word)));
			CHECK(!ev_words_has(languages[1 - l], ev_slice_text(word)));
			CHECK(!ev_words_has(languages[l], ev_slice_of(word, strlen(word) - 1)));
		}
	CHECK(!ev_words_has(EV_WORDS_ENGLISH, ev_slice_text("")));
	CHECK(!ev_words_has(EV_WORDS_ENGLISH, ev_slice_text("zzz")));
}

/* Counts the words of a passphrase; 0 when one is not of the list, or it ends otherwise. */
static unsigned
count_words(enum ev_words_language language, const char *passphrase)
{
	const char *dash;
	unsigned n = 0;

	for (;; passphrase = dash + 1) {
		dash = strchr(passphrase, '-');
		n++;
		if (dash == NULL)
			break;
		if (!ev_words_has(language, ev_slice_of(passphrase, (size_t)(dash - passphrase))))
			return 0;
	}
	return ev_words_has(language, ev_slice_text(passphrase)) ? n : 0;
}

static void
a_passphrase_has_as_few_words_as_give_the_bits(void)
{
	char out[EV_WORDS_PASSPHRASE_SIZE];
	unsigned bits;
	size_t l;

	for (l = 0; l < 2; l++)
		for (bits = 1; bits <= EV_WORDS_BITS_MAX; bits++) {
			ev_words_passphrase(languages[l], bits, out);
			CHECK(count_words(languages[l], out) == (bits + 10) / 11);
		}
	ev_words_passphrase(EV_WORDS_ENGLISH, 80, out);
	CHECK(count_words(EV_WORDS_ENGLISH, out) == 8);
}

/* Chi-squared over all words; beyond 10 standard deviations something is wrong. */
static void
words_are_drawn_evenly(void)
{
	static unsigned seen[EV_WORDS];
	char out[EV_WORDS_PASSPHRASE_SIZE];
	unsigned draws = EV_WORDS * 50, i, j;
	double chi = 0, d;

	for (i = 0; i < draws; i++) {
		ev_words_passphrase(EV_WORDS_ENGLISH, 11, out);
		for (j = 0; strcmp(ev_words_at(EV_WORDS_ENGLISH, j), out) != 0;)
			j = (j + 1) % EV_WORDS;
		seen[j]++;
	}
	for (i = 0; i < EV_WORDS; i++) {
		d = (double)seen[i] - 50;
		chi += d * d / 50;
		CHECK(seen[i] > 0);
	}
	CHECK(chi > 2047 - 640 && chi < 2047 + 640);
}

/* Whoever adds one to a class of words that people take first keeps these apart. */
static void
common_words_cost_less_the_commoner_they_are(void)
{
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " the ") == 6);
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " freedom ") == 8);
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " staple ") == 10);
	CHECK(ev_words_common(EV_WORDS_RUSSIAN, " люблю ") == 6);
	CHECK(ev_words_common(EV_WORDS_RUSSIAN, " свобода ") == 8);
	CHECK(ev_words_common(EV_WORDS_RUSSIAN, " самовар ") == 10);
	CHECK(ev_words_common(EV_WORDS_RUSSIAN, " the ") == 0);
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " freedo ") == 0);
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " reedom ") == 0);
	CHECK(ev_words_common(EV_WORDS_ENGLISH, " abacus ") == 0);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 2;
	UNIT_RUN(words_have_three_to_eight_lower_case_letters);
	UNIT_RUN(words_are_sorted_so_no_word_is_there_twice);
	UNIT_RUN(no_two_words_begin_with_the_same_four_letters);
	UNIT_RUN(no_two_words_are_one_letter_apart);
	UNIT_RUN(every_word_is_found_and_nothing_else);
	UNIT_RUN(common_words_cost_less_the_commoner_they_are);
	UNIT_RUN(a_passphrase_has_as_few_words_as_give_the_bits);
	UNIT_RUN(words_are_drawn_evenly);
	return unit_end();
}
