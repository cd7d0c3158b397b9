/* Extended headers: pax records, GNU's long names. */
#include "archive_made.h"

/* A pax header with these records before a file "a" with "x". */
static bool
pax_tells(const char *records, enum evault_status status, const char *expected)
{
	struct ev_buf s = EV_BUF_INIT;

	put_pax(&s, 'x', records);
	put_file(&s, USTAR, "a", '0', "x");
	return tells(&s, status, expected);
}

static bool
pax_for_all_tells(const char *records, enum evault_status status, const char *expected)
{
	struct ev_buf s = EV_BUF_INIT;

	put_pax(&s, 'g', records);
	put_file(&s, USTAR, "a", '0', "x");
	return tells(&s, status, expected);
}

static void
pax_names_and_equal_sizes_are_taken(void)
{
	CHECK(pax_tells("12 path=b/c\n", EVAULT_OK, "<b/c 1 1024>x."));
	CHECK(pax_tells("10 size=1\n", EVAULT_OK, "<a 1 1024>x."));
	CHECK(pax_tells("10 size=1\n12 path=b/c\n", EVAULT_OK, "<b/c 1 1024>x."));
	CHECK(pax_tells("16 path=a\nb\tc d\n", EVAULT_OK, "<a\nb\tc d 1 1024>x."));
	CHECK(pax_tells("", EVAULT_OK, "<a 1 512>x."));
}

