/*
 * An item as JSON.  Known fields are members with their own names; the
 * user's own (K=V) are in `fields`, what a later version may have added in
 * `other`, so that no name from a record can collide with one of ours.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"
#include "json.h"
#include "memory.h"
#include "utf8.h"

static const struct {
	const char *field, *member;
	bool number;
} known[] = {
	{ "action", "action", false },
	{ "time", "time", false },
	{ "offset", "offset", false },
	{ "clock", "clock", false },
	{ "actor", "actor", false },
	{ "software", "software", false },
	{ "name", "name", false },
	{ "folder", "folder", false },
	{ "size", "size", true },
	{ "sha256", "sha256", false },
	{ "media-type", "media_type", false },
	{ "modified", "modified", false },
	{ "case", "case", false },
	{ "title", "title", false },
	{ "witness", "witness", false },
	{ "interviewer", "interviewer", false },
	{ "interpreter", "interpreter", false },
	{ "language", "language", false },
	{ "consent", "consent", false },
	{ "place", "place", false },
	{ "reason", "reason", false },
	{ "pack", "pack", false },
	{ "from", "from", false },
	{ "tree", "tree", false },
};

/* A name and its value: from a `field K=V`, or a field of an unknown name. */
struct pair {
	const char *key, *value;
	size_t key_len, len;
	bool written;
};

static bool
is_known(const char *field)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].field, field) == 0)
			return true;
	return strcmp(field, "tag") == 0 || strcmp(field, "field") == 0 ||
	       strcmp(field, "about") == 0 || strcmp(field, "source") == 0;
}

static void
write_known(struct json *json, const struct evault_item *item)
{
	const struct evault_field *f;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		f = evault_item_field(item, known[i].field);
		if (f == NULL)
			continue;
		if (known[i].number && f->len > 0 && f->len <= 20 &&
		    strspn(f->value, "0123456789") == f->len)
			json_number(json, known[i].member, strtoull(f->value, NULL, 10));
		else
			json_bytes(json, known[i].member, f->value, f->len);
	}
}

/* All values of the fields of one name as an array, and again in base64 if one needs it. */
static void
write_array(struct json *json, const struct evault_item *item, const char *name, const char *member,
	    const char *raw_member)
{
	const struct evault_field *f;
	bool raw = false;
	size_t i;

	json_array_begin(json, member);
	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		if (strcmp(f->name, name) != 0)
			continue;
		json_string(json, f->value, f->len);
		raw = raw || !utf8_is_valid(f->value, f->len);
	}
	json_array_end(json);
	if (!raw)
		return;
	json_array_begin(json, raw_member);
	for (i = 0; i < item->n_fields; i++)
		if (strcmp(item->fields[i].name, name) == 0)
			json_base64(json, NULL, item->fields[i].value, item->fields[i].len);
	json_array_end(json);
}

/* `about <index> <digest>` as objects. */
static void
write_about(struct json *json, const struct evault_item *item)
{
	const struct evault_field *f;
	const char *space;
	size_t i;

	if (evault_item_field(item, "about") == NULL)
		return;
	json_array_begin(json, "about");
	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		space = strchr(f->value, ' ');
		if (strcmp(f->name, "about") != 0 || space == NULL)
			continue;
		json_object_begin(json, NULL, 0);
		json_number(json, "item", strtoull(f->value, NULL, 10));
		json_text(json, "digest", space + 1);
		json_object_end(json);
	}
	json_array_end(json);
}

static size_t
collect(const struct evault_item *item, bool own, struct pair *pairs)
{
	const struct evault_field *f;
	const char *equals;
	size_t i, n = 0;

	for (i = 0; i < item->n_fields; i++) {
		f = &item->fields[i];
		if (own && strcmp(f->name, "field") == 0) {
			equals = memchr(f->value, '=', f->len);
			if (equals == NULL)
				equals = f->value + f->len;
			pairs[n].key = f->value;
			pairs[n].key_len = (size_t)(equals - f->value);
			pairs[n].value = equals + (equals < f->value + f->len);
			pairs[n].len = (size_t)(f->value + f->len - pairs[n].value);
			pairs[n++].written = false;
		} else if (!own && !is_known(f->name)) {
			pairs[n++] =
			    (struct pair){ f->name, f->value, strlen(f->name), f->len, false };
		}
	}
	return n;
}

