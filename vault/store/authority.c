#include "store/authority.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/authority_private.h"
#include "store/set.h"

void
ev_authority_init(struct ev_authority *a, const struct ev_vault_note *vault)
{
	memset(a, 0, sizeof(*a));
	a->vault = *vault;
	a->log_key = vault->log;
}

void
ev_authority_release(struct ev_authority *a)
{
	free(a->actors);
	free(a->terms);
	free(a->files);
	free(a->packs);
	free(a->read_keys);
	free(a->log_keys);
	ev_seen_release(&a->records);
	ev_places_release(&a->places);
	ev_seen_release(&a->slots);
	memset(a, 0, sizeof(*a));
}

/* ---- what single lines do ------------------------------------------------ */

static void
end_term(struct ev_authority *a, const struct ev_actor *actor)
{
	size_t i;

	for (i = 0; i < a->n_terms; i++)
		if (&a->actors[a->terms[i].actor] == actor && a->terms[i].until == UINT64_MAX)
			a->terms[i].until = a->size + 1;
}

static enum evault_status
put_term(struct ev_authority *a, size_t actor, enum ev_role role, struct evault_error *err)
{
	struct ev_term *grown = realloc(a->terms, (a->n_terms + 1) * sizeof(*grown));

	if (grown == NULL)
		return ev_fail_nomem(err);
	a->terms = grown;
	grown[a->n_terms++] = (struct ev_term){ actor, role, a->size + 1, UINT64_MAX };
	return EVAULT_OK;
}

