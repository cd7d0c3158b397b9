/* Reads an age file at any offset of its plaintext. */
#include <stdlib.h>
#include <string.h>

#include "format/age_private.h"

enum {
	HEAD_STEP = 512, /* a header for one or two recipients comes at once */
	NO_CHUNK = -1,
};

struct ev_age_reader {
	struct ev_source in;
	struct ev_age_keys *keys;
	struct ev_aead aead;
	uint64_t payload;  /* offset of the first chunk in the file */
	uint64_t n_chunks; /* at least one */
	uint64_t size;     /* of the plaintext */
	int64_t cached;    /* the chunk in `plain`, or NO_CHUNK */
	uint8_t sealed[EV_AGE_SEALED_CHUNK];
	uint8_t plain[EV_AGE_CHUNK];
};

/* Reads header and nonce, and fills keys and r->payload. */
static enum evault_status
read_head(struct ev_age_reader *r, const struct ev_age_with *with, struct evault_error *err)
{
	struct ev_age_head head = { EV_BUF_INIT, 0, false };
	uint8_t step[HEAD_STEP];
	enum evault_status rc = EVAULT_OK;
	uint64_t at = 0;
	size_t used, n;

	while (rc == EVAULT_OK && !head.complete && at < r->in.size) {
		n = r->in.size - at < HEAD_STEP ? (size_t)(r->in.size - at) : HEAD_STEP;
		rc = r->in.read_at(r->in.ctx, at, step, n, err);
		if (rc == EVAULT_OK)
			rc = ev_age_head_feed(&head, step, n, &used, err);
		if (rc == EVAULT_OK)
			at += used;
	}
	if (rc == EVAULT_OK)
		rc = ev_age_head_ask(&head, err);
	if (rc == EVAULT_OK)
		rc = ev_age_head_open(&head, with, r->keys->file, err);
	if (rc == EVAULT_OK && r->in.size - at < EV_AGE_NONCE)
		rc = ev_fail(err, EVAULT_E_FORMAT, "cut short before the payload");
	if (rc == EVAULT_OK)
		rc = r->in.read_at(r->in.ctx, at, step, EV_AGE_NONCE, err);
	if (rc == EVAULT_OK) {
		ev_age_payload_key(r->keys, step);
		r->payload = at + EV_AGE_NONCE;
	}
	ev_age_head_release(&head);
	return rc;
}

/* Opens the last chunk into the cache: only it says where the file ends. */
static enum evault_status
read_end(struct ev_age_reader *r, struct evault_error *err)
{
	uint64_t sealed_size = r->in.size - r->payload, last, rest;
	enum evault_status rc = EVAULT_OK;

	last = sealed_size == 0 ? 0 : (sealed_size - 1) / EV_AGE_SEALED_CHUNK;
	rest = sealed_size - last * EV_AGE_SEALED_CHUNK;
	if (rest > 0)
		rc = r->in.read_at(r->in.ctx, r->payload + last * EV_AGE_SEALED_CHUNK, r->sealed,
				   (size_t)rest, err);
	if (rc == EVAULT_OK)
		rc = ev_age_chunk_open_end(&r->aead, last, r->sealed, (size_t)rest, r->plain, err);
	if (rc != EVAULT_OK)
		return rc;
	r->cached = (int64_t)last;
	r->n_chunks = last + 1;
	r->size = sealed_size - r->n_chunks * EV_AGE_TAG;
	return EVAULT_OK;
}

enum evault_status
ev_age_reader_new(const struct ev_age_with *with, struct ev_source in,
		  struct ev_age_reader **reader, struct evault_error *err)
{
	struct ev_age_reader *r = calloc(1, sizeof(*r));
	enum evault_status rc;

	if (r != NULL)
		r->keys = ev_secret_new(sizeof(*r->keys));
	if (r == NULL || r->keys == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	r->aead = ev_aead_of(r->keys->payload);
	r->in = in;
	r->cached = NO_CHUNK;
	rc = read_head(r, with, err);
	if (rc == EVAULT_OK)
		rc = read_end(r, err);
	if (rc != EVAULT_OK)
		goto out;
	*reader = r;
	r = NULL;
out:
	ev_age_reader_free(r);
	return rc;
}

uint64_t
ev_age_reader_size(const struct ev_age_reader *r)
{
	return r->size;
}

/* The plaintext of one chunk to `plain`, which has room for a full one. */
static enum evault_status
open_chunk(struct ev_age_reader *r, uint64_t index, uint8_t *plain, struct evault_error *err)
{
	uint64_t at = index * EV_AGE_SEALED_CHUNK;
	uint64_t left = r->in.size - r->payload - at;
	size_t len = left < EV_AGE_SEALED_CHUNK ? (size_t)left : EV_AGE_SEALED_CHUNK;
	enum evault_status rc;
	bool last;

	rc = r->in.read_at(r->in.ctx, r->payload + at, r->sealed, len, err);
	if (rc != EVAULT_OK)
		return rc;
	if (index + 1 == r->n_chunks)
		return ev_age_chunk_open_end(&r->aead, index, r->sealed, len, plain, err);
	rc = ev_age_chunk_open_full(&r->aead, index, r->sealed, plain, &last, err);
	if (rc == EVAULT_OK && last)
		rc = ev_age_fail_goes_on(err);
	return rc;
}

/* Brings a chunk into the cache. */
static enum evault_status
load_chunk(struct ev_age_reader *r, uint64_t index, struct evault_error *err)
{
	enum evault_status rc;

	if (r->cached == (int64_t)index)
		return EVAULT_OK;
	r->cached = NO_CHUNK;
	rc = open_chunk(r, index, r->plain, err);
	if (rc == EVAULT_OK)
		r->cached = (int64_t)index;
	return rc;
}

enum evault_status
ev_age_reader_at(struct ev_age_reader *r, uint64_t offset, uint8_t *out, size_t len,
		 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint64_t index;
	size_t start, n;

	if (offset > r->size || len > r->size - offset)
		return ev_fail(err, EVAULT_E_DAMAGED, "ends before what is to be read");
	for (; len > 0 && rc == EVAULT_OK; offset += n, out += n, len -= n) {
		index = offset / EV_AGE_CHUNK;
		start = (size_t)(offset % EV_AGE_CHUNK);
		n = len < EV_AGE_CHUNK - start ? len : EV_AGE_CHUNK - start;
		if (n == EV_AGE_CHUNK && r->cached != (int64_t)index) {
			rc = open_chunk(r, index, out, err);
			continue;
		}
		rc = load_chunk(r, index, err);
		if (rc == EVAULT_OK)
			memcpy(out, r->plain + start, n);
	}
	return rc;
}

void
ev_age_reader_free(struct ev_age_reader *r)
{
	if (r == NULL)
		return;
	ev_aead_release(&r->aead);
	ev_secret_free(r->keys);
	ev_wipe(r->plain, sizeof(r->plain));
	free(r);
}
