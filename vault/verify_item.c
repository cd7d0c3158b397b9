/*
 * Items: the record is the one that the entry names, the entry is in the log
 * and signed by somebody who might, the file is the one that the record names.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

/* ---- the items ------------------------------------------------------------------- */

static enum evault_status
add_item(struct ev_verifying *v, uint64_t index, struct evault_error *err)
{
	size_t cap = v->cap_items == 0 ? 64 : 2 * v->cap_items;
	struct ev_verify_item *grown;
	enum evault_status rc;

	if (v->n_items >= EV_VERIFY_ITEMS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the bundle has more than %d items",
			       EV_VERIFY_ITEMS_MAX);
	rc = ev_verify_hold(&v->held, sizeof(*grown) + sizeof(*v->order), err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->n_items == v->cap_items) {
		grown = realloc(v->items, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		v->items = grown;
		v->cap_items = cap;
	}
	v->items[v->n_items++] =
	    (struct ev_verify_item){ .entry = { .index = index }, .file = EV_NO_MEMBER };
	return EVAULT_OK;
}

/* They are found by their number, as the members are by their names. */
enum evault_status
ev_verify_item(struct ev_verifying *v, uint64_t index, uint32_t *item, struct evault_error *err)
{
	enum evault_status rc;
	char name[24];
	bool alike;

	snprintf(name, sizeof(name), "%" PRIu64, index);
	rc = ev_verify_members_put(&v->item_names, ev_slice_text(name), item, &alike, err);
	if (rc == EVAULT_OK && *item == v->n_items)
		rc = add_item(v, index, err);
	return rc;
}

enum evault_status
ev_verify_item_here(struct ev_verifying *v, uint64_t index, struct ev_verify_item **item,
		    struct evault_error *err)
{
	enum evault_status rc;
	uint32_t number;
	char name[24];

	snprintf(name, sizeof(name), "%" PRIu64, index);
	rc = ev_verify_members_get(&v->item_names, ev_slice_text(name), &number, err);
	*item = rc == EVAULT_OK && number != EV_NO_MEMBER ? &v->items[number] : NULL;
	return rc;
}

bool
ev_verify_item_stands(const struct ev_verify_item *item)
{
	return item->record_read && ev_verify_entry_stands(&item->entry);
}

enum evault_status
ev_verify_item_wrong(struct ev_verifying *v, uint32_t item, enum evault_finding_kind kind,
		     const char *suffix, const char *sentence, struct evault_error *err)
{
	return ev_verify_entry_wrong(v, &v->own_log, &v->items[item].entry, kind, suffix, sentence,
				     err);
}

/* ---- record ------------------------------------------------------------------------ */

static enum evault_status
judge_digest(struct ev_verifying *v, uint32_t item, struct evault_error *err)
{
	const struct ev_verify_item *i = &v->items[item];

	if (!i->record_read || !i->entry.read || ev_hash_equal(&i->entry.named, &i->digest))
		return EVAULT_OK;
	return ev_verify_item_wrong(v, item, EVAULT_FINDING_ALTERED, ".record",
				    _("is not the record that its entry was signed for"), err);
}

/* Its file and its record have both come. */
static enum evault_status
judge_file(struct ev_verifying *v, uint32_t item, struct evault_error *err)
{
	struct ev_verify_item *i = &v->items[item];
	const struct ev_verify_member *m;

	if (!i->record_read || !i->has_file || i->file_judged)
		return EVAULT_OK;
	i->file_judged = true;
	m = &v->members.list[i->file];
	if (!i->discloses)
		return ev_verify_item_wrong(v, item, EVAULT_FINDING_UNKNOWN, ".record",
					    _("names no file, and the bundle has one for it"), err);
	i->file_good =
	    !m->differs && ev_hash_equal(&m->hash, &i->sha256) && i->size == i->file_bytes;
	if (i->file_good || m->differs) /* which is said already */
		return EVAULT_OK;
	i->entry.bad = true;
	return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, i->entry.index,
		       ev_verify_members_name(&v->members, i->file),
		       "is not the file that its record has the SHA-256 of");
}

static bool
add_text(struct ev_verifying *v, const void *text, size_t len)
{
	ev_buf_add(&v->texts, text, len);
	return !v->texts.bad && v->texts.len <= EV_VERIFY_TEXT_MAX;
}

static enum evault_status
keep_text(struct ev_verifying *v, struct ev_verify_item *item, const struct ev_record *r,
	  struct evault_error *err)
{
	static const char *const kept[] = { "action", "time", "name" };
	const struct ev_record_field *f;
	size_t i;

	item->text = (uint32_t)v->texts.len;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		f = ev_record_find(r, kept[i]);
		if (f != NULL && !f->withheld && memchr(f->value, '\0', f->len) == NULL) {
			add_text(v, f->value, f->len);
			item->has_name = item->has_name || i == 2;
		}
		add_text(v, "", 1);
	}
	ev_record_withheld_names(r, &v->texts);
	if (add_text(v, "", 1))
		return ev_verify_hold(&v->held, v->texts.len - item->text, err);
	return v->texts.bad ? ev_fail_nomem(err)
			    : ev_fail(err, EVAULT_E_LIMIT,
				      "the records say more than evault keeps in memory");
}

static enum evault_status
add_about(struct ev_verifying *v, uint32_t item, const struct ev_record_field *f,
	  struct evault_error *err)
{
	size_t cap = v->cap_abouts == 0 ? 64 : 2 * v->cap_abouts;
	struct ev_cursor c = ev_cursor_of(f->value, f->len);
	struct ev_verify_about about = { .by = item }, *grown;
	enum evault_status rc;

