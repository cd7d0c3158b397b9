/*
 * Contacts: cards of others, each kept in a record of the action `contact`
 * (FORMAT.md, section 13).  What was said last of a name holds.
 *
 * Invariant: a record counts only when an owner or a writer signed it.  The
 * key of a device that may add, and that somebody took, must not be able to put another
 * key in the place of a contact's.
 */
#include "contact.h"

#include <stdlib.h>
#include <string.h>

#include "commit.h"

static const char *const audiences[] = {
	[EVAULT_AUDIENCE_COURT] = "court",
	[EVAULT_AUDIENCE_PARTNER] = "partner",
	[EVAULT_AUDIENCE_PUBLIC] = "public",
};

const char *
evault_audience_word(enum evault_audience audience)
{
	return audiences[audience];
}

enum evault_status
evault_audience_parse(const char *word, enum evault_audience *audience, struct evault_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(audiences) / sizeof(audiences[0]); i++) {
		if (strcmp(word, audiences[i]) == 0) {
			*audience = (enum evault_audience)i;
			return EVAULT_OK;
		}
	}
	return ev_fail(err, EVAULT_E_USAGE, "an audience is one of court, partner and public");
}

/* ---- reading ---------------------------------------------------------------- */

struct loading {
	struct evault *v;
	struct ev_contacts *k;
};

void
ev_contacts_release(struct ev_contacts *k)
{
	free(k->list);
	memset(k, 0, sizeof(*k));
}

struct evault_contact *
ev_contacts_find(const struct ev_contacts *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->list[i].name, name) == 0)
			return &k->list[i];
	return NULL;
}

static enum evault_status
put(struct ev_contacts *k, const struct evault_contact *contact, struct evault_error *err)
{
	struct evault_contact *there = ev_contacts_find(k, contact->name), *grown;
	size_t cap = k->cap == 0 ? 16 : 2 * k->cap;

	if (there != NULL) {
		*there = *contact;
		return EVAULT_OK;
	}
	if (k->n == EVAULT_CONTACTS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the vault has more than %d contacts",
			       EVAULT_CONTACTS_MAX);
	if (k->n == k->cap) {
		grown = realloc(k->list, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		k->list = grown;
		k->cap = cap;
	}
	k->list[k->n++] = *contact;
	return EVAULT_OK;
}

static void
drop(struct ev_contacts *k, const char *name)
{
	struct evault_contact *there = ev_contacts_find(k, name);

	if (there == NULL)
		return;
	k->n--;
	memmove(there, there + 1, (k->n - (size_t)(there - k->list)) * sizeof(*there));
}

/* What the record says of a contact; *whole is false when it cannot be told.  E_NOMEM. */
static enum evault_status
read_contact(const struct evault_item *item, struct evault_contact *out, bool *whole,
	     struct evault_error *err)
{
	const char *name = ev_item_text(item, "contact"), *card = ev_item_text(item, "card"),
		   *audience = ev_item_text(item, "audience"), *time = ev_item_text(item, "time");
	enum evault_status rc;

	*whole = false;
	memset(out, 0, sizeof(*out));
	if (name == NULL || !ev_card_name_valid(ev_slice_text(name)) || card == NULL ||
	    audience == NULL || time == NULL ||
	    evault_audience_parse(audience, &out->audience, NULL) != EVAULT_OK)
		return EVAULT_OK;
	memcpy(out->name, name, strlen(name) + 1);
	out->index = item->index;
	memcpy(out->citation, item->citation, sizeof(out->citation));
	memcpy(out->time, time, sizeof(out->time));
	rc = ev_card_read(ev_slice_text(card), &out->card, err);
	*whole = rc == EVAULT_OK;
	return rc == EVAULT_E_NOMEM ? rc : EVAULT_OK;
}

static enum evault_status
take_record(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct loading *l = ctx;
	const char *action = ev_item_text(item, "action"), *change = ev_item_text(item, "change");
	struct evault_contact contact;
	struct evault_error why = { 0 };
	enum evault_status rc;
	bool whole;

	if (item->n_fields == 0) {
		l->k->missing++;
		return EVAULT_OK;
	}
	if (action == NULL || strcmp(action, "contact") != 0 || !ev_item_counts(l->v, item))
		return EVAULT_OK;
	if (change != NULL && strcmp(change, "removed") == 0 &&
	    ev_item_text(item, "contact") != NULL) {
		drop(l->k, ev_item_text(item, "contact"));
		return EVAULT_OK;
	}
	rc = read_contact(item, &contact, &whole, &why);
	if (rc != EVAULT_OK)
		return ev_fail_nomem(err);
	if (whole)
		return put(l->k, &contact, err);
	l->k->missing++;
	return EVAULT_OK;
}

static enum evault_status
take_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct loading *l = ctx;

	return ev_vault_give_record(l->v, entry, take_record, l, err);
}

