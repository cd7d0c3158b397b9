#include "format/unzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	HEAD = 30, /* bytes of a local header before the name */
	OUT = 16384,
	GAP = 64, /* bytes that may stand between members: a data descriptor */
};

enum state {
	SEEK, /* the next local header's mark */
	HEADER,
	NAME,
	EXTRA,
	STORED,
	DEFLATED,
	PASSED, /* over a member that is not wanted, its size known */
	OVER,
};

struct ev_unzip {
	struct ev_unzip_to to;
	enum state state;
	uint8_t head[HEAD];
	char name[EV_UNZIP_NAME_MAX];
	size_t n;        /* bytes of this state so far */
	uint64_t left;   /* of the member; of unknown size: UINT64_MAX */
	uint64_t budget; /* of bytes that may still be decompressed */
	uint16_t flags, method, name_len, extra_len;
	bool wanted;
	z_stream z;
	uint8_t out[OUT];
};

static const uint8_t mark[4] = { 'P', 'K', 3, 4 };

enum evault_status
ev_unzip_new(const struct ev_unzip_to *to, struct ev_unzip **unzip, struct evault_error *err)
{
	struct ev_unzip *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return ev_fail_nomem(err);
	if (inflateInit2(&u->z, -MAX_WBITS) != Z_OK) {
		free(u);
		return ev_fail_nomem(err);
	}
	u->to = *to;
	u->budget = EV_UNZIP_BYTES_MAX;
	*unzip = u;
	return EVAULT_OK;
}

void
ev_unzip_free(struct ev_unzip *u)
{
	if (u == NULL)
		return;
	inflateEnd(&u->z);
	free(u);
}

