/*
 * With the key: everything in every pack is what it says, and every item has
 * its record and its original.
 *
 * Members found good are put into the catalog as verified; an item is sound
 * when everything it needs is there so.  The parts of a long original come in
 * order, so its hash is computed on the way, and again from the vault only
 * where they do not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct content {
	struct ev_checking *c;
	const struct ev_hash *pack;
	struct ev_member m; /* the member at hand */
	struct ev_hasher *hasher;
	struct ev_hasher *long_hasher; /* over the parts of the long original at hand */
	uint8_t long_id[16];
	uint32_t long_next; /* the part that must come next; 0: none */
	uint64_t long_size;
	struct ev_buf text; /* of a record or a list */
	uint64_t bad;       /* members that were not what they say */
};

static enum evault_status
begin_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	     struct evault_error *err)
{
	struct content *w = ctx;

	memset(&w->m, 0, sizeof(w->m));
	if (!ev_member_parse_name(name, &w->m))
		return ev_fail(err, EVAULT_E_DAMAGED, "a member has a name that none can have");
	w->m.size = size;
	w->m.offset = offset;
	ev_buf_clear(&w->text);
	if (w->m.kind != EV_MEMBER_PART)
		return EVAULT_OK;
	if (w->m.part == 1) {
		struct ev_hash ignored;

		ev_hasher_final(w->long_hasher, &ignored);
		memcpy(w->long_id, w->m.id.b, sizeof(w->long_id));
		w->long_next = 1;
		w->long_size = 0;
	}
	if (w->m.part != w->long_next || memcmp(w->long_id, w->m.id.b, sizeof(w->long_id)) != 0)
		w->long_next = 0;
	return EVAULT_OK;
}

static enum evault_status
member_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct content *w = ctx;

	if (w->m.kind == EV_MEMBER_OBJECT) {
		ev_hasher_update(w->hasher, data, len);
	} else if (w->m.kind == EV_MEMBER_PART) {
		if (w->long_next != 0)
			ev_hasher_update(w->long_hasher, data, len);
	} else {
		ev_buf_add(&w->text, data, len);
	}
	return ev_check_tick(w->c, len, err);
}

static enum evault_status
add_verified(struct content *w, struct evault_error *err)
{
	return ev_catalog_add_member(w->c->v->catalog, w->pack, &w->m, EV_MEMBER_VERIFIED, err);
}

static enum evault_status
bad_member(struct content *w, const char *what, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE], name[EV_MEMBER_NAME_SIZE];

	w->bad++;
	ev_pack_path(w->pack, path);
	ev_member_name(&w->m, name);
	return ev_find(&w->c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s: %s",
		       name, what);
}

static enum evault_status
end_record(struct content *w, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(w->text.data, w->text.len);
	struct ev_record record;
	struct ev_hash digest;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_record_parse(text, &record, NULL);
	if (rc == EVAULT_OK)
		rc = ev_record_digest(text, &digest, NULL);
	if (rc == EVAULT_OK && ev_hash_equal(&digest, &w->m.id)) {
		w->c->summary->records++;
		rc = add_verified(w, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_add_record(w->c->v->catalog, &digest, &record, err);
	} else if (rc != EVAULT_E_NOMEM) {
		rc = bad_member(w, "is no record, or not the one that it is named for", err);
	}
	ev_record_release(&record);
	return rc;
}

static enum evault_status
no_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	(void)err;
	ev_hasher_update(ctx, data, len);
	return EVAULT_OK;
}

