/*
 * What is kept of a bundle: its members without the originals, verified again
 * by the rules that hold for a bundle, as far as they do not need the rest.
 */
#include <string.h>

#include "format/archive.h"
#include "receive.h"
#include "verify.h"

struct reading {
	struct evault *v;
	const struct ev_hash *sha256;
	unsigned copy;
	struct ev_hasher *hasher;
	struct ev_archive_reader *tar;
	bool wrong; /* it is not what is kept of a bundle: no matter of the bytes being damaged */
};

static enum evault_status
wrong(struct reading *r, struct evault_error *err, const char *what)
{
	r->wrong = true;
	return ev_fail(err, EVAULT_E_DAMAGED, "%s", what);
}

static enum evault_status
take_bytes(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;
	enum evault_status rc;

	ev_hasher_update(r->hasher, data, len);
	rc = ev_archive_reader_update(r->tar, data, len, err);
	return rc == EVAULT_E_FORMAT ? wrong(r, err, _("is no tar as what is kept of a bundle is"))
				     : rc;
}

/* One pass over one copy of it. */
static enum evault_status
read_members(void *ctx, struct ev_tar_events events, struct evault_error *err)
{
	struct reading *r = ctx;
	struct ev_sink out = { take_bytes, r };
	struct ev_hash found;
	enum evault_status rc;

	r->tar = ev_archive_reader_new(events);
	if (r->tar == NULL)
		return ev_fail_nomem(err);
	ev_hasher_final(r->hasher, &found);
	rc = ev_vault_object(r->v, r->sha256, r->copy, out, err);
	ev_hasher_final(r->hasher, &found);
	if (rc == EVAULT_OK && !ev_hash_equal(&found, r->sha256))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	if (rc == EVAULT_OK && ev_archive_reader_finish(r->tar, NULL) != EVAULT_OK)
		rc = wrong(r, err, _("ends before its last member"));
	ev_archive_reader_free(r->tar);
	r->tar = NULL;
	return rc;
}

/* ---- what it shows ---------------------------------------------------------------- */

static bool
is_of(const struct ev_verifying *b, const struct ev_catalog_receive *receive)
{
	struct ev_hash origin;

	return b->has_share && b->has_tag_manifest &&
	       ev_hash_equal(&b->share.tagmanifest, &receive->tagmanifest) &&
	       ev_hash_equal(&b->tag_manifest, &receive->tagmanifest) &&
	       ev_hash_parse(ev_slice_text(b->share.origin + strlen("evault/")), &origin) &&
	       ev_hash_equal(&origin, &receive->origin) && b->share.size == receive->size &&
	       ev_hash_equal(&b->share.root, &receive->root);
}

/* Nothing is in it but what the lists have, as they have it. */
static bool
is_as_listed(const struct ev_verifying *b)
{
	const struct ev_verify_member *m;
	struct ev_verify_place place;
	enum ev_verify_kind kind;
	struct ev_slice name;
	uint32_t i;

	for (i = 0; i < b->members.n; i++) {
		m = &b->members.list[i];
		name = ev_slice_text(ev_verify_members_name(&b->members, i));
		kind = ev_verify_kind_of(name, &place);
		if (m->found && (m->differs || (m->listed == 0 && kind != EV_BUNDLE_TAG_MANIFEST &&
						kind != EV_BUNDLE_SHARE_NOTE)))
			return false;
	}
	return true;
}

/* The digits that end the name of an actor's key. */
static void
actor_of(const struct ev_verifier *signer, struct ev_hash *actor)
{
	ev_hash_parse(ev_slice_of(signer->name + strlen(signer->name) - 64, 64), actor);
}

enum evault_status
ev_kept_bundle_sources(const struct ev_verifying *b, ev_kept_entry_fn *fn, void *ctx,
		       struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const struct ev_verify_source *source;
	struct ev_kept_entry found;
	const char *origin;
	size_t i;

	for (i = 0; i < b->n_sources && rc == EVAULT_OK; i++) {
		source = &b->sources[i];
		origin = b->logs[source->log]->origin;
		if (!ev_verify_entry_stands(&source->entry) ||
		    !ev_hash_parse(ev_slice_text(origin + strlen("evault/")), &found.place.origin))
			continue;
		found.place.index = source->entry.index;
		found.place.digest = source->entry.named;
		actor_of(source->entry.signer, &found.actor);
		rc = fn(ctx, &found, err);
	}
	return rc;
}

static enum evault_status
give_items(const struct ev_verifying *b, const struct ev_kept_proof *kept, struct evault_error *err)
{
	struct ev_kept_entry found = { .place.origin = kept->receive.origin };
	const struct ev_verify_item *item;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (kept->entry == NULL)
		return EVAULT_OK;
	for (i = 0; i < b->n_items && rc == EVAULT_OK; i++) {
		item = &b->items[i];
		if (!ev_verify_item_stands(item))
			continue;
		found.place.index = item->entry.index;
		found.place.digest = item->digest;
		actor_of(item->entry.signer, &found.actor);
		rc = kept->entry(kept->ctx, &found, err);
	}
	return rc == EVAULT_OK ? ev_kept_bundle_sources(b, kept->entry, kept->ctx, err) : rc;
}

static enum evault_status
read_copy(struct reading *r, const struct ev_kept_proof *kept, struct evault_error *err)
{
	struct evault_verify what = { .path = "" };
	struct evault_verify_summary summary;
	struct ev_verifying *b;
	enum evault_status rc = ev_verify_begin(&what, &summary, &b, err);
	size_t i;

	for (i = 0; i < kept->n_pasts; i++)
		kept->pasts[i].reached = kept->pasts[i].agrees = false;
	if (rc == EVAULT_OK) {
		b->read = read_members;
		b->read_ctx = r;
		b->kept = true;
		b->known.pasts = kept->pasts;
		b->known.n_pasts = kept->n_pasts;
		rc = ev_verify_run_kept(b, err);
	}
	if (rc == EVAULT_OK && !is_of(b, &kept->receive))
		rc = wrong(r, err, _("is of another bundle than its record says"));
	if (rc == EVAULT_OK && (!b->own_log.trusted || summary.signer[0] == '\0'))
		rc = wrong(r, err, _("is not signed as a bundle is"));
	if (rc == EVAULT_OK && !is_as_listed(b))
		rc = wrong(r, err, _("has other members than its lists"));
	if (rc == EVAULT_OK)
		rc = give_items(b, kept, err);
	ev_verify_end(b);
	return rc;
}

enum evault_status
ev_kept_bundle_read(struct evault *v, const struct ev_kept_proof *kept,
		    const struct ev_hash *sha256, struct evault_error *err)
{
	struct reading r = { .v = v, .sha256 = sha256, .hasher = ev_hasher_new() };
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_E_DAMAGED;

	if (r.hasher == NULL)
		return ev_fail_nomem(err);
	for (; rc == EVAULT_E_DAMAGED && !r.wrong; r.copy++)
		rc = read_copy(&r, kept, &why);
	ev_hasher_free(r.hasher);
	/* It never was one that could be received: no reason for who checks to stop. */
	if (rc == EVAULT_E_LIMIT || rc == EVAULT_E_FORMAT || rc == EVAULT_E_CHANGED)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s", why.text);
	/* Bytes that are damaged say nothing of the bundle. */
	if (rc == EVAULT_E_NOT_FOUND)
		return ev_fail(err, rc, "its original is missing or damaged");
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}
