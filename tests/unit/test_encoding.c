#include "base/bytes.h"
#include "unit.h"

#define LIT(text) ev_slice_of((text), sizeof(text) - 1)

/* ---- hex ------------------------------------------------------------- */

static void
hex_round_trips_every_byte(void)
{
	uint8_t in[256], out[256];
	char text[513];
	size_t i;

	for (i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	ev_hex_encode(in, 256, text);
	CHECK(strlen(text) == 512 && memcmp(text + 0x3F * 2, "3f40", 4) == 0);
	CHECK(ev_hex_decode(ev_slice_text(text), out, 256));
	CHECK(memcmp(in, out, 256) == 0);
}

static void
hex_refuses_capitals_other_lengths_and_other_characters(void)
{
	uint8_t out[4];

	CHECK(ev_hex_decode(LIT("00ff"), out, 2));
	CHECK(ev_hex_decode(LIT(""), out, 0));
	CHECK(!ev_hex_decode(LIT("00FF"), out, 2));
	CHECK(!ev_hex_decode(LIT("00ff"), out, 1));
	CHECK(!ev_hex_decode(LIT("00ff"), out, 3));
	CHECK(!ev_hex_decode(LIT("00f"), out, 1));
	CHECK(!ev_hex_decode(LIT("0x"), out, 1));
	CHECK(!ev_hex_decode(LIT("g0"), out, 1));
	CHECK(!ev_hex_decode(LIT("/0"), out, 1));
	CHECK(!ev_hex_decode(LIT(":0"), out, 1));
	CHECK(!ev_hex_decode(LIT("`0"), out, 1));
	CHECK(!ev_hex_decode(LIT("0\0"), out, 1));
}

/* ---- base64 ---------------------------------------------------------- */

static bool
base64_gives(enum ev_base64 kind, struct ev_slice raw, const char *want)
{
	struct ev_buf text = EV_BUF_INIT;
	uint8_t back[64];
	size_t len = 99;
	bool good;

	ev_base64_encode(&text, kind, raw.data, raw.len);
	good = strcmp(ev_buf_text(&text), want) == 0 &&
	       ev_base64_decode(ev_slice_text(want), kind, back, raw.len, &len) &&
	       ev_slice_equal(ev_slice_of(back, len), raw);
	ev_buf_release(&text);
	return good;
}

static bool
base64_refuses(enum ev_base64 kind, const char *text)
{
	uint8_t out[64];
	size_t len = 99;

	return !ev_base64_decode(ev_slice_text(text), kind, out, sizeof(out), &len) && len == 99;
}

static void
base64_agrees_with_the_vectors_of_rfc_4648(void)
{
	CHECK(base64_gives(EV_BASE64_STD, LIT(""), ""));
	CHECK(base64_gives(EV_BASE64_STD, LIT("f"), "Zg=="));
	CHECK(base64_gives(EV_BASE64_STD, LIT("fo"), "Zm8="));
	CHECK(base64_gives(EV_BASE64_STD, LIT("foo"), "Zm9v"));
	CHECK(base64_gives(EV_BASE64_STD, LIT("foob"), "Zm9vYg=="));
	CHECK(base64_gives(EV_BASE64_STD, LIT("fooba"), "Zm9vYmE="));
	CHECK(base64_gives(EV_BASE64_STD, LIT("foobar"), "Zm9vYmFy"));
	CHECK(base64_gives(EV_BASE64_STD_RAW, LIT("f"), "Zg"));
	CHECK(base64_gives(EV_BASE64_STD_RAW, LIT("fooba"), "Zm9vYmE"));
	CHECK(base64_gives(EV_BASE64_STD_RAW, LIT("\xFB\xFF\xBF"), "+/+/"));
	CHECK(base64_gives(EV_BASE64_URL_RAW, LIT("\xFB\xFF\xBF"), "-_-_"));
	CHECK(base64_gives(EV_BASE64_URL_RAW, LIT("\xFF"), "_w"));
}

static void
base64_refuses_slack_bits(void)
{
	CHECK(base64_refuses(EV_BASE64_STD, "Zh=="));
	CHECK(base64_refuses(EV_BASE64_STD, "Zm9="));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Zh"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Zm9"));
	CHECK(base64_refuses(EV_BASE64_URL_RAW, "AAB"));
}

