/* What the headers of tar say, for the reader (archive.c). */
#ifndef EV_FORMAT_ARCHIVE_PRIVATE_H
#define EV_FORMAT_ARCHIVE_PRIVATE_H

#include "format/archive.h"

/* What extended headers say of the member after them. */
struct ev_archive_extra {
	bool pax;      /* there was one of pax */
	bool gnu;      /* there was one of GNU */
	bool has_name; /* `name` is set */
	bool has_size; /* `size` is */
	bool has_link; /* it is a link to something */
	struct ev_buf name;
	uint64_t size;
};

/* The type of a member: what its header's byte means. */
enum ev_archive_kind {
	EV_ARCHIVE_FILE,
	EV_ARCHIVE_FOLDER,
	EV_ARCHIVE_PAX,       /* 'x' */
	EV_ARCHIVE_PAX_ALL,   /* 'g' */
	EV_ARCHIVE_LONG_NAME, /* GNU 'L' */
	EV_ARCHIVE_LONG_LINK, /* GNU 'K' */
	EV_ARCHIVE_OTHER,     /* evault takes no such thing */
};
struct ev_archive_header {
	enum ev_archive_kind kind;
	const char *other; /* OTHER: what it is, in words */
	uint64_t size;
	char name[EV_TAR_NAME_MAX + 1 + 155 + 1]; /* with its prefix, and a NUL */
};

/*
 * Reads a header: checksum, kind of tar, type, size, name.  NULL, or what is
 * wrong with it, in words that are yet to be looked up.
 */
const char *ev_archive_header_read(const uint8_t block[EV_TAR_BLOCK], struct ev_archive_header *h);

/*
 * The body of an extended header of that kind, into `extra`.  The same; also
 * sets extra->name bad when memory runs out.
 */
const char *ev_archive_extra_read(enum ev_archive_kind kind, struct ev_slice body,
				  struct ev_archive_extra *extra);

#endif
