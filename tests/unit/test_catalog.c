/*
 * The catalog, filled by hand.
 */
#include "base/os.h"
#include "base/secret.h"
#include "store/catalog.h"
#include "unit.h"

static struct ev_hash
hash_of(unsigned n)
{
	struct ev_hash h;

	ev_hash_of(&n, sizeof(n), &h);
	return h;
}

/* A record of these fields (NULL at the end), whose digest is hash_of(n). */
static bool
put_record(struct ev_catalog *c, unsigned n, const char *const *fields)
{
	struct ev_hash digest = hash_of(n);
	struct ev_record r;
	bool good = true;
	size_t i;

	ev_record_init(&r);
	for (i = 0; fields[i] != NULL && good; i += 2)
		good = ev_record_add_text(&r, fields[i], fields[i + 1], NULL) == EVAULT_OK;
	good = good && ev_catalog_add_record(c, &digest, &r, NULL) == EVAULT_OK;
	ev_record_release(&r);
	return good;
}

static bool
put_entry(struct ev_catalog *c, uint64_t index, unsigned record)
{
	struct ev_hash digest = hash_of(record), actor = hash_of(77);

	return ev_catalog_add_entry(c, index, record == 0 ? NULL : &digest, &actor, NULL) ==
	       EVAULT_OK;
}

#define SHA_A "aaaaaa0000000000000000000000000000000000000000000000000000000000"
#define SHA_B "aaaaab0000000000000000000000000000000000000000000000000000000000"

/* Entries: 0 structural, 1 and 2 and 5 keep files, 3 is a get, 4 has no record to be had. */
static struct ev_catalog *
filled(void)
{
	static const char *const one[] = { "action",   "add",
					   "time",     "2026-11-22T09:15:09Z",
					   "name",     "a.jpg",
					   "folder",   "in",
					   "size",     "10",
					   "sha256",   SHA_A,
					   "modified", "2026-01-01T00:00:00Z",
					   "case",     "C1",
					   "tag",      "red",
					   "tag",      "blue",
					   NULL };
	static const char *const two[] = { "action",   "add",
					   "time",     "2026-11-30T00:00:00Z",
					   "name",     "b.jpg",
					   "size",     "20",
					   "sha256",   SHA_B,
					   "tag",      "red",
					   "modified", "2026-01-01T00:00:00Z",
					   NULL };
	static const char *const get[] = { "action", "get", "time", "2026-12-01T00:00:00Z", NULL };
	static const char *const five[] = { "action", "add",   "time", "2026-12-02T00:00:00Z",
					    "name",   "a.jpg", "size", "10",
					    "sha256", SHA_A,   NULL };
	struct ev_catalog *c = NULL;

	if (ev_catalog_new(&c, NULL) == EVAULT_OK && put_entry(c, 0, 0) && put_entry(c, 1, 1) &&
	    put_entry(c, 2, 2) && put_entry(c, 3, 3) && put_entry(c, 4, 4) && put_entry(c, 5, 5) &&
	    put_record(c, 1, one) && put_record(c, 2, two) && put_record(c, 3, get) &&
	    put_record(c, 5, five))
		return c;
	ev_catalog_free(c);
	return NULL;
}

struct listed {
	char text[100]; /* indices, each with a space */
	enum evault_status stop;
};

static enum evault_status
see(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct listed *l = ctx;
	size_t used = strlen(l->text);

	(void)err;
	snprintf(l->text + used, sizeof(l->text) - used, "%llu%s ",
		 (unsigned long long)entry->index, entry->is_missing ? "?" : "");
	return l->stop;
}

static bool
lists(struct ev_catalog *c, struct evault_filter filter, const char *expected)
{
	struct listed l = { "", EVAULT_OK };

	if (ev_catalog_list(c, &filter, see, &l, NULL) == EVAULT_OK &&
	    strcmp(l.text, expected) == 0)
		return true;
	printf("# lists %s\n", l.text);
	return false;
}

/* ---- the tests --------------------------------------------------------------------- */

