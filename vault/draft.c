/*
 * Statements that are not finished: their names, saving and removing them.
 * Nobody needs the writer's lock for it: each draft is a file of its own, and
 * a hundred hours of typing must not keep others from adding.
 *
 * A draft is a pack, with the record that it would have: who may only add
 * keeps it without opening it.  A newer one is durable before the older goes.
 */
#include "draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "fields.h"

enum {
	STORE_TRIES = 3
};

/* ---- names ------------------------------------------------------------------------- */

enum evault_status
ev_draft_check_folder(const struct evault *v, struct evault_error *err)
{
	struct ev_os_stat st;
	enum evault_status rc = ev_os_stat(v->dir, "drafts", &st, err);

	if (rc == EVAULT_OK && st.kind != EV_OS_DIR)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s/drafts: is no folder", v->shown);
	return rc;
}

/* A name within drafts/; false for what is no draft. */
static bool
parse_name(const char *file, struct ev_draft_name *name)
{
	char path[EV_DRAFT_PATH_SIZE + 1];

	snprintf(path, sizeof(path), "drafts/%s", file);
	return ev_draft_path_parse(path, name);
}

enum evault_status
ev_drafts_load(const struct evault *v, struct ev_drafts *drafts, struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	enum evault_status rc = ev_draft_check_folder(v, err);
	size_t i;

	*drafts = (struct ev_drafts){ NULL, 0 };
	/* Names are in byte order: of one id the highest comes last. */
	if (rc == EVAULT_OK)
		rc = ev_os_list(v->dir, "drafts", &list, err);
	if (rc != EVAULT_OK)
		return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
	drafts->list = calloc(list.n + 1, sizeof(*drafts->list));
	if (drafts->list == NULL)
		rc = ev_fail_nomem(err);
	for (i = 0; i < list.n && rc == EVAULT_OK; i++)
		drafts->n += parse_name(list.names[i], &drafts->list[drafts->n]);
	ev_os_list_free(&list);
	return rc;
}

void
ev_drafts_release(struct ev_drafts *drafts)
{
	free(drafts->list);
	*drafts = (struct ev_drafts){ NULL, 0 };
}

bool
ev_drafts_is_newest(const struct ev_drafts *drafts, size_t i)
{
	return i + 1 == drafts->n || strcmp(drafts->list[i].id, drafts->list[i + 1].id) != 0;
}

enum evault_status
ev_draft_newest(const struct evault *v, const char *id, struct ev_draft_name *name,
		struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	struct ev_drafts drafts;
	enum evault_status rc = ev_drafts_load(v, &drafts, err);
	bool found = false;
	size_t i;

	for (i = 0; i < drafts.n && rc == EVAULT_OK; i++) {
		if (strcmp(drafts.list[i].id, id) != 0)
			continue;
		*name = drafts.list[i];
		found = true;
	}
	ev_drafts_release(&drafts);
	if (rc == EVAULT_OK && !found)
		rc = ev_fail(err, EVAULT_E_NOT_FOUND, "there is no unfinished statement %s",
			     ev_show_path(id, shown));
	return rc;
}

enum evault_status
ev_draft_count(const struct evault *v, uint64_t *n, struct evault_error *err)
{
	struct ev_drafts drafts;
	enum evault_status rc = ev_drafts_load(v, &drafts, err);
	size_t i;

	*n = 0;
	for (i = 0; i < drafts.n; i++)
		*n += ev_drafts_is_newest(&drafts, i);
	ev_drafts_release(&drafts);
	return rc;
}

/* ---- saving ------------------------------------------------------------------------ */

/* The record that it would have, if it was kept as it is now. */
static enum evault_status
make_record(const struct evault *v, const struct evault_draft *d, const char *begun,
	    const struct ev_hash *sha256, struct ev_record *record, struct evault_error *err)
{
	const struct ev_adding_source text = { .size = d->len,
					       .sha256 = *sha256,
					       .media_type = "text/plain; charset=utf-8" };
	char name[EVAULT_STATEMENT_NAME_SIZE];
	enum evault_status rc;

	ev_testify_name(text.media_type, name);
	rc = ev_add_describe(v, &text, "testify", name, record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "begun", begun, err);
	return rc == EVAULT_OK ? ev_fields_add(&d->said, record, err) : rc;
}

static enum evault_status
seal(const struct evault *v, const struct evault_draft *d, const struct ev_hash *sha256,
     const struct ev_record *record, const struct ev_hash *digest, struct ev_buf *sealed,
     struct evault_error *err)
{
	const struct ev_authority *a = &v->authority;
	struct ev_pack_writer *w = NULL;
	struct ev_age_recipient to;
	struct ev_hash pack;
	uint64_t size;
	enum evault_status rc;

