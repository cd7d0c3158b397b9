/* The seam to the system, on real files in a folder of its own below /tmp. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/secret.h"
#include "unit.h"

static int root = -1; /* the folder of this run */

static bool endless; /* folders lead into themselves */

/* Stands before libc's. */
struct dirent *
readdir(DIR *stream)
{
	static struct dirent entry;
	static unsigned n;
	struct dirent *(*libc)(DIR *);
	void *found = dlsym(RTLD_NEXT, "readdir64"); /* its name where off_t has 64 bits */

	memcpy(&libc, &found, sizeof(libc));
	if (!endless)
		return libc(stream);
	snprintf(entry.d_name, sizeof(entry.d_name), "%0200u", n++);
	return &entry;
}

static bool
put(const char *path, const char *text)
{
	return ev_os_store(root, path, text, strlen(text), true, NULL) == EVAULT_OK;
}

static bool
has(const char *path, const char *text)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good = ev_os_load(root, path, 100000, &out, NULL) == EVAULT_OK &&
		    ev_slice_is(ev_slice_of(out.data, out.len), text);

	ev_buf_release(&out);
	return good;
}

static bool
is_there(const char *path)
{
	struct ev_os_stat st;

	return ev_os_stat(root, path, &st, NULL) == EVAULT_OK;
}

/* ---- opening and reading --------------------------------------------- */

static void
open_read_takes_regular_files_alone(void)
{
	struct evault_error err = { 0 };
	int fd = -1;

	NEED(put("regular", "x"));
	NEED(symlinkat("regular", root, "link") == 0);
	NEED(mkfifoat(root, "pipe", 0600) == 0);
	NEED(ev_os_mkdir(root, "folder", NULL, NULL) == EVAULT_OK);
	CHECK(ev_os_open_read(root, "link", &fd, &err) == EVAULT_E_IO && fd == -1);
	CHECK(strcmp(err.text, "link: a symbolic link, not a regular file") == 0);
	CHECK(ev_os_open_read(root, "pipe", &fd, &err) == EVAULT_E_IO && fd == -1);
	CHECK(strcmp(err.text, "pipe: not a regular file") == 0);
	CHECK(ev_os_open_read(root, "folder", &fd, &err) == EVAULT_E_IO && fd == -1);
	CHECK(ev_os_open_read(root, "none\n", &fd, &err) == EVAULT_E_NOT_FOUND && fd == -1);
	CHECK(strcmp(err.text, "none\\x0A: No such file or directory") == 0);
	CHECK(ev_os_open_read(root, "regular/x", &fd, &err) == EVAULT_E_NOT_FOUND);
	CHECK(ev_os_open_read(root, "regular", &fd, &err) == EVAULT_OK && fd >= 0);
	CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	ev_os_sequential(fd);
	ev_os_close_read(fd);
}

static void
open_user_follows_links_and_refuses_folders(void)
{
	int fd = -1;

	NEED(put("named", "x") && symlinkat("named", root, "to-named") == 0);
	NEED(fchdir(root) == 0);
	CHECK(ev_os_open_user(".", &fd, NULL) == EVAULT_E_IO && fd == -1);
	CHECK(ev_os_open_user("to-named", &fd, NULL) == EVAULT_OK);
	ev_os_close_read(fd);
}

