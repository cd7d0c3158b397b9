/* Receipts for bundles (FORMAT.md, section 12): made by who received one. */
#ifndef EV_VAULT_RECEIPT_H
#define EV_VAULT_RECEIPT_H

#include "format/receipt.h"
#include "vault.h"

/*
 * Fills `note`, which is empty, with a receipt that the vault's holder has
 * signed; verifiable with the `actor` of their card.  Of *r the origin is not
 * looked at: it is this vault's.  `items` as ev_receipt_text has them, by index.
 * Writes nothing.  E_DENIED: who unlocked it may only add, or cannot sign;
 * E_KEY: it is sealed; E_LIMIT: the results change so often from item to item
 * that they are more than a note can be (EV_NOTE_MAX); E_NOMEM.
 */
enum evault_status ev_receipt_make(struct evault *v, const struct ev_receipt *r,
				   const struct ev_receipt_item *items, size_t n,
				   struct ev_buf *note, struct evault_error *err);

#endif
