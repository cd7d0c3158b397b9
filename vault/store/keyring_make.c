/*
 * The keys of a new vault.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/keyring_private.h"

static enum evault_status
make_secrets(struct ev_keyring *k, const struct ev_keyring_make *how, struct ev_vault_note *vault,
	     struct evault_error *err)
{
	struct ev_age_recipient public;
	uint8_t key[32];

	k->slot = ev_secret_new(sizeof(*k->slot));
	k->reads = ev_secret_new(sizeof(*k->reads));
	k->write = ev_secret_new(sizeof(*k->write));
	if (k->slot == NULL || k->reads == NULL || k->write == NULL)
		return ev_fail_nomem(err);
	ev_signing_seed_make(&k->write->log);
	ev_signing_seed_public(&k->write->log, key);
	ev_origin_of(key, vault->origin);
	ev_verifier_init(&vault->log, vault->origin, key);
	ev_signing_seed_make(&k->slot->actor);
	ev_signing_seed_public(&k->slot->actor, key);
	ev_actor_verifier(key, &vault->owner);
	k->actor = vault->owner;
	ev_age_identity_make(&k->slot->identity);
	k->slot->role = EV_ROLE_OWNER;
	snprintf(k->slot->name, sizeof(k->slot->name), "%s", how->name == NULL ? "" : how->name);
	ev_age_identity_make(k->reads);
	k->n_reads = 1;
	ev_age_identity_recipient(k->reads, &public);
	ev_age_recipient_text(&public, vault->recipient);
	snprintf(k->slot->origin, sizeof(k->slot->origin), "%s", vault->origin);
	snprintf(k->write->origin, sizeof(k->write->origin), "%s", vault->origin);
	return EVAULT_OK;
}

/* Stores a file and appends the line that names it. */
static enum evault_status
store_named(int dir, const char *path, const struct ev_buf *bytes, struct ev_line *line,
	    struct ev_buf *lines, struct evault_error *err)
{
	ev_hash_of(bytes->data, bytes->len, &line->hash);
	snprintf(line->text, sizeof(line->text), "%s", path);
	ev_line_encode(lines, line);
	/* An init that was cut short may have left one, which nothing was ever sealed with. */
	return ev_os_store(dir, path, bytes->data, bytes->len, true, err);
}

static enum evault_status
store_slot(int dir, const struct ev_keyring *k, const struct ev_keyring_make *how,
	   struct ev_buf *lines, struct evault_error *err)
{
	struct ev_age_to to = { how->to, 1, NULL, 0 };
	struct ev_line line = { .kind = EV_LINE_SLOT, .number = 1 };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	enum evault_status rc = ev_slot_encode(k->slot, &plain, err);

	if (how->to == NULL)
		to = (struct ev_age_to){ NULL, 0, how->passphrase, how->work_factor };
	if (rc == EVAULT_OK)
		rc = ev_age_seal(&to, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(dir, "keys/1.age", &sealed, &line, lines, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	return rc;
}

/* Who can open the vault from the start: the owner, and readers whose names nobody said. */
static enum evault_status
first_roster(const struct ev_keyring *k, const struct ev_keyring_make *how, struct ev_roster *r,
	     struct evault_error *err)
{
	struct ev_roster_line line = { .kind = EV_ROSTER_HOLDER, .slot = 1, .role = EV_ROLE_OWNER };
	enum evault_status rc;
	size_t i;

	ev_hash_of(k->actor.key, sizeof(k->actor.key), &line.actor);
	ev_age_identity_recipient(&k->slot->identity, &line.recipient);
	memcpy(line.name, k->slot->name, sizeof(line.name));
	rc = ev_roster_add(r, &line, err);
	for (i = 0; i < how->n_readers && rc == EVAULT_OK; i++) {
		line = (struct ev_roster_line){ .kind = EV_ROSTER_READER };
		line.recipient = how->readers[i];
		if (i + 1 == how->n_readers && how->last_reader != NULL)
			snprintf(line.name, sizeof(line.name), "%s", how->last_reader);
		rc = ev_roster_add(r, &line, err);
	}
	return rc;
}

static enum evault_status
store_read_key(int dir, const struct ev_keyring *k, const struct ev_keyring_make *how,
	       struct ev_buf *lines, struct evault_error *err)
{
	struct ev_read_key *key = ev_secret_new(sizeof(*key));
	struct ev_age_recipient to[EV_ROSTER_MAX];
	struct ev_line line = { .kind = EV_LINE_FILE };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	enum evault_status rc;
	size_t n;

	if (key == NULL)
		return ev_fail_nomem(err);
	memcpy(key->origin, k->slot->origin, sizeof(key->origin));
	key->identity = k->reads[0];
	rc = first_roster(k, how, &key->roster, err);
	if (rc == EVAULT_OK)
		rc = ev_read_key_encode(key, &plain, err);
	n = ev_roster_recipients(&key->roster, false, to);
	if (rc == EVAULT_OK)
		rc = ev_keyfile_seal(to, n, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(dir, "keys/read.0.age", &sealed, &line, lines, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	ev_secret_free(key);
	return rc;
}

static enum evault_status
store_write_key(int dir, const struct ev_keyring *k, struct ev_buf *lines, struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_FILE };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	struct ev_age_recipient to;
	enum evault_status rc = ev_write_key_encode(k->write, &plain, err);

	ev_age_identity_recipient(&k->slot->identity, &to);
	if (rc == EVAULT_OK)
		rc = ev_keyfile_seal(&to, 1, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(dir, "keys/write.0.age", &sealed, &line, lines, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	return rc;
}

static enum evault_status
sign_vault_note(const struct ev_keyring *k, const struct ev_vault_note *vault, struct ev_buf *note,
		struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_slice body;
	enum evault_status rc;

	ev_vault_note_text(vault, &text);
	rc = ev_buf_ask(&text, err);
	body = ev_slice_of(text.data, text.len);
	ev_note_begin(note, body);
	if (rc == EVAULT_OK)
		rc = ev_note_sign(note, body, &vault->log, &k->write->log, err);
	if (rc == EVAULT_OK)
		rc = ev_note_sign(note, body, &vault->owner, &k->slot->actor, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(note, err);
	ev_buf_release(&text);
	return rc;
}

enum evault_status
ev_keyring_make(int dir, const struct ev_keyring_make *how, struct ev_vault_note *vault,
		struct ev_buf *note, struct ev_buf *lines, struct ev_keyring **out,
		struct evault_error *err)
{
	struct ev_line actor = { .kind = EV_LINE_ACTOR, .role = EV_ROLE_OWNER };
	struct ev_line read_key = { .kind = EV_LINE_READ_KEY };
	struct ev_keyring *k = ev_keyring_new();
	enum evault_status rc;

	if (k == NULL)
		return ev_fail_nomem(err);
	rc = make_secrets(k, how, vault, err);
	if (rc != EVAULT_OK)
		goto out;
	actor.vkey = vault->owner;
	snprintf(read_key.text, sizeof(read_key.text), "%s", vault->recipient);
	ev_line_encode(lines, &actor);
	ev_line_encode(lines, &read_key);
	rc = store_slot(dir, k, how, lines, err);
	if (rc == EVAULT_OK)
		rc = store_read_key(dir, k, how, lines, err);
	if (rc == EVAULT_OK)
		rc = store_write_key(dir, k, lines, err);
	if (rc == EVAULT_OK)
		rc = sign_vault_note(k, vault, note, err);
	if (rc == EVAULT_OK) {
		*out = k;
		k = NULL;
	}
out:
	ev_keyring_free(k);
	return rc;
}
