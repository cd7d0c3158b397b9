/*
 * With the key: everything in every pack is what it says.
 *
 * Members found good are put into the catalog as verified, others as listed;
 * check_item.c then asks for what each item needs.  The parts of a long
 * original come in order, so its hash is computed on the way.  Where they do
 * not, the list is put off until all packs were read: reading a part opens
 * another pack than the one that is being walked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* A list of parts that is put off. */
struct later {
	struct ev_hash pack;
	struct ev_member list;
	bool *whole; /* of the pack; may be NULL */
};

struct content {
	struct ev_checking *c;
	const struct ev_hash *pack;
	bool *whole;         /* set to false when something is wrong with the pack; may be NULL */
	struct ev_set names; /* of the members of the pack */
	uint64_t walked;     /* where the first member begins that was not read to its end */
	struct ev_member m;  /* the member at hand */
	struct ev_hasher *hasher;
	struct ev_hasher *long_hasher; /* over the parts of the long original at hand */
	uint8_t long_id[16];
	uint32_t long_next; /* the part that must come next; 0: none */
	uint64_t long_size;
	struct ev_buf text; /* of a record or a list */
	struct later *later;
	size_t n_later, cap_later;
};

static enum evault_status
add_member(struct content *w, enum ev_member_state state, struct evault_error *err)
{
	return ev_catalog_add_member(w->c->v->catalog, w->pack, &w->m, state, err);
}

static enum evault_status
bad_member(struct content *w, const char *what, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE], name[EV_MEMBER_NAME_SIZE];
	enum evault_status rc = add_member(w, EV_MEMBER_LISTED, err);

	if (w->whole != NULL)
		*w->whole = false;
	ev_pack_path(w->pack, path);
	ev_member_name(&w->m, name);
	if (rc != EVAULT_OK)
		return rc;
	return ev_find(&w->c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s: %s",
		       name, what);
}

static void
begin_part(struct content *w)
{
	struct ev_hash ignored;

	if (w->m.part == 1) {
		ev_hasher_final(w->long_hasher, &ignored);
		memcpy(w->long_id, w->m.id.b, sizeof(w->long_id));
		w->long_next = 1;
		w->long_size = 0;
	}
	if (w->m.part != w->long_next || memcmp(w->long_id, w->m.id.b, sizeof(w->long_id)) != 0)
		w->long_next = 0;
}

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
	if (w->m.kind == EV_MEMBER_PART)
		begin_part(w);
	return EVAULT_OK;
}

/* A name occurs once in a pack: otherwise two readers may take two members for it. */
static enum evault_status
walk_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct content *w = ctx;
	struct ev_hash key;
	bool fresh;
	enum evault_status rc = begin_member(w, name, size, offset, err);

	w->walked = offset;
	ev_hash_of(name.data, name.len, &key);
	if (rc == EVAULT_OK)
		rc = ev_set_add(&w->names, &key, &fresh, err);
	if (rc == EVAULT_OK && !fresh)
		rc = bad_member(w, _("is in the pack twice"), err);
	return rc;
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

/* What was recorded here withholds nothing: that is for what others gave. */
static bool
withholds(const struct ev_record *record)
{
	size_t i;

	for (i = 0; i < record->n && !record->fields[i].withheld; i++)
		;
	return i < record->n && ev_record_find(record, "source") == NULL;
}

