/*
 * Keeping files (G2): walk, read once, hash, known or new, record, commit.
 *
 * A file of at most 8 MiB is read whole, hashed, and written only when its
 * hash is new.  A longer one is streamed in pieces; where its size is known
 * already it is hashed first, so that known bytes are never written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"
#include "format/media.h"
#include "walk.h"

enum {
	COMMIT_BYTES = 1 << 30,
	COMMIT_MILLISECONDS = 60 * 1000,
	COMMIT_EVENTS = 20000, /* items in one commit, for memory's sake */
	MEDIA_SAMPLE = 4096,
};

struct adding {
	struct evault *v; /* NULL: a dry run or a scan */
	const struct evault_add *what;
	struct evault_add_summary *summary;
	struct evault_progress progress;
	struct ev_commit commit;
	struct ev_hasher *hasher;
	struct ev_set new_objects;       /* written by this commit or an earlier one of this run */
	struct ev_set new_sizes;         /* their sizes, as hashes of eight bytes */
	uint8_t *buffer;                 /* EV_MEMBER_OBJECT_MAX + 1 bytes */
	struct evault_add_event *events; /* to be told after the commit */
	size_t n_events, cap_events;
	uint64_t bytes, since; /* of this commit: bytes read, ticks when it began */
	bool cancelled;
};

/* A file being added. */
struct source {
	const struct ev_walk_file *file;
	int fd;
	struct ev_os_stat before;
	uint64_t size; /* bytes read */
	struct ev_hash sha256;
	const char *media_type;
	bool known; /* the vault has these bytes */
};

/* ---- events -------------------------------------------------------------------- */

static enum evault_status
queue_event(struct adding *a, enum evault_add_what what, const char *path, const char *why,
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
	e->why = why == NULL ? NULL : strdup(why);
	if (e->path == NULL || (why != NULL && e->why == NULL)) {
		free((char *)(uintptr_t)e->path);
		return ev_fail_nomem(err);
	}
	a->n_events++;
	*event = e;
	return EVAULT_OK;
}

/* Tells what is now true; without `kept`, only what does not depend on the commit. */
static void
tell_events(struct adding *a, bool kept)
{
	const struct evault_add_event *e;
	size_t i;

	for (i = 0; i < a->n_events; i++) {
		e = &a->events[i];
		if (kept || e->what != EVAULT_ADD_KEPT) {
			a->summary->kept += e->what == EVAULT_ADD_KEPT;
			a->summary->bytes += e->what == EVAULT_ADD_KEPT ? e->size : 0;
			a->summary->already += e->what == EVAULT_ADD_ALREADY;
			a->summary->skipped += e->what == EVAULT_ADD_SKIPPED;
			a->summary->refused += e->what == EVAULT_ADD_REFUSED;
			if (a->what->event != NULL)
				a->what->event(a->what->ctx, e);
		}
		free((char *)(uintptr_t)e->path);
		free((char *)(uintptr_t)e->why);
	}
	a->n_events = 0;
}

static enum evault_status
refuse(struct adding *a, const char *path, const char *why, struct evault_error *err)
{
	struct evault_add_event *e;

	return queue_event(a, EVAULT_ADD_REFUSED, path, why, &e, err);
}

static enum evault_status
on_skipped(void *ctx, const char *path, bool failed, const char *why, struct evault_error *err)
{
	struct adding *a = ctx;
	struct evault_add_event *e;

	return queue_event(a, failed ? EVAULT_ADD_REFUSED : EVAULT_ADD_SKIPPED, path, why, &e, err);
}

static bool
tick(struct adding *a, uint64_t bytes)
{
	a->progress.bytes_done += bytes;
	a->bytes += bytes;
	if (a->what->progress != NULL && a->what->progress(a->what->ctx, &a->progress))
		a->cancelled = true;
	return a->cancelled;
}

/* ---- commits ------------------------------------------------------------------- */

static enum evault_status
finish_commit(struct adding *a, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (a->v != NULL)
		rc = ev_commit_finish(&a->commit, err);
	tell_events(a, rc == EVAULT_OK);
	a->bytes = 0;
	a->since = ev_os_ticks();
	return rc;
}

static enum evault_status
commit_if_due(struct adding *a, struct evault_error *err)
{
	if (a->n_events == 0)
		return EVAULT_OK;
	if (a->bytes < COMMIT_BYTES && a->n_events < COMMIT_EVENTS &&
	    ev_os_ticks() - a->since < COMMIT_MILLISECONDS)
		return EVAULT_OK;
	return finish_commit(a, err);
}

/* ---- one file -------------------------------------------------------------------- */

