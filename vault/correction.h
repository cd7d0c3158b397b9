/*
 * What was said later of an item: annotations and retractions, read from
 * their records, and what holds after them (FORMAT.md, Record).
 */
#ifndef EV_CORRECTION_H
#define EV_CORRECTION_H

#include "vault.h"

struct ev_said; /* a record, for all items that it is about */

struct ev_corrections {
	struct evault_item *items; /* as in struct evault_item, the first one first */
	struct ev_said **said;     /* what their fields are */
	size_t n, cap;
	bool cut;
	bool retracted;
};

/* The record's fields that are not withheld, as new memory; NULL when there is none. */
struct evault_field *ev_item_fields(const struct ev_record *record, size_t *n);

/*
 * Reads the corrections of an entry; those whose record does not say what the
 * catalog says are left out, and those that cannot be read have no fields.
 * `out` holds nothing before, and needs ev_corrections_release also after a
 * failure.  Takes a few MiB at most (G9).
 */
enum evault_status ev_corrections_load(struct evault *v, const struct ev_catalog_entry *entry,
				       struct ev_corrections *out, struct evault_error *err);
void ev_corrections_release(struct ev_corrections *k);
/* Frees what is kept of records read before. */
void ev_corrections_forget(struct evault *v);

#endif
