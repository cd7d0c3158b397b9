/*
 * Items: finding them, and reading their records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "correction.h"

enum evault_status
ev_vault_record(struct evault *v, const struct ev_hash *digest, struct ev_record *record,
		struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash found;
	struct ev_place place;
	struct ev_pack *pack;
	struct ev_slice bytes;
	enum evault_status rc;
	size_t n;

	rc = ev_vault_find(v, EV_MEMBER_RECORD, digest, 0, 0, &place, &pack, err);
	if (rc == EVAULT_E_NOT_FOUND || (rc == EVAULT_OK && pack == NULL))
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "its record is missing; `evault check` says why");
	if (rc == EVAULT_OK)
		rc = ev_pack_read(pack, &place.member, ev_sink_buf(&text), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&text, err);
	if (rc != EVAULT_OK)
		goto out;
	bytes = ev_slice_of(text.data, text.len);
	rc = ev_record_parse(bytes, record, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(record, &found, err);
	if (rc == EVAULT_E_FORMAT || (rc == EVAULT_OK && !ev_hash_equal(&found, digest)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its record was altered");
	if (rc == EVAULT_OK)
		rc = ev_provenance_read(record, chain, &n, err);
	if (rc != EVAULT_OK)
		ev_record_release(record);
out:
	ev_buf_release(&text);
	return rc;
}

enum evault_status
ev_item_sources(const struct ev_record *record, struct evault_source sources[EV_PROVENANCE_MAX],
		size_t *n, struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	char hex[EVAULT_HEX_SIZE];
	enum evault_status rc = ev_provenance_read(record, chain, n, err);
	size_t i;

	for (i = 0; rc == EVAULT_OK && i < *n; i++) {
		ev_hash_hex(&chain[i].origin, hex);
		snprintf(sources[i].origin, sizeof(sources[i].origin), "evault/%s", hex);
		sources[i].index = chain[i].index;
		ev_hash_hex(&chain[i].digest, sources[i].digest);
	}
	return rc;
}

void
ev_item_set_sources(const struct evault *v, struct evault_item *item,
		    const struct evault_source *sources, size_t n)
{
	item->sources = sources;
	item->n_sources = n;
	/* Of a copy of this vault the numbers are this one's, too, and others. */
	if (n > 0 && strcmp(sources[n - 1].origin, v->note.origin) != 0)
		snprintf(item->citation, sizeof(item->citation), "%.6s-%llu",
			 sources[n - 1].origin + strlen("evault/"),
			 (unsigned long long)sources[n - 1].index);
}

/* Where it came from, and what was withheld of it on the way. */
static enum evault_status
set_provenance(const struct evault *v, struct evault_item *item,
	       const struct evault_source *sources, size_t n, const struct ev_record *record,
	       struct ev_buf *withheld, struct evault_error *err)
{
	ev_item_set_sources(v, item, sources, n);
	if (n == 0)
		return EVAULT_OK;
	ev_record_withheld_names(record, withheld);
	if (withheld->len > 0)
		item->withheld = ev_buf_text(withheld);
	return ev_buf_ask(withheld, err);
}

/* `later` NULL: its corrections are not read, only whether it is retracted. */
static enum evault_status
give(struct evault *v, const struct ev_catalog_entry *entry, struct ev_corrections *later,
     evault_item_fn *fn, void *ctx, struct evault_error *err)
{
	struct evault_item item = { .index = entry->index };
	struct evault_source sources[EV_PROVENANCE_MAX];
	struct ev_catalog_entry confirmed = *entry;
	struct ev_buf withheld = EV_BUF_INIT;
	struct evault_field *fields = NULL;
	struct ev_record record;
	enum ev_index_verdict verdict;
	size_t n_sources;
	enum evault_status rc = ev_index_confirm(v, &confirmed, &verdict, err);

	if (rc != EVAULT_OK || verdict == EV_INDEX_NO_ITEM)
		return rc;
	entry = &confirmed;
	ev_vault_cite(v, entry->index, item.citation);
	ev_record_init(&record);
	if (verdict == EV_INDEX_TRUE) {
		ev_hash_hex(&entry->digest, item.digest);
		ev_hash_hex(&entry->actor, item.actor_key);
		rc = ev_vault_record(v, &entry->digest, &record, err);
	} else {
		rc = EVAULT_E_DAMAGED;
	}
	v->unread = v->unread || rc == EVAULT_E_IO;
	if (rc == EVAULT_OK) {
		fields = ev_item_fields(&record, &item.n_fields);
		item.fields = fields;
		rc = fields == NULL ? ev_fail_nomem(err)
				    : ev_item_sources(&record, sources, &n_sources, err);
		if (rc == EVAULT_OK)
			rc = set_provenance(v, &item, sources, n_sources, &record, &withheld, err);
	} else if (rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO) {
		rc = EVAULT_OK; /* an item without fields */
	}
	if (rc == EVAULT_OK && later == NULL)
		rc = ev_catalog_is_retracted(v->catalog, entry->index, &item.retracted, err);
	else if (rc == EVAULT_OK)
		rc = ev_corrections_load(v, entry, later, err);
	if (rc == EVAULT_OK && later != NULL) {
		item.corrections = later->items;
		item.n_corrections = later->n;
		item.corrections_cut = later->cut;
		item.retracted = later->retracted;
	}
	if (rc == EVAULT_OK)
		rc = fn(ctx, &item, err);
	free(fields);
	ev_buf_wipe(&withheld);
	ev_record_release(&record);
	return rc;
}

