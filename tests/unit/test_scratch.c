/* The sealed store without a name: what is filled and asked once. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "store/sealed.h"
#include "vault_fixture.h"

static void
fill(uint8_t page[EV_PAGE_SIZE], uint32_t number, uint32_t state)
{
	memset(page, 0, EV_PAGE_SIZE);
	ev_put_be32(page, number);
	memset(page + 4, (int)state, EV_PAGE_BODY - 4);
}

static bool
put(struct ev_sealed *s, uint32_t number, uint32_t state)
{
	uint8_t page[EV_PAGE_SIZE];

	fill(page, number, state);
	return ev_sealed_write(s, number, page, NULL) == EVAULT_OK;
}

static bool
has(struct ev_sealed *s, uint32_t number, uint32_t state)
{
	uint8_t page[EV_PAGE_SIZE], expected[EV_PAGE_SIZE];

	fill(expected, number, state);
	return ev_sealed_read(s, number, page, NULL) == EVAULT_OK &&
	       memcmp(page, expected, sizeof(page)) == 0;
}

/* Bytes of the file without a name that is open, into `out`; 0: there is none. */
static size_t
nameless_bytes(uint8_t *out, size_t size)
{
	char path[32], target[256];
	size_t got = 0;
	ssize_t len;
	FILE *f;
	int fd;

	for (fd = 3; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		if (strstr(target, "(deleted)") == NULL || (f = fopen(path, "rb")) == NULL)
			continue;
		got = fread(out, 1, size, f);
		fclose(f);
	}
	return got;
}

static void
scratch_file_has_no_name_and_nothing_in_clear(void)
{
	static uint8_t bytes[400 * EV_PAGE_SIZE], run[16];
	struct ev_sealed *s = NULL;
	size_t got, files_before, files;
	uint32_t i;

	(void)fixture_bytes(".", &files_before);
	NEED(ev_sealed_scratch(EV_OS_CWD, &s, NULL) == EVAULT_OK && ev_sealed_pages(s) == 0);
	for (i = 0; i < 300; i++)
		CHECK(put(s, i, 0xA5));
	for (i = 0; i < 300; i += 3)
		CHECK(put(s, i, 0x5A));
	for (i = 0; i < 300; i++)
		CHECK(has(s, i, i % 3 == 0 ? 0x5A : 0xA5));
	CHECK(ev_sealed_pages(s) == 300);
	got = nameless_bytes(bytes, sizeof(bytes));
	(void)fixture_bytes(".", &files);
	CHECK(got >= 300 * EV_PAGE_SIZE && files == files_before);
	memset(run, 0xA5, sizeof(run));
	CHECK(memmem(bytes, got, run, sizeof(run)) == NULL);
	memset(run, 0x5A, sizeof(run));
	CHECK(memmem(bytes, got, run, sizeof(run)) == NULL);
	ev_sealed_free(s);
	CHECK(nameless_bytes(bytes, sizeof(bytes)) == 0);
}

static void
scratch_file_that_cannot_be_is_in_memory(void)
{
	struct fault_plan no_file = { .call = FAULT_OPENAT, .sys = 95, .stays = true };
	struct fault_plan full = { .call = FAULT_WRITE_AT, .nth = 40, .sys = 28, .stays = true };
	struct ev_sealed *s = NULL;
	uint32_t i;

	faults_on(&no_file);
	NEED(ev_sealed_scratch(EV_OS_CWD, &s, NULL) == EVAULT_OK);
	CHECK(faults_off() && !ev_sealed_is_kept(s));
	CHECK(put(s, 0, 1) && put(s, 700, 2) && has(s, 0, 1) && has(s, 700, 2));
	ev_sealed_free(s);
	NEED(ev_sealed_scratch(EV_OS_CWD, &s, NULL) == EVAULT_OK && ev_sealed_is_kept(s));
	faults_on(&full);
	for (i = 0; i < 100; i++)
		CHECK(put(s, i, i));
	CHECK(faults_off() && !ev_sealed_is_kept(s));
	for (i = 0; i < 100; i++)
		CHECK(has(s, i, i));
	ev_sealed_free(s);
}

int
main(void)
{
	if (!fixture_start())
		return 2;
	UNIT_RUN(scratch_file_has_no_name_and_nothing_in_clear);
	UNIT_RUN(scratch_file_that_cannot_be_is_in_memory);
	return fixture_end();
}
