/*
 * Annotating, retracting, and what is then told of items.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "commit.h"
#include "vault_fixture.h"

#define SHA256 "aaaaaa0000000000000000000000000000000000000000000000000000000000"

static struct evault *v;

/* Items 1, 3, 5 (a, b, c), a pack's entry after each; 6 is the last entry. */
static bool
begin(enum evault_access access)
{
	static const char *const names[] = { "a", "b", "c" };
	struct evault_add_summary s;
	size_t i;
	bool good = fixture_remove("v") && fixture_vault("v");

	for (i = 0; i < 3 && good; i++)
		good =
		    fixture_text(names[i], names[i]) && fixture_add("v", names[i], &s) == EVAULT_OK;
	return good && fixture_open("v", access, FIXTURE_KEY, &v, NULL) == EVAULT_OK;
}

static bool
reopen(enum evault_access access)
{
	evault_close(v);
	v = NULL;
	return fixture_open("v", access, FIXTURE_KEY, &v, NULL) == EVAULT_OK;
}

static void
end(void)
{
	evault_close(v);
	v = NULL;
}

static enum evault_status
annotate(uint64_t item, const char *const *fields, size_t n, struct evault_error *err)
{
	struct evault_annotate what = { .items = &item,
					.n_items = 1,
					.details = { .fields = fields, .n_fields = n } };
	struct evault_corrected done;

	return evault_annotate(v, &what, &done, err);
}

static enum evault_status
says(uint64_t item, const char *field, struct evault_error *err)
{
	return annotate(item, &field, 1, err);
}

static enum evault_status
retract(uint64_t item, struct evault_corrected *done, struct evault_error *err)
{
	struct evault_retract what = { .items = &item, .n_items = 1, .reason = "withdrawn" };

	return evault_retract(v, &what, done, err);
}

/* What is told of an item: "title place [tags] corrections retracted by". */
struct told {
	char text[400];
};

static enum evault_status
tell(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *title = evault_item_latest(item, "title");
	const struct evault_field *place = evault_item_latest(item, "place");
	const struct evault_item *by = evault_item_retraction(item);
	struct told *t = ctx;
	size_t i, used;

	(void)err;
	snprintf(t->text, sizeof(t->text), "%s %s", title == NULL ? "-" : title->value,
		 place == NULL ? "-" : place->value);
	for (i = 0; i < item->n_corrections; i++) {
		used = strlen(t->text);
		snprintf(t->text + used, sizeof(t->text) - used, " %llu%s",
			 (unsigned long long)item->corrections[i].index,
			 item->corrections[i].retracted ? "!" : "");
	}
	used = strlen(t->text);
	if (item->retracted)
		snprintf(t->text + used, sizeof(t->text) - used, " retracted by %llu: %s",
			 by == NULL ? 0 : (unsigned long long)by->index,
			 by == NULL ? "?" : evault_item_field(by, "reason")->value);
	return EVAULT_OK;
}

static bool
is(const char *ref, const char *expected)
{
	struct told t = { "" };

	if (evault_find(v, ref, tell, &t, NULL) == EVAULT_OK && strcmp(t.text, expected) == 0)
		return true;
	printf("# %s is told as: %s\n", ref, t.text);
	return false;
}

static enum evault_status
count(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)err;
	snprintf(text + used, 100 - used, "%llu ", (unsigned long long)item->index);
	return EVAULT_OK;
}

static bool
lists(struct evault_filter filter, const char *expected)
{
	char text[100] = "";

	if (evault_list(v, &filter, count, text, NULL) == EVAULT_OK && strcmp(text, expected) == 0)
		return true;
	printf("# lists %s\n", text);
	return false;
}

/* ---- the tests ------------------------------------------------------------------- */

