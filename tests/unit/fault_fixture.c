#include "fault_fixture.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/os_private.h"

static struct fault_plan plan;
static const struct ev_os_calls *real;
static atomic_int seen; /* calls of the kind, by any thread */
static atomic_bool fired;

static bool
fails(enum fault_call call, const char *path)
{
	size_t len, end;
	int at;

	if (call != plan.call || plan.nth < 0)
		return false;
	if (plan.name != NULL) {
		end = strlen(plan.name);
		len = path == NULL ? 0 : strlen(path);
		if (len < end || strcmp(path + len - end, plan.name) != 0)
			return false;
	}
	at = seen++;
	if (at != plan.nth && !(plan.stays && at > plan.nth))
		return false;
	fired = true;
	errno = plan.sys;
	return true;
}

static int
fault_openat(int dir, const char *path, int flags, mode_t mode)
{
	return fails(FAULT_OPENAT, path) ? -1 : real->openat(dir, path, flags, mode);
}

static ssize_t
fault_write(int fd, const void *data, size_t len)
{
	return fails(FAULT_WRITE, NULL) ? -1 : real->write(fd, data, len);
}

static ssize_t
fault_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return fails(FAULT_WRITE_AT, NULL) ? -1 : real->pwrite(fd, data, len, offset);
}

static int
fault_fsync(int fd)
{
	(void)fd;
	return fails(FAULT_FSYNC, NULL) ? -1 : 0;
}

static int
fault_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return fails(FAULT_RENAME, to) ? -1 : real->renameat2(from_dir, from, to_dir, to, flags);
}

static int
fault_unlinkat(int dir, const char *path, int flags)
{
	return fails(FAULT_UNLINK, path) ? -1 : real->unlinkat(dir, path, flags);
}

static int
fault_mkdirat(int dir, const char *path, mode_t mode)
{
	return fails(FAULT_MKDIR, path) ? -1 : real->mkdirat(dir, path, mode);
}

static int
fault_close(int fd)
{
	int rc = real->close(fd);

	return fails(FAULT_CLOSE, NULL) ? -1 : rc;
}

static int
fault_ftruncate(int fd, off_t len)
{
	return fails(FAULT_TRUNCATE, NULL) ? -1 : real->ftruncate(fd, len);
}

static int
fault_futimens(int fd, const struct timespec times[2])
{
	return fails(FAULT_TIMES, NULL) ? -1 : real->futimens(fd, times);
}

static const struct ev_os_calls table = {
	.openat = fault_openat,
	.write = fault_write,
	.pwrite = fault_pwrite,
	.fsync = fault_fsync,
	.renameat2 = fault_renameat2,
	.unlinkat = fault_unlinkat,
	.mkdirat = fault_mkdirat,
	.close = fault_close,
	.ftruncate = fault_ftruncate,
	.futimens = fault_futimens,
};

void
faults_on(const struct fault_plan *p)
{
	if (real == NULL)
		real = ev_os_calls();
	plan = *p;
	seen = 0;
	fired = false;
	ev_os_calls_swap(&table);
}

bool
faults_off(void)
{
	ev_os_calls_swap(NULL);
	return fired;
}

const char *
fault_word(enum fault_call call)
{
	static const char *const words[] = { "openat",    "write",     "fsync",
					     "renameat2", "unlinkat",  "mkdirat",
					     "close",     "ftruncate", "futimens" };

	return call == FAULT_WRITE_AT ? "pwrite" : words[call];
}
