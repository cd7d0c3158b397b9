/* libsodium is the judge of what comes out; where the key is, the process's memory says. */
#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "format/aead.h"
#include "unit.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum {
	MAX = 65536
};

static const uint8_t nonce[EV_AEAD_NONCE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
static uint8_t plain[MAX], sealed[MAX + EV_AEAD_TAG], other[MAX + EV_AEAD_TAG];
static uint8_t *key;

static const size_t sizes[] = {
	0, 1, 63, 64, 65, EV_AEAD_LONG - 1, EV_AEAD_LONG, EV_AEAD_LONG + 1, MAX - 1, MAX
};
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void
by_libsodium(size_t len, const uint8_t at[EV_AEAD_NONCE], uint8_t *out)
{
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, len, NULL, 0, NULL, at, key);
}

/* ---- what comes out ------------------------------------------------------------------ */

/* Is it libsodium's, at each size, and opens to what it was? */
static bool
agrees(struct ev_aead *a)
{
	bool good = true;
	size_t i;

	for (i = 0; i < N_SIZES; i++) {
		by_libsodium(sizes[i], nonce, other);
		ev_aead_seal(a, nonce, plain, sizes[i], sealed);
		good = good && memcmp(sealed, other, sizes[i] + EV_AEAD_TAG) == 0;
		good = good && ev_aead_open(a, nonce, sealed, sizes[i] + EV_AEAD_TAG, other) &&
		       memcmp(other, plain, sizes[i]) == 0;
	}
	return good;
}

static void
bytes_are_those_of_libsodium_at_every_size(void)
{
	struct ev_aead a = ev_aead_of(key);

	CHECK(agrees(&a));
	CHECK(ev_aead_is_fast(&a));
	ev_aead_release(&a);
}

static void
each_piece_has_its_own_nonce(void)
{
	struct ev_aead a = ev_aead_of(key);
	uint8_t at[EV_AEAD_NONCE] = { 0 };
	int i;

	for (i = 0; i < 50; i++) {
		at[11] = (uint8_t)i;
		by_libsodium(MAX, at, other);
		ev_aead_seal(&a, at, plain, MAX, sealed);
		CHECK(memcmp(sealed, other, sizeof(other)) == 0);
		CHECK(ev_aead_open(&a, at, sealed, sizeof(sealed), other));
		CHECK(!ev_aead_open(&a, nonce, sealed, sizeof(sealed), other));
	}
	ev_aead_release(&a);
}

/* One bit of the text, and of each byte of the tag. */
static void
what_was_altered_is_refused_and_leaves_zeros(void)
{
	static const uint8_t zeros[MAX];
	struct ev_aead a = ev_aead_of(key);
	size_t i, k;

	for (k = 0; k < N_SIZES; k++) {
		by_libsodium(sizes[k], nonce, sealed);
		for (i = 0; i <= EV_AEAD_TAG; i++) {
			size_t at = i < EV_AEAD_TAG ? sizes[k] + i : sizes[k] / 2;

			sealed[at] ^= 0x10;
			memset(other, 7, sizeof(other));
			CHECK(!ev_aead_open(&a, nonce, sealed, sizes[k] + EV_AEAD_TAG, other));
			CHECK(memcmp(other, zeros, sizes[k]) == 0);
			sealed[at] ^= 0x10;
		}
		CHECK(ev_aead_open(&a, nonce, sealed, sizes[k] + EV_AEAD_TAG, other));
	}
	CHECK(ev_aead_is_fast(&a));
	ev_aead_release(&a);
}

static void
what_was_sealed_is_opened_in_its_place(void)
{
	struct ev_aead a = ev_aead_of(key);

	by_libsodium(MAX, nonce, sealed);
	CHECK(ev_aead_open(&a, nonce, sealed, sizeof(sealed), sealed));
	CHECK(memcmp(sealed, plain, MAX) == 0);
	ev_aead_release(&a);
}

/* ---- where the key is -------------------------------------------------------------- */

