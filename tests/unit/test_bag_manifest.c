#include "format/bag.h"

#include <stdlib.h>

#include "unit.h"

#define H8  "0123abcd"
#define H32 H8 H8 H8 H8
#define H64 H32 H32

/* What a manifest says, as text: "<name odd>" for each line. */
static enum evault_status
on_line(void *ctx, const struct ev_bag_line *line, struct evault_error *err)
{
	struct ev_buf *told = ctx;

	if (ev_slice_is(line->name, "data/stop"))
		return ev_fail(err, EVAULT_E_CANCELLED, "stopped");
	CHECK(line->hash[0] == 0x01 && line->hash[1] == 0x23 && line->hash[15] == 0xcd);
	ev_buf_printf(told, "<%.*s %u>", (int)line->name.len, (const char *)line->name.data,
		      line->odd);
	return EVAULT_OK;
}

struct manifest {
	enum ev_bag_file file;
	enum ev_digest kind;
	unsigned version;
};
static const struct manifest ours = { EV_BAG_MANIFEST, EV_DIGEST_SHA256, EV_BAG_1_0 };

/* Reads the text in pieces, each in memory of exactly its size. */
static enum evault_status
read_in(struct manifest m, struct ev_slice text, size_t piece, struct ev_buf *told,
	struct evault_error *err)
{
	struct ev_bag_reader r;
	enum evault_status rc = EVAULT_OK;
	size_t at, len;

	ev_bag_reader_init(&r, m.file, m.kind, m.version, on_line, told);
	for (at = 0; at < text.len && rc == EVAULT_OK; at += len) {
		uint8_t *copy;

		len = text.len - at < piece ? text.len - at : piece;
		copy = malloc(len);
		if (copy == NULL)
			abort();
		memcpy(copy, text.data + at, len);
		rc = ev_bag_reader_update(&r, copy, len, err);
		free(copy);
	}
	return rc == EVAULT_OK ? ev_bag_reader_finish(&r, err) : rc;
}

static bool
tells(struct manifest m, const char *text, enum evault_status status, const char *expected)
{
	struct evault_error err = { .text = "" };
	struct ev_buf told = EV_BUF_INIT;
	enum evault_status rc = read_in(m, ev_slice_text(text), 7, &told, &err);
	bool same = rc == status && ev_slice_is(ev_slice_of(told.data, told.len), expected);

	if (!same)
		printf("# status %d, %.*s (%s)\n", (int)rc, (int)told.len,
		       told.data != NULL ? (const char *)told.data : "", err.text);
	ev_buf_release(&told);
	return same;
}

static void
lines_that_are_written_are_read_and_are_not_odd(void)
{
	static const char *const names[] = { "data/0012.jpg", "data/a b  c", "data/x\ny\rz",
					     "data/50%",      "data/%25",    "data/*x",
					     "data/\xd0\xb6" };
	struct ev_buf out = EV_BUF_INIT, expected = EV_BUF_INIT, told = EV_BUF_INIT;
	struct ev_hash hash;
	size_t i;

	NEED(ev_hash_parse(ev_slice_text(H64), &hash));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ev_bag_line_put(&out, &hash, ev_slice_text(names[i]));
		ev_buf_printf(&expected, "<%s 0>", names[i]);
	}
	CHECK(read_in(ours, ev_slice_of(out.data, out.len), 5, &told, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(ev_slice_of(told.data, told.len),
			     ev_slice_of(expected.data, expected.len)));
	ev_buf_clear(&out);
	ev_bag_line_put(&out, &hash, ev_slice_text("data/x\ny\r%"));
	CHECK(strcmp(ev_buf_text(&out), H64 "  data/x%0Ay%0D%25\n") == 0);
	ev_buf_release(&out);
	ev_buf_release(&expected);
	ev_buf_release(&told);
}

