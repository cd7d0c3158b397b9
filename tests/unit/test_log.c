/*
 * The log on disk: what commits write, what opening makes of it, and what an
 * interrupted commit leaves.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "log_fixture.h"
#include "store/log.h"
#include "vault_fixture.h"

static struct log_keys k;
static int dir = -1; /* the vault's folder */
static struct ev_hash *leaves; /* of all entries staged since begin() */
static size_t n_leaves, cap_leaves;

/* RFC 6962 2.1, as it is written there. */
static void
naive_root(const struct ev_hash *of, size_t n, struct ev_hash *root)
{
	struct ev_hash left, right;
	size_t half = 1;

	if (n == 0) {
		ev_merkle_empty(root);
		return;
	}
	if (n == 1) {
		*root = of[0];
		return;
	}
	while (half * 2 < n)
		half *= 2;
	naive_root(of, half, &left);
	naive_root(of + half, n - half, &right);
	ev_merkle_node(&left, &right, root);
}

/* A folder for a log, and new keys. */
static bool
begin(void)
{
	log_keys_make(&k);
	n_leaves = 0;
	ev_os_close_read(dir);
	dir = -1;
	return fixture_remove("v") && fixture_folder("v") && fixture_folder("v/log") &&
	       ev_os_open_dir(EV_OS_CWD, "v", &dir, NULL) == EVAULT_OK;
}

static bool
stage_bytes(struct ev_log *log, const void *data, size_t len)
{
	if (n_leaves == cap_leaves) {
		cap_leaves = cap_leaves * 2 + 1024;
		leaves = realloc(leaves, cap_leaves * sizeof(*leaves));
		if (leaves == NULL)
			return false;
	}
	ev_merkle_leaf(data, len, &leaves[n_leaves++]);
	return ev_log_stage(log, ev_slice_of(data, len), NULL) == EVAULT_OK;
}

/* Stages `n` entries that hold. */
static bool
stage(struct ev_log *log, size_t n)
{
	struct ev_buf lines = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_hash root;
	bool good = true;
	uint64_t at;

	while (n-- > 0 && good) {
		at = ev_log_next(log, &root);
		ev_buf_clear(&lines);
		if (at == 0)
			log_line_first(&lines, &k);
		else
			log_line_hash(&lines, "record", (unsigned)at, "");
		log_entry(&note, k.vault.origin, at, &root, &lines, &k.owner, NULL);
		good = stage_bytes(log, note.data, note.len);
	}
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return good;
}

static enum evault_status
commit(struct ev_log *log)
{
	return ev_log_commit(log, &k.log.key, &k.log.seed, NULL);
}

static uint64_t entries_seen;

static enum evault_status
see_entry(void *ctx, uint64_t index, const struct ev_entry *entry, struct ev_slice bytes,
	  bool taken, struct evault_error *err)
{
	(void)ctx, (void)entry, (void)bytes, (void)err;
	entries_seen += taken && index == entries_seen;
	return EVAULT_OK;
}

/* Opens with findings counted; the caller frees the log. */
static enum evault_status
open_found(struct found *f, struct ev_log_past *past, struct ev_log **log)
{
	struct ev_findings findings = found_in(f);
	struct ev_authority authority;
	enum evault_status rc;

	*log = NULL;
	entries_seen = 0;
	ev_authority_init(&authority, &k.vault);
	rc = ev_log_open(dir, &k.vault, &authority, &findings, past, past == NULL ? 0 : 1,
			 see_entry, NULL, log, NULL);
	ev_authority_release(&authority);
	return rc;
}

/* Opens what must be whole, of this many entries. */
static struct ev_log *
open_sound(uint64_t size)
{
	struct ev_log *log;
	struct found f;

	if (open_found(&f, NULL, &log) == EVAULT_OK && f.n == 0 &&
	    ev_log_head(log)->size == size && entries_seen == size)
		return log;
	printf("# %u findings, the last: %s %s\n", f.n, f.path, f.detail);
	ev_log_free(log);
	return NULL;
}

