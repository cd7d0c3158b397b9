/*
 * What is shared: items that may be given, and with each what was said of it
 * later.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/media.h"
#include "share.h"
#include "share_look.h"

enum {
	CITING = 256,          /* entries that are asked for together */
	CORRECTIONS_MAX = 4096 /* of one item */
};

static int
compare(const void *a, const void *b)
{
	uint64_t x = ((const struct ev_share_item *)a)->index;
	uint64_t y = ((const struct ev_share_item *)b)->index;

	return x < y ? -1 : x > y;
}

const struct ev_share_item *
ev_share_item(const struct ev_share *s, uint64_t index)
{
	struct ev_share_item key = { .index = index };

	return s->n == 0 ? NULL : bsearch(&key, s->items, s->n, sizeof(key), compare);
}

static enum evault_status
put(struct ev_share *s, const struct ev_share_item *item, struct evault_error *err)
{
	size_t cap = s->cap == 0 ? 64 : 2 * s->cap;
	struct ev_share_item *grown;

	if (s->n == EVAULT_SHARE_ITEMS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "a bundle has at most %d items, with what was said of them later: "
			       "share them in several",
			       EVAULT_SHARE_ITEMS_MAX);
	if (s->n == s->cap) {
		grown = realloc(s->items, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		s->items = grown;
		s->cap = cap;
	}
	s->items[s->n++] = *item;
	return EVAULT_OK;
}

/*
 * In order, each once: one annotation may be about several items; and what goes
 * with another as a correction is an item with a file where it was asked for.
 */
static enum evault_status
sort(struct ev_share *s, struct evault_error *err)
{
	struct ev_share_item *last;
	size_t i, n = 0;

	if (s->n > 1)
		qsort(s->items, s->n, sizeof(*s->items), compare);
	for (i = 0; i < s->n; i++) {
		last = n == 0 ? NULL : &s->items[n - 1];
		if (last == NULL || last->index != s->items[i].index)
			s->items[n++] = s->items[i];
		else if (!last->is_change && !s->items[i].is_change)
			return ev_fail(err, EVAULT_E_USAGE, "item %llu is named twice",
				       (unsigned long long)last->index);
		else if (last->is_change)
			*last = s->items[i];
	}
	s->n = n;
	return EVAULT_OK;
}

/* ---- one item --------------------------------------------------------------------------- */

static void
choose_ext(const struct evault_share *how, const struct evault_item *item,
	   char out[EV_SHARE_EXT_SIZE])
{
	const struct evault_field *f = evault_item_field(item, "media-type");
	bool hidden;

	hidden =
	    f == NULL || ev_share_hides(how, true, "media-type", ev_slice_of(f->value, f->len));
	snprintf(out, EV_SHARE_EXT_SIZE, "%s",
		 ev_media_ext(hidden ? ev_slice_text("") : ev_slice_of(f->value, f->len)));
}

struct selecting {
	struct ev_share *s;
	const struct ev_catalog_entry *entry;
};

/* The hash and size that its record tells; and that there is a file of it. */
static enum evault_status
take_file(struct selecting *l, const struct evault_item *item, struct ev_share_item *out,
	  struct evault_error *err)
{
	const struct evault_field *sha256 = evault_item_field(item, "sha256");
	const struct evault_field *size = evault_item_field(item, "size");
	struct ev_place place;
	struct ev_cursor c;
	enum evault_status rc;

	if (sha256 == NULL)
		return ev_fail(err, EVAULT_E_USAGE, "it keeps no file");
	if (size == NULL)
		return ev_fail(err, EVAULT_E_DAMAGED, "its record does not say what it keeps");
	c = ev_cursor_of(size->value, size->len);
	out->size = ev_cursor_decimal(&c, UINT64_MAX);
	if (!ev_hash_parse(ev_slice_of(sha256->value, sha256->len), &out->sha256) ||
	    !ev_cursor_done(&c))
		return ev_fail(err, EVAULT_E_DAMAGED, "its record does not say what it keeps");
	out->has_file = !l->s->how->no_files;
	if (!out->has_file)
		return EVAULT_OK;
	choose_ext(l->s->how, item, out->ext);
	rc = ev_catalog_find_member(l->s->v->catalog, EV_MEMBER_OBJECT, &out->sha256, 0, &place,
				    err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_catalog_find_member(l->s->v->catalog, EV_MEMBER_LIST, &out->sha256, 0,
					    &place, err);
	return rc != EVAULT_E_NOT_FOUND ? rc
					: ev_fail(err, EVAULT_E_DAMAGED,
						  "its file is missing; `evault check` says more");
}

/* E_DENIED: it may not be given.  What does not stop the rest is told to `event`. */
static enum evault_status
may_be_given(struct ev_share *s, const struct evault_item *item, struct evault_share_event *event,
	     struct evault_error *err)
{
	enum ev_consent consent = EV_CONSENT_DOES_NOT;
	enum evault_status rc;

	if (item->n_fields == 0)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "its record is missing or damaged; `evault check` says more");
	if (item->corrections_cut)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "too much was said of it later to be read at once");
	rc = ev_share_consent(s->v, item, s->summary->audience, &consent, err);
	if (rc != EVAULT_OK)
		return rc;
	event->unstated = consent == EV_CONSENT_UNSTATED;
	event->overridden = consent == EV_CONSENT_DOES_NOT || consent == EV_CONSENT_RETRACTED;
	if (!event->overridden || s->how->override != NULL)
		return EVAULT_OK;
	if (consent == EV_CONSENT_RETRACTED)
		return ev_fail(err, EVAULT_E_DENIED,
			       "it was retracted, and taken back by somebody who may not say whom "
			       "it is given to: `evault history` says by whom");
	return ev_fail(err, EVAULT_E_DENIED, "its consent does not name the audience `%s`",
		       evault_audience_word(s->summary->audience));
}

