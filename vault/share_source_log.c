/* What a kept log proves: its entries' hashes, and the entries that are wanted. */
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "share_signers.h"
#include "share_source.h"

struct collecting {
	const struct ev_sources *sources;
	struct ev_source_tree tree;
	size_t key_bytes;
};

static enum evault_status
keep(struct ev_source_parts *parts, uint64_t index, struct ev_slice bytes, struct evault_error *err)
{
	struct ev_source_part *part = ev_source_part(parts, index);

	if (part == NULL)
		return ev_fail_nomem(err);
	ev_buf_add(&part->entry, bytes.data, bytes.len);
	return ev_buf_ask(&part->entry, err);
}

/* The bytes of a copy that is damaged are read once more, from another one. */
static void
begin_anew(struct collecting *c)
{
	struct ev_source_tree fresh = { .origin = c->tree.origin,
					.size = c->tree.size,
					.hashes = c->tree.hashes };

	c->tree.hashes = NULL;
	ev_source_tree_release(&c->tree);
	c->tree = fresh;
	c->key_bytes = 0;
}

static enum evault_status
take_entry(void *ctx, uint64_t index, struct ev_slice bytes, const struct ev_entry *entry,
	   struct evault_error *err)
{
	struct collecting *c = ctx;
	struct ev_provenance place = { c->tree.origin, index, entry->record };
	enum evault_status rc = EVAULT_OK;

	if (index == 0)
		begin_anew(c);
	ev_merkle_leaf(bytes.data, bytes.len, &c->tree.hashes[index]);
	if (ev_entry_changes_keys(entry)) {
		c->key_bytes += bytes.len;
		if (c->key_bytes > EV_SOURCE_KEYS_MAX)
			return ev_fail(err, EVAULT_E_LIMIT, "its log says too much of keys");
		rc = keep(&c->tree.keys, index, bytes, err);
	} else if (entry->is_record && ev_sources_want(c->sources, &place)) {
		rc = keep(&c->tree.items, index, bytes, err);
	}
	return rc;
}

/* ---- all of it came ------------------------------------------------------------------ */

static void
hash_subtrees(struct ev_source_tree *tree)
{
	struct ev_hash *below = tree->hashes, *above;
	uint64_t n = tree->size, i;

	for (; n > 1; n /= 2) {
		above = below + n;
		for (i = 0; i < n / 2; i++)
			ev_merkle_node(&below[2 * i], &below[2 * i + 1], &above[i]);
		below = above;
	}
}

static const struct ev_source_part *
part_of(const struct ev_source_parts *parts, uint64_t index)
{
	size_t i;

	for (i = 0; i < parts->n; i++)
		if (parts->list[i].index == index)
			return &parts->list[i];
	return NULL;
}

static enum evault_status
signer_of(const struct ev_source_part *part, struct ev_hash *actor, struct evault_error *err)
{
	struct ev_entry entry;
	enum evault_status rc =
	    ev_entry_parse(ev_slice_of(part->entry.data, part->entry.len), &entry, err);

	if (rc == EVAULT_OK)
		ev_index_actor(&entry, actor);
	return rc;
}

static enum evault_status
read_actor(void *ctx, uint64_t index, struct ev_hash *actor, struct evault_error *err)
{
	struct collecting *c = ctx;
	const struct ev_source_part *part = part_of(&c->tree.keys, index);

	return part != NULL ? signer_of(part, actor, err)
			    : ev_fail(err, EVAULT_E_DAMAGED, "its log changes keys oddly");
}

/* Of the entries about keys only those stay that say who may sign what is given. */
static enum evault_status
choose_keys(struct collecting *c, const uint64_t *keys, size_t n, struct evault_error *err)
{
	struct ev_source_parts chosen = { .n = 0 };
	struct ev_source_part *part, *from;
	size_t i, at = 0;

	for (i = 0; i < c->tree.keys.n && at < n; i++) {
		from = &c->tree.keys.list[i];
		if (from->index != keys[at])
			continue;
		at++;
		part = ev_source_part(&chosen, from->index);
		if (part == NULL) {
			free(chosen.list);
			return ev_fail_nomem(err);
		}
		part->entry = from->entry;
		from->entry = (struct ev_buf)EV_BUF_INIT;
	}
	for (i = 0; i < c->tree.keys.n; i++)
		ev_buf_release(&c->tree.keys.list[i].entry);
	free(c->tree.keys.list);
	c->tree.keys = chosen;
	return EVAULT_OK;
}

static enum evault_status
take_whole(void *ctx, const struct ev_authority *authority, struct ev_slice vault,
	   struct ev_slice checkpoint, struct evault_error *err)
{
	struct collecting *c = ctx;
	struct ev_signers signers = {
		.authority = authority, .size = c->tree.size, .actor = read_actor, .ctx = c
	};
	enum evault_status rc = EVAULT_OK;
	struct ev_hash actor;
	uint64_t *keys = NULL;
	size_t i, n = 0;

	ev_buf_add(&c->tree.vault, vault.data, vault.len);
	ev_buf_add(&c->tree.checkpoint, checkpoint.data, checkpoint.len);
	if (ev_buf_ask(&c->tree.vault, err) != EVAULT_OK ||
	    ev_buf_ask(&c->tree.checkpoint, err) != EVAULT_OK)
		return EVAULT_E_NOMEM;
	hash_subtrees(&c->tree);
	for (i = 0; i < c->tree.items.n && rc == EVAULT_OK; i++) {
		rc = signer_of(&c->tree.items.list[i], &actor, err);
		if (rc == EVAULT_OK)
			rc = ev_signers_add(&signers, &actor, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_signers_keys(&signers, &keys, &n, err);
	if (rc == EVAULT_OK)
		rc = choose_keys(c, keys, n, err);
	free(keys);
	ev_signers_release(&signers);
	return rc;
}

enum evault_status
ev_source_from_log(struct ev_sources *s, struct evault *v, const struct ev_catalog_receive *receive,
		   const struct ev_hash *sha256, struct evault_error *err)
{
	struct collecting c = { .sources = s,
				.tree = { .origin = receive->origin, .size = receive->size } };
	struct ev_kept_log log = { .origin = receive->origin,
				   .size = receive->size,
				   .root = receive->root,
				   .bytes = take_entry,
				   .whole = take_whole,
				   .ctx = &c,
				   .keys = true };
	enum evault_status rc;

	if (receive->size > EV_SOURCE_ENTRIES_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "its log is too long to be held in memory");
	/* Less than twice the leaves: each level has at most half of the one below. */
	c.tree.hashes = malloc(2 * (size_t)receive->size * sizeof(*c.tree.hashes));
	rc = c.tree.hashes == NULL ? ev_fail_nomem(err) : ev_kept_log_read(v, &log, sha256, err);
	if (rc == EVAULT_OK)
		rc = ev_sources_take(s, &c.tree, err);
	ev_source_tree_release(&c.tree);
	return rc;
}
