/*
 * Cards: what somebody gives away so that bundles can be sealed to their
 * vault, and known to come from them (FORMAT.md, section 13).
 */
#ifndef EV_FORMAT_CARD_H
#define EV_FORMAT_CARD_H

#include "format/entry.h"

struct ev_card {
	char origin[EVAULT_ORIGIN_SIZE];
	char name[EVAULT_HOLDER_NAME_SIZE];
	char recipient[EVAULT_RECIPIENT_SIZE];
	struct ev_verifier actor;
	struct ev_verifier log;
	struct ev_hash verify; /* of VERIFY.txt */
	char time[EVAULT_TIME_SIZE];
	bool signed_over; /* a second key signed it, which the card does not name */
};

/*
 * A name that people are told apart by: 1 to 255 bytes of valid UTF-8 that
 * evault shows as they are (nothing hidden, no backslash), no space at either
 * end, and not beginning with "age1".
 */
bool ev_card_name_valid(struct ev_slice name);

/* Appends the text that is signed.  E_USAGE: the name is none. */
enum evault_status ev_card_text(const struct ev_card *card, struct ev_buf *out,
				struct evault_error *err);
/*
 * Parses a card and verifies the signature of the actor that it names.  A
 * second signature is for who knows its key (ev_card_signed_by).  E_FORMAT:
 * it is no card; E_VERSION; E_LIMIT above EVAULT_CARD_MAX; E_DAMAGED: the
 * signature does not verify, or is not the actor's.  `card` is left alone on failure.
 */
enum evault_status ev_card_open(struct ev_slice note, struct ev_card *card,
				struct evault_error *err);
/* Did this key sign it, as first or as second?  False for what is no note. */
bool ev_card_signed_by(struct ev_slice note, const struct ev_verifier *key);
/*
 * Of all that the card says but its time: six groups of five digits, to be
 * read out.  About 2^99 cards have to be tried to find one with the same.
 */
void ev_card_fingerprint(const struct ev_card *card, char out[EVAULT_FINGERPRINT_SIZE]);

#endif
