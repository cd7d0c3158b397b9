/* Opening, reading and listing; the writing half is os_write.c. */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat2 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os_private.h"

_Static_assert((int)EV_OS_CWD == AT_FDCWD, "EV_OS_CWD is AT_FDCWD");
_Static_assert(sizeof(off_t) == 8, "files may be larger than 2 GiB");

enum {
	LOAD_STEP = 16384,
	LIST_MAX = 64 << 20, /* bytes of the names in one folder: two million of a camera's */
};

/* ---- the table of system calls --------------------------------------- */

static int
call_openat(int dir, const char *path, int flags, mode_t mode)
{
	return openat(dir, path, flags, mode);
}

static long
call_add_key(const char *type, const char *name, const void *value, size_t len, long ring)
{
	return syscall(SYS_add_key, type, name, value, len, ring);
}

static long
call_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return syscall(SYS_keyctl, operation, a, b, c, d);
}

static const struct ev_os_calls calls_system = {
	.openat = call_openat,
	.write = write,
	.pwrite = pwrite,
	.fsync = fsync,
	.renameat2 = renameat2,
	.unlinkat = unlinkat,
	.mkdirat = mkdirat,
	.close = close,
	.ftruncate = ftruncate,
	.futimens = futimens,
	.add_key = call_add_key,
	.keyctl = call_keyctl,
};

/* Constant but for tests. */
static const struct ev_os_calls *calls_used = &calls_system;

const struct ev_os_calls *
ev_os_calls(void)
{
	return calls_used;
}

void
ev_os_calls_swap(const struct ev_os_calls *calls)
{
	calls_used = calls != NULL ? calls : &calls_system;
}

enum evault_status
ev_os_fail(struct evault_error *err, int sys, const char *path)
{
	char shown[EV_SHOW_SIZE];

	return ev_fail_sys(err, sys, "%s", ev_show_path(path, shown));
}

/*
 * What refuses to be read is unreadable, whatever the system's word for it:
 * "no room" and "read-only" are of use to a writer alone.
 */
enum evault_status
ev_os_fail_read(struct evault_error *err, int sys, const char *shown)
{
	enum evault_status rc = ev_fail_sys(err, sys, "%s", shown);

	if (rc != EVAULT_E_FULL && rc != EVAULT_E_READ_ONLY)
		return rc;
	if (err != NULL)
		err->status = EVAULT_E_IO;
	return EVAULT_E_IO;
}

/* ---- opening --------------------------------------------------------- */

