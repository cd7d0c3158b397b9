/*
 * Keeping and signing behind the back of who reads, hashes and files: of many
 * small files in a row these take as long as the rest.  What is put goes
 * through in its order, so packs and entries are those that one thread makes.
 *
 * The catalog, and what else of the vault changes, stays with who opened it:
 * the packs that are done meanwhile are filed when both are one again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/worker.h"
#include "commit_private.h"

enum {
	SMALL = 64 << 10, /* bytes: what is longer is not copied */
	MANY = 64,        /* members in a row that are worth a thread */
};

struct ev_commit_behind {
	struct ev_worker *worker;
	uint64_t next; /* index of the entry that is staged next */
};

/* What is put into the ring; a member's bytes follow. */
struct job {
	bool is_entry; /* of the record `id` */
	enum ev_member_kind kind;
	struct ev_hash id;
	uint32_t part;
	size_t len;
};

/* ---- the thread --------------------------------------------------------------------- */

struct intake {
	struct ev_worker *from;
	struct ev_slice piece; /* what is left of it */
	bool ended;
};

static enum evault_status
take(struct intake *in, void *out, size_t len, struct evault_error *err)
{
	enum evault_status rc;
	uint8_t *to = out;
	size_t n;

	while (len > 0) {
		if (in->piece.len == 0) {
			rc = ev_worker_take(in->from, &in->piece, err);
			in->ended = rc == EVAULT_OK && in->piece.len == 0;
			if (rc != EVAULT_OK || in->ended)
				return rc;
		}
		n = len < in->piece.len ? len : in->piece.len;
		memcpy(to, in->piece.data, n);
		to += n;
		len -= n;
		in->piece = ev_slice_of(in->piece.data + n, in->piece.len - n);
	}
	return EVAULT_OK;
}

static enum evault_status
do_jobs(struct ev_commit *c, struct intake *in, uint8_t body[SMALL], struct evault_error *err)
{
	enum evault_status rc;
	uint64_t index;
	struct job job;

	do {
		rc = take(in, &job, sizeof(job), err);
		if (rc == EVAULT_OK && !in->ended)
			rc = take(in, body, job.len, err);
		if (rc != EVAULT_OK || in->ended)
			break;
		rc = job.is_entry ? ev_commit_stage(c, &job.id, &index, err)
				  : ev_commit_keep(c, job.kind, &job.id, job.part,
						   ev_slice_of(body, job.len), err);
	} while (rc == EVAULT_OK);
	return rc;
}

static enum evault_status
run(void *ctx, struct ev_worker *from, struct evault_error *err)
{
	struct intake in = { .from = from };
	uint8_t *body = malloc(SMALL);
	enum evault_status rc;

	if (body == NULL)
		return ev_fail_nomem(err);
	rc = do_jobs(ctx, &in, body, err);
	ev_wipe(body, SMALL);
	free(body);
	return rc;
}

/* ---- its owner ------------------------------------------------------------------------ */

/* Where it cannot begin, all goes on as it did. */
static void
begin(struct ev_commit *c)
{
	struct ev_commit_behind *b = calloc(1, sizeof(*b));
	struct ev_hash root;

	c->in_a_row = 0;
	if (b == NULL)
		return;
	b->next = ev_log_next(c->v->log, &root);
	if (ev_commit_derive(c, NULL) == EVAULT_OK &&
	    ev_worker_new(EV_WORKER_TAKES, EV_WORKER_PIECE, EV_WORKER_PIECES, run, c, &b->worker,
			  NULL) == EVAULT_OK)
		c->behind = b;
	else
		free(b);
}

enum evault_status
ev_commit_go_behind(struct ev_commit *c, size_t len, struct evault_error *err)
{
	if (len > SMALL)
		return ev_commit_catch_up(c, err);
	c->in_a_row++;
	if (c->may_go_behind && c->behind == NULL && c->in_a_row >= MANY)
		begin(c);
	return EVAULT_OK;
}

static enum evault_status
put(struct ev_commit *c, const struct job *job, const uint8_t *body, struct evault_error *err)
{
	struct ev_worker *w = c->behind->worker;
	enum evault_status rc = ev_worker_put(w, (const uint8_t *)job, sizeof(*job), err);

	return rc == EVAULT_OK ? ev_worker_put(w, body, job->len, err) : rc;
}

enum evault_status
ev_commit_keep_behind(struct ev_commit *c, enum ev_member_kind kind, const struct ev_hash *id,
		      uint32_t part, struct ev_slice body, struct evault_error *err)
{
	struct job job;

	assert(body.len <= SMALL);
	memset(&job, 0, sizeof(job));
	job.kind = kind;
	job.id = *id;
	job.part = part;
	job.len = body.len;
	return put(c, &job, body.data, err);
}

enum evault_status
ev_commit_stage_behind(struct ev_commit *c, const struct ev_hash *digest, uint64_t *index,
		       struct evault_error *err)
{
	struct job job;

	memset(&job, 0, sizeof(job));
	job.is_entry = true;
	job.id = *digest;
	*index = c->behind->next++;
	return put(c, &job, NULL, err);
}

void
ev_commit_give_up(struct ev_commit *c)
{
	c->in_a_row = 0;
	if (c->behind == NULL)
		return;
	ev_worker_free(c->behind->worker);
	free(c->behind);
	c->behind = NULL;
}

enum evault_status
ev_commit_catch_up(struct ev_commit *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (c->behind != NULL)
		rc = ev_worker_finish(c->behind->worker, err);
	ev_commit_give_up(c);
	return rc;
}
