/*
 * Media types by content (RFC 6838): a table of signatures, and a closer look
 * at the few containers that hold different things.
 */
#ifndef EV_FORMAT_MEDIA_H
#define EV_FORMAT_MEDIA_H

#include "base/bytes.h"

enum {
	EV_MEDIA_SAMPLE = 4096 /* bytes from the start of a file that are worth giving */
};

/*
 * The media type of a file that begins with `start`; a constant string, never
 * NULL.  "application/octet-stream" when nothing tells, "application/x-empty"
 * for no bytes.  It is a guess that helps to find things, and no promise that
 * the file can be shown.
 */
const char *ev_media_type(struct ev_slice start);

/*
 * What a file of that type has after the dot: 1 to 5 of [a-z0-9].  "bin" for
 * all others, and for pages, which a browser would run.
 */
const char *ev_media_ext(struct ev_slice type);

#endif
