#include "base/secret.h"
#include "format/keyfile.h"
#include "unit.h"

#define HEX    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define ORIGIN "evault/" HEX

static const struct ev_age_identity identity = { { 9, 8, 7 } };

static struct ev_slice
slice(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

/* A line that n gives. */
static struct ev_roster_line
line_of(enum ev_roster_kind kind, unsigned n, const char *name)
{
	struct ev_roster_line line = { .kind = kind };
	struct ev_age_identity own = { { (uint8_t)n, (uint8_t)(n >> 8), 1 } };

	if (kind == EV_ROSTER_HOLDER) {
		line.slot = n;
		line.role = (enum ev_role)(n % 3);
	}
	if (kind != EV_ROSTER_READER)
		ev_hash_of(&n, sizeof(n), &line.actor);
	if (kind != EV_ROSTER_FORMER)
		ev_age_identity_recipient(&own, &line.recipient);
	snprintf(line.name, sizeof(line.name), "%s", name);
	return line;
}

static bool
add(struct ev_roster *r, enum ev_roster_kind kind, unsigned n, const char *name)
{
	struct ev_roster_line line = line_of(kind, n, name);

	return ev_roster_add(r, &line, NULL) == EVAULT_OK;
}

static const char *
recipient_of(unsigned n, char out[EVAULT_RECIPIENT_SIZE])
{
	struct ev_roster_line line = line_of(EV_ROSTER_READER, n, "");

	ev_age_recipient_text(&line.recipient, out);
	return out;
}

static bool
same(const struct ev_roster *a, const struct ev_roster *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->lines[i].kind != b->lines[i].kind || a->lines[i].slot != b->lines[i].slot ||
		    a->lines[i].role != b->lines[i].role ||
		    !ev_hash_equal(&a->lines[i].actor, &b->lines[i].actor) ||
		    memcmp(&a->lines[i].recipient, &b->lines[i].recipient, 32) != 0 ||
		    strcmp(a->lines[i].name, b->lines[i].name) != 0)
			return false;
	}
	return true;
}

static enum evault_status
decode(const char *lines, struct ev_read_key *k)
{
	struct ev_buf text = EV_BUF_INIT;
	char own[EVAULT_IDENTITY_SIZE];
	enum evault_status rc;

	ev_age_identity_text(&identity, own);
	ev_buf_printf(&text, "# evault/read-key/v1\n# origin " ORIGIN "\n# epoch 4\n%s%s\n#", lines,
		      own);
	ev_buf_fill(&text, '.', EV_KEYFILE_SIZE - 1 - text.len % EV_KEYFILE_SIZE);
	ev_buf_puts(&text, "\n");
	rc = ev_read_key_decode(slice(&text), k, NULL);
	ev_buf_release(&text);
	return rc;
}

/* ---- lines --------------------------------------------------------------- */

static struct ev_read_key key, again;

static void
roster_is_written_as_the_format_says_and_returns(void)
{
	char expected[2048], own[EVAULT_IDENTITY_SIZE], one[EVAULT_RECIPIENT_SIZE],
	    two[EVAULT_RECIPIENT_SIZE], former[EVAULT_HEX_SIZE], actor[EVAULT_HEX_SIZE];
	struct ev_buf text = EV_BUF_INIT;

	key = (struct ev_read_key){ .origin = ORIGIN, .epoch = 4, .identity = identity };
	NEED(add(&key.roster, EV_ROSTER_HOLDER, 2, "Г %\n") &&
	     add(&key.roster, EV_ROSTER_READER, 7, "") &&
	     add(&key.roster, EV_ROSTER_FORMER, 5, "gone"));
	NEED(ev_read_key_encode(&key, &text, NULL) == EVAULT_OK && text.len == 4096);
	ev_age_identity_text(&identity, own);
	ev_hash_hex(&key.roster.lines[0].actor, actor);
	ev_hash_hex(&key.roster.lines[2].actor, former);
	snprintf(expected, sizeof(expected),
		 "# evault/read-key/v1\n# origin " ORIGIN "\n# epoch 4\n"
		 "# holder 2 capture %s %s Г %%25%%0A\n# reader %s \n# former %s gone\n%s\n#.",
		 actor, recipient_of(2, one), recipient_of(7, two), former, own);
	CHECK(memcmp(text.data, expected, strlen(expected)) == 0);
	NEED(ev_read_key_decode(slice(&text), &again, NULL) == EVAULT_OK);
	CHECK(again.epoch == 4 && same(&again.roster, &key.roster));
	ev_buf_wipe(&text);
}