/* Every file below log/ is one that the tree of this size needs, and none is missing. */
static bool
files_are_those_of(uint64_t size)
{
	size_t wanted = 1, files; /* the checkpoint */
	char path[80], tile[EV_TILE_PATH_SIZE];
	uint64_t count = size, n;
	unsigned level;

	for (level = 0; count > 0; level++, count /= EV_TILE_WIDTH) {
		for (n = 0; n * EV_TILE_WIDTH < count; n++) {
			ev_tile_path(level, n, ev_tile_width(level, n, size), tile);
			snprintf(path, sizeof(path), "v/log/%s", tile);
			if (!fixture_there(path))
				return false;
			wanted++;
			if (level > 0)
				continue;
			ev_tile_path(EV_TILE_ENTRIES, n, ev_tile_width(0, n, size), tile);
			snprintf(path, sizeof(path), "v/log/%s", tile);
			if (!fixture_there(path))
				return false;
			wanted++;
		}
	}
	fixture_bytes("v/log", &files);
	if (files != wanted)
		printf("# %zu files, and %zu are needed\n", files, wanted);
	return files == wanted;
}

/* A new log of `n` entries in one commit; it is freed. */
static bool
make_log(size_t n)
{
	struct ev_log *log = NULL;
	bool good = begin() && ev_log_new(dir, k.vault.origin, &log, NULL) == EVAULT_OK &&
		    stage(log, n) && commit(log) == EVAULT_OK;

	ev_log_free(log);
	return good;
}

/* ---- commits -------------------------------------------------------------------- */

/* Commits `total` entries, `batch` at a time, and looks at what is there after the last. */
static bool
commits_in_batches(size_t total, size_t batch)
{
	struct ev_log *log = NULL;
	struct ev_hash root;
	size_t take;
	bool good = begin() && ev_log_new(dir, k.vault.origin, &log, NULL) == EVAULT_OK;

	while (good && n_leaves < total) {
		take = total - n_leaves < batch ? total - n_leaves : batch;
		good = stage(log, take) && commit(log) == EVAULT_OK;
		naive_root(leaves, n_leaves, &root);
		good = good && ev_log_head(log)->size == n_leaves &&
		       ev_hash_equal(&ev_log_head(log)->root, &root);
	}
	ev_log_free(log);
	good = good && files_are_those_of(total);
	log = good ? open_sound(total) : NULL;
	good = log != NULL && ev_hash_equal(&ev_log_head(log)->root, &root);
	ev_log_free(log);
	if (!good)
		printf("# %zu entries, %zu at a time\n", total, batch);
	return good;
}

static void
commits_of_all_sizes_give_the_tree_of_rfc_6962_and_just_its_tiles(void)
{
	const struct fault_plan none = { .nth = -1 };

	faults_on(&none);
	CHECK(commits_in_batches(1, 1));
	CHECK(commits_in_batches(2, 1));
	CHECK(commits_in_batches(255, 255));
	CHECK(commits_in_batches(256, 256));
	CHECK(commits_in_batches(257, 257));
	CHECK(commits_in_batches(257, 1));
	CHECK(commits_in_batches(257, 128));
	CHECK(commits_in_batches(512, 256));
	CHECK(commits_in_batches(513, 255));
	CHECK(commits_in_batches(600, 600));
	CHECK(commits_in_batches(600, 100));
	CHECK(commits_in_batches(600, 7));
	CHECK(commits_in_batches(600, 299));
	faults_off();
}

/* Entries of a few bytes each: the rules of entries are not what is looked at. */
static bool
commits_small_ones(size_t total, const size_t *batches, size_t n_batches)
{
	struct ev_log *log = NULL;
	struct ev_hash root;
	struct found f;
	size_t i, j;
	bool good = begin() && ev_log_new(dir, k.vault.origin, &log, NULL) == EVAULT_OK;

	for (i = 0; i < n_batches && good; i++) {
		for (j = 0; j < batches[i] && good; j++)
			good = stage_bytes(log, &n_leaves, sizeof(n_leaves));
		good = good && commit(log) == EVAULT_OK;
	}
	naive_root(leaves, n_leaves, &root);
	good = good && n_leaves == total && ev_log_head(log)->size == total &&
	       ev_hash_equal(&ev_log_head(log)->root, &root) && files_are_those_of(total);
	ev_log_free(log);
	if (!good || open_found(&f, NULL, &log) != EVAULT_OK)
		return false;
	/* All that is found is that each entry is none. */
	good = f.n == total && f.of[EVAULT_FINDING_ALTERED] == total && f.index == total - 1;
	ev_log_free(log);
	return good;
}

