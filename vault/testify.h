/*
 * Statements: what testify shares with adopting, and drafts with check and status.
 */
#ifndef EV_TESTIFY_H
#define EV_TESTIFY_H

#include "vault.h"

/*
 * Is there a statement of these bytes of which the record says the same, all
 * that evault itself writes left aside?  *found; *same is its entry then.
 */
enum evault_status ev_testify_find_same(struct evault *v, const struct ev_hash *sha256,
					const struct ev_record *record,
					struct ev_catalog_entry *same, bool *found,
					struct evault_error *err);

/* Is it a field that evault writes into the record of each statement? */
bool ev_testify_is_ours(const char *field);
/* "statement-2026-11-22T091509Z.txt" of now, for a statement of that media type. */
void ev_testify_name(const char *media_type, char out[EVAULT_STATEMENT_NAME_SIZE]);

/* How many drafts there are, by their names. */
enum evault_status ev_draft_count(const struct evault *v, uint64_t *n, struct evault_error *err);
/*
 * Opens the draft at this path and looks whether it is one, with the keys
 * there are; E_DAMAGED, E_IO …
 */
enum evault_status ev_draft_try(struct evault *v, const char *path, struct evault_error *err);

#endif
