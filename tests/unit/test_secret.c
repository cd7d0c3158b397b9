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
	UNIT_RUN(secret_memory_is_zeroed_and_writable);
	UNIT_RUN(secret_memory_of_impossible_size_is_refused);
	if (HAS_MLOCK)
		UNIT_RUN(secret_memory_that_cannot_be_locked_is_refused);
	else
		unit_skip("secret_memory_that_cannot_be_locked_is_refused",
			  "this build has no mlock");
	UNIT_RUN(random_bytes_differ);
	return unit_end();
}
