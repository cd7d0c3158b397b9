#include "share_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/tlog_proof.h"

/* ---- trees -------------------------------------------------------------------- */

static void
release_parts(struct ev_source_parts *parts)
{
	size_t i;

	for (i = 0; i < parts->n; i++) {
		ev_buf_release(&parts->list[i].entry);
		ev_buf_release(&parts->list[i].proof);
	}
	free(parts->list);
}

void
ev_source_tree_release(struct ev_source_tree *tree)
{
	release_parts(&tree->keys);
	release_parts(&tree->items);
	ev_buf_release(&tree->vault);
	ev_buf_release(&tree->checkpoint);
	free(tree->hashes);
	memset(tree, 0, sizeof(*tree));
}

struct ev_source_part *
ev_source_part(struct ev_source_parts *parts, uint64_t index)
{
	size_t cap = parts->cap == 0 ? 16 : 2 * parts->cap, at = parts->n;
	struct ev_source_part *grown;

	/* They come in order, nearly always. */
	while (at > 0 && parts->list[at - 1].index > index)
		at--;
	if (at > 0 && parts->list[at - 1].index == index)
		return &parts->list[at - 1];
	if (parts->n == parts->cap) {
		grown = realloc(parts->list, cap * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		parts->list = grown;
		parts->cap = cap;
	}
	memmove(parts->list + at + 1, parts->list + at, (parts->n - at) * sizeof(*parts->list));
	parts->n++;
	parts->list[at] = (struct ev_source_part){ index, EV_BUF_INIT, EV_BUF_INIT };
	return &parts->list[at];
}

void
ev_source_folder(const struct ev_source_tree *tree, char out[EV_SOURCE_FOLDER_SIZE])
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&tree->origin, hex);
	snprintf(out, EV_SOURCE_FOLDER_SIZE, "evault/sources/%.16s-%04" PRIu64 "/", hex,
		 tree->size);
}

/* Level after level, each with the hashes of its complete subtrees. */
static enum evault_status
fetch(void *ctx, unsigned level, uint64_t index, struct ev_hash *out, struct evault_error *err)
{
	const struct ev_source_tree *tree = ctx;
	uint64_t at = 0;
	unsigned i;

	for (i = 0; i < level; i++)
		at += tree->size >> i;
	if (index >= tree->size >> level)
		return ev_fail(err, EVAULT_E_DAMAGED, "its log has no such entry");
	*out = tree->hashes[at + index];
	return EVAULT_OK;
}

enum evault_status
ev_source_proof(const struct ev_source_tree *tree, const struct ev_source_part *part,
		struct ev_buf *out, struct evault_error *err)
{
	struct ev_merkle_fetch f = { fetch, (void *)tree };
	struct ev_hash proof[EV_PROOF_MAX];
	enum evault_status rc;
	size_t n;

	if (tree->hashes == NULL) {
		ev_buf_add(out, part->proof.data, part->proof.len);
		return ev_buf_ask(out, err);
	}
	rc = ev_merkle_prove(f, part->index, tree->size, proof, &n, err);
	return rc == EVAULT_OK
		   ? ev_proof_encode(part->index, proof, n,
				     ev_slice_of(tree->checkpoint.data, tree->checkpoint.len), out,
				     err)
		   : rc;
}

/* ---- links ---------------------------------------------------------------------- */

void
ev_sources_release(struct ev_sources *s)
{
	size_t i;

	for (i = 0; i < s->n_trees; i++)
		ev_source_tree_release(&s->trees[i]);
	free(s->trees);
	free(s->links);
	free(s->order);
	memset(s, 0, sizeof(*s));
}

