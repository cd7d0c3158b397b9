#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "receive.h"

enum evault_status
ev_incoming_init(struct ev_incoming *in, struct ev_commit *commit, struct evault_error *err)
{
	memset(in, 0, sizeof(*in));
	in->commit = commit;
	in->hasher = ev_hasher_new();
	in->buffer = malloc(EV_MEMBER_OBJECT_MAX);
	return in->hasher == NULL || in->buffer == NULL ? ev_fail_nomem(err) : EVAULT_OK;
}

void
ev_incoming_release(struct ev_incoming *in)
{
	ev_hasher_free(in->hasher);
	if (in->buffer != NULL)
		ev_wipe(in->buffer, EV_MEMBER_OBJECT_MAX);
	free(in->buffer);
	memset(in, 0, sizeof(*in));
}

void
ev_incoming_begin(struct ev_incoming *in)
{
	struct ev_hash ignored;

	ev_hasher_final(in->hasher, &ignored);
	in->have = 0;
	in->size = 0;
	in->part = 0;
}

static enum evault_status
put(struct ev_incoming *in, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
    struct ev_slice body, struct evault_error *err)
{
	enum evault_status rc = ev_commit_member(in->commit, kind, id, part, body, err);

	in->failed = in->failed || rc != EVAULT_OK;
	return rc;
}

static enum evault_status
put_part(struct ev_incoming *in, struct evault_error *err)
{
	enum evault_status rc;

	if (in->part == 0)
		ev_random(in->id.b, 16);
	rc = put(in, EV_MEMBER_PART, &in->id, ++in->part, ev_slice_of(in->buffer, in->have), err);
	in->have = 0;
	return rc;
}

static enum evault_status
take(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_incoming *in = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t n;

	ev_hasher_update(in->hasher, data, len);
	in->size += len;
	if (in->size > EV_MEMBER_LISTED_MAX)
		return ev_fail(err, EVAULT_E_DAMAGED, "is larger than a vault can keep");
	while (len > 0 && rc == EVAULT_OK) {
		if (in->have == EV_MEMBER_OBJECT_MAX)
			rc = put_part(in, err);
		n = EV_MEMBER_OBJECT_MAX - in->have < len ? EV_MEMBER_OBJECT_MAX - in->have : len;
		memcpy(in->buffer + in->have, data, n);
		in->have += n;
		data += n;
		len -= n;
	}
	return rc;
}

struct ev_sink
ev_incoming_sink(struct ev_incoming *in)
{
	return (struct ev_sink){ take, in };
}

static enum evault_status
put_list(struct ev_incoming *in, const struct ev_hash *sha256, struct evault_error *err)
{
	struct ev_buf list = EV_BUF_INIT;
	enum evault_status rc = put_part(in, err);

	if (rc == EVAULT_OK) {
		ev_member_list_encode(&list, in->id.b, in->size);
		rc = ev_buf_ask(&list, err);
	}
	if (rc == EVAULT_OK)
		rc = put(in, EV_MEMBER_LIST, sha256, 0, ev_slice_of(list.data, list.len), err);
	ev_buf_release(&list);
	return rc;
}

enum evault_status
ev_incoming_end(struct ev_incoming *in, const struct ev_hash *wanted, struct ev_hash *sha256,
		struct evault_error *err)
{
	ev_hasher_final(in->hasher, sha256);
	if (wanted != NULL && !ev_hash_equal(wanted, sha256))
		return ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	if (in->part > 0)
		return put_list(in, sha256, err);
	return put(in, EV_MEMBER_OBJECT, sha256, 0, ev_slice_of(in->buffer, in->have), err);
}
