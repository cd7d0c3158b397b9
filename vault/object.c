/*
 * Originals: their bytes, and whether they are there to be relied on.
 *
 * An object can be in several packs, after an interruption or when a damaged
 * copy was added again: copies are numbered, objects first, then lists.
 */
#include "vault.h"

void
ev_vault_close_packs(struct evault *v)
{
	size_t i;

	for (i = 0; i < EV_VAULT_PACKS; i++) {
		ev_pack_close(v->packs[i].pack);
		v->packs[i].pack = NULL;
	}
}

/* The state of things after a writer has replaced the pack that was looked for. */
static enum evault_status
follow_writer(struct evault *v, struct evault_error *err)
{
	static const struct evault_error nothing_wrong;
	bool same;
	enum evault_status rc;

	/* Who receives or checks has begun with what there was. */
	if (v->aside || v->checking)
		return ev_fail(err, EVAULT_E_BUSY,
			       "%s: packs of it were replaced while it was read: run this again",
			       v->shown);
	rc = ev_vault_read_all(v, &same, err);
	return rc == EVAULT_OK ? ev_index_make_again(v, &nothing_wrong, err) : rc;
}

enum evault_status
ev_vault_find(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	      unsigned copy, struct ev_place *place, struct ev_pack **pack,
	      struct evault_error *err)
{
	struct ev_hash gone = { { 0 } };
	bool again = true;
	enum evault_status rc;

	for (;;) {
		*pack = NULL;
		rc = ev_catalog_find_copy(v->catalog, kind, id, part, copy, place, err);
		if (rc != EVAULT_OK)
			return rc;
		rc = ev_vault_pack(v, &place->pack, pack, err);
		/* It was a pack of this vault: something else is in its place, and ends nothing. */
		if (rc == EVAULT_E_KEY || rc == EVAULT_E_LIMIT)
			return ev_fail(err, EVAULT_E_DAMAGED,
				       "the pack that had it was altered; `evault check` says how");
		if (rc != EVAULT_E_NOT_FOUND)
			return rc;
		/* The index may have followed a writer since it was asked. */
		if (!again && ev_hash_equal(&gone, &place->pack)) {
			if (v->access != EVAULT_READ || v->log == NULL || !ev_vault_moved(v))
				return EVAULT_OK;
			rc = follow_writer(v, err);
			if (rc != EVAULT_OK)
				return rc;
		}
		again = false;
		gone = place->pack;
	}
}

static enum evault_status
give_member(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	    unsigned copy, struct ev_sink out, struct evault_error *err)
{
	struct ev_place place;
	struct ev_pack *pack;
	enum evault_status rc;

	rc = ev_vault_find(v, kind, id, part, copy, &place, &pack, err);
	if (rc != EVAULT_OK)
		return rc;
	/* The index knows of packs that are gone since; another one may have a copy. */
	if (pack == NULL)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "its bytes are missing; `evault check` says why");
	return ev_pack_read(pack, &place.member, out, err);
}

enum evault_status
ev_vault_list(struct evault *v, const struct ev_hash *sha256, unsigned copy, struct ev_hash *id,
	      uint32_t *n, uint64_t *size, struct evault_error *err)
{
	struct ev_buf list = EV_BUF_INIT;
	struct ev_hash first = { { 0 } };
	uint64_t total = 0;
	enum evault_status rc;

	rc = give_member(v, EV_MEMBER_LIST, sha256, 0, copy, ev_sink_buf(&list), err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_fail(err, rc, "its bytes are missing; `evault check` says why");
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&list, err);
	if (rc == EVAULT_OK && ev_member_list_decode(ev_slice_of(list.data, list.len), first.b,
						     &total, NULL) != EVAULT_OK)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "the list of its parts was altered");
	ev_buf_release(&list);
	if (rc != EVAULT_OK)
		return rc;
	if (id != NULL)
		*id = first;
	if (n != NULL)
		*n = (uint32_t)((total + EV_MEMBER_OBJECT_MAX - 1) / EV_MEMBER_OBJECT_MAX);
	if (size != NULL)
		*size = total;
	return EVAULT_OK;
}

