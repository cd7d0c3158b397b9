/*
 * With the key, when all packs were read: the logs of other vaults that are
 * kept, and whether what was received is what they say.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "receive.h"

/* ---- logs --------------------------------------------------------------------------- */

struct looking {
	struct ev_checking *c;
	struct ev_catalog_receive receive;
	struct ev_log_past *pasts; /* what was received earlier of the same vault, and is shorter */
	struct ev_catalog_receive *earlier;
	size_t n_pasts;
	struct ev_set entries; /* of the log at hand */
};

static enum evault_status
note_entry(void *ctx, const struct ev_kept_entry *entry, struct evault_error *err)
{
	struct looking *l = ctx;
	struct ev_hash key;
	bool fresh;

	ev_kept_log_key(&entry->place, &key);
	return ev_set_add(&l->entries, &key, &fresh, err);
}

/* Of a copy of a vault, which that vault has received: that it is a fork was said then. */
static bool
is_twin(const struct evault *v, const struct ev_catalog_receive *receive)
{
	struct ev_hash own;

	return receive->twin ||
	       (!receive->received &&
		ev_hash_parse(ev_slice_text(v->note.origin + strlen("evault/")), &own) &&
		ev_hash_equal(&own, &receive->origin));
}

/* All records of logs of this vault whose trees are smaller, or as large. */
static enum evault_status
find_pasts(struct looking *l, struct evault_error *err)
{
	struct ev_catalog_receive other;
	enum evault_status rc = EVAULT_OK;
	int64_t after = -1;
	void *grown;

	if (is_twin(l->c->v, &l->receive))
		return EVAULT_OK;
	while (rc == EVAULT_OK) {
		rc = ev_vault_next_receive(l->c->v, &l->receive.origin, after, &other, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)other.index;
		if (other.size > l->receive.size || is_twin(l->c->v, &other))
			continue;
		grown = realloc(l->pasts, (l->n_pasts + 1) * sizeof(*l->pasts));
		if (grown == NULL)
			return ev_fail_nomem(err);
		l->pasts = grown;
		grown = realloc(l->earlier, (l->n_pasts + 1) * sizeof(*l->earlier));
		if (grown == NULL)
			return ev_fail_nomem(err);
		l->earlier = grown;
		l->earlier[l->n_pasts] = other;
		l->pasts[l->n_pasts++] =
		    (struct ev_log_past){ .size = other.size, .root = other.root };
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static enum evault_status
judge_pasts(struct looking *l, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	char cited[EVAULT_CITATION_SIZE];
	size_t i;

	for (i = 0; i < l->n_pasts && rc == EVAULT_OK; i++) {
		/* A bundle shows of few trees that it goes on from them. */
		if (l->pasts[i].agrees || (l->receive.bundle && !l->pasts[i].reached))
			continue;
		ev_vault_cite_item(l->c->v, l->earlier[i].index, cited);
		rc = ev_find(&l->c->findings, err, EVAULT_FINDING_HISTORY, l->receive.index, "",
			     "what was kept with it, and what was kept with %s, are of one vault's "
			     "log and not of one history: one of the two is a fork",
			     cited);
	}
	return rc;
}

/* What a good log says is vouched for. */
static enum evault_status
vouch(struct looking *l, struct evault_error *err)
{
	enum evault_status rc;
	const struct ev_hash *key;
	size_t at = 0;
	bool fresh;

	rc = ev_set_add(&l->c->vouching, &l->receive.origin, &fresh, err);
	while (rc == EVAULT_OK && (key = ev_set_next(&l->entries, &at)) != NULL)
		rc = ev_set_add(&l->c->vouched, key, &fresh, err);
	return rc;
}

static enum evault_status
check_log(struct looking *l, const struct ev_hash *sha256, struct evault_error *err)
{
	struct ev_kept_proof kept = { .receive = l->receive, .entry = note_entry, .ctx = l };
	struct evault_error why = { 0 };
	enum evault_status rc = find_pasts(l, err);

	kept.pasts = l->pasts;
	kept.n_pasts = l->n_pasts;
	if (rc != EVAULT_OK)
		return rc;
	rc = ev_kept_proof_read(l->c->v, &kept, sha256, &why);
	if (rc == EVAULT_OK)
		rc = judge_pasts(l, err);
	else if (rc == EVAULT_E_DAMAGED && l->receive.bundle)
		return ev_find(&l->c->findings, err, EVAULT_FINDING_FORGED, l->receive.index, "",
			       "the bundle that was kept with it: %s", why.text);
	else if (rc == EVAULT_E_DAMAGED)
		return ev_find(&l->c->findings, err, EVAULT_FINDING_FORGED, l->receive.index, "",
			       "the log that was kept with it: %s", why.text);
	else if (rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_IO)
		return EVAULT_OK; /* told of its original */
	else
		return ev_fail(err, rc, "%s", why.text);
	return rc == EVAULT_OK ? vouch(l, err) : rc;
}

static enum evault_status
check_receive(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct looking l = { .c = ctx };
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	const struct ev_record_field *f;
	struct ev_record record;
	struct ev_hash sha256;
	enum evault_status rc;
	size_t n;

	ev_record_init(&record);
	rc = ev_vault_record(l.c->v, &entry->digest, &record, NULL);
	if (rc == EVAULT_OK && !ev_vault_might_receive(l.c->v, entry)) {
		rc = ev_find(&l.c->findings, err, EVAULT_FINDING_FORGED, entry->index, "",
			     "says that something was received, and its signer may only add");
	} else if (rc == EVAULT_OK && ev_catalog_parse_receive(&record, &l.receive)) {
		l.receive.index = entry->index;
		rc = ev_provenance_read(&record, chain, &n, err);
		l.receive.received = n > 0;
		l.receive.twin = n > 0 && ev_hash_equal(&chain[n - 1].origin, &l.receive.origin);
		f = ev_record_find(&record, "sha256");
		if (rc == EVAULT_OK && f != NULL &&
		    ev_hash_parse(ev_slice_of(f->value, f->len), &sha256))
			rc = check_log(&l, &sha256, err);
	} else if (rc != EVAULT_OK) {
		/* What cannot be read is told with the items. */
		rc = rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
	}
	ev_record_release(&record);
	ev_set_release(&l.entries);
	free(l.pasts);
	free(l.earlier);
	return rc;
}

enum evault_status
ev_check_kept_logs(struct ev_checking *c, struct evault_error *err)
{
	static const struct evault_filter filter = { .action = "receive",
						     .retracted = EVAULT_RETRACTED_TOO };

	return ev_catalog_list(c->v->catalog, &filter, check_receive, c, err);
}

/* ---- records -------------------------------------------------------------------------- */

enum evault_status
ev_check_sources(struct ev_checking *c, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_source *s;
	struct ev_provenance place;
	struct ev_hash key;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < item->n_sources && rc == EVAULT_OK; i++) {
		s = &item->sources[i];
		place.index = s->index;
		ev_hash_parse(ev_slice_text(s->origin + strlen("evault/")), &place.origin);
		ev_hash_parse(ev_slice_text(s->digest), &place.digest);
		ev_kept_log_key(&place, &key);
		if (ev_set_has(&c->vouched, &key))
			continue;
		if (ev_set_has(&c->vouching, &place.origin))
			rc =
			    ev_find(&c->findings, err, EVAULT_FINDING_FORGED, item->index, "",
				    "its record says that it was received as entry %llu of %s, and "
				    "the log that was kept of that vault does not have it",
				    (unsigned long long)s->index, s->origin);
		else
			rc = ev_find(&c->findings, err, ev_check_doubt(c, EVAULT_FINDING_MISSING),
				     item->index, "",
				     "the log of %s, which would prove that it was entry %llu "
				     "there, is not here, or is damaged",
				     s->origin, (unsigned long long)s->index);
	}
	return rc;
}