enum evault_status
ev_contacts_load(struct evault *v, struct ev_contacts *k, struct evault_error *err)
{
	static const struct evault_filter filter = { .action = "contact",
						     .retracted = EVAULT_RETRACTED_TOO };
	struct loading l = { v, k };
	struct ev_catalog_counts counts = { 0 };
	enum evault_status rc = ev_vault_need_reading(v, err);

	if (rc == EVAULT_OK)
		rc = ev_catalog_list(v->catalog, &filter, take_entry, &l, err);
	/* Of what has no readable record, nobody knows what it was. */
	if (rc == EVAULT_OK)
		rc = ev_catalog_count(v->catalog, &counts, err);
	k->missing += counts.missing;
	return rc;
}

enum evault_status
evault_contact_list(struct evault *v, evault_contact_fn *fn, void *ctx, uint64_t *missing,
		    struct evault_error *err)
{
	struct ev_contacts k = { NULL, 0, 0, 0 };
	enum evault_status rc = ev_contacts_load(v, &k, err);
	size_t i;

	for (i = 0; i < k.n && rc == EVAULT_OK; i++)
		rc = fn(ctx, &k.list[i], err);
	if (rc == EVAULT_OK && missing != NULL)
		*missing = k.missing;
	ev_contacts_release(&k);
	return rc;
}

static enum evault_status
not_found(const struct evault *v, const struct ev_contacts *k, const char *name,
	  struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];

	ev_show_path(name, shown);
	if (k->missing > 0)
		return ev_fail(err, v->unread ? EVAULT_E_IO : EVAULT_E_DAMAGED,
			       "no contact is called %s, of the records that can be read; `evault "
			       "check` says which cannot",
			       shown);
	return ev_fail(err, EVAULT_E_NOT_FOUND, "no contact is called %s", shown);
}

enum evault_status
evault_contact_find(struct evault *v, const char *name, struct evault_contact *contact,
		    struct evault_error *err)
{
	struct ev_contacts k = { NULL, 0, 0, 0 };
	enum evault_status rc = ev_contacts_load(v, &k, err);
	const struct evault_contact *found = NULL;

	if (rc == EVAULT_OK && (found = ev_contacts_find(&k, name)) == NULL)
		rc = not_found(v, &k, name, err);
	if (rc == EVAULT_OK)
		*contact = *found;
	ev_contacts_release(&k);
	return rc;
}

/* ---- keeping ------------------------------------------------------------------ */

static enum evault_status
add_fields(struct ev_record *r, const struct evault_contact *contact, const char *change,
	   struct evault_error *err)
{
	enum evault_status rc = ev_record_add_text(r, "change", change, err);

	if (rc == EVAULT_OK)
		rc = ev_record_add_text(r, "contact", contact->name, err);
	if (rc != EVAULT_OK || strcmp(change, "removed") == 0)
		return rc;
	rc = ev_record_add_text(r, "audience", evault_audience_word(contact->audience), err);
	return rc == EVAULT_OK ? ev_record_add_text(r, "card", contact->card.note, err) : rc;
}

enum evault_status
ev_contact_keep(struct evault *v, struct evault_contact *contact, const char *change,
		struct evault_error *err)
{
	struct ev_commit commit;
	struct ev_record record;
	const struct ev_record_field *time;
	enum evault_status rc = ev_commit_init(&commit, v, err);

	ev_record_init(&record);
	if (rc == EVAULT_OK)
		rc = ev_commit_begin_record(v, "contact", &record, err);
	if (rc == EVAULT_OK)
		rc = add_fields(&record, contact, change, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&commit, &record, &contact->index, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&commit, err);
	if (rc == EVAULT_OK) {
		time = ev_record_find(&record, "time");
		memcpy(contact->time, time->value, sizeof(contact->time) - 1);
		contact->time[sizeof(contact->time) - 1] = '\0';
		ev_vault_cite(v, contact->index, contact->citation);
	}
	ev_commit_release(&commit);
	ev_record_release(&record);
	return rc;
}

enum evault_status
evault_contact_remove(struct evault *v, const char *name, struct evault_contact *removed,
		      struct evault_error *err)
{
	struct evault_contact found;
	enum evault_status rc = evault_contact_find(v, name, &found, err);

	if (rc == EVAULT_OK)
		rc = ev_contact_keep(v, &found, "removed", err);
	if (rc == EVAULT_OK)
		*removed = found;
	return rc;
}
