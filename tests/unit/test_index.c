/* The index of a vault: whatever becomes of it, the answers are right. */
#include <stdlib.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "format/page.h"
#include "vault.h"
#include "vault_fixture.h"

enum {
	FILES = 12
};

struct heard {
	unsigned n;
	char last[500];
};

static void
hear(void *ctx, const char *text)
{
	struct heard *h = ctx;

	h->n++;
	snprintf(h->last, sizeof(h->last), "%s", text);
}

static enum evault_status
open_with(const char *dir, enum evault_access access, const char *index, struct heard *heard,
	  struct evault **v)
{
	const char *const keys[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = keys, .n_identity_files = 1 };
	struct evault_open how = { .dir = dir,
				   .access = access,
				   .unlock = &unlock,
				   .index = index,
				   .notice = heard == NULL ? NULL : hear,
				   .ctx = heard };

	*v = NULL;
	return evault_open(&how, v, NULL);
}

static bool
add(const char *dir, const char *path, const char *text)
{
	struct evault_add_summary s;

	return fixture_text(path, text) && fixture_add(dir, path, &s) == EVAULT_OK && s.kept == 1;
}

/* A vault with a few items, each in a commit of its own, and "source" as it was added. */
static bool
begin(const char *dir)
{
	char path[64], text[64];
	bool good = fixture_remove(dir) && fixture_vault(dir) && fixture_folder("in");
	int i;

	for (i = 0; i < FILES && good; i++) {
		snprintf(path, sizeof(path), "in/file %d", i);
		snprintf(text, sizeof(text), "text of %d", i);
		good = add(dir, path, text);
	}
	return good;
}

struct listed {
	unsigned n, empty;
	uint64_t sum, last;
	bool in_order;
	/* While item number `at` is given, something is done to the file. */
	unsigned at;
	bool (*act)(void);
	bool acted;
};

static enum evault_status
see(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listed *l = ctx;
	const struct evault_field *name = evault_item_field(item, "name");

	(void)err;
	l->in_order = l->in_order && (l->n == 0 || item->index > l->last);
	l->last = item->index;
	l->sum += name == NULL ? 0 : strtoull(name->value + strlen("file "), NULL, 10) + 1;
	l->empty += name == NULL;
	if (++l->n == l->at && l->act != NULL)
		l->acted = l->act();
	return EVAULT_OK;
}

/* Lists; true when it is files 0 to n - 1, each once, in order. */
static bool
lists(struct evault *v, unsigned n, struct listed *l)
{
	l->in_order = true;
	return evault_list(v, NULL, see, l, NULL) == EVAULT_OK && l->n == n && l->empty == 0 &&
	       l->in_order && l->sum == (uint64_t)n * (n + 1) / 2;
}

/* Opens for reading, lists all, closes. */
static bool
is_right(const char *dir, unsigned n, struct heard *heard)
{
	struct listed l = { 0 };
	struct heard none;
	struct evault *v;
	bool good;

	if (heard == NULL)
		heard = &none;
	memset(heard, 0, sizeof(*heard));
	good = open_with(dir, EVAULT_READ, NULL, heard, &v) == EVAULT_OK && lists(v, n, &l) &&
	       evault_behind(v) == 0;
	evault_close(v);
	return good;
}

static uint64_t
size_of(const char *path)
{
	struct ev_os_stat st = { 0 };

	return ev_os_stat(EV_OS_CWD, path, &st, NULL) == EVAULT_OK ? st.size : 0;
}

/* ---- making and using it ---------------------------------------------------------- */

static void
index_is_made_once_and_then_left_alone(void)
{
	struct ev_buf before = EV_BUF_INIT;
	struct heard h;

	NEED(begin("a") && fixture_there("a/index.db") && is_right("a", FILES, &h) && h.n == 0);
	NEED(ev_os_load(EV_OS_CWD, "a/index.db", 1 << 24, &before, NULL) == EVAULT_OK);
	CHECK(is_right("a", FILES, &h) && h.n == 0);
	CHECK(fixture_holds("a/index.db", before.data, before.len));
	CHECK(!fixture_there("a/index.db.new") && fixture_is_sound("a"));
	ev_buf_release(&before);
}

static void
index_that_is_gone_is_made_anew_without_a_word(void)
{
	struct heard h;

	NEED(fixture_remove("a/index.db"));
	CHECK(is_right("a", FILES, &h) && h.n == 0 && fixture_there("a/index.db"));
}