static void
list_filters_by_case_tag_action_and_time(void)
{
	struct ev_catalog *c = filled();

	NEED(c != NULL);
	CHECK(lists(c, (struct evault_filter){ 0 }, "1 2 4? 5 "));
	CHECK(lists(c, (struct evault_filter){ .all_actions = true }, "1 2 3 4? 5 "));
	CHECK(lists(c, (struct evault_filter){ .action = "get" }, "3 "));
	CHECK(lists(c, (struct evault_filter){ .case_name = "C1" }, "1 "));
	CHECK(lists(c, (struct evault_filter){ .case_name = "c1" }, ""));
	CHECK(lists(c, (struct evault_filter){ .tag = "red" }, "1 2 "));
	CHECK(lists(c, (struct evault_filter){ .tag = "red", .case_name = "C1" }, "1 "));
	CHECK(lists(c, (struct evault_filter){ .tag = "re" }, ""));
	CHECK(lists(c, (struct evault_filter){ .since = "2026-12" }, "5 "));
	CHECK(lists(c, (struct evault_filter){ .until = "2026-11" }, "1 2 "));
	CHECK(
	    lists(c, (struct evault_filter){ .since = "2026-11-22", .until = "2026-11-22" }, "1 "));
	CHECK(lists(
	    c, (struct evault_filter){ .since = "2026-11-22T09:15:09Z", .until = "2026-11-30" },
	    "1 2 "));
	ev_catalog_free(c);
}

static void
list_stops_where_the_callback_fails(void)
{
	struct ev_catalog *c = filled();
	struct evault_filter all = { 0 };
	struct listed l = { "", EVAULT_E_CANCELLED };

	NEED(c != NULL);
	CHECK(ev_catalog_list(c, &all, see, &l, NULL) == EVAULT_E_CANCELLED);
	CHECK(strcmp(l.text, "1 ") == 0);
	CHECK(ev_catalog_range(c, 2, 5, see, &l, NULL) == EVAULT_E_CANCELLED);
	CHECK(strcmp(l.text, "1 2 ") == 0);
	ev_catalog_free(c);
}

static void
range_gives_items_of_any_action_and_no_structural_entry(void)
{
	struct ev_catalog *c = filled();
	struct listed l = { "", EVAULT_OK };

	NEED(c != NULL);
	CHECK(ev_catalog_range(c, 0, 3, see, &l, NULL) == EVAULT_OK);
	CHECK(strcmp(l.text, "1 2 3 ") == 0);
	l.text[0] = '\0';
	CHECK(ev_catalog_range(c, 4, 1000, see, &l, NULL) == EVAULT_OK);
	CHECK(strcmp(l.text, "4? 5 ") == 0);
	l.text[0] = '\0';
	CHECK(ev_catalog_range(c, 6, 9, see, &l, NULL) == EVAULT_OK && l.text[0] == '\0');
	ev_catalog_free(c);
}

static void
hashes_are_found_by_any_number_of_their_first_digits(void)
{
	struct ev_catalog *c = filled();
	struct listed l = { "", EVAULT_OK };

	NEED(c != NULL);
	CHECK(ev_catalog_by_hash(c, ev_slice_text("aaaaa"), see, &l, NULL) == EVAULT_OK);
	CHECK(strcmp(l.text, "1 2 5 ") == 0);
	l.text[0] = '\0';
	CHECK(ev_catalog_by_hash(c, ev_slice_text("aaaaaa"), see, &l, NULL) == EVAULT_OK);
	CHECK(strcmp(l.text, "1 5 ") == 0);
	l.text[0] = '\0';
	CHECK(ev_catalog_by_hash(c, ev_slice_text(SHA_B), see, &l, NULL) == EVAULT_OK);
	CHECK(strcmp(l.text, "2 ") == 0);
	l.text[0] = '\0';
	CHECK(ev_catalog_by_hash(c, ev_slice_text("aaaaac"), see, &l, NULL) == EVAULT_OK);
	CHECK(ev_catalog_by_hash(c, ev_slice_text(SHA_B "0"), see, &l, NULL) == EVAULT_OK);
	CHECK(l.text[0] == '\0');
	ev_catalog_free(c);
}

