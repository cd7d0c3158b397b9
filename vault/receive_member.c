/*
 * The members of a bundle that was verified, on their way into the vault:
 * originals as objects, statements after the files (they are never in one
 * pack), and what proves them as one tar, in the order in which it came.
 */
#include <stdlib.h>
#include <string.h>

#include "format/archive.h"
#include "receive.h"
#include "verify.h"

enum {
	RECORDS_MAX = 128 << 20 /* bytes of records, which wait for their originals */
};

bool
ev_receive_is_good(const struct ev_receiving_bundle *rb, uint32_t item)
{
	const struct ev_verify_item *i = &rb->b->items[item];

	return ev_verify_item_stands(i) &&
	       (i->file == EV_NO_MEMBER || (i->has_file && i->file_good));
}

bool
ev_receive_is_wanted(const struct ev_receiving_bundle *rb, uint32_t item)
{
	const struct ev_verify_item *i = &rb->b->items[item];

	return ev_receive_is_good(rb, item) && (i->has_file || i->about);
}

/* ---- what a member is for ----------------------------------------------------------- */

/* Is it one that says who may sign, or what is listed? */
static bool
is_for_all(enum ev_verify_kind kind)
{
	switch (kind) {
	case EV_BUNDLE_TAG_MANIFEST:
	case EV_BUNDLE_SHARE_NOTE:
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_KEY_PROOF:
	case EV_BUNDLE_SOURCE_VAULT:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
		return true;
	default:
		return false;
	}
}

/* What proves the items.  What a later evault may list is nothing that this one can judge. */
static bool
proves(const struct ev_verify_member *m, enum ev_verify_kind kind)
{
	if (kind == EV_BUNDLE_TAG_MANIFEST || kind == EV_BUNDLE_SHARE_NOTE)
		return true;
	return m->listed > 0 && kind != EV_BUNDLE_DATA && kind != EV_BUNDLE_PADDING &&
	       kind != EV_BUNDLE_OTHER;
}

bool
ev_receive_proofs_stand(const struct ev_receiving_bundle *rb)
{
	const struct ev_verify_members *members = &rb->b->members;
	const struct ev_verify_member *m;
	struct ev_verify_place place;
	enum ev_verify_kind kind;
	struct ev_slice name;
	uint32_t i;

	for (i = 0; i < members->n; i++) {
		m = &members->list[i];
		name = ev_slice_text(ev_verify_members_name(members, i));
		kind = ev_verify_kind_of(name, &place);
		if (m->found && is_for_all(kind) && (m->differs || !proves(m, kind)))
			return false;
	}
	return rb->b->has_tag_manifest &&
	       ev_hash_equal(&rb->b->tag_manifest, &rb->b->share.tagmanifest);
}

/* The original is of the turn, and not here. */
static enum evault_status
choose_original(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	bool statement = rb->items[rb->item].state == EV_RECEIVE_STATEMENT, known = false;
	const struct ev_verify_item *item = &rb->b->items[rb->item];
	struct ev_set *done = statement ? &rb->r.statements : &rb->r.objects;
	enum evault_status rc = EVAULT_OK;

	if (statement != (rb->turn == EV_RECEIVE_STATEMENT) || rb->r.what->dry_run ||
	    !ev_receive_is_wanted(rb, rb->item) || rb->items[rb->item].is_here)
		return EVAULT_OK;
	known = ev_set_has(done, &item->sha256);
	if (!known && !statement)
		rc = ev_vault_has_object(rb->r.v, &item->sha256, &known, err);
	if (rc == EVAULT_OK && known)
		rb->r.summary->deduplicated += item->size;
	rb->to_object = rc == EVAULT_OK && !known;
	if (rb->to_object)
		ev_incoming_begin(&rb->r.in);
	return rc;
}

static enum evault_status
begin_tar_member(struct ev_receiving_bundle *rb, struct ev_slice name, struct evault_error *err)
{
	struct ev_sink out = ev_incoming_sink(&rb->tar);
	struct ev_buf header = EV_BUF_INIT;
	enum evault_status rc = ev_archive_header(&header, name, rb->left, err);

	if (rc == EVAULT_OK)
		rc = out.write(out.ctx, header.data, header.len, err);
	ev_buf_release(&header);
	return rc;
}

static enum evault_status
changed(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_CHANGED, "the bundle changed while it was read");
}

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct ev_receiving_bundle *rb = ctx;
	const struct ev_verify_member *m;
	enum ev_verify_kind kind;
	struct ev_hash ignored;
	struct ev_verify_place place;
	enum evault_status rc;

	(void)offset;
	rb->to_tar = rb->to_record = rb->to_object = false;
	rb->skip = true;
	rc = ev_verify_members_get(&rb->b->members, name, &rb->member, err);
	if (rc != EVAULT_OK || rb->member == EV_NO_MEMBER)
		return rc;
	/* A second one of that name, in whatever spelling, was found to be wrong. */
	m = &rb->b->members.list[rb->member];
	if (!m->found || m->differs)
		return EVAULT_OK;
	if (rb->came[rb->member])
		return changed(err);
	rb->came[rb->member] = true;
	rb->skip = false;
	rb->left = size;
	ev_hasher_final(rb->hasher, &ignored);
	kind = ev_verify_kind_of(name, &place);
	if (kind == EV_BUNDLE_RECORD || kind == EV_BUNDLE_DATA) {
		if (ev_verify_item(rb->b, place.number, &rb->item, err) != EVAULT_OK)
			return EVAULT_E_NOMEM;
		rb->to_record = kind == EV_BUNDLE_RECORD && rb->turn == EV_RECEIVE_FILE &&
				ev_receive_is_wanted(rb, rb->item);
	}
	if (kind == EV_BUNDLE_DATA)
		return choose_original(rb, err);
	rb->to_tar = rb->keeps && rb->turn == EV_RECEIVE_FILE && proves(m, kind);
	return rb->to_tar ? begin_tar_member(rb, name, err) : EVAULT_OK;
}