/* A list is good when the parts before it, or in the vault, have the hash it is named for. */
static enum evault_status
end_list(struct content *w, struct evault_error *err)
{
	struct ev_sink sink = { no_data, w->hasher };
	struct ev_hash found = { { 0 } };
	uint8_t id[16] = { 0 };
	uint64_t size = 0;
	enum evault_status rc =
	    ev_member_list_decode(ev_slice_of(w->text.data, w->text.len), id, &size, NULL);

	if (rc != EVAULT_OK)
		return bad_member(w, "is no list of parts", err);
	if (w->long_next != 0 && memcmp(id, w->long_id, sizeof(id)) == 0 && w->long_size == size) {
		ev_hasher_final(w->long_hasher, &found);
		w->long_next = 0;
		rc = add_verified(w, err);
	} else {
		/* Out of order, as after an interruption: read them again. */
		rc = add_verified(w, err);
		if (rc == EVAULT_OK)
			rc = ev_vault_object(w->c->v, &w->m.id, sink, NULL);
		ev_hasher_final(w->hasher, &found);
		if (rc == EVAULT_E_DAMAGED || rc == EVAULT_E_NOT_FOUND)
			rc = EVAULT_OK;
	}
	if (rc == EVAULT_OK && !ev_hash_equal(&found, &w->m.id)) {
		rc = ev_catalog_add_member(w->c->v->catalog, w->pack, &w->m, EV_MEMBER_LISTED, err);
		if (rc == EVAULT_OK)
			rc = bad_member(w, "its parts are not the original it is named for", err);
	} else {
		w->c->summary->objects++;
	}
	return rc;
}

static enum evault_status
end_member(void *ctx, struct evault_error *err)
{
	struct content *w = ctx;
	struct ev_hash found;
	enum evault_status rc = ev_buf_ask(&w->text, err);

	if (rc != EVAULT_OK)
		return rc;
	switch (w->m.kind) {
	case EV_MEMBER_OBJECT:
		ev_hasher_final(w->hasher, &found);
		if (!ev_hash_equal(&found, &w->m.id))
			return bad_member(w, "its bytes are not the original it is named for", err);
		w->c->summary->objects++;
		return add_verified(w, err);
	case EV_MEMBER_PART:
		if (w->long_next != 0) {
			w->long_next++;
			w->long_size += w->m.size;
		}
		return add_verified(w, err);
	case EV_MEMBER_LIST:
		return end_list(w, err);
	case EV_MEMBER_RECORD:
		return end_record(w, err);
	}
	return EVAULT_OK;
}

/* ---- a damaged pack: which of its members can still be read ------------------------ */

