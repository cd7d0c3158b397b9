/*
 * The two passes over a bundle: one hashes its members, so that manifests and
 * share note can be made; one writes them.
 */
#include <string.h>

#include "format/archive.h"
#include "format/bag.h"
#include "format/frame.h"
#include "format/share_note.h"
#include "share.h"

/* ---- hashing ----------------------------------------------------------------------------- */

struct hashing {
	struct ev_hasher *hasher;
	uint64_t size;
};

static enum evault_status
hash_piece(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct hashing *h = ctx;

	(void)err;
	ev_hasher_update(h->hasher, data, len);
	h->size += len;
	return EVAULT_OK;
}

static enum evault_status
hash_member(struct ev_share *s, struct hashing *h, struct ev_share_member *m,
	    struct evault_error *err)
{
	struct ev_sink out = { hash_piece, h };
	enum evault_status rc;

	if (m->kind == EV_SHARE_DATA) {
		m->hash = s->items[m->at].sha256;
		m->size = s->items[m->at].size;
		return EVAULT_OK;
	}
	h->size = 0;
	rc = ev_share_give(s, m, out, err);
	ev_hasher_final(h->hasher, &m->hash);
	m->size = h->size;
	return rc;
}

static struct ev_share_member *
member_of(const struct ev_share *s, enum ev_share_kind kind)
{
	return kind == EV_SHARE_PADDING ? &s->members[s->n_members - 1] : &s->members[kind];
}

static void
put_line(const struct ev_share *s, const struct ev_share_member *m, struct ev_buf *out)
{
	char name[EV_SHARE_NAME_SIZE];

	ev_share_name(s, m, name);
	ev_bag_line_put(out, &m->hash, ev_slice_text(name));
}

static void
make_manifest(struct ev_share *s)
{
	size_t i;

	for (i = 0; i < s->n_members; i++)
		if (s->members[i].kind == EV_SHARE_DATA)
			put_line(s, &s->members[i], &s->manifest);
}

static void
make_tagmanifest(struct ev_share *s)
{
	const struct ev_share_member *m;
	size_t i;

	ev_buf_clear(&s->tagmanifest);
	for (i = 0; i < s->n_members; i++) {
		m = &s->members[i];
		if (m->kind != EV_SHARE_DATA && m->kind != EV_SHARE_NOTE &&
		    m->kind != EV_SHARE_TAGMANIFEST)
			put_line(s, m, &s->tagmanifest);
	}
}

static enum evault_status
make_note(struct ev_share *s, struct evault_error *err)
{
	struct ev_share_note note = {
		.time = s->time, .size = s->size, .root = s->root, .items = s->n
	};
	const struct ev_keyring *keys = s->v->keys;
	struct ev_buf text = EV_BUF_INIT;
	enum evault_status rc;

	memcpy(note.origin, s->v->note.origin, sizeof(note.origin));
	memcpy(note.to, s->summary->to, sizeof(note.to));
	note.tagmanifest = member_of(s, EV_SHARE_TAGMANIFEST)->hash;
	ev_share_note_text(&note, &text);
	rc = ev_buf_ask(&text, err);
	ev_buf_clear(&s->note);
	ev_note_begin(&s->note, ev_slice_of(text.data, text.len));
	if (rc == EVAULT_OK)
		rc = ev_note_sign(&s->note, ev_slice_of(text.data, text.len), &keys->actor,
				  &keys->slot->actor, err);
	ev_buf_release(&text);
	return rc;
}

/* As many zeros as make the tar a Padmé size (G1). */
static uint64_t
padding_of(const struct ev_share *s)
{
	uint64_t rest = EV_TAR_END + EV_TAR_BLOCK, size;
	size_t i;

	for (i = 0; i < s->n_members; i++)
		if (s->members[i].kind != EV_SHARE_PADDING)
			rest += ev_archive_member_size(s->members[i].size);
	size = ev_frame_padded(rest) - rest;
	if (size <= EV_TAR_SIZE_MAX)
		return size;
	rest += ev_archive_member_size(size) - ev_tar_member_size(size);
	return ev_frame_padded(rest) - rest;
}

