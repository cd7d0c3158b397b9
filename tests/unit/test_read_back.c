/*
 * Reading back what an add has kept: what is altered or goes between the
 * commit and the reading is found, and named.
 */
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "vault_fixture.h"

enum {
	MIB = 1 << 20
};

/* What is done when the first item is told, which is after its commit; and what was found then. */
struct back {
	const char *pattern;   /* of files */
	size_t which;          /* of them, in byte order; beyond the last one: the last */
	bool gone;             /* it is removed; otherwise a byte in its middle is altered */
	bool largest, but_one; /* of them the largest; the one that is next */
	bool done;
	char touched[300];
	unsigned findings, of_items, kinds[8];
	uint64_t item;
	char path[300], detail[300]; /* of the first; of the last */
	uint64_t stop_at;
};

static bool
flip(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && fixture_flip(path, (long)st.st_size / 2);
}

static void
touch(struct back *b)
{
	struct stat st, best = { .st_size = -1 };
	glob_t found = { 0 };
	size_t i, at, tries;
	off_t below = INT64_MAX;

	if (b->done || b->pattern == NULL || glob(b->pattern, 0, NULL, &found) != 0)
		return;
	at = b->which < found.gl_pathc ? b->which : found.gl_pathc - 1;
	for (tries = b->largest ? 1 + b->but_one : 0; tries > 0; tries--) {
		best.st_size = -1;
		for (i = 0; i < found.gl_pathc; i++) {
			if (stat(found.gl_pathv[i], &st) == 0 && st.st_size > best.st_size &&
			    st.st_size < below) {
				best = st;
				at = i;
			}
		}
		below = best.st_size;
	}
	snprintf(b->touched, sizeof(b->touched), "%s", found.gl_pathv[at]);
	b->done = b->gone ? unlink(b->touched) == 0 : flip(b->touched);
	globfree(&found);
}

static void
on_event(void *ctx, const struct evault_add_event *e)
{
	struct back *b = ctx;

	if (e->what == EVAULT_ADD_KEPT || e->what == EVAULT_ADD_ALREADY)
		touch(b);
}

static void
on_finding(void *ctx, const struct evault_finding *f)
{
	struct back *b = ctx;

	if (b->findings++ == 0)
		snprintf(b->path, sizeof(b->path), "%s", f->path);
	snprintf(b->detail, sizeof(b->detail), "%s", f->detail);
	b->of_items += f->has_item;
	if (f->has_item)
		b->item = f->item;
	b->kinds[f->kind]++;
}

static bool
on_progress(void *ctx, const struct evault_progress *p)
{
	const struct back *b = ctx;

	return b->stop_at != 0 && p->bytes_done >= b->stop_at;
}

static enum evault_status
add(const char *dir, const char *path, struct back *b, struct evault_add_summary *summary)
{
	struct evault_add what = { .paths = &path, .n_paths = 1, .read_back = true };
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL);

	what.event = on_event;
	what.finding = on_finding;
	what.progress = on_progress;
	what.ctx = b;
	if (rc == EVAULT_OK)
		rc = evault_add(v, &what, summary, NULL);
	evault_close(v);
	return rc;
}

/* The best that can be said here. */
static enum evault_read_back
whole(void)
{
	static const enum evault_read_back of[] = { [EV_OS_FROM_DEVICE] = EVAULT_READ_BACK_WHOLE,
						    [EV_OS_FROM_ANYWHERE] = EVAULT_READ_BACK_UNSURE,
						    [EV_OS_FROM_MEMORY] =
							EVAULT_READ_BACK_NO_DISK };
	struct ev_buf out = EV_BUF_INIT;
	enum ev_os_source source = EV_OS_FROM_DEVICE;

	if (!fixture_file("probe", "x", 1) ||
	    ev_os_device_load(EV_OS_CWD, "probe", 1, &out, &source, NULL) != EVAULT_OK)
		return EVAULT_READ_BACK_NOT;
	ev_buf_release(&out);
	return of[source];
}

