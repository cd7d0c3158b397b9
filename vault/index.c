/*
 * Which index is used, and how it is brought up to date; index_make.c makes it.
 */
#include "index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/secret.h"
#include "import.h"

enum {
	UPDATE_WAIT = 20 * 1000, /* milliseconds, while somebody else brings it up to date */
	UPDATE_STEP = 50,
	VERIFIED_PAGES = 4096, /* an index of so many is read in full before it is written to */
	LOG_TRIES = 4,
};

/* ---- where it is, and its key -------------------------------------------------- */

enum evault_status
ev_index_init(struct evault *v, const struct evault_open *how, struct evault_error *err)
{
	struct ev_index *x = &v->index;
	enum evault_status rc = EVAULT_OK;

	x->notice = how->notice;
	x->ctx = how->ctx;
	x->dir = v->dir;
	snprintf(x->name, sizeof(x->name), "index.db");
	if (how->index != NULL) {
		rc = ev_os_open_dir(EV_OS_CWD, how->index, &x->own, err);
		x->dir = x->own;
		snprintf(x->name, sizeof(x->name), "%.16s.index.db",
			 v->note.origin + strlen("evault/"));
	}
	snprintf(x->fresh, sizeof(x->fresh), "%s.new", x->name);
	x->key = ev_secret_new(sizeof(*x->key));
	return x->key == NULL ? ev_fail_nomem(err) : rc;
}

/* ---- is it of use? --------------------------------------------------------------- */

/* Reads every page, where that takes no time: who adds cannot start again when one is bad. */
static enum evault_status
verify_pages(struct ev_sealed *store, struct evault_error *err)
{
	uint32_t i, n = ev_sealed_pages(store);
	uint8_t page[EV_PAGE_SIZE];
	enum evault_status rc = EVAULT_OK;

	for (i = 0; n <= VERIFIED_PAGES && i < n && rc == EVAULT_OK; i++)
		rc = ev_sealed_read(store, i, page, err);
	return rc;
}

/* Is nothing that came after what was passed over a second time in the log? */
static enum evault_status
is_all_new(struct evault *v, struct ev_catalog *c, bool *is, struct evault_error *err)
{
	const struct ev_authority *a = &v->authority;
	uint64_t at, size = ev_log_head(v->log)->size;
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;
	bool known = false;
	size_t i;

	for (at = v->skipped; rc == EVAULT_OK && !known && at < size; at++) {
		rc = ev_vault_look_up(v, at, &entry, err);
		if (rc == EVAULT_OK && entry.is_record)
			rc = ev_catalog_names(c, EV_CATALOG_RECORD, &entry.digest, v->skipped,
					      &known, err);
	}
	for (i = 0; rc == EVAULT_OK && !known && i < a->n_packs; i++)
		if (a->packs[i].index >= v->skipped)
			rc = ev_catalog_names(c, EV_CATALOG_PACK, &a->packs[i].hash, v->skipped,
					      &known, err);
	*is = !known;
	return rc;
}

/*
 * Does the index vouch for what was passed over in the log (G4)?  Who made it
 * had the vault's key, and had verified the entries that it reflects: the
 * hint must be what it says of these.
 */
static enum evault_status
vouches(struct evault *v, struct ev_catalog *c, bool *does, struct evault_error *err)
{
	const struct ev_index_head *head = ev_sealed_head(ev_catalog_store(c));
	struct ev_index_hint *hint;
	enum evault_status rc;

	*does = v->skipped == 0;
	if (*does || head->size < v->skipped)
		return EVAULT_OK;
	hint = malloc(sizeof(*hint));
	if (hint == NULL)
		return ev_fail_nomem(err);
	rc = ev_catalog_hint(c, v->skipped, hint, err);
	*does = rc == EVAULT_OK && ev_index_hint_equal(hint, &v->index.hint);
	free(hint);
	return *does ? is_all_new(v, c, does, err) : rc;
}

/* Does the log go on from what it reflects (invariant 1)?  E_DAMAGED says why not. */
static enum evault_status
judge(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	const struct ev_index_head *head = ev_sealed_head(ev_catalog_store(c));
	uint64_t size = ev_log_head(v->log)->size;
	bool goes_on = false, full = false, vouched = false;
	enum evault_status rc;

	if (head->size > size)
		return ev_fail(
		    err, EVAULT_E_DAMAGED,
		    "%s: was made of a log of %llu entries, and the log has %llu; compare "
		    "it with a checkpoint that you gave away",
		    v->index.name, (unsigned long long)head->size, (unsigned long long)size);
	rc = ev_log_goes_on(v->log, head->size, &head->root, &goes_on, err);
	if (rc == EVAULT_OK && !goes_on)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: was made of another log than this one",
			       v->index.name);
	if (rc == EVAULT_OK)
		rc = ev_catalog_is_full(c, head->size, &full, err);
	if (rc == EVAULT_OK && !full)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: lacks entries of the log",
			       v->index.name);
	if (rc == EVAULT_OK)
		rc = vouches(v, c, &vouched, err);
	return rc == EVAULT_OK && !vouched ? EVAULT_E_CHANGED : rc;
}

