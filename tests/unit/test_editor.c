/* How the editor wraps, measures, moves and draws. */
#include <stdlib.h>

#include "editor_on_screen.h"

/* ---- wrapping ------------------------------------------------------------------------ */

static void
a_line_is_wrapped_between_words(void)
{
	begin(5, 11);
	type("one two three four");
	CHECK(row_is(0, "one two") && row_is(1, "three four") && row_is(2, ""));
	CHECK(cursor_is(1, 10));
	end();
}

static void
a_word_longer_than_a_row_is_broken(void)
{
	begin(5, 6);
	type("ab cdefghijkl m");
	CHECK(row_is(0, "ab") && row_is(1, "cdefg") && row_is(2, "hijkl") && row_is(3, "m"));
	end();
}

static void
the_space_that_does_not_fit_is_not_seen(void)
{
	begin(5, 6);
	type("abcde fgh");
	CHECK(row_is(0, "abcde") && row_is(1, "fgh"));
	CHECK(cursor_is(1, 3));
	end();
}

static void
chinese_is_wrapped_between_any_two_characters(void)
{
	begin(5, 8);
	type("我在新疆看见了他");
	CHECK(row_is(0, "我在新") && row_is(1, "疆看见") && row_is(2, "了他"));
	CHECK(cursor_is(2, 4));
	end();
}

static void
an_empty_row_follows_the_last_line_feed(void)
{
	begin(5, 10);
	type("a\r\rb\r");
	CHECK(holds("a\n\nb\n") && row_is(0, "a") && row_is(1, "") && row_is(2, "b"));
	CHECK(cursor_is(3, 0) && editor.rows.n == 4);
	end();
}

static void
tabs_go_to_every_eighth_column(void)
{
	begin(3, 30);
	type("a\tb\t\tc");
	CHECK(row_is(0, "a       b               c"));
	end();
}

/* Random changes at random places: every time as if all were wrapped anew. */
static void
what_a_change_moves_is_wrapped_as_all_of_it_would_be(void)
{
	static const char *const pieces[] = { "a",
					      "слово ",
					      "我们",
					      "\r",
					      "  ",
					      "é",
					      "e\xCC\x81",
					      "سلام",
					      "x\xCC",
					      "\xCC\x81",
					      BACK,
					      DELETE,
					      LEFT,
					      RIGHT,
					      UP,
					      DOWN,
					      HOME,
					      END,
					      WORD_LEFT,
					      "длинноеоченьдлинноеслово",
					      "\xF0\x9F\x87\xB0" };
	unsigned seed = 12345, i, good = 0, n = sizeof(pieces) / sizeof(pieces[0]);

	begin(6, 12);
	for (i = 0; i < 6000; i++) {
		seed = seed * 1103515245 + 12345;
		type(pieces[(seed >> 16) % n]);
		if (i % 1500 == 1499)
			editor_resize(&editor, 5 + (seed >> 20) % 30, 6);
		if (!rows_are_right() || !cursor_is_whole()) {
			printf("# after %u: %d %d\n", i, rows_are_right(), cursor_is_whole());
			break;
		}
		good++;
	}
	CHECK(good == 6000);
	CHECK(editor.text.len > 1000);
	end();
}

/* ---- width --------------------------------------------------------------------------- */

static void
marks_take_no_column_and_go_with_their_letter(void)
{
	begin(3, 20);
	type("e\xCC\x81\xCC\xA3x");
	CHECK(row_is(0, "e\xCC\x81\xCC\xA3x") && cursor_is(0, 2));
	type(LEFT LEFT);
	CHECK(cursor_is(0, 0) && editor.cursor == 0);
	type(RIGHT);
	CHECK(editor.cursor == 5);
	type(BACK);
	CHECK(holds("x"));
	end();
}

static void
a_mark_without_a_letter_can_be_seen(void)
{
	begin(3, 20);
	type("\xCC\x81");
	CHECK(row_is(0, "\xE2\x97\x8C\xCC\x81") && cursor_is(0, 1));
	end();
}

static void
a_letter_with_a_thousand_marks_breaks_nothing(void)
{
	int i;

	begin(3, 20);
	type("a");
	for (i = 0; i < 1000; i++)
		type("\xCC\x81");
	type("b");
	CHECK(cursor_is(0, 2) && editor.text.len == 2002);
	type(LEFT BACK);
	CHECK(holds("b"));
	end();
}

static void
arabic_is_stored_and_passed_letter_by_letter(void)
{
	begin(3, 20);
	type("ئۇيغۇر");
	CHECK(holds("ئۇيغۇر") && cursor_is(0, 6));
	type(LEFT LEFT BACK);
	CHECK(holds("ئۇيۇر") && cursor_is(0, 3));
	type(HOME DELETE);
	CHECK(holds("ۇيۇر"));
	end();
}

static void
arabic_vowel_marks_go_with_their_letter(void)
{
	begin(3, 20);
	type("بِسْمِ");
	CHECK(cursor_is(0, 3));
	type(BACK);
	CHECK(holds("بِسْ"));
	end();
}

static void
wide_characters_take_two_columns(void)
{
	begin(3, 20);
	type("新a疆");
	CHECK(cursor_is(0, 5));
	type(LEFT);
	CHECK(cursor_is(0, 3));
	type(LEFT LEFT "x");
	CHECK(holds("x新a疆") && cursor_is(0, 1));
	end();
}

