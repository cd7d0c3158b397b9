/* The writing half of os.h, and the lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* RENAME_NOREPLACE */
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os_private.h"
#include "base/secret.h"

enum {
	LOCK_WHO_MAX = 256
};

/* ---- one file -------------------------------------------------------- */

enum evault_status
ev_os_create(int dir, const char *path, int *fd, struct evault_error *err)
{
	int f = ev_os_openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

	if (f < 0)
		return ev_os_fail(err, errno, path);
	*fd = f;
	return EVAULT_OK;
}

enum evault_status
ev_os_write(int fd, const uint8_t *data, size_t len, const char *shown, struct evault_error *err)
{
	ssize_t w;

	while (len > 0) {
		w = ev_os_calls()->write(fd, data, len);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ev_fail_sys(err, w < 0 ? errno : EIO, "%s", shown);
		data += w;
		len -= (size_t)w;
	}
	return EVAULT_OK;
}

enum evault_status
ev_os_empty(int fd, const char *shown, struct evault_error *err)
{
	if (ev_os_calls()->ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return ev_fail_sys(err, errno, "%s", shown);
	return EVAULT_OK;
}

void
ev_os_write_out(int fd, uint64_t from, uint64_t len)
{
	(void)sync_file_range(fd, (off_t)from, (off_t)len, SYNC_FILE_RANGE_WRITE);
}

enum evault_status
ev_os_sync(int fd, const char *shown, struct evault_error *err)
{
	if (ev_os_calls()->fsync(fd) != 0)
		return ev_fail_sys(err, errno, "%s", shown);
	return EVAULT_OK;
}

enum evault_status
ev_os_close(int fd, const char *shown, struct evault_error *err)
{
	if (fd >= 0 && ev_os_calls()->close(fd) != 0)
		return ev_fail_sys(err, errno, "%s", shown);
	return EVAULT_OK;
}

enum evault_status
ev_os_set_mtime(int fd, int64_t seconds, uint32_t ns, const char *shown, struct evault_error *err)
{
	const struct timespec at = { (time_t)seconds, (long)ns };
	const struct timespec times[2] = { at, at };

	if (ev_os_calls()->futimens(fd, times) != 0)
		return ev_fail_sys(err, errno, "%s", shown);
	return EVAULT_OK;
}

/* ---- names ----------------------------------------------------------- */

enum evault_status
ev_os_sync_dir(int dir, const char *path, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;
	int fd = -1;

	rc = ev_os_open_dir(dir, path, &fd, err);
	if (rc != EVAULT_OK)
		return rc;
	/* EINVAL and its like: a filesystem that has no such thing, not a failure of it. */
	if (ev_os_calls()->fsync(fd) != 0 && errno != EINVAL && errno != ENOSYS &&
	    errno != EOPNOTSUPP)
		rc = ev_fail_sys(err, errno, "%s", ev_show_path(path, shown));
	ev_os_close_read(fd);
	return rc;
}

enum evault_status
ev_os_mkdir(int dir, const char *path, bool *made, struct evault_error *err)
{
	struct stat st;
	int sys = 0;

	if (ev_os_calls()->mkdirat(dir, path, 0700) != 0)
		sys = errno;
	if (sys == EEXIST && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode)) {
		if (made != NULL)
			*made = false;
		return EVAULT_OK;
	}
	if (sys != 0)
		return ev_os_fail(err, sys, path);
	if (made != NULL)
		*made = true;
	return EVAULT_OK;
}

static int
os_renameat2(int dir, const char *from, const char *to, unsigned flags)
{
	int r;

	do
		r = ev_os_calls()->renameat2(dir, from, dir, to, flags);
	while (r != 0 && errno == EINTR);
	return r;
}

/*
 * Where the filesystem has no RENAME_NOREPLACE (NFS, some of FUSE) it looks
 * first; what appears in the moment between would be replaced.
 */
static int
os_rename_new(int dir, const char *from, const char *to)
{
	struct stat st;
	int r = os_renameat2(dir, from, to, RENAME_NOREPLACE);

	if (r == 0 || (errno != EINVAL && errno != ENOSYS))
		return r;
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	if (errno != ENOENT)
		return -1;
	return os_renameat2(dir, from, to, 0);
}

enum evault_status
ev_os_rename(int dir, const char *from, const char *to, bool replace, struct evault_error *err)
{
	int r = replace ? os_renameat2(dir, from, to, 0) : os_rename_new(dir, from, to);

	return r == 0 ? EVAULT_OK : ev_os_fail(err, errno, to);
}

static int
os_unlinkat(int dir, const char *path, int flags)
{
	int r;

	do
		r = ev_os_calls()->unlinkat(dir, path, flags);
	while (r != 0 && errno == EINTR);
	return r;
}

enum evault_status
ev_os_unlink(int dir, const char *path, struct evault_error *err)
{
	return os_unlinkat(dir, path, 0) == 0 ? EVAULT_OK : ev_os_fail(err, errno, path);
}