/* ---- the reading ----------------------------------------------------------------- */

static void
file_of_any_size_is_read_as_it_is(void)
{
	static const size_t sizes[] = {
		0,       1,   511,     4096,    65535,       65536,           65537,
		MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 5, 3 * MIB + 65536, 3 * MIB + 70000
	};
	enum ev_os_source source;
	struct ev_buf out = EV_BUF_INIT, other = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		source = EV_OS_FROM_DEVICE;
		fixture_remove("f");
		NEED(fixture_noise_file("f", sizes[i], (uint32_t)i + 1));
		ev_buf_clear(&out);
		ev_buf_clear(&other);
		NEED(ev_os_device_load(EV_OS_CWD, "f", sizes[i], &out, &source, NULL) == EVAULT_OK);
		NEED(ev_os_load(EV_OS_CWD, "f", sizes[i], &other, NULL) == EVAULT_OK);
		CHECK(out.len == sizes[i] && out.len == other.len);
		CHECK(out.len == 0 || memcmp(out.data, other.data, out.len) == 0);
		if (sizes[i] > 0)
			CHECK(ev_os_device_load(EV_OS_CWD, "f", sizes[i] - 1, &out, &source,
						NULL) == EVAULT_E_LIMIT);
	}
	ev_buf_release(&out);
	ev_buf_release(&other);
}

static void
the_less_is_known_of_one_file_the_less_is_known_of_all(void)
{
	enum ev_os_source source = EV_OS_FROM_MEMORY;
	struct ev_buf out = EV_BUF_INIT;

	NEED(fixture_file("one", "x", 1));
	CHECK(ev_os_device_load(EV_OS_CWD, "one", 1, &out, &source, NULL) == EVAULT_OK);
	CHECK(source == EV_OS_FROM_MEMORY);
	ev_buf_release(&out);
	CHECK(ev_os_device_load(EV_OS_CWD, "none", 1, &out, &source, NULL) == EVAULT_E_NOT_FOUND);
	ev_buf_release(&out);
}

static void
file_that_is_on_no_device_is_not_said_to_be_from_one(void)
{
	struct ev_buf out = EV_BUF_INIT;
	enum ev_os_source source = EV_OS_FROM_DEVICE;

	NEED(ev_os_device_load(EV_OS_CWD, "/proc/version", 4096, &out, &source, NULL) == EVAULT_OK);
	CHECK(source == EV_OS_FROM_ANYWHERE);
	ev_buf_release(&out);
}

/* ---- packs ------------------------------------------------------------------------- */

static void
what_is_whole_is_told_and_nothing_found(void)
{
	struct evault_add_summary s;
	struct back b = { .pattern = NULL };

	NEED(fixture_vault("w") && fixture_noise_file("a", 9 * MIB, 1));
	CHECK(add("w", "a", &b, &s) == EVAULT_OK);
	CHECK(s.kept == 1 && s.read_back == whole() && s.damage == 0 && s.unreadable == 0);
	CHECK(b.findings == 0 && s.bytes_read_back > 9 * MIB);
	CHECK(add("w", "a", &b, &s) == EVAULT_OK);
	CHECK(s.already == 1 && s.read_back == whole() && s.bytes_read_back > 9 * MIB);
}

static void
altered_pack_is_found_and_its_file_is_named(void)
{
	struct evault_add_summary s;
	struct back b = { .pattern = "p/packs/*/*", .largest = true };

	NEED(fixture_vault("p") && fixture_noise_file("n.jpg", 300000, 2));
	CHECK(add("p", "n.jpg", &b, &s) == EVAULT_OK);
	CHECK(b.done && s.kept == 1 && s.read_back == EVAULT_READ_BACK_DAMAGED);
	CHECK(b.findings == 2 && b.of_items == 1 && s.damage == 2 && s.unreadable == 0);
	CHECK(b.kinds[EVAULT_FINDING_ALTERED] == 2 && strcmp(b.path, b.touched + 2) == 0);
	CHECK(strstr(b.detail, "n.jpg") != NULL);
}

