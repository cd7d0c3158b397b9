/*
 * Opening a log of which the beginning was verified before (G2, G4).
 *
 * The head's tree has one root, and what is proved to be in it is there
 * whatever the files say.  Of what was verified before, the entries that
 * change keys are proved so and judged again; the rest of it is its right
 * edge, from tiles.  What comes after it is walked in full, and must add up,
 * with that edge, to the root that is signed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/log_private.h"

static enum evault_status
load_head(struct ev_log *log, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_note note;
	struct ev_os_stat st;

	if (ev_os_stat(log->dir, EV_LOG_NEW, &st, NULL) == EVAULT_OK)
		return ev_fail(err, EVAULT_E_BUSY, "a commit was begun");
	rc = ev_os_load(log->dir, EV_LOG_HEAD, LOG_NOTE_MAX, &log->note, err);
	if (rc == EVAULT_OK)
		rc = ev_note_parse(ev_slice_of(log->note.data, log->note.len), &note, err);
	if (rc == EVAULT_OK)
		rc = ev_checkpoint_parse(note.text, &log->head, err);
	if (rc == EVAULT_OK && strcmp(log->head.origin, log->origin) != 0)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "is no checkpoint of this vault");
	return rc;
}

/* The authority takes an entry that changes keys, and none of those before it. */
static enum evault_status
take_known(struct ev_log_walk *w, uint64_t index, struct evault_error *err)
{
	struct ev_hash before;
	bool taken = false;
	enum evault_status rc;

	ev_buf_clear(&w->bundle);
	rc = ev_log_entry(w->log, index, &w->bundle, &before, err);
	if (rc == EVAULT_OK)
		rc = ev_entry_parse(ev_slice_of(w->bundle.data, w->bundle.len), &w->parsed, err);
	if (rc == EVAULT_OK && !ev_entry_changes_keys(&w->parsed))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "entry %llu changes no keys",
			     (unsigned long long)index);
	if (rc != EVAULT_OK)
		return rc;
	ev_authority_skip(w->authority, index);
	rc = ev_authority_take(w->authority, &w->parsed, &before, w->findings, &taken, err);
	return rc != EVAULT_OK || taken ? rc : EVAULT_E_DAMAGED;
}

/* The right edge of the tree of `size`, as tree and as tiles. */
static enum evault_status
load_edge(struct ev_log_walk *w, uint64_t size, struct evault_error *err)
{
	enum evault_status rc = ev_merkle_load(ev_log_fetch(w->log), size, &w->log->tree, err);
	struct ev_merkle_fetch tiles = ev_log_fetch(w->log);
	unsigned level, i, width;
	uint64_t n = size;

	for (level = 0; level < LOG_LEVELS && n > 0; level++, n /= EV_TILE_WIDTH) {
		width = (unsigned)(n % EV_TILE_WIDTH);
		for (i = 0; i < width && rc == EVAULT_OK; i++)
			rc = tiles.fetch(tiles.ctx, level * 8, n - width + i, &w->levels[level][i],
					 err);
	}
	return rc;
}

static enum evault_status
reopen(struct ev_log_walk *w, const struct ev_log_known *known, struct evault_error *err)
{
	enum evault_status rc = load_head(w->log, err);
	size_t i;

	if (rc == EVAULT_OK && (known->size == 0 || known->size > w->log->head.size ||
				known->n_changing == 0 || known->changing[0] != 0))
		rc = ev_fail(err, EVAULT_E_CHANGED, "the log is not as long");
	for (i = 0; i < known->n_changing && rc == EVAULT_OK; i++)
		rc = known->changing[i] >= known->size ||
			     (i > 0 && known->changing[i] <= known->changing[i - 1])
			 ? EVAULT_E_CHANGED
			 : take_known(w, known->changing[i], err);
	if (rc != EVAULT_OK)
		return rc;
	ev_authority_skip(w->authority, known->size);
	rc = load_edge(w, known->size, err);
	return rc == EVAULT_OK ? ev_log_walk(w, err) : rc;
}

enum evault_status
ev_log_reopen(int dir, const struct ev_vault_note *vault, struct ev_authority *authority,
	      const struct ev_log_known *known, ev_log_entry_fn *entry, void *ctx,
	      struct ev_log **log, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	struct ev_log_walk *w = calloc(1, sizeof(*w));
	struct ev_log *l = NULL;
	enum evault_status rc;

	if (w == NULL)
		return ev_fail_nomem(err);
	rc = ev_log_new(dir, vault->origin, &l, err);
	if (rc == EVAULT_OK) {
		w->log = l;
		w->authority = authority;
		w->findings = &strict;
		w->entry = entry;
		w->ctx = ctx;
		rc = reopen(w, known, err);
	}
	if (rc == EVAULT_OK) {
		*log = l;
		l = NULL;
	}
	ev_log_walk_free(w);
	ev_log_free(l);
	return rc;
}
