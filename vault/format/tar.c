#include "format/tar.h"

#include <string.h>

#include "format/tar_private.h"

enum {
	SHORT_DIGITS = 7,
	LONG_DIGITS = 11,
	SUM_DIGITS = 6,
};

/*
 * Some tars read a name that ends in a slash as a folder's, and every one
 * treats "/a", "a/../b" and "a//b" in its own way.
 */
static bool
name_is_plain(struct ev_slice name)
{
	size_t i, start = 0;

	if (name.len == 0 || name.len > EV_TAR_NAME_MAX)
		return false;
	for (i = 0; i <= name.len; i++) {
		uint8_t c = i < name.len ? name.data[i] : '/';
		struct ev_slice part;

		if (c == '/') {
			part = ev_slice_of(name.data + start, i - start);
			if (part.len == 0 || ev_slice_is(part, ".") || ev_slice_is(part, ".."))
				return false;
			start = i + 1;
		} else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' &&
			   c != '-') {
			return false;
		}
	}
	return true;
}

static void
put_octal(uint8_t *out, size_t digits, uint64_t v)
{
	while (digits-- > 0) {
		out[digits] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

unsigned
ev_tar_sum(const uint8_t block[EV_TAR_BLOCK])
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += i >= EV_TAR_SUM_AT && i < EV_TAR_SUM_AT + EV_TAR_SUM_LEN ? ' ' : block[i];
	return sum;
}

void
ev_tar_header_of(uint8_t out[EV_TAR_BLOCK], struct ev_slice name, uint64_t size, uint64_t mtime,
		 char type)
{
	memset(out, 0, EV_TAR_BLOCK);
	memcpy(out + EV_TAR_NAME_AT, name.data, name.len);
	put_octal(out + EV_TAR_MODE_AT, SHORT_DIGITS, 0600);
	put_octal(out + EV_TAR_UID_AT, SHORT_DIGITS, 0);
	put_octal(out + EV_TAR_GID_AT, SHORT_DIGITS, 0);
	put_octal(out + EV_TAR_SIZE_AT, LONG_DIGITS, size);
	put_octal(out + EV_TAR_MTIME_AT, LONG_DIGITS, mtime);
	out[EV_TAR_TYPE_AT] = (uint8_t)type;
	memcpy(out + EV_TAR_MAGIC_AT, "ustar", 5);
	memcpy(out + EV_TAR_VERSION_AT, "00", 2);
	put_octal(out + EV_TAR_MAJOR_AT, SHORT_DIGITS, 0);
	put_octal(out + EV_TAR_MINOR_AT, SHORT_DIGITS, 0);
	put_octal(out + EV_TAR_SUM_AT, SUM_DIGITS, ev_tar_sum(out));
	out[EV_TAR_SUM_AT + SUM_DIGITS] = 0;
	out[EV_TAR_SUM_AT + SUM_DIGITS + 1] = ' ';
}

bool
ev_tar_header(uint8_t out[EV_TAR_BLOCK], struct ev_slice name, uint64_t size)
{
	if (!name_is_plain(name) || size > EV_TAR_SIZE_MAX)
		return false;
	ev_tar_header_of(out, name, size, 0, '0');
	return true;
}

size_t
ev_tar_padding(uint64_t size)
{
	return (size_t)((EV_TAR_BLOCK - size % EV_TAR_BLOCK) % EV_TAR_BLOCK);
}

uint64_t
ev_tar_member_size(uint64_t size)
{
	return EV_TAR_BLOCK + size + ev_tar_padding(size);
}

/* ---- reader ----------------------------------------------------------- */

bool
ev_tar_is_zero(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len && data[i] == 0; i++)
		;
	return i == len;
}

size_t
ev_tar_least(size_t a, uint64_t b)
{
	return a < b ? a : (size_t)b;
}

bool
ev_tar_fill(uint8_t block[EV_TAR_BLOCK], size_t *have, const uint8_t *data, size_t len)
{
	memcpy(block + *have, data, len);
	*have += len;
	if (*have < EV_TAR_BLOCK)
		return false;
	*have = 0;
	return true;
}

