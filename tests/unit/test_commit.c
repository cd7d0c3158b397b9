/*
 * Commits: many packs, adopted records, and what a commit that was given up
 * leaves.
 */
#include <stdlib.h>

#include "commit.h"
#include "vault_fixture.h"

static uint64_t
entries_of(const struct evault *v)
{
	return ev_log_head(v->log)->size;
}

static bool
put_record(struct ev_commit *c, uint64_t *index)
{
	struct ev_record r;
	bool good;

	ev_record_init(&r);
	good = ev_commit_begin_record(c->v, "note", &r, NULL) == EVAULT_OK &&
	       ev_commit_record(c, &r, index, NULL) == EVAULT_OK;
	ev_record_release(&r);
	return good;
}

static void
thousand_and_one_packs_are_named_in_three_entries(void)
{
	struct evault *v = fixture_open_new("many");
	struct ev_commit c;
	struct ev_hash pack;
	unsigned i;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	for (i = 0; i < 1001; i++) {
		ev_hash_of(&i, sizeof(i), &pack);
		NEED(ev_commit_pack(&c, &pack, 65536, NULL) == EVAULT_OK);
	}
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && entries_of(v) == 4);
	ev_commit_release(&c);
	evault_close(v);
	v = NULL;
	NEED(evault_open(&(struct evault_open){ .dir = "many", .access = EVAULT_SEALED }, &v,
			 NULL) == EVAULT_OK);
	CHECK(v->authority.n_packs == 1001);
	evault_close(v);
}

static void
commit_of_nothing_adds_no_entry(void)
{
	struct evault *v = fixture_open_new("nothing");
	struct ev_commit c;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && entries_of(v) == 1);
	ev_commit_release(&c);
	CHECK(ev_commit_init(&c, v, NULL) == EVAULT_OK);
	ev_commit_release(&c);
	evault_close(v);
}

static void
records_have_the_indices_that_were_told(void)
{
	struct evault *v = fixture_open_new("index");
	struct ev_commit c;
	uint64_t index, i;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	for (i = 1; i <= 3; i++)
		CHECK(put_record(&c, &index) && index == i);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && entries_of(v) == 5);
	/* The same commit goes on. */
	CHECK(put_record(&c, &index) && index == 5);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && entries_of(v) == 7);
	ev_commit_release(&c);
	evault_close(v);
	CHECK(fixture_is_sound("index"));
}

static void
commit_that_is_given_up_leaves_no_trace_and_ends_writing(void)
{
	struct evault *v = fixture_open_new("given-up");
	struct ev_commit c;
	uint64_t index, before = fixture_bytes("given-up/log", NULL);
	size_t files;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK && put_record(&c, &index));
	ev_commit_release(&c);
	CHECK(ev_commit_init(&c, v, NULL) == EVAULT_E_IO);
	ev_commit_release(&c);
	evault_close(v);
	fixture_bytes("given-up/packs", &files);
	CHECK(files == 0 && fixture_bytes("given-up/log", NULL) == before);
	CHECK(fixture_is_sound("given-up"));
	v = NULL;
	NEED(fixture_open("given-up", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(ev_commit_init(&c, v, NULL) == EVAULT_OK && put_record(&c, &index) && index == 1);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK);
	ev_commit_release(&c);
	evault_close(v);
	CHECK(fixture_is_sound("given-up"));
}

static void
commit_of_more_than_64_mib_closes_packs_on_the_way(void)
{
	struct evault *v = fixture_open_new("large");
	uint8_t *body = malloc(EV_MEMBER_OBJECT_MAX);
	struct ev_commit c;
	struct ev_hash id;
	uint32_t i;
	size_t files;

	NEED(v != NULL && body != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	for (i = 0; i < 18; i++) {
		fixture_noise(body, EV_MEMBER_OBJECT_MAX, i);
		ev_hash_of(body, EV_MEMBER_OBJECT_MAX, &id);
		NEED(ev_commit_member(&c, EV_MEMBER_OBJECT, &id, 0,
				      ev_slice_of(body, EV_MEMBER_OBJECT_MAX), NULL) == EVAULT_OK);
	}
	/* The second one may still be on its way. */
	CHECK(c.n_packs == 1 && c.closing != NULL);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && entries_of(v) == 2);
	ev_commit_release(&c);
	evault_close(v);
	free(body);
	fixture_bytes("large/packs", &files);
	CHECK(files == 3 && fixture_is_sound("large"));
	fixture_remove("large");
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(thousand_and_one_packs_are_named_in_three_entries);
	UNIT_RUN(commit_of_nothing_adds_no_entry);
	UNIT_RUN(records_have_the_indices_that_were_told);
	UNIT_RUN(commit_that_is_given_up_leaves_no_trace_and_ends_writing);
	UNIT_RUN(commit_of_more_than_64_mib_closes_packs_on_the_way);
	return fixture_end();
}
