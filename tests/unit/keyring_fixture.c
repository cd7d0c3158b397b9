#include "keyring_fixture.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "base/os_private.h"

enum {
	SESSION = 77, /* the number of its ring */
	FIRST_KEY = 1000
};

static struct keyring_key keys[KEYRING_KEYS];
static int failing, failing_sys;

static bool
fails(int operation)
{
	if (failing_sys == 0 || (failing != KEYRING_ANY && failing != operation))
		return false;
	errno = failing_sys;
	return true;
}

static long
refuse(int sys)
{
	errno = sys;
	return -1;
}

static struct keyring_key *
key_of(unsigned long number)
{
	if (number < FIRST_KEY || number >= FIRST_KEY + KEYRING_KEYS ||
	    !keys[number - FIRST_KEY].there)
		return NULL;
	return &keys[number - FIRST_KEY];
}

static long
fake_add_key(const char *type, const char *name, const void *value, size_t len, long ring)
{
	size_t i;

	if (fails(KEYRING_ADD))
		return -1;
	if (strcmp(type, "user") != 0 || len > sizeof(keys[0].value))
		return refuse(EINVAL);
	for (i = 0; i < KEYRING_KEYS && keys[i].there; i++)
		;
	if (i == KEYRING_KEYS)
		return refuse(EDQUOT);
	memset(&keys[i], 0, sizeof(keys[i]));
	keys[i].there = true;
	snprintf(keys[i].name, sizeof(keys[i].name), "%s", name);
	memcpy(keys[i].value, value, len);
	keys[i].len = len;
	keys[i].in_process = ring == KEY_SPEC_PROCESS_KEYRING;
	keys[i].in_session = ring == SESSION;
	keys[i].seen_too_early = keys[i].in_session;
	return (long)(FIRST_KEY + i);
}

static long
give(const void *data, size_t len, unsigned long out, unsigned long room)
{
	if (len > 0 && len <= room)
		memcpy((void *)(uintptr_t)out, data, len); /* NOLINT: a number, as in the call */
	return (long)len;
}

static long
read_ring(unsigned long out, unsigned long room)
{
	int32_t list[KEYRING_KEYS];
	size_t i, n = 0;

	for (i = 0; i < KEYRING_KEYS; i++)
		if (keys[i].there && keys[i].in_session)
			list[n++] = (int32_t)(FIRST_KEY + i);
	return give(list, n * sizeof(list[0]), out, room);
}

static long
search(const char *name)
{
	size_t i;

	for (i = 0; i < KEYRING_KEYS; i++)
		if (keys[i].there && keys[i].in_session && strcmp(keys[i].name, name) == 0)
			return (long)(FIRST_KEY + i);
	return refuse(ENOKEY);
}

static long
into_session(struct keyring_key *k)
{
	size_t i;

	for (i = 0; i < KEYRING_KEYS; i++)
		if (keys[i].there && keys[i].in_session && strcmp(keys[i].name, k->name) == 0)
			memset(&keys[i], 0, sizeof(keys[i]));
	k->in_session = true;
	k->seen_too_early = k->permissions == 0 || k->seconds == 0;
	return 0;
}

static long
describe(const struct keyring_key *k, unsigned long out, unsigned long room)
{
	char text[256];

	snprintf(text, sizeof(text), "user;1000;1000;%08x;%s", k->permissions, k->name);
	return give(text, strlen(text) + 1, out, room);
}

static long
of_key(int operation, struct keyring_key *k, unsigned long b, unsigned long c)
{
	switch (operation) {
	case KEYCTL_READ:
		return give(k->value, k->len, b, c);
	case KEYCTL_SET_TIMEOUT:
		k->seconds = (uint32_t)b;
		return 0;
	case KEYCTL_SETPERM:
		k->permissions = (uint32_t)b;
		return 0;
	case KEYCTL_LINK:
		return b == SESSION ? into_session(k) : refuse(EINVAL);
	case KEYCTL_UNLINK:
		k->in_process = false;
		return 0;
	case KEYCTL_INVALIDATE:
		memset(k, 0, sizeof(*k));
		return 0;
	case KEYCTL_DESCRIBE:
		return describe(k, b, c);
	default:
		return refuse(EOPNOTSUPP);
	}
}

static long
fake_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	struct keyring_key *k;

	(void)d;
	if (fails(operation))
		return -1;
	if (operation == KEYCTL_GET_KEYRING_ID)
		return (long)a == KEY_SPEC_SESSION_KEYRING && b == 0 ? SESSION : refuse(EINVAL);
	if (operation == KEYCTL_SEARCH && a == SESSION)
		return search((const char *)(uintptr_t)c); /* NOLINT */
	if (operation == KEYCTL_READ && a == SESSION)
		return read_ring(b, c);
	k = key_of(a);
	return k == NULL ? refuse(ENOKEY) : of_key(operation, k, b, c);
}

void
keyring_on(void)
{
	static struct ev_os_calls table;

	ev_os_calls_swap(NULL);
	table = *ev_os_calls();
	table.add_key = fake_add_key;
	table.keyctl = fake_keyctl;
	memset(keys, 0, sizeof(keys));
	failing_sys = 0;
	ev_os_calls_swap(&table);
}

void
keyring_off(void)
{
	ev_os_calls_swap(NULL);
}

void
keyring_fails(int operation, int sys)
{
	failing = operation;
	failing_sys = sys;
}

struct keyring_key *
keyring_find(const char *prefix)
{
	size_t i;

	for (i = 0; i < KEYRING_KEYS; i++)
		if (keys[i].there && keys[i].in_session &&
		    strncmp(keys[i].name, prefix, strlen(prefix)) == 0)
			return &keys[i];
	return NULL;
}

size_t
keyring_count(void)
{
	size_t i, n = 0;

	for (i = 0; i < KEYRING_KEYS; i++)
		n += keys[i].there;
	return n;
}

void
keyring_plant(const char *name, const void *value, size_t len)
{
	long key = fake_add_key("user", name, value, len, SESSION);
	struct keyring_key *k = key < 0 ? NULL : key_of((unsigned long)key);

	if (k != NULL)
		k->permissions = 0x3f000000;
}
