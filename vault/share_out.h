/*
 * Where a bundle goes: an age file, its volumes, or a folder.  Nothing is
 * under its name before all of it is written and synced.
 */
#ifndef EV_SHARE_OUT_H
#define EV_SHARE_OUT_H

#include "base/os.h"
#include "format/age.h"

struct ev_share_out;

struct ev_share_target {
	const char *path;
	bool plain;      /* a folder, in clear */
	uint64_t volume; /* as in struct evault_share */
};

/* Is the name free, and can something be made beside it?  E_EXISTS, E_IO … */
enum evault_status ev_share_out_new(const struct ev_share_target *target, struct ev_share_out **out,
				    struct evault_error *err);
/* Begins; `to` is not used for a folder. */
enum evault_status ev_share_out_begin(struct ev_share_out *out, const struct ev_age_to *to,
				      struct evault_error *err);
enum evault_status ev_share_out_member(struct ev_share_out *out, const char *name, uint64_t size,
				       struct evault_error *err);
/* The member's next bytes: in all as many as were announced. */
enum evault_status ev_share_out_data(struct ev_share_out *out, const uint8_t *data, size_t len,
				     struct evault_error *err);
enum evault_status ev_share_out_member_end(struct ev_share_out *out, struct evault_error *err);
/* Ends it and gives it its name; *volumes: how many files. */
enum evault_status ev_share_out_finish(struct ev_share_out *out, uint64_t *volumes,
				       struct evault_error *err);
/* What was not finished is removed.  NULL is fine. */
void ev_share_out_free(struct ev_share_out *out);

#endif