static void
log_of_65537_entries_has_three_levels_of_tiles(void)
{
	static const size_t at_once[] = { 65537 };
	static const size_t across[] = { 65500, 30, 6, 1 };
	const struct fault_plan none = { .nth = -1 };

	faults_on(&none);
	CHECK(commits_small_ones(65537, at_once, 1));
	CHECK(fixture_there("v/log/tile/2/000.p/1") && fixture_there("v/log/tile/1/000"));
	CHECK(commits_small_ones(65537, across, 4));
	CHECK(fixture_there("v/log/tile/2/000.p/1") && !fixture_there("v/log/tile/1/000.p"));
	faults_off();
}

static void
log_grows_on_after_it_was_opened_again(void)
{
	struct ev_log *log;
	struct ev_hash root;
	int i;

	NEED(make_log(250));
	for (i = 1; i <= 4; i++) {
		log = open_sound(n_leaves);
		NEED(log != NULL);
		CHECK(stage(log, 5) && commit(log) == EVAULT_OK);
		ev_log_free(log);
	}
	log = open_sound(270);
	NEED(log != NULL);
	naive_root(leaves, 270, &root);
	CHECK(ev_hash_equal(&root, &ev_log_head(log)->root));
	CHECK(files_are_those_of(270));
	ev_log_free(log);
}

static void
commit_of_nothing_writes_nothing(void)
{
	struct ev_log *log;
	uint64_t before;

	NEED(make_log(3));
	before = fixture_bytes("v", NULL);
	log = open_sound(3);
	NEED(log != NULL);
	CHECK(commit(log) == EVAULT_OK && ev_log_head(log)->size == 3);
	CHECK(fixture_bytes("v", NULL) == before);
	ev_log_free(log);
}

static void
unstaged_entries_leave_no_trace(void)
{
	struct ev_log *log;
	struct ev_hash before, after;

	NEED(make_log(3));
	log = open_sound(3);
	NEED(log != NULL);
	CHECK(ev_log_next(log, &before) == 3);
	NEED(stage(log, 4));
	CHECK(ev_log_next(log, &after) == 7);
	ev_log_unstage(log);
	ev_log_unstage(log);
	CHECK(ev_log_next(log, &after) == 3 && ev_hash_equal(&before, &after));
	n_leaves = 3;
	CHECK(stage(log, 1) && commit(log) == EVAULT_OK);
	ev_log_free(log);
	log = open_sound(4);
	CHECK(log != NULL);
	ev_log_free(log);
}

static void
entries_are_read_back_by_their_index(void)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_hash leaf;
	struct ev_log *log;
	uint64_t i;

	NEED(make_log(300));
	log = open_sound(300);
	NEED(log != NULL);
	for (i = 0; i < 300; i += 37) {
		ev_buf_clear(&out);
		NEED(ev_log_entry(log, i, &out, NULL) == EVAULT_OK);
		ev_merkle_leaf(out.data, out.len, &leaf);
		CHECK(ev_hash_equal(&leaf, &leaves[i]));
	}
	CHECK(ev_log_entry(log, 300, &out, NULL) == EVAULT_E_NOT_FOUND);
	ev_buf_release(&out);
	ev_log_free(log);
}

static void
proofs_from_the_tiles_verify(void)
{
	struct ev_hash proof[EV_PROOF_MAX], longer[EV_CONSISTENCY_MAX], old;
	struct ev_log *log;
	uint64_t i;
	size_t n;

	NEED(make_log(600));
	log = open_sound(600);
	NEED(log != NULL);
	for (i = 0; i < 600; i += 41) {
		NEED(ev_merkle_prove(ev_log_fetch(log), i, 600, proof, &n, NULL) == EVAULT_OK);
		CHECK(ev_merkle_verify(i, 600, &leaves[i], proof, n, &ev_log_head(log)->root));
		NEED(ev_merkle_prove_consistency(ev_log_fetch(log), i + 1, 600, longer, &n,
						 NULL) == EVAULT_OK);
		naive_root(leaves, i + 1, &old);
		CHECK(ev_merkle_verify_consistency(i + 1, 600, &old, &ev_log_head(log)->root,
						   longer, n));
	}
	ev_log_free(log);
}

/* ---- what was changed meanwhile --------------------------------------------------- */

