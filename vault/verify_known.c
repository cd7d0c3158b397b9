/* What who verifies a bundle knew before: a signer, and a head of the log. */
#include <string.h>

#include "contact.h"
#include "format/card.h"
#include "verify.h"

enum {
	CHECKPOINT_MAX = 64 << 10 /* bytes of a checkpoint given to compare with */
};

/* ---- what was given -------------------------------------------------------------- */

/* A verifier key as it is, or a card in a file. */
static enum evault_status
load_signer(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_known *k = &v->known;
	struct ev_slice given = ev_slice_text(v->what->signer);
	struct ev_buf note = EV_BUF_INIT;
	char shown[EV_SHOW_SIZE];
	struct ev_card card;
	enum evault_status rc;

	k->has_signer = true;
	if (ev_slice_starts(given, "evault/") && memchr(given.data, '+', given.len) != NULL) {
		rc = ev_verifier_parse(given, &k->signer, err);
		if (rc == EVAULT_OK && !ev_actor_name_valid(ev_slice_text(k->signer.name)) &&
		    !ev_origin_valid(ev_slice_text(k->signer.name)))
			rc = ev_fail(err, EVAULT_E_FORMAT,
				     "the key given is neither an actor's nor a log's");
		return rc;
	}
	ev_show_path(v->what->signer, shown);
	rc = ev_os_load_user(v->what->signer, EVAULT_CARD_MAX, &note, err);
	if (rc == EVAULT_E_LIMIT)
		rc = ev_fail(err, EVAULT_E_FORMAT, "%s: this is not a card of evault", shown);
	else if (rc == EVAULT_OK &&
		 (rc = ev_card_open(ev_slice_of(note.data, note.len), &card, err)) != EVAULT_OK)
		rc = ev_error_prefix(err, rc, shown);
	ev_buf_release(&note);
	if (rc != EVAULT_OK)
		return rc;
	k->signer = card.actor;
	memcpy(k->origin, card.origin, sizeof(k->origin));
	memcpy(k->name, card.name, sizeof(k->name));
	k->verify_text = card.verify;
	k->has_verify_text = true;
	return EVAULT_OK;
}

static enum evault_status
load_checkpoint(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_known *k = &v->known;
	struct ev_checkpoint c;
	struct ev_note note;
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = ev_os_load_user(v->what->against, CHECKPOINT_MAX, &k->note, err);

	if (rc != EVAULT_OK)
		return rc;
	if (ev_note_parse(ev_slice_of(k->note.data, k->note.len), &note, NULL) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, NULL) != EVAULT_OK ||
	    !ev_origin_valid(ev_slice_text(c.origin)))
		return ev_fail(err, EVAULT_E_FORMAT, "%s: is no checkpoint",
			       ev_show_path(v->what->against, shown));
	k->size = c.size;
	k->root = c.root;
	return EVAULT_OK;
}

enum evault_status
ev_verify_load_known(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_known *k = &v->known;
	enum evault_status rc = EVAULT_OK;

	if (v->what->signer != NULL)
		rc = load_signer(v, err);
	if (rc == EVAULT_OK && v->what->against != NULL)
		rc = load_checkpoint(v, err);
	if (rc == EVAULT_OK && v->what->against_short != NULL) {
		rc = ev_short_parse(ev_slice_text(v->what->against_short), &k->typed, err);
		ev_buf_puts(&k->note, v->what->against_short);
		k->is_short = true;
		k->size = k->typed.size;
		k->root = k->typed.root;
	}
	if (rc == EVAULT_OK && v->what->vault != NULL)
		rc = ev_contacts_load(v->what->vault, &v->contacts, err);
	k->has_tree = v->what->against != NULL || v->what->against_short != NULL;
	v->summary->known = k->size;
	if (k->has_tree)
		v->summary->against = EVAULT_ASKED_OPEN;
	return rc;
}

/* ---- the head of the log ----------------------------------------------------------------- */

enum evault_status
ev_verify_known_origin(struct ev_verifying *v, struct evault_error *err)
{
	const struct ev_verify_known *k = &v->known;
	struct ev_checkpoint c;
	struct ev_note note;

	if (!k->has_tree)
		return EVAULT_OK;
	if (k->is_short && ev_short_fits(&k->typed, v->share.origin))
		return EVAULT_OK;
	if (k->is_short)
		return ev_fail(err, EVAULT_E_USAGE,
			       "the checkpoint given is of another vault than the bundle, %s, or "
			       "the number of entries in it is mistyped",
			       v->share.origin);
	if (ev_note_parse(ev_slice_of(k->note.data, k->note.len), &note, err) != EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &c, err) != EVAULT_OK)
		return EVAULT_E_FORMAT;
	if (strcmp(c.origin, v->share.origin) != 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "the checkpoint given is of %s, and the bundle is of %s", c.origin,
			       v->share.origin);
	return EVAULT_OK;
}

