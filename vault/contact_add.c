/*
 * Taking a card as that of a contact.  Who holds the card of somebody else
 * must not get it in under a known name: a card with other keys counts only
 * when the key that is known has signed it over.
 */
#include <string.h>

#include "contact.h"
#include "format/fold.h"

struct taking {
	struct evault *v;
	const struct evault_contact_add *what;
	struct ev_contacts contacts;
	struct evault_contact contact;
	const struct evault_contact *was; /* in `contacts` */
	enum evault_contact_change change;
};

static enum evault_status
take_card(struct taking *t, struct evault_error *err)
{
	enum evault_status rc = ev_card_read(ev_slice_text(t->what->note), &t->contact.card, err);
	const char *name = t->what->name != NULL ? t->what->name : t->contact.card.name;

	if (rc != EVAULT_OK)
		return rc;
	if (!ev_card_name_valid(ev_slice_text(name)))
		return ev_fail(err, EVAULT_E_USAGE,
			       "a contact's name has 1 to %d bytes, nothing in it that is hidden "
			       "or a backslash, and does not begin with age1",
			       EVAULT_HOLDER_NAME_SIZE - 1);
	memcpy(t->contact.name, name, strlen(name) + 1);
	if (strcmp(t->contact.card.origin, t->v->note.origin) == 0)
		return ev_fail(err, EVAULT_E_USAGE,
			       "this card is of this very vault: give it to others");
	return EVAULT_OK;
}

static bool
reads_alike(const char *a, const char *b)
{
	struct ev_fold one = ev_fold_of(ev_slice_text(a)), other = ev_fold_of(ev_slice_text(b));
	struct ev_fold_word v, w;
	bool more;

	do {
		more = ev_fold_next(&one, &v);
		if (more != ev_fold_next(&other, &w) ||
		    (more && (v.len != w.len || memcmp(v.text, w.text, v.len) != 0)))
			return false;
	} while (more);
	return true;
}

static const struct evault_contact *
find_alike(const struct taking *t)
{
	size_t i;

	for (i = 0; i < t->contacts.n; i++)
		if (reads_alike(t->contacts.list[i].name, t->contact.name))
			return &t->contacts.list[i];
	return NULL;
}

/* Is this somebody who is called otherwise here? */
static enum evault_status
check_new(struct taking *t, struct evault_error *err)
{
	const struct evault_contact *k;
	size_t i;

	for (i = 0; i < t->contacts.n; i++) {
		k = &t->contacts.list[i];
		if (strcmp(k->card.actor, t->contact.card.actor) == 0)
			return ev_fail(err, EVAULT_E_EXISTS,
				       "the key of this card is known here already, as that of the "
				       "contact %s (%s)",
				       k->name, k->citation);
	}
	if (t->contacts.n == EVAULT_CONTACTS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the vault has %d contacts already",
			       EVAULT_CONTACTS_MAX);
	t->change = EVAULT_CONTACT_NEW;
	t->contact.audience = EVAULT_AUDIENCE_PARTNER;
	return EVAULT_OK;
}

/* The signature of the key that is known: the card's own, or the second one. */
static bool
is_signed_over(const struct taking *t)
{
	struct ev_verifier known;

	return ev_verifier_parse(ev_slice_text(t->was->card.actor), &known, NULL) == EVAULT_OK &&
	       ev_card_signed_by(ev_slice_text(t->contact.card.note), &known);
}

static enum evault_status
check_known(struct taking *t, struct evault_error *err)
{
	const struct evault_card *new = &t->contact.card, *old = &t->was->card;
	bool same_actor = strcmp(new->actor, old->actor) == 0;

	t->contact.audience = t->was->audience;
	t->change = EVAULT_CONTACT_SAME;
	if (strcmp(new->note, old->note) == 0)
		return EVAULT_OK;
	if (!is_signed_over(t))
		return strcmp(new->origin, old->origin) == 0
			   ? ev_fail(err, EVAULT_E_EXISTS,
				     "the card of %s that is known here (%s) has another key: this "
				     "one is not signed by it",
				     t->contact.name, t->was->citation)
			   : ev_fail(err, EVAULT_E_EXISTS,
				     "the card of %s that is known here (%s) is of another vault, "
				     "with another key: this one is not signed by it",
				     t->contact.name, t->was->citation);
	/* Or an old card, found somewhere, brings back a key that was given up. */
	if (same_actor && strcmp(new->time, old->time) < 0)
		return ev_fail(err, EVAULT_E_EXISTS,
			       "this card of %s is older than the one that is known here: it was "
			       "made %s, and the known one %s",
			       t->contact.name, new->time, old->time);
	t->change = same_actor && strcmp(new->origin, old->origin) == 0 ? EVAULT_CONTACT_CHANGED
									: EVAULT_CONTACT_KEYS;
	return EVAULT_OK;
}

static enum evault_status
judge(struct taking *t, struct evault_error *err)
{
	enum evault_status rc = ev_contacts_load(t->v, &t->contacts, err);

	if (rc != EVAULT_OK)
		return rc;
	t->was = ev_contacts_find(&t->contacts, t->contact.name);
	rc = t->was == NULL ? check_new(t, err) : check_known(t, err);
	if (rc != EVAULT_OK)
		return rc;
	if (t->what->audience != NULL && *t->what->audience != t->contact.audience) {
		t->contact.audience = *t->what->audience;
		if (t->change == EVAULT_CONTACT_SAME)
			t->change = EVAULT_CONTACT_CHANGED;
	}
	if (t->change == EVAULT_CONTACT_SAME)
		t->contact = *t->was;
	return EVAULT_OK;
}

static enum evault_status
confirm(const struct taking *t, struct evault_error *err)
{
	struct evault_contact_news news = { .change = t->change,
					    .contact = &t->contact,
					    .was = t->was,
					    .missing = t->contacts.missing };

	if (t->was == NULL)
		news.alike = find_alike(t);
	return t->what->confirm == NULL ? EVAULT_OK : t->what->confirm(t->what->ctx, &news, err);
}

enum evault_status
evault_contact_add(struct evault *v, const struct evault_contact_add *what,
		   struct evault_contact *kept, enum evault_contact_change *change,
		   struct evault_error *err)
{
	struct taking t = { .v = v, .what = what };
	enum evault_status rc = take_card(&t, err);

	if (rc == EVAULT_OK && v->access != EVAULT_WRITE)
		rc = ev_fail(err, EVAULT_E_DENIED, "%s: the vault is open for reading only",
			     v->shown);
	if (rc == EVAULT_OK)
		rc = judge(&t, err);
	if (rc == EVAULT_OK && t.change != EVAULT_CONTACT_SAME)
		rc = confirm(&t, err);
	if (rc == EVAULT_OK && t.change != EVAULT_CONTACT_SAME)
		rc = ev_contact_keep(v, &t.contact, t.was == NULL ? "added" : "changed", err);
	if (rc == EVAULT_OK) {
		*kept = t.contact;
		if (change != NULL)
			*change = t.change;
	}
	ev_contacts_release(&t.contacts);
	return rc;
}
