#include "format/paper.h"

#include <stdlib.h>

#include "base/secret.h"
#include "unit.h"

static const char origin[] =
    "evault/3f9a01c2d4e5f607182930a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5";
static const char other_origin[] =
    "evault/3f9a01c2d4e5f608182930a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5";
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* What every test works on, in locked memory: a recovery key, and 3 of 5 shares. */
struct keys {
	struct ev_age_identity identity, back;
	struct ev_paper whole, shares[5], foreign[5], read;
	char text[EV_PAPER_TEXT_SIZE];
};
static struct keys *k;

static bool
start(void)
{
	unsigned i;

	for (i = 0; i < 32; i++)
		k->identity.b[i] = (uint8_t)(i * 7 + 3);
	return CHECK(ev_paper_recovery(&k->identity, origin, &k->whole, NULL) == EVAULT_OK) &&
	       CHECK(ev_paper_split(&k->identity, origin, 3, 5, k->shares, NULL) == EVAULT_OK);
}

/* Where letter `i` of group `place` is in a text. */
static size_t
position(unsigned place, unsigned i)
{
	return place * (EV_PAPER_GROUP + 1U) + i;
}

static enum evault_status
parse(const char *text, uint32_t *wrong, struct evault_error *err)
{
	return ev_paper_parse(ev_slice_text(text), &k->read, wrong, err);
}

static bool
same(const struct ev_paper *a, const struct ev_paper *b)
{
	return a->kind == b->kind && a->threshold == b->threshold && a->number == b->number &&
	       memcmp(a->vault, b->vault, sizeof(a->vault)) == 0 &&
	       memcmp(a->set, b->set, sizeof(a->set)) == 0 &&
	       memcmp(a->secret, b->secret, sizeof(a->secret)) == 0;
}

/* ---- text ------------------------------------------------------------ */

/* FORMAT.md has it as its example; tests/interop/paper.py reads it too. */
static void
text_of_a_known_key_is_the_one_of_the_format(void)
{
	NEED(start());
	memcpy(k->whole.set, "\x01\x02\x03\x04", 4);
	ev_paper_text(&k->whole, k->text);
	CHECK(strcmp(k->text, "2003ZW 6G1RB0 AEBXGK 70410Y\n610315 88HG77 S65MTW 3PGJ91\n"
			      "A1BNWF SBCEDH X83241 FJTETG\n9AXJQE 70CFK0 PNVJSF VJGGGV\n") == 0);
}

static void
text_is_four_lines_of_four_groups(void)
{
	unsigned i;

	NEED(start());
	ev_paper_text(&k->shares[0], k->text);
	CHECK(strlen(k->text) == EV_PAPER_TEXT_SIZE - 1);
	for (i = 0; i < EV_PAPER_TEXT_SIZE - 1; i++) {
		if (i % 28 == 27)
			CHECK(k->text[i] == '\n');
		else if (i % 7 == 6)
			CHECK(k->text[i] == ' ');
		else
			CHECK(strchr(alphabet, k->text[i]) != NULL);
	}
}

static void
parse_gives_back_what_was_printed(void)
{
	uint32_t wrong = 1;
	unsigned i;

	NEED(start());
	ev_paper_text(&k->whole, k->text);
	CHECK(parse(k->text, &wrong, NULL) == EVAULT_OK && wrong == 0);
	CHECK(same(&k->read, &k->whole));
	for (i = 0; i < 5; i++) {
		ev_paper_text(&k->shares[i], k->text);
		CHECK(parse(k->text, NULL, NULL) == EVAULT_OK);
		CHECK(same(&k->read, &k->shares[i]));
		CHECK(k->read.number == i + 1 && k->read.threshold == 3);
	}
}

static void
every_threshold_and_number_is_told(void)
{
	struct ev_paper *all = ev_secret_new(EV_SHAMIR_SHARES_MAX * sizeof(*all));
	unsigned threshold, i;

	NEED(all != NULL && start());
	for (threshold = 2; threshold <= EV_SHAMIR_SHARES_MAX; threshold++) {
		CHECK(ev_paper_split(&k->identity, origin, threshold, EV_SHAMIR_SHARES_MAX, all,
				     NULL) == EVAULT_OK);
		for (i = 0; i < EV_SHAMIR_SHARES_MAX; i++) {
			ev_paper_text(&all[i], k->text);
			CHECK(parse(k->text, NULL, NULL) == EVAULT_OK);
			CHECK(k->read.threshold == threshold && k->read.number == i + 1);
		}
	}
	ev_secret_free(all);
}