static void
pack_of_an_earlier_run_is_found_altered_when_it_is_relied_upon(void)
{
	struct evault_add_summary s;
	struct back none = { .pattern = NULL };
	struct back b = { .pattern = "e/packs/*/*", .largest = true };

	NEED(fixture_vault("e") && fixture_noise_file("e.jpg", 300000, 3));
	CHECK(add("e", "e.jpg", &none, &s) == EVAULT_OK);
	CHECK(add("e", "e.jpg", &b, &s) == EVAULT_OK);
	CHECK(b.done && s.already == 1 && s.read_back == EVAULT_READ_BACK_DAMAGED);
	CHECK(b.of_items == 1 && strcmp(b.path, b.touched + 2) == 0);
}

static void
pack_that_is_gone_is_missing(void)
{
	struct evault_add_summary s;
	struct back b = { .pattern = "g/packs/*/*", .largest = true, .gone = true };

	NEED(fixture_vault("g") && fixture_noise_file("g.jpg", 300000, 4));
	CHECK(add("g", "g.jpg", &b, &s) == EVAULT_OK);
	CHECK(b.done && s.read_back == EVAULT_READ_BACK_DAMAGED);
	CHECK(b.kinds[EVAULT_FINDING_MISSING] == 2 && b.of_items == 1);
}

/* One has most of its parts, the other one the rest and their list. */
static void
long_file_is_named_whichever_of_its_packs_is_altered(void)
{
	struct evault_add_summary s;
	struct back b = { .pattern = NULL };
	unsigned i;

	NEED(fixture_noise_file("l.mp4", 70 * MIB, 5));
	for (i = 0; i < 2; i++) {
		fixture_remove("l");
		NEED(fixture_vault("l"));
		b = (struct back){ .pattern = "l/packs/*/*", .largest = true, .but_one = i == 1 };
		CHECK(add("l", "l.mp4", &b, &s) == EVAULT_OK);
		CHECK(b.done && s.kept == 1 && s.read_back == EVAULT_READ_BACK_DAMAGED);
		CHECK(b.of_items == 1 && strstr(b.detail, "l.mp4") != NULL);
	}
}

/* ---- the log ------------------------------------------------------------------------ */

static void
log_that_is_altered_is_found(void)
{
	static const char *const files[] = { "t/log/checkpoint", "t/log/tile/0/*/*",
					     "t/log/tile/entries/*/*" };
	struct evault_add_summary s;
	size_t i;

	NEED(fixture_noise_file("t.jpg", 1000, 6));
	for (i = 0; i < 6; i++) {
		struct back b = { .pattern = files[i / 2], .gone = i % 2 != 0 };

		fixture_remove("t");
		NEED(fixture_vault("t"));
		CHECK(add("t", "t.jpg", &b, &s) == EVAULT_OK);
		CHECK(b.done && s.read_back == EVAULT_READ_BACK_DAMAGED && s.damage == 1);
		CHECK(b.findings == 1 && b.of_items == 0);
		/* Of an altered tile the entries are named: they are not those of the tile. */
		CHECK(i == 2 ? strncmp(b.path, "log/tile/entries/", 17) == 0
			     : strcmp(b.path, b.touched + 2) == 0);
		CHECK(b.kinds[b.gone ? EVAULT_FINDING_MISSING : EVAULT_FINDING_ALTERED] == 1);
	}
}

static bool
many_files(const char *dir, unsigned n)
{
	char path[64];
	unsigned i;

	if (mkdir(dir, 0700) != 0)
		return false;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%03u", dir, i);
		if (!fixture_noise_file(path, 20, 100 + i))
			return false;
	}
	return true;
}

