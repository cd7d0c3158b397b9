/* bagit.txt, bag-info.txt, fetch.txt. */
#include "format/bag.h"

#include "unit.h"

static enum evault_status
declared(const char *text, unsigned *version)
{
	struct ev_bag_declaration d = { 0 };
	enum evault_status rc = ev_bag_declaration_parse(ev_slice_text(text), &d, NULL);

	*version = d.version;
	return rc;
}

#define ENCODING "Tag-File-Character-Encoding: UTF-8\n"

static void
the_declaration_that_is_written_is_that_of_the_standard(void)
{
	struct ev_buf out = EV_BUF_INIT;
	unsigned version;

	ev_bag_declaration_put(&out);
	CHECK(ev_slice_is(ev_slice_of(out.data, out.len), "BagIt-Version: 1.0\n" ENCODING));
	CHECK(declared(ev_buf_text(&out), &version) == EVAULT_OK && version == EV_BAG_1_0);
	ev_buf_release(&out);
}

static void
declarations_of_the_versions_that_there_are_are_read(void)
{
	unsigned version;

	CHECK(declared("BagIt-Version: 0.97\n" ENCODING, &version) == EVAULT_OK && version == 97);
	CHECK(declared("BagIt-Version: 0.93\r\n" ENCODING, &version) == EVAULT_OK && version == 93);
	CHECK(declared("BagIt-Version: 1.0 \rTag-File-Character-Encoding:utf-8", &version) ==
		  EVAULT_OK &&
	      version == 100);
	CHECK(declared("BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\n", &version) ==
	      EVAULT_OK);
}

static void
other_versions_and_encodings_are_named_as_such(void)
{
	static const char *const bad[] = { "0.92", "0.98", "0.9", "1.1", "2.0", "10.0", "0.970" };
	unsigned version;
	char text[100];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "BagIt-Version: %s\n" ENCODING, bad[i]);
		CHECK(declared(text, &version) == EVAULT_E_VERSION);
	}
	CHECK(declared("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n", &version) ==
	      EVAULT_E_VERSION);
}

static void
malformed_declarations_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"BagIt-Version: 1.0\n",
		"BagIt-Version: 1.0\nTag-File-Character-Encoding:\n",
		"BagIt-Version: 1.0\nTag-File-Character-Encoding: \n",
		ENCODING "BagIt-Version: 1.0\n",
		"BagIt-Version: 1.0\n" ENCODING "more\n",
		"BagIt-Version: 1.0\n" ENCODING "\n",
		"BagIt-Version: 1.0\n\n" ENCODING,
		"BagIt-Version : 1.0\n" ENCODING,
		" BagIt-Version: 1.0\n" ENCODING,
		"\xef\xbb\xbf"
		"BagIt-Version: 1.0\n" ENCODING,
		"bagit-version: 1.0\n" ENCODING,
		"BagIt-Version: .97\n" ENCODING,
		"BagIt-Version: 1\n" ENCODING,
		"BagIt-Version: 1.\n" ENCODING,
		"BagIt-Version: 01.0\n" ENCODING,
		"BagIt-Version: 1.0.0\n" ENCODING,
		"BagIt-Version: 1000.0\n" ENCODING,
		"BagIt-Version: -1.0\n" ENCODING,
	};
	unsigned version;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(declared(bad[i], &version) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
}

static void
elements_that_are_written_are_read(void)
{
	struct ev_buf out = EV_BUF_INIT, value = EV_BUF_INIT;
	uint64_t bytes, files;
	struct ev_slice label;
	struct ev_cursor c;

	ev_bag_info_put(&out, "Bagging-Date", "2026-11-22");
	ev_bag_info_put(&out, "External-Description", "two\nlines");
	ev_bag_oxum_put(&out, UINT64_MAX, 7);
	CHECK(ev_slice_is(ev_slice_of(out.data, out.len),
			  "Bagging-Date: 2026-11-22\nExternal-Description: two lines\n"
			  "Payload-Oxum: 18446744073709551615.7\n"));
	c = ev_cursor_of(out.data, out.len);
	CHECK(ev_bag_info_next(&c, EV_BAG_1_0, &label, &value) &&
	      ev_bag_label_is(label, "bagging-date") && !ev_bag_label_is(label, "bagging-dat") &&
	      !ev_bag_label_is(label, "bagging-dates"));
	CHECK(strcmp(ev_buf_text(&value), "2026-11-22") == 0);
	CHECK(ev_bag_info_next(&c, EV_BAG_1_0, &label, &value));
	CHECK(ev_bag_info_next(&c, EV_BAG_1_0, &label, &value));
	CHECK(ev_bag_oxum_parse(ev_slice_of(value.data, value.len), &bytes, &files) &&
	      bytes == UINT64_MAX && files == 7);
	CHECK(!ev_bag_info_next(&c, EV_BAG_1_0, &label, &value) && !c.bad);
	ev_buf_release(&out);
	ev_buf_release(&value);
}