static bool
changed(const struct ev_os_stat *a, const struct ev_os_stat *b)
{
	return a->size != b->size || a->mtime != b->mtime || a->mtime_ns != b->mtime_ns ||
	       a->ctime != b->ctime || a->ctime_ns != b->ctime_ns;
}

/* Was the source the same all the time?  E_CHANGED. */
static enum evault_status
check_unchanged(const struct source *s, struct evault_error *err)
{
	struct ev_os_stat after;
	enum evault_status rc = ev_os_fstat(s->fd, &after, err);

	if (rc == EVAULT_OK && (changed(&s->before, &after) || s->size != s->before.size))
		rc = ev_fail(err, EVAULT_E_CHANGED,
			     "changed while it was read; nothing of it is kept");
	return rc;
}

/* Reads the next piece, at most `len` bytes, through the hasher. */
static enum evault_status
read_piece(struct adding *a, struct source *s, size_t len, size_t *got, struct evault_error *err)
{
	enum evault_status rc = ev_os_read(s->fd, a->buffer, len, got, "reading it", err);

	if (rc != EVAULT_OK)
		return rc == EVAULT_E_NOMEM ? rc : EVAULT_E_CHANGED;
	if (s->size == 0)
		s->media_type = ev_media_type(
		    ev_slice_of(a->buffer, *got < MEDIA_SAMPLE ? *got : MEDIA_SAMPLE));
	s->size += *got;
	ev_hasher_update(a->hasher, a->buffer, *got);
	if (tick(a, *got) && *got == EV_MEMBER_OBJECT_MAX)
		return ev_fail(err, EVAULT_E_CHANGED, "interrupted before its end; not kept");
	return EVAULT_OK;
}

/* Is this object in the vault, or in the commit at hand? */
static enum evault_status
is_known(struct adding *a, const struct ev_hash *sha256, bool *known, struct evault_error *err)
{
	*known = ev_set_has(&a->new_objects, sha256);
	if (*known || a->v == NULL)
		return EVAULT_OK;
	return ev_catalog_has_object(a->v->catalog, sha256, known, err);
}

static void
size_key(uint64_t size, struct ev_hash *key)
{
	uint8_t bytes[8];

	ev_put_be64(bytes, size);
	ev_hash_of(bytes, sizeof(bytes), key);
}

static enum evault_status
size_is_known(struct adding *a, uint64_t size, bool *known, struct evault_error *err)
{
	struct ev_hash key;

	size_key(size, &key);
	*known = ev_set_has(&a->new_sizes, &key);
	if (*known || a->v == NULL)
		return EVAULT_OK;
	return ev_catalog_has_size(a->v->catalog, size, known, err);
}

static enum evault_status
remember_object(struct adding *a, const struct source *s, struct evault_error *err)
{
	struct ev_hash key;
	enum evault_status rc;
	bool fresh;

	size_key(s->size, &key);
	rc = ev_set_add(&a->new_objects, &s->sha256, &fresh, err);
	return rc == EVAULT_OK ? ev_set_add(&a->new_sizes, &key, &fresh, err) : rc;
}

static enum evault_status
put_small(struct adding *a, struct source *s, struct evault_error *err)
{
	struct ev_slice body = ev_slice_of(a->buffer, (size_t)s->size);
	enum evault_status rc;

	ev_hasher_final(a->hasher, &s->sha256);
	rc = check_unchanged(s, err);
	if (rc == EVAULT_OK)
		rc = is_known(a, &s->sha256, &s->known, err);
	if (rc != EVAULT_OK || s->known || a->v == NULL)
		return rc;
	return ev_commit_member(&a->commit, EV_MEMBER_OBJECT, &s->sha256, 0, body, err);
}

/* Hashes a long file without keeping it. */
static enum evault_status
hash_long(struct adding *a, struct source *s, size_t got, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	while (rc == EVAULT_OK && got == EV_MEMBER_OBJECT_MAX)
		rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	if (rc == EVAULT_OK)
		rc = check_unchanged(s, err);
	ev_hasher_final(a->hasher, &s->sha256);
	return rc == EVAULT_OK ? is_known(a, &s->sha256, &s->known, err) : rc;
}

