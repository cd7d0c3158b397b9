#include "format/frame.h"

#include <stdlib.h>

#include "unit.h"

/* "testimony\n" as Debian's zstd 1.5.4 writes it for a file, and for a pipe (no size stated). */
static const uint8_t stock[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x0a, 0x51, 0x00,
				 0x00, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6d, 0x6f,
				 0x6e, 0x79, 0x0a, 0x6a, 0x4d, 0x3d, 0x3f };
static const uint8_t piped[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x51, 0x00,
				 0x00, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6d, 0x6f,
				 0x6e, 0x79, 0x0a, 0x6a, 0x4d, 0x3d, 0x3f };
/* The head of what it writes for a file of 1 GiB of zeros. */
static const uint8_t bomb[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x84, 0x58, 0x00, 0x00, 0x00, 0x40, 0x54,
				0x00, 0x00, 0x10, 0x00, 0x00, 0x01, 0x00, 0xfb, 0xff, 0x39, 0xc0,
				0x02, 0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00, 0x02 };

static struct ev_frame_encoder *encoder;
static struct ev_frame_decoder *decoder;

static void
fill(uint8_t *data, size_t len, bool random)
{
	uint32_t state = 2463534242U;
	size_t i;

	for (i = 0; i < len; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		data[i] = random ? (uint8_t)(state >> 8) : (uint8_t)(i / 100);
	}
}

/* From and into memory of exactly the size, so that a sanitizer sees a step too far. */
static enum evault_status
decode(const uint8_t *frame, size_t frame_len, size_t len)
{
	uint8_t *in = malloc(frame_len + 1), *out = malloc(len + 1);
	enum evault_status rc = EVAULT_E_NOMEM;

	if (in != NULL && out != NULL) {
		memcpy(in + 1, frame, frame_len);
		rc = ev_frame_decode(decoder, ev_slice_of(in + 1, frame_len), out + 1, len, NULL);
	}
	free(in);
	free(out);
	return rc;
}

static bool
round_trips(size_t len, bool random)
{
	struct ev_buf out = EV_BUF_INIT;
	uint8_t *data = malloc(len), *back = malloc(len);
	bool good = false;

	if (data != NULL && back != NULL) {
		fill(data, len, random);
		ev_buf_puts(&out, "before");
		good = ev_frame_encode(encoder, data, len, &out, NULL) == EVAULT_OK &&
		       out.len - 6 <= EV_FRAME_SEALED_MAX &&
		       ev_frame_decode(decoder, ev_slice_of(out.data + 6, out.len - 6), back, len,
				       NULL) == EVAULT_OK &&
		       memcmp(out.data, "before", 6) == 0 && memcmp(data, back, len) == 0;
	}
	ev_buf_release(&out);
	free(data);
	free(back);
	return good;
}

static void
frames_of_all_sizes_come_back(void)
{
	CHECK(round_trips(1, false));
	CHECK(round_trips(2, false));
	CHECK(round_trips(255, false));
	CHECK(round_trips(256, false));
	CHECK(round_trips(65791, false));
	CHECK(round_trips(65792, false));
	CHECK(round_trips(EV_FRAME_MAX - 1, false));
	CHECK(round_trips(EV_FRAME_MAX, false));
}

static void
frames_that_cannot_be_compressed_come_back(void)
{
	CHECK(round_trips(1, true));
	CHECK(round_trips(1000, true));
	CHECK(round_trips(EV_FRAME_MAX, true));
}

