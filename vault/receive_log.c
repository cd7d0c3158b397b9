/*
 * The other vault's log: does it go on from what was received before?  And
 * its vault note, checkpoint and entries, kept as one tar (FORMAT.md, Record).
 */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "format/tar.h"
#include "receive.h"

/* ---- the past ------------------------------------------------------------------- */

/* Do both logs have the same first `size` entries? */
static enum evault_status
same_until(struct ev_receiving *r, uint64_t size, bool *same, struct evault_error *err)
{
	struct ev_hash here, there;
	enum evault_status rc;

	rc = ev_merkle_root_at(ev_log_fetch(r->v->log), size, &here, err);
	if (rc == EVAULT_OK)
		rc = ev_merkle_root_at(ev_log_fetch(r->from->log), size, &there, err);
	*same = rc == EVAULT_OK && ev_hash_equal(&here, &there);
	return rc;
}

enum evault_status
ev_receive_compare(struct ev_receiving *r, struct evault_error *err)
{
	uint64_t here = ev_log_head(r->v->log)->size, there = ev_log_head(r->from->log)->size;
	uint64_t low = 0, high = here < there ? here : there, middle;
	enum evault_status rc;
	bool same;

	rc = same_until(r, high, &same, err);
	if (rc == EVAULT_OK && same && there > here)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s: is this vault, %llu entries further: use it in this one's "
			       "place, it has all that is here",
			       r->from->shown, (unsigned long long)(there - here));
	if (rc != EVAULT_OK || same)
		return rc;
	/* Of the first `low` entries it is so, of the first `high` not. */
	while (rc == EVAULT_OK && high - low > 1) {
		middle = low + (high - low) / 2;
		rc = same_until(r, middle, &same, err);
		if (same)
			low = middle;
		else
			high = middle;
	}
	r->summary->forked = true;
	r->summary->common = low;
	return rc;
}

static enum evault_status
check_one(struct ev_receiving *r, const struct ev_catalog_receive *past, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(r->from->log);
	char here[EVAULT_CITATION_SIZE];
	bool goes_on = false;
	enum evault_status rc;

	ev_vault_cite(r->v, past->index, here);
	if (head->size < past->size)
		return ev_fail(
		    err, EVAULT_E_DAMAGED,
		    "%s: has %llu entries, and %s had %llu of them when %s was written: "
		    "this is an older copy, or its log was cut back; nothing was received",
		    r->from->shown, (unsigned long long)head->size, r->from->note.origin,
		    (unsigned long long)past->size, here);
	rc = ev_log_goes_on(r->from->log, past->size, &past->root, &goes_on, err);
	if (rc != EVAULT_OK || goes_on)
		return rc;
	return ev_fail(err, EVAULT_E_DAMAGED,
		       "%s: its first %llu entries are not those of %s that were received before "
		       "(%s): one of the two is a fork, and its past was rewritten; nothing was "
		       "received",
		       r->from->shown, (unsigned long long)past->size, r->from->note.origin, here);
}