/* How often the key is in this memory; those in the memory for secrets into *locked. */
static size_t
count_in(uint8_t *at, uint8_t *end, size_t *locked)
{
	size_t n = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), key, EV_AEAD_KEY)) != NULL) {
		if (ev_secret_has(at))
			++*locked;
		else
			n++;
		at++;
	}
	return n;
}

/* In all that can be written to: heap, stacks, data. */
static size_t
count_keys(size_t *locked)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	void *from, *to;
	char line[512], mode[8];
	size_t n = 0;

	*locked = 0;
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%p-%p %7s", &from, &to, mode) == 3 &&
		    strncmp(mode, "rw", 2) == 0 && strstr(line, "[vvar") == NULL)
			n += count_in(from, to, locked);
	}
	if (maps != NULL)
		fclose(maps);
	return maps == NULL ? 1 : n;
}

static void
the_key_is_in_locked_memory_alone(void)
{
	struct ev_aead a = ev_aead_of(key), b = ev_aead_of(key);
	size_t locked = 0;
	uint8_t *copy;

	CHECK(count_keys(&locked) == 0);
	CHECK(locked == 1);
	ev_aead_seal(&a, nonce, plain, MAX, sealed);
	CHECK(ev_aead_open(&b, nonce, sealed, sizeof(sealed), other));
	NEED(ev_aead_is_fast(&a) && ev_aead_is_fast(&b));
	CHECK(count_keys(&locked) == 0);
	CHECK(locked == 3);
	/* That it would be found: */
	copy = malloc(EV_AEAD_KEY);
	NEED(copy != NULL);
	memcpy(copy, key, EV_AEAD_KEY);
	CHECK(count_keys(&locked) == 1);
	sodium_memzero(copy, EV_AEAD_KEY);
	free(copy);
	ev_aead_release(&a);
	CHECK(count_keys(&locked) == 0);
	CHECK(locked == 2);
	ev_aead_release(&b);
	CHECK(count_keys(&locked) == 0);
	CHECK(locked == 1);
}

/* ---- where libcrypto cannot be had, or must not ------------------------------------- */

/* In a child: its exit status, or -1. */
static int
in_a_child(bool (*what)(void))
{
	pid_t child = fork();
	int state = 0;

	if (child == 0) {
		alarm(30);
		_exit(what() ? 0 : 1);
	}
	if (child < 0 || waitpid(child, &state, 0) != child)
		return -1;
	return state;
}

/* The application has used libcrypto before. */
static bool
comes_second(void)
{
	void *theirs = OPENSSL_malloc(100);
	struct ev_aead a = ev_aead_of(key);
	bool good;

	ev_aead_start();
	good = agrees(&a) && !ev_aead_is_fast(&a);
	OPENSSL_free(theirs);
	ev_aead_release(&a);
	return good;
}

static void
who_comes_after_the_application_seals_the_same(void)
{
	CHECK(in_a_child(comes_second) == 0);
}

static void
without_locked_memory_the_same_is_sealed(void)
{
	struct ev_aead a = ev_aead_of(key);
	void *all[64] = { NULL };
	size_t i, n = 0, step = 1 << 20;

	while (step > 0 && n < 64) {
		all[n] = ev_secret_new(step);
		if (all[n] != NULL)
			n++;
		else
			step /= 2;
	}
	CHECK(step == 0);
	CHECK(agrees(&a));
	CHECK(!ev_aead_is_fast(&a));
	for (i = 0; i < n; i++)
		ev_secret_free(all[i]);
	ev_aead_release(&a);
}

/* ---- wiped in the middle ---------------------------------------------------------- */

static atomic_bool working;
static atomic_uint rounds;

