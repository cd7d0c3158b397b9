#include "store/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum {
	PLACES_CAP_FIRST = 64
};

static void
hash_at(const void *array, size_t size, size_t at, struct ev_hash *hash)
{
	memcpy(hash, (const uint8_t *)array + at * size, sizeof(*hash));
}

/* The slot of the element with this hash, or the free one where it belongs. */
static uint32_t *
slot_of(const struct ev_places *p, const void *array, size_t size, const struct ev_hash *hash)
{
	size_t at = (size_t)ev_hash_short(hash, p->key) & (p->cap - 1);
	struct ev_hash found;

	for (; p->slots[at] != 0; at = (at + 1) & (p->cap - 1)) {
		hash_at(array, size, p->slots[at] - 1, &found);
		if (ev_hash_equal(&found, hash))
			break;
	}
	return &p->slots[at];
}

static enum evault_status
grow(struct ev_places *p, const void *array, size_t size, struct evault_error *err)
{
	struct ev_places grown = *p;
	struct ev_hash hash;
	uint32_t *slot;
	size_t i;

	grown.cap = p->cap == 0 ? PLACES_CAP_FIRST : p->cap * 2;
	if (p->cap == 0)
		ev_random(grown.key, sizeof(grown.key));
	grown.slots = calloc(grown.cap, sizeof(*grown.slots));
	if (grown.slots == NULL || p->n >= UINT32_MAX / 2) {
		free(grown.slots);
		return ev_fail_nomem(err);
	}
	for (i = 0; i < p->n; i++) {
		hash_at(array, size, i, &hash);
		slot = slot_of(&grown, array, size, &hash);
		if (*slot == 0)
			*slot = (uint32_t)i + 1;
	}
	free(p->slots);
	*p = grown;
	return EVAULT_OK;
}

enum evault_status
ev_places_add(struct ev_places *p, const void *array, size_t size, struct evault_error *err)
{
	struct ev_hash hash;
	enum evault_status rc;
	uint32_t *slot;

	if (p->n >= p->cap / 4 * 3) {
		rc = grow(p, array, size, err);
		if (rc != EVAULT_OK)
			return rc;
	}
	hash_at(array, size, p->n, &hash);
	slot = slot_of(p, array, size, &hash);
	p->n++;
	if (*slot == 0)
		*slot = (uint32_t)p->n;
	return EVAULT_OK;
}

size_t
ev_places_find(const struct ev_places *p, const void *array, size_t size,
	       const struct ev_hash *hash)
{
	uint32_t slot = p->cap == 0 ? 0 : *slot_of(p, array, size, hash);

	return slot == 0 ? SIZE_MAX : slot - 1;
}

void
ev_places_release(struct ev_places *p)
{
	free(p->slots);
	*p = (struct ev_places)EV_PLACES_INIT;
}
