#include "entry_keys.h"
#include "unit.h"

#define HEX2 "b962ebf1546f4a4a9a664ef383a174a4e238b6a168d0faae55e1225293ee144f"
#define HEAD "evault/entry/v1\norigin " ORIGIN "\nafter 7 " HEX "\n"

static const struct ev_signing_seed actor_seed = { { 1 } }, log_seed = { { 3 } };
static const struct ev_signing_seed other_seed = { { 4 } };

static bool
line_refused(const char *text)
{
	struct ev_line line;

	return ev_line_parse(ev_slice_text(text), &line, NULL) == EVAULT_E_FORMAT;
}

/* Parses what it encodes, and encodes what it parsed. */
static bool
line_returns(const char *text)
{
	struct ev_buf again = EV_BUF_INIT;
	struct ev_line line;
	bool good = false;

	if (ev_line_parse(ev_slice_text(text), &line, NULL) == EVAULT_OK) {
		ev_line_encode(&again, &line);
		good = again.len == strlen(text) + 1 &&
		       memcmp(again.data, text, again.len - 1) == 0 &&
		       again.data[again.len - 1] == '\n';
	}
	ev_buf_release(&again);
	return good;
}

/* ---- lines ------------------------------------------------------------- */

static void
each_kind_of_line_returns_as_it_was(void)
{
	char text[1024], key[EV_NOTE_VKEY_SIZE], age[EVAULT_RECIPIENT_SIZE];
	struct ev_verifier actor = actor_of(&actor_seed), log = log_of(&log_seed);

	CHECK(line_returns("record " HEX));
	CHECK(line_returns("pack " HEX " 67108864"));
	CHECK(line_returns("pack " HEX " 18446744073709551615"));
	CHECK(line_returns("drop " HEX " " HEX2));
	CHECK(line_returns("slot 1 " HEX));
	CHECK(line_returns("slot 12 " HEX));
	CHECK(line_returns("slot-end 3"));
	CHECK(line_returns("actor-end " HEX));
	CHECK(line_returns("file keys/read.0.age " HEX));
	CHECK(line_returns("file README.txt " HEX));
	snprintf(text, sizeof(text), "actor %s owner", vkey_of(&actor, key));
	CHECK(line_returns(text));
	snprintf(text, sizeof(text), "actor %s writer", key);
	CHECK(line_returns(text));
	snprintf(text, sizeof(text), "actor %s capture", key);
	CHECK(line_returns(text));
	snprintf(text, sizeof(text), "log-key %s", vkey_of(&log, key));
	CHECK(line_returns(text));
	snprintf(text, sizeof(text), "read-key %s", recipient(age));
	CHECK(line_returns(text));
}

static void
members_of_a_line_are_set(void)
{
	struct ev_line line;
	char hex[EVAULT_HEX_SIZE];

	NEED(ev_line_parse(ev_slice_text("drop " HEX " " HEX2), &line, NULL) == EVAULT_OK);
	CHECK(line.kind == EV_LINE_DROP);
	ev_hash_hex(&line.hash, hex);
	CHECK(strcmp(hex, HEX) == 0);
	ev_hash_hex(&line.record, hex);
	CHECK(strcmp(hex, HEX2) == 0);
	NEED(ev_line_parse(ev_slice_text("slot 12 " HEX), &line, NULL) == EVAULT_OK);
	CHECK(line.kind == EV_LINE_SLOT && line.number == 12);
	NEED(ev_line_parse(ev_slice_text("file vault " HEX), &line, NULL) == EVAULT_OK);
	CHECK(line.kind == EV_LINE_FILE && strcmp(line.text, "vault") == 0);
}

