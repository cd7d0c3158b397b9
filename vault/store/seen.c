#include "store/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum {
	PART_CAP_FIRST = 8
};

static const struct ev_hash_mark no_mark;

static bool
marks_equal(const struct ev_hash_mark *a, const struct ev_hash_mark *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static void
mark_of(const struct ev_seen *seen, const struct ev_hash *hash, struct ev_hash_mark *mark)
{
	ev_hash_mark(hash, seen->key, mark);
	if (marks_equal(mark, &no_mark))
		mark->b[0] = 1;
}

static size_t
part_of(const struct ev_hash_mark *mark)
{
	return mark->b[0] % EV_SEEN_PARTS;
}

/* The slot that has the mark, or the free one where it belongs. */
static struct ev_hash_mark *
slot_of(const struct ev_seen_part *part, const struct ev_hash_mark *mark)
{
	struct ev_cursor c = ev_cursor_of(mark->b + 8, 4);
	uint32_t at = (uint32_t)(((uint64_t)ev_cursor_be32(&c) * part->cap) >> 32);

	while (!marks_equal(&part->slots[at], &no_mark) && !marks_equal(&part->slots[at], mark))
		at = at + 1 == part->cap ? 0 : at + 1;
	return &part->slots[at];
}

/* By a quarter: what is free is memory that nobody uses. */
static enum evault_status
grow(struct ev_seen_part *part, struct evault_error *err)
{
	struct ev_seen_part grown = { .n = part->n };
	uint32_t i;

	if (part->cap > UINT32_MAX / 5 * 4)
		return ev_fail_nomem(err);
	grown.cap = part->cap == 0 ? PART_CAP_FIRST : part->cap + part->cap / 4;
	grown.slots = calloc(grown.cap, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < part->cap; i++)
		if (!marks_equal(&part->slots[i], &no_mark))
			*slot_of(&grown, &part->slots[i]) = part->slots[i];
	free(part->slots);
	*part = grown;
	return EVAULT_OK;
}

enum evault_status
ev_seen_add(struct ev_seen *seen, const struct ev_hash *hash, bool *fresh, struct evault_error *err)
{
	struct ev_hash_mark mark, *slot;
	struct ev_seen_part *part;
	enum evault_status rc;

	if (seen->n == 0)
		ev_random(seen->key, sizeof(seen->key));
	mark_of(seen, hash, &mark);
	part = &seen->parts[part_of(&mark)];
	if (part->n >= part->cap - part->cap / 5) {
		rc = grow(part, err);
		if (rc != EVAULT_OK)
			return rc;
	}
	slot = slot_of(part, &mark);
	*fresh = marks_equal(slot, &no_mark);
	if (*fresh) {
		*slot = mark;
		part->n++;
		seen->n++;
	}
	return EVAULT_OK;
}

bool
ev_seen_has(const struct ev_seen *seen, const struct ev_hash *hash)
{
	const struct ev_seen_part *part;
	struct ev_hash_mark mark;

	mark_of(seen, hash, &mark);
	part = &seen->parts[part_of(&mark)];
	return part->cap != 0 && marks_equal(slot_of(part, &mark), &mark);
}

void
ev_seen_release(struct ev_seen *seen)
{
	size_t i;

	for (i = 0; i < EV_SEEN_PARTS; i++)
		free(seen->parts[i].slots);
	*seen = (struct ev_seen)EV_SEEN_INIT;
}
