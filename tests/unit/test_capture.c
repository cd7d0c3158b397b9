/*
 * A device that can add and not read: what it may do, what it recognises, and
 * what is left of that.
 */
#include <glob.h>
#include <stdlib.h>

#include "format/page.h"
#include "vault_fixture.h"

enum {
	LARGE = 9 << 20
};

static char hq[EVAULT_RECIPIENT_SIZE];
static struct evault_add_summary added;
static struct evault_error err;

static enum evault_status
begin_vault(const char *dir)
{
	const char *const readers[] = { hq };
	struct evault_init how = { .dir = dir,
				   .name = "Field",
				   .to = fixture_recipient(),
				   .readers = readers,
				   .n_readers = 1,
				   .capture_only = true };
	char origin[EVAULT_ORIGIN_SIZE];

	return evault_init(&how, origin, &err);
}

static struct evault *
open_adding(const char *dir, enum evault_access access)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = dir, .access = access, .unlock = &unlock, .adding = true
	};
	struct evault *v = NULL;

	return evault_open(&how, &v, &err) == EVAULT_OK ? v : NULL;
}

struct stopping {
	unsigned kept, already, stop_at; /* stop once so many files were read; 0: never */
	uint64_t last;
};

static void
on_event(void *ctx, const struct evault_add_event *e)
{
	struct stopping *s = ctx;

	s->kept += e->what == EVAULT_ADD_KEPT;
	s->already += e->what == EVAULT_ADD_ALREADY;
	s->last = e->index;
}

static bool
on_progress(void *ctx, const struct evault_progress *p)
{
	const struct stopping *s = ctx;

	return s->stop_at > 0 && p->files_done + 1 >= s->stop_at;
}

static enum evault_status
add(const char *dir, const char *path, bool remember, unsigned stop_at, struct stopping *s)
{
	const char *const paths[] = { path };
	struct evault_add what = { .paths = paths,
				   .n_paths = 1,
				   .remember = remember,
				   .event = on_event,
				   .progress = on_progress,
				   .ctx = s };
	struct evault *v = open_adding(dir, EVAULT_WRITE);
	enum evault_status rc;

	*s = (struct stopping){ .stop_at = stop_at };
	if (v == NULL)
		return err.status;
	rc = evault_add(v, &what, &added, &err);
	evault_close(v);
	return rc;
}

static bool
hq_is_content(const char *dir, uint64_t items)
{
	const char *const files[] = { "hq" };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL };
	struct evault_check_summary s;
	struct evault_status_info info;
	struct evault *v = NULL;
	bool good;

	(void)fixture_remove("copy");
	good = fixture_copy(dir, "copy") &&
	       evault_check("copy", EVAULT_READ, &unlock, &what, &s, &err) == EVAULT_OK &&
	       s.sound && s.content_checked && s.damage == 0 && s.interrupted == 0 &&
	       fixture_open("copy", EVAULT_WRITE, "hq", &v, &err) == EVAULT_OK && evault_reads(v) &&
	       evault_get_status(v, &info, &err) == EVAULT_OK && info.items == items &&
	       info.ways == 1 && strcmp(info.role, "owner") == 0;
	evault_close(v);
	return good;
}

/* ---- what it may do --------------------------------------------------------------------- */

static enum evault_status
no_item(void *ctx, const struct evault_item *item, struct evault_error *e)
{
	(void)item;
	(void)e;
	++*(unsigned *)ctx;
	return EVAULT_OK;
}

static enum evault_status
no_hit(void *ctx, const struct evault_hit *hit, struct evault_error *e)
{
	(void)hit;
	return no_item(ctx, NULL, e);
}

static enum evault_status
no_event(void *ctx, const struct evault_event *event, struct evault_error *e)
{
	(void)event;
	return no_item(ctx, NULL, e);
}

static void
who_may_only_add_opens_nothing_unless_a_command_is_for_them(void)
{
	struct evault *v = NULL;

	NEED(begin_vault("a") == EVAULT_OK);
	CHECK(fixture_open("a", EVAULT_READ, FIXTURE_KEY, &v, &err) == EVAULT_E_DENIED);
	CHECK(fixture_open("a", EVAULT_WRITE, FIXTURE_KEY, &v, &err) == EVAULT_E_DENIED);
	CHECK(strstr(err.text, "this key can add and not read") != NULL);
}

