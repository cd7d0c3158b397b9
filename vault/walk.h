/*
 * Walking what a person named to be added: files and folders, in byte order
 * of names, without following links.
 */
#ifndef EV_WALK_H
#define EV_WALK_H

#include "base/os.h"

enum {
	EV_WALK_DEPTH_MAX = 400 /* folders in one another: each takes a descriptor */
};

struct ev_walk_file {
	int dir;            /* its folder, open */
	const char *name;   /* in `dir` */
	const char *path;   /* to show: as given, and what is below */
	const char *folder; /* for the record: from the last component of what was given; or "" */
	struct ev_os_stat stat;
};

struct ev_walk {
	const char *const *excludes;
	size_t n_excludes;
	uint64_t skip_device,
	    skip_inode; /* a folder that is passed over with a word: the vault; or 0 */
	enum evault_status (*file)(void *ctx, const struct ev_walk_file *file,
				   struct evault_error *err);
	/* Links, devices …, and what cannot be opened. */
	enum evault_status (*skipped)(void *ctx, const char *path, bool failed, const char *why,
				      struct evault_error *err);
	void *ctx;
};

/* Walks one path.  What `file` and `skipped` return stops it. */
enum evault_status ev_walk(const struct ev_walk *walk, const char *path, struct evault_error *err);

#endif
