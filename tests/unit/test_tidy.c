/*
 * Merging small packs: what becomes of them, of readers meanwhile, and of a
 * run that does not come to its end.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault.h"
#include "vault_fixture.h"

enum {
	FILES = 9,
	LONG = 9 << 20, /* bytes of one more, which has two pieces: 8 MiB and one */
};

static char left_path[200], left_why[400];

static void
on_left(void *ctx, const char *path, const char *why)
{
	unsigned *n = ctx;

	++*n;
	snprintf(left_path, sizeof(left_path), "%s", path);
	snprintf(left_why, sizeof(left_why), "%s", why);
}

/* A vault "t" with nine files, each in a pack of its own, as it was made once. */
static bool
begin(void)
{
	struct evault_add_summary s;
	char name[32], text[32];
	bool good = fixture_there("whole") || fixture_vault("whole");
	int i;

	for (i = 0; i < FILES && !fixture_there("begun"); i++) {
		snprintf(name, sizeof(name), "f%d", i);
		snprintf(text, sizeof(text), "text %d", i);
		good = good && fixture_text(name, text) &&
		       fixture_add("whole", name, &s) == EVAULT_OK && s.kept == 1;
	}
	return good && fixture_text("begun", "") && fixture_remove("t") &&
	       fixture_copy("whole", "t");
}

static enum evault_status
tidy_with(bool dry_run, struct evault_tidy_summary *s, unsigned *left)
{
	struct evault_tidy what = { .dry_run = dry_run, .left = on_left, .ctx = left };
	struct evault *v = NULL;
	enum evault_status rc =
	    fixture_open("t", dry_run ? EVAULT_READ : EVAULT_WRITE, FIXTURE_KEY, &v, NULL);

	*left = 0;
	memset(s, 0, sizeof(*s));
	if (rc == EVAULT_OK)
		rc = evault_tidy(v, &what, s, NULL);
	evault_close(v);
	return rc;
}

static enum evault_status
tidy(struct evault_tidy_summary *s)
{
	unsigned left;

	return tidy_with(false, s, &left);
}

static size_t
packs(void)
{
	size_t n = 0;

	fixture_bytes("t/packs", &n);
	return n;
}

/* Are all nine given back, by a vault that is open? */
static bool
gives_all(struct evault *v)
{
	uint64_t items[FILES];
	struct evault_get what = { .items = items, .n_items = FILES, .out = "out" };
	struct evault_get_summary s;
	char path[32], text[32];
	bool good;
	int i;

	/* Each has an entry for its record, and one for its pack. */
	for (i = 0; i < FILES; i++)
		items[i] = 1 + 2 * (uint64_t)i;
	good = fixture_remove("out") && evault_get(v, &what, &s, NULL) == EVAULT_OK &&
	       s.given == FILES;
	for (i = 0; i < FILES && good; i++) {
		snprintf(path, sizeof(path), "out/f%d", i);
		snprintf(text, sizeof(text), "text %d", i);
		good = fixture_holds(path, text, strlen(text));
	}
	return good;
}

static bool
is_whole(void)
{
	struct evault *v = NULL;
	bool good =
	    fixture_open("t", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK && gives_all(v);

	evault_close(v);
	return good;
}

static void
small_packs_become_one_and_nothing_is_lost(void)
{
	struct evault_tidy_summary s;

	NEED(begin() && packs() == FILES);
	NEED(tidy(&s) == EVAULT_OK);
	CHECK(s.merged == FILES && s.made == 1 && s.packs == 1 && s.left == 0 && s.removed == 0);
	CHECK(s.bytes_after < s.bytes_before / 4);
	CHECK(packs() == 1 && fixture_is_sound("t") && is_whole());
	/* And once more: there is nothing to do. */
	NEED(tidy(&s) == EVAULT_OK);
	CHECK(s.merged == 0 && s.made == 0 && s.packs == 1 && packs() == 1);
}

static void
dry_run_says_it_and_changes_nothing(void)
{
	struct evault_tidy_summary s;
	unsigned left;

	NEED(begin());
	NEED(tidy_with(true, &s, &left) == EVAULT_OK);
	CHECK(s.merged == FILES && s.made == 0 && s.packs == FILES && packs() == FILES);
	CHECK(fixture_is_sound("t"));
}

static void
fewer_than_eight_stay(void)
{
	struct evault_add_summary added;
	struct evault_tidy_summary s;
	char name[32];
	int i;

	NEED(begin() && fixture_remove("t") && fixture_vault("t"));
	for (i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		NEED(fixture_add("t", name, &added) == EVAULT_OK);
	}
	NEED(tidy(&s) == EVAULT_OK && s.merged == 0 && packs() == 7);
	NEED(fixture_add("t", "f7", &added) == EVAULT_OK);
	NEED(tidy(&s) == EVAULT_OK && s.merged == 8 && packs() == 1);
	CHECK(fixture_is_sound("t"));
}

static void
end_of_a_long_original_goes_with_the_others(void)
{
	struct evault_add_summary added;
	struct evault_tidy_summary s;
	uint8_t *data = malloc(LONG);
	size_t before;
	bool good;

	NEED(data != NULL);
	fixture_noise(data, LONG, 5);
	good = begin() && fixture_file("long", data, LONG);
	free(data);
	NEED(good && fixture_add("t", "long", &added) == EVAULT_OK);
	before = packs();
	NEED(tidy(&s) == EVAULT_OK && s.merged >= FILES);
	CHECK(packs() < before && fixture_is_sound("t") && is_whole());
}

static void
damaged_pack_is_left_alone_and_named(void)
{
	char pack[300];
	struct evault_check_summary checked;
	struct evault_tidy_summary s;
	struct found f;
	unsigned left;

	NEED(begin() && fixture_pack("t", 4, pack, sizeof(pack)) && fixture_flip(pack, 30000));
	NEED(tidy_with(false, &s, &left) == EVAULT_OK);
	CHECK(left == 1 && s.left == 1 && s.merged == FILES - 1 && packs() == 2);
	CHECK(strstr(pack, left_path) != NULL && left_why[0] != '\0');
	NEED(fixture_check("t", EVAULT_READ, EVAULT_CHECK_FULL, &f, &checked) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_INTERRUPTED] == 0 && strstr(f.all, left_path) != NULL);
}

