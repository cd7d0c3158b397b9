/*
 * A tree of a log, as a bundle has it: the vault note, the entries that say
 * who may sign, and proofs that lead to one head which the log has signed
 * (FORMAT.md, section 12, rules 5 to 7).  The bundle's own, and those of the
 * vaults that items were received from, are judged alike.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum {
	KEY_COST = 1024 /* that a file of keys/ counts for, besides its bytes */
};

void
ev_verify_path(const struct ev_verify_log *log, const char *below, uint64_t index,
	       const char *suffix, char path[EV_VERIFY_PATH_SIZE])
{
	snprintf(path, EV_VERIFY_PATH_SIZE, "%s%s/%04" PRIu64 "%s", log->folder, below, index,
		 suffix);
}

static void
vault_path(const struct ev_verify_log *log, char path[EV_VERIFY_PATH_SIZE])
{
	snprintf(path, EV_VERIFY_PATH_SIZE, "%s%s", log->folder, log->own ? "keys/vault" : "vault");
}

void
ev_verify_log_release(struct ev_verify_log *log)
{
	size_t i;

	for (i = 0; i < log->n_keys; i++) {
		ev_buf_release(&log->keys[i].entry);
		ev_buf_release(&log->keys[i].proof);
	}
	free(log->keys);
	if (log->has_authority)
		ev_authority_release(&log->authority);
	ev_buf_release(&log->vault_note);
	ev_buf_release(&log->checkpoint);
}

/* ---- logs of other vaults --------------------------------------------------------------- */

static enum evault_status
add_log(struct ev_verifying *v, const struct ev_verify_place *place, struct evault_error *err)
{
	struct ev_verify_log **grown, *log;
	char hex[2 * sizeof(place->origin) + 1];
	size_t i;

	if (v->n_logs >= EV_VERIFY_LOGS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "evault/sources has more than %d folders",
			       EV_VERIFY_LOGS_MAX);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	grown = realloc(v->logs, (v->n_logs + 1) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	v->logs = grown;
	log = calloc(1, sizeof(*log));
	if (log == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < sizeof(place->origin); i++)
		snprintf(hex + 2 * i, 3, "%02x", place->origin[i]);
	snprintf(log->folder, sizeof(log->folder), "evault/sources/%s-%04" PRIu64 "/", hex,
		 place->size);
	memcpy(log->digits, place->origin, sizeof(log->digits));
	log->size = place->size;
	v->logs[v->n_logs++] = log;
	return EVAULT_OK;
}

enum evault_status
ev_verify_log_at(struct ev_verifying *v, const struct ev_verify_place *place, uint32_t *number,
		 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const struct ev_verify_log *log;
	size_t i;

	/* Members of one folder come one after the other. */
	for (i = v->n_logs; i > 0; i--) {
		log = v->logs[i - 1];
		if (log->size == place->size &&
		    memcmp(log->digits, place->origin, sizeof(log->digits)) == 0)
			break;
	}
	if (i == 0) {
		rc = add_log(v, place, err);
		i = v->n_logs;
	}
	if (rc == EVAULT_OK)
		*number = (uint32_t)i - 1;
	return rc;
}

/* ---- as they come ------------------------------------------------------------------------ */

/* The place of that entry among the keys; NULL when memory runs out. */
static struct ev_verify_key *
key_of(struct ev_verify_log *log, uint64_t index)
{
	size_t cap = log->cap_keys == 0 ? 16 : 2 * log->cap_keys, i;
	struct ev_verify_key *grown;

	for (i = log->n_keys; i > 0; i--)
		if (log->keys[i - 1].index == index)
			return &log->keys[i - 1];
	if (log->n_keys == log->cap_keys) {
		grown = realloc(log->keys, cap * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		log->keys = grown;
		log->cap_keys = cap;
	}
	log->keys[log->n_keys] =
	    (struct ev_verify_key){ .index = index, .entry = EV_BUF_INIT, .proof = EV_BUF_INIT };
	return &log->keys[log->n_keys++];
}

enum evault_status
ev_verify_take_key(struct ev_verifying *v, struct ev_verify_log *log, struct evault_error *err)
{
	bool is_entry = v->kind == EV_BUNDLE_KEY_ENTRY || v->kind == EV_BUNDLE_SOURCE_KEY_ENTRY;
	struct ev_verify_key *key;
	enum evault_status rc;
	struct ev_buf *to;

	/* Each is looked for among the others. */
	v->key_bytes += v->body.len + KEY_COST;
	if (v->key_bytes > EV_VERIFY_KEYS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "what says who may sign has more than %d bytes",
			       EV_VERIFY_KEYS_MAX);
	rc = ev_verify_hold(&v->held, v->body.len + sizeof(*key), err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->kind == EV_BUNDLE_VAULT || v->kind == EV_BUNDLE_SOURCE_VAULT) {
		to = &log->vault_note;
		log->has_vault_note = true;
	} else {
		key = key_of(log, v->place.number);
		if (key == NULL)
			return ev_fail_nomem(err);
		to = is_entry ? &key->entry : &key->proof;
		key->has_entry = key->has_entry || is_entry;
		key->has_proof = key->has_proof || !is_entry;
	}
	ev_buf_add(to, v->body.data, v->body.len);
	return ev_buf_ask(to, err);
}

bool
ev_verify_log_ready(const struct ev_verifying *v, const struct ev_verify_log *log)
{
	return v->tag_manifest_read && log->members == log->members_listed &&
	       (!log->own || (v->manifest_read && v->has_share));
}

/* ---- proofs of entries ---------------------------------------------------------------------- */

/* Says what another checkpoint than the tree's is. */
static enum evault_status
other_head(struct ev_verifying *v, const struct ev_verify_log *log, uint64_t item, const char *path,
	   struct ev_slice bytes, struct evault_error *err)
{
	struct ev_checkpoint c;
	struct ev_note note;

	if (ev_note_parse(bytes, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "has no checkpoint of a log");
	if (strcmp(c.origin, log->origin) != 0)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, item, path,
			       "is a proof for the log of another vault, %s", c.origin);
	if (c.size == log->size && ev_hash_equal(&c.root, &log->root))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "has another checkpoint than the other proofs have");
	if (c.size == log->size && log->trusted &&
	    ev_checkpoint_open(bytes, ev_authority_log_key(&log->authority, c.size), true, &c,
			       NULL) == EVAULT_OK) {
		v->forked = true;
		ev_verify_fork(v, ev_slice_of(log->checkpoint.data, log->checkpoint.len), bytes);
	}
	if (!log->own)
		return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, item, path,
			       "is a proof for another tree, of %" PRIu64 " entries, than its "
			       "folder is for",
			       c.size);
	return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, item, path,
		       "is a proof for another tree, of %" PRIu64 " entries, than the share "
		       "note's, of %" PRIu64,
		       c.size, log->size);
}

