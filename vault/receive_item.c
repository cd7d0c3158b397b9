/*
 * One record of another vault: its file, what it is about, and the record
 * itself, line by line.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "correction.h"
#include "receive.h"

static struct ev_slice
value_of(const struct ev_record *record, const char *name)
{
	const struct ev_record_field *f = ev_record_find(record, name);

	return f == NULL ? ev_slice_text("") : ev_slice_of(f->value, f->len);
}

enum ev_receive_state
ev_receive_state_of(const struct ev_record *record)
{
	if (ev_record_find(record, "about") != NULL)
		return EV_RECEIVE_ABOUT;
	return ev_slice_is(value_of(record, "action"), "testify") ? EV_RECEIVE_STATEMENT
								  : EV_RECEIVE_FILE;
}

bool
ev_receive_may_go_on(enum evault_status rc)
{
	return rc == EVAULT_E_NOT_FOUND || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_KEY ||
	       rc == EVAULT_E_FORMAT || rc == EVAULT_E_LIMIT || rc == EVAULT_E_IO;
}

/* ---- is it here? ------------------------------------------------------------------- */

enum evault_status
ev_receive_find_as(struct ev_receiving *r, const struct ev_provenance *p,
		   struct ev_catalog_entry *here, struct evault_error *err)
{
	enum evault_status rc;

	if (!ev_hash_equal(&p->origin, &r->own))
		return ev_catalog_received_as(r->v->catalog, p, here, err);
	rc = ev_catalog_entry(r->v->catalog, p->index, here, err);
	if (rc == EVAULT_OK && !(here->is_record && ev_hash_equal(&here->digest, &p->digest)))
		rc = EVAULT_E_NOT_FOUND;
	/* It may be of a copy that went on alone, and have been received from there. */
	return rc == EVAULT_E_NOT_FOUND ? ev_catalog_received_as(r->v->catalog, p, here, err) : rc;
}

enum evault_status
ev_receive_find(struct ev_receiving *r, uint64_t index, const struct ev_hash *digest,
		struct ev_catalog_entry *here, struct evault_error *err)
{
	struct ev_provenance p = { r->origin, index, *digest };
	enum evault_status rc = ev_receive_find_as(r, &p, here, err);
	unsigned step = 0;

	while (rc == EVAULT_E_NOT_FOUND &&
	       (rc = ev_catalog_source(r->from->catalog, digest, step++, &p, err)) == EVAULT_OK) {
		rc = ev_receive_find_as(r, &p, here, err);
		if (rc != EVAULT_E_NOT_FOUND)
			break;
	}
	r->in.failed = r->in.failed || (rc != EVAULT_OK && rc != EVAULT_E_NOT_FOUND);
	return rc;
}

/* ---- is it what it should be? ------------------------------------------------------ */

static enum evault_status
note_entry(void *ctx, const struct ev_kept_entry *entry, struct evault_error *err)
{
	struct ev_set *entries = ctx;
	struct ev_hash key;
	bool fresh;

	ev_kept_log_key(&entry->place, &key);
	return ev_set_add(entries, &key, &fresh, err);
}

enum evault_status
ev_receive_vouch(struct ev_receiving *r, const struct ev_record *record, struct evault_error *err)
{
	struct ev_set entries = EV_SET_INIT;
	struct ev_kept_proof kept = { .entry = note_entry, .ctx = &entries };
	const struct ev_hash *key;
	struct ev_hash sha256;
	enum evault_status rc;
	size_t at = 0;
	bool fresh;

	if (!ev_catalog_parse_receive(record, &kept.receive) ||
	    !ev_hash_parse(value_of(record, "sha256"), &sha256))
		return EVAULT_OK;
	rc = ev_kept_proof_read(r->from != NULL ? r->from : r->v, &kept, &sha256, err);
	while (rc == EVAULT_OK && (key = ev_set_next(&entries, &at)) != NULL)
		rc = ev_set_add(&r->vouched, key, &fresh, err);
	ev_set_release(&entries);
	return rc;
}

