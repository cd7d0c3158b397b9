/*
 * The record of a file that was read.
 */
#include <stdio.h>
#include <string.h>

#include "add.h"
#include "base/os.h"

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
describe(const struct ev_adding *a, const struct ev_adding_source *s, const char *modified,
	 struct ev_record *r, struct evault_error *err)
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
keep_record(struct ev_adding *a, const struct ev_adding_source *s, const char *modified,
	    uint64_t *index, struct evault_error *err)
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
enum evault_status
ev_add_conclude(struct ev_adding *a, const struct ev_adding_source *s, struct evault_error *err)
{
	struct ev_catalog_entry same = { 0 };
	enum evault_add_what what = EVAULT_ADD_ALREADY;
	struct evault_add_event *event;
	enum evault_status rc;
	char modified[31];

	ev_os_format_time_ns(s->before.mtime, s->before.mtime_ns, modified);
	rc = ev_catalog_same_file(a->v->catalog, &s->sha256, ev_slice_text(s->file->name),
				  ev_slice_text(s->file->folder), ev_slice_text(modified), &same,
				  err);
	if (rc == EVAULT_E_NOT_FOUND && a->what->dry_run) {
		what = EVAULT_ADD_WOULD;
		rc = EVAULT_OK;
	} else if (rc == EVAULT_E_NOT_FOUND) {
		what = EVAULT_ADD_KEPT;
		rc = keep_record(a, s, modified, &same.index, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_add_queue(a, what, s->file->path, NULL, &event, err);
	if (rc != EVAULT_OK)
		return rc;
	event->index = same.index;
	event->size = s->size;
	ev_hash_hex(&s->sha256, event->sha256);
	if (what != EVAULT_ADD_WOULD)
		ev_vault_cite(a->v, same.index, event->citation);
	if (s->known)
		a->summary->deduplicated += s->size;
	return ev_add_remember(a, s, err);
}

enum evault_status
ev_add_check_fields(const struct evault_add *what, struct evault_error *err)
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