static void
index_is_kept_in_another_folder_on_demand(void)
{
	struct listed l = { 0 };
	struct ev_os_list list = { NULL, 0 };
	struct evault *v;

	NEED(begin("b") && fixture_remove("b/index.db") && fixture_folder("elsewhere"));
	NEED(open_with("b", EVAULT_READ, "elsewhere", NULL, &v) == EVAULT_OK);
	CHECK(lists(v, FILES, &l) && !fixture_there("b/index.db"));
	evault_close(v);
	NEED(ev_os_list(EV_OS_CWD, "elsewhere", &list, NULL) == EVAULT_OK && list.n == 1);
	CHECK(strlen(list.names[0]) == 16 + strlen(".index.db") &&
	      strcmp(list.names[0] + 16, ".index.db") == 0);
	ev_os_list_free(&list);
	CHECK(open_with("b", EVAULT_READ, "nowhere", NULL, &v) == EVAULT_E_NOT_FOUND);
}

static void
where_none_can_be_kept_it_is_in_memory_and_silent(void)
{
	struct heard h;

	/* Nothing can take the name of a folder, not even for root. */
	NEED(fixture_remove("b/index.db") && fixture_folder("b/index.db.new"));
	CHECK(is_right("b", FILES, &h) && h.n == 0 && !fixture_there("b/index.db"));
	CHECK(add("b", "in/file 12", "one more") && is_right("b", FILES + 1, &h) && h.n == 0);
	NEED(fixture_remove("b/index.db.new") && is_right("b", FILES + 1, &h));
	CHECK(fixture_there("b/index.db"));
}

static void
leftover_of_one_that_was_killed_while_it_was_made_goes(void)
{
	NEED(fixture_text("a/index.db.new", "half of it"));
	CHECK(fixture_is_sound("a") && is_right("a", FILES, NULL));
	CHECK(!fixture_there("a/index.db.new"));
	NEED(fixture_remove("a/index.db") && fixture_text("a/index.db.new", "half of it"));
	CHECK(is_right("a", FILES, NULL) && !fixture_there("a/index.db.new"));
}

/* ---- altered ------------------------------------------------------------------------ */

static void
any_altered_page_leaves_the_answer_right(void)
{
	const uint64_t heads = EV_INDEX_HEADS * (uint64_t)EV_INDEX_HEAD_SIZE / EV_PAGE_SIZE;
	uint64_t block, blocks = size_of("a/index.db") / EV_PAGE_SIZE;
	unsigned heard = 0;
	struct heard h;

	NEED(blocks > EV_INDEX_FIRST_BLOCK && fixture_copy("a/index.db", "good"));
	for (block = 0; block < blocks; block++) {
		NEED(fixture_remove("a/index.db") && fixture_copy("good", "a/index.db"));
		NEED(fixture_flip("a/index.db", (long)(block * EV_PAGE_SIZE + block * 31 % 4096)));
		if (!CHECK(is_right("a", FILES, &h)))
			printf("# block %u\n", (unsigned)block);
		CHECK(h.n <= 1 && (block >= heads || h.n == 1));
		heard += h.n;
		CHECK(is_right("a", FILES, &h) && h.n == 0);
	}
	CHECK(heard > heads + 4);
}

static void
index_cut_anywhere_leaves_the_answer_right(void)
{
	uint64_t size, whole = size_of("good");
	struct heard h;

	for (size = 0; size < whole; size += size < 8 ? 1 : whole / 29) {
		NEED(fixture_remove("a/index.db") && fixture_copy("good", "a/index.db"));
		NEED(fixture_cut("a/index.db", size));
		CHECK(is_right("a", FILES, &h) && h.n == 1 && strstr(h.last, "made anew") != NULL);
	}
}

static void
index_of_another_vault_is_not_used(void)
{
	struct heard h;

	NEED(begin("c") && fixture_remove("a/index.db") &&
	     fixture_copy("c/index.db", "a/index.db"));
	CHECK(is_right("a", FILES, &h) && h.n == 1 && strstr(h.last, "another vault") != NULL);
	CHECK(is_right("a", FILES, &h) && h.n == 0);
}

static void
yesterdays_index_is_brought_up_to_date_without_a_word(void)
{
	struct heard h;

	NEED(begin("d") && fixture_copy("d/index.db", "yesterday"));
	NEED(add("d", "in/file 12", "today") && add("d", "in/file 13", "too"));
	NEED(fixture_remove("d/index.db") && fixture_copy("yesterday", "d/index.db"));
	CHECK(is_right("d", FILES + 2, &h) && h.n == 0);
	NEED(fixture_remove("d/index.db") && fixture_copy("yesterday", "d/index.db"));
	CHECK(add("d", "in/file 14", "by a writer") && is_right("d", FILES + 3, &h) && h.n == 0);
}

