/*
 * The kernel's keyring: what a key may, that it is seen only when it is
 * ready, and each call failing.
 */
#include <errno.h>
#include <linux/keyctl.h>

#include "base/os_keyring.h"
#include "base/os_private.h"
#include "keyring_fixture.h"
#include "unit.h"

static enum evault_status
put(const char *name, const char *value, struct evault_error *err)
{
	return ev_os_keyring_put(name, ev_slice_text(value), 60, err);
}

static bool
holds(const char *name, const char *value)
{
	struct ev_buf out = EV_BUF_INIT;
	enum evault_status rc = ev_os_keyring_get(name, &out, NULL);
	bool is = rc == EVAULT_OK && ev_slice_is(ev_slice_of(out.data, out.len), value);

	ev_buf_release(&out);
	return is;
}

static void
value_comes_back_as_it_was_put(void)
{
	keyring_on();
	CHECK(put("evault:a", "first", NULL) == EVAULT_OK && holds("evault:a", "first"));
	CHECK(put("evault:b", "other", NULL) == EVAULT_OK && holds("evault:b", "other"));
	CHECK(holds("evault:a", "first") && !holds("evault:", "first"));
	keyring_off();
}

static void
second_value_takes_the_place_of_the_first(void)
{
	keyring_on();
	NEED(put("evault:a", "first", NULL) == EVAULT_OK);
	CHECK(put("evault:a", "second", NULL) == EVAULT_OK && holds("evault:a", "second"));
	CHECK(keyring_count() == 1);
	keyring_off();
}

static void
key_is_the_possessors_alone_and_has_a_time_before_it_is_seen(void)
{
	const struct keyring_key *k;

	keyring_on();
	NEED(put("evault:a", "secret", NULL) == EVAULT_OK);
	k = keyring_find("evault:a");
	NEED(k != NULL);
	CHECK(k->permissions == 0x1b000000 && k->seconds == 60);
	CHECK(!k->seen_too_early && k->in_session && !k->in_process);
	keyring_off();
}

static void
dropped_key_is_gone_and_others_stay(void)
{
	keyring_on();
	NEED(put("evault:a", "1", NULL) == EVAULT_OK && put("evault:b", "2", NULL) == EVAULT_OK);
	CHECK(ev_os_keyring_drop("evault:a", NULL) == EVAULT_OK && !holds("evault:a", "1"));
	CHECK(holds("evault:b", "2") && keyring_count() == 1);
	CHECK(ev_os_keyring_drop("evault:a", NULL) == EVAULT_E_NOT_FOUND);
	keyring_off();
}

static void
dropping_all_leaves_what_is_not_ours(void)
{
	uint64_t n = 99;

	keyring_on();
	CHECK(ev_os_keyring_drop_all("evault:", &n, NULL) == EVAULT_OK && n == 0);
	NEED(put("evault:a", "1", NULL) == EVAULT_OK && put("evault:b", "2", NULL) == EVAULT_OK);
	keyring_plant("other:evault:c", "3", 1);
	CHECK(ev_os_keyring_drop_all("evault:", &n, NULL) == EVAULT_OK && n == 2);
	CHECK(keyring_count() == 1 && keyring_find("other:") != NULL);
	keyring_off();
}

static void
value_that_is_too_long_is_none_of_ours(void)
{
	static const uint8_t long_one[EV_OS_KEYRING_MAX + 1] = { 1 };
	struct ev_buf out = EV_BUF_INIT;

	keyring_on();
	CHECK(ev_os_keyring_put("evault:a", ev_slice_of(long_one, sizeof(long_one)), 1, NULL) ==
	      EVAULT_E_USAGE);
	CHECK(ev_os_keyring_put("evault:a", ev_slice_of(long_one, 0), 1, NULL) == EVAULT_E_USAGE);
	CHECK(put("evault:a", "x", NULL) == EVAULT_OK &&
	      ev_os_keyring_put("evault:a", ev_slice_text("x"), 0, NULL) == EVAULT_E_USAGE);
	keyring_plant("evault:b", long_one, sizeof(long_one));
	CHECK(ev_os_keyring_get("evault:b", &out, NULL) == EVAULT_E_NOT_FOUND && out.len == 0);
	ev_buf_release(&out);
	keyring_off();
}

/* ---- failing ------------------------------------------------------------ */

