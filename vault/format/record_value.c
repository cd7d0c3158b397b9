/*
 * What FORMAT.md says of the values of single fields (Record, the table).
 */
#include <string.h>

#include "base/os.h"
#include "format/provenance.h"

static bool
fits_time(struct ev_slice value)
{
	int64_t seconds;
	uint32_t ns;

	/* A fraction is for `modified` alone. */
	return value.len == sizeof("2026-11-22T09:15:09Z") - 1 &&
	       ev_os_parse_time(value, &seconds, &ns);
}

static bool
fits_modified(struct ev_slice value)
{
	int64_t seconds;
	uint32_t ns;

	return ev_os_parse_time(value, &seconds, &ns);
}

static bool
fits_size(struct ev_slice value)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);

	ev_cursor_decimal(&c, UINT64_MAX);
	return ev_cursor_done(&c);
}

static bool
fits_hash(struct ev_slice value)
{
	struct ev_hash hash;

	return ev_hash_parse(value, &hash);
}

static bool
fits_path(struct ev_slice value)
{
	return value.len == 0 || memchr(value.data, 0, value.len) == NULL;
}

/* "K=V", and K has at least one byte. */
static bool
fits_field(struct ev_slice value)
{
	struct ev_slice key = ev_record_key(value);

	return key.len < value.len && key.len > 0 && key.len <= EV_RECORD_KEY_MAX;
}

/* "<index> <digest>" */
static bool
fits_about(struct ev_slice value)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);

	ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, " ");
	return !c.bad && fits_hash(ev_slice_of(c.at, c.left));
}

/* "<64 hex> <index> <digest>" */
static bool
fits_source(struct ev_slice value)
{
	struct ev_provenance p;

	return ev_provenance_parse(value, &p);
}

struct ev_slice
ev_record_key(struct ev_slice value)
{
	const uint8_t *equals = value.len == 0 ? NULL : memchr(value.data, '=', value.len);

	return equals == NULL ? value : ev_slice_of(value.data, (size_t)(equals - value.data));
}

static const struct {
	const char *name;
	bool (*fits)(struct ev_slice value);
} rules[] = {
	{ "time", fits_time },     { "modified", fits_modified }, { "size", fits_size },
	{ "sha256", fits_hash },   { "pack", fits_hash },         { "name", fits_path },
	{ "folder", fits_path },   { "field", fits_field },       { "about", fits_about },
	{ "source", fits_source },
};

/* What a name was in the vault that a record came from, if it was moved (provenance.h). */
static struct ev_slice
moved_from(struct ev_slice name)
{
	while (ev_slice_starts(name, "from-"))
		name = ev_slice_of(name.data + 5, name.len - 5);
	return name;
}

static bool
is_moved(struct ev_slice name, struct ev_slice was)
{
	return was.len < name.len && (ev_slice_is(was, "about") || ev_slice_is(was, "source"));
}

bool
ev_record_value_fits(struct ev_slice name, struct ev_slice value)
{
	struct ev_slice was = moved_from(name);
	size_t i;

	if (is_moved(name, was))
		name = was;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (ev_slice_is(name, rules[i].name))
			return rules[i].fits(value);
	return true;
}

bool
ev_record_repeatable(struct ev_slice name)
{
	return ev_slice_is(name, "tag") || ev_slice_is(moved_from(name), "about");
}
