/*
 * Merging small packs.
 *
 * A pack is small below SMALL bytes: an eighth of what a writer closes one at,
 * so that at least eight go into one that is not small any more, and what was
 * merged once is hardly copied again.  Fewer than FEWEST of them stay.
 *
 * Invariants:
 *  1. A pack leaves the vault in the commit that names those which have all of
 *     its members, and after these were read back from the disk (G2).
 *  2. Its file goes after that commit is durable; nobody who reads the log by
 *     then looks for it.
 *  3. What is not just as it was kept is left alone, and named (G10).
 *  4. The log does not tell which packs have become which: statements and files
 *     are merged in one commit, whose lines are in the order of the log and of
 *     hashes; or it would say which entries are statements (G1).
 */
#include "tidy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"

enum {
	SMALL = 8 << 20,
	FEWEST = 8,
	/* In one commit: what stands in memory until then, and twice on the disk.  More than four
	 * of these would leave FEWEST small ones. */
	ROUND_PACKS = 20 * 1000,
};
#define ROUND_BYTES (UINT64_C(4) << 30)

struct small_pack {
	struct ev_hash name;
	uint64_t size;
	enum ev_tidy_kind kind;
};

struct tidying {
	struct evault *v;
	const struct evault_tidy *what;
	struct evault_tidy_summary *summary;
	struct evault_progress progress;
	struct ev_tidy_look look;
	struct small_pack *packs; /* to be merged, in the order of the log */
	size_t n, cap;
	struct ev_set names; /* of lists and pieces: two of one name cannot be in one pack */
	/* One round: what will be one commit. */
	struct ev_commit commit;
	struct ev_set copied; /* SHA-256 of the names of members */
	const struct ev_hash *from;
	struct ev_buf body;
	uint64_t round_bytes;
};

static enum evault_status
tick(void *ctx, uint64_t bytes, struct evault_error *err)
{
	struct tidying *t = ctx;

	t->progress.bytes_done += bytes;
	if (t->what->progress != NULL && t->what->progress(t->what->ctx, &t->progress))
		return ev_fail(err, EVAULT_E_CANCELLED, "stopped before the end");
	return EVAULT_OK;
}

static void
member_key(const struct ev_member *m, struct ev_hash *key)
{
	char name[EV_MEMBER_NAME_SIZE];

	ev_member_name(m, name);
	ev_hash_of(name, strlen(name), key);
}

/* ---- which ones -------------------------------------------------------------------- */

static enum evault_status
push_pack(struct tidying *t, const struct ev_pack_line *line, struct evault_error *err)
{
	size_t cap = t->cap == 0 ? 64 : t->cap * 2;
	struct small_pack *grown;

	if (t->n == t->cap) {
		grown = realloc(t->packs, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		t->packs = grown;
		t->cap = cap;
	}
	t->packs[t->n++] = (struct small_pack){ line->hash, line->size, t->look.kind };
	return EVAULT_OK;
}

/* Has it a list, or a piece, of a name that another one has? */
static enum evault_status
is_in_the_way(struct tidying *t, bool *is, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const struct ev_member *m;
	struct ev_hash key;
	bool fresh;
	size_t i;

	*is = false;
	for (i = 0; i < t->look.n && rc == EVAULT_OK; i++) {
		m = &t->look.members[i];
		if (m->kind != EV_MEMBER_LIST && m->kind != EV_MEMBER_PART)
			continue;
		member_key(m, &key);
		rc = ev_set_add(&t->names, &key, &fresh, err);
		*is = *is || !fresh;
	}
	return rc;
}

/* What is wrong with one pack keeps the others from nothing. */
static bool
concerns_one_pack(enum evault_status rc)
{
	return rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_FORMAT ||
	       rc == EVAULT_E_KEY || rc == EVAULT_E_LIMIT || rc == EVAULT_E_VERSION ||
	       rc == EVAULT_E_IO;
}

static void
tell_left(struct tidying *t, const struct ev_hash *name, const char *why)
{
	char path[EV_PACK_PATH_SIZE];
	size_t len;

	ev_pack_path(name, path);
	len = strlen(path);
	if (strncmp(why, path, len) == 0 && strncmp(why + len, ": ", 2) == 0)
		why += len + 2;
	t->summary->left++;
	if (t->what->left != NULL)
		t->what->left(t->what->ctx, path, why);
}

static enum evault_status
consider(struct tidying *t, const struct ev_pack_line *line, struct evault_error *err)
{
	struct ev_tidy_ticks ticks = { tick, t };
	struct evault_error why = { 0 };
	bool blocked = false;
	enum evault_status rc;

	t->progress.files_done++;
	rc = ev_tidy_look(t->v, &line->hash, line->size, &ticks, &t->look, &why);
	if (concerns_one_pack(rc)) {
		tell_left(t, &line->hash, why.text);
		return EVAULT_OK;
	}
	if (rc != EVAULT_OK)
		return ev_fail(err, rc, "%s", why.text);
	if (t->look.kind == EV_TIDY_NEITHER)
		return EVAULT_OK;
	rc = is_in_the_way(t, &blocked, err);
	if (rc != EVAULT_OK || blocked)
		return rc;
	return push_pack(t, line, err);
}

static bool
is_small(const struct ev_pack_line *line)
{
	return !line->dropped && line->size < SMALL;
}

static enum evault_status
choose(struct tidying *t, struct evault_error *err)
{
	const struct ev_authority *a = &t->v->authority;
	enum evault_status rc = EVAULT_OK;
	uint64_t small = 0;
	size_t i;

	for (i = 0; i < a->n_packs; i++) {
		t->summary->packs += !a->packs[i].dropped;
		small += is_small(&a->packs[i]);
		t->progress.bytes_total += is_small(&a->packs[i]) ? a->packs[i].size : 0;
	}
	t->progress.files_total = small;
	t->progress.bytes_total *= 2; /* read, and then copied */
	if (small < FEWEST)
		return EVAULT_OK;
	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++)
		if (is_small(&a->packs[i]))
			rc = consider(t, &a->packs[i], err);
	return rc;
}

