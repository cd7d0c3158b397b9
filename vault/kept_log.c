/*
 * The log of another vault, as it was kept when that was received: read as a
 * stream, by the rules that hold for the log of a vault on disk.
 */
#include <stdlib.h>
#include <string.h>

#include "format/tar.h"
#include "receive.h"

enum {
	CHECKPOINT_MAX = 4096, /* bytes of the member log/checkpoint */
	ENTRY_MAX = 2 + 65535, /* bytes of an entry in a bundle */
};

enum member {
	MEMBER_VAULT,
	MEMBER_HEAD,
	MEMBER_BUNDLE,
};

struct reading {
	const struct ev_kept_log *log;
	enum member next, at; /* the member that must come, and the one that is being read */
	struct ev_buf body;   /* of a note; or what is not yet a whole entry */
	struct ev_buf vault_note, head_note;
	struct ev_vault_note vault;
	struct ev_checkpoint head;
	struct ev_authority authority;
	struct ev_merkle tree;
	struct ev_entry *entry;
	unsigned left; /* entries of the bundle still to come */
	struct ev_hasher *hasher;
	struct ev_tar_reader tar;
	bool wrong; /* it is not what a kept log is: no matter of the bytes being damaged */
};

static enum evault_status
wrong(struct reading *r, struct evault_error *err, const char *what)
{
	r->wrong = true;
	return ev_fail(err, EVAULT_E_DAMAGED, "%s", what);
}

/* ---- the notes -------------------------------------------------------------------- */

static enum evault_status
end_vault(struct reading *r, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&r->log->origin, hex);
	if (ev_vault_note_open(ev_slice_of(r->body.data, r->body.len), &r->vault, NULL) !=
		EVAULT_OK ||
	    strcmp(r->vault.origin + strlen("evault/"), hex) != 0)
		return wrong(r, err, _("its vault note is not that of the vault it is from"));
	ev_authority_release(&r->authority);
	ev_authority_init(&r->authority, &r->vault);
	r->authority.partial = r->log->keys;
	ev_buf_add(&r->vault_note, r->body.data, r->body.len);
	return ev_buf_ask(&r->vault_note, err);
}

/* Its signature is compared when the log's keys are known. */
static enum evault_status
end_head(struct reading *r, struct evault_error *err)
{
	struct ev_note note;

	if (ev_note_parse(ev_slice_of(r->body.data, r->body.len), &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &r->head, NULL) != EVAULT_OK ||
	    strcmp(r->head.origin, r->vault.origin) != 0 || r->head.size != r->log->size ||
	    !ev_hash_equal(&r->head.root, &r->log->root))
		return wrong(r, err, _("its checkpoint is not that of the tree in the record"));
	ev_buf_add(&r->head_note, r->body.data, r->body.len);
	return ev_buf_ask(&r->head_note, err);
}

/* ---- entries ----------------------------------------------------------------------- */

static void
compare_pasts(const struct reading *r)
{
	struct ev_log_past *past;
	struct ev_hash root;
	size_t i;

	for (i = 0; i < r->log->n_pasts; i++) {
		past = &r->log->pasts[i];
		if (past->size != r->tree.size)
			continue;
		ev_merkle_root(&r->tree, &root);
		past->reached = true;
		past->agrees = ev_hash_equal(&root, &past->root);
	}
}

/* Is it signed by somebody who might, as far as that is asked? */
static enum evault_status
judge_entry(struct reading *r, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	enum evault_status rc;
	struct ev_hash root;

	if (r->log->skim || (r->log->keys && !ev_entry_changes_keys(r->entry)))
		return EVAULT_OK;
	ev_merkle_root(&r->tree, &root);
	if (r->log->keys)
		ev_authority_skip(&r->authority, r->tree.size);
	rc = ev_authority_take(&r->authority, r->entry, &root, &strict, NULL, err);
	r->wrong = r->wrong || rc == EVAULT_E_DAMAGED;
	return rc;
}

