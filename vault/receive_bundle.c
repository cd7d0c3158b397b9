/*
 * Receiving a bundle: verify all of it, then keep the originals and what
 * proves them, then the records, as they are received; and say, item by item,
 * what was found (FORMAT.md, Receipt).
 *
 * Nothing is kept of a bundle that is not this vault's to take: one that was
 * made for somebody else, whose log has two pasts, or whose lists and keys are not
 * whole.  Of one that is damaged in other parts, what is whole and proved is taken.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"
#include "receive.h"
#include "verify.h"

/* ---- what is to be taken ------------------------------------------------------------ */

static const char *
action_of(const struct ev_receiving_bundle *rb, uint32_t item)
{
	return (const char *)rb->b->texts.data + rb->b->items[item].text;
}

static struct ev_provenance
place_of(const struct ev_receiving_bundle *rb, uint32_t item)
{
	return (struct ev_provenance){ rb->r.origin, rb->b->items[item].entry.index,
				       rb->b->items[item].digest };
}

static void
set_here(struct ev_receiving_bundle *rb, uint32_t item, const struct ev_catalog_entry *here)
{
	rb->items[item].is_here = true;
	rb->items[item].here = (struct ev_provenance_about){ here->index, here->digest };
}

/* What the bundle proves of vaults that the sender received from. */
static enum evault_status
vouch(void *ctx, const struct ev_kept_entry *entry, struct evault_error *err)
{
	struct ev_receiving_bundle *rb = ctx;
	struct ev_hash key;
	bool fresh;

	ev_kept_log_key(&entry->place, &key);
	return ev_set_add(&rb->r.vouched, &key, &fresh, err);
}

static enum evault_status
plan(struct ev_receiving_bundle *rb, bool *news, struct evault_error *err)
{
	struct ev_catalog_entry here;
	struct ev_provenance place;
	enum evault_status rc = EVAULT_OK;
	uint32_t i;

	*news = false;
	rb->items = calloc(rb->b->n_items + 1, sizeof(*rb->items));
	if (rb->items == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < rb->b->n_items && rc == EVAULT_OK; i++) {
		rb->items[i].record = (struct ev_buf)EV_BUF_INIT;
		if (!ev_receive_is_wanted(rb, i))
			continue;
		rb->items[i].state = EV_RECEIVE_FILE;
		if (rb->b->items[i].about)
			rb->items[i].state = EV_RECEIVE_ABOUT;
		else if (strcmp(action_of(rb, i), "receive") == 0)
			rb->items[i].state = EV_RECEIVE_PROOFS;
		else if (strcmp(action_of(rb, i), "testify") == 0)
			rb->items[i].state = EV_RECEIVE_STATEMENT;
		if (rb->b->items[i].has_file) {
			rb->r.progress.files_total++;
			rb->r.progress.bytes_total += rb->b->items[i].size;
		}
		place = place_of(rb, i);
		rc = ev_receive_find_as(&rb->r, &place, &here, err);
		*news = *news || rc == EVAULT_E_NOT_FOUND;
		if (rc == EVAULT_OK)
			set_here(rb, i, &here);
		rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
	}
	return rc;
}