/* ---- one round ----------------------------------------------------------------------- */

static enum evault_status
copy_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct tidying *t = ctx;
	struct ev_hash key;
	struct ev_pack *pack;
	enum evault_status rc;
	bool fresh;

	member_key(m, &key);
	rc = ev_set_add(&t->copied, &key, &fresh, err);
	ev_buf_clear(&t->body);
	if (rc == EVAULT_OK && fresh)
		rc = ev_vault_pack(t->v, t->from, &pack, err);
	if (rc == EVAULT_OK && fresh)
		rc = ev_pack_read(pack, m, ev_sink_buf(&t->body), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&t->body, err);
	if (rc == EVAULT_OK && fresh)
		rc = ev_commit_member(&t->commit, m->kind, &m->id, m->part,
				      ev_slice_of(t->body.data, t->body.len), err);
	return rc == EVAULT_OK ? ev_catalog_drop_member(t->v->catalog, t->from, m, err) : rc;
}

static enum evault_status
copy_pack(struct tidying *t, const struct small_pack *from, struct evault_error *err)
{
	struct ev_pack *pack;
	enum evault_status rc = ev_vault_pack(t->v, &from->name, &pack, err);

	t->from = &from->name;
	if (rc == EVAULT_OK)
		rc = ev_pack_members(pack, copy_member, t, err);
	t->round_bytes += from->size;
	return rc == EVAULT_OK ? tick(t, from->size, err) : rc;
}

/* Into packs of their own. */
static enum evault_status
copy_kind(struct tidying *t, enum ev_tidy_kind kind, const struct small_pack *packs, size_t n,
	  struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < n && rc == EVAULT_OK; i++)
		if (packs[i].kind == kind)
			rc = copy_pack(t, &packs[i], err);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	const struct ev_line *x = a, *y = b;

	return memcmp(x->hash.b, y->hash.b, sizeof(x->hash.b));
}

static enum evault_status
say_why(struct tidying *t, size_t n, struct ev_hash *digest, struct evault_error *err)
{
	struct ev_record record;
	char number[24];
	enum evault_status rc;
	uint64_t index;

	ev_record_init(&record);
	rc = ev_commit_begin_record(t->v, "tidy", &record, err);
	snprintf(number, sizeof(number), "%zu", n);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "packs", number, err);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)t->round_bytes);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "bytes", number, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&t->commit, &record, &index, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(&record, digest, err);
	ev_record_release(&record);
	return rc;
}

/* Reads the new packs: all that was copied is there, and the record that says so. */
static enum evault_status
read_back(struct tidying *t, struct evault_error *err)
{
	const struct ev_line *line;
	enum evault_status rc = EVAULT_OK;
	struct ev_hash key;
	size_t i, k, n = 0;

	for (i = 0; i < t->commit.n_packs && rc == EVAULT_OK; i++) {
		line = &t->commit.packs[i];
		rc = ev_tidy_look(t->v, &line->hash, line->number, NULL, &t->look, err);
		for (k = 0; k < t->look.n && rc == EVAULT_OK; k++) {
			member_key(&t->look.members[k], &key);
			n += ev_set_has(&t->copied, &key);
		}
	}
	if (rc == EVAULT_OK && n != t->copied.n)
		rc = ev_fail(err, EVAULT_E_IO,
			     "what was copied is not all there; nothing was changed");
	return rc;
}