static unsigned
le16(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static uint32_t
le32(const uint8_t *at)
{
	return le16(at) | (uint32_t)le16(at + 2) << 16;
}

static enum evault_status
end_member(struct ev_unzip *u, struct evault_error *err)
{
	bool wanted = u->wanted;

	u->wanted = false;
	u->state = SEEK;
	u->n = 0;
	return wanted ? u->to.end(u->to.ctx, err) : EVAULT_OK;
}

/* Header, name and extra fields are read: what is to be done with the member? */
static void
begin_member(struct ev_unzip *u)
{
	size_t len = u->name_len < EV_UNZIP_NAME_MAX ? u->name_len : EV_UNZIP_NAME_MAX;
	uint32_t size = le32(u->head + 18);
	bool sized = (u->flags & 8) == 0 && size != UINT32_MAX;
	bool readable = (u->flags & 1) == 0 && (u->method == 8 || (u->method == 0 && sized));

	u->n = 0;
	u->left = sized ? size : UINT64_MAX;
	if (!readable) {
		u->state = sized ? PASSED : OVER;
		return;
	}
	u->wanted = u->to.begin(u->to.ctx, ev_slice_of(u->name, len));
	if (!u->wanted && sized)
		u->state = PASSED;
	else
		u->state = u->method == 8 ? DEFLATED : STORED;
	inflateReset(&u->z);
}

/* ---- each state takes some bytes, and says how many ------------------------------ */

static size_t
seek(struct ev_unzip *u, struct ev_slice s)
{
	size_t i, matched = u->n & 3, gone = u->n >> 2;

	for (i = 0; i < s.len && matched < 4; i++, gone++) {
		if (s.data[i] == mark[matched])
			matched++;
		else
			matched = s.data[i] == mark[0];
		if (matched == 4)
			break;
	}
	if (matched == 4) {
		memcpy(u->head, mark, sizeof(mark));
		u->n = sizeof(mark);
		u->state = HEADER;
		return i + 1;
	}
	u->n = gone << 2 | matched;
	if (gone > GAP)
		u->state = OVER;
	return s.len;
}

static size_t
header(struct ev_unzip *u, struct ev_slice s)
{
	size_t n = HEAD - u->n < s.len ? HEAD - u->n : s.len;

	memcpy(u->head + u->n, s.data, n);
	u->n += n;
	if (u->n == HEAD) {
		u->flags = (uint16_t)le16(u->head + 6);
		u->method = (uint16_t)le16(u->head + 8);
		u->name_len = (uint16_t)le16(u->head + 26);
		u->extra_len = (uint16_t)le16(u->head + 28);
		u->n = 0;
		u->state = NAME;
	}
	return n;
}

static size_t
name(struct ev_unzip *u, struct ev_slice s)
{
	size_t n = u->name_len - u->n < s.len ? u->name_len - u->n : s.len;
	size_t room = u->n < EV_UNZIP_NAME_MAX ? EV_UNZIP_NAME_MAX - u->n : 0;

	memcpy(u->name + (EV_UNZIP_NAME_MAX - room), s.data, n < room ? n : room);
	u->n += n;
	if (u->n == u->name_len) {
		u->n = 0;
		u->state = EXTRA;
	}
	return n;
}

static size_t
extra(struct ev_unzip *u, struct ev_slice s)
{
	size_t n = u->extra_len - u->n < s.len ? u->extra_len - u->n : s.len;

	u->n += n;
	if (u->n == u->extra_len)
		begin_member(u);
	return n;
}

static enum evault_status
give(struct ev_unzip *u, const uint8_t *data, size_t len, struct evault_error *err)
{
	if (len > u->budget) {
		len = (size_t)u->budget;
		u->state = OVER;
	}
	u->budget -= len;
	return u->wanted && len > 0 ? u->to.out(u->to.ctx, data, len, err) : EVAULT_OK;
}

static enum evault_status
inflate_some(struct ev_unzip *u, struct ev_slice s, size_t *taken, struct evault_error *err)
{
	size_t n = s.len < u->left ? s.len : (size_t)u->left;
	enum evault_status rc = EVAULT_OK;
	int how = Z_OK;

	n = n < OUT ? n : OUT;
	u->z.next_in = (uint8_t *)(uintptr_t)s.data;
	u->z.avail_in = (uInt)n;
	do {
		u->z.next_out = u->out;
		u->z.avail_out = OUT;
		how = inflate(&u->z, Z_NO_FLUSH);
		rc = give(u, u->out, OUT - u->z.avail_out, err);
	} while (rc == EVAULT_OK && how == Z_OK && u->state == DEFLATED && u->z.avail_out == 0);
	*taken = n - u->z.avail_in;
	if (u->left != UINT64_MAX)
		u->left -= *taken;
	if (rc != EVAULT_OK || u->state == OVER)
		return rc;
	if (how == Z_STREAM_END && u->left != UINT64_MAX) {
		rc = end_member(u, err);
		u->state = PASSED;
	} else if (how == Z_STREAM_END) {
		rc = end_member(u, err);
	} else if ((how != Z_OK && how != Z_BUF_ERROR) || (u->left == 0 && u->z.avail_in == 0)) {
		rc = end_member(u, err);
		u->state = u->left == UINT64_MAX ? OVER : PASSED;
	}
	return rc;
}

static enum evault_status
take(struct ev_unzip *u, struct ev_slice s, size_t *n, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	switch (u->state) {
	case SEEK:
		*n = seek(u, s);
		break;
	case HEADER:
		*n = header(u, s);
		break;
	case NAME:
		*n = name(u, s);
		break;
	case EXTRA:
		*n = extra(u, s);
		break;
	case DEFLATED:
		return inflate_some(u, s, n, err);
	case STORED:
	case PASSED:
		*n = s.len < u->left ? s.len : (size_t)u->left;
		u->left -= *n;
		if (u->state == STORED)
			rc = give(u, s.data, *n, err);
		if (rc == EVAULT_OK && u->left == 0 && u->state != OVER)
			rc = end_member(u, err);
		break;
	case OVER:
		*n = s.len;
		break;
	}
	return rc;
}

/* Some states take nothing and lead to another one, and never twice in a row. */
enum evault_status
ev_unzip_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_unzip *u = ctx;
	enum evault_status rc = EVAULT_OK;
	struct ev_slice s = ev_slice_of(data, len);
	size_t n = 0;

	while (rc == EVAULT_OK && s.len > 0) {
		rc = take(u, s, &n, err);
		s.data += n;
		s.len -= n;
	}
	return rc;
}

enum evault_status
ev_unzip_end(struct ev_unzip *u, struct evault_error *err)
{
	u->state = OVER;
	if (!u->wanted)
		return EVAULT_OK;
	u->wanted = false;
	return u->to.end(u->to.ctx, err);
}
