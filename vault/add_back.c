/*
 * Reading back what an add has kept: the packs of each commit, and in the end
 * the log, from the disk itself.
 *
 * Invariants:
 *  1. Read back is all on which an event KEPT or ALREADY rests: the packs that
 *     were written, those of which known bytes were not written again, those
 *     that have the records, and every entry from the first of them on.
 *  2. What was read is compared with a hash that this run has computed or
 *     verified, and never with other bytes from the disk alone.
 */
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "base/worker.h"

static enum evault_status
report(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
       const char *detail, struct evault_error *err)
{
	struct ev_adding *a = ctx;
	struct evault_finding f = { .kind = kind, .path = path, .detail = detail };

	(void)err;
	if (index != EV_NO_ITEM) {
		f.has_item = true;
		f.item = index;
		ev_vault_cite_item(a->v, index, f.citation);
	}
	a->summary->unreadable += kind == EVAULT_FINDING_UNREADABLE;
	a->summary->damage += kind != EVAULT_FINDING_UNREADABLE;
	if (a->what->finding != NULL)
		a->what->finding(a->what->ctx, &f);
	return EVAULT_OK;
}

static enum evault_status
tick(void *ctx, uint64_t bytes, struct evault_error *err)
{
	struct ev_adding *a = ctx;

	a->summary->bytes_read_back += bytes;
	a->progress.bytes_done += bytes;
	if (a->what->progress == NULL || !a->what->progress(a->what->ctx, &a->progress))
		return EVAULT_OK;
	a->cancelled = true;
	return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
}

/* ---- one pack ----------------------------------------------------------------------- */

struct pack_reading {
	int dir;
	const char *path;
	enum ev_os_source source;
};

/* Reads ahead of who hashes. */
static enum evault_status
read_ahead(void *ctx, struct ev_worker *worker, struct evault_error *err)
{
	struct pack_reading *r = ctx;
	struct ev_os_device d;
	struct ev_slice bytes;
	enum evault_status rc = ev_os_device_open(r->dir, r->path, &d, err);

	while (rc == EVAULT_OK) {
		rc = ev_os_device_read(&d, &bytes, r->path, err);
		if (rc != EVAULT_OK || bytes.len == 0)
			break;
		rc = ev_worker_put(worker, bytes.data, bytes.len, err);
	}
	r->source = d.source;
	ev_os_device_close(&d);
	return rc;
}

/* What is wrong with reading it is in *why. */
static enum evault_status
hash_pack(struct ev_adding *a, const char *path, struct ev_hash *hash, struct evault_error *why,
	  struct evault_error *err)
{
	struct ev_hasher *hasher = ev_hasher_new(); /* that of `a` may be in the middle of a file */
	struct pack_reading reading = { a->v->dir, path, EV_OS_FROM_DEVICE };
	enum evault_status rc, ticked = EVAULT_OK;
	struct ev_worker *worker = NULL;
	struct ev_slice bytes;

	if (hasher == NULL)
		return ev_fail_nomem(err);
	rc = ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES_MAX / 2, read_ahead,
			   &reading, &worker, why);
	while (rc == EVAULT_OK && ticked == EVAULT_OK) {
		rc = ev_worker_take(worker, &bytes, why);
		if (rc != EVAULT_OK || bytes.len == 0)
			break;
		ev_hasher_update(hasher, bytes.data, bytes.len);
		ticked = tick(a, bytes.len, err);
	}
	ev_worker_free(worker);
	ev_hasher_final(hasher, hash);
	if (rc == EVAULT_OK && reading.source > a->back.source)
		a->back.source = reading.source;
	ev_hasher_free(hasher);
	why->status = rc;
	return ticked;
}

/* Is there a part of the long file in the pack?  Who may only add cannot see which are its parts.
 */
static enum evault_status
parts_are_in(struct ev_adding *a, const struct ev_hash *sha256, unsigned copy,
	     const struct ev_hash *pack, bool *in, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_place place;
	uint32_t part, parts = 0;
	struct ev_hash id;
	enum evault_status rc;

	*in = !evault_reads(a->v) ||
	      ev_vault_list(a->v, sha256, copy, &id, &parts, NULL, &why) != EVAULT_OK;
	for (part = 1; part <= parts && !*in; part++) {
		rc = ev_catalog_find_member(a->v->catalog, EV_MEMBER_PART, &id, part, &place, err);
		if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
			return rc;
		*in = rc == EVAULT_OK && ev_hash_equal(&place.pack, pack);
	}
	return EVAULT_OK;
}

