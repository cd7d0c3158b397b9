/* age: what was sealed comes back, and nothing else does. */
#include "format/age.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

enum {
	MIB = 1 << 20,
	PLAIN_MAX = 10 * MIB,
};

static struct ev_age_identity *ids; /* three of them */
static struct ev_age_recipient recipients[3];
static uint8_t *plain; /* PLAIN_MAX bytes */

static struct ev_slice
slice_of(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

static enum evault_status
seal_pieces(size_t len, size_t piece, struct ev_buf *sealed)
{
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 1 };
	struct ev_age_sealer *s = NULL;
	enum evault_status rc = ev_age_sealer_new(&to, ev_sink_buf(sealed), &s, NULL);
	size_t at, n;

	for (at = 0; rc == EVAULT_OK && at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		rc = ev_age_sealer_update(s, plain + at, n, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_finish(s, NULL);
	ev_age_sealer_free(s);
	return rc;
}

static enum evault_status
open_pieces(struct ev_slice sealed, const struct ev_age_with *with, size_t piece,
	    struct ev_buf *out, struct evault_error *err)
{
	struct ev_age_opener *o = NULL;
	enum evault_status rc = ev_age_opener_new(with, ev_sink_buf(out), &o, err);
	size_t at, n;

	for (at = 0; rc == EVAULT_OK && at < sealed.len; at += n) {
		n = sealed.len - at < piece ? sealed.len - at : piece;
		rc = ev_age_opener_update(o, sealed.data + at, n, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_age_opener_finish(o, err);
	ev_age_opener_free(o);
	return rc;
}

/* What all three ways of opening say, when they agree. */
static enum evault_status
open_all_ways(struct ev_slice sealed, const struct ev_age_with *with, size_t *released)
{
	struct ev_buf whole = EV_BUF_INIT, stream = EV_BUF_INIT;
	struct ev_age_reader *reader = NULL;
	enum evault_status rc, rc_stream, rc_reader;
	uint8_t byte;
	uint64_t at;

	rc = ev_age_open(with, sealed, &whole, NULL);
	rc_stream = open_pieces(sealed, with, 4099, &stream, NULL);
	rc_reader = ev_age_reader_new(with, ev_source_memory(&sealed), &reader, NULL);
	for (at = 0; rc_reader == EVAULT_OK && at < ev_age_reader_size(reader); at += EV_AGE_CHUNK)
		rc_reader = ev_age_reader_at(reader, at, &byte, 1, NULL);
	CHECK(rc == rc_stream);
	CHECK(rc == rc_reader);
	CHECK(rc == EVAULT_OK || whole.len == 0);
	CHECK(stream.len <= PLAIN_MAX);
	CHECK(memcmp(stream.data == NULL ? plain : stream.data, plain, stream.len) == 0);
	if (released != NULL)
		*released = stream.len;
	ev_age_reader_free(reader);
	ev_buf_release(&whole);
	ev_buf_release(&stream);
	return rc;
}

/* ---- round trips ---------------------------------------------------------------- */

static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 131073, PLAIN_MAX };

static void
sealed_files_of_every_size_open_to_what_went_in(void)
{
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 1 };
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	size_t i, released;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ev_buf_clear(&sealed);
		NEED(seal_pieces(sizes[i], 1000 + i * 65000, &sealed) == EVAULT_OK);
		CHECK(open_all_ways(slice_of(&sealed), &with, &released) == EVAULT_OK);
		CHECK(released == sizes[i]);
		ev_buf_clear(&sealed);
		NEED(ev_age_seal(&to, ev_slice_of(plain, sizes[i]), &sealed, NULL) == EVAULT_OK);
		CHECK(open_all_ways(slice_of(&sealed), &with, &released) == EVAULT_OK);
		CHECK(released == sizes[i]);
	}
	ev_buf_release(&sealed);
}

/* A second call where the data ends on a chunk is where implementations write an empty chunk. */
static void
seal_gives_the_size_it_says_however_the_data_is_cut(void)
{
	static const size_t pieces[] = { 1, 4096, 65535, 65536, 65537, 131072, 200000 };
	struct ev_buf sealed = EV_BUF_INIT;
	size_t i, j, header;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]) - 1; i++) {
		for (j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++) {
			ev_buf_clear(&sealed);
			NEED(seal_pieces(sizes[i], pieces[j], &sealed) == EVAULT_OK);
			header = sizeof("age-encryption.org/v1\n-> X25519 \n\n--- \n") - 1 + 3 * 43;
			CHECK(sealed.len == ev_age_sealed_size(sizes[i], header));
		}
	}
	ev_buf_release(&sealed);
}

