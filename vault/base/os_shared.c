/* A file that several processes read and write at once: os.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/os_private.h"
#include "base/secret.h"

enum evault_status
ev_os_open_shared(int dir, const char *path, bool write, bool create, int *fd,
		  struct evault_error *err)
{
	int flags = (write ? O_RDWR : O_RDONLY) | (create ? O_CREAT : 0) | O_NOFOLLOW | O_NONBLOCK |
		    O_NOCTTY;
	int f = ev_os_openat(dir, path, flags, 0600);
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;
	struct stat st;

	if (f < 0)
		return ev_os_fail(err, errno, path);
	rc = ev_os_need_regular(f, path, err);
	/* What it is linked to would be written over. */
	if (rc == EVAULT_OK && write && (fstat(f, &st) != 0 || st.st_nlink > 1))
		rc = ev_fail(err, EVAULT_E_IO, "%s: is linked to another file",
			     ev_show_path(path, shown));
	if (rc != EVAULT_OK) {
		ev_os_close_read(f);
		return rc;
	}
	*fd = f;
	return EVAULT_OK;
}

enum evault_status
ev_os_open_nameless(int dir, const char *folder, int *fd, struct evault_error *err)
{
	int f = ev_os_openat(dir, folder, O_RDWR | O_TMPFILE | O_EXCL, 0600);

	if (f < 0)
		return ev_os_fail(err, errno, folder);
	*fd = f;
	return EVAULT_OK;
}

enum evault_status
ev_os_write_at(int fd, uint64_t offset, const uint8_t *data, size_t len, const char *shown,
	       struct evault_error *err)
{
	ssize_t w;

	while (len > 0) {
		w = ev_os_calls()->pwrite(fd, data, len, (off_t)offset);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ev_fail_sys(err, w < 0 ? errno : EIO, "%s", shown);
		data += w;
		len -= (size_t)w;
		offset += (uint64_t)w;
	}
	return EVAULT_OK;
}

enum evault_status
ev_os_overwrite(int fd, uint64_t size, const char *shown, struct evault_error *err)
{
	uint8_t noise[4096];
	enum evault_status rc = EVAULT_OK;
	uint64_t at;
	size_t n;

	for (at = 0; at < size && rc == EVAULT_OK; at += n) {
		n = size - at < sizeof(noise) ? (size_t)(size - at) : sizeof(noise);
		ev_random(noise, n);
		rc = ev_os_write_at(fd, at, noise, n, shown, err);
	}
	return rc;
}

enum evault_status
ev_os_resize(int fd, uint64_t size, const char *shown, struct evault_error *err)
{
	if (ev_os_calls()->ftruncate(fd, (off_t)size) != 0)
		return ev_fail_sys(err, errno, "%s", shown);
	return EVAULT_OK;
}

/* ---- holding ------------------------------------------------------------- */

/* Locks of the open file (not of the process): two handles of one process exclude each other. */
enum evault_status
ev_os_hold(int fd, uint64_t byte, enum ev_os_hold how, struct evault_error *err)
{
	static const short kinds[] = {
		[EV_OS_LET_GO] = F_UNLCK, [EV_OS_SHARE] = F_RDLCK, [EV_OS_ALONE] = F_WRLCK
	};
	struct flock lock = {
		.l_type = kinds[how], .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1
	};
	int r;

	do
		r = fcntl(fd, F_OFD_SETLK, &lock);
	while (r != 0 && errno == EINTR);
	if (r == 0)
		return EVAULT_OK;
	if (errno == EAGAIN || errno == EACCES)
		return ev_fail(err, EVAULT_E_BUSY, "another evault is using the file");
	return ev_fail_sys(err, errno, "a lock on the file");
}

bool
ev_os_is_held(int fd, uint64_t byte)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1
	};

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void
ev_os_pause(unsigned milliseconds)
{
	struct timespec left = { (time_t)(milliseconds / 1000),
				 (long)(milliseconds % 1000) * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}
