/*
 * What is shown is valid UTF-8 without controls, says the same of what is
 * shown again, and fits; times are read as they are written.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool good)
{
	if (!good)
		abort();
}

static void
need_printable(struct ev_slice s)
{
	struct ev_cursor c = ev_cursor_of(s.data, s.len);
	size_t len;

	while (c.left > 0) {
		len = ev_utf8_len(ev_slice_of(c.at, c.left));
		need(len > 0 && c.at[0] >= 0x20 && c.at[0] != 0x7F);
		need(c.at[0] != 0xC2 || c.at[1] >= 0xA0);
		need(len != 3 || memcmp(c.at, "\u202E", 3) != 0);
		ev_cursor_take(&c, len);
	}
}

/* Undoes the escapes of `shown`: it must give the bytes that were shown. */
static void
need_unambiguous(struct ev_slice raw, struct ev_slice shown)
{
	struct ev_cursor r = ev_cursor_of(raw.data, raw.len);
	struct ev_cursor s = ev_cursor_of(shown.data, shown.len);
	struct ev_slice form;
	uint8_t byte;
	size_t len;

	while (r.left > 0) {
		len = ev_utf8_len(ev_slice_of(r.at, r.left));
		form = ev_cursor_take(&r, len == 0 ? 1 : len);
		byte = ev_cursor_u8(&s);
		if (byte != '\\') {
			need(byte == form.data[0]);
			need(ev_slice_equal(ev_cursor_take(&s, form.len - 1),
					    ev_slice_of(form.data + 1, form.len - 1)));
			continue;
		}
		byte = ev_cursor_u8(&s);
		need(byte == 'x' || byte == 'u' || byte == '\\');
		need((byte == '\\') == (form.data[0] == '\\'));
		if (byte == 'x')
			ev_cursor_take(&s, 2);
		else if (byte == 'u')
			ev_cursor_until(&s, '}');
	}
	need(ev_cursor_done(&s));
}

static void
try_time(struct ev_slice text)
{
	char again[31];
	int64_t seconds;
	uint32_t ns;

	if (!ev_os_parse_time(text, &seconds, &ns))
		return;
	ev_os_format_time_ns(seconds, ns, again);
	need(ev_slice_is(text, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice raw = ev_slice_of(data, size);
	struct ev_buf shown = EV_BUF_INIT;
	char *path = malloc(size + 1);
	char out[EV_SHOW_SIZE];

	ev_show(&shown, raw);
	need_printable(ev_slice_of(shown.data, shown.len));
	need_unambiguous(raw, ev_slice_of(shown.data, shown.len));
	ev_buf_release(&shown);
	need(path != NULL);
	memcpy(path, raw.data, size);
	path[size] = '\0';
	need(strlen(ev_show_path(path, out)) < EV_SHOW_SIZE);
	need_printable(ev_slice_text(out));
	free(path);
	try_time(raw);
	return 0;
}
