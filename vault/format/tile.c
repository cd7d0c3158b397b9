/*
 * Tiles and entry bundles: C2SP tlog-tiles.md, declared in merkle.h.
 */
#include <assert.h>
#include <string.h>

#include "format/merkle.h"

enum {
	TILE_HEIGHT = 8,
	LEVEL_MAX = 63,
	GROUPS_MAX = 7, /* of three digits: 2^64 has twenty */
	ENTRY_MAX = 65535,
};

unsigned
ev_tile_width(unsigned level, uint64_t n, uint64_t size)
{
	uint64_t count;

	if (level == EV_TILE_ENTRIES)
		level = 0;
	count = level < 64 / TILE_HEIGHT ? size >> (TILE_HEIGHT * level) : 0;
	if (n > count / EV_TILE_WIDTH)
		return 0;
	count -= n * EV_TILE_WIDTH;
	return count < EV_TILE_WIDTH ? (unsigned)count : EV_TILE_WIDTH;
}

/* Writes a decimal number of at most three digits, at least `digits` of them; gives the end. */
static char *
put_number(char *at, unsigned number, unsigned digits)
{
	if (number >= 100 || digits == 3)
		*at++ = (char)('0' + number / 100 % 10);
	if (number >= 10 || digits == 3)
		*at++ = (char)('0' + number / 10 % 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

static char *
put_text(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

void
ev_tile_path(unsigned level, uint64_t n, unsigned width, char out[EV_TILE_PATH_SIZE])
{
	unsigned groups[GROUPS_MAX], i = 0;
	char *at = put_text(out, "tile/");

	assert(level <= EV_TILE_ENTRIES && width >= 1 && width <= EV_TILE_WIDTH);
	if (level == EV_TILE_ENTRIES)
		at = put_text(at, "entries");
	else
		at = put_number(at, level, 1);
	*at++ = '/';
	do {
		groups[i++] = (unsigned)(n % 1000);
		n /= 1000;
	} while (n > 0);
	while (i > 1) {
		*at++ = 'x';
		at = put_number(at, groups[--i], 3);
		*at++ = '/';
	}
	at = put_number(at, groups[0], 3);
	if (width < EV_TILE_WIDTH) {
		at = put_text(at, ".p/");
		at = put_number(at, width, 1);
	}
	*at = '\0';
}

/* Three digits; the cursor turns bad otherwise. */
static unsigned
take_group(struct ev_cursor *c)
{
	struct ev_slice s = ev_cursor_take(c, 3);
	unsigned group = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			c->bad = true;
		group = group * 10 + (unsigned)(s.data[i] - '0');
	}
	return group;
}

static uint64_t
take_index(struct ev_cursor *c)
{
	unsigned group, i;
	bool more = true;
	uint64_t n = 0;

	for (i = 0; more && !c->bad; i++) {
		more = c->left > 0 && *c->at == 'x';
		if (more)
			ev_cursor_expect(c, "x");
		group = take_group(c);
		/* A leading "x000/" would be a second spelling. */
		if ((i == 0 && more && group == 0) || n > (UINT64_MAX - group) / 1000)
			c->bad = true;
		n = n * 1000 + group;
		if (more)
			ev_cursor_expect(c, "/");
	}
	return n;
}

bool
ev_tile_path_parse(struct ev_slice path, unsigned *level, uint64_t *n, unsigned *width)
{
	struct ev_cursor c = ev_cursor_of(path.data, path.len);
	unsigned at_level = EV_TILE_ENTRIES, wide = EV_TILE_WIDTH;
	uint64_t index;

	ev_cursor_expect(&c, "tile/");
	if (!c.bad && c.left > 0 && *c.at == 'e')
		ev_cursor_expect(&c, "entries");
	else
		at_level = (unsigned)ev_cursor_decimal(&c, LEVEL_MAX);
	ev_cursor_expect(&c, "/");
	index = take_index(&c);
	if (!c.bad && c.left > 0) {
		ev_cursor_expect(&c, ".p/");
		wide = (unsigned)ev_cursor_decimal(&c, EV_TILE_WIDTH - 1);
	}
	if (!ev_cursor_done(&c) || wide == 0)
		return false;
	*level = at_level;
	*n = index;
	*width = wide;
	return true;
}

enum evault_status
ev_tile_entry_add(struct ev_buf *bundle, struct ev_slice entry, struct evault_error *err)
{
	uint8_t head[2];

	if (entry.len > ENTRY_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "an entry of more than %d bytes", ENTRY_MAX);
	ev_put_be16(head, (uint16_t)entry.len);
	ev_buf_add(bundle, head, sizeof(head));
	ev_buf_add(bundle, entry.data, entry.len);
	return ev_buf_ask(bundle, err);
}

struct ev_slice
ev_tile_entry_next(struct ev_cursor *bundle)
{
	size_t len = ev_cursor_be16(bundle);

	return ev_cursor_take(bundle, len);
}
