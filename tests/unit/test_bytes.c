#include <errno.h>

#include "base/bytes.h"
#include "unit.h"

/* ---- buffer ---------------------------------------------------------- */

static void
buffer_keeps_what_is_appended_while_it_grows(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	bool same = true;
	size_t i;

	for (i = 0; i < 1000; i++)
		ev_buf_printf(&buf, "%03zu", i);
	NEED(ev_buf_ask(&buf, NULL) == EVAULT_OK && buf.len == 3000);
	for (i = 0; i < 1000; i++)
		same = same && buf.data[3 * i] == '0' + i / 100 &&
		       buf.data[3 * i + 1] == '0' + i / 10 % 10 &&
		       buf.data[3 * i + 2] == '0' + i % 10;
	CHECK(same);
	ev_buf_release(&buf);
	CHECK(buf.data == NULL && buf.len == 0 && buf.cap == 0);
}

static void
buffer_text_is_terminated_at_every_length(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < 300; i++) {
		const char *text = ev_buf_text(&buf);

		NEED(text != NULL && strlen(text) == i && buf.len == i);
		ev_buf_add(&buf, "x", 1);
	}
	ev_buf_clear(&buf);
	CHECK(buf.len == 0 && buf.cap > 0 && strcmp(ev_buf_text(&buf), "") == 0);
	ev_buf_release(&buf);
}

static void
buffer_that_cannot_grow_turns_bad_and_drops_all(void)
{
	struct evault_error err = { 0 };
	struct ev_buf buf = EV_BUF_INIT;

	ev_buf_puts(&buf, "kept");
	CHECK(ev_buf_extend(&buf, SIZE_MAX - 2) == NULL);
	CHECK(buf.bad && buf.data == NULL && buf.len == 0);
	ev_buf_puts(&buf, "more");
	ev_buf_fill(&buf, 0, 10);
	ev_buf_printf(&buf, "%d", 1);
	CHECK(buf.data == NULL && buf.len == 0 && ev_buf_text(&buf) == NULL);
	CHECK(ev_buf_ask(&buf, &err) == EVAULT_E_NOMEM && err.status == EVAULT_E_NOMEM);
	ev_buf_release(&buf);
	CHECK(!buf.bad);
}

static void
buffer_takes_empty_and_null(void)
{
	struct ev_buf buf = EV_BUF_INIT;

	ev_buf_add(&buf, NULL, 0);
	ev_buf_puts(&buf, "");
	ev_buf_fill(&buf, 'a', 3);
	CHECK(strcmp(ev_buf_text(&buf), "aaa") == 0);
	ev_buf_wipe(&buf);
	ev_buf_wipe(&buf);
	CHECK(buf.data == NULL);
}

/* ---- slice ----------------------------------------------------------- */

static void
slices_compare_as_bytes_and_the_shorter_first(void)
{
	CHECK(ev_slice_compare(ev_slice_text("a"), ev_slice_text("ab")) < 0);
	CHECK(ev_slice_compare(ev_slice_text("b"), ev_slice_text("ab")) > 0);
	CHECK(ev_slice_compare(ev_slice_text("\xFF"), ev_slice_text("a")) > 0);
	CHECK(ev_slice_compare(ev_slice_of(NULL, 0), ev_slice_text("")) == 0);
	CHECK(ev_slice_compare(ev_slice_of(NULL, 0), ev_slice_text("a")) < 0);
	CHECK(ev_slice_starts(ev_slice_text("abc"), "ab"));
	CHECK(!ev_slice_starts(ev_slice_text("a"), "ab"));
	CHECK(ev_slice_starts(ev_slice_of(NULL, 0), ""));
	CHECK(!ev_slice_is(ev_slice_of("a\0", 2), "a"));
}

/* ---- cursor ---------------------------------------------------------- */