/* A writer may have gone on since the log was read. */
static enum evault_status
judge_moving(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	struct ev_findings strict = ev_findings_strict();
	enum evault_status rc = judge(v, c, err);
	int tries;

	for (tries = 0; rc != EVAULT_OK && v->log != NULL && tries < LOG_TRIES &&
			v->access == EVAULT_READ && ev_vault_moved(v);
	     tries++) {
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
		if (rc == EVAULT_OK)
			rc = judge(v, c, err);
	}
	return rc;
}

/* ---- bringing it up to date --------------------------------------------------------- */

enum evault_status
ev_index_publish(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_index_hint *hint = malloc(sizeof(*hint));
	enum evault_status rc = hint == NULL ? ev_fail_nomem(err) : EVAULT_OK;

	if (rc == EVAULT_OK)
		rc = ev_catalog_hint(c, head->size, hint, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_publish(c, head->size, &head->root, err);
	/* After the head: a hint may be of less than what the index vouches for, and not of more.
	 */
	if (rc == EVAULT_OK)
		ev_sealed_give_hint(ev_catalog_store(c), hint);
	free(hint);
	return rc;
}

static enum evault_status
fill_and_publish(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	uint64_t from = ev_sealed_head(ev_catalog_store(c))->size;
	enum evault_status rc = ev_catalog_begin(c, err);

	if (rc == EVAULT_OK)
		rc = ev_index_fill(v, c, from, err);
	/* What cannot be written is in memory, and answers as well. */
	if (rc == EVAULT_OK && ev_sealed_is_kept(ev_catalog_store(c)))
		(void)ev_index_publish(v, c, NULL);
	return rc;
}

/* Is the hint beside it?  Where nothing can be written, there is none to be missed. */
static enum evault_status
has_hint(struct ev_catalog *c, bool *has, struct evault_error *err)
{
	struct ev_sealed *store = ev_catalog_store(c);
	struct ev_index_hint *hint = malloc(sizeof(*hint));
	enum evault_status rc = hint == NULL ? ev_fail_nomem(err) : EVAULT_OK;

	if (rc == EVAULT_OK)
		rc = ev_catalog_hint(c, ev_sealed_head(store)->size, hint, err);
	*has = rc == EVAULT_OK && (!ev_sealed_is_kept(store) || ev_sealed_has_hint(store, hint));
	free(hint);
	return rc;
}

/* Is anything to be filed, or to be mended? */
static enum evault_status
is_current(struct evault *v, struct ev_catalog *c, bool *is, struct evault_error *err)
{
	bool unread = false, hinted = false;
	enum evault_status rc = ev_index_has_unread(v, c, &unread, err);

	if (rc == EVAULT_OK)
		rc = has_hint(c, &hinted, err);
	*is = rc == EVAULT_OK && !unread && hinted && !ev_sealed_is_maimed(ev_catalog_store(c)) &&
	      ev_sealed_head(ev_catalog_store(c))->size >= ev_log_head(v->log)->size;
	return rc;
}

/* Waits while another reader updates; E_BUSY when a writer is at work. */
static enum evault_status
begin_update(struct ev_catalog *c, struct evault_error *err)
{
	struct ev_sealed *store = ev_catalog_store(c);
	uint64_t since = ev_os_ticks();
	enum evault_status rc;

	for (;;) {
		rc = ev_sealed_begin(store, 0, err);
		if (rc != EVAULT_E_BUSY || ev_sealed_has_writer(store) ||
		    ev_os_ticks() - since > UPDATE_WAIT)
			return rc;
		ev_os_pause(UPDATE_STEP);
	}
}

/* For who reads. */
static enum evault_status
catch_up(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	struct ev_sealed *store = ev_catalog_store(c);
	uint64_t size = ev_log_head(v->log)->size;
	bool current = false, maimed = ev_sealed_is_maimed(store), kept = true;
	enum evault_status rc = is_current(v, c, &current, err);

	if (rc != EVAULT_OK || current)
		return rc;
	rc = begin_update(c, err);
	if (rc == EVAULT_E_BUSY) {
		if (ev_sealed_head(store)->size < size)
			v->index.behind = size - ev_sealed_head(store)->size;
		return EVAULT_OK;
	}
	if (rc == EVAULT_E_READ_ONLY) {
		kept = false;
		rc = ev_sealed_begin_private(store, err);
	}
	/* Somebody may have been quicker. */
	if (rc == EVAULT_OK)
		rc = judge_moving(v, c, err);
	if (rc == EVAULT_OK)
		rc = fill_and_publish(v, c, err);
	if (rc == EVAULT_OK && maimed && ev_sealed_is_maimed(store) && kept)
		rc = EVAULT_E_DAMAGED;
	if (rc == EVAULT_OK && ev_sealed_is_kept(store))
		ev_catalog_end(c);
	else if (rc == EVAULT_OK)
		rc = ev_catalog_commit(c, err);
	return rc;
}

/* For who adds: what is staged goes into the transaction that begins here. */
static enum evault_status
begin_writing(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	struct ev_sealed *store = ev_catalog_store(c);
	bool current = false;
	enum evault_status rc = ev_sealed_begin(store, UPDATE_WAIT, err);

	if (rc == EVAULT_E_BUSY || rc == EVAULT_E_READ_ONLY)
		rc = ev_sealed_begin_private(store, err);
	if (rc == EVAULT_OK) {
		ev_sealed_hold_writer(store);
		rc = verify_pages(store, err);
	}
	if (rc == EVAULT_OK)
		rc = judge(v, c, err);
	if (rc == EVAULT_OK)
		rc = is_current(v, c, &current, err);
	if (rc == EVAULT_OK && !current)
		return fill_and_publish(v, c, err);
	return rc == EVAULT_OK ? ev_catalog_begin(c, err) : rc;
}

/* ---- opening ------------------------------------------------------------------------- */

/* A leftover of somebody who was killed while making one. */
static void
sweep_fresh(const struct evault *v)
{
	struct ev_os_stat st;
	int fd;

	if (ev_os_stat(v->index.dir, v->index.fresh, &st, NULL) != EVAULT_OK ||
	    ev_os_open_shared(v->index.dir, v->index.fresh, true, false, &fd, NULL) != EVAULT_OK)
		return;
	if (!ev_sealed_is_being_made(fd))
		(void)ev_os_unlink(v->index.dir, v->index.fresh, NULL);
	ev_os_close_read(fd);
}

/* The index on disk, of use and up to date, or E_…: it must be made. */
static enum evault_status
use(struct evault *v, struct ev_catalog **out, struct evault_error *why)
{
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash schema;
	bool has_key, maimed = false;
	enum evault_status rc;

	ev_index_key(v, &has_key);
	if (!has_key)
		return EVAULT_E_NOT_FOUND;
	ev_catalog_schema_hash(&schema);
	rc = ev_sealed_open(v->index.dir, v->index.name, v->index.key, &schema, &store, why);
	if (rc == EVAULT_OK) {
		maimed = ev_sealed_is_maimed(store);
		rc = ev_catalog_open(store, &c, why);
	}
	if (rc == EVAULT_OK && v->access == EVAULT_WRITE)
		rc = begin_writing(v, c, why);
	else if (rc == EVAULT_OK)
		rc = judge_moving(v, c, why);
	if (rc == EVAULT_OK && v->access != EVAULT_WRITE)
		rc = catch_up(v, c, why);
	if (rc == EVAULT_OK && maimed) {
		(void)ev_fail(why, EVAULT_OK, "%s: its head was altered, and was mended",
			      v->index.name);
		ev_index_tell(v, why);
	}
	if (rc == EVAULT_OK) {
		sweep_fresh(v);
		*out = c;
		c = NULL;
	}
	ev_catalog_free(c);
	return rc;
}

bool
ev_index_vouches(struct evault *v)
{
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash schema;
	bool has_key;
	enum evault_status rc;

	ev_index_key(v, &has_key);
	if (!has_key)
		return false;
	ev_catalog_schema_hash(&schema);
	rc = ev_sealed_open_to_look(v->index.dir, v->index.name, v->index.key, &schema, &store,
				    NULL);
	if (rc == EVAULT_OK)
		rc = ev_catalog_open(store, &c, NULL);
	if (rc == EVAULT_OK)
		rc = judge(v, c, NULL);
	ev_catalog_free(c);
	return rc == EVAULT_OK;
}

/* An index under an older identity of this vault is no stranger's. */
static enum evault_status
is_of_older_key(const struct evault *v, bool *is_older, struct evault_error *err)
{
	struct ev_page_key *key = ev_secret_new(sizeof(*key));
	struct ev_sealed *store = NULL;
	enum evault_status rc = key == NULL ? EVAULT_E_NOMEM : EVAULT_OK;
	struct ev_hash schema;
	bool is = false;
	size_t i;

	ev_catalog_schema_hash(&schema);
	for (i = 0; rc != EVAULT_E_NOMEM && i < v->keys->n_reads && !is; i++) {
		ev_page_key_derive(v->keys->reads[i].b, key);
		if (memcmp(key, v->index.key, sizeof(*key)) == 0)
			continue;
		rc = ev_sealed_open(v->index.dir, v->index.name, key, &schema, &store, NULL);
		is = rc == EVAULT_OK;
		ev_sealed_free(store);
		store = NULL;
	}
	ev_secret_free(key);
	*is_older = is;
	return rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
}

/* Who may only add has no index: what is added is filed in memory, or by an import (import.h). */
static enum evault_status
open_adding(struct evault *v, struct evault_error *err)
{
	if (v->skipped > 0)
		return EVAULT_E_CHANGED;
	ev_secret_free(v->index.key);
	v->index.key = NULL;
	ev_catalog_free(v->catalog);
	v->catalog = NULL;
	return ev_catalog_new(&v->catalog, err);
}

enum evault_status
ev_index_open(struct evault *v, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc;
	bool older = false;

	if (!evault_reads(v))
		return open_adding(v, err);
	rc = v->aside ? EVAULT_E_NOT_FOUND : use(v, &v->catalog, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	/* The log went on meanwhile, and could not be read again. */
	if (v->log == NULL && err != NULL)
		*err = why;
	if (v->log == NULL)
		return rc;
	if (rc != EVAULT_OK && v->skipped > 0)
		return EVAULT_E_CHANGED;
	if (rc != EVAULT_OK) {
		/* Only what was altered is worth a word. */
		if (rc == EVAULT_E_DAMAGED && is_of_older_key(v, &older, err) != EVAULT_OK)
			return EVAULT_E_NOMEM;
		if (rc != EVAULT_E_DAMAGED || older || ev_import_is_there(v))
			why.text[0] = '\0';
		rc = ev_index_make(v, &why, &v->catalog, err);
	}
	if (rc == EVAULT_OK)
		ev_catalog_when_broken(v->catalog, ev_index_make_again, v);
	return rc;
}

bool
ev_index_has_words(const struct evault *v)
{
	return !v->importing && v->index.key != NULL &&
	       ev_sealed_is_kept(ev_catalog_store(v->catalog));
}

void
ev_index_commit(struct evault *v)
{
	if (v->importing) {
		ev_import_commit(v);
		return;
	}
	/* A failure is no matter: the next opening files what is missing. */
	if (ev_index_has_words(v) && ev_index_texts(v, v->catalog, NULL) == EVAULT_OK)
		(void)ev_index_publish(v, v->catalog, NULL);
}

uint64_t
evault_behind(const struct evault *v)
{
	return v->index.behind;
}

/* ---- what it says ------------------------------------------------------------------------ */

/* An entry that cannot be read any more is what it was when the log was read; if it was. */
static enum ev_index_verdict
without_entry(const struct evault *v, const struct ev_catalog_entry *entry)
{
	if (entry->index < v->skipped)
		return EV_INDEX_DAMAGED;
	return ev_seen_has(&v->authority.records, &entry->digest) ? EV_INDEX_TRUE
								  : EV_INDEX_NO_ITEM;
}

enum evault_status
ev_index_confirm(struct evault *v, struct ev_catalog_entry *entry, enum ev_index_verdict *verdict,
		 struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_catalog_entry found;
	enum evault_status rc;

	*verdict = EV_INDEX_TRUE;
	if (v->index.key == NULL)
		return EVAULT_OK;
	if (entry->index >= ev_log_head(v->log)->size) {
		/* Staged? */
		*verdict = v->access == EVAULT_WRITE ? EV_INDEX_TRUE : EV_INDEX_NO_ITEM;
		return EVAULT_OK;
	}
	rc = ev_vault_look_up(v, entry->index, &found, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc != EVAULT_OK) {
		*verdict = without_entry(v, entry);
		v->unread = v->unread || rc == EVAULT_E_IO;
		return EVAULT_OK;
	}
	*verdict = found.is_record ? EV_INDEX_TRUE : EV_INDEX_NO_ITEM;
	if (found.is_record && ev_hash_equal(&found.digest, &entry->digest) &&
	    ev_hash_equal(&found.actor, &entry->actor))
		return EVAULT_OK;
	ev_fail(&why, EVAULT_E_DAMAGED, "%s: does not say what the log says", v->index.name);
	if (v->access == EVAULT_WRITE) {
		ev_catalog_spoil(v->catalog);
		return ev_fail(err, EVAULT_E_IO, "%s; it will be made anew: run this again",
			       why.text);
	}
	*entry = found;
	return ev_index_make_again(v, &why, err);
}

void
ev_index_close(struct evault *v)
{
	if (v->catalog != NULL && v->index.key != NULL && !v->aside &&
	    ev_catalog_is_spoiled(v->catalog))
		(void)ev_os_unlink(v->index.dir, v->index.name, NULL);
	ev_secret_free(v->index.key);
	ev_os_close_read(v->index.own);
	v->index.key = NULL;
	v->index.own = -1;
}
