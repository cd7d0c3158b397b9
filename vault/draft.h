/*
 * What the files of drafts share: draft.c has their names, saves and removes,
 * draft_open.c opens them, draft_keep.c keeps one without opening it,
 * draft_hold.c holds one against others.
 */
#ifndef EV_DRAFT_H
#define EV_DRAFT_H

#include "base/os.h"
#include "format/draft.h"
#include "testify.h"

enum {
	EV_DRAFT_SEALED_MAX = 16 << 20 /* bytes of a draft's file */
};

/* Where a link in the place of drafts/ leads is none of ours (G7): E_DAMAGED. */
enum evault_status ev_draft_check_folder(const struct evault *v, struct evault_error *err);

struct ev_drafts { /* in the order of ids, and of each the highest sequence last */
	struct ev_draft_name *list;
	size_t n;
};
enum evault_status ev_drafts_load(const struct evault *v, struct ev_drafts *drafts,
				  struct evault_error *err);
void ev_drafts_release(struct ev_drafts *drafts);
/* Is it the one of its id that counts? */
bool ev_drafts_is_newest(const struct ev_drafts *drafts, size_t i);
/* The newest of this id.  E_NOT_FOUND with a sentence. */
enum evault_status ev_draft_newest(const struct evault *v, const char *id,
				   struct ev_draft_name *name, struct evault_error *err);

/* Does another evault hold it? */
bool ev_draft_is_live(const struct evault *v, const struct ev_drafts *drafts, const char *id);
/* Holds what was just saved under this name, in place of what `d` held; best effort. */
void ev_draft_hold_saved(const struct evault *v, const struct ev_draft_name *name,
			 struct evault_draft *d);

#endif
