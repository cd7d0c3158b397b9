#include "base/worker.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	STACK = 256 << 10 /* bytes: deeper than any stage goes */
};

struct ev_worker {
	enum ev_worker_way way;
	ev_worker_fn *run;
	void *ctx;
	pthread_t thread;

	/* Under the lock: */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* one for both: at most one of two waits */
	size_t first, n;        /* in `queue`: pieces that were put and not given back */
	bool lent;              /* the first of them is being looked at */
	size_t n_free;          /* in `free` */
	bool finished;          /* the owner puts no more */
	bool freed;             /* the owner is over */
	bool ended;             /* the worker is over, with: */
	enum evault_status rc;
	struct evault_error error;

	struct piece {
		size_t at; /* which of the ring's */
		size_t len;
	} queue[EV_WORKER_PIECES_MAX];
	size_t free[EV_WORKER_PIECES_MAX]; /* a stack: few are touched as long as few wait */
	size_t used;                       /* pieces that ever held something: the first ones */
	size_t pieces, size;               /* how many, of how many bytes */
	uint8_t *ring;

	/* Of who puts: */
	bool filling;   /* has a piece that is neither free nor in the queue, … */
	size_t fill_at; /* … this one of the ring's, … */
	size_t fill;    /* … with as many bytes in it by ev_worker_put */
};

static void give_rest(struct ev_worker *w);

/* ---- the thread --------------------------------------------------------------------- */

