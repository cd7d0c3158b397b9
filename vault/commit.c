#include "commit_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/secret.h"

enum {
	/* Bytes of lines after which an entry takes no other one: with what stands around them it
	 * has less than EV_ENTRY_MAX. */
	LINES_MAX = 60 * 1000
};

enum evault_status
ev_commit_init(struct ev_commit *c, struct evault *v, struct evault_error *err)
{
	memset(c, 0, sizeof(*c));
	if (v->access != EVAULT_WRITE)
		return ev_fail(err, EVAULT_E_DENIED, "%s: the vault is open for reading only",
			       v->shown);
	if (v->stale)
		return ev_fail(
		    err, EVAULT_E_IO,
		    "%s: writing failed before, or the keys were changed; the vault must "
		    "be opened again",
		    v->shown);
	c->v = v;
	return EVAULT_OK;
}

static void
forget_done(struct ev_commit *c)
{
	size_t i;

	for (i = 0; i < c->n_done; i++)
		free(c->done[i].members);
	free(c->done);
	c->done = NULL;
	c->n_done = 0;
}

void
ev_commit_release(struct ev_commit *c)
{
	struct ev_hash root;

	if (c->v == NULL)
		return;
	ev_commit_give_up(c);
	c->v->stale = c->v->stale || c->writer != NULL || c->closing != NULL || c->n_packs > 0 ||
		      c->n_done > 0 ||
		      ev_log_next(c->v->log, &root) != ev_log_head(c->v->log)->size;
	ev_log_unstage(c->v->log);
	ev_pack_writer_free(c->closing);
	ev_pack_writer_free(c->writer);
	forget_done(c);
	free(c->packs);
	ev_buf_release(&c->note);
	ev_secret_free(c->signing);
	memset(c, 0, sizeof(*c));
}

static enum evault_status
push_line(struct ev_commit *c, const struct ev_line *line, struct evault_error *err)
{
	struct ev_line *grown = c->packs;

	/* Doubled when it is full: at powers of two. */
	if ((c->n_packs & (c->n_packs - 1)) == 0)
		grown = realloc(grown, (c->n_packs == 0 ? 1 : c->n_packs * 2) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	c->packs = grown;
	c->packs[c->n_packs++] = *line;
	return EVAULT_OK;
}

enum evault_status
ev_commit_pack(struct ev_commit *c, const struct ev_hash *pack, uint64_t size,
	       struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_PACK, .hash = *pack, .number = size };

	return push_line(c, &line, err);
}

enum evault_status
ev_commit_drop(struct ev_commit *c, const struct ev_hash *pack, const struct ev_hash *record,
	       struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_DROP, .hash = *pack, .record = *record };

	return push_line(c, &line, err);
}

/* ---- packs ---------------------------------------------------------------------- */

/* Waits until the pack is durable.  It is gone in any case. */
static enum evault_status
finish_pack(struct ev_commit *c, struct ev_pack_writer **writer, struct evault_error *err)
{
	struct ev_commit_done d = { .members = NULL }, *grown;
	enum evault_status rc;

	if (*writer == NULL)
		return EVAULT_OK;
	rc = ev_pack_finish(*writer, &d.name, &d.size, NULL, NULL, err);
	grown = rc == EVAULT_OK ? realloc(c->done, (c->n_done + 1) * sizeof(*grown)) : NULL;
	if (rc == EVAULT_OK && grown == NULL)
		rc = ev_fail_nomem(err);
	if (grown != NULL) {
		ev_pack_take_members(*writer, &d.members, &d.n);
		c->done = grown;
		c->done[c->n_done++] = d;
	}
	ev_pack_writer_free(*writer);
	*writer = NULL;
	return rc;
}

static enum evault_status
file_pack(struct ev_commit *c, const struct ev_commit_done *d, struct evault_error *err)
{
	enum evault_status rc = ev_commit_pack(c, &d->name, d->size, err);
	bool fresh;
	size_t i;

	for (i = 0; i < d->n && rc == EVAULT_OK; i++)
		rc = ev_catalog_add_member(c->v->catalog, &d->name, &d->members[i],
					   EV_MEMBER_LISTED, err);
	/* Its name is the hash of what was written: it is not read again for that. */
	return rc == EVAULT_OK ? ev_set_add(&c->v->whole, &d->name, &fresh, err) : rc;
}

