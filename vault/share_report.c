/* report.html of a bundle, made from the records as they are disclosed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/share_note.h"
#include "format/verify_text.h"
#include "share.h"

struct reporting {
	struct ev_share *s;
	struct ev_report_head head;
	struct ev_sink out;
	struct ev_buf html, record;
	/* Of the item at hand. */
	struct ev_record *records; /* of its corrections */
	char (*citations)[EVAULT_CITATION_SIZE];
	struct ev_report_change *changes;
	size_t n, cap;
};

static enum evault_status
flush(struct reporting *r, struct evault_error *err)
{
	enum evault_status rc = ev_buf_ask(&r->html, err);

	if (rc == EVAULT_OK)
		rc = r->out.write(r->out.ctx, r->html.data, r->html.len, err);
	ev_buf_clear(&r->html);
	return rc;
}

/* Its record, as it is disclosed. */
static enum evault_status
read_disclosed(struct reporting *r, const struct ev_share_item *item, struct ev_record *out,
	       struct evault_error *err)
{
	enum evault_status rc = ev_share_record(r->s, item, &r->record, err);

	if (rc == EVAULT_OK)
		rc = ev_record_parse(ev_slice_of(r->record.data, r->record.len), out, err);
	return rc;
}

static enum evault_status
reserve(struct reporting *r, struct evault_error *err)
{
	size_t cap = r->cap == 0 ? 8 : 2 * r->cap;
	void *grown;

	if (r->n < r->cap)
		return EVAULT_OK;
	grown = realloc(r->records, cap * sizeof(*r->records));
	if (grown == NULL)
		return ev_fail_nomem(err);
	r->records = grown;
	grown = realloc(r->changes, cap * sizeof(*r->changes));
	if (grown == NULL)
		return ev_fail_nomem(err);
	r->changes = grown;
	grown = realloc(r->citations, cap * sizeof(*r->citations));
	if (grown == NULL)
		return ev_fail_nomem(err);
	r->citations = grown;
	r->cap = cap;
	return EVAULT_OK;
}

static enum evault_status
add_change(struct reporting *r, const struct ev_share_item *item, bool taken_back,
	   struct evault_error *err)
{
	enum evault_status rc = reserve(r, err);

	if (rc != EVAULT_OK)
		return rc;
	ev_record_init(&r->records[r->n]);
	rc = read_disclosed(r, item, &r->records[r->n], err);
	if (rc != EVAULT_OK)
		return rc;
	r->changes[r->n] =
	    (struct ev_report_change){ .index = item->index, .taken_back = taken_back };
	ev_vault_cite(r->s->v, item->index, r->citations[r->n++]);
	return EVAULT_OK;
}

/* They were found from the last to the first; and nothing moves any more. */
static void
settle(struct reporting *r)
{
	struct ev_report_change change;
	size_t i;

	for (i = 0; i < r->n; i++) {
		r->changes[i].citation = ev_slice_text(r->citations[i]);
		r->changes[i].fields = r->records[i].fields;
		r->changes[i].n = r->records[i].n;
	}
	for (i = 0; i < r->n / 2; i++) {
		change = r->changes[i];
		r->changes[i] = r->changes[r->n - 1 - i];
		r->changes[r->n - 1 - i] = change;
	}
}

