/*
 * tar, strictly: the ustar headers that evault writes into packs, and a
 * reader that takes those and no others.
 *
 * Our header: name of at most 100 bytes, mode 0000600, uid and gid 0, mtime
 * 0, type '0', magic "ustar", version "00", device 0 and 0, no link, user,
 * group or prefix; numbers are octal with leading zeros and a NUL, in the
 * checksum six digits, a NUL and a space.  There is exactly one
 * header for a name and a size, and the reader compares all 512 bytes: what
 * it accepts, every tar reads the same way.
 */
#ifndef EV_FORMAT_TAR_H
#define EV_FORMAT_TAR_H

#include "base/bytes.h"

enum {
	EV_TAR_BLOCK = 512,
	EV_TAR_NAME_MAX = 100,
	EV_TAR_END = 2 * EV_TAR_BLOCK, /* two zero blocks */
};
#define EV_TAR_SIZE_MAX UINT64_C(077777777777) /* 8 GiB - 1 */

/*
 * name: 1 to 100 bytes of [a-z0-9./-], no part of it between slashes empty,
 * "." or ".."; size at most EV_TAR_SIZE_MAX; false otherwise.
 */
bool ev_tar_header(uint8_t out[EV_TAR_BLOCK], struct ev_slice name, uint64_t size);
/* Zero bytes after a member of that size, 0 to 511. */
size_t ev_tar_padding(uint64_t size);
/* Bytes of a whole member: header, body, padding. */
uint64_t ev_tar_member_size(uint64_t size);

/*
 * A reader that takes the stream in pieces of any size.  Calls `member` at
 * each header and `data` for the body's bytes; checks headers, names (each
 * at most once is the caller's to check), padding, end blocks, and that
 * nothing comes after them.
 */
struct ev_tar_events {
	/* `offset` is where the header begins; `name` lives until the call returns. */
	enum evault_status (*member)(void *ctx, struct ev_slice name, uint64_t size,
				     uint64_t offset, struct evault_error *err);
	enum evault_status (*data)(void *ctx, const uint8_t *data, size_t len,
				   struct evault_error *err);
	/* The body is complete. */
	enum evault_status (*end)(void *ctx, struct evault_error *err);
	void *ctx;
};
struct ev_tar_reader {
	struct ev_tar_events events;
	uint8_t block[EV_TAR_BLOCK];
	size_t have;     /* bytes of block */
	uint64_t body;   /* bytes of the body still to come */
	size_t padding;  /* bytes after it still to come */
	uint64_t offset; /* of the next byte in the stream */
	int zero_blocks;
};
void ev_tar_reader_init(struct ev_tar_reader *r, struct ev_tar_events events);
/* E_FORMAT, or what an event returns; the reader is of no use after either. */
enum evault_status ev_tar_reader_update(struct ev_tar_reader *r, const uint8_t *data, size_t len,
					struct evault_error *err);
enum evault_status ev_tar_reader_finish(struct ev_tar_reader *r, struct evault_error *err);

#endif
