/*
 * Keeping files: what is kept, what is known already, what is refused, and
 * what remains of a run that fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

enum {
	MIB_8 = 8 << 20
};

/* What evault_add told, and what it is to be told. */
struct told {
	unsigned of[5];
	uint64_t index[200]; /* of what is kept */
	size_t n;
	char last[300], why[300];
	const char *touch; /* a file to change when so many bytes are read */
	uint64_t touch_at, stop_at;
};

static void
on_event(void *ctx, const struct evault_add_event *e)
{
	struct told *t = ctx;

	t->of[e->what]++;
	if (e->what == EVAULT_ADD_KEPT && t->n < 200)
		t->index[t->n++] = e->index;
	snprintf(t->last, sizeof(t->last), "%s", e->path);
	if (e->why != NULL)
		snprintf(t->why, sizeof(t->why), "%s: %s", e->path, e->why);
}

static bool
on_progress(void *ctx, const struct evault_progress *p)
{
	struct told *t = ctx;
	FILE *f;

	if (t->touch != NULL && p->bytes_done >= t->touch_at) {
		f = fopen(t->touch, "ab");
		if (f != NULL) {
			fputc('x', f);
			fclose(f);
		}
		t->touch = NULL;
	}
	return t->stop_at != 0 && p->bytes_done >= t->stop_at;
}

static struct evault_add
adding(const char *const *paths, size_t n, struct told *t)
{
	struct evault_add what = { .paths = paths, .n_paths = n };

	what.event = on_event;
	what.progress = on_progress;
	what.ctx = t;
	return what;
}

static struct evault *
open_vault(const char *dir)
{
	struct evault *v = NULL;

	return fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK ? v : NULL;
}

/* Gives one item back and compares it with the file. */
static bool
gives_back(const char *dir, uint64_t item, const char *original)
{
	struct evault_get what = { .items = &item, .n_items = 1, .out = "back", .force = true };
	struct evault_get_summary summary;
	struct ev_buf wanted = EV_BUF_INIT;
	struct evault *v = NULL;
	bool good;

	fixture_remove("back");
	good = fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
	       evault_get(v, &what, &summary, NULL) == EVAULT_OK && summary.given == 1 &&
	       ev_os_load(EV_OS_CWD, original, 1 << 28, &wanted, NULL) == EVAULT_OK &&
	       fixture_holds("back", wanted.data, wanted.len);
	ev_buf_release(&wanted);
	evault_close(v);
	return good;
}

static uint64_t
entries_of(const char *dir)
{
	struct evault_status_info info = { .entries = 0 };
	struct evault *v = NULL;

	if (evault_open(&(struct evault_open){ .dir = dir, .access = EVAULT_SEALED }, &v, NULL) ==
	    EVAULT_OK)
		evault_get_status(v, &info, NULL);
	evault_close(v);
	return info.entries;
}

/* ---- what is kept ---------------------------------------------------------------- */

static void
files_around_8_mib_come_back_byte_for_byte(void)
{
	static const size_t sizes[] = { 0,     1,         131071,        131072,    MIB_8 - 1,
					MIB_8, MIB_8 + 1, 2 * MIB_8 - 1, 2 * MIB_8, 2 * MIB_8 + 1 };
	struct evault_add_summary s;
	char path[40];
	uint64_t item = 1;
	size_t i;

	NEED(fixture_vault("sizes"));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(path, sizeof(path), "f%zu", i);
		NEED(fixture_noise_file(path, sizes[i], (uint32_t)i));
		NEED(fixture_add("sizes", path, &s) == EVAULT_OK && s.kept == 1);
		CHECK(s.bytes == sizes[i] && s.deduplicated == 0);
		CHECK(gives_back("sizes", item, path));
		item += 2; /* the entry that names the pack */
	}
	CHECK(fixture_is_sound("sizes"));
}

