/* What making receipts for bundles and taking them share (FORMAT.md, section 12). */
#ifndef EV_VAULT_RECEIPT_H
#define EV_VAULT_RECEIPT_H

#include "format/receipt.h"
#include "vault.h"

/* ---- the receiver's side (receipt_make.c) ---------------------------------- */

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

/* ---- bundles of this vault (receipt_bundle.c) ------------------------------- */

/* As its own records of the action `share` tell, of which a large bundle has several. */
struct ev_receipt_bundle {
	struct ev_catalog_entry *shares; /* one at least */
	size_t n_shares, cap_shares;
	struct ev_catalog_bits items; /* of the tree that it proves: what was given, with
					 corrections */
	char time[EVAULT_TIME_SIZE];
	char to[EVAULT_RECIPIENT_SIZE];
	char contact[EVAULT_HOLDER_NAME_SIZE]; /* "": none */
};

/*
 * Fills `b`, which holds nothing before, and needs ev_receipt_bundle_release
 * also after a failure.  E_NOT_FOUND; E_DAMAGED, E_IO: there is none among the records
 * that can be read.
 */
enum evault_status ev_receipt_bundle_find(struct evault *v, const struct ev_hash *tagmanifest,
					  struct ev_receipt_bundle *b, struct evault_error *err);
void ev_receipt_bundle_release(struct ev_receipt_bundle *b);

/* Gives the receipts that were taken for the bundle of this share entry; stops at a failure of
 * `fn`.
 */
enum evault_status ev_receipt_taken(struct evault *v, uint64_t share, evault_item_fn *fn, void *ctx,
				    struct evault_error *err);

#endif