static void
the_head_tells_all_but_the_secret(void)
{
	char vault[EV_PAPER_VAULT_SIZE];
	uint8_t none[32] = { 0 };

	NEED(start());
	ev_paper_text(&k->shares[3], k->text);
	CHECK(ev_paper_parse_head(ev_slice_of(k->text, position(EV_PAPER_HEAD, 0)), &k->read, NULL,
				  NULL) == EVAULT_OK);
	CHECK(memcmp(k->read.secret, none, sizeof(none)) == 0);
	memcpy(k->read.secret, k->shares[3].secret, sizeof(none));
	CHECK(same(&k->read, &k->shares[3]));
	ev_paper_vault(&k->read, vault);
	CHECK(strcmp(vault, "3f9a01c2d4e5f607") == 0);
	CHECK(ev_paper_parse_head(ev_slice_of(k->text, position(4, 0)), &k->read, NULL, NULL) ==
	      EVAULT_E_FORMAT);
}

/* Small letters, O, I and L, Cyrillic ones, dashes, spaces, no spaces. */
static void
typed_text_may_look_different(void)
{
	static const char *const alike[][2] = {
		{ "0", "О" }, { "1", "і" }, { "A", "А" }, { "B", "в" }, { "E", "е" }, { "K", "К" },
		{ "M", "М" }, { "H", "н" }, { "P", "р" }, { "C", "с" }, { "T", "Т" }, { "X", "х" },
		{ "Y", "у" }, { "3", "З" }, { "0", "o" }, { "1", "l" }, { "1", "I" }
	};
	char *typed = ev_secret_new(EV_PAPER_TYPED_MAX);
	size_t which, i, n;

	NEED(typed != NULL && start());
	ev_paper_text(&k->shares[1], k->text);
	for (which = 0; which < sizeof(alike) / sizeof(alike[0]); which++) {
		for (i = n = 0; k->text[i] != '\0'; i++) {
			if (k->text[i] == alike[which][0][0]) {
				memcpy(typed + n, alike[which][1], strlen(alike[which][1]));
				n += strlen(alike[which][1]);
			} else if (k->text[i] == ' ' && which % 2 == 0) {
				typed[n++] = '-';
			} else if (k->text[i] != '\n' || which % 3 != 0) {
				typed[n++] = k->text[i];
			}
		}
		memset(&k->read, 0, sizeof(k->read));
		CHECK(ev_paper_parse(ev_slice_of(typed, n), &k->read, NULL, NULL) == EVAULT_OK);
		CHECK(same(&k->read, &k->shares[1]));
	}
	for (i = n = 0; k->text[i] != '\0'; i++) {
		typed[n++] = k->text[i] >= 'A' ? (char)(k->text[i] + 32) : k->text[i];
		memcpy(typed + n, i % 2 == 0 ? " " : "\xe2\x80\x93", i % 2 == 0 ? 1 : 3);
		n += i % 2 == 0 ? 1 : 3;
	}
	CHECK(ev_paper_parse(ev_slice_of(typed, n), &k->read, NULL, NULL) == EVAULT_OK);
	ev_secret_free(typed);
}

/* ---- typing errors --------------------------------------------------- */

/* Is group `place` alone found wrong, both alone and in the whole? */
static bool
is_located(unsigned place)
{
	struct evault_error err;
	uint32_t wrong = 0;
	char expected[40];

	snprintf(expected, sizeof(expected), "group %u is mistyped", place + 1);
	return parse(k->text, &wrong, &err) == EVAULT_E_FORMAT && wrong == (uint32_t)1 << place &&
	       strcmp(err.text, expected) == 0 &&
	       ev_paper_group(ev_slice_of(k->text + position(place, 0), EV_PAPER_GROUP), place) !=
		   EV_PAPER_RIGHT;
}

