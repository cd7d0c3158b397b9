#include "format/html.h"

#include <string.h>

static void
escape(struct ev_buf *html, struct ev_slice shown)
{
	size_t i;

	for (i = 0; i < shown.len; i++) {
		switch (shown.data[i]) {
		case '&':
			ev_buf_puts(html, "&amp;");
			break;
		case '<':
			ev_buf_puts(html, "&lt;");
			break;
		case '>':
			ev_buf_puts(html, "&gt;");
			break;
		case '"':
			ev_buf_puts(html, "&quot;");
			break;
		case '\'':
			ev_buf_puts(html, "&#39;");
			break;
		default:
			ev_buf_add(html, &shown.data[i], 1);
		}
	}
}

void
ev_html_line(struct ev_buf *html, struct ev_slice raw)
{
	struct ev_buf shown = EV_BUF_INIT;

	ev_show(&shown, raw);
	escape(html, ev_slice_of(shown.data, shown.len));
	html->bad = html->bad || shown.bad;
	ev_buf_release(&shown);
}

void
ev_html_text(struct ev_buf *html, struct ev_slice raw)
{
	struct ev_cursor c = ev_cursor_of(raw.data, raw.len);
	const uint8_t *end;

	while (c.left > 0 && (end = memchr(c.at, '\n', c.left)) != NULL) {
		ev_html_line(html, ev_cursor_take(&c, (size_t)(end - c.at)));
		ev_buf_add(html, ev_cursor_take(&c, 1).data, 1);
	}
	ev_html_line(html, ev_cursor_take(&c, c.left));
}