static enum evault_status
put_actor(struct ev_authority *a, const struct ev_line *line, struct evault_error *err)
{
	struct ev_actor *known = ev_authority_actor_named(a, ev_slice_text(line->vkey.name));
	struct ev_actor *grown;
	enum evault_status rc = EVAULT_OK;
	bool goes_on;

	if (known == NULL) {
		grown = realloc(a->actors, (a->n_actors + 1) * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		a->actors = grown;
		known = &grown[a->n_actors++];
		*known = (struct ev_actor){ .ended = false };
	}
	goes_on = known->since != 0 && !known->ended && known->role == line->role;
	known->verifier = line->vkey;
	known->role = line->role;
	if (!goes_on) {
		end_term(a, known);
		rc = put_term(a, (size_t)(known - a->actors), line->role, err);
	}
	known->since = a->size + 1;
	known->ended = false;
	return rc;
}

static enum evault_status
put_file(struct ev_authority *a, const char *path, const struct ev_hash *hash,
	 struct evault_error *err)
{
	struct ev_named_file *known = ev_authority_file_named(a, path);
	struct ev_named_file *grown;

	if (known == NULL) {
		grown = realloc(a->files, (a->n_files + 1) * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		a->files = grown;
		known = &grown[a->n_files++];
		*known = (struct ev_named_file){ .ended = true };
	}
	known->held = known->held && !known->ended;
	snprintf(known->path, sizeof(known->path), "%s", path);
	known->hash = *hash;
	known->ended = false;
	known->remade = true;
	known->since = a->size;
	return EVAULT_OK;
}

enum evault_status
ev_authority_add_pack(struct ev_authority *a, const struct ev_pack_line *pack,
		      struct evault_error *err)
{
	size_t cap = a->cap_packs == 0 ? 16 : a->cap_packs * 2;
	struct ev_pack_line *grown;
	enum evault_status rc;

	if (a->n_packs == a->cap_packs) {
		grown = realloc(a->packs, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		a->packs = grown;
		a->cap_packs = cap;
	}
	a->packs[a->n_packs] = *pack;
	rc = ev_places_add(&a->places, a->packs, sizeof(*a->packs), err);
	a->n_packs += rc == EVAULT_OK;
	return rc;
}

static enum evault_status
put_read_key(struct ev_authority *a, const char *recipient, struct evault_error *err)
{
	void *grown = realloc(a->read_keys, (a->n_read_keys + 1) * sizeof(*a->read_keys));

	if (grown == NULL)
		return ev_fail_nomem(err);
	a->read_keys = grown;
	snprintf(a->read_keys[a->n_read_keys++], EVAULT_RECIPIENT_SIZE, "%s", recipient);
	return EVAULT_OK;
}

static void
end_actor(struct ev_authority *a, const struct ev_hash *key)
{
	struct ev_actor *known = ev_authority_actor_of_key(a, key);

	if (known == NULL)
		return;
	known->ended = true;
	known->until = a->size + 1;
	end_term(a, known);
}

static enum evault_status
put_log_key(struct ev_authority *a, const struct ev_verifier *key, struct evault_error *err)
{
	struct ev_log_key *grown = realloc(a->log_keys, (a->n_log_keys + 1) * sizeof(*grown));

	if (grown == NULL)
		return ev_fail_nomem(err);
	a->log_keys = grown;
	grown[a->n_log_keys++] = (struct ev_log_key){ *key, a->size + 1 };
	a->log_key = *key;
	return EVAULT_OK;
}

static void
drop_pack(struct ev_authority *a, const struct ev_hash *pack)
{
	size_t at = ev_places_find(&a->places, a->packs, sizeof(*a->packs), pack);

	if (at != SIZE_MAX)
		a->packs[at].dropped = true;
}

static enum evault_status
apply_line(struct ev_authority *a, const struct ev_line *line, struct evault_error *err)
{
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_pack_line pack;
	struct ev_named_file *file;

	switch (line->kind) {
	case EV_LINE_RECORD:
		return EVAULT_OK;
	case EV_LINE_PACK:
		pack = (struct ev_pack_line){ line->hash, line->number, a->size, false };
		return ev_authority_add_pack(a, &pack, err);
	case EV_LINE_DROP:
		drop_pack(a, &line->hash);
		return EVAULT_OK;
	case EV_LINE_SLOT:
		ev_slot_path(line->number, path);
		return put_file(a, path, &line->hash, err);
	case EV_LINE_SLOT_END:
		ev_slot_path(line->number, path);
		file = ev_authority_file_named(a, path);
		if (file != NULL)
			file->ended = true;
		return EVAULT_OK;
	case EV_LINE_ACTOR:
		return put_actor(a, line, err);
	case EV_LINE_ACTOR_END:
		end_actor(a, &line->hash);
		return EVAULT_OK;
	case EV_LINE_READ_KEY:
		return put_read_key(a, line->text, err);
	case EV_LINE_LOG_KEY:
		return put_log_key(a, &line->vkey, err);
	case EV_LINE_FILE:
		return put_file(a, line->text, &line->hash, err);
	}
	return ev_fail(err, EVAULT_E_FORMAT, "a line of no known kind");
}

/* ---- what an entry must be ------------------------------------------------ */

static bool
line_needs_owner(enum ev_entry_kind kind)
{
	return kind != EV_LINE_RECORD && kind != EV_LINE_PACK && kind != EV_LINE_DROP;
}

bool
ev_entry_changes_keys(const struct ev_entry *entry)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_line line;

	while (!entry->is_record && ev_entry_next(&lines, &line))
		if (line_needs_owner(line.kind))
			return true;
	return false;
}

void
ev_authority_skip(struct ev_authority *a, uint64_t index)
{
	assert(index >= a->size);
	a->size = index;
	a->n_packs = 0;
	ev_seen_release(&a->records);
	ev_places_release(&a->places);
}

/* The role of the one who signed, or a finding. */
static enum evault_status
check_signer(const struct ev_authority *a, const struct ev_entry *entry, enum ev_role *role,
	     const struct ev_findings *findings, bool *good, struct evault_error *err)
{
	struct ev_slice name = entry->note.signatures[0].name;
	const struct ev_actor *actor = ev_authority_actor_named(a, name);
	const struct ev_verifier *key = actor == NULL ? NULL : &actor->verifier;
	char shown[EV_SHOW_SIZE];
	char text[EV_NOTE_NAME_MAX + 1];

	snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.data);
	ev_show_path(text, shown);
	*good = false;
	if (a->size == 0 && ev_slice_is(name, a->vault.owner.name)) {
		key = &a->vault.owner;
		*role = EV_ROLE_OWNER;
	} else if (actor == NULL) {
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "signed by %s, whom no owner admitted", shown);
	} else if (actor->ended) {
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "signed by %s after that key was removed", shown);
	} else {
		*role = actor->role;
	}
	if (ev_note_verify(&entry->note, key, NULL) != EVAULT_OK)
		return ev_find(findings, err, EVAULT_FINDING_ALTERED, a->size, "",
			       "the signature by %s does not fit the entry", shown);
	*good = true;
	return EVAULT_OK;
}