static void
base64_refuses_padding_that_is_not_exact(void)
{
	CHECK(base64_refuses(EV_BASE64_STD, "Zg"));
	CHECK(base64_refuses(EV_BASE64_STD, "Zg="));
	CHECK(base64_refuses(EV_BASE64_STD, "Zg==="));
	CHECK(base64_refuses(EV_BASE64_STD, "Z==="));
	CHECK(base64_refuses(EV_BASE64_STD, "===="));
	CHECK(base64_refuses(EV_BASE64_STD, "Zm9v===="));
	CHECK(base64_refuses(EV_BASE64_STD, "Zg==Zg=="));
	CHECK(base64_refuses(EV_BASE64_STD, "Zm=v"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Zg=="));
	CHECK(base64_refuses(EV_BASE64_URL_RAW, "Zm8="));
}

static void
base64_refuses_white_space_other_alphabets_and_a_single_digit(void)
{
	CHECK(base64_refuses(EV_BASE64_STD, "Zm9v\n"));
	CHECK(base64_refuses(EV_BASE64_STD, "Zm9\n"));
	CHECK(base64_refuses(EV_BASE64_STD, " m9v"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "-_-_"));
	CHECK(base64_refuses(EV_BASE64_URL_RAW, "+/+/"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Z"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Zm9vA"));
	CHECK(base64_refuses(EV_BASE64_STD_RAW, "Zm9\xC3"));
}

static void
base64_writes_no_more_than_the_room_it_has(void)
{
	uint8_t out[4] = { 0, 0, 0, 7 };
	size_t len = 99;

	CHECK(!ev_base64_decode(LIT("Zm9v"), EV_BASE64_STD, out, 2, &len) && len == 99);
	CHECK(ev_base64_decode(LIT("Zm9v"), EV_BASE64_STD, out, 3, &len) && len == 3);
	CHECK(ev_base64_decode(LIT("Zm8="), EV_BASE64_STD, out, 2, &len) && len == 2);
	CHECK(ev_base64_decode(LIT(""), EV_BASE64_STD, NULL, 0, &len) && len == 0);
	CHECK(out[3] == 7);
}

/* ---- UTF-8 ----------------------------------------------------------- */

static void
utf8_is_exactly_rfc_3629(void)
{
	CHECK(ev_utf8_len(LIT("")) == 0);
	CHECK(ev_utf8_len(LIT("\0")) == 1);
	CHECK(ev_utf8_len(LIT("\x7F")) == 1);
	CHECK(ev_utf8_len(LIT("\xC2\x80")) == 2);
	CHECK(ev_utf8_len(LIT("\xE0\xA0\x80")) == 3);
	CHECK(ev_utf8_len(LIT("\xED\x9F\xBF")) == 3);
	CHECK(ev_utf8_len(LIT("\xEF\xBF\xBF")) == 3);
	CHECK(ev_utf8_len(LIT("\xF0\x90\x80\x80")) == 4);
	CHECK(ev_utf8_len(LIT("\xF4\x8F\xBF\xBF")) == 4);
	CHECK(ev_utf8_len(LIT("\x80")) == 0);
	CHECK(ev_utf8_len(LIT("\xC0\x80")) == 0);
	CHECK(ev_utf8_len(LIT("\xC1\xBF")) == 0);
	CHECK(ev_utf8_len(LIT("\xE0\x9F\xBF")) == 0);
	CHECK(ev_utf8_len(LIT("\xED\xA0\x80")) == 0);
	CHECK(ev_utf8_len(LIT("\xF0\x8F\xBF\xBF")) == 0);
	CHECK(ev_utf8_len(LIT("\xF4\x90\x80\x80")) == 0);
	CHECK(ev_utf8_len(LIT("\xF5\x80\x80\x80")) == 0);
	CHECK(ev_utf8_len(LIT("\xC3")) == 0);
	CHECK(ev_utf8_len(LIT("\xC3(")) == 0);
	CHECK(ev_utf8_len(LIT("\xE6\x96")) == 0);
	CHECK(ev_utf8_len(LIT("\xE6\x96(")) == 0);
	CHECK(ev_utf8_len(LIT("\xF0\x9F\x98")) == 0);
	CHECK(ev_utf8_len(LIT("\xF0\x9F\x98\xC0")) == 0);
}

/* ---- percent --------------------------------------------------------- */

static bool
percent_gives(struct ev_slice raw, const char *want)
{
	struct ev_buf text = EV_BUF_INIT, back = EV_BUF_INIT;
	bool good;

	ev_percent_encode(&text, raw);
	ev_buf_puts(&back, "before");
	good = strcmp(ev_buf_text(&text), want) == 0 &&
	       ev_percent_decode(&back, ev_slice_text(want)) && back.len == 6 + raw.len &&
	       ev_slice_equal(ev_slice_of(back.data + 6, raw.len), raw);
	ev_buf_release(&text);
	ev_buf_release(&back);
	return good;
}

static bool
percent_refuses(struct ev_slice text)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good;

	ev_buf_puts(&out, "before");
	good = !ev_percent_decode(&out, text) && strcmp(ev_buf_text(&out), "before") == 0;
	ev_buf_release(&out);
	return good;
}

static void
percent_encodes_controls_percent_and_invalid_utf8_alone(void)
{
	CHECK(percent_gives(LIT(""), ""));
	CHECK(percent_gives(LIT("a b/ä新\\\"+=&"), "a b/ä新\\\"+=&"));
	CHECK(percent_gives(LIT("100%\n\0\x7F"), "100%25%0A%00%7F"));
	CHECK(percent_gives(LIT("%0A"), "%250A"));
	CHECK(percent_gives(LIT("\xC3"), "%C3"));
	CHECK(percent_gives(LIT("a\xC3z"), "a%C3z"));
	CHECK(percent_gives(LIT("\xE6\x96"), "%E6%96"));
	CHECK(percent_gives(LIT("\xED\xA0\x80"), "%ED%A0%80"));
	CHECK(percent_gives(LIT("\xC0\xAF"), "%C0%AF"));
	CHECK(percent_gives(LIT("\xC2\x85\xE2\x80\xAE"), "\xC2\x85\xE2\x80\xAE"));
}

static void
percent_refuses_every_other_spelling(void)
{
	CHECK(percent_refuses(LIT("%")));
	CHECK(percent_refuses(LIT("%2")));
	CHECK(percent_refuses(LIT("a%2")));
	CHECK(percent_refuses(LIT("%0a")));
	CHECK(percent_refuses(LIT("%G0")));
	CHECK(percent_refuses(LIT("%%25")));
	CHECK(percent_refuses(LIT("%41")));
	CHECK(percent_refuses(LIT("%20")));
	CHECK(percent_refuses(LIT("\n")));
	CHECK(percent_refuses(LIT("a\0")));
	CHECK(percent_refuses(LIT("\x7F")));
	CHECK(percent_refuses(LIT("\xC3")));
	CHECK(percent_refuses(LIT("%C3%A4"))); /* together they are valid */
	CHECK(percent_refuses(LIT("%C3\xA4")));
	CHECK(percent_refuses(LIT("\xC3%A4")));
	CHECK(percent_refuses(LIT("\xED\xA0\x80")));
}

static void
percent_says_so_when_the_buffer_is_bad(void)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_buf_extend(&out, SIZE_MAX);
	CHECK(!ev_percent_decode(&out, LIT("a")) && out.bad);
	ev_buf_release(&out);
}

