/*
 * SQLite's way to the sealed file: a VFS object for each catalog, so that
 * SQLite opens nothing by itself.
 */
#ifndef EV_STORE_CATALOG_VFS_H
#define EV_STORE_CATALOG_VFS_H

#include <sqlite3.h>

#include "store/sealed.h"

struct ev_catalog_vfs {
	sqlite3_vfs vfs;
	char name[40];
	struct ev_sealed *store; /* may be another one from one question to the next */
	uint32_t salt;           /* another one for each store: see catalog_vfs.c */
	struct evault_error why; /* of the last refusal */
	bool starved; /* there was no memory for one: what SQLite says since may be of that */
};

/* Opens the database in v->store; `v` must stay where it is until *db is closed. */
int ev_catalog_vfs_open(struct ev_catalog_vfs *v, sqlite3 **db);

#endif
