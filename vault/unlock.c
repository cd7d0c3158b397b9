/*
 * Keeping a holder's keys in the kernel's keyring for a while, and taking
 * them out of it.
 */
#include <stdio.h>

#include "base/os.h"
#include "key_export.h"

_Static_assert(EVAULT_KEEP_MAX > 0 && (uint64_t)EVAULT_KEEP_MAX < UINT32_MAX, "fits a timeout");

static void
tell(int64_t until, struct evault_kept *kept)
{
	struct ev_os_time now;
	char local[21];

	ev_os_now(&now);
	kept->kept = true;
	kept->seconds = until > now.seconds ? (uint64_t)(until - now.seconds) : 0;
	ev_os_format_time(until, kept->until);
	ev_os_format_time(until + now.offset, local);
	snprintf(kept->clock, sizeof(kept->clock), "%.5s", local + 11);
}

enum evault_status
evault_unlock_keep(const char *dir, const struct evault_unlock *unlock, uint64_t seconds,
		   struct evault_kept *kept, struct evault_error *err)
{
	struct evault_unlock anew = *unlock;
	struct evault *v = NULL;
	enum evault_status rc;
	int64_t until = 0;

	if (seconds == 0 || seconds > EVAULT_KEEP_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "a vault is unlocked for 1 to %d seconds",
			       EVAULT_KEEP_MAX);
	anew.kept = false; /* or who has not the key could go on for ever */
	rc = ev_vault_begin_sealed(dir, &v, err);
	if (rc == EVAULT_OK)
		rc = ev_keyring_unlock(v->dir, &v->authority, &anew, &v->keys, err);
	if (rc == EVAULT_E_KEY)
		rc = ev_error_prefix(err, rc, v->shown);
	if (rc == EVAULT_OK)
		rc = ev_keyring_keep(v->keys, &v->authority, (uint32_t)seconds, &until, err);
	if (rc == EVAULT_OK)
		tell(until, kept);
	evault_close(v);
	return rc;
}

enum evault_status
evault_lock(const char *dir, bool *was, struct evault_error *err)
{
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &v, err);

	/* The log may be as damaged as it likes. */
	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, err);
	if (rc == EVAULT_OK)
		rc = ev_keyring_forget(v->note.origin, was, err);
	evault_close(v);
	return rc;
}

enum evault_status
evault_lock_all(uint64_t *n, struct evault_error *err)
{
	return ev_keyring_forget_all(n, err);
}

enum evault_status
evault_get_kept(struct evault *v, struct evault_kept *kept, struct evault_error *err)
{
	struct ev_kept *value = ev_secret_new(sizeof(*value));
	struct evault_kept told = { .kept = false };
	enum evault_status rc = EVAULT_E_NOT_FOUND;

	if (value == NULL)
		return ev_fail_nomem(err);
	rc = ev_keyring_kept(&v->authority, value, err);
	if (rc == EVAULT_OK)
		tell(value->until, &told);
	ev_secret_free(value);
	if (rc == EVAULT_E_NOMEM)
		return rc;
	*kept = told;
	return EVAULT_OK;
}
