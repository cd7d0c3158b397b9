/*
 * Statements that are not finished: saving, listing, opening and removing
 * them.  Nobody needs the writer's lock for it: each draft is a file of its
 * own, and a hundred hours of typing must not keep others from adding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "fields.h"
#include "format/draft.h"
#include "testify.h"

enum {
	SEALED_MAX = 16 << 20, /* bytes of a draft's file */
	STORE_TRIES = 3,
};

/* Where a link in it leads is none of ours (G7). */
static enum evault_status
check_folder(const struct evault *v, struct evault_error *err)
{
	struct ev_os_stat st;
	enum evault_status rc = ev_os_stat(v->dir, "drafts", &st, err);

	if (rc == EVAULT_OK && st.kind != EV_OS_DIR)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s/drafts: is no folder", v->shown);
	return rc;
}

/* ---- saving ------------------------------------------------------------------------ */

static enum evault_status
seal(const struct evault *v, struct ev_slice head, const struct evault_draft *d,
     struct ev_buf *sealed, struct evault_error *err)
{
	const struct ev_authority *a = &v->authority;
	struct ev_age_recipient to;
	struct ev_age_to recipients = { .recipients = &to, .n_recipients = 1 };
	struct ev_age_sealer *sealer = NULL;
	static const uint8_t zeros[4096];
	uint64_t left = ev_draft_padding(head.len + d->len), take;
	enum evault_status rc;

