/*
 * Sealing of key files to holders and readers, hidden among decoys.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "format/keyfile.h"

/* A recipient whose identity is forgotten at once. */
static enum evault_status
decoy(struct ev_age_recipient *out, struct evault_error *err)
{
	struct ev_age_identity *identity = ev_secret_new(sizeof(*identity));

	if (identity == NULL)
		return ev_fail_nomem(err);
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, out);
	ev_secret_free(identity);
	return EVAULT_OK;
}

static void
shuffle(struct ev_age_recipient *all, size_t n)
{
	struct ev_age_recipient swap;
	size_t i, other;

	for (i = n - 1; i > 0; i--) {
		other = randombytes_uniform((uint32_t)i + 1);
		swap = all[i];
		all[i] = all[other];
		all[other] = swap;
	}
}

enum evault_status
ev_keyfile_seal(const struct ev_age_recipient *recipients, size_t n, struct ev_slice plain,
		struct ev_buf *sealed, struct evault_error *err)
{
	struct ev_age_recipient *all = NULL;
	struct ev_age_to to = { .n_recipients = 0 };
	enum evault_status rc = EVAULT_OK;
	size_t total, i;

	if (n == 0 || n > EV_AGE_STANZAS_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "a key file is sealed to 1 to %d recipients",
			       EV_AGE_STANZAS_MAX);
	total = (n + EV_KEYFILE_DECOYS - 1) / EV_KEYFILE_DECOYS * EV_KEYFILE_DECOYS;
	all = calloc(total, sizeof(*all));
	if (all == NULL)
		return ev_fail_nomem(err);
	memcpy(all, recipients, n * sizeof(*all));
	for (i = n; i < total && rc == EVAULT_OK; i++)
		rc = decoy(&all[i], err);
	if (rc != EVAULT_OK)
		goto out;
	shuffle(all, total);
	to.recipients = all;
	to.n_recipients = total;
	rc = ev_age_seal(&to, plain, sealed, err);
out:
	free(all);
	return rc;
}
