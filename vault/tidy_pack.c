#include "tidy.h"

#include <stdlib.h>
#include <string.h>

struct looking {
	struct ev_tidy_look *look;
	struct ev_member m;
	struct ev_hasher *hasher;
	struct ev_buf text;  /* of a record or a list */
	struct ev_set names; /* of the members */
	struct ev_set files,
	    spoken; /* SHA-256 of what records of files, and of statements, are of */
	bool parts, lists, statement;
};

static enum evault_status
push_member(struct ev_tidy_look *look, const struct ev_member *m, struct evault_error *err)
{
	size_t cap = look->cap == 0 ? 16 : look->cap * 2;
	struct ev_member *grown;

	if (look->n == look->cap) {
		grown = realloc(look->members, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		look->members = grown;
		look->cap = cap;
	}
	look->members[look->n++] = *m;
	return EVAULT_OK;
}

static enum evault_status
look_begin(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	   struct evault_error *err)
{
	struct looking *l = ctx;
	struct ev_hash key;
	enum evault_status rc;
	bool fresh = false;

	memset(&l->m, 0, sizeof(l->m));
	ev_buf_clear(&l->text);
	if (!ev_member_parse_name(name, &l->m))
		return ev_fail(err, EVAULT_E_DAMAGED, "a member has a name that none can have");
	l->m.size = size;
	l->m.offset = offset;
	ev_hash_of(name.data, name.len, &key);
	rc = ev_set_add(&l->names, &key, &fresh, err);
	if (rc == EVAULT_OK && !fresh)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%.*s: is in the pack twice", (int)name.len,
			     (const char *)name.data);
	return rc;
}

static enum evault_status
look_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct looking *l = ctx;

	if (l->m.kind == EV_MEMBER_OBJECT)
		ev_hasher_update(l->hasher, data, len);
	else if (l->m.kind != EV_MEMBER_PART)
		ev_buf_add(&l->text, data, len);
	return ev_buf_ask(&l->text, err);
}

static struct ev_slice
value_of(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = ev_record_find(record, name);

	return f == NULL || f->withheld ? ev_slice_text("") : ev_slice_of(f->value, f->len);
}

static enum evault_status
look_at_record(struct looking *l, bool *good, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(l->text.data, l->text.len);
	struct ev_record record;
	struct ev_hash hash;
	enum evault_status rc;
	bool fresh, statement;

	ev_record_init(&record);
	rc = ev_record_parse(text, &record, NULL);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(&record, &hash, NULL);
	*good = rc == EVAULT_OK && ev_hash_equal(&hash, &l->m.id);
	rc = rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
	if (*good) {
		statement = ev_slice_is(value_of(&record, "action"), "testify");
		l->statement = l->statement || statement;
		if (ev_hash_parse(value_of(&record, "sha256"), &hash))
			rc = ev_set_add(statement ? &l->spoken : &l->files, &hash, &fresh, err);
	}
	ev_record_release(&record);
	return rc;
}

static enum evault_status
look_end(void *ctx, struct evault_error *err)
{
	struct looking *l = ctx;
	char name[EV_MEMBER_NAME_SIZE];
	enum evault_status rc = EVAULT_OK;
	struct ev_hash found;
	uint8_t id[16];
	uint64_t size;
	bool good = true;

	switch (l->m.kind) {
	case EV_MEMBER_OBJECT:
		ev_hasher_final(l->hasher, &found);
		good = ev_hash_equal(&found, &l->m.id);
		break;
	case EV_MEMBER_PART:
		l->parts = true;
		break;
	case EV_MEMBER_LIST:
		l->lists = true;
		good = ev_member_list_decode(ev_slice_of(l->text.data, l->text.len), id, &size,
					     NULL) == EVAULT_OK;
		break;
	case EV_MEMBER_RECORD:
		rc = look_at_record(l, &good, err);
		break;
	}
	ev_member_name(&l->m, name);
	if (rc == EVAULT_OK && !good)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: is not what it is named for", name);
	return rc == EVAULT_OK ? push_member(l->look, &l->m, err) : rc;
}

