#include "text.h"

#include "format/hash.h"

struct reading {
	struct ev_extract *x;
	struct ev_hasher *hasher; /* NULL: nothing is verified */
	bool enough;
};

/* Reads on for the hash's sake, when that is asked for. */
static enum evault_status
read_on(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;
	enum evault_status rc = EVAULT_OK;

	if (r->hasher != NULL)
		ev_hasher_update(r->hasher, data, len);
	if (!r->enough)
		rc = ev_extract_write(r->x, data, len, err);
	if (rc != EVAULT_E_CANCELLED)
		return rc;
	r->enough = true;
	return r->hasher != NULL ? EVAULT_OK : rc;
}

static enum evault_status
read_copy(struct evault *v, const struct ev_hash *sha256, unsigned copy, struct reading *r,
	  struct evault_error *err)
{
	struct ev_hash found;
	enum evault_status rc;
	bool whole;

	r->enough = false;
	rc = ev_vault_object(v, sha256, copy, (struct ev_sink){ read_on, r }, err);
	whole = rc == EVAULT_OK;
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		rc = ev_extract_end(r->x, err);
	if (r->hasher != NULL) {
		ev_hasher_final(r->hasher, &found);
		if (rc == EVAULT_OK && whole && !ev_hash_equal(&found, sha256))
			rc = ev_fail(err, EVAULT_E_DAMAGED,
				     "its bytes are not those that were kept");
	}
	return rc;
}

enum evault_status
ev_vault_text(struct evault *v, const struct ev_hash *sha256, struct ev_slice media_type,
	      bool verify, struct ev_buf *text, struct evault_error *err)
{
	struct reading r = { 0 };
	enum evault_status rc = EVAULT_E_DAMAGED;
	unsigned copy;

	if (verify && (r.hasher = ev_hasher_new()) == NULL)
		return ev_fail_nomem(err);
	for (copy = 0; rc == EVAULT_E_DAMAGED || rc == EVAULT_E_IO; copy++) {
		ev_buf_clear(text);
		r.x = NULL;
		rc = ev_extract_new(media_type, text, &r.x, err);
		if (rc == EVAULT_OK)
			rc = read_copy(v, sha256, copy, &r, err);
		ev_extract_free(r.x);
	}
	ev_hasher_free(r.hasher);
	return rc;
}
