/*
 * What a file says of whoever made it: a position, a person, a device, a time
 * (enum evault_carries); in EXIF of JPEG and TIFF, in the document properties of
 * office files, in the information of a PDF.  A look and no more: what is
 * not found may be there.
 */
#ifndef EV_FORMAT_CARRIES_H
#define EV_FORMAT_CARRIES_H

#include "base/bytes.h"

/* How many bytes of the start of a file of this media type to look at; 0: none. */
size_t ev_carries_enough(struct ev_slice media_type);
/* What is in these bytes; any bytes may be given. */
unsigned ev_carries(struct ev_slice start);

#endif
