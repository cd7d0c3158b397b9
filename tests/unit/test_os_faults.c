/*
 * Each system call that changes something is made to fail in turn, to be
 * interrupted or to do half, and what is on the disk afterwards is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os_private.h"
#include "base/secret.h"
#include "unit.h"

static int root = -1;
static struct ev_os_calls table; /* a test's own, made from the system's */
static const struct ev_os_calls *real;
static int countdown; /* calls until one fails; below 0: none does */
static int fail_with;
static int fsyncs, renames; /* calls */
static bool renamed;        /* one of them did it */

static bool
fails_now(void)
{
	if (countdown < 0 || countdown-- > 0)
		return false;
	errno = fail_with;
	return true;
}

static int
fault_openat(int dir, const char *path, int flags, mode_t mode)
{
	return fails_now() ? -1 : real->openat(dir, path, flags, mode);
}

static ssize_t
fault_write(int fd, const void *data, size_t len)
{
	return fails_now() ? -1 : real->write(fd, data, len > 2 ? 2 : len);
}

static ssize_t
no_write(int fd, const void *data, size_t len)
{
	(void)fd, (void)data, (void)len;
	return 0;
}

static int
fault_fsync(int fd)
{
	fsyncs++;
	return fails_now() ? -1 : real->fsync(fd);
}

static int
fault_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	int rc;

	renames++;
	rc = fails_now() ? -1 : real->renameat2(from_dir, from, to_dir, to, flags);
	renamed = renamed || rc == 0;
	return rc;
}

static int
plain_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	if (flags != 0) {
		errno = EINVAL;
		return -1;
	}
	return real->renameat2(from_dir, from, to_dir, to, flags);
}

static int
fault_close(int fd)
{
	int rc = real->close(fd);

	return fails_now() ? -1 : rc;
}

static int
fault_futimens(int fd, const struct timespec times[2])
{
	return fails_now() ? -1 : real->futimens(fd, times);
}

static int
fault_unlinkat(int dir, const char *path, int flags)
{
	return fails_now() ? -1 : real->unlinkat(dir, path, flags);
}

static int
fault_mkdirat(int dir, const char *path, mode_t mode)
{
	return fails_now() ? -1 : real->mkdirat(dir, path, mode);
}

static int
fault_ftruncate(int fd, off_t len)
{
	return fails_now() ? -1 : real->ftruncate(fd, len);
}

/* All calls share one countdown: the n-th call of any kind fails. */
static void
faults_on(int n, int sys)
{
	table = (struct ev_os_calls){
		.openat = fault_openat,
		.write = fault_write,
		.pwrite = pwrite,
		.fsync = fault_fsync,
		.renameat2 = fault_renameat2,
		.unlinkat = fault_unlinkat,
		.mkdirat = fault_mkdirat,
		.close = fault_close,
		.ftruncate = fault_ftruncate,
		.futimens = fault_futimens,
	};
	countdown = n;
	fail_with = sys;
	fsyncs = renames = 0;
	renamed = false;
	ev_os_calls_swap(&table);
}

static void
faults_off(void)
{
	countdown = -1;
	ev_os_calls_swap(NULL);
}

static bool
has(const char *path, const char *text)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good = ev_os_load(root, path, 1000, &out, NULL) == EVAULT_OK &&
		    ev_slice_is(ev_slice_of(out.data, out.len), text);

	ev_buf_release(&out);
	return good;
}

static size_t
count(const char *path)
{
	struct ev_os_list list = { NULL, 0 };
	size_t n;

	ev_os_list(root, path, &list, NULL);
	n = list.n;
	ev_os_list_free(&list);
	return n;
}

/* ---- store ----------------------------------------------------------- */

static void
store_that_fails_leaves_old_or_new_and_no_temporary_file(void)
{
	enum evault_status rc = EVAULT_E_FULL;
	int n;

	NEED(ev_os_mkdir(root, "s", NULL, NULL) == EVAULT_OK);
	for (n = 0; rc != EVAULT_OK && n < 50; n++) {
		NEED(ev_os_store(root, "s/a", "old", 3, true, NULL) == EVAULT_OK);
		faults_on(n, ENOSPC);
		rc = ev_os_store(root, "s/a", "newer", 5, true, NULL);
		if (countdown >= 0) { /* not one of its calls failed */
			faults_off();
			break;
		}
		faults_off();
		/* Only the close of the folder, already synced, may fail in silence. */
		CHECK(rc == EVAULT_E_FULL || has("s/a", "newer"));
		CHECK(has("s/a", renamed ? "newer" : "old"));
		CHECK(count("s") == 1);
		rc = EVAULT_E_FULL;
	}
	CHECK(rc == EVAULT_OK && n >= 10);
	CHECK(has("s/a", "newer"));
}

static void
store_syncs_the_file_before_and_the_folder_after_the_rename(void)
{
	faults_on(-1, 0);
	CHECK(ev_os_store(root, "synced", "x", 1, false, NULL) == EVAULT_OK);
	faults_off();
	CHECK(fsyncs == 2 && renames == 1);
}

static void
sync_that_failed_is_not_tried_again(void)
{
	int fd = -1;

	NEED(ev_os_create(root, "sync", &fd, NULL) == EVAULT_OK);
	faults_on(0, EINTR);
	CHECK(ev_os_sync(fd, "sync", NULL) == EVAULT_E_IO && fsyncs == 1);
	faults_on(0, EIO);
	CHECK(ev_os_sync(fd, "sync", NULL) == EVAULT_E_IO && fsyncs == 1);
	faults_off();
	ev_os_close_read(fd);
}

