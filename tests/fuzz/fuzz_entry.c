/* Entries: lines are encoded as they were parsed, and head and lines make the text again. */
#include <stdint.h>
#include <stdlib.h>

#include "format/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
one_line(struct ev_slice text)
{
	struct ev_buf again = EV_BUF_INIT;
	struct ev_line line;

	if (ev_line_parse(text, &line, NULL) == EVAULT_OK) {
		ev_line_encode(&again, &line);
		must(again.len == text.len + 1 && again.data[text.len] == '\n');
		must(ev_slice_equal(ev_slice_of(again.data, text.len), text));
	}
	ev_buf_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf again = EV_BUF_INIT;
	struct ev_cursor lines;
	struct ev_entry entry;
	struct ev_line line;
	size_t n = 0;

	one_line(ev_slice_of(data, size));
	if (ev_entry_parse(ev_slice_of(data, size), &entry, NULL) != EVAULT_OK)
		return 0;
	ev_entry_head(&again, entry.origin, entry.after, &entry.root);
	lines = ev_cursor_of(entry.lines.data, entry.lines.len);
	for (; ev_entry_next(&lines, &line); n++) {
		ev_line_encode(&again, &line);
		must(entry.is_record == (line.kind == EV_LINE_RECORD));
	}
	must(ev_cursor_done(&lines));
	must(n == entry.n_lines && n >= 1 && n <= EV_ENTRY_LINES_MAX);
	must(!entry.is_record || (n == 1 && ev_hash_equal(&entry.record, &line.hash)));
	must(ev_slice_equal(ev_slice_of(again.data, again.len), entry.note.text));
	ev_buf_release(&again);
	return 0;
}
