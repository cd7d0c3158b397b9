/*
 * A disk whose every write is remembered: recorder FOLDER IMAGE LOG [FUSE OPTION…]
 *
 * Mounts at FOLDER a file system with two files.  `disk` is IMAGE: a loop
 * device, or a file system in user space, is put on it.  What is written to
 * `mark` goes to the log alone, between the writes: a command whose output is
 * the mark says there when it acknowledged what.  After the line "pull" in it
 * the disk is gone, every read and write of it an EIO, until the line "plug".
 *
 * The log is a sequence of records: one letter (W write, F flush, M mark),
 * then offset and length as 8 bytes each, little-endian, then the bytes.
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct recorder {
	int image, log;
	int pulled;
};

static struct recorder *
recorder(void)
{
	return fuse_get_context()->private_data;
}

static int
put(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t w;

	while (len > 0) {
		w = write(fd, at, len);
		if (w <= 0)
			return -EIO;
		at += w;
		len -= (size_t)w;
	}
	return 0;
}

static int
record(char kind, uint64_t offset, const char *data, uint64_t len)
{
	uint8_t head[17] = { (uint8_t)kind };
	int i, r;

	for (i = 0; i < 8; i++) {
		head[1 + i] = (uint8_t)(offset >> (8 * i));
		head[9 + i] = (uint8_t)(len >> (8 * i));
	}
	r = put(recorder()->log, head, sizeof(head));
	return r != 0 ? r : put(recorder()->log, data, (size_t)len);
}

static int
is_disk(const char *path)
{
	return strcmp(path, "/disk") == 0;
}

static int
rec_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	(void)fi;
	memset(st, 0, sizeof(*st));
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0755;
		st->st_nlink = 2;
		return 0;
	}
	if (is_disk(path) && fstat(recorder()->image, st) != 0)
		return -errno;
	if (!is_disk(path) && strcmp(path, "/mark") != 0)
		return -ENOENT;
	st->st_mode = S_IFREG | 0600;
	st->st_nlink = 1;
	return 0;
}

static int
rec_open(const char *path, struct fuse_file_info *fi)
{
	/* A mark is seen the moment that it is written. */
	fi->direct_io = !is_disk(path);
	return 0;
}

static int
rec_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
	(void)size;
	(void)fi;
	return is_disk(path) ? -EPERM : 0;
}

static int
rec_read(const char *path, char *buf, size_t size, off_t offset, struct fuse_file_info *fi)
{
	ssize_t r = is_disk(path) ? pread(recorder()->image, buf, size, offset) : 0;

	(void)fi;
	if (is_disk(path) && recorder()->pulled)
		return -EIO;
	return r < 0 ? -errno : (int)r;
}

static int
rec_write(const char *path, const char *buf, size_t size, off_t offset, struct fuse_file_info *fi)
{
	ssize_t w = (ssize_t)size;
	int r;

	(void)fi;
	if (is_disk(path) && recorder()->pulled)
		return -EIO;
	if (!is_disk(path) && size == 5 && memcmp(buf, "pull\n", 5) == 0)
		recorder()->pulled = 1;
	if (!is_disk(path) && size == 5 && memcmp(buf, "plug\n", 5) == 0)
		recorder()->pulled = 0;
	r = record(is_disk(path) ? 'W' : 'M', (uint64_t)offset, buf, size);
	if (r == 0 && is_disk(path))
		w = pwrite(recorder()->image, buf, size, offset);
	if (r == 0 && w < 0)
		r = -errno;
	return r != 0 ? r : (int)w;
}

static int
rec_fsync(const char *path, int data_only, struct fuse_file_info *fi)
{
	(void)data_only;
	(void)fi;
	if (is_disk(path) && recorder()->pulled)
		return -EIO;
	return is_disk(path) ? record('F', 0, NULL, 0) : 0;
}

static const struct fuse_operations operations = {
	.getattr = rec_getattr,
	.open = rec_open,
	.truncate = rec_truncate,
	.read = rec_read,
	.write = rec_write,
	.fsync = rec_fsync,
};

int
main(int argc, char **argv)
{
	struct recorder r = { .pulled = 0 };
	char *args[16];
	int i, n = 0;

	if (argc < 4 || argc > 12) {
		fprintf(stderr, "usage: recorder FOLDER IMAGE LOG [OPTION…]\n");
		return 2;
	}
	r.image = open(argv[2], O_RDWR | O_CLOEXEC);
	r.log = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (r.image < 0 || r.log < 0) {
		perror("recorder");
		return 2;
	}
	args[n++] = argv[0];
	args[n++] = argv[1];
	args[n++] = (char *)"-s"; /* one after the other: the order is the record */
	args[n++] = (char *)"-f";
	for (i = 4; i < argc; i++)
		args[n++] = argv[i];
	return fuse_main(n, args, &operations, &r);
}
