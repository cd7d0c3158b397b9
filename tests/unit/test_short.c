/*
 * Checkpoints in a short message: what is taken, and which mistake is told how.
 */
#include <stdlib.h>

#include "format/hash.h"
#include "format/short.h"
#include "unit.h"

static const char origin[] =
    "evault/3f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f607";
static struct ev_hash root;
static struct ev_short parsed;
static struct evault_error err;

static enum evault_status
parse(const char *text)
{
	err.text[0] = '\0';
	return ev_short_parse(ev_slice_text(text), &parsed, &err);
}

static void
make(char text[EV_SHORT_SIZE], uint64_t size)
{
	ev_hash_of("root", 4, &root);
	ev_short_text(origin, size, &root, text);
}

static void
its_form_is_the_one_in_format_md(void)
{
	char text[EV_SHORT_SIZE];

	make(text, 17);
	CHECK(strcmp(text, "3f9a01-17-909MJG-K8KFR3-B33EXE-307ATA-SAVEF3-EVTMXJ-6E262E-X8NJP8-"
			   "BVTHTP-WVPEY0-SATJYX") == 0);
}

static void
it_says_size_and_root_and_fits_its_vault_alone(void)
{
	static const uint64_t sizes[] = { 1, 17, 100000, UINT64_C(9999999999999999) };
	char text[EV_SHORT_SIZE], other[EVAULT_ORIGIN_SIZE];
	size_t i;

	memcpy(other, origin, sizeof(other) < sizeof(origin) ? sizeof(other) : sizeof(origin));
	other[20] = other[20] == 'a' ? 'b' : 'a';
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		make(text, sizes[i]);
		CHECK(strlen(text) <= 101);
		CHECK(parse(text) == EVAULT_OK && parsed.size == sizes[i]);
		CHECK(ev_hash_equal(&parsed.root, &root) && ev_short_fits(&parsed, origin));
		CHECK(!ev_short_fits(&parsed, other));
	}
}

static void
spaces_small_letters_and_dashes_do_not_matter(void)
{
	char text[EV_SHORT_SIZE], typed[3 * EV_SHORT_SIZE];
	size_t i, n = 0;

	make(text, 17);
	for (i = 0; text[i] != '\0'; i++)
		typed[n++] = text[i] == '-'                     ? ' '
			     : text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 'a' - 'A')
								: text[i];
	typed[n] = '\0';
	CHECK(parse(typed) == EVAULT_OK && ev_short_fits(&parsed, origin));
	/* Each letter apart. */
	for (i = n = 0; text[i] != '\0'; i++) {
		typed[n++] = text[i] == '-' ? ' ' : text[i];
		if (i > 10)
			typed[n++] = ' ';
	}
	typed[n] = '\0';
	CHECK(parse(typed) == EVAULT_OK && ev_short_fits(&parsed, origin));
	/* All groups run together. */
	for (i = n = 0; text[i] != '\0'; i++)
		if (i < 10 || text[i] != '-')
			typed[n++] = text[i];
	typed[n] = '\0';
	CHECK(parse(typed) == EVAULT_OK && ev_short_fits(&parsed, origin));
}

static void
a_wrong_letter_in_any_place_is_told_with_its_group(void)
{
	char text[EV_SHORT_SIZE], group[40];
	size_t i, wrong = 0;

	make(text, 17);
	for (i = 10; text[i] != '\0'; i++) {
		char was = text[i];

		if (was == '-')
			continue;
		text[i] = was == '0' ? '1' : '0';
		snprintf(group, sizeof(group), "group %zu of", (i - 10) / 7 + 1);
		CHECK(parse(text) == EVAULT_E_FORMAT && strstr(err.text, group) != NULL);
		text[i] = was;
		wrong++;
	}
	CHECK(wrong == 66 && parse(text) == EVAULT_OK);
}

static void
a_letter_too_few_is_told_with_its_group(void)
{
	char text[EV_SHORT_SIZE];

	make(text, 17);
	memmove(text + 25, text + 26, strlen(text + 25));
	CHECK(parse(text) == EVAULT_E_FORMAT && strstr(err.text, "group 3 of") != NULL);
}

static void
groups_that_changed_places_are_noticed(void)
{
	char text[EV_SHORT_SIZE], other[6];

	make(text, 17);
	memcpy(other, text + 10, 6);
	memcpy(text + 10, text + 17, 6);
	memcpy(text + 17, other, 6);
	CHECK(parse(text) == EVAULT_E_FORMAT && strstr(err.text, "group 1 of") != NULL);
}

static void
a_mistyped_number_or_name_does_not_fit(void)
{
	char text[EV_SHORT_SIZE];

	make(text, 17);
	text[8] = '8';
	CHECK(parse(text) == EVAULT_OK && parsed.size == 18 && !ev_short_fits(&parsed, origin));
	make(text, 17);
	text[0] = '2';
	CHECK(parse(text) == EVAULT_OK && !ev_short_fits(&parsed, origin));
}

static void
what_is_none_is_refused(void)
{
	static const char *const none[] = {
		"",         "3f9a01",      "3f9a01-17",         "zzzzzz-17-ABCDEF",
		"3f9a01-x", "3f9a0-17-",   "3f9a01-017-ABCDEF", "checkpoint",
		"a b c",    "\xff\xfe\xfd"
	};
	char *lots = calloc(1, 5000);
	size_t i;

	NEED(lots != NULL);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		CHECK(parse(none[i]) == EVAULT_E_FORMAT);
		CHECK(!ev_short_looks_so(ev_slice_text(none[i])));
	}
	memset(lots, '7', 4999);
	CHECK(parse(lots) == EVAULT_E_LIMIT);
	for (i = 0; i < 1000; i++)
		lots[i] = i % 2 == 0 ? '7' : '-';
	lots[1000] = '\0';
	CHECK(parse(lots) == EVAULT_E_FORMAT);
	free(lots);
}

int
main(void)
{
	UNIT_RUN(its_form_is_the_one_in_format_md);
	UNIT_RUN(it_says_size_and_root_and_fits_its_vault_alone);
	UNIT_RUN(spaces_small_letters_and_dashes_do_not_matter);
	UNIT_RUN(a_wrong_letter_in_any_place_is_told_with_its_group);
	UNIT_RUN(a_letter_too_few_is_told_with_its_group);
	UNIT_RUN(groups_that_changed_places_are_noticed);
	UNIT_RUN(a_mistyped_number_or_name_does_not_fit);
	UNIT_RUN(what_is_none_is_refused);
	return unit_end();
}