static void
known_bytes_are_not_written_again(void)
{
	struct evault_add_summary s;
	uint64_t before, after;
	size_t files, files_after;

	NEED(fixture_vault("known") && fixture_noise_file("k1", 3 * MIB_8 + 5, 7) &&
	     fixture_copy("k1", "k2"));
	NEED(fixture_noise_file("k3", 500000, 8) && fixture_copy("k3", "k4"));
	NEED(fixture_add("known", "k1", &s) == EVAULT_OK && s.kept == 1 && s.deduplicated == 0);
	NEED(fixture_add("known", "k3", &s) == EVAULT_OK && s.kept == 1);
	before = fixture_bytes("known/packs", &files);
	/* Another name: a new record, and no new object. */
	NEED(fixture_add("known", "k2", &s) == EVAULT_OK && s.kept == 1);
	CHECK(s.deduplicated == 3 * MIB_8 + 5);
	NEED(fixture_add("known", "k4", &s) == EVAULT_OK && s.kept == 1);
	CHECK(s.deduplicated == 500000);
	after = fixture_bytes("known/packs", &files_after);
	CHECK(files_after == files + 2 && after - before < 150000);
	/* The same file: nothing new at all. */
	NEED(fixture_add("known", "k1", &s) == EVAULT_OK && s.kept == 0 && s.already == 1);
	NEED(fixture_add("known", "k3", &s) == EVAULT_OK && s.kept == 0 && s.already == 1);
	CHECK(fixture_bytes("known/packs", NULL) == after);
	CHECK(gives_back("known", 5, "k1") && gives_back("known", 7, "k3"));
	CHECK(fixture_is_sound("known"));
}

static void
same_bytes_twice_in_one_run_are_written_once(void)
{
	static const char *const paths[] = { "twice", "twice/a", "twice/c" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 3, &t);
	struct evault_add_summary s;
	struct evault *v;
	uint64_t bytes;

	NEED(fixture_vault("tw") && fixture_folder("twice") &&
	     fixture_noise_file("twice/a", 700000, 9));
	NEED(fixture_copy("twice/a", "twice/b") && fixture_noise_file("twice/c", 2 * MIB_8, 10));
	NEED(fixture_copy("twice/c", "twice/d"));
	v = open_vault("tw");
	NEED(v != NULL && evault_add(v, &what, &s, NULL) == EVAULT_OK);
	evault_close(v);
	/* "twice/a" given by itself has no folder, so it is another item. */
	CHECK(s.kept == 6 && s.already == 0);
	CHECK(s.deduplicated == 2 * (700000 + 2 * MIB_8));
	bytes = fixture_bytes("tw/packs", NULL);
	CHECK(bytes > 700000 + 2 * MIB_8 && bytes < 700000 + 2 * MIB_8 + 2000000);
	CHECK(fixture_is_sound("tw"));
}

static void
one_path_given_twice_is_one_item(void)
{
	static const char *const paths[] = { "one", "one" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 2, &t);
	struct evault_add_summary s;
	struct evault *v;

	NEED(fixture_vault("o") && fixture_text("one", "one"));
	v = open_vault("o");
	NEED(v != NULL && evault_add(v, &what, &s, NULL) == EVAULT_OK);
	evault_close(v);
	CHECK(s.kept == 1 && s.already == 1);
	CHECK(t.of[EVAULT_ADD_KEPT] == 1 && t.of[EVAULT_ADD_ALREADY] == 1);
}

/* ---- what is said about it ---------------------------------------------------------- */

static enum evault_status
see_fields(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	static const char *const expected[] = { "action", "time",       "offset", "clock",
						"actor",  "software",   "name",   "size",
						"sha256", "media-type", "folder", "modified",
						"case",   "title",      "tag",    "tag",
						"field",  "field" };
	unsigned *good = ctx;
	size_t i;

	(void)err;
	*good = item->n_fields == 18;
	for (i = 0; i < item->n_fields && i < 18; i++)
		*good = *good && strcmp(item->fields[i].name, expected[i]) == 0;
	if (*good != 0)
		*good = strcmp(item->fields[4].value, "Aigul") == 0 &&
			strcmp(item->fields[6].value, "n\n\xff") == 0 &&
			strcmp(item->fields[10].value, "meta/s") == 0 &&
			strcmp(item->fields[7].value, "5") == 0 &&
			strcmp(item->fields[12].value, "C 1") == 0 &&
			strcmp(item->fields[13].value, "\xd0\xa8") == 0 &&
			strcmp(item->fields[15].value, "t2%") == 0 &&
			strcmp(item->fields[17].value, "a=") == 0;
	return EVAULT_OK;
}

