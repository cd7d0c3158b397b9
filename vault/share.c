/* Giving evidence to somebody: the steps, and the entry that tells of it. */
#include "share.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "format/share_note.h"

enum {
	ABOUT_MAX = 1000, /* items in one record */
	WORK_FACTOR = 18,
};

/* ---- to whom ------------------------------------------------------------------------------- */

static enum evault_status
find_contact(struct ev_share *s, struct evault_error *err)
{
	enum evault_status rc;
	char shown[EV_SHOW_SIZE];

	s->contact = malloc(sizeof(*s->contact));
	if (s->contact == NULL)
		return ev_fail_nomem(err);
	rc = evault_contact_find(s->v, s->how->to, s->contact, err);
	if (rc == EVAULT_E_NOT_FOUND)
		rc = ev_fail(err, rc, "%s is no contact of this vault, and no age recipient",
			     ev_show_path(s->how->to, shown));
	if (rc == EVAULT_OK)
		memcpy(s->summary->name, s->contact->name, sizeof(s->summary->name));
	return rc;
}

static enum evault_status
find_addressee(struct ev_share *s, struct evault_error *err)
{
	const char *to = s->how->to;
	enum evault_status rc = EVAULT_OK;

	if (to != NULL && strncmp(to, "age1", 4) != 0)
		rc = find_contact(s, err);
	if (rc == EVAULT_OK && s->contact != NULL)
		to = s->contact->card.recipient;
	if (rc == EVAULT_OK && to != NULL)
		rc = ev_age_recipient_parse(ev_slice_text(to), &s->recipient, err);
	if (rc != EVAULT_OK)
		return rc;
	s->summary->audience = EVAULT_AUDIENCE_PARTNER;
	if (s->contact != NULL)
		s->summary->audience = s->contact->audience;
	if (s->how->audience != NULL)
		s->summary->audience = *s->how->audience;
	if (s->how->plain)
		memcpy(s->summary->to, EV_SHARE_TO_FOLDER, sizeof(EV_SHARE_TO_FOLDER));
	else if (to == NULL)
		memcpy(s->summary->to, EV_SHARE_TO_PASSPHRASE, sizeof(EV_SHARE_TO_PASSPHRASE));
	else
		ev_age_recipient_text(&s->recipient, s->summary->to);
	return EVAULT_OK;
}

/* ---- its entry --------------------------------------------------------------------------------
 */

/* Names of fields, with commas between them. */
static enum evault_status
add_withheld(const struct ev_share *s, struct ev_record *record, struct evault_error *err)
{
	struct ev_buf names = EV_BUF_INIT;
	enum evault_status rc;
	size_t i;

	for (i = 0; i + 1 < s->names.len; i++)
		ev_buf_add(&names, s->names.data[i] == 0 ? (const uint8_t *)"," : &s->names.data[i],
			   1);
	rc = ev_buf_ask(&names, err);
	if (rc == EVAULT_OK && names.len > 0)
		rc = ev_record_add(record, "withheld", ev_slice_of(names.data, names.len), err);
	ev_buf_release(&names);
	return rc;
}

static enum evault_status
begin_record(const struct ev_share *s, struct ev_record *record, struct evault_error *err)
{
	char tree[24 + EVAULT_HEX_SIZE], root[EVAULT_HEX_SIZE];
	enum evault_status rc = ev_commit_begin_record(s->v, "share", record, err);

	ev_hash_hex(&s->root, root);
	snprintf(tree, sizeof(tree), "%" PRIu64 " %s", s->size, root);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "to", s->summary->to, err);
	if (rc == EVAULT_OK && s->contact != NULL)
		rc = ev_record_add_text(record, "contact", s->contact->name, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "audience",
					evault_audience_word(s->summary->audience), err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "tree", tree, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "tagmanifest", s->summary->tagmanifest, err);
	if (rc == EVAULT_OK)
		rc = add_withheld(s, record, err);
	if (rc == EVAULT_OK && s->how->no_files)
		rc = ev_record_add_text(record, "files", "none", err);
	if (rc == EVAULT_OK && s->summary->overridden > 0)
		rc = ev_record_add_text(record, "overridden", s->how->override, err);
	return rc;
}

/* One record, of items from `*at` on. */
static enum evault_status
keep_some(const struct ev_share *s, struct ev_commit *c, size_t *at, uint64_t *index,
	  struct evault_error *err)
{
	struct ev_catalog_entry entry = { .is_record = true };
	struct ev_record record;
	enum evault_status rc;
	size_t n;

	ev_record_init(&record);
	rc = begin_record(s, &record, err);
	for (n = 0; n < ABOUT_MAX && *at < s->n && rc == EVAULT_OK; (*at)++) {
		if (s->items[*at].is_change)
			continue;
		entry.index = s->items[*at].index;
		entry.digest = s->items[*at].digest;
		rc = ev_commit_about(&entry, &record, err);
		n++;
	}
	if (rc == EVAULT_OK && n > 0)
		rc = ev_commit_record(c, &record, index, err);
	ev_record_release(&record);
	return rc;
}

static enum evault_status
keep_entry(struct ev_share *s, struct evault_error *err)
{
	uint64_t index = 0, first = 0;
	struct ev_commit c;
	enum evault_status rc = ev_commit_init(&c, s->v, err);
	size_t at = 0;

	if (rc != EVAULT_OK)
		return rc;
	while (at < s->n && rc == EVAULT_OK) {
		rc = keep_some(s, &c, &at, &index, err);
		first = first == 0 ? index : first;
	}
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&c, err);
	ev_commit_release(&c);
	if (rc == EVAULT_OK) {
		s->summary->index = first;
		ev_vault_cite(s->v, first, s->summary->citation);
	}
	return rc;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static enum evault_status
