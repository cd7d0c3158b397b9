/*
 * What a kept bundle proves: of its own vault's entries, and of those of the
 * vaults before.  Its members are copied as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "format/archive.h"
#include "format/tlog_proof.h"
#include "share_source.h"
#include "verify.h"

struct reading {
	struct ev_sources *sources;
	struct ev_source_tree *trees; /* the first is that of the bundle's vault */
	size_t n_trees;
	struct ev_hasher *hasher;
	struct ev_archive_reader *tar;
	struct ev_buf *to; /* where the member goes; NULL: nowhere */
};

static void
forget(struct reading *r)
{
	size_t i;

	for (i = 0; i < r->n_trees; i++)
		ev_source_tree_release(&r->trees[i]);
	free(r->trees);
	r->trees = NULL;
	r->n_trees = 0;
}

/* ---- members ------------------------------------------------------------------------ */

static enum evault_status
add_tree(struct reading *r, struct evault_error *err)
{
	struct ev_source_tree *grown = realloc(r->trees, (r->n_trees + 1) * sizeof(*grown));

	if (grown == NULL)
		return ev_fail_nomem(err);
	r->trees = grown;
	memset(&grown[r->n_trees++], 0, sizeof(*grown));
	return EVAULT_OK;
}

/* The tree of a member below evault/sources/. */
static enum evault_status
find_tree(struct reading *r, const struct ev_verify_place *place, size_t *number,
	  struct evault_error *err)
{
	struct ev_source_tree *tree;
	enum evault_status rc;

	for (*number = 1; *number < r->n_trees; (*number)++) {
		tree = &r->trees[*number];
		if (tree->size == place->size && memcmp(tree->origin.b, place->origin, 8) == 0)
			return EVAULT_OK;
	}
	if (r->n_trees > EV_VERIFY_LOGS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "it is of too many vaults");
	rc = add_tree(r, err);
	if (rc == EVAULT_OK) {
		memcpy(r->trees[*number].origin.b, place->origin, 8);
		r->trees[*number].size = place->size;
	}
	return rc;
}

/* Where the bytes of a member go. */
static enum evault_status
choose(struct reading *r, enum ev_verify_kind kind, const struct ev_verify_place *place,
       struct evault_error *err)
{
	struct ev_source_part *part = NULL;
	enum evault_status rc = EVAULT_OK;
	struct ev_source_tree *tree;
	size_t number = 0;

	if (kind >= EV_BUNDLE_SOURCE_VAULT && kind <= EV_BUNDLE_SOURCE_PROOF)
		rc = find_tree(r, place, &number, err);
	if (rc != EVAULT_OK)
		return rc;
	tree = &r->trees[number];
	switch (kind) {
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_SOURCE_VAULT:
		r->to = &tree->vault;
		return EVAULT_OK;
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_KEY_PROOF:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
		part = ev_source_part(&tree->keys, place->number);
		break;
	case EV_BUNDLE_ENTRY:
	case EV_BUNDLE_PROOF:
	case EV_BUNDLE_SOURCE_ENTRY:
	case EV_BUNDLE_SOURCE_PROOF:
		if (!ev_sources_may_want(r->sources, tree->origin.b, place->number))
			return EVAULT_OK;
		part = ev_source_part(&tree->items, place->number);
		break;
	default:
		return EVAULT_OK;
	}
	if (part == NULL)
		return ev_fail_nomem(err);
	r->to = kind == EV_BUNDLE_KEY_ENTRY || kind == EV_BUNDLE_ENTRY ||
			kind == EV_BUNDLE_SOURCE_KEY_ENTRY || kind == EV_BUNDLE_SOURCE_ENTRY
		    ? &part->entry
		    : &part->proof;
	return EVAULT_OK;
}

static enum evault_status
begin_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	     struct evault_error *err)
{
	struct reading *r = ctx;
	struct ev_verify_place place;
	enum evault_status rc;

	(void)offset;
	r->to = NULL;
	rc = choose(r, ev_verify_kind_of(name, &place), &place, err);
	if (rc != EVAULT_OK || r->to == NULL)
		return rc;
	if (size > EV_VERIFY_PROOF_MAX || r->to->len > 0)
		return ev_fail(err, EVAULT_E_DAMAGED, "it is no bundle");
	return EVAULT_OK;
}

static enum evault_status
member_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;

	if (r->to == NULL)
		return EVAULT_OK;
	ev_buf_add(r->to, data, len);
	return ev_buf_ask(r->to, err);
}

static enum evault_status
end_member(void *ctx, struct evault_error *err)
{
	(void)ctx;
	(void)err;
	return EVAULT_OK;
}

/* ---- what is sound of it ----------------------------------------------------------------- */

