/*
 * Names of files in the archives and manifests of others: relative, below
 * the folder that they are in, on whatever system; and when two are one.
 */
#ifndef EV_FORMAT_PATH_H
#define EV_FORMAT_PATH_H

#include "base/bytes.h"

enum {
	EV_PATH_MAX = 4096 /* bytes */
};

/*
 * Passes over "./" at the start, however often, which says nothing.  What is
 * left may be empty.
 */
struct ev_slice ev_path_plain(struct ev_slice path);
/*
 * 1 to EV_PATH_MAX bytes; no part between slashes empty, "." or ".."; no
 * backslash, no NUL, no drive ("C:") and no "~" at the start: so it is below
 * its folder wherever it is taken literally.  It need not be UTF-8.  E_FORMAT,
 * with the name and what is wrong with it in words.
 */
enum evault_status ev_path_check(struct ev_slice path, struct evault_error *err);
/*
 * Appends a key: of two names it is the same when some file system that is in
 * use takes them for one (case, composed letters, dots and spaces at the end
 * of a part).  To compare whole; it is no path.
 */
void ev_path_key(struct ev_buf *out, struct ev_slice path);

#endif