enum evault_status
ev_vault_give_item(struct evault *v, const struct ev_catalog_entry *entry, evault_item_fn *fn,
		   void *ctx, struct evault_error *err)
{
	struct ev_corrections later = { 0 };
	enum evault_status rc = give(v, entry, &later, fn, ctx, err);

	ev_corrections_release(&later);
	return rc;
}

enum evault_status
ev_vault_give_record(struct evault *v, const struct ev_catalog_entry *entry, evault_item_fn *fn,
		     void *ctx, struct evault_error *err)
{
	return give(v, entry, NULL, fn, ctx, err);
}

const struct evault_field *
evault_item_field(const struct evault_item *item, const char *name)
{
	size_t i;

	for (i = 0; i < item->n_fields; i++) {
		if (strcmp(item->fields[i].name, name) == 0)
			return &item->fields[i];
	}
	return NULL;
}

const char *
ev_item_text(const struct evault_item *item, const char *name)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f == NULL || strlen(f->value) != f->len ? NULL : f->value;
}

bool
ev_item_counts(const struct evault *v, const struct evault_item *item)
{
	return ev_authority_wrote(&v->authority, ev_slice_text(item->actor_key), item->index) &&
	       evault_item_field(item, "source") == NULL;
}

bool
ev_vault_name_is_plain(struct ev_slice name)
{
	return name.len > 0 && memchr(name.data, '/', name.len) == NULL &&
	       memchr(name.data, '\0', name.len) == NULL && !ev_slice_is(name, ".") &&
	       !ev_slice_is(name, "..");
}

/* ---- lists ------------------------------------------------------------------- */

struct giving {
	struct evault *v;
	evault_item_fn *fn;
	void *ctx;
	uint64_t given;
};

static enum evault_status
give_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct giving *g = ctx;

	g->given++;
	return ev_vault_give_item(g->v, entry, g->fn, g->ctx, err);
}

/* A list gives what is so by the records; the catalog only says where to look. */
struct listing {
	const struct evault_filter *filter;
	evault_item_fn *fn;
	void *ctx;
};

static enum evault_status
give_matching(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listing *l = ctx;

	return ev_item_matches(item, l->filter) ? l->fn(l->ctx, item, err) : EVAULT_OK;
}

enum evault_status
evault_list(struct evault *v, const struct evault_filter *filter, evault_item_fn *fn, void *ctx,
	    struct evault_error *err)
{
	static const struct evault_filter all;
	struct listing l = { filter == NULL ? &all : filter, fn, ctx };
	struct giving g = { v, give_matching, &l, 0 };
	enum evault_status rc = ev_vault_need_reading(v, err);

	return rc == EVAULT_OK ? ev_catalog_list(v->catalog, l.filter, give_entry, &g, err) : rc;
}

/* "12" or "12-40", with nothing after it. */
static bool
parse_range(struct ev_slice ref, uint64_t *first, uint64_t *last)
{
	struct ev_cursor c = ev_cursor_of(ref.data, ref.len);

	*first = ev_cursor_decimal(&c, UINT64_MAX - 1);
	*last = *first;
	if (c.left > 0) {
		ev_cursor_expect(&c, "-");
		*last = ev_cursor_decimal(&c, UINT64_MAX - 1);
	}
	return ev_cursor_done(&c) && *last >= *first;
}

/* What a person cited: "3f9a01-12" or "3f9a01-12-40". */
struct citing {
	uint8_t digits[3];
	bool mine; /* they are this vault's */
	uint64_t first, last;
};

static bool
parse_citation(const struct evault *v, struct ev_slice ref, struct citing *c)
{
	if (ref.len < 8 || ref.data[6] != '-' ||
	    !ev_hex_decode(ev_slice_of(ref.data, 6), c->digits, sizeof(c->digits)))
		return false;
	c->mine = memcmp(ref.data, v->note.origin + strlen("evault/"), 6) == 0;
	return parse_range(ev_slice_of(ref.data + 7, ref.len - 7), &c->first, &c->last);
}

