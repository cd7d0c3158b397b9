/* Work on two threads.  To be run under -fsanitize=thread, too. */
#include "base/beside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/secret.h"
#include "unit.h"

enum {
	MANY = 5000
};

struct work {
	unsigned done[MANY];
	pthread_t owner;
	atomic_uint elsewhere; /* pieces that another thread did */
	atomic_bool wait;      /* the other thread does not go on */
};

static void
do_piece(void *ctx, size_t i)
{
	struct work *w = ctx;
	const struct timespec moment = { .tv_nsec = 100000 };

	w->done[i]++;
	if (pthread_equal(pthread_self(), w->owner))
		return;
	atomic_fetch_add(&w->elsewhere, 1);
	while (atomic_load(&w->wait))
		nanosleep(&moment, NULL);
}

static struct work *
work_new(bool wait)
{
	struct work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->owner = pthread_self();
	atomic_init(&w->wait, wait);
	return w;
}

static bool
all_done_once(const struct work *w, size_t n)
{
	size_t i;

	for (i = 0; i < MANY && w->done[i] == (i < n); i++)
		;
	return i == MANY;
}

static bool
waited_for(atomic_uint *what, unsigned least)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	unsigned i;

	for (i = 0; i < 10000 && atomic_load(what) < least; i++)
		nanosleep(&moment, NULL);
	return atomic_load(what) >= least;
}

static void
each_piece_is_done_once_by_one_of_two(void)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 256, MANY };
	struct ev_beside *b = NULL;
	struct work *w;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		w = work_new(false);
		NEED(ev_beside_start(do_piece, w, sizes[i], &b, NULL) == EVAULT_OK);
		ev_beside_finish(b);
		CHECK(all_done_once(w, sizes[i]));
		free(w);
	}
}

static void
the_other_thread_works_before_it_is_waited_for(void)
{
	struct work *w = work_new(false);
	struct ev_beside *b = NULL;

	NEED(ev_beside_start(do_piece, w, MANY, &b, NULL) == EVAULT_OK);
	CHECK(waited_for(&w->elsewhere, MANY));
	ev_beside_finish(b);
	CHECK(all_done_once(w, MANY));
	free(w);
}

static void *
let_go(void *arg)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	struct work *w = arg;

	nanosleep(&moment, NULL);
	atomic_store(&w->wait, false);
	return NULL;
}

/* The other one is held at its first piece, and let go when this one has nothing left to do. */
static void
this_thread_does_what_the_other_has_not_begun(void)
{
	struct work *w = work_new(true);
	struct ev_beside *b = NULL;
	pthread_t helper;

	NEED(ev_beside_start(do_piece, w, MANY, &b, NULL) == EVAULT_OK);
	NEED(waited_for(&w->elsewhere, 1));
	NEED(pthread_create(&helper, NULL, let_go, w) == 0);
	ev_beside_finish(b);
	pthread_join(helper, NULL);
	CHECK(all_done_once(w, MANY));
	CHECK(atomic_load(&w->elsewhere) == 1);
	free(w);
}

static void
what_is_given_up_begins_no_more_pieces(void)
{
	struct work *w = work_new(true);
	struct ev_beside *b = NULL;
	pthread_t helper;
	size_t i, done = 0;

	NEED(ev_beside_start(do_piece, w, MANY, &b, NULL) == EVAULT_OK);
	NEED(waited_for(&w->elsewhere, 1));
	NEED(pthread_create(&helper, NULL, let_go, w) == 0);
	ev_beside_free(b);
	pthread_join(helper, NULL);
	for (i = 0; i < MANY; i++)
		done += w->done[i];
	CHECK(done == 1 && atomic_load(&w->elsewhere) == 1);
	free(w);
	ev_beside_free(NULL);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(each_piece_is_done_once_by_one_of_two);
	UNIT_RUN(the_other_thread_works_before_it_is_waited_for);
	UNIT_RUN(this_thread_does_what_the_other_has_not_begun);
	UNIT_RUN(what_is_given_up_begins_no_more_pieces);
	return unit_end();
}