take_head(struct ev_share *s, struct evault_error *err)
{
	const struct ev_checkpoint *head = ev_log_head(s->v->log);
	struct ev_slice note = ev_log_head_note(s->v->log);
	struct ev_os_time now;

	ev_os_now(&now);
	s->time = now.seconds;
	s->size = head->size;
	s->root = head->root;
	s->summary->entries = head->size;
	ev_buf_add(&s->checkpoint, note.data, note.len);
	s->entry = malloc(sizeof(*s->entry));
	return s->entry == NULL ? ev_fail_nomem(err) : ev_buf_ask(&s->checkpoint, err);
}

static enum evault_status
add_source(struct ev_share *s, struct ev_share_item *item, struct ev_slice text,
	   struct evault_error *err)
{
	char cited[EVAULT_CITATION_SIZE];
	struct ev_record record;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_record_parse(text, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_sources_add(&s->sources, &record, &item->link, &item->n_links, err);
	ev_record_release(&record);
	if (rc == EVAULT_OK)
		return EVAULT_OK;
	ev_vault_cite(s->v, item->index, cited);
	return ev_error_prefix(err, rc, cited);
}

/* What there is of other vaults' logs to prove where items came from. */
static enum evault_status
find_sources(struct ev_share *s, struct evault_error *err)
{
	enum evault_status rc = ev_sources_find(&s->sources, s->v, err);
	const struct ev_share_item *item;
	bool proved;
	size_t i, k;

	for (i = 0; i < s->n && rc == EVAULT_OK; i++) {
		item = &s->items[i];
		proved = true;
		for (k = 0; k < item->n_links; k++)
			proved = proved && s->sources.links[item->link + k].proved;
		s->summary->received += item->n_links > 0;
		s->summary->unproved += !proved;
	}
	return rc;
}

/* Reads each record as it would be given: what cannot be withheld is told before anything is made.
 */
static enum evault_status
read_all(struct ev_share *s, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < s->n && rc == EVAULT_OK; i++) {
		rc = ev_share_record(s, &s->items[i], &text, err);
		if (rc == EVAULT_OK && s->items[i].received)
			rc = add_source(s, &s->items[i], ev_slice_of(text.data, text.len), err);
	}
	ev_buf_wipe(&text);
	return rc == EVAULT_OK ? ev_share_fields_used(s, err) : rc;
}

static enum evault_status
prepare(struct ev_share *s, struct evault_error *err)
{
	enum evault_status rc = ev_share_fields_check(s->how, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_need_reading(s->v, err);
	if (rc == EVAULT_OK && s->v->keys->slot == NULL)
		rc = ev_fail(err, EVAULT_E_DENIED,
			     "%s: this identity can read and not sign, and a bundle is signed by a "
			     "holder of the vault",
			     s->v->shown);
	if (rc == EVAULT_OK)
		rc = find_addressee(s, err);
	if (rc == EVAULT_OK)
		rc = take_head(s, err);
	if (rc == EVAULT_OK)
		rc = ev_share_select(s, err);
	if (rc == EVAULT_OK)
		rc = read_all(s, err);
	return rc == EVAULT_OK ? find_sources(s, err) : rc;
}

static enum evault_status
measure(struct ev_share *s, struct evault_error *err)
{
	enum evault_status rc = ev_share_keys(s, err);

	if (rc == EVAULT_OK)
		rc = ev_share_pasts(s, err);
	if (rc == EVAULT_OK)
		rc = ev_share_members(s, err);
	s->progress.files_total = s->summary->files;
	s->progress.bytes_total = s->summary->bytes;
	if (rc == EVAULT_OK)
		rc = ev_share_measure(s, err);
	if (rc == EVAULT_OK)
		ev_hash_hex(&s->members[EV_SHARE_TAGMANIFEST].hash, s->summary->tagmanifest);
	return rc;
}

static enum evault_status
make(struct ev_share *s, struct evault_error *err)
{
	struct ev_share_target target = { s->how->out, s->how->plain, s->how->volume };
	struct ev_age_to to = { .work_factor = s->how->work_factor };
	struct ev_share_out *out = NULL;
	enum evault_status rc;

	if (s->how->to == NULL)
		to.passphrase = s->how->passphrase;
	else
		to.recipients = &s->recipient;
	to.n_recipients = s->how->to != NULL;
	to.work_factor = to.work_factor == 0 ? WORK_FACTOR : to.work_factor;
	rc = ev_share_out_new(&target, &out, err);
	if (rc == EVAULT_OK)
		rc = measure(s, err);
	if (rc == EVAULT_OK)
		rc = keep_entry(s, err);
	if (rc == EVAULT_OK)
		rc = ev_share_out_begin(out, &to, err);
	if (rc == EVAULT_OK)
		rc = ev_share_write(s, out, err);
	ev_share_out_free(out);
	return rc;
}

static void
release(struct ev_share *s)
{
	free(s->contact);
	free(s->items);
	free(s->keys);
	free(s->pasts);
	ev_sources_release(&s->sources);
	free(s->members);
	free(s->entry);
	ev_buf_release(&s->checkpoint);
	ev_buf_release(&s->names);
	ev_buf_release(&s->manifest);
	ev_buf_release(&s->tagmanifest);
	ev_buf_release(&s->note);
	ev_buf_release(&s->bytes);
}

enum evault_status
evault_share(struct evault *v, const struct evault_share *how, struct evault_share_summary *summary,
	     struct evault_error *err)
{
	struct ev_share s = { .v = v, .how = how, .summary = summary };
	enum evault_status rc;

	memset(summary, 0, sizeof(*summary));
	rc = prepare(&s, err);
	if (rc == EVAULT_OK && !how->dry_run)
		rc = make(&s, err);
	release(&s);
	return rc;
}
