/*
 * What a log, or one entry, says once only (FORMAT.md, section 5).
 */
#include "authority_taken.h"

#define OTHER_HASH "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

static void
record_is_added_once_only(void)
{
	NEED(begin());
	line_of(EV_LINE_RECORD, 1);
	CHECK(accepted(&k.owner));
	line_of(EV_LINE_RECORD, 1);
	CHECK(forged(&k.writer));
	line_of(EV_LINE_RECORD, 2);
	CHECK(accepted(&k.writer));
}

static void
pack_is_added_once_only_even_after_it_was_dropped(void)
{
	NEED(begin());
	line_of(EV_LINE_PACK, 1);
	CHECK(accepted(&k.owner));
	line_of(EV_LINE_PACK, 1);
	CHECK(forged(&k.owner));
	line_of(EV_LINE_DROP, 1);
	CHECK(accepted(&k.owner));
	line_of(EV_LINE_PACK, 1);
	CHECK(forged(&k.owner));
	CHECK(a.n_packs == 1 && a.packs[0].dropped);
}

static void
pack_twice_in_one_entry_is_forged(void)
{
	NEED(begin());
	line_of(EV_LINE_PACK, 1);
	line_of(EV_LINE_PACK, 1);
	CHECK(forged(&k.owner) && a.n_packs == 0);
}

static void
slot_of_one_hash_is_added_once_and_another_takes_its_place(void)
{
	const struct ev_named_file *file;
	struct ev_hash first;

	NEED(begin());
	log_line_hash(&lines, "slot 1", 1, "");
	NEED(accepted(&k.owner));
	file = ev_authority_file(&a, "keys/1.age");
	NEED(file != NULL);
	first = file->hash;
	log_line_hash(&lines, "slot 1", 2, "");
	NEED(accepted(&k.owner));
	file = ev_authority_file(&a, "keys/1.age");
	NEED(file != NULL && !ev_hash_equal(&file->hash, &first));
	/* The old slot, and its old passphrase, do not come back. */
	log_line_hash(&lines, "slot 1", 1, "");
	CHECK(forged(&k.owner));
	log_line_hash(&lines, "slot 2", 1, "");
	CHECK(accepted(&k.owner));
	ev_buf_puts(&lines, "slot-end 1\n");
	NEED(accepted(&k.owner));
	CHECK(ev_authority_file(&a, "keys/1.age") == NULL);
	CHECK(ev_authority_file(&a, "keys/2.age") != NULL);
}

/* ---- twice in one entry ---------------------------------------------------------------- */

/* Lines are in any order: what two of them say of one thing would depend on it. */
static void
entry_that_ends_one_thing_twice_is_forged(void)
{
	NEED(begin());
	line_of(EV_LINE_PACK, 1);
	line_of(EV_LINE_PACK, 2);
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "slot 1", 1, "");
	log_line_hash(&lines, "slot 2", 2, "");
	NEED(accepted(&k.owner));
	line_of(EV_LINE_DROP, 1);
	line_of(EV_LINE_DROP, 1);
	CHECK(forged(&k.writer) && !a.packs[0].dropped);
	line_of(EV_LINE_DROP, 1);
	log_line_hash(&lines, "drop", 1, " " OTHER_HASH); /* for another reason */
	CHECK(forged(&k.writer) && !a.packs[0].dropped);
	log_line_end(&lines, &k.writer);
	log_line_end(&lines, &k.writer);
	CHECK(forged(&k.owner));
	ev_buf_puts(&lines, "slot-end 1\nslot-end 1\n");
	CHECK(forged(&k.owner) && ev_authority_file(&a, "keys/1.age") != NULL);
	/* Two things, each once. */
	line_of(EV_LINE_DROP, 1);
	line_of(EV_LINE_DROP, 2);
	log_line_end(&lines, &k.writer);
	log_line_end(&lines, &k.capture);
	ev_buf_puts(&lines, "slot-end 1\nslot-end 2\n");
	CHECK(accepted(&k.owner) && a.packs[0].dropped && a.packs[1].dropped);
}

