/*
 * The keys of a new vault.
 *
 * In one that is made for a device that may only add, the owner's slot is
 * sealed to the first reader: whoever holds the device has keys/2.age alone,
 * and what was secret here is wiped when init ends (G6).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/keyring_private.h"

struct making {
	int dir;
	const struct ev_keyring_make *how;
	struct ev_keyring *k;
	struct ev_slot *capture;        /* NULL: the first holder is the owner */
	struct ev_verifier capture_key; /* that it signs with */
	struct ev_buf *lines;
};

/* What the owner and the first reader are called where both are headquarters. */
static const char headquarters[] = "headquarters";

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
	snprintf(k->slot->name, sizeof(k->slot->name), "%s",
		 how->capture        ? headquarters
		 : how->name == NULL ? ""
				     : how->name);
	ev_age_identity_make(k->reads);
	k->n_reads = 1;
	ev_age_identity_recipient(k->reads, &public);
	ev_age_recipient_text(&public, vault->recipient);
	snprintf(k->slot->origin, sizeof(k->slot->origin), "%s", vault->origin);
	snprintf(k->write->origin, sizeof(k->write->origin), "%s", vault->origin);
	return EVAULT_OK;
}

static enum evault_status
make_capture(struct making *m, struct evault_error *err)
{
	uint8_t key[32];

	if (!m->how->capture)
		return EVAULT_OK;
	m->capture = ev_secret_new(sizeof(*m->capture));
	if (m->capture == NULL)
		return ev_fail_nomem(err);
	memcpy(m->capture->origin, m->k->slot->origin, sizeof(m->capture->origin));
	ev_signing_seed_make(&m->capture->actor);
	ev_signing_seed_public(&m->capture->actor, key);
	ev_actor_verifier(key, &m->capture_key);
	ev_age_identity_make(&m->capture->identity);
	m->capture->role = EV_ROLE_CAPTURE;
	snprintf(m->capture->name, sizeof(m->capture->name), "%s",
		 m->how->name == NULL ? "" : m->how->name);
	return EVAULT_OK;
}

/* Stores a file and appends the line that names it. */
static enum evault_status
store_named(struct making *m, const char *path, const struct ev_buf *bytes, struct ev_line *line,
	    struct evault_error *err)
{
	ev_hash_of(bytes->data, bytes->len, &line->hash);
	snprintf(line->text, sizeof(line->text), "%s", path);
	ev_line_encode(m->lines, line);
	/* An init that was cut short may have left one, which nothing was ever sealed with. */
	return ev_os_store(m->dir, path, bytes->data, bytes->len, true, err);
}

