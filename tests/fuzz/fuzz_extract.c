/*
 * Text of files: the first byte picks the media type.  Never a failure, never
 * more than the limit, and the same in whatever pieces the bytes come.
 */
#include <stdlib.h>
#include <string.h>

#include "format/extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
extract(const char *type, const uint8_t *data, size_t size, size_t step, struct ev_buf *text)
{
	struct ev_extract *x = NULL;
	enum evault_status rc = ev_extract_new(ev_slice_text(type), text, &x, NULL);
	size_t i, n;

	for (i = 0; i < size && rc == EVAULT_OK; i += n) {
		n = size - i < step ? size - i : step;
		rc = ev_extract_write(x, data + i, n, NULL);
	}
	if (rc == EVAULT_E_CANCELLED)
		rc = EVAULT_OK;
	if (rc != EVAULT_OK || ev_extract_end(x, NULL) != EVAULT_OK || text->len > EV_EXTRACT_MAX)
		abort();
	ev_extract_free(x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {
		"text/plain",
		"text/html",
		"application/xml",
		"message/rfc822",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.oasis.opendocument.text",
		"application/octet-stream",
		"application/epub+zip",
	};
	struct ev_buf whole = EV_BUF_INIT, pieces = EV_BUF_INIT;
	const char *type;

	if (size == 0)
		return 0;
	type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
	extract(type, data + 1, size - 1, size, &whole);
	extract(type, data + 1, size - 1, 1 + data[0] / 8U, &pieces);
	if (!ev_slice_equal(ev_slice_of(whole.data, whole.len),
			    ev_slice_of(pieces.data, pieces.len)))
		abort();
	ev_buf_release(&whole);
	ev_buf_release(&pieces);
	return 0;
}
