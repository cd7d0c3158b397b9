/*
 * Extended headers of tar: pax records (POSIX.1-2001), and GNU's long names.
 */
#include <string.h>

#include "format/archive_private.h"

/* A number that is the whole value. */
static bool
whole_number(struct ev_slice value, uint64_t *out)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);

	*out = ev_cursor_decimal(&c, EV_ARCHIVE_SIZE_MAX);
	return ev_cursor_done(&c);
}

static const char *
set_name(struct ev_slice name, struct ev_archive_extra *extra)
{
	if (extra->has_name)
		return N_("two names for one member");
	if (name.len == 0 || name.len > EV_PATH_MAX || memchr(name.data, 0, name.len) != NULL)
		return N_("a long name that is empty, has a NUL, or is too long");
	ev_buf_clear(&extra->name);
	ev_buf_add(&extra->name, name.data, name.len);
	extra->has_name = true;
	return NULL;
}

static const char *
set_size(struct ev_slice value, struct ev_archive_extra *extra)
{
	if (extra->has_size)
		return N_("two sizes for one member");
	if (!whole_number(value, &extra->size))
		return N_("a malformed size");
	extra->has_size = true;
	return NULL;
}

/* What is not known by name says nothing about name and body: times, owners, attributes. */
static const char *
take_pax(struct ev_slice key, struct ev_slice value, bool all, struct ev_archive_extra *extra)
{
	bool path = ev_slice_is(key, "path"), size = ev_slice_is(key, "size");

	if (all && (path || size || ev_slice_is(key, "linkpath")))
		return N_("one name, size or link for all members");
	if (path)
		return set_name(value, extra);
	if (size)
		return set_size(value, extra);
	if (ev_slice_is(key, "linkpath"))
		extra->has_link = true;
	if (ev_slice_starts(key, "GNU.sparse.") || ev_slice_is(key, "SCHILY.realsize") ||
	    ev_slice_is(key, "SUN.holesdata"))
		return N_("a file with holes, which evault does not read");
	if (ev_slice_starts(key, "GNU.volume."))
		return N_("a part of a file whose rest is in another archive");
	if (ev_slice_is(key, "hdrcharset") && !ev_slice_is(value, "BINARY") &&
	    !ev_slice_is(value, "ISO-IR 10646 2000 UTF-8"))
		return N_("names in another encoding than UTF-8");
	return NULL;
}

/* "<length> <key>=<value>" LF, the length being that of the whole; false when it is not so. */
static bool
next_record(struct ev_cursor *c, struct ev_slice *key, struct ev_slice *value)
{
	const uint8_t *start = c->at;
	size_t left = c->left, head;
	uint64_t len = ev_cursor_decimal(c, EV_ARCHIVE_EXTRA_MAX);
	struct ev_cursor record;

	ev_cursor_expect(c, " ");
	head = left - c->left;
	if (c->bad || len <= head || len > left)
		return false;
	(void)ev_cursor_take(c, (size_t)len - head);
	record = ev_cursor_of(start + head, (size_t)len - head);
	*key = ev_cursor_until(&record, '=');
	if (record.bad || key->len == 0 || record.left == 0 || record.at[record.left - 1] != '\n')
		return false;
	*value = ev_cursor_take(&record, record.left - 1);
	return true;
}

static const char *
read_pax(struct ev_slice body, bool all, struct ev_archive_extra *extra)
{
	struct ev_cursor c = ev_cursor_of(body.data, body.len);
	struct ev_slice key, value;
	const char *fault = NULL;

	while (fault == NULL && c.left > 0) {
		if (!next_record(&c, &key, &value))
			return N_("a malformed extended header");
		fault = take_pax(key, value, all, extra);
	}
	return fault;
}

/* A name, and NULs after it. */
static const char *
read_long_name(struct ev_slice body, struct ev_archive_extra *extra)
{
	while (body.len > 0 && body.data[body.len - 1] == 0)
		body.len--;
	return set_name(body, extra);
}

const char *
ev_archive_extra_read(enum ev_archive_kind kind, struct ev_slice body,
		      struct ev_archive_extra *extra)
{
	switch (kind) {
	case EV_ARCHIVE_PAX:
		extra->pax = true;
		return read_pax(body, false, extra);
	case EV_ARCHIVE_PAX_ALL:
		return read_pax(body, true, extra);
	case EV_ARCHIVE_LONG_NAME:
		extra->gnu = true;
		return read_long_name(body, extra);
	default:
		extra->gnu = true;
		extra->has_link = true;
		return NULL;
	}
}
