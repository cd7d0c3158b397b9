#include "correction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MAX = 4 << 20, /* bytes of records, of one item's corrections */
	COUNT_MAX = 10000,
	/*
	 * Records that are kept for the next item, and bytes of them: all that one item can have,
	 * or each item would read all of them again.
	 */
	CACHE_MAX = 1024,
	CACHE_BYTES = 2 * TEXT_MAX,
};

struct evault_field *
ev_item_fields(const struct ev_record *record, size_t *n)
{
	struct evault_field *fields = calloc(record->n + 1, sizeof(*fields));
	size_t i;

	*n = 0;
	for (i = 0; fields != NULL && i < record->n; i++) {
		if (record->fields[i].withheld)
			continue;
		fields[*n].name = record->fields[i].name;
		fields[*n].value = (const char *)record->fields[i].value;
		fields[(*n)++].len = record->fields[i].len;
	}
	return fields;
}

/* ---- records, read once for all the items that they are about --------------- */

struct ev_said {
	unsigned users;
	struct ev_hash digest;
	struct ev_record record;
	struct evault_field *fields; /* NULL: it cannot be read */
	size_t n_fields;
	struct evault_source *sources; /* NULL: it was recorded here */
	size_t n_sources;
};

struct ev_corrections_cache {
	struct ev_said *said[CACHE_MAX]; /* NULL, or one that the cache uses */
	size_t next;                     /* to give way */
	size_t bytes;
};

static void
said_drop(struct ev_said *s)
{
	if (s == NULL || --s->users > 0)
		return;
	free(s->fields);
	free(s->sources);
	ev_record_release(&s->record);
	free(s);
}

static void
cache_empty(struct ev_corrections_cache *cache, size_t at)
{
	if (cache->said[at] == NULL)
		return;
	cache->bytes -= cache->said[at]->record.text.len;
	said_drop(cache->said[at]);
	cache->said[at] = NULL;
}

static void
cache_put(struct ev_corrections_cache *cache, struct ev_said *s)
{
	size_t i;

	if (s->record.text.len > CACHE_BYTES / 4)
		return;
	for (i = 0; i < CACHE_MAX && cache->bytes + s->record.text.len > CACHE_BYTES; i++)
		cache_empty(cache, (cache->next + i) % CACHE_MAX);
	cache_empty(cache, cache->next);
	cache->said[cache->next] = s;
	cache->bytes += s->record.text.len;
	cache->next = (cache->next + 1) % CACHE_MAX;
	s->users++;
}

void
ev_corrections_forget(struct evault *v)
{
	size_t i;

	for (i = 0; v->corrections != NULL && i < CACHE_MAX; i++)
		cache_empty(v->corrections, i);
	free(v->corrections);
	v->corrections = NULL;
}

static enum evault_status
said_read(struct evault *v, const struct ev_hash *digest, struct ev_said *s,
	  struct evault_error *err)
{
	enum evault_status rc = ev_vault_record(v, digest, &s->record, err);

	v->unread = v->unread || rc == EVAULT_E_IO;
	if (rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO)
		return EVAULT_OK;
	if (rc != EVAULT_OK)
		return rc;
	s->fields = ev_item_fields(&s->record, &s->n_fields);
	if (s->fields == NULL)
		return ev_fail_nomem(err);
	if (ev_record_find(&s->record, "source") == NULL)
		return EVAULT_OK;
	s->sources = calloc(EV_PROVENANCE_MAX, sizeof(*s->sources));
	if (s->sources == NULL)
		return ev_fail_nomem(err);
	return ev_item_sources(&s->record, s->sources, &s->n_sources, err);
}

/* In the place of a record that the log does not vouch for; for said_drop. */
static enum evault_status
said_nothing(struct ev_said **out, struct evault_error *err)
{
	struct ev_said *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ev_fail_nomem(err);
	s->users = 1;
	ev_record_init(&s->record);
	*out = s;
	return EVAULT_OK;
}

/* The record of this digest, for said_drop. */
static enum evault_status
said_get(struct evault *v, const struct ev_hash *digest, struct ev_said **out,
	 struct evault_error *err)
{
	struct ev_said *s;
	enum evault_status rc;
	size_t i;

