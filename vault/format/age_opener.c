/* Opens an age file that arrives in pieces. */
#include <stdlib.h>
#include <string.h>

#include "format/age_private.h"

struct ev_age_opener {
	const struct ev_age_with *with; /* NULL once the header was read */
	struct ev_sink out;
	struct ev_age_keys *keys;
	struct ev_aead aead;
	struct ev_age_head head;
	enum evault_status failed; /* sticks */
	bool ended;                /* the last chunk was opened */
	size_t nonce_len;
	uint64_t index;
	size_t fill;
	uint8_t nonce[EV_AGE_NONCE];
	uint8_t sealed[EV_AGE_SEALED_CHUNK];
	uint8_t plain[EV_AGE_CHUNK];
};

enum evault_status
ev_age_opener_new(const struct ev_age_with *with, struct ev_sink out, struct ev_age_opener **opener,
		  struct evault_error *err)
{
	struct ev_age_opener *o = ev_secret_new(sizeof(*o));

	if (o != NULL)
		o->keys = ev_secret_new(sizeof(*o->keys));
	if (o == NULL || o->keys == NULL) {
		ev_age_opener_free(o);
		return ev_fail_nomem(err);
	}
	o->aead = ev_aead_of(o->keys->payload);
	o->with = with;
	o->out = out;
	*opener = o;
	return EVAULT_OK;
}

/* Header and nonce; moves *data past what it takes. */
static enum evault_status
take_head(struct ev_age_opener *o, const uint8_t **data, size_t *len, struct evault_error *err)
{
	enum evault_status rc;
	size_t used;

	if (o->with != NULL) {
		rc = ev_age_head_feed(&o->head, *data, *len, &used, err);
		if (rc != EVAULT_OK)
			return rc;
		*data += used;
		*len -= used;
		if (!o->head.complete)
			return EVAULT_OK;
		rc = ev_age_head_open(&o->head, o->with, o->keys->file, err);
		if (rc != EVAULT_OK)
			return rc;
		o->with = NULL;
	}
	used = *len < EV_AGE_NONCE - o->nonce_len ? *len : EV_AGE_NONCE - o->nonce_len;
	memcpy(o->nonce + o->nonce_len, *data, used);
	o->nonce_len += used;
	*data += used;
	*len -= used;
	if (o->nonce_len == EV_AGE_NONCE)
		ev_age_payload_key(o->keys, o->nonce);
	return EVAULT_OK;
}

/*
 * A full chunk is opened as soon as it is there, as one of the middle or as
 * the last one, whichever it is marked as.
 */
static enum evault_status
open_full(struct ev_age_opener *o, const uint8_t *sealed, struct evault_error *err)
{
	enum evault_status rc =
	    ev_age_chunk_open_full(&o->aead, o->index, sealed, o->plain, &o->ended, err);

	if (rc != EVAULT_OK)
		return rc;
	o->index++;
	return o->out.write(o->out.ctx, o->plain, EV_AGE_CHUNK, err);
}

static enum evault_status
take_payload(struct ev_age_opener *o, const uint8_t *data, size_t len, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t take;

	while (len > 0 && rc == EVAULT_OK) {
		if (o->ended)
			return ev_age_fail_goes_on(err);
		if (o->fill == 0 && len >= EV_AGE_SEALED_CHUNK) {
			rc = open_full(o, data, err);
			data += EV_AGE_SEALED_CHUNK;
			len -= EV_AGE_SEALED_CHUNK;
			continue;
		}
		take = EV_AGE_SEALED_CHUNK - o->fill;
		if (take > len)
			take = len;
		memcpy(o->sealed + o->fill, data, take);
		o->fill += take;
		data += take;
		len -= take;
		if (o->fill == EV_AGE_SEALED_CHUNK) {
			o->fill = 0;
			rc = open_full(o, o->sealed, err);
		}
	}
	return rc;
}

static enum evault_status
fail_again(const struct ev_age_opener *o, struct evault_error *err)
{
	return ev_fail(err, o->failed, "opening it has failed before");
}

enum evault_status
ev_age_opener_update(struct ev_age_opener *o, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (o->failed != EVAULT_OK)
		return fail_again(o, err);
	if (len > 0 && o->nonce_len < EV_AGE_NONCE)
		rc = take_head(o, &data, &len, err);
	if (rc == EVAULT_OK)
		rc = take_payload(o, data, len, err);
	o->failed = rc;
	return rc;
}

enum evault_status
ev_age_opener_finish(struct ev_age_opener *o, struct evault_error *err)
{
	enum evault_status rc;

	if (o->failed != EVAULT_OK)
		return fail_again(o, err);
	rc = ev_age_head_ask(&o->head, err);
	if (rc == EVAULT_OK && o->nonce_len < EV_AGE_NONCE)
		rc = ev_fail(err, EVAULT_E_FORMAT, "cut short before the payload");
	if (rc == EVAULT_OK && !o->ended)
		rc = ev_age_chunk_open_end(&o->aead, o->index, o->sealed, o->fill, o->plain, err);
	if (rc == EVAULT_OK && o->fill > EV_AGE_TAG)
		rc = o->out.write(o->out.ctx, o->plain, o->fill - EV_AGE_TAG, err);
	o->failed = rc;
	return rc;
}

void
ev_age_opener_free(struct ev_age_opener *o)
{
	if (o == NULL)
		return;
	ev_aead_release(&o->aead);
	ev_secret_free(o->keys);
	ev_age_head_release(&o->head);
	ev_wipe(o->plain, sizeof(o->plain));
	ev_secret_free(o);
}
