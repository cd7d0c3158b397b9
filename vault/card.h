/* What making cards and keeping those of others share. */
#ifndef EV_VAULT_CARD_H
#define EV_VAULT_CARD_H

#include "format/card.h"
#include "vault.h"

/* Opens a card (ev_card_open), and tells what it says. */
enum evault_status ev_card_read(struct ev_slice note, struct evault_card *card,
				struct evault_error *err);

/*
 * Opens a key slot that lies anywhere, whatever vault it is of; `slot` is in
 * locked memory.  E_KEY, E_FORMAT, E_NOT_FOUND.
 */
enum evault_status ev_former_open(const char *path, const struct evault_unlock *unlock,
				  struct ev_slot *slot, struct evault_error *err);

#endif
