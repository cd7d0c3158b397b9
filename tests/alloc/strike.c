/*
 * Loaded before the C library (LD_PRELOAD): counts what evault and its
 * libraries ask memory for, place by place, and refuses one of it, or all
 * from then on.
 *
 * A place is told by the first frames above the call, each as a library and an
 * offset in it, so that it is the same in every run and in every thread.  The
 * places are counted in the file ALLOC_TABLE, which is mapped before the
 * sandbox is entered: no system call is made for it later.
 * ALLOC_STRIKE is "<place> <the how-manieth there> <once|on>".
 *
 * What asks: malloc, calloc, realloc and their like, and mmap, mprotect, mlock
 * (the memory for secrets) and pthread_create (a stack).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

enum {
	MODULES = 40,
	NAME = 48,
	FRAMES = 12, /* that are kept */
	TOLD_BY = 4, /* of them a place is told by */
	PLACES = 1 << 14,
};

/* The file: written here, read by alloc.py. */
struct place {
	_Atomic uint64_t hash; /* 0: none yet */
	_Atomic uint64_t count;
	uint64_t size; /* of the first */
	char call[16];
	struct {
		uint32_t module; /* MODULES: none of them */
		uint32_t offset;
	} frames[FRAMES];
};
struct table {
	_Atomic uint64_t struck;
	_Atomic uint64_t total;
	uint64_t n_modules;
	struct {
		uint64_t base, end;
		char name[NAME];
	} modules[MODULES];
	struct place places[PLACES];
};

static struct table *table;
static uint64_t strike_place, strike_at, own_module = MODULES;
static bool strike_on;
static atomic_bool refusing;
/* What is counted does not count itself. */
static _Thread_local bool busy __attribute__((tls_model("initial-exec")));

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* ---- the modules ---------------------------------------------------------------------- */

static int
add_module(struct dl_phdr_info *info, size_t size, void *ctx)
{
	const char *name = strrchr(info->dlpi_name, '/');
	uint64_t end = 0, own = (uint64_t)(uintptr_t)add_module;
	ElfW(Half) i;

	(void)size, (void)ctx;
	if (table->n_modules == MODULES)
		return 1;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz > end)
			end = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	table->modules[table->n_modules].base = info->dlpi_addr;
	table->modules[table->n_modules].end = info->dlpi_addr + end;
	snprintf(table->modules[table->n_modules].name, NAME, "%s",
		 name == NULL ? info->dlpi_name : name + 1);
	if (own >= info->dlpi_addr && own < info->dlpi_addr + end)
		own_module = table->n_modules;
	table->n_modules++;
	return 0;
}

static uint32_t
module_of(uint64_t at)
{
	uint32_t i;

	for (i = 0; i < table->n_modules; i++)
		if (at >= table->modules[i].base && at < table->modules[i].end)
			return i;
	return MODULES;
}

/* ---- a place ---------------------------------------------------------------------------- */

struct walk {
	struct place place;
	unsigned n;
	const void *skip; /* a function of evault's that stands before the C library's */
};