static void
every_wrong_letter_in_every_position_is_located(void)
{
	unsigned place, i, letter, located = 0;
	char right;

	NEED(start());
	ev_paper_text(&k->shares[2], k->text);
	for (place = 0; place < EV_PAPER_GROUPS; place++)
		for (i = 0; i < EV_PAPER_GROUP; i++) {
			right = k->text[position(place, i)];
			for (letter = 0; letter < 32; letter++) {
				if (alphabet[letter] == right)
					continue;
				k->text[position(place, i)] = alphabet[letter];
				located += is_located(place);
			}
			k->text[position(place, i)] = right;
		}
	CHECK(located == 16 * 6 * 31);
}

static void
two_letters_of_a_group_in_each_others_place_are_located(void)
{
	unsigned place, i, j;
	char one, other;

	NEED(start());
	ev_paper_text(&k->shares[2], k->text);
	for (place = 0; place < EV_PAPER_GROUPS; place++)
		for (i = 0; i < EV_PAPER_GROUP; i++)
			for (j = 0; j < i; j++) {
				one = k->text[position(place, i)];
				other = k->text[position(place, j)];
				k->text[position(place, i)] = other;
				k->text[position(place, j)] = one;
				CHECK(one == other || is_located(place));
				k->text[position(place, i)] = one;
				k->text[position(place, j)] = other;
			}
}

static void
two_groups_in_each_others_place_are_named(void)
{
	char one[EV_PAPER_GROUP], other[EV_PAPER_GROUP], expected[60];
	struct evault_error err;
	unsigned a, b;
	uint32_t wrong;

	NEED(start());
	ev_paper_text(&k->shares[4], k->text);
	for (b = 0; b < EV_PAPER_GROUPS; b++)
		for (a = 0; a < b; a++) {
			memcpy(one, k->text + position(a, 0), sizeof(one));
			memcpy(other, k->text + position(b, 0), sizeof(other));
			memcpy(k->text + position(a, 0), other, sizeof(one));
			memcpy(k->text + position(b, 0), one, sizeof(other));
			CHECK(parse(k->text, &wrong, &err) == EVAULT_E_FORMAT);
			CHECK(wrong == ((uint32_t)1 << a | (uint32_t)1 << b));
			snprintf(expected, sizeof(expected),
				 "groups %u and %u are in each other's place", a + 1, b + 1);
			CHECK(strcmp(err.text, expected) == 0);
			memcpy(k->text + position(a, 0), one, sizeof(one));
			memcpy(k->text + position(b, 0), other, sizeof(other));
		}
}

static void
characters_that_no_group_has_are_located(void)
{
	static const char *const bad[] = { "U", "u", "?", "*", "Ж", "й", "文", "\xff", "\x01" };
	char typed[EV_PAPER_TEXT_SIZE + 8];
	uint32_t wrong;
	unsigned place;
	size_t i, n;

	NEED(start());
	ev_paper_text(&k->whole, k->text);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (place = 0; place < EV_PAPER_GROUPS; place++) {
			n = position(place, (unsigned)i % 6);
			memcpy(typed, k->text, n);
			memcpy(typed + n, bad[i], strlen(bad[i]));
			memcpy(typed + n + strlen(bad[i]), k->text + n + 1,
			       sizeof(k->text) - n - 1);
			CHECK(parse(typed, &wrong, NULL) == EVAULT_E_FORMAT);
			CHECK(wrong == (uint32_t)1 << place);
			CHECK(ev_paper_group(ev_slice_of(typed + position(place, 0),
							 EV_PAPER_GROUP - 1 + strlen(bad[i])),
					     place) == EV_PAPER_WRONG_LETTER);
		}
	ev_wipe(typed, sizeof(typed));
}

/* A letter left out or doubled, where groups are parted by spaces. */
static void
a_group_that_is_too_short_or_too_long_is_located(void)
{
	char typed[EV_PAPER_TEXT_SIZE + 1];
	uint32_t wrong;
	unsigned place, i;
	size_t n;

	NEED(start());
	ev_paper_text(&k->whole, k->text);
	for (place = 0; place < EV_PAPER_GROUPS; place++)
		for (i = 0; i < EV_PAPER_GROUP; i++) {
			n = position(place, i);
			memcpy(typed, k->text, n);
			memcpy(typed + n, k->text + n + 1, sizeof(k->text) - n - 1);
			CHECK(parse(typed, &wrong, NULL) == EVAULT_E_FORMAT);
			CHECK(wrong == (uint32_t)1 << place);
			memcpy(typed + n + 1, k->text + n, sizeof(k->text) - n);
			typed[n] = 'A';
			CHECK(parse(typed, &wrong, NULL) == EVAULT_E_FORMAT);
			CHECK(wrong == (uint32_t)1 << place);
			CHECK(ev_paper_group(ev_slice_of(typed + position(place, 0), 7), place) ==
			      EV_PAPER_WRONG_LENGTH);
		}
	ev_wipe(typed, sizeof(typed));
}

