/*
 * Changing who holds keys of the vault.  Each change is one commit: a record
 * of who did what, sealed to those who read from then on, and one entry with
 * the lines that name the new key files.
 */
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "store/keyring_change.h"

enum {
	WORK_FACTOR_MIN = 10
};

struct changing {
	struct evault *v;
	struct ev_commit commit;
	struct ev_key_change change;
	struct evault_key_changed *done;
};

static enum evault_status
begin(struct changing *c, struct evault *v, struct evault_key_changed *done,
      struct evault_error *err)
{
	enum evault_status rc = ev_commit_init(&c->commit, v, err);

	c->v = v;
	c->done = done;
	memset(done, 0, sizeof(*done));
	return rc == EVAULT_OK ? ev_key_change_init(&c->change, v->dir, &v->authority, v->keys, err)
			       : rc;
}

static enum evault_status
begin_as_owner(struct changing *c, struct evault *v, struct evault_key_changed *done,
	       struct evault_error *err)
{
	enum evault_status rc = begin(c, v, done, err);

	if (rc != EVAULT_OK)
		return rc;
	if (v->keys->slot->role != EV_ROLE_OWNER)
		return ev_fail(err, EVAULT_E_DENIED,
			       "only an owner of the vault changes its keys, and your role is %s",
			       ev_role_word(v->keys->slot->role));
	if (c->change.roster == NULL)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the newest of the vault's keys could not be opened, so its keys "
			       "cannot be changed");
	return ev_roster_agrees(c->change.roster, &v->authority, err);
}

static void
end(struct changing *c)
{
	ev_commit_release(&c->commit);
	ev_key_change_release(&c->change);
}

/* ---- the commit --------------------------------------------------------------- */

static enum evault_status
add_unless_empty(struct ev_record *r, const char *name, const char *value, struct evault_error *err)
{
	return value == NULL || value[0] == '\0' ? EVAULT_OK
						 : ev_record_add_text(r, name, value, err);
}

/* Who did what is kept, and told to who may read; `was` may be NULL. */
static enum evault_status
keep_record(struct changing *c, const char *change, const char *name, const char *was,
	    struct evault_error *err)
{
	const struct evault_holder *h = &c->done->holder;
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_commit_begin_record(c->v, "key", &record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(&record, "change", change, err);
	if (rc == EVAULT_OK)
		rc = add_unless_empty(&record, "holder", name, err);
	if (rc == EVAULT_OK)
		rc = add_unless_empty(&record, "was", was, err);
	if (rc == EVAULT_OK && (h->key[0] != '\0' || h->recipient[0] != '\0'))
		rc = ev_record_add_text(&record, "role", evault_role_word(h->role), err);
	if (rc == EVAULT_OK)
		rc = add_unless_empty(&record, "key", h->key[0] != '\0' ? h->key : h->recipient,
				      err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&c->commit, &record, &c->done->index, err);
	ev_record_release(&record);
	return rc;
}

/*
 * The key files lie beside the old ones.  From the moment that the commit may
 * be on disk they stay there, whatever comes of it.
 */
static enum evault_status
finish(struct changing *c, enum evault_status rc, const char *change, const char *name,
       const char *was, struct evault_error *err)
{
	struct ev_key_change *k = &c->change;
	struct ev_commit_keys keys = { .lines = { k->lines.data, k->lines.len } };

	if (k->write != NULL) {
		keys.recipient = k->recipient;
		keys.log_key = &k->log_key;
		keys.log_seed = &k->write->log;
	}
	c->commit.keys = &keys;
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&k->lines, err);
	if (rc == EVAULT_OK)
		rc = keep_record(c, change, name, was, err);
	if (rc != EVAULT_OK)
		ev_key_change_undo(k);
	else
		rc = ev_commit_finish(&c->commit, err);
	c->commit.keys = NULL;
	if (rc != EVAULT_OK)
		return rc;
	ev_key_change_finish(k);
	c->done->new_epoch = k->write != NULL;
	ev_vault_cite(c->v, c->done->index, c->done->citation);
	return EVAULT_OK;
}

/* ---- what is given ----------------------------------------------------------------- */