static void
latest_annotation_holds_now_and_after_opening_again(void)
{
	static const char *const first[] = { "title=One", "place=Here", "tag=x", "own=1" };
	int i;

	NEED(begin(EVAULT_WRITE));
	CHECK(annotate(1, first, 4, NULL) == EVAULT_OK);
	CHECK(says(1, "title=Two", NULL) == EVAULT_OK);
	for (i = 0; i < 2; i++) {
		CHECK(is("1", "Two Here 7 9") && is("3", "- -"));
		CHECK(lists((struct evault_filter){ .tag = "x" }, "1 "));
		CHECK(reopen(EVAULT_READ));
	}
	end();
	CHECK(fixture_is_sound("v"));
}

static void
retracted_item_is_listed_only_when_asked_for(void)
{
	struct evault_filter only = { .retracted = EVAULT_RETRACTED_ONLY };
	struct evault_corrected done;
	int i;

	NEED(begin(EVAULT_WRITE));
	CHECK(retract(3, &done, NULL) == EVAULT_OK && done.items == 1 && done.index == 7 &&
	      done.entries == 1);
	CHECK(retract(3, &done, NULL) == EVAULT_OK && done.items == 0 && done.already == 1 &&
	      done.entries == 0);
	for (i = 0; i < 2; i++) {
		CHECK(is("3", "- - 7 retracted by 7: withdrawn"));
		CHECK(lists((struct evault_filter){ 0 }, "1 5 ") && lists(only, "3 "));
		CHECK(reopen(EVAULT_WRITE));
	}
	/* It is taken back, and that cannot be taken back; but the item can be retracted anew. */
	CHECK(retract(7, &done, NULL) == EVAULT_OK && done.index == 9);
	CHECK(is("3", "- - 7!") && lists((struct evault_filter){ 0 }, "1 3 5 "));
	CHECK(retract(9, &done, NULL) == EVAULT_E_USAGE);
	CHECK(retract(3, &done, NULL) == EVAULT_OK &&
	      is("3", "- - 7! 11 retracted by 11: withdrawn"));
	CHECK(reopen(EVAULT_READ) && lists(only, "3 "));
	end();
	CHECK(fixture_is_sound("v"));
}

static void
annotation_that_is_taken_back_does_not_hold(void)
{
	struct evault_corrected done;

	NEED(begin(EVAULT_WRITE));
	CHECK(says(1, "title=Right", NULL) == EVAULT_OK &&
	      says(1, "title=Wrong", NULL) == EVAULT_OK);
	CHECK(says(1, "tag=t", NULL) == EVAULT_OK);
	CHECK(lists((struct evault_filter){ .tag = "t" }, "1 "));
	CHECK(retract(9, &done, NULL) == EVAULT_OK && retract(11, &done, NULL) == EVAULT_OK);
	CHECK(is("1", "Right - 7 9! 11!") && lists((struct evault_filter){ .tag = "t" }, ""));
	CHECK(reopen(EVAULT_READ) && is("1", "Right - 7 9! 11!"));
	end();
}