	rc = ev_age_recipient_parse(ev_slice_text(a->read_keys[a->n_read_keys - 1]), &to, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_writer_memory(&to, sealed, &w, err);
	if (rc == EVAULT_OK)
		rc = ev_pack_append(w, EV_MEMBER_OBJECT, sha256, 0, ev_slice_of(d->text, d->len),
				    err);
	if (rc == EVAULT_OK)
		rc = ev_pack_append(w, EV_MEMBER_RECORD, digest, 0,
				    ev_slice_of(record->text.data, record->text.len), err);
	if (rc == EVAULT_OK)
		rc = ev_pack_finish(w, &pack, &size, NULL, NULL, err);
	ev_pack_writer_free(w);
	return rc;
}

static enum evault_status
store_once(const struct evault *v, const char *path, const struct ev_buf *sealed,
	   struct evault_error *err)
{
	bool made = false;
	enum evault_status rc = ev_os_mkdir(v->dir, "drafts", &made, err);

	if (rc == EVAULT_OK)
		rc = ev_draft_check_folder(v, err);
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

/* Those of this id below the sequence.  What cannot be removed counts no more. */
static void
remove_older(const struct evault *v, const struct ev_draft_name *newest)
{
	char path[EV_DRAFT_PATH_SIZE];
	struct ev_drafts drafts;
	size_t i;

	if (ev_drafts_load(v, &drafts, NULL) != EVAULT_OK)
		return;
	for (i = 0; i < drafts.n; i++) {
		if (strcmp(drafts.list[i].id, newest->id) != 0 ||
		    drafts.list[i].sequence >= newest->sequence)
			continue;
		ev_draft_path(&drafts.list[i], path);
		(void)ev_os_unlink(v->dir, path, NULL);
	}
	ev_drafts_release(&drafts);
}

/* The name that it gets: of a new one a new id, else the next of its id. */
static enum evault_status
next_name(const struct evault *v, const struct evault_draft *d, struct ev_draft_name *name,
	  struct evault_error *err)
{
	struct ev_draft_name before = { .sequence = 0 };
	uint8_t random[EV_DRAFT_ID];
	enum evault_status rc;

	if (d->id[0] == '\0') {
		ev_random(random, sizeof(random));
		ev_hex_encode(random, sizeof(random), name->id);
	} else {
		if (!ev_draft_id_valid(ev_slice_text(d->id)))
			return ev_fail(err, EVAULT_E_USAGE, "a draft has no such name");
		memcpy(name->id, d->id, sizeof(name->id));
		rc = ev_draft_newest(v, d->id, &before, err);
		if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
			return rc;
	}
	if (before.sequence == EV_DRAFT_SEQUENCE_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "a draft cannot be saved so often");
	name->sequence = before.sequence + 1;
	return EVAULT_OK;
}

enum evault_status
evault_draft_save(struct evault *v, struct evault_draft *d, struct evault_error *err)
{
	struct ev_draft_name name = { .id = "" };
	struct ev_buf sealed = EV_BUF_INIT;
	char path[EV_DRAFT_PATH_SIZE], now[EVAULT_TIME_SIZE];
	struct ev_record record;
	struct ev_hash sha256;
	struct ev_os_time time;
	enum evault_status rc;

	if (d->len > EVAULT_STATEMENT_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the statement is longer than %d MiB",
			       EVAULT_STATEMENT_MAX >> 20);
	ev_os_now(&time);
	ev_os_format_time(time.seconds, now);
	ev_hash_of(d->text, d->len, &sha256);
	ev_record_init(&record);
	rc = next_name(v, d, &name, err);
	if (rc == EVAULT_OK)
		rc = make_record(v, d, d->begun[0] != '\0' ? d->begun : now, &sha256, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest(ev_slice_of(record.text.data, record.text.len), &name.record,
				      err);
	if (rc == EVAULT_OK)
		rc = seal(v, d, &sha256, &record, &name.record, &sealed, err);
	if (rc == EVAULT_OK) {
		ev_draft_path(&name, path);
		rc = store(v, path, &sealed, err);
	}
	if (rc == EVAULT_OK) {
		ev_draft_hold_saved(v, &name, d);
		remove_older(v, &name);
		memcpy(d->id, name.id, sizeof(d->id));
		memcpy(d->saved, now, sizeof(d->saved));
		ev_hash_hex(&sha256, d->sha256);
		if (d->begun[0] == '\0')
			memcpy(d->begun, now, sizeof(d->begun));
	}
	ev_record_release(&record);
	ev_buf_release(&sealed);
	return rc;
}

/* ---- removing ----------------------------------------------------------------------- */

enum evault_status
evault_draft_remove(struct evault *v, const char *id, struct evault_error *err)
{
	char path[EV_DRAFT_PATH_SIZE];
	struct ev_draft_name newest;
	enum evault_status rc = ev_draft_newest(v, id, &newest, err);

	/* The newest goes last: an older one must never come back as the one that counts. */
	if (rc == EVAULT_OK) {
		remove_older(v, &newest);
		ev_draft_path(&newest, path);
		rc = ev_os_unlink(v->dir, path, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(v->dir, "drafts", err);
	/* With the last one its folder goes. */
	return rc == EVAULT_OK ? ev_os_rmdir(v->dir, "drafts", err) : rc;
}
