/*
 * The VFS of one catalog: its only file is the sealed store.  No journal, no
 * WAL, no temporary file, no shared memory: opening any of these fails.
 *
 * SQLite tells by the change counter and the schema cookie in page 1 whether
 * what it remembers still holds.  When the store under an open database is
 * replaced by a new one, these may be the same by chance; so each store has a
 * salt, which is added to them on the way up and taken off on the way down.
 */
#include "store/catalog_vfs.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "base/secret.h"

struct file {
	sqlite3_file base;
	struct ev_catalog_vfs *v;
	int level;
};

static struct ev_catalog_vfs *
vfs_of(sqlite3_file *file)
{
	return ((struct file *)(void *)file)->v;
}

static int
refuse(struct ev_catalog_vfs *v, enum evault_status rc, int otherwise)
{
	v->why.status = rc;
	switch (rc) {
	case EVAULT_OK:
		return SQLITE_OK;
	case EVAULT_E_NOMEM:
		v->starved = true;
		return SQLITE_NOMEM;
	case EVAULT_E_BUSY:
		return SQLITE_BUSY;
	case EVAULT_E_LIMIT:
		return SQLITE_FULL;
	default:
		return otherwise;
	}
}

/* ---- pages ---------------------------------------------------------------- */

static void
add_salt(uint8_t page[EV_PAGE_SIZE], uint32_t salt)
{
	static const size_t places[] = { 24, 40, 92 }; /* change counter, cookie, counter again */
	struct ev_cursor c;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		c = ev_cursor_of(page + places[i], 4);
		ev_put_be32(page + places[i], ev_cursor_be32(&c) + salt);
	}
}

static int
file_read(sqlite3_file *file, void *out, int amount, sqlite3_int64 offset)
{
	struct ev_catalog_vfs *v = vfs_of(file);
	uint64_t number = (uint64_t)offset / EV_PAGE_SIZE, from = (uint64_t)offset % EV_PAGE_SIZE;
	uint8_t page[EV_PAGE_SIZE];
	enum evault_status rc;

	if (from + (uint64_t)amount > EV_PAGE_SIZE || number >= EV_INDEX_PAGES_MAX)
		return SQLITE_IOERR_READ;
	memset(out, 0, (size_t)amount);
	if (number >= ev_sealed_pages(v->store))
		return SQLITE_IOERR_SHORT_READ;
	rc = ev_sealed_read(v->store, (uint32_t)number, page, &v->why);
	if (rc != EVAULT_OK)
		return refuse(v, rc, SQLITE_IOERR_READ);
	if (number == 0)
		add_salt(page, v->salt);
	memcpy(out, page + from, (size_t)amount);
	return SQLITE_OK;
}

static int
file_write(sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
	struct ev_catalog_vfs *v = vfs_of(file);
	uint64_t number = (uint64_t)offset / EV_PAGE_SIZE;
	uint8_t page[EV_PAGE_SIZE];

	if (amount != EV_PAGE_SIZE || offset % EV_PAGE_SIZE != 0 || number >= EV_INDEX_PAGES_MAX)
		return SQLITE_IOERR_WRITE;
	memcpy(page, data, sizeof(page));
	if (number == 0)
		add_salt(page, 0u - v->salt);
	return refuse(v, ev_sealed_write(v->store, (uint32_t)number, page, &v->why),
		      SQLITE_IOERR_WRITE);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	ev_sealed_cut(vfs_of(file)->store, (uint32_t)((uint64_t)size / EV_PAGE_SIZE));
	return SQLITE_OK;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)ev_sealed_pages(vfs_of(file)->store) * EV_PAGE_SIZE;
	return SQLITE_OK;
}

/* ---- locks ---------------------------------------------------------------- */

/* Readers share; who updates holds the store already (sealed.h, invariant 2). */
static int
file_lock(sqlite3_file *file, int level)
{
	struct file *f = (struct file *)(void *)file;
	enum evault_status rc = EVAULT_OK;

	if (level > SQLITE_LOCK_SHARED && !ev_sealed_is_updating(f->v->store))
		return SQLITE_READONLY;
	if (f->level == SQLITE_LOCK_NONE && level >= SQLITE_LOCK_SHARED)
		rc = ev_sealed_look(f->v->store, &f->v->why);
	if (rc != EVAULT_OK)
		return refuse(f->v, rc, SQLITE_IOERR_LOCK);
	if (level > f->level)
		f->level = level;
	return SQLITE_OK;
}

static int
file_unlock(sqlite3_file *file, int level)
{
	struct file *f = (struct file *)(void *)file;

	if (level == SQLITE_LOCK_NONE)
		ev_sealed_look_away(f->v->store);
	if (level < f->level)
		f->level = level;
	return SQLITE_OK;
}

static int
file_check_reserved(sqlite3_file *file, int *is)
{
	(void)file;
	*is = 0;
	return SQLITE_OK;
}

/* ---- the rest -------------------------------------------------------------- */

static int
file_close(sqlite3_file *file)
{
	return file_unlock(file, SQLITE_LOCK_NONE);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK; /* ev_sealed_publish does */
}

static int
file_control(sqlite3_file *file, int what, void *with)
{
	(void)file;
	(void)what;
	(void)with;
	return SQLITE_NOTFOUND;
}

static int
file_sector(sqlite3_file *file)
{
	(void)file;
	return EV_PAGE_SIZE;
}

static int
file_traits(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct file *f = (struct file *)(void *)file;

	(void)name;
	memset(f, 0, sizeof(*f));
	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return SQLITE_CANTOPEN;
	f->v = vfs->pAppData;
	f->base.pMethods = &methods;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *is)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*is = 0;
	return SQLITE_OK;
}

static int
vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)size, "%s", name);
	return SQLITE_OK;
}

static int
vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	ev_random(out, (size_t)len);
	return len;
}

static int
vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	ev_os_pause((unsigned)microseconds / 1000);
	return microseconds;
}

static int
vfs_time(sqlite3_vfs *vfs, double *days)
{
	struct ev_os_time now;

	(void)vfs;
	ev_os_now(&now);
	*days = (double)now.seconds / 86400.0 + 2440587.5;
	return SQLITE_OK;
}

int
ev_catalog_vfs_open(struct ev_catalog_vfs *v, sqlite3 **db)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE;
	int rc;

	snprintf(v->name, sizeof(v->name), "evault-%p", (void *)v);
	v->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct file),
		.mxPathname = 64,
		.zName = v->name,
		.pAppData = v,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
	};
	rc = sqlite3_vfs_register(&v->vfs, 0);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_open_v2("index", db, flags, v->name);
	/* The database keeps what it needs of it; nobody else shall find it. */
	sqlite3_vfs_unregister(&v->vfs);
	return rc;
}