/* Signatures beyond the actor's: the old log key's, where a new one is named. */
static bool
signatures_fit(const struct ev_authority *a, const struct ev_entry *entry)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_line line;
	unsigned log_keys = 0;

	while (!entry->is_record && ev_entry_next(&lines, &line))
		log_keys += line.kind == EV_LINE_LOG_KEY;
	if (log_keys == 0)
		return entry->note.n_signatures == 1;
	return log_keys == 1 && entry->note.n_signatures == 2 &&
	       ev_slice_is(entry->note.signatures[1].name, a->log_key.name) &&
	       ev_note_verify(&entry->note, &a->log_key, NULL) == EVAULT_OK;
}

/* Entry 0 must repeat what the vault note says. */
static bool
first_entry_fits(const struct ev_authority *a, const struct ev_entry *entry)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_line line;
	bool owner = false, read_key = false;

	while (!entry->is_record && ev_entry_next(&lines, &line)) {
		if (line.kind == EV_LINE_ACTOR && line.role == EV_ROLE_OWNER)
			owner = owner || ev_verifier_equal(&line.vkey, &a->vault.owner);
		if (line.kind == EV_LINE_READ_KEY)
			read_key = read_key || strcmp(line.text, a->vault.recipient) == 0;
	}
	return owner && read_key;
}

/* A line, as sets remember it. */
static enum evault_status
line_key(const struct ev_line *line, struct ev_hash *key, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	enum evault_status rc;

	ev_line_encode(&text, line);
	rc = ev_buf_ask(&text, err);
	if (rc == EVAULT_OK)
		ev_hash_of(text.data, text.len, key);
	ev_buf_release(&text);
	return rc;
}

/* What of the line may be added once only; *once is false for other lines. */
static enum evault_status
once_key(const struct ev_line *line, struct ev_hash *key, bool *once, struct evault_error *err)
{
	*once = line->kind == EV_LINE_RECORD || line->kind == EV_LINE_PACK ||
		line->kind == EV_LINE_SLOT;
	*key = line->hash;
	return line->kind == EV_LINE_SLOT ? line_key(line, key, err) : EVAULT_OK;
}

static bool
was_added(const struct ev_authority *a, enum ev_entry_kind kind, const struct ev_hash *key)
{
	if (kind == EV_LINE_PACK)
		return ev_authority_pack(a, key) != NULL;
	return ev_seen_has(kind == EV_LINE_RECORD ? &a->records : &a->slots, key);
}

/* What a line ends or drops must be there, and not ended yet; true for other lines. */
static bool
ends_something(struct ev_authority *a, const struct ev_line *line)
{
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	const struct ev_pack_line *pack;
	const struct ev_actor *actor;

	if (a->partial)
		return true;
	if (line->kind == EV_LINE_SLOT_END) {
		ev_slot_path(line->number, path);
		return ev_authority_file(a, path) != NULL;
	}
	if (line->kind == EV_LINE_ACTOR_END) {
		actor = ev_authority_actor_of_key(a, &line->hash);
		return actor != NULL && !actor->ended;
	}
	if (line->kind == EV_LINE_DROP) {
		pack = ev_authority_pack(a, &line->hash);
		return pack != NULL && !pack->dropped;
	}
	return true;
}

/*
 * Lines are in any order: what an entry says of a slot, an actor, a file or a
 * pack that it drops, it says once, or the order would matter.  Is it the first time?
 */
static enum evault_status
first_in_entry(const struct ev_line *line, struct ev_set *seen, bool *first,
	       struct evault_error *err)
{
	struct ev_line subject = *line;
	struct ev_hash key;
	enum evault_status rc;

