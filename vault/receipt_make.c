/* The receiver's side of a receipt: it is signed with the key of their card. */
#include <string.h>

#include "receipt.h"

enum evault_status
ev_receipt_make(struct evault *v, const struct ev_receipt *r, const struct ev_receipt_item *items,
		size_t n, struct ev_buf *note, struct evault_error *err)
{
	enum evault_status rc = ev_vault_need_reading(v, err);
	struct ev_buf text = EV_BUF_INIT;
	struct ev_receipt ours = *r;
	struct ev_slice lines;

	if (rc == EVAULT_OK && v->keys->slot == NULL)
		rc = ev_fail(err, EVAULT_E_DENIED,
			     "%s: this identity can read and not sign, and a receipt is signed by "
			     "a holder of the vault",
			     v->shown);
	if (rc != EVAULT_OK)
		return rc;
	memcpy(ours.origin, v->note.origin, sizeof(ours.origin));
	ev_receipt_text(&ours, items, n, &text);
	rc = ev_buf_ask(&text, err);
	lines = ev_slice_of(text.data, text.len);
	if (rc == EVAULT_OK)
		ev_note_begin(note, lines);
	if (rc == EVAULT_OK)
		rc = ev_note_sign(note, lines, &v->keys->actor, &v->keys->slot->actor, err);
	if (rc == EVAULT_E_LIMIT)
		rc = ev_fail(err, rc,
			     "the receipt would be longer than %d bytes: the results change too "
			     "often from item to item",
			     EV_NOTE_MAX);
	ev_buf_release(&text);
	return rc == EVAULT_OK ? ev_buf_ask(note, err) : rc;
}