static enum evault_status
member_is_in(struct ev_adding *a, enum ev_member_kind kind, const struct ev_hash *id,
	     const struct ev_hash *pack, bool *in, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_place place;
	unsigned copy;

	for (copy = 0; rc == EVAULT_OK && !*in; copy++) {
		rc = ev_catalog_find_copy(a->v->catalog, kind, id, 0, copy, &place, err);
		if (rc != EVAULT_OK)
			break;
		*in = ev_hash_equal(&place.pack, pack);
		if (!*in && kind == EV_MEMBER_LIST)
			rc = parts_are_in(a, id, copy, pack, in, err);
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* Is any of what the event tells in the pack: its record, its bytes, some of its parts? */
static enum evault_status
event_is_in(struct ev_adding *a, const struct evault_add_event *e, const struct ev_hash *pack,
	    bool *in, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	struct ev_hash sha256;
	enum evault_status rc;

	*in = false;
	if (e->what != EVAULT_ADD_KEPT && e->what != EVAULT_ADD_ALREADY)
		return EVAULT_OK;
	rc = ev_catalog_entry(a->v->catalog, e->index, &entry, err);
	if (rc == EVAULT_OK)
		rc = member_is_in(a, EV_MEMBER_RECORD, &entry.digest, pack, in, err);
	if (rc == EVAULT_OK && ev_hash_parse(ev_slice_text(e->sha256), &sha256)) {
		rc = member_is_in(a, EV_MEMBER_OBJECT, &sha256, pack, in, err);
		if (rc == EVAULT_OK)
			rc = member_is_in(a, EV_MEMBER_LIST, &sha256, pack, in, err);
	}
	return rc;
}

/* A finding for the pack, and one for each file of this commit that is in it. */
static enum evault_status
tell_pack(struct ev_adding *a, const struct ev_findings *findings, enum evault_finding_kind kind,
	  const struct ev_hash *pack, const char *path, const char *why, struct evault_error *err)
{
	enum evault_status rc = ev_find(findings, err, kind, EV_NO_ITEM, path, "%s", why);
	char shown[EV_SHOW_SIZE];
	bool in;
	size_t i;

	for (i = 0; i < a->n_events && rc == EVAULT_OK; i++) {
		rc = event_is_in(a, &a->events[i], pack, &in, err);
		if (rc == EVAULT_OK && in)
			rc = ev_find(findings, err, kind, a->events[i].index, path,
				     "this pack has all or a part of %s",
				     ev_show_path(a->events[i].path, shown));
	}
	return rc;
}

static enum evault_status
read_pack(struct ev_adding *a, const struct ev_hash *pack, struct evault_error *err)
{
	const struct ev_findings findings = { report, a };
	char path[EV_PACK_PATH_SIZE];
	struct evault_error why = { 0 };
	struct ev_hash hash;
	enum evault_status rc;
	size_t len;

	ev_pack_path(pack, path);
	len = strlen(path);
	rc = hash_pack(a, path, &hash, &why, err);
	if (rc != EVAULT_OK)
		return rc;
	if (why.status == EVAULT_OK && ev_hash_equal(&hash, pack))
		return EVAULT_OK;
	if (why.status == EVAULT_OK)
		return tell_pack(a, &findings, EVAULT_FINDING_ALTERED, pack, path,
				 _("read back from the disk, it is not what was written: its "
				   "SHA-256 is not its name"),
				 err);
	if (why.status == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	/* The path is told beside the sentence. */
	return tell_pack(
	    a, &findings,
	    why.status == EVAULT_E_NOT_FOUND ? EVAULT_FINDING_MISSING : EVAULT_FINDING_UNREADABLE,
	    pack, path,
	    strncmp(why.text, path, len) == 0 && why.text[len] == ':' ? why.text + len + 2
								      : why.text,
	    err);
}

/* ---- all of them -------------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
	return ev_hash_compare(a, b);
}

/* Packs that are to be read back, and were not. */
struct packs {
	struct ev_hash *names;
	size_t n;
};

static enum evault_status
want(struct ev_adding *a, struct packs *packs, const struct ev_hash *pack, struct evault_error *err)
{
	struct ev_hash *grown = packs->names;
	enum evault_status rc;
	bool fresh;

	rc = ev_set_add(&a->back.packs, pack, &fresh, err);
	if (rc != EVAULT_OK || !fresh)
		return rc;
	if ((packs->n & (packs->n - 1)) == 0)
		grown = realloc(grown, (packs->n == 0 ? 1 : packs->n * 2) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	packs->names = grown;
	packs->names[packs->n++] = *pack;
	return EVAULT_OK;
}

/* The pack of the record of a file that is kept already; its bytes were compared: v->whole. */
static enum evault_status
want_record(struct ev_adding *a, struct packs *packs, const struct evault_add_event *e,
	    struct evault_error *err)
{
	const struct ev_findings findings = { report, a };
	struct ev_catalog_entry entry;
	struct ev_place place;
	enum evault_status rc = ev_catalog_entry(a->v->catalog, e->index, &entry, err);

	if (e->index < a->back.since)
		a->back.since = e->index;
	if (rc == EVAULT_OK)
		rc = ev_catalog_find_member(a->v->catalog, EV_MEMBER_RECORD, &entry.digest, 0,
					    &place, err);
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_find(&findings, err, EVAULT_FINDING_MISSING, e->index, "",
			       "its record is in no pack");
	return rc == EVAULT_OK ? want(a, packs, &place.pack, err) : rc;
}

enum evault_status
ev_add_read_back(struct ev_adding *a, struct evault_error *err)
{
	struct packs packs = { NULL, 0 };
	enum evault_status rc = EVAULT_OK;
	const struct ev_hash *pack;
	size_t at = 0, i;

	/* Somebody who stops is not kept waiting: then nothing is said of the disk. */
	if (a->cancelled) {
		a->stopped = true;
		return EVAULT_OK;
	}
	while (rc == EVAULT_OK && (pack = ev_set_next(&a->v->whole, &at)) != NULL)
		rc = want(a, &packs, pack, err);
	for (i = 0; i < a->n_events && rc == EVAULT_OK; i++)
		if (a->events[i].what == EVAULT_ADD_ALREADY)
			rc = want_record(a, &packs, &a->events[i], err);
	/* In an order that is the same each time: that of the set is not. */
	if (packs.n > 1)
		qsort(packs.names, packs.n, sizeof(*packs.names), compare_names);
	for (i = 0; i < packs.n && rc == EVAULT_OK; i++)
		rc = read_pack(a, &packs.names[i], err);
	free(packs.names);
	if (rc != EVAULT_E_CANCELLED)
		return rc;
	a->stopped = true;
	return EVAULT_OK;
}

static enum evault_read_back
verdict(const struct ev_adding *a)
{
	if (a->summary->damage > 0)
		return EVAULT_READ_BACK_DAMAGED;
	if (a->cancelled)
		return EVAULT_READ_BACK_NOT;
	if (a->summary->unreadable > 0)
		return EVAULT_READ_BACK_UNREAD;
	switch (a->back.source) {
	case EV_OS_FROM_DEVICE:
		return EVAULT_READ_BACK_WHOLE;
	case EV_OS_FROM_MEMORY:
		return EVAULT_READ_BACK_NO_DISK;
	default:
		return EVAULT_READ_BACK_UNSURE;
	}
}

enum evault_status
ev_add_read_back_log(struct ev_adding *a, struct evault_error *err)
{
	const struct ev_findings findings = { report, a };
	enum evault_status rc = EVAULT_OK;

	if (!a->cancelled)
		rc = ev_log_read_back(a->v->log, a->back.since, &findings, &a->back.source, tick, a,
				      err);
	if (rc == EVAULT_E_CANCELLED) {
		a->stopped = true;
		rc = EVAULT_OK;
	}
	if (rc == EVAULT_OK)
		a->summary->read_back = verdict(a);
	return rc;
}

void
ev_add_back_release(struct ev_adding *a)
{
	ev_set_release(&a->back.packs);
}
