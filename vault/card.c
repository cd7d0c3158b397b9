/*
 * The card of a vault: who signs for it, and to whom bundles for it are
 * sealed.
 */
#include "card.h"

#include <string.h>

#include "base/os.h"
#include "base/secret.h"
#include "format/verify_text.h"

_Static_assert((int)EVAULT_VKEY_SIZE > (int)EV_ACTOR_NAME_SIZE + 8 + 44 + 2,
	       "an actor's vkey fits");

static void
put_vkey(const struct ev_verifier *v, char out[EVAULT_VKEY_SIZE])
{
	char text[EV_NOTE_VKEY_SIZE];

	ev_verifier_text(v, text);
	memcpy(out, text, strlen(text) + 1);
}

enum evault_status
ev_card_read(struct ev_slice note, struct evault_card *out, struct evault_error *err)
{
	struct ev_card card;
	struct ev_hash verify, key;
	enum evault_status rc = ev_card_open(note, &card, err);

	if (rc != EVAULT_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	memcpy(out->name, card.name, sizeof(out->name));
	ev_card_fingerprint(&card, out->fingerprint);
	if (out->fingerprint[0] == '\0')
		return ev_fail_nomem(err);
	memcpy(out->origin, card.origin, sizeof(out->origin));
	memcpy(out->recipient, card.recipient, sizeof(out->recipient));
	put_vkey(&card.actor, out->actor);
	put_vkey(&card.log, out->log_key);
	ev_hash_of(card.actor.key, sizeof(card.actor.key), &key);
	ev_hash_hex(&key, out->actor_key);
	ev_hash_hex(&card.verify, out->verify);
	memcpy(out->time, card.time, sizeof(out->time));
	ev_verify_text_hash(&verify);
	out->same_verify = ev_hash_equal(&verify, &card.verify);
	out->signed_over = card.signed_over;
	memcpy(out->note, note.data, note.len);
	return EVAULT_OK;
}

enum evault_status
evault_card_load(const char *path, struct evault_card *card, struct evault_error *err)
{
	struct ev_buf note = EV_BUF_INIT;
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = ev_os_load_user(path, EVAULT_CARD_MAX, &note, err);

	ev_show_path(path, shown);
	if (rc == EVAULT_E_LIMIT)
		rc = ev_fail(err, rc, "%s: this is not a card of evault: it is too long", shown);
	else if (rc == EVAULT_OK &&
		 (rc = ev_card_read(ev_slice_of(note.data, note.len), card, err)) != EVAULT_OK)
		rc = ev_error_prefix(err, rc, shown);
	ev_buf_release(&note);
	return rc;
}

/* ---- making ---------------------------------------------------------------- */

struct making {
	struct evault *v;
	const struct evault_card_make *how;
	struct ev_card card;
	struct ev_slot *former;    /* NULL: none */
	struct ev_verifier second; /* its key */
	struct ev_buf text, note;
};

static enum evault_status
fill(struct making *m, struct evault_error *err)
{
	const struct ev_authority *a = &m->v->authority;
	const char *name = m->how->name != NULL ? m->how->name : ev_keyring_name(m->v->keys);
	struct ev_os_time now;

	if (m->how->name == NULL && name[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE,
			       "you have no name in this vault, and a card needs one");
	if (strlen(name) < sizeof(m->card.name))
		memcpy(m->card.name, name, strlen(name) + 1);
	memcpy(m->card.origin, m->v->note.origin, sizeof(m->card.origin));
	memcpy(m->card.recipient, a->read_keys[a->n_read_keys - 1], sizeof(m->card.recipient));
	m->card.actor = m->v->keys->actor;
	m->card.log = a->log_key;
	ev_verify_text_hash(&m->card.verify);
	ev_os_now(&now);
	ev_os_format_time(now.seconds, m->card.time);
	return ev_card_text(&m->card, &m->text, err);
}

static enum evault_status
open_former(struct making *m, struct evault_error *err)
{
	enum evault_status rc;
	uint8_t key[32];

	if (m->how->former == NULL)
		return EVAULT_OK;
	m->former = ev_secret_new(sizeof(*m->former));
	if (m->former == NULL)
		return ev_fail_nomem(err);
	rc = ev_former_open(m->how->former, m->how->unlock, m->former, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_signing_seed_public(&m->former->actor, key);
	ev_actor_verifier(key, &m->second);
	if (ev_verifier_equal(&m->second, &m->card.actor))
		return ev_fail(
		    err, EVAULT_E_USAGE,
		    "this is not a former key: it is the one that signs the card anyway");
	return EVAULT_OK;
}

static enum evault_status
sign(struct making *m, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(m->text.data, m->text.len);
	enum evault_status rc;

	ev_note_begin(&m->note, text);
	rc = ev_note_sign(&m->note, text, &m->card.actor, &m->v->keys->slot->actor, err);
	if (rc == EVAULT_OK && m->former != NULL)
		rc = ev_note_sign(&m->note, text, &m->second, &m->former->actor, err);
	return rc == EVAULT_OK ? ev_buf_ask(&m->note, err) : rc;
}

/* Has somebody of the same name had another key, which is not the second one? */
static bool
is_superseded(const struct making *m)
{
	const struct ev_roster *r = m->v->keys->roster;
	char name[EV_ACTOR_NAME_SIZE], hex[EVAULT_HEX_SIZE];
	size_t i;

	for (i = 0; r != NULL && i < r->n; i++) {
		if (r->lines[i].kind != EV_ROSTER_FORMER ||
		    (strcmp(r->lines[i].name, m->card.name) != 0 &&
		     strcmp(r->lines[i].name, ev_keyring_name(m->v->keys)) != 0) ||
		    r->lines[i].name[0] == '\0')
			continue;
		ev_hash_hex(&r->lines[i].actor, hex);
		if (m->former == NULL)
			return true;
		ev_actor_name(m->second.key, name);
		if (strcmp(name + strlen("evault/actor/"), hex) != 0)
			return true;
	}
	return false;
}

enum evault_status
evault_card(struct evault *v, const struct evault_card_make *how, struct evault_card *card,
	    bool *superseded, struct evault_error *err)
{
	struct making m = { .v = v, .how = how, .text = EV_BUF_INIT, .note = EV_BUF_INIT };
	enum evault_status rc = ev_vault_need_reading(v, err);

	if (rc == EVAULT_OK && v->keys->slot == NULL)
		rc = ev_fail(err, EVAULT_E_DENIED,
			     "%s: this identity can read and not sign, and a card is signed by a "
			     "holder of the vault",
			     v->shown);
	if (rc == EVAULT_OK)
		rc = fill(&m, err);
	if (rc == EVAULT_OK)
		rc = open_former(&m, err);
	if (rc == EVAULT_OK)
		rc = sign(&m, err);
	if (rc == EVAULT_OK)
		rc = ev_card_read(ev_slice_of(m.note.data, m.note.len), card, err);
	if (rc == EVAULT_OK && how->path != NULL)
		rc = ev_os_write_new(how->path, ev_slice_of(m.note.data, m.note.len), err);
	if (rc == EVAULT_OK)
		*superseded = is_superseded(&m);
	ev_buf_release(&m.text);
	ev_buf_release(&m.note);
	ev_secret_free(m.former);
	return rc;
}