static enum evault_status
salvage_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct content *w = ctx;
	struct ev_sink sink = { member_data, w };
	char name[EV_MEMBER_NAME_SIZE];
	struct ev_hash ignored;
	struct ev_pack *pack;
	enum evault_status rc;

	ev_member_name(m, name);
	rc = begin_member(w, ev_slice_text(name), m->size, m->offset, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(w->c->v, w->pack, &pack, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_pack_read(pack, m, sink, err);
	if (rc == EVAULT_OK)
		return end_member(w, err);
	ev_hasher_final(w->hasher, &ignored);
	w->long_next = 0;
	return rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO ? EVAULT_OK : rc;
}

static enum evault_status
read_pack(struct content *w, struct evault_error *err)
{
	struct ev_tar_events events = { begin_member, member_data, end_member, w };
	struct evault_error why = { 0 };
	char path[EV_PACK_PATH_SIZE];
	struct ev_hash ignored;
	struct ev_pack *pack;
	enum evault_status rc;

	ev_pack_path(w->pack, path);
	rc = ev_vault_pack(w->c->v, w->pack, &pack, &why);
	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK; /* told already */
	if (rc == EVAULT_OK) {
		rc = ev_pack_walk(pack, events, &why);
		if (rc == EVAULT_OK)
			return rc;
		ev_hasher_final(w->hasher, &ignored);
	}
	if (rc == EVAULT_E_CANCELLED || rc == EVAULT_E_NOMEM)
		return ev_fail(err, rc, "%s", why.text);
	rc = ev_check_failure(w->c, rc, &why, EV_NO_ITEM, path, err);
	w->long_next = 0;
	if (rc == EVAULT_OK && ev_vault_pack(w->c->v, w->pack, &pack, NULL) == EVAULT_OK) {
		rc = ev_pack_members(pack, salvage_member, w, err);
		if (rc == EVAULT_E_DAMAGED)
			rc = EVAULT_OK;
	}
	return rc;
}

/* ---- items ----------------------------------------------------------------------- */

/* Is a member there, with its bytes verified? */
static enum evault_status
find_verified(struct ev_checking *c, enum ev_member_kind kind, const struct ev_hash *id,
	      bool *there, bool *good, struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc = ev_catalog_find_member(c->v->catalog, kind, id, 0, &place, err);

	*there = rc == EVAULT_OK;
	*good = *there && place.state == EV_MEMBER_VERIFIED;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static enum evault_status
check_original(struct ev_checking *c, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *sha256 = evault_item_field(item, "sha256");
	const struct evault_field *name = evault_item_field(item, "name");
	char shown[EV_SHOW_SIZE];
	bool there, good, list_there, list_good;
	struct ev_hash id;
	enum evault_status rc;

	if (sha256 == NULL)
		return EVAULT_OK;
	ev_show_path(name == NULL ? "" : name->value, shown);
	if (!ev_hash_parse(ev_slice_of(sha256->value, sha256->len), &id))
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, item->index, "",
			       "%s: its record names no SHA-256", shown);
	rc = find_verified(c, EV_MEMBER_OBJECT, &id, &there, &good, err);
	if (rc == EVAULT_OK)
		rc = find_verified(c, EV_MEMBER_LIST, &id, &list_there, &list_good, err);
	if (rc != EVAULT_OK || good || list_good)
		return rc;
	if (there || list_there)
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, item->index, "",
			       "%s: its original is damaged", shown);
	return ev_find(&c->findings, err, EVAULT_FINDING_MISSING, item->index, "",
		       "%s: its original is not to be had from the packs that are whole", shown);
}

static enum evault_status
check_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct ev_checking *c = ctx;

	c->summary->items++;
	if (item->n_fields == 0)
		return ev_find(&c->findings, err, EVAULT_FINDING_MISSING, item->index, "",
			       "the record of this item is not to be had from the packs that are "
			       "whole");
	return check_original(c, item, err);
}

static enum evault_status
check_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct ev_checking *c = ctx;

	return ev_vault_give_item(c->v, entry, check_item, c, err);
}

static enum evault_status
content_start(struct content *w, struct ev_checking *c, struct evault_error *err)
{
	memset(w, 0, sizeof(*w));
	w->c = c;
	w->hasher = ev_hasher_new();
	w->long_hasher = ev_hasher_new();
	return w->hasher == NULL || w->long_hasher == NULL ? ev_fail_nomem(err) : EVAULT_OK;
}

static void
content_end(struct content *w)
{
	ev_hasher_free(w->hasher);
	ev_hasher_free(w->long_hasher);
	ev_buf_release(&w->text);
}

enum evault_status
ev_check_pack_content(struct ev_checking *c, const struct ev_hash *pack, struct evault_error *err)
{
	struct content w;
	enum evault_status rc = content_start(&w, c, err);

	w.pack = pack;
	if (rc == EVAULT_OK)
		rc = read_pack(&w, err);
	content_end(&w);
	return rc;
}

enum evault_status
ev_check_content(struct ev_checking *c, struct evault_error *err)
{
	const struct ev_authority *a = &c->v->authority;
	struct content w;
	enum evault_status rc = content_start(&w, c, err);
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		w.pack = &a->packs[i].hash;
		if (!a->packs[i].dropped)
			rc = read_pack(&w, err);
	}
	content_end(&w);
	if (rc == EVAULT_OK)
		rc = ev_catalog_range(c->v->catalog, 0, INT64_MAX, check_entry, c, err);
	c->summary->content_checked = rc == EVAULT_OK;
	return rc;
}
