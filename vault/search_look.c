/*
 * Is what the catalog says true?  Records first, since they are read already;
 * then the text, where something is still to be found.
 */
#include <string.h>

#include "search.h"

static bool
is_seen(const struct ev_searching *s, size_t term)
{
	return (s->seen >> term & 1) != 0;
}

static bool
all_seen(const struct ev_searching *s)
{
	return s->seen == (s->n_terms == 64 ? UINT64_MAX : (UINT64_C(1) << s->n_terms) - 1);
}

/* A value or a text in which terms may be. */
struct haystack {
	struct ev_slice name; /* of its field; a term's must be the same, or empty */
	bool is_own, is_text;
	struct ev_slice text;
	const struct evault_item *said_by; /* the item, or what is about it */
};

static bool
may_have(const struct haystack *h, const struct ev_query_term *term)
{
	if (term->field.len == 0)
		return true;
	if (h->is_text)
		return ev_slice_is(term->field, "text");
	return ev_query_is_field(term, h->name);
}

/* ---- places ------------------------------------------------------------------------ */

/* Puts a range among those that are there, in order; what meets becomes one. */
static void
add_range(struct ev_search_place *p, size_t from, size_t to)
{
	struct evault_range *r = p->ranges;
	size_t n = p->found.n_ranges, i, k;

	for (i = 0; i < n && r[i].to < from; i++)
		;
	for (k = i; k < n && r[k].from <= to; k++) {
		from = r[k].from < from ? r[k].from : from;
		to = r[k].to > to ? r[k].to : to;
	}
	if (k == i && n == EV_SEARCH_RANGES)
		return;
	memmove(&r[i + 1], &r[k], (n - k) * sizeof(*r));
	r[i] = (struct evault_range){ from, to };
	p->found.n_ranges = n + 1 - (k - i);
}

/* Marks all terms in the line, and remembers that they were seen. */
static void
mark(struct ev_searching *s, struct ev_search_place *p, const struct haystack *h,
     struct ev_slice line)
{
	size_t i, at, from, to;

	for (i = 0; i < s->n_terms; i++) {
		if (!may_have(h, &s->terms[i]))
			continue;
		for (at = 0; ev_query_find(&s->terms[i], line, at, &from, &to); at = to) {
			add_range(p, from, to);
			s->seen |= UINT64_C(1) << i;
		}
	}
}

static void
add_place(struct ev_searching *s, const struct haystack *h, size_t term, size_t from, size_t to)
{
	struct ev_search_place *p = &s->places[s->n_places++];
	struct ev_slice line = ev_query_line(h->text, from, to);
	size_t start = (size_t)(line.data - h->text.data);
	size_t len = h->name.len < sizeof(p->field) ? h->name.len : sizeof(p->field) - 1;

	memcpy(p->field, h->name.data, len);
	p->field[len] = '\0';
	p->found = (struct evault_found){ .is_own = h->is_own,
					  .index = h->said_by->index,
					  .line = (const char *)line.data,
					  .len = line.len,
					  .field = p->field,
					  .ranges = p->ranges };
	memcpy(p->found.citation, h->said_by->citation, sizeof(p->found.citation));
	/* A long phrase may not be in the line with all its words. */
	add_range(p, from - start, to - start < line.len ? to - start : line.len);
	s->seen |= UINT64_C(1) << term;
	mark(s, p, h, line);
}

/* Looks for each term that was not seen yet. */
static void
look_in(struct ev_searching *s, const struct haystack *h)
{
	size_t i, from, to;

	for (i = 0; i < s->n_terms; i++)
		if (!is_seen(s, i) && may_have(h, &s->terms[i]) &&
		    ev_query_find(&s->terms[i], h->text, 0, &from, &to))
			add_place(s, h, i, from, to);
}

/* ---- records ------------------------------------------------------------------------ */

/* The user's own field K=V is one of the name K; then K itself may be what is looked for. */
static void
look_in_field(struct ev_searching *s, const struct evault_item *said_by,
	      const struct evault_field *f)
{
	struct ev_slice value = ev_slice_of(f->value, f->len), key;
	struct haystack h = { .name = ev_slice_text(f->name), .text = value, .said_by = said_by };

	if (!ev_catalog_is_said(h.name))
		return;
	if (strcmp(f->name, "field") != 0) {
		look_in(s, &h);
		return;
	}
	key = ev_record_key(value);
	h.name = key;
	h.is_own = true;
	if (key.len < value.len)
		h.text = ev_slice_of(value.data + key.len + 1, value.len - key.len - 1);
	look_in(s, &h);
	h.text = key;
	look_in(s, &h);
}

static void
look_in_record(struct ev_searching *s, const struct evault_item *said_by)
{
	size_t i;

	for (i = 0; i < said_by->n_fields; i++)
		look_in_field(s, said_by, &said_by->fields[i]);
}

/* ---- texts --------------------------------------------------------------------------- */

static bool
is_wanted_in_text(const struct ev_searching *s)
{
	size_t i;

	for (i = 0; i < s->n_terms; i++)
		if (!is_seen(s, i) && s->terms[i].field.len > 0 &&
		    !ev_slice_is(s->terms[i].field, "text"))
			return false;
	return true;
}

static enum evault_status
look_in_text(struct ev_searching *s, const struct evault_item *item, bool *unread,
	     struct evault_error *err)
{
	const struct evault_field *type = evault_item_field(item, "media-type");
	const struct evault_field *hash = evault_item_field(item, "sha256");
	struct haystack h = { .name = ev_slice_text("text"), .is_text = true, .said_by = item };
	struct ev_slice media =
	    ev_slice_of(type == NULL ? "" : type->value, type == NULL ? 0 : type->len);
	struct ev_hash sha256;
	struct evault_error why = { 0 };
	enum evault_status rc;

	if (hash == NULL || !ev_hash_parse(ev_slice_of(hash->value, hash->len), &sha256) ||
	    !ev_extract_takes(media))
		return EVAULT_OK;
	rc = ev_vault_text(s->v, &sha256, media, true, &s->text, &why);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	*unread = rc != EVAULT_OK;
	if (rc == EVAULT_OK) {
		h.text = ev_slice_of(s->text.data, s->text.len);
		look_in(s, &h);
	}
	return EVAULT_OK;
}

enum evault_status
ev_search_look(struct ev_searching *s, const struct evault_item *item,
	       enum ev_search_verdict *verdict, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	bool unread = item->n_fields == 0;
	size_t i;

	s->seen = 0;
	s->n_places = 0;
	look_in_record(s, item);
	for (i = 0; i < item->n_corrections; i++) {
		unread = unread || item->corrections[i].n_fields == 0;
		look_in_record(s, &item->corrections[i]);
	}
	if (!all_seen(s) && is_wanted_in_text(s))
		rc = look_in_text(s, item, &unread, err);
	*verdict = all_seen(s) ? EV_SEARCH_HIT : unread ? EV_SEARCH_UNREAD : EV_SEARCH_MISS;
	return rc;
}
