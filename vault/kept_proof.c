/*
 * What is kept of other vaults: the log of one, or what came of it in a
 * bundle; and what either proves.
 */
#include <string.h>

#include "receive.h"

void
ev_kept_log_key(const struct ev_provenance *place, struct ev_hash *key)
{
	uint8_t bytes[32 + 8 + 32];

	memcpy(bytes, place->origin.b, 32);
	ev_put_be64(bytes + 32, place->index);
	memcpy(bytes + 40, place->digest.b, 32);
	ev_hash_of(bytes, sizeof(bytes), key);
}

/* ---- which ------------------------------------------------------------------------- */

bool
ev_vault_might_receive(const struct evault *v, const struct ev_catalog_entry *entry)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&entry->actor, hex);
	return ev_authority_wrote(&v->authority, ev_slice_text(hex), entry->index);
}

enum evault_status
ev_vault_next_receive(const struct evault *v, const struct ev_hash *origin, int64_t after,
		      struct ev_catalog_receive *receive, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc;

	do {
		rc = ev_catalog_next_receive(v->catalog, origin, after, receive, err);
		if (rc == EVAULT_OK)
			rc = ev_catalog_entry(v->catalog, receive->index, &entry, err);
		if (rc != EVAULT_OK)
			return rc;
		after = (int64_t)receive->index;
	} while (!ev_vault_might_receive(v, &entry));
	return EVAULT_OK;
}

/* ---- reading ------------------------------------------------------------------------ */

static enum evault_status
give_entry(void *ctx, uint64_t index, const struct ev_entry *entry, struct evault_error *err)
{
	const struct ev_kept_proof *kept = ctx;
	struct ev_kept_entry found = {
		.place = { kept->receive.origin, index, entry->record },
	};

	ev_index_actor(entry, &found.actor);
	return kept->entry(kept->ctx, &found, err);
}

enum evault_status
ev_kept_proof_read(struct evault *v, const struct ev_kept_proof *kept, const struct ev_hash *sha256,
		   struct evault_error *err)
{
	struct ev_kept_log log = { .origin = kept->receive.origin,
				   .size = kept->receive.size,
				   .root = kept->receive.root,
				   .entry = kept->entry == NULL ? NULL : give_entry,
				   .ctx = (void *)(uintptr_t)kept,
				   .pasts = kept->pasts,
				   .n_pasts = kept->n_pasts,
				   .skim = kept->skim };

	return kept->receive.bundle ? ev_kept_bundle_read(v, kept, sha256, err)
				    : ev_kept_log_read(v, &log, sha256, err);
}

/* The same by the record that it is kept with. */
static enum evault_status
read_of(struct evault *v, const struct ev_kept_proof *kept, struct evault_error *err)
{
	const struct ev_record_field *f;
	struct ev_record record;
	struct ev_hash sha256;
	enum evault_status rc;

	ev_record_init(&record);
	rc = ev_vault_record(v, &kept->receive.digest, &record, err);
	f = rc == EVAULT_OK ? ev_record_find(&record, "sha256") : NULL;
	if (f != NULL && ev_hash_parse(ev_slice_of(f->value, f->len), &sha256))
		rc = ev_kept_proof_read(v, kept, &sha256, err);
	else if (rc == EVAULT_OK)
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its record does not say what it keeps");
	ev_record_release(&record);
	return rc;
}

enum evault_status
ev_kept_proof_compare(struct evault *v, const struct ev_catalog_receive *receive,
		      struct ev_log_past *past, struct evault_error *err)
{
	struct ev_kept_proof kept = {
		.receive = *receive, .pasts = past, .n_pasts = 1, .skim = true
	};

	return read_of(v, &kept, err);
}

/* ---- who signed ----------------------------------------------------------------------- */

struct signing {
	const struct ev_provenance *place;
	struct ev_hash actor;
	bool found;
};

static enum evault_status
find_signer(void *ctx, const struct ev_kept_entry *entry, struct evault_error *err)
{
	struct signing *s = ctx;

	(void)err;
	if (entry->place.index != s->place->index ||
	    !ev_hash_equal(&entry->place.digest, &s->place->digest) ||
	    !ev_hash_equal(&entry->place.origin, &s->place->origin))
		return EVAULT_OK;
	s->actor = entry->actor;
	s->found = true;
	return EVAULT_OK;
}

static enum evault_status
look_in(struct evault *v, const struct ev_catalog_receive *receive, struct signing *s,
	struct evault_error *err)
{
	struct ev_kept_proof kept = {
		.receive = *receive, .entry = find_signer, .ctx = s, .skim = true
	};
	enum evault_status rc = read_of(v, &kept, err);

	s->found = s->found && rc == EVAULT_OK;
	return rc;
}

enum evault_status
evault_source_signer(struct evault *v, const struct evault_source *source,
		     char actor_key[EVAULT_HEX_SIZE], struct evault_error *err)
{
	struct ev_provenance place = { .index = source->index };
	struct signing s = { .place = &place };
	struct ev_catalog_receive receive;
	enum evault_status rc = ev_vault_need_reading(v, err), read;
	int64_t after = -1;

	if (rc == EVAULT_OK &&
	    (!ev_hash_parse(ev_slice_text(source->digest), &place.digest) ||
	     !ev_hash_parse(ev_slice_text(source->origin + strlen("evault/")), &place.origin)))
		rc = ev_fail(err, EVAULT_E_USAGE, "no entry of a vault is named so");
	while (rc == EVAULT_OK && !s.found) {
		rc = ev_vault_next_receive(v, &place.origin, after, &receive, err);
		if (rc != EVAULT_OK)
			break;
		after = (int64_t)receive.index;
		read = receive.size > place.index ? look_in(v, &receive, &s, err) : EVAULT_OK;
		if (read == EVAULT_E_NOMEM)
			rc = read;
	}
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, rc, "the log of %s is not here as far as that entry",
			       source->origin);
	if (rc == EVAULT_OK)
		ev_hash_hex(&s.actor, actor_key);
	return rc;
}
