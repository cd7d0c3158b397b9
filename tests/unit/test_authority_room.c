/*
 * How much a log may name (FORMAT.md, section 5): who reads it holds all of that
 * in memory, and goes through it for each line.
 */
#include "authority_taken.h"

/* The key of somebody, who admits and signs nothing. */
static struct log_actor
somebody(unsigned n)
{
	struct log_actor who = { .key = { .name = "" } };
	struct ev_hash key;

	ev_hash_of(&n, sizeof(n), &key);
	ev_actor_verifier(key.b, &who.key);
	return who;
}

/* Gives entries of `n` lines in all, numbered from `from` on. */
static bool
give(void (*line)(unsigned n), unsigned from, size_t n)
{
	size_t i = 0;

	while (i < n) {
		line(from + (unsigned)i++);
		if ((i % 300 == 0 || i == n) && !accepted(&k.owner))
			return false;
	}
	return true;
}

static void
put_actor(unsigned n)
{
	struct log_actor who = somebody(n);

	log_line_actor(&lines, &who, "capture");
}

static void
put_end(unsigned n)
{
	struct log_actor who = somebody(n);

	log_line_end(&lines, &who);
}

static void
put_slot(unsigned n)
{
	line_of(EV_LINE_SLOT, n);
}

static void
log_of_1024_actors_takes_no_other_and_goes_on(void)
{
	NEED(begin());
	NEED(give(put_actor, 0, EV_ACTORS_MAX - a.n_actors));
	CHECK(a.n_actors == EV_ACTORS_MAX);
	put_actor(EV_ACTORS_MAX);
	CHECK(forged(&k.owner) && a.n_actors == EV_ACTORS_MAX);
	/* They may get another role, be removed, and sign. */
	line_of(EV_LINE_RECORD, 1);
	CHECK(accepted(&k.writer));
	put_end(0);
	CHECK(accepted(&k.owner));
	put_actor(0);
	CHECK(accepted(&k.owner) && a.n_actors == EV_ACTORS_MAX);
}

static void
entry_that_names_too_much_has_no_effect_at_all(void)
{
	NEED(begin());
	NEED(give(put_actor, 0, EV_ACTORS_MAX - a.n_actors - 1));
	line_of(EV_LINE_PACK, 1);
	put_actor(EV_ACTORS_MAX);
	put_actor(EV_ACTORS_MAX + 1);
	CHECK(forged(&k.owner) && a.n_packs == 0 && a.n_actors == EV_ACTORS_MAX - 1);
	put_actor(EV_ACTORS_MAX);
	CHECK(accepted(&k.owner) && a.n_actors == EV_ACTORS_MAX);
}

static void
actors_are_admitted_4096_times_in_all(void)
{
	bool good = true;

	NEED(begin());
	while (good && a.n_terms + 300 <= EV_TERMS_MAX)
		good = give(put_actor, 0, 300) && give(put_end, 0, 300);
	NEED(good);
	NEED(give(put_actor, 0, EV_TERMS_MAX - a.n_terms));
	put_actor(299);
	CHECK(forged(&k.owner) && a.n_terms == EV_TERMS_MAX);
	/* Whoever may sign already is not admitted anew, but as something else. */
	put_actor(0);
	CHECK(accepted(&k.owner));
	log_line_actor(&lines, &k.capture, "writer");
	CHECK(forged(&k.owner));
}

static void
log_names_4096_slots_and_files_and_no_other(void)
{
	NEED(begin());
	NEED(give(put_slot, 10, EV_FILES_MAX - a.n_files));
	CHECK(a.n_files == EV_FILES_MAX);
	line_of(EV_LINE_SLOT, 10 + EV_FILES_MAX);
	CHECK(forged(&k.owner));
	log_line_hash(&lines, "file keys/read.1.age", 1, "");
	CHECK(forged(&k.owner));
	log_line_hash(&lines, "slot 10", 7, "");
	CHECK(accepted(&k.owner) && a.n_files == EV_FILES_MAX);
}

static void
log_names_1024_read_keys_and_no_other(void)
{
	char line[20 + EVAULT_RECIPIENT_SIZE];
	size_t i;

	NEED(begin());
	snprintf(line, sizeof(line), "read-key %s\n", k.vault.recipient);
	while (a.n_read_keys < EV_EPOCHS_MAX) {
		for (i = a.n_read_keys; i < EV_EPOCHS_MAX && i < a.n_read_keys + 300; i++)
			ev_buf_puts(&lines, line);
		NEED(accepted(&k.owner));
	}
	ev_buf_puts(&lines, line);
	CHECK(forged(&k.owner) && a.n_read_keys == EV_EPOCHS_MAX);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(log_of_1024_actors_takes_no_other_and_goes_on);
	UNIT_RUN(entry_that_names_too_much_has_no_effect_at_all);
	UNIT_RUN(actors_are_admitted_4096_times_in_all);
	UNIT_RUN(log_names_4096_slots_and_files_and_no_other);
	UNIT_RUN(log_names_1024_read_keys_and_no_other);
	ev_authority_release(&a);
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return unit_end();
}
