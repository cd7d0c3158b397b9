/* The payload's chunks: STREAM over ChaCha20-Poly1305, and its streaming sealer. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "format/age_private.h"

_Static_assert((int)EV_AEAD_TAG == (int)EV_AGE_TAG, "a tag is 16 bytes");
_Static_assert(EV_AEAD_NONCE == 11 + 1, "a counter of 11 bytes and a mark");

/* ---- one chunk --------------------------------------------------------------- */

void
ev_age_payload_key(struct ev_age_keys *keys, const uint8_t nonce[EV_AGE_NONCE])
{
	ev_hkdf(keys->file, sizeof(keys->file), nonce, EV_AGE_NONCE, "payload", keys->payload);
}

static void
chunk_nonce(uint64_t index, bool last, uint8_t nonce[EV_AEAD_NONCE])
{
	memset(nonce, 0, EV_AEAD_NONCE);
	ev_put_be64(nonce + 3, index);
	nonce[EV_AEAD_NONCE - 1] = last;
}

void
ev_age_chunk_seal(struct ev_aead *aead, uint64_t index, bool last, const uint8_t *plain, size_t len,
		  uint8_t *sealed)
{
	uint8_t nonce[EV_AEAD_NONCE];

	chunk_nonce(index, last, nonce);
	ev_aead_seal(aead, nonce, plain, len, sealed);
}

bool
ev_age_chunk_open(struct ev_aead *aead, uint64_t index, bool last, const uint8_t *sealed,
		  size_t len, uint8_t *plain)
{
	uint8_t nonce[EV_AEAD_NONCE];

	chunk_nonce(index, last, nonce);
	return ev_aead_open(aead, nonce, sealed, len, plain);
}

static enum evault_status
fail_altered(uint64_t index, struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_DAMAGED, "chunk %llu was altered",
		       (unsigned long long)index + 1);
}

static enum evault_status
fail_cut_short(uint64_t index, struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_DAMAGED, "cut short after %llu chunks",
		       (unsigned long long)index);
}

enum evault_status
ev_age_fail_goes_on(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_DAMAGED, "goes on after its end");
}

enum evault_status
ev_age_chunk_open_full(struct ev_aead *aead, uint64_t index, const uint8_t *sealed, uint8_t *plain,
		       bool *last, struct evault_error *err)
{
	*last = false;
	if (ev_age_chunk_open(aead, index, false, sealed, EV_AGE_SEALED_CHUNK, plain))
		return EVAULT_OK;
	*last = true;
	if (ev_age_chunk_open(aead, index, true, sealed, EV_AGE_SEALED_CHUNK, plain))
		return EVAULT_OK;
	return fail_altered(index, err);
}

enum evault_status
ev_age_chunk_open_end(struct ev_aead *aead, uint64_t index, const uint8_t *sealed, size_t len,
		      uint8_t *plain, struct evault_error *err)
{
	enum evault_status rc;
	bool last;

	if (len < EV_AGE_TAG)
		return fail_cut_short(index, err);
	/* Only the payload of an empty file is empty: one spelling for one value. */
	if (len == EV_AGE_TAG && index > 0)
		return fail_cut_short(index, err);
	if (len == EV_AGE_SEALED_CHUNK) {
		rc = ev_age_chunk_open_full(aead, index, sealed, plain, &last, err);
		if (rc == EVAULT_OK && !last)
			rc = fail_cut_short(index + 1, err);
		return rc;
	}
	if (ev_age_chunk_open(aead, index, true, sealed, len, plain))
		return EVAULT_OK;
	/* A chunk without its end fails like an altered one: only its place is known. */
	return ev_fail(err, EVAULT_E_DAMAGED, "chunk %llu was altered or cut short",
		       (unsigned long long)index + 1);
}

/* ---- sealing ----------------------------------------------------------------- */

/* What a piece for the worker ends with. */
enum {
	IS_OPEN,
	IS_SEALED,
};

_Static_assert((int)EV_AGE_SEALED_CHUNK + 1 <= (int)EV_WORKER_PIECE, "a chunk and its mark");

/* No pointer is in the memory for secrets: that may be wiped while another thread seals. */
struct ev_age_sealer {
	struct ev_sink out;
	struct ev_worker *to; /* instead of it; or NULL */
	struct passing {      /* of the worker, from its first piece on */
		struct ev_aead aead;
		uint64_t index;
		uint8_t sealed[EV_AGE_SEALED_CHUNK];
	} passing;
	struct ev_age_keys *keys;
	struct ev_aead aead;
	uint64_t index;
	uint8_t *plain; /* EV_AGE_CHUNK bytes */
	bool locked;    /* they are in the memory for secrets */
	size_t fill;
	uint8_t sealed[EV_AGE_SEALED_CHUNK];
};

/* In calls of at most one sealed chunk. */
static enum evault_status
write_header(struct ev_sink out, const struct ev_buf *header, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t at, n;

	for (at = 0; at < header->len && rc == EVAULT_OK; at += n) {
		n = header->len - at;
		if (n > EV_AGE_SEALED_CHUNK)
			n = EV_AGE_SEALED_CHUNK;
		rc = out.write(out.ctx, header->data + at, n, err);
	}
	return rc;
}

