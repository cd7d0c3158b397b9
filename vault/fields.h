/*
 * What a person says of an item, as fields of its record: the same for add,
 * testify and annotate.
 */
#ifndef EV_FIELDS_H
#define EV_FIELDS_H

#include "evault.h"
#include "format/record.h"

/*
 * Adds case, title, tags, and each K=V: a field of that name where FORMAT.md
 * (Record) knows it as one that can be set (witness, place …), otherwise the
 * user's own `field K=V`.  E_USAGE: not K=V, a K given twice, or a value that
 * it cannot have; E_LIMIT.
 */
enum evault_status ev_fields_add(const struct evault_details *what, struct ev_record *record,
				 struct evault_error *err);
/* What would make every record fail: told before anything is read or kept. */
enum evault_status ev_fields_check(const struct evault_details *what, struct evault_error *err);
/* Is there nothing to say? */
bool ev_fields_none(const struct evault_details *what);

#endif
