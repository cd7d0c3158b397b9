/*
 * Reading one file, once, and keeping its bytes.
 *
 * A file of at most 8 MiB is read whole, hashed, and written only when its
 * hash is new.  A longer one is streamed in pieces; where its size is known
 * already it is hashed first, so that known bytes are never written again.
 */
#include <string.h>

#include "add.h"
#include "base/os.h"
#include "format/media.h"

enum {
	MEDIA_SAMPLE = 4096,
	AT_ONCE = 128 << 10, /* bytes read before they are hashed: the core has them still */
};

static bool
changed(const struct ev_os_stat *a, const struct ev_os_stat *b)
{
	return a->device != b->device || a->inode != b->inode || a->size != b->size ||
	       a->mtime != b->mtime || a->mtime_ns != b->mtime_ns || a->ctime != b->ctime ||
	       a->ctime_ns != b->ctime_ns;
}

static enum evault_status
fail_changed(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_CHANGED, "changed while it was read; nothing of it is kept");
}

/* Was the source the same all the time?  E_CHANGED. */
static enum evault_status
check_unchanged(const struct ev_adding_source *s, struct evault_error *err)
{
	struct ev_os_stat after;
	enum evault_status rc;

	if (s->stream != NULL)
		return EVAULT_OK;
	rc = ev_os_fstat(s->fd, &after, err);
	if (rc != EVAULT_OK)
		return EVAULT_E_CHANGED;
	return changed(&s->before, &after) || s->size != s->before.size ? fail_changed(err)
									: EVAULT_OK;
}

static enum evault_status
read_hashed(struct ev_adding *a, int fd, size_t len, size_t *got, struct evault_error *err)
{
	enum evault_status rc;
	size_t n, want;

	for (*got = 0; *got < len; *got += n) {
		want = len - *got < AT_ONCE ? len - *got : AT_ONCE;
		rc = ev_os_read(fd, a->buffer + *got, want, &n, _("reading it"), err);
		if (rc != EVAULT_OK)
			return rc;
		ev_hasher_update(a->hasher, a->buffer + *got, n);
		if (n < want) {
			*got += n;
			break;
		}
	}
	return EVAULT_OK;
}

/* Reads the next piece, at most `len` bytes, through the hasher. */
static enum evault_status
read_piece(struct ev_adding *a, struct ev_adding_source *s, size_t len, size_t *got,
	   struct evault_error *err)
{
	enum evault_status rc;

	if (s->stream != NULL)
		rc = s->stream->read(s->stream->ctx, a->buffer, len, got, &s->stream->ended, err);
	else
		rc = read_hashed(a, s->fd, len, got, err);
	if (rc != EVAULT_OK)
		return rc == EVAULT_E_NOMEM || s->stream != NULL ? rc : EVAULT_E_CHANGED;
	if (s->size == 0)
		s->media_type = ev_media_type(
		    ev_slice_of(a->buffer, *got < MEDIA_SAMPLE ? *got : MEDIA_SAMPLE));
	s->size += *got;
	/* What grows as fast as it is read, or has no end, would be read for ever (G9). */
	if (s->stream == NULL && s->size > s->before.size)
		return fail_changed(err);
	if (s->size > EV_MEMBER_LISTED_MAX)
		return ev_fail(err, EVAULT_E_CHANGED, "is larger than a vault can keep");
	if (s->stream != NULL)
		ev_hasher_update(a->hasher, a->buffer, *got);
	if (!ev_add_tick(a, *got) || *got < EV_MEMBER_OBJECT_MAX)
		return EVAULT_OK;
	a->stopped = true;
	return ev_fail(err, EVAULT_E_CHANGED, "interrupted before its end; not kept");
}

/* Is this object in the vault, or in the commit at hand? */
static enum evault_status
is_known(struct ev_adding *a, const struct ev_hash *sha256, bool *known, struct evault_error *err)
{
	*known = ev_seen_has(&a->new_objects, sha256);
	if (*known)
		return EVAULT_OK;
	return ev_vault_has_object(a->v, sha256, known, err);
}

enum evault_status
ev_add_remember(struct ev_adding *a, const struct ev_adding_source *s, struct evault_error *err)
{
	bool fresh;

	return ev_seen_add(&a->new_objects, &s->sha256, &fresh, err);
}

static enum evault_status
put_small(struct ev_adding *a, struct ev_adding_source *s, struct evault_error *err)
{
	struct ev_slice body = ev_slice_of(a->buffer, (size_t)s->size);
	enum evault_status rc;

	s->whole = true;
	ev_hasher_final(a->hasher, &s->sha256);
	rc = check_unchanged(s, err);
	if (rc == EVAULT_OK && s->stream != NULL)
		rc = s->stream->seen(s->stream->ctx, &s->sha256, &s->known, err);
	else if (rc == EVAULT_OK)
		rc = is_known(a, &s->sha256, &s->known, err);
	if (rc != EVAULT_OK || s->known || a->what->dry_run)
		return rc;
	return ev_commit_member(&a->commit, EV_MEMBER_OBJECT, &s->sha256, 0, body, err);
}

/* Hashes a long file without keeping it. */
static enum evault_status
hash_long(struct ev_adding *a, struct ev_adding_source *s, size_t got, struct evault_error *err)
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
put_long(struct ev_adding *a, struct ev_adding_source *s, size_t got, struct evault_error *err)
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
			rc = ev_add_commit_if_due(a, err);
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
rewind_source(struct ev_adding_source *s, struct evault_error *err)
{
	int fd;
	enum evault_status rc = ev_os_open_read(s->file->dir, s->file->name, &fd, err);

	if (rc != EVAULT_OK)
		return rc == EVAULT_E_NOMEM ? rc : EVAULT_E_CHANGED;
	ev_os_close_read(s->fd);
	s->fd = fd;
	s->size = 0;
	return EVAULT_OK;
}

enum evault_status
ev_add_source(struct ev_adding *a, struct ev_adding_source *s, struct evault_error *err)
{
	bool hash_first = a->what->dry_run;
	enum evault_status rc;
	size_t got;

	/* One byte more tells a file of just 8 MiB from a longer one. */
	rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	if (rc != EVAULT_OK || got < EV_MEMBER_OBJECT_MAX ||
	    (s->stream != NULL ? s->stream->ended : s->before.size == got))
		return rc != EVAULT_OK ? rc : put_small(a, s, err);
	if (s->stream != NULL)
		return put_long(a, s, got, err);
	if (s->before.size > EV_MEMBER_LISTED_MAX)
		return ev_fail(err, EVAULT_E_CHANGED, "is larger than a vault can keep");
	if (!hash_first)
		rc = ev_catalog_has_size(a->v->catalog, s->before.size, &hash_first, err);
	if (rc != EVAULT_OK || !hash_first)
		return rc != EVAULT_OK ? rc : put_long(a, s, got, err);
	rc = hash_long(a, s, got, err);
	if (rc != EVAULT_OK || s->known || a->what->dry_run)
		return rc;
	rc = rewind_source(s, err);
	if (rc == EVAULT_OK)
		rc = read_piece(a, s, EV_MEMBER_OBJECT_MAX, &got, err);
	return rc == EVAULT_OK ? put_long(a, s, got, err) : rc;
}
