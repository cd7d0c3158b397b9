/*
 * What paper.c (bytes and what they mean) and paper_text.c (groups of
 * letters) share.
 */
#ifndef EV_FORMAT_PAPER_PRIVATE_H
#define EV_FORMAT_PAPER_PRIVATE_H

#include "format/paper.h"

enum {
	EV_PAPER_FIVES = EV_PAPER_GROUPS * (EV_PAPER_GROUP - 1), /* letters that carry bytes */
	EV_PAPER_HEAD_BYTES = 2 + EV_PAPER_VAULT + EV_PAPER_SET,
	EV_PAPER_SUM = 4,
	EV_PAPER_BYTES = EV_PAPER_HEAD_BYTES + 32 + EV_PAPER_SUM,
};

_Static_assert(EV_PAPER_FIVES * 5 == EV_PAPER_BYTES * 8, "the bytes fill the letters");
_Static_assert(EV_PAPER_HEAD *(EV_PAPER_GROUP - 1) * 5 >= EV_PAPER_HEAD_BYTES * 8,
	       "the head is in the first groups");

/* Writes the groups of these bytes. */
void ev_paper_letters(const uint8_t bytes[EV_PAPER_BYTES], char out[EV_PAPER_TEXT_SIZE]);

/*
 * The bytes of `groups` groups as they were typed, zero after these; `wrong`
 * receives the mistyped ones.  E_FORMAT, E_VERSION, E_LIMIT, E_NOMEM.
 */
enum evault_status ev_paper_bytes(struct ev_slice typed, unsigned groups,
				  uint8_t bytes[EV_PAPER_BYTES], uint32_t *wrong,
				  struct evault_error *err);

/* E_VERSION when the first byte is not of this version. */
enum evault_status ev_paper_version(uint8_t first, struct evault_error *err);

#endif