/* Where this thread has the packs: files those that are done. */
static enum evault_status
file_done(struct ev_commit *c, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < c->n_done && rc == EVAULT_OK; i++)
		rc = file_pack(c, &c->done[i], err);
	forget_done(c);
	return rc;
}

uint64_t
ev_commit_left(struct ev_commit *c)
{
	uint64_t left = 0;
	size_t i;

	(void)ev_commit_catch_up(c, NULL);
	/* It had its end before anything failed. */
	if (c->closing != NULL)
		(void)finish_pack(c, &c->closing, NULL);
	(void)file_done(c, NULL);
	for (i = 0; i < c->n_packs; i++)
		left += c->packs[i].number;
	return left;
}

enum evault_status
ev_commit_close_pack(struct ev_commit *c, struct evault_error *err)
{
	enum evault_status rc = ev_commit_catch_up(c, err);

	if (rc == EVAULT_OK)
		rc = finish_pack(c, &c->closing, err);
	if (rc == EVAULT_OK)
		rc = finish_pack(c, &c->writer, err);
	return rc == EVAULT_OK ? file_done(c, err) : rc;
}

/* The last of it is written while the next one begins: one waits for the other in turn. */
static enum evault_status
end_pack(struct ev_commit *c, struct evault_error *err)
{
	enum evault_status rc = finish_pack(c, &c->closing, err);

	if (rc == EVAULT_OK)
		rc = ev_pack_end(c->writer, err);
	if (rc == EVAULT_OK) {
		c->closing = c->writer;
		c->writer = NULL;
	}
	return rc;
}

