/* The head and the end of the report, and what all its parts are made of. */
#include "format/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "format/html.h"
#include "format/report_private.h"

/*
 * Values are clipped at their box, so that marks stacked on a letter cover
 * nothing beside it; and long words break anywhere: hashes, on a telephone.
 */
static const char style[] =
    "\n"
    ":root { color-scheme: light; }\n"
    "* { box-sizing: border-box; }\n"
    "body { font: 1rem/1.5 system-ui, 'Noto Sans', sans-serif; color: #1a1a1a; background: #fff; "
    "max-width: 50rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; "
    "-webkit-text-size-adjust: 100%; text-size-adjust: 100%; }\n"
    "h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 1rem; }\n"
    "h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; }\n"
    "h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }\n"
    "p { margin: .5rem 0; }\n"
    "li { margin: .4rem 0; }\n"
    "code { font: .875em/1.5 ui-monospace, 'DejaVu Sans Mono', Consolas, monospace; }\n"
    "small, .note { font-size: .85rem; color: #555; }\n"
    "small { display: block; }\n"
    "a { color: #0b4f8a; }\n"
    "dl { margin: 0; }\n"
    "dl > div { padding: .35rem 0; border-top: 1px solid #ddd; }\n"
    "dt { font-weight: 600; }\n"
    "dd { margin: 0; min-width: 0; overflow: clip; }\n"
    ".value { white-space: pre-wrap; width: fit-content; max-width: 100%; }\n"
    ".count { border: 2px solid #1a1a1a; padding: .75rem 1rem; margin: 1.25rem 0; }\n"
    ".count strong { font-size: 1.15rem; }\n"
    "article { border-top: 4px solid #1a1a1a; padding: 1rem 0 0; margin: 2.5rem 0 0; }\n"
    ".retracted { background: #fde8e6; border: 2px solid #a11; padding: .75rem 1rem; margin: 0 0 "
    "1rem; }\n"
    ".changed, .withheld { background: #f4f1e6; border-left: 5px solid #a67c00; padding: .5rem "
    "1rem; margin: 1rem 0; }\n"
    ".changed h3, .withheld h3 { margin: .25rem 0; }\n"
    ".changed > div { border-top: 1px solid #cbb; margin: .75rem 0; padding: .5rem 0 0; }\n"
    "figure { margin: 0 0 1rem; }\n"
    "img { display: block; max-width: 100%; max-height: 32rem; min-height: 3rem; min-width: 3rem; "
    "margin: 0 0 .25rem; }\n"
    "@media (min-width: 40rem) {\n"
    "dl > div { display: grid; grid-template-columns: 12rem minmax(0, 1fr); column-gap: 1rem; }\n"
    ".changed dl > div { grid-template-columns: 11rem minmax(0, 1fr); }\n"
    "dd { grid-column: 2; }\n"
    "}\n"
    "@page { margin: 2cm 1.8cm; }\n"
    "@media print {\n"
    "body { font: 10pt/1.35 system-ui, 'Noto Sans', sans-serif; max-width: none; padding: 0; }\n"
    "a { color: inherit; text-decoration: none; }\n"
    "article { break-before: page; margin: 0; }\n"
    "article.change { break-before: auto; margin: 2rem 0 0; }\n"
    "h2, h3 { break-after: avoid; }\n"
    "figure, section, dl > div, .retracted, .count, .withheld { break-inside: avoid; }\n"
    "dd code { font-size: 8pt; }\n"
    "dl > div { padding: .15rem 0; }\n"
    "h3 { margin-top: .8rem; }\n"
    "img { max-height: 10cm; }\n"
    ".retracted, .changed, .withheld { print-color-adjust: exact; -webkit-print-color-adjust: "
    "exact; }\n"
    "}\n";

/* ---- what the parts are made of ---------------------------------------- */