/* What is handed on is asked for here, as who seals a file does. */
static void *
seal_and_open(void *arg)
{
	static uint8_t mine[MAX + EV_AEAD_TAG], back[MAX];
	struct ev_aead *a = arg;
	bool good = true;
	unsigned after = 0;

	while (after < 20) {
		ev_aead_seal(a, nonce, plain, MAX, mine);
		if (ev_secret_gone())
			after++;
		else
			good = good && memcmp(mine, other, sizeof(mine)) == 0;
		(void)ev_aead_open(a, nonce, other, sizeof(mine), back);
		atomic_fetch_add(&rounds, 1);
		atomic_store(&working, true);
	}
	return good ? arg : NULL;
}

static bool
start_work(struct ev_aead *a, pthread_t *thread)
{
	by_libsodium(MAX, nonce, other);
	ev_aead_seal(a, nonce, plain, MAX, sealed);
	if (!ev_aead_is_fast(a) || pthread_create(thread, NULL, seal_and_open, a) != 0)
		return false;
	while (!atomic_load(&working))
		sched_yield();
	return true;
}

/* From another thread than the one that seals. */
static bool
wiped_beside(void)
{
	struct ev_aead a = ev_aead_of(key);
	struct timespec moment = { .tv_nsec = (getpid() * 7919L) % 100000 };
	pthread_t thread;
	void *good = NULL;

	if (!start_work(&a, &thread))
		return false;
	nanosleep(&moment, NULL);
	ev_secret_wipe_all();
	return pthread_join(thread, &good) == 0 && good != NULL && key[0] == 0;
}

static struct timespec began;

static void
wipe_and_end(int number)
{
	struct timespec now;
	long ms;

	(void)number;
	clock_gettime(CLOCK_MONOTONIC, &began);
	ev_secret_wipe_all();
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
	_exit(ms < 90 ? 0 : 3);
}

/* By a handler that interrupts the very thread: it must not wait for itself. */
static bool
wiped_within(void)
{
	struct sigaction ours = { .sa_handler = wipe_and_end };
	struct ev_aead a = ev_aead_of(key);
	struct timespec moment = { .tv_nsec = (getpid() * 7919L) % 100000 };
	pthread_t thread;

	sigaction(SIGUSR1, &ours, NULL);
	if (!start_work(&a, &thread))
		return false;
	nanosleep(&moment, NULL);
	pthread_kill(thread, SIGUSR1);
	for (;;)
		pause();
}

enum {
	TIMES = 100
};

static void
who_wipes_waits_for_another_thread_that_seals(void)
{
	int i;

	for (i = 0; i < TIMES; i++)
		CHECK(in_a_child(wiped_beside) == 0);
}

static void
a_handler_does_not_wait_for_the_thread_it_interrupts(void)
{
	int i, late = 0;

	/* A machine that is busy may let one sleep as long. */
	for (i = 0; i < TIMES; i++)
		late += in_a_child(wiped_within) != 0;
	CHECK(late <= TIMES / 10);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK || (key = ev_secret_new(EV_AEAD_KEY)) == NULL)
		return 1;
	ev_random(key, EV_AEAD_KEY);
	ev_random(plain, sizeof(plain));
	UNIT_RUN(who_comes_after_the_application_seals_the_same);
	ev_aead_start();
	UNIT_RUN(bytes_are_those_of_libsodium_at_every_size);
	UNIT_RUN(each_piece_has_its_own_nonce);
	UNIT_RUN(what_was_altered_is_refused_and_leaves_zeros);
	UNIT_RUN(what_was_sealed_is_opened_in_its_place);
	if (SANITIZED)
		unit_skip("the_key_is_in_locked_memory_alone",
			  "a sanitizer's memory is too large to look at");
	else
		UNIT_RUN(the_key_is_in_locked_memory_alone);
	UNIT_RUN(without_locked_memory_the_same_is_sealed);
	UNIT_RUN(who_wipes_waits_for_another_thread_that_seals);
	if (SANITIZED)
		unit_skip("a_handler_does_not_wait_for_the_thread_it_interrupts",
			  "a sanitizer puts signals off");
	else
		UNIT_RUN(a_handler_does_not_wait_for_the_thread_it_interrupts);
	return unit_end();
}