static void
what_asks_of_the_past_is_denied_and_not_answered(void)
{
	const char *const words[] = { "word" };
	struct evault_search how = { .terms = words, .n_terms = 1 };
	struct evault_search_summary summary;
	const uint64_t first = 1;
	struct evault_get get = { .items = &first, .n_items = 1, .out = "out" };
	struct evault_get_summary got;
	struct evault_status_info info;
	struct evault *v;
	unsigned n = 0;

	v = open_adding("a", EVAULT_WRITE);
	NEED(v != NULL && !evault_reads(v));
	CHECK(evault_list(v, NULL, no_item, &n, NULL) == EVAULT_E_DENIED);
	CHECK(evault_search(v, &how, no_hit, &n, &summary, NULL) == EVAULT_E_DENIED);
	CHECK(evault_heard(v, "W", no_item, &n, NULL) == EVAULT_E_DENIED);
	CHECK(evault_history(v, NULL, no_event, &n, NULL) == EVAULT_E_DENIED);
	CHECK(evault_get(v, &get, &got, NULL) == EVAULT_E_DENIED);
	CHECK(evault_find(v, "abcdef", no_item, &n, NULL) == EVAULT_E_DENIED);
	CHECK(n == 0 && !fixture_there("out"));
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.unlocked && !info.reads &&
	      info.items == 0 && strcmp(info.role, "capture") == 0);
	evault_close(v);
}

static void
headquarters_has_all_of_it_and_owns_the_vault(void)
{
	struct stopping s;
	uint8_t *bytes = malloc(LARGE);

	NEED(bytes != NULL && fixture_folder("in"));
	fixture_noise(bytes, LARGE, 1);
	NEED(fixture_file("in/large", bytes, LARGE) && fixture_file("in/same", bytes, LARGE) &&
	     fixture_text("in/one", "1") && fixture_text("in/two", "1"));
	NEED(add("a", "in", false, 0, &s) == EVAULT_OK);
	CHECK(s.kept == 4 && added.deduplicated == LARGE + 1);
	CHECK(!fixture_there("a/index.db") && !fixture_there("a/index.db.new"));
	CHECK(hq_is_content("a", 4));
	free(bytes);
}

static void
corrections_are_made_by_number_and_of_items_only(void)
{
	const uint64_t item = 1, structural = 0, none = 99;
	struct evault_annotate annotate = { .items = &item,
					    .n_items = 1,
					    .details = { .title = "Market square" } };
	struct evault_retract retract = { .items = &item, .n_items = 1, .reason = "wrong" };
	struct evault_corrected done;
	struct evault *v = open_adding("a", EVAULT_WRITE);
	unsigned n = 0;

	NEED(v != NULL);
	CHECK(evault_annotate(v, &annotate, &done, &err) == EVAULT_OK && done.items == 1);
	CHECK(evault_retract(v, &retract, &done, &err) == EVAULT_OK && done.items == 1);
	CHECK(evault_find(v, "1-3", no_item, &n, NULL) == EVAULT_OK && n == 3);
	annotate.items = &structural;
	CHECK(evault_annotate(v, &annotate, &done, &err) == EVAULT_E_NOT_FOUND);
	CHECK(strstr(err.text, "no item") != NULL);
	annotate.items = &none;
	CHECK(evault_annotate(v, &annotate, &done, &err) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	CHECK(hq_is_content("a", 4));
}

static void
a_check_says_that_it_opened_nothing(void)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL };
	struct evault_check_summary s;

	NEED(evault_check("a", EVAULT_READ, &unlock, &what, &s, &err) == EVAULT_OK);
	CHECK(s.sound && s.adds_only && s.packs_checked && !s.content_checked);
	what.adopt = true;
	CHECK(evault_check("a", EVAULT_WRITE, &unlock, &what, &s, &err) == EVAULT_E_DENIED);
}

static void
a_vault_for_capturing_needs_a_reader(void)
{
	struct evault_init how = { .dir = "b", .to = fixture_recipient(), .capture_only = true };
	char origin[EVAULT_ORIGIN_SIZE];

	CHECK(evault_init(&how, origin, &err) == EVAULT_E_USAGE && !fixture_there("b/vault"));
}

/* ---- an import -------------------------------------------------------------------------- */

static void
what_an_earlier_import_kept_is_not_recognised(void)
{
	struct stopping s;

	NEED(begin_vault("c") == EVAULT_OK && add("c", "in", false, 0, &s) == EVAULT_OK);
	CHECK(add("c", "in", false, 0, &s) == EVAULT_OK && s.kept == 4 && s.already == 0);
	CHECK(hq_is_content("c", 8));
}