static void
commit_signs_nothing_when_a_tile_was_changed_meanwhile(void)
{
	static const char *const tiles[] = { "v/log/tile/0/001.p/44", "v/log/tile/1/000.p/1" };
	struct ev_log *log;
	size_t i;

	for (i = 0; i < 2; i++) {
		NEED(make_log(300));
		log = open_sound(300);
		NEED(log != NULL && stage(log, 1));
		NEED(fixture_flip(tiles[i], 5));
		CHECK(commit(log) == EVAULT_E_DAMAGED);
		CHECK(!fixture_there("v/log/checkpoint.new") && ev_log_head(log)->size == 300);
		ev_log_free(log);
	}
	NEED(make_log(300));
	log = open_sound(300);
	NEED(log != NULL && stage(log, 1));
	NEED(fixture_remove("v/log/tile/0/001.p/44"));
	CHECK(commit(log) != EVAULT_OK && !fixture_there("v/log/checkpoint.new"));
	ev_log_free(log);
}

/* ---- opening a damaged log ---------------------------------------------------------- */

struct damage {
	const char *path;
	long flip;   /* a byte of it, unless it is … */
	bool remove; /* removed */
	long cut;    /* or cut to this size; -1 */
	enum evault_finding_kind kind;
	const char *names; /* the finding's path; NULL: an item */
};

static void
each_altered_file_of_the_log_is_named(void)
{
	static const struct damage damages[] = {
		{ "v/log/tile/0/000", 100, false, -1, EVAULT_FINDING_ALTERED, "log/tile/0/000" },
		{ "v/log/tile/0/000", 0, true, -1, EVAULT_FINDING_MISSING, "log/tile/0/000" },
		{ "v/log/tile/0/000", 0, false, 8000, EVAULT_FINDING_ALTERED, "log/tile/0/000" },
		{ "v/log/tile/0/001.p/44", 9, false, -1, EVAULT_FINDING_ALTERED,
		  "log/tile/0/001.p/44" },
		{ "v/log/tile/1/000.p/1", 9, false, -1, EVAULT_FINDING_ALTERED,
		  "log/tile/1/000.p/1" },
		{ "v/log/tile/1/000.p/1", 0, true, -1, EVAULT_FINDING_MISSING,
		  "log/tile/1/000.p/1" },
		{ "v/log/tile/entries/000", 0, true, -1, EVAULT_FINDING_MISSING,
		  "log/tile/entries/000" },
		{ "v/log/tile/entries/000", 0, false, 0, EVAULT_FINDING_ALTERED,
		  "log/tile/entries/000" },
		{ "v/log/tile/entries/001.p/44", 0, false, 0, EVAULT_FINDING_ALTERED,
		  "log/tile/entries/001.p/44" },
		{ "v/log/tile/entries/001.p/44", 0, false, 2000, EVAULT_FINDING_ALTERED,
		  "log/tile/entries/001.p/44" },
		{ "v/log/tile/entries/001.p/44", -20, false, -1, EVAULT_FINDING_ALTERED, NULL },
		{ "v/log/tile/entries/000", 3000, false, -1, EVAULT_FINDING_ALTERED, NULL },
	};
	const struct damage *d;
	struct ev_log *log;
	struct found f;
	size_t i;

	NEED(make_log(300) && fixture_remove("whole") && fixture_copy("v", "whole"));
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		d = &damages[i];
		ev_os_close_read(dir);
		NEED(fixture_remove("v") && fixture_copy("whole", "v"));
		NEED(ev_os_open_dir(EV_OS_CWD, "v", &dir, NULL) == EVAULT_OK);
		if (d->remove)
			NEED(fixture_remove(d->path));
		else if (d->cut >= 0)
			NEED(fixture_cut(d->path, (uint64_t)d->cut));
		else
			NEED(fixture_flip(d->path, d->flip));
		if (!CHECK(open_found(&f, NULL, &log) == EVAULT_OK && f.of[d->kind] > 0))
			printf("# %s\n", d->path);
		if (!CHECK(d->names == NULL ? strstr(f.all, "[]") != NULL
					    : strstr(f.all, d->names) != NULL))
			printf("# %s: %s\n", d->path, f.all);
		ev_log_free(log);
	}
}

