/*
 * Entries that are looked at ahead of who asks for them, in a vault that was
 * opened by its index: they are judged as the others are.
 */
#include <stdlib.h>

#include "vault.h"
#include "vault_fixture.h"

enum {
	FILES = 900
};

/* A vault of many items that was opened without reading its log. */
static struct evault *
open_quick(const char *dir, enum evault_access access)
{
	struct evault *v = NULL;

	if (fixture_open(dir, access, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
	    v->skipped == FILES + 2)
		return v;
	evault_close(v);
	return NULL;
}

static bool
make(void)
{
	struct evault_add_summary added;
	char path[40], text[40];
	unsigned i;

	if (!fixture_vault("a") || !fixture_folder("many"))
		return false;
	for (i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "many/file%u", i);
		snprintf(text, sizeof(text), "text of %u", i);
		if (!fixture_text(path, text))
			return false;
	}
	return fixture_add("a", "many", &added) == EVAULT_OK && added.kept == FILES;
}

static uint8_t *
key_of_owner(struct evault *v)
{
	return v->authority.n_actors == 1 ? v->authority.actors[0].verifier.key : NULL;
}

/* Is it what the log has, of this index? */
static enum evault_status
ask(struct evault *v, uint64_t index)
{
	static struct ev_entry entry;
	struct ev_buf bytes = EV_BUF_INIT, wanted = EV_BUF_INIT;
	enum evault_status rc = ev_vault_entry(v, index, &bytes, &entry, NULL);

	if (rc == EVAULT_OK && (ev_log_entry(v->log, index, &wanted, NULL, NULL) != EVAULT_OK ||
				!ev_slice_equal(ev_slice_of(bytes.data, bytes.len),
						ev_slice_of(wanted.data, wanted.len)) ||
				entry.after != index || entry.note.known != NULL))
		rc = EVAULT_E_IO;
	ev_buf_release(&bytes);
	ev_buf_release(&wanted);
	return rc;
}

/* From `from` on, each `step`-th; how many are as they must be. */
static unsigned
ask_many(struct evault *v, uint64_t from, uint64_t step)
{
	unsigned good = 0;

	for (; from < v->skipped; from += step)
		good += ask(v, from) == EVAULT_OK;
	return good;
}

static void
entries_are_the_same_in_whatever_order_they_are_asked_for(void)
{
	struct evault *v = open_quick("a", EVAULT_READ);
	uint64_t i;

	NEED(v != NULL);
	CHECK(ask_many(v, 0, 1) == FILES + 2);
	CHECK(ask_many(v, 0, 1) == FILES + 2);
	evault_close(v);
	v = open_quick("a", EVAULT_READ);
	NEED(v != NULL);
	CHECK(ask_many(v, 1, 7) == (FILES + 7) / 7);
	for (i = v->skipped; i > 0; i--)
		CHECK(ask(v, i - 1) == EVAULT_OK);
	CHECK(ask(v, v->skipped) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	/* Of others in between, too; and given up in the middle. */
	v = open_quick("a", EVAULT_READ);
	NEED(v != NULL);
	for (i = 0; i < 200; i++)
		CHECK(ask(v, i) == EVAULT_OK && ask(v, FILES - i * 3) == EVAULT_OK);
	evault_close(v);
}

static void
look_ahead_is_believed_only_for_the_key_that_must_have_signed(void)
{
	struct evault *v = open_quick("a", EVAULT_READ);
	uint64_t i;

	NEED(v != NULL && key_of_owner(v) != NULL);
	for (i = 1; i < 100; i++)
		CHECK(ask(v, i) == EVAULT_OK);
	NEED(v->ahead != NULL);
	/* What is at hand, and what is being looked at, is by a key that is nobody's now. */
	key_of_owner(v)[7] ^= 1;
	for (; i < 600; i++)
		CHECK(ask(v, i) == EVAULT_E_DAMAGED);
	/* And the other way round. */
	key_of_owner(v)[7] ^= 1;
	for (; i < v->skipped; i++)
		CHECK(ask(v, i) == EVAULT_OK);
	evault_close(v);
}

static void
what_was_judged_before_a_commit_is_not_judged_again(void)
{
	struct evault *v = open_quick("a", EVAULT_WRITE);
	struct evault_add_summary added;
	const char *const paths[] = { "one" };
	struct evault_add what = { .paths = paths, .n_paths = 1 };

	NEED(v != NULL && fixture_text("one", "more"));
	CHECK(ask_many(v, 0, 2) == FILES / 2 + 1);
	NEED(evault_add(v, &what, &added, NULL) == EVAULT_OK && added.kept == 1);
	CHECK(v->judged.size == FILES + 4 && v->skipped == FILES + 2);
	/* Were they asked for now, they would not be found to be signed by who could. */
	NEED(key_of_owner(v) != NULL);
	key_of_owner(v)[7] ^= 1;
	CHECK(ask_many(v, 0, 2) == FILES / 2 + 1);
	CHECK(ask_many(v, 1, 2) == 0);
	evault_close(v);
	CHECK(fixture_is_sound("a"));
}

int
main(void)
{
	if (!fixture_start() || !make())
		return 1;
	UNIT_RUN(entries_are_the_same_in_whatever_order_they_are_asked_for);
	UNIT_RUN(look_ahead_is_believed_only_for_the_key_that_must_have_signed);
	UNIT_RUN(what_was_judged_before_a_commit_is_not_judged_again);
	return fixture_end();
}