static enum evault_status
end_record(struct content *w, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(w->text.data, w->text.len);
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_record record;
	struct ev_hash digest;
	enum evault_status rc, source = EVAULT_OK;
	size_t n;

	ev_record_init(&record);
	rc = ev_record_parse(text, &record, NULL);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(&record, &digest, NULL);
	if (rc == EVAULT_OK)
		source = ev_provenance_read(&record, chain, &n, NULL);
	if (rc == EVAULT_E_NOMEM || source == EVAULT_E_NOMEM) {
		rc = ev_fail_nomem(err);
	} else if (rc != EVAULT_OK || !ev_hash_equal(&digest, &w->m.id)) {
		rc = bad_member(w, _("is no record, or not the one that it is named for"), err);
	} else if (source != EVAULT_OK) {
		rc = bad_member(w, _("is not the record that it says it was received as"), err);
	} else if (withholds(&record)) {
		rc = bad_member(w, _("withholds a part of what was recorded"), err);
	} else {
		w->c->summary->records++;
		rc = add_member(w, EV_MEMBER_VERIFIED, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_add_record(w->c->v->catalog, &digest, &record, err);
	}
	ev_record_release(&record);
	return rc;
}

static enum evault_status
put_off(struct content *w, struct evault_error *err)
{
	size_t cap = w->cap_later == 0 ? 16 : w->cap_later * 2;
	struct later *grown;

	if (w->n_later == w->cap_later) {
		grown = realloc(w->later, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		w->later = grown;
		w->cap_later = cap;
	}
	w->later[w->n_later++] = (struct later){ *w->pack, w->m, w->whole };
	return add_member(w, EV_MEMBER_LISTED, err);
}

/* A list is good when the parts before it, or in the vault, have the hash it is named for. */
static enum evault_status
end_list(struct content *w, struct evault_error *err)
{
	struct ev_hash found;
	uint8_t id[16] = { 0 };
	uint64_t size = 0;

	if (ev_member_list_decode(ev_slice_of(w->text.data, w->text.len), id, &size, NULL) !=
	    EVAULT_OK)
		return bad_member(w, _("is no list of parts"), err);
	if (w->long_next == 0 || memcmp(id, w->long_id, sizeof(id)) != 0 || w->long_size != size)
		return put_off(w, err);
	ev_hasher_final(w->long_hasher, &found);
	w->long_next = 0;
	if (!ev_hash_equal(&found, &w->m.id))
		return bad_member(w, _("its parts are not the original it is named for"), err);
	w->c->summary->objects++;
	return add_member(w, EV_MEMBER_VERIFIED, err);
}

/* The name of a part is random: were it in two packs, nobody could say which one is meant. */
static enum evault_status
end_part(struct content *w, struct evault_error *err)
{
	struct ev_place other;
	enum evault_status rc = ev_catalog_find_member(w->c->v->catalog, EV_MEMBER_PART, &w->m.id,
						       w->m.part, &other, err);

	if (rc == EVAULT_OK && !ev_hash_equal(&other.pack, w->pack)) {
		w->long_next = 0;
		/* A pack that no entry names may be what an interrupted `tidy` made of others. */
		if (w->whole != NULL) {
			*w->whole = false;
			return EVAULT_OK;
		}
		return bad_member(w, _("is in another pack too"), err);
	}
	if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
		return rc;
	if (w->long_next != 0) {
		w->long_next++;
		w->long_size += w->m.size;
	}
	return add_member(w, EV_MEMBER_VERIFIED, err);
}

static enum evault_status
end_member(void *ctx, struct evault_error *err)
{
	struct content *w = ctx;
	struct ev_hash found;
	enum evault_status rc = ev_buf_ask(&w->text, err);

	if (rc != EVAULT_OK)
		return rc;
	w->walked = w->m.offset + ev_tar_member_size(w->m.size);
	switch (w->m.kind) {
	case EV_MEMBER_OBJECT:
		ev_hasher_final(w->hasher, &found);
		if (!ev_hash_equal(&found, &w->m.id))
			return bad_member(w, _("its bytes are not the original it is named for"),
					  err);
		w->c->summary->objects++;
		return add_member(w, EV_MEMBER_VERIFIED, err);
	case EV_MEMBER_PART:
		return end_part(w, err);
	case EV_MEMBER_LIST:
		return end_list(w, err);
	case EV_MEMBER_RECORD:
		return end_record(w, err);
	}
	return EVAULT_OK;
}

/* ---- lists that were put off -------------------------------------------------------- */

struct tally {
	struct ev_hasher *hasher;
	uint64_t size;
};

static enum evault_status
tally_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct tally *t = ctx;

	(void)err;
	ev_hasher_update(t->hasher, data, len);
	t->size += len;
	return EVAULT_OK;
}

/* Which copy of the list at hand is the one in the pack at hand? */
static enum evault_status
find_list_copy(struct content *w, unsigned *copy, struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc;
	unsigned i;

	for (i = 0;; i++) {
		rc = ev_catalog_find_copy(w->c->v->catalog, EV_MEMBER_LIST, &w->m.id, 0, i, &place,
					  err);
		if (rc != EVAULT_OK)
			return rc == EVAULT_E_NOT_FOUND
				   ? ev_fail(err, EVAULT_E_IO, "the catalog lost a list of parts")
				   : rc;
		if (ev_hash_equal(&place.pack, w->pack)) {
			*copy = i;
			return EVAULT_OK;
		}
	}
}

/* Parts that are not to be had are told where they should be, and where an item needs them. */
static enum evault_status
check_list(struct content *w, const struct later *l, struct evault_error *err)
{
	struct tally tally = { w->hasher, 0 };
	struct ev_sink sink = { tally_data, &tally };
	struct evault_error why = { 0 };
	struct ev_hash found;
	uint64_t size = 0;
	unsigned copy = 0;
	enum evault_status rc;

	w->pack = &l->pack;
	w->whole = l->whole;
	w->m = l->list;
	rc = find_list_copy(w, &copy, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_vault_parts(w->c->v, &w->m.id, copy, sink, &why);
	ev_hasher_final(w->hasher, &found);
	if (rc == EVAULT_E_NOMEM || rc == EVAULT_E_CANCELLED)
		return ev_fail(err, rc, "%s", why.text);
	if (rc != EVAULT_OK) {
		if (w->whole != NULL)
			*w->whole = false;
		return EVAULT_OK;
	}
	rc = ev_vault_list(w->c->v, &w->m.id, copy, NULL, NULL, &size, err);
	if (rc != EVAULT_OK)
		return rc;
	if (!ev_hash_equal(&found, &w->m.id) || tally.size != size)
		return bad_member(w, _("its parts are not the original it is named for"), err);
	w->c->summary->objects++;
	return add_member(w, EV_MEMBER_VERIFIED, err);
}

static enum evault_status
check_lists(struct content *w, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < w->n_later && rc == EVAULT_OK; i++)
		rc = check_list(w, &w->later[i], err);
	return rc;
}

/* ---- a damaged pack: which of its members can still be read ------------------------ */

static enum evault_status
salvage_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct content *w = ctx;
	struct ev_sink sink = { member_data, w };
	char name[EV_MEMBER_NAME_SIZE];
	struct evault_error why = { 0 };
	struct ev_hash ignored;
	struct ev_pack *pack;
	enum evault_status rc;

	if (m->offset < w->walked)
		return EVAULT_OK;
	ev_member_name(m, name);
	rc = begin_member(w, ev_slice_text(name), m->size, m->offset, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(w->c->v, w->pack, &pack, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_pack_read(pack, m, sink, &why);
	if (rc == EVAULT_OK)
		return end_member(w, err);
	ev_hasher_final(w->hasher, &ignored);
	w->long_next = 0;
	if (rc != EVAULT_E_DAMAGED && rc != EVAULT_E_IO)
		return ev_fail(err, rc, "%s", why.text);
	return add_member(w, EV_MEMBER_LISTED, err);
}

static enum evault_status
read_pack(struct content *w, const struct ev_hash *name, bool *whole, struct evault_error *err)
{
	struct ev_tar_events events = { walk_member, member_data, end_member, w };
	struct evault_error why = { 0 };
	char path[EV_PACK_PATH_SIZE];
	struct ev_hash ignored;
	struct ev_pack *pack;
	enum evault_status rc;

	w->pack = name;
	w->whole = whole;
	w->walked = 0;
	ev_set_release(&w->names);
	ev_pack_path(w->pack, path);
	rc = ev_vault_pack(w->c->v, w->pack, &pack, &why);
	/* A change of keys that was cut short leaves one for keys that never came to be. */
	if (rc == EVAULT_E_KEY && whole != NULL)
		*whole = false;
	if (rc == EVAULT_E_NOT_FOUND && whole == NULL &&
	    ev_check_is_replaced(w->c, name, err) != EVAULT_OK)
		return EVAULT_E_BUSY;
	if (rc == EVAULT_E_NOT_FOUND || (rc == EVAULT_E_KEY && whole != NULL)) {
		w->long_next = 0;
		return EVAULT_OK; /* told already */
	}
	if (rc == EVAULT_OK) {
		rc = ev_pack_walk(pack, events, &why);
		if (rc == EVAULT_OK)
			return rc;
		ev_hasher_final(w->hasher, &ignored);
	}
	if (rc == EVAULT_E_CANCELLED || rc == EVAULT_E_NOMEM)
		return ev_fail(err, rc, "%s", why.text);
	rc = ev_check_failure(w->c, rc, &why, EV_NO_ITEM, path, err);
	if (whole != NULL)
		*whole = false;
	w->long_next = 0;
	if (rc == EVAULT_OK && ev_vault_pack(w->c->v, w->pack, &pack, NULL) == EVAULT_OK) {
		rc = ev_pack_members(pack, salvage_member, w, err);
		if (rc == EVAULT_E_DAMAGED)
			rc = EVAULT_OK;
	}
	return rc;
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
	ev_set_release(&w->names);
	ev_buf_release(&w->text);
	free(w->later);
}

enum evault_status
ev_check_strays(struct ev_checking *c, bool *whole, struct evault_error *err)
{
	struct content w;
	enum evault_status rc = content_start(&w, c, err);
	size_t i;

	for (i = 0; i < c->n_strays && rc == EVAULT_OK; i++) {
		whole[i] = true;
		rc = read_pack(&w, &c->stray_names[i], &whole[i], err);
	}
	if (rc == EVAULT_OK)
		rc = check_lists(&w, err);
	content_end(&w);
	return rc;
}

/* One after the other: what it is from without is told before anything of what is in it. */
static enum evault_status
read_packs(struct content *w, struct evault_error *err)
{
	struct ev_checking *c = w->c;
	const struct ev_authority *a = &c->v->authority;
	struct ev_check_ahead *ahead = NULL;
	enum evault_status rc = ev_check_ahead_new(c, &ahead, err);
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++) {
		c->progress.files_done++;
		if (a->packs[i].dropped)
			continue;
		rc = ev_check_ahead_judge(ahead, &a->packs[i], err);
		if (rc == EVAULT_OK)
			rc = read_pack(w, &a->packs[i].hash, NULL, err);
	}
	ev_check_ahead_free(ahead);
	c->summary->packs_checked = rc == EVAULT_OK;
	return rc;
}

enum evault_status
ev_check_content(struct ev_checking *c, struct evault_error *err)
{
	struct content w;
	enum evault_status rc = content_start(&w, c, err);

	if (rc == EVAULT_OK)
		rc = read_packs(&w, err);
	if (rc == EVAULT_OK)
		rc = check_lists(&w, err);
	content_end(&w);
	if (rc == EVAULT_OK)
		rc = ev_check_kept_logs(c, err);
	if (rc == EVAULT_OK)
		rc = ev_check_items(c, err);
	c->summary->content_checked = rc == EVAULT_OK;
	return rc;
}
