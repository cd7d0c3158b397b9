#include "format/merkle.h"

#include <assert.h>
#include <string.h>

/* RFC 6962, 2.1: what keeps a leaf from being taken for a node. */
static const uint8_t leaf_prefix = 0x00;
static const uint8_t node_prefix = 0x01;

void
ev_merkle_leaf(const void *data, size_t len, struct ev_hash *out)
{
	ev_hash_of2(&leaf_prefix, 1, data, len, out);
}

void
ev_merkle_node(const struct ev_hash *left, const struct ev_hash *right, struct ev_hash *out)
{
	uint8_t message[1 + 32 + 32];

	message[0] = node_prefix;
	memcpy(message + 1, left->b, 32);
	memcpy(message + 1 + 32, right->b, 32);
	ev_hash_of(message, sizeof(message), out);
}

void
ev_merkle_empty(struct ev_hash *out)
{
	ev_hash_of("", 0, out);
}

void
ev_merkle_init(struct ev_merkle *m)
{
	memset(m, 0, sizeof(*m));
}

void
ev_merkle_append(struct ev_merkle *m, const struct ev_hash *leaf)
{
	struct ev_hash top = *leaf;
	uint64_t full;

	assert(m->size < UINT64_MAX);
	/* Each one bit at the end of the size is a subtree that this leaf's side completes. */
	for (full = m->size; (full & 1) != 0; full >>= 1)
		ev_merkle_node(&m->edge[--m->n], &top, &top);
	m->edge[m->n++] = top;
	m->size++;
}

void
ev_merkle_root(const struct ev_merkle *m, struct ev_hash *root)
{
	struct ev_hash r;
	unsigned i;

	if (m->n == 0) {
		ev_merkle_empty(root);
		return;
	}
	r = m->edge[m->n - 1];
	for (i = m->n - 1; i > 0; i--)
		ev_merkle_node(&m->edge[i - 1], &r, &r);
	*root = r;
}

/* The level of the largest perfect subtree in `count` leaves; count > 0. */
static unsigned
level_of(uint64_t count)
{
	unsigned level = 0;

	while (count >>= 1)
		level++;
	return level;
}

/* How many of `count` leaves, 2 or more, are left of the root: RFC 6962's k. */
static uint64_t
split_of(uint64_t count)
{
	return UINT64_C(1) << level_of(count - 1);
}

/*
 * The perfect subtrees of the leaves from lo to hi, the largest first.  `lo`
 * is a multiple of the size of the largest, as in every tree of RFC 6962.
 */
static enum evault_status
range_load(struct ev_merkle_fetch f, uint64_t lo, uint64_t hi, struct ev_merkle *m,
	   struct evault_error *err)
{
	enum evault_status rc;
	unsigned level;

	ev_merkle_init(m);
	while (lo < hi) {
		level = level_of(hi - lo);
		rc = f.fetch(f.ctx, level, lo >> level, &m->edge[m->n], err);
		if (rc != EVAULT_OK)
			return rc;
		m->n++;
		m->size += UINT64_C(1) << level;
		lo += UINT64_C(1) << level;
	}
	return EVAULT_OK;
}

static enum evault_status
range_root(struct ev_merkle_fetch f, uint64_t lo, uint64_t hi, struct ev_hash *root,
	   struct evault_error *err)
{
	struct ev_merkle m;
	enum evault_status rc = range_load(f, lo, hi, &m, err);

	if (rc == EVAULT_OK)
		ev_merkle_root(&m, root);
	return rc;
}

enum evault_status
ev_merkle_root_at(struct ev_merkle_fetch f, uint64_t size, struct ev_hash *root,
		  struct evault_error *err)
{
	return range_root(f, 0, size, root, err);
}

enum evault_status
ev_merkle_load(struct ev_merkle_fetch f, uint64_t size, struct ev_merkle *m,
	       struct evault_error *err)
{
	return range_load(f, 0, size, m, err);
}

/* Proofs are found from the root down and written from the leaf up. */
static void
reverse(struct ev_hash *proof, size_t n)
{
	struct ev_hash swap;
	size_t i;

	for (i = 0; i < n / 2; i++) {
		swap = proof[i];
		proof[i] = proof[n - 1 - i];
		proof[n - 1 - i] = swap;
	}
}

/*
 * One step down from the root of the leaves from *lo to *hi, to the half that
 * has leaf `target`: gives the root of the other half.
 */
static enum evault_status
descend(struct ev_merkle_fetch f, uint64_t *lo, uint64_t *hi, uint64_t target,
	struct ev_hash *other, struct evault_error *err)
{
	uint64_t middle = *lo + split_of(*hi - *lo);
	enum evault_status rc;

	if (target < middle) {
		rc = range_root(f, middle, *hi, other, err);
		*hi = middle;
	} else {
		rc = range_root(f, *lo, middle, other, err);
		*lo = middle;
	}
	return rc;
}