static void
a_group_left_out_or_typed_twice_is_named(void)
{
	char typed[EV_PAPER_TEXT_SIZE + 8], expected[16];
	struct evault_error err;
	unsigned place;
	size_t n;

	NEED(start());
	ev_paper_text(&k->whole, k->text);
	for (place = 0; place < EV_PAPER_GROUPS; place++) {
		n = position(place, 0);
		snprintf(expected, sizeof(expected), "group %u ", place + 1);
		memcpy(typed, k->text, n);
		memcpy(typed + n, k->text + n + 7, sizeof(k->text) - n - 7);
		CHECK(parse(typed, NULL, &err) == EVAULT_E_FORMAT);
		CHECK(strstr(err.text, expected) != NULL);
		memcpy(typed + n + 7, k->text + n, sizeof(k->text) - n);
		memcpy(typed + n, k->text + n, 7);
		snprintf(expected, sizeof(expected), "group %u ", place + 2);
		CHECK(parse(typed, NULL, &err) == EVAULT_E_FORMAT);
		CHECK(strstr(err.text, place == 15 ? "more after them" : expected) != NULL);
	}
	ev_wipe(typed, sizeof(typed));
}

static void
every_cut_and_every_excess_is_refused(void)
{
	char *typed = ev_secret_new(EV_PAPER_TYPED_MAX + 1);
	size_t n;

	NEED(typed != NULL && start());
	ev_paper_text(&k->shares[0], k->text);
	for (n = 0; n < EV_PAPER_TEXT_SIZE - 2; n++)
		CHECK(ev_paper_parse(ev_slice_of(k->text, n), &k->read, NULL, NULL) ==
		      EVAULT_E_FORMAT);
	for (n = EV_PAPER_TEXT_SIZE; n <= EV_PAPER_TYPED_MAX; n += 13) {
		memset(typed, '0', n);
		memcpy(typed, k->text, EV_PAPER_TEXT_SIZE - 1);
		CHECK(ev_paper_parse(ev_slice_of(typed, n), &k->read, NULL, NULL) ==
		      EVAULT_E_FORMAT);
		/* All of it one word more, and all of it in the last word. */
		typed[EV_PAPER_TEXT_SIZE - 2] = '0';
		CHECK(ev_paper_parse(ev_slice_of(typed, n), &k->read, NULL, NULL) ==
		      EVAULT_E_FORMAT);
	}
	memset(typed, ' ', EV_PAPER_TYPED_MAX + 1);
	memcpy(typed, k->text, EV_PAPER_TEXT_SIZE - 1);
	CHECK(ev_paper_parse(ev_slice_of(typed, EV_PAPER_TYPED_MAX), &k->read, NULL, NULL) ==
	      EVAULT_OK);
	CHECK(ev_paper_parse(ev_slice_of(typed, EV_PAPER_TYPED_MAX + 1), &k->read, NULL, NULL) ==
	      EVAULT_E_LIMIT);
	ev_secret_free(typed);
}

/* Makes the letter that checks group `place` fit the others, by trying. */
static bool
mend_check(unsigned place)
{
	unsigned letter;

	for (letter = 0; letter < 32; letter++) {
		k->text[position(place, 5)] = alphabet[letter];
		if (ev_paper_group(ev_slice_of(k->text + position(place, 0), EV_PAPER_GROUP),
				   place) == EV_PAPER_RIGHT)
			return true;
	}
	return false;
}

static void
what_every_group_overlooks_the_whole_does_not(void)
{
	struct evault_error err;
	unsigned place;
	uint32_t wrong;
	char kept[EV_PAPER_GROUP];

	NEED(start());
	ev_paper_text(&k->shares[0], k->text);
	for (place = 1; place < EV_PAPER_GROUPS; place++) {
		memcpy(kept, k->text + position(place, 0), sizeof(kept));
		k->text[position(place, 1)] = k->text[position(place, 1)] == 'A' ? 'B' : 'A';
		NEED(mend_check(place));
		CHECK(parse(k->text, &wrong, &err) == EVAULT_E_FORMAT && wrong == 0);
		CHECK(strstr(err.text, "each group looks right") == err.text);
		memcpy(k->text + position(place, 0), kept, sizeof(kept));
	}
}

