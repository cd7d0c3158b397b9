/*
 * An archive is read in the same way whatever its pieces are; each name is
 * one that stays below its folder, and each body has the size that was told.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct ev_buf text;
	uint64_t size, got;
};

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct seen *s = ctx;

	if (ev_path_check(name, err) != EVAULT_OK || offset % EV_TAR_BLOCK != 0)
		abort();
	ev_buf_add(&s->text, name.data, name.len);
	ev_buf_printf(&s->text, "\n%llu\n", (unsigned long long)size);
	s->size = size;
	s->got = 0;
	return EVAULT_OK;
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct seen *s = ctx;

	(void)err;
	if (len == 0 || len > s->size - s->got)
		abort();
	ev_buf_add(&s->text, data, len);
	s->got += len;
	return EVAULT_OK;
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	struct seen *s = ctx;

	(void)err;
	if (s->got != s->size)
		abort();
	return EVAULT_OK;
}

static enum evault_status
read_in(const uint8_t *data, size_t size, size_t piece, struct seen *s)
{
	struct ev_tar_events events = { on_member, on_data, on_end, s };
	struct ev_archive_reader *r = ev_archive_reader_new(events);
	enum evault_status rc = EVAULT_OK;
	size_t at, len;

	if (r == NULL)
		abort();
	for (at = 0; at < size && rc == EVAULT_OK; at += len) {
		len = size - at < piece ? size - at : piece;
		rc = ev_archive_reader_update(r, data + at, len, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_archive_reader_finish(r, NULL);
	ev_archive_reader_free(r);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = { 0 }, pieces = { 0 };
	enum evault_status rc = read_in(data, size, size + 1, &whole);
	size_t piece = size > 0 ? 1 + data[size / 2] : 1;

	if (read_in(data, size, piece, &pieces) != rc)
		abort();
	if (!ev_slice_equal(ev_slice_of(whole.text.data, whole.text.len),
			    ev_slice_of(pieces.text.data, pieces.text.len)))
		abort();
	ev_buf_release(&whole.text);
	ev_buf_release(&pieces.text);
	return 0;
}
