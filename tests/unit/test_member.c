#include "format/member.h"

#include <stdlib.h>

#include "unit.h"

#define HEX64 "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"
#define HEX32 "00112233445566778899aabbccddeeff"

static bool
name_comes_back(const char *name, enum ev_member_kind kind, uint32_t part)
{
	struct ev_member m = { .size = 77, .offset = 88 };
	char again[EV_MEMBER_NAME_SIZE];

	if (!ev_member_parse_name(ev_slice_text(name), &m))
		return false;
	ev_member_name(&m, again);
	return m.kind == kind && m.part == part && m.size == 77 && m.offset == 88 &&
	       strcmp(name, again) == 0;
}

static void
names_of_all_kinds_come_back(void)
{
	CHECK(name_comes_back("objects/" HEX64, EV_MEMBER_OBJECT, 0));
	CHECK(name_comes_back("objects/" HEX64 ".parts", EV_MEMBER_LIST, 0));
	CHECK(name_comes_back("records/" HEX64, EV_MEMBER_RECORD, 0));
	CHECK(name_comes_back("parts/" HEX32 ".00001", EV_MEMBER_PART, 1));
	CHECK(name_comes_back("parts/" HEX32 ".00809", EV_MEMBER_PART, 809));
	CHECK(name_comes_back("parts/" HEX32 ".99999", EV_MEMBER_PART, EV_MEMBER_PART_LAST));
}

static void
the_id_of_a_part_has_zeros_after_16_bytes(void)
{
	static const uint8_t zeros[16];
	struct ev_member m;

	memset(&m, 0xff, sizeof(m));
	NEED(ev_member_parse_name(ev_slice_text("parts/" HEX32 ".00001"), &m));
	CHECK(m.id.b[0] == 0x00 && m.id.b[1] == 0x11 && m.id.b[15] == 0xff);
	CHECK(memcmp(m.id.b + 16, zeros, sizeof(zeros)) == 0);
}

static void
what_is_no_name_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"objects",
		"objects/",
		"objects/" HEX32,
		"objects/" HEX64 "0",
		"objects/" HEX64 ".part",
		"objects/" HEX64 ".partss",
		"objects/" HEX64 ".parts/",
		"objects/" HEX64 ".Parts",
		"objects/" HEX64 "/parts",
		"objects/" HEX64 "/",
		"objects//" HEX64,
		"/objects/" HEX64,
		"./objects/" HEX64,
		"Objects/" HEX64,
		"object/" HEX64,
		"objects/" HEX32 "0123456789ABCDEF0123456789abcdef",
		"objects/" HEX32 "0123456789abcdeg0123456789abcdef",
		"records/" HEX64 ".parts",
		"records/" HEX32,
		"parts/" HEX64,
		"parts/" HEX32,
		"parts/" HEX32 ".",
		"parts/" HEX32 ".00000",
		"parts/" HEX32 ".0001",
		"parts/" HEX32 ".000001",
		"parts/" HEX32 ".100000",
		"parts/" HEX32 ".0000a",
		"parts/" HEX32 ". 0001",
		"parts/" HEX32 ".+0001",
		"parts/" HEX32 ".00001 ",
		"parts/" HEX64 ".00001",
		"parts/00112233445566778899AABBCCDDEEFF.00001",
	};
	struct ev_member m = { .kind = EV_MEMBER_LIST, .part = 7 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ev_member_parse_name(ev_slice_text(bad[i]), &m));
	CHECK(!ev_member_parse_name(ev_slice_of("objects/" HEX64 "\0", 8 + 64 + 1), &m));
	CHECK(m.kind == EV_MEMBER_LIST && m.part == 7);
}

/* ---- the table of members --------------------------------------------- */

/* The status of the whole table, begun at byte `at`; *members is how many were read. */
static enum evault_status
table_from(const char *text, uint64_t at, int *members)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + 1);
	struct ev_cursor c;
	struct ev_member m;
	enum evault_status rc = EVAULT_OK;

	*members = 0;
	if (copy == NULL)
		return EVAULT_E_NOMEM;
	memcpy(copy + 1, text, len);
	c = ev_cursor_of(copy + 1, len);
	while (c.left > 0 && rc == EVAULT_OK) {
		rc = ev_member_table_next(&c, &at, &m, NULL);
		*members += rc == EVAULT_OK;
	}
	free(copy);
	return rc;
}

static enum evault_status
table(const char *text)
{
	int members;

	return table_from(text, 0, &members);
}

