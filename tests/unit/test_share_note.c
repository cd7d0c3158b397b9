#include "format/share_note.h"

#include "entry_keys.h"
#include "unit.h"

static const struct ev_signing_seed log_seed = { { 3 } }, actor_seed = { { 4 } };

static struct ev_slice
all(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

/* `text` signed by the actor. */
static struct ev_buf
signed_note(struct ev_slice text)
{
	struct ev_verifier actor = actor_of(&actor_seed);
	struct ev_buf note = EV_BUF_INIT;

	ev_note_begin(&note, text);
	CHECK(ev_note_sign(&note, text, &actor, &actor_seed, NULL) == EVAULT_OK);
	return note;
}

static struct ev_share_note
sample(void)
{
	struct ev_share_note s = {
		.to = EV_SHARE_TO_FOLDER, .time = 1795338909, .size = 42, .items = 3
	};

	memcpy(s.origin, ORIGIN, sizeof(ORIGIN));
	memset(s.tagmanifest.b, 0xaa, sizeof(s.tagmanifest.b));
	memset(s.root.b, 0xbb, sizeof(s.root.b));
	return s;
}

static enum evault_status
parse(struct ev_slice bytes, struct ev_share_note *s)
{
	struct ev_note note;

	return ev_share_note_parse(bytes, s, &note, NULL);
}

static enum evault_status
parse_text(const char *text)
{
	struct ev_buf note = signed_note(ev_slice_text(text));
	struct ev_share_note s;
	enum evault_status rc = parse(all(&note), &s);

	ev_buf_release(&note);
	return rc;
}

#define A8    "aaaaaaaa"
#define A64   A8 A8 A8 A8 A8 A8 A8 A8
#define B8    "bbbbbbbb"
#define B64   B8 B8 B8 B8 B8 B8 B8 B8
#define L1    "evault/share/v1\n"
#define L2    "origin " ORIGIN "\n"
#define L3    "to folder\n"
#define L4    "tagmanifest " A64 "\n"
#define L5    "time 2026-11-22T09:15:09Z\n"
#define L6    "tree 42 " B64 "\n"
#define L7    "items 3\n"
#define WHOLE L1 L2 L3 L4 L5 L6 L7

static void
the_text_is_as_the_format_says(void)
{
	struct ev_share_note s = sample();
	struct ev_buf text = EV_BUF_INIT;

	ev_share_note_text(&s, &text);
	CHECK(ev_slice_is(all(&text), WHOLE));
	ev_buf_release(&text);
}

static void
a_share_note_returns_as_it_was_to_each_addressee(void)
{
	struct ev_share_note s = sample(), again;
	struct ev_verifier actor = actor_of(&actor_seed), other = actor_of(&log_seed);
	char age[EVAULT_RECIPIENT_SIZE];
	const char *const to[] = { "folder", "passphrase", recipient(age) };
	struct ev_note parsed;
	size_t i;

	for (i = 0; i < 3; i++) {
		struct ev_buf text = EV_BUF_INIT, note;

		memcpy(s.to, to[i], strlen(to[i]) + 1);
		ev_share_note_text(&s, &text);
		note = signed_note(all(&text));
		NEED(ev_share_note_parse(all(&note), &again, &parsed, NULL) == EVAULT_OK);
		CHECK(strcmp(again.origin, s.origin) == 0 && strcmp(again.to, s.to) == 0);
		CHECK(ev_hash_equal(&again.tagmanifest, &s.tagmanifest));
		CHECK(ev_hash_equal(&again.root, &s.root));
		CHECK(again.time == s.time && again.size == 42 && again.items == 3);
		CHECK(ev_slice_equal(parsed.text, all(&text)));
		CHECK(ev_note_verify(&parsed, &actor, NULL) == EVAULT_OK);
		CHECK(ev_note_verify(&parsed, &other, NULL) == EVAULT_E_NOT_FOUND);
		ev_buf_release(&text);
		ev_buf_release(&note);
	}
}

static void
every_other_form_is_refused(void)
{
	static const char *const bad[] = {
		L2 L3 L4 L5 L6 L7,
		L1 L3 L4 L5 L6 L7,
		L1 L2 L4 L5 L6 L7,
		L1 L2 L3 L5 L6 L7,
		L1 L2 L3 L4 L6 L7,
		L1 L2 L3 L4 L5 L7,
		L1 L2 L3 L4 L5 L6,
		L1 L3 L2 L4 L5 L6 L7,
		WHOLE L7,
		WHOLE "\n",
		WHOLE "more\n",
		"evault/share/v01\n" L2 L3 L4 L5 L6 L7,
		"evault/share/v\n" L2 L3 L4 L5 L6 L7,
		"evault/share/v1 \n" L2 L3 L4 L5 L6 L7,
		"evault/entry/v1\n" L2 L3 L4 L5 L6 L7,
		L1 "origin evault/3f9a01\n" L3 L4 L5 L6 L7,
		L1 "origin evault/actor/" HEX "\n" L3 L4 L5 L6 L7,
		L1 L2 "to \n" L4 L5 L6 L7,
		L1 L2 "to Folder\n" L4 L5 L6 L7,
		L1 L2 "to folder \n" L4 L5 L6 L7,
		L1 L2 "to age1qqqq\n" L4 L5 L6 L7,
		L1 L2 L3 "tagmanifest AA" A8 "\n" L5 L6 L7,
		L1 L2 L3 L4 "time 2026-11-22T09:15:09.000000001Z\n" L6 L7,
		L1 L2 L3 L4 "time 2026-11-22T09:15:60Z\n" L6 L7,
		L1 L2 L3 L4 "time 2026-11-22T09:15:09+00:00\n" L6 L7,
		L1 L2 L3 L4 L5 "tree 0 " B64 "\n" L7,
		L1 L2 L3 L4 L5 "tree 042 " B64 "\n" L7,
		L1 L2 L3 L4 L5 "tree 42  " B64 "\n" L7,
		L1 L2 L3 L4 L5 "tree 18446744073709551616 " B64 "\n" L7,
		L1 L2 L3 L4 L5 L6 "items 43\n",
		L1 L2 L3 L4 L5 L6 "items -1\n",
		L1 L2 L3 L4 L5 L6 "items 03\n",
		L1 L2 L3 L4 L5 L6 "items \n",
	};
	size_t i;

	CHECK(parse_text(WHOLE) == EVAULT_OK);
	CHECK(parse_text(L1 L2 L3 L4 L5 L6 "items 42\n") == EVAULT_OK);
	CHECK(parse_text(L1 L2 L3 L4 L5 L6 "items 0\n") == EVAULT_OK);
	CHECK(parse_text("evault/share/v2\nwhatever\n") == EVAULT_E_VERSION);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(parse_text(bad[i]) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
}

static void
one_signature_by_an_actor_is_wanted(void)
{
	struct ev_verifier actor = actor_of(&actor_seed), log = log_of(&log_seed);
	struct ev_buf note = EV_BUF_INIT;
	struct ev_slice text = ev_slice_text(WHOLE);
	struct ev_share_note s;

	CHECK(parse(text, &s) == EVAULT_E_FORMAT);
	ev_note_begin(&note, text);
	CHECK(parse(all(&note), &s) == EVAULT_E_FORMAT);
	NEED(ev_note_sign(&note, text, &log, &log_seed, NULL) == EVAULT_OK);
	CHECK(parse(all(&note), &s) == EVAULT_E_FORMAT);
	ev_buf_clear(&note);
	ev_note_begin(&note, text);
	NEED(ev_note_sign(&note, text, &actor, &actor_seed, NULL) == EVAULT_OK);
	CHECK(parse(all(&note), &s) == EVAULT_OK);
	NEED(ev_note_sign(&note, text, &log, &log_seed, NULL) == EVAULT_OK);
	CHECK(parse(all(&note), &s) == EVAULT_E_FORMAT);
	ev_buf_release(&note);
}

static void
every_prefix_is_refused_and_every_flipped_bit_noticed(void)
{
	struct ev_buf note = signed_note(ev_slice_text(WHOLE));
	struct ev_verifier actor = actor_of(&actor_seed);
	struct ev_share_note s = { .size = 77 };
	struct ev_note parsed;
	size_t i;

	for (i = 0; i < note.len; i++)
		CHECK(parse(ev_slice_of(note.data, i), &s) != EVAULT_OK);
	CHECK(s.size == 77);
	for (i = 0; i < note.len * 8; i++) {
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
		CHECK(ev_share_note_parse(all(&note), &s, &parsed, NULL) != EVAULT_OK ||
		      ev_note_verify(&parsed, &actor, NULL) != EVAULT_OK);
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	ev_buf_release(&note);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(the_text_is_as_the_format_says);
	UNIT_RUN(a_share_note_returns_as_it_was_to_each_addressee);
	UNIT_RUN(every_other_form_is_refused);
	UNIT_RUN(one_signature_by_an_actor_is_wanted);
	UNIT_RUN(every_prefix_is_refused_and_every_flipped_bit_noticed);
	return unit_end();
}