/* A name that tells one from others, and from numbers and recipients. */
static enum evault_status
check_name(const struct changing *c, const char *name, struct evault_error *err)
{
	const struct ev_roster *r = c->change.roster;
	char shown[EV_SHOW_SIZE];
	size_t i;

	ev_show_path(name, shown);
	if (name[0] == '\0' || strlen(name) > EV_ROSTER_NAME_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "a holder's name has 1 to %d bytes",
			       EV_ROSTER_NAME_MAX);
	if (strspn(name, "0123456789") == strlen(name) || strncmp(name, "age1", 4) == 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s: a name must not look like a number or a key", shown);
	for (i = 0; i < r->n; i++) {
		if (r->lines[i].kind != EV_ROSTER_FORMER && strcmp(r->lines[i].name, name) == 0)
			return ev_fail(err, EVAULT_E_EXISTS,
				       "somebody who has a key of this vault is called %s already",
				       shown);
	}
	return EVAULT_OK;
}

/* The line of the roster that says this of somebody. */
static enum evault_status
find_line(const struct changing *c, const struct evault_holder *h, size_t *at,
	  struct evault_error *err)
{
	const struct ev_roster *r = c->change.roster;
	char text[EVAULT_RECIPIENT_SIZE];
	size_t i;

	for (i = 0; i < r->n; i++) {
		*at = i;
		if (r->lines[i].kind == EV_ROSTER_HOLDER && r->lines[i].slot == h->number &&
		    h->number != 0)
			return EVAULT_OK;
		if (r->lines[i].kind != EV_ROSTER_READER || h->role != EVAULT_ROLE_READER)
			continue;
		ev_age_recipient_text(&r->lines[i].recipient, text);
		if (strcmp(text, h->recipient) == 0)
			return EVAULT_OK;
	}
	return ev_fail(err, EVAULT_E_NOT_FOUND, "this holder has no key of the vault");
}

/* `to` points into `recipient`. */
static enum evault_status
read_seal(const struct evault_key_seal *seal, struct ev_age_recipient *recipient,
	  struct ev_age_to *to, struct evault_error *err)
{
	unsigned work = seal->work_factor == 0 ? EV_AGE_WORK_DEFAULT : seal->work_factor;
	enum evault_status rc;

	if (seal->to != NULL) {
		*to = (struct ev_age_to){ recipient, 1, NULL, 0 };
		rc = ev_age_recipient_parse(ev_slice_text(seal->to), recipient, err);
		return rc == EVAULT_E_FORMAT ? EVAULT_E_USAGE : rc;
	}
	if (seal->passphrase == NULL || seal->passphrase[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "an empty passphrase protects nothing");
	if (work < WORK_FACTOR_MIN || work > EV_AGE_WORK_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "the work factor must be %d to %d",
			       WORK_FACTOR_MIN, EV_AGE_WORK_MAX);
	*to = (struct ev_age_to){ NULL, 0, seal->passphrase, work };
	return EVAULT_OK;
}

/* ---- adding ------------------------------------------------------------------------ */

/* A new slot: its secrets are made, sealed, and forgotten. */
static enum evault_status
make_slot(struct changing *c, struct ev_roster_line *line, const struct ev_age_to *to,
	  struct evault_error *err)
{
	struct ev_slot *slot = ev_secret_new(sizeof(*slot));
	struct ev_line actor = { .kind = EV_LINE_ACTOR, .role = line->role };
	enum evault_status rc;
	uint8_t key[32];

	if (slot == NULL)
		return ev_fail_nomem(err);
	memcpy(slot->origin, c->v->note.origin, sizeof(slot->origin));
	memcpy(slot->name, line->name, sizeof(slot->name));
	slot->role = line->role;
	ev_signing_seed_make(&slot->actor);
	ev_age_identity_make(&slot->identity);
	ev_signing_seed_public(&slot->actor, key);
	ev_actor_verifier(key, &actor.vkey);
	ev_hash_of(key, sizeof(key), &line->actor);
	ev_age_identity_recipient(&slot->identity, &line->recipient);
	line->slot = ev_key_change_free_slot(&c->change);
	ev_line_encode(&c->change.lines, &actor);
	rc = ev_key_change_slot(&c->change, line->slot, slot, to, err);
	ev_secret_free(slot);
	return rc;
}

/* Nobody is admitted twice: the second would stay when the first is removed. */
static enum evault_status
check_reader(const struct changing *c, const struct ev_age_recipient *recipient,
	     struct evault_error *err)
{
	const struct ev_roster *r = c->change.roster;
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->lines[i].kind == EV_ROSTER_READER &&
		    memcmp(&r->lines[i].recipient, recipient, sizeof(*recipient)) == 0)
			return ev_fail(err, EVAULT_E_EXISTS, "this key may read the vault already");
	}
	return EVAULT_OK;
}

