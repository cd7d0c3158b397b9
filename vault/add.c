/*
 * Keeping files (G2): walk, and for each file read, hash, known or new,
 * record; then commit, and tell what is true.
 */
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "base/os.h"
#include "import.h"

enum {
	COMMIT_BYTES = 1 << 30,
	COMMIT_MILLISECONDS = 60 * 1000,
	COMMIT_EVENTS = 20000, /* items in one commit, for memory's sake */
};

/* ---- events -------------------------------------------------------------------- */

/* The sentence without what it begins with, if that is this path: the event has it. */
static const char *
without(const char *why, const char *path)
{
	char shown[EV_SHOW_SIZE];
	size_t len = strlen(ev_show_path(path, shown));

	return len > 0 && strncmp(why, shown, len) == 0 && strncmp(why + len, ": ", 2) == 0
		   ? why + len + 2
		   : why;
}

/* It was opened by its path, or in its folder by its name, or is a folder that was listed. */
static const char *
reason_alone(const char *why, const char *path)
{
	const char *slash = strrchr(path, '/');

	return without(without(without(why, path), slash == NULL ? path : slash + 1), ".");
}

enum evault_status
ev_add_queue(struct ev_adding *a, enum evault_add_what what, const char *path, const char *why,
	     struct evault_add_event **event, struct evault_error *err)
{
	size_t cap = a->cap_events == 0 ? 64 : a->cap_events * 2;
	struct evault_add_event *grown, *e;