/* What is in the bundle of what was said of it. */
static enum evault_status
load_changes(struct reporting *r, const struct ev_share_item *item, struct evault_error *err)
{
	struct ev_catalog_correction c = { .index = r->s->size };
	const struct ev_share_item *found;
	enum evault_status rc = EVAULT_OK;

	while (rc == EVAULT_OK) {
		rc = ev_catalog_correction(r->s->v->catalog, item->index, c.index, &c, err);
		found = rc == EVAULT_OK ? ev_share_item(r->s, c.index) : NULL;
		if (found != NULL)
			rc = add_change(r, found, c.taken_back, err);
	}
	settle(r);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static void
forget_changes(struct reporting *r)
{
	while (r->n > 0)
		ev_record_release(&r->records[--r->n]);
}

/* The vault that recorded it, and its number there. */
static void
tell_first(const struct ev_share *s, const struct ev_share_item *item,
	   char origin[EVAULT_ORIGIN_SIZE], char citation[EVAULT_CITATION_SIZE],
	   struct ev_report_item *out)
{
	const struct ev_source_link *links;
	const struct ev_provenance *first;
	char hex[EVAULT_HEX_SIZE];
	size_t i;

	/* Where nothing was received there is not even an array. */
	if (item->n_links == 0)
		return;
	links = s->sources.links + item->link;
	first = &links[item->n_links - 1].place;
	ev_hash_hex(&first->origin, hex);
	snprintf(origin, EVAULT_ORIGIN_SIZE, "evault/%s", hex);
	snprintf(citation, EVAULT_CITATION_SIZE, "%.6s-%llu", hex,
		 (unsigned long long)first->index);
	out->first_origin = ev_slice_text(origin);
	out->first_citation = ev_slice_text(citation);
	out->proved = true;
	for (i = 0; i < item->n_links; i++)
		out->proved = out->proved && links[i].proved;
}

static enum evault_status
report_item(struct reporting *r, const struct ev_share_item *item, struct evault_error *err)
{
	char citation[EVAULT_CITATION_SIZE], hex[EVAULT_HEX_SIZE], signer[EV_ACTOR_NAME_SIZE];
	struct ev_share_member data = { .kind = EV_SHARE_DATA };
	struct ev_report_item out = { .index = item->index, .digest = item->digest };
	char first[EVAULT_ORIGIN_SIZE], cited[EVAULT_CITATION_SIZE];
	char file[EV_SHARE_NAME_SIZE] = "";
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	ev_vault_cite(r->s->v, item->index, citation);
	ev_hash_hex(&item->actor, hex);
	snprintf(signer, sizeof(signer), "evault/actor/%s", hex);
	data.at = (uint32_t)(item - r->s->items);
	if (item->has_file)
		ev_share_name(r->s, &data, file);
	out.citation = ev_slice_text(citation);
	out.signer = ev_slice_text(signer);
	out.file = ev_slice_text(file);
	tell_first(r->s, item, first, cited, &out);
	rc = read_disclosed(r, item, &record, err);
	if (rc == EVAULT_OK)
		rc = load_changes(r, item, err);
	out.fields = record.fields;
	out.n = record.n;
	out.changes = r->changes;
	out.n_changes = r->n;
	if (rc == EVAULT_OK)
		rc = ev_report_item(&r->head, &out, &r->html, err);
	if (rc == EVAULT_OK)
		rc = flush(r, err);
	forget_changes(r);
	ev_record_release(&record);
	return rc;
}

enum evault_status
ev_share_report(struct ev_share *s, struct ev_sink out, struct evault_error *err)
{
	struct reporting r = { .s = s, .out = out };
	char time[EVAULT_TIME_SIZE];
	enum evault_status rc;
	size_t i;

	ev_os_format_time(s->time, time);
	/* Who withholds the names of those who recorded does not sign with their own. */
	if (!ev_share_hides(s->how, false, "actor", ev_slice_text("")))
		r.head.sender = ev_slice_text(ev_keyring_name(s->v->keys));
	r.head.sender_key = ev_slice_text(s->v->keys->actor.name);
	r.head.to = ev_slice_text(s->summary->to);
	r.head.to_name = ev_slice_text(s->summary->name);
	r.head.time = ev_slice_text(time);
	r.head.origin = ev_slice_text(s->v->note.origin);
	r.head.entries = s->size;
	r.head.root = s->root;
	r.head.shown = s->n;
	ev_verify_text_hash(&r.head.verify);
	rc = ev_report_begin(&r.head, &r.html, err);
	for (i = 0; i < s->n && rc == EVAULT_OK; i++)
		rc = report_item(&r, &s->items[i], err);
	if (rc == EVAULT_OK)
		rc = ev_report_end(&r.head, &r.html, err);
	if (rc == EVAULT_OK)
		rc = flush(&r, err);
	ev_buf_wipe(&r.html);
	ev_buf_wipe(&r.record);
	free(r.records);
	free(r.changes);
	free(r.citations);
	return rc;
}
