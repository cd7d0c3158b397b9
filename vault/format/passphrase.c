#include "format/passphrase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zxcvbn.h>

#include "base/secret.h"
#include "format/passphrase_private.h"
#include "format/words.h"

enum {
	N = EV_PASSPHRASE_CHARACTERS,
	WORD_MIN = 3, /* letters */
	WORD_MAX = 12,
	COMMON_MIN = 2,
	WORD_BYTES = 1 + 2 * WORD_MAX + 4 + 2, /* with a space before and after */
	NAME_MIN = 3,
	ZXCVBN_MAX = 64, /* characters that it is asked about: its time grows with their square */
	SHORT = 10,      /* fewer characters are called short */
	TAIL = 6,        /* characters that do not make one word more than one word */
};

/* Bits of pieces. */
static const double word_bits = 15, switch_bits = 1, capital_bits = 1, run_bits = 5, copy_bits = 1,
		    name_bits = 3, year_bits = 7, date_bits = 15.3, digit_bits = 3.33,
		    sign_bits = 4, separator_bits = 1, ideograph_bits = 6, common_bits = 20;
/* Letters that cost less than this on average look like a word. */
static const double likely_latin = 4.1, likely_cyrillic = 4.3;

enum piece {
	PIECE_CHARACTER,
	PIECE_WORD,
	PIECE_RUN,
	PIECE_COPY,
	PIECE_DATE,
	PIECE_NAME,
	PIECE_COMMON, /* as libzxcvbn sees it */
};

/* The cheapest series of pieces up to each character.  Lives in locked memory. */
struct series {
	struct ev_pass_text text, name;
	double bits[N + 1];
	uint8_t from[N + 1];
	enum piece last[N + 1];
	char ascii[ZXCVBN_MAX + 1];
	char spaced[WORD_BYTES];
	bool has_name;
};

struct names {
	const char *const *names;
	size_t n;
};

static void
offer(struct series *s, size_t from, size_t to, double bits, enum piece piece)
{
	if (s->bits[from] + bits >= s->bits[to])
		return;
	s->bits[to] = s->bits[from] + bits;
	s->from[to] = (uint8_t)from;
	s->last[to] = piece;
}

static void
offer_character(struct series *s, const struct ev_pass_model *model, size_t i)
{
	const uint32_t *c = s->text.at[EV_PASS_TYPED];
	double bits = sign_bits;

	switch (ev_pass_class(c[i])) {
	case EV_PASS_DIGIT:
		bits = digit_bits;
		break;
	case EV_PASS_LATIN_LETTER:
	case EV_PASS_CYRILLIC_LETTER:
	case EV_PASS_OTHER_LETTER:
		bits = ev_pass_letter(model, i > 0 ? c[i - 1] : 0, c[i]);
		break;
	case EV_PASS_IDEOGRAPH:
		bits = ideograph_bits;
		break;
	case EV_PASS_SEPARATOR:
		bits = separator_bits;
		break;
	case EV_PASS_SIGN:
		break;
	}
	offer(s, i, i + 1, bits + (s->text.capital[i] ? capital_bits : 0), PIECE_CHARACTER);
}

/* Bits of a word of the lists, 0 for others.  `kind` is that of its letters. */
static unsigned
listed_bits(struct series *s, const uint32_t *letters, size_t n, enum ev_pass_class kind)
{
	enum ev_words_language language =
	    kind == EV_PASS_LATIN_LETTER ? EV_WORDS_ENGLISH : EV_WORDS_RUSSIAN;
	size_t i, len = 0;
	unsigned bits;

	s->spaced[len++] = ' ';
	for (i = 0; i < n && len + 4 + 2 <= sizeof(s->spaced); i++)
		len += ev_pass_utf8(letters[i], (uint8_t *)s->spaced + len);
	s->spaced[len] = ' ';
	s->spaced[len + 1] = '\0';
	bits = ev_words_common(language, s->spaced);
	if (bits == 0 && n >= WORD_MIN &&
	    ev_words_has(language, ev_slice_of(s->spaced + 1, len - 1)))
		bits = EV_WORDS_BITS;
	return bits;
}

