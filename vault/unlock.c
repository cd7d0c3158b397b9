/*
 * Keeping a holder's keys in the kernel's keyring for a while, and taking
 * them out of it.
 */
#include <stdio.h>

#include "base/os.h"
#include "vault.h"

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

/* Is it to be read what was passed over?  Not for who gave up, or where the disk fails. */
static bool
needs_all(struct evault *v, enum evault_status rc)
{
	if (v->skipped == 0)
		return false;
	if (rc == EVAULT_OK)
		return !ev_index_vouches(v);
	return rc == EVAULT_E_KEY || rc == EVAULT_E_DENIED || rc == EVAULT_E_DAMAGED ||
	       rc == EVAULT_E_NOT_FOUND;
}

/* By the hint, where the index vouches for what was passed over; otherwise by all of the log. */
static enum evault_status
open_keys(struct evault *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status all, rc;
	bool same;

	rc = ev_keyring_unlock(v->dir, &v->authority, unlock, &v->keys, &why);
	if (needs_all(v, rc)) {
		all = ev_vault_read_all(v, &same, err);
		if (all != EVAULT_OK)
			return all;
		if (!same) {
			ev_keyring_free(v->keys);
			v->keys = NULL;
			rc = ev_keyring_unlock(v->dir, &v->authority, unlock, &v->keys, &why);
		}
	}
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc == EVAULT_E_KEY ? ev_error_prefix(err, rc, v->shown) : rc;
}

static enum evault_status
open_log(const char *dir, struct evault **vault, struct evault_error *err)
{
	const struct evault_open how = { .dir = dir, .access = EVAULT_READ };
	struct ev_findings strict = ev_findings_strict();
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, EVAULT_READ, &v, err);

	if (rc == EVAULT_OK) {
		v->indexed = true;
		rc = ev_vault_load_note(v, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_index_init(v, &how, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	if (rc == EVAULT_OK) {
		*vault = v;
		v = NULL;
	}
	evault_close(v);
	return rc;
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
	rc = open_log(dir, &v, err);
	if (rc == EVAULT_OK)
		rc = open_keys(v, &anew, err);
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
