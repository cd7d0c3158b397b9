#include "format/short.h"

#include <stdio.h>
#include <string.h>

#include "format/letters.h"
#include "format/utf8.h"

enum {
	BITS = EV_SHORT_GROUPS * EV_LETTERS_DATA * 5,
	SUM_BITS = BITS - 256,
	BYTES = (BITS + 7) / 8,
	WORDS_MAX = 2 + EV_SHORT_GROUPS * EV_SHORT_GROUP, /* somebody may space out each letter */
	LETTERS = EV_SHORT_GROUPS * EV_SHORT_GROUP,
};
_Static_assert(SUM_BITS == 19, "what is left of the groups sums up the rest");

static const char label[] = "evault/short/v1";

static uint32_t
sum_of(const char *origin, uint64_t size, const struct ev_hash *root)
{
	char text[200], hex[EVAULT_HEX_SIZE];
	struct ev_hash sum;

	ev_hash_hex(root, hex);
	snprintf(text, sizeof(text), "%s\n%s\n%llu\n%s\n", label, origin, (unsigned long long)size,
		 hex);
	ev_hash_of(text, strlen(text), &sum);
	return ((uint32_t)sum.b[0] << 16 | (uint32_t)sum.b[1] << 8 | sum.b[2]) >> (24 - SUM_BITS);
}

/* Number i of five bits, from the highest down. */
static uint8_t
five_at(const uint8_t bytes[BYTES + 1], size_t i)
{
	unsigned two = (unsigned)bytes[i * 5 / 8] << 8 | bytes[i * 5 / 8 + 1];

	return (uint8_t)(two >> (11 - i * 5 % 8) & 31);
}

void
ev_short_text(const char *origin, uint64_t size, const struct ev_hash *root,
	      char out[EV_SHORT_SIZE])
{
	uint32_t sum = sum_of(origin, size, root) << (BYTES * 8 - BITS);
	uint8_t bytes[BYTES + 1] = { 0 }, five[EV_LETTERS_DATA];
	unsigned place, i;

	memcpy(bytes, root->b, sizeof(root->b));
	for (i = 0; i < BYTES - sizeof(root->b); i++)
		bytes[BYTES - 1 - i] = (uint8_t)(sum >> (8 * i));
	out += snprintf(out, EV_SHORT_SIZE, "%.6s-%llu", origin + strlen("evault/"),
			(unsigned long long)size);
	for (place = 0; place < EV_SHORT_GROUPS; place++) {
		*out++ = '-';
		for (i = 0; i < EV_LETTERS_DATA; i++) {
			five[i] = five_at(bytes, place * EV_LETTERS_DATA + i);
			*out++ = ev_letters[five[i]];
		}
		*out++ = ev_letters[ev_letters_check(five, place)];
	}
	*out = '\0';
}

/* ---- what was typed ----------------------------------------------------------- */

struct word {
	uint8_t value[LETTERS]; /* five bits of each letter */
	size_t n;               /* all of them: only the first LETTERS are kept */
};
struct words {
	struct word list[WORDS_MAX];
	size_t n; /* all of them: only the first WORDS_MAX are kept */
};

/* Spaces and dashes part words. */
static void
read_words(struct ev_slice typed, struct words *words)
{
	bool in_word = false;
	struct word *word;
	struct ev_slice c;

	memset(words, 0, sizeof(*words));
	for (; typed.len > 0; typed.data += c.len, typed.len -= c.len) {
		c = ev_slice_of(typed.data, ev_utf8_len(typed));
		if (c.len == 0)
			c.len = 1;
		if (ev_letter_is_space(c) || ev_letter_is_dash(c)) {
			in_word = false;
			continue;
		}
		if (!in_word)
			words->n++;
		in_word = true;
		if (words->n > WORDS_MAX)
			continue;
		word = &words->list[words->n - 1];
		if (word->n < LETTERS)
			word->value[word->n] = ev_letter_value(c);
		word->n++;
	}
}

