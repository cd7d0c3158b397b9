/*
 * Sealing, and giving the sealed bytes to `out` behind the back of who has the
 * plaintext: as soon as it is worth a thread, chunks go through a ring from
 * which a worker gives them on, and whoever has less to do seals them.  What `out` has is the
 * worker's alone until ev_age_behind_finish or _free has returned; what it fails with comes from
 * one of the calls after that.  Where no thread is to be had, it is given at once.
 */
#ifndef EV_FORMAT_AGE_BEHIND_H
#define EV_FORMAT_AGE_BEHIND_H

#include "format/age.h"

struct ev_age_behind;

/* As ev_age_sealer_new; 8 MiB more, as far as there are bytes that wait. */
enum evault_status ev_age_behind_new(const struct ev_age_to *to, struct ev_sink out,
				     struct ev_age_behind **behind, struct evault_error *err);
enum evault_status ev_age_behind_update(struct ev_age_behind *b, const uint8_t *data, size_t len,
					struct evault_error *err);
/* That was all, and `out` need not have it yet; call once, or not at all. */
enum evault_status ev_age_behind_end(struct ev_age_behind *b, struct evault_error *err);
/* That was all, and `out` has it; call once. */
enum evault_status ev_age_behind_finish(struct ev_age_behind *b, struct evault_error *err);
/* NULL is fine. */
void ev_age_behind_free(struct ev_age_behind *b);

#endif