static void
opener_takes_pieces_of_one_byte(void)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT, out = EV_BUF_INIT;

	NEED(seal_pieces(65537, 65537, &sealed) == EVAULT_OK);
	CHECK(open_pieces(slice_of(&sealed), &with, 1, &out, NULL) == EVAULT_OK);
	CHECK(out.len == 65537 && memcmp(out.data, plain, out.len) == 0);
	ev_buf_release(&sealed);
	ev_buf_release(&out);
}

static void
sealing_twice_shares_no_key_and_no_nonce(void)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	size_t i, same = 0;

	NEED(seal_pieces(64, 64, &a) == EVAULT_OK && seal_pieces(64, 64, &b) == EVAULT_OK);
	NEED(a.len == b.len);
	for (i = 168; i < a.len; i++)
		same += a.data[i] == b.data[i];
	CHECK(same < 16);
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void
each_of_two_recipients_opens_and_a_third_does_not(void)
{
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 2 };
	struct ev_age_with with = { .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct evault_error err;
	size_t i;

	NEED(ev_age_seal(&to, ev_slice_of(plain, 100), &sealed, NULL) == EVAULT_OK);
	for (i = 0; i < 3; i++) {
		with.identities = &ids[i];
		CHECK(open_all_ways(slice_of(&sealed), &with, NULL) ==
		      (i < 2 ? EVAULT_OK : EVAULT_E_KEY));
	}
	with.identities = ids;
	with.n_identities = 3;
	CHECK(open_all_ways(slice_of(&sealed), &with, NULL) == EVAULT_OK);
	with.identities = &ids[2];
	with.n_identities = 1;
	CHECK(ev_age_inspect(slice_of(&sealed), &(enum ev_age_kind){ 0 }, NULL) == EVAULT_OK);
	CHECK(open_pieces(slice_of(&sealed), &with, 50, &sealed, &err) == EVAULT_E_KEY);
	CHECK(strcmp(err.text, "no identity given opens it") == 0);
	ev_buf_release(&sealed);
}

static void
passphrase_opens_and_another_one_does_not(void)
{
	struct ev_age_to to = { .passphrase = "correct horse", .work_factor = 4 };
	struct ev_age_with right = { .passphrase = "correct horse" };
	struct ev_age_with wrong = { .passphrase = "correct horsf" };
	struct ev_age_with none = { .identities = ids, .n_identities = 3 };
	struct ev_buf sealed = EV_BUF_INIT;
	enum ev_age_kind kind;

	NEED(ev_age_seal(&to, ev_slice_of(plain, 70000), &sealed, NULL) == EVAULT_OK);
	CHECK(ev_age_inspect(slice_of(&sealed), &kind, NULL) == EVAULT_OK);
	CHECK(kind == EV_AGE_SCRYPT);
	CHECK(open_all_ways(slice_of(&sealed), &right, NULL) == EVAULT_OK);
	CHECK(open_all_ways(slice_of(&sealed), &wrong, NULL) == EVAULT_E_KEY);
	CHECK(open_all_ways(slice_of(&sealed), &none, NULL) == EVAULT_E_KEY);
	ev_buf_release(&sealed);
}

