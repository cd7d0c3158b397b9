/* A stage on a thread of its own.  To be run under -fsanitize=thread, too. */
#include "base/worker.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/secret.h"
#include "unit.h"

enum {
	RING = EV_WORKER_PIECES * EV_WORKER_PIECE,
	MANY = 5 << 20, /* bytes; several times the ring */
};

/* The byte at `at` of a stream that repeats itself nowhere near the size of a piece. */
static uint8_t
byte_at(size_t at)
{
	return (uint8_t)((at * 2654435761U) >> 13);
}

/* Puts `all` bytes in pieces of every size up to some more than one of the ring. */
static enum evault_status
put_stream(struct ev_worker *w, size_t all, struct evault_error *err)
{
	static const size_t sizes[] = { 1,
					EV_WORKER_PIECE - 1,
					EV_WORKER_PIECE,
					EV_WORKER_PIECE + 1,
					3,
					3 * EV_WORKER_PIECE + 7,
					512 };
	enum evault_status rc = EVAULT_OK;
	uint8_t data[3 * EV_WORKER_PIECE + 7];
	size_t at, i, n, turn = 0;

	for (at = 0; at < all && rc == EVAULT_OK; at += n) {
		n = sizes[turn++ % (sizeof(sizes) / sizeof(sizes[0]))];
		n = n < all - at ? n : all - at;
		for (i = 0; i < n; i++)
			data[i] = byte_at(at + i);
		rc = ev_worker_put(w, data, n, err);
		memset(data, 0, n); /* it was copied */
	}
	return rc;
}

/* Takes to the end; *good when each byte is the one that was put. */
static enum evault_status
take_stream(struct ev_worker *w, size_t *got, bool *good, struct evault_error *err)
{
	struct ev_slice piece = { NULL, 1 };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	*got = 0;
	*good = true;
	while (rc == EVAULT_OK && piece.len > 0) {
		rc = ev_worker_take(w, &piece, err);
		for (i = 0; rc == EVAULT_OK && i < piece.len; i++)
			*good = *good && piece.data[i] == byte_at(*got + i);
		*good = *good && (rc != EVAULT_OK || piece.len <= EV_WORKER_PIECE);
		*got += rc == EVAULT_OK ? piece.len : 0;
	}
	return rc;
}

struct job {
	size_t all;             /* bytes to put */
	enum evault_status end; /* what it then returns */
	size_t got;             /* bytes that it took */
	bool good;
	enum evault_status saw; /* what ended its putting or taking */
	struct evault_error said;
	unsigned sleep_ms; /* before it begins */
};

static void
pause_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static enum evault_status
giving(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	struct job *j = ctx;

	pause_ms(j->sleep_ms);
	j->saw = put_stream(w, j->all, &j->said);
	if (j->saw != EVAULT_OK)
		return ev_fail(err, j->saw, "%s", j->said.text);
	return j->end == EVAULT_OK ? EVAULT_OK : ev_fail(err, j->end, "after %zu bytes", j->all);
}

static enum evault_status
taking(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	struct job *j = ctx;

	pause_ms(j->sleep_ms);
	j->saw = take_stream(w, &j->got, &j->good, &j->said);
	if (j->saw != EVAULT_OK)
		return ev_fail(err, j->saw, "%s", j->said.text);
	return j->end == EVAULT_OK ? EVAULT_OK : ev_fail(err, j->end, "after %zu bytes", j->got);
}

/* ---- bytes ------------------------------------------------------------------------- */

static void
all_bytes_arrive_in_order_from_a_worker_that_gives(void)
{
	static const size_t sizes[] = { 0, 1, EV_WORKER_PIECE, RING - 1, RING, RING + 1, MANY };
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	size_t i, got;
	bool good;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct job j = { .all = sizes[i] };

		NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, giving, &j,
				   &w, NULL) == EVAULT_OK);
		CHECK(take_stream(w, &got, &good, NULL) == EVAULT_OK);
		CHECK(good && got == sizes[i]);
		CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_OK && piece.len == 0);
		ev_worker_free(w);
		CHECK(j.saw == EVAULT_OK);
	}
}