static enum evault_status
take_entry(struct reading *r, struct ev_slice bytes, struct evault_error *err)
{
	uint64_t index = r->tree.size;
	enum evault_status rc;
	struct ev_hash leaf;

	if (r->left-- == 0 || ev_entry_parse(bytes, r->entry, NULL) != EVAULT_OK)
		return wrong(r, err, _("has bytes where an entry should be"));
	rc = judge_entry(r, err);
	if (rc == EVAULT_OK && r->log->bytes != NULL)
		rc = r->log->bytes(r->log->ctx, index, bytes, r->entry, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_merkle_leaf(bytes.data, bytes.len, &leaf);
	ev_merkle_append(&r->tree, &leaf);
	compare_pasts(r);
	return r->entry->is_record && r->log->entry != NULL
		   ? r->log->entry(r->log->ctx, index, r->entry, err)
		   : EVAULT_OK;
}

/* Takes the entries that are whole; the beginning of the next one stays. */
static enum evault_status
take_entries(struct reading *r, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(r->body.data, r->body.len), next;
	struct ev_slice entry;
	enum evault_status rc = EVAULT_OK;
	size_t used;

	while (rc == EVAULT_OK) {
		next = c;
		entry = ev_tile_entry_next(&next);
		if (next.bad)
			break;
		c = next;
		rc = take_entry(r, entry, err);
	}
	used = r->body.len - c.left;
	memmove(r->body.data, r->body.data + used, c.left);
	r->body.len = c.left;
	return rc;
}

static enum evault_status
end_bundle(struct reading *r, struct evault_error *err)
{
	return r->left == 0 && r->body.len == 0
		   ? EVAULT_OK
		   : wrong(r, err, _("has fewer entries than its checkpoint says"));
}

/* ---- members ------------------------------------------------------------------------ */

static enum evault_status
begin_bundle(struct reading *r, struct ev_slice name, struct evault_error *err)
{
	char path[4 + EV_TILE_PATH_SIZE] = "log/";
	uint64_t n = r->tree.size / EV_TILE_WIDTH;

	r->left = ev_tile_width(0, n, r->head.size);
	ev_tile_path(EV_TILE_ENTRIES, n, r->left, path + 4);
	if (r->left == 0 || r->tree.size % EV_TILE_WIDTH != 0 || !ev_slice_is(name, path))
		return wrong(r, err, _("has a file that a kept log does not have there"));
	return EVAULT_OK;
}

static enum evault_status
begin_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	     struct evault_error *err)
{
	static const struct {
		const char *name;
		uint64_t size;
	} notes[] = {
		[MEMBER_VAULT] = { "vault", EV_VAULT_NOTE_MAX },
		[MEMBER_HEAD] = { "log/checkpoint", CHECKPOINT_MAX },
	};
	struct reading *r = ctx;

	(void)offset;
	ev_buf_clear(&r->body);
	r->at = r->next;
	if (r->at == MEMBER_BUNDLE)
		return begin_bundle(r, name, err);
	if (!ev_slice_is(name, notes[r->at].name) || size > notes[r->at].size)
		return wrong(r, err, _("does not begin as a kept log does"));
	r->next++;
	return EVAULT_OK;
}

static enum evault_status
member_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t n;

	while (len > 0 && rc == EVAULT_OK) {
		n = len < ENTRY_MAX ? len : ENTRY_MAX;
		ev_buf_add(&r->body, data, n);
		rc = ev_buf_ask(&r->body, err);
		if (rc == EVAULT_OK && r->at == MEMBER_BUNDLE)
			rc = take_entries(r, err);
		data += n;
		len -= n;
	}
	return rc;
}

static enum evault_status
end_member(void *ctx, struct evault_error *err)
{
	struct reading *r = ctx;

	switch (r->at) {
	case MEMBER_VAULT:
		return end_vault(r, err);
	case MEMBER_HEAD:
		return end_head(r, err);
	case MEMBER_BUNDLE:
		return end_bundle(r, err);
	}
	return EVAULT_OK;
}