static void
largest_roster_returns_and_every_size_is_the_least_multiple_of_4096(void)
{
	struct ev_buf text = EV_BUF_INIT;
	char longest[EV_ROSTER_NAME_MAX + 1];
	size_t before = 0;
	unsigned i;

	memset(longest, '\n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	key = (struct ev_read_key){ .origin = ORIGIN, .identity = identity };
	for (i = 0; i <= 128; i++) {
		ev_buf_clear(&text);
		NEED(ev_read_key_encode(&key, &text, NULL) == EVAULT_OK);
		NEED(ev_read_key_decode(slice(&text), &again, NULL) == EVAULT_OK);
		CHECK(same(&again.roster, &key.roster));
		CHECK(text.len % 4096 == 0 && text.len >= before && text.len <= EV_KEYFILE_MAX);
		/* One page more is another spelling. */
		before = text.len;
		text.len--;
		ev_buf_fill(&text, '.', 4096);
		ev_buf_puts(&text, "\n");
		CHECK(ev_read_key_decode(slice(&text), &again, NULL) == EVAULT_E_FORMAT);
		if (i < 128)
			NEED(add(&key.roster, i < 64 ? EV_ROSTER_HOLDER : EV_ROSTER_FORMER, i + 1,
				 longest));
	}
	CHECK(before > 100000);
	ev_buf_wipe(&text);
}

#define R1 "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

static void
malformed_rosters_are_refused(void)
{
	static const char *const lines[] = {
		"# holder 0 owner " HEX " " R1 " a\n",
		"# holder 01 owner " HEX " " R1 " a\n",
		"# holder 1 reader " HEX " " R1 " a\n",
		"# holder 1 owner " R1 " a\n",
		"# holder 1 owner " HEX " a\n",
		"# holder 1 owner " HEX " " R1 "\n",
		"# holder 1 owner " HEX
		" AGE1QL3Z7HJY54PW3HYWW5AYYFG7ZQGVC7W3J2ELW8ZMRJ2KG5SFN9AQMC"
		"AC8P a\n",
		"# holder  1 owner " HEX " " R1 " a\n",
		"# holder 1 owner " HEX " " R1 " a%41\n",
		"# holder 1 owner " HEX " " R1 " a%00\n",
		"# holder 1 owner " HEX " " R1 " a\n# holder 1 writer " HEX " " R1 " b\n",
		"# reader " R1 "\n",
		"# reader \n",
		"# former " HEX "\n",
		"# former 12 a\n",
		"# friend " R1 " a\n",
		"#reader " R1 " a\n",
	};
	size_t i;

	CHECK(decode("", &again) == EVAULT_OK && again.roster.n == 0);
	CHECK(decode("# holder 1 owner " HEX " " R1 " a\n# holder 2 owner " HEX " " R1
		     " \n# reader " R1 " \n# former " HEX " \n",
		     &again) == EVAULT_OK &&
	      again.roster.n == 4);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!CHECK(decode(lines[i], &again) == EVAULT_E_FORMAT))
			printf("# roster %zu\n", i);
	}
}

