/*
 * Commits of many small members, which are kept and signed on another thread.
 * To be run under -fsanitize=thread, too.
 */
#include <errno.h>
#include <stdlib.h>

#include "commit.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

enum {
	ITEMS = 700,
	SIZE = 6000,        /* bytes of an object: several frames of them */
	LONG = 100 << 10,   /* of some, which are not copied */
	LARGE_ITEMS = 1300, /* just as large as may be copied: more than a pack */
};

/* The same records for every vault: their salts are random. */
static struct ev_record records[ITEMS];

static bool
make_records(void)
{
	char value[20];
	size_t i;

	for (i = 0; i < ITEMS; i++) {
		ev_record_init(&records[i]);
		snprintf(value, sizeof(value), "%zu", i);
		if (ev_record_add_text(&records[i], "action", "note", NULL) != EVAULT_OK ||
		    ev_record_add_text(&records[i], "time", "2026-11-22T09:15:09Z", NULL) !=
			EVAULT_OK ||
		    ev_record_add_text(&records[i], "reason", value, NULL) != EVAULT_OK)
			return false;
	}
	return true;
}

static enum evault_status
put_object(struct ev_commit *c, uint32_t seed, size_t size, struct ev_hash *id)
{
	static uint8_t body[LONG];

	fixture_noise(body, size, seed);
	ev_hash_of(body, size, id);
	return ev_commit_member(c, EV_MEMBER_OBJECT, id, 0, ev_slice_of(body, size), NULL);
}

static bool
is_long(size_t i)
{
	return i == 300 || i == 301 || i == 500;
}

static enum evault_status
put_items(struct ev_commit *c, size_t n, uint64_t *last)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_hash id;
	size_t i;

	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		rc = put_object(c, (uint32_t)i, is_long(i) ? LONG : SIZE, &id);
		if (rc == EVAULT_OK)
			rc = ev_commit_record(c, &records[i], last, NULL);
	}
	return rc;
}

/* ---- what is made ------------------------------------------------------------------- */

static enum evault_status
hash_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	char name[EV_MEMBER_NAME_SIZE];

	(void)err;
	ev_member_name(m, name);
	ev_hasher_update(ctx, name, strlen(name));
	ev_hasher_update(ctx, &m->offset, sizeof(m->offset));
	ev_hasher_update(ctx, &m->size, sizeof(m->size));
	return EVAULT_OK;
}

/* Of what does not come of chance: members and their places, and what entries are of. */
static bool
hash_vault(struct evault *v, struct ev_hash *out)
{
	const struct ev_authority *a = &v->authority;
	struct ev_hasher *h = ev_hasher_new();
	struct ev_catalog_entry entry;
	struct ev_pack *pack;
	bool good = h != NULL && v->skipped == 0;
	uint64_t i;
	size_t k;

	for (k = 0; k < a->n_packs && good; k++)
		good = ev_vault_pack(v, &a->packs[k].hash, &pack, NULL) == EVAULT_OK &&
		       ev_pack_members(pack, hash_member, h, NULL) == EVAULT_OK;
	for (i = 0; i < ev_log_head(v->log)->size && good; i++) {
		good = ev_catalog_entry(v->catalog, i, &entry, NULL) == EVAULT_OK;
		if (entry.is_record)
			ev_hasher_update(h, entry.digest.b, sizeof(entry.digest.b));
	}
	if (h != NULL)
		ev_hasher_final(h, out);
	ev_hasher_free(h);
	return good;
}

static bool
make(const char *dir, bool behind, struct ev_hash *hash)
{
	struct evault *v = fixture_open_new(dir);
	struct ev_commit c;
	uint64_t last = 0;
	char index[40];
	bool good = v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK;

	if (!good)
		return false;
	c.may_go_behind = behind;
	good = put_items(&c, ITEMS, &last) == EVAULT_OK && (c.behind != NULL) == behind &&
	       last == ITEMS && ev_commit_finish(&c, NULL) == EVAULT_OK && c.behind == NULL;
	/* And another one with the same. */
	ev_commit_release(&c);
	evault_close(v);
	v = NULL;
	snprintf(index, sizeof(index), "%s/index.db", dir);
	good = good && fixture_is_sound(dir) && fixture_remove(index) &&
	       fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
	       ev_log_head(v->log)->size == ITEMS + 2 && hash_vault(v, hash);
	evault_close(v);
	return good;
}

static void
packs_and_entries_are_those_that_one_thread_makes(void)
{
	struct ev_hash alone, behind;

	NEED(make("alone", false, &alone));
	NEED(make("behind", true, &behind));
	CHECK(ev_hash_equal(&alone, &behind));
	NEED(make("again", true, &behind));
	CHECK(ev_hash_equal(&alone, &behind));
}

static void
one_commit_after_the_other_goes_behind(void)
{
	struct evault *v = fixture_open_new("twice");
	struct ev_commit c;
	uint64_t last = 0;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	c.may_go_behind = true;
	CHECK(put_items(&c, 200, &last) == EVAULT_OK && last == 200 && c.behind != NULL);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && ev_log_head(v->log)->size == 202);
	CHECK(put_object(&c, 1000, SIZE, &(struct ev_hash){ { 0 } }) == EVAULT_OK);
	CHECK(c.behind == NULL);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK && ev_log_head(v->log)->size == 203);
	ev_commit_release(&c);
	evault_close(v);
	CHECK(fixture_is_sound("twice"));
}

