/*
 * The transfer encodings of mail (RFC 2045, section 6), decoded as they come,
 * and as mail programs do it: what does not belong is passed over.
 */
#ifndef EV_FORMAT_TRANSFER_H
#define EV_FORMAT_TRANSFER_H

#include "base/bytes.h"

enum ev_transfer_kind {
	EV_TRANSFER_PLAIN, /* 7bit, 8bit, binary */
	EV_TRANSFER_QUOTED,
	EV_TRANSFER_BASE64,
	EV_TRANSFER_OTHER, /* unknown: gives nothing */
};

/* By the label, in any case; an empty one is plain. */
enum ev_transfer_kind ev_transfer_labelled(struct ev_slice label);

struct ev_transfer {
	enum ev_transfer_kind kind;
	struct ev_sink out;
	uint8_t held[2]; /* "=", or "=" and a digit */
	size_t n_held;
	uint32_t bits;
	unsigned n_bits;
};

void ev_transfer_init(struct ev_transfer *t, enum ev_transfer_kind kind, struct ev_sink out);
/* A sink's function; `ctx` is the struct ev_transfer.  What an end cuts short is left out. */
enum evault_status ev_transfer_write(void *ctx, const uint8_t *data, size_t len,
				     struct evault_error *err);

#endif
