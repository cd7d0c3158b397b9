/*
 * Statements: kept, kept once, found again by their witness.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

enum {
	PART = 8 << 20
};

static const char *const said[] = { "witness=Гүлдария Қ.", "case=Aktobe-3", "tag=interview",
				    "consent=court,partner", "mood=calm" };

static struct evault *
open_vault(const char *dir, enum evault_access access)
{
	struct evault *v = NULL;

	return fixture_open(dir, access, FIXTURE_KEY, &v, NULL) == EVAULT_OK ? v : NULL;
}

static enum evault_status
testify(struct evault *v, const char *text, const char *const *fields, size_t n,
	struct evault_testified *kept)
{
	struct evault_testify what = { .said = { .fields = fields, .n_fields = n },
				       .text = text,
				       .len = strlen(text) };

	return evault_testify(v, &what, kept, NULL);
}

/* The same, opening the vault for it. */
static enum evault_status
testify_in(const char *dir, const char *text, struct evault_testified *kept)
{
	struct evault *v = open_vault(dir, EVAULT_WRITE);
	enum evault_status rc = v == NULL ? EVAULT_E_IO : testify(v, text, said, 5, kept);

	evault_close(v);
	return rc;
}

/* ---- keeping ------------------------------------------------------------------------- */

static bool
item_has(const struct evault_item *item, const char *name, const char *value)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f != NULL && f->len == strlen(value) && memcmp(f->value, value, f->len) == 0;
}

static enum evault_status
look_at_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	bool *good = ctx;
	const struct evault_field *name = evault_item_field(item, "name");

	(void)err;
	*good = item_has(item, "action", "testify") && item_has(item, "size", "9") &&
		item_has(item, "media-type", "text/plain; charset=utf-8") &&
		item_has(item, "witness", "Гүлдария Қ.") && item_has(item, "case", "Aktobe-3") &&
		item_has(item, "tag", "interview") && item_has(item, "consent", "court,partner") &&
		item_has(item, "field", "mood=calm") && name != NULL &&
		name->len == strlen("statement-2026-11-22T091509Z.txt") &&
		strncmp(name->value, "statement-2", 11) == 0 && strchr(name->value, ':') == NULL;
	return EVAULT_OK;
}

static void
a_statement_is_kept_with_what_was_said_of_it(void)
{
	struct evault_testified kept = { 0 };
	struct evault *v;
	bool good = false;

	NEED(fixture_vault("a") && testify_in("a", "she said:", &kept) == EVAULT_OK);
	CHECK(kept.size == 9 && !kept.already && kept.index == 1);
	v = open_vault("a", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_find(v, kept.citation, look_at_item, &good, NULL) == EVAULT_OK && good);
	evault_close(v);
	CHECK(fixture_is_sound("a"));
}

static void
an_empty_statement_is_refused(void)
{
	struct evault_testified kept = { .index = 77 };
	struct evault *v;

	NEED(fixture_vault("e"));
	v = open_vault("e", EVAULT_WRITE);
	NEED(v != NULL);
	CHECK(testify(v, "", NULL, 0, &kept) == EVAULT_E_USAGE && kept.index == 77);
	CHECK(testify(v, "x", NULL, 0, &kept) == EVAULT_OK && kept.index == 1);
	evault_close(v);
	CHECK(fixture_is_sound("e"));
}

static void
what_no_record_can_have_is_refused_and_nothing_kept(void)
{
	static const char *const bad[] = { "consent=everybody" };
	struct evault_testified kept = { 0 };
	struct evault *v;

	NEED(fixture_vault("u"));
	v = open_vault("u", EVAULT_WRITE);
	NEED(v != NULL);
	CHECK(testify(v, "x", bad, 1, &kept) == EVAULT_E_USAGE);
	evault_close(v);
	CHECK(fixture_is_sound("u"));
}

/* Bytes that come in pieces of odd sizes. */
struct stream {
	uint64_t left, fail_at;
	uint8_t next;
};

static enum evault_status
read_stream(void *ctx, uint8_t *out, size_t size, size_t *got, struct evault_error *err)
{
	struct stream *s = ctx;
	size_t take = size < 100003 ? size : 100003, i;

	(void)err;
	if (s->fail_at > 0 && s->left <= s->fail_at)
		return EVAULT_E_CANCELLED;
	if (take > s->left)
		take = (size_t)s->left;
	for (i = 0; i < take; i++)
		out[i] = (uint8_t)('a' + s->next++ % 23);
	s->left -= take;
	*got = take;
	return EVAULT_OK;
}