/* ---- readers meanwhile ----------------------------------------------------------------- */

static void
reader_who_was_there_before_reads_on(void)
{
	struct evault_tidy_summary s;
	struct evault *v = NULL;

	NEED(begin() && fixture_open("t", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	NEED(tidy(&s) == EVAULT_OK && s.merged == FILES);
	CHECK(gives_all(v));
	evault_close(v);
}

static enum evault_status
count_whole(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	int *n = ctx;

	(void)err;
	*n += evault_item_field(item, "sha256") != NULL;
	return EVAULT_OK;
}

static void
reader_with_an_index_of_their_own_reads_on(void)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = "t", .access = EVAULT_READ, .unlock = &unlock, .index = "own"
	};
	struct evault_filter filter = { .case_name = NULL };
	struct evault_tidy_summary s;
	struct evault *v = NULL;
	int n = 0;

	NEED(begin() && fixture_remove("own") && fixture_folder("own"));
	NEED(evault_open(&how, &v, NULL) == EVAULT_OK);
	NEED(tidy(&s) == EVAULT_OK && s.merged == FILES);
	CHECK(evault_list(v, &filter, count_whole, &n, NULL) == EVAULT_OK && n == FILES);
	CHECK(gives_all(v));
	evault_close(v);
	v = NULL;
	NEED(evault_open(&how, &v, NULL) == EVAULT_OK);
	CHECK(gives_all(v));
	evault_close(v);
}

static bool
tidy_once(void *ctx, const struct evault_progress *progress)
{
	bool *done = ctx;
	struct evault_tidy_summary s;

	(void)progress;
	if (!*done)
		*done = tidy(&s) == EVAULT_OK && s.merged == FILES;
	return false;
}

static void
check_that_was_overtaken_says_so_and_finds_no_damage(void)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	bool done = false;
	struct evault_check what = { .depth = EVAULT_CHECK_FULL,
				     .progress = tidy_once,
				     .ctx = &done };
	struct evault_check_summary s;
	struct evault_error err = { 0 };

	NEED(begin());
	CHECK(evault_check("t", EVAULT_READ, &unlock, &what, &s, &err) == EVAULT_E_BUSY);
	CHECK(done && s.damage == 0 && strstr(err.text, "run this again") != NULL);
	CHECK(fixture_is_sound("t"));
}

/* ---- runs that were cut short ------------------------------------------------------------ */

static void
leftovers_of_a_killed_run_are_told_and_removed(void)
{
	struct evault_check_summary checked;
	struct evault_tidy_summary s;
	struct found f;

	NEED(begin() && tidy(&s) == EVAULT_OK && s.merged == FILES);
	/* As if nothing had been removed. */
	NEED(system("cp -r whole/packs/. t/packs/") == 0 && packs() == FILES + 1);
	NEED(fixture_check("t", EVAULT_READ, EVAULT_CHECK_FULL, &f, &checked) == EVAULT_OK);
	CHECK(checked.sound && f.of[EVAULT_FINDING_INTERRUPTED] == FILES && f.n == FILES);
	NEED(tidy(&s) == EVAULT_OK);
	CHECK(s.removed == FILES && s.merged == 0 && packs() == 1);
	CHECK(fixture_is_sound("t") && is_whole());
}

