/*
 * What an interrupted commit leaves, and what opening and the next writer make of it.
 */
#include <errno.h>

#include "fault_fixture.h"
#include "log_on_disk.h"

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
	/* What could not be read is no full disk. */
	return rc == EVAULT_E_IO || (sys == ENOSPC && rc == EVAULT_E_FULL);
}

/* Opens after a commit from `old` to `new` that failed: it must be one of both.  NULL if not. */
static struct ev_log *
open_old_or_new(uint64_t old, uint64_t new)
{
	struct ev_log *log;
	struct ev_hash root;
	struct found f;
	bool good = open_found(&f, NULL, &log) == EVAULT_OK &&
		    f.n == f.of[EVAULT_FINDING_INTERRUPTED] &&
		    (ev_log_head(log)->size == old || ev_log_head(log)->size == new);

	if (good)
		naive_root(leaves, ev_log_head(log)->size, &root);
	if (good && ev_hash_equal(&root, &ev_log_head(log)->root) &&
	    ev_log_recover(log, NULL) == EVAULT_OK)
		return log;
	ev_log_free(log);
	return NULL;
}

/* One commit across the edge of a tile with the n-th call failing; *fired: one did. */
static bool
commit_with_fault(const struct fault_plan *plan, bool *fired)
{
	struct ev_log *log;
	enum evault_status rc;
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
	log = good ? open_old_or_new(254, 258) : NULL;
	if (log == NULL)
		return false;
	n_leaves = (size_t)ev_log_head(log)->size;
	good = (rc != EVAULT_OK || n_leaves == 258) && stage(log, 262 - n_leaves) &&
	       commit(log) == EVAULT_OK;
	ev_log_free(log);
	if (!good || plan->nth % 4 != 0)
		return good;
	log = open_sound(262);
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

/*
 * A lock holds on one machine.  Where the last tile is full, nothing else of
 * the log tells that another one has gone on with it.
 */
static void
log_that_another_machine_went_on_with_is_not_signed_again(void)
{
	static const size_t sizes[] = { 3, EV_TILE_WIDTH };
	struct ev_log *log, *other;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		NEED(make_log(sizes[i]));
		log = open_sound(sizes[i]);
		other = open_sound(sizes[i]);
		NEED(log != NULL && other != NULL);
		CHECK(stage(other, 2) && commit(other) == EVAULT_OK);
		CHECK(stage(log, 2) && commit(log) == EVAULT_E_BUSY);
		ev_log_free(log);
		ev_log_free(other);
		log = open_sound(sizes[i] + 2);
		CHECK(log != NULL);
		ev_log_free(log);
	}
}

/* Where a rename is two writes, a head that lost its old name may not have the new one yet. */
static void
new_head_goes_only_after_the_head_was_synced(void)
{
	struct fault_plan plan = { FAULT_FSYNC, 0, EIO, true, NULL };
	struct ev_log *log;
	struct found f;
	bool fired = true, renamed = false;

	for (plan.nth = 0; fired; plan.nth++) {
		NEED(make_log(3));
		log = open_sound(3);
		NEED(log != NULL && stage(log, 1));
		faults_on(&plan);
		CHECK((commit(log) == EVAULT_OK) == !(fired = faults_off()));
		ev_log_free(log);
		NEED(open_found(&f, NULL, &log) == EVAULT_OK);
		if (fired && ev_log_head(log)->size == 4) {
			CHECK(fixture_there("v/log/checkpoint.new"));
			renamed = true;
		}
		ev_log_free(log);
	}
	CHECK(renamed && !fixture_there("v/log/checkpoint.new"));
}