static void
packs_that_were_full_meanwhile_are_filed_in_the_end(void)
{
	struct evault *v = fixture_open_new("large");
	struct ev_hash first = { { 0 } }, id;
	struct ev_place place;
	struct ev_commit c;
	uint64_t last;
	uint32_t i;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	c.may_go_behind = true;
	for (i = 0; i < LARGE_ITEMS; i++)
		NEED(put_object(&c, i, 64 << 10, i == 0 ? &first : &id) == EVAULT_OK);
	CHECK(c.behind != NULL);
	NEED(ev_commit_record(&c, &records[0], &last, NULL) == EVAULT_OK && last == 1);
	CHECK(ev_catalog_find_member(v->catalog, EV_MEMBER_OBJECT, &first, 0, &place, NULL) ==
	      EVAULT_E_NOT_FOUND);
	CHECK(ev_commit_finish(&c, NULL) == EVAULT_OK);
	CHECK(ev_catalog_find_member(v->catalog, EV_MEMBER_OBJECT, &first, 0, &place, NULL) ==
	      EVAULT_OK);
	CHECK(ev_catalog_find_member(v->catalog, EV_MEMBER_OBJECT, &id, 0, &place, NULL) ==
	      EVAULT_OK);
	CHECK(ev_set_has(&v->whole, &place.pack));
	ev_commit_release(&c);
	evault_close(v);
	v = NULL;
	NEED(fixture_open("large", EVAULT_SEALED, NULL, &v, NULL) == EVAULT_OK);
	CHECK(v->authority.n_packs == 2);
	evault_close(v);
	CHECK(fixture_is_sound("large"));
}

/* ---- failures ------------------------------------------------------------------------- */

/* No entry, no pack; and writing goes on when the vault was opened again. */
static bool
is_as_before(const char *dir)
{
	struct evault_add_summary added;
	size_t temps = fixture_temps(dir);

	if (temps > 0)
		printf("# %zu temporary files\n", temps);
	return temps == 0 && fixture_text("more", "more") &&
	       fixture_add(dir, "more", &added) == EVAULT_OK && added.kept == 1 &&
	       fixture_is_sound(dir);
}

static void
commit_that_is_given_up_ends_what_is_behind_it(void)
{
	struct evault *v = fixture_open_new("given-up");
	struct ev_commit c;
	uint64_t last;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	c.may_go_behind = true;
	CHECK(put_items(&c, 250, &last) == EVAULT_OK && c.behind != NULL);
	ev_commit_release(&c);
	CHECK(ev_commit_init(&c, v, NULL) == EVAULT_E_IO);
	evault_close(v);
	CHECK(is_as_before("given-up"));
}

static void
failure_behind_ends_the_commit_with_its_own_words(void)
{
	struct fault_plan plan = { .call = FAULT_WRITE, .sys = ENOSPC, .stays = true };
	static const int nth[] = { 0, 1, 7, 20 };
	struct evault *v;
	struct ev_commit c;
	enum evault_status rc;
	uint64_t last;
	char dir[20];
	size_t i;

	for (i = 0; i < sizeof(nth) / sizeof(nth[0]); i++) {
		snprintf(dir, sizeof(dir), "full%zu", i);
		v = fixture_open_new(dir);
		NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
		c.may_go_behind = true;
		plan.nth = nth[i];
		faults_on(&plan);
		rc = put_items(&c, 300, &last);
		if (rc == EVAULT_OK)
			rc = ev_commit_finish(&c, NULL);
		CHECK(faults_off());
		CHECK(rc == EVAULT_E_FULL);
		CHECK(ev_commit_left(&c) == 0);
		ev_commit_release(&c);
		CHECK(ev_log_head(v->log)->size == 1);
		evault_close(v);
		CHECK(is_as_before(dir));
	}
}

static void
record_that_is_added_fails_where_what_is_behind_has(void)
{
	/* The first one is of a pack that is begun. */
	struct fault_plan plan = { .call = FAULT_WRITE, .nth = 1, .sys = EIO, .stays = true };
	struct evault *v = fixture_open_new("broken");
	struct ev_commit c;
	enum evault_status rc;
	uint64_t last;
	unsigned i;

	NEED(v != NULL && ev_commit_init(&c, v, NULL) == EVAULT_OK);
	c.may_go_behind = true;
	faults_on(&plan);
	/* It is told at the latest when the ring is full. */
	for (i = 0, rc = EVAULT_OK; i < 100 && rc == EVAULT_OK; i++)
		rc = put_items(&c, 100, &last);
	CHECK(faults_off() && rc == EVAULT_E_IO);
	CHECK(c.behind != NULL && ev_commit_finish(&c, NULL) == EVAULT_E_IO);
	ev_commit_release(&c);
	evault_close(v);
	CHECK(is_as_before("broken"));
}

int
main(void)
{
	size_t i;

	if (!fixture_start() || !make_records())
		return 1;
	UNIT_RUN(packs_and_entries_are_those_that_one_thread_makes);
	UNIT_RUN(one_commit_after_the_other_goes_behind);
	UNIT_RUN(packs_that_were_full_meanwhile_are_filed_in_the_end);
	UNIT_RUN(commit_that_is_given_up_ends_what_is_behind_it);
	UNIT_RUN(failure_behind_ends_the_commit_with_its_own_words);
	UNIT_RUN(record_that_is_added_fails_where_what_is_behind_has);
	for (i = 0; i < ITEMS; i++)
		ev_record_release(&records[i]);
	return fixture_end();
}