	*first = true;
	if (line->kind == EV_LINE_SLOT)
		subject.kind = EV_LINE_SLOT_END;
	if (line->kind == EV_LINE_ACTOR) {
		subject.kind = EV_LINE_ACTOR_END;
		ev_hash_of(line->vkey.key, sizeof(line->vkey.key), &subject.hash);
	}
	if (line->kind == EV_LINE_FILE)
		subject.hash = (struct ev_hash){ { 0 } };
	if (line->kind == EV_LINE_DROP) /* whatever record says why */
		subject.record = (struct ev_hash){ { 0 } };
	if (subject.kind != EV_LINE_SLOT_END && subject.kind != EV_LINE_ACTOR_END &&
	    subject.kind != EV_LINE_FILE && subject.kind != EV_LINE_DROP)
		return EVAULT_OK;
	rc = line_key(&subject, &key, err);
	return rc == EVAULT_OK ? ev_set_add(seen, &key, first, err) : rc;
}

/* A holder seals their own slot anew, for a new passphrase. */
static bool
is_own_slot(const struct ev_authority *a, const struct ev_line *line, const struct ev_hash *signer)
{
	const struct ev_named_file *own = ev_authority_slot(a, signer);

	return line->kind == EV_LINE_SLOT && own != NULL &&
	       ev_slot_number(own->path) == line->number;
}

/* Who signs an entry, and what it has added so far. */
struct judging {
	enum ev_role role;
	struct ev_hash signer; /* in the name of the actor's key */
	struct ev_set seen;
	struct naming { /* for the first time */
		size_t actors, terms, files, read_keys, log_keys;
	} named;
};

/* Does the log with this line, and those of the entry before it, name no more than it may? */
static bool
has_room(const struct ev_authority *a, const struct ev_line *line, struct naming *n)
{
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	const struct ev_actor *actor;

	if (line->kind == EV_LINE_ACTOR) {
		actor = ev_authority_actor_named(a, ev_slice_text(line->vkey.name));
		n->actors += actor == NULL;
		n->terms += actor == NULL || actor->ended || actor->role != line->role;
	}
	if (line->kind == EV_LINE_SLOT)
		ev_slot_path(line->number, path);
	if (line->kind == EV_LINE_SLOT || line->kind == EV_LINE_FILE)
		n->files += ev_authority_file_named(
				a, line->kind == EV_LINE_SLOT ? path : line->text) == NULL;
	n->read_keys += line->kind == EV_LINE_READ_KEY;
	n->log_keys += line->kind == EV_LINE_LOG_KEY;
	return a->n_actors + n->actors <= EV_ACTORS_MAX && a->n_terms + n->terms <= EV_TERMS_MAX &&
	       a->n_files + n->files <= EV_FILES_MAX &&
	       a->n_read_keys + n->read_keys <= EV_EPOCHS_MAX &&
	       a->n_log_keys + n->log_keys <= EV_EPOCHS_MAX;
}

/* May the signer say this line, and is it new? */
static enum evault_status
check_line(struct ev_authority *a, const struct ev_line *line, struct judging *j,
	   const struct ev_findings *findings, bool *good, struct evault_error *err)
{
	struct ev_hash key;
	enum evault_status rc;
	bool fresh = true, first = true, once = false;

	*good = false;
	if (line_needs_owner(line->kind) && j->role != EV_ROLE_OWNER &&
	    !is_own_slot(a, line, &j->signer))
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "changes keys, and its signer is no owner but a %s",
			       ev_role_word(j->role));
	if (line->kind == EV_LINE_DROP && j->role == EV_ROLE_CAPTURE)
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "drops a pack, and its signer may only add");
	if (!ends_something(a, line))
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "ends what is not there");
	rc = first_in_entry(line, &j->seen, &first, err);
	if (rc == EVAULT_OK && !first)
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "changes or ends one thing twice");
	if (rc == EVAULT_OK && !has_room(a, line, &j->named))
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "names more keys or files than the log of a vault can");
	if (rc == EVAULT_OK)
		rc = once_key(line, &key, &once, err);
	if (rc == EVAULT_OK && once)
		rc = ev_set_add(&j->seen, &key, &fresh, err);
	if (rc != EVAULT_OK)
		return rc;
	if (once && (!fresh || was_added(a, line->kind, &key)))
		return ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			       "adds what was added already");
	*good = true;
	return EVAULT_OK;
}

