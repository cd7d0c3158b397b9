#include <stdlib.h>

#include "format/keyfile.h"
#include "unit.h"

#define HEX    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define ORIGIN "evault/" HEX
#define SEED   "0700000000000000000000000000000000000000000000000000000000000000"

static const struct ev_age_identity identity = { { 9, 8, 7 } };

static struct ev_slot
sample_slot(void)
{
	struct ev_slot s = {
		.origin = ORIGIN, .name = "Гүлдария", .role = EV_ROLE_CAPTURE, .actor = { { 7 } }
	};

	s.identity = identity;
	return s;
}

static struct ev_slice
slice(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

/* The plaintext that a slot with these lines would have, padded to `size` bytes. */
static void
plain(struct ev_buf *out, const char *lines, size_t size)
{
	ev_buf_clear(out);
	ev_buf_puts(out, lines);
	ev_buf_puts(out, "#");
	ev_buf_fill(out, '.', size - out->len - 1);
	ev_buf_puts(out, "\n");
}

/* ---- slots ------------------------------------------------------------- */

#define SLOT_1   "# evault/slot/v1\n"
#define SLOT_2   "# origin " ORIGIN "\n"
#define SLOT_3   "# name A\n"
#define SLOT_4   "# role owner\n"
#define SLOT_5   "# actor-key " SEED "\n"
#define SLOT_END "%s\n" /* the identity */

static enum evault_status
decode_slot(const char *lines, size_t size)
{
	char text[EVAULT_IDENTITY_SIZE], all[2048];
	struct ev_buf buf = EV_BUF_INIT;
	enum evault_status rc;
	struct ev_slot s;

	ev_age_identity_text(&identity, text);
	snprintf(all, sizeof(all), "%s%s\n", lines, text);
	plain(&buf, all, size);
	rc = ev_slot_decode(slice(&buf), &s, NULL);
	ev_buf_release(&buf);
	return rc;
}

static void
a_slot_returns_as_it_was(void)
{
	struct ev_slot s = sample_slot(), again;
	struct ev_buf text = EV_BUF_INIT;

	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	NEED(ev_slot_decode(slice(&text), &again, NULL) == EVAULT_OK);
	CHECK(strcmp(again.origin, s.origin) == 0);
	CHECK(strcmp(again.name, s.name) == 0);
	CHECK(again.role == s.role);
	CHECK(memcmp(&again.actor, &s.actor, sizeof(s.actor)) == 0);
	CHECK(memcmp(&again.identity, &s.identity, sizeof(s.identity)) == 0);
	ev_buf_wipe(&text);
}

static void
a_slot_is_text_of_exactly_4096_bytes_as_the_format_says(void)
{
	char age[EVAULT_IDENTITY_SIZE], lines[1024];
	struct ev_buf text = EV_BUF_INIT, expected = EV_BUF_INIT;
	struct ev_slot s = sample_slot();

	memcpy(s.name, "a%\n", 4);
	ev_age_identity_text(&identity, age);
	snprintf(lines, sizeof(lines),
		 SLOT_1 SLOT_2 "# name a%%25%%0A\n# role capture\n" SLOT_5 SLOT_END, age);
	plain(&expected, lines, 4096);
	ev_buf_puts(&text, "before");
	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	NEED(text.len == 6 + 4096);
	CHECK(ev_slice_equal(ev_slice_of(text.data + 6, 4096), slice(&expected)));
	ev_buf_wipe(&text);
	ev_buf_release(&expected);
}

static void
every_key_file_is_an_age_identity_file_with_its_one_identity(void)
{
	struct ev_read_key k = { .origin = ORIGIN, .epoch = 3 };
	struct ev_slot s = sample_slot();
	struct ev_buf text = EV_BUF_INIT;
	struct ev_age_identity found[2];
	size_t n;

	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	NEED(ev_age_identity_file(slice(&text), found, 2, &n, NULL) == EVAULT_OK);
	CHECK(n == 1 && memcmp(&found[0], &identity, sizeof(identity)) == 0);
	k.identity = identity;
	ev_buf_clear(&text);
	NEED(ev_read_key_encode(&k, &text, NULL) == EVAULT_OK);
	NEED(ev_age_identity_file(slice(&text), found, 2, &n, NULL) == EVAULT_OK);
	CHECK(n == 1 && memcmp(&found[0], &identity, sizeof(identity)) == 0);
	ev_buf_wipe(&text);
}

static void
names_of_0_to_255_bytes_of_any_kind_return(void)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_slot s = sample_slot(), again;
	size_t i;

	s.name[0] = '\0';
	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	NEED(ev_slot_decode(slice(&text), &again, NULL) == EVAULT_OK);
	CHECK(again.name[0] == '\0');
	for (i = 0; i < 255; i++)
		s.name[i] = (char)(i + 1);
	s.name[255] = '\0';
	ev_buf_clear(&text);
	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	CHECK(text.len == EV_KEYFILE_SIZE);
	NEED(ev_slot_decode(slice(&text), &again, NULL) == EVAULT_OK);
	CHECK(memcmp(again.name, s.name, 256) == 0);
	memset(s.name, '\n', 255);
	ev_buf_clear(&text);
	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	NEED(ev_slot_decode(slice(&text), &again, NULL) == EVAULT_OK);
	CHECK(memcmp(again.name, s.name, 256) == 0);
	ev_buf_wipe(&text);
}