static void
what_pax_says_of_other_things_is_passed_over(void)
{
	CHECK(pax_tells("20 mtime=1234567.89\n20 SCHILY.xattr.a=b\n5 u=\n", EVAULT_OK,
			"<a 1 1024>x."));
	CHECK(pax_tells("21 hdrcharset=BINARY\n", EVAULT_OK, NULL));
	CHECK(pax_tells("21 hdrcharset=LATIN1\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_for_all_tells("13 comment=x\n", EVAULT_OK, "<a 1 1024>x."));
}

static void
a_pax_size_that_is_not_the_header_s_is_refused(void)
{
	struct ev_buf s = EV_BUF_INIT;

	CHECK(pax_tells("10 size=2\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("10 size=0\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("19 size=8589934592\n", EVAULT_E_FORMAT, ""));
	/* The smuggler's: nothing for who reads the header, a whole member for who reads pax. */
	put_pax(&s, 'x', "13 size=1024\n");
	put_header(&s, USTAR, "outer", '0', 0);
	put_file(&s, USTAR, "inner", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	/* And of a folder. */
	put_pax(&s, 'x', "13 size=1024\n");
	put_header(&s, USTAR, "outer/", '5', 0);
	put_file(&s, USTAR, "inner", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
a_size_that_no_header_can_say_is_pax_s_alone(void)
{
	static const struct {
		const char *record;
		enum evault_status status;
	} sizes[] = {
		{ "19 size=8589934592\n", EVAULT_E_CANCELLED },
		{ "19 size=8589934591\n", EVAULT_E_FORMAT },
		{ "28 size=9223372036854775807\n", EVAULT_E_CANCELLED },
		{ "28 size=9223372036854775808\n", EVAULT_E_FORMAT },
		{ "29 size=18446744073709551616\n", EVAULT_E_FORMAT },
	};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct told t = { EV_BUF_INIT, 1 };
		struct ev_buf s = EV_BUF_INIT;

		put_pax(&s, 'x', sizes[i].record);
		put_header(&s, USTAR, "a", '0', 0);
		CHECK(read_in(ev_slice_of(s.data, s.len), 4096, &t, NULL) == sizes[i].status);
		ev_buf_release(&s);
		ev_buf_release(&t.text);
	}
}

static void
malformed_records_are_refused(void)
{
	static const char *const bad[] = {
		"x",
		"12",
		"12 ",
		"path=a\n",
		"8 path=a\n",
		"11 path=a\n",
		"010 path=a\n",
		"10 path=a",
		"10 path=aa",
		"-1 path=a\n",
		"5 =a\n",
		"6 pat\n",
		"0 path=a\n",
		"2 path=a\n",
		"10  path=a\n",
		"10\tpath=a\n",
		"99999999999 path=a\n",
		"10 path=a\n\n",
		"18446744073709551617 path=a\n",
		"8 size=\n",
		"11 size=01\n",
		"11 size=-1\n",
		"11 size=+1\n",
		"11 size= 1\n",
		"12 size=0x1\n",
		"8 path=\n",
	};
	struct ev_buf s = EV_BUF_INIT;
	size_t i;

	CHECK(pax_tells("10 path=b\n", EVAULT_OK, "<b 1 1024>x."));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(pax_tells(bad[i], EVAULT_E_FORMAT, "")))
			printf("# %s\n", bad[i]);
	put_header(&s, USTAR, "p", 'x', 12);
	put_body(&s, "12 path=a\0b\n", 12);
	put_file(&s, USTAR, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
what_is_said_twice_is_refused(void)
{
	struct ev_buf s = EV_BUF_INIT;

	CHECK(pax_tells("10 path=b\n10 path=b\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("10 size=1\n10 size=1\n", EVAULT_E_FORMAT, ""));
	put_pax(&s, 'x', "10 path=b\n");
	put_pax(&s, 'x', "10 size=1\n");
	put_file(&s, USTAR, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	put_pax(&s, 'x', "10 path=b\n");
	put_file(&s, GNU, "././@LongLink", 'L', "c");
	put_file(&s, USTAR, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	put_file(&s, GNU, "././@LongLink", 'L', "c");
	put_pax(&s, 'x', "10 size=1\n");
	put_file(&s, USTAR, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	put_file(&s, GNU, "././@LongLink", 'L', "c");
	put_file(&s, GNU, "././@LongLink", 'L', "c");
	put_file(&s, GNU, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	put_pax(&s, 'x', "10 path=b\n");
	put_pax(&s, 'g', "13 comment=x\n");
	put_file(&s, USTAR, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
no_name_size_or_link_is_for_all_members(void)
{
	CHECK(pax_for_all_tells("10 path=b\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_for_all_tells("10 size=1\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_for_all_tells("14 linkpath=b\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_for_all_tells("21 GNU.sparse.size=1\n", EVAULT_E_FORMAT, ""));
}

static void
an_extended_header_is_for_the_next_member_alone(void)
{
	struct ev_buf s = EV_BUF_INIT;

	put_pax(&s, 'x', "10 path=b\n");
	put_file(&s, USTAR, "a", '0', "x");
	put_file(&s, USTAR, "c", '0', "y");
	CHECK(tells(&s, EVAULT_OK, "<b 1 1024>x.<c 1 2048>y."));
	put_pax(&s, 'x', "11 path=d/\n");
	put_header(&s, USTAR, "a", '5', 0);
	put_file(&s, USTAR, "c", '0', "y");
	CHECK(tells(&s, EVAULT_OK, "<c 1 1536>y."));
	put_pax(&s, 'x', "10 path=b\n");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
holes_and_parts_are_refused(void)
{
	CHECK(pax_tells("22 GNU.sparse.major=1\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("26 GNU.sparse.name=a/b/cc\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("21 SCHILY.realsize=1\n", EVAULT_E_FORMAT, ""));
	CHECK(pax_tells("25 GNU.volume.filename=a\n", EVAULT_E_FORMAT, ""));
}

static void
long_names_of_gnu_are_taken(void)
{
	char name[200] = "", expected[250];
	struct ev_buf s = EV_BUF_INIT;

	memset(name, 'n', sizeof(name) - 1);
	snprintf(expected, sizeof(expected), "<%s 1 1024>x.", name);
	put_header(&s, GNU, "././@LongLink", 'L', sizeof(name));
	put_body(&s, name, sizeof(name)); /* with its NUL */
	put_file(&s, GNU, name, '0', "x");
	CHECK(tells(&s, EVAULT_OK, expected));
	put_header(&s, GNU, "././@LongLink", 'L', 4);
	put_body(&s, "a\0b\0", 4);
	put_file(&s, GNU, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	put_header(&s, GNU, "././@LongLink", 'L', 0);
	put_file(&s, GNU, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
a_file_with_a_link_is_refused(void)
{
	struct ev_buf s = EV_BUF_INIT;

	CHECK(pax_tells("14 linkpath=b\n", EVAULT_E_FORMAT, ""));
	put_file(&s, GNU, "././@LongLink", 'K', "b");
	put_file(&s, GNU, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
}

static void
extended_headers_are_bounded(void)
{
	struct ev_buf s = EV_BUF_INIT, records = EV_BUF_INIT;

	/* One record that fills it: "65536 comment=" and its LF are 15. */
	ev_buf_printf(&records, "%d comment=", EV_ARCHIVE_EXTRA_MAX);
	ev_buf_fill(&records, 'x', EV_ARCHIVE_EXTRA_MAX - 15);
	ev_buf_puts(&records, "\n");
	NEED(records.len == EV_ARCHIVE_EXTRA_MAX);
	CHECK(pax_tells(ev_buf_text(&records), EVAULT_OK, NULL));
	put_header(&s, USTAR, "p", 'x', EV_ARCHIVE_EXTRA_MAX + 1);
	CHECK(tells(&s, EVAULT_E_LIMIT, ""));
	put_header(&s, GNU, "p", 'L', EV_TAR_SIZE_MAX);
	CHECK(tells(&s, EVAULT_E_LIMIT, ""));
	/* A name of more than EV_PATH_MAX bytes fits a header, and is still too long. */
	ev_buf_clear(&records);
	ev_buf_fill(&records, 'n', EV_PATH_MAX + 1);
	put_file(&s, GNU, "././@LongLink", 'L', ev_buf_text(&records));
	put_file(&s, GNU, "a", '0', "x");
	CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	ev_buf_release(&records);
}

int
main(void)
{
	UNIT_RUN(pax_names_and_equal_sizes_are_taken);
	UNIT_RUN(what_pax_says_of_other_things_is_passed_over);
	UNIT_RUN(a_pax_size_that_is_not_the_header_s_is_refused);
	UNIT_RUN(a_size_that_no_header_can_say_is_pax_s_alone);
	UNIT_RUN(malformed_records_are_refused);
	UNIT_RUN(what_is_said_twice_is_refused);
	UNIT_RUN(no_name_size_or_link_is_for_all_members);
	UNIT_RUN(an_extended_header_is_for_the_next_member_alone);
	UNIT_RUN(holes_and_parts_are_refused);
	UNIT_RUN(long_names_of_gnu_are_taken);
	UNIT_RUN(a_file_with_a_link_is_refused);
	UNIT_RUN(extended_headers_are_bounded);
	return unit_end();
}