static void
other_spellings_are_read_and_are_odd(void)
{
	static const struct {
		const char *text, *told;
	} odd[] = {
		{ H64 " data/a\n", "<data/a 1>" },
		{ H64 "\tdata/a\n", "<data/a 1>" },
		{ H64 "    data/a\n", "<data/a 1>" },
		{ H64 "  data/a", "<data/a 1>" },
		{ H64 "  data/a\r\n", "<data/a 1>" },
		{ H64 "  data/a\r" H64 "  data/b\n", "<data/a 1><data/b 0>" },
		{ "0123ABCD" H32 H8 H8 H8 "  data/a\n", "<data/a 2>" },
		{ H64 " *data/a\n", "<data/a 4>" },
		{ H64 "  ./data/a\n", "<data/a 8>" },
		{ H64 "  ././data/a\n", "<data/a 8>" },
		{ H64 "  data/%0A%0D%25\n", "<data/\n\r% 0>" },
		{ H64 "  data/%0a\n", "<data/\n 16>" },
		{ H64 "  data/100%\n", "<data/100% 16>" },
		{ H64 "  data/%2\n", "<data/%2 16>" },
		{ H64 "  data/%41%7e\n", "<data/%41%7e 16>" },
		{ "\n\n" H64 "  data/a\n\n", "<data/a 0>" },
	};
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		CHECK(tells(ours, odd[i].text, EVAULT_OK, odd[i].told));
}

static void
a_percent_is_itself_before_1_0(void)
{
	struct manifest m = ours;

	m.version = 97;
	CHECK(tells(m, H64 "  data/%25%0A\n", EVAULT_OK, "<data/%25\n 16>"));
}

static void
malformed_lines_are_refused(void)
{
	static const char *const bad[] = {
		"x",
		H64,
		H64 "\n",
		H64 "  ",
		H64 "  \n",
		H64 " *\n",
		H64 "data/a\n",
		H32 "  data/a\n",
		H64 "0  data/a\n",
		" " H64 "  data/a\n",
		H32 H8 H8 H8 "0123abcg  data/a\n",
		"# comment\n",
		"data/a  " H64 "\n",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(tells(ours, bad[i], EVAULT_E_FORMAT, ""));
}

static void
names_that_lead_out_are_refused_before_and_after_decoding(void)
{
	static const char *const bad[] = {
		"/data/a",       "../data/a",      "data/../../a", "data/..", "data/",
		"data//a",       "data/./a",       "~/a",          "~root/a", "C:\\a",
		"C:/a",          "data\\a",        "data/a\\b",    "./../a",  ".//data/a",
		"\\\\?\\UNC\\a", "%HomeDrive%\\a", "bagit.txt",    "data",    "Data/a"
	};
	char line[200];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), H64 "  data/x\n" H64 "  %s\n", bad[i]);
		CHECK(tells(ours, line, EVAULT_E_FORMAT, "<data/x 0>"));
	}
}

static void
the_line_that_is_refused_is_named(void)
{
	struct ev_buf told = EV_BUF_INIT;
	struct evault_error err;

	CHECK(read_in(ours, ev_slice_text("\r\n" H64 "  data/a\n" H64 "  ../b\n"), 9, &told,
		      &err) == EVAULT_E_FORMAT);
	CHECK(strncmp(err.text, "line 3: ", 8) == 0 && strstr(err.text, "../b") != NULL);
	ev_buf_release(&told);
}

static void
a_tag_manifest_lists_what_is_not_payload(void)
{
	struct manifest m = { EV_BAG_TAG_MANIFEST, EV_DIGEST_MD5, 97 };

	CHECK(tells(m, H32 "  bagit.txt\n" H32 "  evault/keys/vault\n", EVAULT_OK,
		    "<bagit.txt 0><evault/keys/vault 0>"));
	CHECK(tells(m, H32 "  *x\n" H32 " *x\n", EVAULT_OK, "<*x 0><x 4>"));
	CHECK(tells(m, H32 "  data/a\n", EVAULT_E_FORMAT, ""));
	CHECK(tells(m, H32 "  ./data/a\n", EVAULT_E_FORMAT, ""));
	CHECK(tells(m, H64 "  bagit.txt\n", EVAULT_E_FORMAT, ""));
}