/* Words that begin at i, in one of the readings. */
static void
offer_words(struct series *s, const struct ev_pass_model *model, enum ev_pass_view view, size_t i)
{
	const uint32_t *c = s->text.at[view] + i;
	enum ev_pass_class kind = ev_pass_class(c[0]);
	double sum = 0, likely, more = view == EV_PASS_TYPED ? 0 : switch_bits;
	unsigned listed;
	size_t n;

	if (kind != EV_PASS_LATIN_LETTER && kind != EV_PASS_CYRILLIC_LETTER &&
	    kind != EV_PASS_OTHER_LETTER)
		return;
	likely = kind == EV_PASS_LATIN_LETTER ? likely_latin : likely_cyrillic;
	for (n = 1; n <= WORD_MAX && i + n <= s->text.n && ev_pass_class(c[n - 1]) == kind; n++) {
		sum += ev_pass_letter(model, n > 1 ? c[n - 2] : 0, c[n - 1]);
		more += s->text.capital[i + n - 1] ? capital_bits : 0;
		listed = n >= COMMON_MIN ? listed_bits(s, c, n, kind) : 0;
		if (listed > 0)
			offer(s, i, i + n, (double)listed + more, PIECE_WORD);
		if (n >= WORD_MIN && sum < likely * (double)n)
			offer(s, i, i + n, fmin(sum, word_bits) + more, PIECE_WORD);
	}
}

/* What is at i was there before, once or several times. */
static void
offer_copies(struct series *s, size_t i)
{
	const uint32_t *c = s->text.at[EV_PASS_TYPED];
	size_t start, n;

	for (start = 0; start < i; start++)
		for (n = 1; i + n <= s->text.n && c[start + n - 1] == c[i + n - 1]; n++)
			if (n > 1 || start + 1 == i)
				offer(s, i, i + n, copy_bits + log2((double)i) + log2((double)n),
				      PIECE_COPY);
}

/* Is `name` at i, in any reading? */
static bool
is_at(const struct ev_pass_text *text, size_t i, const uint32_t *name, size_t n)
{
	unsigned view;

	if (n < NAME_MIN || i + n > text->n)
		return false;
	for (view = 0; view < EV_PASS_VIEWS; view++)
		if (memcmp(text->at[view] + i, name, n * sizeof(*name)) == 0)
			return true;
	return false;
}

/* Words of names, where they begin at i. */
static void
offer_names(struct series *s, const struct names *names, size_t i)
{
	const uint32_t *c = s->name.at[EV_PASS_TYPED];
	size_t which, start, n;

	for (which = 0; which < names->n; which++) {
		ev_pass_read(ev_slice_text(names->names[which]), &s->name);
		for (start = 0; start < s->name.n; start += n + 1) {
			n = 0;
			while (start + n < s->name.n &&
			       ev_pass_class(c[start + n]) != EV_PASS_SEPARATOR)
				n++;
			if (!is_at(&s->text, i, c + start, n))
				continue;
			s->has_name = true;
			offer(s, i, i + n, name_bits, PIECE_NAME);
		}
	}
}

/* libzxcvbn's opinion of characters from `from` to `to`, which are ASCII in that reading. */
static void
offer_common(struct series *s, enum ev_pass_view view, size_t from, size_t to)
{
	size_t i, n = to - from;
	uint32_t c;

	if (n < WORD_MIN || n > ZXCVBN_MAX)
		return;
	for (i = 0; i < n; i++) {
		c = s->text.at[view][from + i];
		if (c == 0 || c >= 0x80)
			return;
		s->ascii[i] = (char)(s->text.capital[from + i] && c >= 'a' ? c - 0x20 : c);
	}
	s->ascii[n] = '\0';
	offer(s, from, to,
	      ZxcvbnMatch(s->ascii, NULL, NULL) + (view == EV_PASS_TYPED ? 0 : switch_bits),
	      PIECE_COMMON);
}

