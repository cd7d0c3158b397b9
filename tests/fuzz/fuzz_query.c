/* A term, a NUL, and a text: places are in order and inside; a line to show has its place. */
#include <stdlib.h>
#include <string.h>

#include "format/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct ev_query_term *term, struct ev_slice text)
{
	size_t at = 0, from, to, first = text.len;
	struct ev_slice line;

	while (ev_query_find(term, text, at, &from, &to)) {
		if (from < at || to <= from || to > text.len)
			abort();
		line = ev_query_line(text, from, to);
		if (line.data > text.data + from || line.data + line.len > text.data + text.len ||
		    line.data + line.len <= text.data + from || line.len > 1000)
			abort();
		first = from < first ? from : first;
		at = to;
	}
	/* The line alone has it, too, unless it was too long to show. */
	if (ev_query_find(term, text, 0, &from, &to) && from != first)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size);
	struct ev_query_term term;

	if (nul == NULL || ev_query_parse((const char *)data, &term, NULL) != EVAULT_OK)
		return 0;
	look(&term, ev_slice_of(nul + 1, size - (size_t)(nul + 1 - data)));
	(void)ev_query_is_field(&term, ev_slice_of(nul + 1, size - (size_t)(nul + 1 - data)));
	ev_query_release(&term);
	return 0;
}