static _Unwind_Reason_Code
step(struct _Unwind_Context *context, void *ctx)
{
	struct walk *w = ctx;
	uint64_t at = (uint64_t)_Unwind_GetIP(context) - 1;
	uint32_t module = module_of(at);

	if (at + 1 == 0)
		return _URC_END_OF_STACK;
	if (module == own_module)
		return _URC_NO_REASON;
	if (w->n == 0 && w->skip != NULL && _Unwind_FindEnclosingFunction((void *)at) == w->skip)
		return _URC_NO_REASON;
	w->place.frames[w->n].module = module;
	/* Of what was loaded later, that within a page is the same in every run. */
	w->place.frames[w->n].offset =
	    (uint32_t)(module == MODULES ? at & 0xFFF : at - table->modules[module].base);
	w->n++;
	return w->n == FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static uint64_t
hash_of(const struct walk *w, const char *call)
{
	uint64_t h = 14695981039346656037U;
	const uint8_t *bytes = (const uint8_t *)w->place.frames;
	size_t i, n = (w->n < TOLD_BY ? w->n : TOLD_BY) * sizeof(w->place.frames[0]);

	for (i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 1099511628211U;
	for (; *call != '\0'; call++)
		h = (h ^ (uint8_t)*call) * 1099511628211U;
	return h == 0 ? 1 : h;
}

/* The how-manieth it is at this place. */
static uint64_t
count(const struct walk *w, uint64_t hash, const char *call, size_t size)
{
	uint64_t at, none;
	struct place *p;

	for (at = hash % PLACES;; at = (at + 1) % PLACES) {
		p = &table->places[at];
		none = 0;
		if (atomic_compare_exchange_strong(&p->hash, &none, hash)) {
			memcpy(p->frames, w->place.frames, sizeof(p->frames));
			snprintf(p->call, sizeof(p->call), "%s", call);
			p->size = size;
			break;
		}
		if (none == hash)
			break;
	}
	return atomic_fetch_add(&p->count, 1) + 1;
}

/* Is this one refused? */
static bool
refused(const char *call, size_t size, const void *skip)
{
	struct walk w = { .skip = skip };
	uint64_t hash, nth;
	unsigned i;
	bool no = false;

	if (table == NULL || busy)
		return false;
	busy = true;
	for (i = 0; i < FRAMES; i++)
		w.place.frames[i].module = MODULES + 1;
	(void)_Unwind_Backtrace(step, &w);
	hash = hash_of(&w, call);
	nth = count(&w, hash, call, size);
	atomic_fetch_add(&table->total, 1);
	if (hash == strike_place && nth == strike_at) {
		no = true;
		atomic_store(&refusing, strike_on);
	} else if (atomic_load(&refusing)) {
		no = true;
	}
	if (no) {
		atomic_fetch_add(&table->struck, 1);
		errno = ENOMEM;
	}
	busy = false;
	return no;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("ALLOC_TABLE"), *strike = getenv("ALLOC_STRIKE");
	struct table *t;
	char *end;
	int fd;

	if (path == NULL)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*t)) != 0)
		abort();
	t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (t == MAP_FAILED)
		abort();
	if (strike != NULL) {
		strike_place = strtoull(strike, &end, 16);
		strike_at = strtoull(end, &end, 10);
		strike_on = strcmp(end, " on") == 0;
	}
	table = t;
	table->n_modules = 0;
	busy = true;
	dl_iterate_phdr(add_module, NULL);
	busy = false;
}

/* ---- what asks --------------------------------------------------------------------------------
 */

void *
malloc(size_t size)
{
	static void *(*next)(size_t);

	if (next == NULL)
		*(void **)&next = real("malloc");
	return refused("malloc", size, NULL) ? NULL : next(size);
}

void *
calloc(size_t n, size_t size)
{
	static void *(*next)(size_t, size_t);

	if (next == NULL)
		*(void **)&next = real("calloc");
	return refused("calloc", n * size, NULL) ? NULL : next(n, size);
}

/* Where evault has no realloc of its own: with sanitizers. */
void *
realloc(void *p, size_t size)
{
	static void *(*next)(void *, size_t);

	if (next == NULL)
		*(void **)&next = real("realloc");
	return size > 0 && refused("realloc", size, NULL) ? NULL : next(p, size);
}

/* Its own asks this one (cli/forget.c). */
void *__libc_malloc(size_t size);

void *
__libc_malloc(size_t size)
{
	static void *(*next)(size_t);
	static void *own;

	if (next == NULL) {
		own = dlsym(RTLD_DEFAULT, "realloc");
		*(void **)&next = real("malloc");
	}
	return refused("realloc", size, own) ? NULL : next(size);
}

int
posix_memalign(void **p, size_t align, size_t size)
{
	static int (*next)(void **, size_t, size_t);

	if (next == NULL)
		*(void **)&next = real("posix_memalign");
	return refused("posix_memalign", size, NULL) ? ENOMEM : next(p, align, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	static void *(*next)(size_t, size_t);

	if (next == NULL)
		*(void **)&next = real("aligned_alloc");
	return refused("aligned_alloc", size, NULL) ? NULL : next(align, size);
}

void *
mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	static void *(*next)(void *, size_t, int, int, int, off_t);

	if (next == NULL)
		*(void **)&next = real("mmap");
	return refused("mmap", size, NULL) ? MAP_FAILED : next(at, size, prot, flags, fd, offset);
}

int
mprotect(void *at, size_t size, int prot)
{
	static int (*next)(void *, size_t, int);

	if (next == NULL)
		*(void **)&next = real("mprotect");
	return refused("mprotect", size, NULL) ? -1 : next(at, size, prot);
}

int
mlock(const void *at, size_t size)
{
	static int (*next)(const void *, size_t);

	if (next == NULL)
		*(void **)&next = real("mlock");
	return refused("mlock", size, NULL) ? -1 : next(at, size);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx)
{
	static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (next == NULL)
		*(void **)&next = real("pthread_create");
	return refused("pthread_create", 0, NULL) ? EAGAIN : next(thread, attr, run, ctx);
}
