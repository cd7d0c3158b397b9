/*
 * What of a bundle is signed, and by whom: the share note, the entries that
 * say who may sign, the tree that all is proved to be in, and the trees that
 * it goes on from.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

static const char share_path[] = "evault/share.note";
static const char vault_path[] = "evault/keys/vault";

/* ---- as they come ------------------------------------------------------------------ */

enum evault_status
ev_verify_take_share(struct ev_verifying *v, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	struct evault_verify_summary *s = v->summary;
	enum evault_status rc;

	ev_buf_add(&v->share_bytes, v->body.data, v->body.len);
	if (ev_buf_ask(&v->share_bytes, err) != EVAULT_OK)
		return EVAULT_E_NOMEM;
	rc = ev_share_note_parse(ev_slice_of(v->share_bytes.data, v->share_bytes.len), &v->share,
				 &v->share_signed, &why);
	if (rc != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, share_path,
			       "%s", why.text);
	v->has_share = true;
	memcpy(s->origin, v->share.origin, sizeof(s->origin));
	memcpy(s->to, v->share.to, sizeof(s->to));
	ev_os_format_time(v->share.time, s->time);
	ev_hash_hex(&v->share.tagmanifest, s->tagmanifest);
	ev_hash_hex(&v->share.root, s->root);
	s->entries = v->share.size;
	return EVAULT_OK;
}

/* The place of entry v->number among the keys; NULL when memory runs out. */
static struct ev_verify_key *
key_of(struct ev_verifying *v)
{
	size_t cap = v->cap_keys == 0 ? 16 : 2 * v->cap_keys, i;
	struct ev_verify_key *grown;

	for (i = v->n_keys; i > 0; i--)
		if (v->keys[i - 1].index == v->number)
			return &v->keys[i - 1];
	if (v->n_keys == v->cap_keys) {
		grown = realloc(v->keys, cap * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		v->keys = grown;
		v->cap_keys = cap;
	}
	v->keys[v->n_keys] = (struct ev_verify_key){ .index = v->number,
						     .entry = EV_BUF_INIT,
						     .proof = EV_BUF_INIT };
	return &v->keys[v->n_keys++];
}

enum evault_status
ev_verify_take_key(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_key *key;
	struct ev_buf *to;

	v->key_bytes += v->body.len + sizeof(*key);
	if (v->key_bytes > EV_VERIFY_KEYS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "evault/keys has more than %d bytes",
			       EV_VERIFY_KEYS_MAX);
	if (v->kind == EV_BUNDLE_VAULT) {
		to = &v->vault_note;
		v->has_vault_note = true;
	} else {
		key = key_of(v);
		if (key == NULL)
			return ev_fail_nomem(err);
		to = v->kind == EV_BUNDLE_KEY_ENTRY ? &key->entry : &key->proof;
		key->has_entry = key->has_entry || v->kind == EV_BUNDLE_KEY_ENTRY;
		key->has_proof = key->has_proof || v->kind == EV_BUNDLE_KEY_PROOF;
	}
	ev_buf_add(to, v->body.data, v->body.len);
	return ev_buf_ask(to, err);
}

/* ---- trees ------------------------------------------------------------------------------ */

static enum evault_status
judge_tree(struct ev_verifying *v, const struct ev_consistency *c, struct evault_error *err)
{
	char path[64];

	snprintf(path, sizeof(path), "evault/consistency/%04" PRIu64 ".proof", c->from);
	if (c->to != v->share.size || !ev_hash_equal(&c->to_root, &v->share.root))
		return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, path,
			       "leads to another tree than the one of the share note");
	if (!ev_consistency_verify(c))
		return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, path,
			       "does not show that the log goes on from what it was");
	if (!v->trusted)
		return EVAULT_OK;
	v->summary->proofs++;
	return ev_verify_join(v, c->from, &c->from_root, err);
}

enum evault_status
ev_verify_take_tree(struct ev_verifying *v, struct evault_error *err)
{
	const char *path = ev_verify_members_name(&v->members, v->member);
	struct ev_consistency c, *grown;

	if (v->n_trees >= EV_VERIFY_TREES_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "evault/consistency has more than %d proofs",
			       EV_VERIFY_TREES_MAX);
	if (ev_consistency_parse(ev_slice_of(v->body.data, v->body.len), &c, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "is no proof that a log goes on from what it was");
	if (c.from != v->number)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "is the proof for another tree, of %" PRIu64 " entries", c.from);
	if (v->settled)
		return judge_tree(v, &c, err);
	grown = realloc(v->trees, (v->n_trees + 1) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	v->trees = grown;
	grown[v->n_trees++] = c;
	return EVAULT_OK;
}

/* ---- proofs of entries ---------------------------------------------------------------------- */

/* Says what another checkpoint than the share note's is. */
static enum evault_status
other_head(struct ev_verifying *v, uint64_t index, const char *path, struct ev_slice bytes,
	   struct evault_error *err)
{
	struct ev_checkpoint c;
	struct ev_note note;

	if (ev_note_parse(bytes, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, index, path,
			       "has no checkpoint of a log");
	if (strcmp(c.origin, v->share.origin) != 0)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, index, path,
			       "is a proof for the log of another vault, %s", c.origin);
	if (c.size == v->share.size && ev_hash_equal(&c.root, &v->share.root))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, index, path,
			       "has another checkpoint than the other proofs have");
	if (c.size == v->share.size && v->trusted &&
	    ev_checkpoint_open(bytes, ev_authority_log_key(&v->authority, c.size), true, &c,
			       NULL) == EVAULT_OK) {
		v->forked = true;
		ev_verify_fork(v, ev_slice_of(v->checkpoint.data, v->checkpoint.len), bytes);
	}
	return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, index, path,
		       "is a proof for another tree, of %" PRIu64 " entries, than the share "
		       "note's, of %" PRIu64,
		       c.size, v->share.size);
}

