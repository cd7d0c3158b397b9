/* An item: an entry with a record, and what was said of it later. */
#ifndef EVAULT_ITEM_H
#define EVAULT_ITEM_H

#include "common.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One field of a record, decoded.  value[len] is NUL; value may hold NULs too. */
struct evault_field {
	const char *name;
	const char *value;
	size_t len;
};

/* An entry of another vault, with a record that was received from there. */
struct evault_source {
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t index;
	char digest[EVAULT_HEX_SIZE]; /* of its record there */
};

/* An entry with a record.  All pointers live until the callback returns. */
struct evault_item {
	uint64_t index;
	/* "3f9a01-12"; of an item that was received, as it is cited where it was recorded. */
	char citation[EVAULT_CITATION_SIZE];
	char digest[EVAULT_HEX_SIZE];      /* of the record */
	char actor_key[EVAULT_HEX_SIZE];   /* SHA-256 of the signer's key */
	const struct evault_field *fields; /* as in the record, in its order */
	size_t n_fields;
	/* From where it was received: the vault next to this one first, last the one that recorded
	 * it.
	 */
	const struct evault_source *sources;
	size_t n_sources; /* 0: it was recorded here */
	/* Names of fields that whoever gave it withheld, ", " between; or NULL. */
	const char *withheld;
	/*
	 * What was said later of it: the entries of the actions annotate and
	 * retract that are about it, in the order of the log, each without
	 * corrections of its own.  Of very many or very long ones the latest;
	 * evault_history gives all.  Filled for who lists, finds or searches.
	 */
	const struct evault_item *corrections;
	size_t n_corrections;
	bool corrections_cut; /* there are earlier ones */
	bool retracted;       /* a retraction is about it, and was not taken back by another one */
};

/* The first field of that name, or NULL. */
const struct evault_field *evault_item_field(const struct evault_item *item, const char *name);
/*
 * The value that holds of a field that occurs once (not `tag`, `field`): the
 * latest annotation's, else the record's own; NULL when there is none.
 */
const struct evault_field *evault_item_latest(const struct evault_item *item, const char *name);
/* The latest retraction that counts, or NULL: it may be there and unreadable. */
const struct evault_item *evault_item_retraction(const struct evault_item *item);

typedef enum evault_status evault_item_fn(void *ctx, const struct evault_item *item,
					  struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
