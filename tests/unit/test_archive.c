#include "archive_made.h"

static struct ev_buf
one(const char *magic, const char *name, char type, const char *body)
{
	struct ev_buf s = EV_BUF_INIT;

	put_file(&s, magic, name, type, body);
	return s;
}

static bool
one_tells(const char *magic, const char *name, char type, const char *body,
	  enum evault_status status, const char *expected)
{
	struct ev_buf s = one(magic, name, type, body);

	return tells(&s, status, expected);
}

/* One file "a" with "x", and bytes of its header changed; stopped at an event unless 0. */
static enum evault_status
with_header_until(int event, const char *magic, size_t at, const void *bytes, size_t len,
		  bool right_sum)
{
	struct told t = { EV_BUF_INIT, event };
	struct ev_buf s = one(magic, "a", '0', "x");
	enum evault_status rc;

	memcpy(s.data + at, bytes, len);
	if (right_sum)
		set_sum(s.data);
	put_end(&s);
	rc = read_in(ev_slice_of(s.data, s.len), 4096, &t, NULL);
	ev_buf_release(&s);
	ev_buf_release(&t.text);
	return rc;
}

static enum evault_status
with_header(const char *magic, size_t at, const void *bytes, size_t len, bool right_sum)
{
	return with_header_until(0, magic, at, bytes, len, right_sum);
}

/* Is a size in this spelling told? */
static bool
size_is_told(const char field[12])
{
	return with_header_until(1, GNU, 124, field, 12, true) == EVAULT_E_CANCELLED;
}

/* ---- what is read ---------------------------------------------------------------- */

static void
files_of_every_kind_of_tar_are_read(void)
{
	CHECK(one_tells(V7, "a", '\0', "x", EVAULT_OK, "<a 1 0>x."));
	CHECK(one_tells(V7, "a", '0', "x", EVAULT_OK, "<a 1 0>x."));
	CHECK(one_tells(USTAR, "a", '0', "x", EVAULT_OK, "<a 1 0>x."));
	CHECK(one_tells(USTAR, "a", '7', "x", EVAULT_OK, "<a 1 0>x."));
	CHECK(one_tells(GNU, "a", '0', "x", EVAULT_OK, "<a 1 0>x."));
	CHECK(one_tells(USTAR, "a", '0', "", EVAULT_OK, "<a 0 0>."));
	CHECK(one_tells("USTAR\00000", "a", '0', "x", EVAULT_E_FORMAT, ""));
}

static void
an_archive_comes_back_in_pieces_of_any_size(void)
{
	static const size_t pieces[] = { 1, 7, 511, 512, 513, 1024, 1 << 20 };
	struct ev_buf s = EV_BUF_INIT;
	size_t i;

	put_pax(&s, 'g', "13 comment=x\n");
	put_file(&s, USTAR, "./a", '0', "hello");
	put_header(&s, USTAR, "d/", '5', 0);
	put_pax(&s, 'x', "11 path=b/\n12 path2=cc\n");
	put_header(&s, USTAR, "cut", '5', 0);
	put_pax(&s, 'x', "12 path=d/e\n");
	put_file(&s, USTAR, "cut", '0', "12345");
	put_file(&s, GNU, "././@LongLink", 'L', "d/long");
	put_file(&s, GNU, "d/lo", '0', "");
	ev_buf_fill(&s, 0, 10240);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct told t = { EV_BUF_INIT, 0 };

		CHECK(read_in(ev_slice_of(s.data, s.len), pieces[i], &t, NULL) == EVAULT_OK);
		CHECK(ev_slice_is(ev_slice_of(t.text.data, t.text.len),
				  "<a 5 1024>hello.<d/e 5 5120>12345.<d/long 0 7168>."));
		ev_buf_release(&t.text);
	}
	ev_buf_release(&s);
}

static void
the_prefix_of_ustar_is_part_of_the_name(void)
{
	struct ev_buf s = one(USTAR, "name", '0', "x");

	memcpy(s.data + 345, "some/where", 10);
	set_sum(s.data);
	CHECK(tells(&s, EVAULT_OK, "<some/where/name 1 0>x."));
	/* GNU has times there, v7 nothing. */
	s = one(GNU, "name", '0', "x");
	memcpy(s.data + 345, "14000000000", 11);
	set_sum(s.data);
	CHECK(tells(&s, EVAULT_OK, "<name 1 0>x."));
}

static void
names_fill_their_fields_without_a_nul(void)
{
	char name[101] = "", prefix[156] = "", expected[300];
	struct ev_buf s;

	memset(name, 'n', 100);
	memset(prefix, 'p', 155);
	snprintf(expected, sizeof(expected), "<%s/%s 1 0>x.", prefix, name);
	s = one(USTAR, name, '0', "x");
	memcpy(s.data + 345, prefix, 155);
	set_sum(s.data);
	CHECK(tells(&s, EVAULT_OK, expected));
}

