#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/keyring_private.h"

struct unlocking {
	int dir;
	const struct ev_authority *authority;
	struct ev_age_identity *identities; /* locked */
	size_t n_identities;
	char *passphrase; /* locked; "" when there is none yet */
	struct ev_keyring *k;
};

struct ev_keyring *
ev_keyring_new(void)
{
	return calloc(1, sizeof(struct ev_keyring));
}

void
ev_keyring_free(struct ev_keyring *k)
{
	if (k == NULL)
		return;
	ev_secret_free(k->slot);
	ev_secret_free(k->reads);
	ev_secret_free(k->write);
	free(k);
}

struct ev_age_with
ev_keyring_with(const struct ev_keyring *k)
{
	struct ev_age_with with = { .identities = k->reads, .n_identities = k->n_reads };

	return with;
}

/* Loads a key file, and compares it with the log (invariant 1). */
static enum evault_status
load_key_file(const struct unlocking *u, const char *path, struct ev_buf *out,
	      struct evault_error *err)
{
	const struct ev_named_file *named = ev_authority_file(u->authority, path);
	enum evault_status rc;
	struct ev_hash hash;

	if (named == NULL)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "%s: the log does not name it", path);
	rc = ev_os_load(u->dir, path, EV_KEYFILE_SEALED_MAX, out, err);
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: this key file is missing", path);
	if (rc == EVAULT_E_LIMIT)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: this key file was altered", path);
	if (rc != EVAULT_OK)
		return rc;
	ev_hash_of(out->data, out->len, &hash);
	if (!ev_hash_equal(&hash, &named->hash))
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: this key file was altered", path);
	return EVAULT_OK;
}

static enum evault_status
load_identities(struct unlocking *u, const struct evault_unlock *unlock, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_buf text = EV_BUF_SECRET_INIT;
	char shown[EV_SHOW_SIZE];
	size_t i, n;

	for (i = 0; i < unlock->n_identity_files && rc == EVAULT_OK; i++) {
		rc = ev_os_load_user(unlock->identity_files[i], 1 << 20, &text, err);
		if (rc != EVAULT_OK)
			break;
		rc = ev_age_identity_file(ev_slice_of(text.data, text.len),
					  u->identities + u->n_identities,
					  EV_KEYRING_IDENTITIES_MAX - u->n_identities, &n, err);
		if (rc == EVAULT_OK)
			u->n_identities += n;
		else
			rc = ev_error_prefix(err, rc,
					     ev_show_path(unlock->identity_files[i], shown));
		ev_buf_wipe(&text);
	}
	ev_buf_wipe(&text);
	return rc;
}

/* The slot's keys must be those of an actor of this vault (invariant 2). */
static enum evault_status
accept_slot(struct unlocking *u, const char *path, struct ev_slice plain, struct evault_error *err)
{
	struct ev_slot *slot = ev_secret_new(sizeof(*slot));
	const struct ev_actor *actor;
	enum evault_status rc;
	uint8_t key[32];

	if (slot == NULL)
		return ev_fail_nomem(err);
	rc = ev_slot_decode(plain, slot, err);
	if (rc != EVAULT_OK) {
		rc = ev_error_prefix(err, EVAULT_E_DAMAGED, path);
		goto out;
	}
	ev_signing_seed_public(&slot->actor, key);
	ev_actor_verifier(key, &u->k->actor);
	actor = ev_authority_actor(u->authority,
				   ev_slice_of(u->k->actor.name + strlen("evault/actor/"), 64));
	if (strcmp(slot->origin, u->authority->vault.origin) != 0)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: is a key file of another vault", path);
	else if (actor == NULL || actor->ended || actor->role != slot->role)
		rc = ev_fail(err, EVAULT_E_DENIED, "%s: this holder was removed from the vault",
			     path);
	if (rc != EVAULT_OK)
		goto out;
	u->k->slot = slot;
	slot = NULL;
out:
	ev_secret_free(slot);
	return rc;
}

/* Tries one slot; E_KEY when what we have does not open it. */
static enum evault_status
try_slot(struct unlocking *u, const char *path, enum ev_age_kind wanted, struct evault_error *err)
{
	struct ev_age_with with = { u->identities, u->n_identities, NULL };
	struct ev_buf sealed = EV_BUF_INIT, plain = EV_BUF_SECRET_INIT;
	enum ev_age_kind kind = EV_AGE_FOREIGN;
	enum evault_status rc = load_key_file(u, path, &sealed, err);

	if (rc == EVAULT_OK)
		rc = ev_age_inspect(ev_slice_of(sealed.data, sealed.len), &kind, err);
	if (rc == EVAULT_OK && kind != wanted)
		rc = EVAULT_E_KEY;
	if (rc != EVAULT_OK)
		goto out;
	if (wanted == EV_AGE_SCRYPT)
		with = (struct ev_age_with){ NULL, 0, u->passphrase };
	rc = ev_age_open(&with, ev_slice_of(sealed.data, sealed.len), &plain, err);
	if (rc == EVAULT_OK)
		rc = accept_slot(u, path, ev_slice_of(plain.data, plain.len), err);
	else if (rc != EVAULT_E_KEY)
		rc = ev_error_prefix(err, rc, path);
out:
	ev_buf_release(&sealed);
	ev_buf_wipe(&plain);
	return rc;
}

