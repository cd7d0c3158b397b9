/* Packs are hashed ahead of who opens them, where a thread is to be had. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/worker.h"
#include "check.h"

enum {
	AHEAD = 2 /* packs that wait: more would push each other out of the system's memory */
};

struct ev_check_ahead {
	struct ev_checking *c; /* of it the worker has the folder, and the list of packs */
	struct ev_worker *worker;
	int dir;
	const struct ev_authority *authority;
};

static enum evault_status
go_on(void *ctx, uint64_t bytes, struct evault_error *err)
{
	(void)bytes;
	if (ev_worker_is_wanted(ctx))
		return EVAULT_OK;
	return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
}

static enum evault_status
look_ahead(void *ctx, struct ev_worker *to, struct evault_error *err)
{
	const struct ev_check_ahead *h = ctx;
	const struct ev_authority *a = h->authority;
	enum evault_status rc = EVAULT_OK;
	struct ev_check_look look;
	uint8_t *room;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		if (a->packs[i].dropped)
			continue;
		ev_check_look(h->dir, &a->packs[i], true, go_on, to, &look);
		rc = ev_worker_room(to, &room, err);
		if (rc != EVAULT_OK)
			break;
		memcpy(room, &look, sizeof(look));
		ev_worker_give(to, sizeof(look));
	}
	return rc;
}

enum evault_status
ev_check_ahead_new(struct ev_checking *c, struct ev_check_ahead **ahead, struct evault_error *err)
{
	struct ev_check_ahead *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return ev_fail_nomem(err);
	h->c = c;
	h->dir = c->v->dir;
	h->authority = &c->v->authority;
	/* Without a thread each one is hashed when its turn comes. */
	if (ev_worker_new(EV_WORKER_GIVES, sizeof(struct ev_check_look), AHEAD, look_ahead, h,
			  &h->worker, NULL) != EVAULT_OK)
		h->worker = NULL;
	*ahead = h;
	return EVAULT_OK;
}

enum evault_status
ev_check_ahead_judge(struct ev_check_ahead *h, const struct ev_pack_line *pack,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_check_look look;
	struct ev_slice piece;

	if (h->worker == NULL) {
		ev_check_look(h->dir, pack, true, ev_check_tick, h->c, &look);
		return ev_check_judge(h->c, pack, &look, err);
	}
	rc = ev_worker_take(h->worker, &piece, err);
	if (rc != EVAULT_OK)
		return rc;
	assert(piece.len == sizeof(look));
	memcpy(&look, piece.data, sizeof(look));
	if (look.hashed)
		rc = ev_check_tick(h->c, look.size, err);
	return rc == EVAULT_OK ? ev_check_judge(h->c, pack, &look, err) : rc;
}

void
ev_check_ahead_free(struct ev_check_ahead *h)
{
	if (h != NULL)
		ev_worker_free(h->worker);
	free(h);
}
