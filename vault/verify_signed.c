/*
 * What the sender of a bundle has signed: the share note, its tree, and the
 * trees that it goes on from.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

static const char share_path[] = "evault/share.note";

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
	memcpy(v->own_log.origin, v->share.origin, sizeof(v->own_log.origin));
	v->own_log.size = v->share.size;
	v->own_log.root = v->share.root;
	v->own_log.has_root = true;
	memcpy(s->origin, v->share.origin, sizeof(s->origin));
	memcpy(s->to, v->share.to, sizeof(s->to));
	ev_os_format_time(v->share.time, s->time);
	ev_hash_hex(&v->share.tagmanifest, s->tagmanifest);
	ev_hash_hex(&v->share.root, s->root);
	s->entries = v->share.size;
	return EVAULT_OK;
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
	if (!v->own_log.trusted)
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
	if (c.from != v->place.number)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path,
			       "is the proof for another tree, of %" PRIu64 " entries", c.from);
	if (v->own_log.settled)
		return judge_tree(v, &c, err);
	grown = realloc(v->trees, (v->n_trees + 1) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	v->trees = grown;
	grown[v->n_trees++] = c;
	return EVAULT_OK;
}

/* ---- the share note's signer --------------------------------------------------------------------
 */

static enum evault_status
judge_signer(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_slice name = v->share_signed.signatures[0].name;
	enum ev_role role = EV_ROLE_CAPTURE;
	const struct ev_actor *actor =
	    ev_authority_actor(&v->own_log.authority, ev_slice_of(name.data + name.len - 64, 64));
	const struct ev_verifier *key =
	    ev_authority_signer(&v->own_log.authority, name, v->share.size, &role);
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
	if (role == EV_ROLE_CAPTURE)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, EV_NO_ITEM, share_path,
			       "signed by %.*s, who may add to the vault and not share it",
			       (int)name.len, (const char *)name.data);
	ev_verifier_text(key, vkey);
	snprintf(v->summary->signer, sizeof(v->summary->signer), "%.*s", EVAULT_VKEY_SIZE - 1,
		 vkey);
	v->summary->role = (enum evault_role)role;
	ev_verify_know_signer(v, key);
	return EVAULT_OK;
}

/* ---- all of it
 * ------------------------------------------------------------------------------------ */

enum evault_status
ev_verify_settle(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_log *log = &v->own_log;
	enum evault_status rc;
	size_t i;

	log->settled = true;
	if (!v->has_share || !log->has_vault_note)
		return EVAULT_OK; /* that they are missing is said elsewhere */
	rc = ev_verify_settle_log(v, log, err);
	if (rc != EVAULT_OK || !log->has_authority)
		return rc;
	if (log->begun)
		rc = judge_signer(v, err);
	if (rc == EVAULT_OK && log->trusted)
		rc = ev_verify_known_signed(v, err);
	if (rc == EVAULT_OK && log->trusted)
		rc = ev_verify_join(v, log->size, &log->root, err);
	for (i = 0; i < v->n_trees && rc == EVAULT_OK; i++)
		rc = judge_tree(v, &v->trees[i], err);
	return rc;
}

enum evault_status
ev_verify_compare_heads(struct ev_verifying *v, struct evault_error *err)
{
	const struct ev_verify_log *own = &v->own_log, *log;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < v->n_logs && rc == EVAULT_OK; i++) {
		log = v->logs[i];
		if (!own->trusted || !log->trusted || strcmp(own->origin, log->origin) != 0 ||
		    own->size != log->size || ev_hash_equal(&own->root, &log->root))
			continue;
		v->forked = true;
		ev_verify_fork(v, ev_slice_of(own->checkpoint.data, own->checkpoint.len),
			       ev_slice_of(log->checkpoint.data, log->checkpoint.len));
		rc = ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, log->folder,
			     "is of another tree of the log that the bundle is of, and as large: "
			     "one of the two pasts was made up");
	}
	return rc;
}