static void
more_than_64_holders_and_readers_are_refused(void)
{
	struct ev_buf lines = EV_BUF_INIT;
	char own[EVAULT_RECIPIENT_SIZE];
	struct ev_roster_line line = line_of(EV_ROSTER_READER, 65, "x");
	unsigned i;

	key = (struct ev_read_key){ .origin = ORIGIN, .identity = identity };
	for (i = 1; i <= 64; i++) {
		NEED(add(&key.roster, i % 2 == 0 ? EV_ROSTER_READER : EV_ROSTER_HOLDER, i, "x"));
		ev_buf_printf(&lines, "# reader %s x\n", recipient_of(i, own));
	}
	CHECK(ev_roster_add(&key.roster, &line, NULL) == EVAULT_E_LIMIT && key.roster.n == 64);
	CHECK(decode(ev_buf_text(&lines), &again) == EVAULT_OK);
	ev_buf_printf(&lines, "# reader %s x\n", recipient_of(65, own));
	CHECK(decode(ev_buf_text(&lines), &again) == EVAULT_E_FORMAT);
	key.roster.lines[key.roster.n++] = line;
	CHECK(ev_roster_encode(&key.roster, &lines, NULL) == EVAULT_E_USAGE);
	ev_buf_release(&lines);
}

/* ---- changing it ----------------------------------------------------------- */

static void
removed_holder_is_known_by_name_and_gets_no_key(void)
{
	struct ev_age_recipient to[EV_ROSTER_MAX];
	struct ev_hash actor;

	key = (struct ev_read_key){ .origin = ORIGIN };
	NEED(add(&key.roster, EV_ROSTER_HOLDER, 3, "owner") &&
	     add(&key.roster, EV_ROSTER_HOLDER, 4, "writer") &&
	     add(&key.roster, EV_ROSTER_HOLDER, 5, "capture") &&
	     add(&key.roster, EV_ROSTER_READER, 6, "reader"));
	CHECK(ev_roster_recipients(&key.roster, false, to) == 3);
	CHECK(memcmp(&to[1], &key.roster.lines[1].recipient, 32) == 0);
	CHECK(memcmp(&to[2], &key.roster.lines[3].recipient, 32) == 0);
	CHECK(ev_roster_recipients(&key.roster, true, to) == 3);
	CHECK(memcmp(&to[2], &key.roster.lines[2].recipient, 32) == 0);

	actor = key.roster.lines[1].actor;
	ev_roster_end(&key.roster, 1);
	CHECK(key.roster.n == 4 && ev_roster_count(&key.roster) == 3);
	CHECK(ev_roster_slot(&key.roster, 4) == NULL && ev_roster_slot(&key.roster, 5) != NULL);
	NEED(ev_roster_actor(&key.roster, &actor) != NULL);
	CHECK(strcmp(ev_roster_actor(&key.roster, &actor)->name, "writer") == 0);
	CHECK(ev_roster_recipients(&key.roster, false, to) == 2);
	CHECK(ev_roster_recipients(&key.roster, true, to) == 2);
	ev_roster_end(&key.roster, 2);
	CHECK(key.roster.n == 3 && ev_roster_recipients(&key.roster, false, to) == 1);
}

static void
oldest_former_holder_gives_way(void)
{
	unsigned i;

	key = (struct ev_read_key){ .origin = ORIGIN };
	NEED(add(&key.roster, EV_ROSTER_HOLDER, 1, "stays"));
	for (i = 2; i <= 128; i++)
		NEED(add(&key.roster, EV_ROSTER_FORMER, i, i == 2 ? "oldest" : "old"));
	NEED(add(&key.roster, EV_ROSTER_HOLDER, 200, "new") && key.roster.n == 128);
	CHECK(strcmp(key.roster.lines[0].name, "stays") == 0);
	CHECK(strcmp(key.roster.lines[1].name, "old") == 0);
	CHECK(strcmp(key.roster.lines[127].name, "new") == 0);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(roster_is_written_as_the_format_says_and_returns);
	UNIT_RUN(largest_roster_returns_and_every_size_is_the_least_multiple_of_4096);
	UNIT_RUN(malformed_rosters_are_refused);
	UNIT_RUN(more_than_64_holders_and_readers_are_refused);
	UNIT_RUN(removed_holder_is_known_by_name_and_gets_no_key);
	UNIT_RUN(oldest_former_holder_gives_way);
	return unit_end();
}