static enum evault_status
add_line(struct changing *c, const struct evault_key_add *who, struct ev_roster_line *line,
	 struct evault_error *err)
{
	struct ev_age_recipient recipient;
	struct ev_age_to to;
	enum evault_status rc = read_seal(&who->seal, &recipient, &to, err);

	if (rc == EVAULT_OK && who->role == EVAULT_ROLE_READER && who->seal.to == NULL)
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "a reader opens the vault with a key of their own");
	if (rc != EVAULT_OK)
		return rc;
	snprintf(line->name, sizeof(line->name), "%s", who->name);
	if (who->role == EVAULT_ROLE_READER) {
		line->kind = EV_ROSTER_READER;
		line->recipient = recipient;
		rc = check_reader(c, &recipient, err);
	} else {
		line->kind = EV_ROSTER_HOLDER;
		line->role = (enum ev_role)who->role;
	}
	if (rc == EVAULT_OK && ev_roster_count(c->change.roster) >= EV_ROSTER_MAX)
		rc = ev_roster_add(c->change.roster, line, err); /* says so */
	if (rc == EVAULT_OK && line->kind == EV_ROSTER_HOLDER)
		rc = make_slot(c, line, &to, err);
	return rc == EVAULT_OK ? ev_roster_add(c->change.roster, line, err) : rc;
}

enum evault_status
evault_key_add(struct evault *v, const struct evault_key_add *who,
	       struct evault_key_changed *changed, struct evault_error *err)
{
	struct changing c = { 0 };
	struct ev_roster_line line = { .kind = EV_ROSTER_HOLDER };
	enum evault_status rc = begin_as_owner(&c, v, changed, err);

	if (rc == EVAULT_OK)
		rc = check_name(&c, who->name, err);
	if (rc == EVAULT_OK)
		rc = add_line(&c, who, &line, err);
	/* The newest in any case: it has the roster. */
	if (rc == EVAULT_OK)
		rc = ev_key_change_reads(&c.change, who->role != EVAULT_ROLE_CAPTURE, err);
	if (rc == EVAULT_OK && who->role != EVAULT_ROLE_READER)
		rc = ev_key_change_write(&c.change, err);
	if (rc == EVAULT_OK) {
		memcpy(changed->holder.name, line.name, sizeof(line.name));
		changed->holder.role = who->role;
		changed->holder.number = line.slot;
		changed->holder.passphrase = who->seal.to == NULL;
		if (line.kind == EV_ROSTER_READER)
			ev_age_recipient_text(&line.recipient, changed->holder.recipient);
		else
			ev_hash_hex(&line.actor, changed->holder.key);
	}
	rc = finish(&c, rc, "added", who->name, NULL, err);
	end(&c);
	return rc;
}

/* ---- removing, renaming ------------------------------------------------------------- */

/* Without an owner nobody could change the keys any more. */
static enum evault_status
check_owners(const struct changing *c, size_t gone, struct evault_error *err)
{
	const struct ev_roster *r = c->change.roster;
	size_t i;

	if (r->lines[gone].kind != EV_ROSTER_HOLDER || r->lines[gone].role != EV_ROLE_OWNER)
		return EVAULT_OK;
	for (i = 0; i < r->n; i++) {
		if (i != gone && r->lines[i].kind == EV_ROSTER_HOLDER &&
		    r->lines[i].role == EV_ROLE_OWNER)
			return EVAULT_OK;
	}
	return ev_fail(err, EVAULT_E_DENIED,
		       "the last owner cannot be removed: nobody could change the keys any more; "
		       "add another owner first");
}

