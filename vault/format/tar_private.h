/* What the strict tar of packs and the tars of bundles and of others share. */
#ifndef EV_FORMAT_TAR_PRIVATE_H
#define EV_FORMAT_TAR_PRIVATE_H

#include "format/tar.h"

/* POSIX.1-1988 (ustar): where the fields begin, and how long they are. */
enum {
	EV_TAR_NAME_AT = 0,
	EV_TAR_MODE_AT = 100,
	EV_TAR_UID_AT = 108,
	EV_TAR_GID_AT = 116,
	EV_TAR_SIZE_AT = 124,
	EV_TAR_MTIME_AT = 136,
	EV_TAR_SUM_AT = 148,
	EV_TAR_TYPE_AT = 156,
	EV_TAR_MAGIC_AT = 257,
	EV_TAR_VERSION_AT = 263,
	EV_TAR_MAJOR_AT = 329,
	EV_TAR_MINOR_AT = 337,
	EV_TAR_PREFIX_AT = 345,

	EV_TAR_NAME_LEN = 100,
	EV_TAR_SIZE_LEN = 12,
	EV_TAR_SUM_LEN = 8,
	EV_TAR_PREFIX_LEN = 155,
};

/*
 * A header of ours: mode 0000600, no owner, ustar; `mtime` in seconds; its
 * checksum.  The caller has seen to it that name and size fit.
 */
void ev_tar_header_of(uint8_t out[EV_TAR_BLOCK], struct ev_slice name, uint64_t size,
		      uint64_t mtime, char type);
/* The sum of the bytes, with spaces in its own field. */
unsigned ev_tar_sum(const uint8_t block[EV_TAR_BLOCK]);

/* What both readers do with the bytes that come. */
bool ev_tar_is_zero(const uint8_t *data, size_t len);
size_t ev_tar_least(size_t a, uint64_t b);
/*
 * Adds `len` bytes, as many as fit at most, to a block that has *have; true
 * when it is full: then *have is 0 again.
 */
bool ev_tar_fill(uint8_t block[EV_TAR_BLOCK], size_t *have, const uint8_t *data, size_t len);

#endif