static enum evault_status
tell_given(struct ev_share *s, const struct evault_item *item, const struct ev_share_item *taken,
	   struct evault_share_event *event, struct evault_error *err)
{
	bool *withheld = calloc(item->n_fields + 1, sizeof(*withheld));
	const struct evault_field *f;
	enum evault_status rc;
	size_t i;

	if (withheld == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		withheld[i] = ev_share_withholds(s, taken, f->name, ev_slice_of(f->value, f->len));
	}
	event->what = EVAULT_SHARE_GIVEN;
	event->withheld = withheld;
	event->file = taken->has_file;
	rc = taken->has_file ? ev_share_look(s, item, &taken->sha256, &event->carries, err)
			     : EVAULT_OK;
	if (rc == EVAULT_OK && s->how->event != NULL)
		s->how->event(s->how->ctx, event);
	free(withheld);
	return rc;
}

static void
count_given(struct ev_share *s, const struct ev_share_item *taken,
	    const struct evault_share_event *event)
{
	s->summary->given++;
	s->summary->overridden += event->overridden;
	s->summary->unstated += event->unstated;
	if (!taken->has_file)
		return;
	s->summary->files++;
	s->summary->bytes += taken->size;
}

static enum evault_status
take_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct selecting *l = ctx;
	struct ev_share *s = l->s;
	struct ev_share_item taken = { .index = l->entry->index,
				       .digest = l->entry->digest,
				       .actor = l->entry->actor };
	struct evault_share_event event = { .what = EVAULT_SHARE_REFUSED, .item = item };
	struct evault_error why = { 0 };
	enum evault_status rc = may_be_given(s, item, &event, &why);

	taken.received = item->n_sources > 0;
	if (rc == EVAULT_OK)
		rc = take_file(l, item, &taken, &why);
	if (rc == EVAULT_OK) {
		rc = tell_given(s, item, &taken, &event, err);
		if (rc == EVAULT_OK)
			rc = put(s, &taken, err);
		if (rc == EVAULT_OK)
			count_given(s, &taken, &event);
		return rc;
	}
	if (rc != EVAULT_E_DENIED && rc != EVAULT_E_DAMAGED && rc != EVAULT_E_LIMIT)
		return ev_fail(err, rc, "%s: %s", item->citation, why.text);
	event.why = why.text;
	s->summary->refused++;
	if (s->how->event != NULL)
		s->how->event(s->how->ctx, &event);
	return EVAULT_OK;
}