enum evault_status
evault_key_remove(struct evault *v, const char *who, struct evault_key_changed *changed,
		  struct evault_error *err)
{
	struct changing c = { 0 };
	size_t at = 0;
	enum evault_status rc = begin_as_owner(&c, v, changed, err);

	if (rc == EVAULT_OK)
		rc = evault_key_find(v, who, &changed->holder, err);
	if (rc == EVAULT_OK)
		rc = find_line(&c, &changed->holder, &at, err);
	if (rc == EVAULT_OK)
		rc = check_owners(&c, at, err);
	if (rc == EVAULT_OK)
		rc = ev_key_change_end(&c.change, at, err);
	if (rc == EVAULT_OK)
		rc = ev_key_change_epoch(&c.change, err);
	rc = finish(&c, rc, "removed", changed->holder.name, NULL, err);
	end(&c);
	return rc;
}

enum evault_status
evault_key_rename(struct evault *v, const char *who, const char *name,
		  struct evault_key_changed *changed, struct evault_error *err)
{
	struct changing c = { 0 };
	struct ev_roster_line *line;
	size_t at = 0;
	enum evault_status rc = begin_as_owner(&c, v, changed, err);

	if (rc == EVAULT_OK)
		rc = evault_key_find(v, who, &changed->holder, err);
	if (rc == EVAULT_OK)
		rc = find_line(&c, &changed->holder, &at, err);
	if (rc == EVAULT_OK)
		rc = check_name(&c, name, err);
	if (rc == EVAULT_OK) {
		line = &c.change.roster->lines[at];
		memset(line->name, 0, sizeof(line->name));
		memcpy(line->name, name, strlen(name));
		rc = ev_key_change_reads(&c.change, false, err);
	}
	rc = finish(&c, rc, "renamed", name, changed->holder.name, err);
	end(&c);
	return rc;
}

/* ---- new keys for the same people ----------------------------------------------------- */

enum evault_status
evault_key_rotate(struct evault *v, struct evault_key_changed *changed, struct evault_error *err)
{
	struct changing c = { 0 };
	enum evault_status rc = begin_as_owner(&c, v, changed, err);

	if (rc == EVAULT_OK)
		rc = ev_key_change_epoch(&c.change, err);
	rc = finish(&c, rc, "rotated", NULL, NULL, err);
	end(&c);
	return rc;
}

static enum evault_status
seal_own_slot(struct changing *c, const struct evault_key_seal *seal, struct evault_error *err)
{
	const struct ev_keyring *k = c->v->keys;
	struct ev_slot *slot = ev_secret_new(sizeof(*slot));
	struct ev_age_recipient recipient;
	struct ev_age_to to;
	enum evault_status rc = read_seal(seal, &recipient, &to, err);

	if (rc == EVAULT_OK && slot == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK) {
		*slot = *k->slot;
		snprintf(slot->name, sizeof(slot->name), "%s", ev_keyring_name(k));
		rc = ev_key_change_slot(&c->change, ev_slot_number(k->slot_path), slot, &to, err);
	}
	ev_secret_free(slot);
	return rc;
}

static enum evault_status
take_me(void *ctx, const struct evault_holder *h, struct evault_error *err)
{
	struct evault_holder *out = ctx;

	(void)err;
	if (h->me)
		*out = *h;
	return EVAULT_OK;
}

enum evault_status
evault_key_passphrase(struct evault *v, const struct evault_key_seal *seal,
		      struct evault_key_changed *changed, struct evault_error *err)
{
	struct changing c = { 0 };
	enum evault_status rc = begin(&c, v, changed, err);

	if (rc == EVAULT_OK)
		rc = evault_key_list(v, take_me, &changed->holder, err);
	if (rc == EVAULT_OK)
		rc = seal_own_slot(&c, seal, err);
	rc = finish(&c, rc, "sealed", changed->holder.name, NULL, err);
	end(&c);
	return rc;
}