static bool
same_key(const struct pair *a, const struct pair *b)
{
	return a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

/* `pairs[at]` and those after it of the same key: a text, or an array of texts. */
static void
write_pair(struct json *json, struct pair *pairs, size_t at, size_t n)
{
	size_t i, same = 0;

	for (i = at; i < n; i++)
		same += same_key(&pairs[at], &pairs[i]);
	json_name(json, pairs[at].key, pairs[at].key_len);
	if (same > 1)
		json_array_begin(json, NULL);
	for (i = at; i < n; i++) {
		if (!same_key(&pairs[at], &pairs[i]))
			continue;
		json_string(json, pairs[i].value, pairs[i].len);
		pairs[i].written = true;
	}
	if (same > 1)
		json_array_end(json);
}

static void
write_pairs(struct json *json, const char *member, struct pair *pairs, size_t n)
{
	size_t i;

	json_object_begin(json, member, strlen(member));
	for (i = 0; i < n; i++)
		if (!pairs[i].written)
			write_pair(json, pairs, i, n);
	json_object_end(json);
}

/* Their bytes as they were, for when one of them is no valid UTF-8: texts "K=V" in base64. */
static void
write_raw_fields(struct json *json, const struct evault_item *item)
{
	bool raw = false;
	size_t i;

	for (i = 0; i < item->n_fields; i++)
		raw = raw || (strcmp(item->fields[i].name, "field") == 0 &&
			      !utf8_is_valid(item->fields[i].value, item->fields[i].len));
	if (!raw)
		return;
	json_array_begin(json, "fields_base64");
	for (i = 0; i < item->n_fields; i++)
		if (strcmp(item->fields[i].name, "field") == 0)
			json_base64(json, NULL, item->fields[i].value, item->fields[i].len);
	json_array_end(json);
}

/* All that the fields of one record say; `about` can be of a thousand items. */
static void
write_fields(struct json *json, const struct evault_item *item, bool about)
{
	struct pair *pairs = memory_need((item->n_fields + 1) * sizeof(*pairs));
	size_t n;

	write_known(json, item);
	write_array(json, item, "tag", "tags", "tags_base64");
	n = collect(item, true, pairs);
	write_pairs(json, "fields", pairs, n);
	write_raw_fields(json, item);
	if (about)
		write_about(json, item);
	n = collect(item, false, pairs);
	if (n > 0)
		write_pairs(json, "other", pairs, n);
	free(pairs);
}

/* What a person said of it, each where nothing later takes its place: what holds. */
static void
write_latest(struct json *json, const struct evault_item *item)
{
	size_t n = item->n_fields, i, k;
	struct evault_item latest = { .n_fields = 0 };
	struct evault_field *fields;

	for (i = 0; i < item->n_corrections; i++)
		n += item->corrections[i].n_fields;
	fields = memory_need((n + 1) * sizeof(*fields));
	for (k = 0; k < item->n_fields; k++)
		if (item_is_said(item->fields[k].name) &&
		    item_replaced_by(item, 0, &item->fields[k]) == NULL)
			fields[latest.n_fields++] = item->fields[k];
	for (i = 0; i < item->n_corrections; i++) {
		const struct evault_item *c = &item->corrections[i];

		for (k = 0; k < c->n_fields && !c->retracted && item_says(c, "action", "annotate");
		     k++)
			if (item_is_said(c->fields[k].name) &&
			    item_replaced_by(item, i + 1, &c->fields[k]) == NULL)
				fields[latest.n_fields++] = c->fields[k];
	}
	latest.fields = fields;
	json_object_begin(json, "latest", strlen("latest"));
	write_fields(json, &latest, false);
	json_object_end(json);
	free(fields);
}

/* The nearest vault first. */
static void
write_sources(struct json *json, struct evault *vault, const struct evault_item *item)
{
	const struct evault_source *s;
	char cited[EVAULT_CITATION_SIZE], key[EVAULT_HEX_SIZE];
	size_t i;

	if (item->n_sources == 0)
		return;
	json_array_begin(json, "received");
	for (i = 0; i < item->n_sources; i++) {
		s = &item->sources[i];
		snprintf(cited, sizeof(cited), "%.6s-%" PRIu64, s->origin + strlen("evault/"),
			 s->index);
		json_object_begin(json, NULL, 0);
		json_text(json, "origin", s->origin);
		json_number(json, "item", s->index);
		json_text(json, "citation", cited);
		json_text(json, "digest", s->digest);
		if (vault != NULL && evault_source_signer(vault, s, key, NULL) == EVAULT_OK)
			json_text(json, "actor_key", key);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
write_correction(struct json *json, const struct evault_item *c)
{
	json_object_begin(json, NULL, 0);
	json_number(json, "item", c->index);
	json_text(json, "citation", c->citation);
	if (item_is_lost(c))
		json_bool(json, "lost", true);
	json_bool(json, "taken_back", c->retracted);
	write_fields(json, c, false);
	json_text(json, "digest", c->digest);
	json_text(json, "actor_key", c->actor_key);
	write_sources(json, NULL, c);
	json_object_end(json);
}

static void
write_corrections(struct json *json, const struct evault_item *item)
{
	size_t i;

	if (item->n_corrections == 0)
		return;
	write_latest(json, item);
	json_array_begin(json, "corrections");
	for (i = 0; i < item->n_corrections; i++)
		write_correction(json, &item->corrections[i]);
	json_array_end(json);
	if (item->corrections_cut)
		json_bool(json, "corrections_cut", true);
}

void
item_write_json(struct json *json, struct evault *vault, const struct evault_item *item)
{
	json_number(json, "item", item->index);
	json_text(json, "citation", item->citation);
	if (item_is_lost(item))
		json_bool(json, "lost", true);
	json_bool(json, "retracted", item->retracted);
	write_fields(json, item, true);
	json_text(json, "digest", item->digest);
	json_text(json, "actor_key", item->actor_key);
	write_sources(json, vault, item);
	if (item->withheld != NULL)
		json_text(json, "withheld", item->withheld);
	write_corrections(json, item);
}

void
item_print_json(FILE *out, struct evault *vault, const struct evault_item *item)
{
	struct json json = json_begin(out);

	item_write_json(&json, vault, item);
	json_end(&json);
}
