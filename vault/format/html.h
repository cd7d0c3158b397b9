/*
 * Text of others in an HTML document of ours: nothing of it is ever read as
 * HTML, in an element or in a quoted attribute, and nothing of it is unseen.
 */
#ifndef EV_FORMAT_HTML_H
#define EV_FORMAT_HTML_H

#include "base/bytes.h"

/* Appends any bytes: shown as by ev_show, then & < > " ' as references. */
void ev_html_line(struct ev_buf *html, struct ev_slice raw);
/* The same for text of several lines: LF stays. */
void ev_html_text(struct ev_buf *html, struct ev_slice raw);

#endif
