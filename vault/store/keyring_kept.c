/*
 * A slot that was opened before, or a reader's identity, kept in the kernel's
 * keyring (format/kept.h).  Nothing is believed of it: a slot opens what its
 * file would open, as long as the log names that file, or nothing at all.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "base/os_keyring.h"
#include "store/keyring_private.h"

#define PREFIX "evault:"

enum {
	NAME_SIZE = sizeof(PREFIX) + EVAULT_ORIGIN_SIZE
};

/* "evault:<64 hex>" */
static const char *
key_name(const char *origin, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, PREFIX "%s", origin + strlen("evault/"));
	return out;
}

/* What there is to keep of an open keyring. */
static enum evault_status
take(const struct ev_keyring *k, const struct ev_authority *authority, struct ev_kept *kept,
     struct evault_error *err)
{
	const struct ev_named_file *named;

	if (k->slot == NULL && k->reader == NULL)
		return ev_fail(err, EVAULT_E_DENIED,
			       "it took several keys to open this vault, and only one is kept");
	if (k->slot == NULL) {
		memcpy(kept->slot.origin, authority->vault.origin, sizeof(kept->slot.origin));
		kept->slot.identity = *k->reader;
		return EVAULT_OK;
	}
	named = ev_authority_file(authority, k->slot_path);
	assert(named != NULL); /* or it would not have been opened */
	snprintf(kept->path, sizeof(kept->path), "%s", k->slot_path);
	kept->hash = named->hash;
	kept->slot = *k->slot;
	return EVAULT_OK;
}

enum evault_status
ev_keyring_keep(const struct ev_keyring *k, const struct ev_authority *authority, uint32_t seconds,
		int64_t *until, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	struct ev_kept *kept = ev_secret_new(sizeof(*kept));
	char name[NAME_SIZE];
	struct ev_os_time now;
	enum evault_status rc;

	if (kept == NULL)
		return ev_fail_nomem(err);
	ev_os_now(&now);
	kept->until = now.seconds + seconds;
	rc = take(k, authority, kept, err);
	if (rc == EVAULT_OK)
		rc = ev_kept_encode(kept, &text, err);
	if (rc == EVAULT_OK)
		rc = ev_os_keyring_put(key_name(authority->vault.origin, name),
				       ev_slice_of(text.data, text.len), seconds, err);
	if (rc == EVAULT_OK)
		*until = kept->until;
	ev_buf_wipe(&text);
	ev_secret_free(kept);
	return rc;
}

/* Is it of this vault, of a slot that is still so, and not over? */
static bool
still_holds(const struct ev_kept *kept, const struct ev_authority *authority)
{
	const struct ev_named_file *named = ev_authority_file(authority, kept->path);
	bool reader = kept->path[0] == '\0'; /* whether they still may, the read keys say */
	struct ev_os_time now;

	ev_os_now(&now);
	if (!reader && (named == NULL || named->ended || !ev_hash_equal(&named->hash, &kept->hash)))
		return false;
	return strcmp(kept->slot.origin, authority->vault.origin) == 0 && now.seconds < kept->until;
}

enum evault_status
ev_keyring_kept(const struct ev_authority *authority, struct ev_kept *kept,
		struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	char name[NAME_SIZE];
	enum evault_status rc;

	key_name(authority->vault.origin, name);
	rc = ev_os_keyring_get(name, &text, err);
	if (rc == EVAULT_OK)
		rc = ev_kept_decode(ev_slice_of(text.data, text.len), kept, err);
	if (rc == EVAULT_OK && !still_holds(kept, authority))
		rc = ev_fail(err, EVAULT_E_FORMAT, "what was kept is no longer of use");
	ev_buf_wipe(&text);
	if (rc == EVAULT_E_FORMAT) {
		ev_wipe(kept, sizeof(*kept));
		(void)ev_os_keyring_drop(name, NULL);
		rc = EVAULT_E_NOT_FOUND;
	}
	return rc;
}

enum evault_status
ev_keyring_forget(const char *origin, bool *was, struct evault_error *err)
{
	char name[NAME_SIZE];
	enum evault_status rc = ev_os_keyring_drop(key_name(origin, name), err);

	if (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND)
		return rc;
	*was = rc == EVAULT_OK;
	return EVAULT_OK;
}

enum evault_status
ev_keyring_forget_all(uint64_t *n, struct evault_error *err)
{
	return ev_os_keyring_drop_all(PREFIX, n, err);
}
