/* The sealed file: all at once or not at all, whoever is killed, refused or altered. */
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/secret.h"
#include "fault_fixture.h"
#include "store/sealed.h"
#include "vault_fixture.h"

enum {
	PAGES = 1200 /* more than two tables hold */
};

static struct ev_page_key key;
static struct ev_hash schema;

static struct ev_hash
root_of(uint64_t size)
{
	struct ev_hash root = { { (uint8_t)size, 1 } };

	return root;
}

/* A page of this state of the database. */
static void
fill(uint8_t page[EV_PAGE_SIZE], uint32_t number, uint32_t state)
{
	memset(page, 0, EV_PAGE_SIZE);
	ev_put_be32(page, number);
	ev_put_be32(page + 4, state);
	memset(page + 8, (int)state, EV_PAGE_BODY - 8);
}

static bool
put(struct ev_sealed *s, uint32_t number, uint32_t state)
{
	uint8_t page[EV_PAGE_SIZE];

	fill(page, number, state);
	return ev_sealed_write(s, number, page, NULL) == EVAULT_OK;
}

static bool
has(struct ev_sealed *s, uint32_t number, uint32_t state)
{
	uint8_t page[EV_PAGE_SIZE], expected[EV_PAGE_SIZE];

	fill(expected, number, state);
	return ev_sealed_look(s, NULL) == EVAULT_OK &&
	       ev_sealed_read(s, number, page, NULL) == EVAULT_OK &&
	       (ev_sealed_look_away(s), memcmp(page, expected, sizeof(page)) == 0);
}

static bool
publish(struct ev_sealed *s, uint64_t size)
{
	struct ev_hash root = root_of(size);

	return ev_sealed_publish(s, size, &root, NULL) == EVAULT_OK;
}

/* A file of n pages in state 1, published as of size 1. */
static bool
make(const char *path, uint32_t n)
{
	struct ev_sealed *s = NULL;
	bool good = ev_sealed_create(EV_OS_CWD, path, &key, &schema, &s, NULL) == EVAULT_OK;
	uint32_t i;

	for (i = 0; good && i < n; i++)
		good = put(s, i, 1);
	good = good && publish(s, 1);
	ev_sealed_free(s);
	return good;
}

static enum evault_status
open_it(const char *path, struct ev_sealed **s)
{
	*s = NULL;
	return ev_sealed_open(EV_OS_CWD, path, &key, &schema, s, NULL);
}

/* Is it openable, with all pages in this state? */
static bool
is_all(const char *path, uint32_t n, uint32_t state)
{
	struct ev_sealed *s;
	bool good = open_it(path, &s) == EVAULT_OK && ev_sealed_pages(s) == n &&
		    ev_sealed_head(s)->size == state;
	uint32_t i;

	for (i = 0; good && i < n; i++)
		good = has(s, i, state);
	ev_sealed_free(s);
	return good;
}

/* ---- states -------------------------------------------------------------------- */

static void
pages_come_back_when_they_were_published(void)
{
	struct ev_sealed *s;
	struct ev_hash root = root_of(1);

	NEED(make("a", PAGES) && is_all("a", PAGES, 1));
	NEED(open_it("a", &s) == EVAULT_OK);
	CHECK(ev_hash_equal(&ev_sealed_head(s)->root, &root) && !ev_sealed_is_maimed(s));
	CHECK(!ev_sealed_is_updating(s) && !put(s, 0, 2) && has(s, 0, 1));
	ev_sealed_free(s);
}