/* "3f9a01", "17" */
static bool
read_front(const struct words *words, struct ev_short *s)
{
	const struct word *vault = &words->list[0], *size = &words->list[1];
	size_t i;

	if (words->n < 2 || vault->n != 6 || size->n == 0 || size->n > 19)
		return false;
	for (i = 0; i < 6; i++) {
		if (vault->value[i] > 15)
			return false;
		s->vault[i] = "0123456789abcdef"[vault->value[i]];
	}
	s->vault[6] = '\0';
	s->size = 0;
	for (i = 0; i < size->n; i++) {
		if (size->value[i] > 9)
			return false;
		s->size = s->size * 10 + size->value[i];
	}
	return size->n == 1 || size->value[0] != 0;
}

/* The groups' letters one after the other; false when there are not as many as there must be. */
static bool
gather(const struct words *words, uint8_t letters[LETTERS], unsigned *bad)
{
	bool apart = words->n == 2 + EV_SHORT_GROUPS;
	size_t i, n = 0;

	*bad = 0;
	for (i = 2; i < words->n && i < WORDS_MAX; i++) {
		if (apart && words->list[i].n != EV_SHORT_GROUP) {
			*bad = (unsigned)i - 1;
			return false;
		}
		if (words->list[i].n > LETTERS - n)
			return false;
		memcpy(letters + n, words->list[i].value, words->list[i].n);
		n += words->list[i].n;
	}
	return n == LETTERS && words->n <= WORDS_MAX;
}

static bool
group_is_right(const uint8_t *group, unsigned place)
{
	size_t i;

	for (i = 0; i < EV_SHORT_GROUP; i++)
		if (group[i] == EV_LETTER_NONE)
			return false;
	return ev_letters_check(group, place) == group[EV_LETTERS_DATA];
}

static void
take_bits(const uint8_t letters[LETTERS], struct ev_short *s)
{
	uint8_t bytes[BYTES] = { 0 };
	uint32_t rest = 0;
	size_t bit, i;

	for (bit = 0; bit < BITS; bit++) {
		i = bit / 5;
		if (letters[i / EV_LETTERS_DATA * EV_SHORT_GROUP + i % EV_LETTERS_DATA] >>
			(4 - bit % 5) &
		    1)
			bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	memcpy(s->root.b, bytes, sizeof(s->root.b));
	for (i = sizeof(s->root.b); i < BYTES; i++)
		rest = rest << 8 | bytes[i];
	s->sum = rest >> (BYTES * 8 - BITS);
}

enum evault_status
ev_short_parse(struct ev_slice typed, struct ev_short *out, struct evault_error *err)
{
	uint8_t letters[LETTERS] = { 0 };
	struct ev_short s = { .size = 0 };
	struct words words;
	unsigned place;

	if (typed.len > EV_SHORT_TYPED_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "this is too long for a short checkpoint");
	read_words(typed, &words);
	if (!read_front(&words, &s))
		return ev_fail(
		    err, EVAULT_E_FORMAT,
		    "a short checkpoint begins with six digits of the vault's name and a "
		    "number, as in 3f9a01-17");
	if (!gather(&words, letters, &place) && place > 0)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "group %u of the short checkpoint is mistyped: it does not have six "
			       "letters",
			       place);
	if (!gather(&words, letters, &place))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "after the number, a short checkpoint has %d groups of six letters",
			       EV_SHORT_GROUPS);
	for (place = 0; place < EV_SHORT_GROUPS; place++)
		if (!group_is_right(letters + place * (size_t)EV_SHORT_GROUP, place))
			return ev_fail(err, EVAULT_E_FORMAT,
				       "group %u of the short checkpoint is mistyped", place + 1);
	take_bits(letters, &s);
	*out = s;
	return EVAULT_OK;
}

bool
ev_short_fits(const struct ev_short *s, const char *origin)
{
	return memcmp(origin + strlen("evault/"), s->vault, 6) == 0 &&
	       sum_of(origin, s->size, &s->root) == s->sum;
}

bool
ev_short_looks_so(struct ev_slice typed)
{
	struct ev_short s;
	struct words words;

	if (typed.len > EV_SHORT_TYPED_MAX)
		return false;
	read_words(typed, &words);
	return read_front(&words, &s) && words.n > 2;
}