static enum evault_status
finish_hashes(struct ev_share *s, struct hashing *h, struct evault_error *err)
{
	enum evault_status rc;

	make_manifest(s);
	rc = hash_member(s, h, member_of(s, EV_SHARE_MANIFEST), err);
	/* What is not known yet has its size: hashes and signatures are of one length. */
	make_tagmanifest(s);
	member_of(s, EV_SHARE_TAGMANIFEST)->size = s->tagmanifest.len;
	if (rc == EVAULT_OK)
		rc = make_note(s, err);
	member_of(s, EV_SHARE_NOTE)->size = s->note.len;
	member_of(s, EV_SHARE_PADDING)->size = padding_of(s);
	if (rc == EVAULT_OK)
		rc = hash_member(s, h, member_of(s, EV_SHARE_PADDING), err);
	make_tagmanifest(s);
	if (rc == EVAULT_OK)
		rc = hash_member(s, h, member_of(s, EV_SHARE_TAGMANIFEST), err);
	if (rc == EVAULT_OK)
		rc = make_note(s, err);
	return rc == EVAULT_OK ? hash_member(s, h, member_of(s, EV_SHARE_NOTE), err) : rc;
}

static bool
comes_late(enum ev_share_kind kind)
{
	return kind == EV_SHARE_MANIFEST || kind == EV_SHARE_TAGMANIFEST || kind == EV_SHARE_NOTE ||
	       kind == EV_SHARE_PADDING;
}

/* Somebody who waits shall see that it goes on, and can stop it. */
static enum evault_status
go_on(struct ev_share *s, struct evault_error *err)
{
	if (s->how->progress != NULL && s->how->progress(s->how->ctx, &s->progress))
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	return EVAULT_OK;
}

enum evault_status
ev_share_measure(struct ev_share *s, struct evault_error *err)
{
	struct hashing h = { ev_hasher_new(), 0 };
	enum evault_status rc = h.hasher == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	size_t i;

	for (i = 0; i < s->n_members && rc == EVAULT_OK; i++) {
		if (!comes_late(s->members[i].kind))
			rc = hash_member(s, &h, &s->members[i], err);
		if (rc == EVAULT_OK)
			rc = go_on(s, err);
	}
	if (rc == EVAULT_OK)
		rc = finish_hashes(s, &h, err);
	ev_hasher_free(h.hasher);
	return rc;
}

/* ---- writing ----------------------------------------------------------------------------- */

struct writing {
	struct ev_share *s;
	struct ev_share_out *out;
	struct ev_hasher *hasher;
	uint64_t left; /* of the member */
	bool data;     /* it is an original */
};

static enum evault_status
write_piece(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct writing *w = ctx;
	enum evault_status rc;

	if (len > w->left)
		return ev_fail(err, EVAULT_E_DAMAGED, "has more bytes than were kept");
	w->left -= len;
	ev_hasher_update(w->hasher, data, len);
	rc = ev_share_out_data(w->out, data, len, err);
	if (rc != EVAULT_OK || !w->data)
		return rc;
	w->s->progress.bytes_done += len;
	return go_on(w->s, err);
}

static enum evault_status
write_member(struct writing *w, const struct ev_share_member *m, struct evault_error *err)
{
	struct ev_sink out = { write_piece, w };
	char name[EV_SHARE_NAME_SIZE];
	struct ev_hash found;
	enum evault_status rc;

	ev_share_name(w->s, m, name);
	w->left = m->size;
	w->data = m->kind == EV_SHARE_DATA;
	rc = ev_share_out_member(w->out, name, m->size, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_share_give(w->s, m, out, err);
	ev_hasher_final(w->hasher, &found);
	if (rc == EVAULT_OK && (w->left != 0 || !ev_hash_equal(&found, &m->hash)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	if (rc == EVAULT_E_DAMAGED)
		rc = ev_error_prefix(err, rc, name);
	if (rc == EVAULT_OK)
		rc = ev_share_out_member_end(w->out, err);
	w->s->progress.files_done += rc == EVAULT_OK && w->data;
	return rc;
}

enum evault_status
ev_share_write(struct ev_share *s, struct ev_share_out *out, struct evault_error *err)
{
	struct writing w = { .s = s, .out = out, .hasher = ev_hasher_new() };
	enum evault_status rc = w.hasher == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	size_t i;

	for (i = 0; i < s->n_members && rc == EVAULT_OK; i++)
		rc = write_member(&w, &s->members[i], err);
	ev_hasher_free(w.hasher);
	return rc == EVAULT_OK ? ev_share_out_finish(out, &s->summary->volumes, err) : rc;
}
