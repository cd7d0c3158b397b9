#include "base/os_memory.h"

#include <sys/mman.h>
#include <unistd.h>

size_t
ev_os_page(void)
{
	long page = sysconf(_SC_PAGESIZE);

	return page > 0 ? (size_t)page : 4096;
}

uint8_t *
ev_os_reserve(size_t size)
{
	size_t page = ev_os_page();
	uint8_t *p = mmap(NULL, size + 2 * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* All of it, so that a page is out of core dumps before it has anything. */
	(void)madvise(p, size + 2 * page, MADV_DONTDUMP);
	return p + page;
}

bool
ev_os_lock_memory(uint8_t *at, size_t size)
{
	if (mprotect(at, size, PROT_READ | PROT_WRITE) != 0)
		return false;
	if (mlock(at, size) == 0)
		return true;
	(void)mprotect(at, size, PROT_NONE);
	return false;
}