static void
cursor_reads_both_byte_orders(void)
{
	const uint8_t bytes[] = { 1, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78, 0xF0, 1, 2, 3, 4, 5,   6,
				  7, 0x78, 0x56, 0x34, 0x92, 8,    7,    6,    5, 4, 3, 2, 0xF1 };
	struct ev_cursor c = ev_cursor_of(bytes, sizeof(bytes));

	CHECK(ev_cursor_u8(&c) == 1);
	CHECK(ev_cursor_be16(&c) == 0x1234);
	CHECK(ev_cursor_be32(&c) == 0x12345678);
	CHECK(ev_cursor_be64(&c) == UINT64_C(0xF001020304050607));
	CHECK(ev_cursor_le32(&c) == 0x92345678);
	CHECK(ev_cursor_le64(&c) == UINT64_C(0xF102030405060708));
	CHECK(ev_cursor_done(&c));
}

static void
integers_come_back_as_they_were_put(void)
{
	uint8_t out[26] = { 0 };
	struct ev_cursor c = ev_cursor_of(out, sizeof(out));

	ev_put_be16(out, 0xFEDC);
	ev_put_be32(out + 2, 0xFEDCBA98);
	ev_put_be64(out + 6, UINT64_C(0xFEDCBA9876543210));
	ev_put_le32(out + 14, 0xFEDCBA98);
	ev_put_le64(out + 18, UINT64_C(0xFEDCBA9876543210));
	CHECK(out[0] == 0xFE && out[6] == 0xFE && out[14] == 0x98 && out[18] == 0x10);
	CHECK(ev_cursor_be16(&c) == 0xFEDC);
	CHECK(ev_cursor_be32(&c) == 0xFEDCBA98);
	CHECK(ev_cursor_be64(&c) == UINT64_C(0xFEDCBA9876543210));
	CHECK(ev_cursor_le32(&c) == 0xFEDCBA98);
	CHECK(ev_cursor_le64(&c) == UINT64_C(0xFEDCBA9876543210));
}

static void
cursor_stays_bad_after_a_read_past_the_end(void)
{
	struct ev_cursor c = ev_cursor_of("\1\2\3", 3);
	struct ev_slice s;

	CHECK(ev_cursor_be32(&c) == 0 && c.bad);
	CHECK(ev_cursor_u8(&c) == 0); /* though bytes are left */
	s = ev_cursor_take(&c, 0);
	CHECK(s.data != NULL && s.len == 0);
	s = ev_cursor_line(&c);
	CHECK(s.data != NULL && s.len == 0);
	CHECK(ev_cursor_decimal(&c, 9) == 0);
	CHECK(!ev_cursor_done(&c));
	c = ev_cursor_of(NULL, 0);
	CHECK(ev_cursor_done(&c));
	CHECK(ev_cursor_take(&c, SIZE_MAX).len == 0 && c.bad);
}

static void
cursor_takes_lines_and_refuses_one_without_its_end(void)
{
	struct ev_cursor c = ev_cursor_of("ab\n\nc d\ne", 9);

	CHECK(ev_slice_is(ev_cursor_line(&c), "ab"));
	CHECK(ev_slice_is(ev_cursor_line(&c), "") && !c.bad);
	CHECK(ev_slice_is(ev_cursor_until(&c, ' '), "c"));
	CHECK(ev_slice_is(ev_cursor_line(&c), "d") && !c.bad);
	CHECK(ev_cursor_line(&c).len == 0 && c.bad);
	c = ev_cursor_of("", 0);
	ev_cursor_line(&c);
	CHECK(c.bad);
}

static void
cursor_expects_exactly_this_text(void)
{
	struct ev_cursor c = ev_cursor_of("evault/v1\n", 10);

	ev_cursor_expect(&c, "evault/");
	CHECK(!c.bad && c.left == 3);
	ev_cursor_expect(&c, "");
	CHECK(!c.bad);
	ev_cursor_expect(&c, "v2");
	CHECK(c.bad);
	c = ev_cursor_of("ev", 2);
	ev_cursor_expect(&c, "evault");
	CHECK(c.bad);
}

