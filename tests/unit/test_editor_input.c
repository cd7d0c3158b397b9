/* What comes from a terminal: keys, pastes, and bytes that must not go back to it. */
#include <stdlib.h>

#include "editor_on_screen.h"

/* ---- what must not reach a terminal ---------------------------------------------------- */

static void
controls_and_hidden_characters_are_shown_by_name(void)
{
	static const char bad[] = "a\033]0;x\007b\x01\x7F\xE2\x80\xAE";

	begin(3, 60);
	paste(bad, sizeof(bad) - 1);
	CHECK(holds(bad));
	CHECK(row_is(0, "a\\x1B]0;x\\x07b\\x01\\x7F\\u{202E}"));
	end();
}

static void
bytes_that_are_no_characters_are_kept_and_shown(void)
{
	begin(3, 60);
	type("a\xFF\xD0"
	     "b\xE6\x96\xD0\xB4\x80");
	keys_flush(&keys, on_key, NULL);
	CHECK(holds("a\xFF\xD0"
		    "b\xE6\x96\xD0\xB4\x80"));
	CHECK(row_is(0, "a\\xFF\\xD0b\\xE6\\x96д\\x80"));
	end();
}

/* All that is sent, of any text: printable, or one of the sequences that place and style it. */
static void
no_control_character_of_the_text_is_ever_sent(void)
{
	struct guarded out = { 0 };
	unsigned seed = 7, i;
	char bytes[4000];
	bool good = true;
	size_t at, n;

	begin(24, 80);
	for (i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (char)(seed >> 16);
	}
	CHECK(editor_set(&editor, bytes, sizeof(bytes)));
	editor_draw(&editor, &screen, 0);
	CHECK(screen_update(NULL, &screen, &out));
	for (at = 0; at < out.len && good; at++) {
		unsigned char c = (unsigned char)out.data[at];

		if (c == 0x1B) {
			n = strspn(out.data + at + 2, "0123456789;");
			good =
			    out.data[at + 1] == '[' && strchr("HmK", out.data[at + 2 + n]) != NULL;
			at += 2 + n;
		} else {
			good = c >= 0x20 && c != 0x7F &&
			       !(c == 0xC2 && (unsigned char)out.data[at + 1] < 0xA0);
		}
	}
	CHECK(good && out.len > 1000);
	guarded_release(&out);
	end();
}

/* ---- pastes and long lines --------------------------------------------------------------- */

static void
a_paste_of_100_kb_in_one_line_is_whole(void)
{
	enum {
		LEN = 100 * 1024
	};
	char *text = malloc(LEN);
	size_t i;

	NEED(text != NULL);
	for (i = 0; i < LEN; i++)
		text[i] = i % 7 == 6 ? ' ' : (char)('a' + i % 26);
	begin(24, 80);
	type("before ");
	paste(text, LEN);
	type("after");
	CHECK(editor.text.len == 7 + LEN + 5 && memcmp(editor.text.data + 7, text, LEN) == 0);
	CHECK(rows_are_right() && editor.rows.n > 1000);
	type(FIRST "x");
	CHECK(editor.text.data[0] == 'x' && rows_are_right());
	free(text);
	end();
}

static void
what_looks_like_a_key_in_a_paste_is_text(void)
{
	static const char text[] = "a\004\003b\033[A\033[20";

	begin(3, 60);
	paste(text, sizeof(text) - 1);
	CHECK(holds(text));
	type("z");
	CHECK(editor.text.len == sizeof(text));
	end();
}

static void
a_paste_is_the_same_in_pieces_of_any_size(void)
{
	static const char sent[] = "\033[200~Күн\r\nтүн\rой\n\033[2x\033[201~!";
	size_t piece, at, n;

	for (piece = 1; piece < sizeof(sent); piece++) {
		begin(5, 60);
		for (at = 0; at < sizeof(sent) - 1; at += n) {
			n = sizeof(sent) - 1 - at < piece ? sizeof(sent) - 1 - at : piece;
			type_bytes(sent + at, n);
		}
		CHECK(holds("Күн\nтүн\nой\n\033[2x!"));
		end();
	}
}

static void
a_paste_that_does_not_fit_has_no_hole(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text));
	begin(3, 60);
	editor.max = 2500;
	type("\033[200~");
	type_bytes(text, 2000);
	type_bytes(text, 1000);
	type_bytes(text, 100);
	type("\033[201~");
	CHECK(editor.text.len == 2000 && editor.full);
	type("y");
	CHECK(editor.text.len == 2001 && !editor.full);
	end();
}

static void
an_unknown_sequence_puts_nothing_in(void)
{
	begin(3, 60);
	type("a\033[99;99~\033OP\033[<0;1;1M\033[1234567890123456789012345678901234567890mb\033xc");
	CHECK(holds("abc"));
	end();
}

static void
an_escape_alone_is_no_text(void)
{
	begin(3, 60);
	type("a\033");
	CHECK(keys_pending(&keys));
	keys_flush(&keys, on_key, NULL);
	type("b");
	CHECK(holds("ab"));
	end();
}

static bool
stop_at_enter(void *ctx, const struct key *key)
{
	on_key(ctx, key);
	return key->kind != KEY_ENTER;
}

/* What was typed ahead is for what is asked next. */
static void
what_comes_after_the_last_key_is_not_taken(void)
{
	static const char typed[] = "ab\rcd";

	begin(3, 60);
	CHECK(keys_feed(&keys, typed, 5, stop_at_enter, NULL) == 3 && holds("ab\n"));
	CHECK(keys_feed(&keys, typed + 3, 2, stop_at_enter, NULL) == 2 && holds("ab\ncd"));
	end();
}

static void
a_question_takes_one_line(void)
{
	struct key enter = { .kind = KEY_ENTER };

	begin(3, 60);
	editor.one_line = true;
	paste("a\nb\r\nc", 6);
	CHECK(holds("a b c"));
	CHECK(!editor_key(&editor, &enter) && holds("a b c"));
	end();
}

int
main(void)
{
	UNIT_RUN(controls_and_hidden_characters_are_shown_by_name);
	UNIT_RUN(bytes_that_are_no_characters_are_kept_and_shown);
	UNIT_RUN(no_control_character_of_the_text_is_ever_sent);
	UNIT_RUN(a_paste_of_100_kb_in_one_line_is_whole);
	UNIT_RUN(what_looks_like_a_key_in_a_paste_is_text);
	UNIT_RUN(a_paste_is_the_same_in_pieces_of_any_size);
	UNIT_RUN(a_paste_that_does_not_fit_has_no_hole);
	UNIT_RUN(an_unknown_sequence_puts_nothing_in);
	UNIT_RUN(an_escape_alone_is_no_text);
	UNIT_RUN(what_comes_after_the_last_key_is_not_taken);
	UNIT_RUN(a_question_takes_one_line);
	return unit_end();
}