static void
percent_into_a_text_takes_what_fits_with_its_nul_and_no_nul_else(void)
{
	char out[5];

	CHECK(ev_percent_decode_text(LIT(""), out, sizeof(out)) && strcmp(out, "") == 0);
	CHECK(ev_percent_decode_text(LIT("abcd"), out, sizeof(out)) && strcmp(out, "abcd") == 0);
	CHECK(ev_percent_decode_text(LIT("a%0A%25d"), out, sizeof(out)) &&
	      strcmp(out, "a\n%d") == 0);
	CHECK(!ev_percent_decode_text(LIT("abcde"), out, sizeof(out)) && out[0] == '\0');
	CHECK(!ev_percent_decode_text(LIT("abc%0A%0A"), out, sizeof(out)) && out[0] == '\0');
	CHECK(!ev_percent_decode_text(LIT("a%00b"), out, sizeof(out)) && out[0] == '\0');
	CHECK(!ev_percent_decode_text(LIT("%41"), out, sizeof(out)));
	CHECK(!ev_percent_decode_text(LIT("abc%"), out, sizeof(out)));
	CHECK(!ev_percent_decode_text(LIT("abcd%0"), out, sizeof(out)));
}

/* ---- show ------------------------------------------------------------ */

static bool
shows(struct ev_slice raw, const char *want)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good;

	ev_show(&out, raw);
	good = strcmp(ev_buf_text(&out), want) == 0;
	ev_buf_release(&out);
	return good;
}

