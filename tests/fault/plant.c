/*
 * Planted bugs, each behind a switch of its own, -DEV_PLANT_<NAME>: linked
 * into a copy of evault, it puts another table of system calls in the place of
 * the real one, as if the code that calls them had the bug.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os_private.h"

static struct ev_os_calls planted;
static struct ev_os_calls real;

static int
is(int fd, mode_t kind)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

#if defined(EV_PLANT_FILE_SYNC)
static int
plant_fsync(int fd)
{
	return is(fd, S_IFREG) ? 0 : real.fsync(fd);
}
#define FSYNC
#endif

#if defined(EV_PLANT_FOLDER_SYNC)
static int
plant_fsync(int fd)
{
	return is(fd, S_IFDIR) ? 0 : real.fsync(fd);
}
#define FSYNC
#endif

#if defined(EV_PLANT_PARENT_SYNC)
static struct stat parent;

static int
plant_mkdirat(int dir, const char *path, mode_t mode)
{
	char above[4096];
	char *slash;
	int r = real.mkdirat(dir, path, mode), saved = errno;

	snprintf(above, sizeof(above), "%s", path);
	slash = strrchr(above, '/');
	if (slash != NULL)
		*slash = '\0';
	if (r == 0)
		(void)fstatat(dir, slash != NULL ? above : ".", &parent, 0);
	errno = saved;
	return r;
}

/* The next sync of the folder in which one was made does not happen. */
static int
plant_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && parent.st_ino != 0 && st.st_ino == parent.st_ino) {
		parent.st_ino = 0;
		return 0;
	}
	return real.fsync(fd);
}
#define FSYNC
#define MKDIRAT
#endif

#if defined(EV_PLANT_LOG_BEFORE_PACKS) || defined(EV_PLANT_HEAD_BEFORE_TILES)
#ifdef EV_PLANT_LOG_BEFORE_PACKS
#define LATE "packs/"
#else
#define LATE "log/tile/"
#endif
struct late {
	int dir;
	char *from, *to;
};
static struct late late[4096];
static size_t n_late;

/* What has to come first comes after the head. */
static int
plant_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	size_t i;
	int r;

	if (strncmp(to, LATE, strlen(LATE)) == 0 && n_late < sizeof(late) / sizeof(late[0])) {
		late[n_late].dir = from_dir;
		late[n_late].from = strdup(from);
		late[n_late++].to = strdup(to);
		return 0;
	}
	r = real.renameat2(from_dir, from, to_dir, to, flags);
	if (r != 0 || strcmp(to, "log/checkpoint") != 0)
		return r;
	for (i = 0; i < n_late; i++)
		(void)real.renameat2(late[i].dir, late[i].from, late[i].dir, late[i].to, 0);
	n_late = 0;
	return 0;
}
#define RENAMEAT2
#endif

#if defined(EV_PLANT_RENAME_BEFORE_SYNC)
static int waiting[64];
static size_t n_waiting;

static int
plant_fsync(int fd)
{
	if (!is(fd, S_IFREG) || n_waiting == sizeof(waiting) / sizeof(waiting[0]))
		return real.fsync(fd);
	waiting[n_waiting++] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return 0;
}

/* Files are synced when all of them have their names, the head too. */
static int
plant_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	int r = real.renameat2(from_dir, from, to_dir, to, flags), saved = errno;

	while (strcmp(to, "log/checkpoint") == 0 && n_waiting > 0) {
		(void)real.fsync(waiting[--n_waiting]);
		(void)real.close(waiting[n_waiting]);
	}
	errno = saved;
	return r;
}
#define FSYNC
#define RENAMEAT2
#endif

#if defined(EV_PLANT_SHORT_WRITE)
static ssize_t
plant_write(int fd, const void *data, size_t len)
{
	return real.write(fd, data, len) < 0 ? -1 : (ssize_t)len;
}
#define WRITE
#endif

#if defined(EV_PLANT_WRITE_ERROR)
static ssize_t
plant_write(int fd, const void *data, size_t len)
{
	(void)!real.write(fd, data, len);
	return (ssize_t)len;
}
#define WRITE
#endif

#if defined(EV_PLANT_CLOSE_ERROR)
static int
plant_close(int fd)
{
	(void)real.close(fd);
	return 0;
}
#define CLOSE
#endif

#if defined(EV_PLANT_FSYNC_RETRIED)
static int
plant_fsync(int fd)
{
	int r, tries = 0;

	do
		r = real.fsync(fd);
	while (r != 0 && tries++ < 3);
	return r;
}
#define FSYNC
#endif

#if defined(EV_PLANT_NEW_DISCARDED)
static int
plant_openat(int dir, const char *path, int flags, mode_t mode)
{
	if (strcmp(path, "log/checkpoint.new") == 0 && (flags & O_CREAT) == 0)
		(void)real.unlinkat(dir, path, 0);
	return real.openat(dir, path, flags, mode);
}
#define OPENAT
#endif

#if defined(EV_PLANT_LOCK_KEPT)
/* The lock is its file, not the kernel's: it outlives who had it. */
static int
plant_openat(int dir, const char *path, int flags, mode_t mode)
{
	struct stat st;

	if (strcmp(path, "writer") == 0 && fstatat(dir, path, &st, 0) == 0 && st.st_size > 0) {
		errno = EWOULDBLOCK;
		return -1;
	}
	return real.openat(dir, path, flags, mode);
}
#define OPENAT
#endif

#if defined(EV_PLANT_TILES_REMOVED_FIRST)
/* Tiles of the old head go before the new head is there. */
static int
plant_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	char old[4096];
	const char *slash = strrchr(to, '/');
	int width = slash != NULL && strncmp(to, "log/tile/", 9) == 0 ? atoi(slash + 1) : 0, w;

	for (w = 1; w < width; w++) {
		snprintf(old, sizeof(old), "%.*s/%d", (int)(slash - to), to, w);
		(void)real.unlinkat(to_dir, old, 0);
	}
	return real.renameat2(from_dir, from, to_dir, to, flags);
}
#define RENAMEAT2
#endif

__attribute__((constructor)) static void
plant(void)
{
	real = *ev_os_calls();
	planted = real;
	(void)is;
#ifdef FSYNC
	planted.fsync = plant_fsync;
#endif
#ifdef MKDIRAT
	planted.mkdirat = plant_mkdirat;
#endif
#ifdef RENAMEAT2
	planted.renameat2 = plant_renameat2;
#endif
#ifdef WRITE
	planted.write = plant_write;
#endif
#ifdef CLOSE
	planted.close = plant_close;
#endif
#ifdef OPENAT
	planted.openat = plant_openat;
#endif
	ev_os_calls_swap(&planted);
}