enum evault_status
ev_age_sealer_new(const struct ev_age_to *to, struct ev_sink out, struct ev_age_sealer **sealer,
		  struct evault_error *err)
{
	struct ev_age_sealer *s = calloc(1, sizeof(*s));
	struct ev_buf header = EV_BUF_INIT;
	enum evault_status rc;

	if (s == NULL)
		return ev_fail_nomem(err);
	s->out = out;
	s->keys = ev_secret_new(sizeof(*s->keys));
	s->plain = ev_secret_new(EV_AGE_CHUNK);
	s->locked = s->plain != NULL;
	/* Only its key must be locked; and where little can be, evidence is taken all the same. */
	if (!s->locked)
		s->plain = malloc(EV_AGE_CHUNK);
	if (s->keys == NULL || s->plain == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	rc = ev_age_head_make(to, s->keys, &header, err);
	if (rc == EVAULT_OK)
		rc = write_header(out, &header, err);
	if (rc != EVAULT_OK)
		goto out;
	s->aead = ev_aead_of(s->keys->payload);
	*sealer = s;
	s = NULL;
out:
	ev_buf_release(&header);
	ev_age_sealer_free(s);
	return rc;
}

/* Under a key of zeros anybody could read it. */
static enum evault_status
check_key(struct evault_error *err)
{
	return ev_secret_gone() ? ev_fail(err, EVAULT_E_CANCELLED, "interrupted") : EVAULT_OK;
}

void
ev_age_sealer_hand_over(struct ev_age_sealer *s, struct ev_worker *to)
{
	s->passing.aead = ev_aead_of(s->keys->payload);
	s->passing.index = s->index;
	s->to = to;
}

/* Which of both threads seals it is a matter of timing, and what comes of it is not. */
static enum evault_status
hand_chunk(struct ev_age_sealer *s, bool last, const uint8_t *plain, size_t len,
	   struct evault_error *err)
{
	uint8_t *piece;
	enum evault_status rc = ev_worker_room(s->to, &piece, err);
	size_t n = len;

	if (piece == NULL)
		return rc;
	if (last || ev_worker_is_behind(s->to)) {
		ev_age_chunk_seal(&s->aead, s->index, last, plain, len, piece);
		rc = check_key(err);
		if (rc != EVAULT_OK)
			return rc;
		n += EV_AGE_TAG;
		piece[n] = IS_SEALED;
	} else {
		memcpy(piece, plain, len);
		piece[n] = IS_OPEN;
	}
	s->index++;
	ev_worker_give(s->to, n + 1);
	return EVAULT_OK;
}

enum evault_status
ev_age_sealer_pass(struct ev_age_sealer *s, struct ev_slice piece, struct ev_slice *sealed,
		   struct evault_error *err)
{
	struct passing *p = &s->passing;
	size_t len = piece.len - 1;
	uint64_t index = p->index++;

	if (piece.data[len] == IS_SEALED) {
		*sealed = ev_slice_of(piece.data, len);
		return EVAULT_OK;
	}
	assert(len == EV_AGE_CHUNK);
	ev_age_chunk_seal(&p->aead, index, false, piece.data, len, p->sealed);
	*sealed = ev_slice_of(p->sealed, len + EV_AGE_TAG);
	return check_key(err);
}

static enum evault_status
put_chunk(struct ev_age_sealer *s, bool last, const uint8_t *plain, size_t len,
	  struct evault_error *err)
{
	enum evault_status rc;

	if (s->to != NULL)
		return hand_chunk(s, last, plain, len, err);
	ev_age_chunk_seal(&s->aead, s->index++, last, plain, len, s->sealed);
	rc = check_key(err);
	return rc == EVAULT_OK ? s->out.write(s->out.ctx, s->sealed, len + EV_AGE_TAG, err) : rc;
}

enum evault_status
ev_age_sealer_update(struct ev_age_sealer *s, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t take;

	/* A full chunk waits until a byte comes after it: it might be the last one. */
	while (len > 0 && rc == EVAULT_OK) {
		if (s->fill == 0 && len > EV_AGE_CHUNK) {
			rc = put_chunk(s, false, data, EV_AGE_CHUNK, err);
			data += EV_AGE_CHUNK;
			len -= EV_AGE_CHUNK;
			continue;
		}
		if (s->fill == EV_AGE_CHUNK) {
			rc = put_chunk(s, false, s->plain, EV_AGE_CHUNK, err);
			s->fill = 0;
			continue;
		}
		take = len < EV_AGE_CHUNK - s->fill ? len : EV_AGE_CHUNK - s->fill;
		memcpy(s->plain + s->fill, data, take);
		s->fill += take;
		data += take;
		len -= take;
	}
	return rc;
}

enum evault_status
ev_age_sealer_finish(struct ev_age_sealer *s, struct evault_error *err)
{
	size_t len = s->fill;

	s->fill = 0;
	return put_chunk(s, true, s->plain, len, err);
}

void
ev_age_sealer_free(struct ev_age_sealer *s)
{
	if (s == NULL)
		return;
	ev_aead_release(&s->aead);
	ev_aead_release(&s->passing.aead);
	ev_secret_free(s->keys);
	if (s->locked) {
		ev_secret_free(s->plain);
	} else if (s->plain != NULL) {
		ev_wipe(s->plain, EV_AGE_CHUNK);
		free(s->plain);
	}
	free(s);
}
