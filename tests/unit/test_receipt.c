#include "format/receipt.h"

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

#define A8     "aaaaaaaa"
#define A64    A8 A8 A8 A8 A8 A8 A8 A8
#define SENDER "evault/" A64
#define L1     "evault/receipt/v1\n"
#define L2     "origin " ORIGIN "\n"
#define L3     "of " SENDER "\n"
#define L4     "tagmanifest " A64 "\n"
#define L5     "time 2026-11-22T09:15:09Z\n"
#define HEAD   L1 L2 L3 L4 L5

static struct ev_receipt
sample(void)
{
	struct ev_receipt r = { .time = 1795338909 };

	memcpy(r.origin, ORIGIN, sizeof(ORIGIN));
	memcpy(r.of, SENDER, sizeof(SENDER));
	memset(r.tagmanifest.b, 0xaa, sizeof(r.tagmanifest.b));
	return r;
}

static enum evault_status
parse_text(const char *text)
{
	struct ev_buf note = signed_note(ev_slice_text(text));
	struct ev_receipt r;
	struct ev_note parsed;
	struct ev_slice lines;
	enum evault_status rc = ev_receipt_parse(all(&note), &r, &parsed, &lines, NULL);

	ev_buf_release(&note);
	return rc;
}

static bool
items_are_written(const struct ev_receipt_item *items, size_t n, const char *lines)
{
	struct ev_receipt r = sample();
	struct ev_buf text = EV_BUF_INIT, expected = EV_BUF_INIT;
	bool same;

	ev_receipt_text(&r, items, n, &text);
	ev_buf_printf(&expected, HEAD "%s", lines);
	same = ev_slice_equal(all(&text), all(&expected));
	ev_buf_release(&text);
	ev_buf_release(&expected);
	return same;
}

static void
neighbours_with_one_result_share_a_line(void)
{
	static const struct ev_receipt_item items[] = {
		{ 0, EV_RECEIPT_VERIFIED },  { 3, EV_RECEIPT_VERIFIED }, { 4, EV_RECEIPT_VERIFIED },
		{ 7, EV_RECEIPT_DAMAGED },   { 9, EV_RECEIPT_MISSING },  { 10, EV_RECEIPT_MISSING },
		{ 12, EV_RECEIPT_VERIFIED },
	};

	CHECK(items_are_written(items, 1, "result 0 verified\n"));
	CHECK(items_are_written(items, 3, "result 0-4 verified\n"));
	CHECK(items_are_written(items, 7,
				"result 0-4 verified\nresult 7 damaged\nresult 9-10 missing\n"
				"result 12 verified\n"));
}

static void
a_receipt_returns_as_it_was(void)
{
	static const struct ev_receipt_item items[] = { { 3, EV_RECEIPT_VERIFIED },
							{ 5, EV_RECEIPT_VERIFIED },
							{ UINT64_MAX, EV_RECEIPT_DAMAGED } };
	struct ev_receipt r = sample(), again;
	struct ev_verifier actor = actor_of(&actor_seed);
	struct ev_buf text = EV_BUF_INIT, note;
	enum ev_receipt_result result;
	struct ev_receipt_line line;
	struct ev_note parsed;
	struct ev_slice lines;
	struct ev_cursor c;

	ev_receipt_text(&r, items, 3, &text);
	note = signed_note(all(&text));
	NEED(ev_receipt_parse(all(&note), &again, &parsed, &lines, NULL) == EVAULT_OK);
	CHECK(strcmp(again.origin, ORIGIN) == 0 && strcmp(again.of, SENDER) == 0);
	CHECK(ev_hash_equal(&again.tagmanifest, &r.tagmanifest) && again.time == r.time);
	CHECK(ev_note_verify(&parsed, &actor, NULL) == EVAULT_OK);
	c = ev_cursor_of(lines.data, lines.len);
	CHECK(ev_receipt_next(&c, &line) && line.from == 3 && line.to == 5 &&
	      line.result == EV_RECEIPT_VERIFIED);
	CHECK(ev_receipt_next(&c, &line) && line.from == UINT64_MAX && line.to == UINT64_MAX &&
	      line.result == EV_RECEIPT_DAMAGED);
	CHECK(!ev_receipt_next(&c, &line));
	CHECK(!ev_receipt_find(lines, 2, &result) && !ev_receipt_find(lines, 6, &result));
	CHECK(ev_receipt_find(lines, 5, &result) && result == EV_RECEIPT_VERIFIED);
	CHECK(ev_receipt_find(lines, UINT64_MAX, &result) && result == EV_RECEIPT_DAMAGED);
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
every_other_form_is_refused(void)
{
	static const char *const bad[] = {
		HEAD,
		L1 L2 L4 L5 "result 1 verified\n",
		L1 L3 L2 L4 L5 "result 1 verified\n",
		L1 L2 L3 L5 "result 1 verified\n",
		L1 L2 L3 L4 "result 1 verified\n",
		HEAD "result 1 verified\n\n",
		HEAD "result 1 good\n",
		HEAD "result 1 verified \n",
		HEAD "result 01 verified\n",
		HEAD "result 1-1 verified\n",
		HEAD "result 2-1 verified\n",
		HEAD "result 1- verified\n",
		HEAD "result 1-2-3 verified\n",
		HEAD "result -1 verified\n",
		HEAD "result 18446744073709551616 verified\n",
		HEAD "result 1  verified\n",
		HEAD "Result 1 verified\n",
		HEAD "result 1 verified\nresult 1 damaged\n",
		HEAD "result 1-5 verified\nresult 5 damaged\n",
		HEAD "result 2 verified\nresult 1 damaged\n",
		HEAD "result 1 verified\nresult 2 verified\n",
		HEAD "result 1 verified\nresult 9 verified\n",
		"evault/share/v1\n" L2 L3 L4 L5 "result 1 verified\n",
	};
	size_t i;

	CHECK(parse_text(HEAD "result 1 verified\nresult 2-3 missing\n") == EVAULT_OK);
	CHECK(parse_text("evault/receipt/v2\n") == EVAULT_E_VERSION);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(parse_text(bad[i]) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
}

static void
one_signature_by_an_actor_is_wanted(void)
{
	struct ev_verifier log = log_of(&log_seed), actor = actor_of(&actor_seed);
	struct ev_slice text = ev_slice_text(HEAD "result 1 verified\n"), lines;
	struct ev_buf note = EV_BUF_INIT;
	struct ev_note parsed;
	struct ev_receipt r;

	ev_note_begin(&note, text);
	NEED(ev_note_sign(&note, text, &log, &log_seed, NULL) == EVAULT_OK);
	CHECK(ev_receipt_parse(all(&note), &r, &parsed, &lines, NULL) == EVAULT_E_FORMAT);
	NEED(ev_note_sign(&note, text, &actor, &actor_seed, NULL) == EVAULT_OK);
	CHECK(ev_receipt_parse(all(&note), &r, &parsed, &lines, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&note);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(neighbours_with_one_result_share_a_line);
	UNIT_RUN(a_receipt_returns_as_it_was);
	UNIT_RUN(every_other_form_is_refused);
	UNIT_RUN(one_signature_by_an_actor_is_wanted);
	return unit_end();
}