static void
head_that_only_the_new_file_has_is_synced_before_it_is_shown(void)
{
	const struct fault_plan plan = { FAULT_FSYNC, 0, EIO, false, NULL };
	struct ev_log *log;
	struct found f;

	NEED(interrupted());
	faults_on(&plan);
	CHECK(open_found(&f, NULL, &log) == EVAULT_OK && ev_log_head(log)->size == 5);
	CHECK(faults_off());
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

/* An old bundle that was altered since the log was opened is not taken over into the new one. */
static void
bundle_that_changed_since_opening_is_not_signed(void)
{
	static const char bundle[] = "v/log/tile/entries/000.p/3";
	struct ev_buf whole = EV_BUF_INIT, changed = EV_BUF_INIT;
	struct ev_log *log;
	int how;

	NEED(make_log(3) && ev_os_load(EV_OS_CWD, bundle, 1 << 20, &whole, NULL) == EVAULT_OK);
	for (how = 0; how < 4; how++) {
		NEED(fixture_file(bundle, whole.data, whole.len));
		log = open_sound(3);
		n_leaves = 3;
		NEED(log != NULL && stage(log, 1));
		ev_buf_clear(&changed);
		ev_buf_add(&changed, whole.data, how == 1 ? whole.len - 1 : whole.len);
		if (how == 0)
			changed.data[whole.len / 2] ^= 1;
		if (how == 2) /* an entry of no bytes, after the last */
			ev_buf_add(&changed, "\0", 2);
		if (how == 3) /* the length of the first entry */
			changed.data[1] ^= 1;
		NEED(fixture_file(bundle, changed.data, changed.len));
		CHECK(commit(log) == EVAULT_E_DAMAGED);
		CHECK(!fixture_there("v/log/checkpoint.new"));
		CHECK(ev_log_head(log)->size == 3);
		ev_log_free(log);
	}
	NEED(fixture_file(bundle, whole.data, whole.len));
	log = open_sound(3);
	n_leaves = 3;
	CHECK(log != NULL && stage(log, 1) && commit(log) == EVAULT_OK);
	ev_log_free(log);
	ev_buf_release(&whole);
	ev_buf_release(&changed);
}

/* Its name may not be on the disk yet: that another run made it is no reason to rely on it. */
static void
folder_that_a_killed_run_made_is_synced_by_the_next(void)
{
	const struct fault_plan plan = { FAULT_OPENAT, 0, EIO, false, "log/tile/0" };
	struct ev_log *log;

	NEED(make_log(254));
	log = open_sound(254);
	NEED(log != NULL && stage(log, 8));
	NEED(ev_os_mkdir(EV_OS_CWD, "v/log/tile/0/001.p", NULL, NULL) == EVAULT_OK);
	faults_on(&plan);
	CHECK(commit(log) == EVAULT_E_IO);
	CHECK(faults_off());
	ev_log_free(log);
}

/* The run that gave it its name may have been killed before it synced that. */
static void
head_is_synced_before_a_writer_goes_on_from_it(void)
{
	const struct fault_plan plan = { FAULT_FSYNC, 0, EIO, false, NULL };
	struct ev_log *log;

	NEED(make_log(3));
	log = open_sound(3);
	NEED(log != NULL);
	faults_on(&plan);
	CHECK(ev_log_recover(log, NULL) == EVAULT_E_IO);
	CHECK(faults_off());
	ev_log_free(log);
}

static void
unreadable_entries_of_a_new_head_are_no_damage(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, "entries/000.p/5" };
	struct ev_log *log;
	struct found f;
	size_t i;

	NEED(interrupted());
	for (i = 0; i < 4; i++) {
		plan.sys = errors[i];
		faults_on(&plan);
		CHECK(open_found(&f, NULL, &log) == EVAULT_OK);
		CHECK(faults_off() && f.of[EVAULT_FINDING_UNREADABLE] == 1);
		CHECK(f.n == f.of[EVAULT_FINDING_UNREADABLE] + f.of[EVAULT_FINDING_INTERRUPTED]);
		ev_log_free(log);
	}
}

static void
unreadable_file_of_the_log_is_no_alteration(void)
{
	static const char *const names[] = { "entries/000.p/3", "0/000.p/3" };
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, true, NULL };
	struct ev_log *log;
	struct found f;
	size_t i;

	NEED(make_log(3));
	for (i = 0; i < 8; i++) {
		plan.name = names[i % 2];
		plan.sys = errors[i / 2];
		faults_on(&plan);
		CHECK(open_found(&f, NULL, &log) == EVAULT_OK);
		CHECK(faults_off() && f.of[EVAULT_FINDING_UNREADABLE] == 1);
		ev_log_free(log);
	}
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(good_new_head_counts_and_the_next_writer_completes_it);
	UNIT_RUN(good_new_head_counts_without_the_old_one);
	UNIT_RUN(half_written_new_head_is_removed);
	UNIT_RUN(new_head_that_is_the_old_one_or_its_past_is_removed);
	UNIT_RUN(two_signed_heads_of_one_size_are_a_fork);
	UNIT_RUN(new_head_that_does_not_go_on_from_the_old_one_is_a_fork);
	UNIT_RUN(commit_that_fails_at_any_call_leaves_the_old_or_the_new_log);
	UNIT_RUN(log_signs_nothing_more_after_a_commit_that_failed);
	UNIT_RUN(log_that_another_machine_went_on_with_is_not_signed_again);
	UNIT_RUN(new_head_goes_only_after_the_head_was_synced);
	UNIT_RUN(head_that_only_the_new_file_has_is_synced_before_it_is_shown);
	UNIT_RUN(recovery_that_fails_is_completed_by_the_next);
	UNIT_RUN(bundle_that_changed_since_opening_is_not_signed);
	UNIT_RUN(folder_that_a_killed_run_made_is_synced_by_the_next);
	UNIT_RUN(head_is_synced_before_a_writer_goes_on_from_it);
	UNIT_RUN(unreadable_entries_of_a_new_head_are_no_damage);
	UNIT_RUN(unreadable_file_of_the_log_is_no_alteration);
	ev_os_close_read(dir);
	free(leaves);
	return fixture_end();
}
