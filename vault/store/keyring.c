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
	enum evault_status newest; /* what became of opening the newest vault identity */
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
	ev_secret_free(k->reader);
	ev_secret_free(k->reads);
	free(k->epochs);
	ev_secret_free(k->opened);
	ev_secret_free(k->write);
	free(k);
}

const char *
ev_keyring_name(const struct ev_keyring *k)
{
	const struct ev_roster_line *line = NULL;
	struct ev_hash actor;

	if (k->slot == NULL)
		return "";
	ev_hash_of(k->actor.key, sizeof(k->actor.key), &actor);
	if (k->roster != NULL)
		line = ev_roster_actor(k->roster, &actor);
	return line == NULL ? k->slot->name : line->name;
}

bool
ev_keyring_is_current(const struct ev_keyring *k, const struct ev_authority *authority)
{
	const struct ev_named_file *file;
	const struct ev_actor *actor;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	uint8_t key[32];

	if (k->slot != NULL) {
		actor = ev_authority_actor(
		    authority, ev_slice_of(k->actor.name + strlen("evault/actor/"), 64));
		if (actor == NULL || actor->ended || actor->role != k->slot->role)
			return false;
	}
	if (k->write != NULL) {
		ev_signing_seed_public(&k->write->log, key);
		if (memcmp(key, authority->log_key.key, sizeof(key)) != 0)
			return false;
	}
	snprintf(path, sizeof(path), "keys/read.%llu.age",
		 (unsigned long long)authority->n_read_keys - 1);
	file = ev_authority_file(authority, path);
	return k->roster == NULL || (file != NULL && ev_hash_equal(&file->hash, &k->roster_file));
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
	bool pending;

	return ev_key_file_load(u->dir, u->authority, path, out, &pending, err);
}

static enum evault_status
load_identity(struct unlocking *u, const char *text, struct evault_error *err)
{
	enum evault_status rc;

	if (u->n_identities == EV_KEYRING_IDENTITIES_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "more than %d identities were given",
			       EV_KEYRING_IDENTITIES_MAX);
	rc = ev_age_identity_parse(ev_slice_text(text), u->identities + u->n_identities, err);
	u->n_identities += rc == EVAULT_OK;
	return rc;
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
	if (rc == EVAULT_OK && unlock->identity != NULL)
		rc = load_identity(u, unlock->identity, err);
	return rc;
}

/* The slot's keys must be those of an actor of this vault (invariant 2). */
static enum evault_status
accept_slot(struct unlocking *u, const char *path, const struct ev_slot *slot,
	    struct evault_error *err)
{
	const struct ev_named_file *file = ev_authority_file(u->authority, path);
	const struct ev_actor *actor;
	struct ev_hash holder;
	uint8_t key[32];

	ev_signing_seed_public(&slot->actor, key);
	ev_hash_of(key, sizeof(key), &holder);
	ev_actor_verifier(key, &u->k->actor);
	actor = ev_authority_actor(u->authority,
				   ev_slice_of(u->k->actor.name + strlen("evault/actor/"), 64));
	if (strcmp(slot->origin, u->authority->vault.origin) != 0)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: is a key file of another vault", path);
	if (file != NULL && file->held && !ev_hash_equal(&file->actor, &holder))
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "%s: has the key of somebody else than its holder", path);
	if (actor == NULL || actor->ended || actor->role != slot->role)
		return ev_fail(err, EVAULT_E_DENIED, "%s: this holder was removed from the vault",
			       path);
	u->k->slot = ev_secret_new(sizeof(*u->k->slot));
	if (u->k->slot == NULL)
		return ev_fail_nomem(err);
	*u->k->slot = *slot;
	snprintf(u->k->slot_path, sizeof(u->k->slot_path), "%s", path);
	return EVAULT_OK;
}