static enum evault_status
store_slot(struct making *m, uint64_t number, const struct ev_slot *slot,
	   const struct ev_age_to *to, struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_SLOT, .number = number };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	enum evault_status rc = ev_slot_encode(slot, &plain, err);

	ev_slot_path(number, path);
	if (rc == EVAULT_OK)
		rc = ev_age_seal(to, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(m, path, &sealed, &line, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	return rc;
}

/* The holder's own; and where that may only add, before it the owner's. */
static enum evault_status
store_slots(struct making *m, struct evault_error *err)
{
	const struct ev_keyring_make *how = m->how;
	struct ev_age_to own = { how->to, 1, NULL, 0 }, reader = { how->readers, 1, NULL, 0 };
	enum evault_status rc;

	if (how->to == NULL)
		own = (struct ev_age_to){ NULL, 0, how->passphrase, how->work_factor };
	if (m->capture == NULL)
		return store_slot(m, 1, m->k->slot, &own, err);
	rc = store_slot(m, 1, m->k->slot, &reader, err);
	return rc == EVAULT_OK ? store_slot(m, 2, m->capture, &own, err) : rc;
}

static enum evault_status
enrol(struct ev_roster *r, uint64_t number, const struct ev_slot *slot,
      const struct ev_verifier *actor, struct evault_error *err)
{
	struct ev_roster_line line = { .kind = EV_ROSTER_HOLDER,
				       .slot = number,
				       .role = slot->role };

	ev_hash_of(actor->key, sizeof(actor->key), &line.actor);
	ev_age_identity_recipient(&slot->identity, &line.recipient);
	memcpy(line.name, slot->name, sizeof(line.name));
	return ev_roster_add(r, &line, err);
}

/* Who has keys from the start: holders, and readers whose names nobody said. */
static enum evault_status
first_roster(const struct making *m, struct ev_roster *r, struct evault_error *err)
{
	const struct ev_keyring_make *how = m->how;
	struct ev_roster_line line = { .kind = EV_ROSTER_READER };
	const char *name;
	size_t i;
	enum evault_status rc = enrol(r, 1, m->k->slot, &m->k->actor, err);

	if (rc == EVAULT_OK && m->capture != NULL)
		rc = enrol(r, 2, m->capture, &m->capture_key, err);
	for (i = 0; i < how->n_readers && rc == EVAULT_OK; i++) {
		line.recipient = how->readers[i];
		name = how->last_reader != NULL && i + 1 == how->n_readers ? how->last_reader : "";
		if (m->capture != NULL && i == 0)
			name = headquarters;
		snprintf(line.name, sizeof(line.name), "%s", name);
		rc = ev_roster_add(r, &line, err);
	}
	return rc;
}

static enum evault_status
store_read_key(struct making *m, struct evault_error *err)
{
	struct ev_read_key *key = ev_secret_new(sizeof(*key));
	struct ev_age_recipient to[EV_ROSTER_MAX];
	struct ev_line line = { .kind = EV_LINE_FILE };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	enum evault_status rc;
	size_t n;

	if (key == NULL)
		return ev_fail_nomem(err);
	memcpy(key->origin, m->k->slot->origin, sizeof(key->origin));
	key->identity = m->k->reads[0];
	rc = first_roster(m, &key->roster, err);
	if (rc == EVAULT_OK)
		rc = ev_read_key_encode(key, &plain, err);
	n = ev_roster_recipients(&key->roster, false, to);
	if (rc == EVAULT_OK)
		rc = ev_keyfile_seal(to, n, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(m, "keys/read.0.age", &sealed, &line, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	ev_secret_free(key);
	return rc;
}

static enum evault_status
store_write_key(struct making *m, struct evault_error *err)
{
	struct ev_line line = { .kind = EV_LINE_FILE };
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	struct ev_age_recipient to[2];
	enum evault_status rc = ev_write_key_encode(m->k->write, &plain, err);
	size_t n = 1;

	ev_age_identity_recipient(&m->k->slot->identity, &to[0]);
	if (m->capture != NULL)
		ev_age_identity_recipient(&m->capture->identity, &to[n++]);
	if (rc == EVAULT_OK)
		rc = ev_keyfile_seal(to, n, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = store_named(m, "keys/write.0.age", &sealed, &line, err);
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

/* The lines of entry 0 that are about keys, and no files: the n-th actor has the n-th slot. */
static void
name_keys(struct making *m, const struct ev_vault_note *vault)
{
	struct ev_line actor = { .kind = EV_LINE_ACTOR, .role = EV_ROLE_OWNER };
	struct ev_line read_key = { .kind = EV_LINE_READ_KEY };

	actor.vkey = vault->owner;
	ev_line_encode(m->lines, &actor);
	if (m->capture != NULL) {
		actor.vkey = m->capture_key;
		actor.role = EV_ROLE_CAPTURE;
		ev_line_encode(m->lines, &actor);
	}
	snprintf(read_key.text, sizeof(read_key.text), "%s", vault->recipient);
	ev_line_encode(m->lines, &read_key);
}

enum evault_status
ev_keyring_make(int dir, const struct ev_keyring_make *how, struct ev_vault_note *vault,
		struct ev_buf *note, struct ev_buf *lines, struct ev_keyring **k,
		struct evault_error *err)
{
	struct making m = { .dir = dir, .how = how, .k = ev_keyring_new(), .lines = lines };
	enum evault_status rc;

	if (m.k == NULL)
		return ev_fail_nomem(err);
	rc = make_secrets(m.k, how, vault, err);
	if (rc == EVAULT_OK)
		rc = make_capture(&m, err);
	if (rc != EVAULT_OK)
		goto out;
	name_keys(&m, vault);
	rc = store_slots(&m, err);
	if (rc == EVAULT_OK)
		rc = store_read_key(&m, err);
	if (rc == EVAULT_OK)
		rc = store_write_key(&m, err);
	if (rc == EVAULT_OK)
		rc = sign_vault_note(m.k, vault, note, err);
	if (rc == EVAULT_OK) {
		*k = m.k;
		m.k = NULL;
	}
out:
	ev_secret_free(m.capture);
	ev_keyring_free(m.k);
	return rc;
}
