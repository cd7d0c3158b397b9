/*
 * Opening drafts, for who can read: a pack with a statement's text and its record.
 */
#include <stdlib.h>
#include <string.h>

#include "draft.h"

/* What is in the pack: one text, and one record. */
struct opened {
	struct ev_member text, record;
	unsigned texts, records, others;
	struct ev_buf plain,
	    said; /* their bytes; the text's in locked memory where the limit allows it */
};

static enum evault_status
take_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct opened *o = ctx;

	(void)err;
	if (m->kind == EV_MEMBER_OBJECT) {
		o->text = *m;
		o->texts++;
	} else if (m->kind == EV_MEMBER_RECORD) {
		o->record = *m;
		o->records++;
	} else {
		o->others++;
	}
	return EVAULT_OK;
}

static enum evault_status
no_draft(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_FORMAT, "it is not of the form of a draft");
}

static enum evault_status
read_text(struct ev_pack *pack, struct opened *o, struct evault_error *err)
{
	struct ev_hash found;
	enum evault_status rc;

	o->plain = (struct ev_buf)EV_BUF_SECRET_INIT;
	if (ev_buf_extend(&o->plain, (size_t)o->text.size) == NULL)
		o->plain = (struct ev_buf)EV_BUF_INIT;
	ev_buf_clear(&o->plain);
	rc = ev_pack_read(pack, &o->text, ev_sink_buf(&o->plain), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&o->plain, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_hash_of(o->plain.data, o->plain.len, &found);
	return ev_hash_equal(&found, &o->text.id) ? EVAULT_OK : no_draft(err);
}

/* Is it the record that the name tells of, and that of this text? */
static bool
is_of_text(const struct ev_record *r, const struct opened *o)
{
	const struct ev_record_field *action = ev_record_find(r, "action");
	const struct ev_record_field *sha256 = ev_record_find(r, "sha256");
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&o->text.id, hex);
	return action != NULL && ev_slice_is(ev_slice_of(action->value, action->len), "testify") &&
	       sha256 != NULL && ev_slice_is(ev_slice_of(sha256->value, sha256->len), hex);
}

