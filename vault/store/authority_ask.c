/* What the lines that were taken add up to: who signs, who holds what. */
#include <stdio.h>
#include <string.h>

#include "format/checkpoint.h"
#include "store/authority_private.h"

/* ---- by name ------------------------------------------------------------------ */

struct ev_actor *
ev_authority_actor_named(const struct ev_authority *a, struct ev_slice name)
{
	size_t i;

	for (i = 0; i < a->n_actors; i++) {
		if (ev_slice_is(name, a->actors[i].verifier.name))
			return &a->actors[i];
	}
	return NULL;
}

const struct ev_actor *
ev_authority_actor(const struct ev_authority *a, struct ev_slice hex)
{
	size_t i;

	for (i = 0; i < a->n_actors; i++) {
		if (ev_slice_is(hex, a->actors[i].verifier.name + strlen("evault/actor/")))
			return &a->actors[i];
	}
	return NULL;
}

struct ev_named_file *
ev_authority_file_named(const struct ev_authority *a, const char *path)
{
	size_t i;

	for (i = 0; i < a->n_files; i++) {
		if (strcmp(a->files[i].path, path) == 0)
			return &a->files[i];
	}
	return NULL;
}

const struct ev_named_file *
ev_authority_file(const struct ev_authority *a, const char *path)
{
	const struct ev_named_file *f = ev_authority_file_named(a, path);

	return f == NULL || f->ended ? NULL : f;
}

struct ev_actor *
ev_authority_actor_of_key(const struct ev_authority *a, const struct ev_hash *key)
{
	char hex[EVAULT_HEX_SIZE];
	char name[EV_ACTOR_NAME_SIZE];

	ev_hash_hex(key, hex);
	snprintf(name, sizeof(name), "evault/actor/%s", hex);
	return ev_authority_actor_named(a, ev_slice_text(name));
}

const struct ev_pack_line *
ev_authority_pack(const struct ev_authority *a, const struct ev_hash *pack)
{
	size_t at = ev_places_find(&a->places, a->packs, sizeof(*a->packs), pack);

	return at == SIZE_MAX ? NULL : &a->packs[at];
}

/* ---- at some point of the log ------------------------------------------------- */

const struct ev_verifier *
ev_authority_signer(const struct ev_authority *a, struct ev_slice name, uint64_t index,
		    enum ev_role *role)
{
	const struct ev_verifier *key = NULL;
	enum ev_role as = EV_ROLE_OWNER;
	const struct ev_term *t;
	size_t i;

	if (index == 0 && ev_slice_is(name, a->vault.owner.name))
		key = &a->vault.owner;
	for (i = 0; i < a->n_terms && index > 0 && key == NULL; i++) {
		t = &a->terms[i];
		as = t->role;
		if (t->since <= index && index < t->until &&
		    ev_slice_is(name, a->actors[t->actor].verifier.name))
			key = &a->actors[t->actor].verifier;
	}
	if (key != NULL && role != NULL)
		*role = as;
	return key;
}

bool
ev_authority_wrote(const struct ev_authority *a, struct ev_slice hex, uint64_t index)
{
	const struct ev_actor *actor = ev_authority_actor(a, hex);
	enum ev_role role;

	return actor != NULL &&
	       ev_authority_signer(a, ev_slice_text(actor->verifier.name), index, &role) != NULL &&
	       role != EV_ROLE_CAPTURE;
}

bool
ev_authority_names_same_keys(const struct ev_authority *a, const struct ev_authority *b)
{
	bool same = a->n_files == b->n_files && a->n_actors == b->n_actors &&
		    a->n_read_keys == b->n_read_keys && ev_verifier_equal(&a->log_key, &b->log_key);
	size_t i;

	for (i = 0; same && i < a->n_files; i++)
		same = strcmp(a->files[i].path, b->files[i].path) == 0 &&
		       ev_hash_equal(&a->files[i].hash, &b->files[i].hash) &&
		       a->files[i].ended == b->files[i].ended;
	for (i = 0; same && i < a->n_actors; i++)
		same = ev_verifier_equal(&a->actors[i].verifier, &b->actors[i].verifier) &&
		       a->actors[i].ended == b->actors[i].ended;
	return same;
}

const struct ev_verifier *
ev_authority_log_key(const struct ev_authority *a, uint64_t size)
{
	const struct ev_verifier *key = &a->vault.log;
	size_t i;

	for (i = 0; i < a->n_log_keys; i++) {
		if (a->log_keys[i].since <= size)
			key = &a->log_keys[i].verifier;
	}
	return key;
}

static bool
is_signed_by(struct ev_slice checkpoint, const struct ev_verifier *key)
{
	struct ev_checkpoint c;

	return ev_checkpoint_open(checkpoint, key, true, &c, NULL) == EVAULT_OK;
}

bool
ev_authority_log_signed(const struct ev_authority *a, struct ev_slice checkpoint)
{
	bool is_signed = is_signed_by(checkpoint, &a->vault.log);
	size_t i;

	for (i = 0; i < a->n_log_keys && !is_signed; i++)
		is_signed = is_signed_by(checkpoint, &a->log_keys[i].verifier);
	return is_signed;
}

const struct ev_named_file *
ev_authority_slot(const struct ev_authority *a, const struct ev_hash *actor)
{
	size_t i;

	for (i = 0; i < a->n_files; i++) {
		if (a->files[i].held && !a->files[i].ended &&
		    ev_hash_equal(&a->files[i].actor, actor))
			return &a->files[i];
	}
	return NULL;
}

void
ev_slot_path(uint64_t n, char out[EV_ENTRY_FILE_NAME_MAX + 1])
{
	snprintf(out, EV_ENTRY_FILE_NAME_MAX + 1, "keys/%llu.age", (unsigned long long)n);
}

uint64_t
ev_slot_number(const char *path)
{
	struct ev_cursor c = ev_cursor_of(path, strlen(path));
	uint64_t n;

	ev_cursor_expect(&c, "keys/");
	n = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, ".age");
	return ev_cursor_done(&c) ? n : 0;
}
