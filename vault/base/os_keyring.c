#include "base/os_keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_private.h"

static const char key_type[] = "user";

enum {
	/* The possessor's, as in linux/key.h: view, read, search, link. */
	POSSESSOR_ONLY = 0x01000000 | 0x02000000 | 0x08000000 | 0x10000000,
	DESCRIPTION_MAX = 512
};

static long
key_call(int operation, long a, long b, long c, long d)
{
	return ev_os_calls()->keyctl(operation, (unsigned long)a, (unsigned long)b,
				     (unsigned long)c, (unsigned long)d);
}

static enum evault_status
keyring_fail(struct evault_error *err, int sys)
{
	switch (sys) {
	case ENOKEY:
		return ev_fail(err, EVAULT_E_NOT_FOUND, "the kernel's keyring does not hold it");
	case ENOMEM:
		return ev_fail_nomem(err);
	case ENOSYS:
	case EOPNOTSUPP:
		return ev_fail(err, EVAULT_E_NO_KEYRING, "this kernel has no keyring");
	case EPERM:
	case EACCES:
		return ev_fail(err, EVAULT_E_NO_KEYRING,
			       "the kernel's keyring may not be used here: perhaps this is a "
			       "container");
	case EDQUOT:
		return ev_fail(err, EVAULT_E_NO_KEYRING,
			       "the kernel's keyring has no room left for this user");
	case EKEYREVOKED:
	case EKEYEXPIRED:
		return ev_fail(err, EVAULT_E_NO_KEYRING,
			       "the login session that this program was started in has ended, and "
			       "its keyring with it");
	default:
		return ev_fail_sys(err, sys, "the kernel's keyring");
	}
}

/* Only what a key that is there no more can say; anything else is told. */
static bool
key_is_gone(int sys)
{
	return sys == ENOKEY || sys == EKEYREVOKED || sys == EKEYEXPIRED;
}

/*
 * The session's keyring, by its number: add_key on KEY_SPEC_SESSION_KEYRING
 * would give a process that has none a new one, which ends with the process.
 */
static enum evault_status
session_ring(long *ring, struct evault_error *err)
{
	long r = key_call(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);

	if (r < 0)
		return errno == ENOKEY ? keyring_fail(err, ENOSYS) : keyring_fail(err, errno);
	*ring = r;
	return EVAULT_OK;
}

static enum evault_status
find_key(const char *name, long *key, struct evault_error *err)
{
	enum evault_status rc;
	long ring = 0, k;

	rc = session_ring(&ring, err);
	if (rc != EVAULT_OK)
		return rc;
	k = key_call(KEYCTL_SEARCH, ring, (long)(uintptr_t)key_type, (long)(uintptr_t)name, 0);
	if (k < 0)
		return keyring_fail(err, key_is_gone(errno) ? ENOKEY : errno);
	*key = k;
	return EVAULT_OK;
}

enum evault_status
ev_os_keyring_put(const char *name, struct ev_slice value, uint32_t seconds,
		  struct evault_error *err)
{
	enum evault_status rc;
	long ring = 0, key;
	int sys = 0;

	if (value.len == 0 || value.len > EV_OS_KEYRING_MAX || seconds == 0)
		return ev_fail(err, EVAULT_E_USAGE, "not a value for the kernel's keyring");
	rc = session_ring(&ring, err);
	if (rc != EVAULT_OK)
		return rc;
	/* Made ready out of sight: the process's own keyring ends with the process. */
	key =
	    ev_os_calls()->add_key(key_type, name, value.data, value.len, KEY_SPEC_PROCESS_KEYRING);
	if (key < 0)
		return keyring_fail(err, errno);
	if (key_call(KEYCTL_SET_TIMEOUT, key, (long)seconds, 0, 0) != 0 ||
	    key_call(KEYCTL_SETPERM, key, POSSESSOR_ONLY, 0, 0) != 0 ||
	    key_call(KEYCTL_LINK, key, ring, 0, 0) != 0)
		sys = errno;
	if (sys != 0)
		(void)key_call(KEYCTL_INVALIDATE, key, 0, 0, 0);
	else
		(void)key_call(KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING, 0, 0);
	return sys == 0 ? EVAULT_OK : keyring_fail(err, sys);
}