/* What begins at i and ends before a space, and the whole. */
static void
offer_tokens(struct series *s, size_t i)
{
	const uint32_t *c = s->text.at[EV_PASS_TYPED];
	size_t end = i;

	while (end < s->text.n && ev_pass_class(c[end]) != EV_PASS_SEPARATOR)
		end++;
	if (i == 0 || ev_pass_class(c[i - 1]) == EV_PASS_SEPARATOR) {
		offer_common(s, EV_PASS_TYPED, i, end);
		offer_common(s, EV_PASS_LATIN, i, end);
	}
	if (i == 0)
		offer_common(s, EV_PASS_TYPED, 0, s->text.n);
}

/* Everything that begins at i. */
static void
offer_all(struct series *s, const struct ev_pass_model *model, const struct names *names, size_t i)
{
	size_t n;
	unsigned view;

	offer_character(s, model, i);
	for (view = 0; view < EV_PASS_VIEWS; view++)
		offer_words(s, model, (enum ev_pass_view)view, i);
	n = ev_pass_run(&s->text, i);
	if (n > 0)
		offer(s, i, i + n, run_bits + log2((double)n), PIECE_RUN);
	n = ev_pass_date(&s->text, i);
	if (n > 0)
		offer(s, i, i + n, n == 4 ? year_bits : date_bits, PIECE_DATE);
	offer_copies(s, i);
	offer_names(s, names, i);
	offer_tokens(s, i);
}

/* ---- why ------------------------------------------------------------- */

static bool
is_digits(const struct ev_pass_text *text)
{
	enum ev_pass_class kind;
	size_t i, digits = 0;

	for (i = 0; i < text->n; i++) {
		kind = ev_pass_class(text->at[EV_PASS_TYPED][i]);
		digits += kind == EV_PASS_DIGIT;
		if (kind != EV_PASS_DIGIT && kind != EV_PASS_SEPARATOR &&
		    text->at[EV_PASS_TYPED][i] != '/')
			return false;
	}
	return digits > 0;
}

/* The same few characters from start to end. */
static bool
is_repeated(const struct ev_pass_text *text)
{
	const uint32_t *c = text->at[EV_PASS_TYPED];
	size_t period, i;

	for (period = 1; period <= text->n / 2; period++) {
		for (i = period; i < text->n && c[i] == c[i - period];)
			i++;
		if (i == text->n)
			return true;
	}
	return false;
}

/* At least three quarters are runs. */
static bool
is_runs(const struct ev_pass_text *text)
{
	size_t i = 0, n, in_runs = 0;

	while (i < text->n) {
		n = ev_pass_run(text, i);
		in_runs += n;
		i += n > 0 ? n : 1;
	}
	return in_runs > 0 && in_runs * 4 >= text->n * 3;
}

/* A word of our lists, and nothing else. */
static bool
is_listed(const struct series *s)
{
	char word[WORD_MAX + 1];
	size_t i, n = s->text.n;
	bool listed;

	if (n > WORD_MAX)
		return false;
	for (i = 0; i < n; i++)
		word[i] = (char)s->text.at[EV_PASS_TYPED][i];
	listed = ev_words_has(EV_WORDS_ENGLISH, ev_slice_of(word, n));
	ev_wipe(word, sizeof(word));
	return listed;
}

/* One word in the cheapest series, and little else. */
static bool
is_one_word(const struct series *s)
{
	size_t to, words = 0, rest = 0;

	for (to = s->text.n; to > 0; to = s->from[to]) {
		if (s->last[to] == PIECE_WORD || s->last[to] == PIECE_COMMON)
			words++;
		else
			rest += to - s->from[to];
	}
	return words == 1 && rest <= TAIL;
}

