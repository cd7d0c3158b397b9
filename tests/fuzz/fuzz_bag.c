/*
 * Tag files of bags.  The first byte picks which; a manifest is read in the
 * same way whatever its pieces are, its names stay below their folder, and a
 * line that is not odd is written again byte for byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/bag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct ev_buf lines;
	bool odd;
};

static enum evault_status
on_line(void *ctx, const struct ev_bag_line *line, struct evault_error *err)
{
	struct seen *s = ctx;
	struct ev_hash hash;

	if (ev_path_check(line->name, err) != EVAULT_OK || !ev_slice_starts(line->name, "data/"))
		abort();
	memcpy(hash.b, line->hash, sizeof(hash.b));
	ev_bag_line_put(&s->lines, &hash, line->name);
	s->odd = s->odd || line->odd != 0;
	return EVAULT_OK;
}

static enum evault_status
read_in(struct ev_slice text, size_t piece, unsigned version, struct seen *s)
{
	static struct ev_bag_reader r;
	enum evault_status rc = EVAULT_OK;
	size_t at, len;

	ev_bag_reader_init(&r, EV_BAG_MANIFEST, EV_DIGEST_SHA256, version, on_line, s);
	for (at = 0; at < text.len && rc == EVAULT_OK; at += len) {
		len = text.len - at < piece ? text.len - at : piece;
		rc = ev_bag_reader_update(&r, text.data + at, len, NULL);
	}
	return rc == EVAULT_OK ? ev_bag_reader_finish(&r, NULL) : rc;
}

static bool
same_but_for_empty_lines(struct ev_slice text, struct ev_slice lines)
{
	size_t i, at = 0;

	for (i = 0; i < text.len; i++) {
		bool ends = text.data[i] == '\n' || text.data[i] == '\r';

		if (ends && (i == 0 || text.data[i - 1] == '\n' || text.data[i - 1] == '\r'))
			continue;
		if (at == lines.len || lines.data[at] != text.data[i])
			return false;
		at++;
	}
	return at == lines.len;
}

static void
manifest(struct ev_slice text, unsigned version)
{
	struct seen whole = { 0 }, pieces = { 0 };
	enum evault_status rc = read_in(text, text.len + 1, version, &whole);

	if (read_in(text, 3, version, &pieces) != rc ||
	    !ev_slice_equal(ev_slice_of(whole.lines.data, whole.lines.len),
			    ev_slice_of(pieces.lines.data, pieces.lines.len)))
		abort();
	if (rc == EVAULT_OK && !whole.odd && version == EV_BAG_1_0 &&
	    !same_but_for_empty_lines(text, ev_slice_of(whole.lines.data, whole.lines.len)))
		abort();
	ev_buf_release(&whole.lines);
	ev_buf_release(&pieces.lines);
}

static void
info(struct ev_slice text)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_buf value = EV_BUF_INIT;
	uint64_t bytes, files;
	struct ev_slice label;

	while (ev_bag_info_next(&c, 97, &label, &value)) {
		if (label.len == 0)
			abort();
		(void)ev_bag_oxum_parse(ev_slice_of(value.data, value.len), &bytes, &files);
	}
	ev_buf_release(&value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_bag_declaration d;
	struct ev_slice text;
	uint64_t files;

	if (size == 0)
		return 0;
	text = ev_slice_of(data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		manifest(text, EV_BAG_1_0);
		break;
	case 1:
		manifest(text, 97);
		break;
	case 2:
		info(text);
		break;
	case 3:
		(void)ev_bag_declaration_parse(text, &d, NULL);
		break;
	default:
		(void)ev_bag_fetch_check(text, &files, NULL);
	}
	return 0;
}