static enum evault_status
take_line(struct ev_authority *a, const struct ev_line *line, struct evault_error *err)
{
	struct ev_seen *seen = line->kind == EV_LINE_RECORD ? &a->records : &a->slots;
	bool once, fresh;
	struct ev_hash key;
	enum evault_status rc = once_key(line, &key, &once, err);

	if (rc == EVAULT_OK && once && line->kind != EV_LINE_PACK)
		rc = ev_seen_add(seen, &key, &fresh, err);
	return rc == EVAULT_OK ? apply_line(a, line, err) : rc;
}

/* The first `slot` line of an entry is that of its first `actor` line, and so on. */
static void
pair_slots(struct ev_authority *a, const struct ev_entry *entry)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_cursor actors = lines;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_line line, actor = { .kind = EV_LINE_SLOT };
	struct ev_named_file *slot;

	while (ev_entry_next(&lines, &line)) {
		if (line.kind != EV_LINE_SLOT)
			continue;
		do {
			if (!ev_entry_next(&actors, &actor))
				return;
		} while (actor.kind != EV_LINE_ACTOR);
		ev_slot_path(line.number, path);
		slot = ev_authority_file_named(a, path);
		slot->held = true;
		slot->remade = false;
		ev_hash_of(actor.vkey.key, sizeof(actor.vkey.key), &slot->actor);
	}
}

/* All lines are looked at before the first has an effect (invariant 3). */
static enum evault_status
take_lines(struct ev_authority *a, const struct ev_entry *entry, struct judging *j,
	   const struct ev_findings *findings, bool *good, struct evault_error *err)
{
	struct ev_cursor lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	struct ev_line line = { .kind = EV_LINE_RECORD, .hash = entry->record };
	enum evault_status rc = EVAULT_OK;

	if (entry->is_record) {
		rc = check_line(a, &line, j, findings, good, err);
		return rc == EVAULT_OK && *good ? take_line(a, &line, err) : rc;
	}
	while (rc == EVAULT_OK && *good && ev_entry_next(&lines, &line))
		rc = check_line(a, &line, j, findings, good, err);
	lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	while (rc == EVAULT_OK && *good && ev_entry_next(&lines, &line))
		rc = take_line(a, &line, err);
	if (rc == EVAULT_OK && *good)
		pair_slots(a, entry);
	return rc;
}

enum evault_status
ev_authority_take(struct ev_authority *a, const struct ev_entry *entry, const struct ev_hash *root,
		  const struct ev_findings *findings, bool *taken, struct evault_error *err)
{
	struct ev_slice name = entry->note.signatures[0].name;
	struct judging j = { .role = EV_ROLE_CAPTURE, .seen = EV_SET_INIT };
	enum evault_status rc;
	bool good = false;

	if (name.len > 64)
		ev_hash_parse(ev_slice_of(name.data + name.len - 64, 64), &j.signer);
	if (strcmp(entry->origin, a->vault.origin) != 0)
		rc = ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			     "belongs to another vault, %s", entry->origin);
	else if (entry->after != a->size || !ev_hash_equal(&entry->root, root))
		rc = ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			     "was signed for another place in the log, or another history");
	else if (!signatures_fit(a, entry))
		rc = ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			     "does not have the signatures that it must have");
	else if (a->size == 0 && !first_entry_fits(a, entry))
		rc = ev_find(findings, err, EVAULT_FINDING_FORGED, a->size, "",
			     "does not begin the log as the vault note says");
	else
		rc = check_signer(a, entry, &j.role, findings, &good, err);
	if (rc == EVAULT_OK && good)
		rc = take_lines(a, entry, &j, findings, &good, err);
	ev_set_release(&j.seen);
	a->size++;
	if (taken != NULL)
		*taken = good;
	return rc;
}