static void
seal_refuses_what_cannot_be_a_recipient(void)
{
	static const struct ev_age_recipient zero;
	struct ev_age_recipient *many = calloc(EV_AGE_STANZAS_MAX + 1, sizeof(*many));
	struct ev_age_to none = { 0 };
	struct ev_age_to both = { recipients, 1, "x", 4 };
	struct ev_age_to empty = { NULL, 0, "", 4 };
	struct ev_age_to light = { NULL, 0, "x", 0 };
	struct ev_age_to heavy = { NULL, 0, "x", EV_AGE_WORK_MAX + 1 };
	struct ev_age_to low = { &zero, 1, NULL, 0 };
	struct ev_age_to crowd = { many, EV_AGE_STANZAS_MAX + 1, NULL, 0 };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_slice data = ev_slice_of(plain, 3);

	CHECK(ev_age_seal(&none, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_age_seal(&both, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_age_seal(&empty, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_age_seal(&light, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_age_seal(&heavy, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_age_seal(&low, data, &out, NULL) == EVAULT_E_USAGE);
	CHECK(many != NULL && ev_age_seal(&crowd, data, &out, NULL) == EVAULT_E_LIMIT);
	CHECK(out.len == 0);
	free(many);
	ev_buf_release(&out);
}

struct largest {
	struct ev_buf *buf;
	size_t len;
};

static enum evault_status
note_largest(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct largest *largest = ctx;

	(void)err;
	largest->len = len > largest->len ? len : largest->len;
	ev_buf_add(largest->buf, data, len);
	return EVAULT_OK;
}

static void
a_header_of_a_thousand_recipients_is_written_in_pieces_of_at_most_a_sealed_chunk(void)
{
	struct ev_age_recipient *many = calloc(EV_AGE_STANZAS_MAX, sizeof(*many));
	struct ev_age_to to = { many, EV_AGE_STANZAS_MAX, NULL, 0 };
	struct ev_age_with with = { .identities = &ids[1], .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct largest largest = { &sealed, 0 };
	struct ev_sink sink = { note_largest, &largest };
	struct ev_age_sealer *s = NULL;
	size_t i;

	NEED(many != NULL);
	for (i = 0; i < EV_AGE_STANZAS_MAX; i++)
		many[i] = recipients[0];
	many[EV_AGE_STANZAS_MAX - 1] = recipients[1];
	NEED(ev_age_sealer_new(&to, sink, &s, NULL) == EVAULT_OK);
	CHECK(ev_age_sealer_update(s, plain, 200000, NULL) == EVAULT_OK);
	CHECK(ev_age_sealer_finish(s, NULL) == EVAULT_OK);
	CHECK(sealed.len > 200000 + EV_AGE_SEALED_CHUNK && largest.len == EV_AGE_SEALED_CHUNK);
	CHECK(open_all_ways(slice_of(&sealed), &with, NULL) == EVAULT_OK);
	ev_age_sealer_free(s);
	free(many);
	ev_buf_release(&sealed);
}

/* ---- reader --------------------------------------------------------------------- */

static void
reader_gives_any_range(void)
{
	const size_t len = MIB + 12345;
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct ev_age_reader *r = NULL;
	uint8_t *out = malloc(len);
	struct ev_slice source;
	uint32_t dice[2];
	size_t i, at, n;

	NEED(out != NULL && seal_pieces(len, 99999, &sealed) == EVAULT_OK);
	source = slice_of(&sealed);
	NEED(ev_age_reader_new(&with, ev_source_memory(&source), &r, NULL) == EVAULT_OK);
	CHECK(ev_age_reader_size(r) == len);
	for (i = 0; i < 400; i++) {
		ev_random(dice, sizeof(dice));
		at = dice[0] % (len + 1);
		n = dice[1] % (i % 3 == 0 ? len - at + 1 : len - at < 300 ? len - at + 1 : 300);
		CHECK(ev_age_reader_at(r, at, out, n, NULL) == EVAULT_OK);
		CHECK(memcmp(out, plain + at, n) == 0);
	}
	CHECK(ev_age_reader_at(r, 0, out, len, NULL) == EVAULT_OK);
	CHECK(memcmp(out, plain, len) == 0);
	CHECK(ev_age_reader_at(r, len, out, 0, NULL) == EVAULT_OK);
	CHECK(ev_age_reader_at(r, len, out, 1, NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_age_reader_at(r, 1, out, len, NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_age_reader_at(r, UINT64_MAX, out, 2, NULL) == EVAULT_E_DAMAGED);
	ev_age_reader_free(r);
	ev_buf_release(&sealed);
	free(out);
}

static void
reader_finds_damage_in_the_middle_only_where_it_is(void)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct ev_age_reader *r = NULL;
	struct ev_slice source;
	struct evault_error err;
	uint8_t out[2];

	NEED(seal_pieces(200000, 200000, &sealed) == EVAULT_OK);
	sealed.data[sealed.len - 200000 + 70000] ^= 1;
	source = slice_of(&sealed);
	NEED(ev_age_reader_new(&with, ev_source_memory(&source), &r, NULL) == EVAULT_OK);
	CHECK(ev_age_reader_at(r, 65530, out, 2, NULL) == EVAULT_OK);
	CHECK(ev_age_reader_at(r, 65535, out, 2, &err) == EVAULT_E_DAMAGED);
	CHECK(strcmp(err.text, "chunk 2 was altered") == 0);
	CHECK(ev_age_reader_at(r, 65536, out, 1, NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_age_reader_at(r, 199999, out, 1, NULL) == EVAULT_OK && *out == plain[199999]);
	ev_age_reader_free(r);
	ev_buf_release(&sealed);
}

/* ---- damage ---------------------------------------------------------------------- */

static void
a_file_cut_anywhere_near_a_boundary_is_refused_and_releases_whole_chunks_only(void)
{
	const size_t len = 3 * EV_AGE_CHUNK + 100;
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	size_t start, cut, i, k, released;
	static const size_t near[] = { 0, 1, 15, 16, 17, 100 };

	NEED(seal_pieces(len, len, &sealed) == EVAULT_OK);
	start = sealed.len - len - 4 * EV_AGE_TAG;
	for (k = 0; k < 4; k++) {
		for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
			cut = start + k * EV_AGE_SEALED_CHUNK + near[i];
			CHECK(open_all_ways(ev_slice_of(sealed.data, cut), &with, &released) ==
			      EVAULT_E_DAMAGED);
			CHECK(released == k * EV_AGE_CHUNK);
		}
	}
	for (cut = 0; cut < start; cut++)
		CHECK(open_all_ways(ev_slice_of(sealed.data, cut), &with, &released) ==
		      EVAULT_E_FORMAT);
	ev_buf_release(&sealed);
}

static void
a_file_that_goes_on_after_its_end_is_refused(void)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT, out = EV_BUF_INIT;
	struct evault_error err;
	size_t released;

	NEED(seal_pieces(EV_AGE_CHUNK, 4096, &sealed) == EVAULT_OK);
	ev_buf_fill(&sealed, 0, 1);
	CHECK(open_all_ways(slice_of(&sealed), &with, &released) == EVAULT_E_DAMAGED);
	CHECK(released == EV_AGE_CHUNK);
	CHECK(open_pieces(slice_of(&sealed), &with, 77777, &out, &err) == EVAULT_E_DAMAGED);
	CHECK(strcmp(err.text, "goes on after its end") == 0);
	ev_buf_fill(&sealed, 7, 2 * EV_AGE_SEALED_CHUNK);
	CHECK(open_all_ways(slice_of(&sealed), &with, NULL) == EVAULT_E_DAMAGED);
	ev_buf_release(&sealed);
	ev_buf_release(&out);
}

static void
chunks_that_changed_places_are_refused(void)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	uint8_t *first, swap;
	size_t i, released;

	NEED(seal_pieces(200000, 200000, &sealed) == EVAULT_OK);
	first = sealed.data + sealed.len - 200000 - 4 * EV_AGE_TAG;
	for (i = 0; i < EV_AGE_SEALED_CHUNK; i++) {
		swap = first[i];
		first[i] = first[i + EV_AGE_SEALED_CHUNK];
		first[i + EV_AGE_SEALED_CHUNK] = swap;
	}
	CHECK(open_all_ways(slice_of(&sealed), &with, &released) == EVAULT_E_DAMAGED);
	CHECK(released == 0);
	ev_buf_release(&sealed);
}

static void
a_flipped_bit_anywhere_is_refused(void)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 2 };
	struct ev_buf sealed = EV_BUF_INIT, out = EV_BUF_INIT;
	enum evault_status rc;
	size_t i, bit;

	NEED(ev_age_seal(&to, ev_slice_of(plain, 40), &sealed, NULL) == EVAULT_OK);
	for (i = 0; i < sealed.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			sealed.data[i] ^= (uint8_t)(1U << bit);
			rc = ev_age_open(&with, slice_of(&sealed), &out, NULL);
			CHECK(rc == EVAULT_E_FORMAT || rc == EVAULT_E_VERSION ||
			      rc == EVAULT_E_KEY || rc == EVAULT_E_DAMAGED);
			CHECK(out.len == 0);
			sealed.data[i] ^= (uint8_t)(1U << bit);
		}
	}
	CHECK(ev_age_open(&with, slice_of(&sealed), &out, NULL) == EVAULT_OK && out.len == 40);
	ev_buf_release(&sealed);
	ev_buf_release(&out);
}

/* The sentence that a flipped bit at `at` (from the end when negative) gives. */
static const char *
sentence(struct ev_buf *sealed, long at, struct evault_error *err)
{
	struct ev_age_with with = { .identities = ids, .n_identities = 1 };
	size_t i = at < 0 ? sealed->len - (size_t)-at : (size_t)at;
	struct ev_buf out = EV_BUF_INIT;

	memset(err, 0, sizeof(*err));
	sealed->data[i] ^= 1;
	(void)ev_age_open(&with, slice_of(sealed), &out, err);
	sealed->data[i] ^= 1;
	ev_buf_release(&out);
	return err->text;
}

static void
each_region_has_its_own_word_for_damage(void)
{
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 2 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct evault_error err;
	long header = 22 + 2 * (10 + 44 + 44) + 4 + 44;

	NEED(ev_age_seal(&to, ev_slice_of(plain, 140000), &sealed, NULL) == EVAULT_OK);
	CHECK(strcmp(sentence(&sealed, 3, &err), "not an age file") == 0);
	CHECK(err.status == EVAULT_E_FORMAT);
	CHECK(strcmp(sentence(&sealed, 20, &err), "made by another version of age than v1") == 0);
	CHECK(err.status == EVAULT_E_VERSION);
	/* The stanza of the other recipient, then that of our own. */
	CHECK(strcmp(sentence(&sealed, 22 + 98 + 3, &err), "the header was altered") == 0);
	CHECK(err.status == EVAULT_E_DAMAGED);
	CHECK(strcmp(sentence(&sealed, 22 + 3, &err), "no identity given opens it") == 0);
	CHECK(err.status == EVAULT_E_KEY);
	CHECK(strcmp(sentence(&sealed, header, &err), "chunk 1 was altered") == 0);
	CHECK(strcmp(sentence(&sealed, header + 16, &err), "chunk 1 was altered") == 0);
	CHECK(strcmp(sentence(&sealed, header + 16 + 65552, &err), "chunk 2 was altered") == 0);
	CHECK(strcmp(sentence(&sealed, -1, &err), "chunk 3 was altered or cut short") == 0);
	CHECK(err.status == EVAULT_E_DAMAGED);
	ev_buf_release(&sealed);
}

/* In a child: the library must not be used afterwards. */
static bool
seals_nothing_with_wiped_keys(void)
{
	struct ev_age_to to = { .recipients = recipients, .n_recipients = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct ev_age_sealer *s = NULL;
	size_t before;

	if (ev_age_sealer_new(&to, ev_sink_buf(&sealed), &s, NULL) != EVAULT_OK ||
	    ev_age_sealer_update(s, plain, 3 * EV_AGE_CHUNK, NULL) != EVAULT_OK)
		return false;
	before = sealed.len;
	ev_secret_wipe_all();
	return before > 2 * EV_AGE_CHUNK &&
	       ev_age_sealer_update(s, plain, 3 * EV_AGE_CHUNK, NULL) == EVAULT_E_CANCELLED &&
	       ev_age_sealer_finish(s, NULL) == EVAULT_E_CANCELLED && sealed.len == before;
}

static void
nothing_is_written_that_was_sealed_after_the_keys_were_wiped(void)
{
	pid_t child = fork();
	int state = 0;

	if (child == 0)
		_exit(seals_nothing_with_wiped_keys() ? 0 : 1);
	CHECK(child > 0 && waitpid(child, &state, 0) == child && state == 0);
}

int
main(void)
{
	size_t i;

	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	ids = ev_secret_new(3 * sizeof(*ids));
	plain = malloc(PLAIN_MAX);
	if (ids == NULL || plain == NULL)
		return 1;
	for (i = 0; i < 3; i++) {
		ev_age_identity_make(&ids[i]);
		ev_age_identity_recipient(&ids[i], &recipients[i]);
	}
	ev_random(plain, PLAIN_MAX);
	UNIT_RUN(sealed_files_of_every_size_open_to_what_went_in);
	UNIT_RUN(seal_gives_the_size_it_says_however_the_data_is_cut);
	UNIT_RUN(opener_takes_pieces_of_one_byte);
	UNIT_RUN(sealing_twice_shares_no_key_and_no_nonce);
	UNIT_RUN(each_of_two_recipients_opens_and_a_third_does_not);
	UNIT_RUN(passphrase_opens_and_another_one_does_not);
	UNIT_RUN(seal_refuses_what_cannot_be_a_recipient);
	UNIT_RUN(a_header_of_a_thousand_recipients_is_written_in_pieces_of_at_most_a_sealed_chunk);
	UNIT_RUN(reader_gives_any_range);
	UNIT_RUN(reader_finds_damage_in_the_middle_only_where_it_is);
	UNIT_RUN(a_file_cut_anywhere_near_a_boundary_is_refused_and_releases_whole_chunks_only);
	UNIT_RUN(a_file_that_goes_on_after_its_end_is_refused);
	UNIT_RUN(chunks_that_changed_places_are_refused);
	UNIT_RUN(a_flipped_bit_anywhere_is_refused);
	UNIT_RUN(each_region_has_its_own_word_for_damage);
	UNIT_RUN(nothing_is_written_that_was_sealed_after_the_keys_were_wiped);
	ev_secret_free(ids);
	free(plain);
	return unit_end();
}
