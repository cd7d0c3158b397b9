/*
 * Full-text search.  The catalog says where to look; what is there is read
 * and compared again, by the same folding, so that a hit is one whatever the
 * catalog says.
 */
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* ---- terms ---------------------------------------------------------------------- */

static enum evault_status
take_terms(struct ev_searching *s, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i, n = s->how->n_terms;

	if (n == 0)
		return ev_fail(err, EVAULT_E_USAGE, "there is nothing to look for");
	if (n > EVAULT_SEARCH_TERMS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "more than %d words and phrases at once",
			       EVAULT_SEARCH_TERMS_MAX);
	s->terms = calloc(n, sizeof(*s->terms));
	s->places = calloc(n, sizeof(*s->places));
	s->shown = calloc(n, sizeof(*s->shown));
	if (s->terms == NULL || s->places == NULL || s->shown == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		rc = ev_query_parse(s->how->terms[i], &s->terms[i], err);
		s->n_terms += rc == EVAULT_OK;
	}
	return rc;
}

/* ---- candidates -------------------------------------------------------------------- */

static enum evault_status
make_bits(struct ev_catalog_bits *bits, uint64_t size, struct evault_error *err)
{
	bits->size = size;
	bits->b = calloc(1, (size_t)(size / 8 + 1));
	return bits->b == NULL ? ev_fail_nomem(err) : EVAULT_OK;
}

/* The items in which, by the catalog, all terms are. */
static enum evault_status
find_candidates(struct ev_searching *s, struct evault_error *err)
{
	uint64_t size = ev_log_head(s->v->log)->size;
	struct ev_catalog_bits notes = { 0 }, found = { 0 };
	size_t i, bytes = (size_t)(size / 8 + 1), k;
	enum evault_status rc = make_bits(&notes, size, err);

	if (rc == EVAULT_OK)
		rc = make_bits(&found, size, err);
	if (rc == EVAULT_OK)
		rc = make_bits(&s->candidates, size, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_notes(s->v->catalog, &notes, err);
	for (i = 0; i < s->n_terms && rc == EVAULT_OK; i++) {
		memset(found.b, 0, bytes);
		rc = ev_catalog_match(s->v->catalog, &s->terms[i], &notes, &found, err);
		for (k = 0; k < bytes; k++)
			s->candidates.b[k] =
			    i == 0 ? found.b[k] : (uint8_t)(s->candidates.b[k] & found.b[k]);
	}
	free(notes.b);
	free(found.b);
	return rc;
}

/* ---- hits ---------------------------------------------------------------------------- */

static enum evault_status
give(struct ev_searching *s, const struct evault_item *item, struct evault_error *err)
{
	struct evault_hit hit = { .item = item, .found = s->shown, .n_found = s->n_places };
	size_t i;

	for (i = 0; i < s->n_places; i++)
		s->shown[i] = s->places[i].found;
	s->summary->hits++;
	return s->fn(s->ctx, &hit, err);
}

static enum evault_status
judge(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct ev_searching *s = ctx;
	enum ev_search_verdict verdict;
	enum evault_status rc;

	if (!ev_item_matches(item, s->how->filter))
		return EVAULT_OK;
	rc = ev_search_look(s, item, &verdict, err);
	if (rc == EVAULT_OK && verdict == EV_SEARCH_HIT)
		rc = give(s, item, err);
	else if (rc == EVAULT_OK && verdict == EV_SEARCH_UNREAD)
		s->summary->unread++;
	return rc;
}

static enum evault_status
judge_candidates(struct ev_searching *s, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	bool passes = false;
	uint64_t i;

	for (i = 0; i < s->candidates.size && rc == EVAULT_OK; i++) {
		if (i % 8 == 0 && s->candidates.b[i / 8] == 0) {
			i += 7;
			continue;
		}
		if (!ev_catalog_has_bit(&s->candidates, i))
			continue;
		rc = ev_catalog_passes(s->v->catalog, s->how->filter, i, &passes, err);
		if (rc != EVAULT_OK || !passes)
			continue;
		rc = ev_catalog_entry(s->v->catalog, i, &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_vault_give_item(s->v, &entry, judge, s, err);
	}
	return rc;
}

enum evault_status
evault_search(struct evault *v, const struct evault_search *how, evault_hit_fn *fn, void *ctx,
	      struct evault_search_summary *summary, struct evault_error *err)
{
	static const struct evault_filter all;
	struct evault_search asked = *how;
	struct ev_searching s = { .v = v, .how = &asked, .fn = fn, .ctx = ctx };
	enum evault_status rc;
	size_t i;

	memset(summary, 0, sizeof(*summary));
	s.summary = summary;
	s.text = (struct ev_buf)EV_BUF_INIT;
	if (asked.filter == NULL)
		asked.filter = &all;
	rc = ev_vault_need_reading(v, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = take_terms(&s, err);
	if (rc == EVAULT_OK)
		rc = find_candidates(&s, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_count_waiting(v->catalog, &summary->wordless, err);
	if (rc == EVAULT_OK)
		rc = judge_candidates(&s, err);
	for (i = 0; i < s.n_terms; i++)
		ev_query_release(&s.terms[i]);
	free(s.terms);
	free(s.places);
	free(s.shown);
	free(s.candidates.b);
	ev_buf_release(&s.text);
	return rc;
}