static void
entry_that_says_two_things_of_one_slot_is_forged(void)
{
	NEED(begin());
	log_line_hash(&lines, "slot 2", 1, "");
	log_line_hash(&lines, "slot 2", 2, "");
	CHECK(forged(&k.owner) && ev_authority_file(&a, "keys/2.age") == NULL);
	log_line_hash(&lines, "slot 2", 1, "");
	log_line_hash(&lines, "slot 3", 1, "");
	NEED(accepted(&k.owner));
	ev_buf_puts(&lines, "slot-end 2\n");
	log_line_hash(&lines, "slot 2", 3, "");
	CHECK(forged(&k.owner) && ev_authority_file(&a, "keys/2.age") != NULL);
}

/* ---- who holds a slot -------------------------------------------------------- */

static bool
holds(uint64_t n, const struct log_actor *who)
{
	const struct ev_named_file *slot;
	struct ev_hash actor;

	ev_hash_of(who->key.key, sizeof(who->key.key), &actor);
	slot = ev_authority_slot(&a, &actor);
	return n == 0 ? slot == NULL : slot != NULL && ev_slot_number(slot->path) == n;
}

static void
first_slot_line_is_of_the_first_actor_line_and_so_on(void)
{
	NEED(begin());
	log_line_hash(&lines, "slot 5", 1, "");
	log_line_end(&lines, &k.writer);
	NEED(accepted(&k.owner));
	CHECK(holds(0, &k.writer) && holds(0, &k.owner));
	log_line_hash(&lines, "slot 7", 2, "");
	log_line_actor(&lines, &k.writer, "writer");
	log_line_actor(&lines, &k.stranger, "capture");
	log_line_hash(&lines, "slot 3", 3, "");
	log_line_hash(&lines, "slot 4", 4, "");
	NEED(accepted(&k.owner));
	CHECK(holds(7, &k.writer) && holds(3, &k.stranger));
	/* A slot that was ended is nobody's when its number is used again. */
	ev_buf_puts(&lines, "slot-end 7\n");
	NEED(accepted(&k.owner));
	CHECK(holds(0, &k.writer));
	log_line_hash(&lines, "slot 7", 5, "");
	NEED(accepted(&k.owner));
	CHECK(holds(0, &k.writer));
}

static void
holder_seals_their_own_slot_anew_and_no_other(void)
{
	NEED(begin());
	log_line_actor(&lines, &k.stranger, "capture");
	log_line_hash(&lines, "slot 2", 1, "");
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "slot 2", 2, "");
	CHECK(accepted(&k.stranger) && holds(2, &k.stranger));
	log_line_hash(&lines, "slot 3", 3, "");
	CHECK(forged(&k.stranger)); /* one that is not there */
	log_line_hash(&lines, "slot 2", 3, "");
	CHECK(forged(&k.writer)); /* another's */
	log_line_hash(&lines, "slot 2", 2, "");
	CHECK(forged(&k.stranger)); /* one from before */
	ev_buf_puts(&lines, "slot-end 2\n");
	CHECK(forged(&k.stranger));
	log_line_hash(&lines, "slot 2", 4, "");
	log_line_actor(&lines, &k.capture, "owner");
	CHECK(forged(&k.stranger) && holds(2, &k.stranger));
	ev_buf_puts(&lines, "slot-end 2\n");
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "slot 2", 5, "");
	CHECK(forged(&k.stranger));
}

static void
number_of_a_slot_has_one_spelling(void)
{
	CHECK(ev_slot_number("keys/1.age") == 1 && ev_slot_number("keys/64.age") == 64);
	CHECK(ev_slot_number("keys/0.age") == 0 && ev_slot_number("keys/01.age") == 0);
	CHECK(ev_slot_number("keys/1.age.new") == 0 && ev_slot_number("keys/read.0.age") == 0);
	CHECK(ev_slot_number("1.age") == 0 && ev_slot_number("") == 0);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(record_is_added_once_only);
	UNIT_RUN(pack_is_added_once_only_even_after_it_was_dropped);
	UNIT_RUN(pack_twice_in_one_entry_is_forged);
	UNIT_RUN(slot_of_one_hash_is_added_once_and_another_takes_its_place);
	UNIT_RUN(entry_that_ends_one_thing_twice_is_forged);
	UNIT_RUN(entry_that_says_two_things_of_one_slot_is_forged);
	UNIT_RUN(first_slot_line_is_of_the_first_actor_line_and_so_on);
	UNIT_RUN(holder_seals_their_own_slot_anew_and_no_other);
	UNIT_RUN(number_of_a_slot_has_one_spelling);
	ev_authority_release(&a);
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return unit_end();
}
