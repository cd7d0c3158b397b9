/* Armor: the same in one piece and byte by byte; what is taken comes back from the writer. */
#include <stdlib.h>
#include <string.h>

#include "format/armor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool good)
{
	if (!good)
		abort();
}

static enum evault_status
read_armor(const uint8_t *data, size_t size, size_t piece, struct ev_buf *out)
{
	struct ev_armor_reader *r = NULL;
	enum evault_status rc;
	size_t at, n;

	rc = ev_armor_reader_new(ev_sink_buf(out), &r, NULL);
	for (at = 0; rc == EVAULT_OK && at < size; at += n) {
		n = size - at < piece ? size - at : piece;
		rc = ev_armor_reader_update(r, data + at, n, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_armor_reader_finish(r, NULL);
	ev_armor_reader_free(r);
	return rc;
}

/* What the reader took is what the writer writes, but for white space around it and CR. */
static void
compare(const struct ev_buf *bytes, const uint8_t *data, size_t size)
{
	struct ev_armor_writer *w = NULL;
	struct ev_buf text = EV_BUF_INIT;
	size_t i, j = 0;

	need(ev_armor_writer_new(ev_sink_buf(&text), &w, NULL) == EVAULT_OK);
	need(ev_armor_writer_update(w, bytes->data, bytes->len, NULL) == EVAULT_OK);
	need(ev_armor_writer_finish(w, NULL) == EVAULT_OK);
	for (i = 0; i < size && data[i] != '-'; i++)
		;
	for (; i < size && j < text.len; i++) {
		if (data[i] == '\r')
			continue;
		need(data[i] == text.data[j]);
		j++;
	}
	need(j + 1 >= text.len); /* the last LF may be missing */
	ev_armor_writer_free(w);
	ev_buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf one = EV_BUF_INIT, many = EV_BUF_INIT;
	enum evault_status rc = read_armor(data, size, size + 1, &one);

	need(rc == EVAULT_OK || rc == EVAULT_E_FORMAT);
	need(read_armor(data, size, 1, &many) == rc);
	if (rc == EVAULT_OK) {
		need(ev_armor_is(ev_slice_of(data, size)));
		need(one.len == many.len);
		need(one.len == 0 || memcmp(one.data, many.data, one.len) == 0);
		compare(&one, data, size);
	}
	ev_buf_release(&one);
	ev_buf_release(&many);
	return 0;
}