static void
all_bytes_arrive_in_order_at_a_worker_that_takes(void)
{
	static const size_t sizes[] = { 0, 1, RING, MANY };
	struct ev_worker *w = NULL;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct job j = { .all = 0 };

		NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, taking, &j,
				   &w, NULL) == EVAULT_OK);
		CHECK(put_stream(w, sizes[i], NULL) == EVAULT_OK);
		CHECK(ev_worker_finish(w, NULL) == EVAULT_OK);
		ev_worker_free(w);
		CHECK(j.good && j.got == sizes[i] && j.saw == EVAULT_OK);
	}
}

/* Gives on, through another worker, what it takes. */
static enum evault_status
passing(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	struct job *last = ctx;
	struct ev_worker *next = NULL;
	struct ev_slice piece = { NULL, 1 };
	struct ev_sink out;
	enum evault_status rc = ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES,
					      taking, last, &next, err);

	if (rc != EVAULT_OK)
		return rc;
	out = ev_worker_sink(next);
	while (rc == EVAULT_OK && piece.len > 0) {
		rc = ev_worker_take(w, &piece, err);
		if (rc == EVAULT_OK)
			rc = out.write(out.ctx, piece.data, piece.len, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_worker_finish(next, err);
	ev_worker_free(next);
	return rc;
}

static void
stages_in_a_row_end_and_fail_as_one(void)
{
	struct job good = { .all = 0 }, bad = { .end = EVAULT_E_FULL };
	struct evault_error err = { .text = "" };
	struct ev_worker *w = NULL;

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, passing, &good, &w,
			   NULL) == EVAULT_OK);
	CHECK(put_stream(w, MANY, NULL) == EVAULT_OK);
	CHECK(ev_worker_finish(w, NULL) == EVAULT_OK);
	ev_worker_free(w);
	CHECK(good.good && good.got == MANY);

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, passing, &bad, &w,
			   NULL) == EVAULT_OK);
	CHECK(put_stream(w, MANY, NULL) == EVAULT_OK);
	CHECK(ev_worker_finish(w, &err) == EVAULT_E_FULL);
	CHECK(strstr(err.text, "after 5242880 bytes") != NULL);
	ev_worker_free(w);
}

/* A piece for each number, as it is. */
static enum evault_status
giving_numbers(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	const uint8_t *n = ctx;
	enum evault_status rc = EVAULT_OK;
	uint8_t *room, *again, i;

	for (i = 1; i <= *n && rc == EVAULT_OK; i++) {
		rc = ev_worker_room(w, &room, err);
		if (rc != EVAULT_OK)
			return rc;
		memset(room, i, i);
		rc = ev_worker_room(w, &again, err);
		if (rc == EVAULT_OK && again == room)
			ev_worker_give(w, i);
	}
	return rc;
}

static void
pieces_that_are_filled_in_place_are_handed_over_each(void)
{
	static const size_t rings[] = { 2, 3, 8, EV_WORKER_PIECES_MAX };
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	uint8_t n = 200, i;
	size_t k;

	for (k = 0; k < 4; k++) {
		NEED(ev_worker_new(EV_WORKER_GIVES, 200, rings[k], giving_numbers, &n, &w, NULL) ==
		     EVAULT_OK);
		for (i = 1; i <= n; i++) {
			NEED(ev_worker_take(w, &piece, NULL) == EVAULT_OK);
			CHECK(piece.len == i && piece.data[0] == i && piece.data[i - 1] == i);
		}
		CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_OK && piece.len == 0);
		ev_worker_free(w);
	}
}

/* ---- what goes wrong ------------------------------------------------------------------ */