enum evault_status
ev_sources_add(struct ev_sources *s, const struct ev_record *record, uint32_t *first, uint8_t *n,
	       struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	size_t i, found, cap = s->cap_links == 0 ? 64 : 2 * s->cap_links;
	struct ev_source_link *grown;
	enum evault_status rc = ev_provenance_read(record, chain, &found, err);

	if (rc != EVAULT_OK)
		return rc;
	if (s->n_links + found > s->cap_links) {
		grown = realloc(s->links, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		s->links = grown;
		s->cap_links = cap;
	}
	*first = (uint32_t)s->n_links;
	*n = (uint8_t)found;
	for (i = 0; i < found; i++) {
		memset(&s->links[s->n_links], 0, sizeof(*s->links));
		s->links[s->n_links].place = chain[i];
		if (i > 0)
			s->links[s->n_links].via = chain[i - 1].origin;
		s->n_links++;
	}
	return EVAULT_OK;
}

/* As folders are: by the beginning of the origin. */
static int
compare_numbers(const struct ev_provenance *p, const uint8_t digits[8], uint64_t index)
{
	int order = memcmp(p->origin.b, digits, 8);

	return order != 0 ? order : (p->index > index) - (p->index < index);
}

static bool
same_place(const struct ev_provenance *a, const struct ev_provenance *b)
{
	return ev_hash_equal(&a->origin, &b->origin) && a->index == b->index &&
	       ev_hash_equal(&a->digest, &b->digest);
}

struct placed {
	const struct ev_provenance *place;
	uint32_t link;
};

static int
by_place(const void *a, const void *b)
{
	const struct ev_provenance *y = ((const struct placed *)b)->place;

	return compare_numbers(((const struct placed *)a)->place, y->origin.b, y->index);
}

static enum evault_status
sort_links(struct ev_sources *s, struct evault_error *err)
{
	struct placed *placed = malloc((s->n_links + 1) * sizeof(*placed));
	size_t i;

	s->order = malloc((s->n_links + 1) * sizeof(*s->order));
	if (placed == NULL || s->order == NULL) {
		free(placed);
		return ev_fail_nomem(err);
	}
	for (i = 0; i < s->n_links; i++)
		placed[i] = (struct placed){ &s->links[i].place, (uint32_t)i };
	qsort(placed, s->n_links, sizeof(*placed), by_place);
	for (i = 0; i < s->n_links; i++)
		s->order[i] = placed[i].link;
	free(placed);
	return EVAULT_OK;
}

/* The first in the order that is not before these digits and this index. */
static size_t
lower_bound(const struct ev_sources *s, const uint8_t digits[8], uint64_t index)
{
	size_t low = 0, high = s->links == NULL ? 0 : s->n_links, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_numbers(&s->links[s->order[middle]].place, digits, index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Number `at` in the order, if it still has these digits and this index; or NULL. */
static struct ev_source_link *
link_at(const struct ev_sources *s, size_t at, const uint8_t digits[8], uint64_t index)
{
	struct ev_source_link *link = at < s->n_links ? &s->links[s->order[at]] : NULL;

	return link != NULL && compare_numbers(&link->place, digits, index) == 0 ? link : NULL;
}

bool
ev_sources_may_want(const struct ev_sources *s, const uint8_t digits[8], uint64_t index)
{
	size_t at = lower_bound(s, digits, index);
	const struct ev_source_link *link;

	for (; (link = link_at(s, at, digits, index)) != NULL; at++)
		if (!link->proved)
			return true;
	return false;
}

bool
ev_sources_want(const struct ev_sources *s, const struct ev_provenance *place)
{
	size_t at = lower_bound(s, place->origin.b, place->index);
	const struct ev_source_link *link;

	for (; (link = link_at(s, at, place->origin.b, place->index)) != NULL; at++)
		if (!link->proved && same_place(&link->place, place))
			return true;
	return false;
}

/* ---- taking --------------------------------------------------------------------------- */

/* The links of this very record. */
static void
mark(struct ev_sources *s, const struct ev_source_tree *tree)
{
	const struct ev_source_part *part;
	struct ev_source_link *link;
	struct ev_provenance place = { .origin = tree->origin };
	struct ev_entry entry;
	size_t i, at;

	for (i = 0; i < tree->items.n; i++) {
		part = &tree->items.list[i];
		if (ev_entry_parse(ev_slice_of(part->entry.data, part->entry.len), &entry, NULL) !=
		    EVAULT_OK)
			continue;
		place.index = part->index;
		place.digest = entry.record;
		at = lower_bound(s, place.origin.b, place.index);
		for (; (link = link_at(s, at, place.origin.b, place.index)) != NULL; at++)
			link->proved = link->proved || same_place(&link->place, &place);
	}
}

static enum evault_status
move_parts(struct ev_source_parts *to, struct ev_source_parts *from, struct evault_error *err)
{
	struct ev_source_part *part;
	size_t i;

	for (i = 0; i < from->n; i++) {
		part = ev_source_part(to, from->list[i].index);
		if (part == NULL)
			return ev_fail_nomem(err);
		if (part->entry.len > 0)
			continue;
		*part = from->list[i];
		from->list[i] = (struct ev_source_part){ 0, EV_BUF_INIT, EV_BUF_INIT };
	}
	return EVAULT_OK;
}

/* Is it of the very same head, so that what both have can be in one folder? */
static bool
can_join(const struct ev_source_tree *a, const struct ev_source_tree *b)
{
	return a->hashes == NULL && b->hashes == NULL && ev_hash_equal(&a->origin, &b->origin) &&
	       ev_slice_equal(ev_slice_of(a->vault.data, a->vault.len),
			      ev_slice_of(b->vault.data, b->vault.len)) &&
	       ev_slice_equal(ev_slice_of(a->checkpoint.data, a->checkpoint.len),
			      ev_slice_of(b->checkpoint.data, b->checkpoint.len));
}

static int
compare_trees(const struct ev_source_tree *a, const struct ev_source_tree *b)
{
	int order = memcmp(a->origin.b, b->origin.b, 8);

	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static enum evault_status
insert(struct ev_sources *s, size_t at, struct ev_source_tree *tree, struct evault_error *err)
{
	struct ev_source_tree *grown = realloc(s->trees, (s->n_trees + 1) * sizeof(*grown));

	if (grown == NULL)
		return ev_fail_nomem(err);
	s->trees = grown;
	memmove(grown + at + 1, grown + at, (s->n_trees - at) * sizeof(*grown));
	grown[at] = *tree;
	s->n_trees++;
	memset(tree, 0, sizeof(*tree));
	return EVAULT_OK;
}

enum evault_status
ev_sources_take(struct ev_sources *s, struct ev_source_tree *tree, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t at = 0;

	while (at < s->n_trees && compare_trees(&s->trees[at], tree) < 0)
		at++;
	if (tree->items.n == 0) {
		/* It proves nothing that is given. */
	} else if (at == s->n_trees || compare_trees(&s->trees[at], tree) != 0) {
		mark(s, tree);
		rc = insert(s, at, tree, err);
	} else if (can_join(&s->trees[at], tree)) {
		mark(s, tree);
		rc = move_parts(&s->trees[at].keys, &tree->keys, err);
		if (rc == EVAULT_OK)
			rc = move_parts(&s->trees[at].items, &tree->items, err);
	}
	ev_source_tree_release(tree);
	return rc;
}

/* ---- finding --------------------------------------------------------------------------- */

struct kept { /* a `receive` record */
	struct ev_catalog_receive receive;
	struct ev_hash sha256;
};

/* False: it has no original that could be read. */
static bool
read_kept(struct evault *v, struct kept *kept)
{
	const struct ev_record_field *f;
	struct ev_record record;
	bool good = false;

	ev_record_init(&record);
	if (ev_vault_record(v, &kept->receive.digest, &record, NULL) == EVAULT_OK) {
		f = ev_record_find(&record, "sha256");
		good = f != NULL && ev_hash_parse(ev_slice_of(f->value, f->len), &kept->sha256);
	}
	ev_record_release(&record);
	return good;
}

static int
larger_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->receive.size < y->receive.size) - (x->receive.size > y->receive.size);
}

/* All that is kept of the vault of that origin. */
static enum evault_status
list_kept(struct evault *v, const struct ev_hash *origin, struct kept **list, size_t *n,
	  struct evault_error *err)
{
	struct kept *grown, kept;
	enum evault_status rc = EVAULT_OK;
	int64_t after = -1;

	*list = NULL;
	*n = 0;
	for (;;) {
		rc = ev_vault_next_receive(v, origin, after, &kept.receive, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)kept.receive.index;
		if (!read_kept(v, &kept))
			continue;
		grown = realloc(*list, (*n + 1) * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		*list = grown;
		grown[(*n)++] = kept;
	}
	if (*n > 1)
		qsort(*list, *n, sizeof(**list), larger_first);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* Is there one still, of that origin; or that came through it, which its bundles could prove? */
static bool
is_open(const struct ev_sources *s, const struct ev_hash *origin, bool through)
{
	const struct ev_source_link *link;
	size_t i;

	for (i = 0; i < s->n_links; i++) {
		link = &s->links[i];
		if (!link->proved && (ev_hash_equal(&link->place.origin, origin) ||
				      (through && ev_hash_equal(&link->via, origin))))
			return true;
	}
	return false;
}

static enum evault_status
find_in(struct ev_sources *s, struct evault *v, const struct ev_hash *origin, bool bundles,
	struct evault_error *err)
{
	struct kept *list;
	enum evault_status rc;
	size_t n, i;

	rc = list_kept(v, origin, &list, &n, err);
	for (i = 0; i < n && rc == EVAULT_OK && is_open(s, origin, bundles); i++) {
		if (list[i].receive.bundle != bundles)
			continue;
		rc = bundles ? ev_source_from_bundle(s, v, &list[i].receive, &list[i].sha256, err)
			     : ev_source_from_log(s, v, &list[i].receive, &list[i].sha256, err);
		/* What is wrong with it, `check` says. */
		if (rc != EVAULT_E_NOMEM)
			rc = EVAULT_OK;
	}
	free(list);
	return rc;
}

enum evault_status
ev_sources_find(struct ev_sources *s, struct evault *v, struct evault_error *err)
{
	enum evault_status rc = sort_links(s, err);
	const struct ev_hash *origin, *last;
	unsigned bundles;
	size_t i;

	/* A log has all of what its vault recorded; then what is left, by bundles. */
	for (bundles = 0; bundles < 2 && rc == EVAULT_OK; bundles++) {
		last = NULL;
		for (i = 0; i < s->n_links && rc == EVAULT_OK; i++) {
			origin = &s->links[s->order[i]].place.origin;
			if (last == NULL || !ev_hash_equal(last, origin))
				rc = find_in(s, v, origin, bundles > 0, err);
			last = origin;
		}
	}
	return rc;
}
