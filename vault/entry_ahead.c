#include "entry_ahead.h"

#include <stdlib.h>

#include "vault.h"

enum {
	RUN = 16, /* entries asked for in a row before any is looked for ahead */
	GAP = 8,  /* in a row: those between are of keys, packs and accesses */
	FIRST = 32,
	MOST = 256,            /* entries at once … */
	BYTES_MAX = 512 << 10, /* … and of these so many bytes, if they are long */
};

/* Entries from `from` on, all of one head. */
struct window {
	uint64_t from;
	struct ev_entry_batch batch;
	struct ev_buf bytes;
};

struct ev_entry_ahead {
	uint64_t last; /* of those in a row */
	unsigned run;
	struct ev_checkpoint head; /* that the windows are of */
	struct window now;         /* may be looked at */
	struct window next;        /* is being worked on */
	size_t many;               /* for the next one */
};

static void
empty(struct window *w)
{
	ev_entry_batch_clear(&w->batch);
	ev_buf_clear(&w->bytes);
}

static void
release(struct window *w)
{
	ev_entry_batch_release(&w->batch);
	ev_buf_release(&w->bytes);
}

void
ev_entry_ahead_forget(struct evault *v)
{
	if (v->ahead == NULL)
		return;
	release(&v->ahead->next);
	release(&v->ahead->now);
	free(v->ahead);
	v->ahead = NULL;
}

/* Is it one of many in a row?  A few others between them are no matter. */
static bool
is_in_a_row(struct ev_entry_ahead *a, uint64_t index)
{
	if (index > a->last && index - a->last <= GAP) {
		a->run += a->run < RUN;
		a->last = index;
		return a->run == RUN;
	}
	if (a->run > 0)
		a->run--;
	else
		a->last = index;
	return false;
}

static bool
has(const struct window *w, uint64_t index)
{
	return index >= w->from && index - w->from < w->batch.n;
}

/* The entries from w->from on, as many as there are; the first that is not to be had ends it. */
static enum evault_status
read_entries(struct evault *v, struct window *w, size_t many)
{
	size_t *ends = malloc(many * sizeof(*ends));
	enum evault_status rc = ends == NULL ? EVAULT_E_NOMEM : EVAULT_OK;
	size_t n, i, from = 0;

	for (n = 0; rc == EVAULT_OK && n < many && w->bytes.len < BYTES_MAX; n++) {
		if (w->from + n >= v->skipped ||
		    ev_log_entry(v->log, w->from + n, &w->bytes, NULL, NULL) != EVAULT_OK)
			break;
		ends[n] = w->bytes.len;
	}
	/* They lie still now. */
	for (i = 0; rc == EVAULT_OK && i < n; i++, from = ends[i - 1])
		rc = ev_entry_batch_add(&w->batch,
					ev_slice_of(w->bytes.data + from, ends[i] - from), NULL);
	free(ends);
	return rc;
}

/* Begins with the entries from `index` on.  Where that fails, there are none. */
static void
begin(struct evault *v, struct ev_entry_ahead *a, uint64_t index)
{
	enum evault_status rc;

	empty(&a->next);
	a->next.from = index;
	rc = read_entries(v, &a->next, a->many);
	if (rc == EVAULT_OK)
		rc = ev_entry_batch_begin(&a->next.batch, &v->authority, NULL);
	if (rc != EVAULT_OK)
		empty(&a->next);
	a->many = a->many < MOST ? a->many * 2 : MOST;
}

/* What was being worked on is at hand; begins with what comes behind it. */
static void
go_on(struct evault *v, struct ev_entry_ahead *a)
{
	struct window done;

	ev_entry_batch_end(&a->next.batch);
	done = a->next;
	a->next = a->now;
	a->now = done;
	begin(v, a, a->now.from + a->now.batch.n);
}

static struct ev_entry_ahead *
state_of(struct evault *v)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_entry_ahead *a = v->ahead;

	if (a == NULL)
		a = v->ahead = calloc(1, sizeof(*a));
	if (a != NULL &&
	    (a->head.size != head->size || !ev_hash_equal(&a->head.root, &head->root))) {
		empty(&a->next);
		empty(&a->now);
		a->head = *head;
		a->many = FIRST;
		a->run = 0;
	}
	return a;
}

const struct ev_batch_entry *
ev_entry_ahead(struct evault *v, uint64_t index)
{
	struct ev_entry_ahead *a = state_of(v);
	bool in_a_row = a != NULL && is_in_a_row(a, index);

	if (a == NULL)
		return NULL;
	if (has(&a->next, index))
		go_on(v, a);
	if (has(&a->now, index))
		return &a->now.batch.list[index - a->now.from];
	if (in_a_row)
		begin(v, a, index + 1);
	return NULL;
}