static void
malformed_lines_are_refused(void)
{
	static const char *const lines[] = {
		"",
		" ",
		"record",
		"record ",
		"record  " HEX,
		"record " HEX " ",
		"record " HEX "0",
		"record " HEX " " HEX,
		"Record " HEX,
		"records " HEX,
		"recor " HEX,
		" record " HEX,
		"record 9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"pack " HEX,
		"pack " HEX " ",
		"pack " HEX " 0x1",
		"pack " HEX " -1",
		"pack " HEX " 01",
		"pack " HEX " 1 ",
		"pack " HEX " 18446744073709551616",
		"drop " HEX,
		"drop " HEX "  " HEX2,
		"slot " HEX,
		"slot 0 " HEX,
		"slot 01 " HEX,
		"slot 1",
		"slot 1 " HEX " ",
		"slot-end",
		"slot-end 0",
		"slot-end 1 ",
		"slot-end 1 " HEX,
		"actor-end evault/actor/" HEX,
		"read-key ",
		"read-key age1qqqq",
		"log-key ",
		"actor  owner",
		"file " HEX,
		"file  " HEX,
		"file vault  " HEX,
		"file /vault " HEX,
		"file ../vault " HEX,
		"file keys/../vault " HEX,
		"file keys//1.age " HEX,
		"file keys/ " HEX,
		"file . " HEX,
		"file .vault " HEX,
		"file keys\\1.age " HEX,
		"file v\xc3\xa4ult " HEX,
		"file aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg " HEX,
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!CHECK(line_refused(lines[i])))
			printf("# %s\n", lines[i]);
	CHECK(line_returns(
	    "file aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg " HEX));
	CHECK(ev_line_parse(ev_slice_of("record " HEX "\0", 72), &(struct ev_line){ 0 }, NULL) ==
	      EVAULT_E_FORMAT);
}

static void
keys_by_names_that_are_not_theirs_are_refused(void)
{
	struct ev_verifier actor = actor_of(&actor_seed), other = actor_of(&other_seed);
	struct ev_verifier log = log_of(&log_seed), swapped = key_named(other.name, &actor_seed);
	char text[1024], key[EV_NOTE_VKEY_SIZE], age[EVAULT_RECIPIENT_SIZE];

	snprintf(text, sizeof(text), "actor %s owner", vkey_of(&swapped, key));
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "actor %s owner", vkey_of(&log, key));
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "actor %s reader", vkey_of(&actor, key));
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "actor %s", key);
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "actor %s owner ", key);
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "log-key %s", key);
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "log-key %s ", vkey_of(&log, key));
	CHECK(line_refused(text));
	snprintf(text, sizeof(text), "read-key %s ", recipient(age));
	CHECK(line_refused(text));
	text[strlen(text) - 2] ^= 1;
	text[strlen(text) - 1] = '\0';
	CHECK(line_refused(text));
	CHECK(line_refused("read-key AGE1"));
}

static void
roles_have_three_words(void)
{
	enum ev_role role;

	CHECK(ev_role_parse(ev_slice_text("capture"), &role) && role == EV_ROLE_CAPTURE);
	CHECK(ev_role_parse(ev_slice_text("owner"), &role) && role == EV_ROLE_OWNER);
	CHECK(!ev_role_parse(ev_slice_text("Owner"), &role));
	CHECK(!ev_role_parse(ev_slice_text(""), &role));
	CHECK(strcmp(ev_role_word(EV_ROLE_WRITER), "writer") == 0);
}

static void
names_are_the_hash_of_the_key(void)
{
	static const uint8_t zeros[32];
	char actor[EV_ACTOR_NAME_SIZE], origin[EVAULT_ORIGIN_SIZE];

	/* head -c 32 /dev/zero | sha256sum */
	ev_actor_name(zeros, actor);
	CHECK(strcmp(actor,
		     "evault/actor/"
		     "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925") == 0);
	ev_origin_of(zeros, origin);
	CHECK(strcmp(origin,
		     "evault/"
		     "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925") == 0);
	CHECK(ev_origin_valid(ev_slice_text(origin)));
	CHECK(!ev_origin_valid(ev_slice_text(actor)));
	CHECK(!ev_origin_valid(ev_slice_of(origin, strlen(origin) - 1)));
	CHECK(!ev_origin_valid(ev_slice_text("evault/")));
}

/* ---- entries ----------------------------------------------------------- */

/* Signs `text` by the actor `n` times, and parses. */
static enum evault_status
parse_signed(struct ev_slice text, size_t n, struct ev_buf *note, struct ev_entry *entry)
{
	struct ev_verifier v = actor_of(&actor_seed);
	enum evault_status rc = EVAULT_OK;

	ev_buf_clear(note);
	ev_note_begin(note, text);
	for (; n > 0 && rc == EVAULT_OK; n--)
		rc = ev_note_sign(note, text, &v, &actor_seed, NULL);
	return rc != EVAULT_OK ? rc
			       : ev_entry_parse(ev_slice_of(note->data, note->len), entry, NULL);
}