/* The same for entries of other vaults: those of a copy of this one are cited as its own. */
static enum evault_status
next_cited(const struct evault *v, const struct citing *c, uint64_t number, int64_t after,
	   uint64_t *index, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_provenance p;
	enum evault_status rc;

	do {
		rc = ev_catalog_cited(v->catalog, c->digits, number, after, index, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_first_source(v->catalog, *index, &p, err);
		if (rc != EVAULT_OK)
			return rc;
		after = (int64_t)*index;
		ev_hash_hex(&p.origin, hex);
	} while (strcmp(hex, v->note.origin + strlen("evault/")) == 0);
	return EVAULT_OK;
}

/* The entry that was received as this one of another vault; E_NOT_FOUND without a sentence. */
static enum evault_status
find_cited(const struct evault *v, const struct citing *c, uint64_t number, uint64_t *index,
	   struct evault_error *err)
{
	uint64_t other = 0;
	enum evault_status rc = next_cited(v, c, number, -1, index, err), more;

	if (rc != EVAULT_OK)
		return rc;
	more = next_cited(v, c, number, (int64_t)*index, &other, err);
	if (more != EVAULT_OK && more != EVAULT_E_NOT_FOUND)
		return more;
	if (more == EVAULT_OK || (c->mine && number < ev_log_head(v->log)->size))
		return ev_fail(err, EVAULT_E_USAGE,
			       "two vaults have names that begin so, and both have an item of that "
			       "number: here it is %llu or %llu, and named by that number alone",
			       (unsigned long long)*index,
			       (unsigned long long)(more == EVAULT_OK ? other : number));
	return EVAULT_OK;
}

/* What the log alone says of it: its number, citation, digest and signer. */
static enum evault_status
give_sealed(struct giving *g, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct evault_item item = { .index = entry->index };

	g->given++;
	ev_vault_cite(g->v, entry->index, item.citation);
	ev_hash_hex(&entry->digest, item.digest);
	ev_hash_hex(&entry->actor, item.actor_key);
	return g->fn(g->ctx, &item, err);
}

/* For who can add and not read. */
static enum evault_status
give_range_sealed(struct giving *g, uint64_t first, uint64_t last, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;

	for (; first <= last && rc == EVAULT_OK; first++) {
		rc = ev_vault_find_entry(g->v, first, &entry, err);
		if (rc == EVAULT_OK && entry.is_record)
			rc = give_sealed(g, &entry, err);
	}
	return rc;
}

static enum evault_status
find_range(struct giving *g, uint64_t first, uint64_t last, struct evault_error *err)
{
	uint64_t size = ev_log_head(g->v->log)->size;
	char what[200];
	enum evault_status rc = EVAULT_OK;

	if (first < size && evault_reads(g->v))
		rc = ev_catalog_range(g->v->catalog, first, last, give_entry, g, err);
	else if (first < size)
		rc = give_range_sealed(g, first, last < size ? last : size - 1, err);
	if (rc != EVAULT_OK || g->given > 0)
		return rc;
	if (first >= size)
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "there is no item %llu: the log has %llu entries",
			       (unsigned long long)first, (unsigned long long)size);
	if (first >= size - g->v->index.behind)
		return ev_fail(err, EVAULT_E_NOT_FOUND,
			       "%llu is not in the index yet: somebody is adding to this vault",
			       (unsigned long long)first);
	rc = evault_entry_text(g->v, first, what, sizeof(what), err);
	if (rc != EVAULT_OK)
		return rc;
	return ev_fail(err, EVAULT_E_NOT_FOUND, "%llu is an entry of the log and no item: %s",
		       (unsigned long long)first, what);
}

/* One file's bytes may be of several items; the beginning of two hashes names none. */
static enum evault_status
find_hash(struct giving *g, struct ev_slice hex, const char *shown, struct evault_error *err)
{
	uint64_t n = 0;
	enum evault_status rc;

	if (!evault_reads(g->v))
		return ev_fail(err, EVAULT_E_DENIED,
			       "%s: this key can add and not read: here an item is named by its "
			       "number or citation",
			       shown);
	rc = ev_catalog_hashes(g->v->catalog, hex, &n, err);
	if (rc != EVAULT_OK)
		return rc;
	if (n == 0)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "no item has a SHA-256 that begins with %s",
			       shown);
	if (n > 1)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%llu different files have a SHA-256 that begins with %s: give more "
			       "of it",
			       (unsigned long long)n, shown);
	return ev_catalog_by_hash(g->v->catalog, hex, give_entry, g, err);
}