/* The first one is kept, and verified when the keys are known; the others are the same. */
static bool
same_head(struct ev_verifying *v, struct ev_slice bytes)
{
	struct ev_checkpoint c;
	struct ev_note note;

	if (v->checkpoint.len > 0)
		return ev_slice_equal(bytes, ev_slice_of(v->checkpoint.data, v->checkpoint.len));
	if (ev_note_parse(bytes, &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK ||
	    strcmp(c.origin, v->share.origin) != 0 || c.size != v->share.size ||
	    !ev_hash_equal(&c.root, &v->share.root))
		return false;
	ev_buf_add(&v->checkpoint, bytes.data, bytes.len);
	return true;
}

static enum evault_status
judge_proof(struct ev_verifying *v, uint64_t index, uint64_t item, const char *path,
	    const struct ev_hash *leaf, struct ev_slice text, struct ev_hash *before, bool *good,
	    struct evault_error *err)
{
	struct ev_proof p;

	*good = false;
	if (ev_proof_parse(text, &p, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "is no proof that an entry is in a log");
	if (p.index != index)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "is the proof of another entry, %" PRIu64, p.index);
	if (!same_head(v, p.checkpoint))
		return other_head(v, item, path, p.checkpoint, err);
	if (!ev_merkle_verify(index, v->share.size, leaf, p.proof, p.n, &v->share.root))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "does not show the entry to be in the log");
	ev_merkle_before(index, v->share.size, p.proof, p.n, before);
	*good = true;
	return EVAULT_OK;
}

enum evault_status
ev_verify_proof(struct ev_verifying *v, uint64_t index, const struct ev_hash *leaf,
		struct ev_slice text, struct ev_hash *before, bool *good, struct evault_error *err)
{
	char path[64];

	snprintf(path, sizeof(path), "evault/items/%04" PRIu64 ".tlog-proof", index);
	return judge_proof(v, index, index, path, leaf, text, before, good, err);
}

/* ---- who may sign ------------------------------------------------------------------------------
 */

/* The authority finds by number; the member is named, too. */
static enum evault_status
report_key(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
	   const char *detail, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	char member[64];

	(void)path;
	snprintf(member, sizeof(member), "evault/keys/%04" PRIu64 ".entry", index);
	return v->findings.report(v->findings.ctx, kind, EV_NO_ITEM, member, detail, err);
}

static enum evault_status
admit(struct ev_verifying *v, const struct ev_verify_key *key, const char *path, bool *taken,
      struct evault_error *err)
{
	struct ev_slice bytes = ev_slice_of(key->entry.data, key->entry.len);
	struct ev_findings findings = { report_key, v };
	struct evault_error why = { .text = "" };
	struct ev_hash leaf, before;
	struct ev_entry entry;
	enum evault_status rc;
	char proof[64];
	bool good;

