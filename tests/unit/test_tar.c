#include "format/tar.h"

#include <stdlib.h>

#include "unit.h"

/* What a reader tells, as text: "<name size offset>", the body, "." at its end. */
struct told {
	struct ev_buf text;
	int fail_at; /* which event fails, counted down; 0: none */
};

static enum evault_status
event(struct told *t, struct evault_error *err)
{
	if (t->fail_at > 0 && --t->fail_at == 0)
		return ev_fail(err, EVAULT_E_CANCELLED, "stopped");
	return EVAULT_OK;
}

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_printf(&t->text, "<%.*s %llu %llu>", (int)name.len, (const char *)name.data,
		      (unsigned long long)size, (unsigned long long)offset);
	return event(t, err);
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_add(&t->text, data, len);
	return event(t, err);
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_puts(&t->text, ".");
	return event(t, err);
}

/* Reads the stream in pieces of `piece` bytes, each in memory of exactly its size. */
static enum evault_status
read_in(struct ev_slice stream, size_t piece, struct told *t)
{
	struct ev_tar_reader r;
	enum evault_status rc = EVAULT_OK;
	size_t at, len;

	ev_tar_reader_init(&r, (struct ev_tar_events){ on_member, on_data, on_end, t });
	for (at = 0; at < stream.len && rc == EVAULT_OK; at += len) {
		uint8_t *copy;

		len = stream.len - at < piece ? stream.len - at : piece;
		copy = malloc(len);
		if (copy == NULL)
			return EVAULT_E_NOMEM;
		memcpy(copy, stream.data + at, len);
		rc = ev_tar_reader_update(&r, copy, len, NULL);
		free(copy);
	}
	return rc == EVAULT_OK ? ev_tar_reader_finish(&r, NULL) : rc;
}

static enum evault_status
status_of(const struct ev_buf *stream)
{
	struct told t = { EV_BUF_INIT, 0 };
	enum evault_status rc = read_in(ev_slice_of(stream->data, stream->len), 4096, &t);

	ev_buf_release(&t.text);
	return rc;
}

static void
add_member(struct ev_buf *out, const char *name, const char *body)
{
	uint8_t block[EV_TAR_BLOCK];

	CHECK(ev_tar_header(block, ev_slice_text(name), strlen(body)));
	ev_buf_add(out, block, sizeof(block));
	ev_buf_puts(out, body);
	ev_buf_fill(out, 0, ev_tar_padding(strlen(body)));
}

/* One member "a" with "x": header at 0, body at 512, padding to 1024, end to 2048. */
static struct ev_buf
simple(void)
{
	struct ev_buf out = EV_BUF_INIT;

	add_member(&out, "a", "x");
	ev_buf_fill(&out, 0, EV_TAR_END);
	return out;
}

static void
set_sum(uint8_t *block)
{
	unsigned sum = 0;
	char text[8];
	size_t i;

	memset(block + 148, ' ', 8);
	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += block[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(block + 148, text, 7);
}

/* The simple stream with bytes of its header changed, and the checksum made right. */
static enum evault_status
with_header(size_t at, const void *bytes, size_t len)
{
	struct ev_buf s = simple();
	enum evault_status rc;

	memcpy(s.data + at, bytes, len);
	set_sum(s.data);
	rc = status_of(&s);
	ev_buf_release(&s);
	return rc;
}

static void
the_header_is_ustar_byte_for_byte(void)
{
	uint8_t block[EV_TAR_BLOCK], expected[EV_TAR_BLOCK] = { 0 };

	memcpy(expected, "objects/ab", 10);
	memcpy(expected + 100, "0000600\0000000000\0000000000\00000000001750\00000000000000", 48);
	memcpy(expected + 156, "0", 1);
	memcpy(expected + 257, "ustar\00000", 8);
	memcpy(expected + 329, "0000000\0000000000", 16);
	set_sum(expected);
	NEED(ev_tar_header(block, ev_slice_text("objects/ab"), 1000));
	CHECK(memcmp(block, expected, sizeof(block)) == 0);
	CHECK(memcmp(block + 148, "011136\0 ", 8) == 0);
}

static void
names_are_plain_or_refused(void)
{
	static const char *const good[] = { "a",     "a/b", "objects/0-9.parts", "...", ".a",
					    "a/..b", "-" };
	static const char *const bad[] = { "",   "/",     "/a",   "a/",   "a//b",   ".",
					   "..", "./a",   "../a", "a/..", "a/../b", "a/.",
					   "A",  "a b",   "a_b",  "a\\b", "a\nb",   "\xc3\xa4",
					   "a:", "a\x7f", "~" };
	uint8_t block[EV_TAR_BLOCK];
	char longest[EV_TAR_NAME_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ev_tar_header(block, ev_slice_text(good[i]), 0));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ev_tar_header(block, ev_slice_text(bad[i]), 0));
	CHECK(!ev_tar_header(block, ev_slice_of("a\0b", 3), 0));
	memset(longest, 'a', sizeof(longest));
	CHECK(ev_tar_header(block, ev_slice_of(longest, EV_TAR_NAME_MAX), 0));
	CHECK(!ev_tar_header(block, ev_slice_of(longest, EV_TAR_NAME_MAX + 1), 0));
}

