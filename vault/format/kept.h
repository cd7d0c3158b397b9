/*
 * What `unlock` leaves in the kernel's keyring: a holder's slot as it was
 * opened, bound to the vault, to the slot's file as the log names it, and to
 * a time.  Never on disk, and no format that anybody else need read:
 *
 *	evault/kept/v1
 *	slot keys/1.age <64 hex>
 *	until 1795366800
 *	<the slot's plaintext (FORMAT.md, Key files) up to its padding>
 *
 * Or the identity of a reader, who has no slot, bound to the vault:
 *
 *	evault/kept/v1
 *	reader evault/<64 hex>
 *	until 1795366800
 *	AGE-SECRET-KEY-1…
 */
#ifndef EV_FORMAT_KEPT_H
#define EV_FORMAT_KEPT_H

#include "format/keyfile.h"

/* In locked memory. */
struct ev_kept {
	char path[EV_ENTRY_FILE_NAME_MAX + 1]; /* of the slot, below the vault; "": a reader's */
	struct ev_hash hash;                   /* of that file */
	int64_t until;                         /* seconds since 1970; above 0 */
	struct ev_slot slot;                   /* of a reader its origin and identity alone */
};

/* Appends; `out` should be secret.  E_USAGE, E_NOMEM. */
enum evault_status ev_kept_encode(const struct ev_kept *kept, struct ev_buf *out,
				  struct evault_error *err);
/* Takes just what the encoder writes, and leaves `kept` alone otherwise.  E_FORMAT, E_NOMEM. */
enum evault_status ev_kept_decode(struct ev_slice text, struct ev_kept *kept,
				  struct evault_error *err);

#endif