	if (v->corrections == NULL)
		v->corrections = calloc(1, sizeof(*v->corrections));
	if (v->corrections == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < CACHE_MAX; i++) {
		s = v->corrections->said[i];
		if (s == NULL || !ev_hash_equal(&s->digest, digest))
			continue;
		s->users++;
		*out = s;
		return EVAULT_OK;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ev_fail_nomem(err);
	s->users = 1;
	s->digest = *digest;
	ev_record_init(&s->record);
	rc = said_read(v, digest, s, err);
	if (rc != EVAULT_OK) {
		said_drop(s);
		return rc;
	}
	if (s->fields != NULL)
		cache_put(v->corrections, s);
	*out = s;
	return EVAULT_OK;
}

/* ---- corrections of an item --------------------------------------------------- */

/* Is the record about that entry, and of the action that the catalog has? */
static bool
is_about(const struct ev_record *r, const struct ev_catalog_entry *entry, bool retracts)
{
	const struct ev_record_field *f = ev_record_find(r, "action");
	char about[24 + EVAULT_HEX_SIZE], hex[EVAULT_HEX_SIZE];
	size_t i;

	if (f == NULL ||
	    !ev_slice_is(ev_slice_of(f->value, f->len), retracts ? "retract" : "annotate"))
		return false;
	ev_hash_hex(&entry->digest, hex);
	snprintf(about, sizeof(about), "%llu %s", (unsigned long long)entry->index, hex);
	for (i = 0; i < r->n; i++) {
		f = &r->fields[i];
		if (f->name[0] == 'a' && strcmp(f->name, "about") == 0 &&
		    ev_slice_is(ev_slice_of(f->value, f->len), about))
			return true;
	}
	return false;
}

static enum evault_status
reserve(struct ev_corrections *k, struct evault_error *err)
{
	size_t cap = k->cap == 0 ? 4 : k->cap * 2;
	struct evault_item *items;
	struct ev_said **said;

	if (k->n < k->cap)
		return EVAULT_OK;
	items = realloc(k->items, cap * sizeof(*items));
	if (items == NULL)
		return ev_fail_nomem(err);
	k->items = items;
	said = realloc(k->said, cap * sizeof(struct ev_said *));
	if (said == NULL)
		return ev_fail_nomem(err);
	k->said = said;
	k->cap = cap;
	return EVAULT_OK;
}

/* Adds one to the end of the list; *bytes grows by its size. */
static enum evault_status
load_one(struct evault *v, const struct ev_catalog_entry *about,
	 const struct ev_catalog_correction *c, struct ev_corrections *k, size_t *bytes,
	 struct evault_error *err)
{
	enum ev_index_verdict verdict = EV_INDEX_TRUE;
	struct ev_catalog_entry entry;
	struct evault_item *item;
	struct ev_said *said = NULL;
	enum evault_status rc = reserve(k, err);

	if (rc == EVAULT_OK)
		rc = ev_catalog_entry(v->catalog, c->index, &entry, err);
	if (rc == EVAULT_OK)
		rc = ev_index_confirm(v, &entry, &verdict, err);
	if (rc != EVAULT_OK || verdict == EV_INDEX_NO_ITEM)
		return rc;
	rc = verdict == EV_INDEX_TRUE ? said_get(v, &entry.digest, &said, err)
				      : said_nothing(&said, err);
	if (rc != EVAULT_OK)
		return rc;
	if (said->fields != NULL && !is_about(&said->record, about, c->retracts)) {
		said_drop(said);
		return EVAULT_OK;
	}
	item = &k->items[k->n];
	memset(item, 0, sizeof(*item));
	item->fields = said->fields;
	item->n_fields = said->n_fields;
	item->index = c->index;
	ev_vault_cite(v, c->index, item->citation);
	ev_item_set_sources(v, item, said->sources, said->n_sources);
	if (verdict == EV_INDEX_TRUE) {
		ev_hash_hex(&entry.digest, item->digest);
		ev_hash_hex(&entry.actor, item->actor_key);
	}
	item->retracted = c->taken_back;
	*bytes += said->record.text.len;
	k->retracted = k->retracted || (c->retracts && !c->taken_back);
	k->said[k->n++] = said;
	return EVAULT_OK;
}

/* They were found from the last to the first. */
static void
turn(struct ev_corrections *k)
{
	struct evault_item item;
	struct ev_said *said;
	size_t i;

	for (i = 0; i < k->n / 2; i++) {
		item = k->items[i];
		k->items[i] = k->items[k->n - 1 - i];
		k->items[k->n - 1 - i] = item;
		said = k->said[i];
		k->said[i] = k->said[k->n - 1 - i];
		k->said[k->n - 1 - i] = said;
	}
}

enum evault_status
ev_corrections_load(struct evault *v, const struct ev_catalog_entry *entry,
		    struct ev_corrections *out, struct evault_error *err)
{
	struct ev_catalog_correction c = { .index = UINT64_MAX };
	enum evault_status rc = EVAULT_OK;
	size_t bytes = 0;