/* A copy that came without the new pack: the old ones are all that there is. */
static void
leftover_that_is_needed_stays(void)
{
	struct evault_tidy_summary s;
	char pack[300];
	unsigned left;

	NEED(begin() && tidy(&s) == EVAULT_OK && packs() == 1);
	NEED(fixture_pack("t", 0, pack, sizeof(pack)) && fixture_flip(pack, 30000));
	NEED(system("cp -r whole/packs/. t/packs/") == 0);
	NEED(tidy_with(false, &s, &left) == EVAULT_OK);
	CHECK(s.removed == 0 && left >= FILES && packs() == FILES + 1);
}

/* Whatever fails: the vault has all, and the next run completes it. */
static void
run_that_fails_leaves_the_old_packs_or_the_new_ones(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, EIO, true, NULL };
	struct evault_check_summary checked;
	struct evault_tidy_summary s;
	struct found f;
	bool fired;
	int call;

	for (call = FAULT_OPENAT; call < FAULT_CALLS; call++) {
		plan.call = (enum fault_call)call;
		plan.sys = call == FAULT_WRITE ? ENOSPC : EIO;
		for (plan.nth = 0, fired = true; fired && plan.nth < 400;
		     plan.nth += call == FAULT_OPENAT || call == FAULT_UNLINK ? 3 : 1) {
			NEED(begin());
			faults_on(&plan);
			(void)tidy(&s);
			fired = faults_off();
			if (!CHECK(fixture_check("t", EVAULT_READ, EVAULT_CHECK_FULL, &f,
						 &checked) == EVAULT_OK &&
				   checked.sound && is_whole())) {
				printf("# %s %d: %s\n", fault_word(plan.call), plan.nth, f.detail);
				return;
			}
			if (!CHECK(tidy(&s) == EVAULT_OK && is_whole()) || !CHECK(s.packs == 1)) {
				printf("# after %s %d\n", fault_word(plan.call), plan.nth);
				return;
			}
		}
		CHECK(!fired);
	}
}

static void
full_disk_leaves_no_pack_behind(void)
{
	struct fault_plan plan = { FAULT_WRITE, 0, ENOSPC, true, NULL };
	struct evault_check_summary checked;
	struct evault_tidy_summary s;
	struct found f;
	bool full = true;

	for (plan.nth = 0; full; plan.nth++) {
		NEED(begin());
		faults_on(&plan);
		full = tidy(&s) == EVAULT_E_FULL;
		faults_off();
		if (!full)
			break;
		NEED(fixture_check("t", EVAULT_READ, EVAULT_CHECK_FULL, &f, &checked) == EVAULT_OK);
		/* But for the last: that is where the head may be on the disk. */
		if (fixture_there("t/log/checkpoint.new"))
			continue;
		NEED(packs() == FILES && fixture_temps("t") == 0 && checked.sound);
	}
	CHECK(plan.nth > 3 && s.merged == FILES);
}

static bool
stop_late(void *ctx, const struct evault_progress *progress)
{
	(void)ctx;
	return progress->bytes_done > progress->bytes_total / 4 * 3;
}

static void
stopped_run_leaves_nothing_behind(void)
{
	struct evault_tidy what = { .progress = stop_late };
	struct evault_tidy_summary s;
	struct evault *v = NULL;

	NEED(begin() && fixture_open("t", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_tidy(v, &what, &s, NULL) == EVAULT_OK && s.cancelled && s.merged == 0);
	evault_close(v);
	CHECK(packs() == FILES && fixture_is_sound("t") && is_whole());
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(small_packs_become_one_and_nothing_is_lost);
	UNIT_RUN(dry_run_says_it_and_changes_nothing);
	UNIT_RUN(fewer_than_eight_stay);
	UNIT_RUN(end_of_a_long_original_goes_with_the_others);
	UNIT_RUN(damaged_pack_is_left_alone_and_named);
	UNIT_RUN(reader_who_was_there_before_reads_on);
	UNIT_RUN(reader_with_an_index_of_their_own_reads_on);
	UNIT_RUN(check_that_was_overtaken_says_so_and_finds_no_damage);
	UNIT_RUN(leftovers_of_a_killed_run_are_told_and_removed);
	UNIT_RUN(leftover_that_is_needed_stays);
	UNIT_RUN(run_that_fails_leaves_the_old_packs_or_the_new_ones);
	UNIT_RUN(full_disk_leaves_no_pack_behind);
	UNIT_RUN(stopped_run_leaves_nothing_behind);
	return fixture_end();
}
