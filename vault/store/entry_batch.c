#include "store/entry_batch.h"

#include <stdlib.h>
#include <string.h>

#include "format/merkle.h"

enum {
	FEW = 8 /* entries that are done before a thread has begun */
};

void
ev_entry_batch_clear(struct ev_entry_batch *b)
{
	ev_beside_free(b->beside);
	b->beside = NULL;
	b->n = 0;
}

void
ev_entry_batch_release(struct ev_entry_batch *b)
{
	ev_entry_batch_clear(b);
	free(b->list);
	free(b->keys);
	*b = (struct ev_entry_batch)EV_ENTRY_BATCH_INIT;
}

enum evault_status
ev_entry_batch_add(struct ev_entry_batch *b, struct ev_slice bytes, struct evault_error *err)
{
	size_t cap = b->cap == 0 ? 2 : b->cap * 2;
	struct ev_batch_entry *grown;

	if (b->n == b->cap) {
		grown = realloc(b->list, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		b->list = grown;
		b->cap = cap;
	}
	b->list[b->n++].bytes = bytes;
	return EVAULT_OK;
}

static enum evault_status
copy_keys(struct ev_entry_batch *b, const struct ev_authority *a, struct evault_error *err)
{
	size_t n = a->n_actors + 1, i;
	struct ev_verifier *grown;

	if (n > b->cap_keys) {
		grown = realloc(b->keys, n * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		b->keys = grown;
		b->cap_keys = n;
	}
	/* Who signs the first entry is an actor only behind it. */
	b->keys[0] = a->vault.owner;
	for (i = 1; i < n; i++)
		b->keys[i] = a->actors[i - 1].verifier;
	b->n_keys = n;
	return EVAULT_OK;
}

static void
look_at(void *ctx, size_t i)
{
	const struct ev_entry_batch *b = ctx;
	struct ev_batch_entry *e = &b->list[i];
	struct ev_slice name;
	size_t k;

	e->known.fits = false;
	ev_merkle_leaf(e->bytes.data, e->bytes.len, &e->leaf);
	e->is_entry = ev_entry_parse(e->bytes, &e->entry, NULL) == EVAULT_OK;
	if (!e->is_entry)
		return;
	name = e->entry.note.signatures[0].name;
	for (k = 0; k < b->n_keys && !ev_slice_is(name, b->keys[k].name); k++)
		;
	if (k < b->n_keys)
		ev_note_look(&e->entry.note, &b->keys[k], &e->known);
	e->entry.note.known = &e->known;
}

enum evault_status
ev_entry_batch_begin(struct ev_entry_batch *b, const struct ev_authority *a,
		     struct evault_error *err)
{
	enum evault_status rc = copy_keys(b, a, err);

	return rc == EVAULT_OK && b->n >= FEW ? ev_beside_start(look_at, b, b->n, &b->beside, err)
					      : rc;
}

void
ev_entry_batch_end(struct ev_entry_batch *b)
{
	size_t i;

	for (i = 0; b->beside == NULL && i < b->n; i++)
		look_at(b, i);
	if (b->beside != NULL)
		ev_beside_finish(b->beside);
	b->beside = NULL;
}
