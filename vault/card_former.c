/* A key slot that was in a vault before, from a copy of its key files. */
#include <string.h>

#include "base/os.h"
#include "base/secret.h"
#include "card.h"

struct opening {
	const char *shown; /* the file */
	const struct evault_unlock *unlock;
	struct ev_slice sealed;
	struct ev_buf plain;
};

static enum evault_status
with_file(struct opening *o, const char *path, struct evault_error *err)
{
	struct ev_age_identity *identities =
	    ev_secret_new(EV_KEYRING_IDENTITIES_MAX * sizeof(*identities));
	struct ev_age_with with = { .identities = identities };
	struct ev_buf text = EV_BUF_SECRET_INIT;
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (identities == NULL)
		return ev_fail_nomem(err);
	rc = ev_os_load_user(path, 1 << 20, &text, err);
	if (rc == EVAULT_OK) {
		rc = ev_age_identity_file(ev_slice_of(text.data, text.len), identities,
					  EV_KEYRING_IDENTITIES_MAX, &with.n_identities, err);
		if (rc != EVAULT_OK)
			rc = ev_error_prefix(err, rc, ev_show_path(path, shown));
	}
	if (rc == EVAULT_OK)
		rc = ev_age_open(&with, o->sealed, &o->plain, err);
	ev_buf_wipe(&text);
	ev_secret_free(identities);
	return rc;
}

static enum evault_status
with_identities(struct opening *o, struct evault_error *err)
{
	enum evault_status rc = EVAULT_E_KEY;
	size_t i;

	for (i = 0; i < o->unlock->n_identity_files && rc == EVAULT_E_KEY; i++)
		rc = with_file(o, o->unlock->identity_files[i], err);
	if (rc == EVAULT_E_KEY)
		return ev_fail(err, rc, "%s: no key that was given opens this key slot", o->shown);
	return rc;
}

static enum evault_status
with_passphrase(struct opening *o, struct evault_error *err)
{
	struct ev_age_with with = { NULL, 0, NULL };
	char *passphrase = ev_secret_new(EVAULT_PASSPHRASE_MAX + 1);
	enum evault_status rc = EVAULT_E_KEY;
	unsigned attempt;

	if (passphrase == NULL)
		return ev_fail_nomem(err);
	if (o->unlock->ask == NULL)
		rc = ev_fail(err, EVAULT_E_KEY, "%s: a passphrase opens this key slot", o->shown);
	with.passphrase = passphrase;
	for (attempt = 0; o->unlock->ask != NULL && rc == EVAULT_E_KEY; attempt++) {
		rc = o->unlock->ask(o->unlock->ctx, attempt, passphrase, EVAULT_PASSPHRASE_MAX + 1,
				    err);
		if (rc == EVAULT_E_KEY)
			rc = ev_error_prefix(err, rc, o->shown);
		if (rc != EVAULT_OK)
			break;
		rc = ev_age_open(&with, o->sealed, &o->plain, err);
	}
	ev_secret_free(passphrase);
	return rc;
}

enum evault_status
ev_former_open(const char *path, const struct evault_unlock *unlock, struct ev_slot *slot,
	       struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	struct opening o = { .shown = ev_show_path(path, shown),
			     .unlock = unlock,
			     .plain = EV_BUF_SECRET_INIT };
	struct ev_buf sealed = EV_BUF_INIT;
	enum ev_age_kind kind = EV_AGE_FOREIGN;
	enum evault_status rc = ev_os_load_user(path, EV_KEYFILE_SEALED_MAX, &sealed, err);

	if (rc != EVAULT_OK)
		goto out;
	o.sealed = ev_slice_of(sealed.data, sealed.len);
	rc = ev_age_inspect(o.sealed, &kind, err);
	if (rc != EVAULT_OK)
		rc = ev_error_prefix(err, rc, shown);
	else if (kind == EV_AGE_SCRYPT)
		rc = with_passphrase(&o, err);
	else
		rc = with_identities(&o, err);
	if (rc != EVAULT_OK)
		goto out;
	rc = ev_slot_decode(ev_slice_of(o.plain.data, o.plain.len), slot, err);
	if (rc != EVAULT_OK)
		rc = ev_fail(err, EVAULT_E_FORMAT, "%s: this is not a key slot of a vault", shown);
out:
	ev_buf_release(&sealed);
	ev_buf_wipe(&o.plain);
	return rc;
}