static void
best_place_of_a_member_is_the_verified_one_then_by_the_hash_of_the_pack(void)
{
	struct ev_member m = { .kind = EV_MEMBER_OBJECT, .size = 5, .offset = 512 };
	struct ev_hash first = hash_of(100), second = hash_of(101), between = hash_of(102);
	struct ev_catalog *c = filled();
	struct ev_place place;

	NEED(c != NULL);
	memset(first.b, 1, sizeof(first.b));
	memset(second.b, 2, sizeof(second.b));
	memset(between.b, 3, sizeof(between.b));
	m.id = hash_of(50);
	NEED(ev_catalog_add_member(c, &between, &m, EV_MEMBER_LISTED, NULL) == EVAULT_OK);
	NEED(ev_catalog_find_member(c, EV_MEMBER_OBJECT, &m.id, 0, &place, NULL) == EVAULT_OK);
	m.id = hash_of(51);
	CHECK(ev_catalog_find_member(c, EV_MEMBER_OBJECT, &m.id, 0, &place, NULL) ==
	      EVAULT_E_NOT_FOUND);
	NEED(ev_catalog_add_member(c, &first, &m, EV_MEMBER_LISTED, NULL) == EVAULT_OK);
	m.offset = 1024;
	NEED(ev_catalog_add_member(c, &second, &m, EV_MEMBER_LISTED, NULL) == EVAULT_OK);
	NEED(ev_catalog_find_member(c, EV_MEMBER_OBJECT, &m.id, 0, &place, NULL) == EVAULT_OK);
	CHECK(ev_hash_equal(&place.pack, &first) && place.member.offset == 512 &&
	      place.state == EV_MEMBER_LISTED && place.member.size == 5);
	NEED(ev_catalog_add_member(c, &second, &m, EV_MEMBER_VERIFIED, NULL) == EVAULT_OK);
	NEED(ev_catalog_find_member(c, EV_MEMBER_OBJECT, &m.id, 0, &place, NULL) == EVAULT_OK);
	CHECK(ev_hash_equal(&place.pack, &second) && place.state == EV_MEMBER_VERIFIED);
	CHECK(ev_catalog_find_member(c, EV_MEMBER_RECORD, &m.id, 0, &place, NULL) ==
	      EVAULT_E_NOT_FOUND);
	CHECK(ev_catalog_find_member(c, EV_MEMBER_OBJECT, &m.id, 1, &place, NULL) ==
	      EVAULT_E_NOT_FOUND);
	ev_catalog_free(c);
}

/* Pages of one that has so many entries, each with a record and an object. */
static uint64_t
pages_of(bool lean, unsigned n, bool *right)
{
	static const char *const one[] = { "action", "add",  "time",   "2026-11-22T09:15:09Z",
					   "name",   "a",    "folder", "in/a/folder/with/names",
					   "size",   "10",   "sha256", SHA_A,
					   "tag",    "blue", NULL };
	struct ev_member m = { .kind = EV_MEMBER_OBJECT, .size = 5 };
	struct ev_hash pack = hash_of(7), digest;
	struct ev_catalog_entry e;
	struct ev_catalog *c = NULL;
	struct ev_place place;
	uint64_t pages = 0;
	unsigned i;

	*right = (lean ? ev_catalog_new_lean(EV_OS_CWD, &c, NULL) : ev_catalog_new(&c, NULL)) ==
		     EVAULT_OK &&
		 ev_catalog_begin(c, NULL) == EVAULT_OK;
	for (i = 1; i <= n && *right; i++) {
		m.id = hash_of(1000000 + i);
		*right = put_entry(c, i, i) && put_record(c, i, one) &&
			 ev_catalog_add_member(c, &pack, &m, EV_MEMBER_VERIFIED, NULL) == EVAULT_OK;
	}
	/* What a check asks is answered alike. */
	for (i = 1; i <= n && *right; i++) {
		m.id = hash_of(1000000 + i);
		digest = hash_of(i);
		*right = ev_catalog_find_member(c, m.kind, &m.id, 0, &place, NULL) == EVAULT_OK &&
			 place.state == EV_MEMBER_VERIFIED &&
			 ev_catalog_entry_of(c, &digest, &e, NULL) == EVAULT_OK && e.index == i &&
			 !e.is_missing;
	}
	/* All of it is in pages of the store then, and not only in what SQLite remembers. */
	if (*right && ev_catalog_commit(c, NULL) == EVAULT_OK)
		pages = ev_sealed_pages(ev_catalog_store(c));
	ev_catalog_free(c);
	return pages;
}

