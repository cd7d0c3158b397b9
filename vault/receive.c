/*
 * Receiving another vault: look at all its records, keep its log, then what
 * is not here yet; commit, and tell what is true.
 *
 * The log comes first: a run that is cut short leaves no record here whose
 * entry there nobody could prove.
 */
#include "receive.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"

enum {
	COMMIT_BYTES = 1 << 30,
	COMMIT_MILLISECONDS = 60 * 1000,
	COMMIT_EVENTS = 8000, /* records in one commit, for memory's sake */
};

/* ---- events ---------------------------------------------------------------------- */

static void
event_release(struct evault_receive_event *e)
{
	free((char *)(uintptr_t)e->action);
	free((char *)(uintptr_t)e->name);
	free((char *)(uintptr_t)e->why);
}

static char *
copy_field(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = record == NULL ? NULL : ev_record_find(record, name);

	/* A value ends in a NUL. */
	return strdup(f == NULL ? "" : (const char *)f->value);
}

/*
 * As it is cited where it was recorded; by the number there, where its record cannot be read.  What
 * a copy of this vault recorded has a number here as soon as it is kept, and none before: that of
 * the copy is another item's here.
 */
static void
cite(const struct ev_receiving *r, uint64_t index, uint64_t here, const struct ev_record *record,
     char out[EVAULT_CITATION_SIZE])
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_provenance place = { .origin = r->origin, .index = index };
	size_t n;

	if (record != NULL && record->n > 0 &&
	    ev_provenance_read(record, chain, &n, NULL) == EVAULT_OK && n > 0)
		place = chain[n - 1];
	if (!ev_hash_equal(&place.origin, &r->own))
		ev_provenance_cite(&place, out);
	else if (here != 0)
		ev_vault_cite(r->v, here, out);
	else
		out[0] = '\0';
}

