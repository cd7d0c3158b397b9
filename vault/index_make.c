/*
 * Making the index anew: on disk if it can be, otherwise in memory.
 */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "vault.h"

enum {
	SLOW = 5 * 1000, /* milliseconds: worth a word about --index */
	MAKE_TRIES = 4
};

void
ev_index_key(const struct evault *v, bool *has)
{
	const struct ev_authority *a = &v->authority;
	char text[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient r;
	size_t i;

	*has = false;
	for (i = 0; i < v->keys->n_reads && a->n_read_keys > 0 && !*has; i++) {
		ev_age_identity_recipient(&v->keys->reads[i], &r);
		ev_age_recipient_text(&r, text);
		*has = strcmp(text, a->read_keys[a->n_read_keys - 1]) == 0;
		if (*has)
			ev_page_key_derive(v->keys->reads[i].b, v->index.key);
	}
}

void
ev_index_tell(const struct evault *v, const struct evault_error *said)
{
	if (v->index.notice != NULL)
		v->index.notice(v->index.ctx, said->text);
}

static enum evault_status
put_in_place(struct evault *v, struct ev_catalog *c)
{
	enum evault_status rc = ev_index_publish(v, c, NULL);

	/* If the new name is lost with the power, it is made once more: no need to sync the folder.
	 */
	if (rc == EVAULT_OK)
		rc = ev_os_rename(v->index.dir, v->index.fresh, v->index.name, true, NULL);
	if (rc != EVAULT_OK)
		(void)ev_os_unlink(v->index.dir, v->index.fresh, NULL);
	return rc;
}

/* On disk if it can be, otherwise in memory; *kept tells.  Of a vault aside, without a name. */
static enum evault_status
make(struct evault *v, struct ev_catalog **out, bool *kept, struct evault_error *err)
{
	struct ev_sealed *store = NULL;
	struct ev_catalog *c = NULL;
	struct ev_hash schema;
	bool has_key;
	enum evault_status rc = EVAULT_E_KEY;

	ev_index_key(v, &has_key);
	ev_catalog_schema_hash(&schema);
	if (has_key && !v->aside)
		rc = ev_sealed_create(v->index.dir, v->index.fresh, v->index.key, &schema, &store,
				      NULL);
	*kept = rc == EVAULT_OK;
	if (!*kept)
		rc = v->aside ? ev_sealed_scratch(v->scratch, &store, err)
			      : ev_sealed_memory(&store, err);
	if (rc == EVAULT_OK)
		rc = ev_catalog_open(store, &c, err);
	if (rc == EVAULT_OK)
		rc = ev_index_fill(v, c, 0, err);
	if (*kept && rc != EVAULT_OK)
		(void)ev_os_unlink(v->index.dir, v->index.fresh, NULL);
	if (*kept && rc == EVAULT_OK)
		*kept = put_in_place(v, c) == EVAULT_OK;
	if (rc == EVAULT_OK) {
		*out = c;
		c = NULL;
	}
	ev_catalog_free(c);
	return rc;
}

/* Ends the update of one that is only asked from now on. */
static enum evault_status
settle(struct evault *v, struct ev_catalog *c, bool kept, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (v->access == EVAULT_WRITE)
		ev_sealed_hold_writer(ev_catalog_store(c));
	else if (kept)
		ev_catalog_end(c);
	else
		rc = ev_catalog_commit(c, err);
	return rc;
}

/* The same, of the log as it is then: packs may be replaced meanwhile. */
static enum evault_status
make_of_latest(struct evault *v, struct ev_catalog **out, bool *kept, struct evault_error *err)
{
	enum evault_status rc = make(v, out, kept, err);
	bool same;
	int tries;

	for (tries = 0; rc == EVAULT_E_CHANGED && tries < MAKE_TRIES; tries++) {
		rc = ev_vault_read_all(v, &same, err);
		if (rc == EVAULT_OK)
			rc = make(v, out, kept, err);
	}
	if (rc == EVAULT_E_CHANGED)
		return ev_fail(err, EVAULT_E_BUSY,
			       "%s: packs of it were replaced while it was read: run this again",
			       v->shown);
	return rc;
}

enum evault_status
ev_index_make(struct evault *v, const struct evault_error *why, struct ev_catalog **c,
	      struct evault_error *err)
{
	struct evault_error said = { 0 };
	uint64_t since = ev_os_ticks(), took;
	bool kept = false, same;
	enum evault_status rc = EVAULT_OK;

	/* An index is made of a log that was verified in full. */
	if (v->skipped > 0)
		rc = ev_vault_read_all(v, &same, err);
	if (rc == EVAULT_OK)
		rc = make_of_latest(v, c, &kept, err);
	took = ev_os_ticks() - since;
	if (rc == EVAULT_OK)
		rc = settle(v, *c, kept, err);
	if (rc != EVAULT_OK)
		return rc;
	v->index.behind = 0;
	if (why->text[0] != '\0' && kept)
		(void)ev_fail(&said, EVAULT_OK, "%s; the index was made anew", why->text);
	else if (why->text[0] != '\0')
		(void)ev_fail(&said, EVAULT_OK, "%s; one in memory was used instead", why->text);
	if (said.text[0] != '\0')
		ev_index_tell(v, &said);
	if (!kept && !v->aside && took > SLOW) {
		(void)ev_fail(&said, EVAULT_OK,
			      "%s: no index can be kept here, and finding everything took %u "
			      "seconds; --index DIR keeps one in a folder of yours",
			      v->shown, (unsigned)(took / 1000));
		ev_index_tell(v, &said);
	}
	return EVAULT_OK;
}

enum evault_status
ev_index_make_again(void *ctx, const struct evault_error *why, struct evault_error *err)
{
	struct evault *v = ctx;
	struct ev_catalog *fresh = NULL;
	enum evault_status rc = ev_index_make(v, why, &fresh, err);

	if (rc == EVAULT_OK)
		ev_catalog_adopt(v->catalog, fresh);
	return rc;
}