enum evault_status
ev_vault_parts(struct evault *v, const struct ev_hash *sha256, unsigned copy, struct ev_sink out,
	       struct evault_error *err)
{
	uint32_t part, parts = 0;
	struct ev_hash id;
	enum evault_status rc = ev_vault_list(v, sha256, copy, &id, &parts, NULL, err);

	for (part = 1; part <= parts && rc == EVAULT_OK; part++) {
		rc = give_member(v, EV_MEMBER_PART, &id, part, 0, out, err);
		if (rc == EVAULT_E_NOT_FOUND)
			rc = ev_fail(err, EVAULT_E_DAMAGED, "part %u of it is missing", part);
	}
	return rc;
}

enum evault_status
ev_vault_object(struct evault *v, const struct ev_hash *sha256, unsigned copy, struct ev_sink out,
		struct evault_error *err)
{
	struct ev_place place;
	unsigned objects;
	enum evault_status rc;

	rc = give_member(v, EV_MEMBER_OBJECT, sha256, 0, copy, out, err);
	if (rc != EVAULT_E_NOT_FOUND)
		return rc;
	for (objects = 0; objects < copy; objects++) {
		rc = ev_catalog_find_copy(v->catalog, EV_MEMBER_OBJECT, sha256, 0, objects, &place,
					  err);
		if (rc != EVAULT_OK)
			break;
	}
	return ev_vault_parts(v, sha256, copy - objects, out, err);
}

/* ---- is it there, and whole? ------------------------------------------------------ */

enum evault_status
ev_vault_pack_is_whole(struct evault *v, const struct ev_hash *name, bool *whole,
		       struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];
	struct ev_hash hash;
	enum evault_status rc;
	uint64_t size;
	bool fresh;

	*whole = ev_set_has(&v->whole, name);
	if (*whole || ev_set_has(&v->broken, name))
		return EVAULT_OK;
	ev_pack_path(name, path);
	rc = ev_pack_hash(v->dir, path, EV_PACK_SIZE_MAX, &hash, &size, NULL, NULL, err);
	if (rc == EVAULT_E_NOMEM)
		return rc;
	*whole = rc == EVAULT_OK && ev_hash_equal(&hash, name);
	return ev_set_add(*whole ? &v->whole : &v->broken, name, &fresh, err);
}

static enum evault_status
hash_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	(void)err;
	ev_hasher_update(ctx, data, len);
	return EVAULT_OK;
}

/*
 * A pack that is what the log names can have other bytes under the name: whoever
 * may add could have made it; and an index can say of any pack that it has
 * them: whoever may read could have sealed it.  Either would have the original
 * taken for kept, and its card erased.
 */
static enum evault_status
has_the_bytes(struct evault *v, const struct ev_hash *sha256, bool in_parts, unsigned copy,
	      bool *has, struct evault_error *err)
{
	struct ev_hasher *hasher = ev_hasher_new();
	struct ev_sink out = { hash_data, hasher };
	struct evault_error why = { 0 };
	struct ev_hash found;
	enum evault_status rc;

	*has = false;
	if (hasher == NULL)
		return ev_fail_nomem(err);
	rc = in_parts ? ev_vault_parts(v, sha256, copy, out, &why)
		      : give_member(v, EV_MEMBER_OBJECT, sha256, 0, copy, out, &why);
	ev_hasher_final(hasher, &found);
	ev_hasher_free(hasher);
	*has = rc == EVAULT_OK && ev_hash_equal(&found, sha256);
	return rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
}

enum evault_status
ev_vault_object_is_true(struct evault *v, const struct ev_hash *sha256, unsigned copy, bool *is,
			struct evault_error *err)
{
	return has_the_bytes(v, sha256, false, copy, is, err);
}

