/*
 * Statements: kept, kept once, found again by their witness; and drafts.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "format/draft.h"
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

/* ---- drafts -------------------------------------------------------------------------- */

struct seen {
	unsigned n, bad;
	char id[EVAULT_DRAFT_ID_SIZE], text[100], fields[400], begun[EVAULT_TIME_SIZE];
	size_t len;
};

static enum evault_status
see(void *ctx, const struct evault_draft *d, struct evault_error *err)
{
	struct seen *s = ctx;
	size_t i;

	(void)err;
	s->n++;
	s->bad += d->why.status != EVAULT_OK;
	memcpy(s->id, d->id, sizeof(s->id));
	memcpy(s->begun, d->begun, sizeof(s->begun));
	s->len = d->len;
	snprintf(s->text, sizeof(s->text), "%.*s", (int)(d->len < 99 ? d->len : 99), d->text);
	s->fields[0] = '\0';
	for (i = 0; i < d->said.n_fields; i++)
		snprintf(s->fields + strlen(s->fields), sizeof(s->fields) - strlen(s->fields),
			 "[%s]", d->said.fields[i]);
	return EVAULT_OK;
}

static enum evault_status
save(struct evault *v, struct evault_draft *d, const char *text)
{
	d->said = (struct evault_details){ .case_name = "K 1", .fields = said, .n_fields = 1 };
	d->text = text;
	d->len = strlen(text);
	return evault_draft_save(v, d, NULL);
}

/* A vault with one draft, saved without a key; its id. */
static bool
begin_draft(const char *dir, const char *text, char id[EVAULT_DRAFT_ID_SIZE])
{
	struct evault_draft d = { .id = "" };
	struct evault *v;
	bool good;

	if (!fixture_vault(dir))
		return false;
	v = open_vault(dir, EVAULT_SEALED);
	good = v != NULL && save(v, &d, text) == EVAULT_OK && strlen(d.id) == 16 &&
	       strlen(d.begun) == 20 && strlen(d.saved) == 20;
	memcpy(id, d.id, sizeof(d.id));
	evault_close(v);
	return good;
}

static void
a_draft_is_sealed_without_a_key_and_opened_with_one(void)
{
	char id[EVAULT_DRAFT_ID_SIZE];
	struct seen s = { 0 };
	struct evault *v;

	NEED(begin_draft("d1", "half a sen", id));
	v = open_vault("d1", EVAULT_SEALED);
	NEED(v != NULL);
	CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_E_KEY && s.n == 0);
	evault_close(v);
	v = open_vault("d1", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_list(v, see, &s, NULL) == EVAULT_OK && s.n == 1 && s.bad == 0);
	CHECK(strcmp(s.id, id) == 0 && strcmp(s.text, "half a sen") == 0);
	CHECK(strcmp(s.fields, "[case=K 1][witness=Гүлдария Қ.]") == 0);
	evault_close(v);
}

static void
saving_again_takes_the_place_of_it_and_tells_no_size(void)
{
	struct evault_draft d = { .id = "" };
	struct seen s = { 0 };
	char id[EVAULT_DRAFT_ID_SIZE], begun[EVAULT_TIME_SIZE];
	char *longer = calloc(1, 60001);
	uint64_t before;
	struct evault *v;
	size_t files;

	NEED(longer != NULL && fixture_vault("d2"));
	memset(longer, 'x', 60000);
	v = open_vault("d2", EVAULT_READ);
	NEED(v != NULL && save(v, &d, "") == EVAULT_OK);
	memcpy(id, d.id, sizeof(id));
	memcpy(begun, d.begun, sizeof(begun));
	before = fixture_bytes("d2/drafts", &files);
	CHECK(files == 1);
	NEED(save(v, &d, longer) == EVAULT_OK);
	CHECK(strcmp(id, d.id) == 0 && strcmp(begun, d.begun) == 0);
	CHECK(fixture_bytes("d2/drafts", &files) == before && files == 1);
	CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_OK && s.len == 60000);
	evault_close(v);
	free(longer);
}

static void
the_last_draft_takes_its_folder_with_it(void)
{
	char id[EVAULT_DRAFT_ID_SIZE];
	struct evault *v;

	NEED(begin_draft("d3", "x", id));
	v = open_vault("d3", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_remove(v, "0123456789abcdef", NULL) == EVAULT_E_NOT_FOUND);
	CHECK(evault_draft_remove(v, "../../v", NULL) == EVAULT_E_NOT_FOUND);
	CHECK(evault_draft_remove(v, id, NULL) == EVAULT_OK && !fixture_there("d3/drafts"));
	CHECK(evault_draft_remove(v, id, NULL) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	CHECK(fixture_is_sound("d3"));
}

static void
check_and_status_tell_of_a_draft_and_call_it_no_damage(void)
{
	struct evault_check_summary s;
	struct evault_status_info info;
	char id[EVAULT_DRAFT_ID_SIZE];
	struct evault *v;
	struct found f;
	int sealed;

	NEED(begin_draft("d4", "x", id));
	for (sealed = 0; sealed < 2; sealed++) {
		NEED(fixture_check("d4", sealed ? EVAULT_SEALED : EVAULT_READ, EVAULT_CHECK_FULL,
				   &f, &s) == EVAULT_OK);
		CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
		CHECK(strcmp(f.detail,
			     "a statement that was not finished: evault testify --resume") == 0);
	}
	v = open_vault("d4", EVAULT_SEALED);
	NEED(v != NULL);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.drafts == 1);
	evault_close(v);
}

