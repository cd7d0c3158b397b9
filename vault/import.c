#include "import.h"

#include <string.h>

#include "base/os.h"
#include "base/secret.h"

enum {
	UPDATE_WAIT = 20 * 1000, /* milliseconds, for another process that adds */
	FRONT =
	    EV_INDEX_FIRST_BLOCK * EV_PAGE_SIZE, /* heads and salt: without them nothing opens */
};

/* ---- its key ---------------------------------------------------------------------- */

static bool
read_salt(const struct evault *v, struct ev_import_salt *salt)
{
	return ev_sealed_read_salt(v->index.dir, v->index.name, salt);
}

bool
ev_import_is_there(const struct evault *v)
{
	struct ev_import_salt salt;

	return read_salt(v, &salt);
}

/* ---- on the disk ------------------------------------------------------------------- */

/* Is it of the past of this log? */
static enum evault_status
judge(struct evault *v, struct ev_catalog *c, struct evault_error *err)
{
	const struct ev_index_head *head = ev_sealed_head(ev_catalog_store(c));
	bool goes_on = false;
	enum evault_status rc = EVAULT_OK;

	if (head->size <= ev_log_head(v->log)->size)
		rc = ev_log_goes_on(v->log, head->size, &head->root, &goes_on, err);
	return rc == EVAULT_OK && !goes_on ? EVAULT_E_DAMAGED : rc;
}

/* Reads every page: who adds cannot start again when one is bad. */
static enum evault_status
verify_pages(struct ev_sealed *store, struct evault_error *err)
{
	uint32_t i, n = ev_sealed_pages(store);
	uint8_t page[EV_PAGE_SIZE];
	enum evault_status rc = EVAULT_OK;

	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = ev_sealed_read(store, i, page, err);
	ev_wipe(page, sizeof(page));
	return rc;
}

/* One that was left; whatever is wrong with it, another one takes its place. */
static enum evault_status
take_up(struct evault *v, struct ev_page_key *key, struct ev_catalog **out)
{
	struct ev_import_salt salt;
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash schema;
	enum evault_status rc;

	if (!read_salt(v, &salt))
		return EVAULT_E_NOT_FOUND;
	ev_catalog_schema_hash(&schema);
	ev_page_key_derive_import(v->keys->slot->actor.b, &salt, key);
	rc = ev_sealed_open(v->index.dir, v->index.name, key, &schema, &store, NULL);
	if (rc == EVAULT_OK)
		rc = ev_sealed_begin(store, UPDATE_WAIT, NULL);
	if (rc == EVAULT_OK)
		rc = verify_pages(store, NULL);
	if (rc != EVAULT_OK) {
		ev_sealed_free(store);
		return rc;
	}
	rc = ev_catalog_open(store, &c, NULL);
	if (rc == EVAULT_OK)
		rc = judge(v, c, NULL);
	if (rc == EVAULT_OK)
		rc = ev_catalog_begin(c, NULL);
	if (rc == EVAULT_OK) {
		*out = c;
		c = NULL;
	}
	ev_catalog_free(c);
	return rc;
}

/* An empty one, in the place of whatever is there. */
static enum evault_status
begin(struct evault *v, struct ev_page_key *key, struct ev_catalog **out)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);
	struct ev_import_salt salt;
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash schema;
	enum evault_status rc;

	ev_random(salt.b, sizeof(salt.b));
	ev_page_key_derive_import(v->keys->slot->actor.b, &salt, key);
	ev_catalog_schema_hash(&schema);
	rc = ev_sealed_create(v->index.dir, v->index.fresh, key, &schema, &store, NULL);
	if (rc == EVAULT_OK)
		rc = ev_sealed_give_salt(store, &salt, NULL);
	if (rc != EVAULT_OK)
		goto out;
	rc = ev_catalog_open(store, &c, NULL);
	store = NULL;
	if (rc == EVAULT_OK)
		rc = ev_catalog_publish(c, head->size, &head->root, NULL);
	if (rc == EVAULT_OK)
		rc = ev_os_rename(v->index.dir, v->index.fresh, v->index.name, true, NULL);
	if (rc == EVAULT_OK) {
		*out = c;
		c = NULL;
	} else {
		(void)ev_os_unlink(v->index.dir, v->index.fresh, NULL);
	}
out:
	ev_catalog_free(c);
	ev_sealed_free(store);
	return rc;
}

/* ---- an import ---------------------------------------------------------------------- */

enum evault_status
ev_import_begin(struct evault *v, struct evault_error *err)
{
	struct ev_page_key *key = ev_secret_new(sizeof(*key));
	struct ev_catalog *c = NULL;
	enum evault_status rc;

	if (key == NULL)
		return ev_fail_nomem(err);
	rc = take_up(v, key, &c);
	if (rc != EVAULT_OK && rc != EVAULT_E_NOMEM)
		rc = begin(v, key, &c);
	ev_secret_free(key);
	if (rc == EVAULT_E_NOMEM)
		return ev_fail_nomem(err);
	if (rc != EVAULT_OK)
		return EVAULT_OK; /* the one in memory does */
	ev_sealed_hold_writer(ev_catalog_store(c));
	ev_catalog_free(v->catalog);
	v->catalog = c;
	v->importing = true;
	return EVAULT_OK;
}

void
ev_import_commit(struct evault *v)
{
	const struct ev_checkpoint *head = ev_log_head(v->log);

	if (ev_sealed_is_kept(ev_catalog_store(v->catalog)))
		(void)ev_catalog_publish(v->catalog, head->size, &head->root, NULL);
}

/* What opens it is overwritten before its name goes. */
static enum evault_status
overwrite(const struct evault *v, const char *name, struct evault_error *err)
{
	enum evault_status rc, unlinked;
	int fd = -1;

	rc = ev_os_open_shared(v->index.dir, name, true, false, &fd, err);
	if (rc == EVAULT_E_NOT_FOUND)
		return EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_os_overwrite(fd, FRONT, name, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, name, err);
	ev_os_close_read(fd);
	unlinked = ev_os_unlink(v->index.dir, name, rc == EVAULT_OK ? err : NULL);
	return rc == EVAULT_OK ? unlinked : rc;
}

static enum evault_status
destroy(const struct evault *v, struct evault_error *err)
{
	enum evault_status rc = overwrite(v, v->index.name, err), fresh, synced;

	fresh = overwrite(v, v->index.fresh, rc == EVAULT_OK ? err : NULL);
	rc = rc == EVAULT_OK ? fresh : rc;
	synced = ev_os_sync_dir(v->index.dir, ".", rc == EVAULT_OK ? err : NULL);
	return rc == EVAULT_OK ? synced : rc;
}

enum evault_status
ev_import_end(struct evault *v, bool keep, struct evault_error *err)
{
	bool was = v->importing;
	struct ev_catalog *empty = NULL;
	enum evault_status rc;

	if (!was)
		return EVAULT_OK;
	v->importing = false;
	ev_catalog_free(v->catalog);
	v->catalog = NULL;
	rc = ev_catalog_new(&empty, err);
	v->catalog = empty;
	return keep || rc == EVAULT_E_NOMEM ? rc : destroy(v, err);
}