static void
what_a_giver_fails_with_comes_behind_all_that_it_put(void)
{
	struct job j = { .all = MANY, .end = EVAULT_E_DAMAGED };
	struct evault_error err = { .text = "" };
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	size_t got;
	bool good;

	NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, giving, &j, &w,
			   NULL) == EVAULT_OK);
	CHECK(take_stream(w, &got, &good, &err) == EVAULT_E_DAMAGED);
	CHECK(good && got == MANY);
	CHECK(err.status == EVAULT_E_DAMAGED && strcmp(err.text, "after 5242880 bytes") == 0);
	/* It is asked again, and with nowhere to put the words. */
	CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_E_DAMAGED);
	ev_worker_free(w);
}

/* Takes some bytes alone, then fails: or ends well. */
static enum evault_status
taking_one(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	struct job *j = ctx;
	struct ev_slice piece;
	enum evault_status rc = ev_worker_take(w, &piece, err);

	if (rc != EVAULT_OK || j->end == EVAULT_OK)
		return rc;
	return ev_fail(err, j->end, "no room");
}

static void
what_a_taker_fails_with_ends_its_owners_putting(void)
{
	struct job full = { .end = EVAULT_E_FULL }, well = { .end = EVAULT_OK };
	struct evault_error err = { .text = "" }, again = { .text = "" };
	struct ev_worker *w = NULL;

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, taking_one, &full,
			   &w, NULL) == EVAULT_OK);
	/* More than the ring holds: it is noticed at the latest when that is full. */
	CHECK(put_stream(w, MANY, &err) == EVAULT_E_FULL && strcmp(err.text, "no room") == 0);
	CHECK(ev_worker_finish(w, &again) == EVAULT_E_FULL && strcmp(again.text, "no room") == 0);
	ev_worker_free(w);

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, taking_one, &well,
			   &w, NULL) == EVAULT_OK);
	CHECK(put_stream(w, MANY, NULL) == EVAULT_OK);
	CHECK(ev_worker_finish(w, NULL) == EVAULT_OK);
	ev_worker_free(w);
}

static void
a_giver_is_cancelled_when_its_owner_wants_no_more(void)
{
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	unsigned taken, i;

	for (taken = 0; taken < 3; taken++) {
		struct job j = { .all = MANY };

		NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, giving, &j,
				   &w, NULL) == EVAULT_OK);
		for (i = 0; i < taken; i++)
			CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_OK && piece.len > 0);
		ev_worker_free(w);
		CHECK(j.saw == EVAULT_E_CANCELLED && strcmp(j.said.text, "interrupted") == 0);
	}
	ev_worker_free(NULL);
}

static enum evault_status
working_while_it_is_wanted(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	(void)ctx;
	while (ev_worker_is_wanted(w))
		pause_ms(1);
	return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
}

static void
a_giver_that_works_for_long_can_ask_whether_it_is_wanted(void)
{
	struct ev_worker *w = NULL;

	NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES,
			   working_while_it_is_wanted, NULL, &w, NULL) == EVAULT_OK);
	pause_ms(5);
	ev_worker_free(w);
}

static void
a_taker_tells_the_end_from_an_owner_that_gave_up(void)
{
	struct job j = { .all = 0 };
	struct ev_worker *w = NULL;

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, taking, &j, &w,
			   NULL) == EVAULT_OK);
	CHECK(put_stream(w, RING / 4, NULL) == EVAULT_OK);
	ev_worker_free(w);
	CHECK(j.saw == EVAULT_E_CANCELLED && j.good);
}

/* ---- the thread ----------------------------------------------------------------------------- */

static enum evault_status
looking_at_signals(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	(void)w;
	(void)err;
	pthread_sigmask(SIG_SETMASK, NULL, ctx);
	return EVAULT_OK;
}