static enum evault_status
drop_packs(struct tidying *t, const struct small_pack *packs, size_t n,
	   const struct ev_hash *digest, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = ev_commit_drop(&t->commit, &packs[i].name, digest, err);
	return rc;
}

/* New packs that no head will ever name.  A failure leaves what an interruption leaves. */
static void
remove_new(const struct tidying *t)
{
	char path[EV_PACK_PATH_SIZE];
	size_t i;

	ev_vault_close_packs(t->v);
	for (i = 0; i < t->commit.n_packs; i++) {
		if (t->commit.packs[i].kind != EV_LINE_PACK)
			continue;
		ev_pack_path(&t->commit.packs[i].hash, path);
		(void)ev_os_unlink(t->v->dir, path, NULL);
	}
}

/* It must not be open: some file systems would keep it, under another name.  What stays is a
 * leftover, which the next run removes. */
static void
remove_file(struct tidying *t, const struct ev_hash *name, bool folders[256])
{
	char path[EV_PACK_PATH_SIZE];
	struct evault_error why = { 0 };
	enum evault_status rc;

	ev_pack_path(name, path);
	rc = ev_os_unlink(t->v->dir, path, &why);
	folders[name->b[0]] = folders[name->b[0]] || rc == EVAULT_OK;
	if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
		tell_left(t, name, why.text);
}

static void
sync_folders(const struct tidying *t, const bool folders[256])
{
	char path[sizeof("packs/00")];
	unsigned i;

	for (i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "packs/%02x", i);
		if (folders[i] && ev_os_sync_dir(t->v->dir, path, NULL) == EVAULT_OK)
			(void)ev_os_rmdir(t->v->dir, path, NULL);
	}
	(void)ev_os_sync_dir(t->v->dir, "packs", NULL);
}

static void
sum_up(struct tidying *t, const struct small_pack *packs, size_t n)
{
	const struct ev_line *line;
	size_t i;

	for (i = 0; i < n; i++)
		t->summary->bytes_before += packs[i].size;
	t->summary->merged += n;
	for (i = 0; i < t->commit.n_packs; i++) {
		line = &t->commit.packs[i];
		t->summary->made += line->kind == EV_LINE_PACK;
		t->summary->bytes_after += line->kind == EV_LINE_PACK ? line->number : 0;
	}
}

/* New packs, whole and read back, and lines for all; the record is in a pack with files. */
static enum evault_status
prepare(struct tidying *t, const struct small_pack *packs, size_t n, struct evault_error *err)
{
	struct ev_hash digest;
	enum evault_status rc = copy_kind(t, EV_TIDY_STATEMENTS, packs, n, err);

	if (rc == EVAULT_OK)
		rc = ev_commit_close_pack(&t->commit, err);
	if (rc == EVAULT_OK)
		rc = copy_kind(t, EV_TIDY_FILES, packs, n, err);
	if (rc == EVAULT_OK)
		rc = say_why(t, n, &digest, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_close_pack(&t->commit, err);
	if (rc == EVAULT_OK)
		rc = read_back(t, err);
	if (rc == EVAULT_OK)
		qsort(t->commit.packs, t->commit.n_packs, sizeof(*t->commit.packs), compare_names);
	return rc == EVAULT_OK ? drop_packs(t, packs, n, &digest, err) : rc;
}

/* Merges these packs in one commit. */
static enum evault_status
merge(struct tidying *t, const struct small_pack *packs, size_t n, struct evault_error *err)
{
	struct evault_tidy_summary before = *t->summary;
	bool folders[256] = { false };
	enum evault_status rc = ev_commit_init(&t->commit, t->v, err);
	size_t i;

	t->round_bytes = 0;
	ev_set_release(&t->copied);
	if (rc == EVAULT_OK)
		rc = prepare(t, packs, n, err);
	if (rc == EVAULT_OK) {
		sum_up(t, packs, n);
		rc = ev_commit_finish(&t->commit, err);
	}
	if (rc != EVAULT_OK) {
		*t->summary = before;
		if (!ev_log_is_in_doubt(t->v->log) ||
		    (rc == EVAULT_E_FULL && !ev_vault_moved(t->v)))
			remove_new(t);
	}
	ev_commit_release(&t->commit);
	ev_vault_close_packs(t->v);
	for (i = 0; i < n && rc == EVAULT_OK; i++)
		remove_file(t, &packs[i].name, folders);
	if (rc == EVAULT_OK)
		sync_folders(t, folders);
	return rc;
}

static enum evault_status
merge_all(struct tidying *t, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t at, next;
	uint64_t bytes;

	if (t->n < FEWEST)
		return EVAULT_OK;
	if (t->what->dry_run) {
		sum_up(t, t->packs, t->n);
		return EVAULT_OK;
	}
	for (at = 0; at < t->n && rc == EVAULT_OK; at = next) {
		bytes = 0;
		for (next = at; next < t->n && next - at < ROUND_PACKS && bytes < ROUND_BYTES;
		     next++)
			bytes += t->packs[next].size;
		rc = merge(t, t->packs + at, next - at, err);
	}
	return rc;
}

/* ---- what an interrupted run left ------------------------------------------------------ */

static bool
all_packs_are_there(const struct tidying *t)
{
	const struct ev_authority *a = &t->v->authority;
	char path[EV_PACK_PATH_SIZE];
	struct ev_os_stat st;
	bool there = true;
	size_t i;

	for (i = 0; i < a->n_packs && there; i++) {
		ev_pack_path(&a->packs[i].hash, path);
		there =
		    a->packs[i].dropped || (ev_os_stat(t->v->dir, path, &st, NULL) == EVAULT_OK &&
					    st.size == a->packs[i].size);
	}
	return there;
}

/*
 * Is it needed no more?  A removal that power cut short can leave a file whose
 * bytes are gone: that one is of no use, unless others are missing.
 */
static enum evault_status
judge_leftover(struct tidying *t, const struct ev_pack_line *line, struct evault_error *err)
{
	struct evault_error why = { 0 };
	bool elsewhere = false;
	enum evault_status rc = ev_tidy_look(t->v, &line->hash, line->size, NULL, &t->look, &why);

	if (rc == EVAULT_E_DAMAGED && all_packs_are_there(t))
		return EVAULT_OK;
	if (rc != EVAULT_OK)
		return ev_fail(err, rc, "%s", why.text);
	rc = ev_tidy_is_elsewhere(t->v, &line->hash, &t->look, &elsewhere, err);
	if (rc == EVAULT_OK && !elsewhere)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     "is no part of the vault any more, but what it holds is not all in "
			     "others; `evault check` says why");
	return rc;
}