static bool
decimal_is(const char *text, uint64_t max, uint64_t want, size_t left)
{
	struct ev_cursor c = ev_cursor_of(text, strlen(text));
	uint64_t v = ev_cursor_decimal(&c, max);

	return !c.bad && v == want && c.left == left;
}

static bool
decimal_is_bad(const char *text, uint64_t max)
{
	struct ev_cursor c = ev_cursor_of(text, strlen(text));

	return ev_cursor_decimal(&c, max) == 0 && c.bad;
}

static void
decimal_has_one_spelling_and_a_limit(void)
{
	CHECK(decimal_is("0", 0, 0, 0));
	CHECK(decimal_is("0x", 9, 0, 1));
	CHECK(decimal_is("10 20", 10, 10, 3));
	CHECK(decimal_is("18446744073709551615", UINT64_MAX, UINT64_MAX, 0));
	CHECK(decimal_is_bad("18446744073709551616", UINT64_MAX));
	CHECK(decimal_is_bad("184467440737095516150", UINT64_MAX));
	CHECK(decimal_is_bad("99999999999999999999999", UINT64_MAX));
	CHECK(decimal_is_bad("11", 10));
	CHECK(decimal_is_bad("1", 0));
	CHECK(decimal_is_bad("5", 4));
	CHECK(decimal_is_bad("01", 10));
	CHECK(decimal_is_bad("00", 10));
	CHECK(decimal_is_bad("", 10));
	CHECK(decimal_is_bad("-1", 10));
	CHECK(decimal_is_bad("+1", 10));
	CHECK(decimal_is_bad(" 1", 10));
}

/* ---- source and sink ------------------------------------------------- */

static void
memory_source_refuses_what_lies_beyond_its_end(void)
{
	struct ev_slice bytes = ev_slice_text("0123456789");
	struct ev_source source = ev_source_memory(&bytes);
	uint8_t out[11] = { 0 };

	CHECK(source.size == 10);
	CHECK(source.read_at(source.ctx, 7, out, 3, NULL) == EVAULT_OK);
	CHECK(memcmp(out, "789", 3) == 0);
	CHECK(source.read_at(source.ctx, 10, out, 0, NULL) == EVAULT_OK);
	CHECK(source.read_at(source.ctx, 10, out, 1, NULL) == EVAULT_E_DAMAGED);
	CHECK(source.read_at(source.ctx, 0, out, 11, NULL) == EVAULT_E_DAMAGED);
	CHECK(source.read_at(source.ctx, UINT64_MAX, out, 2, NULL) == EVAULT_E_DAMAGED);
	CHECK(source.read_at(source.ctx, 2, out, SIZE_MAX, NULL) == EVAULT_E_DAMAGED);
}

static void
buffer_sink_appends_and_reports_a_bad_buffer(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_sink sink = ev_sink_buf(&buf);

	CHECK(sink.write(sink.ctx, (const uint8_t *)"ab", 2, NULL) == EVAULT_OK);
	CHECK(sink.write(sink.ctx, (const uint8_t *)"c", 1, NULL) == EVAULT_OK);
	CHECK(strcmp(ev_buf_text(&buf), "abc") == 0);
	ev_buf_extend(&buf, SIZE_MAX);
	CHECK(sink.write(sink.ctx, (const uint8_t *)"c", 1, NULL) == EVAULT_E_NOMEM);
	ev_buf_release(&buf);
}

/* ---- errors ---------------------------------------------------------- */

