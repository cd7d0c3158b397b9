#include "store/keyring_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/keyring_private.h"

enum {
	EPOCHS_MAX = 400 /* one entry names the files of all, and some more */
};

enum evault_status
ev_key_change_init(struct ev_key_change *c, int dir, const struct ev_authority *authority,
		   const struct ev_keyring *k, struct evault_error *err)
{
	memset(c, 0, sizeof(*c));
	c->dir = dir;
	c->authority = authority;
	c->k = k;
	if (k->roster == NULL)
		return EVAULT_OK;
	c->roster = ev_secret_new(sizeof(*c->roster));
	if (c->roster == NULL)
		return ev_fail_nomem(err);
	*c->roster = *k->roster;
	return EVAULT_OK;
}

void
ev_key_change_release(struct ev_key_change *c)
{
	ev_secret_free(c->roster);
	ev_secret_free(c->read);
	ev_secret_free(c->write);
	ev_buf_release(&c->lines);
	free(c->paths);
	memset(c, 0, sizeof(*c));
}

/* ---- the roster against the log -------------------------------------------- */

static bool
holder_agrees(const struct ev_roster_line *line, const struct ev_authority *a)
{
	const struct ev_named_file *slot = ev_authority_slot(a, &line->actor);
	const struct ev_actor *actor;
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&line->actor, hex);
	actor = ev_authority_actor(a, ev_slice_text(hex));
	return slot != NULL && ev_slot_number(slot->path) == line->slot && actor != NULL &&
	       !actor->ended && actor->role == line->role;
}

enum evault_status
ev_roster_agrees(const struct ev_roster *r, const struct ev_authority *authority,
		 struct evault_error *err)
{
	size_t i, holders = 0, slots = 0;
	bool agrees = true;

	if (r->n == 0)
		return ev_fail(err, EVAULT_E_VERSION,
			       "the keys of this vault do not say who has them: it was made by an "
			       "older evault, and its keys cannot be changed");
	for (i = 0; i < authority->n_files; i++)
		slots += authority->files[i].held && !authority->files[i].ended;
	for (i = 0; i < r->n && agrees; i++) {
		if (r->lines[i].kind != EV_ROSTER_HOLDER)
			continue;
		holders++;
		agrees = holder_agrees(&r->lines[i], authority);
	}
	if (!agrees || holders != slots)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the list of holders in the vault's keys is not the one that the "
			       "log has");
	return EVAULT_OK;
}

enum evault_status
ev_key_change_end(struct ev_key_change *c, size_t at, struct evault_error *err)
{
	const struct ev_roster_line *gone = &c->roster->lines[at];
	struct ev_line actor = { .kind = EV_LINE_ACTOR_END, .hash = gone->actor };
	struct ev_line slot = { .kind = EV_LINE_SLOT_END, .number = gone->slot };

	if (gone->kind == EV_ROSTER_HOLDER) {
		ev_line_encode(&c->lines, &actor);
		ev_line_encode(&c->lines, &slot);
		c->ended_slot = gone->slot;
	}
	ev_roster_end(c->roster, at);
	return ev_buf_ask(&c->lines, err);
}

/* ---- sealing ----------------------------------------------------------------- */

/* Stores bytes beside the file of that name, and appends the line that names them. */
static enum evault_status
put_file(struct ev_key_change *c, const char *path, const struct ev_buf *sealed,
	 struct ev_line *line, struct evault_error *err)
{
	void *grown = realloc(c->paths, (c->n_paths + 1) * sizeof(*c->paths));

	if (grown == NULL)
		return ev_fail_nomem(err);
	c->paths = grown;
	snprintf(c->paths[c->n_paths++], sizeof(*c->paths), "%s", path);
	ev_hash_of(sealed->data, sealed->len, &line->hash);
	if (line->kind == EV_LINE_FILE)
		snprintf(line->text, sizeof(line->text), "%s", path);
	ev_line_encode(&c->lines, line);
	return ev_key_file_store(c->dir, path, sealed, err);
}

uint64_t
ev_key_change_free_slot(const struct ev_key_change *c)
{
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	uint64_t n = 0;

	do
		ev_slot_path(++n, path);
	while (ev_authority_file(c->authority, path) != NULL);
	return n;
}

