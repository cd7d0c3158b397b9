#include "format/age_behind.h"

#include <stdlib.h>

#include "base/worker.h"

enum {
	ALONE = 512 << 10, /* bytes that are sealed before a thread is started */

	/* Who reads and hashes a file does not come with the next bytes before that is done; … */
	PIECES = EV_WORKER_PIECES_MAX,
	/* … and of a large piece all chunks but the ends are sealed in place. */
	PIECE = 128 << 10,
};

struct ev_age_behind {
	struct ev_age_sealer *sealer; /* the worker's alone while there is one */
	struct ev_worker *worker;     /* or NULL */
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
	rc = ev_age_sealer_new(to, out, &b->sealer, err);
	if (rc == EVAULT_OK)
		*behind = b;
	else
		free(b);
	return rc;
}

static enum evault_status
seal(void *ctx, struct ev_worker *from, struct evault_error *err)
{
	struct ev_age_behind *b = ctx;
	struct ev_slice piece;
	enum evault_status rc;

	do {
		rc = ev_worker_take(from, &piece, err);
		if (rc == EVAULT_OK && piece.len > 0)
			rc = ev_age_sealer_update(b->sealer, piece.data, piece.len, err);
	} while (rc == EVAULT_OK && piece.len > 0);
	return rc == EVAULT_OK ? ev_age_sealer_finish(b->sealer, err) : rc;
}

enum evault_status
ev_age_behind_update(struct ev_age_behind *b, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	if (b->worker == NULL && b->given >= ALONE &&
	    ev_worker_new(EV_WORKER_TAKES, PIECE, PIECES, seal, b, &b->worker, NULL) != EVAULT_OK)
		b->worker = NULL;
	b->given += len;
	if (b->worker != NULL)
		return ev_worker_put(b->worker, data, len, err);
	return ev_age_sealer_update(b->sealer, data, len, err);
}

enum evault_status
ev_age_behind_finish(struct ev_age_behind *b, struct evault_error *err)
{
	enum evault_status rc;

	if (b->worker == NULL)
		return ev_age_sealer_finish(b->sealer, err);
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