static void
record_has_all_that_was_said_and_found(void)
{
	static const char *const paths[] = { "meta" };
	static const char *const tags[] = { "t1", "t2%" }, *const fields[] = { "where=here=x",
									       "a=" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v;
	unsigned good = 0;

	NEED(fixture_vault("m") && fixture_folder("meta") && fixture_folder("meta/s") &&
	     fixture_text("meta/s/n\n\xff", "12345"));
	what.case_name = "C 1";
	what.title = "\xd0\xa8";
	what.tags = tags;
	what.n_tags = 2;
	what.fields = fields;
	what.n_fields = 2;
	v = open_vault("m");
	NEED(v != NULL && evault_add(v, &what, &s, NULL) == EVAULT_OK && s.kept == 1);
	CHECK(evault_find(v, "1", see_fields, &good, NULL) == EVAULT_OK && good == 1);
	evault_close(v);
}

static void
field_that_no_record_can_have_is_told_before_anything_is_read(void)
{
	static const char *const paths[] = { "one" };
	static const char *const bad[] = { "no equals sign" }, *const nameless[] = { "=x" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v;

	NEED(fixture_vault("b") && fixture_text("one", "one"));
	v = open_vault("b");
	NEED(v != NULL);
	what.fields = bad;
	what.n_fields = 1;
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_E_USAGE && s.kept == 0);
	what.fields = nameless;
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_E_USAGE);
	what.n_fields = 0;
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_OK && s.kept == 1);
	evault_close(v);
}

/* ---- what is not kept ------------------------------------------------------------------ */

/* Adds the folder ch, in which `touch` changes after `at` bytes: it alone is refused. */
static bool
refuses_changed(const char *touch, uint64_t at, unsigned kept)
{
	static const char *const paths[] = { "ch" };
	struct told t = { .touch = touch, .touch_at = at };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v = open_vault("chv");
	bool good = v != NULL && evault_add(v, &what, &s, NULL) == EVAULT_OK;

	evault_close(v);
	return good && s.refused == 1 && s.kept == kept && t.of[EVAULT_ADD_REFUSED] == 1 &&
	       strncmp(t.why, touch, strlen(touch)) == 0 && strstr(t.why, "changed") != NULL;
}

static void
file_that_changes_while_it_is_read_is_refused_and_the_others_are_kept(void)
{
	struct evault_add_summary s;

	NEED(fixture_vault("chv") && fixture_folder("ch") && fixture_noise_file("ch/1", 100, 1) &&
	     fixture_noise_file("ch/2", 3 * MIB_8, 2) && fixture_noise_file("ch/3", 100, 3));
	CHECK(refuses_changed("ch/2", 100 + MIB_8, 2));
	CHECK(fixture_is_sound("chv"));
	CHECK(refuses_changed("ch/2", 100 + 3 * MIB_8, 0));
	/* A small one, and one whose size is known, so that it is hashed first. */
	NEED(fixture_noise_file("ch/4", 1000, 4) && fixture_noise_file("ch/5", 3 * MIB_8, 5));
	NEED(fixture_add("chv", "ch", &s) == EVAULT_OK && s.kept == 3 && s.refused == 0);
	NEED(fixture_noise_file("ch/4", 1000, 14) && fixture_noise_file("ch/5", 3 * MIB_8, 15));
	CHECK(refuses_changed("ch/4", 200 + 3 * MIB_8 + 500, 1));
	NEED(fixture_noise_file("ch/5", 3 * MIB_8, 25));
	CHECK(refuses_changed("ch/5", 1300 + 4 * MIB_8, 1));
	CHECK(fixture_is_sound("chv"));
}

