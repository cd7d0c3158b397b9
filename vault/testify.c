/*
 * Keeping a statement: its bytes as add keeps a file's, one record, one commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "base/os.h"
#include "fields.h"
#include "testify.h"

struct testifying {
	struct evault *v;
	const struct evault_testify *what;
	size_t at; /* of what->text */
	uint8_t ahead;
	bool has_ahead;
	bool any;                     /* byte was read */
	struct ev_record said;        /* case, witness …, to tell whether this is kept already */
	struct ev_catalog_entry same; /* … as this one */
	bool found;
};

/* ---- the stream ------------------------------------------------------------------ */

static size_t
read_text(struct testifying *t, uint8_t *out, size_t size)
{
	size_t left = t->what->len - t->at, take = left < size ? left : size;

	if (take > 0)
		memcpy(out, t->what->text + t->at, take);
	t->at += take;
	return take;
}

/* Fills `out` unless the statement ends before. */
static enum evault_status
read_on(const struct testifying *t, uint8_t *out, size_t size, size_t *got,
	struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t n = 1;

	*got = 0;
	while (rc == EVAULT_OK && n > 0 && *got < size) {
		n = 0;
		rc = t->what->read(t->what->ctx, out + *got, size - *got, &n, err);
		*got += n;
	}
	return rc;
}

/* One byte ahead tells whether there is more. */
static enum evault_status
read_stream(void *ctx, uint8_t *out, size_t size, size_t *got, bool *ended,
	    struct evault_error *err)
{
	struct testifying *t = ctx;
	size_t before = 0, more = 0;
	enum evault_status rc;

	if (t->what->text != NULL) {
		*got = read_text(t, out, size);
		*ended = t->at == t->what->len;
		return EVAULT_OK;
	}
	if (t->has_ahead)
		out[before++] = t->ahead;
	t->has_ahead = false;
	rc = read_on(t, out + before, size - before, got, err);
	*got += before;
	if (rc == EVAULT_OK && *got == size)
		rc = read_on(t, &t->ahead, 1, &more, err);
	t->has_ahead = more == 1;
	*ended = !t->has_ahead;
	return rc;
}

/* Before anything is written. */
static enum evault_status
read_something(void *ctx, uint8_t *out, size_t size, size_t *got, bool *ended,
	       struct evault_error *err)
{
	enum evault_status rc = read_stream(ctx, out, size, got, ended, err);
	struct testifying *t = ctx;

	t->any = t->any || (rc == EVAULT_OK && *got > 0);
	if (rc == EVAULT_OK && !t->any)
		rc = ev_fail(err, EVAULT_E_USAGE, "there is nothing in the statement");
	return rc;
}

/* ---- is it kept already? ----------------------------------------------------------- */

struct finding_same {
	struct evault *v;
	const struct ev_record *record;
	struct ev_catalog_entry *same;
	bool found;
};

bool
ev_testify_is_ours(const char *name)
{
	static const char *const ours[] = { "action", "time",       "offset", "clock",
					    "actor",  "software",   "name",   "size",
					    "sha256", "media-type", "begun" };
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

static bool
has_field(const struct ev_record *r, const struct ev_record_field *f)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->fields[i].name, f->name) == 0 &&
		    ev_slice_equal(ev_slice_of(r->fields[i].value, r->fields[i].len),
				   ev_slice_of(f->value, f->len)))
			return true;
	return false;
}

/* Is all that a person said in `a` also in `b`? */
static bool
is_within(const struct ev_record *a, const struct ev_record *b)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (!ev_testify_is_ours(a->fields[i].name) && !has_field(b, &a->fields[i]))
			return false;
	return true;
}

static enum evault_status
compare_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct finding_same *f = ctx;
	const struct ev_record_field *action;
	struct ev_record r;
	enum evault_status rc;

	if (f->found || !entry->is_record)
		return EVAULT_OK;
	ev_record_init(&r);
	rc = ev_vault_record(f->v, &entry->digest, &r, err);
	action = rc == EVAULT_OK ? ev_record_find(&r, "action") : NULL;
	if (action != NULL && ev_slice_is(ev_slice_of(action->value, action->len), "testify") &&
	    is_within(f->record, &r) && is_within(&r, f->record)) {
		f->found = true;
		*f->same = *entry;
	}
	ev_record_release(&r);
	/* One that cannot be read is not this one. */
	return rc == EVAULT_E_NOMEM ? rc : EVAULT_OK;
}

enum evault_status
ev_testify_find_same(struct evault *v, const struct ev_hash *sha256, const struct ev_record *record,
		     struct ev_catalog_entry *same, bool *found, struct evault_error *err)
{
	struct finding_same f = { v, record, same, false };
	char hex[EVAULT_HEX_SIZE];
	enum evault_status rc;
	bool retracted = false;

