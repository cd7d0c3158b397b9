#include <stdlib.h>

#include "store/places.h"
#include "unit.h"

enum {
	MANY = 100000
};

struct element {
	struct ev_hash hash;
	unsigned n;
};

static struct element elements[MANY];

static struct ev_hash
hash_of(unsigned n)
{
	struct ev_hash h;

	ev_hash_of(&n, sizeof(n), &h);
	return h;
}

static bool
add(struct ev_places *p, unsigned at, const struct ev_hash *hash)
{
	elements[at] = (struct element){ *hash, at };
	return ev_places_add(p, elements, sizeof(elements[0]), NULL) == EVAULT_OK;
}

static size_t
find(const struct ev_places *p, unsigned n)
{
	struct ev_hash h = hash_of(n);

	return ev_places_find(p, elements, sizeof(elements[0]), &h);
}

static void
each_of_100000_is_found_where_it_is_and_no_other(void)
{
	struct ev_places p = EV_PLACES_INIT;
	struct ev_hash h;
	unsigned i;

	CHECK(find(&p, 0) == SIZE_MAX);
	for (i = 0; i < MANY; i++) {
		h = hash_of(i);
		NEED(add(&p, i, &h));
		NEED(i < 100 || p.cap * sizeof(*p.slots) <= 16 * p.n);
	}
	for (i = 0; i < MANY; i++) {
		NEED(find(&p, i) == i);
		NEED(find(&p, i + MANY) == SIZE_MAX);
	}
	ev_places_release(&p);
	CHECK(find(&p, 0) == SIZE_MAX);
}

static void
of_two_with_one_hash_the_first_is_found_also_after_it_grew(void)
{
	struct ev_places p = EV_PLACES_INIT;
	struct ev_hash h = hash_of(7);
	unsigned i;

	for (i = 0; i < 3; i++)
		NEED(add(&p, i, &h));
	CHECK(find(&p, 7) == 0);
	for (; i < 1000; i++) {
		h = hash_of(i);
		NEED(add(&p, i, &h));
	}
	CHECK(find(&p, 7) == 0 && find(&p, 999) == 999);
	ev_places_release(&p);
}

/* Zeros are free places only as numbers. */
static void
the_zero_hash_is_found_like_any_other(void)
{
	struct ev_places p = EV_PLACES_INIT;
	struct ev_hash zero = { { 0 } }, one = hash_of(1);

	NEED(add(&p, 0, &one));
	CHECK(ev_places_find(&p, elements, sizeof(elements[0]), &zero) == SIZE_MAX);
	NEED(add(&p, 1, &zero));
	CHECK(ev_places_find(&p, elements, sizeof(elements[0]), &zero) == 1 && find(&p, 1) == 0);
	ev_places_release(&p);
}

int
main(void)
{
	UNIT_RUN(each_of_100000_is_found_where_it_is_and_no_other);
	UNIT_RUN(of_two_with_one_hash_the_first_is_found_also_after_it_grew);
	UNIT_RUN(the_zero_hash_is_found_like_any_other);
	return unit_end();
}
