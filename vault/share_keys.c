/*
 * What proves a bundle: the entries that say who may sign, and the trees that
 * the addressee was given before.
 */
#include <stdlib.h>
#include <string.h>

#include "share.h"
#include "share_signers.h"

/* ---- who may sign ------------------------------------------------------------------------- */

static enum evault_status
read_actor(void *ctx, uint64_t index, struct ev_hash *actor, struct evault_error *err)
{
	struct ev_share *s = ctx;
	enum evault_status rc = ev_vault_entry(s->v, index, &s->bytes, s->entry, err);

	if (rc == EVAULT_OK)
		ev_index_actor(s->entry, actor);
	return rc;
}

enum evault_status
ev_share_keys(struct ev_share *s, struct evault_error *err)
{
	const char *name = s->v->keys->actor.name + strlen("evault/actor/");
	struct ev_signers signers = {
		.authority = &s->v->authority, .size = s->size, .actor = read_actor, .ctx = s
	};
	struct ev_hash me;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (ev_hash_parse(ev_slice_of(name, strlen(name)), &me))
		rc = ev_signers_add(&signers, &me, err);
	for (i = 0; i < s->n && rc == EVAULT_OK; i++)
		rc = ev_signers_add(&signers, &s->items[i].actor, err);
	if (rc == EVAULT_OK)
		rc = ev_signers_keys(&signers, &s->keys, &s->n_keys, err);
	ev_signers_release(&signers);
	return rc;
}

/* ---- trees that they were given ------------------------------------------------------------ */

static bool
says(const struct evault_item *item, const char *name, const char *value)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f != NULL && f->len == strlen(value) && memcmp(f->value, value, f->len) == 0;
}

/* The same key; or somebody of the same name, who may have another one now. */
static bool
is_to_same(const struct ev_share *s, const struct evault_item *item)
{
	if (s->contact != NULL && says(item, "contact", s->contact->name))
		return true;
	return strncmp(s->summary->to, "age1", 4) == 0 && says(item, "to", s->summary->to);
}

static enum evault_status
put_past(struct ev_share *s, const struct ev_share_past *past, struct evault_error *err)
{
	size_t i;

	if (s->pasts == NULL)
		s->pasts = calloc(EV_SHARE_PASTS_MAX, sizeof(*s->pasts));
	if (s->pasts == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < s->n_pasts; i++)
		if (s->pasts[i].size == past->size)
			return EVAULT_OK;
	if (s->n_pasts == EV_SHARE_PASTS_MAX)
		memmove(s->pasts, s->pasts + 1, --s->n_pasts * sizeof(*s->pasts));
	s->pasts[s->n_pasts++] = *past;
	return EVAULT_OK;
}

static enum evault_status
take_share(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct ev_share *s = ctx;
	const struct evault_field *tree = evault_item_field(item, "tree");
	struct ev_share_past past = { 0 };
	struct ev_hash root;
	struct ev_cursor c;
	enum evault_status rc;

	if (tree == NULL || !says(item, "action", "share") || !is_to_same(s, item))
		return EVAULT_OK;
	c = ev_cursor_of(tree->value, tree->len);
	past.size = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, " ");
	if (c.bad || !ev_hash_parse(ev_slice_of(c.at, c.left), &past.root) || past.size == 0 ||
	    past.size >= s->size)
		return EVAULT_OK;
	/* The record is what somebody said; the log has the tree. */
	rc = ev_merkle_root_at(ev_log_fetch(s->v->log), past.size, &root, err);
	if (rc != EVAULT_OK || !ev_hash_equal(&root, &past.root))
		return rc;
	return put_past(s, &past, err);
}

static enum evault_status
take_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct ev_share *s = ctx;

	return ev_vault_give_record(s->v, entry, take_share, s, err);
}

enum evault_status
ev_share_pasts(struct ev_share *s, struct evault_error *err)
{
	static const struct evault_filter filter = { .action = "share",
						     .retracted = EVAULT_RETRACTED_TOO };

	return ev_catalog_list(s->v->catalog, &filter, take_entry, s, err);
}
