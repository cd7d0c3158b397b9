/*
 * Loaded before the C library (LD_PRELOAD): reads and writes of files that
 * stop before the end, as the system may do at any time.  The lengths repeat
 * with FAULT_SHORT, a number.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t
shorter(size_t len)
{
	static uint64_t state;
	const char *seed = getenv("FAULT_SHORT");

	if (state == 0)
		state = seed == NULL ? 1 : strtoull(seed, NULL, 10) * 2 + 1;
	state = state * 6364136223846793005U + 1442695040888963407U;
	if (len < 2)
		return len;
	/* One call in three is whole; the others give one byte and up to half. */
	return (state >> 33) % 3 == 0 ? len : 1 + (size_t)((state >> 35) % (len / 2 + 1));
}

static int
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	return real(fd, data, is_file(fd) ? shorter(len) : len);
}

ssize_t
read(int fd, void *data, size_t len)
{
	static ssize_t (*real)(int, void *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "read");
	return real(fd, data, is_file(fd) ? shorter(len) : len);
}

ssize_t
pread(int fd, void *data, size_t len, off_t offset)
{
	static ssize_t (*real)(int, void *, size_t, off_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pread");
	return real(fd, data, is_file(fd) ? shorter(len) : len, offset);
}