static enum evault_status
reserve(struct ev_receiving *r, struct evault_error *err)
{
	size_t cap = r->cap_events == 0 ? 64 : r->cap_events * 2;
	struct evault_receive_event *grown;

	if (r->n_events < r->cap_events)
		return EVAULT_OK;
	grown = realloc(r->events, cap * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	r->events = grown;
	r->cap_events = cap;
	return EVAULT_OK;
}

enum evault_status
ev_receive_queue(struct ev_receiving *r, enum evault_receive_what what, uint64_t index,
		 uint64_t here, const struct ev_record *record, const char *why,
		 struct evault_error *err)
{
	struct evault_receive_event *e;
	const struct ev_record_field *f;
	struct ev_cursor number;
	enum evault_status rc = reserve(r, err);

	if (rc != EVAULT_OK)
		return rc;
	e = &r->events[r->n_events];
	memset(e, 0, sizeof(*e));
	e->what = what;
	e->from = index;
	e->index = here;
	cite(r, index, here, record, e->citation);
	e->action = copy_field(record, "action");
	e->name = copy_field(record, "name");
	e->why = why == NULL ? NULL : strdup(why);
	f = record == NULL ? NULL : ev_record_find(record, "sha256");
	if (f != NULL)
		memcpy(e->sha256, f->value, f->len < EVAULT_HEX_SIZE ? f->len : 0);
	f = record == NULL ? NULL : ev_record_find(record, "size");
	number = f == NULL ? ev_cursor_of("0", 1) : ev_cursor_of(f->value, f->len);
	e->size = ev_cursor_decimal(&number, UINT64_MAX);
	if (e->action == NULL || e->name == NULL || (why != NULL && e->why == NULL)) {
		event_release(e);
		return ev_fail_nomem(err);
	}
	r->n_events++;
	return EVAULT_OK;
}

/* Tells what is true after a commit, or after the failure of one. */
void
ev_receive_tell(struct ev_receiving *r)
{
	uint64_t size = ev_log_head(r->v->log)->size;
	struct evault_receive_event *e;
	size_t i;

	for (i = 0; i < r->n_events; i++) {
		e = &r->events[i];
		if (e->what != EVAULT_RECEIVE_KEPT || e->index < size) {
			r->summary->received += e->what == EVAULT_RECEIVE_KEPT;
			r->summary->items += e->what == EVAULT_RECEIVE_KEPT &&
					     e->sha256[0] != '\0' &&
					     strcmp(e->action, "receive") != 0;
			r->summary->failed += e->what == EVAULT_RECEIVE_FAILED;
			if (r->what->event != NULL)
				r->what->event(r->what->ctx, e);
		}
		event_release(e);
	}
	r->n_events = 0;
}

bool
ev_receive_tick(struct ev_receiving *r, uint64_t bytes)
{
	r->progress.bytes_done += bytes;
	if (r->what->progress != NULL && r->what->progress(r->what->ctx, &r->progress))
		r->cancelled = true;
	return r->cancelled;
}

/* ---- commits ------------------------------------------------------------------------ */

enum evault_status
ev_receive_commit(struct ev_receiving *r, bool due, struct evault_error *err)
{
	uint64_t bytes = r->bytes;
	enum evault_status rc = EVAULT_OK;

	if (due && r->bytes < COMMIT_BYTES && r->n_events < COMMIT_EVENTS &&
	    ev_os_ticks() - r->since < COMMIT_MILLISECONDS)
		return EVAULT_OK;
	if (!r->what->dry_run)
		rc = ev_commit_finish(&r->commit, err);
	if (rc == EVAULT_OK)
		r->summary->bytes += bytes;
	ev_receive_tell(r);
	r->bytes = 0;
	r->since = ev_os_ticks();
	return rc;
}

void
ev_receive_release(struct ev_receiving *r)
{
	ev_receive_tell(r);
	ev_commit_release(&r->commit);
	ev_incoming_release(&r->in);
	ev_set_release(&r->vouched);
	ev_set_release(&r->objects);
	ev_set_release(&r->statements);
	evault_close(r->from);
	free(r->states);
	free(r->events);
}

/* ---- going through the other vault --------------------------------------------------- */

/* Is it to be taken, and how?  What cannot be read is told now. */
static enum evault_status
look_at(struct ev_receiving *r, uint64_t index, struct evault_error *err)
{
	struct ev_catalog_entry entry, here;
	struct evault_error why = { 0 };
	const struct ev_record_field *f;
	struct ev_cursor number;
	struct ev_record record;
	enum evault_status rc = ev_catalog_entry(r->from->catalog, index, &entry, err);

	if (rc != EVAULT_OK || !entry.is_record)
		return rc;
	rc = ev_receive_find(r, index, &entry.digest, &here, err);
	r->summary->already += rc == EVAULT_OK;
	if (rc != EVAULT_E_NOT_FOUND)
		return rc;
	ev_record_init(&record);
	rc = ev_vault_record(r->from, &entry.digest, &record, &why);
	if (rc == EVAULT_OK)
		rc = ev_receive_vouch(r, &record, &why);
	if (rc == EVAULT_OK) {
		r->states[index] = (uint8_t)ev_receive_state_of(&record);
		f = ev_record_find(&record, "size");
		number = f == NULL ? ev_cursor_of("0", 1) : ev_cursor_of(f->value, f->len);
		r->progress.bytes_total += ev_cursor_decimal(&number, UINT64_MAX);
		r->progress.files_total++;
		if (r->what->dry_run)
			rc =
			    ev_receive_queue(r, EVAULT_RECEIVE_WOULD, index, 0, &record, NULL, err);
	} else if (ev_receive_may_go_on(rc)) {
		rc = ev_receive_queue(r, EVAULT_RECEIVE_FAILED, index, 0, &record, why.text, err);
	} else if (err != NULL) {
		*err = why;
	}
	ev_record_release(&record);
	return rc;
}

/* Also one that was received before vouches for what came to that vault since. */
static enum evault_status
vouch(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct ev_receiving *r = ctx;
	struct evault_error why = { 0 };
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_vault_record(r->from, &entry->digest, &record, &why);
	if (rc == EVAULT_OK)
		rc = ev_receive_vouch(r, &record, &why);
	ev_record_release(&record);
	if (rc == EVAULT_OK || ev_receive_may_go_on(rc))
		return EVAULT_OK;
	return ev_fail(err, rc, "%s", why.text);
}

static enum evault_status
look_at_all(struct ev_receiving *r, struct evault_error *err)
{
	static const struct evault_filter logs = { .action = "receive",
						   .retracted = EVAULT_RETRACTED_TOO };
	uint64_t size = ev_log_head(r->from->log)->size, i;
	enum evault_status rc = EVAULT_OK;

	r->states = calloc((size_t)size, 1);
	if (r->states == NULL)
		return ev_fail_nomem(err);
	rc = ev_catalog_list(r->from->catalog, &logs, vouch, r, err);
	for (i = 0; i < size && rc == EVAULT_OK; i++) {
		rc = look_at(r, i, err);
		if (rc == EVAULT_OK && i % 256 == 0 && ev_receive_tick(r, 0))
			rc = ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	}
	return rc;
}

/* All of one kind; what is about others comes when those are here. */
static enum evault_status
take_all(struct ev_receiving *r, enum ev_receive_state which, struct evault_error *err)
{
	uint64_t size = ev_log_head(r->from->log)->size, i;
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;

	for (i = 0; i < size && rc == EVAULT_OK; i++) {
		if (r->states[i] != which)
			continue;
		if (ev_receive_tick(r, 0))
			return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
		rc = ev_catalog_entry(r->from->catalog, i, &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_receive_item(r, &entry, err);
		r->progress.files_done++;
		if (rc == EVAULT_OK)
			rc = ev_receive_commit(r, true, err);
	}
	return rc;
}

static enum evault_status
take_kinds(struct ev_receiving *r, struct evault_error *err)
{
	static const enum ev_receive_state kinds[] = { EV_RECEIVE_FILE, EV_RECEIVE_STATEMENT,
						       EV_RECEIVE_ABOUT };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && rc == EVAULT_OK; i++) {
		rc = take_all(r, kinds[i], err);
		/* Statements are in packs of their own. */
		if (rc == EVAULT_OK)
			rc = ev_commit_close_pack(&r->commit, err);
	}
	return rc;
}

/* ---- the whole ---------------------------------------------------------------------- */

/* The very folder that is being written to?  Before anybody is asked for its key. */
static enum evault_status
meet(struct ev_receiving *r, struct evault_error *err)
{
	struct evault *other = NULL;
	struct ev_os_stat here = { .size = 0 }, there = { .size = 0 };
	enum evault_status rc = ev_vault_begin(r->what->dir, EVAULT_SEALED, &other, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(other, err);
	if (rc == EVAULT_OK)
		rc = ev_os_stat(other->dir, ".", &there, err);
	if (rc == EVAULT_OK)
		rc = ev_os_stat(r->v->dir, ".", &here, err);
	if (rc == EVAULT_OK && here.device == there.device && here.inode == there.inode)
		rc = ev_fail(err, EVAULT_E_USAGE, "%s: is this vault itself", other->shown);
	evault_close(other);
	return rc;
}

static enum evault_status
open_other(struct ev_receiving *r, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = meet(r, err);

	ev_show_path(r->what->dir, shown);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_vault_open_aside(r->what->dir, r->v->dir, r->what->unlock, &r->from, err);
	/* Not all that is said of a vault names it, and there are two. */
	if (rc != EVAULT_OK && err != NULL && strncmp(err->text, shown, strlen(shown)) != 0)
		rc = ev_error_prefix(err, rc, shown);
	if (rc != EVAULT_OK)
		return rc;
	memcpy(r->summary->origin, r->from->note.origin, sizeof(r->summary->origin));
	r->summary->entries = ev_log_head(r->from->log)->size;
	ev_hash_parse(ev_slice_text(r->v->note.origin + strlen("evault/")), &r->own);
	ev_hash_parse(ev_slice_text(r->from->note.origin + strlen("evault/")), &r->origin);
	return EVAULT_OK;
}

static enum evault_status
receive(struct ev_receiving *r, struct evault_error *err)
{
	bool same = false, kept = false, twin = ev_hash_equal(&r->origin, &r->own);
	enum evault_status rc = ev_receive_check_past(r, &same, err), done;

	if (rc == EVAULT_OK && twin)
		rc = ev_receive_compare(r, err);
	/* A copy of what is here: there is nothing in it that would have to be kept. */
	same = same || (twin && !r->summary->forked);
	if (rc == EVAULT_OK)
		rc = look_at_all(r, err);
	if (rc != EVAULT_OK || r->what->dry_run) {
		ev_receive_tell(r);
		return rc;
	}
	if (!same) {
		rc = ev_receive_log(r, err);
		kept = rc == EVAULT_OK;
	}
	if (rc == EVAULT_OK)
		rc = take_kinds(r, err);
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED) {
		done = ev_receive_commit(r, false, err);
		rc = done == EVAULT_OK ? rc : done;
	}
	r->summary->logged = kept && r->summary->index < ev_log_head(r->v->log)->size;
	return rc;
}

enum evault_status
evault_receive(struct evault *v, const struct evault_receive *what,
	       struct evault_receive_summary *summary, struct evault_error *err)
{
	struct ev_receiving r = { .v = v, .what = what, .summary = summary };
	enum evault_status rc = ev_vault_need_reading(v, err);

	memset(summary, 0, sizeof(*summary));
	if (rc == EVAULT_OK && !what->dry_run)
		rc = ev_commit_init(&r.commit, v, err);
	r.commit.may_go_behind = true;
	if (rc == EVAULT_OK)
		rc = open_other(&r, err);
	if (rc == EVAULT_OK)
		rc = ev_incoming_init(&r.in, &r.commit, err);
	r.since = ev_os_ticks();
	if (rc == EVAULT_OK)
		rc = receive(&r, err);
	if (rc != EVAULT_OK)
		summary->left = ev_commit_left(&r.commit);
	if (rc == EVAULT_E_CANCELLED) {
		summary->cancelled = true;
		rc = EVAULT_OK;
	}
	ev_receive_release(&r);
	return rc;
}