/* What a check would find there would be found here, ever after. */
enum evault_status
ev_receive_judge(const struct ev_receiving *r, const struct ev_record *record, bool withheld,
		 struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct evault_item item = { .index = 0 };
	struct evault_field *fields = ev_item_fields(record, &item.n_fields);
	const char *wrong;
	struct ev_hash key;
	size_t n, i;
	enum evault_status rc;

	if (fields == NULL)
		return ev_fail_nomem(err);
	item.fields = fields;
	wrong = ev_check_wrong(&item, withheld);
	free(fields);
	if (wrong != NULL)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s", wrong);
	rc = ev_provenance_read(record, chain, &n, err);
	for (i = 0; rc == EVAULT_OK && i < n; i++) {
		ev_kept_log_key(&chain[i], &key);
		if (!ev_set_has(&r->vouched, &key))
			rc = ev_fail(err, EVAULT_E_DAMAGED, "%s",
				     r->from == NULL
					 ? _("nothing in the bundle proves that it was the entry "
					     "of another vault that it says it was received as")
					 : _("no log that is kept there has it as the entry that "
					     "it says it was received as"));
	}
	return rc;
}

/* ---- its file ------------------------------------------------------------------------ */

struct copying {
	struct ev_receiving *r;
	struct ev_sink out;
};

static enum evault_status
copy_bytes(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct copying *c = ctx;

	if (ev_receive_tick(c->r, len) && c->r->in.size > EV_MEMBER_OBJECT_MAX)
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted before its end; not kept");
	return c->out.write(c->out.ctx, data, len, err);
}

/* From the first copy there that is whole. */
static enum evault_status
copy_original(struct ev_receiving *r, const struct ev_hash *wanted, struct evault_error *err)
{
	struct copying c = { r, ev_incoming_sink(&r->in) };
	struct ev_sink out = { copy_bytes, &c };
	struct evault_error why = { 0 };
	struct ev_hash found;
	enum evault_status rc = EVAULT_E_DAMAGED;
	unsigned copy;

	for (copy = 0; rc == EVAULT_E_DAMAGED && !r->in.failed; copy++) {
		ev_incoming_begin(&r->in);
		rc = ev_vault_object(r->from, wanted, copy, out, &why);
		/* The first one's words stay. */
		if (rc == EVAULT_E_NOT_FOUND && copy > 0)
			return EVAULT_E_DAMAGED;
		if (rc == EVAULT_OK)
			rc = ev_incoming_end(&r->in, wanted, &found, &why);
		if (rc != EVAULT_OK && err != NULL)
			*err = why;
	}
	return rc;
}

/* *known: the bytes are here, and were not written again. */
static enum evault_status
keep_original(struct ev_receiving *r, const struct ev_record *record, bool *known,
	      struct evault_error *err)
{
	bool statement = ev_slice_is(value_of(record, "action"), "testify"), fresh;
	struct ev_set *kept = statement ? &r->statements : &r->objects;
	struct ev_slice text = value_of(record, "size");
	struct ev_cursor number = ev_cursor_of(text.data, text.len);
	uint64_t size = ev_cursor_decimal(&number, UINT64_MAX);
	struct ev_hash wanted;
	enum evault_status rc = EVAULT_OK;

	if (!ev_hash_parse(value_of(record, "sha256"), &wanted) || !ev_cursor_done(&number))
		return ev_fail(err, EVAULT_E_DAMAGED, "its record does not say what it keeps");
	*known = ev_set_has(kept, &wanted);
	if (!*known && !statement)
		rc = ev_vault_has_object(r->v, &wanted, known, err);
	r->in.failed = rc != EVAULT_OK;
	if (*known)
		(void)ev_receive_tick(r, size);
	if (rc != EVAULT_OK || *known)
		return rc;
	rc = copy_original(r, &wanted, err);
	if (rc == EVAULT_OK && r->in.size != size)
		rc = ev_fail(err, EVAULT_E_DAMAGED,
			     "its record tells another size than its original has");
	if (rc == EVAULT_OK) {
		rc = ev_set_add(kept, &wanted, &fresh, err);
		r->bytes += size;
	}
	return rc;
}

/* ---- its record ------------------------------------------------------------------------ */

/* The entries here that the record is about; *n is 0 where it is about none. */
static enum evault_status
find_abouts(struct ev_receiving *r, const struct ev_catalog_entry *entry,
	    const struct ev_record *record, struct ev_provenance_about *abouts, size_t *n,
	    struct evault_error *err)
{
	const struct ev_record_field *f;
	struct ev_catalog_entry there = { .index = 0 }, here;
	char cited[EVAULT_CITATION_SIZE];
	enum evault_status rc = EVAULT_OK;
	struct ev_hash digest;
	uint64_t index;
	size_t i;