enum evault_status
ev_verify_known_signed(struct ev_verifying *v, struct evault_error *err)
{
	const struct ev_verify_known *k = &v->known;
	const struct ev_verifier *key = ev_authority_log_key(&v->own_log.authority, k->size);
	struct ev_checkpoint c;
	char shown[EV_SHOW_SIZE];

	/* A later one may be signed by a key that the bundle does not know yet: it joins nothing.
	 */
	if (!k->has_tree || k->is_short || k->size > v->share.size)
		return EVAULT_OK;
	if (ev_checkpoint_open(ev_slice_of(k->note.data, k->note.len), key, true, &c, NULL) ==
	    EVAULT_OK)
		return EVAULT_OK;
	return ev_fail(err, EVAULT_E_FORMAT, "%s: is not signed by the log that the bundle is of",
		       ev_show_path(v->what->against, shown));
}

void
ev_verify_fork(struct ev_verifying *v, struct ev_slice known, struct ev_slice found)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;

	ev_buf_add(&a, known.data, known.len);
	ev_buf_add(&b, found.data, found.len);
	if (v->what->fork != NULL && ev_buf_text(&a) != NULL && ev_buf_text(&b) != NULL)
		v->what->fork(v->what->ctx, (const char *)a.data, (const char *)b.data);
	ev_buf_release(&a);
	ev_buf_release(&b);
}

enum evault_status
ev_verify_join(struct ev_verifying *v, uint64_t size, const struct ev_hash *root,
	       struct evault_error *err)
{
	const struct ev_verify_known *k = &v->known;

	/* Only what the log has signed counts. */
	if (!k->has_tree || !v->own_log.trusted || size != k->size ||
	    v->summary->against == EVAULT_ASKED_FAILS)
		return EVAULT_OK;
	if (ev_hash_equal(root, &k->root)) {
		v->summary->against = EVAULT_ASKED_HOLDS;
		return EVAULT_OK;
	}
	v->summary->against = EVAULT_ASKED_FAILS;
	v->forked = true;
	ev_verify_fork(v, ev_slice_of(k->note.data, k->note.len),
		       ev_slice_of(v->own_log.checkpoint.data, v->own_log.checkpoint.len));
	return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
		       "the log that the bundle is of had other first %llu entries than the "
		       "checkpoint vouches for that was given: one of the two pasts was made up",
		       (unsigned long long)size);
}

/* ---- the signer --------------------------------------------------------------------------- */

/* A log's key stands for everybody whom that log admits. */
static bool
is_given(const struct ev_verifying *v, const struct ev_verifier *key)
{
	const struct ev_verify_known *k = &v->known;
	bool same = ev_verifier_equal(&k->signer, key) ||
		    ev_verifier_equal(&k->signer, &v->own_log.note.log);
	size_t i;

	for (i = 0; i < v->own_log.authority.n_log_keys; i++)
		same = same ||
		       ev_verifier_equal(&k->signer, &v->own_log.authority.log_keys[i].verifier);
	return same && (k->origin[0] == '\0' || strcmp(k->origin, v->share.origin) == 0);
}

static const char *
contact_of(const struct ev_verifying *v, const char *origin, const struct ev_verifier *key)
{
	const struct evault_contact *c;
	char vkey[EV_NOTE_VKEY_SIZE];
	size_t i;

	ev_verifier_text(key, vkey);
	for (i = 0; i < v->contacts.n; i++) {
		c = &v->contacts.list[i];
		if (strcmp(c->card.actor, vkey) == 0 && strcmp(c->card.origin, origin) == 0)
			return c->name;
	}
	return NULL;
}

const char *
ev_verify_known_name(const struct ev_verifying *v, const char *origin,
		     const struct ev_verifier *key)
{
	const struct ev_verify_known *k = &v->known;
	const char *name = contact_of(v, origin, key);

	if (name == NULL && k->name[0] != '\0' && strcmp(k->origin, origin) == 0 &&
	    ev_verifier_equal(&k->signer, key))
		name = k->name;
	return name;
}

void
ev_verify_know_signer(struct ev_verifying *v, const struct ev_verifier *key)
{
	struct evault_verify_summary *s = v->summary;
	const char *name;

	if (v->known.has_signer) {
		s->signer_known = EVAULT_ASKED_FAILS;
		if (is_given(v, key)) {
			s->signer_known = EVAULT_ASKED_HOLDS;
			memcpy(s->signer_name, v->known.name, sizeof(s->signer_name));
		}
	}
	if (v->what->vault == NULL)
		return;
	if (s->signer_known == EVAULT_ASKED_NOT)
		s->signer_known = EVAULT_ASKED_OPEN;
	name = contact_of(v, v->share.origin, key);
	if (name == NULL)
		return;
	memcpy(s->signer_name, name, sizeof(s->signer_name));
	if (v->what->signer == NULL)
		s->signer_known = EVAULT_ASKED_HOLDS;
}