static void
stat_tells_kinds_and_does_not_follow(void)
{
	struct ev_os_stat st;

	NEED(put("seven", "7 bytes"));
	NEED(symlinkat("seven", root, "to-seven") == 0 && mkfifoat(root, "fifo", 0600) == 0);
	CHECK(ev_os_stat(root, "seven", &st, NULL) == EVAULT_OK);
	CHECK(st.kind == EV_OS_FILE && st.size == 7 && st.mtime == EV_OS_CONSTANT_TIME);
	CHECK(st.mtime_ns == 0 && st.inode != 0 && st.ctime > EV_OS_CONSTANT_TIME);
	CHECK(ev_os_stat(root, "to-seven", &st, NULL) == EVAULT_OK && st.kind == EV_OS_LINK);
	CHECK(ev_os_stat(root, "fifo", &st, NULL) == EVAULT_OK && st.kind == EV_OS_OTHER);
	CHECK(ev_os_stat(root, ".", &st, NULL) == EVAULT_OK && st.kind == EV_OS_DIR);
	CHECK(ev_os_stat(root, "none", &st, NULL) == EVAULT_E_NOT_FOUND);
	NEED(fchdir(root) == 0);
	CHECK(ev_os_stat_user("to-seven", &st, NULL) == EVAULT_OK && st.kind == EV_OS_FILE);
	CHECK(ev_os_fstat(root, &st, NULL) == EVAULT_OK && st.kind == EV_OS_DIR);
	CHECK(ev_os_fstat(-1, &st, NULL) == EVAULT_E_IO);
}