/* Is it a proof to the tree's one head?  The first that comes gives the head. */
static bool
fits(struct ev_source_tree *tree, const struct ev_source_part *part)
{
	struct ev_checkpoint c;
	struct ev_note note;
	struct ev_proof proof;
	struct ev_hash leaf;

	if (part->entry.len == 0 ||
	    ev_proof_parse(ev_slice_of(part->proof.data, part->proof.len), &proof, NULL) !=
		EVAULT_OK ||
	    proof.index != part->index)
		return false;
	if (tree->checkpoint.len == 0)
		ev_buf_add(&tree->checkpoint, proof.checkpoint.data, proof.checkpoint.len);
	if (!ev_slice_equal(proof.checkpoint,
			    ev_slice_of(tree->checkpoint.data, tree->checkpoint.len)) ||
	    ev_note_parse(proof.checkpoint, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK || c.size != tree->size)
		return false;
	ev_merkle_leaf(part->entry.data, part->entry.len, &leaf);
	return ev_merkle_verify(part->index, c.size, &leaf, proof.proof, proof.n, &c.root);
}

static bool
is_wanted(const struct reading *r, const struct ev_source_tree *tree,
	  const struct ev_source_part *part)
{
	struct ev_provenance place = { .origin = tree->origin, .index = part->index };
	struct ev_entry entry;

	if (ev_entry_parse(ev_slice_of(part->entry.data, part->entry.len), &entry, NULL) !=
		EVAULT_OK ||
	    !entry.is_record)
		return false;
	place.digest = entry.record;
	return ev_sources_want(r->sources, &place);
}

/* Its items that are wanted stay; false: it is not sound. */
static bool
choose_items(const struct reading *r, struct ev_source_tree *tree)
{
	struct ev_vault_note note;
	struct ev_source_part *part;
	struct ev_hash origin;
	size_t i, n = 0;

	if (ev_vault_note_open(ev_slice_of(tree->vault.data, tree->vault.len), &note, NULL) !=
		EVAULT_OK ||
	    !ev_hash_parse(ev_slice_text(note.origin + strlen("evault/")), &origin) ||
	    memcmp(origin.b, tree->origin.b, 8) != 0)
		return false;
	tree->origin = origin;
	for (i = 0; i < tree->keys.n; i++)
		if (!fits(tree, &tree->keys.list[i]))
			return false;
	for (i = 0; i < tree->items.n; i++) {
		part = &tree->items.list[i];
		if (is_wanted(r, tree, part) && fits(tree, part)) {
			tree->items.list[n++] = *part;
			continue;
		}
		ev_buf_release(&part->entry);
		ev_buf_release(&part->proof);
	}
	tree->items.n = n;
	return true;
}

static enum evault_status
take(struct reading *r, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_hash origin = r->trees[0].origin;
	size_t i;

	for (i = 0; i < r->n_trees && rc == EVAULT_OK; i++)
		if (choose_items(r, &r->trees[i]) &&
		    (i > 0 || ev_hash_equal(&origin, &r->trees[0].origin)))
			rc = ev_sources_take(r->sources, &r->trees[i], err);
	return rc;
}

/* ---- reading ------------------------------------------------------------------------------- */

static enum evault_status
take_bytes(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;

	ev_hasher_update(r->hasher, data, len);
	return ev_archive_reader_update(r->tar, data, len, err);
}

static enum evault_status
read_copy(struct reading *r, struct evault *v, const struct ev_catalog_receive *receive,
	  const struct ev_hash *sha256, unsigned copy, struct evault_error *err)
{
	struct ev_tar_events events = { begin_member, member_data, end_member, r };
	struct ev_sink out = { take_bytes, r };
	struct ev_hash found;
	enum evault_status rc;

	forget(r);
	rc = add_tree(r, err);
	if (rc != EVAULT_OK)
		return rc;
	r->trees[0].origin = receive->origin;
	r->trees[0].size = receive->size;
	ev_archive_reader_free(r->tar);
	r->tar = ev_archive_reader_new(events);
	if (r->tar == NULL)
		return ev_fail_nomem(err);
	ev_hasher_final(r->hasher, &found);
	rc = ev_vault_object(v, sha256, copy, out, err);
	ev_hasher_final(r->hasher, &found);
	if (rc == EVAULT_OK && !ev_hash_equal(&found, sha256))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	return rc == EVAULT_OK ? ev_archive_reader_finish(r->tar, err) : rc;
}

enum evault_status
ev_source_from_bundle(struct ev_sources *s, struct evault *v,
		      const struct ev_catalog_receive *receive, const struct ev_hash *sha256,
		      struct evault_error *err)
{
	struct reading r = { .sources = s, .hasher = ev_hasher_new() };
	enum evault_status rc = EVAULT_E_DAMAGED;
	unsigned copy;

	if (r.hasher == NULL)
		return ev_fail_nomem(err);
	for (copy = 0; rc == EVAULT_E_DAMAGED; copy++)
		rc = read_copy(&r, v, receive, sha256, copy, err);
	if (rc == EVAULT_OK)
		rc = take(&r, err);
	forget(&r);
	ev_archive_reader_free(r.tar);
	ev_hasher_free(r.hasher);
	return rc;
}