static void
log_of_two_levels_is_read_back_from_the_first_entry_of_the_run_on(void)
{
	/* Of 300 files: a full tile, one that is not, and the level above. */
	static const char *const files[] = { "m/log/tile/0/000", "m/log/tile/1/*/*",
					     "m/log/tile/0/001.p/*", "m/log/tile/entries/000",
					     "m/log/tile/entries/001.p/*" };
	struct evault_add_summary s;
	struct back none = { .pattern = NULL }, b;
	size_t i;

	NEED(many_files("many", 300));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		b = (struct back){ .pattern = files[i] };
		fixture_remove("m");
		NEED(fixture_vault("m"));
		CHECK(add("m", "many", &b, &s) == EVAULT_OK);
		CHECK(b.done && s.kept == 300 && s.read_back == EVAULT_READ_BACK_DAMAGED);
	}
	/* One more: what is before its tile is none of its business; when all are added again, it
	 * is. */
	fixture_remove("m");
	NEED(fixture_vault("m") && fixture_noise_file("more", 20, 7));
	CHECK(add("m", "many", &none, &s) == EVAULT_OK && s.read_back == whole());
	b = (struct back){ .pattern = "m/log/tile/entries/000" };
	CHECK(add("m", "more", &b, &s) == EVAULT_OK);
	CHECK(b.done && s.kept == 1 && s.read_back == whole());
	NEED(flip("m/log/tile/entries/000"));
	CHECK(add("m", "many", &none, &s) == EVAULT_OK && s.already == 300 &&
	      s.read_back == whole());
	b = (struct back){ .pattern = "m/log/tile/entries/000" };
	CHECK(add("m", "many", &b, &s) == EVAULT_OK);
	CHECK(b.done && s.already == 300 && s.read_back == EVAULT_READ_BACK_DAMAGED);
	CHECK(strcmp(b.path, "log/tile/entries/000") == 0);
}

/* ---- stopping ----------------------------------------------------------------------- */

static void
who_stops_it_is_not_told_that_all_is_whole(void)
{
	struct evault_add_summary s;
	struct back b = { .stop_at = 3 * MIB + 1 };

	NEED(fixture_vault("s") && fixture_noise_file("s.jpg", 3 * MIB, 8));
	CHECK(add("s", "s.jpg", &b, &s) == EVAULT_OK);
	CHECK(s.kept == 1 && s.cancelled && s.read_back == EVAULT_READ_BACK_NOT && b.findings == 0);
	/* Before its commit: nothing is read back at all. */
	b.stop_at = 1;
	NEED(fixture_noise_file("r.jpg", 3 * MIB, 9));
	CHECK(add("s", "r.jpg", &b, &s) == EVAULT_OK);
	CHECK(s.cancelled && s.read_back == EVAULT_READ_BACK_NOT && s.bytes_read_back == 0);
}

static void
dry_run_reads_nothing_back(void)
{
	const char *path = "a";
	struct evault_add what = {
		.paths = &path, .n_paths = 1, .read_back = true, .dry_run = true
	};
	struct evault_add_summary s;
	struct evault *v = NULL;

	NEED(fixture_vault("d") &&
	     fixture_open("d", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_add(v, &what, &s, NULL) == EVAULT_E_USAGE);
	evault_close(v);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(file_of_any_size_is_read_as_it_is);
	UNIT_RUN(the_less_is_known_of_one_file_the_less_is_known_of_all);
	UNIT_RUN(file_that_is_on_no_device_is_not_said_to_be_from_one);
	UNIT_RUN(what_is_whole_is_told_and_nothing_found);
	UNIT_RUN(altered_pack_is_found_and_its_file_is_named);
	UNIT_RUN(pack_of_an_earlier_run_is_found_altered_when_it_is_relied_upon);
	UNIT_RUN(pack_that_is_gone_is_missing);
	UNIT_RUN(long_file_is_named_whichever_of_its_packs_is_altered);
	UNIT_RUN(log_that_is_altered_is_found);
	UNIT_RUN(log_of_two_levels_is_read_back_from_the_first_entry_of_the_run_on);
	UNIT_RUN(who_stops_it_is_not_told_that_all_is_whole);
	UNIT_RUN(dry_run_reads_nothing_back);
	return fixture_end();
}
