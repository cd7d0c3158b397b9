/*
 * Where items were received from: what their records say of it, and the
 * entries of other vaults that prove it (FORMAT.md, section 12, rule 11).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

/* ---- entries of evault/sources/ -------------------------------------------------- */

/*
 * They are found by what the folder's name begins with and their number, as
 * members are by their names: that is what a link says.  Those of the same in
 * folders of other trees follow one another, in the order in which they came.
 */
static void
name_of(const uint8_t digits[8], uint64_t index, char name[40])
{
	char hex[2 * 8 + 1];
	size_t i;

	for (i = 0; i < 8; i++)
		snprintf(hex + 2 * i, 3, "%02x", digits[i]);
	snprintf(name, 40, "%s/%" PRIu64, hex, index);
}

/* Room for one more, which may be the first of a chain. */
static enum evault_status
reserve(struct ev_verifying *v, struct evault_error *err)
{
	size_t cap = v->cap_sources == 0 ? 64 : 2 * v->cap_sources;
	struct ev_verify_source *grown;
	uint32_t *chains;

	if (v->n_sources < v->cap_sources)
		return EVAULT_OK;
	grown = realloc(v->sources, cap * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	v->sources = grown;
	chains = realloc(v->chains, cap * sizeof(*chains));
	if (chains == NULL)
		return ev_fail_nomem(err);
	v->chains = chains;
	v->cap_sources = cap;
	return EVAULT_OK;
}

/* There is room for it. */
static enum evault_status
add_source(struct ev_verifying *v, uint32_t log, uint64_t index, uint32_t *number,
	   struct evault_error *err)
{
	enum evault_status rc;

	if (v->n_sources >= EV_VERIFY_ITEMS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the bundle has more than %d entries of other vaults",
			       EV_VERIFY_ITEMS_MAX);
	rc = ev_verify_hold(&v->held, sizeof(*v->sources) + sizeof(*v->chains), err);
	if (rc != EVAULT_OK)
		return rc;
	*number = (uint32_t)v->n_sources++;
	v->sources[*number] = (struct ev_verify_source){ .entry = { .index = index },
							 .log = log,
							 .next = EV_NO_SOURCE };
	return EVAULT_OK;
}

enum evault_status
ev_verify_source(struct ev_verifying *v, const struct ev_verify_place *place, uint32_t *source,
		 struct evault_error *err)
{
	uint32_t log, chain, *at, known = (uint32_t)v->source_names.n;
	enum evault_status rc;
	char name[40];
	bool alike;

	rc = ev_verify_log_at(v, place, &log, err);
	if (rc == EVAULT_OK)
		rc = reserve(v, err);
	if (rc != EVAULT_OK)
		return rc;
	name_of(place->origin, place->number, name);
	rc = ev_verify_members_put(&v->source_names, ev_slice_text(name), &chain, &alike, err);
	if (rc != EVAULT_OK)
		return rc;
	if (chain == known)
		v->chains[chain] = EV_NO_SOURCE;
	at = &v->chains[chain];
	while (*at != EV_NO_SOURCE && v->sources[*at].log != log)
		at = &v->sources[*at].next;
	if (*at == EV_NO_SOURCE)
		rc = add_source(v, log, place->number, at, err);
	if (rc == EVAULT_OK)
		*source = *at;
	return rc;
}

enum evault_status
ev_verify_take_source(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_source *source;
	struct ev_verify_log *log;
	enum evault_status rc;
	uint32_t number;

	rc = ev_verify_source(v, &v->place, &number, err);
	if (rc != EVAULT_OK)
		return rc;
	source = &v->sources[number];
	log = v->logs[source->log];
	return v->kind == EV_BUNDLE_SOURCE_ENTRY
		   ? ev_verify_entry_take(v, log, &source->entry, err)
		   : ev_verify_entry_prove(v, log, &source->entry, err);
}

/* ---- links of records ---------------------------------------------------------------- */

enum evault_status
ev_verify_keep_links(struct ev_verifying *v, uint32_t number, const struct ev_record *record,
		     struct evault_error *err)
{
	const struct ev_record_field *source = ev_record_find(record, "source");
	struct ev_verify_item *item = &v->items[number];
	struct ev_provenance chain[EV_PROVENANCE_MAX], *grown;
	struct evault_error why = { .text = "" };
	enum evault_status rc;
	size_t cap, n;

	if (source != NULL && source->withheld)
		return ev_verify_item_wrong(v, number, EVAULT_FINDING_ALTERED, ".record",
					    _("withholds where it was received from"), err);
	rc = ev_provenance_read(record, chain, &n, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc != EVAULT_OK)
		return ev_verify_item_wrong(v, number, EVAULT_FINDING_ALTERED, ".record", why.text,
					    err);
	if (v->n_links + n > EV_VERIFY_LINKS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the records were received as more than %d entries together",
			       EV_VERIFY_LINKS_MAX);
	rc = ev_verify_hold(&v->held, n * sizeof(*grown), err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->n_links + n > v->cap_links) {
		cap = v->cap_links == 0 ? 64 : 2 * v->cap_links;
		grown = realloc(v->links, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		v->links = grown;
		v->cap_links = cap;
	}
	item->link = (uint32_t)v->n_links;
	item->n_links = (uint8_t)n;
	if (n > 0) /* until there is one, the links are NULL */
		memcpy(v->links + v->n_links, chain, n * sizeof(*chain));
	v->n_links += n;
	return EVAULT_OK;
}

static struct ev_verify_source *
source_at(struct ev_verifying *v, uint32_t number)
{
	return number == EV_NO_SOURCE ? NULL : &v->sources[number];
}

/* The first entry that is the link's by its numbers; NULL: none. */
static enum evault_status
first_source(struct ev_verifying *v, const struct ev_provenance *link,
	     struct ev_verify_source **first, struct evault_error *err)
{
	enum evault_status rc;
	uint32_t chain;
	char name[40];

	name_of(link->origin.b, link->index, name);
	rc = ev_verify_members_get(&v->source_names, ev_slice_text(name), &chain, err);
	*first = rc == EVAULT_OK && chain != EV_NO_MEMBER ? source_at(v, v->chains[chain]) : NULL;
	return rc;
}

/* Is it of a vault that, as far as its folder says, is the link's? */
static bool
is_of_link(const struct ev_verifying *v, const struct ev_verify_source *source,
	   const struct ev_provenance *link)
{
	const char *origin = v->logs[source->log]->origin;
	char hex[EVAULT_HEX_SIZE];

	if (origin[0] == '\0')
		return true;
	ev_hash_hex(&link->origin, hex);
	return strcmp(origin + strlen("evault/"), hex) == 0;
}

static enum evault_status
judge_item(struct ev_verifying *v, uint32_t number, struct evault_error *err)
{
	struct ev_verify_item *item = &v->items[number];
	const struct ev_provenance *link;
	struct ev_verify_source *source;
	enum evault_status rc = EVAULT_OK;
	uint32_t i;

	for (i = item->link; i < item->link + item->n_links && rc == EVAULT_OK; i++) {
		link = &v->links[i];
		rc = first_source(v, link, &source, err);
		for (; rc == EVAULT_OK && source != NULL; source = source_at(v, source->next)) {
			if (!is_of_link(v, source, link))
				continue;
			source->wanted = true;
			if (!source->entry.read ||
			    ev_hash_equal(&source->entry.named, &link->digest))
				continue;
			rc = ev_verify_item_wrong(
			    v, number, EVAULT_FINDING_FORGED, ".record",
			    _("says that it was received as an entry of another vault that has "
			      "another record there"),
			    err);
			if (rc != EVAULT_OK)
				break;
		}
	}
	item->links_judged = true;
	return rc;
}

enum evault_status
ev_verify_judge_links(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint32_t i;

	for (i = 0; i < v->n_items && rc == EVAULT_OK; i++)
		if (v->items[i].record_read && !v->items[i].links_judged)
			rc = judge_item(v, i, err);
	return rc;
}

/* ---- folders ----------------------------------------------------------------------------- */

static enum evault_status
folder_whole(struct ev_verifying *v, const struct ev_verify_log *log, struct evault_error *err)
{
	char path[EV_VERIFY_PATH_SIZE];
	enum evault_status rc;
	uint32_t member;

	snprintf(path, sizeof(path), "%svault", log->folder);
	rc = ev_verify_members_get(&v->members, ev_slice_text(path), &member, err);
	if (rc != EVAULT_OK || log->has_vault_note || member != EV_NO_MEMBER)
		return rc; /* that what is listed is missing is said already */
	return ev_find(&v->findings, err, EVAULT_FINDING_MISSING, EV_NO_ITEM, path,
		       "every folder for another vault has this, and it is not there");
}

enum evault_status
ev_verify_sources_whole(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_source *source;
	enum evault_status rc = ev_verify_judge_links(v, err);
	size_t i;

	for (i = 0; i < v->n_logs && rc == EVAULT_OK; i++)
		rc = folder_whole(v, v->logs[i], err);
	for (i = 0; i < v->n_sources && rc == EVAULT_OK; i++) {
		source = &v->sources[i];
		rc = ev_verify_entry_whole(v, v->logs[source->log], &source->entry, err);
		if (rc == EVAULT_OK && !source->wanted && !source->entry.bad)
			rc = ev_verify_entry_wrong(
			    v, v->logs[source->log], &source->entry, EVAULT_FINDING_UNKNOWN,
			    ".entry", _("is none that an item of the bundle was received as"), err);
	}
	return rc;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void
fill_signer(const struct ev_verifying *v, const struct ev_verify_source *source,
	    struct evault_bundle_source *out)
{
	const struct ev_verify_log *log = v->logs[source->log];
	const struct ev_verifier *key = source->entry.signer;
	struct ev_slice hex = ev_slice_of(key->name + strlen(key->name) - 64, 64);
	const struct ev_actor *actor = ev_authority_actor(&log->authority, hex);
	const char *name = ev_verify_known_name(v, log->origin, key);

	out->proved = EVAULT_ASKED_HOLDS;
	out->entries = log->size;
	memcpy(out->actor_key, hex.data, hex.len);
	out->actor_key[hex.len] = '\0';
	if (name != NULL)
		memcpy(out->name, name, sizeof(out->name));
	out->role = (enum evault_role)source->entry.role;
	out->actor_ended = actor != NULL && actor->ended;
}

static enum evault_status
fill_link(struct ev_verifying *v, const struct ev_provenance *link,
	  struct evault_bundle_source *out, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_verify_source *source;
	enum evault_status rc;

	memset(out, 0, sizeof(*out));
	ev_hash_hex(&link->origin, hex);
	snprintf(out->entry.origin, sizeof(out->entry.origin), "evault/%s", hex);
	out->entry.index = link->index;
	ev_hash_hex(&link->digest, out->entry.digest);
	snprintf(out->citation, sizeof(out->citation), "%.6s-%" PRIu64, hex, link->index);
	out->proved = EVAULT_ASKED_OPEN;
	/* In several folders, all of them must hold. */
	rc = first_source(v, link, &source, err);
	for (; rc == EVAULT_OK && source != NULL; source = source_at(v, source->next)) {
		if (!is_of_link(v, source, link))
			continue;
		if (!ev_verify_entry_stands(&source->entry) ||
		    !ev_hash_equal(&source->entry.named, &link->digest)) {
			out->proved = EVAULT_ASKED_FAILS;
			return EVAULT_OK;
		}
		fill_signer(v, source, out);
	}
	return rc;
}

enum evault_status
ev_verify_fill_sources(struct ev_verifying *v, const struct ev_verify_item *item,
		       struct evault_bundle_source out[EV_PROVENANCE_MAX], bool *all_sound,
		       struct evault_error *err)
{
	bool sound = true, open = false;
	enum evault_status rc;
	size_t i;

	for (i = 0; i < item->n_links; i++) {
		rc = fill_link(v, &v->links[item->link + i], &out[i], err);
		if (rc != EVAULT_OK)
			return rc;
		sound = sound && out[i].proved != EVAULT_ASKED_FAILS;
		open = open || out[i].proved != EVAULT_ASKED_HOLDS;
	}
	v->summary->received += item->n_links > 0;
	v->summary->unproved += open;
	*all_sound = sound;
	return EVAULT_OK;
}
