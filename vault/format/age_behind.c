#include "format/age_behind.h"

#include <stdlib.h>

#include "base/worker.h"

enum {
	ALONE = 512 << 10, /* bytes that are sealed before a thread is started */

	/* Who reads and hashes a file does not come with the next bytes before that is done. */
	PIECES = EV_WORKER_PIECES_MAX,
};

struct ev_age_behind {
	struct ev_age_sealer *sealer;
	struct ev_sink out;       /* the worker's alone while there is one */
	struct ev_worker *worker; /* or NULL */
	bool ended;
	uint64_t given;
};

enum evault_status
ev_age_behind_new(const struct ev_age_to *to, struct ev_sink out, struct ev_age_behind **behind,
		  struct evault_error *err)
{
	struct ev_age_behind *b = calloc(1, sizeof(*b));
	enum evault_status rc;

	if (b == NULL)
		return ev_fail_nomem(err);
	b->out = out;
	rc = ev_age_sealer_new(to, out, &b->sealer, err);
	if (rc == EVAULT_OK)
		*behind = b;
	else
		free(b);
	return rc;
}

static enum evault_status
pass_on(void *ctx, struct ev_worker *from, struct evault_error *err)
{
	struct ev_age_behind *b = ctx;
	struct ev_slice piece, sealed;
	enum evault_status rc;

	do {
		rc = ev_worker_take(from, &piece, err);
		if (rc != EVAULT_OK || piece.len == 0)
			break;
		rc = ev_age_sealer_pass(b->sealer, piece, &sealed, err);
		if (rc == EVAULT_OK)
			rc = b->out.write(b->out.ctx, sealed.data, sealed.len, err);
	} while (rc == EVAULT_OK);
	return rc;
}

enum evault_status
ev_age_behind_update(struct ev_age_behind *b, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	if (b->worker == NULL && b->given >= ALONE &&
	    ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, PIECES, pass_on, b, &b->worker, NULL) ==
		EVAULT_OK)
		ev_age_sealer_hand_over(b->sealer, b->worker);
	b->given += len;
	return ev_age_sealer_update(b->sealer, data, len, err);
}

enum evault_status
ev_age_behind_end(struct ev_age_behind *b, struct evault_error *err)
{
	enum evault_status rc = ev_age_sealer_finish(b->sealer, err);

	b->ended = true;
	if (b->worker != NULL)
		ev_worker_end(b->worker);
	return rc;
}

enum evault_status
ev_age_behind_finish(struct ev_age_behind *b, struct evault_error *err)
{
	enum evault_status rc = b->ended ? EVAULT_OK : ev_age_behind_end(b, err);

	if (rc == EVAULT_OK && b->worker != NULL)
		rc = ev_worker_finish(b->worker, err);
	ev_worker_free(b->worker);
	b->worker = NULL;
	return rc;
}

void
ev_age_behind_free(struct ev_age_behind *b)
{
	if (b == NULL)
		return;
	ev_worker_free(b->worker);
	ev_age_sealer_free(b->sealer);
	free(b);
}
