/*
 * The log on disk: what commits write, what is read back, and what opening
 * makes of a damaged one.
 */
#include "fault_fixture.h"
#include "log_on_disk.h"

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
		NEED(ev_log_entry(log, i, &out, NULL, NULL) == EVAULT_OK);
		ev_merkle_leaf(out.data, out.len, &leaf);
		CHECK(ev_hash_equal(&leaf, &leaves[i]));
	}
	CHECK(ev_log_entry(log, 300, &out, NULL, NULL) == EVAULT_E_NOT_FOUND);
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
		NEED(ev_merkle_prove_consistency(ev_log_fetch(log), i + 1, 600, longer, &n, NULL) ==
		     EVAULT_OK);
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
	UNIT_RUN(files_below_log_are_told_apart);
	ev_os_close_read(dir);
	free(leaves);
	return fixture_end();
}