static void
one_altered_entry_is_one_item_and_the_others_hold(void)
{
	struct ev_log *log;
	struct found f;

	NEED(make_log(300));
	NEED(fixture_flip("v/log/tile/entries/000", 3000));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n <= 2 && f.index != EV_NO_ITEM && f.index < 20);
	CHECK(ev_log_head(log)->size == 300);
	ev_log_free(log);
}

static void
bytes_after_the_last_entry_are_found(void)
{
	struct ev_buf bundle = EV_BUF_INIT;
	struct ev_log *log;
	struct found f;

	NEED(make_log(2));
	NEED(ev_os_load(EV_OS_CWD, "v/log/tile/entries/000.p/2", 1 << 20, &bundle, NULL) ==
	     EVAULT_OK);
	ev_buf_puts(&bundle, "x");
	NEED(fixture_file("v/log/tile/entries/000.p/2", bundle.data, bundle.len));
	ev_buf_release(&bundle);
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_ALTERED] == 1);
	ev_log_free(log);
}

/* A checkpoint's note for `size` entries, by this key. */
static bool
put_head(const char *path, uint64_t size, const struct ev_hash *root, const struct log_actor *key)
{
	struct ev_checkpoint c = { .size = size, .root = *root };
	struct ev_buf note = EV_BUF_INIT;
	bool good;

	memcpy(c.origin, k.vault.origin, sizeof(c.origin));
	good = ev_checkpoint_sign(&c, &key->key, &key->seed, &note, NULL) == EVAULT_OK &&
	       fixture_file(path, note.data, note.len);
	ev_buf_release(&note);
	return good;
}

static void
head_of_another_root_is_altered(void)
{
	struct ev_log *log;
	struct ev_hash root = { { 1 } };
	struct found f;

	NEED(make_log(3) && put_head("v/log/checkpoint", 3, &root, &k.log));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_ALTERED] == 1);
	ev_log_free(log);
}

static void
head_by_another_key_is_no_head(void)
{
	struct log_actor other;
	struct ev_log *log;
	struct ev_hash root;
	struct found f;

	NEED(make_log(3));
	naive_root(leaves, 3, &root);
	log_key_make(&k, &other);
	NEED(put_head("v/log/checkpoint", 3, &root, &other));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED && log == NULL);
	CHECK(f.of[EVAULT_FINDING_ALTERED] == 1);
	NEED(fixture_text("v/log/checkpoint", "nonsense"));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED);
	CHECK(f.of[EVAULT_FINDING_ALTERED] == 1);
	NEED(fixture_remove("v/log/checkpoint"));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED);
	CHECK(f.of[EVAULT_FINDING_MISSING] == 1);
}

static void
head_that_counts_entries_that_are_not_there_is_damage(void)
{
	struct ev_log *log;
	struct ev_hash root;
	struct found f;

	NEED(make_log(3));
	naive_root(leaves, 3, &root);
	NEED(put_head("v/log/checkpoint", 4, &root, &k.log));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] > 0);
	ev_log_free(log);
	NEED(put_head("v/log/checkpoint", 0, &root, &k.log));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED);
}

static void
log_that_went_on_from_a_checkpoint_agrees_with_it(void)
{
	struct ev_log_past past = { .size = 100 };
	struct ev_log *log;
	struct found f;

	NEED(make_log(300));
	naive_root(leaves, 100, &past.root);
	NEED(open_found(&f, &past, &log) == EVAULT_OK);
	CHECK(past.reached && past.agrees);
	ev_log_free(log);
	past = (struct ev_log_past){ .size = 99, .root = past.root };
	NEED(open_found(&f, &past, &log) == EVAULT_OK);
	CHECK(past.reached && !past.agrees);
	ev_log_free(log);
	past = (struct ev_log_past){ .size = 301, .root = past.root };
	NEED(open_found(&f, &past, &log) == EVAULT_OK);
	CHECK(!past.reached);
	ev_log_free(log);
}

/* ---- checkpoint.new ------------------------------------------------------------------ */

/* A log of 3, and the files of a commit to 5 up to checkpoint.new. */
static bool
interrupted(void)
{
	const struct fault_plan plan = { FAULT_RENAME, 0, EIO, false, "log/checkpoint" };
	struct ev_log *log;
	bool good = make_log(3);

	log = good ? open_sound(3) : NULL;
	good = log != NULL && stage(log, 2);
	faults_on(&plan);
	good = good && commit(log) == EVAULT_E_IO;
	good = faults_off() && good && fixture_there("v/log/checkpoint.new");
	ev_log_free(log);
	return good;
}