/* One name in two packs, in one of them put in twice. */
static bool
keeps_copies(bool lean)
{
	struct ev_member m = { .kind = EV_MEMBER_PART, .part = 2, .offset = 1, .size = 5 };
	struct ev_hash packs[2] = { hash_of(7), hash_of(8) };
	struct ev_catalog *c = NULL;
	struct ev_place place;
	bool right = (lean ? ev_catalog_new_lean(EV_OS_CWD, &c, NULL) : ev_catalog_new(&c, NULL)) ==
			 EVAULT_OK &&
		     ev_catalog_begin(c, NULL) == EVAULT_OK;

	m.id = hash_of(1);
	right = right &&
		ev_catalog_add_member(c, &packs[0], &m, EV_MEMBER_LISTED, NULL) == EVAULT_OK &&
		ev_catalog_add_member(c, &packs[1], &m, EV_MEMBER_LISTED, NULL) == EVAULT_OK;
	m.offset = 9;
	right = right &&
		ev_catalog_add_member(c, &packs[1], &m, EV_MEMBER_VERIFIED, NULL) == EVAULT_OK &&
		ev_catalog_find_copy(c, m.kind, &m.id, 2, 0, &place, NULL) == EVAULT_OK &&
		place.member.offset == 9 && place.state == EV_MEMBER_VERIFIED &&
		ev_hash_equal(&place.pack, &packs[1]) &&
		ev_catalog_find_copy(c, m.kind, &m.id, 2, 1, &place, NULL) == EVAULT_OK &&
		place.member.offset == 1 && ev_hash_equal(&place.pack, &packs[0]) &&
		ev_catalog_find_copy(c, m.kind, &m.id, 2, 2, &place, NULL) == EVAULT_E_NOT_FOUND &&
		ev_catalog_find_copy(c, m.kind, &m.id, 1, 0, &place, NULL) == EVAULT_E_NOT_FOUND &&
		ev_catalog_find_copy(c, EV_MEMBER_LIST, &m.id, 2, 0, &place, NULL) ==
		    EVAULT_E_NOT_FOUND &&
		ev_catalog_drop_member(c, &packs[1], &m, NULL) == EVAULT_OK &&
		ev_catalog_find_copy(c, m.kind, &m.id, 2, 0, &place, NULL) == EVAULT_OK &&
		ev_hash_equal(&place.pack, &packs[0]) &&
		ev_catalog_find_copy(c, m.kind, &m.id, 2, 1, &place, NULL) == EVAULT_E_NOT_FOUND;
	ev_catalog_free(c);
	return right;
}

static void
copies_of_a_member_are_told_apart_in_lean_ones_too(void)
{
	CHECK(keeps_copies(false));
	CHECK(keeps_copies(true));
}

static void
lean_one_answers_what_there_is_in_less_memory(void)
{
	bool right = false, right_lean = false;
	uint64_t full = pages_of(false, 3000, &right), lean = pages_of(true, 3000, &right_lean);

	if (!CHECK(right && right_lean && lean > 0 && lean * 5 < full * 3))
		printf("# %llu pages, and %llu\n", (unsigned long long)lean,
		       (unsigned long long)full);
}