static void
show_leaves_ordinary_text_of_any_script(void)
{
	CHECK(shows(LIT("a~ %\"'新疆 Гүлдария ئۇيغۇر é 😀"), "a~ %\"'新疆 Гүлдария ئۇيغۇر é 😀"));
	CHECK(shows(LIT("\u200C\u200D"), "\u200C\u200D"));
	CHECK(shows(LIT(""), ""));
}

static void
show_neutralises_controls_and_invalid_bytes(void)
{
	CHECK(shows(LIT("\x1B[2J\r\n\t\0\x7F"), "\\x1B[2J\\x0D\\x0A\\x09\\x00\\x7F"));
	CHECK(
	    shows(LIT("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"), "\\u{0080}\\u{009B}\\u{009F}\xC2\xA0"));
	CHECK(shows(LIT("\x9B\xFF\xC3("), "\\x9B\\xFF\\xC3("));
	CHECK(shows(LIT("\xED\xA0\x80"), "\\xED\\xA0\\x80"));
}

static void
show_neutralises_bidi_and_invisible_characters(void)
{
	CHECK(shows(LIT("gpj.\u202Eexe"), "gpj.\\u{202E}exe"));
	CHECK(shows(LIT("\u061C\u200E\u200F"), "\\u{061C}\\u{200E}\\u{200F}"));
	CHECK(shows(LIT("\u202A\u202D\u2066\u2069"), "\\u{202A}\\u{202D}\\u{2066}\\u{2069}"));
	CHECK(shows(LIT("\u200B\u2060\u2064\uFEFF"), "\\u{200B}\\u{2060}\\u{2064}\\u{FEFF}"));
	CHECK(shows(LIT("\uFFF9\uFFFB\u2028\u2029"), "\\u{FFF9}\\u{FFFB}\\u{2028}\\u{2029}"));
	CHECK(shows(LIT("\U000E0001\U000E007F"), "\\u{E0001}\\u{E007F}"));
	CHECK(shows(LIT("\uFFFE\uFDD0\U0010FFFF"), "\\u{FFFE}\\u{FDD0}\\u{10FFFF}"));
}

static void
show_tells_what_it_shows_as_it_is(void)
{
	CHECK(ev_show_is_same(LIT("")));
	CHECK(ev_show_is_same(LIT("Айгүл a.b/新")));
	CHECK(!ev_show_is_same(LIT("a\nb")));
	CHECK(!ev_show_is_same(LIT("a\\")));
	CHECK(!ev_show_is_same(LIT("\xC3")));
	CHECK(!ev_show_is_same(LIT("a\xE2\x80\xAE")));
}