static void
folder_sync_that_the_filesystem_does_not_know_is_no_error(void)
{
	faults_on(1, EINVAL); /* after openat */
	CHECK(ev_os_sync_dir(root, ".", NULL) == EVAULT_OK && fsyncs == 1);
	faults_on(1, EIO);
	CHECK(ev_os_sync_dir(root, ".", NULL) == EVAULT_E_IO && fsyncs == 1);
	faults_off();
}

/* ---- single calls ---------------------------------------------------- */

static void
short_and_interrupted_writes_are_continued(void)
{
	int fd = -1;

	NEED(ev_os_create(root, "short", &fd, NULL) == EVAULT_OK);
	faults_on(1, EINTR);
	CHECK(ev_os_write(fd, (const uint8_t *)"1234567", 7, "short", NULL) == EVAULT_OK);
	faults_off();
	ev_os_close_read(fd);
	CHECK(has("short", "1234567"));
}

static void
write_without_progress_is_an_error(void)
{
	int fd = -1;

	NEED(ev_os_create(root, "stuck", &fd, NULL) == EVAULT_OK);
	faults_on(-1, 0);
	table.write = no_write;
	CHECK(ev_os_write(fd, (const uint8_t *)"1", 1, "stuck", NULL) == EVAULT_E_IO);
	CHECK(ev_os_write(fd, NULL, 0, "stuck", NULL) == EVAULT_OK);
	faults_off();
	ev_os_close_read(fd);
}

static void
interrupted_open_rename_and_unlink_are_repeated(void)
{
	int fd = -1;

	faults_on(0, EINTR);
	NEED(ev_os_create(root, "interrupted", &fd, NULL) == EVAULT_OK);
	ev_os_close_read(fd);
	faults_on(0, EINTR);
	CHECK(ev_os_rename(root, "interrupted", "again", false, NULL) == EVAULT_OK);
	CHECK(renames == 2);
	faults_on(0, EINTR);
	CHECK(ev_os_unlink(root, "again", NULL) == EVAULT_OK);
	faults_off();
}

static void
close_of_a_written_file_reports_its_error_once(void)
{
	struct evault_error err = { 0 };
	int fd = -1;

	NEED(ev_os_create(root, "closed", &fd, NULL) == EVAULT_OK);
	faults_on(0, EDQUOT);
	CHECK(ev_os_close(fd, "closed", &err) == EVAULT_E_FULL && err.sys == EDQUOT);
	faults_off();
}

static void
rename_without_noreplace_still_does_not_replace(void)
{
	NEED(ev_os_store(root, "p1", "1", 1, false, NULL) == EVAULT_OK);
	NEED(ev_os_store(root, "p2", "2", 1, false, NULL) == EVAULT_OK);
	faults_on(-1, 0);
	table.renameat2 = plain_renameat2;
	CHECK(ev_os_rename(root, "p1", "p2", false, NULL) == EVAULT_E_EXISTS);
	CHECK(ev_os_rename(root, "p1", "p3", false, NULL) == EVAULT_OK);
	faults_off();
	CHECK(has("p3", "1") && has("p2", "2"));
}

static void
read_only_medium_has_its_own_status(void)
{
	int fd = -1;

	faults_on(0, EROFS);
	CHECK(ev_os_lock(root, "lock", "x", &fd, NULL) == EVAULT_E_READ_ONLY && fd == -1);
	faults_on(0, EROFS);
	CHECK(ev_os_mkdir(root, "d", NULL, NULL) == EVAULT_E_READ_ONLY);
	faults_off();
}

static void
lock_that_cannot_be_written_is_let_go(void)
{
	int fd = -1;

	faults_on(1, EIO); /* ftruncate */
	CHECK(ev_os_lock(root, "lock-io", "x", &fd, NULL) == EVAULT_E_IO && fd == -1);
	faults_on(2, ENOSPC); /* write */
	CHECK(ev_os_lock(root, "lock-io", "x", &fd, NULL) == EVAULT_E_FULL && fd == -1);
	faults_off();
	CHECK(ev_os_lock(root, "lock-io", "x", &fd, NULL) == EVAULT_OK);
	ev_os_unlock(fd);
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
	char path[] = "/tmp/evault-faults-XXXXXX";

	real = ev_os_calls();
	if (ev_secret_start(NULL) != EVAULT_OK || mkdtemp(path) == NULL ||
	    ev_os_open_dir(EV_OS_CWD, path, &root, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(store_that_fails_leaves_old_or_new_and_no_temporary_file);
	UNIT_RUN(store_syncs_the_file_before_and_the_folder_after_the_rename);
	UNIT_RUN(sync_that_failed_is_not_tried_again);
	UNIT_RUN(folder_sync_that_the_filesystem_does_not_know_is_no_error);
	UNIT_RUN(short_and_interrupted_writes_are_continued);
	UNIT_RUN(write_without_progress_is_an_error);
	UNIT_RUN(interrupted_open_rename_and_unlink_are_repeated);
	UNIT_RUN(close_of_a_written_file_reports_its_error_once);
	UNIT_RUN(rename_without_noreplace_still_does_not_replace);
	UNIT_RUN(read_only_medium_has_its_own_status);
	UNIT_RUN(lock_that_cannot_be_written_is_let_go);
	empty(root);
	ev_os_close_read(root);
	ev_os_rmdir(EV_OS_CWD, path, NULL);
	return unit_end();
}