static void
index_that_knows_of_more_than_the_log_is_told_of(void)
{
	struct heard h;

	NEED(begin("e") && fixture_copy("e", "e2") && add("e", "in/file 12", "cut off"));
	NEED(fixture_remove("e2/index.db") && fixture_copy("e/index.db", "e2/index.db"));
	CHECK(is_right("e2", FILES, &h) && h.n == 1 && strstr(h.last, "checkpoint") != NULL);
	/* Of one size, and another history. */
	NEED(add("e2", "in/file 12", "another") && fixture_remove("e2/index.db") &&
	     fixture_copy("e/index.db", "e2/index.db"));
	CHECK(is_right("e2", FILES + 1, &h) && h.n == 1 && strstr(h.last, "another log") != NULL);
}

/* ---- altered while it is asked -------------------------------------------------------- */

static bool
alter_all(void)
{
	uint64_t block, blocks = size_of("f/index.db") / EV_PAGE_SIZE;
	bool good = true;

	for (block = 0; block < blocks && good; block++)
		good = fixture_flip("f/index.db", (long)(block * EV_PAGE_SIZE + 77));
	return good;
}

static void
index_that_is_altered_meanwhile_loses_nothing_and_gives_nothing_twice(void)
{
	struct listed l;
	struct heard h;
	struct evault *v;
	unsigned at;

	NEED(begin("f"));
	for (at = 1; at < FILES; at += 5) {
		memset(&l, 0, sizeof(l));
		memset(&h, 0, sizeof(h));
		l.at = at;
		l.act = alter_all;
		NEED(open_with("f", EVAULT_READ, NULL, &h, &v) == EVAULT_OK);
		CHECK(lists(v, FILES, &l) && l.acted);
		evault_close(v);
		CHECK(is_right("f", FILES, NULL));
	}
}

/* Whoever has the vault's key can seal what is not so. */
static void
index_that_lies_is_found_out_by_the_log(void)
{
	struct ev_catalog_entry first, second;
	struct ev_hash schema;
	struct ev_index_head head;
	struct ev_sealed *store;
	struct ev_catalog *c = NULL;
	struct heard h;
	struct evault *v;

	NEED(begin("g") && open_with("g", EVAULT_READ, NULL, NULL, &v) == EVAULT_OK);
	ev_catalog_schema_hash(&schema);
	NEED(ev_catalog_entry(v->catalog, 1, &first, NULL) == EVAULT_OK &&
	     ev_catalog_entry(v->catalog, 3, &second, NULL) == EVAULT_OK);
	NEED(ev_sealed_open(EV_OS_CWD, "g/index.db", v->index.key, &schema, &store, NULL) ==
	     EVAULT_OK);
	NEED(ev_catalog_open(store, &c, NULL) == EVAULT_OK);
	NEED(ev_sealed_begin(store, 0, NULL) == EVAULT_OK &&
	     ev_catalog_begin(c, NULL) == EVAULT_OK);
	NEED(ev_catalog_add_entry(c, 1, &second.digest, &first.actor, NULL) == EVAULT_OK);
	head = *ev_sealed_head(store);
	NEED(ev_catalog_publish(c, head.size, &head.root, NULL) == EVAULT_OK);
	ev_catalog_free(c);
	evault_close(v);
	CHECK(is_right("g", FILES, &h) && h.n == 1 && strstr(h.last, "the log says") != NULL);
	CHECK(is_right("g", FILES, &h) && h.n == 0);
}

/* ---- packs that come back --------------------------------------------------------------- */

static void
pack_that_was_not_there_is_filed_when_it_is(void)
{
	struct evault_status_info info;
	struct listed l = { .in_order = true };
	char pack[300];
	struct evault *v;

	NEED(begin("h") && fixture_pack("h", 3, pack, sizeof(pack)));
	NEED(fixture_copy(pack, "away") && fixture_remove(pack));
	/* One that knows it, and then one that was made without it. */
	NEED(open_with("h", EVAULT_READ, NULL, NULL, &v) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.missing == 1);
	evault_close(v);
	NEED(fixture_remove("h/index.db"));
	NEED(open_with("h", EVAULT_READ, NULL, NULL, &v) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.missing == 1);
	CHECK(evault_list(v, NULL, see, &l, NULL) == EVAULT_OK && l.n == FILES && l.empty == 1);
	evault_close(v);
	NEED(fixture_copy("away", pack) && is_right("h", FILES, NULL));
	NEED(open_with("h", EVAULT_READ, NULL, NULL, &v) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.missing == 0 &&
	      info.items == FILES);
	evault_close(v);
}

/* ---- writers ------------------------------------------------------------------------------ */

static bool
add_open(struct evault *v, const char *path, const char *text)
{
	const char *const paths[] = { path };
	struct evault_add what = { .paths = paths, .n_paths = 1 };
	struct evault_add_summary s;

	return fixture_text(path, text) && evault_add(v, &what, &s, NULL) == EVAULT_OK &&
	       s.kept == 1;
}