static void
the_same_bytes_give_the_same_frame_again(void)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;

	CHECK(ev_frame_encode(encoder, stock, sizeof(stock), &a, NULL) == EVAULT_OK);
	CHECK(round_trips(5000, true));
	CHECK(ev_frame_encode(encoder, stock, sizeof(stock), &b, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(ev_slice_of(a.data, a.len), ev_slice_of(b.data, b.len)));
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void
the_encoder_states_size_and_checksum(void)
{
	struct ev_buf out = EV_BUF_INIT;

	CHECK(ev_frame_encode(encoder, (const uint8_t *)"testimony\n", 10, &out, NULL) ==
	      EVAULT_OK);
	NEED(out.len == sizeof(stock));
	CHECK(memcmp(out.data, stock, sizeof(stock)) == 0);
	ev_buf_release(&out);
}

/* What there is of it beyond the content; 0: it is compressed. */
static size_t
raw_overhead(const uint8_t *data, size_t len)
{
	struct ev_buf out = EV_BUF_INIT;
	size_t more = 0;

	if (CHECK(ev_frame_encode(encoder, data, len, &out, NULL) == EVAULT_OK) &&
	    CHECK(decode(out.data, out.len, len) == EVAULT_OK))
		more = out.len > len ? out.len - len : 0;
	ev_buf_release(&out);
	return more;
}

static void
what_cannot_be_compressed_is_stored_in_raw_blocks(void)
{
	enum {
		BLOCK = 128 << 10
	};
	uint8_t *data = malloc(EV_FRAME_MAX);

	NEED(data != NULL);
	fill(data, EV_FRAME_MAX, true);
	CHECK(raw_overhead(data, EV_FRAME_MAX) == 9 + 8 * 3);
	CHECK(raw_overhead(data, 2 * BLOCK) == 9 + 2 * 3);
	CHECK(raw_overhead(data, 2 * BLOCK + 1) == 9 + 3 * 3);
	CHECK(raw_overhead(data, EV_FRAME_MAX - 1) == 9 + 8 * 3);
	/* An eighth of it can be: that is seen. */
	memset(data + (EV_FRAME_MAX >> 1), 0, EV_FRAME_MAX >> 3);
	memset(data + EV_FRAME_MAX - (EV_FRAME_MAX >> 3), 0, EV_FRAME_MAX >> 3);
	CHECK(raw_overhead(data, EV_FRAME_MAX) == 0);
	free(data);
}

static void
raw_frames_are_read_strictly(void)
{
	enum {
		LEN = 300000
	};
	struct ev_buf out = EV_BUF_INIT;
	uint8_t *data = malloc(LEN);
	size_t i;

	NEED(data != NULL);
	fill(data, LEN, true);
	NEED(ev_frame_encode(encoder, data, LEN, &out, NULL) == EVAULT_OK);
	NEED(out.len == LEN + 9 + 3 * 3);
	CHECK(decode(out.data, out.len, LEN) == EVAULT_OK);
	CHECK(decode(out.data, out.len, LEN - 1) == EVAULT_E_FORMAT);
	CHECK(decode(out.data, out.len - 1, LEN) == EVAULT_E_FORMAT);
	/* All of it up to the first block's content, but for the bit that RFC 8878 has no use for.
	 */
	for (i = 0; i < 12 * 8; i++) {
		if (i == 4 * 8 + 4)
			continue;
		out.data[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(decode(out.data, out.len, LEN) == EVAULT_E_FORMAT);
		out.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ev_buf_release(&out);
	free(data);
}

static void
a_frame_of_stock_zstd_is_read(void)
{
	CHECK(decode(stock, sizeof(stock), 10) == EVAULT_OK);
}

static void
every_truncation_is_refused(void)
{
	struct ev_buf out = EV_BUF_INIT;
	uint8_t data[3000];
	size_t i;

	for (i = 0; i < sizeof(stock); i++)
		CHECK(decode(stock, i, 10) == EVAULT_E_FORMAT);
	fill(data, sizeof(data), false);
	CHECK(ev_frame_encode(encoder, data, sizeof(data), &out, NULL) == EVAULT_OK);
	CHECK(decode(out.data, out.len, sizeof(data)) == EVAULT_OK);
	for (i = 0; i < out.len; i++)
		CHECK(decode(out.data, i, sizeof(data)) == EVAULT_E_FORMAT);
	ev_buf_release(&out);
}

static void
every_changed_bit_of_content_or_checksum_is_refused(void)
{
	uint8_t frame[sizeof(stock)];
	size_t i;

	for (i = 9 * 8; i < sizeof(frame) * 8; i++) {
		memcpy(frame, stock, sizeof(frame));
		frame[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(decode(frame, sizeof(frame), 10) == EVAULT_E_FORMAT);
	}
}

static void
another_length_than_the_frame_states_is_refused(void)
{
	CHECK(decode(stock, sizeof(stock), 9) == EVAULT_E_FORMAT);
	CHECK(decode(stock, sizeof(stock), 11) == EVAULT_E_FORMAT);
	CHECK(decode(stock, sizeof(stock), 0) == EVAULT_E_FORMAT);
	CHECK(decode(stock, sizeof(stock), EV_FRAME_MAX + 1) == EVAULT_E_FORMAT);
}

static void
a_frame_that_states_no_size_is_refused(void)
{
	uint8_t narrow[sizeof(piped)];

	CHECK(decode(piped, sizeof(piped), 10) == EVAULT_E_FORMAT);
	CHECK(decode(piped, sizeof(piped), EV_FRAME_MAX) == EVAULT_E_FORMAT);
	/* Nor with a window that is taken, 1 KiB. */
	memcpy(narrow, piped, sizeof(piped));
	narrow[5] = 0;
	CHECK(decode(narrow, sizeof(narrow), 10) == EVAULT_E_FORMAT);
}

static void
two_frames_are_not_one(void)
{
	uint8_t two[2 * sizeof(stock)];

	memcpy(two, stock, sizeof(stock));
	memcpy(two + sizeof(stock), stock, sizeof(stock));
	CHECK(decode(two, sizeof(two), 10) == EVAULT_E_FORMAT);
	CHECK(decode(two, sizeof(two), 20) == EVAULT_E_FORMAT);
	CHECK(decode(two, sizeof(stock) + 1, 10) == EVAULT_E_FORMAT);
}

static void
a_skippable_frame_beside_the_data_is_refused(void)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_frame_skippable(&out, EV_FRAME_MAGIC_PADDING, ev_slice_text("0000"));
	CHECK(decode(out.data, out.len, 4) == EVAULT_E_FORMAT);
	ev_buf_add(&out, stock, sizeof(stock));
	CHECK(decode(out.data, out.len, 10) == EVAULT_E_FORMAT);
	ev_buf_clear(&out);
	ev_buf_add(&out, stock, sizeof(stock));
	ev_frame_skippable(&out, EV_FRAME_MAGIC_PADDING, ev_slice_text(""));
	CHECK(decode(out.data, out.len, 10) == EVAULT_E_FORMAT);
	ev_buf_release(&out);
}

/* `out` is NULL: nothing may be written, nor an error come from there. */
static void
a_bomb_is_refused_before_anything_is_written(void)
{
	struct ev_slice frame = ev_slice_of(bomb, sizeof(bomb));

	CHECK(ev_frame_decode(decoder, frame, NULL, 1 << 30, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_frame_decode(decoder, frame, NULL, EV_FRAME_MAX, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_frame_decode(decoder, frame, NULL, 1, NULL) == EVAULT_E_FORMAT);
}

/* Frame_Header with FCS of 4 bytes, no single segment, no checksum; then RLE blocks of 128 KiB. */
static void
rle_frame(struct ev_buf *out, uint8_t window, uint8_t descriptor, uint32_t size, size_t blocks)
{
	uint8_t head[10] = { 0x28, 0xb5, 0x2f, 0xfd, descriptor, window };
	size_t i;

	ev_put_le32(head + 6, size);
	ev_buf_clear(out);
	ev_buf_add(out, head, sizeof(head));
	for (i = 0; i < blocks; i++) {
		uint8_t block[4] = { (uint8_t)(0x02 | (i + 1 == blocks)), 0x00, 0x10, 'a' };

		ev_buf_add(out, block, sizeof(block));
	}
}

static void
a_window_above_1_mib_is_refused(void)
{
	struct ev_buf f = EV_BUF_INIT;

	rle_frame(&f, 0x50, 0x80, 1 << 20, 8);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_OK);
	rle_frame(&f, 0x51, 0x80, 1 << 20, 8);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	rle_frame(&f, 0xff, 0x80, 1 << 20, 8);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	ev_buf_release(&f);
}

static void
content_above_1_mib_is_refused(void)
{
	struct ev_buf f = EV_BUF_INIT;

	rle_frame(&f, 0x50, 0x80, 9 << 17, 9);
	CHECK(decode(f.data, f.len, 9 << 17) == EVAULT_E_FORMAT);
	ev_buf_release(&f);
}

static void
content_above_or_below_what_is_stated_is_refused(void)
{
	struct ev_buf f = EV_BUF_INIT;

	rle_frame(&f, 0x50, 0x80, 1 << 20, 9);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	rle_frame(&f, 0x50, 0x80, 1 << 20, 8192);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	rle_frame(&f, 0x50, 0x80, 1 << 20, 7);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	ev_buf_release(&f);
}

static void
a_dictionary_or_a_reserved_bit_is_refused(void)
{
	struct ev_buf f = EV_BUF_INIT;
	uint8_t with_dictionary[sizeof(stock) + 1];

	memcpy(with_dictionary, stock, 5);
	with_dictionary[4] |= 0x01;
	memcpy(with_dictionary + 6, stock + 5, sizeof(stock) - 5);
	with_dictionary[5] = 7;
	CHECK(decode(with_dictionary, sizeof(with_dictionary), 10) == EVAULT_E_FORMAT);
	with_dictionary[5] = 0;
	CHECK(decode(with_dictionary, sizeof(with_dictionary), 10) == EVAULT_E_FORMAT);
	rle_frame(&f, 0x50, 0x88, 1 << 20, 8);
	CHECK(decode(f.data, f.len, 1 << 20) == EVAULT_E_FORMAT);
	ev_buf_release(&f);
}

static void
the_decoder_works_on_after_a_refusal(void)
{
	CHECK(decode(stock, sizeof(stock) - 1, 10) == EVAULT_E_FORMAT);
	CHECK(decode(stock, sizeof(stock), 10) == EVAULT_OK);
}

/* ---- the seek table --------------------------------------------------- */

static const struct ev_frame_seek some[] = {
	{ 1000, 4000 }, { EV_FRAME_SEALED_MAX, EV_FRAME_MAX }, { 8, 0 }, { 70000000, 0 }, { 13, 1 }
};

enum {
	SOME = sizeof(some) / sizeof(some[0]),
};

static void
a_seek_table_comes_back(void)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_frame_seek back[SOME];
	size_t n = 0, i;

	ev_frame_seek_encode(&out, some, SOME);
	NEED(out.len == ev_frame_seek_size(SOME));
	CHECK(ev_frame_seek_footer(out.data + out.len - EV_FRAME_SEEK_FOOTER, &n, NULL) ==
	      EVAULT_OK);
	NEED(n == SOME);
	CHECK(ev_frame_seek_decode(ev_slice_of(out.data, out.len), back, n, NULL) == EVAULT_OK);
	for (i = 0; i < SOME; i++)
		CHECK(back[i].sealed == some[i].sealed && back[i].plain == some[i].plain);
	ev_buf_release(&out);
}

static void
a_seek_table_is_as_the_format_says(void)
{
	static const uint8_t expected[] = {
		0x5e, 0x2a, 0x4d, 0x18, 17, 0, 0, 0, 0xe8, 0x03, 0,    0,    0xa0,
		0x0f, 0,    0,    1,    0,  0, 0, 0, 0xb1, 0xea, 0x92, 0x8f,
	};
	struct ev_buf out = EV_BUF_INIT;

	ev_frame_seek_encode(&out, some, 1);
	NEED(out.len == sizeof(expected));
	CHECK(memcmp(out.data, expected, sizeof(expected)) == 0);
	ev_buf_release(&out);
}

static enum evault_status
footer(uint32_t count, uint8_t descriptor, uint32_t magic)
{
	uint8_t bytes[EV_FRAME_SEEK_FOOTER];
	size_t n = 12345;
	enum evault_status rc;

	ev_put_le32(bytes, count);
	bytes[4] = descriptor;
	ev_put_le32(bytes + 5, magic);
	rc = ev_frame_seek_footer(bytes, &n, NULL);
	CHECK(n == (rc == EVAULT_OK ? count : 12345));
	return rc;
}

static void
a_footer_with_checksums_or_reserved_bits_is_refused(void)
{
	unsigned bit;

	CHECK(footer(1, 0, EV_FRAME_MAGIC_SEEKABLE) == EVAULT_OK);
	for (bit = 0; bit < 8; bit++)
		CHECK(footer(1, (uint8_t)(1U << bit), EV_FRAME_MAGIC_SEEKABLE) == EVAULT_E_FORMAT);
	for (bit = 0; bit < 32; bit++)
		CHECK(footer(1, 0, EV_FRAME_MAGIC_SEEKABLE ^ UINT32_C(1) << bit) ==
		      EVAULT_E_FORMAT);
}

static void
a_footer_counts_from_1_to_the_limit(void)
{
	CHECK(footer(0, 0, EV_FRAME_MAGIC_SEEKABLE) == EVAULT_E_FORMAT);
	CHECK(footer(EV_FRAME_COUNT_MAX, 0, EV_FRAME_MAGIC_SEEKABLE) == EVAULT_OK);
	CHECK(footer(EV_FRAME_COUNT_MAX + 1, 0, EV_FRAME_MAGIC_SEEKABLE) == EVAULT_E_LIMIT);
	CHECK(footer(UINT32_MAX, 0, EV_FRAME_MAGIC_SEEKABLE) == EVAULT_E_LIMIT);
}

/* The table of `some` with byte `at` changed to `value`, read as `n` entries of `len` bytes. */
static enum evault_status
seek_with(size_t at, uint8_t value, size_t len, size_t n)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_frame_seek back[SOME + 1];
	enum evault_status rc;

	ev_frame_seek_encode(&out, some, SOME);
	ev_buf_fill(&out, 0, EV_FRAME_SEEK_ENTRY);
	out.data[at] = value;
	rc = ev_frame_seek_decode(ev_slice_of(out.data, len), back, n, NULL);
	ev_buf_release(&out);
	return rc;
}

static void
a_seek_table_that_disagrees_with_itself_is_refused(void)
{
	size_t full = ev_frame_seek_size(SOME), i;

	CHECK(seek_with(0, 0x5e, full, SOME) == EVAULT_OK);
	for (i = 0; i < full; i++)
		CHECK(seek_with(0, 0x5e, i, SOME) == EVAULT_E_FORMAT);
	CHECK(seek_with(0, 0x5e, full + 1, SOME) == EVAULT_E_FORMAT);
	CHECK(seek_with(0, 0x5e, full, SOME - 1) == EVAULT_E_FORMAT);
	CHECK(seek_with(0, 0x5e, full + EV_FRAME_SEEK_ENTRY, SOME + 1) == EVAULT_E_FORMAT);
	CHECK(seek_with(0, 0x5e, full, 0) == EVAULT_E_FORMAT);
	CHECK(seek_with(0, 0x50, full, SOME) == EVAULT_E_FORMAT);
	CHECK(seek_with(4, 0, full, SOME) == EVAULT_E_FORMAT);
	CHECK(seek_with(full - EV_FRAME_SEEK_FOOTER, SOME - 1, full, SOME) == EVAULT_E_FORMAT);
	CHECK(seek_with(full - 5, 0x80, full, SOME) == EVAULT_E_FORMAT);
}

static enum evault_status
seek_of(uint32_t sealed, uint32_t plain)
{
	struct ev_frame_seek entry = { sealed, plain };
	struct ev_buf out = EV_BUF_INIT;
	enum evault_status rc;

	ev_frame_seek_encode(&out, &entry, 1);
	rc = ev_frame_seek_decode(ev_slice_of(out.data, out.len), &entry, 1, NULL);
	ev_buf_release(&out);
	return rc;
}

static void
sizes_that_no_frame_has_are_refused(void)
{
	CHECK(seek_of(8, 0) == EVAULT_OK);
	CHECK(seek_of(UINT32_MAX, 0) == EVAULT_OK);
	CHECK(seek_of(7, 0) == EVAULT_E_FORMAT);
	CHECK(seek_of(0, 5) == EVAULT_E_FORMAT);
	CHECK(seek_of(100, EV_FRAME_MAX) == EVAULT_OK);
	CHECK(seek_of(100, EV_FRAME_MAX + 1) == EVAULT_E_FORMAT);
	CHECK(seek_of(EV_FRAME_SEALED_MAX, 1) == EVAULT_OK);
	CHECK(seek_of(EV_FRAME_SEALED_MAX + 1, 1) == EVAULT_E_FORMAT);
}

/* ---- padding ---------------------------------------------------------- */

static void
padding_is_padme(void)
{
	/* e, s = floor(log2 size), floor(log2 e) + 1; rounded up to 2^(e - s). */
	static const uint64_t table[][2] = {
		{ 0, 65536 },
		{ 1, 65536 },
		{ 65535, 65536 },
		{ 65536, 65536 },
		{ 65537, 67584 }, /* 2^11 */
		{ 67584, 67584 },
		{ 67585, 69632 },
		{ 100000, 100352 },
		{ 131071, 131072 },
		{ 131072, 131072 },
		{ 131073, 135168 },   /* 2^12 */
		{ 1000000, 1015808 }, /* 2^14 */
		{ 1048576, 1048576 },
		{ 1048577, 1081344 }, /* 2^15 */
		{ 67108864, 67108864 },
		{ 67108865, 69206016 }, /* 2^21 */
		{ 4294967295, 4294967296 },
		{ 4294967297, 4362076160 }, /* 2^26 */
		{ INT64_MAX, UINT64_C(1) << 63 },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		CHECK(ev_frame_padded(table[i][0]) == table[i][1]);
}

static void
padding_costs_little_and_is_stable(void)
{
	uint64_t size, padded, last = 0;

	for (size = 1; size < UINT64_C(1) << 40; size += 1 + size / 999) {
		padded = ev_frame_padded(size);
		CHECK(padded >= size);
		CHECK(padded >= last);
		CHECK(ev_frame_padded(padded) == padded);
		if (size > EV_FRAME_PAD_FLOOR)
			CHECK((padded - size) * 100 <= size * 12);
		last = padded;
	}
}

int
main(void)
{
	encoder = ev_frame_encoder_new();
	decoder = ev_frame_decoder_new();
	if (encoder == NULL || decoder == NULL)
		return 1;
	UNIT_RUN(frames_of_all_sizes_come_back);
	UNIT_RUN(frames_that_cannot_be_compressed_come_back);
	UNIT_RUN(the_same_bytes_give_the_same_frame_again);
	UNIT_RUN(the_encoder_states_size_and_checksum);
	UNIT_RUN(what_cannot_be_compressed_is_stored_in_raw_blocks);
	UNIT_RUN(raw_frames_are_read_strictly);
	UNIT_RUN(a_frame_of_stock_zstd_is_read);
	UNIT_RUN(every_truncation_is_refused);
	UNIT_RUN(every_changed_bit_of_content_or_checksum_is_refused);
	UNIT_RUN(another_length_than_the_frame_states_is_refused);
	UNIT_RUN(a_frame_that_states_no_size_is_refused);
	UNIT_RUN(two_frames_are_not_one);
	UNIT_RUN(a_skippable_frame_beside_the_data_is_refused);
	UNIT_RUN(a_bomb_is_refused_before_anything_is_written);
	UNIT_RUN(a_window_above_1_mib_is_refused);
	UNIT_RUN(content_above_1_mib_is_refused);
	UNIT_RUN(content_above_or_below_what_is_stated_is_refused);
	UNIT_RUN(a_dictionary_or_a_reserved_bit_is_refused);
	UNIT_RUN(the_decoder_works_on_after_a_refusal);
	UNIT_RUN(a_seek_table_comes_back);
	UNIT_RUN(a_seek_table_is_as_the_format_says);
	UNIT_RUN(a_footer_with_checksums_or_reserved_bits_is_refused);
	UNIT_RUN(a_footer_counts_from_1_to_the_limit);
	UNIT_RUN(a_seek_table_that_disagrees_with_itself_is_refused);
	UNIT_RUN(sizes_that_no_frame_has_are_refused);
	UNIT_RUN(padding_is_padme);
	UNIT_RUN(padding_costs_little_and_is_stable);
	ev_frame_encoder_free(encoder);
	ev_frame_decoder_free(decoder);
	return unit_end();
}
