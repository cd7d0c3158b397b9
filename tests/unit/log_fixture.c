#include "log_fixture.h"

#include <stdio.h>
#include <string.h>

#include "format/age.h"

static void
make_actor(struct log_actor *a)
{
	uint8_t key[32];

	ev_signing_seed_make(&a->seed);
	ev_signing_seed_public(&a->seed, key);
	ev_actor_verifier(key, &a->key);
}

void
log_key_make(const struct log_keys *k, struct log_actor *key)
{
	uint8_t public[32];

	ev_signing_seed_make(&key->seed);
	ev_signing_seed_public(&key->seed, public);
	ev_verifier_init(&key->key, k->vault.origin, public);
}

void
log_keys_make(struct log_keys *k)
{
	struct ev_age_identity identity;
	struct ev_age_recipient public;
	uint8_t key[32];

	memset(k, 0, sizeof(*k));
	ev_signing_seed_make(&k->log.seed);
	ev_signing_seed_public(&k->log.seed, key);
	ev_origin_of(key, k->vault.origin);
	ev_verifier_init(&k->log.key, k->vault.origin, key);
	make_actor(&k->owner);
	make_actor(&k->writer);
	make_actor(&k->capture);
	make_actor(&k->stranger);
	k->vault.log = k->log.key;
	k->vault.owner = k->owner.key;
	ev_age_identity_make(&identity);
	ev_age_identity_recipient(&identity, &public);
	ev_age_recipient_text(&public, k->vault.recipient);
}

void
log_line_actor(struct ev_buf *lines, const struct log_actor *actor, const char *role)
{
	char vkey[EV_NOTE_VKEY_SIZE];

	ev_verifier_text(&actor->key, vkey);
	ev_buf_printf(lines, "actor %s %s\n", vkey, role);
}

void
log_line_end(struct ev_buf *lines, const struct log_actor *actor)
{
	ev_buf_printf(lines, "actor-end %s\n", actor->key.name + strlen("evault/actor/"));
}

void
log_line_hash(struct ev_buf *lines, const char *word, unsigned n, const char *rest)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_hash hash;

	ev_hash_of(&n, sizeof(n), &hash);
	ev_hash_hex(&hash, hex);
	ev_buf_printf(lines, "%s %s%s\n", word, hex, rest);
}

void
log_line_first(struct ev_buf *lines, const struct log_keys *k)
{
	log_line_actor(lines, &k->owner, "owner");
	ev_buf_printf(lines, "read-key %s\n", k->vault.recipient);
}

void
log_entry(struct ev_buf *note, const char *origin, uint64_t after, const struct ev_hash *root,
	  const struct ev_buf *lines, const struct log_actor *by, const struct log_actor *second)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_slice body;

	ev_entry_head(&text, origin, after, root);
	ev_buf_add(&text, lines->data, lines->len);
	body = ev_slice_of(text.data, text.len);
	ev_buf_clear(note);
	ev_note_begin(note, body);
	ev_note_sign(note, body, &by->key, &by->seed, NULL);
	if (second != NULL)
		ev_note_sign(note, body, &second->key, &second->seed, NULL);
	ev_buf_release(&text);
}