enum evault_status
ev_key_change_slot(struct ev_key_change *c, uint64_t n, const struct ev_slot *slot,
		   const struct ev_age_to *to, struct evault_error *err)
{
	struct ev_buf plain = EV_BUF_SECRET_INIT, sealed = EV_BUF_INIT;
	struct ev_line line = { .kind = EV_LINE_SLOT, .number = n };
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	enum evault_status rc = ev_slot_encode(slot, &plain, err);

	ev_slot_path(n, path);
	if (rc == EVAULT_OK)
		rc = ev_age_seal(to, ev_slice_of(plain.data, plain.len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = put_file(c, path, &sealed, &line, err);
	ev_buf_wipe(&plain);
	ev_buf_release(&sealed);
	return rc;
}

/* Seals a key's bytes to those in the roster who may have it. */
static enum evault_status
seal_key(struct ev_key_change *c, const struct ev_buf *plain, const char *path, bool write,
	 struct evault_error *err)
{
	struct ev_age_recipient to[EV_ROSTER_MAX];
	struct ev_line line = { .kind = EV_LINE_FILE };
	struct ev_buf sealed = EV_BUF_INIT;
	size_t n = ev_roster_recipients(c->roster, write, to);
	enum evault_status rc;

	rc = ev_keyfile_seal(to, n, ev_slice_of(plain->data, plain->len), &sealed, err);
	if (rc == EVAULT_OK)
		rc = put_file(c, path, &sealed, &line, err);
	ev_buf_release(&sealed);
	return rc;
}

static enum evault_status
seal_read(struct ev_key_change *c, const struct ev_read_key *key, struct evault_error *err)
{
	struct ev_buf plain = EV_BUF_SECRET_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	enum evault_status rc = ev_read_key_encode(key, &plain, err);

	snprintf(path, sizeof(path), "keys/read.%llu.age", (unsigned long long)key->epoch);
	if (rc == EVAULT_OK)
		rc = seal_key(c, &plain, path, false, err);
	ev_buf_wipe(&plain);
	return rc;
}

static enum evault_status
seal_write(struct ev_key_change *c, const struct ev_write_key *key, struct evault_error *err)
{
	struct ev_buf plain = EV_BUF_SECRET_INIT;
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	enum evault_status rc = ev_write_key_encode(key, &plain, err);

	snprintf(path, sizeof(path), "keys/write.%llu.age", (unsigned long long)key->epoch);
	if (rc == EVAULT_OK)
		rc = seal_key(c, &plain, path, true, err);
	ev_buf_wipe(&plain);
	return rc;
}

enum evault_status
ev_key_change_reads(struct ev_key_change *c, bool all, struct evault_error *err)
{
	struct ev_read_key *key = ev_secret_new(sizeof(*key));
	uint64_t newest = c->authority->n_read_keys - 1;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (key == NULL)
		return ev_fail_nomem(err);
	if (c->roster == NULL || (all && c->k->n_reads != c->authority->n_read_keys))
		rc = ev_fail(err, EVAULT_E_DENIED,
			     "not all of the vault's keys could be opened, so they cannot be "
			     "given to somebody else");
	memcpy(key->origin, c->authority->vault.origin, sizeof(key->origin));
	for (i = 0; i < c->k->n_reads && rc == EVAULT_OK; i++) {
		if (!all && c->k->epochs[i] != newest)
			continue;
		key->epoch = c->k->epochs[i];
		key->identity = c->k->reads[i];
		key->roster.n = 0;
		if (key->epoch == newest)
			key->roster = *c->roster;
		rc = seal_read(c, key, err);
	}
	ev_secret_free(key);
	return rc;
}

enum evault_status
ev_key_change_write(struct ev_key_change *c, struct evault_error *err)
{
	return seal_write(c, c->k->write, err);
}

/* ---- a new epoch --------------------------------------------------------------- */

static enum evault_status
make_epoch(struct ev_key_change *c, struct evault_error *err)
{
	const char *origin = c->authority->vault.origin;
	struct ev_age_recipient recipient;
	uint8_t key[32];

	c->read = ev_secret_new(sizeof(*c->read));
	c->write = ev_secret_new(sizeof(*c->write));
	if (c->read == NULL || c->write == NULL)
		return ev_fail_nomem(err);
	memcpy(c->read->origin, origin, sizeof(c->read->origin));
	memcpy(c->write->origin, origin, sizeof(c->write->origin));
	c->read->epoch = c->write->epoch = c->authority->n_read_keys;
	c->read->roster = *c->roster;
	ev_age_identity_make(&c->read->identity);
	ev_age_identity_recipient(&c->read->identity, &recipient);
	ev_age_recipient_text(&recipient, c->recipient);
	ev_signing_seed_make(&c->write->log);
	ev_signing_seed_public(&c->write->log, key);
	ev_verifier_init(&c->log_key, origin, key);
	return EVAULT_OK;
}

enum evault_status
ev_key_change_epoch(struct ev_key_change *c, struct evault_error *err)
{
	struct ev_line read_key = { .kind = EV_LINE_READ_KEY };
	struct ev_line log_key = { .kind = EV_LINE_LOG_KEY };
	enum evault_status rc;

	if (c->authority->n_read_keys >= EPOCHS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the keys of this vault were replaced %d times already; begin a new "
			       "vault",
			       EPOCHS_MAX);
	rc = make_epoch(c, err);
	if (rc != EVAULT_OK)
		return rc;
	snprintf(read_key.text, sizeof(read_key.text), "%s", c->recipient);
	log_key.vkey = c->log_key;
	ev_line_encode(&c->lines, &read_key);
	ev_line_encode(&c->lines, &log_key);
	rc = seal_read(c, c->read, err);
	return rc == EVAULT_OK ? seal_write(c, c->write, err) : rc;
}

/* ---- the end of it ---------------------------------------------------------------- */

void
ev_key_change_finish(const struct ev_key_change *c)
{
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < c->n_paths; i++)
		(void)ev_key_file_publish(c->dir, c->paths[i], NULL);
	ev_slot_path(c->ended_slot, path);
	if (c->ended_slot != 0)
		(void)ev_os_unlink(c->dir, path, NULL);
	(void)ev_os_sync_dir(c->dir, "keys", NULL);
}

void
ev_key_change_undo(const struct ev_key_change *c)
{
	size_t i;

	for (i = 0; i < c->n_paths; i++)
		ev_key_file_discard(c->dir, c->paths[i]);
}