/* Does it mean an item of a vault that things were received from? */
static bool
cited_is_known(const struct evault *v, const struct citing *c)
{
	uint64_t index;

	return evault_reads(v) && c->first == c->last &&
	       ev_catalog_cited(v->catalog, c->digits, c->first, -1, &index, NULL) == EVAULT_OK;
}

/* Items that were recorded in another vault, by what they are called there. */
static enum evault_status
find_received(struct giving *g, const struct citing *c, const char *shown, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_catalog_entry entry;
	uint64_t number, index = 0;
	bool has = false;

	if (evault_reads(g->v))
		rc = ev_catalog_has_vault(g->v->catalog, c->digits, &has, err);
	if (rc == EVAULT_OK && !has)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s cites another vault, and nothing was received from it; this one "
			       "is %.6s",
			       shown, g->v->note.origin + strlen("evault/"));
	for (number = c->first; number <= c->last && rc == EVAULT_OK; number++) {
		/* Of a range that goes on for ever, no more than a log can have. */
		if (number - c->first > ev_log_head(g->v->log)->size)
			break;
		rc = find_cited(g->v, c, number, &index, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_entry(g->v->catalog, index, &entry, err);
		if (rc == EVAULT_OK)
			rc = give_entry(g, &entry, err);
		rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
	}
	if (rc == EVAULT_OK && g->given == 0)
		return ev_fail(err, EVAULT_E_USAGE, "%s was not received from that vault", shown);
	return rc;
}

enum evault_status
evault_find(struct evault *v, const char *ref, evault_item_fn *fn, void *ctx,
	    struct evault_error *err)
{
	struct giving g = { v, fn, ctx, 0 };
	struct ev_slice text = ev_slice_text(ref);
	char shown[EV_SHOW_SIZE];
	uint64_t first, last;
	char lower[64];
	bool is_hash;
	struct citing cited;
	enum evault_status rc = EVAULT_OK;
	size_t i, hex = 0;

	if (v->keys == NULL)
		return ev_vault_need_reading(v, err);
	if (parse_citation(v, text, &cited)) {
		ev_show_path(ref, shown);
		if (cited.mine && evault_reads(v) && cited.first == cited.last)
			rc = find_cited(v, &cited, cited.first, &first, err);
		else
			rc = EVAULT_E_NOT_FOUND;
		if (rc == EVAULT_OK)
			return find_received(&g, &cited, shown, err);
		if (rc != EVAULT_E_NOT_FOUND)
			return rc;
		/* "123456-123460" is a range all the same. */
		if (cited.mine)
			text = ev_slice_of(text.data + 7, text.len - 7);
		else if (!parse_range(text, &first, &last) || cited_is_known(v, &cited))
			return find_received(&g, &cited, shown, err);
	}
	for (i = 0; i < text.len && i < sizeof(lower); i++) {
		lower[i] = (char)text.data[i];
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] = (char)(lower[i] - 'A' + 'a');
		hex += (lower[i] >= '0' && lower[i] <= '9') || (lower[i] >= 'a' && lower[i] <= 'f');
	}
	is_hash = hex == text.len && hex >= 6;
	/* Digits alone are a number, unless the log has no such entry and they may be a hash. */
	if (text.len < 20 && parse_range(text, &first, &last) &&
	    (!is_hash || first < ev_log_head(v->log)->size))
		return find_range(&g, first, last, err);
	if (!is_hash)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s names no item: give a number, a citation, or the beginning of a "
			       "SHA-256",
			       ev_show_path(ref, shown));
	return find_hash(&g, ev_slice_of(lower, hex), ev_show_path(ref, shown), err);
}

enum evault_status
evault_entry_text(struct evault *v, uint64_t index, char *out, size_t size,
		  struct evault_error *err)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_entry *entry = malloc(sizeof(*entry));
	struct ev_cursor lines;
	struct ev_slice line;
	size_t len;
	enum evault_status rc;

	if (entry == NULL)
		return ev_fail_nomem(err);
	rc = ev_vault_entry(v, index, &bytes, entry, err);
	if (rc == EVAULT_OK) {
		lines = ev_cursor_of(entry->lines.data, entry->lines.len);
		line = ev_cursor_line(&lines);
		snprintf(out, size, "%.*s", (int)line.len, (const char *)line.data);
		len = strlen(out);
		if (entry->n_lines > 1)
			snprintf(out + len, size - len,
				 ev_translate_plural(", and %zu more line", ", and %zu more lines",
						     entry->n_lines - 1),
				 entry->n_lines - 1);
	}
	ev_buf_release(&bytes);
	free(entry);
	return rc;
}
