/*
 * What proves a bundle: the entries that say who may sign, and the trees that
 * the addressee was given before.
 */
#include <stdlib.h>
#include <string.h>

#include "share.h"

/* ---- who may sign ------------------------------------------------------------------------- */

struct closing { /* of signers, over the entries that admitted them */
	struct ev_share *s;
	struct ev_hash *actors;
	size_t n_actors, cap_actors;
	size_t cap_keys;
	size_t last; /* the actor that was asked for last: items come in runs of one */
};

static enum evault_status
add_actor(struct closing *c, const struct ev_hash *actor, struct evault_error *err)
{
	struct ev_hash *grown;
	size_t cap = c->cap_actors == 0 ? 16 : 2 * c->cap_actors;

	if (c->n_actors > 0 && ev_hash_equal(&c->actors[c->last], actor))
		return EVAULT_OK;
	for (c->last = 0; c->last < c->n_actors; c->last++)
		if (ev_hash_equal(&c->actors[c->last], actor))
			return EVAULT_OK;
	if (c->n_actors == c->cap_actors) {
		grown = realloc(c->actors, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		c->actors = grown;
		c->cap_actors = cap;
	}
	c->last = c->n_actors;
	c->actors[c->n_actors++] = *actor;
	return EVAULT_OK;
}

static enum evault_status
add_key(struct closing *c, uint64_t index, struct evault_error *err)
{
	struct ev_share *s = c->s;
	size_t i, cap = c->cap_keys == 0 ? 16 : 2 * c->cap_keys;
	uint64_t *grown;

	for (i = 0; i < s->n_keys; i++)
		if (s->keys[i] == index)
			return EVAULT_OK;
	if (s->n_keys == c->cap_keys) {
		grown = realloc(s->keys, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		s->keys = grown;
		c->cap_keys = cap;
	}
	s->keys[s->n_keys++] = index;
	return EVAULT_OK;
}

/* The entries that admitted the actor and that ended them. */
static enum evault_status
add_terms(struct closing *c, const struct ev_hash *actor, struct evault_error *err)
{
	const struct ev_authority *a = &c->s->v->authority;
	enum evault_status rc = EVAULT_OK;
	const struct ev_actor *known;
	char hex[EVAULT_HEX_SIZE];
	size_t i;

	ev_hash_hex(actor, hex);
	known = ev_authority_actor(a, ev_slice_text(hex));
	if (known == NULL)
		return ev_fail(err, EVAULT_E_DAMAGED, "an entry is signed by nobody who could");
	for (i = 0; i < a->n_terms && rc == EVAULT_OK; i++) {
		if (&a->actors[a->terms[i].actor] != known)
			continue;
		if (a->terms[i].since > 0)
			rc = add_key(c, a->terms[i].since - 1, err);
		if (rc == EVAULT_OK && a->terms[i].until <= c->s->size && a->terms[i].until > 0)
			rc = add_key(c, a->terms[i].until - 1, err);
	}
	return rc;
}

static enum evault_status
add_signer(struct closing *c, uint64_t index, struct evault_error *err)
{
	struct ev_hash actor;
	enum evault_status rc = ev_vault_entry(c->s->v, index, &c->s->bytes, c->s->entry, err);

	if (rc != EVAULT_OK)
		return rc;
	ev_index_actor(c->s->entry, &actor);
	return add_actor(c, &actor, err);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

enum evault_status
ev_share_keys(struct ev_share *s, struct evault_error *err)
{
	const struct ev_authority *a = &s->v->authority;
	const char *name = s->v->keys->actor.name + strlen("evault/actor/");
	struct closing c = { .s = s };
	struct ev_hash me;
	enum evault_status rc = add_key(&c, 0, err);
	size_t i, actors = 0, keys = 0;

	for (i = 0; i < a->n_log_keys && rc == EVAULT_OK; i++)
		rc = add_key(&c, a->log_keys[i].since - 1, err);
	if (rc == EVAULT_OK && ev_hash_parse(ev_slice_of(name, strlen(name)), &me))
		rc = add_actor(&c, &me, err);
	for (i = 0; i < s->n && rc == EVAULT_OK; i++)
		rc = add_actor(&c, &s->items[i].actor, err);
	/* Signers name entries, and these have signers. */
	while (rc == EVAULT_OK && (actors < c.n_actors || keys < s->n_keys)) {
		if (actors < c.n_actors) {
			me = c.actors[actors++];
			rc = add_terms(&c, &me, err);
		} else {
			rc = add_signer(&c, s->keys[keys++], err);
		}
	}
	if (rc == EVAULT_OK)
		qsort(s->keys, s->n_keys, sizeof(*s->keys), compare);
	free(c.actors);
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
