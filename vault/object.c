/*
 * Originals: their bytes, and whether they are there to be relied on.
 *
 * An object can be in several packs, after an interruption or when a damaged
 * copy was added again: copies are numbered, objects first, then lists.
 */
#include "vault.h"

static enum evault_status
give_member(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	    unsigned copy, struct ev_sink out, struct evault_error *err)
{
	struct ev_place place;
	struct ev_pack *pack;
	enum evault_status rc;

	rc = ev_catalog_find_copy(v->catalog, kind, id, part, copy, &place, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_vault_pack(v, &place.pack, &pack, err);
	/* The index knows of packs that are gone since; another one may have a copy. */
	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     "its bytes are missing; `evault check` says why");
	return rc == EVAULT_OK ? ev_pack_read(pack, &place.member, out, err) : rc;
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

/* Compares the pack with its name, once for as long as the vault is open. */
static enum evault_status
pack_is_whole(struct evault *v, const struct ev_hash *name, bool *whole, struct evault_error *err)
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
member_is_whole(struct evault *v, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
		unsigned copy, bool *whole, struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc;

	*whole = false;
	rc = ev_catalog_find_copy(v->catalog, kind, id, part, copy, &place, err);
	return rc == EVAULT_OK ? pack_is_whole(v, &place.pack, whole, err) : rc;
}

/* Who may only add cannot read which parts a list names: all packs of the import must be whole. */
static enum evault_status
packs_are_whole(struct evault *v, bool *whole, struct evault_error *err)
{
	struct ev_catalog_pack pack = { .index = 0 };
	enum evault_status rc = ev_catalog_next_pack(v->catalog, &pack, err);

	while (rc == EVAULT_OK && *whole) {
		rc = pack_is_whole(v, &pack.pack, whole, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_next_pack(v->catalog, &pack, err);
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static enum evault_status
parts_are_whole(struct evault *v, const struct ev_hash *sha256, unsigned copy, bool *whole,
		struct evault_error *err)
{
	uint32_t part, parts = 0;
	struct ev_hash id;
	enum evault_status rc;

	rc = member_is_whole(v, EV_MEMBER_LIST, sha256, 0, copy, whole, err);
	if (rc != EVAULT_OK || !*whole)
		return rc;
	if (!evault_reads(v))
		return packs_are_whole(v, whole, err);
	rc = ev_vault_list(v, sha256, copy, &id, &parts, NULL, err);
	for (part = 1; part <= parts && rc == EVAULT_OK && *whole; part++) {
		rc = member_is_whole(v, EV_MEMBER_PART, &id, part, 0, whole, err);
		if (rc == EVAULT_E_NOT_FOUND)
			rc = EVAULT_OK;
	}
	*whole = *whole && rc == EVAULT_OK;
	return rc == EVAULT_E_DAMAGED ? EVAULT_OK : rc;
}

enum evault_status
ev_vault_has_object(struct evault *v, const struct ev_hash *sha256, bool *has,
		    struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	unsigned copy;

	*has = false;
	for (copy = 0; rc == EVAULT_OK && !*has; copy++)
		rc = member_is_whole(v, EV_MEMBER_OBJECT, sha256, 0, copy, has, err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = EVAULT_OK;
	for (copy = 0; rc == EVAULT_OK && !*has; copy++)
		rc = parts_are_whole(v, sha256, copy, has, err);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}