static enum evault_status
read_slot(struct unlocking *u, const char *path, struct ev_slice plain, struct evault_error *err)
{
	struct ev_slot *slot = ev_secret_new(sizeof(*slot));
	enum evault_status rc;

	if (slot == NULL)
		return ev_fail_nomem(err);
	rc = ev_slot_decode(plain, slot, err);
	if (rc == EVAULT_OK)
		rc = accept_slot(u, path, slot, err);
	else
		rc = ev_error_prefix(err, EVAULT_E_DAMAGED, path);
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

	if (rc == EVAULT_OK) {
		rc = ev_age_inspect(ev_slice_of(sealed.data, sealed.len), &kind, err);
		if (rc != EVAULT_OK)
			rc = ev_error_prefix(err, rc, path);
	}
	if (rc == EVAULT_OK && kind != wanted)
		rc = EVAULT_E_KEY;
	if (rc != EVAULT_OK)
		goto out;
	if (wanted == EV_AGE_SCRYPT)
		with = (struct ev_age_with){ NULL, 0, u->passphrase };
	rc = ev_age_open(&with, ev_slice_of(sealed.data, sealed.len), &plain, err);
	if (rc == EVAULT_OK)
		rc = read_slot(u, path, ev_slice_of(plain.data, plain.len), err);
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

/* In the order in which slots are tried; one that an owner made before all that were remade. */
static int
by_trust(const void *a, const void *b)
{
	const struct ev_named_file *x = *(const struct ev_named_file *const *)a;
	const struct ev_named_file *y = *(const struct ev_named_file *const *)b;

	if (x->remade != y->remade)
		return x->remade - y->remade;
	return (x->since > y->since) - (x->since < y->since);
}

/* All slots, the one to be tried first first. */
static enum evault_status
list_slots(const struct unlocking *u, const struct ev_named_file ***slots, size_t *n,
	   struct evault_error *err)
{
	const struct ev_named_file *file;
	size_t i;

	*n = 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	*slots = calloc(u->authority->n_files + 1, sizeof(**slots));
	if (*slots == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < u->authority->n_files; i++) {
		file = &u->authority->files[i];
		if (is_slot(file->path) && !file->ended)
			(*slots)[(*n)++] = file;
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	qsort(*slots, *n, sizeof(**slots), by_trust);
	return EVAULT_OK;
}

/*
 * Tries all slots of one kind, those first that an owner made and the older ones: whoever seals
 * their own slot to another holder's key must not have that one sign in their name.  A damaged one
 * does not keep another from opening, but is told if none does.
 */
static enum evault_status
try_slots(struct unlocking *u, enum ev_age_kind kind, struct evault_error *err)
{
	const struct ev_named_file **slots;
	struct evault_error why = { 0 };
	size_t i, n;
	enum evault_status rc = list_slots(u, &slots, &n, err), worst = EVAULT_E_KEY;

	if (rc != EVAULT_OK)
		return rc;
	for (i = 0; i < n; i++) {
		rc = try_slot(u, slots[i]->path, kind, &why);
		if (rc == EVAULT_OK) {
			worst = rc;
			break;
		}
		if (rc != EVAULT_E_KEY) {
			worst = rc;
			if (err != NULL)
				*err = why;
		}
		/* It may have been the one that opens. */
		if (rc == EVAULT_E_NOMEM)
			break;
	}
	free(slots);
	return worst;
}

/* Opens keys/read.<epoch>.age into the keyring; E_KEY when it is not for us. */
static enum evault_status
open_read_key(struct unlocking *u, uint64_t epoch, const struct ev_age_with *with,
	      struct evault_error *err)
{
	struct ev_read_key *key = u->k->opened;
	struct ev_buf sealed = EV_BUF_INIT, plain = EV_BUF_SECRET_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1], text[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient public;
	enum evault_status rc;

	snprintf(path, sizeof(path), "keys/read.%llu.age", (unsigned long long)epoch);
	rc = load_key_file(u, path, &sealed, err);
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
	if (rc != EVAULT_OK)
		goto out;
	u->k->epochs[u->k->n_reads] = epoch;
	u->k->reads[u->k->n_reads++] = key->identity;
	if (epoch + 1 == u->authority->n_read_keys) {
		u->k->roster = &key->roster;
		ev_hash_of(sealed.data, sealed.len, &u->k->roster_file);
	}
out:
	ev_buf_release(&sealed);
	ev_buf_wipe(&plain);
	return rc;
}

static enum evault_status
open_read_keys(struct unlocking *u, const struct ev_age_with *with, struct evault_error *err)
{
	struct ev_keyring *k = u->k;
	size_t epoch, n = u->authority->n_read_keys;
	enum evault_status rc, worst = EVAULT_E_KEY;
	struct evault_error why = { 0 }, worst_why = { 0 };

	ev_secret_free(k->reads);
	free(k->epochs);
	ev_secret_free(k->opened);
	k->roster = NULL;
	k->n_reads = 0;
	k->reads = ev_secret_new((n + 1) * sizeof(*k->reads));
	k->epochs = calloc(n + 1, sizeof(*k->epochs));
	k->opened = ev_secret_new(sizeof(*k->opened));
	if (k->reads == NULL || k->epochs == NULL || k->opened == NULL)
		return ev_fail_nomem(err);
	for (epoch = 0; epoch < n; epoch++) {
		rc = open_read_key(u, epoch, with, &why);
		/* What is damaged closes the packs of its own epoch, and no others. */
		if (rc != EVAULT_OK && rc != EVAULT_E_KEY) {
			worst = rc;
			worst_why = why;
		}
		u->newest = rc;
		if (rc == EVAULT_E_NOMEM || rc == EVAULT_E_IO)
			break;
	}
	if (k->n_reads == 0 || k->epochs[k->n_reads - 1] + 1 != n) {
		ev_secret_free(k->opened);
		k->opened = NULL;
		k->roster = NULL;
	}
	if (k->n_reads > 0 && worst != EVAULT_E_NOMEM && worst != EVAULT_E_IO)
		return EVAULT_OK;
	if (worst != EVAULT_E_KEY && err != NULL)
		*err = worst_why;
	return worst;
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
static enum evault_status
any_passphrase_slot(const struct unlocking *u, bool *any, struct evault_error *err)
{
	struct ev_buf sealed = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	enum ev_age_kind kind;
	size_t i;

	*any = false;
	for (i = 0; i < u->authority->n_files && !*any && rc != EVAULT_E_NOMEM; i++) {
		if (!is_slot(u->authority->files[i].path))
			continue;
		ev_buf_clear(&sealed);
		rc = load_key_file(u, u->authority->files[i].path, &sealed, NULL);
		if (rc == EVAULT_OK)
			rc = ev_age_inspect(ev_slice_of(sealed.data, sealed.len), &kind, NULL);
		*any = rc == EVAULT_OK && kind == EV_AGE_SCRYPT;
	}
	ev_buf_release(&sealed);
	return rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
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
	/* Half a vault would look like one that lost things. */
	if (rc == EVAULT_OK && u->newest == EVAULT_E_KEY)
		return ev_fail(err, EVAULT_E_DENIED,
			       "this key was removed from the vault: it opens only what was kept "
			       "before that");
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	if (rc != EVAULT_OK || with->n_identities != 1)
		return rc;
	u->k->reader = ev_secret_new(sizeof(*u->k->reader));
	if (u->k->reader == NULL)
		return ev_fail_nomem(err);
	*u->k->reader = with->identities[0];
	return EVAULT_OK;
}

static enum evault_status
open_slot_or_read_key(struct unlocking *u, const struct evault_unlock *unlock,
		      struct evault_error *err)
{
	struct ev_age_with direct = { u->identities, u->n_identities, NULL };
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_E_KEY, asked;
	bool any;

	if (u->n_identities > 0) {
		rc = try_slots(u, EV_AGE_X25519, &why);
		/* A slot that is damaged is perhaps another holder's. */
		if (rc == EVAULT_E_KEY || rc == EVAULT_E_DENIED || rc == EVAULT_E_DAMAGED)
			rc = read_directly(u, &direct, rc, &why);
	}
	if (rc == EVAULT_E_KEY && unlock->ask != NULL) {
		asked = any_passphrase_slot(u, &any, err);
		if (asked != EVAULT_OK || any)
			return any ? ask_for_passphrase(u, unlock, err) : asked;
	}
	if (rc == EVAULT_E_KEY) {
		/* No slot is of this kind: what is wrong with a slot file comes out. */
		rc = try_slots(u, EV_AGE_FOREIGN, err);
		if (rc != EVAULT_E_KEY)
			return rc;
		return ev_fail(err, rc,
			       u->n_identities > 0 ? "the identity given opens no key of this vault"
						   : N_("no key was given that opens this vault"));
	}
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

/* What a holder's own identity opens. */
static enum evault_status
open_keys_of_slot(struct unlocking *u, struct evault_error *err)
{
	struct ev_age_with own = { .identities = &u->k->slot->identity, .n_identities = 1 };
	enum evault_status rc = EVAULT_OK;

	if (u->k->slot->role != EV_ROLE_CAPTURE)
		rc = open_read_keys(u, &own, err);
	if (rc == EVAULT_OK)
		rc = open_write_key(u, &own, &u->k->no_write);
	/* Who may read shall read, whatever became of the log's key. */
	if (rc == EVAULT_E_DAMAGED || rc == EVAULT_E_KEY || rc == EVAULT_E_FORMAT)
		rc = u->k->n_reads > 0 ? EVAULT_OK : rc;
	if (rc != EVAULT_OK && u->k->no_write.status != EVAULT_OK && err != NULL)
		*err = u->k->no_write;
	return rc;
}

/* A slot, or what a reader has: whatever it opened. */
static enum evault_status
use_kept(struct unlocking *u, const struct ev_kept *kept, struct evault_error *err)
{
	struct ev_age_with reader = { .identities = &kept->slot.identity, .n_identities = 1 };
	enum evault_status rc;

	if (kept->path[0] == '\0')
		return read_directly(u, &reader, EVAULT_E_KEY, err);
	rc = accept_slot(u, kept->path, &kept->slot, err);
	return rc == EVAULT_OK ? open_keys_of_slot(u, err) : rc;
}

/* What the kernel kept opens the vault; or it is of no use, and then nothing is open. */
static enum evault_status
open_kept(struct unlocking *u, struct evault_error *err)
{
	struct ev_kept *kept = ev_secret_new(sizeof(*kept));
	struct evault_error why = { 0 };
	enum evault_status rc;
	bool was;

	rc = kept == NULL ? ev_fail_nomem(&why) : ev_keyring_kept(u->authority, kept, &why);
	if (rc == EVAULT_OK)
		rc = use_kept(u, kept, &why);
	ev_secret_free(kept);
	if (rc == EVAULT_E_DENIED || rc == EVAULT_E_KEY) {
		(void)ev_keyring_forget(u->authority->vault.origin, &was, NULL);
		ev_secret_free(u->k->slot);
		u->k->slot = NULL;
		ev_secret_free(u->k->opened);
		u->k->opened = NULL;
		u->k->roster = NULL;
		u->k->n_reads = 0;
	}
	if (u->k->slot == NULL && rc != EVAULT_OK && rc != EVAULT_E_NOMEM)
		return EVAULT_OK;
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

enum evault_status
ev_keyring_unlock(int dir, const struct ev_authority *authority, const struct evault_unlock *unlock,
		  struct ev_keyring **k, struct evault_error *err)
{
	struct unlocking u = { .dir = dir, .authority = authority, .k = ev_keyring_new() };
	enum evault_status rc;

	u.identities = ev_secret_new(EV_KEYRING_IDENTITIES_MAX * sizeof(*u.identities));
	u.passphrase = ev_secret_new(EVAULT_PASSPHRASE_MAX + 1);
	if (u.k == NULL || u.identities == NULL || u.passphrase == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	rc = load_identities(&u, unlock, err);
	if (rc == EVAULT_OK && unlock->kept)
		rc = open_kept(&u, err);
	if (rc != EVAULT_OK || u.k->slot != NULL || u.k->reader != NULL)
		goto out;
	rc = open_slot_or_read_key(&u, unlock, err);
	if (rc == EVAULT_OK && u.k->slot != NULL)
		rc = open_keys_of_slot(&u, err);
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
