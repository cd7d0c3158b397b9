#include "format/paper_page.h"

#include "base/secret.h"
#include "unit.h"

static const char origin[] =
    "evault/3f9a01c2d4e5f607182930a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5";

static struct ev_paper *papers;

/* Three shares of five; `label` and `made` as they are. */
static bool
pages(struct ev_buf *html, const char *label, const char *made)
{
	struct ev_age_identity identity;

	memset(&identity, 0x42, sizeof(identity));
	return CHECK(ev_paper_split(&identity, origin, 3, 5, papers, NULL) == EVAULT_OK) &&
	       CHECK(ev_paper_pages(papers, 5, label, made, html, NULL) == EVAULT_OK) &&
	       CHECK(ev_buf_text(html) != NULL);
}

static unsigned
count(const struct ev_buf *html, const char *what)
{
	const char *at = (const char *)html->data;
	unsigned n = 0;

	for (; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

static void
each_share_has_a_page_of_its_own_with_all_its_groups(void)
{
	struct ev_buf html = EV_BUF_SECRET_INIT;
	char text[EV_PAPER_TEXT_SIZE], group[EV_PAPER_GROUP + 1];
	unsigned i, place;

	NEED(pages(&html, "Archive", "2026-11-22"));
	CHECK(count(&html, "<section>") == 5 && count(&html, "</section>") == 5);
	CHECK(count(&html, "<h1>Share ") == 5 && count(&html, "3f9a01c2d4e5f607") == 5);
	CHECK(count(&html, "<h1>Share 4 of") == 1 && count(&html, "Archive") == 5);
	for (i = 0; i < 5; i++) {
		ev_paper_text(&papers[i], text);
		for (place = 0; place < EV_PAPER_GROUPS; place++) {
			memcpy(group, text + place * 7, EV_PAPER_GROUP);
			group[EV_PAPER_GROUP] = '\0';
			CHECK(count(&html, group) > 0);
		}
	}
	CHECK(count(&html, "<small>16</small>") == 5);
	ev_buf_wipe(&html);
}

static void
what_is_printed_parses_when_typed_from_the_page(void)
{
	struct ev_buf html = EV_BUF_SECRET_INIT, typed = EV_BUF_SECRET_INIT;
	struct ev_paper *back = papers + 5;
	const char *at;

	NEED(pages(&html, NULL, NULL));
	for (at = (const char *)html.data; (at = strstr(at, "<b>")) != NULL; at++)
		ev_buf_add(&typed, at + 3, EV_PAPER_GROUP);
	NEED(typed.len == 5 * 96);
	CHECK(ev_paper_parse(ev_slice_of(typed.data + 96, 96), back, NULL, NULL) == EVAULT_OK);
	CHECK(back->number == 2 && memcmp(back->secret, papers[1].secret, 32) == 0);
	ev_buf_wipe(&typed);
	ev_buf_wipe(&html);
}

static void
a_page_runs_nothing_and_fetches_nothing(void)
{
	struct ev_buf html = EV_BUF_SECRET_INIT;

	NEED(pages(&html, "<script>alert(1)</script>",
		   "\"'><img src=x onerror=y>&\x1b\xe2\x80\xae"));
	CHECK(count(&html, "<script") == 0 && count(&html, "<img") == 0);
	CHECK(count(&html, "&lt;script&gt;alert(1)&lt;/script&gt;") == 5);
	CHECK(count(&html, "&quot;&#39;&gt;&lt;img src=x onerror=y&gt;&amp;\\x1B\\u{202E}") == 5);
	CHECK(count(&html, "http:") == 0 && count(&html, "https:") == 0);
	CHECK(count(&html, "url(") == 0 && count(&html, "src=") == 5 && count(&html, "href") == 0);
	CHECK(count(&html, "default-src 'none'") == 1);
	ev_buf_wipe(&html);
}

static void
a_recovery_key_is_called_so(void)
{
	struct ev_buf html = EV_BUF_SECRET_INIT;
	struct ev_age_identity identity;

	memset(&identity, 0x42, sizeof(identity));
	NEED(ev_paper_recovery(&identity, origin, papers, NULL) == EVAULT_OK);
	NEED(ev_paper_pages(papers, 1, NULL, NULL, &html, NULL) == EVAULT_OK);
	NEED(ev_buf_text(&html) != NULL);
	CHECK(count(&html, "<section>") == 1 && count(&html, "Recovery key") == 1);
	CHECK(count(&html, "Share ") == 0);
	ev_buf_wipe(&html);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK ||
	    (papers = ev_secret_new(6 * sizeof(*papers))) == NULL)
		return 2;
	UNIT_RUN(each_share_has_a_page_of_its_own_with_all_its_groups);
	UNIT_RUN(what_is_printed_parses_when_typed_from_the_page);
	UNIT_RUN(a_page_runs_nothing_and_fetches_nothing);
	UNIT_RUN(a_recovery_key_is_called_so);
	ev_secret_free(papers);
	return unit_end();
}