/* The first one is kept, and verified when the keys are known; the others are the same. */
static bool
same_head(struct ev_verify_log *log, struct ev_slice bytes)
{
	struct ev_checkpoint c;
	struct ev_note note;

	if (log->checkpoint.len > 0)
		return ev_slice_equal(bytes,
				      ev_slice_of(log->checkpoint.data, log->checkpoint.len));
	if (ev_note_parse(bytes, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK ||
	    strcmp(c.origin, log->origin) != 0 || c.size != log->size ||
	    (log->has_root && !ev_hash_equal(&c.root, &log->root)))
		return false;
	log->root = c.root;
	log->has_root = true;
	ev_buf_add(&log->checkpoint, bytes.data, bytes.len);
	return true;
}

enum evault_status
ev_verify_proof(struct ev_verifying *v, struct ev_verify_log *log,
		const struct ev_verify_proof *proof, struct ev_hash *before, bool *good,
		struct evault_error *err)
{
	struct ev_proof p;
	bool same;

	*good = false;
	if (ev_proof_parse(proof->text, &p, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, proof->item, proof->path,
			       "is no proof that an entry is in a log");
	if (p.index != proof->index)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, proof->item, proof->path,
			       "is the proof of another entry, %" PRIu64, p.index);
	same = same_head(log, p.checkpoint);
	if (log->checkpoint.bad)
		return ev_fail_nomem(err);
	if (!same)
		return other_head(v, log, proof->item, proof->path, p.checkpoint, err);
	if (!ev_merkle_verify(p.index, log->size, proof->leaf, p.proof, p.n, &log->root))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, proof->item, proof->path,
			       "does not show the entry to be in the log");
	ev_merkle_before(p.index, log->size, p.proof, p.n, before);
	*good = true;
	return EVAULT_OK;
}

/* ---- who may sign -------------------------------------------------------------------------- */

struct admitting {
	struct ev_verifying *v;
	struct ev_verify_log *log;
};

/* The authority finds by number; the member is named, too. */
static enum evault_status
report_key(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
	   const char *detail, struct evault_error *err)
{
	const struct admitting *a = ctx;
	const struct ev_findings *findings = &a->v->findings;
	char member[EV_VERIFY_PATH_SIZE];

	(void)path;
	ev_verify_path(a->log, "keys", index, ".entry", member);
	return findings->report(findings->ctx, kind, EV_NO_ITEM, member, detail, err);
}