static void
an_import_that_was_cut_short_is_taken_up(void)
{
	struct stopping s;

	NEED(begin_vault("d") == EVAULT_OK);
	NEED(add("d", "in", false, 3, &s) == EVAULT_OK && added.cancelled && s.kept > 0);
	CHECK(fixture_there("d/index.db"));
	CHECK(add("d", "in", false, 0, &s) == EVAULT_OK && s.already > 0 &&
	      s.kept + s.already == 4);
	CHECK(!fixture_there("d/index.db") && hq_is_content("d", 4));
}

static void
what_an_import_left_is_of_no_use_without_the_holders_key(void)
{
	struct ev_page_key key;
	struct ev_index_head *head = malloc(sizeof(*head));
	uint8_t *bytes = malloc(EV_INDEX_HEAD_SIZE);
	struct ev_import_salt salt = { { 0 } };
	const uint8_t actor[32] = { 0 };
	struct stopping s;
	FILE *file;

	NEED(head != NULL && bytes != NULL && begin_vault("e") == EVAULT_OK);
	NEED(add("e", "in", false, 3, &s) == EVAULT_OK && added.cancelled);
	file = fopen("e/index.db", "rb");
	NEED(file != NULL && fread(bytes, 1, EV_INDEX_HEAD_SIZE, file) == EV_INDEX_HEAD_SIZE);
	fclose(file);
	ev_page_key_derive_import(actor, &salt, &key);
	CHECK(ev_index_head_open(&key, bytes, head) == EVAULT_E_DAMAGED);
	/* Headquarters takes it for nothing, and says nothing. */
	CHECK(hq_is_content("e", s.kept));
	free(bytes);
	free(head);
}

static void
what_is_remembered_is_recognised_until_an_import_without_it(void)
{
	struct stopping s;

	NEED(begin_vault("f") == EVAULT_OK && add("f", "in", true, 0, &s) == EVAULT_OK);
	CHECK(fixture_there("f/index.db"));
	CHECK(add("f", "in", true, 0, &s) == EVAULT_OK && s.already == 4 && s.kept == 0);
	CHECK(add("f", "in", false, 0, &s) == EVAULT_OK && s.already == 4);
	CHECK(!fixture_there("f/index.db"));
	CHECK(add("f", "in", false, 0, &s) == EVAULT_OK && s.kept == 4);
	CHECK(hq_is_content("f", 8));
}

/* Whatever lies in its place, everything is kept, and nothing of it is left. */
static void
garbage_in_place_of_the_working_set_does_no_harm(void)
{
	struct stopping s;
	long at;

	for (at = 0; at < 3; at++) {
		(void)fixture_remove("g");
		NEED(begin_vault("g") == EVAULT_OK && add("g", "in", true, 0, &s) == EVAULT_OK);
		if (at == 0)
			NEED(fixture_text("g/index.db", "garbage"));
		if (at == 1)
			NEED(fixture_flip("g/index.db", -1) && fixture_flip("g/index.db", 40) &&
			     fixture_flip("g/index.db", EV_INDEX_HEAD_SIZE + 40));
		if (at == 2)
			NEED(fixture_cut("g/index.db",
					 (uint64_t)EV_INDEX_FIRST_BLOCK * EV_PAGE_SIZE));
		CHECK(add("g", "in", false, 0, &s) == EVAULT_OK && s.kept == 4);
		CHECK(!fixture_there("g/index.db") && hq_is_content("g", 8));
	}
}

/* A pack that went bad meanwhile is no reason to leave bytes out. */
static void
bytes_of_a_damaged_pack_are_kept_anew(void)
{
	struct stopping s;
	char path[200];

	NEED(begin_vault("h") == EVAULT_OK && fixture_folder("one") &&
	     fixture_text("one/x", "some bytes") && add("h", "one", true, 0, &s) == EVAULT_OK);
	NEED(fixture_pack("h", 0, path, sizeof(path)));
	NEED(fixture_flip(path, 500) && fixture_text("one/y", "some bytes"));
	CHECK(add("h", "one", false, 0, &s) == EVAULT_OK && s.kept == 1 &&
	      added.deduplicated == 10);
	NEED(fixture_pack("h", 1, path, sizeof(path)));
}

/* ---- statements ------------------------------------------------------------------------- */

