/*
 * A stream that is read must be written again byte for byte, and be read the
 * same way whatever its pieces are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rewriter {
	struct ev_buf out;
	uint64_t size, got;
};

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct rewriter *w = ctx;
	uint8_t block[EV_TAR_BLOCK];

	(void)err;
	if (offset != w->out.len || !ev_tar_header(block, name, size))
		abort();
	ev_buf_add(&w->out, block, sizeof(block));
	w->size = size;
	w->got = 0;
	return EVAULT_OK;
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct rewriter *w = ctx;

	(void)err;
	if (len == 0 || len > w->size - w->got)
		abort();
	ev_buf_add(&w->out, data, len);
	w->got += len;
	return EVAULT_OK;
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	struct rewriter *w = ctx;

	(void)err;
	if (w->got != w->size)
		abort();
	ev_buf_fill(&w->out, 0, ev_tar_padding(w->size));
	return EVAULT_OK;
}

static enum evault_status
rewrite(const uint8_t *data, size_t size, size_t piece, struct rewriter *w)
{
	struct ev_tar_reader r;
	enum evault_status rc = EVAULT_OK;
	size_t at, len;

	ev_tar_reader_init(&r, (struct ev_tar_events){ on_member, on_data, on_end, w });
	for (at = 0; at < size && rc == EVAULT_OK; at += len) {
		len = size - at < piece ? size - at : piece;
		rc = ev_tar_reader_update(&r, data + at, len, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_tar_reader_finish(&r, NULL);
	ev_buf_fill(&w->out, 0, EV_TAR_END);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rewriter whole = { 0 }, pieces = { 0 };
	enum evault_status rc = rewrite(data, size, size + 1, &whole);
	size_t piece = size > 0 ? 1 + data[size / 2] : 1;

	if (rewrite(data, size, piece, &pieces) != rc)
		abort();
	if (rc == EVAULT_OK) {
		struct ev_slice in = ev_slice_of(data, size);

		if (!ev_slice_equal(in, ev_slice_of(whole.out.data, whole.out.len)) ||
		    !ev_slice_equal(in, ev_slice_of(pieces.out.data, pieces.out.len)))
			abort();
	}
	ev_buf_release(&whole.out);
	ev_buf_release(&pieces.out);
	return 0;
}
