/*
 * The entries of a log that say who may sign: those that admitted signers and
 * ended them, and those that did so with who signed these (FORMAT.md, section
 * 12, Keys).
 */
#include <stdlib.h>
#include <string.h>

#include "share_signers.h"

enum evault_status
ev_signers_add(struct ev_signers *s, const struct ev_hash *actor, struct evault_error *err)
{
	struct ev_hash *grown;
	size_t cap = s->cap_actors == 0 ? 16 : 2 * s->cap_actors;

	if (s->n_actors > 0 && ev_hash_equal(&s->actors[s->last], actor))
		return EVAULT_OK;
	for (s->last = 0; s->last < s->n_actors; s->last++)
		if (ev_hash_equal(&s->actors[s->last], actor))
			return EVAULT_OK;
	if (s->n_actors == s->cap_actors) {
		grown = realloc(s->actors, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		s->actors = grown;
		s->cap_actors = cap;
	}
	s->last = s->n_actors;
	s->actors[s->n_actors++] = *actor;
	return EVAULT_OK;
}

static enum evault_status
add_key(struct ev_signers *s, uint64_t index, struct evault_error *err)
{
	size_t i, cap = s->cap_keys == 0 ? 16 : 2 * s->cap_keys;
	uint64_t *grown;

	for (i = 0; i < s->n_keys; i++)
		if (s->keys[i] == index)
			return EVAULT_OK;
	if (s->n_keys == s->cap_keys) {
		grown = realloc(s->keys, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		s->keys = grown;
		s->cap_keys = cap;
	}
	s->keys[s->n_keys++] = index;
	return EVAULT_OK;
}

/* The entries that admitted the actor and that ended them. */
static enum evault_status
add_terms(struct ev_signers *s, const struct ev_hash *actor, struct evault_error *err)
{
	const struct ev_authority *a = s->authority;
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
			rc = add_key(s, a->terms[i].since - 1, err);
		if (rc == EVAULT_OK && a->terms[i].until <= s->size && a->terms[i].until > 0)
			rc = add_key(s, a->terms[i].until - 1, err);
	}
	return rc;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

enum evault_status
ev_signers_keys(struct ev_signers *s, uint64_t **keys, size_t *n, struct evault_error *err)
{
	const struct ev_authority *a = s->authority;
	enum evault_status rc = add_key(s, 0, err);
	size_t i, actors = 0, done = 0;
	struct ev_hash actor;

	for (i = 0; i < a->n_log_keys && rc == EVAULT_OK; i++)
		rc = add_key(s, a->log_keys[i].since - 1, err);
	/* Signers name entries, and these have signers. */
	while (rc == EVAULT_OK && (actors < s->n_actors || done < s->n_keys)) {
		if (actors < s->n_actors) {
			actor = s->actors[actors++];
			rc = add_terms(s, &actor, err);
			continue;
		}
		rc = s->actor(s->ctx, s->keys[done++], &actor, err);
		if (rc == EVAULT_OK)
			rc = ev_signers_add(s, &actor, err);
	}
	if (rc != EVAULT_OK)
		return rc;
	qsort(s->keys, s->n_keys, sizeof(*s->keys), compare);
	*keys = s->keys;
	*n = s->n_keys;
	s->keys = NULL;
	s->n_keys = 0;
	return EVAULT_OK;
}

void
ev_signers_release(struct ev_signers *s)
{
	free(s->actors);
	free(s->keys);
}