static bool
is_slot(const char *path)
{
	return strncmp(path, "keys/", 5) == 0 && path[5] >= '1' && path[5] <= '9';
}

/*
 * Tries all slots of one kind.  *seen counts slots of that kind.  A damaged
 * one does not keep another from opening, but is told if none does.
 */
static enum evault_status
try_slots(struct unlocking *u, enum ev_age_kind kind, struct evault_error *err)
{
	enum evault_status rc, worst = EVAULT_E_KEY;
	struct evault_error why = { 0 };
	size_t i;

	for (i = 0; i < u->authority->n_files; i++) {
		if (!is_slot(u->authority->files[i].path) || u->authority->files[i].ended)
			continue;
		rc = try_slot(u, u->authority->files[i].path, kind, &why);
		if (rc == EVAULT_OK)
			return rc;
		if (rc != EVAULT_E_KEY) {
			worst = rc;
			if (err != NULL)
				*err = why;
		}
	}
	return worst;
}

/* Opens keys/read.<epoch>.age into the keyring; E_KEY when it is not for us. */
static enum evault_status
open_read_key(struct unlocking *u, uint64_t epoch, const struct ev_age_with *with,
	      struct evault_error *err)
{
	struct ev_read_key *key = ev_secret_new(sizeof(*key));
	struct ev_buf sealed = EV_BUF_INIT, plain = EV_BUF_SECRET_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1], text[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient public;
	enum evault_status rc;

	snprintf(path, sizeof(path), "keys/read.%llu.age", (unsigned long long)epoch);
	rc = key == NULL ? ev_fail_nomem(err) : load_key_file(u, path, &sealed, err);
	if (rc == EVAULT_OK)
		rc = ev_age_open(with, ev_slice_of(sealed.data, sealed.len), &plain, err);
	if (rc == EVAULT_OK)
		rc = ev_read_key_decode(ev_slice_of(plain.data, plain.len), key, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_age_identity_recipient(&key->identity, &public);
	ev_age_recipient_text(&public, text);
	if (strcmp(key->origin, u->authority->vault.origin) != 0 || key->epoch != epoch ||
	    strcmp(text, u->authority->read_keys[epoch]) != 0)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: is not the key that the log names", path);
	else
		u->k->reads[u->k->n_reads++] = key->identity;
out:
	ev_buf_release(&sealed);
	ev_buf_wipe(&plain);
	ev_secret_free(key);
	return rc;
}

static enum evault_status
open_read_keys(struct unlocking *u, const struct ev_age_with *with, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t epoch;

	ev_secret_free(u->k->reads);
	u->k->n_reads = 0;
	u->k->reads = ev_secret_new((u->authority->n_read_keys + 1) * sizeof(*u->k->reads));
	if (u->k->reads == NULL)
		return ev_fail_nomem(err);
	for (epoch = 0; epoch < u->authority->n_read_keys; epoch++) {
		rc = open_read_key(u, epoch, with, err);
		if (rc != EVAULT_OK && rc != EVAULT_E_KEY)
			return rc;
	}
	return u->k->n_reads > 0 ? EVAULT_OK : EVAULT_E_KEY;
}

/* The newest log key, for those who may write; E_KEY when it is not for us. */
static enum evault_status
open_write_key(struct unlocking *u, const struct ev_age_with *with, struct evault_error *err)
{
	struct ev_write_key *key = ev_secret_new(sizeof(*key));
	struct ev_buf sealed = EV_BUF_INIT, plain = EV_BUF_SECRET_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	uint64_t epoch = u->authority->n_read_keys - 1;
	enum evault_status rc;
	uint8_t public[32];

	snprintf(path, sizeof(path), "keys/write.%llu.age", (unsigned long long)epoch);
	rc = key == NULL ? ev_fail_nomem(err) : load_key_file(u, path, &sealed, err);
	if (rc == EVAULT_OK)
		rc = ev_age_open(with, ev_slice_of(sealed.data, sealed.len), &plain, err);
	if (rc == EVAULT_OK)
		rc = ev_write_key_decode(ev_slice_of(plain.data, plain.len), key, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_signing_seed_public(&key->log, public);
	if (strcmp(key->origin, u->authority->vault.origin) != 0 || key->epoch != epoch ||
	    memcmp(public, u->authority->log_key.key, sizeof(public)) != 0) {
		rc = ev_fail(err, EVAULT_E_DAMAGED, "%s: is not the key that the log names", path);
		goto out;
	}
	u->k->write = key;
	key = NULL;
out:
	ev_buf_release(&sealed);
	ev_buf_wipe(&plain);
	ev_secret_free(key);
	return rc;
}

static enum evault_status
ask_for_passphrase(struct unlocking *u, const struct evault_unlock *unlock,
		   struct evault_error *err)
{
	enum evault_status rc = EVAULT_E_KEY;
	unsigned attempt;

	for (attempt = 0; rc == EVAULT_E_KEY; attempt++) {
		rc = unlock->ask(unlock->ctx, attempt, u->passphrase, EVAULT_PASSPHRASE_MAX + 1,
				 err);
		if (rc != EVAULT_OK)
			return rc;
		rc = try_slots(u, EV_AGE_SCRYPT, err);
	}
	return rc;
}

/* Is there a slot that a passphrase could open at all? */
static bool
any_passphrase_slot(const struct unlocking *u)
{
	struct ev_buf sealed = EV_BUF_INIT;
	enum ev_age_kind kind;
	bool any = false;
	size_t i;

	for (i = 0; i < u->authority->n_files && !any; i++) {
		ev_buf_clear(&sealed);
		any = is_slot(u->authority->files[i].path) &&
		      load_key_file(u, u->authority->files[i].path, &sealed, NULL) == EVAULT_OK &&
		      ev_age_inspect(ev_slice_of(sealed.data, sealed.len), &kind, NULL) ==
			  EVAULT_OK &&
		      kind == EV_AGE_SCRYPT;
	}
	ev_buf_release(&sealed);
	return any;
}

/* Without a slot; what was wrong with the slots is told when there is no read key either. */
static enum evault_status
read_directly(struct unlocking *u, const struct ev_age_with *with, enum evault_status slots,
	      struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc = open_read_keys(u, with, &why);

	if (rc == EVAULT_E_KEY)
		return slots == EVAULT_E_DAMAGED ? slots : rc;
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

static enum evault_status
open_slot_or_read_key(struct unlocking *u, const struct evault_unlock *unlock,
		      struct evault_error *err)
{
	struct ev_age_with direct = { u->identities, u->n_identities, NULL };
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_E_KEY;

	if (u->n_identities > 0) {
		rc = try_slots(u, EV_AGE_X25519, &why);
		/* A slot that is damaged is perhaps another holder's. */
		if (rc == EVAULT_E_KEY || rc == EVAULT_E_DENIED || rc == EVAULT_E_DAMAGED)
			rc = read_directly(u, &direct, rc, &why);
	}
	if (rc == EVAULT_E_KEY && unlock->ask != NULL && any_passphrase_slot(u))
		return ask_for_passphrase(u, unlock, err);
	if (rc == EVAULT_E_KEY) {
		/* No slot is of this kind: what is wrong with a slot file comes out. */
		rc = try_slots(u, EV_AGE_FOREIGN, err);
		if (rc != EVAULT_E_KEY)
			return rc;
		return ev_fail(err, rc,
			       u->n_identities > 0 ? "the identity given opens no key of this vault"
						   : "no key was given that opens this vault");
	}
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

enum evault_status
ev_keyring_unlock(int dir, const struct ev_authority *authority, const struct evault_unlock *unlock,
		  struct ev_keyring **k, struct evault_error *err)
{
	struct unlocking u = { .dir = dir, .authority = authority, .k = ev_keyring_new() };
	struct ev_age_with own = { .n_identities = 1 };
	enum evault_status rc;

	u.identities = ev_secret_new(EV_KEYRING_IDENTITIES_MAX * sizeof(*u.identities));
	u.passphrase = ev_secret_new(EVAULT_PASSPHRASE_MAX + 1);
	if (u.k == NULL || u.identities == NULL || u.passphrase == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	rc = load_identities(&u, unlock, err);
	if (rc == EVAULT_OK)
		rc = open_slot_or_read_key(&u, unlock, err);
	if (rc != EVAULT_OK || u.k->slot == NULL)
		goto out;
	own.identities = &u.k->slot->identity;
	if (u.k->slot->role != EV_ROLE_CAPTURE)
		rc = open_read_keys(&u, &own, err);
	if (rc == EVAULT_OK)
		rc = open_write_key(&u, &own, &u.k->no_write);
	/* Who may read shall read, whatever became of the log's key. */
	if (rc == EVAULT_E_DAMAGED || rc == EVAULT_E_KEY || rc == EVAULT_E_FORMAT)
		rc = u.k->n_reads > 0 ? EVAULT_OK : rc;
	if (rc != EVAULT_OK && u.k->no_write.status != EVAULT_OK && err != NULL)
		*err = u.k->no_write;
out:
	if (rc == EVAULT_OK) {
		*k = u.k;
		u.k = NULL;
	}
	ev_keyring_free(u.k);
	ev_secret_free(u.identities);
	ev_secret_free(u.passphrase);
	return rc;
}