static void
folders_are_passed_over_and_hold_nothing(void)
{
	CHECK(one_tells(USTAR, "d/", '5', "", EVAULT_OK, ""));
	CHECK(one_tells(USTAR, "d", '5', "", EVAULT_OK, ""));
	CHECK(one_tells(USTAR, "./", '5', "", EVAULT_OK, ""));
	CHECK(one_tells(USTAR, ".", '5', "", EVAULT_OK, ""));
	CHECK(one_tells(V7, "d/", '\0', "", EVAULT_OK, ""));
	CHECK(one_tells(USTAR, "d/", '0', "", EVAULT_OK, ""));
	CHECK(one_tells(V7, "./", '\0', "", EVAULT_OK, ""));
	CHECK(one_tells(V7, "././", '\0', "", EVAULT_OK, ""));
	CHECK(one_tells(USTAR, "d/", '5', "x", EVAULT_E_FORMAT, ""));
	CHECK(one_tells(V7, "d/", '\0', "x", EVAULT_E_FORMAT, ""));
	CHECK(one_tells(USTAR, "../", '5', "", EVAULT_E_FORMAT, ""));
	CHECK(one_tells(USTAR, "/d", '5', "", EVAULT_E_FORMAT, ""));
}

/* ---- what is refused --------------------------------------------------------------- */

static void
what_is_no_file_is_refused_in_words(void)
{
	static const struct {
		char type;
		const char *word;
	} kinds[] = { { '1', "hard link" },       { '2', "symbolic link" }, { '3', "device" },
		      { '4', "device" },          { '6', "pipe" },          { 'S', "holes" },
		      { 'M', "another archive" }, { 'D', "of a kind" },     { 'V', "of a kind" },
		      { 'N', "of a kind" },       { 'X', "of a kind" },     { 'A', "of a kind" } };
	struct evault_error err;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ev_buf s = one(GNU, "odd", kinds[i].type, "");
		struct told t = { EV_BUF_INIT, 0 };

		CHECK(read_in(ev_slice_of(s.data, s.len), 512, &t, &err) == EVAULT_E_FORMAT);
		CHECK(strstr(err.text, kinds[i].word) != NULL && strstr(err.text, "odd") != NULL);
		CHECK(t.text.len == 0);
		ev_buf_release(&s);
		ev_buf_release(&t.text);
	}
}

static void
names_that_lead_out_are_refused_however_they_come(void)
{
	static const char *const bad[] = { "/a",   "../a", "a/../b", "a//b",    "a/./b",
					   "..",   "./..", ".//a",   "~/a",     "C:/a",
					   "a\\b", "",     "a/..",   "././../a" };
	char record[64];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ev_buf s = EV_BUF_INIT;

		CHECK(one_tells(USTAR, bad[i], '0', "x", EVAULT_E_FORMAT, ""));
		snprintf(record, sizeof(record), "%zu path=%s\n",
			 strlen(bad[i]) + 9 + (strlen(bad[i]) > 0), bad[i]);
		put_pax(&s, 'x', record);
		put_file(&s, USTAR, "good", '0', "x");
		CHECK(tells(&s, EVAULT_E_FORMAT, ""));
		put_file(&s, GNU, "././@LongLink", 'L', bad[i]);
		put_file(&s, GNU, "good", '0', "x");
		CHECK(tells(&s, EVAULT_E_FORMAT, ""));
	}
	CHECK(one_tells(USTAR, "./a", '0', "x", EVAULT_OK, "<a 1 0>x."));
}

static void
a_wrong_checksum_is_refused_and_so_is_each_changed_bit(void)
{
	struct ev_buf s = one(USTAR, "a", '0', "x");
	size_t i;

	CHECK(with_header(USTAR, 148, "000000\0 ", 8, false) == EVAULT_E_FORMAT);
	for (i = 0; i < EV_TAR_BLOCK; i++) {
		uint8_t changed = (uint8_t)(s.data[i] ^ 1);

		if (i >= 154 && i < 156)
			continue; /* NUL and space: each may be the other */
		CHECK(with_header(USTAR, i, &changed, 1, false) == EVAULT_E_FORMAT);
	}
	ev_buf_release(&s);
}