static void
what_is_no_item_is_refused_with_what_it_is(void)
{
	uint64_t one = 1, two[] = { 1, 2 };
	struct evault_get get = { .items = &one, .n_items = 1, .out = "out" };
	struct evault_annotate several = { .items = two,
					   .n_items = 2,
					   .details = { .title = "t" } };
	struct evault_get_summary got;
	struct evault_corrected done;
	struct evault_error err = { 0 };

	NEED(begin(EVAULT_WRITE));
	CHECK(evault_get(v, &get, &got, NULL) == EVAULT_OK && got.logged); /* entry 7 */
	CHECK(says(7, "title=x", &err) == EVAULT_E_USAGE && strstr(err.text, "get") != NULL);
	CHECK(retract(7, &done, &err) == EVAULT_E_USAGE && strstr(err.text, "get") != NULL);
	CHECK(says(2, "title=x", &err) == EVAULT_E_NOT_FOUND && strstr(err.text, "pack ") != NULL);
	CHECK(retract(0, &done, &err) == EVAULT_E_NOT_FOUND && strstr(err.text, "actor ") != NULL);
	CHECK(says(99, "title=x", &err) == EVAULT_E_NOT_FOUND);
	CHECK(says(UINT64_MAX, "title=x", &err) == EVAULT_E_NOT_FOUND);
	/* One that is wrong, and nothing is kept of the others. */
	CHECK(evault_annotate(v, &several, &done, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(is("1", "- -"));
	CHECK(says(1, "title=x", NULL) == EVAULT_OK && says(9, "title=x", &err) == EVAULT_E_USAGE &&
	      strstr(err.text, "annotate") != NULL);
	end();
	CHECK(fixture_is_sound("v"));
}

static void
fields_are_checked_before_anything_is_written(void)
{
	static const char *const twice[] = { "k=1", "k=2" };
	struct evault_corrected done;
	struct evault_retract mute = { .reason = "" };
	struct evault_annotate nothing = { 0 };

	NEED(begin(EVAULT_WRITE));
	CHECK(says(1, "novalue", NULL) == EVAULT_E_USAGE && says(1, "=x", NULL) == EVAULT_E_USAGE);
	CHECK(annotate(1, twice, 2, NULL) == EVAULT_E_USAGE);
	CHECK(says(1, "consent=everybody", NULL) == EVAULT_E_USAGE);
	CHECK(says(1, "consent=court,", NULL) == EVAULT_E_USAGE);
	CHECK(says(1, "consent=court,court", NULL) == EVAULT_E_USAGE);
	CHECK(says(1, "consent=none,court", NULL) == EVAULT_E_USAGE);
	CHECK(evault_annotate(v, &nothing, &done, NULL) == EVAULT_E_USAGE);
	CHECK(evault_retract(v, &mute, &done, NULL) == EVAULT_E_USAGE);
	CHECK(is("1", "- -"));
	CHECK(says(1, "consent=court,public", NULL) == EVAULT_OK);
	CHECK(says(1, "consent=none", NULL) == EVAULT_OK);
	CHECK(says(1, "place=", NULL) == EVAULT_OK && is("1", "-  7 9 11"));
	CHECK(reopen(EVAULT_READ) && says(1, "title=x", NULL) == EVAULT_E_DENIED);
	end();
}

static void
thousands_are_annotated_by_one_entry_for_each_250(void)
{
	enum {
		N = 2500
	};
	uint64_t *items = calloc(N, sizeof(*items));
	struct evault_annotate what = { .items = items,
					.n_items = N,
					.details = { .title = "all of them" } };
	struct evault_corrected done;
	size_t i;

	NEED(items != NULL && begin(EVAULT_WRITE));
	for (i = 0; i < N; i++)
		items[i] = 1 + 2 * (i % 3);
	CHECK(evault_annotate(v, &what, &done, NULL) == EVAULT_OK && done.entries == N / 250 &&
	      done.items == N && done.index == 7);
	CHECK(is("5", "all of them - 7 8 9 10 11 12 13 14 15 16"));
	end();
	free(items);
	CHECK(fixture_is_sound("v"));
}

static void
very_many_corrections_are_cut_and_the_latest_hold(void)
{
	enum {
		LONG = 250000
	};
	char *field = calloc(LONG + 20, 1);
	struct evault_corrected done;
	struct told t = { "" };
	int i;

	NEED(field != NULL && begin(EVAULT_WRITE));
	CHECK(retract(1, &done, NULL) == EVAULT_OK);
	memcpy(field, "language=", 9);
	memset(field + 9, 'x', LONG);
	for (i = 0; i < 20; i++)
		CHECK(says(1, field, NULL) == EVAULT_OK);
	CHECK(says(1, "title=last", NULL) == EVAULT_OK);
	CHECK(evault_find(v, "1", tell, &t, NULL) == EVAULT_OK);
	CHECK(strncmp(t.text, "last - ", 7) == 0 && strstr(t.text, " 7 ") == NULL &&
	      strstr(t.text, " 49 retracted by 0: ?") != NULL);
	end();
	free(field);
}

static void
thousand_annotations_of_one_item_are_told_in_order(void)
{
	enum {
		N = 1000
	};
	char title[30], expected[40];
	struct told t = { "" };
	int i;

	NEED(begin(EVAULT_WRITE));
	for (i = 1; i <= N; i++) {
		snprintf(title, sizeof(title), "title=%d", i);
		NEED(says(3, title, NULL) == EVAULT_OK);
	}
	NEED(reopen(EVAULT_READ));
	CHECK(evault_find(v, "3", tell, &t, NULL) == EVAULT_OK);
	snprintf(expected, sizeof(expected), "%d - 7 9 11 ", N);
	CHECK(strncmp(t.text, expected, strlen(expected)) == 0);
	CHECK(is("1", "- -"));
	end();
	CHECK(fixture_is_sound("v"));
}

/* ---- records that say what is not so ------------------------------------------- */

/* Keeps a record of this action, about entry `index` with entry `digest_of`'s digest. */
static bool
forge(const char *action, uint64_t index, uint64_t digest_of, bool reason)
{
	struct ev_catalog_entry entry = { 0 };
	struct ev_commit c = { 0 };
	struct ev_record r;
	uint64_t at;
	bool good;

	ev_record_init(&r);
	good =
	    ev_commit_init(&c, v, NULL) == EVAULT_OK &&
	    ev_commit_begin_record(v, action, &r, NULL) == EVAULT_OK &&
	    (digest_of == 0 || ev_catalog_entry(v->catalog, digest_of, &entry, NULL) == EVAULT_OK);
	entry.index = index;
	good = good && (index == 0 || ev_commit_about(&entry, &r, NULL) == EVAULT_OK) &&
	       (!reason || ev_record_add_text(&r, "reason", "r", NULL) == EVAULT_OK) &&
	       ev_commit_record(&c, &r, &at, NULL) == EVAULT_OK &&
	       ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_commit_release(&c);
	ev_record_release(&r);
	return good;
}

static void
abouts_that_are_not_so_count_for_nothing_and_are_found(void)
{
	static const struct {
		const char *action;
		uint64_t index, digest_of;
		bool reason;
	} cases[] = {
		{ "retract", 1, 3, true }, /* another entry's digest */
		{ "get", 1, 3, false },      { "annotate", 99, 1, false }, /* no such entry */
		{ "retract", 2, 1, true },                                 /* a structural one */
		{ "retract", 7, 1, true },                                 /* itself */
		{ "retract", 0, 0, true },                                 /* nothing */
		{ "annotate", 0, 0, false }, { "retract", 1, 1, false },   /* without a reason */
	};
	struct evault_check_summary s;
	struct found f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		NEED(begin(EVAULT_WRITE));
		CHECK(forge(cases[i].action, cases[i].index, cases[i].digest_of, cases[i].reason));
		if (strcmp(cases[i].action, "retract") == 0 && cases[i].digest_of != cases[i].index)
			CHECK(lists((struct evault_filter){ 0 }, "1 3 5 "));
		end();
		CHECK(fixture_check("v", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
		CHECK(!s.sound && f.n == 1 && f.of[EVAULT_FINDING_FORGED] == 1 && f.index == 7);
	}
}

/* Where the record lies is true. */
static bool
copy_place(struct ev_catalog *from, struct ev_catalog *to, const struct ev_hash *record)
{
	struct ev_place place;

	return ev_catalog_find_member(from, EV_MEMBER_RECORD, record, 0, &place, NULL) ==
		   EVAULT_OK &&
	       ev_catalog_add_member(to, &place.pack, &place.member, EV_MEMBER_LISTED, NULL) ==
		   EVAULT_OK;
}

static void
wrong_hits_of_the_catalog_are_not_listed(void)
{
	struct ev_catalog_entry entry;
	struct ev_catalog *lying = NULL, *honest;
	struct ev_record r;

	NEED(begin(EVAULT_READ));
	honest = v->catalog;
	ev_record_init(&r);
	CHECK(ev_catalog_entry(honest, 1, &entry, NULL) == EVAULT_OK);
	/* A catalog that has another case and tag of item 1 than its record. */
	NEED(ev_catalog_new(&lying, NULL) == EVAULT_OK);
	CHECK(ev_record_add_text(&r, "action", "add", NULL) == EVAULT_OK &&
	      ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", NULL) == EVAULT_OK &&
	      ev_record_add_text(&r, "sha256", SHA256, NULL) == EVAULT_OK &&
	      ev_record_add_text(&r, "case", "Lie", NULL) == EVAULT_OK &&
	      ev_record_add_text(&r, "tag", "lie", NULL) == EVAULT_OK);
	CHECK(ev_catalog_add_entry(lying, 1, &entry.digest, &entry.actor, NULL) == EVAULT_OK &&
	      ev_catalog_add_record(lying, &entry.digest, &r, NULL) == EVAULT_OK &&
	      copy_place(honest, lying, &entry.digest));
	v->catalog = lying;
	CHECK(lists((struct evault_filter){ 0 }, "1 "));
	CHECK(lists((struct evault_filter){ .case_name = "Lie" }, ""));
	CHECK(lists((struct evault_filter){ .tag = "lie" }, ""));
	v->catalog = honest;
	ev_catalog_free(lying);
	ev_record_release(&r);
	end();
}

/* ---- history --------------------------------------------------------------------- */

static enum evault_status
hear(void *ctx, const struct evault_event *e, struct evault_error *err)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)err;
	if (e->item != NULL)
		snprintf(text + used, 400 - used, "%llu:%s ", (unsigned long long)e->index,
			 evault_item_field(e->item, "action")->value);
	else
		snprintf(text + used, 400 - used, "%llu/%zu/%d ", (unsigned long long)e->index,
			 e->n_changes, (int)e->changes[0].kind);
	return strlen(e->actor_key) == 64 ? EVAULT_OK : EVAULT_E_DAMAGED;
}

static bool
is_history(const uint64_t *item, const char *expected)
{
	char text[400] = "";

	if (evault_history(v, item, hear, text, NULL) == EVAULT_OK && strcmp(text, expected) == 0)
		return true;
	printf("# history: %s\n", text);
	return false;
}

static void
history_tells_all_that_was_done(void)
{
	uint64_t items[] = { 1, 3 }, none = 99;
	struct evault_get get = { .items = items, .n_items = 2, .out = "out2" };
	struct evault_get_summary got;
	struct evault_corrected done;
	int i;

	NEED(begin(EVAULT_WRITE));
	CHECK(evault_get(v, &get, &got, NULL) == EVAULT_OK);
	CHECK(says(1, "title=x", NULL) == EVAULT_OK && retract(9, &done, NULL) == EVAULT_OK);
	CHECK(retract(3, &done, NULL) == EVAULT_OK);
	for (i = 0; i < 2; i++) {
		CHECK(is_history(&items[0], "1:add 7:get 9:annotate 11:retract "));
		CHECK(is_history(&items[1], "3:add 7:get 13:retract "));
		CHECK(is_history(NULL, "0/7/4 1:add 2/1/0 3:add 4/1/0 5:add 6/1/0 7:get 8/1/0 "
				       "9:annotate 10/1/0 11:retract 12/1/0 13:retract 14/1/0 "));
		CHECK(evault_history(v, &none, hear, NULL, NULL) == EVAULT_E_NOT_FOUND);
		CHECK(reopen(EVAULT_READ));
	}
	end();
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(latest_annotation_holds_now_and_after_opening_again);
	UNIT_RUN(retracted_item_is_listed_only_when_asked_for);
	UNIT_RUN(annotation_that_is_taken_back_does_not_hold);
	UNIT_RUN(what_is_no_item_is_refused_with_what_it_is);
	UNIT_RUN(fields_are_checked_before_anything_is_written);
	UNIT_RUN(thousands_are_annotated_by_one_entry_for_each_250);
	UNIT_RUN(thousand_annotations_of_one_item_are_told_in_order);
	UNIT_RUN(very_many_corrections_are_cut_and_the_latest_hold);
	UNIT_RUN(abouts_that_are_not_so_count_for_nothing_and_are_found);
	UNIT_RUN(wrong_hits_of_the_catalog_are_not_listed);
	UNIT_RUN(history_tells_all_that_was_done);
	return fixture_end();
}