	*n = 0;
	for (i = 0; i < record->n && rc == EVAULT_OK; i++) {
		f = &record->fields[i];
		if (strcmp(f->name, "about") != 0)
			continue;
		if (!ev_catalog_parse_about(ev_slice_of(f->value, f->len), &index, &digest) ||
		    index >= entry->index ||
		    ev_catalog_entry(r->from->catalog, index, &there, NULL) != EVAULT_OK ||
		    !there.is_record || !ev_hash_equal(&there.digest, &digest))
			return ev_fail(
			    err, EVAULT_E_DAMAGED,
			    "its record is about an entry that the log does not have before it, or "
			    "has with another digest");
		rc = ev_receive_find(r, index, &digest, &here, err);
		ev_vault_cite_item(r->from, index, cited);
		if (rc == EVAULT_E_NOT_FOUND)
			return ev_fail(err, EVAULT_E_DAMAGED,
				       "it is about %s, which could not be received", cited);
		abouts[*n].index = here.index;
		abouts[(*n)++].digest = here.digest;
	}
	return rc;
}

enum evault_status
ev_receive_record(struct ev_receiving *r, const struct ev_provenance *from,
		  const struct ev_record *record, const struct ev_provenance_about *abouts,
		  size_t n, uint64_t *here, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_record wrapped;
	enum evault_status rc;

	ev_record_init(&wrapped);
	rc = ev_provenance_wrap(ev_slice_of(record->text.data, record->text.len), from, abouts, n,
				&text, err);
	if (rc == EVAULT_OK)
		rc = ev_record_parse(ev_slice_of(text.data, text.len), &wrapped, err);
	if (rc == EVAULT_OK) {
		rc = ev_commit_record(&r->commit, &wrapped, here, err);
		r->in.failed = rc != EVAULT_OK;
	}
	ev_record_release(&wrapped);
	ev_buf_wipe(&text);
	return rc;
}

static enum evault_status
take(struct ev_receiving *r, const struct ev_catalog_entry *entry, const struct ev_record *record,
     uint64_t *here, struct evault_error *err)
{
	struct ev_provenance_about *abouts = calloc(record->n + 1, sizeof(*abouts));
	struct ev_provenance from = { r->origin, entry->index, entry->digest };
	struct ev_slice text = value_of(record, "size");
	struct ev_cursor number = ev_cursor_of(text.data, text.len);
	bool keeps = ev_record_find(record, "sha256") != NULL, known = false;
	enum evault_status rc;
	size_t n = 0;

	if (abouts == NULL)
		return ev_fail_nomem(err);
	rc = ev_receive_judge(r, record, false, err);
	if (rc == EVAULT_OK)
		rc = find_abouts(r, entry, record, abouts, &n, err);
	if (rc == EVAULT_OK && keeps)
		rc = keep_original(r, record, &known, err);
	if (rc == EVAULT_OK)
		rc = ev_receive_record(r, &from, record, abouts, n, here, err);
	if (rc == EVAULT_OK && known)
		r->summary->deduplicated += ev_cursor_decimal(&number, UINT64_MAX);
	free(abouts);
	return rc;
}

enum evault_status
ev_receive_item(struct ev_receiving *r, const struct ev_catalog_entry *entry,
		struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_record record;
	enum evault_status rc;
	uint64_t here = 0;

	r->in.failed = false;
	ev_record_init(&record);
	rc = ev_vault_record(r->from, &entry->digest, &record, &why);
	if (rc == EVAULT_OK)
		rc = take(r, entry, &record, &here, &why);
	if (rc == EVAULT_OK)
		rc = ev_receive_queue(r, EVAULT_RECEIVE_KEPT, entry->index, here, &record, NULL,
				      err);
	else if (!r->in.failed && ev_receive_may_go_on(rc))
		rc = ev_receive_queue(r, EVAULT_RECEIVE_FAILED, entry->index, 0, &record, why.text,
				      err);
	else if (err != NULL)
		*err = why;
	ev_record_release(&record);
	return rc;
}
