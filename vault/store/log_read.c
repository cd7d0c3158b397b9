/*
 * Opening the log: which head counts; log_walk.c says whether everything
 * below it holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/log_private.h"

/* ---- heads ----------------------------------------------------------------- */

struct candidate {
	bool there;  /* the file exists */
	bool parsed; /* it is a checkpoint of this origin */
	bool signed_by_log;
	bool claimed; /* signed by a key that an entry names, and perhaps may not */
	struct ev_buf bytes;
	struct ev_checkpoint c;
};

/*
 * Is it signed by the first log key, or by one that took its place?  Of what
 * the entries on disk say of that, the signature by the key before is all
 * that is looked at here; whether the key was the log's at that size, the
 * walk says in the end.
 */
static enum evault_status
find_signer(int dir, const struct ev_vault_note *vault, struct candidate *out,
	    struct evault_error *err)
{
	struct ev_slice bytes = ev_slice_of(out->bytes.data, out->bytes.len);
	struct ev_log_keys keys = { .chained = vault->log, .named = vault->log };
	struct ev_checkpoint c;
	enum evault_status rc = EVAULT_OK;

	out->signed_by_log = ev_checkpoint_open(bytes, &vault->log, false, &c, NULL) == EVAULT_OK;
	if (out->signed_by_log)
		return EVAULT_OK;
	rc = ev_log_find_keys(dir, vault->origin, out->c.size, &keys, err);
	out->signed_by_log = ev_checkpoint_open(bytes, &keys.chained, false, &c, NULL) == EVAULT_OK;
	out->claimed = ev_checkpoint_open(bytes, &keys.named, false, &c, NULL) == EVAULT_OK;
	return rc == EVAULT_E_IO && (out->signed_by_log || out->claimed) ? EVAULT_OK : rc;
}

static enum evault_status
load_candidate(int dir, const char *path, const struct ev_vault_note *vault, struct candidate *out,
	       struct evault_error *err)
{
	struct ev_slice bytes;
	struct ev_note note;
	struct ev_os_stat st;
	enum evault_status rc = ev_os_stat(dir, path, &st, err);

	out->there = rc == EVAULT_OK;
	/* A folder or a link is there, and is no checkpoint. */
	if (rc == EVAULT_OK && st.kind != EV_OS_FILE)
		return EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_os_load(dir, path, LOG_NOTE_MAX, &out->bytes, err);
	if (rc == EVAULT_E_NOT_FOUND) {
		out->there = false;
		return EVAULT_OK;
	}
	if (rc != EVAULT_OK && rc != EVAULT_E_LIMIT)
		return rc;
	bytes = ev_slice_of(out->bytes.data, out->bytes.len);
	out->parsed = ev_note_parse(bytes, &note, NULL) == EVAULT_OK &&
		      ev_checkpoint_parse(note.text, &out->c, NULL) == EVAULT_OK &&
		      strcmp(out->c.origin, vault->origin) == 0;
	return out->parsed ? find_signer(dir, vault, out, err) : EVAULT_OK;
}

/* Computes the root of the first `size` entries from the bundles alone. */
static enum evault_status
root_of_bundles(int dir, uint64_t size, struct ev_hash *root, struct evault_error *err)
{
	struct ev_buf bundle = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	struct ev_merkle tree;
	struct ev_slice entry;
	struct ev_cursor c;
	struct ev_hash leaf;

	ev_merkle_init(&tree);
	while (rc == EVAULT_OK && tree.size < size) {
		ev_buf_clear(&bundle);
		rc = ev_log_load_bundle(dir, tree.size / EV_TILE_WIDTH, size, &bundle, err);
		if (rc != EVAULT_OK)
			break;
		c = ev_cursor_of(bundle.data, bundle.len);
		do {
			entry = ev_tile_entry_next(&c);
			if (c.bad)
				rc = ev_fail(err, EVAULT_E_DAMAGED, "the log is cut short");
			ev_merkle_leaf(entry.data, entry.len, &leaf);
			ev_merkle_append(&tree, &leaf);
		} while (!c.bad && tree.size < size && tree.size % EV_TILE_WIDTH != 0);
	}
	ev_merkle_root(&tree, root);
	ev_buf_release(&bundle);
	return rc;
}

/*
 * Is the head in checkpoint.new one to go on with?  A signed one whose
 * entries are not there is no leftover of an interruption, since they are
 * synced before it: it is reported as missing entries.
 */
static enum evault_status
judge_new(int dir, const struct candidate *old, const struct candidate *new,
	  const struct ev_findings *findings, bool *good, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_hash root;
	enum evault_status rc;

	*good = false;
	if (!new->signed_by_log && !new->claimed)
		return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, EV_LOG_NEW,
			       "left unfinished by an interrupted run");
	if (old->signed_by_log && new->c.size <= old->c.size) {
		if (new->signed_by_log &&new->c.size == old->c.size &&
		    !ev_hash_equal(&new->c.root, &old->c.root))
			return ev_find(findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM,
				       EV_LOG_NEW,
				       "two signed heads of one size differ: the log was forked");
		return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, EV_LOG_NEW,
			       "left by an interrupted run");
	}
	rc = root_of_bundles(dir, new->c.size, &root, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc == EVAULT_E_IO)
		return ev_find(findings, err, EVAULT_FINDING_UNREADABLE, EV_NO_ITEM, EV_LOG_NEW,
			       "%s", why.text);
	if (rc != EVAULT_OK || !ev_hash_equal(&root, &new->c.root))
		return ev_find(findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, EV_LOG_NEW,
			       "is signed for %llu entries, and these are not there",
			       (unsigned long long)new->c.size);
	*good = true;
	return ev_find(findings, err, EVAULT_FINDING_INTERRUPTED, EV_NO_ITEM, EV_LOG_NEW,
		       "a commit was interrupted after it was signed; it counts, and the next "
		       "writer completes it");
}

