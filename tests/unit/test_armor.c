#include "format/armor.h"

#include <stdlib.h>

#include "unit.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END   "-----END AGE ENCRYPTED FILE-----\n"
#define LINE  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"

static enum evault_status
write_armor(const uint8_t *data, size_t len, size_t piece, struct ev_buf *text)
{
	struct ev_armor_writer *w = NULL;
	enum evault_status rc = ev_armor_writer_new(ev_sink_buf(text), &w, NULL);
	size_t at, n;

	for (at = 0; rc == EVAULT_OK && at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		rc = ev_armor_writer_update(w, data + at, n, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_armor_writer_finish(w, NULL);
	ev_armor_writer_free(w);
	return rc;
}

static enum evault_status
read_armor(struct ev_slice text, size_t piece, struct ev_buf *data)
{
	struct ev_armor_reader *r = NULL;
	enum evault_status rc = ev_armor_reader_new(ev_sink_buf(data), &r, NULL);
	size_t at, n;

	for (at = 0; rc == EVAULT_OK && at < text.len; at += n) {
		n = text.len - at < piece ? text.len - at : piece;
		rc = ev_armor_reader_update(r, text.data + at, n, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_armor_reader_finish(r, NULL);
	ev_armor_reader_free(r);
	return rc;
}

/* The number of bytes read, or -1 when it is refused (as E_FORMAT, in pieces of any size). */
static int
bytes_in(const char *text)
{
	static const size_t pieces[] = { 1, 7, 64, 10000 };
	struct ev_buf data = EV_BUF_INIT;
	enum evault_status rc;
	int result = -2, got;
	size_t i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		ev_buf_clear(&data);
		rc = read_armor(ev_slice_text(text), pieces[i], &data);
		got = rc == EVAULT_OK ? (int)data.len : rc == EVAULT_E_FORMAT ? -1 : -3;
		if (i > 0 && got != result)
			got = -4;
		result = got;
	}
	ev_buf_release(&data);
	return result;
}

static void
armor_gives_back_what_went_in_at_every_length(void)
{
	uint8_t data[200];
	struct ev_buf text = EV_BUF_INIT, back = EV_BUF_INIT;
	size_t len;

	for (len = 0; len < sizeof(data); len++)
		data[len] = (uint8_t)(len * 89 + 5);
	for (len = 0; len <= sizeof(data); len++) {
		ev_buf_clear(&text);
		ev_buf_clear(&back);
		NEED(write_armor(data, len, len % 60 + 1, &text) == EVAULT_OK);
		CHECK(ev_armor_is(ev_slice_of(text.data, text.len)));
		NEED(read_armor(ev_slice_of(text.data, text.len), len % 70 + 1, &back) ==
		     EVAULT_OK);
		CHECK(back.len == len && (len == 0 || memcmp(back.data, data, len) == 0));
	}
	ev_buf_release(&text);
	ev_buf_release(&back);
}

static void
armor_of_a_megabyte_comes_back(void)
{
	const size_t len = 1000003;
	uint8_t *data = malloc(len);
	struct ev_buf text = EV_BUF_INIT, back = EV_BUF_INIT;
	size_t i;

	NEED(data != NULL);
	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * i >> 7);
	CHECK(write_armor(data, len, 65552, &text) == EVAULT_OK);
	CHECK(read_armor(ev_slice_of(text.data, text.len), 65536, &back) == EVAULT_OK);
	CHECK(back.len == len && memcmp(back.data, data, len) == 0);
	ev_buf_release(&text);
	ev_buf_release(&back);
	free(data);
}

static void
armor_is_written_in_lines_of_64(void)
{
	uint8_t zeros[49] = { 0 };
	struct ev_buf text = EV_BUF_INIT;

	NEED(write_armor(zeros, sizeof(zeros), 49, &text) == EVAULT_OK);
	CHECK(strcmp(ev_buf_text(&text), BEGIN LINE "AA==\n" END) == 0);
	ev_buf_clear(&text);
	NEED(write_armor(zeros, 48, 48, &text) == EVAULT_OK);
	CHECK(strcmp(ev_buf_text(&text), BEGIN LINE END) == 0);
	ev_buf_release(&text);
}

static void
armor_takes_crlf_white_space_around_it_and_no_end_of_line_at_the_end(void)
{
	CHECK(bytes_in(BEGIN LINE "AAAA\n" END) == 51);
	CHECK(bytes_in(" \t\r\n\n" BEGIN LINE END " \r\n\t\n") == 48);
	CHECK(bytes_in("-----BEGIN AGE ENCRYPTED FILE-----\r\nAAAA\r\n"
		       "-----END AGE ENCRYPTED FILE-----\r\n") == 3);
	CHECK(bytes_in(BEGIN "AAAA\n-----END AGE ENCRYPTED FILE-----") == 3);
	CHECK(bytes_in(BEGIN END) == 0);
}

static void
armor_that_is_not_strict_is_refused(void)
{
	CHECK(bytes_in("") == -1);
	CHECK(bytes_in("  \n") == -1);
	CHECK(bytes_in(BEGIN) == -1);
	CHECK(bytes_in(BEGIN LINE) == -1);
	CHECK(bytes_in(BEGIN LINE "-----END AGE ENCRYPTED FILE----") == -1);
	CHECK(bytes_in(BEGIN "\n" LINE END) == -1);
	CHECK(bytes_in(BEGIN LINE "\n" END) == -1);
	CHECK(bytes_in(BEGIN "AAAA\n" LINE END) == -1);
	CHECK(bytes_in(BEGIN "AA==\nAAAA\n" END) == -1);
	CHECK(bytes_in(BEGIN "AAA\n" END) == -1);
	CHECK(bytes_in(BEGIN "AB==\n" END) == -1);
	CHECK(bytes_in(BEGIN "AAAA \n" END) == -1);
	CHECK(bytes_in(BEGIN " AAAA\n" END) == -1);
	CHECK(bytes_in(BEGIN "AA-_\n" END) == -1);
	CHECK(bytes_in(BEGIN "AAAA" LINE END) == -1);
	CHECK(bytes_in(BEGIN "AAAA\r\r\n" END) == -1);
	CHECK(bytes_in(BEGIN "AAAA\n" END "x") == -1);
	CHECK(bytes_in(BEGIN "AAAA\n" END BEGIN "AAAA\n" END) == -1);
	CHECK(bytes_in("x" BEGIN "AAAA\n" END) == -1);
	CHECK(bytes_in("-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----\n") == -1);
	CHECK(bytes_in("-----begin age encrypted file-----\nAAAA\n" END) == -1);
}

static void
armor_is_recognised_after_white_space(void)
{
	CHECK(ev_armor_is(ev_slice_text("\n\t -----BEGIN AGE ENCRYPTED")));
	CHECK(!ev_armor_is(ev_slice_text("age-encryption.org/v1\n")));
	CHECK(!ev_armor_is(ev_slice_text(" \n")));
	CHECK(!ev_armor_is(ev_slice_of(NULL, 0)));
}

static enum evault_status
full_sink(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	(void)ctx, (void)data, (void)len;
	return ev_fail(err, EVAULT_E_FULL, "no room left");
}

static void
armor_passes_on_what_the_sink_says_and_stays_failed(void)
{
	struct ev_sink full = { full_sink, NULL };
	struct ev_armor_writer *w = NULL;
	struct ev_armor_reader *r = NULL;
	static const char text[] = BEGIN "AAAA\n";

	NEED(ev_armor_writer_new(full, &w, NULL) == EVAULT_OK);
	CHECK(ev_armor_writer_finish(w, NULL) == EVAULT_E_FULL);
	NEED(ev_armor_reader_new(full, &r, NULL) == EVAULT_OK);
	CHECK(ev_armor_reader_update(r, (const uint8_t *)text, sizeof(text) - 1, NULL) ==
	      EVAULT_E_FULL);
	CHECK(ev_armor_reader_finish(r, NULL) == EVAULT_E_FULL);
	ev_armor_writer_free(w);
	ev_armor_reader_free(r);
	ev_armor_writer_free(NULL);
	ev_armor_reader_free(NULL);
}

int
main(void)
{
	UNIT_RUN(armor_gives_back_what_went_in_at_every_length);
	UNIT_RUN(armor_of_a_megabyte_comes_back);
	UNIT_RUN(armor_is_written_in_lines_of_64);
	UNIT_RUN(armor_takes_crlf_white_space_around_it_and_no_end_of_line_at_the_end);
	UNIT_RUN(armor_that_is_not_strict_is_refused);
	UNIT_RUN(armor_is_recognised_after_white_space);
	UNIT_RUN(armor_passes_on_what_the_sink_says_and_stays_failed);
	return unit_end();
}