void
ev_tar_reader_init(struct ev_tar_reader *r, struct ev_tar_events events)
{
	memset(r, 0, sizeof(*r));
	r->events = events;
}

/* Whatever the fields say, only the header that they would make is taken. */
static bool
header_parse(const uint8_t block[EV_TAR_BLOCK], struct ev_slice *name, uint64_t *size)
{
	uint8_t expected[EV_TAR_BLOCK];
	uint64_t value = 0;
	size_t i, len = 0;

	while (len < EV_TAR_NAME_MAX && block[EV_TAR_NAME_AT + len] != 0)
		len++;
	for (i = 0; i < LONG_DIGITS; i++)
		value = value << 3 | (block[EV_TAR_SIZE_AT + i] & 7);
	*name = ev_slice_of(block + EV_TAR_NAME_AT, len);
	*size = value;
	return ev_tar_header(expected, *name, value) && memcmp(expected, block, EV_TAR_BLOCK) == 0;
}

static enum evault_status
take_header(struct ev_tar_reader *r, struct evault_error *err)
{
	uint64_t at = r->offset - EV_TAR_BLOCK;
	struct ev_slice name;
	uint64_t size;
	enum evault_status rc;

	if (ev_tar_is_zero(r->block, EV_TAR_BLOCK)) {
		r->zero_blocks++;
		return EVAULT_OK;
	}
	if (r->zero_blocks > 0)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "tar stream: goes on after its end, at byte %llu",
			       (unsigned long long)at);
	if (!header_parse(r->block, &name, &size))
		return ev_fail(
		    err, EVAULT_E_FORMAT,
		    "tar stream: the header at byte %llu is not the one for its name and "
		    "size",
		    (unsigned long long)at);
	r->body = size;
	r->padding = ev_tar_padding(size);
	rc = r->events.member(r->events.ctx, name, size, at, err);
	if (rc == EVAULT_OK && size == 0)
		rc = r->events.end(r->events.ctx, err);
	return rc;
}

static enum evault_status
take_block(struct ev_tar_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	r->offset += len;
	return ev_tar_fill(r->block, &r->have, data, len) ? take_header(r, err) : EVAULT_OK;
}

static enum evault_status
take_body(struct ev_tar_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	enum evault_status rc;

	r->body -= len;
	r->offset += len;
	rc = r->events.data(r->events.ctx, data, len, err);
	if (rc == EVAULT_OK && r->body == 0)
		rc = r->events.end(r->events.ctx, err);
	return rc;
}

static enum evault_status
take_padding(struct ev_tar_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	if (!ev_tar_is_zero(data, len))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "tar stream: the padding at byte %llu is not zero",
			       (unsigned long long)r->offset);
	r->padding -= len;
	r->offset += len;
	return EVAULT_OK;
}

enum evault_status
ev_tar_reader_update(struct ev_tar_reader *r, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t piece;

	while (len > 0 && rc == EVAULT_OK) {
		if (r->body > 0) {
			piece = ev_tar_least(len, r->body);
			rc = take_body(r, data, piece, err);
		} else if (r->padding > 0) {
			piece = ev_tar_least(len, r->padding);
			rc = take_padding(r, data, piece, err);
		} else if (r->zero_blocks == EV_TAR_END / EV_TAR_BLOCK) {
			return ev_fail(err, EVAULT_E_FORMAT,
				       "tar stream: goes on after its end, at byte %llu",
				       (unsigned long long)r->offset);
		} else {
			piece = ev_tar_least(len, EV_TAR_BLOCK - r->have);
			rc = take_block(r, data, piece, err);
		}
		data += piece;
		len -= piece;
	}
	return rc;
}

enum evault_status
ev_tar_reader_finish(struct ev_tar_reader *r, struct evault_error *err)
{
	if (r->zero_blocks != EV_TAR_END / EV_TAR_BLOCK)
		return ev_fail(err, EVAULT_E_FORMAT, "tar stream: cut short at byte %llu",
			       (unsigned long long)r->offset);
	return EVAULT_OK;
}