	rc = ev_age_recipient_parse(ev_slice_text(a->read_keys[a->n_read_keys - 1]), &to, err);
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_new(&recipients, ev_sink_buf(sealed), &sealer, err);
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_update(sealer, head.data, head.len, err);
	if (rc == EVAULT_OK && d->len > 0)
		rc = ev_age_sealer_update(sealer, (const uint8_t *)d->text, d->len, err);
	for (; rc == EVAULT_OK && left > 0; left -= take) {
		take = left < sizeof(zeros) ? left : sizeof(zeros);
		rc = ev_age_sealer_update(sealer, zeros, (size_t)take, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_finish(sealer, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(sealed, err);
	ev_age_sealer_free(sealer);
	return rc;
}

static enum evault_status
store_once(const struct evault *v, const char *path, const struct ev_buf *sealed,
	   struct evault_error *err)
{
	bool made = false;
	enum evault_status rc = ev_os_mkdir(v->dir, "drafts", &made, err);

	if (rc == EVAULT_OK)
		rc = check_folder(v, err);
	if (rc == EVAULT_OK && made)
		rc = ev_os_sync_dir(v->dir, ".", err);
	return rc == EVAULT_OK ? ev_os_store(v->dir, path, sealed->data, sealed->len, true, err)
			       : rc;
}

/* A writer sweeps temporary files away, and the last draft takes the folder with it: once more. */
static enum evault_status
store(const struct evault *v, const char *path, const struct ev_buf *sealed,
      struct evault_error *err)
{
	enum evault_status rc = EVAULT_E_NOT_FOUND;
	struct evault_error why = { 0 };
	int tries;

	for (tries = 0; rc == EVAULT_E_NOT_FOUND && tries < STORE_TRIES; tries++)
		rc = store_once(v, path, sealed, &why);
	if (rc == EVAULT_OK)
		return rc;
	if (err != NULL)
		*err = why;
	return ev_error_prefix(err, rc, v->shown);
}

static enum evault_status
make_head(const struct evault_draft *d, const char *begun, const char *saved, struct ev_buf *head,
	  struct evault_error *err)
{
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_record_add_text(&record, "action", "testify", err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "time", begun, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "saved", saved, err);
	if (rc == EVAULT_OK)
		rc = ev_fields_add(&d->said, &record, err);
	if (rc == EVAULT_OK)
		ev_draft_head(head, &record, d->len);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(head, err);
	ev_record_release(&record);
	return rc;
}

enum evault_status
evault_draft_save(struct evault *v, struct evault_draft *d, struct evault_error *err)
{
	struct ev_buf head = EV_BUF_INIT, sealed = EV_BUF_INIT;
	char path[EV_DRAFT_PATH_SIZE], id[EVAULT_DRAFT_ID_SIZE], now[EVAULT_TIME_SIZE];
	uint8_t random[EV_DRAFT_ID];
	struct ev_os_time time;
	enum evault_status rc;

	if (d->len > EVAULT_STATEMENT_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the statement is longer than %d MiB",
			       EVAULT_STATEMENT_MAX >> 20);
	ev_os_now(&time);
	ev_os_format_time(time.seconds, now);
	ev_random(random, sizeof(random));
	ev_hex_encode(random, sizeof(random), id);
	if (d->id[0] != '\0')
		memcpy(id, d->id, sizeof(id));
	if (!ev_draft_id_valid(ev_slice_text(id)))
		return ev_fail(err, EVAULT_E_USAGE, "a draft has no such name");
	ev_draft_path(id, path);
	rc = make_head(d, d->begun[0] != '\0' ? d->begun : now, now, &head, err);
	if (rc == EVAULT_OK)
		rc = seal(v, ev_slice_of(head.data, head.len), d, &sealed, err);
	if (rc == EVAULT_OK)
		rc = store(v, path, &sealed, err);
	if (rc == EVAULT_OK) {
		memcpy(d->id, id, sizeof(d->id));
		memcpy(d->saved, now, sizeof(d->saved));
		if (d->begun[0] == '\0')
			memcpy(d->begun, now, sizeof(d->begun));
	}
	ev_buf_wipe(&head);
	ev_buf_release(&sealed);
	return rc;
}

/* ---- opening ----------------------------------------------------------------------- */

/* Its plaintext, in locked memory where the limit allows it. */
static enum evault_status
open_draft(const struct evault *v, const char *id, struct ev_buf *plain, struct evault_error *err)
{
	struct ev_age_with with = ev_keyring_with(v->keys);
	struct ev_buf sealed = EV_BUF_INIT;
	char path[EV_DRAFT_PATH_SIZE];
	struct ev_slice bytes;
	enum evault_status rc;

	ev_draft_path(id, path);
	rc = check_folder(v, err);
	if (rc == EVAULT_OK)
		rc = ev_os_load(v->dir, path, SEALED_MAX, &sealed, err);
	if (rc != EVAULT_OK)
		goto out;
	bytes = ev_slice_of(sealed.data, sealed.len);
	*plain = (struct ev_buf)EV_BUF_SECRET_INIT;
	if (ev_buf_extend(plain, sealed.len) == NULL)
		*plain = (struct ev_buf)EV_BUF_INIT;
	ev_buf_clear(plain);
	rc = ev_age_open(&with, bytes, plain, err);
out:
	ev_buf_release(&sealed);
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

		if (strcmp(f->name, "action") == 0 || strcmp(f->name, "time") == 0 ||
		    strcmp(f->name, "saved") == 0)
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

/* Parses it and gives it to `fn` (may be NULL). */
static enum evault_status
give_plain(struct ev_slice plain, struct evault_draft *d, evault_draft_fn *fn, void *ctx,
	   bool *given, struct evault_error *err)
{
	struct pairs pairs = { .text = EV_BUF_INIT };
	struct ev_record record;
	struct ev_slice text;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_draft_parse(plain, &record, &text, err);
	if (rc == EVAULT_OK)
		rc = make_pairs(&record, &pairs, err);
	if (rc == EVAULT_OK) {
		take_time(&record, "time", d->begun);
		take_time(&record, "saved", d->saved);
		d->said.fields = pairs.list;
		d->said.n_fields = pairs.n;
		d->text = (const char *)text.data;
		d->len = text.len;
		*given = true;
		rc = fn == NULL ? EVAULT_OK : fn(ctx, d, err);
	}
	ev_record_release(&record);
	ev_buf_wipe(&pairs.text);
	free(pairs.list);
	return rc;
}

static enum evault_status
give_draft(struct evault *v, const char *id, evault_draft_fn *fn, void *ctx, bool *given,
	   struct evault_error *err)
{
	struct evault_draft d = { .text = "" };
	struct ev_buf plain = EV_BUF_INIT;
	enum evault_status rc;

	*given = false;
	if (v->keys == NULL)
		return ev_fail(err, EVAULT_E_KEY, "%s: the vault is not unlocked", v->shown);
	memcpy(d.id, id, EVAULT_DRAFT_ID_SIZE - 1);
	rc = open_draft(v, id, &plain, err);
	if (rc == EVAULT_OK)
		rc = give_plain(ev_slice_of(plain.data, plain.len), &d, fn, ctx, given, err);
	ev_buf_wipe(&plain);
	return rc;
}

enum evault_status
ev_draft_try(struct evault *v, const char *id, struct evault_error *err)
{
	bool given;

	return give_draft(v, id, NULL, NULL, &given, err);
}

enum evault_status
evault_draft_load(struct evault *v, const char *id, evault_draft_fn *fn, void *ctx,
		  struct evault_error *err)
{
	struct evault_error why = { 0 };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;
	bool given = false;

	if (!ev_draft_id_valid(ev_slice_text(id)))
		return ev_fail(err, EVAULT_E_NOT_FOUND, "there is no unfinished statement %s",
			       ev_show_path(id, shown));
	rc = give_draft(v, id, fn, ctx, &given, &why);
	if (rc == EVAULT_E_NOT_FOUND && !given)
		return ev_fail(err, rc, "there is no unfinished statement %s", id);
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

/* ---- all of them -------------------------------------------------------------------- */

static enum evault_status
list_names(const struct evault *v, struct ev_os_list *list, struct evault_error *err)
{
	enum evault_status rc = check_folder(v, err);

	*list = (struct ev_os_list){ NULL, 0 };
	if (rc == EVAULT_OK)
		rc = ev_os_list(v->dir, "drafts", list, err);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* The id in a name within drafts/; false for what is no draft. */
static bool
id_of(const char *name, char id[EVAULT_DRAFT_ID_SIZE])
{
	char path[EV_DRAFT_PATH_SIZE + 1];

	snprintf(path, sizeof(path), "drafts/%s", name);
	return ev_draft_path_parse(path, id);
}

enum evault_status
ev_draft_count(const struct evault *v, uint64_t *n, struct evault_error *err)
{
	char id[EVAULT_DRAFT_ID_SIZE];
	struct ev_os_list list;
	enum evault_status rc = list_names(v, &list, err);
	size_t i;

	*n = 0;
	for (i = 0; i < list.n; i++)
		*n += id_of(list.names[i], id);
	ev_os_list_free(&list);
	return rc;
}

enum evault_status
evault_draft_list(struct evault *v, evault_draft_fn *fn, void *ctx, struct evault_error *err)
{
	struct evault_draft none = { .text = "" };
	struct ev_os_list list;
	enum evault_status rc = list_names(v, &list, err);
	bool given = false;
	size_t i;

	for (i = 0; i < list.n && rc == EVAULT_OK; i++) {
		if (!id_of(list.names[i], none.id))
			continue;
		memset(&none.why, 0, sizeof(none.why));
		rc = give_draft(v, none.id, fn, ctx, &given, &none.why);
		if (given || rc == EVAULT_OK || rc == EVAULT_E_NOMEM) {
			if (rc != EVAULT_OK && err != NULL)
				*err = none.why;
			continue;
		}
		/* One that is gone since was finished meanwhile. */
		rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : fn(ctx, &none, err);
	}
	ev_os_list_free(&list);
	return rc;
}

enum evault_status
evault_draft_remove(struct evault *v, const char *id, struct evault_error *err)
{
	char path[EV_DRAFT_PATH_SIZE], shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (!ev_draft_id_valid(ev_slice_text(id)))
		return ev_fail(err, EVAULT_E_NOT_FOUND, "there is no unfinished statement %s",
			       ev_show_path(id, shown));
	ev_draft_path(id, path);
	rc = check_folder(v, err);
	if (rc == EVAULT_OK)
		rc = ev_os_unlink(v->dir, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(v->dir, "drafts", err);
	/* With the last one its folder goes. */
	return rc == EVAULT_OK ? ev_os_rmdir(v->dir, "drafts", err) : rc;
}
