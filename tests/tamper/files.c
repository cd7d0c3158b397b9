#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tamper.h"

void
die(const char *what)
{
	fprintf(stderr, "tamper: %s: %s\n", what, strerror(errno));
	exit(2);
}

uint64_t
next_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

const char *
join(char out[PATH_SIZE], const char *folder, const char *name)
{
	if (snprintf(out, PATH_SIZE, "%s/%s", folder, name) >= PATH_SIZE)
		die("a path is too long");
	return out;
}

void
store(const char *path, const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || (len > 0 && write(fd, data, len) != (ssize_t)len) || close(fd) != 0)
		die(path);
}

struct bytes
load(const char *path)
{
	struct bytes b = { NULL, 0 };
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	b.len = (size_t)st.st_size;
	b.data = malloc(b.len + 1);
	if (b.data == NULL || read(fd, b.data, b.len) != st.st_size)
		die(path);
	close(fd);
	return b;
}

void
patch(const char *path, size_t at, uint8_t byte)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || pwrite(fd, &byte, 1, (off_t)at) != 1 || close(fd) != 0)
		die(path);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level == 0 ? 0 : remove(path);
}

void
empty_folder(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		die(path);
}

void
make_parents(const char *path, char first[PATH_SIZE])
{
	char part[PATH_SIZE];
	size_t i;

	first[0] = '\0';
	for (i = 1; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0700) == 0 && first[0] == '\0')
			memcpy(first, part, sizeof(part));
	}
}

void
restore(const struct bench *b, const struct kept *k)
{
	char path[PATH_SIZE];

	store(join(path, b->vault, k->path), k->was.data, k->was.len);
}
