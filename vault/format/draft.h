/*
 * A statement that is not finished: the name of its file in drafts/ (FORMAT.md,
 * section 11).  The file is a pack.
 */
#ifndef EV_FORMAT_DRAFT_H
#define EV_FORMAT_DRAFT_H

#include "format/hash.h"

enum {
	EV_DRAFT_ID = 8, /* bytes */
	EV_DRAFT_ID_SIZE = 2 * EV_DRAFT_ID + 1,
	EV_DRAFT_SEQUENCE_MAX = 999999,
	/* "drafts/<16 hex>.<6 digits>.<64 hex>.tar.zst.age" and its NUL */
	EV_DRAFT_PATH_SIZE = 7 + 16 + 1 + 6 + 1 + 64 + 12 + 1,
};

struct ev_draft_name {
	char id[EV_DRAFT_ID_SIZE]; /* hex; the same each time it is saved */
	uint32_t sequence;         /* from 1, one more each time; the highest counts */
	struct ev_hash record;     /* digest of the record in it */
};

void ev_draft_path(const struct ev_draft_name *name, char out[EV_DRAFT_PATH_SIZE]);
/* Sixteen digits of hex? */
bool ev_draft_id_valid(struct ev_slice id);
/* False, and nothing in `name`, for a path that is no draft's. */
bool ev_draft_path_parse(const char *path, struct ev_draft_name *name);

#endif