/* ---- its bytes ------------------------------------------------------------------------ */

static enum evault_status
add_record(struct ev_receiving_bundle *rb, const uint8_t *data, size_t len,
	   struct evault_error *err)
{
	struct ev_buf *record = &rb->items[rb->item].record;
	enum evault_status rc;

	rb->record_bytes += len;
	if (rb->record_bytes > RECORDS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the bundle has more than %d MiB of records, which is more than can "
			       "be received at once",
			       RECORDS_MAX >> 20);
	rc = ev_verify_hold(&rb->b->held, len, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_buf_add(record, data, len);
	return ev_buf_ask(record, err);
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_receiving_bundle *rb = ctx;
	struct ev_sink tar = ev_incoming_sink(&rb->tar), object = ev_incoming_sink(&rb->r.in);
	enum evault_status rc = EVAULT_OK;

	if (ev_receive_tick(&rb->r, len))
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	if (rb->skip)
		return EVAULT_OK;
	rb->left -= len;
	if (!rb->to_object) /* which hashes for itself */
		ev_hasher_update(rb->hasher, data, len);
	if (rb->to_tar)
		rc = tar.write(tar.ctx, data, len, err);
	if (rc == EVAULT_OK && rb->to_record)
		rc = add_record(rb, data, len, err);
	if (rc == EVAULT_OK && rb->to_object)
		rc = object.write(object.ctx, data, len, err);
	return rc;
}

static enum evault_status
end_object(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	const struct ev_verify_item *item = &rb->b->items[rb->item];
	bool statement = rb->turn == EV_RECEIVE_STATEMENT, fresh;
	struct ev_hash found;
	enum evault_status rc = ev_incoming_end(&rb->r.in, &item->sha256, &found, err);

	if (rc == EVAULT_E_DAMAGED)
		return changed(err);
	if (rc == EVAULT_OK)
		rc = ev_set_add(statement ? &rb->r.statements : &rb->r.objects, &item->sha256,
				&fresh, err);
	rb->r.bytes += item->size;
	rb->r.progress.files_done++;
	/* Objects that no record names yet are found again if this run is cut short. */
	return rc == EVAULT_OK ? ev_receive_commit(&rb->r, true, err) : rc;
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	static const uint8_t zeros[EV_TAR_BLOCK];
	struct ev_receiving_bundle *rb = ctx;
	struct ev_sink tar = ev_incoming_sink(&rb->tar);
	struct ev_hash found;

	if (rb->skip)
		return EVAULT_OK;
	if (rb->to_object)
		return end_object(rb, err);
	ev_hasher_final(rb->hasher, &found);
	if (!ev_hash_equal(&found, &rb->b->members.list[rb->member].hash))
		return changed(err);
	/* What the header says came: the archive's reader sees to it. */
	return rb->to_tar ? tar.write(tar.ctx, zeros, ev_tar_padding(rb->tar.size), err)
			  : EVAULT_OK;
}

/* ---- all of them ----------------------------------------------------------------------- */

static enum evault_status
read_turn(struct ev_receiving_bundle *rb, enum ev_receive_state turn, struct evault_error *err)
{
	struct ev_tar_events events = { on_member, on_data, on_end, rb };
	const struct ev_verify_members *members = &rb->b->members;
	enum evault_status rc;
	uint32_t i;

	rb->turn = turn;
	memset(rb->came, 0, members->n);
	rc = ev_verify_again(rb->b, events, err);
	for (i = 0; i < members->n && rc == EVAULT_OK; i++)
		if (members->list[i].found && !members->list[i].differs && !rb->came[i])
			rc = changed(err);
	return rc;
}

static bool
has_statements(const struct ev_receiving_bundle *rb)
{
	uint32_t i;

	for (i = 0; i < rb->b->n_items; i++)
		if (rb->items[i].state == EV_RECEIVE_STATEMENT && ev_receive_is_wanted(rb, i))
			return true;
	return false;
}

static enum evault_status
end_tar(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	static const uint8_t end[EV_TAR_END];
	struct ev_sink out = ev_incoming_sink(&rb->tar);
	enum evault_status rc = out.write(out.ctx, end, sizeof(end), err);

	return rc == EVAULT_OK ? ev_incoming_end(&rb->tar, NULL, &rb->tar_hash, err) : rc;
}

enum evault_status
ev_receive_members(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	bool stages = !rb->r.what->dry_run;
	enum evault_status rc;

	rb->hasher = ev_hasher_new();
	rb->came = calloc(rb->b->members.n + 1, 1);
	rc = rb->hasher == NULL || rb->came == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = read_turn(rb, EV_RECEIVE_FILE, err);
	if (rc == EVAULT_OK && rb->keeps)
		rc = end_tar(rb, err);
	if (rc == EVAULT_OK && stages && has_statements(rb)) {
		rc = ev_commit_close_pack(&rb->r.commit, err);
		if (rc == EVAULT_OK)
			rc = read_turn(rb, EV_RECEIVE_STATEMENT, err);
		if (rc == EVAULT_OK)
			rc = ev_commit_close_pack(&rb->r.commit, err);
	}
	ev_hasher_free(rb->hasher);
	free(rb->came);
	rb->hasher = NULL;
	rb->came = NULL;
	return rc;
}
