#include "base/secret.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/os_memory.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(WITH_ASAN) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

/*
 * Blocks lie one after the other from the arena's beginning to what is locked
 * of it, each a head and `room` bytes.
 */
struct block {
	size_t room; /* a multiple of UNIT */
	size_t size; /* that were asked for; 0: it is free */
};
enum {
	UNIT = 64,
	TAIL = 16, /* at least; behind what was asked for, to notice who writes there */
	TAIL_BYTE = 0xA5,
	WIPE_WAITS = 200, /* times, … */
	WIPE_WAIT = 500,  /* … microseconds: for those who use secrets at that moment */
};
_Static_assert(sizeof(struct block) <= UNIT && UNIT % alignof(max_align_t) == 0, "a head fits");
_Static_assert(EV_SECRET_STEP % 65536 == 0 && EV_SECRET_MAX % EV_SECRET_STEP == 0,
	       "whole pages, of any kernel");

/* The one thing in this library that is not handed from function to function: see secret.h. */
static struct {
	_Atomic(uint8_t *) base; /* NULL until it is needed */
	size_t locked;           /* bytes from there on that can be used */
	pthread_mutex_t lock;
	atomic_bool gone;
	atomic_int entered; /* threads between ev_secret_enter and _leave, … */
} arena = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* … of these, the one that looks: a handler of a signal must not wait for whom it interrupted. */
static _Thread_local volatile sig_atomic_t inside;

enum evault_status
ev_secret_start(struct evault_error *err)
{
	if (sodium_init() < 0)
		return ev_fail(err, EVAULT_E_IO, "the cryptographic library did not start");
	return EVAULT_OK;
}

static struct block *
block_at(size_t offset)
{
	return (struct block *)(void *)(arena.base + offset);
}

static uint8_t *
room_of(struct block *b)
{
	return (uint8_t *)b + UNIT;
}

static size_t
behind(size_t offset)
{
	return offset + UNIT + block_at(offset)->room;
}

/* Makes one block of a free one and the free ones behind it. */
static void
join(size_t offset)
{
	struct block *b = block_at(offset), *next;

	while (behind(offset) < arena.locked) {
		next = block_at(behind(offset));
		if (next->size != 0)
			break;
		b->room += UNIT + next->room;
		next->room = 0;
	}
}

/* The first free block with that much room, or NULL; *last is where the last block is. */
static struct block *
find(size_t room, size_t *last)
{
	size_t at;

	*last = 0;
	for (at = 0; at < arena.locked; at = behind(at)) {
		*last = at;
		if (block_at(at)->size != 0)
			continue;
		join(at);
		if (block_at(at)->room >= room)
			return block_at(at);
	}
	return NULL;
}

/* Locks as much more as makes the free room at the end large enough. */
static struct block *
grow(size_t room, size_t last)
{
	size_t more, have = 0;
	struct block *b;

	if (arena.base == NULL)
		arena.base = ev_os_reserve(EV_SECRET_MAX);
	if (arena.base == NULL)
		return NULL;
	if (arena.locked > 0 && block_at(last)->size == 0)
		have = UNIT + block_at(last)->room;
	more = UNIT + room - have;
	more = (more + EV_SECRET_STEP - 1) / EV_SECRET_STEP * EV_SECRET_STEP;
	if (more > EV_SECRET_MAX - arena.locked ||
	    !ev_os_lock_memory(arena.base + arena.locked, more))
		return NULL;
	b = block_at(arena.locked);
	b->room = more - UNIT;
	arena.locked += more;
	if (have == 0)
		return b;
	join(last);
	return block_at(last);
}

/* The rest of the block becomes one of its own, if it is of use. */
static void
split(struct block *b, size_t room)
{
	struct block *rest;

	if (b->room - room < 2 * UNIT)
		return;
	rest = (struct block *)(void *)(room_of(b) + room);
	rest->room = b->room - room - UNIT;
	rest->size = 0;
	b->room = room;
	ASAN_POISON_MEMORY_REGION(room_of(rest), rest->room);
}

static void *
take(size_t size)
{
	size_t room, last;
	struct block *b;

	room = (size + TAIL + UNIT - 1) / UNIT * UNIT;
	b = find(room, &last);
	if (b == NULL)
		b = grow(room, last);
	if (b == NULL)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(room_of(b), b->room);
	split(b, room);
	b->size = size;
	memset(room_of(b) + size, TAIL_BYTE, b->room - size);
	ASAN_POISON_MEMORY_REGION(room_of(b) + size, b->room - size);
	return room_of(b);
}

void *
ev_secret_new(size_t size)
{
	void *p;

	if (size > EV_SECRET_MAX)
		return NULL;
	pthread_mutex_lock(&arena.lock);
	p = take(size == 0 ? 1 : size);
	pthread_mutex_unlock(&arena.lock);
	return p;
}

static void
give_back(void *p)
{
	struct block *b;
	size_t i;

	b = (struct block *)(void *)((uint8_t *)p - UNIT);
	assert((uint8_t *)b >= arena.base && (uint8_t *)b < arena.base + arena.locked);
	assert(b->size != 0 && b->size + TAIL <= b->room);
	ASAN_UNPOISON_MEMORY_REGION(room_of(b), b->room);
	for (i = b->size; i < b->room; i++)
		assert(room_of(b)[i] == TAIL_BYTE);
	sodium_memzero(p, b->room);
	b->size = 0;
	ASAN_POISON_MEMORY_REGION(p, b->room);
}

void
ev_secret_free(void *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&arena.lock);
	give_back(p);
	pthread_mutex_unlock(&arena.lock);
}

bool
ev_secret_has(const void *p)
{
	uintptr_t base = (uintptr_t)atomic_load(&arena.base);

	return base != 0 && (uintptr_t)p >= base && (uintptr_t)p < base + EV_SECRET_MAX;
}

bool
ev_secret_enter(void)
{
	/* Each sees the other's mark, or the other sees this one's. */
	atomic_fetch_add(&arena.entered, 1);
	inside++;
	if (!atomic_load(&arena.gone))
		return true;
	ev_secret_leave();
	return false;
}

void
ev_secret_leave(void)
{
	inside--;
	atomic_fetch_sub(&arena.entered, 1);
}

/* Not for long: one that was stopped in there keeps its secrets no longer than this. */
static void
wait_for_others(void)
{
	static const struct timespec while_one_leaves = { .tv_nsec = WIPE_WAIT * 1000 };
	int i;

	for (i = 0; i < WIPE_WAITS && atomic_load(&arena.entered) > inside; i++)
		(void)nanosleep(&while_one_leaves, NULL);
}

void
ev_secret_wipe_all(void)
{
	/* Without the lock, which whoever the signal came to may have. */
	/* A pointer that may change under us is read once; `locked` only grows. */
	uint8_t *base = atomic_load(&arena.base);

	/* Before the first byte goes, for who sees zeros to see this, too. */
	atomic_store(&arena.gone, true);
	atomic_thread_fence(memory_order_seq_cst);
	if (base == NULL || arena.locked == 0)
		return;
	wait_for_others();
	ASAN_UNPOISON_MEMORY_REGION(base, arena.locked);
	sodium_memzero(base, arena.locked);
}

bool
ev_secret_gone(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load(&arena.gone);
}

void
ev_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}
