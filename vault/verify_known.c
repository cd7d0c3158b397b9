/* What who verifies a bundle knew before: a signer, and a head of the log. */
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "format/card.h"
#include "receive.h"
#include "verify.h"

enum {
	CHECKPOINT_MAX = 64 << 10 /* bytes of a checkpoint given to compare with */
};
#define OWN UINT64_MAX /* in place of an entry: the log of the vault itself */

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

	if (v->what->vault != NULL && ev_verify_load_seen(v, err) != EVAULT_OK)
		return EVAULT_E_IO;
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
	if (ev_authority_log_signed(&v->own_log.authority,
				    ev_slice_of(k->note.data, k->note.len))) {
		v->summary->against = EVAULT_ASKED_FAILS;
		v->forked = true;
		ev_verify_fork(v, ev_slice_of(k->note.data, k->note.len),
			       ev_slice_of(v->own_log.checkpoint.data, v->own_log.checkpoint.len));
		return ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the checkpoint given counts %llu entries, and is signed by a key "
			       "that the log that the bundle is of had at another time: one of the "
			       "two pasts was made up",
			       (unsigned long long)k->size);
	}
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

/* ---- what the vault has seen --------------------------------------------------------------- */

/* A bundle of this very vault, or of a copy of it: its tree and the log here are of one history. */
static enum evault_status
load_own(struct ev_verifying *v, struct evault_error *err)
{
	struct evault *vault = v->what->vault;
	struct ev_verify_known *k = &v->known;
	uint64_t size = ev_log_head(vault->log)->size;
	struct ev_catalog_receive *own;

	k->seen = calloc(1, sizeof(*k->seen));
	if (k->seen == NULL)
		return ev_fail_nomem(err);
	k->n_seen = 1;
	own = &k->seen[0].receive;
	own->bundle = true;
	own->index = OWN;
	own->size = v->share.size < size ? v->share.size : size;
	return ev_merkle_root_at(ev_log_fetch(vault->log), own->size, &own->root, err);
}

enum evault_status
ev_verify_load_seen(struct ev_verifying *v, struct evault_error *err)
{
	struct evault *vault = v->what->vault;
	struct ev_verify_known *k = &v->known;
	struct ev_catalog_receive receive;
	struct ev_verify_seen *grown;
	enum evault_status rc = EVAULT_OK;
	struct ev_hash origin;
	int64_t after = -1;

	if (!evault_reads(vault) ||
	    !ev_hash_parse(ev_slice_text(v->share.origin + strlen("evault/")), &origin))
		return EVAULT_OK;
	if (strcmp(v->share.origin, vault->note.origin) == 0)
		return load_own(v, err);
	while (rc == EVAULT_OK) {
		rc = ev_vault_next_receive(vault, &origin, after, &receive, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)receive.index;
		/* That vault has said itself that there was a copy with another past. */
		if (receive.twin)
			continue;
		grown = realloc(k->seen, (k->n_seen + 1) * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		k->seen = grown;
		k->seen[k->n_seen++] = (struct ev_verify_seen){ .receive = receive };
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* The head that was kept, in the words of a checkpoint: the signed one is in the original there. */
static enum evault_status
tell_seen(struct ev_verifying *v, const struct ev_catalog_receive *seen, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	char cited[EVAULT_CITATION_SIZE];
	struct ev_checkpoint c = { .size = seen->size, .root = seen->root };
	enum evault_status rc;

	v->summary->seen = EVAULT_ASKED_FAILS;
	v->forked = true;
	memcpy(c.origin, v->share.origin, sizeof(c.origin));
	ev_checkpoint_text(&c, &text);
	ev_verify_fork(v, ev_slice_of(text.data, text.len),
		       ev_slice_of(v->own_log.checkpoint.data, v->own_log.checkpoint.len));
	ev_buf_release(&text);
	if (seen->index == OWN)
		return ev_find(
		    &v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
		    "the bundle is of a copy of this vault that went on alone: its first "
		    "%llu entries are not those that are here",
		    (unsigned long long)seen->size);
	ev_vault_cite(v->what->vault, seen->index, cited);
	rc = ev_find(&v->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
		     "the log that the bundle is of had other first %llu entries when %s was "
		     "received: one of the two pasts was made up",
		     (unsigned long long)seen->size, cited);
	return rc;
}

static enum evault_status
join_seen(struct ev_verifying *v, uint64_t size, const struct ev_hash *root,
	  struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_seen *s;
	size_t i;

	for (i = 0; i < v->known.n_seen && rc == EVAULT_OK; i++) {
		s = &v->known.seen[i];
		if (s->receive.size != size || v->forked)
			continue;
		s->joined = ev_hash_equal(&s->receive.root, root);
		if (!s->joined)
			rc = tell_seen(v, &s->receive, err);
	}
	return rc;
}

/* What is kept of a longer log may show that the tree of the bundle is in it. */
static enum evault_status
look_in_kept(struct ev_verifying *v, struct ev_verify_seen *longest, struct evault_error *err)
{
	struct ev_log_past past = { .size = v->share.size, .root = v->share.root };
	struct ev_verify_seen *s;
	enum evault_status rc;
	size_t i;

	for (i = 0; i < v->known.n_seen; i++) {
		s = &v->known.seen[i];
		if (s->receive.size < past.size || s->receive.index == OWN)
			continue;
		rc = ev_kept_proof_compare(v->what->vault, &s->receive, &past, err);
		if (rc == EVAULT_E_NOMEM)
			return rc;
		if (rc != EVAULT_OK || !past.reached)
			continue;
		longest->joined = past.agrees;
		return past.agrees ? EVAULT_OK : tell_seen(v, &s->receive, err);
	}
	return EVAULT_OK;
}

enum evault_status
ev_verify_judge_seen(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_seen *longest = v->known.seen;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (v->known.n_seen == 0 || !v->own_log.trusted || v->forked)
		return EVAULT_OK;
	/* Those that were received are of one history: the longest stands for all. */
	for (i = 1; i < v->known.n_seen; i++)
		if (v->known.seen[i].receive.size > longest->receive.size)
			longest = &v->known.seen[i];
	v->summary->seen_entries = longest->receive.size;
	if (!longest->joined && longest->receive.size > v->share.size)
		rc = look_in_kept(v, longest, err);
	if (!v->forked)
		v->summary->seen = longest->joined ? EVAULT_ASKED_HOLDS : EVAULT_ASKED_OPEN;
	return rc;
}

enum evault_status
ev_verify_join(struct ev_verifying *v, uint64_t size, const struct ev_hash *root,
	       struct evault_error *err)
{
	const struct ev_verify_known *k = &v->known;
	enum evault_status rc;
	size_t i;

	/* Only what the log has signed counts. */
	if (!v->own_log.trusted)
		return EVAULT_OK;
	for (i = 0; i < k->n_pasts; i++) {
		if (k->pasts[i].size != size)
			continue;
		k->pasts[i].reached = true;
		k->pasts[i].agrees = ev_hash_equal(&k->pasts[i].root, root);
	}
	rc = join_seen(v, size, root, err);
	if (rc != EVAULT_OK || !k->has_tree || size != k->size ||
	    v->summary->against == EVAULT_ASKED_FAILS)
		return rc;
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