static void
what_the_caller_returns_ends_the_reading(void)
{
	CHECK(tells(ours, H64 "  data/a\n" H64 "  data/stop\n" H64 "  data/b\n", EVAULT_E_CANCELLED,
		    "<data/a 0>"));
}

static void
a_line_is_bounded(void)
{
	struct ev_buf text = EV_BUF_INIT, told = EV_BUF_INIT;
	size_t i;

	/* The longest name, each byte of it encoded. */
	ev_buf_puts(&text, H64 "  data/");
	for (i = 5; i < EV_PATH_MAX; i++)
		ev_buf_puts(&text, "%0A");
	CHECK(read_in(ours, ev_slice_of(text.data, text.len), 4096, &told, NULL) == EVAULT_OK);
	ev_buf_puts(&text, "x");
	CHECK(read_in(ours, ev_slice_of(text.data, text.len), 4096, &told, NULL) ==
	      EVAULT_E_FORMAT);
	ev_buf_fill(&text, 'x', EV_BAG_LINE_MAX);
	CHECK(read_in(ours, ev_slice_of(text.data, text.len), 4096, &told, NULL) == EVAULT_E_LIMIT);
	ev_buf_release(&text);
	ev_buf_release(&told);
}

static bool
is_file(const char *name, enum ev_bag_file file)
{
	enum ev_digest kind;
	bool known;

	return ev_bag_file_of(ev_slice_text(name), &known, &kind) == file;
}

static void
files_are_told_by_their_names(void)
{
	enum ev_digest kind = EV_DIGEST_MD5;
	bool known = false;

	CHECK(is_file("data/a", EV_BAG_PAYLOAD) &&
	      is_file("data/manifest-md5.txt", EV_BAG_PAYLOAD));
	CHECK(is_file("bagit.txt", EV_BAG_DECLARATION) && is_file("bag-info.txt", EV_BAG_INFO));
	CHECK(is_file("fetch.txt", EV_BAG_FETCH) && is_file("data", EV_BAG_TAG));
	CHECK(is_file("evault/bagit.txt", EV_BAG_TAG) && is_file("BAGIT.TXT", EV_BAG_TAG));
	CHECK(is_file("manifest-x/y.txt", EV_BAG_TAG) && is_file("manifest-md5", EV_BAG_TAG));
	CHECK(is_file("manifest.txt", EV_BAG_TAG) && is_file("manifest-.txt", EV_BAG_MANIFEST));
	CHECK(ev_bag_file_of(ev_slice_text("manifest-sha512.txt"), &known, &kind) ==
		  EV_BAG_MANIFEST &&
	      known && kind == EV_DIGEST_SHA512);
	CHECK(ev_bag_file_of(ev_slice_text("tagmanifest-SHA-256.txt"), &known, &kind) ==
		  EV_BAG_TAG_MANIFEST &&
	      known && kind == EV_DIGEST_SHA256);
	CHECK(ev_bag_file_of(ev_slice_text("manifest-blake2b512.txt"), &known, &kind) ==
		  EV_BAG_MANIFEST &&
	      !known);
	CHECK(ev_bag_file_of(ev_slice_text("manifest-sha256withalongtail.txt"), &known, &kind) ==
		  EV_BAG_MANIFEST &&
	      !known);
}

int
main(void)
{
	UNIT_RUN(lines_that_are_written_are_read_and_are_not_odd);
	UNIT_RUN(other_spellings_are_read_and_are_odd);
	UNIT_RUN(a_percent_is_itself_before_1_0);
	UNIT_RUN(malformed_lines_are_refused);
	UNIT_RUN(names_that_lead_out_are_refused_before_and_after_decoding);
	UNIT_RUN(the_line_that_is_refused_is_named);
	UNIT_RUN(a_tag_manifest_lists_what_is_not_payload);
	UNIT_RUN(what_the_caller_returns_ends_the_reading);
	UNIT_RUN(a_line_is_bounded);
	UNIT_RUN(files_are_told_by_their_names);
	return unit_end();
}