void
ev_report_say(struct ev_buf *html, const char *text, struct ev_slice first, struct ev_slice second)
{
	const char *place;

	while ((place = strpbrk(text, "{")) != NULL) {
		ev_buf_add(html, text, (size_t)(place - text));
		text = place + 3;
		if (strncmp(place, "{1}", 3) == 0) {
			ev_html_line(html, first);
		} else if (strncmp(place, "{2}", 3) == 0) {
			ev_html_line(html, second);
		} else {
			ev_buf_add(html, place, 1);
			text = place + 1;
		}
	}
	ev_buf_puts(html, text);
}

void
ev_report_row_begin(struct ev_buf *html, const char *label, const char *by)
{
	ev_buf_printf(html, "<div><dt>%s</dt><dd>", label);
	if (by != NULL)
		ev_buf_printf(html, "<small>%s</small>", by);
}

void
ev_report_row_end(struct ev_buf *html)
{
	ev_buf_puts(html, "</dd></div>\n");
}

void
ev_report_row(struct ev_buf *html, const char *label, const char *by, struct ev_slice value)
{
	ev_report_row_begin(html, label, by);
	ev_buf_puts(html, "<div class=\"value\" dir=\"auto\">");
	ev_html_text(html, value);
	ev_buf_puts(html, "</div>");
	ev_report_row_end(html);
}

void
ev_report_row_code(struct ev_buf *html, const char *label, const char *by, struct ev_slice value)
{
	ev_report_row_begin(html, label, by);
	ev_buf_puts(html, "<code>");
	ev_html_line(html, value);
	ev_buf_puts(html, "</code>");
	ev_report_row_end(html);
}

/* Two digits, at most `max`; the cursor is bad otherwise. */
static int64_t
two_digits(struct ev_cursor *c, uint64_t max)
{
	struct ev_slice text = ev_cursor_take(c, 2);
	struct ev_cursor digits;

	if (text.len == 2 && text.data[0] == '0')
		text = ev_slice_of(text.data + 1, 1);
	digits = ev_cursor_of(text.data, text.len);
	max = ev_cursor_decimal(&digits, max);
	c->bad = c->bad || !ev_cursor_done(&digits);
	return (int64_t)max;
}

bool
ev_report_offset(struct ev_slice text, int64_t *seconds)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	uint8_t sign = ev_cursor_u8(&c);
	int64_t hours, minutes;

	hours = two_digits(&c, 23);
	ev_cursor_expect(&c, ":");
	minutes = two_digits(&c, 59);
	*seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return ev_cursor_done(&c) && (sign == '+' || sign == '-');
}

static void
add_time(struct ev_buf *html, int64_t seconds, uint32_t ns)
{
	char text[31];
	size_t len;

	ev_os_format_time_ns(seconds, ns, text);
	for (len = strlen(text) - 1; ns != 0 && text[len - 1] == '0';)
		len--;
	ev_buf_printf(html, "%.10s %.*s", text, (int)len - 11, text + 11);
}

void
ev_report_time(struct ev_buf *html, struct ev_slice time, struct ev_slice offset)
{
	int64_t seconds, shift;
	uint32_t ns;

	if (!ev_os_parse_time(time, &seconds, &ns)) {
		ev_html_line(html, time);
		return;
	}
	add_time(html, seconds, ns);
	ev_buf_printf(html, " %s", ev_report_english.utc);
	if (ev_report_offset(offset, &shift)) {
		ev_buf_puts(html, " (");
		add_time(html, seconds + shift, 0);
		ev_buf_printf(html, " %s", ev_report_english.local);
		ev_html_line(html, offset);
		ev_buf_puts(html, ")");
	}
}

void
ev_report_number(struct ev_buf *html, struct ev_slice digits)
{
	size_t i;

	for (i = 0; i < digits.len; i++)
		if (digits.data[i] < '0' || digits.data[i] > '9')
			break;
	if (i < digits.len || digits.len > 20) {
		ev_html_line(html, digits);
		return;
	}
	for (i = 0; i < digits.len; i++) {
		if (i > 0 && (digits.len - i) % 3 == 0)
			ev_buf_puts(html, ",");
		ev_buf_add(html, digits.data + i, 1);
	}
}

/* ---- head and end ------------------------------------------------------ */