/*
 * A statement is never in one pack with files.  Whose an original is, its
 * record says, and that is in the same pack but after an interruption.
 */
static enum ev_tidy_kind
judge(const struct looking *l)
{
	const struct ev_set *own = l->statement ? &l->spoken : &l->files;
	const struct ev_member *m;
	size_t i;

	if (l->parts && !l->lists)
		return EV_TIDY_NEITHER;
	for (i = 0; i < l->look->n; i++) {
		m = &l->look->members[i];
		if ((m->kind == EV_MEMBER_OBJECT || m->kind == EV_MEMBER_LIST) &&
		    !ev_set_has(own, &m->id))
			return EV_TIDY_NEITHER;
	}
	return l->statement ? EV_TIDY_STATEMENTS : EV_TIDY_FILES;
}

enum evault_status
ev_tidy_look(struct evault *v, const struct ev_hash *name, uint64_t size,
	     const struct ev_tidy_ticks *ticks, struct ev_tidy_look *look, struct evault_error *err)
{
	struct looking l = { .look = look, .text = EV_BUF_INIT };
	struct ev_tidy_ticks none = { NULL, NULL };
	char path[EV_PACK_PATH_SIZE];
	struct ev_pack *pack;
	struct ev_hash hash;
	enum evault_status rc;
	uint64_t bytes;

	if (ticks == NULL)
		ticks = &none;
	look->n = 0;
	look->kind = EV_TIDY_NEITHER;
	ev_pack_path(name, path);
	l.hasher = ev_hasher_new();
	rc = l.hasher == NULL ? ev_fail_nomem(err)
			      : ev_pack_hash(v->dir, path, EV_PACK_SIZE_MAX, &hash, &bytes,
					     ticks->tick, ticks->ctx, err);
	if (rc == EVAULT_OK && (bytes != size || !ev_hash_equal(&hash, name)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: is not what was kept", path);
	if (rc == EVAULT_OK)
		rc = ev_vault_pack(v, name, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_walk(
		    pack, (struct ev_tar_events){ look_begin, look_data, look_end, &l }, err);
	if (rc == EVAULT_OK)
		look->kind = judge(&l);
	ev_hasher_free(l.hasher);
	ev_buf_release(&l.text);
	ev_set_release(&l.names);
	ev_set_release(&l.files);
	ev_set_release(&l.spoken);
	return rc;
}

void
ev_tidy_look_release(struct ev_tidy_look *look)
{
	free(look->members);
	memset(look, 0, sizeof(*look));
}

static enum evault_status
member_is_elsewhere(struct evault *v, const struct ev_hash *name, const struct ev_member *m,
		    bool *is, struct evault_error *err)
{
	struct ev_place place;
	enum evault_status rc = EVAULT_OK;
	unsigned copy;

	*is = false;
	for (copy = 0; rc == EVAULT_OK && !*is; copy++) {
		rc = ev_catalog_find_copy(v->catalog, m->kind, &m->id, m->part, copy, &place, err);
		if (rc == EVAULT_OK && !ev_hash_equal(&place.pack, name))
			rc = ev_vault_pack_is_whole(v, &place.pack, is, err);
		if (rc == EVAULT_OK && *is && m->kind == EV_MEMBER_OBJECT)
			rc = ev_vault_object_is_true(v, &m->id, copy, is, err);
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

enum evault_status
ev_tidy_is_elsewhere(struct evault *v, const struct ev_hash *name, const struct ev_tidy_look *look,
		     bool *is, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	*is = true;
	for (i = 0; i < look->n && rc == EVAULT_OK && *is; i++)
		rc = member_is_elsewhere(v, name, &look->members[i], is, err);
	return rc;
}