/* Was this very bundle received before? */
static enum evault_status
is_kept(struct ev_receiving_bundle *rb, bool *same, struct evault_error *err)
{
	struct ev_catalog_receive receive;
	enum evault_status rc = EVAULT_OK;
	int64_t after = -1;

	*same = false;
	while (rc == EVAULT_OK && !*same) {
		rc = ev_vault_next_receive(rb->r.v, &rb->r.origin, after, &receive, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)receive.index;
		*same = receive.bundle && !receive.received &&
			ev_hash_equal(&receive.tagmanifest, &rb->b->share.tagmanifest);
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* ---- records --------------------------------------------------------------------------- */

/* Here already: from whomever, or since it was recorded here. */
static enum evault_status
find_here(struct ev_receiving_bundle *rb, uint32_t item, const struct ev_record *record,
	  struct ev_catalog_entry *here, struct evault_error *err)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX], place = place_of(rb, item);
	enum evault_status rc;
	size_t n, i;

	rc = ev_receive_find_as(&rb->r, &place, here, err);
	if (rc != EVAULT_E_NOT_FOUND)
		return rc;
	rc = ev_provenance_read(record, chain, &n, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = EVAULT_E_NOT_FOUND;
	for (i = 0; i < n && rc == EVAULT_E_NOT_FOUND; i++)
		rc = ev_receive_find_as(&rb->r, &chain[i], here, err);
	return rc;
}

/* The entries here that the record is about.  What was not given with it is left out. */
static enum evault_status
find_abouts(struct ev_receiving_bundle *rb, const struct ev_record *record,
	    struct ev_provenance_about *abouts, size_t *n, struct evault_error *err)
{
	struct ev_provenance place = { .origin = rb->r.origin };
	const struct ev_record_field *f;
	struct ev_verify_item *target;
	struct ev_catalog_entry here;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	*n = 0;
	for (i = 0; i < record->n && rc == EVAULT_OK; i++) {
		f = &record->fields[i];
		if (strcmp(f->name, "about") != 0 || f->withheld ||
		    !ev_catalog_parse_about(ev_slice_of(f->value, f->len), &place.index,
					    &place.digest))
			continue;
		rc = ev_verify_item_here(rb->b, place.index, &target, err);
		if (rc != EVAULT_OK)
			break;
		if (target != NULL && rb->items[target - rb->b->items].is_here &&
		    ev_hash_equal(&target->digest, &place.digest)) {
			abouts[(*n)++] = rb->items[target - rb->b->items].here;
			continue;
		}
		rc = ev_receive_find_as(&rb->r, &place, &here, err);
		if (rc == EVAULT_OK)
			abouts[(*n)++] = (struct ev_provenance_about){ here.index, here.digest };
		rc = rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
	}
	return rc;
}

/* A check looks for the original of every record that does. */
static bool
shows_file(const struct ev_record *record)
{
	const struct ev_record_field *f = ev_record_find(record, "sha256");

	return f != NULL && !f->withheld;
}

static enum evault_status
keep_record(struct ev_receiving_bundle *rb, uint32_t item, const struct ev_record *record,
	    uint64_t *here, struct evault_error *err)
{
	struct ev_provenance_about *abouts = calloc(record->n + 1, sizeof(*abouts));
	struct ev_provenance place = place_of(rb, item);
	struct ev_catalog_entry entry = { .index = 0 };
	enum evault_status rc;
	size_t n = 0;

	if (abouts == NULL)
		return ev_fail_nomem(err);
	rc = shows_file(record) && !rb->b->items[item].has_file
		 ? ev_fail(err, EVAULT_E_NOT_FOUND, "its file did not come with it")
		 : ev_receive_judge(&rb->r, record, true, err);
	if (rc == EVAULT_OK && !rb->r.what->dry_run)
		rc = ev_receive_vouch(&rb->r, record, err);
	if (rc == EVAULT_OK)
		rc = find_abouts(rb, record, abouts, &n, err);
	if (rc == EVAULT_OK && n == 0 && rb->items[item].state == EV_RECEIVE_ABOUT)
		rc = ev_fail(err, EVAULT_E_NOT_FOUND,
			     "what it is about is not here, and could not be received");
	if (rc == EVAULT_OK && !rb->r.what->dry_run)
		rc = ev_receive_record(&rb->r, &place, record, abouts, n, here, err);
	if (rc == EVAULT_OK && !rb->r.what->dry_run)
		rc = ev_receive_find_as(&rb->r, &place, &entry, err);
	/* What is about it would find it here. */
	if (rc == EVAULT_OK)
		set_here(rb, item, &entry);
	free(abouts);
	return rc;
}

static enum evault_status
take_record(struct ev_receiving_bundle *rb, uint32_t item, struct evault_error *err)
{
	struct ev_slice text = ev_slice_of(rb->items[item].record.data, rb->items[item].record.len);
	uint64_t index = rb->b->items[item].entry.index, here = 0;
	struct evault_error why = { 0 };
	struct ev_catalog_entry entry;
	struct ev_record record;
	enum evault_status rc;

	rb->r.in.failed = false;
	ev_record_init(&record);
	rc = ev_record_parse(text, &record, err);
	if (rc == EVAULT_OK)
		rc = find_here(rb, item, &record, &entry, err);
	if (rc == EVAULT_OK) {
		set_here(rb, item, &entry);
		rb->r.summary->already++;
	} else if (rc == EVAULT_E_NOT_FOUND) {
		rc = keep_record(rb, item, &record, &here, &why);
		if (rc == EVAULT_OK)
			rc = ev_receive_queue(&rb->r,
					      rb->r.what->dry_run ? EVAULT_RECEIVE_WOULD
								  : EVAULT_RECEIVE_KEPT,
					      index, here, &record, NULL, err);
		else if (!rb->r.in.failed && ev_receive_may_go_on(rc))
			rc = ev_receive_queue(&rb->r, EVAULT_RECEIVE_FAILED, index, 0, &record,
					      why.text, err);
		else if (err != NULL)
			*err = why;
	}
	ev_record_release(&record);
	ev_buf_wipe(&rb->items[item].record);
	return rc == EVAULT_OK ? ev_receive_commit(&rb->r, true, err) : rc;
}

static bool
has_kind(const struct ev_receiving_bundle *rb, enum ev_receive_state kind)
{
	uint32_t i;

	for (i = 0; i < rb->b->n_items; i++)
		if (rb->items[i].state == kind)
			return true;
	return false;
}

static enum evault_status
take_kind(struct ev_receiving_bundle *rb, enum ev_receive_state kind, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint32_t item;
	size_t i;

	for (i = 0; i < rb->b->n_order && rc == EVAULT_OK; i++) {
		item = rb->b->order[i].item;
		if (rb->items[item].state == kind)
			rc = take_record(rb, item, err);
	}
	return rc;
}

static enum evault_status
take_records(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	static const enum ev_receive_state kinds[] = { EV_RECEIVE_PROOFS, EV_RECEIVE_FILE,
						       EV_RECEIVE_STATEMENT, EV_RECEIVE_ABOUT };
	enum evault_status rc = EVAULT_OK;
	size_t k;

	/* Before a record says what they prove, they are read. */
	if (has_kind(rb, EV_RECEIVE_PROOFS))
		rc = ev_receive_commit(&rb->r, false, err);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && rc == EVAULT_OK; k++)
		rc = take_kind(rb, kinds[k], err);
	return rc;
}