	ev_hash_hex(sha256, hex);
	rc = ev_catalog_by_hash(v->catalog, ev_slice_text(hex), compare_entry, &f, err);
	if (rc == EVAULT_OK && f.found)
		rc = ev_catalog_is_retracted(v->catalog, same->index, &retracted, err);
	*found = f.found && !retracted;
	return rc;
}

/*
 * A run that was cut short after its commit, and is repeated (a draft taken
 * up, the same pipe), keeps nothing twice (G2).
 */
static enum evault_status
seen(void *ctx, const struct ev_hash *sha256, bool *known, struct evault_error *err)
{
	struct testifying *t = ctx;
	enum evault_status rc;

	*known = false;
	if (!evault_reads(t->v))
		return EVAULT_OK;
	rc = ev_testify_find_same(t->v, sha256, &t->said, &t->same, known, err);
	if (rc == EVAULT_OK && *known)
		rc = ev_vault_has_object(t->v, sha256, known, err);
	t->found = rc == EVAULT_OK && *known;
	return rc;
}

/* ---- keeping --------------------------------------------------------------------- */

/* No colon, for FAT. */
void
ev_testify_name(const char *media_type, char out[EVAULT_STATEMENT_NAME_SIZE])
{
	struct ev_os_time now;
	char time[21];

	ev_os_now(&now);
	ev_os_format_time(now.seconds, time);
	snprintf(out, EVAULT_STATEMENT_NAME_SIZE, "statement-%.13s%.2s%.3s%s", time, time + 14,
		 time + 17, strncmp(media_type, "text/", 5) == 0 ? ".txt" : "");
}

static enum evault_status
keep_record(struct ev_adding *a, const struct ev_adding_source *s, struct evault_testified *kept,
	    const struct evault_details *said, struct evault_error *err)
{
	struct ev_record record;
	enum evault_status rc;

	ev_testify_name(s->media_type, kept->name);
	ev_record_init(&record);
	rc = ev_add_describe(a->v, s, "testify", kept->name, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_fields_add(said, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&a->commit, &record, &kept->index, err);
	ev_record_release(&record);
	return rc == EVAULT_OK ? ev_commit_finish(&a->commit, err) : rc;
}

static enum evault_status
read_and_keep(struct ev_adding *a, struct testifying *t, struct evault_testified *kept,
	      struct evault_error *err)
{
	struct ev_adding_stream stream = { .read = read_something, .seen = seen, .ctx = t };
	struct ev_adding_source s = { .stream = &stream, .fd = -1 };
	enum evault_status rc = ev_add_source(a, &s, err);

	if (rc == EVAULT_E_CHANGED && a->stopped)
		rc = ev_fail(err, EVAULT_E_CANCELLED,
			     "the statement was interrupted before its end; nothing of it is kept");
	else if (rc == EVAULT_E_CHANGED)
		rc = ev_fail(err, EVAULT_E_LIMIT, "the statement is larger than a vault can keep");
	if (rc != EVAULT_OK)
		return rc;
	if (t->what->text != NULL)
		s.media_type = "text/plain; charset=utf-8";
	kept->size = s.size;
	ev_hash_hex(&s.sha256, kept->sha256);
	kept->already = t->found;
	kept->index = t->same.index;
	if (!t->found)
		rc = keep_record(a, &s, kept, &t->what->said, err);
	ev_vault_cite(a->v, kept->index, kept->citation);
	return rc;
}

enum evault_status
evault_testify(struct evault *v, const struct evault_testify *what, struct evault_testified *kept,
	       struct evault_error *err)
{
	struct evault_add as_add = { .progress = what->progress, .ctx = what->ctx };
	struct ev_adding a = { .v = v, .what = &as_add, .since = ev_os_ticks() };
	struct testifying t = { .v = v, .what = what };
	struct evault_testified done = { 0 };
	enum evault_status rc;

	ev_record_init(&t.said);
	if (what->text == NULL && what->read == NULL)
		return ev_fail(err, EVAULT_E_USAGE, "there is nothing in the statement");
	if (what->text != NULL && what->len > EVAULT_STATEMENT_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the statement is longer than %d MiB",
			       EVAULT_STATEMENT_MAX >> 20);
	rc = ev_fields_add(&what->said, &t.said, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_init(&a.commit, v, err);
	if (rc != EVAULT_OK)
		goto out;
	a.hasher = ev_hasher_new();
	a.buffer = malloc(EV_MEMBER_OBJECT_MAX);
	if (a.hasher == NULL || a.buffer == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK)
		rc = read_and_keep(&a, &t, &done, err);
	if (rc == EVAULT_OK)
		*kept = done;
out:
	ev_commit_release(&a.commit);
	ev_hasher_free(a.hasher);
	ev_record_release(&t.said);
	if (a.buffer != NULL)
		ev_wipe(a.buffer, EV_MEMBER_OBJECT_MAX);
	free(a.buffer);
	return rc;
}