/* The policy has the hash of our style, so that no other one works. */
static void
add_start(struct ev_buf *html, const struct ev_report_words *words)
{
	struct ev_hash hash;

	ev_hash_of(style, sizeof(style) - 1, &hash);
	ev_buf_printf(html,
		      "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		      "img-src 'self'; base-uri 'none'; form-action 'none'; style-src 'sha256-",
		      words->language);
	ev_base64_encode(html, EV_BASE64_STD, hash.b, sizeof(hash.b));
	ev_buf_printf(html,
		      "'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"format-detection\" content=\"telephone=no\">\n"
		      "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n",
		      words->title, style);
}

static void
add_addressee(struct ev_buf *html, const struct ev_report_words *words,
	      const struct ev_report_head *head)
{
	struct ev_slice none = ev_slice_text("");

	if (head->to_name.len > 0)
		ev_report_row(html, words->to, words->to_by, head->to_name);
	ev_report_row_begin(html, head->to_name.len > 0 ? words->to_key : words->to, NULL);
	if (ev_slice_is(head->to, "passphrase"))
		ev_report_say(html, words->to_passphrase, none, none);
	else if (ev_slice_is(head->to, "folder"))
		ev_report_say(html, words->to_folder, none, none);
	else
		ev_report_say(html, "<code>{1}</code>", head->to, none);
	ev_report_row_end(html);
}

static void
add_state(struct ev_buf *html, const struct ev_report_words *words,
	  const struct ev_report_head *head)
{
	char number[21], root[EVAULT_HEX_SIZE];

	(void)snprintf(number, sizeof(number), "%" PRIu64, head->entries);
	ev_hash_hex(&head->root, root);
	ev_report_row_begin(html, words->tree, NULL);
	ev_report_say(html, words->tree_value, ev_slice_text(number), ev_slice_text(root));
	ev_report_row_end(html);
}

static void
add_count(struct ev_buf *html, const struct ev_report_words *words,
	  const struct ev_report_head *head)
{
	char exist[21], shown[21];

	(void)snprintf(exist, sizeof(exist), "%" PRIu64, head->entries);
	(void)snprintf(shown, sizeof(shown), "%" PRIu64, head->shown);
	ev_buf_puts(html, "<p class=\"count\">");
	ev_report_say(html, head->shown == 1 ? words->one_shown : words->shown,
		      ev_slice_text(exist), ev_slice_text(shown));
	ev_buf_printf(html, "%s</p>\n", words->shown_more);
}

enum evault_status
ev_report_begin(const struct ev_report_head *head, struct ev_buf *html, struct evault_error *err)
{
	const struct ev_report_words *words = &ev_report_english;

	add_start(html, words);
	ev_buf_printf(html, "<h1>%s</h1>\n%s<dl>\n", words->title, words->about);
	ev_report_row(html, words->sender, words->sender_by, head->sender);
	ev_report_row_code(html, words->sender_key, NULL, head->sender_key);
	add_addressee(html, words, head);
	ev_report_row_begin(html, words->made, words->made_by);
	ev_report_time(html, head->time, ev_slice_text(""));
	ev_report_row_end(html);
	ev_report_row_code(html, words->vault, NULL, head->origin);
	add_state(html, words, head);
	ev_buf_puts(html, "</dl>\n");
	add_count(html, words, head);
	ev_buf_printf(html, "<p class=\"note\">%s</p>\n", words->how_to_read);
	return ev_buf_ask(html, err);
}

enum evault_status
ev_report_end(const struct ev_report_head *head, struct ev_buf *html, struct evault_error *err)
{
	const struct ev_report_words *words = &ev_report_english;
	char verify[EVAULT_HEX_SIZE];

	ev_hash_hex(&head->verify, verify);
	ev_buf_printf(html, "<article id=\"check\">\n<h2>%s</h2>\n", words->check_title);
	ev_report_say(html, words->check, ev_slice_text(verify), ev_slice_text(""));
	ev_buf_printf(html, "<h3>%s</h3>\n%s<h3>%s</h3>\n%s</article>\n</body>\n</html>\n",
		      words->shows_title, words->shows, words->shows_not_title, words->shows_not);
	return ev_buf_ask(html, err);
}