/* Keeps a long file in parts; its first piece is in the buffer. */
static enum evault_status
put_long(struct adding *a, struct source *s, size_t got, struct evault_error *err)
{
	struct ev_buf list = EV_BUF_INIT;
	struct ev_hash id = { { 0 } };
	enum evault_status rc = EVAULT_OK;
	uint32_t part = 0;

	ev_random(id.b, 16);
	while (rc == EVAULT_OK && got > 0) {
		rc = ev_commit_member(&a->commit, EV_MEMBER_PART, &id, ++part,
				      ev_slice_of(a->buffer, got), err);
		if (rc == EVAULT_OK)
			rc = commit_if_due(a, err);
		if (rc != EVAULT_OK || got < EV_MEMBER_OBJECT_MAX)
			break;
		rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	}
	ev_hasher_final(a->hasher, &s->sha256);
	if (rc == EVAULT_OK)
		rc = check_unchanged(s, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_member_list_encode(&list, id.b, s->size);
	rc = ev_buf_ask(&list, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_member(&a->commit, EV_MEMBER_LIST, &s->sha256, 0,
				      ev_slice_of(list.data, list.len), err);
	ev_buf_release(&list);
	return rc;
}

/* Starts reading at the beginning, through another descriptor. */
static enum evault_status
rewind_source(struct source *s, struct evault_error *err)
{
	int fd;
	enum evault_status rc = ev_os_open_read(s->file->dir, s->file->name, &fd, err);

	if (rc != EVAULT_OK)
		return rc;
	ev_os_close_read(s->fd);
	s->fd = fd;
	s->size = 0;
	return EVAULT_OK;
}

static enum evault_status
put_source(struct adding *a, struct source *s, struct evault_error *err)
{
	bool hash_first = a->v == NULL;
	enum evault_status rc;
	size_t got;

	/* One byte more tells a file of just 8 MiB from a longer one. */
	rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	if (rc != EVAULT_OK || (got < EV_MEMBER_OBJECT_MAX || s->before.size == got))
		return rc != EVAULT_OK ? rc : put_small(a, s, err);
	if (s->before.size > EV_MEMBER_LISTED_MAX)
		return ev_fail(err, EVAULT_E_CHANGED, "is larger than a vault can keep");
	if (!hash_first)
		rc = size_is_known(a, s->before.size, &hash_first, err);
	if (rc != EVAULT_OK || !hash_first)
		return rc != EVAULT_OK ? rc : put_long(a, s, got, err);
	rc = hash_long(a, s, got, err);
	if (rc != EVAULT_OK || s->known || a->v == NULL)
		return rc;
	rc = rewind_source(s, err);
	if (rc == EVAULT_OK)
		rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	return rc == EVAULT_OK ? put_long(a, s, got, err) : rc;
}

/* ---- its record -------------------------------------------------------------------- */

static enum evault_status
add_optional(struct ev_record *r, const char *name, const char *value, struct evault_error *err)
{
	return value == NULL ? EVAULT_OK : ev_record_add_text(r, name, value, err);
}

static enum evault_status
add_list(struct ev_record *r, const char *name, const char *const *values, size_t n,
	 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = ev_record_add_text(r, name, values[i], err);
	return rc;
}

static enum evault_status
describe(const struct adding *a, const struct source *s, const char *modified, struct ev_record *r,
	 struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE], size[24];
	enum evault_status rc;

	ev_hash_hex(&s->sha256, hex);
	snprintf(size, sizeof(size), "%llu", (unsigned long long)s->size);
	rc = ev_commit_begin_record(a->v, "add", r, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "name", s->file->name, err);
	if (rc == EVAULT_OK && s->file->folder[0] != '\0')
		rc = ev_record_add_text(r, "folder", s->file->folder, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "size", size, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "sha256", hex, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "media-type", s->media_type, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "modified", modified, err);
	if (rc == EVAULT_OK)
		rc = add_optional(r, "case", a->what->case_name, err);
	if (rc == EVAULT_OK)
		rc = add_optional(r, "title", a->what->title, err);
	if (rc == EVAULT_OK)
		rc = add_list(r, "tag", a->what->tags, a->what->n_tags, err);
	return rc == EVAULT_OK ? add_list(r, "field", a->what->fields, a->what->n_fields, err) : rc;
}

static enum evault_status
keep_record(struct adding *a, const struct source *s, const char *modified, uint64_t *index,
	    struct evault_error *err)
{
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = describe(a, s, modified, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&a->commit, &record, index, err);
	ev_record_release(&record);
	return rc;
}

/* The file is read: makes its record, unless there is one of the same file already. */
static enum evault_status
conclude(struct adding *a, const struct source *s, struct evault_error *err)
{
	struct ev_catalog_entry same = { 0 };
	enum evault_add_what what = EVAULT_ADD_WOULD;
	struct evault_add_event *event;
	enum evault_status rc = EVAULT_OK;
	char modified[31];

	ev_os_format_time_ns(s->before.mtime, s->before.mtime_ns, modified);
	if (a->v != NULL) {
		what = EVAULT_ADD_KEPT;
		rc = ev_catalog_same_file(a->v->catalog, &s->sha256, ev_slice_text(s->file->name),
					  ev_slice_text(s->file->folder), ev_slice_text(modified),
					  &same, err);
		if (rc == EVAULT_OK)
			what = EVAULT_ADD_ALREADY;
		else if (rc == EVAULT_E_NOT_FOUND)
			rc = keep_record(a, s, modified, &same.index, err);
	}
	if (rc == EVAULT_OK)
		rc = queue_event(a, what, s->file->path, NULL, &event, err);
	if (rc != EVAULT_OK)
		return rc;
	event->index = same.index;
	event->size = s->size;
	ev_hash_hex(&s->sha256, event->sha256);
	if (a->v != NULL)
		ev_vault_cite(a->v, same.index, event->citation);
	if (s->known)
		a->summary->deduplicated += s->size;
	return remember_object(a, s, err);
}

static enum evault_status
on_file(void *ctx, const struct ev_walk_file *file, struct evault_error *err)
{
	struct adding *a = ctx;
	struct source s = { .file = file, .fd = -1 };
	struct evault_error why = { 0 };
	enum evault_status rc;

	if (a->cancelled)
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	rc = ev_os_open_read(file->dir, file->name, &s.fd, &why);
	if (rc == EVAULT_OK)
		rc = ev_os_fstat(s.fd, &s.before, &why);
	if (rc != EVAULT_OK)
		return refuse(a, file->path, why.text, err);
	ev_os_sequential(s.fd);
	rc = put_source(a, &s, &why);
	if (rc != EVAULT_OK) {
		struct ev_hash ignored;

		ev_hasher_final(a->hasher, &ignored);
	}
	ev_os_close_read(s.fd);
	if (rc == EVAULT_E_CHANGED || rc == EVAULT_E_NOT_FOUND)
		rc = refuse(a, file->path, why.text, err);
	else if (rc == EVAULT_OK)
		rc = conclude(a, &s, err);
	else if (err != NULL)
		*err = why;
	a->progress.files_done++;
	return rc == EVAULT_OK ? commit_if_due(a, err) : rc;
}

/* ---- the command ---------------------------------------------------------------- */

/* What would make every record fail is told before anything is read. */
static enum evault_status
check_fields(const struct evault_add *what, struct evault_error *err)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = add_optional(&r, "case", what->case_name, err);
	if (rc == EVAULT_OK)
		rc = add_optional(&r, "title", what->title, err);
	if (rc == EVAULT_OK)
		rc = add_list(&r, "tag", what->tags, what->n_tags, err);
	if (rc == EVAULT_OK)
		rc = add_list(&r, "field", what->fields, what->n_fields, err);
	ev_record_release(&r);
	return rc;
}