enum evault_status
ev_receive_check_past(struct ev_receiving *r, bool *same, struct evault_error *err)
{
	uint64_t size = ev_log_head(r->from->log)->size;
	struct ev_catalog_receive past;
	enum evault_status rc = EVAULT_OK;
	int64_t after = -1;

	*same = false;
	while (rc == EVAULT_OK) {
		rc = ev_vault_next_receive(r->v, &r->origin, after, &past, err);
		/* Of a copy it is known that it may have another past: whoever received it said so.
		 */
		if (rc == EVAULT_OK && !past.twin && !ev_hash_equal(&r->origin, &r->own))
			rc = check_one(r, &past, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)past.index;
		/* What another vault kept of it vouches for what came through that one. */
		*same = *same || (!past.received && !past.bundle && past.size == size &&
				  ev_hash_equal(&past.root, &ev_log_head(r->from->log)->root));
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* ---- the tar ----------------------------------------------------------------------- */

static enum evault_status
put(struct ev_receiving *r, const void *data, size_t len, struct evault_error *err)
{
	struct ev_sink out = ev_incoming_sink(&r->in);

	return out.write(out.ctx, data, len, err);
}

static enum evault_status
put_member(struct ev_receiving *r, const char *name, struct ev_slice body, struct evault_error *err)
{
	static const uint8_t zeros[EV_TAR_BLOCK];
	uint8_t header[EV_TAR_BLOCK];
	enum evault_status rc;

	if (!ev_tar_header(header, ev_slice_text(name), body.len))
		return ev_fail(err, EVAULT_E_LIMIT, "%s: too long for its log to be kept", name);
	rc = put(r, header, sizeof(header), err);
	if (rc == EVAULT_OK)
		rc = put(r, body.data, body.len, err);
	return rc == EVAULT_OK ? put(r, zeros, ev_tar_padding(body.len), err) : rc;
}

static enum evault_status
put_vault(struct ev_receiving *r, struct ev_buf *scratch, struct evault_error *err)
{
	enum evault_status rc = ev_os_load(r->from->dir, "vault", EV_VAULT_NOTE_MAX, scratch, err);

	if (rc == EVAULT_OK)
		rc = put_member(r, "vault", ev_slice_of(scratch->data, scratch->len), err);
	return rc == EVAULT_OK
		   ? put_member(r, "log/checkpoint", ev_log_head_note(r->from->log), err)
		   : rc;
}

/* Another writer may have put other bytes there since the log was read. */
static enum evault_status
grow_tree(struct ev_merkle *tree, struct ev_slice bundle, unsigned width, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(bundle.data, bundle.len);
	struct ev_slice entry;
	struct ev_hash leaf;
	unsigned i;

	for (i = 0; i < width; i++) {
		entry = ev_tile_entry_next(&c);
		ev_merkle_leaf(entry.data, entry.len, &leaf);
		ev_merkle_append(tree, &leaf);
	}
	return ev_cursor_done(&c)
		   ? EVAULT_OK
		   : ev_fail(err, EVAULT_E_DAMAGED, "a bundle of its log is garbled");
}

static enum evault_status
put_entries(struct ev_receiving *r, struct ev_buf *scratch, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(r->from->log);
	char path[4 + EV_TILE_PATH_SIZE] = "log/";
	enum evault_status rc = EVAULT_OK;
	struct ev_merkle tree;
	struct ev_hash root;
	unsigned width;
	uint64_t n;

	ev_merkle_init(&tree);
	for (n = 0; rc == EVAULT_OK && (width = ev_tile_width(0, n, head->size)) > 0; n++) {
		ev_buf_clear(scratch);
		ev_tile_path(EV_TILE_ENTRIES, n, width, path + 4);
		rc = ev_log_bundle(r->from->log, n, scratch, err);
		if (rc == EVAULT_OK)
			rc = grow_tree(&tree, ev_slice_of(scratch->data, scratch->len), width, err);
		if (rc == EVAULT_OK)
			rc = put_member(r, path, ev_slice_of(scratch->data, scratch->len), err);
	}
	ev_merkle_root(&tree, &root);
	if (rc == EVAULT_OK && !ev_hash_equal(&root, &head->root))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its log changed while it was read");
	return rc;
}

static enum evault_status
put_tar(struct ev_receiving *r, struct ev_hash *sha256, struct evault_error *err)
{
	static const uint8_t end[EV_TAR_END];
	struct ev_buf scratch = EV_BUF_INIT;
	enum evault_status rc;

	ev_incoming_begin(&r->in);
	rc = put_vault(r, &scratch, err);
	if (rc == EVAULT_OK)
		rc = put_entries(r, &scratch, err);
	if (rc == EVAULT_OK)
		rc = put(r, end, sizeof(end), err);
	if (rc == EVAULT_OK)
		rc = ev_incoming_end(&r->in, NULL, sha256, err);
	ev_buf_release(&scratch);
	return rc;
}

/* ---- its record ---------------------------------------------------------------------- */

static enum evault_status
describe(const struct ev_receiving *r, const struct ev_hash *sha256, struct ev_record *record,
	 struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(r->from->log);
	const char *origin = r->from->note.origin;
	char tree[24 + EVAULT_HEX_SIZE], hex[EVAULT_HEX_SIZE], name[20], size[24];
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "from", origin }, { "tree", tree },  { "name", name },
		{ "size", size },   { "sha256", hex }, { "media-type", "application/x-tar" },
	};
	enum evault_status rc = ev_commit_begin_record(r->v, "receive", record, err);
	size_t i;

	ev_hash_hex(&head->root, hex);
	snprintf(tree, sizeof(tree), "%llu %s", (unsigned long long)head->size, hex);
	snprintf(name, sizeof(name), "%.6s-log.tar", origin + strlen("evault/"));
	snprintf(size, sizeof(size), "%llu", (unsigned long long)r->in.size);
	ev_hash_hex(sha256, hex);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]) && rc == EVAULT_OK; i++)
		rc = ev_record_add_text(record, fields[i].name, fields[i].value, err);
	return rc;
}

enum evault_status
ev_receive_log(struct ev_receiving *r, struct evault_error *err)
{
	struct ev_record record;
	struct ev_hash sha256;
	bool fresh;
	enum evault_status rc = put_tar(r, &sha256, err);

	ev_record_init(&record);
	if (rc == EVAULT_OK)
		rc = ev_set_add(&r->objects, &sha256, &fresh, err);
	if (rc == EVAULT_OK)
		rc = describe(r, &sha256, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&r->commit, &record, &r->summary->index, err);
	ev_record_release(&record);
	return rc;
}