static void
same_file_has_the_same_bytes_name_folder_and_time(void)
{
	struct ev_slice name = ev_slice_text("a.jpg"), folder = ev_slice_text("in"),
			modified = ev_slice_text("2026-01-01T00:00:00Z"), none = ev_slice_text("");
	struct ev_catalog *c = filled();
	struct ev_catalog_entry e;
	struct ev_hash sha;

	NEED(c != NULL && ev_hash_parse(ev_slice_text(SHA_A), &sha));
	NEED(ev_catalog_same_file(c, &sha, name, folder, modified, &e, NULL) == EVAULT_OK);
	CHECK(e.index == 1 && e.is_record && !e.is_missing);
	NEED(ev_catalog_same_file(c, &sha, name, none, none, &e, NULL) == EVAULT_OK);
	CHECK(e.index == 5);
	CHECK(ev_catalog_same_file(c, &sha, name, none, modified, &e, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_catalog_same_file(c, &sha, folder, name, modified, &e, NULL) ==
	      EVAULT_E_NOT_FOUND);
	sha.b[31] ^= 1;
	CHECK(ev_catalog_same_file(c, &sha, name, folder, modified, &e, NULL) ==
	      EVAULT_E_NOT_FOUND);
	ev_catalog_free(c);
}

static void
entries_and_counts_tell_what_is_there(void)
{
	struct ev_catalog *c = filled();
	struct ev_catalog_counts counts = { 0 };
	struct ev_catalog_entry e;
	struct ev_hash digest = hash_of(2);
	bool has;

	NEED(c != NULL);
	CHECK(ev_catalog_count(c, &counts, NULL) == EVAULT_OK);
	CHECK(counts.entries == 6 && counts.items == 3 && counts.missing == 1);
	CHECK(counts.files == 2 && counts.bytes == 30);
	CHECK(ev_catalog_entry(c, 0, &e, NULL) == EVAULT_OK && !e.is_record && !e.is_missing);
	CHECK(ev_catalog_entry(c, 4, &e, NULL) == EVAULT_OK && e.is_record && e.is_missing);
	CHECK(ev_catalog_entry(c, 6, &e, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_catalog_entry_of(c, &digest, &e, NULL) == EVAULT_OK && e.index == 2);
	digest = hash_of(1000);
	CHECK(ev_catalog_entry_of(c, &digest, &e, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_catalog_has_size(c, 20, &has, NULL) == EVAULT_OK && has);
	CHECK(ev_catalog_has_size(c, 21, &has, NULL) == EVAULT_OK && !has);
	ev_catalog_free(c);
}

static void
empty_catalog_counts_nothing(void)
{
	struct ev_catalog_counts counts = { 9, 9, 9, 9, 9 };
	struct ev_catalog *c = NULL;

	NEED(ev_catalog_new(&c, NULL) == EVAULT_OK);
	CHECK(ev_catalog_count(c, &counts, NULL) == EVAULT_OK);
	CHECK(counts.entries == 0 && counts.items == 0 && counts.files == 0 && counts.bytes == 0 &&
	      counts.missing == 0);
	ev_catalog_free(c);
	ev_catalog_free(NULL);
}

static void
entries_of_an_action_come_in_their_order_and_in_batches(void)
{
	uint64_t found[4] = { 9, 9, 9, 9 };
	struct ev_catalog *c = filled();
	size_t n = 9;

	NEED(c != NULL);
	NEED(ev_catalog_of_action(c, "add", -1, found, 4, &n, NULL) == EVAULT_OK && n == 3);
	CHECK(found[0] == 1 && found[1] == 2 && found[2] == 5 && found[3] == 9);
	NEED(ev_catalog_of_action(c, "add", -1, found, 2, &n, NULL) == EVAULT_OK && n == 2);
	CHECK(found[0] == 1 && found[1] == 2);
	NEED(ev_catalog_of_action(c, "add", 2, found, 2, &n, NULL) == EVAULT_OK && n == 1);
	CHECK(found[0] == 5);
	CHECK(ev_catalog_of_action(c, "add", 5, found, 2, &n, NULL) == EVAULT_OK && n == 0);
	CHECK(ev_catalog_of_action(c, "share", -1, found, 2, &n, NULL) == EVAULT_OK && n == 0);
	ev_catalog_free(c);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(list_filters_by_case_tag_action_and_time);
	UNIT_RUN(entries_of_an_action_come_in_their_order_and_in_batches);
	UNIT_RUN(list_stops_where_the_callback_fails);
	UNIT_RUN(range_gives_items_of_any_action_and_no_structural_entry);
	UNIT_RUN(hashes_are_found_by_any_number_of_their_first_digits);
	UNIT_RUN(best_place_of_a_member_is_the_verified_one_then_by_the_hash_of_the_pack);
	UNIT_RUN(copies_of_a_member_are_told_apart_in_lean_ones_too);
	UNIT_RUN(lean_one_answers_what_there_is_in_less_memory);
	UNIT_RUN(same_file_has_the_same_bytes_name_folder_and_time);
	UNIT_RUN(entries_and_counts_tell_what_is_there);
	UNIT_RUN(empty_catalog_counts_nothing);
	return unit_end();
}