static void
each_call_that_fails_leaves_no_key_behind(void)
{
	static const int operations[] = { KEYCTL_GET_KEYRING_ID, KEYRING_ADD, KEYCTL_SET_TIMEOUT,
					  KEYCTL_SETPERM, KEYCTL_LINK };
	struct evault_error err;
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		keyring_on();
		err = (struct evault_error){ 0 };
		keyring_fails(operations[i], EPERM);
		CHECK(put("evault:a", "secret", &err) == EVAULT_E_NO_KEYRING);
		CHECK(strstr(err.text, "may not be used here") != NULL);
		CHECK(keyring_count() == 0);
	}
	keyring_off();
}

static void
failed_replacement_leaves_the_first_value(void)
{
	keyring_on();
	NEED(put("evault:a", "first", NULL) == EVAULT_OK);
	keyring_fails(KEYCTL_LINK, EDQUOT);
	CHECK(put("evault:a", "second", NULL) == EVAULT_E_NO_KEYRING);
	keyring_fails(KEYRING_ANY, 0);
	CHECK(holds("evault:a", "first") && keyring_count() == 1);
	keyring_off();
}

static void
what_the_kernel_lacks_is_said_in_words(void)
{
	static const struct {
		int sys;
		enum evault_status rc;
		const char *words;
	} cases[] = {
		{ ENOSYS, EVAULT_E_NO_KEYRING, "has no keyring" },
		{ EPERM, EVAULT_E_NO_KEYRING, "container" },
		{ EACCES, EVAULT_E_NO_KEYRING, "container" },
		{ EDQUOT, EVAULT_E_NO_KEYRING, "no room left" },
		{ EKEYREVOKED, EVAULT_E_NO_KEYRING, "has ended" },
		{ ENOMEM, EVAULT_E_NOMEM, "memory" },
		{ EIO, EVAULT_E_IO, "keyring" },
	};
	struct evault_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		keyring_on();
		err = (struct evault_error){ 0 };
		keyring_fails(KEYRING_ADD, cases[i].sys);
		CHECK(put("evault:a", "x", &err) == cases[i].rc);
		CHECK(strstr(err.text, cases[i].words) != NULL && err.status == cases[i].rc);
	}
	keyring_off();
}

static void
reading_and_dropping_tell_absent_from_failed(void)
{
	struct ev_buf out = EV_BUF_INIT;
	uint64_t n = 7;

	keyring_on();
	CHECK(ev_os_keyring_get("evault:a", &out, NULL) == EVAULT_E_NOT_FOUND);
	NEED(put("evault:a", "x", NULL) == EVAULT_OK);
	keyring_fails(KEYCTL_SEARCH, EKEYEXPIRED);
	CHECK(ev_os_keyring_get("evault:a", &out, NULL) == EVAULT_E_NOT_FOUND);
	keyring_fails(KEYCTL_READ, EKEYEXPIRED);
	CHECK(ev_os_keyring_get("evault:a", &out, NULL) == EVAULT_E_NOT_FOUND);
	keyring_fails(KEYCTL_READ, EACCES);
	CHECK(ev_os_keyring_get("evault:a", &out, NULL) == EVAULT_E_NO_KEYRING && out.len == 0);
	CHECK(ev_os_keyring_drop_all("evault:", &n, NULL) == EVAULT_E_NO_KEYRING && n == 7);
	keyring_fails(KEYCTL_INVALIDATE, EOPNOTSUPP);
	CHECK(ev_os_keyring_drop("evault:a", NULL) == EVAULT_E_NO_KEYRING);
	CHECK(ev_os_keyring_drop_all("evault:", &n, NULL) == EVAULT_E_NO_KEYRING && n == 7);
	keyring_fails(KEYRING_ANY, ENOSYS);
	CHECK(ev_os_keyring_get("evault:a", &out, NULL) == EVAULT_E_NO_KEYRING);
	ev_buf_release(&out);
	keyring_off();
}

int
main(void)
{
	UNIT_RUN(value_comes_back_as_it_was_put);
	UNIT_RUN(second_value_takes_the_place_of_the_first);
	UNIT_RUN(key_is_the_possessors_alone_and_has_a_time_before_it_is_seen);
	UNIT_RUN(dropped_key_is_gone_and_others_stay);
	UNIT_RUN(dropping_all_leaves_what_is_not_ours);
	UNIT_RUN(value_that_is_too_long_is_none_of_ours);
	UNIT_RUN(each_call_that_fails_leaves_no_key_behind);
	UNIT_RUN(failed_replacement_leaves_the_first_value);
	UNIT_RUN(what_the_kernel_lacks_is_said_in_words);
	UNIT_RUN(reading_and_dropping_tell_absent_from_failed);
	return unit_end();
}