static enum evault_status
report_bad_head(const struct candidate *old, const struct ev_findings *findings,
		struct evault_error *err)
{
	if (!old->there)
		return ev_find(findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, EV_LOG_HEAD,
			       "the log's head is missing");
	return ev_find(findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, EV_LOG_HEAD, "%s",
		       old->parsed ? _("is not signed by the log's key")
				   : _("is no checkpoint of this vault"));
}

/* Picks the head; *other is set to the other candidate when that is signed: it must be a past. */
static enum evault_status
pick_head(struct ev_log *log, const struct ev_vault_note *vault, const struct ev_findings *findings,
	  struct ev_log_past *other, struct evault_error *err)
{
	struct candidate old = { .bytes = EV_BUF_INIT }, new = { .bytes = EV_BUF_INIT };
	const struct candidate *head = &old;
	bool good = false;
	enum evault_status rc = load_candidate(log->dir, EV_LOG_HEAD, vault, &old, err);

	if (rc == EVAULT_OK)
		rc = load_candidate(log->dir, EV_LOG_NEW, vault, &new, err);
	if (rc == EVAULT_OK && new.there)
		rc = judge_new(log->dir, &old, &new, findings, &good, err);
	if (rc != EVAULT_OK)
		goto out;
	log->has_new = new.there;
	log->new_is_head = good;
	if (good) {
		/* It is about to be seen: it must not be gone after a loss of power, and another
		 * of its size be signed.  On a medium that cannot, nobody signs another. */
		(void)ev_os_sync_dir(log->dir, "log", NULL);
		head = &new;
		other->size = old.signed_by_log ? old.c.size : 0;
		other->root = old.c.root;
	} else if (!old.signed_by_log && !old.claimed) {
		rc = report_bad_head(&old, findings, err);
	} else if (new.signed_by_log &&new.c.size < old.c.size) {
		other->size = new.c.size;
		other->root = new.c.root;
	}
	/* A size that nobody signed is no size to walk to. */
	if (rc == EVAULT_OK && ((!head->signed_by_log && !head->claimed) || head->c.size == 0))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "the log has no signed head");
	if (rc == EVAULT_OK) {
		log->head = head->c;
		ev_buf_add(&log->note, head->bytes.data, head->bytes.len);
		rc = ev_buf_ask(&log->note, err);
	}
out:
	ev_buf_release(&old.bytes);
	ev_buf_release(&new.bytes);
	return rc;
}

enum evault_status
ev_log_open(int dir, const struct ev_vault_note *vault, struct ev_authority *authority,
	    const struct ev_findings *findings, struct ev_log_past *pasts, size_t n_pasts,
	    ev_log_entry_fn *entry, void *ctx, struct ev_log **log, struct evault_error *err)
{
	struct ev_log_walk *w = calloc(1, sizeof(*w));
	struct ev_log *l = NULL;
	enum evault_status rc;

	if (w == NULL)
		return ev_fail_nomem(err);
	rc = ev_log_new(dir, vault->origin, &l, err);
	if (rc != EVAULT_OK)
		goto out;
	w->log = l;
	w->authority = authority;
	w->findings = findings;
	w->pasts = pasts;
	w->n_pasts = n_pasts;
	w->entry = entry;
	w->ctx = ctx;
	rc = pick_head(l, vault, findings, &w->other, err);
	if (rc == EVAULT_OK)
		rc = ev_log_walk(w, err);
	if (rc == EVAULT_OK) {
		*log = l;
		l = NULL;
	}
out:
	ev_log_walk_free(w);
	ev_log_free(l);
	return rc;
}

enum evault_status
ev_log_new(int dir, const char *origin, struct ev_log **log, struct evault_error *err)
{
	struct ev_log *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return ev_fail_nomem(err);
	l->dir = dir;
	snprintf(l->origin, sizeof(l->origin), "%s", origin);
	ev_merkle_init(&l->tree);
	*log = l;
	return EVAULT_OK;
}

void
ev_log_free(struct ev_log *log)
{
	if (log == NULL)
		return;
	ev_buf_release(&log->note);
	ev_buf_release(&log->staged);
	ev_buf_release(&log->bundle);
	free(log->bundle_leaves);
	free(log->leaves);
	free(log);
}

const struct ev_checkpoint *
ev_log_head(const struct ev_log *log)
{
	return &log->head;
}

struct ev_slice
ev_log_head_note(const struct ev_log *log)
{
	return ev_slice_of(log->note.data, log->note.len);
}