static void
a_garbled_draft_is_told_and_harms_nothing(void)
{
	struct evault_check_summary s;
	char id[EVAULT_DRAFT_ID_SIZE], path[64];
	struct seen seen = { 0 };
	struct evault *v;
	struct found f;

	NEED(begin_draft("d5", "x", id));
	snprintf(path, sizeof(path), "d5/drafts/%s.age", id);
	NEED(fixture_flip(path, -5));
	NEED(fixture_check("d5", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(strstr(f.detail, "cannot be opened any more") != NULL);
	NEED(fixture_text("d5/drafts/0123456789abcdef.age", "age-encryption.org/v1\n"));
	v = open_vault("d5", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_list(v, see, &seen, NULL) == EVAULT_OK && seen.n == 2 && seen.bad == 2);
	CHECK(evault_draft_load(v, id, see, &seen, NULL) != EVAULT_OK);
	evault_close(v);
}

static void
what_is_no_draft_in_its_folder_is_unknown(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(fixture_vault("d6") && fixture_folder("d6/drafts") &&
	     fixture_text("d6/drafts/note.txt", "x") &&
	     fixture_text("d6/drafts/0123456789ABCDEF.age", "x"));
	NEED(fixture_check("d6", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(!s.sound && f.of[EVAULT_FINDING_UNKNOWN] == 2 && f.n == 2);
}

/* Whatever call fails: the earlier draft can be opened, or the new one. */
static void
a_save_that_fails_leaves_the_draft_before_it(void)
{
	static const int errors[] = { EIO, ENOSPC };
	unsigned call, e, failed = 0;
	char id[EVAULT_DRAFT_ID_SIZE];
	int nth;

	NEED(begin_draft("d7", "before", id));
	for (call = 0; call < FAULT_CALLS; call++)
		for (e = 0; e < 2; e++)
			for (nth = 0; nth < 6; nth++) {
				struct fault_plan plan = { (enum fault_call)call, nth, errors[e],
							   false, NULL };
				struct evault_draft d = { .id = "" };
				struct evault *v = open_vault("d7", EVAULT_READ);
				struct seen s = { 0 };
				enum evault_status rc;

				NEED(v != NULL);
				memcpy(d.id, id, sizeof(d.id));
				NEED(save(v, &d, "before") == EVAULT_OK);
				faults_on(&plan);
				rc = save(v, &d, "after");
				failed += faults_off() && rc != EVAULT_OK;
				CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_OK);
				CHECK(strcmp(s.text, "after") == 0 ||
				      (rc != EVAULT_OK && strcmp(s.text, "before") == 0));
				evault_close(v);
			}
	CHECK(failed > 10);
}

static void
a_link_in_place_of_the_folder_is_not_followed(void)
{
	struct evault_draft d = { .id = "" };
	struct evault *v;
	size_t files;

	NEED(fixture_vault("d8") && fixture_folder("elsewhere") &&
	     symlink("../elsewhere", "d8/drafts") == 0);
	v = open_vault("d8", EVAULT_READ);
	NEED(v != NULL);
	CHECK(save(v, &d, "x") != EVAULT_OK);
	evault_close(v);
	CHECK(fixture_bytes("elsewhere", &files) == 0 && files == 0);
	CHECK(fixture_remove("d8/drafts"));
}

static void
a_draft_longer_than_8_mib_is_refused(void)
{
	struct evault_draft d = { .text = "x", .len = EVAULT_STATEMENT_MAX + 1 };
	struct evault *v;

	NEED(fixture_vault("d9"));
	v = open_vault("d9", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_save(v, &d, NULL) == EVAULT_E_LIMIT && !fixture_there("d9/drafts"));
	evault_close(v);
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
	UNIT_RUN(a_draft_is_sealed_without_a_key_and_opened_with_one);
	UNIT_RUN(saving_again_takes_the_place_of_it_and_tells_no_size);
	UNIT_RUN(the_last_draft_takes_its_folder_with_it);
	UNIT_RUN(check_and_status_tell_of_a_draft_and_call_it_no_damage);
	UNIT_RUN(a_garbled_draft_is_told_and_harms_nothing);
	UNIT_RUN(what_is_no_draft_in_its_folder_is_unknown);
	UNIT_RUN(a_save_that_fails_leaves_the_draft_before_it);
	UNIT_RUN(a_link_in_place_of_the_folder_is_not_followed);
	UNIT_RUN(a_draft_longer_than_8_mib_is_refused);
	UNIT_RUN(a_witness_is_recognised_however_the_name_is_written);
	UNIT_RUN(a_name_that_an_annotation_gave_and_a_statement_that_was_retracted_count);
	UNIT_RUN(a_pack_of_a_statement_that_was_cut_short_is_taken_in_on_request);
	return fixture_end();
}