static void
longer_names_are_refused(void)
{
	struct ev_buf text = EV_BUF_INIT, lines = EV_BUF_INIT;
	struct ev_slot s = sample_slot();

	memset(s.name, 'a', sizeof(s.name));
	CHECK(ev_slot_encode(&s, &text, NULL) == EVAULT_E_USAGE);
	CHECK(text.len == 0);
	ev_buf_puts(&lines, SLOT_1 SLOT_2 "# name ");
	ev_buf_fill(&lines, 'a', 255);
	ev_buf_puts(&lines, "\n" SLOT_4 SLOT_5);
	CHECK(decode_slot(ev_buf_text(&lines), 4096) == EVAULT_OK);
	ev_buf_clear(&lines);
	ev_buf_puts(&lines, SLOT_1 SLOT_2 "# name ");
	ev_buf_fill(&lines, 'a', 256);
	ev_buf_puts(&lines, "\n" SLOT_4 SLOT_5);
	CHECK(decode_slot(ev_buf_text(&lines), 4096) == EVAULT_E_FORMAT);
	ev_buf_release(&lines);
	ev_buf_release(&text);
}

static void
a_key_file_without_origin_is_not_written(void)
{
	struct ev_read_key r = { .origin = "evault/" };
	struct ev_write_key w = { .origin = "" };
	struct ev_slot s = sample_slot();
	struct ev_buf text = EV_BUF_INIT;

	s.origin[10] = 'A';
	CHECK(ev_slot_encode(&s, &text, NULL) == EVAULT_E_USAGE);
	CHECK(ev_read_key_encode(&r, &text, NULL) == EVAULT_E_USAGE);
	CHECK(ev_write_key_encode(&w, &text, NULL) == EVAULT_E_USAGE);
	CHECK(text.len == 0);
	ev_buf_release(&text);
}

