/*
 * The parts of ev_media_type.  Each looks at one family of files and returns
 * NULL when it is none of them.
 */
#ifndef EV_FORMAT_MEDIA_PRIVATE_H
#define EV_FORMAT_MEDIA_PRIVATE_H

#include "format/media.h"

/* True when the bytes at `at` are these. */
bool ev_media_has(struct ev_slice start, size_t at, const char *bytes, size_t len);

/* ISO base media (MP4, HEIF, QuickTime, 3GP): by the brands of its ftyp box. */
const char *ev_media_boxes(struct ev_slice start);
/* Matroska and WebM: by the document type of the EBML header. */
const char *ev_media_ebml(struct ev_slice start);
/* Ogg: by the codecs of the streams that begin on the first pages. */
const char *ev_media_ogg(struct ev_slice start);
/* MP3 and AAC without container: two frames in a row. */
const char *ev_media_frames(struct ev_slice start);
/* MPEG transport streams: sync bytes at the distance of packets. */
const char *ev_media_ts(struct ev_slice start);
/* ZIP, and what is kept in one: by its first members. */
const char *ev_media_zip(struct ev_slice start);
/* HTML, XML, SVG, mail, plain text. */
const char *ev_media_text(struct ev_slice start);

#endif