/* ---- moving -------------------------------------------------------------------------- */

static void
up_and_down_keep_their_column(void)
{
	begin(6, 20);
	type("abcdef\rxy\r123456" UP);
	CHECK(cursor_is(1, 2));
	type(UP);
	CHECK(cursor_is(0, 6));
	type(HOME RIGHT RIGHT RIGHT DOWN DOWN "-");
	CHECK(holds("abcdef\nxy\n123-456"));
	end();
}

static void
down_does_not_stop_within_a_wide_character(void)
{
	begin(6, 20);
	type("abc\r新疆" HOME UP RIGHT DOWN "x");
	CHECK(holds("abc\nx新疆"));
	end();
}

static void
home_and_end_stay_in_the_row(void)
{
	begin(5, 11);
	type("one two three four" HOME "-");
	CHECK(holds("one two -three four"));
	type(UP HOME END "+");
	CHECK(holds("one two+ -three four"));
	end();
}

static void
the_screen_follows_the_cursor(void)
{
	int i;

	begin(4, 20);
	for (i = 0; i < 30; i++)
		type("line\r");
	type("last");
	CHECK(row_is(3, "last") && row_is(0, "line"));
	type(FIRST "first ");
	CHECK(row_is(0, "first line") && cursor_is(0, 6));
	type("\033[6~\033[6~");
	CHECK(editor.top > 0);
	type(PAGE_UP PAGE_UP PAGE_UP);
	CHECK(editor.top == 0);
	end();
}

static void
words_are_passed_at_once(void)
{
	begin(4, 40);
	type("один два  три" WORD_LEFT "x" WORD_LEFT WORD_LEFT "y");
	CHECK(holds("один yдва  xтри"));
	end();
}

static void
at_the_ends_nothing_happens(void)
{
	begin(3, 20);
	type(BACK DELETE LEFT RIGHT UP DOWN HOME END WORD_LEFT);
	CHECK(holds("") && cursor_is(0, 0));
	type("a" RIGHT RIGHT DELETE);
	CHECK(holds("a"));
	end();
}

/* ---- the screen ------------------------------------------------------------------------- */

static void
only_rows_that_changed_are_sent(void)
{
	struct guarded out = { 0 };
	struct screen before;

	begin(10, 40);
	NEED(screen_init(&before, 10, 40));
	type("one\rtwo\rthree");
	editor_draw(&editor, &before, 0);
	type("x");
	editor_draw(&editor, &screen, 0);
	CHECK(screen_update(&before, &screen, &out) && guarded_add(&out, "", 1));
	CHECK(strstr(out.data, "threex") != NULL && strstr(out.data, "one") == NULL);
	screen_release(&before);
	guarded_release(&out);
	end();
}

static void
the_smallest_screen_shows_the_cursor(void)
{
	begin(1, 1);
	type("слово и ещё \xE2\x80\xAE 新疆\r" LEFT LEFT);
	editor_resize(&editor, 1, 1);
	screen_clear(&screen);
	editor_draw(&editor, &screen, 0);
	CHECK(screen.cursor_row < screen.rows && screen.cursor_column < screen.columns);
	CHECK(rows_are_right());
	end();
}

static void
a_resize_keeps_text_and_cursor(void)
{
	begin(24, 80);
	type("один два три четыре пять" LEFT LEFT LEFT);
	editor_resize(&editor, 10, 3);
	CHECK(rows_are_right() && cursor_is_whole());
	type("X");
	CHECK(holds("один два три четыре пXять"));
	end();
}

int
main(void)
{
	UNIT_RUN(a_line_is_wrapped_between_words);
	UNIT_RUN(a_word_longer_than_a_row_is_broken);
	UNIT_RUN(the_space_that_does_not_fit_is_not_seen);
	UNIT_RUN(chinese_is_wrapped_between_any_two_characters);
	UNIT_RUN(an_empty_row_follows_the_last_line_feed);
	UNIT_RUN(tabs_go_to_every_eighth_column);
	UNIT_RUN(what_a_change_moves_is_wrapped_as_all_of_it_would_be);
	UNIT_RUN(marks_take_no_column_and_go_with_their_letter);
	UNIT_RUN(a_mark_without_a_letter_can_be_seen);
	UNIT_RUN(a_letter_with_a_thousand_marks_breaks_nothing);
	UNIT_RUN(arabic_is_stored_and_passed_letter_by_letter);
	UNIT_RUN(arabic_vowel_marks_go_with_their_letter);
	UNIT_RUN(wide_characters_take_two_columns);
	UNIT_RUN(up_and_down_keep_their_column);
	UNIT_RUN(down_does_not_stop_within_a_wide_character);
	UNIT_RUN(home_and_end_stay_in_the_row);
	UNIT_RUN(the_screen_follows_the_cursor);
	UNIT_RUN(words_are_passed_at_once);
	UNIT_RUN(at_the_ends_nothing_happens);
	UNIT_RUN(only_rows_that_changed_are_sent);
	UNIT_RUN(the_smallest_screen_shows_the_cursor);
	UNIT_RUN(a_resize_keeps_text_and_cursor);
	return unit_end();
}
