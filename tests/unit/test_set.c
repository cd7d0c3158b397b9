#include <stdlib.h>

#include "store/set.h"
#include "unit.h"

static struct ev_hash
hash_of(unsigned n)
{
	struct ev_hash h;

	ev_hash_of(&n, sizeof(n), &h);
	return h;
}

static void
set_of_100000_hashes_has_each_of_them_and_no_other(void)
{
	struct ev_set set = EV_SET_INIT;
	struct ev_hash h;
	bool fresh;
	unsigned i;

	for (i = 0; i < 100000; i++) {
		h = hash_of(i);
		NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK && fresh);
	}
	CHECK(set.n == 100000);
	for (i = 0; i < 100000; i++) {
		h = hash_of(i);
		NEED(ev_set_has(&set, &h));
		NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK && !fresh);
		h = hash_of(i + 100000);
		NEED(!ev_set_has(&set, &h));
	}
	CHECK(set.n == 100000);
	ev_set_release(&set);
}

static void
set_takes_86_bytes_for_each_hash_at_the_most(void)
{
	struct ev_set set = EV_SET_INIT;
	struct ev_hash h;
	bool fresh;
	unsigned i;

	for (i = 0; i < 100000; i++) {
		h = hash_of(i);
		NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK);
		NEED(i < 100 || set.cap * sizeof(*set.slots) <= 86 * set.n);
	}
	ev_set_release(&set);
}

static void
the_zero_hash_is_a_member_like_any_other(void)
{
	struct ev_set set = EV_SET_INIT;
	struct ev_hash zero = { { 0 } }, one = hash_of(1);
	bool fresh;

	CHECK(!ev_set_has(&set, &zero));
	NEED(ev_set_add(&set, &one, &fresh, NULL) == EVAULT_OK && fresh);
	CHECK(!ev_set_has(&set, &zero));
	NEED(ev_set_add(&set, &zero, &fresh, NULL) == EVAULT_OK && fresh);
	CHECK(ev_set_has(&set, &zero) && ev_set_has(&set, &one));
	NEED(ev_set_add(&set, &zero, &fresh, NULL) == EVAULT_OK && !fresh);
	ev_set_release(&set);
	CHECK(!ev_set_has(&set, &zero) && !ev_set_has(&set, &one));
}

static void
hashes_that_begin_alike_are_told_apart(void)
{
	struct ev_set set = EV_SET_INIT;
	struct ev_hash h = hash_of(1);
	bool fresh;
	unsigned i;

	for (i = 0; i < 200; i++) {
		h.b[31] = (uint8_t)i;
		NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK && fresh);
	}
	h.b[31] = 200;
	CHECK(!ev_set_has(&set, &h));
	h.b[31] = 7;
	CHECK(ev_set_has(&set, &h));
	ev_set_release(&set);
}

static void
each_member_is_given_once(void)
{
	struct ev_set set = EV_SET_INIT, given = EV_SET_INIT;
	const struct ev_hash *next;
	struct ev_hash h = { { 0 } };
	size_t at = 0;
	bool fresh;
	unsigned i;

	CHECK(ev_set_next(&set, &at) == NULL && ev_set_next(&set, &at) == NULL);
	NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK);
	for (i = 0; i < 500; i++) {
		h = hash_of(i);
		NEED(ev_set_add(&set, &h, &fresh, NULL) == EVAULT_OK);
	}
	at = 0;
	for (i = 0; (next = ev_set_next(&set, &at)) != NULL; i++)
		CHECK(ev_set_has(&set, next) &&
		      ev_set_add(&given, next, &fresh, NULL) == EVAULT_OK && fresh);
	CHECK(i == 501);
	ev_set_release(&set);
	ev_set_release(&given);
}

int
main(void)
{
	UNIT_RUN(set_of_100000_hashes_has_each_of_them_and_no_other);
	UNIT_RUN(set_takes_86_bytes_for_each_hash_at_the_most);
	UNIT_RUN(the_zero_hash_is_a_member_like_any_other);
	UNIT_RUN(hashes_that_begin_alike_are_told_apart);
	UNIT_RUN(each_member_is_given_once);
	return unit_end();
}
