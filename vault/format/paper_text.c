/*
 * The letters of keys on paper: what was typed becomes numbers of five bits,
 * these become groups that check, and the groups become bytes.
 */
#include <string.h>

#include "format/letters.h"
#include "format/paper.h"
#include "format/paper_private.h"

enum {
	DATA = EV_PAPER_GROUP - 1, /* letters of a group before the one that checks */
	LETTERS = EV_PAPER_GROUPS * EV_PAPER_GROUP,
	LETTERS_MAX = LETTERS + 64, /* that are looked at */
};

/* What was typed, without what only separates.  Lives in locked memory. */
struct letters {
	uint8_t value[LETTERS_MAX];
	uint8_t word[LETTERS_MAX]; /* which of the words, parted by spaces, has it; from 0 */
	size_t n;                  /* all of them: only the first LETTERS_MAX are kept */
	unsigned words;
};

/* ---- groups ---------------------------------------------------------- */

_Static_assert((int)DATA == (int)EV_LETTERS_DATA, "a group is one of letters.h");
_Static_assert(EV_PAPER_GROUPS < 32, "each place has a number of its own");

static bool
group_checks(const uint8_t letters[EV_PAPER_GROUP], unsigned place)
{
	size_t i;

	for (i = 0; i < EV_PAPER_GROUP; i++)
		if (letters[i] == EV_LETTER_NONE)
			return false;
	return ev_letters_check(letters, place) == letters[DATA];
}

/* Number i of five bits, from the highest down. */
static uint8_t
five_at(const uint8_t *bytes, size_t i)
{
	unsigned two, at = (unsigned)(i * 5 / 8);

	two = (unsigned)bytes[at] << 8 | (at + 1 < EV_PAPER_BYTES ? bytes[at + 1] : 0U);
	return (uint8_t)(two >> (11 - i * 5 % 8) & 31);
}

void
ev_paper_letters(const uint8_t bytes[EV_PAPER_BYTES], char out[EV_PAPER_TEXT_SIZE])
{
	uint8_t five[DATA];
	unsigned place, i;

	for (place = 0; place < EV_PAPER_GROUPS; place++) {
		for (i = 0; i < DATA; i++) {
			five[i] = five_at(bytes, place * DATA + i);
			*out++ = ev_letters[five[i]];
		}
		*out++ = ev_letters[ev_letters_check(five, place)];
		*out++ = place % EV_PAPER_LINE == EV_PAPER_LINE - 1 ? '\n' : ' ';
	}
	*out = '\0';
	ev_wipe(five, sizeof(five));
}

/* ---- what was typed -------------------------------------------------- */

static void
read_letters(struct ev_slice typed, struct letters *letters)
{
	bool in_word = false;
	struct ev_slice c;

	memset(letters, 0, sizeof(*letters));
	for (; typed.len > 0; typed.data += c.len, typed.len -= c.len) {
		c = ev_slice_of(typed.data, ev_utf8_len(typed));
		if (c.len == 0)
			c.len = 1;
		if (ev_letter_is_space(c))
			in_word = false;
		if (ev_letter_is_space(c) || ev_letter_is_dash(c))
			continue;
		if (!in_word)
			letters->words++;
		in_word = true;
		if (letters->n < LETTERS_MAX) {
			letters->value[letters->n] = ev_letter_value(c);
			letters->word[letters->n] = (uint8_t)(letters->words - 1);
		}
		letters->n++;
	}
}

enum ev_paper_typo
ev_paper_group(struct ev_slice typed, unsigned place)
{
	struct letters *letters = ev_secret_new(sizeof(*letters));
	enum ev_paper_typo typo = EV_PAPER_RIGHT;

	if (letters == NULL)
		return EV_PAPER_MISTYPED;
	read_letters(typed, letters);
	if (letters->n != EV_PAPER_GROUP)
		typo = EV_PAPER_WRONG_LENGTH;
	else if (memchr(letters->value, EV_LETTER_NONE, EV_PAPER_GROUP) != NULL)
		typo = EV_PAPER_WRONG_LETTER;
	else if (!group_checks(letters->value, place))
		typo = EV_PAPER_MISTYPED;
	ev_secret_free(letters);
	return typo;
}

/* ---- a whole text ---------------------------------------------------- */

/* Group `place`: the word of that number when there are as many words, else the next six letters.
 */
