/* Giving originals back. */
#ifndef EVAULT_GET_H
#define EVAULT_GET_H

#include "common.h"
#include "item.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evault_get_event {
	const struct evault_item *item;
	const char *path; /* where it was written, below what was given; NULL: nowhere */
	enum evault_status status;
	const char *why; /* NULL, or a sentence */
};

struct evault_get {
	const uint64_t *items; /* indices of entries with a record that has a file */
	size_t n_items;
	const char *out; /* a folder, or for one item a file; NULL: `fd` */
	bool folder;     /* `out` is a folder, also for one item */
	int fd;          /* written to when `out` is NULL */
	bool force;      /* replace existing files */
	void (*event)(void *ctx, const struct evault_get_event *event);
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_get_summary {
	uint64_t given, failed;
	uint64_t bytes;
	bool logged;                    /* the access is an entry in the log */
	struct evault_error not_logged; /* why not */
	bool cancelled;
};

/*
 * Gives originals back.  A file is visible under its name only when it is
 * whole and its SHA-256 is the one that was kept (to `fd`, bytes are written
 * as they come, and a mismatch is E_DAMAGED).  The access is logged first,
 * if the vault is open for writing; otherwise `logged` is false.
 * An item that cannot be given is an event; the others go on, unless it is
 * for want of room (E_FULL, E_READ_ONLY) or of somebody who reads (E_IO).
 */
enum evault_status evault_get(struct evault *vault, const struct evault_get *what,
			      struct evault_get_summary *summary, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
