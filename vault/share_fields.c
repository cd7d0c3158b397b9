/* Which fields of a record a bundle discloses. */
#include <string.h>

#include "format/fold.h"
#include "share.h"

/* What evault knows: they may be named whether a record has them or not. */
static const char *const known[] = {
	"offset",     "clock",       "actor",       "software", "name",     "folder",
	"size",       "sha256",      "begun",       "modified", "case",     "title",
	"media-type", "tag",         "interviewer", "witness",  "language", "place",
	"field",      "interpreter", "consent",     "reason",
};

static bool
is_among(const char *const *names, size_t n, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

/*
 * Who would hide `witness` means `Witness`, too: people write the names of their own fields as they
 * come, and what was told cannot be taken back.
 */
static bool
is_like(const char *asked, struct ev_slice name)
{
	struct ev_slice a = ev_slice_text(asked);
	struct ev_fold words = ev_fold_of(a);
	struct ev_fold_word word;

	return ev_slice_equal(a, name) || (ev_fold_next(&words, &word) && ev_fold_same(a, name));
}

static bool
is_like_any(const char *const *names, size_t n, struct ev_slice name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_like(names[i], name))
			return true;
	return false;
}

static bool
is_given(const char *name)
{
	return strcmp(name, "sha256") == 0 || strcmp(name, "size") == 0;
}

static bool
is_judged_by(const char *name)
{
	return strcmp(name, "action") == 0 || strcmp(name, "time") == 0 ||
	       strcmp(name, "about") == 0;
}

/* What a received record was there is made again of these. */
static bool
is_of_source(const char *name)
{
	return strcmp(name, "source") == 0 || strncmp(name, "from-", strlen("from-")) == 0;
}

enum evault_status
ev_share_fields_check(const struct evault_share *how, struct evault_error *err)
{
	const char *name;
	size_t i;

	for (i = 0; i < how->n_withhold; i++) {
		name = how->withhold[i];
		if (is_judged_by(name))
			return ev_fail(err, EVAULT_E_USAGE,
				       "%s cannot be withheld: a record is judged by it", name);
		if (is_given(name) && !how->no_files)
			return ev_fail(err, EVAULT_E_USAGE,
				       "%s cannot be withheld of a file that is given", name);
	}
	return EVAULT_OK;
}

/* Was a field of this name, or of one that is `like` it? */
static bool
was_withheld(const struct ev_share *s, const char *name, bool like)
{
	const char *at = (const char *)s->names.data;
	size_t left = s->names.len, len;

	while (left > 0) {
		len = strlen(at) + 1;
		if (strcmp(at, name) == 0 || (like && is_like(name, ev_slice_text(at))))
			return true;
		at += len;
		left -= len;
	}
	return false;
}

enum evault_status
ev_share_fields_used(const struct ev_share *s, struct evault_error *err)
{
	const struct evault_share *how = s->how;
	char shown[EV_SHOW_SIZE];
	size_t i;

	for (i = 0; i < how->n_withhold; i++) {
		if (is_among(known, sizeof(known) / sizeof(known[0]), how->withhold[i],
			     strlen(how->withhold[i])) ||
		    was_withheld(s, how->withhold[i], true))
			continue;
		return ev_fail(err, EVAULT_E_USAGE,
			       "%s: no record that would be shared has such a field, so it cannot "
			       "be withheld; is it spelled so?",
			       ev_show_path(how->withhold[i], shown));
	}
	return EVAULT_OK;
}

bool
ev_share_hides(const struct evault_share *how, bool file, const char *name, struct ev_slice value)
{
	struct ev_slice key = { NULL, 0 };

	if (is_judged_by(name) || is_of_source(name) || (file && is_given(name)))
		return false;
	if (strcmp(name, "field") == 0)
		key = ev_record_key(value);
	if (how->disclose != NULL)
		return !is_among(how->disclose, how->n_disclose, name, strlen(name)) &&
		       !(key.len > 0 &&
			 is_among(how->disclose, how->n_disclose, (const char *)key.data, key.len));
	return is_like_any(how->withhold, how->n_withhold, ev_slice_text(name)) ||
	       (key.len > 0 && is_like_any(how->withhold, how->n_withhold, key));
}

struct hiding {
	struct ev_share *s;
	const struct ev_share_item *item;
};

/* For the entry that says what was withheld: each name once. */
static void
note_name(struct ev_share *s, const struct ev_record_field *field)
{
	struct ev_slice name = ev_slice_text(field->name);
	char text[EV_RECORD_KEY_MAX + 1] = "";

	if (strcmp(field->name, "field") == 0)
		name = ev_record_key(ev_slice_of(field->value, field->len));
	if (name.len == 0 || name.len >= sizeof(text) || memchr(name.data, 0, name.len) != NULL)
		return;
	memcpy(text, name.data, name.len);
	if (!was_withheld(s, text, false))
		ev_buf_add(&s->names, text, name.len + 1);
}

bool
ev_share_withholds(const struct ev_share *s, const struct ev_share_item *item, const char *name,
		   struct ev_slice value)
{
	const struct ev_share_item *about;
	struct ev_hash digest;
	uint64_t index;

	if (strcmp(name, "about") != 0)
		return ev_share_hides(s->how, item->has_file, name, value);
	if (item->received)
		return false;
	/* What else was corrected by it is not told to who does not get it. */
	about = ev_catalog_parse_about(value, &index, &digest) ? ev_share_item(s, index) : NULL;
	return about == NULL || !ev_hash_equal(&about->digest, &digest);
}

static bool
hides(void *ctx, const struct ev_record_field *field)
{
	struct hiding *h = ctx;

	if (!ev_share_withholds(h->s, h->item, field->name, ev_slice_of(field->value, field->len)))
		return false;
	if (strcmp(field->name, "about") != 0)
		note_name(h->s, field);
	return true;
}

enum evault_status
ev_share_record(struct ev_share *s, const struct ev_share_item *item, struct ev_buf *out,
		struct evault_error *err)
{
	struct hiding h = { s, item };
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	ev_buf_clear(out);
	rc = ev_vault_record(s->v, &item->digest, &record, err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     "the record of item %llu is missing; `evault check` says more",
			     (unsigned long long)item->index);
	if (rc == EVAULT_OK)
		rc = ev_record_withhold_if(ev_slice_of(record.text.data, record.text.len), hides,
					   &h, out, err);
	ev_record_release(&record);
	return rc;
}
