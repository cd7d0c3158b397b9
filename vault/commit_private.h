/*
 * What the files of a commit share: commit.c makes it, commit_behind.c does
 * the part of it that needs no catalog on another thread.
 */
#ifndef EV_COMMIT_PRIVATE_H
#define EV_COMMIT_PRIVATE_H

#include "commit.h"

/* On whichever thread has the packs and the log's staged entries: */

/* Appends a member to the pack at hand; ends that when it is large enough. */
enum evault_status ev_commit_keep(struct ev_commit *c, enum ev_member_kind kind,
				  const struct ev_hash *id, uint32_t part, struct ev_slice body,
				  struct evault_error *err);
/* Signs and stages the entry of a record. */
enum evault_status ev_commit_stage(struct ev_commit *c, const struct ev_hash *digest,
				   uint64_t *index, struct evault_error *err);
/* The holder's key is at hand then. */
enum evault_status ev_commit_derive(struct ev_commit *c, struct evault_error *err);

/* On that of the vault: */

/* A member of this length comes: begins to keep and sign on another one where many small ones came
 * in a row, and ends that where a long one comes. */
enum evault_status ev_commit_go_behind(struct ev_commit *c, size_t len, struct evault_error *err);
/* The same as the first two, behind.  To be called only where c->behind is set. */
enum evault_status ev_commit_keep_behind(struct ev_commit *c, enum ev_member_kind kind,
					 const struct ev_hash *id, uint32_t part,
					 struct ev_slice body, struct evault_error *err);
enum evault_status ev_commit_stage_behind(struct ev_commit *c, const struct ev_hash *digest,
					  uint64_t *index, struct evault_error *err);
/* Waits until all of that is done, and ends it: what it failed with. */
enum evault_status ev_commit_catch_up(struct ev_commit *c, struct evault_error *err);
/* Ends it as it is. */
void ev_commit_give_up(struct ev_commit *c);

#endif