static void
malformed_slots_are_refused(void)
{
	static const char *const slots[] = {
		"",
		SLOT_1,
		SLOT_2 SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 SLOT_4,
		SLOT_1 SLOT_3 SLOT_2 SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5 "\n",
		SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5 "# more\n",
		SLOT_1 SLOT_2 SLOT_2 SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 "# origin evault/actor/" HEX "\n" SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 "# origin " ORIGIN " \n" SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 "#origin " ORIGIN "\n" SLOT_3 SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 "# name\n" SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 "# name %41\n" SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 "# name %00\n" SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 "# name \x80\n" SLOT_4 SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 "# role reader\n" SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 "# role owner \n" SLOT_5,
		SLOT_1 SLOT_2 SLOT_3 SLOT_4 "# actor-key " HEX "0\n",
		SLOT_1 SLOT_2 SLOT_3 SLOT_4 "# actor-key 07\n",
		SLOT_1 SLOT_2 SLOT_3 SLOT_4
		"# actor-key "
		"9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
		SLOT_1 SLOT_2 SLOT_3 SLOT_4
		"# actor-key "
		"9g86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
		SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5 "AGE-SECRET-KEY-1\n",
		"# evault/read-key/v1\n" SLOT_2 SLOT_3 SLOT_4 SLOT_5,
	};
	size_t i;

	CHECK(decode_slot(SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5, 4096) == EVAULT_OK);
	for (i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (!CHECK(decode_slot(slots[i], 4096) == EVAULT_E_FORMAT))
			printf("# slot %zu\n", i);
	CHECK(decode_slot("# evault/slot/v2\n" SLOT_2 SLOT_3 SLOT_4 SLOT_5, 4096) ==
	      EVAULT_E_VERSION);
	CHECK(decode_slot("# evault/slot/v11\n" SLOT_2, 4096) == EVAULT_E_VERSION);
	CHECK(decode_slot(SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5, 4095) == EVAULT_E_FORMAT);
	CHECK(decode_slot(SLOT_1 SLOT_2 SLOT_3 SLOT_4 SLOT_5, 4097) == EVAULT_E_FORMAT);
}

static void
a_slot_changed_in_any_byte_is_refused_or_reads_otherwise(void)
{
	struct ev_slot s = sample_slot(), again;
	struct ev_buf text = EV_BUF_INIT, back = EV_BUF_INIT;
	size_t i;

	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		if (ev_slot_decode(slice(&text), &again, NULL) == EVAULT_OK) {
			ev_buf_clear(&back);
			NEED(ev_slot_encode(&again, &back, NULL) == EVAULT_OK);
			CHECK(ev_slice_equal(slice(&back), slice(&text)));
			CHECK(i < 400); /* never the padding */
		}
		text.data[i] ^= 1;
	}
	for (i = 0; i < text.len; i++)
		CHECK(ev_slot_decode(ev_slice_of(text.data, i), &again, NULL) != EVAULT_OK);
	ev_buf_wipe(&text);
	ev_buf_wipe(&back);
}

static void
a_failed_decode_leaves_its_output_alone_and_tells_no_secret(void)
{
	struct ev_slot s = sample_slot(), kept = sample_slot();
	struct ev_buf text = EV_BUF_INIT;
	struct evault_error err;

	NEED(ev_slot_encode(&s, &text, NULL) == EVAULT_OK);
	text.data[text.len - 1] = '.';
	memset(&err, 0, sizeof(err));
	CHECK(ev_slot_decode(slice(&text), &kept, &err) == EVAULT_E_FORMAT);
	CHECK(memcmp(&kept, &s, sizeof(s)) == 0);
	CHECK(err.text[0] != '\0' && strstr(err.text, "07") == NULL);
	CHECK(strstr(err.text, "AGE-SECRET") == NULL);
	ev_buf_wipe(&text);
}

/* ---- keys of epochs ---------------------------------------------------- */