static enum evault_status
walk_all(struct adding *a,
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
	struct adding *a = ctx;

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
evault_add_scan(const struct evault_add *what, struct evault_progress *total,
		struct evault_error *err)
{
	struct adding a = { .what = what };
	enum evault_status rc = walk_all(&a, scan_file, scan_skipped, err);

	if (rc == EVAULT_OK)
		*total = a.progress;
	return rc;
}

enum evault_status
evault_add(struct evault *v, const struct evault_add *what, struct evault_add_summary *summary,
	   struct evault_error *err)
{
	struct adding a = { .v = what->dry_run ? NULL : v, .what = what, .summary = summary };
	enum evault_status rc = check_fields(what, err);

	memset(summary, 0, sizeof(*summary));
	if (rc == EVAULT_OK)
		rc = evault_add_scan(what, &a.progress, err);
	if (rc != EVAULT_OK)
		return rc;
	a.new_objects = (struct ev_set)EV_SET_INIT;
	a.since = ev_os_ticks();
	if (a.v != NULL)
		ev_commit_init(&a.commit, v);
	a.hasher = ev_hasher_new();
	a.buffer = malloc(EV_MEMBER_OBJECT_MAX);
	if (a.hasher == NULL || a.buffer == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK)
		rc = walk_all(&a, on_file, on_skipped, err);
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		rc = finish_commit(&a, err);
	tell_events(&a, false);
	summary->cancelled = a.cancelled;
	if (a.v != NULL)
		ev_commit_release(&a.commit);
	ev_hasher_free(a.hasher);
	ev_set_release(&a.new_objects);
	ev_set_release(&a.new_sizes);
	free(a.events);
	free(a.buffer);
	return rc;
}