static enum evault_status
read_record(struct ev_pack *pack, const struct ev_draft_name *name, struct opened *o,
	    struct ev_record *r, struct evault_error *err)
{
	struct ev_hash digest;
	struct ev_slice bytes;
	enum evault_status rc = ev_pack_read(pack, &o->record, ev_sink_buf(&o->said), err);

	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&o->said, err);
	if (rc != EVAULT_OK)
		return rc;
	bytes = ev_slice_of(o->said.data, o->said.len);
	rc = ev_record_parse(bytes, r, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(r, &digest, err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_hash_equal(&digest, &name->record) && is_of_text(r, o) ? rc : no_draft(err);
}

/* `r` holds nothing before. */
static enum evault_status
open_draft(const struct evault *v, const struct ev_draft_name *name, struct opened *o,
	   struct ev_record *r, struct evault_error *err)
{
	struct ev_age_with with = ev_keyring_with(v->keys);
	struct ev_pack *pack = NULL;
	char path[EV_DRAFT_PATH_SIZE];
	enum evault_status rc = ev_draft_check_folder(v, err);

	ev_draft_path(name, path);
	if (rc == EVAULT_OK)
		rc = ev_pack_open_at(v->dir, path, &with, &pack, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_members(pack, take_member, o, err);
	if (rc == EVAULT_OK &&
	    (o->texts != 1 || o->records != 1 || o->others > 0 ||
	     o->text.size > EVAULT_STATEMENT_MAX || o->record.size > EVAULT_RECORD_MAX))
		rc = no_draft(err);
	if (rc == EVAULT_OK)
		rc = read_text(pack, o, err);
	if (rc == EVAULT_OK)
		rc = read_record(pack, name, o, r, err);
	ev_pack_close(pack);
	return rc;
}

/* All that was said of it, each as K=V. */
struct pairs {
	struct ev_buf text;
	const char **list;
	size_t n;
};

static enum evault_status
make_pairs(const struct ev_record *r, struct pairs *p, struct evault_error *err)
{
	const char *at;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct ev_record_field *f = &r->fields[i];

		if (ev_testify_is_ours(f->name))
			continue;
		if (f->len > 0 && memchr(f->value, 0, f->len) != NULL)
			return ev_fail(err, EVAULT_E_FORMAT, "it is not of the form of a draft");
		if (strcmp(f->name, "field") != 0)
			ev_buf_printf(&p->text, "%s=", f->name);
		ev_buf_add(&p->text, f->value, f->len);
		ev_buf_fill(&p->text, 0, 1);
		p->n++;
	}
	p->list = calloc(p->n + 1, sizeof(*p->list));
	if (p->list == NULL || p->text.bad)
		return ev_fail_nomem(err);
	at = (const char *)p->text.data;
	for (i = 0; i < p->n; i++) {
		p->list[i] = at;
		at += strlen(at) + 1;
	}
	return EVAULT_OK;
}

static void
take_time(const struct ev_record *r, const char *name, char out[EVAULT_TIME_SIZE])
{
	const struct ev_record_field *f = ev_record_find(r, name);

	if (f != NULL && f->len == EVAULT_TIME_SIZE - 1)
		memcpy(out, f->value, f->len + 1);
}

static enum evault_status
give_opened(const struct opened *o, const struct ev_record *r, struct evault_draft *d,
	    evault_draft_fn *fn, void *ctx, bool *given, struct evault_error *err)
{
	struct pairs pairs = { .text = EV_BUF_INIT };
	enum evault_status rc = make_pairs(r, &pairs, err);

	if (rc == EVAULT_OK) {
		take_time(r, "begun", d->begun);
		take_time(r, "time", d->saved);
		ev_hash_hex(&o->text.id, d->sha256);
		d->said.fields = pairs.list;
		d->said.n_fields = pairs.n;
		d->text = (const char *)ev_slice_of(o->plain.data, o->plain.len).data;
		d->len = o->plain.len;
		*given = true;
		rc = fn == NULL ? EVAULT_OK : fn(ctx, d, err);
	}
	ev_buf_wipe(&pairs.text);
	free(pairs.list);
	return rc;
}

/* Opens it and gives it to `fn` (may be NULL); `live` is what it is told. */
static enum evault_status
give_draft(struct evault *v, const struct ev_draft_name *name, bool live, evault_draft_fn *fn,
	   void *ctx, bool *given, struct evault_error *err)
{
	struct opened o = { .plain = EV_BUF_INIT, .said = EV_BUF_INIT };
	struct evault_draft d = { .text = "", .live = live };
	struct ev_record record;
	enum evault_status rc = ev_vault_need_reading(v, err);

	*given = false;
	ev_record_init(&record);
	memcpy(d.id, name->id, EVAULT_DRAFT_ID_SIZE - 1);
	if (rc == EVAULT_OK)
		rc = open_draft(v, name, &o, &record, err);
	if (rc == EVAULT_OK)
		rc = give_opened(&o, &record, &d, fn, ctx, given, err);
	ev_record_release(&record);
	ev_buf_wipe(&o.plain);
	ev_buf_wipe(&o.said);
	return rc;
}

enum evault_status
ev_draft_try(struct evault *v, const char *path, struct evault_error *err)
{
	struct ev_draft_name name;
	bool given;

	if (!ev_draft_path_parse(path, &name))
		return no_draft(err);
	return give_draft(v, &name, false, NULL, NULL, &given, err);
}

enum evault_status
evault_draft_load(struct evault *v, const char *id, evault_draft_fn *fn, void *ctx,
		  struct evault_error *err)
{
	struct ev_draft_name name;
	enum evault_status rc = ev_draft_newest(v, id, &name, err);
	bool given;

	return rc == EVAULT_OK ? give_draft(v, &name, false, fn, ctx, &given, err) : rc;
}

/* ---- all of them -------------------------------------------------------------------- */

/* What can be told without opening it: when its name came into the folder, where that is kept. */
static void
tell_stored(const struct evault *v, const struct ev_draft_name *name, char out[EVAULT_TIME_SIZE])
{
	char path[EV_DRAFT_PATH_SIZE];
	struct ev_os_stat st;

	ev_draft_path(name, path);
	if (ev_os_stat(v->dir, path, &st, NULL) == EVAULT_OK && st.ctime > EV_OS_CONSTANT_TIME)
		ev_os_format_time(st.ctime, out);
}

/* One that cannot be opened is told, too. */
static enum evault_status
give_listed(struct evault *v, const struct ev_draft_name *name, bool live, evault_draft_fn *fn,
	    void *ctx, struct evault_error *err)
{
	struct evault_draft none = { .text = "", .live = live };
	bool given = false;
	enum evault_status rc = give_draft(v, name, live, fn, ctx, &given, &none.why);

	if (given || rc == EVAULT_OK || rc == EVAULT_E_NOMEM) {
		if (rc != EVAULT_OK && err != NULL)
			*err = none.why;
		return rc;
	}
	/* One that is gone since was finished meanwhile. */
	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK;
	memcpy(none.id, name->id, EVAULT_DRAFT_ID_SIZE - 1);
	tell_stored(v, name, none.saved);
	return fn(ctx, &none, err);
}

enum evault_status
evault_draft_list(struct evault *v, evault_draft_fn *fn, void *ctx, struct evault_error *err)
{
	struct ev_drafts drafts;
	enum evault_status rc = ev_drafts_load(v, &drafts, err);
	size_t i;

	for (i = 0; i < drafts.n && rc == EVAULT_OK; i++)
		if (ev_drafts_is_newest(&drafts, i))
			rc = give_listed(v, &drafts.list[i],
					 ev_draft_is_live(v, &drafts, drafts.list[i].id), fn, ctx,
					 err);
	ev_drafts_release(&drafts);
	return rc;
}