/* What could not be taken, since it is damaged or not whole. */
static enum evault_status
tell_damaged(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint32_t item;
	size_t i;

	for (i = 0; i < rb->b->n_order && rc == EVAULT_OK; i++) {
		item = rb->b->order[i].item;
		if (!ev_receive_is_good(rb, item))
			rc = ev_receive_queue(&rb->r, EVAULT_RECEIVE_FAILED,
					      rb->b->items[item].entry.index, 0, NULL,
					      _("it is damaged or not whole in the bundle"), err);
		else if (!ev_receive_is_wanted(rb, item))
			rb->r.summary->without_file++;
	}
	return rc;
}

/* ---- the record of the bundle ------------------------------------------------------------ */

static enum evault_status
keep_proofs(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	const struct ev_share_note *share = &rb->b->share;
	char tree[24 + EVAULT_HEX_SIZE], hex[EVAULT_HEX_SIZE], name[24], size[24];
	char tagmanifest[EVAULT_HEX_SIZE];
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "from", share->origin },
		{ "tree", tree },
		{ "tagmanifest", tagmanifest },
		{ "name", name },
		{ "size", size },
		{ "sha256", hex },
		{ "media-type", "application/x-tar" },
	};
	struct ev_record record;
	enum evault_status rc;
	size_t i;

	ev_record_init(&record);
	rc = ev_commit_begin_record(rb->r.v, "receive", &record, err);
	ev_hash_hex(&share->root, hex);
	snprintf(tree, sizeof(tree), "%" PRIu64 " %s", share->size, hex);
	snprintf(name, sizeof(name), "%.6s-bundle.tar", share->origin + strlen("evault/"));
	snprintf(size, sizeof(size), "%" PRIu64, rb->tar.size);
	ev_hash_hex(&share->tagmanifest, tagmanifest);
	ev_hash_hex(&rb->tar_hash, hex);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]) && rc == EVAULT_OK; i++)
		rc = ev_record_add_text(&record, fields[i].name, fields[i].value, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&rb->r.commit, &record, &rb->r.summary->index, err);
	ev_record_release(&record);
	return rc;
}

/* ---- the receipt --------------------------------------------------------------------------- */

static enum ev_receipt_result
result_of(const struct ev_receiving_bundle *rb, uint32_t item)
{
	const struct ev_verify_item *i = &rb->b->items[item];

	if (ev_receive_is_good(rb, item))
		return EV_RECEIPT_VERIFIED;
	return !i->record_read || !i->entry.read || (i->file != EV_NO_MEMBER && !i->has_file)
		   ? EV_RECEIPT_MISSING
		   : EV_RECEIPT_DAMAGED;
}