static enum evault_status
remove_leftover(struct tidying *t, const struct ev_pack_line *line, bool folders[256],
		struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];
	struct evault_error why = { 0 };
	struct ev_os_stat st;
	enum evault_status rc;

	ev_pack_path(&line->hash, path);
	if (ev_os_stat(t->v->dir, path, &st, NULL) != EVAULT_OK)
		return EVAULT_OK;
	rc = judge_leftover(t, line, &why);
	if (concerns_one_pack(rc)) {
		tell_left(t, &line->hash, why.text);
		return EVAULT_OK;
	}
	if (rc != EVAULT_OK)
		return ev_fail(err, rc, "%s", why.text);
	t->summary->removed++;
	ev_vault_close_packs(t->v);
	if (!t->what->dry_run)
		remove_file(t, &line->hash, folders);
	return tick(t, 0, err);
}

static enum evault_status
remove_leftovers(struct tidying *t, struct evault_error *err)
{
	const struct ev_authority *a = &t->v->authority;
	bool folders[256] = { false };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < a->n_packs && rc == EVAULT_OK; i++)
		if (a->packs[i].dropped)
			rc = remove_leftover(t, &a->packs[i], folders, err);
	if (t->summary->removed > 0 && !t->what->dry_run)
		sync_folders(t, folders);
	return rc;
}

enum evault_status
evault_tidy(struct evault *v, const struct evault_tidy *what, struct evault_tidy_summary *summary,
	    struct evault_error *err)
{
	struct tidying t = { .v = v, .what = what, .summary = summary };
	enum evault_status rc;

	memset(summary, 0, sizeof(*summary));
	if (v->access != EVAULT_WRITE && !what->dry_run)
		return ev_fail(err, EVAULT_E_DENIED, "%s: the vault is open for reading only",
			       v->shown);
	rc = ev_vault_need_reading(v, err);
	if (rc == EVAULT_OK)
		rc = ev_index_packs(v, v->catalog, err);
	if (rc == EVAULT_OK)
		rc = remove_leftovers(&t, err);
	if (rc == EVAULT_OK)
		rc = choose(&t, err);
	if (rc == EVAULT_OK)
		rc = merge_all(&t, err);
	/* The packs that the vault was opened with are others now, or the catalog's are. */
	v->stale = v->stale || (!what->dry_run && (summary->merged > 0 || rc != EVAULT_OK));
	if (rc == EVAULT_E_CANCELLED) {
		summary->cancelled = true;
		rc = EVAULT_OK;
	}
	summary->packs += summary->made - (what->dry_run ? 0 : summary->merged);
	free(t.packs);
	ev_tidy_look_release(&t.look);
	ev_set_release(&t.names);
	ev_set_release(&t.copied);
	ev_buf_release(&t.body);
	return rc;
}
