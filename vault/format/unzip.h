/*
 * The members of a ZIP file, as its bytes come: by their local headers, one
 * after the other, in memory that does not grow.  The directory at the end is
 * not looked at.  What cannot be read (encrypted, damaged, of another method,
 * of unknown size and not compressed) ends the reading, and is no failure.
 */
#ifndef EV_FORMAT_UNZIP_H
#define EV_FORMAT_UNZIP_H

#include "base/bytes.h"

enum {
	EV_UNZIP_NAME_MAX = 255,       /* of a longer name, its first bytes */
	EV_UNZIP_BYTES_MAX = 256 << 20 /* decompressed, of all members; then it ends */
};

struct ev_unzip;

struct ev_unzip_to {
	/* A member begins: true, and its bytes are to be written to `out`. */
	bool (*begin)(void *ctx, struct ev_slice name);
	/* The last member that was wanted is over, or as much of it as there is. */
	enum evault_status (*end)(void *ctx, struct evault_error *err);
	ev_sink_fn *out;
	void *ctx;
};

/* About 60 KiB.  E_NOMEM. */
enum evault_status ev_unzip_new(const struct ev_unzip_to *to, struct ev_unzip **unzip,
				struct evault_error *err);
/* A sink's function; `ctx` is the struct ev_unzip.  Fails when what was given in `to` does. */
enum evault_status ev_unzip_write(void *ctx, const uint8_t *data, size_t len,
				  struct evault_error *err);
enum evault_status ev_unzip_end(struct ev_unzip *unzip, struct evault_error *err);
void ev_unzip_free(struct ev_unzip *unzip);

#endif