static enum evault_status
testify_stream(const char *dir, uint64_t size, uint64_t fail_at, struct evault_testified *kept)
{
	struct stream s = { size, fail_at, 0 };
	struct evault_testify what = { .read = read_stream, .ctx = &s };
	struct evault *v = open_vault(dir, EVAULT_WRITE);
	enum evault_status rc = v == NULL ? EVAULT_E_IO : evault_testify(v, &what, kept, NULL);

	evault_close(v);
	return rc;
}

static bool
gives_back(const char *dir, uint64_t index, uint64_t size)
{
	struct evault_get what = { .items = &index, .n_items = 1, .out = "back", .force = true };
	struct evault_get_summary summary = { 0 };
	struct evault *v = open_vault(dir, EVAULT_READ);
	bool good = v != NULL && evault_get(v, &what, &summary, NULL) == EVAULT_OK &&
		    summary.given == 1 && summary.bytes == size;

	evault_close(v);
	return good && fixture_remove("back");
}

static void
a_stream_of_any_length_is_kept_whole(void)
{
	static const uint64_t sizes[] = { 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 12345 };
	struct evault_testified kept = { 0 };
	size_t i;

	NEED(fixture_vault("s"));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		NEED(testify_stream("s", sizes[i], 0, &kept) == EVAULT_OK);
		CHECK(kept.size == sizes[i] && gives_back("s", kept.index, sizes[i]));
	}
	CHECK(fixture_is_sound("s"));
}

static void
of_a_stream_that_breaks_nothing_is_kept(void)
{
	struct evault_testified kept = { 0 };

	NEED(fixture_vault("k"));
	CHECK(testify_stream("k", 1000, 500, &kept) == EVAULT_E_CANCELLED ||
	      testify_stream("k", 1000, 1000, &kept) == EVAULT_E_CANCELLED);
	CHECK(testify_stream("k", 3 * PART, PART, &kept) == EVAULT_E_CANCELLED);
	CHECK(fixture_is_sound("k"));
}

/* So nobody who can have a file added learns from sizes whether a statement says the same. */
static void
a_statement_is_in_no_pack_with_files(void)
{
	struct evault_add_summary s;
	struct evault_testified kept = { 0 };
	char first[200], last[200];

	NEED(fixture_vault("f") && fixture_text("file", "the same words") &&
	     fixture_add("f", "file", &s) == EVAULT_OK);
	NEED(fixture_pack("f", 0, first, sizeof(first)) &&
	     !fixture_pack("f", 1, last, sizeof(last)));
	NEED(testify_in("f", "the same words", &kept) == EVAULT_OK && !kept.already);
	NEED(fixture_pack("f", 1, last, sizeof(last)));
	/* Without the file's pack it is still there. */
	NEED(fixture_remove(strcmp(first, last) == 0 ? last : first));
	CHECK(fixture_is_sound("f") == false);
	CHECK(gives_back("f", kept.index, 14));
}

static void
the_same_statement_is_kept_once(void)
{
	static const char *const other[] = { "witness=Гүлдария Қ." };
	struct evault_testified kept = { 0 }, again = { 0 };
	struct evault *v;

	NEED(fixture_vault("o") && testify_in("o", "words", &kept) == EVAULT_OK);
	NEED(testify_in("o", "words", &again) == EVAULT_OK);
	CHECK(again.already && again.index == kept.index &&
	      strcmp(again.citation, kept.citation) == 0);
	v = open_vault("o", EVAULT_WRITE);
	NEED(v != NULL);
	CHECK(testify(v, "words", other, 1, &again) == EVAULT_OK && !again.already);
	CHECK(testify(v, "other words", said, 5, &again) == EVAULT_OK && !again.already);
	evault_close(v);
	CHECK(fixture_is_sound("o"));
}

/* ---- who was heard before --------------------------------------------------------------- */

static enum evault_status
count(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	(void)item;
	(void)err;
	++*(unsigned *)ctx;
	return EVAULT_OK;
}