enum evault_status
ev_commit_keep(struct ev_commit *c, enum ev_member_kind kind, const struct ev_hash *id,
	       uint32_t part, struct ev_slice body, struct evault_error *err)
{
	const struct ev_authority *a = &c->v->authority;
	const char *recipient = a->read_keys[a->n_read_keys - 1];
	struct ev_age_recipient to;
	enum evault_status rc = EVAULT_OK;

	if (c->keys != NULL && c->keys->recipient != NULL)
		recipient = c->keys->recipient;
	if (c->writer == NULL) {
		rc = ev_age_recipient_parse(ev_slice_text(recipient), &to, err);
		if (rc == EVAULT_OK)
			rc = ev_pack_writer_new(c->v->dir, &to, &c->writer, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_pack_append(c->writer, kind, id, part, body, err);
	if (rc == EVAULT_OK && ev_pack_written(c->writer) >= EV_PACK_CLOSE)
		rc = end_pack(c, err);
	return rc;
}

enum evault_status
ev_commit_member(struct ev_commit *c, enum ev_member_kind kind, const struct ev_hash *id,
		 uint32_t part, struct ev_slice body, struct evault_error *err)
{
	enum evault_status rc = ev_commit_go_behind(c, body.len, err);

	if (rc == EVAULT_OK && c->behind != NULL)
		return ev_commit_keep_behind(c, kind, id, part, body, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_keep(c, kind, id, part, body, err);
	return rc == EVAULT_OK ? file_done(c, err) : rc;
}

/* ---- entries ---------------------------------------------------------------------- */

enum evault_status
ev_commit_derive(struct ev_commit *c, struct evault_error *err)
{
	if (c->signing != NULL)
		return EVAULT_OK;
	c->signing = ev_secret_new(sizeof(*c->signing));
	if (c->signing == NULL)
		return ev_fail_nomem(err);
	ev_signing_seed_key(&c->v->keys->slot->actor, c->signing);
	return EVAULT_OK;
}

/* Adds the holder's signature, whose key is derived once. */
static enum evault_status
sign(struct ev_commit *c, struct ev_slice body, struct evault_error *err)
{
	enum evault_status rc = ev_commit_derive(c, err);

	return rc == EVAULT_OK
		   ? ev_note_sign_with(&c->note, body, &c->v->keys->actor, c->signing, err)
		   : rc;
}

/* Signs an entry of these lines with the holder's key, and with the log's where that changes. */
static enum evault_status
stage_signed(struct ev_commit *c, struct ev_slice lines, bool by_log, uint64_t *index,
	     struct evault_error *err)
{
	const struct ev_keyring *keys = c->v->keys;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash root, actor = { { 0 } };
	struct ev_slice body;
	uint64_t at = ev_log_next(c->v->log, &root);
	enum evault_status rc;

	ev_entry_head(&text, c->v->note.origin, at, &root);
	ev_buf_add(&text, lines.data, lines.len);
	rc = ev_buf_ask(&text, err);
	body = ev_slice_of(text.data, text.len);
	ev_buf_clear(&c->note);
	ev_note_begin(&c->note, body);
	if (rc == EVAULT_OK)
		rc = sign(c, body, err);
	if (rc == EVAULT_OK && by_log)
		rc = ev_note_sign(&c->note, body, &c->v->authority.log_key, &keys->write->log, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&c->note, err);
	if (rc == EVAULT_OK)
		rc = ev_log_stage(c->v->log, ev_slice_of(c->note.data, c->note.len), err);
	if (rc == EVAULT_OK && !ev_slice_starts(lines, "record ")) {
		ev_hash_parse(ev_slice_of(keys->actor.name + strlen("evault/actor/"), 64), &actor);
		rc = ev_catalog_add_entry(c->v->catalog, at, NULL, &actor, err);
	}
	ev_buf_release(&text);
	*index = at;
	return rc;
}

static enum evault_status
stage_entry(struct ev_commit *c, struct ev_slice lines, uint64_t *index, struct evault_error *err)
{
	return stage_signed(c, lines, false, index, err);
}

enum evault_status
ev_commit_stage(struct ev_commit *c, const struct ev_hash *digest, uint64_t *index,
		struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_RECORD, .hash = *digest };
	struct ev_buf lines = EV_BUF_INIT;
	enum evault_status rc;

	ev_line_encode(&lines, &line);
	rc = ev_buf_ask(&lines, err);
	if (rc == EVAULT_OK)
		rc = stage_entry(c, ev_slice_of(lines.data, lines.len), index, err);
	ev_buf_release(&lines);
	return rc;
}

static enum evault_status
stage_record(struct ev_commit *c, const struct ev_hash *digest, uint64_t *index,
	     struct evault_error *err)
{
	const char *signer = c->v->keys->actor.name + strlen("evault/actor/");
	struct ev_hash actor = { { 0 } };
	enum evault_status rc = c->behind != NULL ? ev_commit_stage_behind(c, digest, index, err)
						  : ev_commit_stage(c, digest, index, err);

	ev_hash_parse(ev_slice_of(signer, 64), &actor);
	return rc == EVAULT_OK ? ev_catalog_add_entry(c->v->catalog, *index, digest, &actor, err)
			       : rc;
}

enum evault_status
ev_commit_record(struct ev_commit *c, const struct ev_record *record, uint64_t *index,
		 struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(record->text.data, record->text.len);
	struct ev_hash digest;
	enum evault_status rc = ev_record_digest_of(record, &digest, err);

	if (rc == EVAULT_OK)
		rc = ev_commit_member(c, EV_MEMBER_RECORD, &digest, 0, text, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_add_record(c->v->catalog, &digest, record, err);
	return rc == EVAULT_OK ? stage_record(c, &digest, index, err) : rc;
}

enum evault_status
ev_commit_adopt(struct ev_commit *c, const struct ev_hash *digest, struct evault_error *err)
{
	uint64_t index;

	return stage_record(c, digest, &index, err);
}

/* Files packs from `from` up to `to`, which the entry names or drops. */
static enum evault_status
file_packs(struct ev_commit *c, size_t from, size_t to, uint64_t index, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_pack pack;

	for (; from < to && rc == EVAULT_OK; from++) {
		if (c->packs[from].kind == EV_LINE_DROP) {
			rc = ev_catalog_drop_pack(c->v->catalog, &c->packs[from].hash, err);
			continue;
		}
		pack = (struct ev_catalog_pack){ c->packs[from].hash, c->packs[from].number, index,
						 false };
		rc = ev_catalog_add_pack(c->v->catalog, &pack, err);
	}
	return rc;
}

/* Entries that name the packs or drop them, as many lines in each as it takes. */
static enum evault_status
stage_packs(struct ev_commit *c, struct evault_error *err)
{
	struct ev_buf lines = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	uint64_t index;
	size_t i = 0, first;

	while (i < c->n_packs && rc == EVAULT_OK) {
		first = i;
		ev_buf_clear(&lines);
		do
			ev_line_encode(&lines, &c->packs[i++]);
		while (i < c->n_packs && i - first < EV_ENTRY_LINES_MAX && lines.len < LINES_MAX);
		rc = ev_buf_ask(&lines, err);
		if (rc == EVAULT_OK)
			rc = stage_entry(c, ev_slice_of(lines.data, lines.len), &index, err);
		if (rc == EVAULT_OK)
			rc = file_packs(c, first, i, index, err);
	}
	ev_buf_release(&lines);
	return rc;
}

/* One entry has all of a change of keys, and the pack of its record. */
static enum evault_status
stage_keys(struct ev_commit *c, struct evault_error *err)
{
	struct ev_buf lines = EV_BUF_INIT;
	enum evault_status rc;
	uint64_t index;
	size_t i;

	ev_buf_add(&lines, c->keys->lines.data, c->keys->lines.len);
	for (i = 0; i < c->n_packs; i++)
		ev_line_encode(&lines, &c->packs[i]);
	rc = ev_buf_ask(&lines, err);
	if (rc == EVAULT_OK)
		rc = stage_signed(c, ev_slice_of(lines.data, lines.len), c->keys->log_key != NULL,
				  &index, err);
	ev_buf_release(&lines);
	return rc;
}

enum evault_status
ev_commit_finish(struct ev_commit *c, struct evault_error *err)
{
	const struct ev_verifier *key = &c->v->authority.log_key;
	const struct ev_signing_seed *seed = &c->v->keys->write->log;
	struct ev_checkpoint before = *ev_log_head(c->v->log);
	enum evault_status rc = ev_commit_close_pack(c, err);

	if (c->keys != NULL && c->keys->log_key != NULL) {
		key = c->keys->log_key;
		seed = c->keys->log_seed;
	}
	if (rc == EVAULT_OK)
		rc = c->keys == NULL ? stage_packs(c, err) : stage_keys(c, err);
	if (rc == EVAULT_OK)
		rc = ev_log_commit(c->v->log, key, seed, err);
	if (rc == EVAULT_OK) {
		c->n_packs = 0;
		ev_vault_log_went_on(c->v, &before);
		c->v->stale = c->v->stale || c->keys != NULL;
		/* With other keys it is for the next opening. */
		if (c->keys == NULL)
			ev_index_commit(c->v);
	}
	return rc;
}

enum evault_status
ev_commit_about(const struct ev_catalog_entry *entry, struct ev_record *record,
		struct evault_error *err)
{
	char about[24 + EVAULT_HEX_SIZE], hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&entry->digest, hex);
	snprintf(about, sizeof(about), "%llu %s", (unsigned long long)entry->index, hex);
	return ev_record_add_text(record, "about", about, err);
}

enum evault_status
ev_commit_begin_record(const struct evault *v, const char *action, struct ev_record *record,
		       struct evault_error *err)
{
	const char *name = v->keys == NULL ? "" : ev_keyring_name(v->keys);
	struct ev_os_time now;
	char time[21], offset[7], software[128];
	enum evault_status rc;

	ev_os_now(&now);
	ev_os_format_time(now.seconds, time);
	ev_os_format_offset(now.offset, offset);
	snprintf(software, sizeof(software), "evault %s (%s)", evault_version(), evault_build());
	rc = ev_record_add_text(record, "action", action, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "time", time, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "offset", offset, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(
		    record, "clock", now.synchronised ? "synchronised" : "not synchronised", err);
	/* A draft can be saved without a key. */
	if (rc == EVAULT_OK && v->keys != NULL)
		rc = ev_record_add_text(record, "actor",
					name[0] != '\0' ? name : v->keys->actor.name, err);
	return rc == EVAULT_OK ? ev_record_add_text(record, "software", software, err) : rc;
}