	if (a->n_events == a->cap_events) {
		grown = realloc(a->events, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		a->events = grown;
		a->cap_events = cap;
	}
	e = &a->events[a->n_events];
	memset(e, 0, sizeof(*e));
	e->what = what;
	e->path = strdup(path);
	e->why = why == NULL ? NULL : strdup(reason_alone(why, path));
	if (e->path == NULL || (why != NULL && e->why == NULL)) {
		free((char *)(uintptr_t)e->path);
		return ev_fail_nomem(err);
	}
	a->n_events++;
	*event = e;
	return EVAULT_OK;
}

/* Is there an entry in the log, now, that the event speaks of? */
static bool
is_true(const struct ev_adding *a, const struct evault_add_event *e)
{
	if (e->what != EVAULT_ADD_KEPT && e->what != EVAULT_ADD_ALREADY)
		return true;
	return e->index < ev_log_head(a->v->log)->size;
}

/* Tells what is true after a commit, or after the failure of one. */
static void
tell_events(struct ev_adding *a)
{
	const struct evault_add_event *e;
	size_t i;

	for (i = 0; i < a->n_events; i++) {
		e = &a->events[i];
		if (is_true(a, e)) {
			a->summary->kept += e->what == EVAULT_ADD_KEPT;
			a->summary->bytes += e->what == EVAULT_ADD_KEPT ? e->size : 0;
			a->summary->already += e->what == EVAULT_ADD_ALREADY;
			a->summary->skipped += e->what == EVAULT_ADD_SKIPPED;
			a->summary->refused += e->what == EVAULT_ADD_REFUSED;
			if (a->what->event != NULL)
				a->what->event(a->what->ctx, e);
		}
	}
}

static void
forget_events(struct ev_adding *a)
{
	size_t i;

	for (i = 0; i < a->n_events; i++) {
		free((char *)(uintptr_t)a->events[i].path);
		free((char *)(uintptr_t)a->events[i].why);
	}
	a->n_events = 0;
}

static enum evault_status
refuse(struct ev_adding *a, const char *path, const char *why, struct evault_error *err)
{
	struct evault_add_event *e;

	return ev_add_queue(a, EVAULT_ADD_REFUSED, path, why, &e, err);
}

static enum evault_status
on_skipped(void *ctx, const char *path, bool failed, const char *why, struct evault_error *err)
{
	struct ev_adding *a = ctx;
	struct evault_add_event *e;

	return ev_add_queue(a, failed ? EVAULT_ADD_REFUSED : EVAULT_ADD_SKIPPED, path, why, &e,
			    err);
}

bool
ev_add_tick(struct ev_adding *a, uint64_t bytes)
{
	a->progress.bytes_done += bytes;
	a->bytes += bytes;
	if (a->what->progress != NULL && a->what->progress(a->what->ctx, &a->progress))
		a->cancelled = true;
	return a->cancelled;
}

/* ---- commits ------------------------------------------------------------------- */

static enum evault_status
finish_commit(struct ev_adding *a, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (!a->what->dry_run)
		rc = ev_commit_finish(&a->commit, err);
	/* The catalog knows them now, and that their packs are whole. */
	if (!a->what->dry_run)
		ev_seen_release(&a->new_objects);
	tell_events(a);
	if (rc == EVAULT_OK && a->what->read_back)
		rc = ev_add_read_back(a, err);
	forget_events(a);
	a->bytes = 0;
	a->since = ev_os_ticks();
	return rc;
}

enum evault_status
ev_add_commit_if_due(struct ev_adding *a, struct evault_error *err)
{
	if (a->n_events == 0)
		return EVAULT_OK;
	if (a->bytes < COMMIT_BYTES && a->n_events < COMMIT_EVENTS &&
	    ev_os_ticks() - a->since < COMMIT_MILLISECONDS)
		return EVAULT_OK;
	return finish_commit(a, err);
}

static enum evault_status
on_file(void *ctx, const struct ev_walk_file *file, struct evault_error *err)
{
	struct ev_adding *a = ctx;
	struct ev_adding_source s = { .file = file, .fd = -1 };
	struct evault_error why = { 0 };
	enum evault_status rc;

	if (a->cancelled) {
		a->stopped = true;
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	}
	rc = ev_os_open_read(file->dir, file->name, &s.fd, &why);
	if (rc == EVAULT_OK)
		rc = ev_os_fstat(s.fd, &s.before, &why);
	if (rc != EVAULT_OK)
		return refuse(a, file->path, why.text, err);
	ev_os_sequential(s.fd);
	rc = ev_add_source(a, &s, &why);
	if (rc != EVAULT_OK) {
		struct ev_hash ignored;

		ev_hasher_final(a->hasher, &ignored);
	}
	ev_os_close_read(s.fd);
	if (rc == EVAULT_E_CHANGED)
		rc = refuse(a, file->path, why.text, err);
	else if (rc == EVAULT_OK)
		rc = ev_add_conclude(a, &s, err);
	else if (err != NULL)
		*err = why;
	a->progress.files_done++;
	return rc == EVAULT_OK ? ev_add_commit_if_due(a, err) : rc;
}

/* ---- the command ---------------------------------------------------------------- */

static enum evault_status
walk_all(struct ev_adding *a,
	 enum evault_status (*file)(void *, const struct ev_walk_file *, struct evault_error *),
	 enum evault_status (*skipped)(void *, const char *, bool, const char *,
				       struct evault_error *),
	 struct evault_error *err)
{
	struct ev_walk walk = { .excludes = a->what->excludes, .n_excludes = a->what->n_excludes };
	enum evault_status rc = EVAULT_OK;
	struct ev_os_stat st;
	size_t i;