static void
reader_beside_a_writer_answers_from_the_last_state_and_says_so(void)
{
	struct fault_plan full = { .call = FAULT_WRITE_AT, .sys = 28 /* ENOSPC */, .stays = true };
	struct evault_status_info info;
	struct listed l = { 0 };
	struct evault_error err;
	struct evault *writer, *reader;
	bool kept;

	NEED(begin("i") && open_with("i", EVAULT_WRITE, NULL, NULL, &writer) == EVAULT_OK);
	CHECK(add_open(writer, "in/file 12", "filed") && is_right("i", FILES + 1, NULL));
	faults_on(&full);
	kept = add_open(writer, "in/file 13", "not filed");
	CHECK(faults_off() && kept);
	NEED(open_with("i", EVAULT_READ, NULL, NULL, &reader) == EVAULT_OK);
	CHECK(evault_behind(reader) == 2 && lists(reader, FILES + 1, &l));
	CHECK(evault_get_status(reader, &info, NULL) == EVAULT_OK && info.behind == 2);
	CHECK(evault_find(reader, "27", see, &l, &err) == EVAULT_E_NOT_FOUND &&
	      strstr(err.text, "not in the index yet") != NULL);
	memset(&l, 0, sizeof(l));
	CHECK(lists(writer, FILES + 2, &l));
	evault_close(writer);
	evault_close(reader);
	CHECK(is_right("i", FILES + 2, NULL));
}

static void
add_is_kept_though_each_write_of_the_index_is_refused_in_turn(void)
{
	struct fault_plan plan = { .call = FAULT_WRITE_AT, .sys = 28 /* ENOSPC */, .stays = true };
	char path[64];
	unsigned n = FILES;
	bool fired = true, good = true;

	NEED(begin("j"));
	for (plan.nth = 0; fired && good; plan.nth += 1 + plan.nth / 4) {
		struct evault_add_summary s = { 0 };

		snprintf(path, sizeof(path), "in/file %u", n);
		NEED(fixture_text(path, path));
		faults_on(&plan);
		good = fixture_add("j", path, &s) == EVAULT_OK && s.kept == 1;
		fired = faults_off();
		n += good;
		good = CHECK(good) && CHECK(is_right("j", n, NULL)) && fixture_is_sound("j");
	}
	CHECK(!fired && n > FILES + 5);
}

static void
two_readers_of_a_vault_without_an_index_are_both_right(void)
{
	struct listed a = { 0 }, b = { 0 };
	struct evault *first, *second;

	NEED(fixture_remove("j/index.db") && begin("k") && fixture_remove("k/index.db"));
	NEED(open_with("k", EVAULT_READ, NULL, NULL, &first) == EVAULT_OK);
	NEED(fixture_remove("k/index.db"));
	NEED(open_with("k", EVAULT_READ, NULL, NULL, &second) == EVAULT_OK);
	CHECK(lists(first, FILES, &a) && lists(second, FILES, &b));
	NEED(add("k", "in/file 12", "meanwhile"));
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	CHECK(lists(first, FILES, &a) && lists(second, FILES, &b));
	evault_close(first);
	evault_close(second);
	CHECK(is_right("k", FILES + 1, NULL));
}

int
main(void)
{
	if (!fixture_start())
		return 2;
	UNIT_RUN(index_is_made_once_and_then_left_alone);
	UNIT_RUN(index_that_is_gone_is_made_anew_without_a_word);
	UNIT_RUN(index_is_kept_in_another_folder_on_demand);
	UNIT_RUN(where_none_can_be_kept_it_is_in_memory_and_silent);
	UNIT_RUN(leftover_of_one_that_was_killed_while_it_was_made_goes);
	UNIT_RUN(any_altered_page_leaves_the_answer_right);
	UNIT_RUN(index_cut_anywhere_leaves_the_answer_right);
	UNIT_RUN(index_of_another_vault_is_not_used);
	UNIT_RUN(yesterdays_index_is_brought_up_to_date_without_a_word);
	UNIT_RUN(index_that_knows_of_more_than_the_log_is_told_of);
	UNIT_RUN(index_that_is_altered_meanwhile_loses_nothing_and_gives_nothing_twice);
	UNIT_RUN(index_that_lies_is_found_out_by_the_log);
	UNIT_RUN(pack_that_was_not_there_is_filed_when_it_is);
	UNIT_RUN(reader_beside_a_writer_answers_from_the_last_state_and_says_so);
	UNIT_RUN(add_is_kept_though_each_write_of_the_index_is_refused_in_turn);
	UNIT_RUN(two_readers_of_a_vault_without_an_index_are_both_right);
	return fixture_end();
}