static void
show_is_unambiguous_about_backslashes(void)
{
	CHECK(shows(LIT("\\x1B"), "\\\\x1B"));
	CHECK(shows(LIT("\\\x1B"), "\\\\\\x1B"));
}

static void
show_path_cuts_the_middle_between_characters(void)
{
	char raw[2000], out[EV_SHOW_SIZE];
	size_t i;

	CHECK(strcmp(ev_show_path("a\n", out), "a\\x0A") == 0);
	memset(raw, 'a', sizeof(raw));
	raw[EV_SHOW_SIZE - 1] = '\0';
	CHECK(strcmp(ev_show_path(raw, out), raw) == 0); /* just fits */
	memcpy(raw, "first", 5);
	memcpy(raw + EV_SHOW_SIZE - 4, "last", 5);
	ev_show_path(raw, out);
	CHECK(strlen(out) == EV_SHOW_SIZE - 1);
	CHECK(memcmp(out, "firsta", 6) == 0);
	CHECK(strcmp(out + strlen(out) - 5, "alast") == 0 && strstr(out, "a…a") != NULL);
	for (i = 0; i + 3 < sizeof(raw); i += 3)
		memcpy(raw + i, "新", 4);
	ev_show_path(raw, out);
	CHECK(strlen(out) < EV_SHOW_SIZE && strstr(out, "新…新") != NULL);
	memset(raw, '\x1B', sizeof(raw) - 1);
	raw[sizeof(raw) - 1] = '\0';
	ev_show_path(raw, out);
	CHECK(strlen(out) < EV_SHOW_SIZE && strstr(out, "\\x1B…\\x1B") != NULL);
}

static void
constant_time_comparison_sees_each_byte(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	size_t i;

	CHECK(ev_equal_ct(a, b, sizeof(a)));
	for (i = 0; i < sizeof(a); i++) {
		b[i] = 0x80;
		CHECK(!ev_equal_ct(a, b, sizeof(a)));
		b[i] = 0;
	}
	memset(a, 7, sizeof(a));
	ev_wipe(a, sizeof(a));
	CHECK(ev_equal_ct(a, b, sizeof(a)));
}

int
main(void)
{
	UNIT_RUN(hex_round_trips_every_byte);
	UNIT_RUN(hex_refuses_capitals_other_lengths_and_other_characters);
	UNIT_RUN(base64_agrees_with_the_vectors_of_rfc_4648);
	UNIT_RUN(base64_refuses_slack_bits);
	UNIT_RUN(base64_refuses_padding_that_is_not_exact);
	UNIT_RUN(base64_refuses_white_space_other_alphabets_and_a_single_digit);
	UNIT_RUN(base64_writes_no_more_than_the_room_it_has);
	UNIT_RUN(utf8_is_exactly_rfc_3629);
	UNIT_RUN(percent_encodes_controls_percent_and_invalid_utf8_alone);
	UNIT_RUN(percent_refuses_every_other_spelling);
	UNIT_RUN(percent_says_so_when_the_buffer_is_bad);
	UNIT_RUN(percent_into_a_text_takes_what_fits_with_its_nul_and_no_nul_else);
	UNIT_RUN(show_leaves_ordinary_text_of_any_script);
	UNIT_RUN(show_neutralises_controls_and_invalid_bytes);
	UNIT_RUN(show_neutralises_bidi_and_invisible_characters);
	UNIT_RUN(show_tells_what_it_shows_as_it_is);
	UNIT_RUN(show_is_unambiguous_about_backslashes);
	UNIT_RUN(show_path_cuts_the_middle_between_characters);
	UNIT_RUN(constant_time_comparison_sees_each_byte);
	return unit_end();
}
