/*
 * Keys on paper as pages to be printed: one HTML document, self-contained, in
 * UTF-8, without scripts and without anything from a network, one page for
 * each key or share, in English and Russian.
 */
#ifndef EV_FORMAT_PAPER_PAGE_H
#define EV_FORMAT_PAPER_PAGE_H

#include "format/paper.h"

/*
 * Appends the document; `html` is an EV_BUF_SECRET_INIT of the caller's, some
 * 4 KiB for each page.  `label` (may be NULL) is what people call the vault, and
 * `made` (may be NULL) the day, as text: any bytes, both are escaped.
 * E_NOMEM.
 */
enum evault_status ev_paper_pages(const struct ev_paper *papers, size_t n, const char *label,
				  const char *made, struct ev_buf *html, struct evault_error *err);

#endif