static void
read_at_says_cut_short_beyond_the_end(void)
{
	struct evault_error err = { 0 };
	uint8_t out[8] = { 0 };
	size_t got = 0;
	int fd = -1;

	NEED(put("ten", "0123456789"));
	NEED(ev_os_open_read(root, "ten", &fd, NULL) == EVAULT_OK);
	CHECK(ev_os_read_at(fd, 6, out, 4, "ten", NULL) == EVAULT_OK);
	CHECK(memcmp(out, "6789", 4) == 0);
	CHECK(ev_os_read_at(fd, 10, out, 0, "ten", NULL) == EVAULT_OK);
	CHECK(ev_os_read_at(fd, 6, out, 5, "ten", &err) == EVAULT_E_DAMAGED);
	CHECK(strcmp(err.text, "ten: cut short") == 0);
	CHECK(ev_os_read_at(fd, UINT64_MAX, out, 5, "ten", NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_os_read_at(fd, INT64_MAX, out, 5, "ten", NULL) == EVAULT_E_DAMAGED);
	CHECK(ev_os_read(fd, out, 8, &got, "ten", NULL) == EVAULT_OK && got == 8);
	CHECK(ev_os_read(fd, out, 8, &got, "ten", NULL) == EVAULT_OK && got == 2);
	CHECK(ev_os_read(-1, out, 8, &got, "ten", NULL) == EVAULT_E_IO);
	ev_os_close_read(fd);
}

static void
load_is_bounded_and_appends(void)
{
	struct evault_error err = { 0 };
	struct ev_buf out = EV_BUF_INIT;
	static uint8_t big[50000];

	NEED(put("five", "12345"));
	ev_buf_puts(&out, "have ");
	CHECK(ev_os_load(root, "five", 4, &out, &err) == EVAULT_E_LIMIT);
	CHECK(strcmp(err.text, "five: has more than 4 bytes") == 0);
	CHECK(strcmp(ev_buf_text(&out), "have ") == 0);
	CHECK(ev_os_load(root, "five", 5, &out, NULL) == EVAULT_OK);
	CHECK(ev_os_load(root, "five", SIZE_MAX, &out, NULL) == EVAULT_OK);
	CHECK(strcmp(ev_buf_text(&out), "have 1234512345") == 0);
	CHECK(ev_os_load(root, "none", 5, &out, NULL) == EVAULT_E_NOT_FOUND && out.len == 15);
	ev_buf_clear(&out);
	memset(big, 'b', sizeof(big));
	NEED(ev_os_store(root, "big", big, sizeof(big), false, NULL) == EVAULT_OK);
	CHECK(ev_os_load(root, "big", sizeof(big) - 1, &out, NULL) == EVAULT_E_LIMIT);
	CHECK(ev_os_load(root, "big", sizeof(big), &out, NULL) == EVAULT_OK);
	CHECK(out.len == sizeof(big) && memcmp(out.data, big, sizeof(big)) == 0);
	ev_buf_release(&out);
}

static void
load_user_wipes_what_it_must_not_give(void)
{
	struct ev_buf out = EV_BUF_INIT;

	NEED(put("secret", "a secret that is too long"));
	NEED(fchdir(root) == 0);
	ev_buf_puts(&out, "k");
	CHECK(ev_os_load_user("secret", 10, &out, NULL) == EVAULT_E_LIMIT);
	CHECK(out.len == 1 && out.data[0] == 'k' && out.data[1] == 0 && out.data[2] == 0);
	CHECK(ev_os_load_user("secret", 100, &out, NULL) == EVAULT_OK && out.len == 26);
	CHECK(ev_os_load_user("none", 100, &out, NULL) == EVAULT_E_NOT_FOUND);
	ev_buf_wipe(&out);
}

static void
folder_without_an_end_is_refused(void)
{
	struct ev_os_list list = { NULL, 0 };

	endless = true;
	CHECK(ev_os_list(root, ".", &list, NULL) == EVAULT_E_LIMIT && list.names == NULL);
	endless = false;
	CHECK(ev_os_list(root, ".", &list, NULL) == EVAULT_OK);
	ev_os_list_free(&list);
}

static void
list_is_in_byte_order_and_does_not_follow(void)
{
	struct ev_os_list list = { NULL, 0 };

	NEED(ev_os_mkdir(root, "many", NULL, NULL) == EVAULT_OK);
	CHECK(ev_os_list(root, "many", &list, NULL) == EVAULT_OK && list.n == 0);
	ev_os_list_free(&list);
	NEED(put("many/b", "") && put("many/\xFF", "") && put("many/B", "") && put("many/.h", ""));
	NEED(ev_os_list(root, "many", &list, NULL) == EVAULT_OK && list.n == 4);
	CHECK(strcmp(list.names[0], ".h") == 0 && strcmp(list.names[1], "B") == 0);
	CHECK(strcmp(list.names[2], "b") == 0 && strcmp(list.names[3], "\xFF") == 0);
	ev_os_list_free(&list);
	ev_os_list_free(&list);
	NEED(symlinkat("many", root, "to-many") == 0);
	CHECK(ev_os_list(root, "to-many", &list, NULL) != EVAULT_OK && list.names == NULL);
	CHECK(ev_os_list(root, "none", &list, NULL) == EVAULT_E_NOT_FOUND);
}

/* ---- writing --------------------------------------------------------- */

static void
create_never_takes_what_is_there(void)
{
	struct stat st;
	int fd = -1;

	NEED(symlinkat("nowhere", root, "dangling") == 0);
	CHECK(ev_os_create(root, "dangling", &fd, NULL) == EVAULT_E_EXISTS && fd == -1);
	CHECK(!is_there("nowhere"));
	NEED(ev_os_create(root, "fresh", &fd, NULL) == EVAULT_OK);
	CHECK(ev_os_write(fd, (const uint8_t *)"abc", 3, "fresh", NULL) == EVAULT_OK);
	CHECK(ev_os_set_mtime(fd, 1234567890, 987654321, "fresh", NULL) == EVAULT_OK);
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(st.st_mtim.tv_sec == 1234567890 && st.st_mtim.tv_nsec == 987654321);
	CHECK(ev_os_sync(fd, "fresh", NULL) == EVAULT_OK);
	CHECK(ev_os_close(fd, "fresh", NULL) == EVAULT_OK);
	CHECK(ev_os_close(fd, "fresh", NULL) == EVAULT_E_IO);
	CHECK(ev_os_close(-1, "fresh", NULL) == EVAULT_OK);
	CHECK(ev_os_create(root, "fresh", &fd, NULL) == EVAULT_E_EXISTS && has("fresh", "abc"));
}

static void
rename_replaces_only_when_asked(void)
{
	NEED(put("one", "1") && put("two", "2"));
	CHECK(ev_os_rename(root, "one", "two", false, NULL) == EVAULT_E_EXISTS);
	CHECK(has("one", "1") && has("two", "2"));
	CHECK(ev_os_rename(root, "one", "two", true, NULL) == EVAULT_OK);
	CHECK(!is_there("one") && has("two", "1"));
	CHECK(ev_os_rename(root, "two", "three", false, NULL) == EVAULT_OK);
	CHECK(ev_os_rename(root, "two", "four", false, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(has("three", "1"));
}

static void
mkdir_takes_a_folder_that_is_there_but_nothing_else(void)
{
	struct stat st;
	bool made = false;

	CHECK(ev_os_mkdir(root, "dir", &made, NULL) == EVAULT_OK && made);
	CHECK(fstatat(root, "dir", &st, 0) == 0 && (st.st_mode & 07777) == 0700);
	CHECK(ev_os_mkdir(root, "dir", &made, NULL) == EVAULT_OK && !made);
	NEED(put("file", "") && symlinkat("dir", root, "to-dir") == 0);
	CHECK(ev_os_mkdir(root, "file", &made, NULL) == EVAULT_E_EXISTS);
	CHECK(ev_os_mkdir(root, "to-dir", &made, NULL) == EVAULT_E_EXISTS);
	CHECK(ev_os_mkdir(root, "none/x", &made, NULL) == EVAULT_E_NOT_FOUND);
}

static void
rmdir_leaves_a_folder_that_is_not_empty(void)
{
	NEED(ev_os_mkdir(root, "full", NULL, NULL) == EVAULT_OK && put("full/x", ""));
	CHECK(ev_os_rmdir(root, "full", NULL) == EVAULT_OK && is_there("full/x"));
	CHECK(ev_os_unlink(root, "full/x", NULL) == EVAULT_OK);
	CHECK(ev_os_unlink(root, "full/x", NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_os_rmdir(root, "full", NULL) == EVAULT_OK && !is_there("full"));
	CHECK(ev_os_rmdir(root, "full", NULL) == EVAULT_OK);
	NEED(put("no-folder", ""));
	CHECK(ev_os_rmdir(root, "no-folder", NULL) != EVAULT_OK && is_there("no-folder"));
}

static void
store_keeps_what_is_there_unless_it_replaces(void)
{
	struct ev_os_list list = { NULL, 0 };

	NEED(ev_os_mkdir(root, "store", NULL, NULL) == EVAULT_OK);
	CHECK(ev_os_store(root, "store/a", "old", 3, false, NULL) == EVAULT_OK);
	CHECK(ev_os_store(root, "store/a", "new", 3, false, NULL) == EVAULT_E_EXISTS);
	CHECK(has("store/a", "old"));
	CHECK(ev_os_store(root, "store/a", "new", 3, true, NULL) == EVAULT_OK);
	CHECK(has("store/a", "new"));
	CHECK(ev_os_store(root, "store/empty", NULL, 0, false, NULL) == EVAULT_OK);
	CHECK(has("store/empty", ""));
	CHECK(ev_os_store(root, "none/a", "x", 1, false, NULL) == EVAULT_E_NOT_FOUND);
	NEED(ev_os_list(root, "store", &list, NULL) == EVAULT_OK);
	CHECK(list.n == 2); /* no temporary file is left */
	ev_os_list_free(&list);
	CHECK(ev_os_sync_dir(root, ".", NULL) == EVAULT_OK);
	CHECK(ev_os_sync_dir(root, "none", NULL) == EVAULT_E_NOT_FOUND);
}

static void
temporary_names_are_recognised_and_others_are_not(void)
{
	char name[EV_OS_TEMP_SIZE], other[EV_OS_TEMP_SIZE], path[64];

	ev_os_temp_name(name);
	ev_os_temp_name(other);
	CHECK(strlen(name) == EV_OS_TEMP_SIZE - 1 && strcmp(name, other) != 0);
	CHECK(ev_os_is_temp(name));
	snprintf(path, sizeof(path), "packs/3f/%s", name);
	CHECK(ev_os_is_temp(path));
	CHECK(!ev_os_is_temp("0123456789abcdef.tm"));
	CHECK(!ev_os_is_temp("0123456789abcdef.tmpx"));
	CHECK(!ev_os_is_temp("0123456789abcdeF.tmp"));
	CHECK(!ev_os_is_temp("0123456789abcde.tmp"));
	CHECK(!ev_os_is_temp("0123456789abcdef0.tmp"));
	CHECK(!ev_os_is_temp("0123456789abcdef.tmp/"));
	CHECK(!ev_os_is_temp("0123456789abcdef.tmp/x"));
	CHECK(!ev_os_is_temp(""));
}

/* ---- lock ------------------------------------------------------------ */

static void
lock_names_its_holder_to_others(void)
{
	struct evault_error err = { 0 };
	int fd = -1, second = -1;

	NEED(ev_os_lock(root, "lock", "ana\x1B@host", &fd, NULL) == EVAULT_OK && fd >= 0);
	CHECK(ev_os_lock(root, "lock", "bo", &second, &err) == EVAULT_E_BUSY && second == -1);
	CHECK(strcmp(err.text, "another evault is writing: ana\\x1B@host") == 0);
	CHECK(has("lock", "ana\x1B@host"));
	ev_os_unlock(fd);
	CHECK(has("lock", ""));
	NEED(ev_os_lock(root, "lock", "bo", &second, NULL) == EVAULT_OK);
	CHECK(has("lock", "bo"));
	ev_os_close_read(second);
	NEED(ev_os_lock(root, "lock", "c", &fd, NULL) == EVAULT_OK);
	CHECK(has("lock", "c")); /* what a dead holder left is gone */
	ev_os_unlock(fd);
	ev_os_unlock(-1);
}

static void
lock_dies_with_its_holder(void)
{
	pid_t child = fork();
	int fd = -1, state = -1;

	NEED(child >= 0);
	if (child == 0) {
		_exit(ev_os_lock(root, "lock-2", "child", &fd, NULL) == EVAULT_OK ? 0 : 1);
	}
	NEED(waitpid(child, &state, 0) == child && state == 0);
	CHECK(ev_os_lock(root, "lock-2", "parent", &fd, NULL) == EVAULT_OK);
	ev_os_unlock(fd);
}

static void
lock_is_not_taken_through_a_link_or_on_a_pipe(void)
{
	int fd = -1;

	NEED(put("target", "precious"));
	NEED(symlinkat("target", root, "lock-link") == 0);
	NEED(mkfifoat(root, "lock-pipe", 0600) == 0);
	CHECK(ev_os_lock(root, "lock-link", "x", &fd, NULL) == EVAULT_E_IO);
	CHECK(ev_os_lock(root, "lock-pipe", "x", &fd, NULL) == EVAULT_E_IO && fd == -1);
	CHECK(has("target", "precious"));
}

/* ---- time ------------------------------------------------------------ */

static bool
time_is(int64_t seconds, uint32_t ns, const char *want)
{
	char out[31];
	int64_t s = 0;
	uint32_t n = 1;

	ev_os_format_time_ns(seconds, ns, out);
	return strcmp(out, want) == 0 && ev_os_parse_time(ev_slice_text(want), &s, &n) &&
	       s == seconds && n == ns;
}

static void
times_are_written_and_read_back(void)
{
	CHECK(time_is(0, 0, "1970-01-01T00:00:00Z"));
	CHECK(time_is(-1, 0, "1969-12-31T23:59:59Z"));
	CHECK(time_is(EV_OS_CONSTANT_TIME, 0, "2000-01-01T00:00:00Z"));
	CHECK(time_is(951782400, 0, "2000-02-29T00:00:00Z"));
	CHECK(time_is(951868800, 1, "2000-03-01T00:00:00.000000001Z"));
	CHECK(time_is(-2203891200, 0, "1900-03-01T00:00:00Z"));
	CHECK(time_is(1795338909, 123456789, "2026-11-22T09:15:09.123456789Z"));
	CHECK(time_is(4107542399, 0, "2100-02-28T23:59:59Z"));
	CHECK(time_is(4107542400, 0, "2100-03-01T00:00:00Z"));
	CHECK(time_is(INT64_C(253402300799), 999999999, "9999-12-31T23:59:59.999999999Z"));
	CHECK(time_is(INT64_C(-62167219200), 0, "0000-01-01T00:00:00Z"));
	CHECK(time_is(INT64_C(-62162035200), 0, "0000-03-01T00:00:00Z"));
}

static void
times_agree_with_the_c_library_on_every_day_of_a_cycle(void)
{
	char out[21], want[64];
	struct tm tm;
	int64_t s, back;
	uint32_t ns;
	time_t t;

	for (s = INT64_C(-11676096000) + 3661; s < INT64_C(13569465600); s += 86400) {
		t = (time_t)s;
		NEED(gmtime_r(&t, &tm) != NULL);
		NEED(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm) == 20);
		ev_os_format_time(s, out);
		NEED(strcmp(out, want) == 0);
		NEED(ev_os_parse_time(ev_slice_text(out), &back, &ns) && back == s && ns == 0);
	}
}

static void
times_out_of_range_are_cut(void)
{
	char out[31];

	ev_os_format_time(INT64_MAX, out);
	CHECK(strcmp(out, "9999-12-31T23:59:59Z") == 0);
	ev_os_format_time(INT64_MIN, out);
	CHECK(strcmp(out, "0000-01-01T00:00:00Z") == 0);
	ev_os_format_time_ns(0, UINT32_MAX, out);
	CHECK(strcmp(out, "1970-01-01T00:00:00.999999999Z") == 0);
}

static bool
time_is_refused(const char *text)
{
	int64_t s = 5;
	uint32_t n = 5;

	return !ev_os_parse_time(ev_slice_text(text), &s, &n) && s == 5 && n == 5;
}

static void
times_of_another_spelling_are_refused(void)
{
	CHECK(time_is_refused(""));
	CHECK(time_is_refused("2026-11-22"));
	CHECK(time_is_refused("2026-11-22T09:15:09"));
	CHECK(time_is_refused("2026-11-22t09:15:09z"));
	CHECK(time_is_refused("2026-11-22 09:15:09Z"));
	CHECK(time_is_refused("2026-11-22T09:15:09+00:00"));
	CHECK(time_is_refused("2026-11-22T09:15:09ZZ"));
	CHECK(time_is_refused("2026-11-22T09:15:09Z\n"));
	CHECK(time_is_refused("2026-11-22T09:15:60Z"));
	CHECK(time_is_refused("2026-11-22T24:00:00Z"));
	CHECK(time_is_refused("2026-11-31T00:00:00Z"));
	CHECK(time_is_refused("2023-02-29T00:00:00Z"));
	CHECK(time_is_refused("2100-02-29T00:00:00Z"));
	CHECK(time_is_refused("2026-00-10T00:00:00Z"));
	CHECK(time_is_refused("2026-13-10T00:00:00Z"));
	CHECK(time_is_refused("2026-01-00T00:00:00Z"));
	CHECK(time_is_refused("0000-01-00T00:00:00Z"));
	CHECK(time_is_refused("9999-12-32T00:00:00Z"));
	CHECK(time_is_refused("-026-11-22T09:15:09Z"));
	CHECK(time_is_refused("2026-11-22T09:15:09.000000000Z"));
	CHECK(time_is_refused("2026-11-22T09:15:09.5Z"));
	CHECK(time_is_refused("2026-11-22T09:15:09.1234567890Z"));
	CHECK(time_is_refused("2026-11-22T09:15:09.Z"));
}

static void
offsets_are_hours_and_minutes(void)
{
	char out[7];

	ev_os_format_offset(5 * 3600, out);
	CHECK(strcmp(out, "+05:00") == 0);
	ev_os_format_offset(-(3 * 3600 + 1800), out);
	CHECK(strcmp(out, "-03:30") == 0);
	ev_os_format_offset(0, out);
	CHECK(strcmp(out, "+00:00") == 0);
	ev_os_format_offset(-59, out);
	CHECK(strcmp(out, "+00:00") == 0);
	ev_os_format_offset(INT32_MIN, out);
	CHECK(strcmp(out, "-23:59") == 0);
	ev_os_format_offset(INT32_MAX, out);
	CHECK(strcmp(out, "+23:59") == 0);
}

static void
clock_and_holder_are_plausible(void)
{
	struct ev_os_time now = { 0 };
	char who[200], small[8];
	uint64_t ticks = ev_os_ticks();

	setenv("TZ", "XXX-5:30", 1);
	tzset();
	ev_os_now(&now);
	CHECK(now.seconds > INT64_C(1700000000) && now.offset == 5 * 3600 + 1800);
	CHECK(ev_os_ticks() >= ticks);
	ev_os_who(who, sizeof(who));
	CHECK(strchr(who, '@') != NULL && strstr(who, ", process ") != NULL);
	CHECK(who[strlen(who) - 1] == 'Z');
	ev_os_who(small, sizeof(small));
	CHECK(strlen(small) == sizeof(small) - 1);
}

/* Removes what the tests left below `dir`. */
static void
empty(int dir)
{
	struct ev_os_list list = { NULL, 0 };
	size_t i;
	int fd;

	if (ev_os_list(dir, ".", &list, NULL) != EVAULT_OK)
		return;
	for (i = 0; i < list.n; i++) {
		if (ev_os_unlink(dir, list.names[i], NULL) == EVAULT_OK ||
		    ev_os_open_dir(dir, list.names[i], &fd, NULL) != EVAULT_OK)
			continue;
		empty(fd);
		ev_os_close_read(fd);
		ev_os_rmdir(dir, list.names[i], NULL);
	}
	ev_os_list_free(&list);
}

int
main(void)
{
	char path[] = "/tmp/evault-os-XXXXXX";

	if (ev_secret_start(NULL) != EVAULT_OK || mkdtemp(path) == NULL ||
	    ev_os_open_dir(EV_OS_CWD, path, &root, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(open_read_takes_regular_files_alone);
	UNIT_RUN(open_user_follows_links_and_refuses_folders);
	UNIT_RUN(stat_tells_kinds_and_does_not_follow);
	UNIT_RUN(read_at_says_cut_short_beyond_the_end);
	UNIT_RUN(load_is_bounded_and_appends);
	UNIT_RUN(load_user_wipes_what_it_must_not_give);
	UNIT_RUN(list_is_in_byte_order_and_does_not_follow);
	UNIT_RUN(folder_without_an_end_is_refused);
	UNIT_RUN(create_never_takes_what_is_there);
	UNIT_RUN(rename_replaces_only_when_asked);
	UNIT_RUN(mkdir_takes_a_folder_that_is_there_but_nothing_else);
	UNIT_RUN(rmdir_leaves_a_folder_that_is_not_empty);
	UNIT_RUN(store_keeps_what_is_there_unless_it_replaces);
	UNIT_RUN(temporary_names_are_recognised_and_others_are_not);
	UNIT_RUN(lock_names_its_holder_to_others);
	UNIT_RUN(lock_dies_with_its_holder);
	UNIT_RUN(lock_is_not_taken_through_a_link_or_on_a_pipe);
	UNIT_RUN(times_are_written_and_read_back);
	UNIT_RUN(times_agree_with_the_c_library_on_every_day_of_a_cycle);
	UNIT_RUN(times_out_of_range_are_cut);
	UNIT_RUN(times_of_another_spelling_are_refused);
	UNIT_RUN(offsets_are_hours_and_minutes);
	UNIT_RUN(clock_and_holder_are_plausible);
	empty(root);
	ev_os_close_read(root);
	ev_os_rmdir(EV_OS_CWD, path, NULL);
	return unit_end();
}