static void *
thread_main(void *arg)
{
	struct ev_worker *w = arg;
	struct evault_error error = { .text = "" };
	enum evault_status rc = w->run(w->ctx, w, &error);

	if (w->way == EV_WORKER_GIVES)
		give_rest(w);
	sodium_stackzero(STACK); /* glibc keeps it for the next thread */
	pthread_mutex_lock(&w->lock);
	w->rc = rc;
	w->error = error;
	w->ended = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Returns an errno value. */
static int
start_thread(struct ev_worker *w)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
	sigset_t held, before;
	size_t i;
	int sys;

	/* A handler of a crash wipes secrets: those alone come here. */
	sigfillset(&held);
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigdelset(&held, crashes[i]);
	sys = pthread_sigmask(SIG_SETMASK, &held, &before);
	if (sys != 0)
		return sys;
	sys = pthread_create(&w->thread, NULL, thread_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return sys;
}

static void
release(struct ev_worker *w)
{
	if (w->ring != NULL)
		ev_wipe(w->ring, w->used * w->size);
	free(w->ring);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

enum evault_status
ev_worker_new(enum ev_worker_way way, size_t size, size_t pieces, ev_worker_fn *run, void *ctx,
	      struct ev_worker **worker, struct evault_error *err)
{
	struct ev_worker *w = calloc(1, sizeof(*w));
	int sys;

	assert(pieces >= 2 && pieces <= EV_WORKER_PIECES_MAX);
	if (w == NULL)
		return ev_fail_nomem(err);
	w->way = way;
	w->run = run;
	w->ctx = ctx;
	w->pieces = pieces;
	w->size = size;
	while (w->n_free < pieces) {
		w->n_free++;
		w->free[pieces - w->n_free] = w->n_free - 1;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->ring = malloc(pieces * size);
	if (w->ring == NULL) {
		release(w);
		return ev_fail_nomem(err);
	}
	sys = start_thread(w);
	if (sys != 0) {
		release(w);
		return ev_fail_sys(err, sys, "a thread cannot be started");
	}
	*worker = w;
	return EVAULT_OK;
}

/* ---- the ring: all under the lock ------------------------------------------------------- */

/* Nobody takes any more. */
static bool
takes_no_more(const struct ev_worker *w)
{
	return w->way == EV_WORKER_GIVES ? w->freed : w->ended;
}

/* Nobody puts any more. */
static bool
puts_no_more(const struct ev_worker *w)
{
	return w->way == EV_WORKER_GIVES ? w->ended : w->finished || w->freed;
}

/* Who waited for room is not woken for each piece of it, … */
static bool
has_room(const struct ev_worker *w)
{
	return w->n_free >= w->pieces / 2;
}

/* … nor who waited for pieces for each of them. */
static bool
has_some(const struct ev_worker *w)
{
	return w->n > 0 && w->n >= w->pieces / 8;
}

static enum evault_status
fail_cancelled(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
}

/* To its owner: what it returned. */
static enum evault_status
outcome(const struct ev_worker *w, struct evault_error *err)
{
	if (w->rc != EVAULT_OK && err != NULL)
		*err = w->error;
	return w->rc;
}

static void
give_back(struct ev_worker *w)
{
	w->free[w->n_free++] = w->queue[w->first].at;
	w->first = (w->first + 1) % w->pieces;
	w->n--;
	w->lent = false;
	if (has_room(w))
		pthread_cond_signal(&w->changed);
}

/* ---- both sides -------------------------------------------------------------------------- */

enum evault_status
ev_worker_room(struct ev_worker *w, uint8_t **room, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	pthread_mutex_lock(&w->lock);
	if (!w->filling && w->n_free == 0)
		while (!has_room(w) && !takes_no_more(w))
			pthread_cond_wait(&w->changed, &w->lock);
	if (takes_no_more(w)) {
		rc = w->way == EV_WORKER_GIVES ? fail_cancelled(err) : outcome(w, err);
		w->filling = false;
	} else if (!w->filling) {
		w->filling = true;
		w->fill_at = w->free[--w->n_free];
		if (w->used <= w->fill_at)
			w->used = w->fill_at + 1;
	}
	pthread_mutex_unlock(&w->lock);
	*room = w->filling ? w->ring + w->fill_at * w->size : NULL;
	return rc;
}

void
ev_worker_give(struct ev_worker *w, size_t len)
{
	assert(w->filling && len > 0 && len <= w->size);
	pthread_mutex_lock(&w->lock);
	w->filling = false;
	w->fill = 0;
	w->queue[(w->first + w->n++) % w->pieces] = (struct piece){ w->fill_at, len };
	if (has_some(w))
		pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

bool
ev_worker_is_behind(struct ev_worker *w)
{
	bool behind;

	pthread_mutex_lock(&w->lock);
	behind = w->n >= w->pieces / 2;
	pthread_mutex_unlock(&w->lock);
	return behind;
}

enum evault_status
ev_worker_put(struct ev_worker *w, const uint8_t *data, size_t len, struct evault_error *err)
{
	enum evault_status rc;
	uint8_t *room;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		rc = ev_worker_room(w, &room, err);
		if (room == NULL)
			return rc;
		n = len < w->size - w->fill ? len : w->size - w->fill;
		memcpy(room + w->fill, data, n);
		w->fill += n;
		if (w->fill == w->size)
			ev_worker_give(w, w->size);
	}
	return EVAULT_OK;
}

/* What was put and did not fill its piece. */
static void
give_rest(struct ev_worker *w)
{
	if (w->filling && w->fill > 0)
		ev_worker_give(w, w->fill);
}

bool
ev_worker_is_wanted(struct ev_worker *w)
{
	bool wanted;

	pthread_mutex_lock(&w->lock);
	wanted = !takes_no_more(w);
	pthread_mutex_unlock(&w->lock);
	return wanted;
}

static enum evault_status
put(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	return ev_worker_put(ctx, data, len, err);
}

struct ev_sink
ev_worker_sink(struct ev_worker *w)
{
	return (struct ev_sink){ put, w };
}

enum evault_status
ev_worker_take(struct ev_worker *w, struct ev_slice *piece, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	pthread_mutex_lock(&w->lock);
	if (w->lent)
		give_back(w);
	if (w->n == 0)
		while (!has_some(w) && !puts_no_more(w))
			pthread_cond_wait(&w->changed, &w->lock);
	if (w->freed) {
		rc = fail_cancelled(err);
	} else if (w->n > 0) {
		w->lent = true;
		*piece =
		    ev_slice_of(w->ring + w->queue[w->first].at * w->size, w->queue[w->first].len);
	} else {
		*piece = ev_slice_of(NULL, 0);
		rc = w->way == EV_WORKER_GIVES ? outcome(w, err) : EVAULT_OK;
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* ---- its owner ---------------------------------------------------------------------------- */

void
ev_worker_end(struct ev_worker *w)
{
	assert(w->way == EV_WORKER_TAKES);
	give_rest(w);
	pthread_mutex_lock(&w->lock);
	w->finished = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

enum evault_status
ev_worker_finish(struct ev_worker *w, struct evault_error *err)
{
	enum evault_status rc;

	ev_worker_end(w);
	pthread_mutex_lock(&w->lock);
	while (!w->ended)
		pthread_cond_wait(&w->changed, &w->lock);
	rc = outcome(w, err);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

void
ev_worker_free(struct ev_worker *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->freed = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	release(w);
}
