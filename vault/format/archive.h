/*
 * tar, as bundles have it: a reader of what common programs write (v7, ustar,
 * GNU, pax), and the writer of our own members.
 *
 * The reader takes no archive that two programs may read as two things: a
 * pax size that is not the header's (CVE-2025-62518), two names for one
 * member, bytes after the end.  It takes files alone; folders are passed
 * over; links, devices, pipes and files with holes are refused in words.  It
 * needs at most EV_ARCHIVE_EXTRA_MAX bytes and three names of memory, however
 * large the archive is.
 */
#ifndef EV_FORMAT_ARCHIVE_H
#define EV_FORMAT_ARCHIVE_H

#include "format/path.h"
#include "format/tar.h"

enum {
	EV_ARCHIVE_EXTRA_MAX = 64 * 1024, /* bytes of a pax header, and of a GNU long name */
};

struct ev_archive_reader;

/*
 * The events are those of ev_tar_reader: `name` was checked by ev_path_check,
 * has no "./" before it, and may come twice; `offset` is that of the member's
 * own header.  NULL when memory runs out.
 */
struct ev_archive_reader *ev_archive_reader_new(struct ev_tar_events events);
/*
 * The next bytes of the stream, in pieces of any size.  E_FORMAT, with where
 * and what in words; E_LIMIT for an extended header above
 * EV_ARCHIVE_EXTRA_MAX; E_NOMEM; or what an event returns.  The reader is of
 * no use after any of them.
 */
enum evault_status ev_archive_reader_update(struct ev_archive_reader *r, const uint8_t *data,
					    size_t len, struct evault_error *err);
/* The stream is over.  E_FORMAT when it has no end (two blocks of zeros): it was cut short. */
enum evault_status ev_archive_reader_finish(struct ev_archive_reader *r, struct evault_error *err);
void ev_archive_reader_free(struct ev_archive_reader *r);

/* ---- writing ----------------------------------------------------------- */

#define EV_ARCHIVE_SIZE_MAX ((uint64_t)INT64_MAX)

/*
 * Appends what comes before a member's body: a ustar header, and before it
 * one of pax with the size where that is above EV_TAR_SIZE_MAX.  The body,
 * ev_tar_padding(size) zeros, and after the last member EV_TAR_END zeros are
 * the caller's.  name: 1 to 100 bytes of A-Z a-z 0-9 . _ - and /, and as
 * ev_path_check wants it.  E_USAGE otherwise; E_NOMEM.
 */
enum evault_status ev_archive_header(struct ev_buf *out, struct ev_slice name, uint64_t size,
				     struct evault_error *err);
/* Bytes of a whole member: headers, body, padding. */
uint64_t ev_archive_member_size(uint64_t size);

#endif