static void
long_values_are_joined_and_old_separators_taken_in_old_bags(void)
{
	static const char text[] = "A: one\r\n  two\n\tthree\nB  :  x \nC:\n";
	struct ev_cursor c = ev_cursor_of(text, sizeof(text) - 1);
	struct ev_buf value = EV_BUF_INIT;
	struct ev_slice label;

	CHECK(ev_bag_info_next(&c, 97, &label, &value) &&
	      strcmp(ev_buf_text(&value), "one two three") == 0);
	CHECK(ev_bag_info_next(&c, 97, &label, &value) && ev_slice_is(label, "B") &&
	      strcmp(ev_buf_text(&value), "x") == 0);
	CHECK(ev_bag_info_next(&c, 97, &label, &value) && value.len == 0);
	CHECK(!ev_bag_info_next(&c, 97, &label, &value) && !c.bad);
	c = ev_cursor_of("B : x\n", 6);
	CHECK(!ev_bag_info_next(&c, EV_BAG_1_0, &label, &value) && c.bad);
	c = ev_cursor_of(" B: x\n", 6);
	CHECK(!ev_bag_info_next(&c, 97, &label, &value) && c.bad);
	c = ev_cursor_of("no colon\n", 9);
	CHECK(!ev_bag_info_next(&c, 97, &label, &value) && c.bad);
	c = ev_cursor_of(": x\n", 4);
	CHECK(!ev_bag_info_next(&c, 97, &label, &value) && c.bad);
	ev_buf_release(&value);
}

static void
a_malformed_oxum_is_none(void)
{
	static const char *const bad[] = { "",
					   "1",
					   "1.",
					   ".1",
					   "1.2.3",
					   "1,2",
					   "01.2",
					   "-1.2",
					   "1.2 ",
					   " 1.2",
					   "18446744073709551616.1" };
	uint64_t bytes, files;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ev_bag_oxum_parse(ev_slice_text(bad[i]), &bytes, &files));
}

static void
fetch_txt_is_counted_and_its_names_are_checked(void)
{
	static const char *const bad[] = { "https://a/b",      "https://a/b -",
					   "https://a/b - ",   "https://a/b 1 ../x",
					   "https://a/b - /x", "https://a/b - bagit.txt",
					   " - data/x",        "https://a/b - data/a\\b" };
	uint64_t files = 77;
	size_t i;

	CHECK(ev_bag_fetch_check(ev_slice_text(""), &files, NULL) == EVAULT_OK && files == 0);
	CHECK(
	    ev_bag_fetch_check(ev_slice_text("https://a/b - data/x y\r\nhttps://a/c 12\t./data/z"),
			       &files, NULL) == EVAULT_OK &&
	    files == 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(ev_bag_fetch_check(ev_slice_text(bad[i]), &files, NULL) == EVAULT_E_FORMAT);
	CHECK(files == 2);
}

int
main(void)
{
	UNIT_RUN(the_declaration_that_is_written_is_that_of_the_standard);
	UNIT_RUN(declarations_of_the_versions_that_there_are_are_read);
	UNIT_RUN(other_versions_and_encodings_are_named_as_such);
	UNIT_RUN(malformed_declarations_are_refused);
	UNIT_RUN(elements_that_are_written_are_read);
	UNIT_RUN(long_values_are_joined_and_old_separators_taken_in_old_bags);
	UNIT_RUN(a_malformed_oxum_is_none);
	UNIT_RUN(fetch_txt_is_counted_and_its_names_are_checked);
	return unit_end();
}