static void
good_new_head_counts_and_the_next_writer_completes_it(void)
{
	struct ev_log *log;
	struct found f;

	NEED(interrupted());
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(ev_log_head(log)->size == 5 && fixture_there("v/log/checkpoint.new"));
	CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
	CHECK(!fixture_there("v/log/checkpoint.new"));
	CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
	CHECK(stage(log, 1) && commit(log) == EVAULT_OK);
	ev_log_free(log);
	log = open_sound(6);
	CHECK(log != NULL);
	ev_log_free(log);
}

static void
good_new_head_counts_without_the_old_one(void)
{
	struct ev_log *log;
	struct found f;

	NEED(interrupted() && fixture_remove("v/log/checkpoint"));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(ev_log_head(log)->size == 5 && ev_log_recover(log, NULL) == EVAULT_OK);
	ev_log_free(log);
	log = open_sound(5);
	CHECK(log != NULL);
	ev_log_free(log);
}

static void
half_written_new_head_is_removed(void)
{
	struct ev_log *log;
	struct found f;

	NEED(interrupted() && fixture_cut("v/log/checkpoint.new", 60));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1 && ev_log_head(log)->size == 3);
	CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
	CHECK(!fixture_there("v/log/checkpoint.new"));
	n_leaves = 3;
	CHECK(stage(log, 4) && commit(log) == EVAULT_OK);
	ev_log_free(log);
	log = open_sound(7);
	CHECK(log != NULL);
	ev_log_free(log);
}

static void
new_head_that_is_the_old_one_or_its_past_is_removed(void)
{
	struct ev_log *log;
	struct ev_hash root;
	struct found f;
	uint64_t size;

	NEED(make_log(3));
	for (size = 2; size <= 3; size++) {
		naive_root(leaves, size, &root);
		NEED(put_head("v/log/checkpoint.new", size, &root, &k.log));
		NEED(open_found(&f, NULL, &log) == EVAULT_OK);
		CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
		CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
		ev_log_free(log);
		log = open_sound(3);
		CHECK(log != NULL);
		ev_log_free(log);
	}
}

static void
two_signed_heads_of_one_size_are_a_fork(void)
{
	struct ev_log *log;
	struct ev_hash root = { { 7 } };
	struct found f;

	NEED(make_log(3) && put_head("v/log/checkpoint.new", 3, &root, &k.log));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_HISTORY] == 1);
	ev_log_free(log);
	NEED(put_head("v/log/checkpoint.new", 4, &root, &k.log));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] == 1 && ev_log_head(log)->size == 3);
	ev_log_free(log);
}

static void
new_head_that_does_not_go_on_from_the_old_one_is_a_fork(void)
{
	struct ev_hash root = { { 7 } };
	struct ev_log *log;
	struct found f;

	NEED(interrupted());
	NEED(put_head("v/log/checkpoint", 3, &root, &k.log));
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_HISTORY] == 1);
	ev_log_free(log);
}

/* ---- a commit that fails --------------------------------------------------------------- */

static bool
status_fits(enum evault_status rc, int sys)
{
	return rc == (sys == ENOSPC ? EVAULT_E_FULL : EVAULT_E_IO);
}

/* After a commit from `old` to `new` that failed: opens, and tells which of both it is. */
static bool
is_old_or_new(uint64_t old, uint64_t new, uint64_t *size)
{
	struct ev_log *log;
	struct ev_hash root;
	struct found f;
	bool good = open_found(&f, NULL, &log) == EVAULT_OK && f.n == f.of[EVAULT_FINDING_INTERRUPTED];

	*size = good ? ev_log_head(log)->size : 0;
	good = good && (*size == old || *size == new);
	if (good)
		naive_root(leaves, *size, &root);
	good = good && ev_hash_equal(&root, &ev_log_head(log)->root);
	good = good && ev_log_recover(log, NULL) == EVAULT_OK;
	ev_log_free(log);
	return good;
}