enum evault_status
ev_os_keyring_get(const char *name, struct ev_buf *out, struct evault_error *err)
{
	size_t before = out->len;
	enum evault_status rc;
	uint8_t *at;
	long key = 0, len;
	int sys;

	rc = find_key(name, &key, err);
	if (rc != EVAULT_OK)
		return rc;
	at = ev_buf_extend(out, EV_OS_KEYRING_MAX);
	if (at == NULL)
		return ev_fail_nomem(err);
	len = key_call(KEYCTL_READ, key, (long)(uintptr_t)at, EV_OS_KEYRING_MAX, 0);
	sys = errno;
	if (len < 0 || len > EV_OS_KEYRING_MAX) {
		out->len = before;
		/* A longer value is not ours. */
		return keyring_fail(err, len > 0 || key_is_gone(sys) ? ENOKEY : sys);
	}
	out->len = before + (size_t)len;
	return EVAULT_OK;
}

static enum evault_status
drop_key(long key, struct evault_error *err)
{
	if (key_call(KEYCTL_INVALIDATE, key, 0, 0, 0) != 0)
		return keyring_fail(err, key_is_gone(errno) ? ENOKEY : errno);
	return EVAULT_OK;
}

enum evault_status
ev_os_keyring_drop(const char *name, struct evault_error *err)
{
	long key = 0;
	enum evault_status rc = find_key(name, &key, err);

	return rc != EVAULT_OK ? rc : drop_key(key, err);
}

/* "user;1000;1000;1b000000;NAME" of a key in the ring, with a name that starts so? */
static bool
key_is_named(long key, const char *prefix)
{
	char text[DESCRIPTION_MAX];
	long len = key_call(KEYCTL_DESCRIBE, key, (long)(uintptr_t)text, (long)sizeof(text), 0);
	const char *name;

	if (len <= 0 || (size_t)len > sizeof(text) || text[len - 1] != '\0')
		return false;
	name = strrchr(text, ';');
	return name != NULL && strncmp(text, "user;", 5) == 0 &&
	       strncmp(name + 1, prefix, strlen(prefix)) == 0;
}

/* The numbers of what is in the ring, which others may fill meanwhile; free them. */
static enum evault_status
list_ring(long ring, int32_t **keys, size_t *n, struct evault_error *err)
{
	long need, room = 0;
	void *list = NULL, *more;

	for (;;) {
		need = key_call(KEYCTL_READ, ring, (long)(uintptr_t)list, room, 0);
		if (need < 0 || need <= room)
			break;
		room = need;
		more = realloc(list, (size_t)room);
		if (more == NULL) {
			free(list);
			return ev_fail_nomem(err);
		}
		list = more;
	}
	if (need < 0) {
		free(list);
		return keyring_fail(err, errno);
	}
	*keys = list;
	*n = (size_t)need / sizeof(**keys);
	return EVAULT_OK;
}

enum evault_status
ev_os_keyring_drop_all(const char *prefix, uint64_t *n, struct evault_error *err)
{
	int32_t *keys = NULL;
	uint64_t dropped = 0;
	size_t i, n_keys = 0;
	enum evault_status rc;
	long ring = 0;

	rc = session_ring(&ring, err);
	if (rc == EVAULT_OK)
		rc = list_ring(ring, &keys, &n_keys, err);
	for (i = 0; i < n_keys && rc == EVAULT_OK; i++) {
		if (!key_is_named(keys[i], prefix))
			continue;
		rc = drop_key(keys[i], err);
		if (rc == EVAULT_OK)
			dropped++;
		else if (rc == EVAULT_E_NOT_FOUND) /* its time was over just now */
			rc = EVAULT_OK;
	}
	free(keys);
	if (rc == EVAULT_OK)
		*n = dropped;
	return rc;
}