static enum ev_passphrase_verdict
find_reason(const struct series *s)
{
	size_t n = s->text.n;

	if (s->bits[n] >= (double)EV_PASSPHRASE_BITS)
		return EV_PASSPHRASE_GOOD;
	if (is_digits(&s->text))
		return EV_PASSPHRASE_DIGITS;
	if (is_repeated(&s->text))
		return EV_PASSPHRASE_REPEATED;
	if (is_runs(&s->text))
		return EV_PASSPHRASE_KEYBOARD;
	if (s->has_name)
		return EV_PASSPHRASE_NAME;
	if (n > 0 && s->from[n] == 0 && s->last[n] == PIECE_COMMON && s->bits[n] < common_bits)
		return is_listed(s) ? EV_PASSPHRASE_WORD : EV_PASSPHRASE_COMMON;
	if (is_one_word(s))
		return EV_PASSPHRASE_WORD;
	return n < SHORT ? EV_PASSPHRASE_SHORT : EV_PASSPHRASE_GUESSABLE;
}

enum evault_status
ev_passphrase_judge(struct ev_slice text, const char *const *names, size_t n_names,
		    enum ev_passphrase_verdict *verdict, unsigned *bits, struct evault_error *err)
{
	struct ev_pass_model *model = malloc(sizeof(*model));
	struct series *s = ev_secret_new(sizeof(*s));
	struct names known = { names, n_names };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (model == NULL || s == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	ev_pass_learn(model);
	ev_pass_read(text, &s->text);
	for (i = 1; i <= s->text.n; i++)
		s->bits[i] = INFINITY;
	for (i = 0; i < s->text.n; i++)
		offer_all(s, model, &known, i);
	*verdict = find_reason(s);
	if (bits != NULL)
		*bits = (unsigned)s->bits[s->text.n];
out:
	ev_secret_free(s);
	free(model);
	return rc;
}

enum evault_status
ev_passphrase_check(struct ev_slice text, const char *const *names, size_t n_names,
		    struct evault_error *err)
{
	enum ev_passphrase_verdict verdict = EV_PASSPHRASE_GOOD;
	enum evault_status rc = ev_passphrase_judge(text, names, n_names, &verdict, NULL, err);

	if (rc != EVAULT_OK)
		return rc;
	switch (verdict) {
	case EV_PASSPHRASE_GOOD:
		break;
	case EV_PASSPHRASE_DIGITS:
		return ev_fail(err, EVAULT_E_USAGE,
			       "a passphrase of nothing but digits, or of a date, is soon guessed");
	case EV_PASSPHRASE_REPEATED:
		return ev_fail(err, EVAULT_E_USAGE,
			       "a passphrase that repeats the same few characters is soon guessed");
	case EV_PASSPHRASE_KEYBOARD:
		return ev_fail(err, EVAULT_E_USAGE,
			       "a passphrase of neighbouring keys, or of letters or digits in "
			       "their order, is soon guessed");
	case EV_PASSPHRASE_NAME:
		return ev_fail(err, EVAULT_E_USAGE,
			       "a passphrase made of a name that goes with this vault is among the "
			       "first that are guessed");
	case EV_PASSPHRASE_COMMON:
		return ev_fail(err, EVAULT_E_USAGE,
			       "many people have this passphrase, and it is among the first that "
			       "are guessed");
	case EV_PASSPHRASE_WORD:
		return ev_fail(err, EVAULT_E_USAGE,
			       "one word is soon guessed, with digits or signs too: take at least "
			       "five words that do not belong together");
	case EV_PASSPHRASE_SHORT:
		return ev_fail(err, EVAULT_E_USAGE,
			       "the passphrase is too short: take at least five words that do not "
			       "belong together");
	case EV_PASSPHRASE_GUESSABLE:
		return ev_fail(err, EVAULT_E_USAGE,
			       "the passphrase can be guessed: take more words, and such as do not "
			       "belong together");
	}
	return EVAULT_OK;
}