enum evault_status
ev_os_rmdir(int dir, const char *path, struct evault_error *err)
{
	if (os_unlinkat(dir, path, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY || errno == EEXIST ||
	    errno == ENOENT)
		return EVAULT_OK;
	return ev_os_fail(err, errno, path);
}

/* ---- temporary names and whole files --------------------------------- */

static const char temp_end[] = ".tmp";

void
ev_os_temp_name(char out[EV_OS_TEMP_SIZE])
{
	uint8_t random[8];

	ev_random(random, sizeof(random));
	ev_hex_encode(random, sizeof(random), out);
	memcpy(out + 2 * sizeof(random), temp_end, sizeof(temp_end));
}

bool
ev_os_is_temp(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct ev_cursor c;
	uint8_t random[8];

	path = slash != NULL ? slash + 1 : path;
	c = ev_cursor_of(path, strlen(path));
	if (!ev_hex_decode(ev_cursor_take(&c, 2 * sizeof(random)), random, sizeof(random)))
		return false;
	ev_cursor_expect(&c, temp_end);
	return ev_cursor_done(&c);
}

/* Writes and syncs the new file `temp`, which is to become `path`. */
static enum evault_status
store_temp(int dir, const char *temp, const char *path, struct ev_slice data,
	   struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc, closed;
	int fd = ev_os_openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

	if (fd < 0)
		return ev_os_fail(err, errno, path);
	ev_show_path(path, shown);
	rc = ev_os_write(fd, data.data, data.len, shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_set_mtime(fd, EV_OS_CONSTANT_TIME, 0, shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, shown, err);
	closed = ev_os_close(fd, shown, rc == EVAULT_OK ? err : NULL);
	rc = rc == EVAULT_OK ? closed : rc;
	if (rc != EVAULT_OK)
		(void)os_unlinkat(dir, temp, 0);
	return rc;
}

enum evault_status
ev_os_store(int dir, const char *path, const void *data, size_t len, bool replace,
	    struct evault_error *err)
{
	struct ev_buf folder = EV_BUF_INIT, temp = EV_BUF_INIT;
	const char *slash = strrchr(path, '/');
	size_t prefix = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char name[EV_OS_TEMP_SIZE];
	enum evault_status rc;

	ev_os_temp_name(name);
	ev_buf_add(&temp, path, prefix);
	ev_buf_puts(&temp, name);
	ev_buf_add(&folder, prefix == 0 ? "./" : path, prefix == 0 ? 2 : prefix);
	if (ev_buf_text(&temp) == NULL || ev_buf_text(&folder) == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	rc = store_temp(dir, ev_buf_text(&temp), path, ev_slice_of(data, len), err);
	if (rc != EVAULT_OK)
		goto out;
	rc = ev_os_rename(dir, ev_buf_text(&temp), path, replace, err);
	if (rc != EVAULT_OK) {
		(void)os_unlinkat(dir, ev_buf_text(&temp), 0);
		goto out;
	}
	rc = ev_os_sync_dir(dir, ev_buf_text(&folder), err);
out:
	ev_buf_release(&temp);
	ev_buf_release(&folder);
	return rc;
}

enum evault_status
ev_os_write_new(const char *path, struct ev_slice bytes, struct evault_error *err)
{
	enum evault_status rc, closed;
	int fd = -1;

	rc = ev_os_create(EV_OS_CWD, path, &fd, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_os_write(fd, bytes.data, bytes.len, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, path, err);
	closed = ev_os_close(fd, path, rc == EVAULT_OK ? err : NULL);
	rc = rc == EVAULT_OK ? closed : rc;
	if (rc != EVAULT_OK)
		(void)ev_os_unlink(EV_OS_CWD, path, NULL);
	return rc;
}

/* ---- lock ------------------------------------------------------------ */

/* E_BUSY, with what the holder of the lock wrote. */
static enum evault_status
lock_busy(int fd, struct evault_error *err)
{
	struct ev_buf shown = EV_BUF_INIT;
	uint8_t raw[LOCK_WHO_MAX];
	size_t len = 0;
	const char *who;

	if (ev_os_read(fd, raw, sizeof(raw), &len, "lock", NULL) != EVAULT_OK)
		len = 0;
	ev_show(&shown, ev_slice_of(raw, len));
	who = ev_buf_text(&shown);
	if (who == NULL || len == 0) /* it has the lock and has not written yet */
		ev_fail(err, EVAULT_E_BUSY, "another evault is writing");
	else
		ev_fail(err, EVAULT_E_BUSY, "another evault is writing: %s", who);
	ev_buf_release(&shown);
	return EVAULT_E_BUSY;
}

static enum evault_status
lock_write(int fd, const char *who, const char *path, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (ev_os_calls()->ftruncate(fd, 0) != 0)
		return ev_os_fail(err, errno, path);
	rc = ev_os_write(fd, (const uint8_t *)who, strlen(who), ev_show_path(path, shown), err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_os_set_mtime(fd, EV_OS_CONSTANT_TIME, 0, shown, err);
}

enum evault_status
ev_os_lock(int dir, const char *path, const char *who, int *fd, struct evault_error *err)
{
	enum evault_status rc;
	struct stat st;
	int f, r;

	f = ev_os_openat(dir, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (f < 0)
		return ev_os_fail(err, errno, path);
	rc = ev_os_need_regular(f, path, err);
	/* What it is linked to would be emptied. */
	if (rc == EVAULT_OK && (fstat(f, &st) != 0 || st.st_nlink > 1))
		rc = ev_fail(err, EVAULT_E_IO, "%s: is linked to another file", path);
	if (rc != EVAULT_OK)
		goto out;
	do
		r = flock(f, LOCK_EX | LOCK_NB);
	while (r != 0 && errno == EINTR);
	if (r != 0) {
		rc = errno == EWOULDBLOCK ? lock_busy(f, err) : ev_os_fail(err, errno, path);
		goto out;
	}
	rc = lock_write(f, who, path, err);
	if (rc != EVAULT_OK)
		goto out;
	*fd = f;
	f = -1;
out:
	ev_os_close_read(f);
	return rc;
}

void
ev_os_unlock(int fd)
{
	if (fd < 0)
		return;
	/* Best effort: who had the lock is nobody's business afterwards. */
	if (ev_os_calls()->ftruncate(fd, 0) == 0)
		(void)ev_os_set_mtime(fd, EV_OS_CONSTANT_TIME, 0, "lock", NULL);
	ev_os_close_read(fd);
}