/* One commit across the edge of a tile with the n-th call failing; *fired: one did. */
static bool
commit_with_fault(const struct fault_plan *plan, bool *fired)
{
	struct ev_log *log;
	enum evault_status rc;
	uint64_t size;
	bool good;

	ev_os_close_read(dir);
	dir = -1;
	n_leaves = 254;
	if (!fixture_remove("v") || !fixture_copy("whole", "v") ||
	    ev_os_open_dir(EV_OS_CWD, "v", &dir, NULL) != EVAULT_OK)
		return false;
	log = open_sound(254);
	good = log != NULL && stage(log, 4);
	faults_on(plan);
	rc = commit(log);
	*fired = faults_off();
	good = good && (*fired ? rc == EVAULT_OK || status_fits(rc, plan->sys) : rc == EVAULT_OK);
	good = good && (rc != EVAULT_OK || ev_log_head(log)->size == 258);
	/* A head may have been published: another one of the same size must not be signed. */
	if (rc != EVAULT_OK) {
		ev_log_unstage(log);
		good = good && ev_log_head(log)->size == 254;
	}
	ev_log_free(log);
	good = good && is_old_or_new(254, 258, &size) && (rc != EVAULT_OK || size == 258);
	n_leaves = size;
	log = good ? open_sound(size) : NULL;
	good = log != NULL && stage(log, 262 - size) && commit(log) == EVAULT_OK;
	ev_log_free(log);
	log = good ? open_sound(262) : NULL;
	ev_log_free(log);
	return log != NULL;
}

static void
commit_that_fails_at_any_call_leaves_the_old_or_the_new_log(void)
{
	static const int errors[] = { ENOSPC, EIO };
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, NULL };
	bool fired = true;
	int i;

	NEED(make_log(254) && fixture_remove("whole") && fixture_copy("v", "whole"));
	for (plan.call = FAULT_OPENAT; plan.call < FAULT_CALLS; plan.call++) {
		for (i = 0; i < 2; i++) {
			plan.sys = errors[i];
			plan.stays = i == 1;
			for (plan.nth = 0, fired = true; fired; plan.nth++) {
				if (!CHECK(commit_with_fault(&plan, &fired))) {
					printf("# %s %d fails\n", fault_word(plan.call), plan.nth);
					return;
				}
			}
		}
	}
}

static void
log_signs_nothing_more_after_a_commit_that_failed(void)
{
	const struct fault_plan plan = { FAULT_RENAME, 0, EIO, false, "log/checkpoint" };
	struct ev_log *log;
	struct found f;

	/* A head of four entries is signed by then: there must not be another one. */
	NEED(make_log(3));
	log = open_sound(3);
	NEED(log != NULL && stage(log, 1));
	faults_on(&plan);
	CHECK(commit(log) == EVAULT_E_IO);
	CHECK(faults_off());
	ev_log_unstage(log);
	n_leaves = 3;
	CHECK(stage(log, 2) && commit(log) == EVAULT_E_IO);
	ev_log_free(log);
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == f.of[EVAULT_FINDING_INTERRUPTED] && ev_log_head(log)->size == 4);
	ev_log_free(log);
}

static void
recovery_that_fails_is_completed_by_the_next(void)
{
	static const enum fault_call calls[] = { FAULT_RENAME, FAULT_FSYNC, FAULT_UNLINK };
	struct fault_plan plan = { FAULT_RENAME, 0, EIO, false, NULL };
	struct ev_log *log;
	struct found f;
	bool fired;
	size_t i;

	for (i = 0; i < 3; i++) {
		for (plan.nth = 0, fired = true; fired; plan.nth++) {
			plan.call = calls[i];
			NEED(interrupted());
			if (plan.call == FAULT_UNLINK)
				NEED(fixture_cut("v/log/checkpoint.new", 10));
			NEED(open_found(&f, NULL, &log) == EVAULT_OK);
			faults_on(&plan);
			CHECK(ev_log_recover(log, NULL) == EVAULT_OK || plan.nth < 3);
			fired = faults_off();
			ev_log_free(log);
			NEED(open_found(&f, NULL, &log) == EVAULT_OK);
			CHECK(f.n == f.of[EVAULT_FINDING_INTERRUPTED]);
			CHECK(ev_log_head(log)->size == (plan.call == FAULT_UNLINK ? 3U : 5U));
			CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
			ev_log_free(log);
		}
	}
}

