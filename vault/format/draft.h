/*
 * A statement that is not finished, as it lies sealed in drafts/ (FORMAT.md,
 * section 8): what was said of it, in a record's form, and its text.
 */
#ifndef EV_FORMAT_DRAFT_H
#define EV_FORMAT_DRAFT_H

#include "format/record.h"

enum {
	EV_DRAFT_ID = 8,                     /* bytes */
	EV_DRAFT_PATH_SIZE = 7 + 16 + 4 + 1, /* "drafts/<16 hex>.age" and its NUL */
	EV_DRAFT_HEAD_MAX = 64 + EVAULT_RECORD_MAX,
};

void ev_draft_path(const char *id, char out[EV_DRAFT_PATH_SIZE]);
/* Sixteen digits of hex? */
bool ev_draft_id_valid(struct ev_slice id);
/* Is it the path of a draft?  `id` (may be NULL) receives the digits and a NUL. */
bool ev_draft_path_parse(const char *path, char id[2 * EV_DRAFT_ID + 1]);

/* Appends what comes before the text, of `len` bytes; the record has action and time. */
void ev_draft_head(struct ev_buf *out, const struct ev_record *said, uint64_t len);
/* How many zero bytes follow a head and a text that have `size` bytes together. */
uint64_t ev_draft_padding(uint64_t size);
/*
 * Parses a whole draft into `said`, which holds nothing before, and nothing
 * again on failure, and *text, which points into `bytes`.  Strict.  E_FORMAT,
 * E_LIMIT, E_VERSION.
 */
enum evault_status ev_draft_parse(struct ev_slice bytes, struct ev_record *said,
				  struct ev_slice *text, struct evault_error *err);

#endif