/* ---- what was said of it later ----------------------------------------------------------- */

static enum evault_status
take_correction(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct selecting *l = ctx;
	const struct evault_field *action = evault_item_field(item, "action");
	struct ev_share_item taken = { .index = l->entry->index,
				       .digest = l->entry->digest,
				       .actor = l->entry->actor,
				       .is_change = true,
				       .received = item->n_sources > 0 };

	if (action == NULL)
		return ev_fail(err, l->s->v->unread ? EVAULT_E_IO : EVAULT_E_DAMAGED,
			       "%s: what it says of the item is missing or damaged; `evault check` "
			       "says more",
			       item->citation);
	if (strcmp(action->value, "annotate") != 0 && strcmp(action->value, "retract") != 0)
		return EVAULT_OK;
	return put(l->s, &taken, err);
}

/* Is it in the list already, as one that another item brought along? */
static bool
is_taken(const struct ev_share *s, uint64_t index)
{
	size_t i;

	/* Nearly always it is one of the last ones. */
	for (i = s->n; i > 0 && s->n - i < CITING; i--)
		if (s->items[i - 1].index == index)
			return true;
	return false;
}

static enum evault_status
take_corrections(struct ev_share *s, uint64_t of, struct evault_error *err)
{
	uint64_t found[CITING], after = of;
	struct selecting l = { s, NULL };
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	size_t n = CITING, i, total = 0;

	while (rc == EVAULT_OK && n == CITING && total <= CORRECTIONS_MAX) {
		rc = ev_catalog_citing(s->v->catalog, of, true, after, found, CITING, &n, err);
		for (i = 0; i < n && rc == EVAULT_OK; i++) {
			after = found[i];
			if (is_taken(s, after))
				continue;
			rc = ev_catalog_entry(s->v->catalog, after, &entry, err);
			l.entry = &entry;
			if (rc == EVAULT_OK)
				rc = ev_vault_give_record(s->v, &entry, take_correction, &l, err);
		}
		total += n;
	}
	return rc;
}

static enum evault_status
tell_correction(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct ev_share *s = ctx;
	struct evault_share_event event = { .item = item, .correction = true };

	return tell_given(s, item, ev_share_item(s, item->index), &event, err);
}

/* When it is known what they are about that is in the bundle. */
static enum evault_status
tell_corrections(struct ev_share *s, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < s->n && rc == EVAULT_OK; i++) {
		if (!s->items[i].is_change)
			continue;
		s->summary->corrections++;
		rc = ev_catalog_entry(s->v->catalog, s->items[i].index, &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_vault_give_record(s->v, &entry, tell_correction, s, err);
	}
	return rc;
}

enum evault_status
ev_share_select(struct ev_share *s, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	struct selecting l = { s, &entry };
	enum evault_status rc = EVAULT_OK;
	size_t i, before;

	for (i = 0; i < s->how->n_items && rc == EVAULT_OK; i++) {
		before = s->n;
		rc = ev_catalog_entry(s->v->catalog, s->how->items[i], &entry, err);
		if (rc == EVAULT_E_NOT_FOUND || (rc == EVAULT_OK && !entry.is_record))
			rc = ev_fail(err, EVAULT_E_NOT_FOUND, "there is no item %llu",
				     (unsigned long long)s->how->items[i]);
		if (rc == EVAULT_OK)
			rc = ev_vault_give_item(s->v, &entry, take_item, &l, err);
		if (rc == EVAULT_OK && s->n > before)
			rc = take_corrections(s, entry.index, err);
	}
	if (rc != EVAULT_OK)
		return rc;
	rc = sort(s, err);
	if (rc == EVAULT_OK && s->summary->given == 0)
		rc = ev_fail(err, EVAULT_E_DENIED, "none of these items may be given to them");
	return rc != EVAULT_OK ? rc : tell_corrections(s, err);
}
