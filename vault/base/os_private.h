/*
 * What the files os*.c share: the system calls that change something, as a
 * table, so that a test can make each of them fail; and the retry after EINTR.
 */
#ifndef EV_BASE_OS_PRIVATE_H
#define EV_BASE_OS_PRIVATE_H

#include <sys/types.h>
#include <time.h>

#include "base/os.h"

struct ev_os_calls {
	int (*openat)(int dir, const char *path, int flags, mode_t mode);
	ssize_t (*write)(int fd, const void *data, size_t len);
	ssize_t (*pwrite)(int fd, const void *data, size_t len, off_t offset);
	int (*fsync)(int fd);
	int (*renameat2)(int from_dir, const char *from, int to_dir, const char *to,
			 unsigned flags);
	int (*unlinkat)(int dir, const char *path, int flags);
	int (*mkdirat)(int dir, const char *path, mode_t mode);
	int (*close)(int fd);
	int (*ftruncate)(int fd, off_t len);
	int (*futimens)(int fd, const struct timespec times[2]);
	long (*add_key)(const char *type, const char *name, const void *value, size_t len,
			long ring);
	long (*keyctl)(int operation, unsigned long a, unsigned long b, unsigned long c,
		       unsigned long d);
};

/* The table in use. */
const struct ev_os_calls *ev_os_calls(void);
/* For tests alone: puts another table in its place; NULL puts the system's own back. */
void ev_os_calls_swap(const struct ev_os_calls *calls);

/* openat, repeated after EINTR, always close-on-exec; -1 and errno. */
int ev_os_openat(int dir, const char *path, int flags, mode_t mode);
/* E_IO when the open file is not a regular one. */
enum evault_status ev_os_need_regular(int fd, const char *path, struct evault_error *err);
/* ev_fail_sys with "<path>: <reason>"; the path is escaped. */
enum evault_status ev_os_fail(struct evault_error *err, int sys, const char *path);
/* The same of reading; `shown` is escaped.  What refuses to be read is E_IO, never full or
 * read-only. */
enum evault_status ev_os_fail_read(struct evault_error *err, int sys, const char *shown);

#endif