static bool
only_draft(const char *dir, char *out, size_t size)
{
	glob_t found;
	bool good;

	snprintf(out, size, "%s/drafts/*", dir);
	if (glob(out, 0, NULL, &found) != 0)
		return false;
	good = found.gl_pathc == 1;
	snprintf(out, size, "%s", found.gl_pathv[0]);
	globfree(&found);
	return good;
}

static enum evault_status
see_sealed(void *ctx, const struct evault_draft *d, struct evault_error *e)
{
	char *id = ctx;

	(void)e;
	if (d->why.status == EVAULT_E_DENIED && d->len == 0 && strlen(d->saved) == 20)
		memcpy(id, d->id, EVAULT_DRAFT_ID_SIZE);
	return EVAULT_OK;
}

static void
a_draft_is_kept_without_being_opened_and_once(void)
{
	static const char *const fields[] = { "witness=Гүлдария" };
	struct evault_draft d = { .said = { .fields = fields, .n_fields = 1 },
				  .text = "what I saw",
				  .len = 10 };
	char path[200], id[EVAULT_DRAFT_ID_SIZE] = "";
	struct evault_testified kept, again;
	struct evault *v;

	NEED(begin_vault("t") == EVAULT_OK);
	v = open_adding("t", EVAULT_READ);
	NEED(v != NULL && evault_draft_save(v, &d, &err) == EVAULT_OK);
	CHECK(evault_draft_list(v, see_sealed, id, NULL) == EVAULT_OK && strcmp(id, d.id) == 0);
	CHECK(evault_draft_keep(v, id, &kept, NULL) == EVAULT_E_DENIED);
	evault_close(v);
	NEED(only_draft("t", path, sizeof(path)) && fixture_copy("t/drafts", "aside"));
	v = open_adding("t", EVAULT_WRITE);
	NEED(v != NULL);
	CHECK(evault_draft_keep(v, id, &kept, &err) == EVAULT_OK && !kept.already);
	CHECK(!fixture_there("t/drafts"));
	CHECK(evault_draft_keep(v, id, &again, &err) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	/* As if the run had been cut short before the draft was removed. */
	NEED(fixture_copy("aside", "t/drafts"));
	v = open_adding("t", EVAULT_WRITE);
	NEED(v != NULL);
	CHECK(evault_draft_keep(v, id, &again, &err) == EVAULT_OK && again.already &&
	      again.index == kept.index && !fixture_there("t/drafts"));
	evault_close(v);
	CHECK(hq_is_content("t", 1));
}

static void
a_draft_that_is_no_sealed_file_is_refused(void)
{
	struct evault_draft d = { .text = "x", .len = 1 };
	struct evault_testified kept;
	struct evault_status_info info;
	struct evault *v;
	char path[200];

	NEED(begin_vault("u") == EVAULT_OK);
	v = open_adding("u", EVAULT_WRITE);
	NEED(v != NULL && evault_draft_save(v, &d, &err) == EVAULT_OK);
	NEED(only_draft("u", path, sizeof(path)) && fixture_text(path, "plain words"));
	CHECK(evault_draft_keep(v, d.id, &kept, &err) == EVAULT_E_DAMAGED);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.entries == 1);
	evault_close(v);
}

int
main(void)
{
	if (!fixture_start() || evault_keygen("hq", hq, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(who_may_only_add_opens_nothing_unless_a_command_is_for_them);
	UNIT_RUN(what_asks_of_the_past_is_denied_and_not_answered);
	UNIT_RUN(headquarters_has_all_of_it_and_owns_the_vault);
	UNIT_RUN(corrections_are_made_by_number_and_of_items_only);
	UNIT_RUN(a_check_says_that_it_opened_nothing);
	UNIT_RUN(a_vault_for_capturing_needs_a_reader);
	UNIT_RUN(what_an_earlier_import_kept_is_not_recognised);
	UNIT_RUN(an_import_that_was_cut_short_is_taken_up);
	UNIT_RUN(what_an_import_left_is_of_no_use_without_the_holders_key);
	UNIT_RUN(what_is_remembered_is_recognised_until_an_import_without_it);
	UNIT_RUN(garbage_in_place_of_the_working_set_does_no_harm);
	UNIT_RUN(bytes_of_a_damaged_pack_are_kept_anew);
	UNIT_RUN(a_draft_is_kept_without_being_opened_and_once);
	UNIT_RUN(a_draft_that_is_no_sealed_file_is_refused);
	return fixture_end();
}