static void
another_version_is_called_newer_whatever_else_is_wrong(void)
{
	struct evault_error err;

	NEED(start());
	ev_paper_text(&k->shares[0], k->text);
	k->text[0] = '4';
	NEED(mend_check(0));
	CHECK(parse(k->text, NULL, &err) == EVAULT_E_VERSION);
	k->text[position(1, 0)] = '?';
	CHECK(parse(k->text, NULL, &err) == EVAULT_E_VERSION);
	CHECK(ev_paper_parse(ev_slice_of(k->text, 6), &k->read, NULL, NULL) == EVAULT_E_VERSION);
}

static void
a_kind_that_cannot_be_is_refused(void)
{
	NEED(start());
	k->shares[0].threshold = 1;
	ev_paper_text(&k->shares[0], k->text);
	CHECK(parse(k->text, NULL, NULL) == EVAULT_E_FORMAT);
	k->whole.number = 2;
	ev_paper_text(&k->whole, k->text);
	CHECK(parse(k->text, NULL, NULL) == EVAULT_E_FORMAT);
	k->whole.number = 1;
	k->whole.threshold = 2;
	ev_paper_text(&k->whole, k->text);
	CHECK(parse(k->text, NULL, NULL) == EVAULT_E_FORMAT);
	k->whole.threshold = 1;
	k->whole.kind = (enum ev_paper_kind)2;
	ev_paper_text(&k->whole, k->text);
	CHECK(parse(k->text, NULL, NULL) == EVAULT_E_FORMAT);
}

static void
a_failed_parse_leaves_the_paper_alone_and_repeats_nothing(void)
{
	struct evault_error err;
	struct ev_paper before;

	NEED(start());
	memset(&before, 0x55, sizeof(before));
	k->read = before;
	ev_paper_text(&k->whole, k->text);
	k->text[position(15, 5)] = k->text[position(15, 5)] == 'A' ? 'B' : 'A';
	CHECK(parse(k->text, NULL, &err) == EVAULT_E_FORMAT);
	CHECK(memcmp(&k->read, &before, sizeof(before)) == 0);
	CHECK(strcmp(err.text, "group 16 is mistyped") == 0);
}

/* ---- joining --------------------------------------------------------- */

static void
every_three_of_five_give_the_identity(void)
{
	struct ev_paper *three = ev_secret_new(3 * sizeof(*three));
	unsigned a, b, c, joined = 0;

	NEED(three != NULL && start());
	for (a = 0; a < 5; a++)
		for (b = 0; b < 5; b++)
			for (c = 0; c < 5; c++) {
				if (a == b || b == c || a == c)
					continue;
				three[0] = k->shares[a];
				three[1] = k->shares[b];
				three[2] = k->shares[c];
				memset(&k->back, 0, sizeof(k->back));
				joined += ev_paper_join(three, 3, &k->back, NULL) == EVAULT_OK &&
					  memcmp(&k->back, &k->identity, sizeof(k->back)) == 0;
			}
	CHECK(joined == 60);
	ev_secret_free(three);
}

static void
a_recovery_key_gives_the_identity_alone(void)
{
	NEED(start());
	CHECK(ev_paper_join(&k->whole, 1, &k->back, NULL) == EVAULT_OK);
	CHECK(memcmp(&k->back, &k->identity, sizeof(k->back)) == 0);
	CHECK(ev_paper_fits(NULL, 0, &k->whole, NULL) == EVAULT_E_USAGE);
}