static enum evault_status
make_receipt(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	struct ev_receipt_item *items = calloc(rb->b->n_order + 1, sizeof(*items));
	struct ev_receipt receipt = { .tagmanifest = rb->b->share.tagmanifest };
	struct ev_buf note = EV_BUF_INIT;
	struct ev_os_time now;
	enum evault_status rc;
	size_t i;

	if (items == NULL)
		return ev_fail_nomem(err);
	ev_os_now(&now);
	receipt.time = now.seconds;
	memcpy(receipt.of, rb->b->share.origin, sizeof(receipt.of));
	for (i = 0; i < rb->b->n_order; i++) {
		items[i].index = rb->b->order[i].index;
		items[i].result = result_of(rb, rb->b->order[i].item);
	}
	rc = ev_receipt_make(rb->r.v, &receipt, items, rb->b->n_order, &note, err);
	if (rc == EVAULT_OK && ev_buf_text(&note) == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK) {
		rb->r.summary->receipt = strdup((const char *)note.data);
		rc = rb->r.summary->receipt == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	}
	/* All is kept by now: what fails here can be had by receiving it again. */
	if (rc == EVAULT_OK && rb->r.what->receipt != NULL)
		rc = ev_os_write_new(rb->r.what->receipt, ev_slice_of(note.data, note.len), err);
	ev_buf_release(&note);
	free(items);
	return rc;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/*
 * Not where whoever made it had another addressee in mind, or a log with two
 * pasts; nor where what proves its items would prove nothing here.
 */
static bool
may_be_taken(const struct ev_receiving_bundle *rb)
{
	const struct ev_verifying *b = rb->b;

	return b->own_log.trusted && b->summary->signer[0] != '\0' && !b->cut && b->n_order > 0 &&
	       ev_receive_proofs_stand(rb) && b->summary->verdict != EVAULT_VERDICT_NOT_ADDRESSED &&
	       b->summary->addressee != EVAULT_ASKED_FAILS &&
	       (b->summary->verdict != EVAULT_VERDICT_FORK ||
		ev_hash_equal(&rb->r.origin, &rb->r.own));
}

static enum evault_status
take(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	bool news, same = false, dry = rb->r.what->dry_run;
	enum evault_status rc = plan(rb, &news, err);

	if (rc == EVAULT_OK)
		rc = ev_kept_bundle_sources(rb->b, vouch, rb, err);
	if (rc == EVAULT_OK)
		rc = tell_damaged(rb, err);
	if (rc == EVAULT_OK)
		rc = is_kept(rb, &same, err);
	rb->keeps = !dry && (news || !same);
	if (rc == EVAULT_OK)
		rc = ev_receive_members(rb, err);
	if (rc == EVAULT_OK && rb->keeps)
		rc = keep_proofs(rb, err);
	if (rc == EVAULT_OK)
		rc = take_records(rb, err);
	if (rc == EVAULT_OK)
		rc = ev_receive_commit(&rb->r, false, err);
	rb->r.summary->logged =
	    rb->keeps && rc == EVAULT_OK && rb->r.summary->index < ev_log_head(rb->r.v->log)->size;
	return rc == EVAULT_OK && !dry ? make_receipt(rb, err) : rc;
}

static enum evault_status
verify_and_take(struct ev_receiving_bundle *rb, struct evault_error *err)
{
	enum evault_status rc = ev_verify_run(rb->b, err);

	if (rc != EVAULT_OK || !rb->b->has_share)
		return rc;
	memcpy(rb->r.summary->origin, rb->b->share.origin, sizeof(rb->r.summary->origin));
	rb->r.summary->entries = rb->b->share.size;
	ev_hash_parse(ev_slice_text(rb->r.v->note.origin + strlen("evault/")), &rb->r.own);
	ev_hash_parse(ev_slice_text(rb->b->share.origin + strlen("evault/")), &rb->r.origin);
	return may_be_taken(rb) ? take(rb, err) : EVAULT_OK;
}

static void
release(struct ev_receiving_bundle *rb)
{
	size_t i;

	for (i = 0; rb->items != NULL && i < rb->b->n_items; i++)
		ev_buf_wipe(&rb->items[i].record);
	free(rb->items);
	ev_incoming_release(&rb->tar);
	ev_receive_release(&rb->r);
	ev_verify_end(rb->b);
}

enum evault_status
evault_receive_bundle(struct evault *v, const struct evault_verify *bundle,
		      const struct evault_receive *what, struct evault_verify_summary *verified,
		      struct evault_receive_summary *summary, struct evault_error *err)
{
	struct ev_receiving_bundle rb = { .r = { .v = v, .what = what, .summary = summary } };
	struct evault_verify with = *bundle;
	enum evault_status rc = ev_vault_need_reading(v, err);

	memset(summary, 0, sizeof(*summary));
	memset(verified, 0, sizeof(*verified));
	with.vault = v;
	if (rc == EVAULT_OK && !what->dry_run)
		rc = ev_commit_init(&rb.r.commit, v, err);
	rb.r.commit.may_go_behind = true;
	if (rc == EVAULT_OK && strcmp(with.path, "-") == 0)
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "a bundle is read twice to be received, and standard input cannot be: "
			     "save it to a file");
	if (rc == EVAULT_OK)
		rc = ev_verify_begin(&with, verified, &rb.b, err);
	if (rc == EVAULT_OK)
		rc = ev_incoming_init(&rb.r.in, &rb.r.commit, err);
	if (rc == EVAULT_OK)
		rc = ev_incoming_init(&rb.tar, &rb.r.commit, err);
	rb.r.since = ev_os_ticks();
	if (rc == EVAULT_OK)
		rc = verify_and_take(&rb, err);
	if (rc != EVAULT_OK)
		summary->left = ev_commit_left(&rb.r.commit);
	if (rc == EVAULT_E_CANCELLED) {
		summary->cancelled = true;
		rc = EVAULT_OK;
	}
	release(&rb);
	return rc;
}
