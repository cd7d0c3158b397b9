#include "store/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum {
	SET_CAP_FIRST = 64
};

static const struct ev_hash zero_hash;

/* The slot that has the hash, or the free one where it belongs. */
static struct ev_hash *
set_slot(const uint8_t key[16], struct ev_hash *slots, size_t cap, const struct ev_hash *hash)
{
	uint64_t at = ev_hash_short(hash, key);

	for (at &= cap - 1; !ev_hash_equal(&slots[at], &zero_hash); at = (at + 1) & (cap - 1)) {
		if (ev_hash_equal(&slots[at], hash))
			break;
	}
	return &slots[at];
}

static enum evault_status
set_grow(struct ev_set *set, struct evault_error *err)
{
	size_t cap = set->cap == 0 ? SET_CAP_FIRST : set->cap * 2;
	struct ev_hash *slots = calloc(cap, sizeof(*slots));
	size_t i;

	if (slots == NULL)
		return ev_fail_nomem(err);
	if (set->cap == 0)
		ev_random(set->key, sizeof(set->key));
	for (i = 0; i < set->cap; i++) {
		if (!ev_hash_equal(&set->slots[i], &zero_hash))
			*set_slot(set->key, slots, cap, &set->slots[i]) = set->slots[i];
	}
	free(set->slots);
	set->slots = slots;
	set->cap = cap;
	return EVAULT_OK;
}

enum evault_status
ev_set_add(struct ev_set *set, const struct ev_hash *hash, bool *fresh, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_hash *slot;

	if (ev_hash_equal(hash, &zero_hash)) {
		*fresh = !set->zero;
		set->zero = true;
		return EVAULT_OK;
	}
	if (set->n >= set->cap / 4 * 3) {
		rc = set_grow(set, err);
		if (rc != EVAULT_OK)
			return rc;
	}
	slot = set_slot(set->key, set->slots, set->cap, hash);
	*fresh = ev_hash_equal(slot, &zero_hash);
	if (*fresh) {
		*slot = *hash;
		set->n++;
	}
	return EVAULT_OK;
}

bool
ev_set_has(const struct ev_set *set, const struct ev_hash *hash)
{
	if (ev_hash_equal(hash, &zero_hash))
		return set->zero;
	return set->cap != 0 && ev_hash_equal(set_slot(set->key, set->slots, set->cap, hash), hash);
}

const struct ev_hash *
ev_set_next(const struct ev_set *set, size_t *at)
{
	while (*at < set->cap) {
		if (!ev_hash_equal(&set->slots[(*at)++], &zero_hash))
			return &set->slots[*at - 1];
	}
	return (*at)++ == set->cap && set->zero ? &zero_hash : NULL;
}

void
ev_set_release(struct ev_set *set)
{
	free(set->slots);
	*set = (struct ev_set)EV_SET_INIT;
}
