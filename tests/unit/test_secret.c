#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "unit.h"

/* The address sanitizer turns mlock into nothing. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_MLOCK 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_MLOCK 0
#endif
#endif
#ifndef HAS_MLOCK
#define HAS_MLOCK 1
#endif

static void
secret_memory_is_zeroed_and_writable(void)
{
	static const uint8_t zeros[1000];
	uint8_t *p = ev_secret_new(sizeof(zeros));

	NEED(p != NULL);
	CHECK(memcmp(p, zeros, sizeof(zeros)) == 0);
	memset(p, 7, sizeof(zeros));
	CHECK(p[999] == 7);
	ev_secret_free(p);
	ev_secret_free(NULL);
}

static void
secret_memory_of_impossible_size_is_refused(void)
{
	CHECK(ev_secret_new(SIZE_MAX - 4096) == NULL);
}

/* In a child, so that the limit is lowered for it alone: 0 when it was refused. */
static int
ask_without_lock(void)
{
	const struct rlimit none = { 0, 0 };
	void *p;

	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
		return 2;
	if (geteuid() == 0 && setuid(65534) != 0) /* root may lock whatever the limit */
		return 2;
	p = ev_secret_new(100);
	ev_secret_free(p);
	return p == NULL ? 0 : 1;
}

static void
secret_memory_that_cannot_be_locked_is_refused(void)
{
	pid_t child = fork();
	int state = -1;

	NEED(child >= 0);
	if (child == 0)
		_exit(ask_without_lock());
	NEED(waitpid(child, &state, 0) == child);
	CHECK(WIFEXITED(state) && WEXITSTATUS(state) == 0);
}

/* ---- the arena ------------------------------------------------------------- */

/* Is each page from `p` on, `size` bytes, locked and left out of core dumps?  By /proc. */
static bool
pages_are_kept_in(const void *p, size_t size)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	unsigned long from, to, at = (unsigned long)p;
	bool inside = false, good = false;
	char line[4096];

	if (maps == NULL)
		return false;
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = from <= at && at + size <= to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			good = strstr(line, " lo ") != NULL && strstr(line, " dd ") != NULL;
	}
	fclose(maps);
	return good;
}

static void
secret_memory_is_locked_and_not_dumped(void)
{
	uint8_t *small = ev_secret_new(32), *large = ev_secret_new(1 << 20);

	NEED(small != NULL && large != NULL);
	CHECK(pages_are_kept_in(small, 32));
	CHECK(pages_are_kept_in(large, 1 << 20));
	ev_secret_free(small);
	ev_secret_free(large);
}

static void
secrets_do_not_overlap_and_are_zeros_again(void)
{
	enum {
		N = 60,
		ROUNDS = 2000
	};
	static uint8_t *blocks[N];
	static size_t sizes[N];
	uint32_t seed = 12345, k;
	size_t i, round, j;
	bool good = true;

	for (round = 0; round < ROUNDS; round++) {
		seed = seed * 1664525 + 1013904223;
		i = (seed >> 8) % N;
		k = (seed >> 16) % (round % 7 == 0 ? 40000 : 300);
		if (blocks[i] != NULL) {
			for (j = 0; j < sizes[i]; j++)
				good = good && blocks[i][j] == (uint8_t)(i + 1);
			ev_secret_free(blocks[i]);
		}
		sizes[i] = k;
		blocks[i] = ev_secret_new(k);
		NEED(blocks[i] != NULL);
		for (j = 0; j < k; j++)
			good = good && blocks[i][j] == 0;
		memset(blocks[i], (int)(i + 1), k);
	}
	CHECK(good);
	for (i = 0; i < N; i++) {
		ev_secret_free(blocks[i]);
		blocks[i] = NULL;
	}
}

/* What was freed joins: all of it can be had again, many times. */
static void
all_of_the_arena_can_be_had_again_and_no_more(void)
{
	uint8_t *few[64], *all;
	size_t i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 64; i++)
			NEED((few[i] = ev_secret_new(50000)) != NULL);
		CHECK(ev_secret_new(1 << 20) == NULL);
		for (i = 0; i < 64; i++)
			ev_secret_free(few[i % 2 == 0 ? i / 2 : 63 - i / 2]);
		all = ev_secret_new(EV_SECRET_MAX - 4096);
		CHECK(all != NULL);
		ev_secret_free(all);
	}
}

/* In a child, which it ends: the signal. */
static int
ended_by(void (*what)(void))
{
	pid_t child = fork();
	const struct rlimit none = { 0, 0 };
	int state = 0;

	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)!freopen("/dev/null", "w", stderr);
		what();
		_exit(0);
	}
	if (child < 0 || waitpid(child, &state, 0) != child)
		return -1;
	return WIFSIGNALED(state) ? WTERMSIG(state) : WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static void
write_past_the_end(void)
{
	volatile uint8_t *p = ev_secret_new(100);

	p[100] = 0;
	ev_secret_free((void *)p);
}

static void
free_twice(void)
{
	uint8_t *p = ev_secret_new(100);

	ev_secret_free(p);
	ev_secret_free(p);
}

static void
a_write_past_the_end_and_a_second_free_end_the_process(void)
{
	CHECK(ended_by(write_past_the_end) != 0);
	CHECK(ended_by(free_twice) != 0);
}

/* The last one: nothing may be used afterwards. */
static void
all_secrets_are_wiped_at_once(void)
{
	static const uint8_t zeros[70000];
	uint8_t *a = ev_secret_new(32), *b = ev_secret_new(sizeof(zeros));

	NEED(a != NULL && b != NULL);
	memset(a, 1, 32);
	memset(b, 2, sizeof(zeros));
	CHECK(!ev_secret_gone());
	ev_secret_wipe_all();
	CHECK(ev_secret_gone());
	CHECK(memcmp(a, zeros, 32) == 0);
	CHECK(memcmp(b, zeros, sizeof(zeros)) == 0);
}

static void
random_bytes_differ(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	ev_random(a, sizeof(a));
	ev_random(b, sizeof(b));
	CHECK(!ev_equal_ct(a, b, sizeof(a)));
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	/* First, as long as nothing is locked. */
	if (HAS_MLOCK) {
		UNIT_RUN(secret_memory_that_cannot_be_locked_is_refused);
		UNIT_RUN(secret_memory_is_locked_and_not_dumped);
	} else {
		unit_skip("secret_memory_that_cannot_be_locked_is_refused",
			  "this build has no mlock");
	}
	UNIT_RUN(secret_memory_is_zeroed_and_writable);
	UNIT_RUN(secret_memory_of_impossible_size_is_refused);
	UNIT_RUN(secrets_do_not_overlap_and_are_zeros_again);
	UNIT_RUN(all_of_the_arena_can_be_had_again_and_no_more);
	UNIT_RUN(a_write_past_the_end_and_a_second_free_end_the_process);
	UNIT_RUN(random_bytes_differ);
	UNIT_RUN(all_secrets_are_wiped_at_once);
	return unit_end();
}