static void
too_few_and_too_many_shares_are_refused(void)
{
	struct evault_error err;

	NEED(start());
	CHECK(ev_paper_join(k->shares, 2, &k->back, &err) == EVAULT_E_USAGE);
	CHECK(strcmp(err.text, "3 shares are needed, and 2 were given") == 0);
	CHECK(ev_paper_join(k->shares, 4, &k->back, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_join(k->shares, 1, &k->back, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_join(k->shares, 0, &k->back, NULL) == EVAULT_E_USAGE);
}

static void
shares_of_another_vault_or_another_splitting_are_told_apart(void)
{
	struct evault_error err;

	NEED(start());
	NEED(ev_paper_split(&k->identity, other_origin, 3, 5, k->foreign, NULL) == EVAULT_OK);
	CHECK(ev_paper_fits(k->shares, 2, &k->foreign[2], &err) == EVAULT_E_KEY);
	CHECK(strcmp(err.text, "this share is of another vault: of 3f9a01c2d4e5f608, and not of "
			       "3f9a01c2d4e5f607") == 0);
	CHECK(ev_paper_belongs(&k->shares[0], origin, NULL) == EVAULT_OK);
	CHECK(ev_paper_belongs(&k->foreign[0], origin, NULL) == EVAULT_E_KEY);
	CHECK(ev_paper_belongs(&k->whole, other_origin, NULL) == EVAULT_E_KEY);
	NEED(ev_paper_split(&k->identity, origin, 3, 5, k->foreign, NULL) == EVAULT_OK);
	CHECK(ev_paper_fits(k->shares, 2, &k->foreign[2], &err) == EVAULT_E_KEY);
	CHECK(strstr(err.text, "foreign set") != NULL);
	k->shares[2] = k->foreign[2];
	CHECK(ev_paper_join(k->shares, 3, &k->back, NULL) == EVAULT_E_KEY);
}

static void
a_share_given_twice_is_named(void)
{
	struct evault_error err;

	NEED(start());
	CHECK(ev_paper_fits(k->shares, 3, &k->shares[1], &err) == EVAULT_E_EXISTS);
	CHECK(strcmp(err.text, "share 2 was given already") == 0);
	CHECK(ev_paper_fits(k->shares, 3, &k->shares[3], &err) == EVAULT_OK);
	k->shares[1] = k->shares[0];
	CHECK(ev_paper_join(k->shares, 3, &k->back, NULL) == EVAULT_E_EXISTS);
}

static void
what_is_no_origin_is_refused(void)
{
	NEED(start());
	CHECK(ev_paper_recovery(&k->identity, "evault/", &k->whole, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_recovery(&k->identity, "", &k->whole, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_split(&k->identity, "x", 2, 3, k->shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_split(&k->identity, origin, 1, 3, k->shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_paper_belongs(&k->whole, "evault/00", NULL) == EVAULT_E_USAGE);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK || (k = ev_secret_new(sizeof(*k))) == NULL)
		return 2;
	UNIT_RUN(text_of_a_known_key_is_the_one_of_the_format);
	UNIT_RUN(text_is_four_lines_of_four_groups);
	UNIT_RUN(parse_gives_back_what_was_printed);
	UNIT_RUN(every_threshold_and_number_is_told);
	UNIT_RUN(the_head_tells_all_but_the_secret);
	UNIT_RUN(typed_text_may_look_different);
	UNIT_RUN(every_wrong_letter_in_every_position_is_located);
	UNIT_RUN(two_letters_of_a_group_in_each_others_place_are_located);
	UNIT_RUN(two_groups_in_each_others_place_are_named);
	UNIT_RUN(characters_that_no_group_has_are_located);
	UNIT_RUN(a_group_that_is_too_short_or_too_long_is_located);
	UNIT_RUN(a_group_left_out_or_typed_twice_is_named);
	UNIT_RUN(every_cut_and_every_excess_is_refused);
	UNIT_RUN(what_every_group_overlooks_the_whole_does_not);
	UNIT_RUN(another_version_is_called_newer_whatever_else_is_wrong);
	UNIT_RUN(a_kind_that_cannot_be_is_refused);
	UNIT_RUN(a_failed_parse_leaves_the_paper_alone_and_repeats_nothing);
	UNIT_RUN(every_three_of_five_give_the_identity);
	UNIT_RUN(a_recovery_key_gives_the_identity_alone);
	UNIT_RUN(too_few_and_too_many_shares_are_refused);
	UNIT_RUN(shares_of_another_vault_or_another_splitting_are_told_apart);
	UNIT_RUN(a_share_given_twice_is_named);
	UNIT_RUN(what_is_no_origin_is_refused);
	ev_secret_free(k);
	return unit_end();
}
