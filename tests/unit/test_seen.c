#include <string.h>

#include "store/seen.h"
#include "unit.h"

static struct ev_hash
hash_of(unsigned n)
{
	struct ev_hash h;

	ev_hash_of(&n, sizeof(n), &h);
	return h;
}

static void
each_of_100000_hashes_was_seen_and_no_other(void)
{
	struct ev_seen seen = EV_SEEN_INIT;
	struct ev_hash h;
	bool fresh;
	unsigned i;

	for (i = 0; i < 100000; i++) {
		h = hash_of(i);
		NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK && fresh);
	}
	CHECK(seen.n == 100000);
	for (i = 0; i < 100000; i++) {
		h = hash_of(i);
		NEED(ev_seen_has(&seen, &h));
		NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK && !fresh);
		h = hash_of(i + 100000);
		NEED(!ev_seen_has(&seen, &h));
	}
	CHECK(seen.n == 100000);
	ev_seen_release(&seen);
	h = hash_of(1);
	CHECK(seen.n == 0 && !ev_seen_has(&seen, &h));
}

static void
each_takes_25_bytes_at_the_most_also_while_it_grows(void)
{
	struct ev_seen seen = EV_SEEN_INIT;
	uint64_t slots, largest;
	struct ev_hash h;
	bool fresh;
	unsigned i, k;

	for (i = 0; i < 200000; i++) {
		h = hash_of(i);
		NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK);
		if (i < 20000 || i % 1000 != 0)
			continue;
		for (k = 0, slots = 0, largest = 0; k < EV_SEEN_PARTS; k++) {
			slots += seen.parts[k].cap;
			largest = seen.parts[k].cap > largest ? seen.parts[k].cap : largest;
		}
		/* One part is there twice while it grows. */
		NEED((slots + largest) * sizeof(*seen.parts[0].slots) <= 26 * seen.n);
	}
	ev_seen_release(&seen);
}

static void
hashes_that_differ_in_a_bit_are_told_apart(void)
{
	struct ev_seen seen = EV_SEEN_INIT;
	struct ev_hash h = { { 0 } };
	bool fresh;
	unsigned i;

	CHECK(!ev_seen_has(&seen, &h));
	NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK && fresh);
	for (i = 0; i < 256; i++) {
		h.b[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!ev_seen_has(&seen, &h));
		NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK && fresh);
		h.b[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	NEED(ev_seen_add(&seen, &h, &fresh, NULL) == EVAULT_OK && !fresh);
	CHECK(seen.n == 257);
	ev_seen_release(&seen);
}

static void
two_tables_mark_one_hash_differently(void)
{
	struct ev_seen a = EV_SEEN_INIT, b = EV_SEEN_INIT;
	struct ev_hash_mark of_a, of_b;
	struct ev_hash h = hash_of(1);
	bool fresh;

	NEED(ev_seen_add(&a, &h, &fresh, NULL) == EVAULT_OK);
	NEED(ev_seen_add(&b, &h, &fresh, NULL) == EVAULT_OK);
	ev_hash_mark(&h, a.key, &of_a);
	ev_hash_mark(&h, b.key, &of_b);
	CHECK(memcmp(of_a.b, of_b.b, sizeof(of_a.b)) != 0);
	ev_seen_release(&a);
	ev_seen_release(&b);
}

int
main(void)
{
	UNIT_RUN(each_of_100000_hashes_was_seen_and_no_other);
	UNIT_RUN(each_takes_25_bytes_at_the_most_also_while_it_grows);
	UNIT_RUN(hashes_that_differ_in_a_bit_are_told_apart);
	UNIT_RUN(two_tables_mark_one_hash_differently);
	return unit_end();
}
