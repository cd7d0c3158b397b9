#include "base/beside.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/worker.h"

struct ev_beside {
	ev_beside_fn *fn;
	void *ctx;
	size_t n;
	atomic_size_t next;       /* the first piece that nobody has taken */
	struct ev_worker *worker; /* gives nothing; NULL: there is no thread */
};

static void
do_pieces(struct ev_beside *b)
{
	size_t i;

	while ((i = atomic_fetch_add(&b->next, 1)) < b->n)
		b->fn(b->ctx, i);
}

static enum evault_status
run(void *ctx, struct ev_worker *worker, struct evault_error *err)
{
	(void)worker;
	(void)err;
	do_pieces(ctx);
	return EVAULT_OK;
}

enum evault_status
ev_beside_start(ev_beside_fn *fn, void *ctx, size_t n, struct ev_beside **beside,
		struct evault_error *err)
{
	struct ev_beside *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return ev_fail_nomem(err);
	b->fn = fn;
	b->ctx = ctx;
	b->n = n;
	atomic_init(&b->next, 0);
	if (ev_worker_new(EV_WORKER_GIVES, 1, 2, run, b, &b->worker, NULL) != EVAULT_OK)
		b->worker = NULL;
	*beside = b;
	return EVAULT_OK;
}

void
ev_beside_finish(struct ev_beside *b)
{
	do_pieces(b);
	ev_beside_free(b);
}

void
ev_beside_free(struct ev_beside *b)
{
	if (b == NULL)
		return;
	atomic_store(&b->next, b->n);
	ev_worker_free(b->worker);
	free(b);
}