static void
signals_go_to_the_owner_and_crashes_to_their_thread(void)
{
	sigset_t before, inside, after;
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	int number;

	sigemptyset(&inside);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, looking_at_signals,
			   &inside, &w, NULL) == EVAULT_OK);
	CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_OK && piece.len == 0);
	ev_worker_free(w);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	CHECK(sigismember(&inside, SIGINT) && sigismember(&inside, SIGTERM));
	CHECK(sigismember(&inside, SIGHUP) && sigismember(&inside, SIGPIPE));
	CHECK(sigismember(&inside, SIGALRM) && sigismember(&inside, SIGXFSZ));
	CHECK(!sigismember(&inside, SIGSEGV) && !sigismember(&inside, SIGBUS));
	CHECK(!sigismember(&inside, SIGABRT));
	for (number = 1; number < SIGRTMIN; number++)
		CHECK(sigismember(&before, number) == sigismember(&after, number));
}

static uint64_t
processor_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
who_waits_takes_no_time_of_the_processor(void)
{
	struct job slow = { .all = 1, .sleep_ms = 600 }, lazy = { .all = 0, .sleep_ms = 600 };
	static const uint8_t zeros[RING + 1];
	struct ev_worker *w = NULL;
	struct ev_slice piece;
	uint64_t began = processor_ms();

	NEED(ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, giving, &slow, &w,
			   NULL) == EVAULT_OK);
	CHECK(ev_worker_take(w, &piece, NULL) == EVAULT_OK && piece.len == 1);
	ev_worker_free(w);
	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, taking, &lazy, &w,
			   NULL) == EVAULT_OK);
	CHECK(ev_worker_put(w, zeros, sizeof(zeros), NULL) == EVAULT_OK);
	CHECK(ev_worker_finish(w, NULL) == EVAULT_OK);
	ev_worker_free(w);
	CHECK(processor_ms() - began < 400);
}

/* Takes and gives back secrets; each is zeroed when it comes, and nobody else's. */
static bool
use_secrets(uint8_t mark)
{
	static const size_t sizes[] = { 1, 32, 4096, 70000 };
	size_t turn, i, n;
	uint8_t *p;
	bool good = true;

	for (turn = 0; turn < 400; turn++) {
		n = sizes[turn % 4];
		p = ev_secret_new(n);
		if (p == NULL)
			return false;
		for (i = 0; i < n; i++)
			good = good && p[i] == 0;
		memset(p, mark, n);
		for (i = 0; i < n; i++)
			good = good && p[i] == mark;
		ev_secret_free(p);
	}
	return good;
}

static enum evault_status
using_secrets(void *ctx, struct ev_worker *w, struct evault_error *err)
{
	(void)w;
	(void)err;
	*(bool *)ctx = use_secrets(0x55);
	return EVAULT_OK;
}

static void
memory_for_secrets_is_had_on_both_threads(void)
{
	struct ev_worker *w = NULL;
	bool there = false;

	NEED(ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, using_secrets,
			   &there, &w, NULL) == EVAULT_OK);
	CHECK(use_secrets(0xAA));
	CHECK(ev_worker_finish(w, NULL) == EVAULT_OK);
	ev_worker_free(w);
	CHECK(there);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(all_bytes_arrive_in_order_from_a_worker_that_gives);
	UNIT_RUN(all_bytes_arrive_in_order_at_a_worker_that_takes);
	UNIT_RUN(stages_in_a_row_end_and_fail_as_one);
	UNIT_RUN(pieces_that_are_filled_in_place_are_handed_over_each);
	UNIT_RUN(what_a_giver_fails_with_comes_behind_all_that_it_put);
	UNIT_RUN(what_a_taker_fails_with_ends_its_owners_putting);
	UNIT_RUN(a_giver_is_cancelled_when_its_owner_wants_no_more);
	UNIT_RUN(a_giver_that_works_for_long_can_ask_whether_it_is_wanted);
	UNIT_RUN(a_taker_tells_the_end_from_an_owner_that_gave_up);
	UNIT_RUN(signals_go_to_the_owner_and_crashes_to_their_thread);
	UNIT_RUN(who_waits_takes_no_time_of_the_processor);
	UNIT_RUN(memory_for_secrets_is_had_on_both_threads);
	return unit_end();
}