static void
a_table_comes_back(void)
{
	static const char expected[] = "0 0 objects/" HEX64 "\n"
				       "512 1 records/" HEX64 "\n"
				       "1536 512 objects/" HEX64 ".parts\n"
				       "2560 8388608 parts/" HEX32 ".00001\n";
	struct ev_buf out = EV_BUF_INIT;
	struct ev_member m = { 0 };
	struct ev_cursor c;
	uint64_t at = 0;

	c = ev_cursor_of(expected, sizeof(expected) - 1);
	while (c.left > 0) {
		NEED(ev_member_table_next(&c, &at, &m, NULL) == EVAULT_OK);
		ev_member_table_add(&out, &m);
	}
	CHECK(ev_slice_is(ev_slice_of(out.data, out.len), expected));
	CHECK(m.kind == EV_MEMBER_PART && m.part == 1);
	CHECK(m.size == EV_MEMBER_OBJECT_MAX && m.offset == 2560);
	CHECK(at == UINT64_C(2560) + 512 + EV_MEMBER_OBJECT_MAX);
	ev_buf_release(&out);
}

static void
numbers_in_a_table_have_one_spelling(void)
{
	CHECK(table("0 1 records/" HEX64 "\n") == EVAULT_OK);
	CHECK(table("00 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 01 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("+0 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("-0 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0x0 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table(" 0 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0  1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1  records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0\t1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("18446744073709551616 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 18446744073709551617 records/" HEX64 "\n") == EVAULT_E_FORMAT);
}

static void
lines_of_a_table_are_whole(void)
{
	CHECK(table("0 1 records/" HEX64) == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\r\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 " \n") == EVAULT_E_FORMAT);
	CHECK(table("0 1\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 \n") == EVAULT_E_FORMAT);
	CHECK(table("\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\n\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\n1024 1 records/" HEX64) == EVAULT_E_FORMAT);
}

static void
gaps_and_overlaps_are_refused(void)
{
	int members;

	CHECK(table("512 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table_from("0 1 records/" HEX64 "\n1024 1 records/" HEX64 "\n", 0, &members) ==
	      EVAULT_OK);
	CHECK(members == 2);
	CHECK(table_from("0 1 records/" HEX64 "\n512 1 records/" HEX64 "\n", 0, &members) ==
	      EVAULT_E_FORMAT);
	CHECK(members == 1);
	CHECK(table("0 1 records/" HEX64 "\n1023 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\n1025 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\n1536 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 1 records/" HEX64 "\n0 1 records/" HEX64 "\n") == EVAULT_E_FORMAT);
}

static void
a_refused_line_moves_nothing(void)
{
	struct ev_cursor c = ev_cursor_of("512 1 records/" HEX64 "\n", 6 + 8 + 64 + 1);
	struct ev_member m = { .size = 77 };
	uint64_t at = 0;

	CHECK(ev_member_table_next(&c, &at, &m, NULL) == EVAULT_E_FORMAT);
	CHECK(at == 0 && m.size == 77);
}

static void
each_kind_has_its_largest_size(void)
{
	CHECK(table("0 8388608 objects/" HEX64 "\n") == EVAULT_OK);
	CHECK(table("0 8388609 objects/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 8388608 objects/" HEX64 ".parts\n") == EVAULT_OK);
	CHECK(table("0 8388609 objects/" HEX64 ".parts\n") == EVAULT_E_FORMAT);
	CHECK(table("0 8388608 parts/" HEX32 ".00001\n") == EVAULT_OK);
	CHECK(table("0 8388609 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(table("0 262144 records/" HEX64 "\n") == EVAULT_OK);
	CHECK(table("0 262145 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(table("0 8589934592 objects/" HEX64 "\n") == EVAULT_E_FORMAT);
}

static void
only_an_object_may_be_empty(void)
{
	CHECK(table("0 0 objects/" HEX64 "\n") == EVAULT_OK);
	CHECK(table("0 0 objects/" HEX64 ".parts\n") == EVAULT_E_FORMAT);
	CHECK(table("0 0 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(table("0 0 records/" HEX64 "\n") == EVAULT_E_FORMAT);
}

/* ---- the list of parts ------------------------------------------------ */

static const uint8_t some_id[16] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };

static bool
list_comes_back(uint64_t size, size_t lines)
{
	struct ev_buf out = EV_BUF_INIT;
	uint8_t id[16] = { 0 };
	uint64_t back = 0;
	size_t i, seen = 0;
	bool good;

	ev_member_list_encode(&out, some_id, size);
	for (i = 0; i < out.len; i++)
		seen += out.data[i] == '\n';
	good =
	    ev_member_list_decode(ev_slice_of(out.data, out.len), id, &back, NULL) == EVAULT_OK &&
	    out.len <= EV_MEMBER_LIST_MAX && seen == lines && back == size &&
	    memcmp(id, some_id, sizeof(id)) == 0;
	ev_buf_release(&out);
	return good;
}

static void
lists_of_all_lengths_come_back(void)
{
	const uint64_t full = EV_MEMBER_OBJECT_MAX;

	CHECK(list_comes_back(1, 1));
	CHECK(list_comes_back(full - 1, 1));
	CHECK(list_comes_back(full, 1));
	CHECK(list_comes_back(full + 1, 2));
	CHECK(list_comes_back(2 * full, 2));
	CHECK(list_comes_back(10 * full, 10));
	CHECK(list_comes_back(10 * full + 5, 11));
	CHECK(list_comes_back(EV_MEMBER_LISTED_MAX, EV_MEMBER_PART_LAST));
}

static void
a_list_is_as_the_format_says(void)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_member_list_encode(&out, some_id, 2 * (uint64_t)EV_MEMBER_OBJECT_MAX + 3);
	CHECK(ev_slice_is(ev_slice_of(out.data, out.len), "8388608 parts/" HEX32 ".00001\n"
							  "8388608 parts/" HEX32 ".00002\n"
							  "3 parts/" HEX32 ".00003\n"));
	ev_buf_release(&out);
}

static enum evault_status
list(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + 1);
	uint8_t id[16] = { 0xee };
	uint64_t size = 77;
	enum evault_status rc;

	if (copy == NULL)
		return EVAULT_E_NOMEM;
	memcpy(copy + 1, text, len);
	rc = ev_member_list_decode(ev_slice_of(copy + 1, len), id, &size, NULL);
	CHECK(rc == EVAULT_OK || (size == 77 && id[0] == 0xee));
	free(copy);
	return rc;
}

#define FULL "8388608 parts/" HEX32

static void
parts_are_numbered_from_1_without_a_gap(void)
{
	CHECK(list(FULL ".00001\n" FULL ".00002\n") == EVAULT_OK);
	CHECK(list(FULL ".00002\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00000\n" FULL ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00001\n" FULL ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00001\n" FULL ".00003\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00002\n" FULL ".00001\n") == EVAULT_E_FORMAT);
}

static void
every_part_but_the_last_is_full(void)
{
	CHECK(list("5 parts/" HEX32 ".00001\n") == EVAULT_OK);
	CHECK(list("5 parts/" HEX32 ".00001\n" FULL ".00002\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00001\n5 parts/" HEX32 ".00002\n" FULL ".00003\n") == EVAULT_E_FORMAT);
	CHECK(list(FULL ".00001\n0 parts/" HEX32 ".00002\n") == EVAULT_E_FORMAT);
	CHECK(list("0 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list("8388609 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
}

static void
all_parts_are_of_one_file(void)
{
	CHECK(list(FULL ".00001\n1 parts/10112233445566778899aabbccddeeff.00002\n") ==
	      EVAULT_E_FORMAT);
	CHECK(list(FULL ".00001\n1 parts/00112233445566778899aabbccddeefe.00002\n") ==
	      EVAULT_E_FORMAT);
}

static void
a_list_names_parts_alone_and_in_one_spelling(void)
{
	CHECK(list("") == EVAULT_E_FORMAT);
	CHECK(list("\n") == EVAULT_E_FORMAT);
	CHECK(list("5 objects/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(list("5 records/" HEX64 "\n") == EVAULT_E_FORMAT);
	CHECK(list("05 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list("5  parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list(" 5 parts/" HEX32 ".00001\n") == EVAULT_E_FORMAT);
	CHECK(list("5 parts/" HEX32 ".00001") == EVAULT_E_FORMAT);
	CHECK(list("5 parts/" HEX32 ".00001\r\n") == EVAULT_E_FORMAT);
	CHECK(list("5 parts/" HEX32 ".00001\n\n") == EVAULT_E_FORMAT);
	CHECK(list("5 parts/" HEX32 ".00001 \n") == EVAULT_E_FORMAT);
}

int
main(void)
{
	UNIT_RUN(names_of_all_kinds_come_back);
	UNIT_RUN(the_id_of_a_part_has_zeros_after_16_bytes);
	UNIT_RUN(what_is_no_name_is_refused);
	UNIT_RUN(a_table_comes_back);
	UNIT_RUN(numbers_in_a_table_have_one_spelling);
	UNIT_RUN(lines_of_a_table_are_whole);
	UNIT_RUN(gaps_and_overlaps_are_refused);
	UNIT_RUN(a_refused_line_moves_nothing);
	UNIT_RUN(each_kind_has_its_largest_size);
	UNIT_RUN(only_an_object_may_be_empty);
	UNIT_RUN(lists_of_all_lengths_come_back);
	UNIT_RUN(a_list_is_as_the_format_says);
	UNIT_RUN(parts_are_numbered_from_1_without_a_gap);
	UNIT_RUN(every_part_but_the_last_is_full);
	UNIT_RUN(all_parts_are_of_one_file);
	UNIT_RUN(a_list_names_parts_alone_and_in_one_spelling);
	return unit_end();
}