static void
sizes_go_up_to_11_octal_digits(void)
{
	uint8_t block[EV_TAR_BLOCK];

	NEED(ev_tar_header(block, ev_slice_text("a"), EV_TAR_SIZE_MAX));
	CHECK(memcmp(block + 124, "77777777777", 12) == 0);
	CHECK(!ev_tar_header(block, ev_slice_text("a"), EV_TAR_SIZE_MAX + 1));
	CHECK(!ev_tar_header(block, ev_slice_text("a"), UINT64_MAX));
}

static void
members_fill_whole_blocks(void)
{
	CHECK(ev_tar_padding(0) == 0 && ev_tar_member_size(0) == 512);
	CHECK(ev_tar_padding(1) == 511 && ev_tar_member_size(1) == 1024);
	CHECK(ev_tar_padding(511) == 1 && ev_tar_member_size(511) == 1024);
	CHECK(ev_tar_padding(512) == 0 && ev_tar_member_size(512) == 1024);
	CHECK(ev_tar_padding(513) == 511 && ev_tar_member_size(513) == 1536);
	CHECK(ev_tar_member_size(EV_TAR_SIZE_MAX) == EV_TAR_SIZE_MAX + 1 + 512);
}

static void
a_stream_comes_back_in_pieces_of_any_size(void)
{
	static const size_t pieces[] = { 1, 7, 511, 512, 513, 1024, 1 << 20 };
	struct ev_buf stream = EV_BUF_INIT, body = EV_BUF_INIT, expected = EV_BUF_INIT;
	char longest[EV_TAR_NAME_MAX + 1] = { 0 };
	size_t i;

	memset(longest, 'b', EV_TAR_NAME_MAX);
	ev_buf_fill(&body, 'c', 512);
	add_member(&stream, "a", "hello");
	add_member(&stream, "empty", "");
	add_member(&stream, longest, ev_buf_text(&body));
	add_member(&stream, "d/e", "12345");
	ev_buf_fill(&stream, 0, EV_TAR_END);
	ev_buf_printf(&expected, "<a 5 0>hello.<empty 0 1024>.<%s 512 1536>%s.<d/e 5 2560>12345.",
		      longest, ev_buf_text(&body));
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct told t = { EV_BUF_INIT, 0 };

		CHECK(read_in(ev_slice_of(stream.data, stream.len), pieces[i], &t) == EVAULT_OK);
		CHECK(ev_slice_equal(ev_slice_of(t.text.data, t.text.len),
				     ev_slice_of(expected.data, expected.len)));
		ev_buf_release(&t.text);
	}
	ev_buf_release(&stream);
	ev_buf_release(&body);
	ev_buf_release(&expected);
}

static void
a_stream_without_members_is_two_zero_blocks(void)
{
	struct ev_buf s = EV_BUF_INIT;

	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	CHECK(status_of(&s) == EVAULT_OK);
	ev_buf_release(&s);
}

static void
every_truncation_is_refused(void)
{
	struct ev_buf s = simple();
	size_t full = s.len;

	NEED(full == 2048);
	CHECK(status_of(&s) == EVAULT_OK);
	for (s.len = 0; s.len < full; s.len++)
		CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_release(&s);
}

static void
nothing_may_follow_the_end(void)
{
	struct ev_buf s = simple();

	ev_buf_fill(&s, 0, 1);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_fill(&s, 0, EV_TAR_BLOCK - 1);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	s.len -= EV_TAR_BLOCK;
	add_member(&s, "b", "y");
	ev_buf_fill(&s, 0, EV_TAR_END);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_release(&s);
}

static void
one_zero_block_between_members_is_refused(void)
{
	struct ev_buf s = EV_BUF_INIT;

	add_member(&s, "a", "x");
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	add_member(&s, "b", "y");
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_fill(&s, 0, EV_TAR_BLOCK);
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_release(&s);
}

static void
every_changed_bit_outside_name_size_and_body_is_refused(void)
{
	struct ev_buf s = simple();
	size_t i, bit;

	for (i = 0; i < s.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			s.data[i] ^= (uint8_t)(1 << bit);
			CHECK(status_of(&s) == (i == 512 ? EVAULT_OK : EVAULT_E_FORMAT));
			s.data[i] ^= (uint8_t)(1 << bit);
		}
	}
	ev_buf_release(&s);
}