static void
error_of_the_system_picks_its_status(void)
{
	struct evault_error err = { 0 };

	CHECK(ev_fail_sys(&err, ENOENT, "%s", "a") == EVAULT_E_NOT_FOUND);
	CHECK(strcmp(err.text, "a: No such file or directory") == 0);
	CHECK(err.sys == ENOENT && err.status == EVAULT_E_NOT_FOUND);
	CHECK(ev_fail_sys(&err, ENOTDIR, "a") == EVAULT_E_NOT_FOUND);
	CHECK(ev_fail_sys(&err, EEXIST, "a") == EVAULT_E_EXISTS);
	CHECK(ev_fail_sys(&err, ENOSPC, "a") == EVAULT_E_FULL);
	CHECK(ev_fail_sys(&err, EDQUOT, "a") == EVAULT_E_FULL);
	CHECK(ev_fail_sys(&err, EROFS, "a") == EVAULT_E_READ_ONLY);
	CHECK(ev_fail_sys(&err, ENOMEM, "a") == EVAULT_E_NOMEM);
	CHECK(ev_fail_sys(&err, EACCES, "a") == EVAULT_E_IO);
	CHECK(ev_fail_sys(NULL, EROFS, "a") == EVAULT_E_READ_ONLY);
	CHECK(ev_fail(&err, EVAULT_E_KEY, "b") == EVAULT_E_KEY && err.sys == 0);
	CHECK(ev_fail(NULL, EVAULT_E_KEY, "b") == EVAULT_E_KEY);
}

static void
error_that_is_too_long_is_cut_between_characters(void)
{
	struct evault_error err = { 0 };
	char text[600] = "";
	size_t shift, len, i;

	for (shift = 0; shift < 3; shift++) {
		memset(text, 'a', shift);
		for (i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "新", 4);
		ev_fail(&err, EVAULT_E_IO, "%s", text);
		len = strlen(err.text);
		CHECK(len < sizeof(err.text) && len > sizeof(err.text) - 8);
		CHECK(strcmp(err.text + len - 3, "…") == 0);
		for (i = 0; i < len;) {
			size_t n = ev_utf8_len(ev_slice_of(err.text + i, len - i));

			NEED(n > 0);
			i += n;
		}
	}
}

static void
error_prefix_goes_before_the_sentence(void)
{
	struct evault_error err = { 0 };
	char longer[600];

	ev_fail(&err, EVAULT_E_DAMAGED, "cut short");
	CHECK(ev_error_prefix(&err, EVAULT_E_DAMAGED, "log/x") == EVAULT_E_DAMAGED);
	CHECK(strcmp(err.text, "log/x: cut short") == 0);
	ev_fail(&err, EVAULT_E_IO, "again %s", err.text);
	CHECK(strcmp(err.text, "again log/x: cut short") == 0);
	memset(longer, 'p', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ev_error_prefix(&err, EVAULT_E_IO, longer);
	CHECK(strlen(err.text) == sizeof(err.text) - 1);
	CHECK(ev_error_prefix(NULL, EVAULT_E_IO, "x") == EVAULT_E_IO);
}

int
main(void)
{
	UNIT_RUN(buffer_keeps_what_is_appended_while_it_grows);
	UNIT_RUN(buffer_text_is_terminated_at_every_length);
	UNIT_RUN(buffer_that_cannot_grow_turns_bad_and_drops_all);
	UNIT_RUN(buffer_takes_empty_and_null);
	UNIT_RUN(slices_compare_as_bytes_and_the_shorter_first);
	UNIT_RUN(cursor_reads_both_byte_orders);
	UNIT_RUN(integers_come_back_as_they_were_put);
	UNIT_RUN(cursor_stays_bad_after_a_read_past_the_end);
	UNIT_RUN(cursor_takes_lines_and_refuses_one_without_its_end);
	UNIT_RUN(cursor_expects_exactly_this_text);
	UNIT_RUN(decimal_has_one_spelling_and_a_limit);
	UNIT_RUN(memory_source_refuses_what_lies_beyond_its_end);
	UNIT_RUN(buffer_sink_appends_and_reports_a_bad_buffer);
	UNIT_RUN(error_of_the_system_picks_its_status);
	UNIT_RUN(error_that_is_too_long_is_cut_between_characters);
	UNIT_RUN(error_prefix_goes_before_the_sentence);
	return unit_end();
}