enum evault_status
ev_merkle_prove(struct ev_merkle_fetch f, uint64_t index, uint64_t size,
		struct ev_hash proof[EV_PROOF_MAX], size_t *n, struct evault_error *err)
{
	uint64_t lo = 0, hi = size;
	enum evault_status rc;
	size_t found = 0;

	if (index >= size)
		return ev_fail(err, EVAULT_E_USAGE, "no entry %llu in a log of %llu",
			       (unsigned long long)index, (unsigned long long)size);
	while (hi - lo > 1) {
		rc = descend(f, &lo, &hi, index, &proof[found], err);
		if (rc != EVAULT_OK)
			return rc;
		found++;
	}
	reverse(proof, found);
	*n = found;
	return EVAULT_OK;
}

enum evault_status
ev_merkle_prove_consistency(struct ev_merkle_fetch f, uint64_t old, uint64_t size,
			    struct ev_hash proof[EV_CONSISTENCY_MAX], size_t *n,
			    struct evault_error *err)
{
	uint64_t lo = 0, hi = size;
	enum evault_status rc;
	size_t found = 0;

	if (old == 0 || old > size)
		return ev_fail(err, EVAULT_E_USAGE,
			       "no consistency proof from a log of %llu to one of %llu",
			       (unsigned long long)old, (unsigned long long)size);
	while (hi != old) {
		rc = descend(f, &lo, &hi, old - 1, &proof[found], err);
		if (rc != EVAULT_OK)
			return rc;
		found++;
	}
	/* From 0 it would be the old root itself, which the verifier has. */
	if (lo > 0) {
		rc = range_root(f, lo, hi, &proof[found], err);
		if (rc != EVAULT_OK)
			return rc;
		found++;
	}
	reverse(proof, found);
	*n = found;
	return EVAULT_OK;
}

/*
 * Verification as in RFC 9162, 2.1.3.2 and 2.1.4.2.  `fn` is the position of
 * the node that was reached, `sn` that of the last node on its level; a node
 * that is last and has no sibling rises by itself.
 */
struct climb {
	uint64_t fn;
	uint64_t sn;
};

/* True when the next hash of the proof is a left sibling; passes over levels without one. */
static bool
climb_left(struct climb *c)
{
	if ((c->fn & 1) == 0 && c->fn != c->sn)
		return false;
	while ((c->fn & 1) == 0 && c->fn != 0) {
		c->fn >>= 1;
		c->sn >>= 1;
	}
	return true;
}

static void
climb_up(struct climb *c)
{
	c->fn >>= 1;
	c->sn >>= 1;
}

bool
ev_merkle_verify(uint64_t index, uint64_t size, const struct ev_hash *leaf,
		 const struct ev_hash *proof, size_t n, const struct ev_hash *root)
{
	struct climb c = { index, size - 1 };
	struct ev_hash r = *leaf;
	size_t i;

	if (index >= size)
		return false;
	for (i = 0; i < n; i++) {
		if (c.sn == 0)
			return false;
		if (climb_left(&c))
			ev_merkle_node(&proof[i], &r, &r);
		else
			ev_merkle_node(&r, &proof[i], &r);
		climb_up(&c);
	}
	return c.sn == 0 && ev_hash_equal(&r, root);
}

void
ev_merkle_before(uint64_t index, uint64_t size, const struct ev_hash *proof, size_t n,
		 struct ev_hash *root)
{
	struct climb c = { index, size - 1 };
	bool any = false;
	size_t i;

	ev_merkle_empty(root);
	/* What is to the left are the perfect subtrees of the tree before it, the smallest first.
	 */
	for (i = 0; i < n; i++) {
		if (climb_left(&c)) {
			if (any)
				ev_merkle_node(&proof[i], root, root);
			else
				*root = proof[i];
			any = true;
		}
		climb_up(&c);
	}
}

bool
ev_merkle_verify_consistency(uint64_t old, uint64_t size, const struct ev_hash *old_root,
			     const struct ev_hash *root, const struct ev_hash *proof, size_t n)
{
	struct climb c = { old - 1, size - 1 };
	struct ev_hash was, is;
	size_t i = 0;

	if (old > size)
		return false;
	if (old == 0)
		return n == 0;
	if (old == size)
		return n == 0 && ev_hash_equal(old_root, root);
	while ((c.fn & 1) != 0)
		climb_up(&c);
	/* A perfect old tree is a node of the new one, and not repeated in the proof. */
	if (c.fn == 0)
		was = *old_root;
	else if (n == 0)
		return false;
	else
		was = proof[i++];
	is = was;
	for (; i < n; i++) {
		if (c.sn == 0)
			return false;
		if (climb_left(&c)) {
			ev_merkle_node(&proof[i], &was, &was);
			ev_merkle_node(&proof[i], &is, &is);
		} else {
			ev_merkle_node(&is, &proof[i], &is);
		}
		climb_up(&c);
	}
	return c.sn == 0 && ev_hash_equal(&was, old_root) && ev_hash_equal(&is, root);
}