/* For who may only add, finds here what this import has kept, and cannot read it: by the pack. */
static enum evault_status
pack_of_is_whole(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id,
		 unsigned copy, bool *whole, struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc;

	*whole = false;
	rc = ev_catalog_find_copy(v->catalog, kind, id, 0, copy, &place, err);
	return rc == EVAULT_OK ? ev_vault_pack_is_whole(v, &place.pack, whole, err) : rc;
}

/* Nor can they see which parts a list names: all packs of the import must be whole. */
static enum evault_status
packs_are_whole(struct evault *v, bool *whole, struct evault_error *err)
{
	struct ev_catalog_pack pack = { .index = 0 };
	enum evault_status rc = ev_catalog_next_pack(v->catalog, &pack, err);

	while (rc == EVAULT_OK && *whole) {
		rc = ev_vault_pack_is_whole(v, &pack.pack, whole, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_next_pack(v->catalog, &pack, err);
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* The pack was read, and what was looked for in it is there. */
static enum evault_status
note_read(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	  unsigned copy, struct evault_error *err)
{
	struct ev_place place;
	bool fresh;
	enum evault_status rc = ev_catalog_find_copy(v->catalog, kind, id, part, copy, &place, err);

	return rc == EVAULT_OK ? ev_set_add(&v->whole, &place.pack, &fresh, err) : rc;
}

static enum evault_status
parts_are_whole(struct evault *v, const struct ev_hash *sha256, unsigned copy, bool *whole,
		struct evault_error *err)
{
	uint32_t part, parts = 0;
	struct ev_place place;
	struct ev_hash id;
	enum evault_status rc;

	*whole = false;
	rc = ev_catalog_find_copy(v->catalog, EV_MEMBER_LIST, sha256, 0, copy, &place, err);
	if (rc == EVAULT_OK && !evault_reads(v)) {
		rc = pack_of_is_whole(v, EV_MEMBER_LIST, sha256, copy, whole, err);
		return rc == EVAULT_OK && *whole ? packs_are_whole(v, whole, err) : rc;
	}
	if (rc == EVAULT_OK)
		rc = has_the_bytes(v, sha256, true, copy, whole, err);
	if (rc != EVAULT_OK || !*whole)
		return rc;
	rc = ev_vault_list(v, sha256, copy, &id, &parts, NULL, err);
	if (rc == EVAULT_OK)
		rc = note_read(v, EV_MEMBER_LIST, sha256, 0, copy, err);
	for (part = 1; part <= parts && rc == EVAULT_OK; part++)
		rc = note_read(v, EV_MEMBER_PART, &id, part, 0, err);
	*whole = rc == EVAULT_OK;
	return rc == EVAULT_E_DAMAGED ? EVAULT_OK : rc;
}

static enum evault_status
object_is_whole(struct evault *v, const struct ev_hash *sha256, unsigned copy, bool *whole,
		struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc;

	if (!evault_reads(v))
		return pack_of_is_whole(v, EV_MEMBER_OBJECT, sha256, copy, whole, err);
	*whole = false;
	rc = ev_catalog_find_copy(v->catalog, EV_MEMBER_OBJECT, sha256, 0, copy, &place, err);
	if (rc == EVAULT_OK)
		rc = has_the_bytes(v, sha256, false, copy, whole, err);
	return rc == EVAULT_OK && *whole ? note_read(v, EV_MEMBER_OBJECT, sha256, 0, copy, err)
					 : rc;
}

enum evault_status
ev_vault_has_object(struct evault *v, const struct ev_hash *sha256, bool *has,
		    struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	unsigned copy;

	*has = false;
	for (copy = 0; rc == EVAULT_OK && !*has; copy++)
		rc = object_is_whole(v, sha256, copy, has, err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = EVAULT_OK;
	for (copy = 0; rc == EVAULT_OK && !*has; copy++)
		rc = parts_are_whole(v, sha256, copy, has, err);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}
