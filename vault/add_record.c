/*
 * The record of a file that was read.
 */
#include <stdio.h>
#include <string.h>

#include "add.h"
#include "base/os.h"
#include "fields.h"

static struct evault_details
details(const struct evault_add *what)
{
	return (struct evault_details){
		.case_name = what->case_name,
		.title = what->title,
		.tags = what->tags,
		.n_tags = what->n_tags,
		.fields = what->fields,
		.n_fields = what->n_fields,
	};
}

enum evault_status
ev_add_describe(const struct evault *v, const struct ev_adding_source *s, const char *action,
		const char *name, struct ev_record *r, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE], size[24];
	enum evault_status rc;

	ev_hash_hex(&s->sha256, hex);
	snprintf(size, sizeof(size), "%llu", (unsigned long long)s->size);
	rc = ev_commit_begin_record(v, action, r, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "name", name, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "size", size, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "sha256", hex, err);
	return rc == EVAULT_OK ? ev_record_add_text(r, "media-type", s->media_type, err) : rc;
}

static enum evault_status
describe(const struct ev_adding *a, const struct ev_adding_source *s, const char *modified,
	 struct ev_record *r, struct evault_error *err)
{
	struct evault_details said = details(a->what);
	enum evault_status rc = ev_add_describe(a->v, s, "add", s->file->name, r, err);

	if (rc == EVAULT_OK && s->file->folder[0] != '\0')
		rc = ev_record_add_text(r, "folder", s->file->folder, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "modified", modified, err);
	return rc == EVAULT_OK ? ev_fields_add(&said, r, err) : rc;
}

static enum evault_status
keep_record(struct ev_adding *a, const struct ev_adding_source *s, const char *modified,
	    uint64_t *index, struct evault_error *err)
{
	struct ev_slice body = ev_slice_of(a->buffer, s->whole ? (size_t)s->size : 0);
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = describe(a, s, modified, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&a->commit, &record, index, err);
	if (rc == EVAULT_OK)
		rc = ev_index_words(a->v, *index, &record, s->whole ? &body : NULL, &a->text, err);
	ev_record_release(&record);
	return rc;
}

/* The file is read: makes its record, unless there is one of the same file already. */
enum evault_status
ev_add_conclude(struct ev_adding *a, const struct ev_adding_source *s, struct evault_error *err)
{
	struct ev_catalog_entry same = { 0 };
	enum evault_add_what what = EVAULT_ADD_ALREADY;
	bool retracted = false;
	struct evault_add_event *event;
	enum evault_status rc;
	char modified[31];

	ev_os_format_time_ns(s->before.mtime, s->before.mtime_ns, modified);
	rc = ev_catalog_same_file(a->v->catalog, &s->sha256, ev_slice_text(s->file->name),
				  ev_slice_text(s->file->folder), ev_slice_text(modified), &same,
				  err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_is_retracted(a->v->catalog, same.index, &retracted, err);
	else if (rc == EVAULT_E_NOT_FOUND) {
		what = a->what->dry_run ? EVAULT_ADD_WOULD : EVAULT_ADD_KEPT;
		rc = a->what->dry_run ? EVAULT_OK : keep_record(a, s, modified, &same.index, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_add_queue(a, what, s->file->path, NULL, &event, err);
	if (rc != EVAULT_OK)
		return rc;
	event->index = same.index;
	event->size = s->size;
	event->retracted = retracted;
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
	struct evault_details said = details(what);

	return ev_fields_check(&said, err);
}