	about.index = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, " ");
	if (c.bad || !ev_hash_parse(ev_slice_of(c.at, c.left), &about.digest))
		return ev_verify_item_wrong(v, item, EVAULT_FINDING_ALTERED, ".record",
					    _("does not say what it is about"), err);
	if (v->n_abouts >= EV_VERIFY_ABOUTS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the records are about more than %d items together",
			       EV_VERIFY_ABOUTS_MAX);
	rc = ev_verify_hold(&v->held, sizeof(about), err);
	if (rc != EVAULT_OK)
		return rc;
	if (v->n_abouts == v->cap_abouts) {
		grown = realloc(v->abouts, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		v->abouts = grown;
		v->cap_abouts = cap;
	}
	v->abouts[v->n_abouts++] = about;
	return EVAULT_OK;
}

static bool
is_disclosed(const struct ev_record_field *f)
{
	return f != NULL && !f->withheld;
}

static enum evault_status
keep_record(struct ev_verifying *v, uint32_t number, const struct ev_record *r,
	    struct evault_error *err)
{
	struct ev_verify_item *item = &v->items[number];
	const struct ev_record_field *sha256 = ev_record_find(r, "sha256");
	const struct ev_record_field *size = ev_record_find(r, "size");
	const struct ev_record_field *action = ev_record_find(r, "action");
	struct ev_slice what = ev_slice_of(action->value, action->len);
	enum evault_status rc = EVAULT_OK;
	struct ev_cursor c;
	size_t i;

	if (is_disclosed(sha256) && is_disclosed(size)) {
		c = ev_cursor_of(size->value, size->len);
		item->size = ev_cursor_decimal(&c, UINT64_MAX);
		item->discloses =
		    ev_cursor_done(&c) &&
		    ev_hash_parse(ev_slice_of(sha256->value, sha256->len), &item->sha256);
	}
	item->annotates = ev_slice_is(what, "annotate");
	item->retracts = ev_slice_is(what, "retract");
	for (i = 0; i < r->n && rc == EVAULT_OK; i++) {
		if (strcmp(r->fields[i].name, "about") != 0)
			continue;
		item->about = true;
		if (!r->fields[i].withheld)
			rc = add_about(v, number, &r->fields[i], err);
	}
	return rc == EVAULT_OK ? keep_text(v, item, r, err) : rc;
}

enum evault_status
ev_verify_take_record(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(v->body.data, v->body.len);
	struct evault_error why = { .text = "" };
	struct ev_record record;
	enum evault_status rc;
	uint32_t item;

	rc = ev_verify_item(v, v->place.number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_record_init(&record);
	rc = ev_record_parse(text, &record, &why);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(&record, &v->items[item].digest, &why);
	if (rc == EVAULT_E_NOMEM)
		rc = ev_fail_nomem(err);
	else if (rc != EVAULT_OK)
		rc =
		    ev_verify_item_wrong(v, item, EVAULT_FINDING_ALTERED, ".record", why.text, err);
	else {
		v->items[item].record_read = true;
		rc = keep_record(v, item, &record, err);
		if (rc == EVAULT_OK)
			rc = ev_verify_keep_links(v, item, &record, err);
		if (rc == EVAULT_OK)
			rc = judge_digest(v, item, err);
		if (rc == EVAULT_OK)
			rc = judge_file(v, item, err);
	}
	ev_record_release(&record);
	return rc;
}

/* ---- entry and proof ----------------------------------------------------------------------- */

enum evault_status
ev_verify_take_entry(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc;
	uint32_t item;

	rc = ev_verify_item(v, v->place.number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	v->entries += v->pass == 1;
	rc = ev_verify_entry_take(v, &v->own_log, &v->items[item].entry, err);
	return rc == EVAULT_OK && v->pass == 1 ? judge_digest(v, item, err) : rc;
}

enum evault_status
ev_verify_take_proof(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_entry *entry;
	enum evault_status rc;
	uint32_t item;
	bool proved;

	rc = ev_verify_item(v, v->place.number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	entry = &v->items[item].entry;
	proved = entry->proved;
	rc = ev_verify_entry_prove(v, &v->own_log, entry, err);
	return rc == EVAULT_OK && entry->proved && !proved
		   ? ev_verify_join(v, entry->index, &entry->root, err)
		   : rc;
}

/* ---- file ---------------------------------------------------------------------------------- */

enum evault_status
ev_verify_take_file(struct ev_verifying *v, const struct ev_hash *hash, struct evault_error *err)
{
	struct ev_verify_item *i;
	enum evault_status rc;
	uint32_t item;
	bool good;

	rc = ev_verify_item(v, v->place.number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	i = &v->items[item];
	if (i->file == EV_NO_MEMBER)
		i->file = v->member;
	if (v->pass == 1 && i->has_file) {
		rc = ev_verify_item_wrong(v, item, EVAULT_FINDING_UNKNOWN, ".record",
					  _("has two files, and only one can be its own"), err);
	} else if (v->pass == 1) {
		i->has_file = true;
		i->file = v->member;
		i->file_bytes = v->got;
		v->summary->files++;
		v->summary->bytes += v->got;
		rc = judge_file(v, item, err);
	}
	good = rc == EVAULT_OK && i->file_good && !i->entry.bad && ev_hash_equal(hash, &i->sha256);
	if (v->out_file >= 0) {
		enum evault_status closed = ev_verify_out_end(v, i, good, err);

		rc = rc == EVAULT_OK ? closed : rc;
	}
	return rc == EVAULT_OK && v->telling ? ev_verify_tell(v, false, err) : rc;
}
