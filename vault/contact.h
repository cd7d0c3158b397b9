/* What keeping contacts and finding them share. */
#ifndef EV_CONTACT_H
#define EV_CONTACT_H

#include "card.h"

/* The contacts of a vault, in the order in which they were added. */
struct ev_contacts {
	struct evault_contact *list;
	size_t n, cap;
	uint64_t missing; /* records that could not be read: any may be of a contact */
};

/*
 * Reads them from their records: what an owner or a writer said last of a
 * name holds.  `k` holds nothing before, and needs ev_contacts_release also
 * after a failure.  E_DENIED, E_LIMIT.
 */
enum evault_status ev_contacts_load(struct evault *v, struct ev_contacts *k,
				    struct evault_error *err);
void ev_contacts_release(struct ev_contacts *k);
/* The one of that name, or NULL. */
struct evault_contact *ev_contacts_find(const struct ev_contacts *k, const char *name);
/* Keeps a record of the action `contact`, in one commit; fills index, citation and time. */
enum evault_status ev_contact_keep(struct evault *v, struct evault_contact *contact,
				   const char *change, struct evault_error *err);

#endif