	memset(out, 0, sizeof(*out));
	while (rc == EVAULT_OK) {
		rc = ev_catalog_correction(v->catalog, entry->index, c.index, &c, err);
		if (rc == EVAULT_E_NOT_FOUND)
			break;
		out->cut = rc == EVAULT_OK && (bytes > TEXT_MAX || out->n == COUNT_MAX);
		if (rc != EVAULT_OK || out->cut)
			break;
		rc = load_one(v, entry, &c, out, &bytes, err);
	}
	turn(out);
	/* What was cut off may retract it. */
	if (rc == EVAULT_OK && out->cut && !out->retracted)
		rc = ev_catalog_is_retracted(v->catalog, entry->index, &out->retracted, err);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

void
ev_corrections_release(struct ev_corrections *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		said_drop(k->said[i]);
	free(k->items);
	free(k->said);
	memset(k, 0, sizeof(*k));
}

/* ---- what holds ------------------------------------------------------------ */

static bool
field_is(const struct evault_item *item, const char *name, const char *value)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f != NULL && f->len == strlen(value) && memcmp(f->value, value, f->len) == 0;
}

const struct evault_field *
evault_item_latest(const struct evault_item *item, const char *name)
{
	const struct evault_item *c;
	const struct evault_field *f;
	size_t i;

	for (i = item->n_corrections; i > 0; i--) {
		c = &item->corrections[i - 1];
		f = c->retracted || !field_is(c, "action", "annotate") ? NULL
								       : evault_item_field(c, name);
		if (f != NULL)
			return f;
	}
	return evault_item_field(item, name);
}

const struct evault_item *
evault_item_retraction(const struct evault_item *item)
{
	const struct evault_item *c;
	size_t i;

	for (i = item->n_corrections; i > 0; i--) {
		c = &item->corrections[i - 1];
		if (!c->retracted && field_is(c, "action", "retract"))
			return c;
	}
	return NULL;
}

static bool
has_tag(const struct evault_item *item, const char *tag)
{
	size_t i;

	for (i = 0; i < item->n_fields; i++)
		if (strcmp(item->fields[i].name, "tag") == 0 &&
		    item->fields[i].len == strlen(tag) &&
		    memcmp(item->fields[i].value, tag, strlen(tag)) == 0)
			return true;
	return false;
}

static bool
is_tagged(const struct evault_item *item, const char *tag)
{
	const struct evault_item *c;
	size_t i;

	for (i = 0; i < item->n_corrections; i++) {
		c = &item->corrections[i];
		if (!c->retracted && field_is(c, "action", "annotate") && has_tag(c, tag))
			return true;
	}
	return has_tag(item, tag);
}

static bool
is_in_time(const struct evault_item *item, const struct evault_filter *f)
{
	const struct evault_field *time = evault_item_field(item, "time");

	if (time == NULL)
		return f->since == NULL && f->until == NULL;
	if (f->since != NULL && strcmp(time->value, f->since) < 0)
		return false;
	return f->until == NULL || strncmp(time->value, f->until, strlen(f->until)) <= 0;
}

bool
ev_item_matches(const struct evault_item *item, const struct evault_filter *f)
{
	const struct evault_field *name;
	size_t i;

	/* What cannot be read, or not all of it, is not judged. */
	if (item->n_fields == 0 || item->corrections_cut)
		return true;
	for (i = 0; i < item->n_corrections; i++)
		if (item->corrections[i].n_fields == 0)
			return true;
	if (f->retracted != EVAULT_RETRACTED_TOO &&
	    item->retracted != (f->retracted == EVAULT_RETRACTED_ONLY))
		return false;
	if (!f->all_actions && f->action != NULL && !field_is(item, "action", f->action))
		return false;
	if (!f->all_actions && f->action == NULL &&
	    (evault_item_field(item, "sha256") == NULL || field_is(item, "action", "receive")))
		return false;
	name = f->case_name == NULL ? NULL : evault_item_latest(item, "case");
	if (f->case_name != NULL && (name == NULL || name->len != strlen(f->case_name) ||
				     memcmp(name->value, f->case_name, name->len) != 0))
		return false;
	return (f->tag == NULL || is_tagged(item, f->tag)) && is_in_time(item, f);
}
