/* What the records say about each other; and telling of the items, in order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

/* ---- corrections ----------------------------------------------------------------- */

static enum evault_status
judge_about(struct ev_verifying *v, const struct ev_verify_about *about, struct evault_error *err)
{
	struct ev_verify_item *by = &v->items[about->by];
	struct ev_verify_item *target;
	enum evault_status rc = ev_verify_item_here(v, about->index, &target, err);

	if (rc != EVAULT_OK)
		return rc;
	if (about->index >= by->entry.index)
		return ev_verify_item_wrong(v, about->by, EVAULT_FINDING_ALTERED, ".record",
					    _("is about an entry that came later"), err);
	if (target == NULL || !target->record_read)
		return EVAULT_OK;
	if (!ev_hash_equal(&target->digest, &about->digest))
		return ev_verify_item_wrong(
		    v, about->by, EVAULT_FINDING_ALTERED, ".record",
		    _("is about an item of this number with another record than it has here"), err);
	by->about_here = true;
	target->has_retract = target->has_retract || by->retracts;
	return EVAULT_OK;
}

enum evault_status
ev_verify_judge_abouts(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_item *by, *target;
	size_t i;

	for (i = v->abouts_judged; i < v->n_abouts && rc == EVAULT_OK; i++)
		rc = judge_about(v, &v->abouts[i], err);
	/* A retraction of it takes an annotation, and another retraction, back. */
	for (i = v->abouts_judged; i < v->n_abouts && rc == EVAULT_OK; i++) {
		by = &v->items[v->abouts[i].by];
		rc = ev_verify_item_here(v, v->abouts[i].index, &target, err);
		if (target == NULL || by->has_retract || !by->about_here)
			continue;
		target->corrections += by->annotates;
		target->retracted = target->retracted || by->retracts;
	}
	v->abouts_judged = v->n_abouts;
	for (i = 0; i < v->n_items && rc == EVAULT_OK; i++) {
		if (!v->items[i].about || v->items[i].about_here || v->items[i].entry.bad ||
		    v->items[i].file != EV_NO_MEMBER)
			continue;
		rc = ev_verify_item_wrong(v, (uint32_t)i, EVAULT_FINDING_UNKNOWN, ".record",
					  _("is about no item of this bundle"), err);
	}
	return rc;
}

/* ---- telling --------------------------------------------------------------------------- */

static int
by_index(const void *a, const void *b)
{
	const struct ev_verify_order *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static enum evault_status
put_in_order(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_order *order = malloc((v->n_items + 1) * sizeof(*order));
	size_t i;

	if (order == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < v->n_items; i++)
		order[i] = (struct ev_verify_order){ v->items[i].entry.index, (uint32_t)i };
	qsort(order, v->n_items, sizeof(*order), by_index);
	free(v->order);
	v->order = order;
	v->n_order = v->n_items;
	v->next = 0;
	return EVAULT_OK;
}

/* Action, time, name and what is withheld stand in the texts one after the other. */
static void
fill_text(const struct ev_verifying *v, const struct ev_verify_item *item,
	  struct evault_bundle_item *out)
{
	const char *at = (const char *)v->texts.data + item->text;

	out->action = at;
	at += strlen(at) + 1;
	out->time = at;
	at += strlen(at) + 1;
	out->name = item->has_name ? at : NULL;
	at += strlen(at) + 1;
	out->withheld = at;
}

static void
fill_signer(const struct ev_verifying *v, const struct ev_verify_entry *entry,
	    struct evault_bundle_item *out)
{
	const char *name = entry->signer->name;
	struct ev_slice hex = ev_slice_of(name + strlen(name) - 64, 64);
	const struct ev_actor *actor = ev_authority_actor(&v->own_log.authority, hex);

	memcpy(out->actor_key, hex.data, hex.len);
	out->role = (enum evault_role)entry->role;
	out->actor_ended = actor != NULL && actor->ended;
}

static enum evault_status
tell_item(struct ev_verifying *v, struct ev_verify_item *item, struct evault_error *err)
{
	struct evault_bundle_source sources[EV_PROVENANCE_MAX];
	struct evault_bundle_item out = { .index = item->entry.index,
					  .action = "",
					  .time = "",
					  .withheld = "",
					  .has_file = item->has_file,
					  .corrections = item->corrections,
					  .retracted = item->retracted,
					  .path = item->path,
					  .sources = sources,
					  .n_sources = item->n_links };
	enum evault_status rc;
	bool sound;

	rc = ev_verify_fill_sources(v, item, sources, &sound, err);
	if (rc != EVAULT_OK)
		return rc;
	item->told = true;
	out.good = sound && ev_verify_item_stands(item) &&
		   (item->file == EV_NO_MEMBER || (item->has_file && item->file_good));
	v->summary->items++;
	v->summary->good += out.good;
	if (v->has_share)
		snprintf(out.citation, sizeof(out.citation), "%.6s-%" PRIu64,
			 v->share.origin + strlen("evault/"), item->entry.index);
	if (item->record_read) {
		ev_hash_hex(&item->digest, out.digest);
		fill_text(v, item, &out);
	}
	if (item->entry.signer != NULL)
		fill_signer(v, &item->entry, &out);
	if (item->discloses) {
		ev_hash_hex(&item->sha256, out.sha256);
		out.size = item->size;
	}
	if (v->what->item != NULL)
		v->what->item(v->what->ctx, &out);
	free(item->path);
	item->path = NULL;
	return EVAULT_OK;
}

/* Have all records, entries and proofs come, and nothing but files is left? */
static bool
all_but_files(const struct ev_verifying *v)
{
	const struct ev_verify_item *item;
	size_t i;

	for (i = 0; i < v->n_items; i++) {
		item = &v->items[i];
		if (!item->record_read || !item->entry.read || !item->entry.proved ||
		    item->entry.again_entry || item->entry.again_proof)
			return false;
	}
	for (i = 0; i < v->n_sources; i++)
		if (v->sources[i].entry.again_entry || v->sources[i].entry.again_proof)
			return false;
	return v->has_share && v->share.items == v->n_items &&
	       v->source_members == v->source_members_listed;
}

enum evault_status
ev_verify_tell(struct ev_verifying *v, bool over, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_item *item;

	if (!over && !v->telling) {
		v->telling = all_but_files(v);
		if (!v->telling)
			return EVAULT_OK;
	}
	if (v->abouts_judged < v->n_abouts || over || v->order == NULL)
		rc = ev_verify_judge_abouts(v, err);
	if (rc == EVAULT_OK && (over || v->order == NULL))
		rc = ev_verify_judge_links(v, err);
	if (rc == EVAULT_OK && (v->order == NULL || over))
		rc = put_in_order(v, err);
	for (; rc == EVAULT_OK && v->next < v->n_order; v->next++) {
		item = &v->items[v->order[v->next].item];
		if (!over && item->file != EV_NO_MEMBER && !item->has_file)
			break;
		if (!item->told)
			rc = tell_item(v, item, err);
	}
	return rc;
}