int
ev_os_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = ev_os_calls()->openat(dir, path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static enum evault_status
open_directory(int dir, const char *path, int flags, int *fd, struct evault_error *err)
{
	int f = ev_os_openat(dir, path, flags | O_DIRECTORY, 0);

	if (f < 0)
		return ev_os_fail(err, errno, path);
	*fd = f;
	return EVAULT_OK;
}

enum evault_status
ev_os_open_dir(int dir, const char *path, int *fd, struct evault_error *err)
{
	return open_directory(dir, path, O_RDONLY, fd, err);
}

enum evault_status
ev_os_open_place(int dir, const char *path, int *fd, struct evault_error *err)
{
	return open_directory(dir, path, O_PATH, fd, err);
}

enum evault_status
ev_os_open_folder(int dir, const char *path, int *fd, struct evault_error *err)
{
	return open_directory(dir, path, O_RDONLY | O_NOFOLLOW, fd, err);
}

enum evault_status
ev_os_need_regular(int fd, const char *path, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ev_os_fail(err, errno, path);
	if (!S_ISREG(st.st_mode))
		return ev_fail(err, EVAULT_E_IO, "%s: not a regular file",
			       ev_show_path(path, shown));
	return EVAULT_OK;
}

enum evault_status
ev_os_open_read(int dir, const char *path, int *fd, struct evault_error *err)
{
	/* O_NONBLOCK: opening a pipe must not wait for its other end. */
	int f = ev_os_openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (f < 0 && errno == ELOOP)
		return ev_fail(err, EVAULT_E_IO, "%s: a symbolic link, not a regular file",
			       ev_show_path(path, shown));
	if (f < 0)
		return ev_os_fail_read(err, errno, ev_show_path(path, shown));
	rc = ev_os_need_regular(f, path, err);
	if (rc != EVAULT_OK) {
		ev_os_close_read(f);
		return rc;
	}
	*fd = f;
	return EVAULT_OK;
}

enum evault_status
ev_os_open_user(const char *path, int *fd, struct evault_error *err)
{
	int f = ev_os_openat(EV_OS_CWD, path, O_RDONLY | O_NOCTTY, 0);
	struct stat st;
	int sys = 0;

	if (f < 0)
		return ev_os_fail(err, errno, path);
	if (fstat(f, &st) != 0)
		sys = errno;
	else if (S_ISDIR(st.st_mode))
		sys = EISDIR;
	if (sys != 0) {
		ev_os_close_read(f);
		return ev_os_fail(err, sys, path);
	}
	*fd = f;
	return EVAULT_OK;
}

void
ev_os_sequential(int fd)
{
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void
ev_os_close_read(int fd)
{
	if (fd >= 0)
		(void)ev_os_calls()->close(fd);
}

/* ---- stat ------------------------------------------------------------ */

static void
os_stat_fill(struct ev_os_stat *out, const struct stat *st)
{
	*out = (struct ev_os_stat){
		.kind = S_ISREG(st->st_mode)   ? EV_OS_FILE
			: S_ISDIR(st->st_mode) ? EV_OS_DIR
			: S_ISLNK(st->st_mode) ? EV_OS_LINK
					       : EV_OS_OTHER,
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtim.tv_sec,
		.mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
		.device = st->st_dev,
		.inode = st->st_ino,
		.ctime = st->st_ctim.tv_sec,
		.ctime_ns = (uint32_t)st->st_ctim.tv_nsec,
	};
}

enum evault_status
ev_os_stat(int dir, const char *path, struct ev_os_stat *st, struct evault_error *err)
{
	struct stat s;

	if (fstatat(dir, path, &s, AT_SYMLINK_NOFOLLOW) != 0)
		return ev_os_fail(err, errno, path);
	os_stat_fill(st, &s);
	return EVAULT_OK;
}

enum evault_status
ev_os_stat_user(const char *path, struct ev_os_stat *st, struct evault_error *err)
{
	struct stat s;

	if (stat(path, &s) != 0)
		return ev_os_fail(err, errno, path);
	os_stat_fill(st, &s);
	return EVAULT_OK;
}

enum evault_status
ev_os_fstat(int fd, struct ev_os_stat *st, struct evault_error *err)
{
	struct stat s;

	if (fstat(fd, &s) != 0)
		return ev_fail_sys(err, errno, "an open file");
	os_stat_fill(st, &s);
	return EVAULT_OK;
}

/* ---- reading --------------------------------------------------------- */

enum evault_status
ev_os_read(int fd, uint8_t *out, size_t len, size_t *got, const char *shown,
	   struct evault_error *err)
{
	size_t n = 0;
	ssize_t r;

	while (n < len) {
		r = read(fd, out + n, len - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return ev_os_fail_read(err, errno, shown);
		if (r == 0)
			break;
		n += (size_t)r;
	}
	*got = n;
	return EVAULT_OK;
}

enum evault_status
ev_os_read_at(int fd, uint64_t offset, uint8_t *out, size_t len, const char *shown,
	      struct evault_error *err)
{
	size_t n = 0;
	ssize_t r;

	/* What would end beyond off_t is beyond the end of any file. */
	if (offset > INT64_MAX || len > INT64_MAX - offset)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: cut short", shown);
	while (n < len) {
		r = pread(fd, out + n, len - n, (off_t)(offset + n));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return ev_os_fail_read(err, errno, shown);
		if (r == 0)
			return ev_fail(err, EVAULT_E_DAMAGED, "%s: cut short", shown);
		n += (size_t)r;
	}
	return EVAULT_OK;
}

/* Appends all that is left in the open file; what it appended before a failure stays. */
static enum evault_status
os_load(int fd, const char *path, size_t max, struct ev_buf *out, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;
	size_t step, got = 0, total = 0;
	uint8_t *at;

	ev_show_path(path, shown);
	for (;;) {
		/* One more than may be there, to see that it is too long. */
		step = max - total < LOAD_STEP ? max - total + 1 : LOAD_STEP;
		at = ev_buf_extend(out, step);
		if (at == NULL)
			return ev_fail_nomem(err);
		rc = ev_os_read(fd, at, step, &got, shown, err);
		if (rc != EVAULT_OK)
			got = 0;
		out->len -= step - got;
		if (rc != EVAULT_OK)
			return rc;
		if (got > max - total)
			return ev_fail(err, EVAULT_E_LIMIT, "%s: has more than %zu bytes", shown,
				       max);
		total += got;
		if (got < step)
			return EVAULT_OK;
	}
}

enum evault_status
ev_os_load(int dir, const char *path, size_t max, struct ev_buf *out, struct evault_error *err)
{
	enum evault_status rc;
	size_t before = out->len;
	int fd = -1;

	rc = ev_os_open_read(dir, path, &fd, err);
	if (rc != EVAULT_OK)
		goto out;
	rc = os_load(fd, path, max, out, err);
	if (rc != EVAULT_OK && !out->bad)
		out->len = before;
out:
	ev_os_close_read(fd);
	return rc;
}

enum evault_status
ev_os_load_user(const char *path, size_t max, struct ev_buf *out, struct evault_error *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	enum evault_status rc;
	size_t before = out->len;
	int fd = -1;

	if (standard_input) {
		rc = os_load(STDIN_FILENO, "standard input", max, out, err);
	} else {
		rc = ev_os_open_user(path, &fd, err);
		if (rc != EVAULT_OK)
			goto out;
		rc = os_load(fd, path, max, out, err);
	}
	if (rc != EVAULT_OK && !out->bad && out->data != NULL) {
		ev_wipe(out->data + before, out->cap - before);
		out->len = before;
	}
out:
	ev_os_close_read(fd);
	return rc;
}

/* ---- listing --------------------------------------------------------- */

static int
list_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Names, each with its NUL, to `names`; their number to *n.  Stops after more
 * than LIST_MAX: a damaged folder can lead into itself (G9).  Returns 0 or errno.
 */
static int
list_read(DIR *stream, struct ev_buf *names, size_t *n)
{
	const struct dirent *entry;

	while (names->len <= LIST_MAX && !names->bad) {
		errno = 0;
		entry = readdir(stream);
		if (entry == NULL)
			return errno;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		ev_buf_add(names, entry->d_name, strlen(entry->d_name) + 1);
		(*n)++;
	}
	return 0;
}

/* One block: the pointers, then the names they point to. */
static char **
list_pack(const struct ev_buf *names, size_t n)
{
	char **block = malloc(n * sizeof(*block) + names->len + 1);
	char *at;
	size_t i;

	if (block == NULL)
		return NULL;
	at = (char *)(block + n);
	if (names->len > 0)
		memcpy(at, names->data, names->len);
	for (i = 0; i < n; i++) {
		block[i] = at;
		at += strlen(at) + 1;
	}
	qsort(block, n, sizeof(*block), list_compare);
	return block;
}

enum evault_status
ev_os_list(int dir, const char *path, struct ev_os_list *list, struct evault_error *err)
{
	struct ev_buf names = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	char shown[EV_SHOW_SIZE];
	char **block = NULL;
	size_t n = 0;
	DIR *stream = NULL;
	int fd, sys = 0;

	fd = ev_os_openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd >= 0)
		stream = fdopendir(fd);
	if (stream != NULL)
		sys = list_read(stream, &names, &n);
	else
		sys = errno;
	if (sys != 0) {
		rc = ev_os_fail(err, sys, path);
		goto out;
	}
	if (names.len > LIST_MAX) {
		rc = ev_fail(err, EVAULT_E_LIMIT, "%s: has more than %d MiB of names",
			     ev_show_path(path, shown), LIST_MAX >> 20);
		goto out;
	}
	if (!names.bad)
		block = list_pack(&names, n);
	if (block == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	list->names = block;
	list->n = n;
out:
	if (stream != NULL)
		closedir(stream); /* and fd */
	else
		ev_os_close_read(fd);
	ev_buf_release(&names);
	return rc;
}

void
ev_os_list_free(struct ev_os_list *list)
{
	free(list->names);
	list->names = NULL;
	list->n = 0;
}
