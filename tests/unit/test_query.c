/* Terms: what is a field, what matches, and which part of a line is shown. */
#include <stdlib.h>

#include "format/query.h"
#include "unit.h"

static bool
parses(const char *argument, const char *field, const char *text, size_t n, bool prefix)
{
	struct ev_query_term t;
	bool good;

	if (ev_query_parse(argument, &t, NULL) != EVAULT_OK)
		return false;
	good = ev_slice_is(t.field, field) && ev_slice_is(t.text, text) && t.n == n &&
	       t.prefix == prefix;
	ev_query_release(&t);
	return good;
}

static bool
refuses(const char *argument, enum evault_status how)
{
	struct ev_query_term t;
	struct evault_error err = { 0 };

	return ev_query_parse(argument, &t, &err) == how && err.text[0] != '\0';
}

/* The first place, as text; "" when there is none. */
static bool
finds(const char *argument, const char *text, const char *expected)
{
	struct ev_slice s = ev_slice_text(text);
	struct ev_query_term t;
	size_t from = 0, to = 0;
	bool found;

	if (ev_query_parse(argument, &t, NULL) != EVAULT_OK)
		return false;
	found = ev_query_find(&t, s, 0, &from, &to);
	ev_query_release(&t);
	return found == (expected[0] != '\0') &&
	       (!found || ev_slice_is(ev_slice_of(s.data + from, to - from), expected));
}

static void
a_term_is_a_field_words_and_a_star(void)
{
	CHECK(parses("word", "", "word", 1, false));
	CHECK(parses("two words", "", "two words", 2, false));
	CHECK(parses("сло*", "", "сло", 1, true));
	CHECK(parses("witness:Гүлдария", "witness", "Гүлдария", 1, false));
	CHECK(parses("Село:\"Кызыл Ту*\"", "Село", "\"Кызыл Ту", 2, true));
	CHECK(parses("新疆", "", "新疆", 2, false));
}

static void
a_colon_is_not_always_a_field(void)
{
	CHECK(parses("10:30", "", "10:30", 2, false));
	CHECK(parses("http://a", "", "http://a", 2, false));
	CHECK(parses("Re: письмо", "", "Re: письмо", 2, false));
	CHECK(parses("\"name:x\"", "", "\"name:x", 2, false));
	CHECK(parses("a b:c", "", "a b:c", 3, false));
	CHECK(parses("a:", "", "a:", 1, false));
}

static void
without_a_word_there_is_no_term(void)
{
	CHECK(refuses("", EVAULT_E_USAGE));
	CHECK(refuses("*", EVAULT_E_USAGE));
	CHECK(refuses("\"…\"", EVAULT_E_USAGE));
	CHECK(refuses("witness:*", EVAULT_E_USAGE));
	CHECK(refuses("\xFF\xFE", EVAULT_E_USAGE));
}

static void
a_phrase_has_64_words_at_most(void)
{
	char text[2 * 65 + 1];
	size_t i;

	for (i = 0; i < 65; i++)
		memcpy(text + 2 * i, "a ", 2);
	text[2 * 65] = '\0';
	CHECK(refuses(text, EVAULT_E_LIMIT));
	text[2 * 64] = '\0';
	CHECK(parses(text, "", text, 64, false));
	CHECK(finds(text, text,
		    "a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a "
		    "a a a a a a a a a a a a a a a a a a a a a a a a a"));
}

static void
words_match_as_they_are_folded(void)
{
	CHECK(finds("елка", "Вот Ёлка.", "Ёлка"));
	CHECK(finds("ёлка", "елки", ""));
	CHECK(finds("疆", "在新疆的", "疆"));
	CHECK(finds("新疆", "新的疆", ""));
	CHECK(finds("新疆", "新新疆", "新疆"));
	CHECK(finds("a b a c", "a b a b a c", "a b a c"));
	CHECK(finds("new year", "new, year", "new, year"));
	CHECK(finds("new year", "newyear", ""));
	CHECK(finds("new ye*", "a new yeast", "new yeast"));
	CHECK(finds("ne* year", "new year", ""));
	CHECK(finds("a", "", ""));
}

static void
fields_are_named_as_words_are(void)
{
	struct ev_query_term t;

	NEED(ev_query_parse("село:x", &t, NULL) == EVAULT_OK);
	CHECK(ev_query_is_field(&t, ev_slice_text("Село")));
	CHECK(!ev_query_is_field(&t, ev_slice_text("Села")));
	CHECK(!ev_query_is_field(&t, ev_slice_text("")));
	CHECK(!ev_query_is_field(&t, ev_slice_text("село 2")));
	ev_query_release(&t);
	NEED(ev_query_parse("x", &t, NULL) == EVAULT_OK);
	CHECK(!ev_query_is_field(&t, ev_slice_text("")));
	ev_query_release(&t);
}

static bool
shows(const char *text, const char *word, const char *expected)
{
	const char *at = strstr(text, word);
	size_t from = (size_t)(at - text);
	struct ev_slice line = ev_query_line(ev_slice_text(text), from, from + strlen(word));

	if (ev_slice_is(line, expected))
		return true;
	printf("# %.*s\n", (int)line.len, (const char *)line.data);
	return false;
}

static void
a_short_line_is_shown_whole(void)
{
	CHECK(shows("one\n  two three  \nfour", "three", "two three"));
	CHECK(shows("three", "three", "three"));
	CHECK(shows("\nthree\n", "three", "three"));
}

static void
of_a_long_line_the_words_around_are_shown(void)
{
	char text[2000], han[2000];
	struct ev_slice line;
	size_t i;

	text[0] = '\0';
	for (i = 0; i < 100; i++)
		memcpy(text + 5 * i, i == 50 ? "here " : "word ", 5);
	text[500] = '\0';
	line = ev_query_line(ev_slice_text(text), 250, 254);
	CHECK(line.len >= 100 && line.len <= EV_QUERY_LINE_MAX);
	CHECK(ev_slice_starts(line, "word ") && line.data[line.len - 1] == 'd');
	for (i = 0; i < 300; i++)
		memcpy(han + 3 * i, "新", 3);
	line = ev_query_line(ev_slice_of(han, 900), 450, 453);
	CHECK(line.len >= 100 && line.len <= EV_QUERY_LINE_MAX && line.len % 3 == 0);
	CHECK((line.data - (uint8_t *)han) % 3 == 0);
	line = ev_query_line(ev_slice_of(han, 900), 0, 900);
	CHECK(line.len <= 450 && line.len % 3 == 0);
}

int
main(void)
{
	UNIT_RUN(a_term_is_a_field_words_and_a_star);
	UNIT_RUN(a_colon_is_not_always_a_field);
	UNIT_RUN(without_a_word_there_is_no_term);
	UNIT_RUN(a_phrase_has_64_words_at_most);
	UNIT_RUN(words_match_as_they_are_folded);
	UNIT_RUN(fields_are_named_as_words_are);
	UNIT_RUN(a_short_line_is_shown_whole);
	UNIT_RUN(of_a_long_line_the_words_around_are_shown);
	return unit_end();
}