static bool
find_group(const struct letters *letters, unsigned groups, unsigned place, const uint8_t **group)
{
	size_t first = place * (size_t)EV_PAPER_GROUP, n = EV_PAPER_GROUP;

	if (letters->words == groups && letters->n <= LETTERS_MAX) {
		for (first = 0; letters->word[first] != place;)
			first++;
		for (n = 0; first + n < letters->n && letters->word[first + n] == place;)
			n++;
	}
	*group = letters->value + first;
	return n == EV_PAPER_GROUP && first + n <= letters->n;
}

static uint32_t
find_wrong(const struct letters *letters, unsigned groups)
{
	const uint8_t *group;
	uint32_t wrong = 0;
	unsigned place;

	for (place = 0; place < groups; place++)
		if (!find_group(letters, groups, place, &group) || !group_checks(group, place))
			wrong |= (uint32_t)1 << place;
	return wrong;
}

static unsigned
first_of(uint32_t wrong)
{
	unsigned place = 0;

	while (place < EV_PAPER_GROUPS && (wrong >> place & 1) == 0)
		place++;
	return place;
}

/* Just two are wrong, and each would be right in the other's place. */
static bool
are_swapped(const struct letters *letters, unsigned groups, uint32_t wrong)
{
	unsigned one = first_of(wrong), other = first_of(wrong & (wrong - 1));
	const uint8_t *first, *second;

	return other < groups && (wrong & (wrong - 1) & ((wrong & (wrong - 1)) - 1)) == 0 &&
	       find_group(letters, groups, one, &first) &&
	       find_group(letters, groups, other, &second) && group_checks(first, other) &&
	       group_checks(second, one);
}

/* Words that are no groups, and letters that are too many or too few for them. */
static bool
has_wrong_length(const struct letters *letters, unsigned groups)
{
	return letters->n != groups * (size_t)EV_PAPER_GROUP &&
	       (letters->words != groups || letters->n > LETTERS_MAX);
}

static enum evault_status
refuse(const struct letters *letters, unsigned groups, uint32_t wrong, struct evault_error *err)
{
	unsigned first = first_of(wrong) + 1, other = first_of(wrong & (wrong - 1)) + 1;

	if (has_wrong_length(letters, groups) && wrong == 0)
		return ev_fail(
		    err, EVAULT_E_FORMAT,
		    "%u groups of six letters are expected, and there is more after them", groups);
	if (has_wrong_length(letters, groups))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "%u groups of six letters are expected: from group %u on they do "
			       "not fit, something is missing there or too much",
			       groups, first);
	if (are_swapped(letters, groups, wrong))
		return ev_fail(err, EVAULT_E_FORMAT, "groups %u and %u are in each other's place",
			       first, other);
	if ((wrong & (wrong - 1)) == 0)
		return ev_fail(err, EVAULT_E_FORMAT, "group %u is mistyped", first);
	return ev_fail(err, EVAULT_E_FORMAT,
		       "several groups are mistyped: group %u is the first, group %u the next",
		       first, other);
}

/* The bytes of groups that check. */
static void
gather(const struct letters *letters, unsigned groups, uint8_t bytes[EV_PAPER_BYTES])
{
	uint32_t five = 0;
	const uint8_t *group;
	unsigned place, i, bits = 0;
	size_t n = 0;

	for (place = 0; place < groups; place++) {
		(void)find_group(letters, groups, place, &group);
		for (i = 0; i < DATA; i++) {
			five = (five << 5 | group[i]) & 0xfff;
			bits += 5;
			if (bits >= 8) {
				bits -= 8;
				bytes[n++] = (uint8_t)(five >> bits);
			}
		}
	}
}

enum evault_status
ev_paper_bytes(struct ev_slice typed, unsigned groups, uint8_t bytes[EV_PAPER_BYTES],
	       uint32_t *wrong, struct evault_error *err)
{
	struct letters *letters = ev_secret_new(sizeof(*letters));
	enum evault_status rc = EVAULT_OK;
	uint32_t found = 0;

	if (letters == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	if (typed.len > EV_PAPER_TYPED_MAX) {
		rc = ev_fail(err, EVAULT_E_LIMIT, "this is longer than a key on paper can be");
		goto out;
	}
	read_letters(typed, letters);
	found = find_wrong(letters, groups);
	/* Another version may have another number of groups: its first one is enough. */
	if ((found & 1) == 0)
		rc = ev_paper_version((uint8_t)(letters->value[0] << 3 | letters->value[1] >> 2),
				      err);
	if (rc == EVAULT_OK && (found != 0 || has_wrong_length(letters, groups)))
		rc = refuse(letters, groups, found, err);
	if (rc == EVAULT_OK)
		gather(letters, groups, bytes);
out:
	if (wrong != NULL)
		*wrong = found;
	ev_secret_free(letters);
	return rc;
}