	walk.file = file;
	walk.skipped = skipped;
	walk.ctx = a;
	if (a->v != NULL && ev_os_fstat(a->v->dir, &st, NULL) == EVAULT_OK) {
		walk.skip_device = st.device;
		walk.skip_inode = st.inode;
	}
	for (i = 0; i < a->what->n_paths && rc == EVAULT_OK; i++)
		rc = ev_walk(&walk, a->what->paths[i], err);
	return rc;
}

static enum evault_status
scan_file(void *ctx, const struct ev_walk_file *file, struct evault_error *err)
{
	struct ev_adding *a = ctx;

	(void)err;
	a->progress.files_total++;
	a->progress.bytes_total += file->stat.size;
	return EVAULT_OK;
}

static enum evault_status
scan_skipped(void *ctx, const char *path, bool failed, const char *why, struct evault_error *err)
{
	(void)ctx;
	(void)path;
	(void)failed;
	(void)why;
	(void)err;
	return EVAULT_OK;
}

enum evault_status
evault_add_scan(struct evault *v, const struct evault_add *what, struct evault_progress *total,
		struct evault_error *err)
{
	struct ev_adding a = { .v = v, .what = what };
	enum evault_status rc = walk_all(&a, scan_file, scan_skipped, err);

	if (rc == EVAULT_OK)
		*total = a.progress;
	return rc;
}

/* By who may only add: what was kept in this import is recognised, and then forgotten. */
static enum evault_status
begin_import(struct ev_adding *a, struct evault_error *err)
{
	if (a->what->dry_run || evault_reads(a->v))
		return EVAULT_OK;
	return ev_import_begin(a->v, err);
}

static void
end_import(struct ev_adding *a, enum evault_status rc)
{
	bool complete = rc == EVAULT_OK && !a->stopped;
	struct evault_error why = { 0 }, said = { 0 };

	if (a->what->dry_run ||
	    ev_import_end(a->v, !complete || a->what->remember, &why) == EVAULT_OK)
		return;
	(void)ev_fail(&said, why.status,
		      "%.200s; it can tell whoever has your key what this import kept: remove it",
		      why.text);
	ev_index_tell(a->v, &said);
}

enum evault_status
evault_add(struct evault *v, const struct evault_add *what, struct evault_add_summary *summary,
	   struct evault_error *err)
{
	struct ev_adding a = { .v = v, .what = what, .summary = summary };
	enum evault_status rc = ev_add_check_fields(what, err);

	memset(summary, 0, sizeof(*summary));
	if (rc == EVAULT_OK && what->read_back && what->dry_run)
		rc =
		    ev_fail(err, EVAULT_E_USAGE, "a dry run keeps nothing that could be read back");
	if (rc == EVAULT_OK)
		rc = evault_add_scan(v, what, &a.progress, err);
	if (rc != EVAULT_OK)
		return rc;
	a.since = ev_os_ticks();
	/* Of each byte there are two readings. */
	a.progress.bytes_total *= what->read_back ? 2 : 1;
	a.back.since = v->access == EVAULT_WRITE ? ev_log_head(v->log)->size : 0;
	if (!what->dry_run)
		rc = ev_commit_init(&a.commit, v, err);
	a.commit.may_go_behind = true;
	if (rc == EVAULT_OK)
		rc = begin_import(&a, err);
	if (rc != EVAULT_OK)
		return rc;
	a.hasher = ev_hasher_new();
	a.buffer = malloc(EV_MEMBER_OBJECT_MAX);
	if (a.hasher == NULL || a.buffer == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK)
		rc = walk_all(&a, on_file, on_skipped, err);
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		rc = finish_commit(&a, err);
	if (rc == EVAULT_OK && what->read_back)
		rc = ev_add_read_back_log(&a, err);
	if (rc != EVAULT_OK) {
		rc = ev_error_prefix(err, rc, v->shown);
		summary->left = ev_commit_left(&a.commit);
	}
	tell_events(&a);
	forget_events(&a);
	summary->cancelled = a.stopped;
	if (!what->dry_run)
		ev_commit_release(&a.commit);
	end_import(&a, rc);
	ev_hasher_free(a.hasher);
	ev_seen_release(&a.new_objects);
	ev_add_back_release(&a);
	free(a.events);
	ev_buf_release(&a.text);
	if (a.buffer != NULL)
		ev_wipe(a.buffer, EV_MEMBER_OBJECT_MAX);
	free(a.buffer);
	return rc;
}
