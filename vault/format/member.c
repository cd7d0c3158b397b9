#include "format/member.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	PART_ID_LEN = 16,
	PART_DIGITS = 5,
};

void
ev_member_name(const struct ev_member *m, char out[EV_MEMBER_NAME_SIZE])
{
	char hex[EVAULT_HEX_SIZE];
	bool part = m->kind == EV_MEMBER_PART;

	ev_hex_encode(m->id.b, part ? PART_ID_LEN : sizeof(m->id.b), hex);
	switch (m->kind) {
	case EV_MEMBER_OBJECT:
		snprintf(out, EV_MEMBER_NAME_SIZE, "objects/%s", hex);
		break;
	case EV_MEMBER_LIST:
		snprintf(out, EV_MEMBER_NAME_SIZE, "objects/%s.parts", hex);
		break;
	case EV_MEMBER_PART:
		snprintf(out, EV_MEMBER_NAME_SIZE, "parts/%s.%05" PRIu32, hex, m->part);
		break;
	case EV_MEMBER_RECORD:
		snprintf(out, EV_MEMBER_NAME_SIZE, "records/%s", hex);
		break;
	}
}

static bool
parse_part(struct ev_cursor *c, struct ev_member *m)
{
	struct ev_slice id = ev_cursor_until(c, '.');
	uint32_t part = 0;
	size_t i;

	if (c->bad || !ev_hex_decode(id, m->id.b, PART_ID_LEN))
		return false;
	for (i = 0; i < PART_DIGITS; i++) {
		uint8_t digit = ev_cursor_u8(c);

		if (digit < '0' || digit > '9')
			return false;
		part = part * 10 + (uint32_t)(digit - '0');
	}
	m->kind = EV_MEMBER_PART;
	m->part = part;
	return part >= 1 && ev_cursor_done(c);
}

static bool
parse_hash(struct ev_cursor *c, enum ev_member_kind kind, struct ev_member *m)
{
	m->kind = kind;
	if (!ev_hash_parse(ev_cursor_take(c, EVAULT_HEX_SIZE - 1), &m->id))
		return false;
	if (kind == EV_MEMBER_OBJECT && c->left > 0) {
		m->kind = EV_MEMBER_LIST;
		ev_cursor_expect(c, ".parts");
	}
	return ev_cursor_done(c);
}

bool
ev_member_parse_name(struct ev_slice name, struct ev_member *m)
{
	struct ev_cursor c = ev_cursor_of(name.data, name.len);
	struct ev_slice folder = ev_cursor_until(&c, '/');
	struct ev_member got = { 0 };
	bool good = false;

	if (c.bad)
		return false;
	if (ev_slice_is(folder, "objects"))
		good = parse_hash(&c, EV_MEMBER_OBJECT, &got);
	else if (ev_slice_is(folder, "records"))
		good = parse_hash(&c, EV_MEMBER_RECORD, &got);
	else if (ev_slice_is(folder, "parts"))
		good = parse_part(&c, &got);
	if (!good)
		return false;
	m->kind = got.kind;
	m->id = got.id;
	m->part = got.part;
	return true;
}

bool
ev_member_size_fits(enum ev_member_kind kind, uint64_t size)
{
	switch (kind) {
	case EV_MEMBER_OBJECT:
		return size <= EV_MEMBER_OBJECT_MAX;
	case EV_MEMBER_LIST:
		return size >= 1 && size <= EV_MEMBER_LIST_MAX;
	case EV_MEMBER_PART:
		return size >= 1 && size <= EV_MEMBER_OBJECT_MAX;
	case EV_MEMBER_RECORD:
		return size >= 1 && size <= EVAULT_RECORD_MAX;
	}
	return false;
}

/* ---- the table of members --------------------------------------------- */

void
ev_member_table_add(struct ev_buf *table, const struct ev_member *m)
{
	char name[EV_MEMBER_NAME_SIZE];

	ev_member_name(m, name);
	ev_buf_printf(table, "%" PRIu64 " %" PRIu64 " %s\n", m->offset, m->size, name);
}

enum evault_status
ev_member_table_next(struct ev_cursor *table, uint64_t *expected, struct ev_member *m,
		     struct evault_error *err)
{
	struct ev_slice line = ev_cursor_line(table);
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_member got = { 0 };
	struct ev_slice name;

	got.offset = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, " ");
	got.size = ev_cursor_decimal(&c, EV_TAR_SIZE_MAX);
	ev_cursor_expect(&c, " ");
	name = ev_cursor_take(&c, c.left);
	if (table->bad || c.bad || !ev_member_parse_name(name, &got) ||
	    !ev_member_size_fits(got.kind, got.size))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "table of members: the line for byte %llu is none",
			       (unsigned long long)*expected);
	if (got.offset != *expected)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "table of members: a member is at byte %llu and should be at %llu",
			       (unsigned long long)got.offset, (unsigned long long)*expected);
	*expected += ev_tar_member_size(got.size);
	*m = got;
	return EVAULT_OK;
}

/* ---- the list of parts ------------------------------------------------ */

void
ev_member_list_encode(struct ev_buf *out, const uint8_t id[16], uint64_t size)
{
	struct ev_member m = { .kind = EV_MEMBER_PART };
	char name[EV_MEMBER_NAME_SIZE];

	assert(size >= 1 && size <= EV_MEMBER_LISTED_MAX);
	memcpy(m.id.b, id, PART_ID_LEN);
	while (size > 0) {
		m.part++;
		m.size = size < EV_MEMBER_OBJECT_MAX ? size : EV_MEMBER_OBJECT_MAX;
		size -= m.size;
		ev_member_name(&m, name);
		ev_buf_printf(out, "%" PRIu64 " %s\n", m.size, name);
	}
}

static bool
list_line(struct ev_cursor *text, struct ev_member *m)
{
	struct ev_slice line = ev_cursor_line(text);
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_slice name;

	m->size = ev_cursor_decimal(&c, EV_MEMBER_OBJECT_MAX);
	ev_cursor_expect(&c, " ");
	name = ev_cursor_take(&c, c.left);
	return !text->bad && !c.bad && ev_member_parse_name(name, m) && m->kind == EV_MEMBER_PART &&
	       m->size >= 1;
}

enum evault_status
ev_member_list_decode(struct ev_slice text, uint8_t id[16], uint64_t *size,
		      struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_member first = { 0 }, m = { 0 };
	uint64_t total = 0;
	uint32_t n = 0;

	do {
		bool last_was_full = n == 0 || m.size == EV_MEMBER_OBJECT_MAX;

		n++;
		if (!list_line(&c, &m) || m.part != n || !last_was_full)
			return ev_fail(err, EVAULT_E_FORMAT,
				       "list of parts: line %lu is not the one for part %lu",
				       (unsigned long)n, (unsigned long)n);
		if (n == 1)
			first = m;
		if (!ev_hash_equal(&m.id, &first.id))
			return ev_fail(err, EVAULT_E_FORMAT,
				       "list of parts: line %lu names a part of another file",
				       (unsigned long)n);
		total += m.size;
	} while (c.left > 0);
	memcpy(id, first.id.b, PART_ID_LEN);
	*size = total;
	return EVAULT_OK;
}