static void
sizes_have_the_spellings_that_there_are(void)
{
	static const char *const good[] = { "00000000001\0", "00000000001 ",
					    "          1 ",  "1\0\0\0\0\0\0\0\0\0\0\0",
					    "000000000001",  "          1\0" };
	static const char *const bad[] = {
		"0000000000A\0", "-0000000001\0",
		"            ",  "00000000001x",
		"0 0 0 0 0 1 ",  "\0\0\0\0\0\0\0\0\0\0\0\0",
		"00000000008\0", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(with_header(USTAR, 124, good[i], 12, true) == EVAULT_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!size_is_told(bad[i]));
	CHECK(size_is_told("\x80\0\0\0\0\0\0\0\0\0\0\1"));
	CHECK(size_is_told("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"));
	/* 2^63 and more, and less than nothing. */
	CHECK(!size_is_told("\x80\0\0\0\x80\0\0\0\0\0\0\0"));
	CHECK(!size_is_told("\x80\0\0\1\0\0\0\0\0\0\0\1"));
	CHECK(!size_is_told("\x80\1\0\0\0\0\0\0\0\0\0\1"));
	CHECK(!size_is_told("\x81\0\0\0\0\0\0\0\0\0\0\1"));
}

static void
every_truncation_is_refused(void)
{
	struct ev_buf s = EV_BUF_INIT;
	struct ev_slice part;
	struct told t = { EV_BUF_INIT, 0 };

	put_pax(&s, 'x', "12 path=a/b\n");
	put_file(&s, USTAR, "a", '0', "x");
	put_end(&s);
	NEED(s.len == 3072);
	part = ev_slice_of(s.data, s.len);
	CHECK(read_in(part, 512, &t, NULL) == EVAULT_OK);
	for (part.len = 0; part.len < s.len; part.len++)
		CHECK(read_in(part, 4096, &t, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&s);
	ev_buf_release(&t.text);
}

static void
only_zeros_follow_the_end(void)
{
	static const size_t zeros[] = { 0, 1, 511, 512, 9216 };
	struct told t = { EV_BUF_INIT, 0 };
	size_t i;

	for (i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
		struct ev_buf s = one(USTAR, "a", '0', "x");

		put_end(&s);
		ev_buf_fill(&s, 0, zeros[i]);
		CHECK(read_in(ev_slice_of(s.data, s.len), 512, &t, NULL) == EVAULT_OK);
		ev_buf_puts(&s, "x");
		CHECK(read_in(ev_slice_of(s.data, s.len), 512, &t, NULL) == EVAULT_E_FORMAT);
		ev_buf_release(&s);
	}
	ev_buf_release(&t.text);
}

static void
two_archives_in_one_and_one_zero_block_between_members_are_refused(void)
{
	struct ev_buf s = one(USTAR, "a", '0', "x");

	put_end(&s);
	put_file(&s, USTAR, "b", '0', "y");
	CHECK(tells(&s, EVAULT_E_FORMAT, "<a 1 0>x."));
	s = one(USTAR, "a", '0', "x");
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	put_file(&s, USTAR, "b", '0', "y");
	CHECK(tells(&s, EVAULT_E_FORMAT, "<a 1 0>x."));
}

static void
what_an_event_returns_ends_the_reading(void)
{
	static const char *const upto[] = { "<a 1 0>", "<a 1 0>x", "<a 1 0>x." };
	struct ev_buf s = one(USTAR, "a", '0', "x");
	int i;

	put_end(&s);
	for (i = 0; i < 3; i++) {
		struct told t = { EV_BUF_INIT, i + 1 };

		CHECK(read_in(ev_slice_of(s.data, s.len), 4096, &t, NULL) == EVAULT_E_CANCELLED);
		CHECK(ev_slice_is(ev_slice_of(t.text.data, t.text.len), upto[i]));
		ev_buf_release(&t.text);
	}
	ev_buf_release(&s);
}

/* ---- what is written --------------------------------------------------------------- */

static void
what_is_written_is_read(void)
{
	struct ev_buf s = EV_BUF_INIT;

	NEED(ev_archive_header(&s, ev_slice_text("evault/VERIFY.txt"), 5, NULL) == EVAULT_OK);
	put_body(&s, "hello", 5);
	CHECK(s.len == ev_archive_member_size(5));
	NEED(ev_archive_header(&s, ev_slice_text("data/0012.bin"), 0, NULL) == EVAULT_OK);
	CHECK(s.len == ev_archive_member_size(5) + ev_archive_member_size(0));
	CHECK(tells(&s, EVAULT_OK, "<evault/VERIFY.txt 5 0>hello.<data/0012.bin 0 1024>."));
}

static void
the_header_that_is_written_is_that_of_the_format(void)
{
	uint8_t expected[EV_TAR_BLOCK] = { 0 };
	struct ev_buf s = EV_BUF_INIT;

	memcpy(expected, "bagit.txt", 9);
	memcpy(expected + 100, "0000600\0000000000\0000000000\000000000000567\00007033241600", 47);
	expected[147] = 0;
	memcpy(expected + 156, "0", 1);
	memcpy(expected + 257, "ustar\00000", 8);
	memcpy(expected + 329, "0000000\0000000000", 16);
	set_sum(expected);
	NEED(ev_archive_header(&s, ev_slice_text("bagit.txt"), 55, NULL) == EVAULT_OK);
	CHECK(s.len == sizeof(expected));
	ev_buf_release(&s);
}

static void
beyond_8_gib_pax_has_the_size(void)
{
	static const struct {
		uint64_t size;
		const char *told;
	} sizes[] = {
		{ EV_TAR_SIZE_MAX, "<a 8589934591 0>" },
		{ EV_TAR_SIZE_MAX + 1, "<a 8589934592 1024>" },
		{ EV_ARCHIVE_SIZE_MAX, "<a 9223372036854775807 1024>" },
	};
	struct ev_buf s = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < 3; i++) {
		uint64_t head;

		NEED(ev_archive_header(&s, ev_slice_text("a"), sizes[i].size, NULL) == EVAULT_OK);
		head = s.len;
		CHECK(ev_archive_member_size(sizes[i].size) ==
		      head + sizes[i].size + ev_tar_padding(sizes[i].size));
		if (i == 1)
			CHECK(ev_slice_is(ev_slice_of(s.data + 512, 20), "19 size=8589934592\n") ||
			      memcmp(s.data + 512, "19 size=8589934592\n", 19) == 0);
		/* The body is not there; what is read of it are the zeros of the end. */
		put_end(&s);
		{
			struct told t = { EV_BUF_INIT, 1 };

			CHECK(read_in(ev_slice_of(s.data, s.len), 4096, &t, NULL) ==
			      EVAULT_E_CANCELLED);
			CHECK(ev_slice_is(ev_slice_of(t.text.data, t.text.len), sizes[i].told));
			ev_buf_release(&t.text);
		}
		ev_buf_clear(&s);
	}
	ev_buf_release(&s);
	CHECK(ev_archive_header(&s, ev_slice_text("a"), EV_ARCHIVE_SIZE_MAX + 1, NULL) ==
	      EVAULT_E_USAGE);
}

static void
only_portable_names_are_written(void)
{
	static const char *const bad[] = { "",    "/a", "a/",       "../a", "a b",
					   "a:b", "~a", "\xc3\xa4", "a\\b" };
	struct ev_buf s = EV_BUF_INIT;
	char longest[EV_TAR_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(ev_archive_header(&s, ev_slice_text(bad[i]), 0, NULL) == EVAULT_E_USAGE);
	CHECK(ev_archive_header(&s, ev_slice_of("a\0b", 3), 0, NULL) == EVAULT_E_USAGE);
	CHECK(s.len == 0);
	memset(longest, 'a', sizeof(longest));
	CHECK(ev_archive_header(&s, ev_slice_of(longest, EV_TAR_NAME_MAX), 0, NULL) == EVAULT_OK);
	CHECK(ev_archive_header(&s, ev_slice_of(longest, EV_TAR_NAME_MAX + 1), 0, NULL) ==
	      EVAULT_E_USAGE);
	ev_buf_release(&s);
}

int
main(void)
{
	UNIT_RUN(files_of_every_kind_of_tar_are_read);
	UNIT_RUN(an_archive_comes_back_in_pieces_of_any_size);
	UNIT_RUN(the_prefix_of_ustar_is_part_of_the_name);
	UNIT_RUN(names_fill_their_fields_without_a_nul);
	UNIT_RUN(folders_are_passed_over_and_hold_nothing);
	UNIT_RUN(what_is_no_file_is_refused_in_words);
	UNIT_RUN(names_that_lead_out_are_refused_however_they_come);
	UNIT_RUN(a_wrong_checksum_is_refused_and_so_is_each_changed_bit);
	UNIT_RUN(sizes_have_the_spellings_that_there_are);
	UNIT_RUN(every_truncation_is_refused);
	UNIT_RUN(only_zeros_follow_the_end);
	UNIT_RUN(two_archives_in_one_and_one_zero_block_between_members_are_refused);
	UNIT_RUN(what_an_event_returns_ends_the_reading);
	UNIT_RUN(what_is_written_is_read);
	UNIT_RUN(the_header_that_is_written_is_that_of_the_format);
	UNIT_RUN(beyond_8_gib_pax_has_the_size);
	UNIT_RUN(only_portable_names_are_written);
	return unit_end();
}