static void
what_was_not_published_is_gone(void)
{
	struct ev_sealed *s;
	struct ev_os_stat before, after;

	NEED(make("b", 40) && ev_os_stat(EV_OS_CWD, "b", &before, NULL) == EVAULT_OK);
	NEED(open_it("b", &s) == EVAULT_OK && ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
	CHECK(put(s, 3, 2) && put(s, 40, 2) && has(s, 3, 2) && has(s, 40, 2));
	ev_sealed_free(s);
	CHECK(is_all("b", 40, 1));
	NEED(ev_os_stat(EV_OS_CWD, "b", &after, NULL) == EVAULT_OK);
	CHECK(after.size == before.size);
}

/* What a killed process leaves: its blocks are in the file, and no head names them. */
static void
killed_update_leaves_the_state_before_at_each_point(void)
{
	struct ev_sealed *s;
	uint32_t i;

	NEED(make("c", 40) && open_it("c", &s) == EVAULT_OK);
	NEED(ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
	for (i = 0; i < 40; i++) {
		NEED(put(s, i, 2));
		NEED(fixture_copy("c", "killed"));
		if (!CHECK(is_all("killed", 40, 1)))
			break;
		NEED(fixture_remove("killed"));
	}
	CHECK(publish(s, 2) && fixture_copy("c", "killed") && is_all("killed", 40, 2));
	ev_sealed_free(s);
	CHECK(is_all("c", 40, 2));
}

static void
updates_use_free_blocks_again_and_the_file_stays_of_a_size(void)
{
	struct ev_os_stat first = { 0 }, st;
	struct ev_sealed *s;
	uint32_t i, k;

	NEED(make("d", 60));
	for (k = 2; k < 30; k++) {
		NEED(open_it("d", &s) == EVAULT_OK && ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
		for (i = 0; i < 60; i++)
			NEED(put(s, i, 0) && put(s, i, k));
		NEED(publish(s, k));
		ev_sealed_free(s);
		NEED(is_all("d", 60, k) && ev_os_stat(EV_OS_CWD, "d", &st, NULL) == EVAULT_OK);
		if (k == 3)
			first = st;
		CHECK(k < 3 || st.size == first.size);
	}
	CHECK(first.size < (uint64_t)EV_PAGE_SIZE * (EV_INDEX_FIRST_BLOCK + 2 * 60 + 10));
}

static void
cut_pages_are_zeros_when_they_come_again(void)
{
	static const uint8_t zeros[EV_PAGE_SIZE];
	uint8_t page[EV_PAGE_SIZE];
	struct ev_sealed *s;

	NEED(make("e", 20) && open_it("e", &s) == EVAULT_OK);
	NEED(ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
	ev_sealed_cut(s, 10);
	CHECK(ev_sealed_pages(s) == 10 && put(s, 15, 2) && publish(s, 2));
	ev_sealed_free(s);
	NEED(open_it("e", &s) == EVAULT_OK);
	CHECK(ev_sealed_pages(s) == 16 && has(s, 9, 1) && has(s, 15, 2));
	CHECK(ev_sealed_read(s, 12, page, NULL) == EVAULT_OK &&
	      memcmp(page, zeros, sizeof(page)) == 0);
	ev_sealed_free(s);
}

/* ---- several at once ---------------------------------------------------------------- */

static void
reader_sees_the_old_state_until_the_new_one_is_published(void)
{
	struct ev_sealed *reader, *writer;
	uint32_t i, k;

	NEED(make("f", 30) && open_it("f", &reader) == EVAULT_OK);
	NEED(open_it("f", &writer) == EVAULT_OK && ev_sealed_begin(writer, 0, NULL) == EVAULT_OK);
	for (k = 2; k < 8; k++) {
		for (i = 0; i < 30; i++)
			CHECK(put(writer, i, k) && has(reader, i, k - 1));
		CHECK(publish(writer, k));
		for (i = 0; i < 30; i++)
			CHECK(has(reader, i, k));
		CHECK(ev_sealed_head(reader)->size == k);
	}
	ev_sealed_free(writer);
	CHECK(has(reader, 0, 7));
	ev_sealed_free(reader);
}

static void
who_looks_is_waited_for_and_what_was_written_is_not_lost(void)
{
	struct ev_hash root = root_of(2);
	struct ev_sealed *reader, *writer;

	NEED(make("g", 5) && open_it("g", &reader) == EVAULT_OK);
	NEED(open_it("g", &writer) == EVAULT_OK && ev_sealed_begin(writer, 0, NULL) == EVAULT_OK);
	NEED(ev_sealed_look(reader, NULL) == EVAULT_OK && put(writer, 2, 2));
	CHECK(ev_sealed_publish(writer, 2, &root, NULL) == EVAULT_E_BUSY);
	CHECK(has(writer, 2, 2) && put(writer, 3, 2));
	ev_sealed_look_away(reader);
	CHECK(has(reader, 2, 1) && publish(writer, 2) && has(reader, 2, 2) && has(reader, 3, 2));
	ev_sealed_free(writer);
	ev_sealed_free(reader);
}

static void
two_do_not_update_at_once(void)
{
	struct ev_sealed *a, *b, *fresh;

	NEED(make("h", 5) && open_it("h", &a) == EVAULT_OK && open_it("h", &b) == EVAULT_OK);
	NEED(ev_sealed_begin(a, 0, NULL) == EVAULT_OK);
	CHECK(ev_sealed_begin(b, 20, NULL) == EVAULT_E_BUSY && has(b, 1, 1));
	CHECK(ev_sealed_create(EV_OS_CWD, "h", &key, &schema, &fresh, NULL) == EVAULT_E_BUSY);
	CHECK(!ev_sealed_has_writer(b));
	ev_sealed_hold_writer(a);
	CHECK(ev_sealed_has_writer(b));
	CHECK(put(a, 1, 2) && publish(a, 2));
	ev_sealed_free(a);
	CHECK(!ev_sealed_has_writer(b) && ev_sealed_begin(b, 0, NULL) == EVAULT_OK);
	CHECK(has(b, 1, 2) && put(b, 2, 3) && publish(b, 3));
	ev_sealed_free(b);
}

/* ---- altered ------------------------------------------------------------------------ */

/* Reads all of it: whatever opens must be what was published. */
static bool
is_refused_or_right(const char *path, uint32_t n, uint32_t state, bool *refused)
{
	uint8_t page[EV_PAGE_SIZE], expected[EV_PAGE_SIZE];
	struct ev_sealed *s;
	bool good = true;
	uint32_t i;

	*refused = open_it(path, &s) != EVAULT_OK;
	if (*refused)
		return true;
	for (i = 0; i < n && good; i++) {
		if (ev_sealed_read(s, i, page, NULL) != EVAULT_OK) {
			*refused = true;
			continue;
		}
		fill(expected, i, state);
		good = memcmp(page, expected, sizeof(page)) == 0;
	}
	ev_sealed_free(s);
	return good;
}

static void
any_block_that_is_altered_is_refused_or_of_no_use(void)
{
	uint32_t i, blocks = EV_INDEX_FIRST_BLOCK + 25 + 1, all = 0;
	bool refused;

	NEED(make("i", 25));
	for (i = 0; i < blocks; i++) {
		NEED(fixture_copy("i", "flipped"));
		NEED(fixture_flip("flipped", (long)i * EV_PAGE_SIZE + (long)(i * 509 % 4096)));
		if (!CHECK(is_refused_or_right("flipped", 25, 1, &refused)))
			printf("# block %u\n", i);
		CHECK(refused == (i >= EV_INDEX_FIRST_BLOCK)); /* one head of two is enough */
		all += refused;
		NEED(fixture_remove("flipped"));
	}
	CHECK(all == 26);
}

static void
file_cut_anywhere_is_refused(void)
{
	struct ev_os_stat st;
	struct ev_sealed *s;
	uint64_t size;

	NEED(make("j", 25) && ev_os_stat(EV_OS_CWD, "j", &st, NULL) == EVAULT_OK);
	for (size = 0; size < st.size; size += 1 + size % 2000) {
		NEED(fixture_copy("j", "cut") && fixture_cut("cut", size));
		CHECK(open_it("cut", &s) == EVAULT_E_DAMAGED);
		NEED(fixture_remove("cut"));
	}
}

static void
head_that_is_altered_is_mended_by_the_next_update(void)
{
	struct ev_sealed *s;
	int which;

	for (which = 0; which < 2; which++) {
		NEED(make("k", 9) && fixture_flip("k", which * EV_INDEX_HEAD_SIZE + 5000));
		NEED(open_it("k", &s) == EVAULT_OK);
		CHECK(ev_sealed_is_maimed(s) && has(s, 8, 1));
		NEED(ev_sealed_begin(s, 0, NULL) == EVAULT_OK && publish(s, 1));
		ev_sealed_free(s);
		NEED(open_it("k", &s) == EVAULT_OK);
		CHECK(!ev_sealed_is_maimed(s) && has(s, 8, 1));
		ev_sealed_free(s);
		NEED(fixture_remove("k"));
	}
}

/* Puts `len` bytes at `to` of one file in the place of those in the other. */
static bool
transplant(const char *from, uint64_t at, const char *into, uint64_t to, size_t len)
{
	uint8_t bytes[EV_PAGE_SIZE];
	int in = -1, out = -1;
	bool good = ev_os_open_read(EV_OS_CWD, from, &in, NULL) == EVAULT_OK &&
		    ev_os_open_shared(EV_OS_CWD, into, true, false, &out, NULL) == EVAULT_OK &&
		    ev_os_read_at(in, at, bytes, len, "in", NULL) == EVAULT_OK &&
		    ev_os_write_at(out, to, bytes, len, "out", NULL) == EVAULT_OK;

	ev_os_close_read(in);
	ev_os_close_read(out);
	return good;
}

static void
old_page_put_back_is_refused(void)
{
	uint32_t i, k, first = EV_INDEX_FIRST_BLOCK;
	struct ev_sealed *s;
	bool refused;

	NEED(make("l", 12) && fixture_copy("l", "old"));
	for (k = 2; k < 4; k++) { /* twice: then the same blocks are used again */
		NEED(open_it("l", &s) == EVAULT_OK && ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
		for (i = 0; i < 12; i++)
			NEED(put(s, i, k));
		NEED(publish(s, k));
		ev_sealed_free(s);
	}
	for (i = 0; i < 13; i++) {
		NEED(fixture_copy("l", "mixed") &&
		     transplant("old", (uint64_t)(first + i) * EV_PAGE_SIZE, "mixed",
				(uint64_t)(first + i) * EV_PAGE_SIZE, EV_PAGE_SIZE));
		CHECK(is_refused_or_right("mixed", 12, 3, &refused) && refused);
		NEED(fixture_remove("mixed"));
	}
	CHECK(is_all("old", 12, 1)); /* the whole of it is a state, and an older one */
}

static void
pages_in_each_others_place_are_refused(void)
{
	uint64_t first = EV_INDEX_FIRST_BLOCK * (uint64_t)EV_PAGE_SIZE;
	bool refused;

	NEED(make("m", 12) && make("stranger", 12) && fixture_copy("m", "swapped"));
	NEED(transplant("m", first, "swapped", first + EV_PAGE_SIZE, EV_PAGE_SIZE) &&
	     transplant("m", first + EV_PAGE_SIZE, "swapped", first, EV_PAGE_SIZE));
	CHECK(is_refused_or_right("swapped", 12, 1, &refused) && refused);
	NEED(fixture_remove("swapped") && fixture_copy("m", "swapped"));
	NEED(transplant("stranger", first, "swapped", first, EV_PAGE_SIZE));
	CHECK(is_refused_or_right("swapped", 12, 1, &refused) && refused);
}

static void
file_of_another_key_or_schema_is_not_used(void)
{
	struct ev_page_key other = key;
	struct ev_hash schema2 = schema;
	struct ev_sealed *s = NULL;

	NEED(make("n", 3));
	other.b[0] ^= 1;
	schema2.b[0] ^= 1;
	CHECK(ev_sealed_open(EV_OS_CWD, "n", &other, &schema, &s, NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_sealed_open(EV_OS_CWD, "n", &key, &schema2, &s, NULL) == EVAULT_E_VERSION);
	CHECK(open_it("none", &s) == EVAULT_E_NOT_FOUND);
	NEED(fixture_folder("folder"));
	CHECK(open_it("folder", &s) == EVAULT_E_IO);
	NEED(symlink("n", "link") == 0);
	CHECK(open_it("link", &s) == EVAULT_E_IO && s == NULL);
}

/* ---- refused ------------------------------------------------------------------------- */

static void
what_the_disk_refuses_stays_in_memory_and_the_file_is_what_it_was(void)
{
	struct fault_plan plan = { .call = FAULT_WRITE_AT, .sys = 28 /* ENOSPC */, .stays = true };
	struct ev_hash root = root_of(2);
	struct ev_os_stat st;
	struct ev_sealed *s;
	uint64_t size;
	uint32_t i;

	NEED(make("o", 30) && ev_os_stat(EV_OS_CWD, "o", &st, NULL) == EVAULT_OK);
	size = st.size;
	for (plan.nth = 0; plan.nth < 34; plan.nth++) {
		NEED(open_it("o", &s) == EVAULT_OK && ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
		faults_on(&plan);
		for (i = 0; i < 30; i++)
			CHECK(put(s, i, 2));
		for (i = 0; i < 30; i++)
			CHECK(has(s, i, 2));
		CHECK((ev_sealed_publish(s, 2, &root, NULL) == EVAULT_OK) == (plan.nth >= 32));
		CHECK(faults_off() == (plan.nth < 32));
		/* Room that is of no use is given back at once. */
		NEED(ev_os_stat(EV_OS_CWD, "o", &st, NULL) == EVAULT_OK);
		CHECK(plan.nth > 30 || st.size == size);
		for (i = 0; i < 30; i++)
			CHECK(has(s, i, 2));
		ev_sealed_free(s);
		if (!CHECK(is_all("o", 30, plan.nth < 32 ? 1 : 2)))
			printf("# from call %d on\n", plan.nth);
	}
}

static void
failed_sync_publishes_nothing_and_breaks_nothing(void)
{
	struct fault_plan plan = { .call = FAULT_FSYNC, .sys = 5 /* EIO */ };
	struct ev_hash root = root_of(2);
	struct ev_sealed *s;

	NEED(make("p", 30));
	for (plan.nth = 0; plan.nth < 2; plan.nth++) {
		NEED(fixture_copy("p", "q") && open_it("q", &s) == EVAULT_OK);
		NEED(ev_sealed_begin(s, 0, NULL) == EVAULT_OK);
		faults_on(&plan);
		CHECK(put(s, 0, 2) && ev_sealed_publish(s, 2, &root, NULL) == EVAULT_E_IO);
		CHECK(faults_off() && has(s, 0, 2));
		CHECK(!ev_sealed_is_kept(s));
		ev_sealed_free(s);
		/* Whether the second one, of the head, has happened is anybody's guess. */
		NEED(open_it("q", &s) == EVAULT_OK);
		CHECK(has(s, 0, 1) || (plan.nth == 1 && has(s, 0, 2)));
		ev_sealed_free(s);
		NEED(fixture_remove("q"));
	}
}

static void
private_update_leaves_the_file_alone(void)
{
	struct ev_hash root = root_of(2);
	struct ev_sealed *s;

	NEED(make("r", 10) && open_it("r", &s) == EVAULT_OK);
	NEED(ev_sealed_begin_private(s, NULL) == EVAULT_OK);
	CHECK(put(s, 4, 2) && put(s, 20, 2) && has(s, 4, 2) && has(s, 5, 1) && has(s, 20, 2));
	CHECK(!ev_sealed_is_kept(s) && ev_sealed_publish(s, 2, &root, NULL) == EVAULT_E_READ_ONLY);
	ev_sealed_free(s);
	CHECK(is_all("r", 10, 1));
}

static void
store_in_memory_needs_no_file(void)
{
	struct ev_sealed *s = NULL;
	uint32_t i;

	NEED(ev_sealed_memory(&s, NULL) == EVAULT_OK && ev_sealed_pages(s) == 0);
	for (i = 0; i < 3000; i++)
		CHECK(put(s, i, i % 3));
	for (i = 0; i < 3000; i++)
		CHECK(has(s, i, i % 3));
	CHECK(ev_sealed_pages(s) == 3000 && !ev_sealed_is_kept(s));
	ev_sealed_free(s);
	ev_sealed_free(NULL);
}

int
main(void)
{
	if (!fixture_start())
		return 2;
	ev_random(key.b, sizeof(key.b));
	ev_random(schema.b, sizeof(schema.b));
	UNIT_RUN(pages_come_back_when_they_were_published);
	UNIT_RUN(what_was_not_published_is_gone);
	UNIT_RUN(killed_update_leaves_the_state_before_at_each_point);
	UNIT_RUN(updates_use_free_blocks_again_and_the_file_stays_of_a_size);
	UNIT_RUN(cut_pages_are_zeros_when_they_come_again);
	UNIT_RUN(reader_sees_the_old_state_until_the_new_one_is_published);
	UNIT_RUN(who_looks_is_waited_for_and_what_was_written_is_not_lost);
	UNIT_RUN(two_do_not_update_at_once);
	UNIT_RUN(any_block_that_is_altered_is_refused_or_of_no_use);
	UNIT_RUN(file_cut_anywhere_is_refused);
	UNIT_RUN(head_that_is_altered_is_mended_by_the_next_update);
	UNIT_RUN(old_page_put_back_is_refused);
	UNIT_RUN(pages_in_each_others_place_are_refused);
	UNIT_RUN(file_of_another_key_or_schema_is_not_used);
	UNIT_RUN(what_the_disk_refuses_stays_in_memory_and_the_file_is_what_it_was);
	UNIT_RUN(failed_sync_publishes_nothing_and_breaks_nothing);
	UNIT_RUN(private_update_leaves_the_file_alone);
	UNIT_RUN(store_in_memory_needs_no_file);
	return fixture_end();
}