/* ---- the whole ---------------------------------------------------------------------- */

static enum evault_status
take_bytes(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;
	enum evault_status rc;

	ev_hasher_update(r->hasher, data, len);
	rc = ev_tar_reader_update(&r->tar, data, len, err);
	return rc == EVAULT_E_FORMAT ? wrong(r, err, _("is no tar as a kept log is")) : rc;
}

static enum evault_status
finish(struct reading *r, struct evault_error *err)
{
	struct ev_checkpoint head;
	struct ev_hash root;

	if (ev_tar_reader_finish(&r->tar, NULL) != EVAULT_OK || r->next != MEMBER_BUNDLE ||
	    r->tree.size != r->head.size)
		return wrong(r, err, _("ends before its last entry"));
	ev_merkle_root(&r->tree, &root);
	if (!ev_hash_equal(&root, &r->head.root))
		return wrong(r, err, _("has entries that do not add up to the signed root"));
	if (!r->log->skim &&
	    ev_checkpoint_open(ev_slice_of(r->head_note.data, r->head_note.len),
			       &r->authority.log_key, false, &head, NULL) != EVAULT_OK)
		return wrong(r, err, _("has a checkpoint that is not signed by that log's key"));
	if (r->log->whole == NULL)
		return EVAULT_OK;
	return r->log->whole(r->log->ctx, &r->authority,
			     ev_slice_of(r->vault_note.data, r->vault_note.len),
			     ev_slice_of(r->head_note.data, r->head_note.len), err);
}

static enum evault_status
read_copy(struct reading *r, struct evault *v, const struct ev_hash *sha256, unsigned copy,
	  struct evault_error *err)
{
	struct ev_tar_events events = { begin_member, member_data, end_member, r };
	struct ev_sink out = { take_bytes, r };
	struct ev_hash found;
	enum evault_status rc;

	r->next = MEMBER_VAULT;
	r->left = 0;
	r->wrong = false;
	ev_buf_clear(&r->vault_note);
	ev_buf_clear(&r->head_note);
	ev_merkle_init(&r->tree);
	ev_tar_reader_init(&r->tar, events);
	ev_hasher_final(r->hasher, &found);
	rc = ev_vault_object(v, sha256, copy, out, err);
	ev_hasher_final(r->hasher, &found);
	if (rc == EVAULT_OK && !ev_hash_equal(&found, sha256))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	return rc == EVAULT_OK ? finish(r, err) : rc;
}

enum evault_status
ev_kept_log_read(struct evault *v, const struct ev_kept_log *log, const struct ev_hash *sha256,
		 struct evault_error *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_E_NOT_FOUND;
	unsigned copy;

	if (r == NULL)
		return ev_fail_nomem(err);
	r->log = log;
	r->hasher = ev_hasher_new();
	r->entry = malloc(sizeof(*r->entry));
	if (r->hasher == NULL || r->entry == NULL)
		rc = ev_fail_nomem(&why);
	for (copy = 0; rc == EVAULT_E_NOT_FOUND || (rc == EVAULT_E_DAMAGED && !r->wrong); copy++) {
		rc = read_copy(r, v, sha256, copy, &why);
		if (rc == EVAULT_E_NOT_FOUND)
			break;
	}
	/* Bytes that are damaged say nothing of the log. */
	if (rc == EVAULT_E_NOT_FOUND)
		(void)ev_fail(err, rc, "its original is missing or damaged");
	else if (rc != EVAULT_OK && err != NULL)
		*err = why;
	ev_authority_release(&r->authority);
	ev_buf_release(&r->body);
	ev_buf_release(&r->vault_note);
	ev_buf_release(&r->head_note);
	ev_hasher_free(r->hasher);
	free(r->entry);
	free(r);
	return rc;
}
