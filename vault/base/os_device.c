/* Reading past the system's memory of a file: os.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/os_private.h"

enum {
	ALIGNED = 64 << 10, /* of buffer and offset: no device has larger blocks */
	WINDOW = 64 << 20,  /* bytes whose pages are looked for at once */
	PAGE_MIN = 4096,
	DROPS = 5, /* times: pages that are just being read or written do not go */
	DROP_PAUSE = 20,
};

/*
 * File systems that read from a block device what is not in memory: of all
 * others it is not known what stands behind them (a program, a server, a
 * cache of their own).
 */
static const uint32_t on_devices[] = {
	0xEF53,     /* ext2, ext3, ext4 */
	0x4D44,     /* FAT */
	0x2011BAB0, /* exFAT */
	0x7366746E, /* NTFS, the kernel's own */
	0x58465342, /* XFS */
	0x9123683E, /* btrfs */
	0xF2F52010, /* f2fs */
	0x482B,     /* HFS+ */
	0x15013346, /* UDF */
	0x3153464A, /* JFS */
	0x52654973, /* reiserfs */
};
static const uint32_t in_memory[] = {
	0x01021994, /* tmpfs */
	0x858458F6, /* ramfs */
	0x958458F6, /* hugetlbfs */
};

static bool
is_among(uint32_t kind, const uint32_t *kinds, size_t n)
{
	size_t i;

	for (i = 0; i < n && kinds[i] != kind; i++)
		continue;
	return i < n;
}

static enum ev_os_source
source_of(int fd)
{
	struct statfs st;

	if (fstatfs(fd, &st) != 0)
		return EV_OS_FROM_ANYWHERE;
	if (is_among((uint32_t)st.f_type, in_memory, sizeof(in_memory) / sizeof(in_memory[0])))
		return EV_OS_FROM_MEMORY;
	return is_among((uint32_t)st.f_type, on_devices, sizeof(on_devices) / sizeof(on_devices[0]))
		   ? EV_OS_FROM_DEVICE
		   : EV_OS_FROM_ANYWHERE;
}

/* Is none of these pages in memory?  False where the system does not tell. */
static bool
window_is_out(int fd, uint64_t from, size_t len, unsigned char *pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = (len + page - 1) / page, i;
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)from);
	bool out;

	/* It is mapped to ask, and not touched. */
	if (map == MAP_FAILED)
		return false;
	out = mincore(map, len, pages) == 0;
	for (i = 0; i < n && out; i++)
		out = (pages[i] & 1) == 0;
	(void)munmap(map, len);
	return out;
}

static bool
is_out(int fd, uint64_t size)
{
	unsigned char *pages = malloc(WINDOW / PAGE_MIN);
	uint64_t at, left;
	bool out = pages != NULL;

	for (at = 0; at < size && out; at += WINDOW) {
		left = size - at;
		out = window_is_out(fd, at, left < WINDOW ? (size_t)left : WINDOW, pages);
	}
	free(pages);
	return out;
}

/* What is on its way is written first, and all of it leaves the memory, if it can. */
static enum evault_status
drop(struct ev_os_device *d, const char *shown, struct evault_error *err)
{
	unsigned tries = d->source == EV_OS_FROM_DEVICE ? DROPS : 1;

	if (ev_os_calls()->fsync(d->fd) != 0 && errno != EINVAL && errno != EROFS)
		return ev_os_fail_read(err, errno, shown);
	for (; tries > 0; tries--) {
		(void)posix_fadvise(d->fd, 0, 0, POSIX_FADV_DONTNEED);
		if (d->source != EV_OS_FROM_DEVICE || is_out(d->fd, d->size))
			return EVAULT_OK;
		ev_os_pause(DROP_PAUSE);
	}
	d->source = EV_OS_FROM_ANYWHERE;
	return EVAULT_OK;
}

static void
direct(struct ev_os_device *d, bool on)
{
	int flags = fcntl(d->fd, F_GETFL);

	d->direct = flags >= 0 &&
		    fcntl(d->fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0 && on;
}

enum evault_status
ev_os_device_open(int dir, const char *path, struct ev_os_device *d, struct evault_error *err)
{
	struct ev_os_device made = { .fd = -1 };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = ev_os_open_read(dir, path, &made.fd, err);
	struct stat st;

	*d = (struct ev_os_device){ .fd = -1 };
	if (rc != EVAULT_OK)
		return rc;
	ev_show_path(path, shown);
	if (fstat(made.fd, &st) != 0) {
		rc = ev_os_fail_read(err, errno, shown);
		goto out;
	}
	made.size = (uint64_t)st.st_size;
	made.source = source_of(made.fd);
	made.room = made.size >= EV_OS_DEVICE_PIECE
			? EV_OS_DEVICE_PIECE
			: (size_t)made.size / ALIGNED * ALIGNED + ALIGNED;
	made.piece = aligned_alloc(ALIGNED, made.room);
	if (made.piece == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	if (made.source != EV_OS_FROM_MEMORY) {
		rc = drop(&made, shown, err);
		if (rc != EVAULT_OK)
			goto out;
		direct(&made, true);
	}
	*d = made;
	made = (struct ev_os_device){ .fd = -1 };
out:
	ev_os_device_close(&made);
	return rc;
}

enum evault_status
ev_os_device_read(struct ev_os_device *d, struct ev_slice *bytes, const char *shown,
		  struct evault_error *err)
{
	ssize_t r;

	*bytes = ev_slice_of(d->piece, 0);
	for (;;) {
		if (d->at >= d->size)
			return EVAULT_OK;
		r = pread(d->fd, d->piece, d->room, (off_t)d->at);
		if (r >= 0)
			break;
		/* A file system that takes the flag, and nothing that is read with it. */
		if (errno == EINVAL && d->direct)
			direct(d, false);
		else if (errno != EINTR)
			return ev_os_fail_read(err, errno, shown);
	}
	d->at += (uint64_t)r;
	if (r == 0)
		d->at = d->size; /* cut short: who compares will see it */
	/* From another offset than these a device does not read; the memory was dropped before. */
	if (d->at < d->size && d->at % ALIGNED != 0 && d->direct)
		direct(d, false);
	*bytes = ev_slice_of(d->piece, (size_t)r);
	return EVAULT_OK;
}

void
ev_os_device_close(struct ev_os_device *d)
{
	if (d->piece == NULL && d->fd <= 0)
		return;
	ev_os_close_read(d->fd);
	free(d->piece);
	*d = (struct ev_os_device){ .fd = -1 };
}

enum evault_status
ev_os_device_load(int dir, const char *path, size_t max, struct ev_buf *out,
		  enum ev_os_source *source, struct evault_error *err)
{
	struct ev_os_device d;
	char shown[EV_SHOW_SIZE];
	struct ev_slice bytes;
	enum evault_status rc = ev_os_device_open(dir, path, &d, err);

	ev_show_path(path, shown);
	if (rc == EVAULT_OK && d.size > max)
		rc = ev_fail(err, EVAULT_E_LIMIT, "%s: has more than %zu bytes", shown, max);
	while (rc == EVAULT_OK) {
		rc = ev_os_device_read(&d, &bytes, shown, err);
		if (rc != EVAULT_OK || bytes.len == 0)
			break;
		ev_buf_add(out, bytes.data, bytes.len);
		rc = ev_buf_ask(out, err);
	}
	if (rc == EVAULT_OK && d.source > *source)
		*source = d.source;
	ev_os_device_close(&d);
	return rc;
}