static void
read_and_write_keys_return_as_they_were(void)
{
	struct ev_read_key r = { .origin = ORIGIN, .epoch = UINT64_MAX }, r2;
	struct ev_write_key w = { .origin = ORIGIN, .epoch = 0, .log = { { 7 } } }, w2;
	char age[EVAULT_IDENTITY_SIZE], lines[512];
	struct ev_buf text = EV_BUF_INIT, expected = EV_BUF_INIT;

	r.identity = identity;
	ev_age_identity_text(&identity, age);
	NEED(ev_read_key_encode(&r, &text, NULL) == EVAULT_OK);
	snprintf(lines, sizeof(lines),
		 "# evault/read-key/v1\n" SLOT_2 "# epoch 18446744073709551615\n%s\n", age);
	plain(&expected, lines, 4096);
	CHECK(ev_slice_equal(slice(&text), slice(&expected)));
	NEED(ev_read_key_decode(slice(&text), &r2, NULL) == EVAULT_OK);
	CHECK(r2.epoch == UINT64_MAX && strcmp(r2.origin, ORIGIN) == 0);
	CHECK(memcmp(&r2.identity, &identity, sizeof(identity)) == 0);
	CHECK(ev_write_key_decode(slice(&text), &w2, NULL) == EVAULT_E_FORMAT);

	ev_buf_clear(&text);
	NEED(ev_write_key_encode(&w, &text, NULL) == EVAULT_OK);
	plain(&expected, "# evault/write-key/v1\n" SLOT_2 "# epoch 0\n# log-key " SEED "\n", 4096);
	CHECK(ev_slice_equal(slice(&text), slice(&expected)));
	NEED(ev_write_key_decode(slice(&text), &w2, NULL) == EVAULT_OK);
	CHECK(w2.epoch == 0 && strcmp(w2.origin, ORIGIN) == 0);
	CHECK(memcmp(&w2.log, &w.log, sizeof(w.log)) == 0);
	CHECK(ev_read_key_decode(slice(&text), &r2, NULL) == EVAULT_E_FORMAT);
	ev_buf_wipe(&text);
	ev_buf_release(&expected);
}

static void
malformed_keys_of_epochs_are_refused(void)
{
	static const char *const keys[] = {
		"# evault/write-key/v1\n" SLOT_2 "# epoch 00\n# log-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# epoch -1\n# log-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# epoch \n# log-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# epoch 0 \n# log-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# log-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# epoch 0\n# actor-key " SEED "\n",
		"# evault/write-key/v1\n" SLOT_2 "# epoch 18446744073709551616\n# log-key " SEED
		"\n",
		"# evault/write-key/v1\n# origin " HEX "\n# epoch 0\n# log-key " SEED "\n",
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_write_key w;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		plain(&text, keys[i], 4096);
		CHECK(ev_write_key_decode(slice(&text), &w, NULL) == EVAULT_E_FORMAT);
	}
	plain(&text, "# evault/write-key/v2\n", 4096);
	CHECK(ev_write_key_decode(slice(&text), &w, NULL) == EVAULT_E_VERSION);
	ev_buf_release(&text);
}

/* ---- sealing ----------------------------------------------------------- */

enum {
	PEOPLE = 9
};

static size_t
count_stanzas(const struct ev_buf *sealed)
{
	struct ev_cursor c = ev_cursor_of(sealed->data, sealed->len);
	size_t n = 0;
	struct ev_slice line = ev_cursor_line(&c);

	while (!c.bad && !ev_slice_starts(line, "---")) {
		n += ev_slice_starts(line, "-> X25519 ");
		line = ev_cursor_line(&c);
	}
	return n;
}

static void
stanzas_are_filled_up_to_a_multiple_of_eight_and_each_recipient_can_open(void)
{
	struct ev_age_identity people[PEOPLE], stranger;
	struct ev_age_recipient recipients[PEOPLE];
	struct ev_age_with with = { .n_identities = 1 };
	struct ev_buf sealed = EV_BUF_INIT, opened = EV_BUF_INIT;
	size_t n, i;

	for (i = 0; i < PEOPLE; i++) {
		ev_age_identity_make(&people[i]);
		ev_age_identity_recipient(&people[i], &recipients[i]);
	}
	ev_age_identity_make(&stranger);
	for (n = 1; n <= PEOPLE; n++) {
		ev_buf_clear(&sealed);
		NEED(ev_keyfile_seal(recipients, n, ev_slice_text("text"), &sealed, NULL) ==
		     EVAULT_OK);
		CHECK(count_stanzas(&sealed) == (n <= 8 ? 8 : 16));
		CHECK(sealed.len <= EV_KEYFILE_SEALED_MAX);
		for (i = 0; i < n; i++) {
			ev_buf_clear(&opened);
			with.identities = &people[i];
			CHECK(ev_age_open(&with, slice(&sealed), &opened, NULL) == EVAULT_OK);
			CHECK(ev_slice_is(slice(&opened), "text"));
		}
		with.identities = &stranger;
		CHECK(ev_age_open(&with, slice(&sealed), &opened, NULL) == EVAULT_E_KEY);
	}
	ev_buf_release(&sealed);
	ev_buf_wipe(&opened);
}