static void
cancelled_run_keeps_what_was_read_whole_and_nothing_of_the_rest(void)
{
	static const char *const paths[] = { "ca" };
	struct told t = { .stop_at = 1000 + MIB_8 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v;

	NEED(fixture_vault("cav") && fixture_folder("ca") && fixture_noise_file("ca/1", 1000, 1) &&
	     fixture_noise_file("ca/2", 4 * MIB_8, 2) && fixture_noise_file("ca/3", 1000, 3));
	v = open_vault("cav");
	NEED(v != NULL && evault_add(v, &what, &s, NULL) == EVAULT_OK);
	CHECK(s.cancelled && s.kept == 1 && t.of[EVAULT_ADD_KEPT] == 1);
	evault_close(v);
	CHECK(fixture_is_sound("cav"));
	NEED(fixture_add("cav", "ca", &s) == EVAULT_OK);
	CHECK(s.kept == 2 && s.already == 1 && !s.cancelled);
	CHECK(fixture_is_sound("cav"));
}

static void
dry_run_writes_nothing(void)
{
	static const char *const paths[] = { "dry" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v = NULL;
	uint64_t before;
	size_t files, files_after;

	NEED(fixture_vault("dv") && fixture_folder("dry") && fixture_text("dry/a", "a") &&
	     fixture_noise_file("dry/b", MIB_8 + 1, 3) && fixture_copy("dry/b", "dry/c"));
	what.dry_run = true;
	NEED(fixture_open("dv", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	before = fixture_bytes("dv", &files); /* with the index */
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_OK);
	CHECK(s.kept == 0 && t.of[EVAULT_ADD_WOULD] == 3 && t.of[EVAULT_ADD_KEPT] == 0);
	evault_close(v);
	CHECK(fixture_bytes("dv", &files_after) == before && files_after == files);
}

static void
vault_opened_for_reading_takes_nothing(void)
{
	static const char *const paths[] = { "one" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v = NULL;

	NEED(fixture_vault("rv") && fixture_text("one", "one"));
	NEED(fixture_open("rv", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_E_DENIED && s.kept == 0);
	evault_close(v);
	NEED(evault_open(&(struct evault_open){ .dir = "rv", .access = EVAULT_SEALED }, &v, NULL) ==
	     EVAULT_OK);
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_E_DENIED);
	evault_close(v);
	CHECK(entries_of("rv") == 1);
}

static void
vault_inside_the_folder_is_passed_over(void)
{
	static const char *const paths[] = { "around" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_progress total = { 0 };
	struct evault_add_summary s;
	struct evault *v;

	NEED(fixture_folder("around") && fixture_text("around/x", "x") &&
	     fixture_vault("around/v"));
	v = open_vault("around/v");
	NEED(v != NULL);
	CHECK(evault_add_scan(v, &what, &total, NULL) == EVAULT_OK && total.files_total == 1);
	what.dry_run = true;
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_OK && t.of[EVAULT_ADD_WOULD] == 1);
	what.dry_run = false;
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_OK && s.kept == 1 && s.skipped == 1);
	evault_close(v);
}

static void
scan_counts_what_add_would_read(void)
{
	static const char *const paths[] = { "sc", "nowhere" }, *const excludes[] = { "*.bak" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 2, &t);
	struct evault_progress total = { 0 };

	NEED(fixture_folder("sc") && fixture_text("sc/a", "123") && fixture_text("sc/b.bak", "1") &&
	     symlink("a", "sc/l") == 0 && fixture_text("sc/c", "12345"));
	what.excludes = excludes;
	what.n_excludes = 1;
	CHECK(evault_add_scan(NULL, &what, &total, NULL) == EVAULT_OK);
	CHECK(total.files_total == 2 && total.bytes_total == 8);
}

static void
unreadable_file_is_refused_and_the_others_are_kept(void)
{
	const struct fault_plan plan = { FAULT_OPENAT, 0, EACCES, true, "locked" };
	static const char *const paths[] = { "un", "gone" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 2, &t);
	struct evault_add_summary s;
	struct evault *v;

	NEED(fixture_vault("uv") && fixture_folder("un") && fixture_text("un/a", "a") &&
	     fixture_text("un/locked", "b") && fixture_text("un/c", "c"));
	v = open_vault("uv");
	NEED(v != NULL);
	faults_on(&plan);
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_OK && s.kept == 2 && s.refused == 2);
	CHECK(faults_off());
	evault_close(v);
}

/* ---- runs that fail ----------------------------------------------------------------------- */

/* Is each acknowledged item in the vault? */
static bool
all_are_there(const char *dir, const struct told *t)
{
	struct found f;
	uint64_t entries = entries_of(dir);
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (t->index[i] >= entries)
			return false;
	}
	return fixture_check(dir, EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK &&
	       f.n == f.of[EVAULT_FINDING_INTERRUPTED];
}

static bool
add_with_fault(const struct fault_plan *plan, bool *fired)
{
	static const char *const paths[] = { "fault" };
	struct told t = { .n = 0 };
	struct evault_add what = adding(paths, 1, &t);
	struct evault_add_summary s;
	struct evault *v;
	uint64_t before, after;
	enum evault_status rc;
	bool good = fixture_remove("fv") && fixture_copy("fv.before", "fv");

	before = entries_of("fv");
	v = good ? open_vault("fv") : NULL;
	if (v == NULL)
		return false;
	faults_on(plan);
	rc = evault_add(v, &what, &s, NULL);
	*fired = faults_off();
	/* The folder, or a file in it, may be what could not be opened. */
	good = rc == EVAULT_OK
		   ? s.kept == 3 || (*fired && s.refused > 0)
		   : *fired && (rc == EVAULT_E_IO || (plan->sys == ENOSPC && rc == EVAULT_E_FULL));
	good = good && s.kept == t.n && (rc == EVAULT_OK || t.n == 0);
	/* A vault with a commit that failed takes nothing more until it is opened again. */
	if (rc != EVAULT_OK && evault_add(v, &what, &s, NULL) == EVAULT_OK)
		good = good && s.kept == 3 && t.n == 3;
	else if (rc != EVAULT_OK)
		good = good && s.kept == 0 && t.n == 0;
	evault_close(v);
	good = good && all_are_there("fv", &t);
	after = entries_of("fv");
	if (rc != EVAULT_OK)
		good = good && (after == before || after == before + 4);
	if (!good)
		printf("# status %d, kept %llu, refused %llu, %llu entries\n", (int)rc,
		       (unsigned long long)s.kept, (unsigned long long)s.refused,
		       (unsigned long long)after);
	good = good && fixture_add("fv", "fault", &s) == EVAULT_OK && s.kept + s.already == 3 &&
	       s.refused == 0;
	return good && all_are_there("fv", &t);
}

static void
add_that_fails_at_any_call_keeps_all_or_nothing_and_the_next_completes_it(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, NULL };
	struct evault_add_summary s;
	bool fired;
	int i;

	NEED(fixture_vault("fv.before") && fixture_folder("fault") && fixture_text("old", "old") &&
	     fixture_noise_file("fault/1", 400, 1) && fixture_noise_file("fault/2", 300000, 2) &&
	     fixture_noise_file("fault/3", 500, 3));
	NEED(fixture_add("fv.before", "old", &s) == EVAULT_OK);
	for (plan.call = FAULT_OPENAT; plan.call < FAULT_CALLS; plan.call++) {
		for (i = 0; i < 2; i++) {
			plan.sys = i == 0 ? ENOSPC : EIO;
			plan.stays = i == 0 && plan.call != FAULT_OPENAT;
			for (plan.nth = 0, fired = true; fired; plan.nth++) {
				if (!CHECK(add_with_fault(&plan, &fired))) {
					printf("# %s %d\n", fault_word(plan.call), plan.nth);
					return;
				}
			}
		}
	}
}

static void
medium_that_cannot_be_written_is_said_to_be_so(void)
{
	const struct fault_plan plan = { FAULT_OPENAT, 0, EROFS, true, "writer" };
	struct evault *v = NULL;
	enum evault_status rc;

	NEED(fixture_vault("ro"));
	faults_on(&plan);
	rc = fixture_open("ro", EVAULT_WRITE, FIXTURE_KEY, &v, NULL);
	faults_off();
	CHECK(rc == EVAULT_E_READ_ONLY && v == NULL);
}

static void
second_writer_is_told_who_the_first_is(void)
{
	struct evault *first, *second = NULL;
	struct evault_error err = { 0 };

	NEED(fixture_vault("busy"));
	first = open_vault("busy");
	NEED(first != NULL);
	CHECK(fixture_open("busy", EVAULT_WRITE, FIXTURE_KEY, &second, &err) == EVAULT_E_BUSY);
	CHECK(strstr(err.text, "process") != NULL);
	CHECK(fixture_open("busy", EVAULT_READ, FIXTURE_KEY, &second, &err) == EVAULT_OK);
	evault_close(second);
	evault_close(first);
	second = open_vault("busy");
	CHECK(second != NULL);
	evault_close(second);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(files_around_8_mib_come_back_byte_for_byte);
	UNIT_RUN(known_bytes_are_not_written_again);
	UNIT_RUN(same_bytes_twice_in_one_run_are_written_once);
	UNIT_RUN(one_path_given_twice_is_one_item);
	UNIT_RUN(record_has_all_that_was_said_and_found);
	UNIT_RUN(field_that_no_record_can_have_is_told_before_anything_is_read);
	UNIT_RUN(file_that_changes_while_it_is_read_is_refused_and_the_others_are_kept);
	UNIT_RUN(cancelled_run_keeps_what_was_read_whole_and_nothing_of_the_rest);
	UNIT_RUN(dry_run_writes_nothing);
	UNIT_RUN(vault_opened_for_reading_takes_nothing);
	UNIT_RUN(vault_inside_the_folder_is_passed_over);
	UNIT_RUN(scan_counts_what_add_would_read);
	UNIT_RUN(unreadable_file_is_refused_and_the_others_are_kept);
	UNIT_RUN(add_that_fails_at_any_call_keeps_all_or_nothing_and_the_next_completes_it);
	UNIT_RUN(medium_that_cannot_be_written_is_said_to_be_so);
	UNIT_RUN(second_writer_is_told_who_the_first_is);
	return fixture_end();
}