static void
a_witness_is_recognised_however_the_name_is_written(void)
{
	static const char *const same[] = { "Гүлдария Қ.", "гулдария к", "ГУЛДАРИЯ  К",
					    "гүлдария, қ" };
	static const char *const others[] = { "Гүлдария", "Гүлдария Қ. Ж.", "Қ. Гүлдария", "",
					      "." };
	struct evault_testified kept;
	struct evault *v;
	unsigned n, i;

	NEED(fixture_vault("h") && testify_in("h", "x", &kept) == EVAULT_OK);
	v = open_vault("h", EVAULT_READ);
	NEED(v != NULL);
	for (i = 0; i < 4; i++) {
		n = 0;
		CHECK(evault_heard(v, same[i], count, &n, NULL) == EVAULT_OK && n == 1);
	}
	for (i = 0; i < 5; i++) {
		n = 0;
		CHECK(evault_heard(v, others[i], count, &n, NULL) == EVAULT_OK && n == 0);
	}
	evault_close(v);
}

static void
a_name_that_an_annotation_gave_and_a_statement_that_was_retracted_count(void)
{
	static const char *const corrected[] = { "witness=Әлімнұр" };
	struct evault_annotate annotate = { .n_items = 1,
					    .details = { .fields = corrected, .n_fields = 1 } };
	struct evault_retract retract = { .n_items = 1, .reason = "a mistake" };
	struct evault_corrected done;
	struct evault_testified kept;
	struct evault *v;
	unsigned n = 0;

	NEED(fixture_vault("h2") && testify_in("h2", "x", &kept) == EVAULT_OK);
	v = open_vault("h2", EVAULT_WRITE);
	NEED(v != NULL);
	annotate.items = retract.items = &kept.index;
	NEED(evault_annotate(v, &annotate, &done, NULL) == EVAULT_OK);
	NEED(evault_retract(v, &retract, &done, NULL) == EVAULT_OK);
	evault_close(v);
	v = open_vault("h2", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_heard(v, "алимнур", count, &n, NULL) == EVAULT_OK && n == 1);
	CHECK(evault_heard(v, "гулдария к", count, &n, NULL) == EVAULT_OK && n == 2);
	evault_close(v);
	/* What was retracted and is said again is said again. */
	CHECK(testify_in("h2", "x", &kept) == EVAULT_OK && !kept.already);
}

/* ---- cut short ------------------------------------------------------------------------- */

static void
a_pack_of_a_statement_that_was_cut_short_is_taken_in_on_request(void)
{
	/* The first folder that is made is the pack's, the second the log's. */
	const struct fault_plan plan = { FAULT_MKDIR, 1, ENOSPC, true, NULL };
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL, .adopt = true };
	struct evault_check_summary s;
	struct evault_testified kept = { 0 };
	struct evault *v;

	NEED(fixture_vault("c"));
	v = open_vault("c", EVAULT_WRITE);
	NEED(v != NULL);
	faults_on(&plan);
	CHECK(testify(v, "nearly", said, 5, &kept) != EVAULT_OK);
	NEED(faults_off());
	evault_close(v);
	NEED(evault_check("c", EVAULT_WRITE, &unlock, &what, &s, NULL) == EVAULT_OK);
	CHECK(s.sound && s.adopted == 1);
	CHECK(testify_in("c", "nearly", &kept) == EVAULT_OK && kept.already);
	CHECK(fixture_is_sound("c"));
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(a_statement_is_kept_with_what_was_said_of_it);
	UNIT_RUN(an_empty_statement_is_refused);
	UNIT_RUN(what_no_record_can_have_is_refused_and_nothing_kept);
	UNIT_RUN(a_stream_of_any_length_is_kept_whole);
	UNIT_RUN(of_a_stream_that_breaks_nothing_is_kept);
	UNIT_RUN(a_statement_is_in_no_pack_with_files);
	UNIT_RUN(the_same_statement_is_kept_once);
	UNIT_RUN(a_witness_is_recognised_however_the_name_is_written);
	UNIT_RUN(a_name_that_an_annotation_gave_and_a_statement_that_was_retracted_count);
	UNIT_RUN(a_pack_of_a_statement_that_was_cut_short_is_taken_in_on_request);
	return fixture_end();
}
