/*
 * Who holds keys of the vault: told from the log, and from the roster where
 * that can be read.
 */
#include <stdlib.h>
#include <string.h>

#include "vault.h"

const char *
evault_role_word(enum evault_role role)
{
	return role == EVAULT_ROLE_READER ? "reader" : ev_role_word((enum ev_role)role);
}

enum evault_status
evault_role_parse(const char *word, enum evault_role *role, struct evault_error *err)
{
	enum ev_role found;

	if (strcmp(word, "reader") == 0)
		*role = EVAULT_ROLE_READER;
	else if (ev_role_parse(ev_slice_text(word), &found))
		*role = (enum evault_role)found;
	else
		return ev_fail(err, EVAULT_E_USAGE,
			       "a role is one of owner, writer, capture and reader");
	return EVAULT_OK;
}

const char *
ev_vault_holder(const struct evault *v, const struct ev_hash *actor)
{
	const struct ev_roster_line *line;

	if (v->keys == NULL || v->keys->roster == NULL)
		return NULL;
	line = ev_roster_actor(v->keys->roster, actor);
	return line == NULL ? NULL : line->name;
}

const char *
evault_key_name(struct evault *v, const char *actor_key)
{
	struct ev_hash actor;
	const char *name;

	if (!ev_hash_parse(ev_slice_text(actor_key), &actor))
		return NULL;
	name = ev_vault_holder(v, &actor);
	return name == NULL || name[0] == '\0' ? NULL : name;
}

/* ---- the list ------------------------------------------------------------- */

struct listing {
	struct evault *v;
	evault_holder_fn *fn;
	void *ctx;
};

static bool
opens_with_passphrase(const struct evault *v, const char *path)
{
	struct ev_buf sealed = EV_BUF_INIT;
	enum ev_age_kind kind = EV_AGE_FOREIGN;
	bool pending;

	if (ev_key_file_load(v->dir, &v->authority, path, &sealed, &pending, NULL) == EVAULT_OK)
		(void)ev_age_inspect(ev_slice_of(sealed.data, sealed.len), &kind, NULL);
	ev_buf_release(&sealed);
	return kind == EV_AGE_SCRYPT;
}

/* `slot` is NULL for who has none. */
static enum evault_status
give_actor(const struct listing *l, const struct ev_actor *actor, const struct ev_named_file *slot,
	   struct evault_error *err)
{
	const struct ev_keyring *keys = l->v->keys;
	struct evault_holder h = { .role = (enum evault_role)actor->role };
	const char *name;
	struct ev_hash hash;

	ev_hash_of(actor->verifier.key, sizeof(actor->verifier.key), &hash);
	ev_hash_hex(&hash, h.key);
	h.me =
	    keys != NULL && keys->slot != NULL && ev_verifier_equal(&keys->actor, &actor->verifier);
	name = h.me ? ev_keyring_name(keys) : ev_vault_holder(l->v, &hash);
	if (name != NULL)
		memcpy(h.name, name, strlen(name) + 1);
	if (slot != NULL) {
		h.number = ev_slot_number(slot->path);
		h.passphrase = opens_with_passphrase(l->v, slot->path);
	}
	h.ended = actor->ended;
	h.since = actor->since - 1;
	h.until = actor->ended ? actor->until - 1 : 0;
	return l->fn(l->ctx, &h, err);
}

static const struct ev_actor *
actor_of(const struct ev_authority *a, const struct ev_hash *hash)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(hash, hex);
	return ev_authority_actor(a, ev_slice_text(hex));
}

/* The slot with the lowest number above *n, or NULL. */
static const struct ev_named_file *
next_slot(const struct ev_authority *a, uint64_t *n)
{
	const struct ev_named_file *found = NULL;
	uint64_t best = UINT64_MAX, number;
	size_t i;

	for (i = 0; i < a->n_files; i++) {
		number = ev_slot_number(a->files[i].path);
		if (a->files[i].held && !a->files[i].ended && number > *n && number <= best) {
			best = number;
			found = &a->files[i];
		}
	}
	*n = best;
	return found;
}

static enum evault_status
give_readers(const struct listing *l, struct evault_error *err)
{
	const struct ev_roster *r = l->v->keys == NULL ? NULL : l->v->keys->roster;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; r != NULL && i < r->n && rc == EVAULT_OK; i++) {
		struct evault_holder h = { .role = EVAULT_ROLE_READER };

		if (r->lines[i].kind != EV_ROSTER_READER)
			continue;
		memcpy(h.name, r->lines[i].name, sizeof(h.name));
		ev_age_recipient_text(&r->lines[i].recipient, h.recipient);
		rc = l->fn(l->ctx, &h, err);
	}
	return rc;
}

enum evault_status
evault_key_list(struct evault *v, evault_holder_fn *fn, void *ctx, struct evault_error *err)
{
	const struct listing l = { v, fn, ctx };
	const struct ev_authority *a = &v->authority;
	const struct ev_named_file *slot;
	const struct ev_actor *actor;
	enum evault_status rc = EVAULT_OK;
	struct ev_hash hash;
	uint64_t n = 0;
	size_t i;

	while (rc == EVAULT_OK && (slot = next_slot(a, &n)) != NULL) {
		actor = actor_of(a, &slot->actor);
		if (actor != NULL && !actor->ended)
			rc = give_actor(&l, actor, slot, err);
	}
	if (rc == EVAULT_OK)
		rc = give_readers(&l, err);
	for (i = 0; i < a->n_actors && rc == EVAULT_OK; i++) {
		ev_hash_of(a->actors[i].verifier.key, sizeof(a->actors[i].verifier.key), &hash);
		if (a->actors[i].ended || ev_authority_slot(a, &hash) == NULL)
			rc = give_actor(&l, &a->actors[i], NULL, err);
	}
	return rc;
}

/* ---- one of them ------------------------------------------------------------- */

struct finding {
	const char *who;
	uint64_t number; /* when `who` is one; otherwise 0 */
	struct evault_holder *holder;
	size_t n;
};

static enum evault_status
match(void *ctx, const struct evault_holder *h, struct evault_error *err)
{
	struct finding *f = ctx;
	bool same;

	(void)err;
	if (h->ended)
		return EVAULT_OK;
	same = f->number != 0 ? h->number == f->number
			      : strcmp(f->who, h->name) == 0 || strcmp(f->who, h->recipient) == 0;
	if (same) {
		*f->holder = *h;
		f->n++;
	}
	return EVAULT_OK;
}

enum evault_status
evault_key_find(struct evault *v, const char *who, struct evault_holder *holder,
		struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(who, strlen(who));
	struct evault_holder found = { .number = 0 };
	struct finding f = { .who = who, .holder = &found };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	f.number = ev_cursor_decimal(&c, UINT64_MAX);
	if (!ev_cursor_done(&c))
		f.number = 0;
	if (who[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "a holder has a number and a name");
	rc = evault_key_list(v, match, &f, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_show_path(who, shown);
	if (f.n == 0)
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "nobody who has a key of this vault is called %s", shown);
	if (f.n > 1)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%zu of those who have a key of this vault are called %s: give the "
			       "number",
			       f.n, shown);
	*holder = found;
	return EVAULT_OK;
}