/* Where among the eight stanzas the one is that `identity` opens. */
static size_t
place_of(const struct ev_buf *sealed, const struct ev_age_identity *who)
{
	struct ev_age_with with = { .identities = who, .n_identities = 1 };
	struct ev_buf copy = EV_BUF_INIT, plain_text = EV_BUF_INIT;
	struct ev_cursor c;
	size_t place, n;

	/* Without its stanza, the file is not for them any more. */
	for (place = 0; place < 8; place++) {
		c = ev_cursor_of(sealed->data, sealed->len);
		ev_buf_clear(&copy);
		ev_cursor_line(&c);
		for (n = 0; n < place * 2; n++)
			ev_cursor_line(&c);
		ev_buf_add(&copy, sealed->data, sealed->len - c.left);
		ev_cursor_line(&c);
		ev_cursor_line(&c);
		ev_buf_add(&copy, c.at, c.left);
		if (ev_age_open(&with, slice(&copy), &plain_text, NULL) == EVAULT_E_KEY)
			break;
	}
	ev_buf_release(&copy);
	ev_buf_release(&plain_text);
	return place;
}

static void
the_true_stanza_is_at_every_place_in_time(void)
{
	bool seen[9] = { false };
	struct ev_age_recipient recipient;
	struct ev_buf sealed = EV_BUF_INIT;
	size_t i, places = 0, place;

	ev_age_identity_recipient(&identity, &recipient);
	/* A place stays empty in 200 tries once in 10^10 runs. */
	for (i = 0; i < 200; i++) {
		ev_buf_clear(&sealed);
		NEED(ev_keyfile_seal(&recipient, 1, ev_slice_text("x"), &sealed, NULL) ==
		     EVAULT_OK);
		place = place_of(&sealed, &identity);
		NEED(place < 8);
		places += !seen[place];
		seen[place] = true;
	}
	CHECK(places == 8);
	ev_buf_release(&sealed);
}

static void
a_key_file_is_not_sealed_to_nobody_or_too_many(void)
{
	struct ev_age_recipient recipient;
	struct ev_buf sealed = EV_BUF_INIT;

	ev_age_identity_recipient(&identity, &recipient);
	CHECK(ev_keyfile_seal(&recipient, 0, ev_slice_text("x"), &sealed, NULL) == EVAULT_E_USAGE);
	CHECK(ev_keyfile_seal(&recipient, EV_AGE_STANZAS_MAX + 1, ev_slice_text("x"), &sealed,
			      NULL) == EVAULT_E_USAGE);
	CHECK(sealed.len == 0);
	ev_buf_release(&sealed);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(a_slot_returns_as_it_was);
	UNIT_RUN(a_slot_is_text_of_exactly_4096_bytes_as_the_format_says);
	UNIT_RUN(every_key_file_is_an_age_identity_file_with_its_one_identity);
	UNIT_RUN(names_of_0_to_255_bytes_of_any_kind_return);
	UNIT_RUN(longer_names_are_refused);
	UNIT_RUN(a_key_file_without_origin_is_not_written);
	UNIT_RUN(malformed_slots_are_refused);
	UNIT_RUN(a_slot_changed_in_any_byte_is_refused_or_reads_otherwise);
	UNIT_RUN(a_failed_decode_leaves_its_output_alone_and_tells_no_secret);
	UNIT_RUN(read_and_write_keys_return_as_they_were);
	UNIT_RUN(malformed_keys_of_epochs_are_refused);
	UNIT_RUN(stanzas_are_filled_up_to_a_multiple_of_eight_and_each_recipient_can_open);
	UNIT_RUN(the_true_stanza_is_at_every_place_in_time);
	UNIT_RUN(a_key_file_is_not_sealed_to_nobody_or_too_many);
	return unit_end();
}