static enum evault_status
admit(struct ev_verifying *v, struct ev_verify_log *log, const struct ev_verify_key *key,
      const char *path, bool *taken, struct evault_error *err)
{
	struct ev_slice bytes = ev_slice_of(key->entry.data, key->entry.len);
	struct admitting admitting = { v, log };
	struct ev_findings findings = { report_key, &admitting };
	struct evault_error why = { .text = "" };
	struct ev_hash leaf, before;
	struct ev_entry entry;
	enum evault_status rc;
	char member[EV_VERIFY_PATH_SIZE];
	struct ev_verify_proof proof = { .index = key->index,
					 .item = EV_NO_ITEM,
					 .path = member,
					 .leaf = &leaf,
					 .text = ev_slice_of(key->proof.data, key->proof.len) };
	bool good;

	ev_verify_path(log, "keys", key->index, ".tlog-proof", member);
	if (ev_entry_parse(bytes, &entry, &why) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s",
			       why.text);
	ev_merkle_leaf(bytes.data, bytes.len, &leaf);
	rc = ev_verify_proof(v, log, &proof, &before, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	ev_authority_skip(&log->authority, key->index);
	return ev_authority_take(&log->authority, &entry, &before, &findings, taken, err);
}

static int
by_index(const void *a, const void *b)
{
	const struct ev_verify_key *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* All entries of keys/, in order. */
static enum evault_status
admit_all(struct ev_verifying *v, struct ev_verify_log *log, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	char path[EV_VERIFY_PATH_SIZE];
	bool taken;
	size_t i;

	if (log->n_keys > 1)
		qsort(log->keys, log->n_keys, sizeof(*log->keys), by_index);
	for (i = 0; i < log->n_keys && rc == EVAULT_OK; i++) {
		ev_verify_path(log, "keys", log->keys[i].index, ".entry", path);
		taken = false;
		if (!log->keys[i].has_entry || !log->keys[i].has_proof)
			rc = ev_find(&v->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
				     "an entry and its proof go together, and one of them is not "
				     "there");
		else
			rc = admit(v, log, &log->keys[i], path, &taken, err);
		log->begun = log->begun || (log->keys[i].index == 0 && taken);
	}
	if (rc != EVAULT_OK || (log->n_keys > 0 && log->keys[0].index == 0))
		return rc;
	ev_verify_path(log, "keys", 0, ".entry", path);
	return ev_find(&v->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
		       "the first entry of the log is not there: nobody can be shown to be one who "
		       "may sign");
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* Of another vault the folder's name has the beginning alone. */
static bool
is_of(const struct ev_verify_log *log, const char *origin)
{
	struct ev_hash digits;

	if (log->own)
		return strcmp(origin, log->origin) == 0;
	return ev_hash_parse(ev_slice_text(origin + strlen("evault/")), &digits) &&
	       memcmp(digits.b, log->digits, sizeof(log->digits)) == 0;
}

static enum evault_status
open_note(struct ev_verifying *v, struct ev_verify_log *log, bool *good, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	char path[EV_VERIFY_PATH_SIZE];

	*good = false;
	vault_path(log, path);
	if (ev_vault_note_open(ev_slice_of(log->vault_note.data, log->vault_note.len), &log->note,
			       &why) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s",
			       why.text);
	if (!is_of(log, log->note.origin))
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, path,
			       "is that of another vault, %s", log->note.origin);
	memcpy(log->origin, log->note.origin, sizeof(log->origin));
	*good = true;
	return EVAULT_OK;
}

/* The log's key has signed the tree, and entry 0 names the vault note. */
static enum evault_status
judge_head(struct ev_verifying *v, struct ev_verify_log *log, struct evault_error *err)
{
	const struct ev_verifier *key = ev_authority_log_key(&log->authority, log->size);
	const struct ev_named_file *named = ev_authority_file(&log->authority, "vault");
	char path[EV_VERIFY_PATH_SIZE];
	struct ev_checkpoint c;
	struct ev_hash hash;

	ev_hash_of(log->vault_note.data, log->vault_note.len, &hash);
	vault_path(log, path);
	if (named == NULL || !ev_hash_equal(&named->hash, &hash))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "is not the vault note that the first entry of the log names");
	ev_verify_path(log, "keys", 0, ".tlog-proof", path);
	if (ev_checkpoint_open(ev_slice_of(log->checkpoint.data, log->checkpoint.len), key, true,
			       &c, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, path,
			       "its checkpoint is not signed by the key that the log had then");
	log->trusted = true;
	return EVAULT_OK;
}

enum evault_status
ev_verify_settle_log(struct ev_verifying *v, struct ev_verify_log *log, struct evault_error *err)
{
	enum evault_status rc;
	bool good;

	log->settled = true;
	if (!log->has_vault_note)
		return EVAULT_OK; /* that it is missing is said elsewhere */
	rc = open_note(v, log, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	ev_authority_init(&log->authority, &log->note);
	log->authority.partial = true;
	log->has_authority = true;
	if (log->own)
		rc = ev_verify_known_origin(v, err);
	if (rc == EVAULT_OK)
		rc = admit_all(v, log, err);
	return rc == EVAULT_OK && log->begun ? judge_head(v, log, err) : rc;
}