/* With the checksum made right: no field but name and size has a choice. */
static void
every_changed_field_with_a_right_checksum_is_refused(void)
{
	struct ev_buf s = simple();
	size_t i;

	CHECK(with_header(0, "b", 1) == EVAULT_OK);
	for (i = 1; i < EV_TAR_BLOCK; i++) {
		uint8_t changed = (uint8_t)(s.data[i] ^ 1);

		if ((i >= 124 && i < 135) || (i >= 148 && i < 156))
			continue;
		CHECK(with_header(i, &changed, 1) == EVAULT_E_FORMAT);
	}
	ev_buf_release(&s);
}

static void
members_of_other_types_are_refused(void)
{
	/* links, devices, folder, fifo, contiguous; pax; GNU long names, sparse, multi-volume. */
	static const char types[] = "1234567xgLKSMVNDAX";
	size_t i;

	CHECK(with_header(156, "0", 1) == EVAULT_OK);
	for (i = 0; i < sizeof(types); i++)
		CHECK(with_header(156, types + i, 1) == EVAULT_E_FORMAT);
}

static void
other_spellings_of_the_size_are_refused(void)
{
	CHECK(with_header(124, "00000000001", 12) == EVAULT_OK);
	CHECK(with_header(124, "00000000001 ", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "          1", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "0000000001\0", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "0000000000\xb1", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "0000000000A", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "-0000000001", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "\x80\0\0\0\0\0\0\0\0\0\0\1", 12) == EVAULT_E_FORMAT);
	CHECK(with_header(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12) ==
	      EVAULT_E_FORMAT);
	CHECK(with_header(124, "77777777777", 12) == EVAULT_E_FORMAT); /* cut short */
}

static void
hidden_names_prefixes_and_owners_are_refused(void)
{
	CHECK(with_header(0, "a\0b", 3) == EVAULT_E_FORMAT);
	CHECK(with_header(0, "/a", 2) == EVAULT_E_FORMAT);
	CHECK(with_header(0, "..", 2) == EVAULT_E_FORMAT);
	CHECK(with_header(0, "a/", 2) == EVAULT_E_FORMAT);
	CHECK(with_header(345, "p", 1) == EVAULT_E_FORMAT);
	CHECK(with_header(157, "a", 1) == EVAULT_E_FORMAT);
	CHECK(with_header(108, "0000001", 7) == EVAULT_E_FORMAT);
	CHECK(with_header(116, "0001750", 7) == EVAULT_E_FORMAT);
	CHECK(with_header(265, "root", 4) == EVAULT_E_FORMAT);
	CHECK(with_header(297, "root", 4) == EVAULT_E_FORMAT);
	CHECK(with_header(136, "00000000001", 11) == EVAULT_E_FORMAT);
	CHECK(with_header(257, "ustar  ", 8) == EVAULT_E_FORMAT); /* GNU's magic */
}

static void
garbage_in_the_padding_is_refused(void)
{
	struct ev_buf s = simple();

	s.data[513] = 1;
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	s.data[513] = 0;
	s.data[1023] = ' ';
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	s.data[1023] = 0;
	s.data[2047] = 1;
	CHECK(status_of(&s) == EVAULT_E_FORMAT);
	ev_buf_release(&s);
}

static void
what_an_event_returns_ends_the_reading(void)
{
	static const char *const upto[] = { "<a 1 0>", "<a 1 0>x", "<a 1 0>x." };
	struct ev_buf s = simple();
	int i;

	for (i = 0; i < 3; i++) {
		struct told t = { EV_BUF_INIT, i + 1 };

		CHECK(read_in(ev_slice_of(s.data, s.len), 4096, &t) == EVAULT_E_CANCELLED);
		CHECK(ev_slice_is(ev_slice_of(t.text.data, t.text.len), upto[i]));
		ev_buf_release(&t.text);
	}
	ev_buf_release(&s);
}

int
main(void)
{
	UNIT_RUN(the_header_is_ustar_byte_for_byte);
	UNIT_RUN(names_are_plain_or_refused);
	UNIT_RUN(sizes_go_up_to_11_octal_digits);
	UNIT_RUN(members_fill_whole_blocks);
	UNIT_RUN(a_stream_comes_back_in_pieces_of_any_size);
	UNIT_RUN(a_stream_without_members_is_two_zero_blocks);
	UNIT_RUN(every_truncation_is_refused);
	UNIT_RUN(nothing_may_follow_the_end);
	UNIT_RUN(one_zero_block_between_members_is_refused);
	UNIT_RUN(every_changed_bit_outside_name_size_and_body_is_refused);
	UNIT_RUN(every_changed_field_with_a_right_checksum_is_refused);
	UNIT_RUN(members_of_other_types_are_refused);
	UNIT_RUN(other_spellings_of_the_size_are_refused);
	UNIT_RUN(hidden_names_prefixes_and_owners_are_refused);
	UNIT_RUN(garbage_in_the_padding_is_refused);
	UNIT_RUN(what_an_event_returns_ends_the_reading);
	return unit_end();
}