static enum evault_status
parse_text(const char *text)
{
	struct ev_buf note = EV_BUF_INIT;
	struct ev_entry entry;
	enum evault_status rc = parse_signed(ev_slice_text(text), 1, &note, &entry);

	ev_buf_release(&note);
	return rc;
}

static void
an_entry_with_a_record_returns_as_it_was(void)
{
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_line line = { .kind = EV_LINE_RECORD }, again;
	struct ev_cursor lines;
	struct ev_entry entry;
	struct ev_hash root;

	ev_hash_of("root", 4, &root);
	ev_hash_of("record", 6, &line.hash);
	ev_entry_head(&text, ORIGIN, UINT64_MAX, &root);
	ev_line_encode(&text, &line);
	NEED(parse_signed(ev_slice_of(text.data, text.len), 1, &note, &entry) == EVAULT_OK);
	CHECK(strcmp(entry.origin, ORIGIN) == 0);
	CHECK(entry.after == UINT64_MAX);
	CHECK(ev_hash_equal(&entry.root, &root));
	CHECK(entry.is_record && ev_hash_equal(&entry.record, &line.hash));
	CHECK(entry.n_lines == 1);
	lines = ev_cursor_of(entry.lines.data, entry.lines.len);
	NEED(ev_entry_next(&lines, &again));
	CHECK(again.kind == EV_LINE_RECORD && ev_hash_equal(&again.hash, &line.hash));
	CHECK(!ev_entry_next(&lines, &again));
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
an_entry_has_1_to_500_lines(void)
{
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_cursor lines;
	struct ev_entry entry;
	struct ev_line line;
	size_t i, n = 0;

	CHECK(parse_text(HEAD) == EVAULT_E_FORMAT);
	CHECK(parse_text(HEAD "slot-end 1\n") == EVAULT_OK);
	ev_buf_puts(&text, HEAD);
	for (i = 1; i <= EV_ENTRY_LINES_MAX; i++)
		ev_buf_printf(&text, "pack " HEX " %zu\n", i);
	NEED(parse_signed(ev_slice_of(text.data, text.len), 1, &note, &entry) == EVAULT_OK);
	CHECK(entry.n_lines == EV_ENTRY_LINES_MAX && !entry.is_record);
	lines = ev_cursor_of(entry.lines.data, entry.lines.len);
	while (ev_entry_next(&lines, &line))
		n += line.number;
	CHECK(n == 500 * 501 / 2);
	ev_buf_puts(&text, "slot-end 1\n");
	CHECK(parse_signed(ev_slice_of(text.data, text.len), 1, &note, &entry) == EVAULT_E_FORMAT);
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
an_entry_of_more_than_65535_bytes_is_refused(void)
{
	struct ev_buf note = EV_BUF_INIT;
	struct ev_entry entry;

	ev_buf_fill(&note, 'a', EV_NOTE_MAX + 1);
	CHECK(ev_entry_parse(ev_slice_of(note.data, note.len), &entry, NULL) == EVAULT_E_LIMIT);
	ev_buf_release(&note);
}

static void
a_record_stands_alone(void)
{
	CHECK(parse_text(HEAD "record " HEX "\n") == EVAULT_OK);
	CHECK(parse_text(HEAD "record " HEX "\nslot-end 1\n") == EVAULT_E_FORMAT);
	CHECK(parse_text(HEAD "slot-end 1\nrecord " HEX "\n") == EVAULT_E_FORMAT);
	CHECK(parse_text(HEAD "record " HEX "\nrecord " HEX2 "\n") == EVAULT_E_FORMAT);
}

static void
a_malformed_head_is_refused(void)
{
#define LINE "slot-end 1\n"
	static const char *const texts[] = {
		LINE,
		"evault/entry/v1\n" LINE,
		"evault/entry/v1\nafter 7 " HEX "\n" LINE,
		"evault/entry/v1 \norigin " ORIGIN "\nafter 7 " HEX "\n" LINE,
		"evault/vault/v1\norigin " ORIGIN "\nafter 7 " HEX "\n" LINE,
		"evault/entry/v1\norigin evault/actor/" HEX "\nafter 7 " HEX "\n" LINE,
		"evault/entry/v1\norigin evault/\nafter 7 " HEX "\n" LINE,
		"evault/entry/v1\norigin  " ORIGIN "\nafter 7 " HEX "\n" LINE,
		"evault/entry/v1\norigin " ORIGIN " \nafter 7 " HEX "\n" LINE,
		"evault/entry/v1\norigin " ORIGIN "\nafter 07 " HEX "\n" LINE,
		"evault/entry/v1\norigin " ORIGIN "\nafter  " HEX "\n" LINE,
		"evault/entry/v1\norigin " ORIGIN "\nafter 7  " HEX "\n" LINE,
		"evault/entry/v1\norigin " ORIGIN "\nafter 7 " HEX " \n" LINE,
		"evault/entry/v1\norigin " ORIGIN "\nafter 18446744073709551616 " HEX "\n" LINE,
		HEAD "\n" LINE,
		HEAD LINE "\n",
		HEAD "slot-end 1\nslot-end 0\n",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!CHECK(parse_text(texts[i]) == EVAULT_E_FORMAT))
			printf("# text %zu\n", i);
	CHECK(parse_text("evault/entry/v2\n" LINE) == EVAULT_E_VERSION);
	CHECK(parse_text("evault/entry/v1\norigin " ORIGIN "\nafter 0 " HEX "\n" LINE) ==
	      EVAULT_OK);
#undef LINE
}

static void
an_entry_is_signed_by_an_actor_first_and_by_three_at_most(void)
{
	struct ev_verifier log = log_of(&log_seed);
	struct ev_slice text = ev_slice_text(HEAD "record " HEX "\n");
	struct ev_buf note = EV_BUF_INIT;
	struct ev_entry entry;

	CHECK(parse_signed(text, 0, &note, &entry) == EVAULT_E_FORMAT);
	CHECK(parse_signed(text, 3, &note, &entry) == EVAULT_OK);
	CHECK(entry.note.n_signatures == 3);
	CHECK(parse_signed(text, 4, &note, &entry) == EVAULT_E_FORMAT);
	ev_buf_clear(&note);
	ev_note_begin(&note, text);
	NEED(ev_note_sign(&note, text, &log, &log_seed, NULL) == EVAULT_OK);
	CHECK(ev_entry_parse(ev_slice_of(note.data, note.len), &entry, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&note);
}

static void
a_log_key_by_another_origin_is_refused(void)
{
	struct ev_verifier good = key_named(ORIGIN, &log_seed), forged = log_of(&log_seed);
	char text[1024], key[EV_NOTE_VKEY_SIZE];

	snprintf(text, sizeof(text), HEAD "log-key %s\n", vkey_of(&good, key));
	CHECK(parse_text(text) == EVAULT_OK);
	snprintf(text, sizeof(text), HEAD "log-key %s\n", vkey_of(&forged, key));
	CHECK(parse_text(text) == EVAULT_E_FORMAT);
}

static void
a_failed_parse_leaves_the_entry_alone(void)
{
	struct ev_entry entry = { .after = 42 };

	CHECK(ev_entry_parse(ev_slice_text(HEAD), &entry, NULL) == EVAULT_E_FORMAT);
	CHECK(entry.after == 42);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(each_kind_of_line_returns_as_it_was);
	UNIT_RUN(members_of_a_line_are_set);
	UNIT_RUN(malformed_lines_are_refused);
	UNIT_RUN(keys_by_names_that_are_not_theirs_are_refused);
	UNIT_RUN(roles_have_three_words);
	UNIT_RUN(names_are_the_hash_of_the_key);
	UNIT_RUN(an_entry_with_a_record_returns_as_it_was);
	UNIT_RUN(an_entry_has_1_to_500_lines);
	UNIT_RUN(an_entry_of_more_than_65535_bytes_is_refused);
	UNIT_RUN(a_record_stands_alone);
	UNIT_RUN(a_malformed_head_is_refused);
	UNIT_RUN(an_entry_is_signed_by_an_actor_first_and_by_three_at_most);
	UNIT_RUN(a_log_key_by_another_origin_is_refused);
	UNIT_RUN(a_failed_parse_leaves_the_entry_alone);
	return unit_end();
}