static void
unreadable_file_of_the_log_is_no_alteration(void)
{
	static const char *const names[] = { "entries/000.p/3", "0/000.p/3" };
	struct fault_plan plan = { FAULT_OPENAT, 0, EIO, true, NULL };
	struct ev_log *log;
	struct found f;
	size_t i;

	NEED(make_log(3));
	for (i = 0; i < 2; i++) {
		plan.name = names[i];
		faults_on(&plan);
		CHECK(open_found(&f, NULL, &log) == EVAULT_OK);
		CHECK(faults_off() && f.of[EVAULT_FINDING_UNREADABLE] == 1);
		ev_log_free(log);
	}
}

static void
files_below_log_are_told_apart(void)
{
	struct ev_log *log;

	NEED(make_log(300));
	log = open_sound(300);
	NEED(log != NULL);
	CHECK(ev_log_classify(log, "log/checkpoint") == EV_LOG_NEEDED);
	CHECK(ev_log_classify(log, "log/checkpoint.new") == EV_LOG_INTERRUPTED);
	CHECK(ev_log_classify(log, "log/tile/0/000") == EV_LOG_NEEDED);
	CHECK(ev_log_classify(log, "log/tile/entries/001.p/44") == EV_LOG_NEEDED);
	CHECK(ev_log_classify(log, "log/tile/0/001.p/43") == EV_LOG_SUPERSEDED);
	CHECK(ev_log_classify(log, "log/tile/0/000.p/9") == EV_LOG_SUPERSEDED);
	CHECK(ev_log_classify(log, "log/tile/0/001.p/45") == EV_LOG_INTERRUPTED);
	CHECK(ev_log_classify(log, "log/tile/0/001") == EV_LOG_INTERRUPTED);
	CHECK(ev_log_classify(log, "log/tile/0/002.p/1") == EV_LOG_INTERRUPTED);
	CHECK(ev_log_classify(log, "log/tile/0/00") == EV_LOG_UNKNOWN);
	CHECK(ev_log_classify(log, "log/x") == EV_LOG_UNKNOWN);
	CHECK(ev_log_classify(log, "vault") == EV_LOG_UNKNOWN);
	ev_log_free(log);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(commits_of_all_sizes_give_the_tree_of_rfc_6962_and_just_its_tiles);
	UNIT_RUN(log_of_65537_entries_has_three_levels_of_tiles);
	UNIT_RUN(log_grows_on_after_it_was_opened_again);
	UNIT_RUN(commit_of_nothing_writes_nothing);
	UNIT_RUN(unstaged_entries_leave_no_trace);
	UNIT_RUN(entries_are_read_back_by_their_index);
	UNIT_RUN(proofs_from_the_tiles_verify);
	UNIT_RUN(commit_signs_nothing_when_a_tile_was_changed_meanwhile);
	UNIT_RUN(each_altered_file_of_the_log_is_named);
	UNIT_RUN(one_altered_entry_is_one_item_and_the_others_hold);
	UNIT_RUN(bytes_after_the_last_entry_are_found);
	UNIT_RUN(head_of_another_root_is_altered);
	UNIT_RUN(head_by_another_key_is_no_head);
	UNIT_RUN(head_that_counts_entries_that_are_not_there_is_damage);
	UNIT_RUN(log_that_went_on_from_a_checkpoint_agrees_with_it);
	UNIT_RUN(good_new_head_counts_and_the_next_writer_completes_it);
	UNIT_RUN(good_new_head_counts_without_the_old_one);
	UNIT_RUN(half_written_new_head_is_removed);
	UNIT_RUN(new_head_that_is_the_old_one_or_its_past_is_removed);
	UNIT_RUN(two_signed_heads_of_one_size_are_a_fork);
	UNIT_RUN(new_head_that_does_not_go_on_from_the_old_one_is_a_fork);
	UNIT_RUN(commit_that_fails_at_any_call_leaves_the_old_or_the_new_log);
	UNIT_RUN(log_signs_nothing_more_after_a_commit_that_failed);
	UNIT_RUN(recovery_that_fails_is_completed_by_the_next);
	UNIT_RUN(unreadable_file_of_the_log_is_no_alteration);
	UNIT_RUN(files_below_log_are_told_apart);
	ev_os_close_read(dir);
	free(leaves);
	return fixture_end();
}
