/*
 * The frames of a pack.  Where several are read in a row, a worker reads, opens
 * and decompresses ahead of who uses them, and what it gives is used in place.
 */
#include <assert.h>

#include "store/pack_private.h"

/* To `out`, which has room for its content. */
static enum evault_status
open_frame(struct ev_pack *p, size_t i, uint8_t *out, struct evault_error *err)
{
	enum evault_status rc;

	ev_buf_clear(&p->sealed);
	rc = ev_pack_plain(p, p->sealed_at[i], p->seek[i].sealed, &p->sealed, err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_frame_decode(p->decoder, ev_slice_of(p->sealed.data, p->sealed.len), out,
			       p->seek[i].plain, err);
}

/* ---- frames in a row ------------------------------------------------------------------- */

static enum evault_status
open_ahead(void *ctx, struct ev_worker *to, struct evault_error *err)
{
	struct ev_pack *p = ctx;
	enum evault_status rc = EVAULT_OK;
	uint8_t *room;
	size_t i;

	for (i = p->ahead; i < p->end && rc == EVAULT_OK; i++) {
		rc = ev_worker_room(to, &room, err);
		if (rc == EVAULT_OK)
			rc = open_frame(p, i, room, err);
		if (rc == EVAULT_OK)
			ev_worker_give(to, p->seek[i].plain);
	}
	return rc;
}

/*
 * Frames from i on below `until` follow each other: begins to open them, where
 * there are enough.  Who has read a row and goes on behind it may go on to the
 * end of the pack: then the worker does, too, as far as its ring reaches.
 */
static void
start(struct ev_pack *p, size_t i, size_t until)
{
	if (i == p->row && i < p->n_data)
		until = p->n_data;
	if (i + EV_PACK_AHEAD > until)
		return;
	p->ahead = p->next = i;
	p->end = until;
	/* Without a thread it is opened when it is needed. */
	if (ev_worker_new(EV_WORKER_GIVES, EV_FRAME_MAX, EV_PACK_RING, open_ahead, p, &p->worker,
			  NULL) != EVAULT_OK)
		p->worker = NULL;
}

void
ev_pack_stop(struct ev_pack *p)
{
	ev_worker_free(p->worker);
	p->worker = NULL;
	p->lent = ev_slice_of(NULL, 0);
}

/* Is frame i the one that the worker gives next? */
static bool
is_ahead(const struct ev_pack *p, size_t i)
{
	return p->worker != NULL && i == p->next && i < p->end;
}

static enum evault_status
take_next(struct ev_pack *p, struct evault_error *err)
{
	enum evault_status rc = ev_worker_take(p->worker, &p->lent, err);

	assert(rc != EVAULT_OK || p->lent.len == p->seek[p->next].plain);
	p->next++;
	return rc;
}

/* ---- any of them ------------------------------------------------------------------------ */

/* Frame i, where it is still in memory; NULL. */
static const uint8_t *
find_frame(struct ev_pack *p, size_t i)
{
	size_t at;

	if (p->lent.len > 0 && i + 1 == p->next)
		return p->lent.data;
	for (at = 0; at < EV_PACK_FRAMES; at++) {
		if (p->frames[at].number == i) {
			p->last = at;
			return p->frames[at].content;
		}
	}
	return NULL;
}

static enum evault_status
open_alone(struct ev_pack *p, size_t i, const uint8_t **content, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_pack_frame *f;

	p->last = (p->last + 1) % EV_PACK_FRAMES;
	f = &p->frames[p->last];
	f->number = p->n;
	rc = open_frame(p, i, f->content, err);
	if (rc != EVAULT_OK)
		return rc;
	f->number = i;
	*content = f->content;
	return EVAULT_OK;
}

enum evault_status
ev_pack_load(struct ev_pack *p, size_t i, size_t until, const uint8_t **content,
	     struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc;

	*content = is_ahead(p, i) ? NULL : find_frame(p, i);
	if (*content != NULL)
		return EVAULT_OK;
	if (!is_ahead(p, i)) {
		ev_pack_stop(p);
		start(p, i, until);
	}
	if (is_ahead(p, i)) {
		rc = take_next(p, &why);
		*content = p->lent.data;
	} else {
		rc = open_alone(p, i, content, &why);
	}
	if (rc == EVAULT_OK)
		return rc;
	ev_pack_stop(p);
	return ev_fail(err, rc == EVAULT_E_FORMAT ? EVAULT_E_DAMAGED : rc, "%s: %s", p->path,
		       why.text);
}
