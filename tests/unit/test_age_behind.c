/* Sealing on a worker: the same file as without one, and failures are told.  Under TSan, too. */
#include "format/age_behind.h"

#include <pthread.h>
#include <stdlib.h>

#include "unit.h"

enum {
	PLAIN_MAX = 9 << 20, /* more than the ring */
	MOST = 6 << 20,      /* more than half of it */
};

static struct ev_age_identity *identity;
static struct ev_age_recipient recipient;
static uint8_t *plain;

struct disk {
	struct ev_buf bytes;
	size_t room;
	pthread_mutex_t *held; /* or NULL: nothing is written while somebody has it */
};

static enum evault_status
write_disk(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct disk *d = ctx;

	if (d->held != NULL) {
		pthread_mutex_lock(d->held);
		pthread_mutex_unlock(d->held);
	}
	if (len > d->room - d->bytes.len)
		return ev_fail(err, EVAULT_E_FULL, "no room");
	ev_buf_add(&d->bytes, data, len);
	return ev_buf_ask(&d->bytes, err);
}

static enum evault_status
seal(size_t len, size_t step, struct disk *d, struct evault_error *err)
{
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	struct ev_age_behind *b = NULL;
	enum evault_status rc = ev_age_behind_new(&to, (struct ev_sink){ write_disk, d }, &b, err);
	size_t at, n;

	for (at = 0; at < len && rc == EVAULT_OK; at += n) {
		n = step < len - at ? step : len - at;
		rc = ev_age_behind_update(b, plain + at, n, err);
	}
	/* The end may be told before. */
	if (rc == EVAULT_OK && len % 2 == 1)
		rc = ev_age_behind_end(b, err);
	if (rc == EVAULT_OK)
		rc = ev_age_behind_finish(b, err);
	ev_age_behind_free(b);
	return rc;
}

static void
files_of_every_size_open_to_what_went_in(void)
{
	static const size_t sizes[] = { 0, 1, 512 << 10, (512 << 10) + 1, 1 << 20, PLAIN_MAX };
	static const size_t steps[] = { 70001, 1 << 20, PLAIN_MAX };
	struct ev_age_with with = { identity, 1, NULL };
	struct ev_buf out = EV_BUF_INIT;
	struct disk d;
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			d = (struct disk){ .room = SIZE_MAX };
			CHECK(seal(sizes[i], steps[j], &d, NULL) == EVAULT_OK);
			ev_buf_clear(&out);
			CHECK(ev_age_open(&with, ev_slice_of(d.bytes.data, d.bytes.len), &out,
					  NULL) == EVAULT_OK);
			CHECK(out.len == sizes[i] &&
			      (out.len == 0 || memcmp(out.data, plain, out.len) == 0));
			ev_buf_release(&d.bytes);
		}
	}
	ev_buf_release(&out);
}

/* The worker stands still until more than half of the ring waits: what comes then, its owner seals.
 */
static void
file_that_both_threads_have_sealed_opens_to_what_went_in(void)
{
	pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	struct ev_age_with with = { identity, 1, NULL };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_age_behind *b = NULL;
	struct disk d = { .room = SIZE_MAX };

	NEED(ev_age_behind_new(&to, (struct ev_sink){ write_disk, &d }, &b, NULL) == EVAULT_OK);
	CHECK(ev_age_behind_update(b, plain, 1 << 20, NULL) == EVAULT_OK);
	d.held = &held;
	pthread_mutex_lock(&held);
	CHECK(ev_age_behind_update(b, plain + (1 << 20), MOST, NULL) == EVAULT_OK);
	pthread_mutex_unlock(&held);
	CHECK(ev_age_behind_update(b, plain + (1 << 20) + MOST, 70001, NULL) == EVAULT_OK);
	CHECK(ev_age_behind_end(b, NULL) == EVAULT_OK);
	CHECK(ev_age_behind_finish(b, NULL) == EVAULT_OK);
	ev_age_behind_free(b);
	CHECK(ev_age_open(&with, ev_slice_of(d.bytes.data, d.bytes.len), &out, NULL) == EVAULT_OK);
	CHECK(out.len == (1 << 20) + MOST + 70001 && memcmp(out.data, plain, out.len) == 0);
	ev_buf_release(&d.bytes);
	ev_buf_release(&out);
}

/* In the header, before there is a thread, in the middle, and in the last chunk. */
static void
what_the_file_fails_with_is_told_by_the_end(void)
{
	static const size_t rooms[] = { 10, 300 << 10, 3 << 20, PLAIN_MAX };
	struct evault_error err;
	struct disk d;
	size_t i;

	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		d = (struct disk){ .room = rooms[i] };
		CHECK(seal(PLAIN_MAX, 1 << 20, &d, &err) == EVAULT_E_FULL);
		CHECK(strcmp(err.text, "no room") == 0);
		CHECK(d.bytes.len <= rooms[i]);
		ev_buf_release(&d.bytes);
	}
}

static void
who_gives_up_leaves_no_thread_at_the_file(void)
{
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	struct disk d = { .room = SIZE_MAX };
	struct ev_age_behind *b = NULL;
	size_t i, len;

	for (i = 1; i <= 6; i++) {
		NEED(ev_age_behind_new(&to, (struct ev_sink){ write_disk, &d }, &b, NULL) ==
		     EVAULT_OK);
		CHECK(ev_age_behind_update(b, plain, i << 18, NULL) == EVAULT_OK);
		CHECK(ev_age_behind_update(b, plain, i << 18, NULL) == EVAULT_OK);
		ev_age_behind_free(b);
		len = d.bytes.len;
		ev_buf_clear(&d.bytes);
		CHECK(len < (i << 19) + 4096);
	}
	ev_age_behind_free(NULL);
	ev_buf_release(&d.bytes);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	identity = ev_secret_new(sizeof(*identity));
	plain = malloc(PLAIN_MAX);
	if (identity == NULL || plain == NULL)
		return 1;
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &recipient);
	ev_random(plain, PLAIN_MAX);
	UNIT_RUN(files_of_every_size_open_to_what_went_in);
	UNIT_RUN(file_that_both_threads_have_sealed_opens_to_what_went_in);
	UNIT_RUN(what_the_file_fails_with_is_told_by_the_end);
	UNIT_RUN(who_gives_up_leaves_no_thread_at_the_file);
	ev_secret_free(identity);
	free(plain);
	return unit_end();
}
