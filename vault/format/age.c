/* Whole small files, without buffers in between. */
#include "format/age.h"

#include "format/age_private.h"

uint64_t
ev_age_sealed_size(uint64_t plain, uint64_t header)
{
	uint64_t chunks = plain == 0 ? 1 : (plain - 1) / EV_AGE_CHUNK + 1;

	return header + EV_AGE_NONCE + plain + chunks * EV_AGE_TAG;
}

enum evault_status
ev_age_seal(const struct ev_age_to *to, struct ev_slice plain, struct ev_buf *sealed,
	    struct evault_error *err)
{
	struct ev_age_keys *keys = ev_secret_new(sizeof(*keys));
	size_t start = sealed->len, at, n;
	enum evault_status rc;
	struct ev_aead aead;
	uint64_t index = 0;
	uint8_t *out;

	if (keys == NULL)
		return ev_fail_nomem(err);
	aead = ev_aead_of(keys->payload);
	rc = ev_age_head_make(to, keys, sealed, err);
	for (at = 0; rc == EVAULT_OK && (at < plain.len || index == 0); at += n) {
		n = plain.len - at < EV_AGE_CHUNK ? plain.len - at : EV_AGE_CHUNK;
		out = ev_buf_extend(sealed, n + EV_AGE_TAG);
		if (out != NULL)
			ev_age_chunk_seal(&aead, index++, at + n == plain.len, plain.data + at, n,
					  out);
		rc = ev_buf_ask(sealed, err);
	}
	if (rc != EVAULT_OK && !sealed->bad)
		sealed->len = start;
	ev_aead_release(&aead);
	ev_secret_free(keys);
	return rc;
}

/* All chunks of a payload; `plain` has room for every byte that is not a tag. */
static enum evault_status
open_payload(struct ev_aead *aead, struct ev_slice payload, uint8_t *plain,
	     struct evault_error *err)
{
	enum evault_status rc;
	uint64_t index;
	bool last;

	for (index = 0; payload.len > EV_AGE_SEALED_CHUNK; index++) {
		rc = ev_age_chunk_open_full(aead, index, payload.data, plain, &last, err);
		if (rc == EVAULT_OK && last)
			rc = ev_age_fail_goes_on(err);
		if (rc != EVAULT_OK)
			return rc;
		plain += EV_AGE_CHUNK;
		payload.data += EV_AGE_SEALED_CHUNK;
		payload.len -= EV_AGE_SEALED_CHUNK;
	}
	return ev_age_chunk_open_end(aead, index, payload.data, payload.len, plain, err);
}

static enum evault_status
open_into(const struct ev_age_keys *keys, struct ev_slice payload, struct ev_buf *plain,
	  struct evault_error *err)
{
	size_t start = plain->len;
	size_t rest = payload.len % EV_AGE_SEALED_CHUNK;
	size_t size = payload.len / EV_AGE_SEALED_CHUNK * EV_AGE_CHUNK +
		      (rest > EV_AGE_TAG ? rest - EV_AGE_TAG : 0);
	struct ev_aead aead;
	enum evault_status rc;
	uint8_t *out;

	/* All of it at once, so that the plaintext is never moved. */
	out = ev_buf_extend(plain, size);
	if (out == NULL)
		return ev_buf_ask(plain, err);
	aead = ev_aead_of(keys->payload);
	rc = open_payload(&aead, payload, out, err);
	ev_aead_release(&aead);
	if (rc != EVAULT_OK) {
		ev_wipe(out, size);
		plain->len = start;
	}
	return rc;
}

enum evault_status
ev_age_open(const struct ev_age_with *with, struct ev_slice sealed, struct ev_buf *plain,
	    struct evault_error *err)
{
	struct ev_age_keys *keys = ev_secret_new(sizeof(*keys));
	struct ev_age_head head = { EV_BUF_INIT, 0, false };
	enum evault_status rc;
	size_t used;

	if (keys == NULL)
		return ev_fail_nomem(err);
	rc = ev_age_head_feed(&head, sealed.data, sealed.len, &used, err);
	if (rc == EVAULT_OK)
		rc = ev_age_head_ask(&head, err);
	if (rc == EVAULT_OK)
		rc = ev_age_head_open(&head, with, keys->file, err);
	if (rc == EVAULT_OK && sealed.len - used < EV_AGE_NONCE)
		rc = ev_fail(err, EVAULT_E_FORMAT, "cut short before the payload");
	if (rc == EVAULT_OK) {
		ev_age_payload_key(keys, sealed.data + used);
		sealed.data += used + EV_AGE_NONCE;
		sealed.len -= used + EV_AGE_NONCE;
		rc = open_into(keys, sealed, plain, err);
	}
	ev_age_head_release(&head);
	ev_secret_free(keys);
	return rc;
}

enum evault_status
ev_age_inspect(struct ev_slice sealed, enum ev_age_kind *kind, struct evault_error *err)
{
	struct ev_age_head head = { EV_BUF_INIT, 0, false };
	enum evault_status rc;
	size_t used;

	rc = ev_age_head_feed(&head, sealed.data, sealed.len, &used, err);
	if (rc == EVAULT_OK)
		rc = ev_age_head_kind(&head, kind, err);
	ev_age_head_release(&head);
	return rc;
}