	snprintf(proof, sizeof(proof), "evault/keys/%04" PRIu64 ".tlog-proof", key->index);
	if (ev_entry_parse(bytes, &entry, &why) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s",
			       why.text);
	ev_merkle_leaf(bytes.data, bytes.len, &leaf);
	rc = judge_proof(v, key->index, EV_NO_ITEM, proof, &leaf,
			 ev_slice_of(key->proof.data, key->proof.len), &before, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	ev_authority_skip(&v->authority, key->index);
	return ev_authority_take(&v->authority, &entry, &before, &findings, taken, err);
}

static int
by_index(const void *a, const void *b)
{
	const struct ev_verify_key *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* All entries of evault/keys, in order; *good: the first one is entry 0, and counts. */
static enum evault_status
admit_all(struct ev_verifying *v, bool *good, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	char path[64];
	bool taken;
	size_t i;

	*good = false;
	if (v->n_keys > 1)
		qsort(v->keys, v->n_keys, sizeof(*v->keys), by_index);
	for (i = 0; i < v->n_keys && rc == EVAULT_OK; i++) {
		snprintf(path, sizeof(path), "evault/keys/%04" PRIu64 ".entry", v->keys[i].index);
		taken = false;
		if (!v->keys[i].has_entry || !v->keys[i].has_proof)
			rc = ev_find(&v->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
				     "an entry and its proof go together, and one of them is not "
				     "there");
		else
			rc = admit(v, &v->keys[i], path, &taken, err);
		*good = *good || (v->keys[i].index == 0 && taken);
	}
	if (rc == EVAULT_OK && (v->n_keys == 0 || v->keys[0].index != 0))
		rc = ev_find(&v->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM,
			     "evault/keys/0000.entry",
			     "the first entry of the log is not there: nobody can be shown to be "
			     "one who may sign");
	return rc;
}

/* ---- the share note's signer --------------------------------------------------------------------
 */

static enum evault_status
judge_signer(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_slice name = v->share_signed.signatures[0].name;
	const struct ev_actor *actor =
	    ev_authority_actor(&v->authority, ev_slice_of(name.data + name.len - 64, 64));
	const struct ev_verifier *key = ev_authority_signer(&v->authority, name, v->share.size);
	char vkey[EV_NOTE_VKEY_SIZE];

	if (actor == NULL)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, share_path,
			       "signed by %.*s, whom no owner is shown to have admitted",
			       (int)name.len, (const char *)name.data);
	if (key == NULL)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, share_path,
			       "signed by %.*s, whose key was removed before", (int)name.len,
			       (const char *)name.data);
	if (ev_note_verify(&v->share_signed, key, NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, share_path,
			       "the signature by %.*s does not fit it", (int)name.len,
			       (const char *)name.data);
	if (actor->role == EV_ROLE_CAPTURE)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, share_path,
			       "signed by %.*s, who may add to the vault and not share it",
			       (int)name.len, (const char *)name.data);
	ev_verifier_text(key, vkey);
	snprintf(v->summary->signer, sizeof(v->summary->signer), "%.*s", EVAULT_VKEY_SIZE - 1,
		 vkey);
	v->summary->role = (enum evault_role)actor->role;
	return ev_verify_know_signer(v, key, err);
}

/* ---- all of it
 * ------------------------------------------------------------------------------------ */

static enum evault_status
open_note(struct ev_verifying *v, bool *good, struct evault_error *err)
{
	struct evault_error why = { .text = "" };

	*good = false;
	if (ev_vault_note_open(ev_slice_of(v->vault_note.data, v->vault_note.len), &v->note,
			       &why) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, vault_path,
			       "%s", why.text);
	if (strcmp(v->note.origin, v->share.origin) != 0)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, vault_path,
			       "is that of another vault, %s", v->note.origin);
	*good = true;
	return EVAULT_OK;
}

/* The log's key has signed the tree, and entry 0 names the vault note. */
static enum evault_status
judge_head(struct ev_verifying *v, bool *good, struct evault_error *err)
{
	const struct ev_verifier *key = ev_authority_log_key(&v->authority, v->share.size);
	const struct ev_named_file *named = ev_authority_file(&v->authority, "vault");
	struct ev_checkpoint c;
	struct ev_hash hash;

	*good = false;
	ev_hash_of(v->vault_note.data, v->vault_note.len, &hash);
	if (named == NULL || !ev_hash_equal(&named->hash, &hash))
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, vault_path,
			       "is not the vault note that the first entry of the log names");
	if (ev_checkpoint_open(ev_slice_of(v->checkpoint.data, v->checkpoint.len), key, true, &c,
			       NULL) != EVAULT_OK)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM,
			       "evault/keys/0000.tlog-proof",
			       "its checkpoint is not signed by the key that the log had then");
	*good = true;
	return EVAULT_OK;
}

enum evault_status
ev_verify_settle(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc;
	bool good;
	size_t i;

	v->settled = true;
	if (!v->has_share || !v->has_vault_note)
		return EVAULT_OK; /* that they are missing is said elsewhere */
	rc = open_note(v, &good, err);
	if (rc != EVAULT_OK || !good)
		return rc;
	ev_authority_init(&v->authority, &v->note);
	v->authority.partial = true;
	v->has_authority = true;
	rc = ev_verify_known_origin(v, err);
	if (rc == EVAULT_OK)
		rc = admit_all(v, &good, err);
	if (rc == EVAULT_OK && good)
		rc = judge_head(v, &v->trusted, err);
	if (rc == EVAULT_OK && good)
		rc = judge_signer(v, err);
	if (rc == EVAULT_OK && v->trusted)
		rc = ev_verify_known_signed(v, err);
	if (rc == EVAULT_OK && v->trusted)
		rc = ev_verify_join(v, v->share.size, &v->share.root, err);
	for (i = 0; i < v->n_trees && rc == EVAULT_OK; i++)
		rc = judge_tree(v, &v->trees[i], err);
	return rc;
}
