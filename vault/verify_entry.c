/*
 * An entry of an item: it is in its log's tree, was signed for that place
 * there, and by somebody who might (FORMAT.md, section 12, rules 6 and 7).
 * Those of the bundle's own log and of others are judged alike.
 */
#include <string.h>

#include "verify.h"

bool
ev_verify_entry_stands(const struct ev_verify_entry *entry)
{
	return entry->read && entry->proved && entry->signer != NULL && !entry->bad;
}

/* The number of the bundle's item that it is of. */
static uint64_t
item_of(const struct ev_verify_log *log, const struct ev_verify_entry *entry)
{
	return log->own ? entry->index : EV_NO_ITEM;
}

enum evault_status
ev_verify_entry_wrong(struct ev_verifying *v, const struct ev_verify_log *log,
		      struct ev_verify_entry *entry, enum evault_finding_kind kind,
		      const char *suffix, const char *sentence, struct evault_error *err)
{
	char path[EV_VERIFY_PATH_SIZE];

	entry->bad = true;
	ev_verify_path(log, "items", entry->index, suffix, path);
	return ev_find(&v->findings, err, kind, item_of(log, entry), path, "%s", sentence);
}

static enum evault_status
judge_signature(struct ev_verifying *v, const struct ev_verify_log *log, struct ev_verify_entry *e,
		const struct ev_entry *entry, struct evault_error *err)
{
	struct ev_slice name = entry->note.signatures[0].name;
	const struct ev_verifier *key =
	    ev_authority_signer(&log->authority, name, e->index, &e->role);
	uint64_t item = item_of(log, e);
	char path[EV_VERIFY_PATH_SIZE];

	ev_verify_path(log, "items", e->index, ".entry", path);
	if (key != NULL && entry->note.n_signatures == 1 &&
	    ev_note_verify(&entry->note, key, NULL) == EVAULT_OK) {
		e->signer = key;
		return EVAULT_OK;
	}
	e->bad = true;
	if (key != NULL)
		return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, item, path,
			       "the signature by %.*s does not fit the entry", (int)name.len,
			       (const char *)name.data);
	if (ev_authority_actor(&log->authority, ev_slice_of(name.data + name.len - 64, 64)) != NULL)
		return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, item, path,
			       "signed by %.*s, who was not one who may sign then", (int)name.len,
			       (const char *)name.data);
	return ev_find(&v->findings, err, EVAULT_FINDING_FORGED, item, path,
		       "signed by %.*s, whom no owner is shown to have admitted", (int)name.len,
		       (const char *)name.data);
}

static enum evault_status
keep(struct ev_verifying *v, const struct ev_verify_log *log, struct ev_verify_entry *e,
     const struct ev_entry *entry, struct evault_error *err)
{
	if (!entry->is_record)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_ALTERED, ".entry",
					     _("is no entry of an item"), err);
	if (entry->after != e->index)
		return ev_verify_entry_wrong(
		    v, log, e, EVAULT_FINDING_FORGED, ".entry",
		    _("was signed for another place in the log, or another history"), err);
	if (log->origin[0] != '\0' && strcmp(entry->origin, log->origin) != 0)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_FORGED, ".entry",
					     _("is of the log of another vault"), err);
	e->named = entry->record;
	e->root = entry->root;
	e->read = true;
	ev_merkle_leaf(v->body.data, v->body.len, &e->leaf);
	return EVAULT_OK;
}

enum evault_status
ev_verify_entry_take(struct ev_verifying *v, struct ev_verify_log *log, struct ev_verify_entry *e,
		     struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	struct ev_entry entry;
	enum evault_status rc;

	rc = ev_entry_parse(ev_slice_of(v->body.data, v->body.len), &entry, &why);
	if (rc != EVAULT_OK)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_ALTERED, ".entry", why.text,
					     err);
	if (v->pass == 1)
		rc = keep(v, log, e, &entry, err);
	e->again_entry = e->read && !log->settled;
	if (rc != EVAULT_OK || !e->read || !log->trusted)
		return rc;
	/* When it came first, nothing said yet whose log it is of. */
	if (strcmp(entry.origin, log->origin) != 0)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_FORGED, ".entry",
					     _("is of the log of another vault"), err);
	return judge_signature(v, log, e, &entry, err);
}

enum evault_status
ev_verify_entry_prove(struct ev_verifying *v, struct ev_verify_log *log, struct ev_verify_entry *e,
		      struct evault_error *err)
{
	char path[EV_VERIFY_PATH_SIZE];
	struct ev_verify_proof proof = { .index = e->index,
					 .item = item_of(log, e),
					 .path = path,
					 .leaf = &e->leaf,
					 .text = ev_slice_of(v->body.data, v->body.len) };
	struct ev_hash before;
	enum evault_status rc;
	bool good;

	e->again_proof = v->pass == 1 && (!e->read || !log->settled);
	if (e->again_proof || !e->read || !log->trusted)
		return EVAULT_OK;
	ev_verify_path(log, "items", e->index, ".tlog-proof", path);
	rc = ev_verify_proof(v, log, &proof, &before, &good, err);
	if (rc != EVAULT_OK || !good) {
		e->bad = true;
		return rc;
	}
	if (!ev_hash_equal(&before, &e->root))
		return ev_verify_entry_wrong(
		    v, log, e, EVAULT_FINDING_FORGED, ".entry",
		    _("was signed for another place in the log, or another history"), err);
	e->proved = true;
	return EVAULT_OK;
}

enum evault_status
ev_verify_entry_whole(struct ev_verifying *v, const struct ev_verify_log *log,
		      struct ev_verify_entry *e, struct evault_error *err)
{
	if (e->bad)
		return EVAULT_OK; /* it is said already */
	if (!e->read)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_MISSING, ".entry",
					     _("is not there"), err);
	if (!e->proved && log->trusted)
		return ev_verify_entry_wrong(v, log, e, EVAULT_FINDING_MISSING, ".tlog-proof",
					     _("is not there"), err);
	return EVAULT_OK;
}
