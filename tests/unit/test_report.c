#include "format/report.h"

#include <stdlib.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HIDDEN      "\xE2\x80\xAE"

static const char digest[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

static struct ev_record_field
field(const char *name, const char *value)
{
	struct ev_record_field f = { name, (const uint8_t *)value, strlen(value), false };

	return f;
}

static struct ev_record_field
withheld(const char *name, const char *value)
{
	struct ev_record_field f = field(name, value);

	f.withheld = true;
	return f;
}

static struct ev_report_head
head_of(void)
{
	struct ev_report_head head = { 0 };

	head.sender = ev_slice_text("Archive");
	head.sender_key = ev_slice_text("evault/actor/aa");
	head.to = ev_slice_text("age1abc");
	head.time = ev_slice_text("2026-11-26T12:00:00Z");
	head.origin = ev_slice_text("evault/bb");
	head.entries = 48;
	head.shown = 3;
	memset(&head.root, 0xA7, sizeof(head.root));
	memset(&head.verify, 0x5C, sizeof(head.verify));
	return head;
}

static struct ev_report_item
item_of(const struct ev_record_field *fields, size_t n, const char *file)
{
	struct ev_report_item item = { 0 };

	item.index = 12;
	item.citation = ev_slice_text("3f9a01-12");
	item.fields = fields;
	item.n = n;
	memset(&item.digest, 0x12, sizeof(item.digest));
	item.signer = ev_slice_text("evault/actor/cc");
	item.file = ev_slice_text(file);
	return item;
}

/* A whole page with one item. */
static bool
page(struct ev_buf *html, const struct ev_report_head *head, const struct ev_report_item *item)
{
	return CHECK(ev_report_begin(head, html, NULL) == EVAULT_OK) &&
	       CHECK(ev_report_item(head, item, html, NULL) == EVAULT_OK) &&
	       CHECK(ev_report_end(head, html, NULL) == EVAULT_OK) &&
	       CHECK(ev_buf_text(html) != NULL);
}

/* One item alone. */
static const char *
item_text(struct ev_buf *html, const struct ev_report_item *item)
{
	const struct ev_report_head head = head_of();

	ev_buf_clear(html);
	return ev_report_item(&head, item, html, NULL) == EVAULT_OK ? ev_buf_text(html) : NULL;
}

static unsigned
count(const char *at, const char *what)
{
	unsigned n = 0;

	for (; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

static bool
has(const struct ev_buf *html, const char *what)
{
	return strstr((const char *)html->data, what) != NULL;
}

/* All tags of it, one after the other, without what is in quotes. */
static void
add_tags(struct ev_buf *tags, const struct ev_buf *html)
{
	bool in_tag = false, quoted = false;
	size_t i;

	for (i = 0; i < html->len; i++) {
		in_tag = in_tag || html->data[i] == '<';
		if (in_tag && html->data[i] == '"')
			quoted = !quoted;
		if (in_tag && !quoted)
			ev_buf_add(tags, &html->data[i], 1);
		if (!quoted && html->data[i] == '>')
			in_tag = false;
	}
}

static void
a_page_has_no_script_and_nothing_from_elsewhere(void)
{
	static const char *const none[] = {
		"<script", "javascript:", "http:", "https:", "url(",
		"@import", "<link",       "<base", "<form",  "<iframe"
	};
	struct ev_record_field fields[] = { field("action", "add"),
					    field("media-type", "image/jpeg") };
	struct ev_report_item item = item_of(fields, COUNT(fields), "data/0012.jpg");
	struct ev_report_head head = head_of();
	struct ev_buf html = EV_BUF_INIT;
	size_t i;

	NEED(page(&html, &head, &item));
	for (i = 0; i < COUNT(none); i++)
		CHECK(!has(&html, none[i]));
	CHECK(
	    has(&html, "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'"));
	CHECK(!has(&html, "unsafe-inline"));
	CHECK(strncmp((char *)html.data, "<!DOCTYPE html>\n", 16) == 0);
	CHECK(strcmp((char *)html.data + html.len - 8, "</html>\n") == 0);
	ev_buf_release(&html);
}

static void
the_policy_allows_the_style_of_the_page_and_no_other(void)
{
	struct ev_buf html = EV_BUF_INIT, source = EV_BUF_INIT;
	struct ev_report_head head = head_of();
	const char *start, *end;
	struct ev_hash hash;

	NEED(ev_report_begin(&head, &html, NULL) == EVAULT_OK && ev_buf_text(&html) != NULL);
	start = strstr((char *)html.data, "<style>");
	end = strstr((char *)html.data, "</style>");
	NEED(start != NULL && end != NULL);
	start += strlen("<style>");
	ev_hash_of(start, (size_t)(end - start), &hash);
	ev_buf_puts(&source, "style-src 'sha256-");
	ev_base64_encode(&source, EV_BASE64_STD, hash.b, sizeof(hash.b));
	ev_buf_puts(&source, "'\"");
	CHECK(has(&html, ev_buf_text(&source)));
	CHECK(!has(&html, "style=\""));
	ev_buf_release(&html);
	ev_buf_release(&source);
}

static void
it_says_how_many_entries_exist_and_how_many_are_shown(void)
{
	struct ev_report_head head = head_of();
	struct ev_buf html = EV_BUF_INIT;

	NEED(ev_report_begin(&head, &html, NULL) == EVAULT_OK && ev_buf_text(&html) != NULL);
	CHECK(has(&html, "48 entries exist, 3 are shown."));
	ev_buf_clear(&html);
	head.shown = 1;
	NEED(ev_report_begin(&head, &html, NULL) == EVAULT_OK && ev_buf_text(&html) != NULL);
	CHECK(has(&html, "48 entries exist, 1 is shown."));
	ev_buf_release(&html);
}

static void
it_says_whose_words_these_are_and_to_whom(void)
{
	struct ev_report_head head = head_of();
	struct ev_buf html = EV_BUF_INIT;

	NEED(ev_report_begin(&head, &html, NULL) == EVAULT_OK && ev_buf_text(&html) != NULL);
	CHECK(has(&html, "<small>as they call themselves</small><div class=\"value\" "
			 "dir=\"auto\">Archive</div>"));
	CHECK(has(&html, "<code>evault/actor/aa</code>") && has(&html, "<code>age1abc</code>"));
	CHECK(has(&html, "clock of the sender’s computer said</small>2026-11-26 12:00:00 UTC"));
	CHECK(has(&html, "<code>evault/bb</code>") && has(&html, "<code>a7a7a7a7"));
	ev_buf_clear(&html);
	head.to = ev_slice_text("folder");
	head.to_name = ev_slice_text("Court");
	NEED(ev_report_begin(&head, &html, NULL) == EVAULT_OK && ev_buf_text(&html) != NULL);
	CHECK(has(&html, ">Court</div>") && has(&html, "a folder that is not encrypted"));
	ev_buf_release(&html);
}

static void
it_promises_nothing_that_a_check_cannot_show(void)
{
	struct ev_report_head head = head_of();
	struct ev_report_item item = item_of(NULL, 0, "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(page(&html, &head, &item));
	CHECK(!has(&html, "uthentic") && !has(&html, "dmissib"));
	CHECK(has(&html, "Whether what was said is true") &&
	      has(&html, "before the first such anchor"));
	CHECK(has(&html, "VERIFY.txt") && has(&html, "<code>5c5c5c5c") &&
	      has(&html, "evault verify"));
	ev_buf_release(&html);
}

/* The same page with these values, and its tags. */
static bool
page_with(struct ev_buf *html, struct ev_buf *tags, const char *value, const char *owned)
{
	struct ev_record_field fields[] = {
		field("action", "add"),     field("time", value),     field("name", value),
		field("folder", value),     field("size", value),     field("sha256", value),
		field("title", value),      field("tag", value),      field("field", owned),
		withheld("field", value),   field("software", value), field("x-unknown", value),
		withheld("witness", value), field("offset", value),
	};
	struct ev_record_field reason[] = { field("action", "retract"), field("time", value),
					    field("reason", value) };
	struct ev_record_field more[] = { field("action", "annotate"), field("time", value),
					  field("field", owned), withheld("field", value) };
	const struct ev_report_change changes[] = {
		{ 13, ev_slice_text(value), reason, COUNT(reason), false },
		{ 14, ev_slice_text(value), more, COUNT(more), false },
	};
	struct ev_report_item item = item_of(fields, COUNT(fields), value);
	struct ev_report_head head = head_of();
	bool good;

	item.citation = item.signer = ev_slice_text(value);
	item.changes = changes;
	item.n_changes = COUNT(changes);
	head.sender = head.sender_key = head.to = head.to_name = head.time = head.origin =
	    ev_slice_text(value);
	good = page(html, &head, &item);
	add_tags(tags, html);
	return good;
}

static void
hostile_values_change_nothing_of_the_structure(void)
{
	static const char *const hostile[] = {
		"</style><script>alert(1)</script>",
		"\"><img src=x onerror=alert(1)>",
		"' onmouseover='alert(1)",
		"<!--",
		"-->",
		"]]>",
		"<![CDATA[",
		"&lt;script&gt;",
		"&#60;b>",
		"{1}{2}{",
		"%s%n",
		"</title></head></html>",
		"javascript:alert(1)",
		"<plaintext>",
		"\xF0\x80\x80\xBCscript>",
		"\xC0\xBCscript\xC0\xBE",
		"<\n<\n>",
		"\r\n\t\x01\x7F",
	};
	struct ev_buf plain = EV_BUF_INIT, html = EV_BUF_INIT, want = EV_BUF_INIT,
		      tags = EV_BUF_INIT;
	size_t i;

	NEED(page_with(&plain, &want, "x", "x=y"));
	CHECK(count((char *)plain.data, "<article") == 2);
	for (i = 0; i < COUNT(hostile); i++) {
		ev_buf_clear(&html);
		ev_buf_clear(&tags);
		NEED(page_with(&html, &tags, hostile[i], hostile[i]));
		CHECK(tags.len == want.len && memcmp(tags.data, want.data, want.len) == 0);
	}
	CHECK(!has(&html, "\r") && !has(&html, "\x01") && has(&html, "\\x0D"));
	ev_buf_release(&plain);
	ev_buf_release(&html);
	ev_buf_release(&want);
	ev_buf_release(&tags);
}

static void
hidden_characters_are_shown(void)
{
	struct ev_record_field fields[] = {
		field("action", "add"), field("name", "photo" HIDDEN "gpj.exe\xC2\x85\x1B[2J\xFF"),
		field("title", "two\nlines \xE2\x81\xA6\xE2\x80\x8B")
	};
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "photo\\u{202E}gpj.exe\\u{0085}\\x1B[2J\\xFF"));
	CHECK(has(&html, "two\nlines \\u{2066}\\u{200B}"));
	CHECK(!has(&html, HIDDEN) && !has(&html, "\x1B") && !has(&html, "\xFF"));
	ev_buf_release(&html);
}

static void
a_long_value_is_there_to_its_end(void)
{
	enum {
		LONG = 200 * 1024
	};
	char *value = malloc(LONG + 1);
	struct ev_record_field fields[2] = { field("action", "testify") };
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(value != NULL);
	memset(value, '\'', LONG);
	memcpy(value + LONG - 3, "end", 4);
	fields[1] = field("title", value);
	NEED(item_text(&html, &item) != NULL);
	CHECK(count((char *)html.data, "&#39;") == LONG - 3);
	CHECK(has(&html, "&#39;end</div>"));
	CHECK(html.len < 5 * (size_t)LONG + 4096);
	ev_buf_release(&html);
	free(value);
}

static void
fields_have_plain_labels_and_those_of_users_their_own(void)
{
	struct ev_record_field fields[] = {
		field("field", "погода=туман=густой"),
		field("tag", "one"),
		field("action", "add"),
		field("witness", "Гүлдария"),
		field("tag", "two"),
		field("consent", ""),
		field("later-field", "of a newer one"),
		field("sha256", digest),
		field("size", "4718592"),
	};
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "<dt><bdi>погода</bdi></dt><dd><div class=\"value\" "
			 "dir=\"auto\">туман=густой</div>"));
	CHECK(has(&html, "<dt>Witness</dt><dd><div class=\"value\" dir=\"auto\">Гүлдария</div>"));
	CHECK(count((char *)html.data, "<dt>Tag</dt>") == 1 && has(&html, ">one<") &&
	      has(&html, ">two<"));
	CHECK(has(&html, "<dt>later-field</dt>") && has(&html, ">of a newer one<"));
	CHECK(has(&html, "(empty)") && has(&html, "4,718,592 bytes") && has(&html, digest));
	ev_buf_release(&html);
}

static void
withheld_fields_are_named_and_nothing_more_of_them(void)
{
	struct ev_record_field fields[] = {
		field("action", "add"),           withheld("witness", "SECRET"),
		withheld("field", "phone"),       withheld("name", "SECRET"),
		withheld("media-type", "SECRET"), withheld("later", "SECRET")
	};
	struct ev_report_item item = item_of(fields, COUNT(fields), "data/0012.bin");
	struct ev_buf html = EV_BUF_INIT;

	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "Withheld by the sender"));
	CHECK(has(&html, "<strong>Witness, <bdi>phone</bdi>, Name of the file, Kind of file, later"
			 "</strong>"));
	CHECK(!has(&html, "SECRET"));
	item.n = 1;
	NEED(item_text(&html, &item) != NULL);
	CHECK(!has(&html, "Withheld"));
	ev_buf_release(&html);
}

static void
a_time_says_whose_clock_it_was(void)
{
	struct ev_record_field fields[] = { field("action", "add"),
					    field("time", "2026-11-22T20:15:09Z"),
					    field("offset", "+05:30"),
					    field("modified", "2026-11-21T22:04:51.250000000Z") };
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html,
		  "the clock of the device that recorded it said</small><div class=\"value\" "
		  "dir=\"auto\">2026-11-22 20:15:09 UTC (2026-11-23 01:45:09 local time "
		  "there, UTC+05:30)"));
	CHECK(has(&html,
		  "the disk or card that the file came from said</small><div class=\"value\" "
		  "dir=\"auto\">2026-11-21 22:04:51.25 UTC"));
	CHECK(!has(&html, "Local time minus UTC"));
	fields[2] = field("offset", "+5:30");
	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, ">2026-11-22 20:15:09 UTC</div>") && has(&html, "Local time minus UTC"));
	fields[2] = field("offset", "/:00:0");
	NEED(item_text(&html, &item) != NULL);
	CHECK(!has(&html, "local time there"));
	fields[1] = field("time", "yesterday <b>");
	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, ">yesterday &lt;b&gt;</div>"));
	ev_buf_release(&html);
}

static void
a_retracted_item_is_marked_before_anything_else_of_it(void)
{
	static const char mark[] =
	    "<article id=\"e12\">\n<div class=\"retracted\">\n<p><strong>Retracted.";
	struct ev_record_field fields[] = { field("action", "add"), field("name", "a.jpg"),
					    field("title", "NOT YET") };
	struct ev_record_field reason[] = { field("action", "retract"), field("about", "12 x"),
					    field("reason", "WRONG DAY") };
	struct ev_report_change change = { 40, ev_slice_text("3f9a01-40"), reason, COUNT(reason),
					   false };
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;
	const char *text;

	item.changes = &change;
	item.n_changes = 1;
	text = item_text(&html, &item);
	NEED(text != NULL && strstr(text, "WRONG DAY") != NULL);
	CHECK(strncmp(text, mark, strlen(mark)) == 0);
	CHECK(strstr(text, "WRONG DAY") < strstr(text, "<h2>"));
	CHECK(has(&html, "<a href=\"#e40\"><code>3f9a01-40</code></a>"));
	CHECK(!has(&html, "Corrected or added"));
	reason[2].withheld = true;
	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "The reason was withheld") && !has(&html, "WRONG DAY"));
	reason[2].withheld = false;
	change.taken_back = true;
	text = item_text(&html, &item);
	NEED(text != NULL);
	CHECK(!has(&html, "class=\"retracted\"") && has(&html, "it no longer holds"));
	CHECK(strstr(text, "<h2>") < strstr(text, "WRONG DAY"));
	ev_buf_release(&html);
}

static void
corrections_stand_before_what_they_correct(void)
{
	struct ev_record_field fields[] = { field("action", "add"), field("title", "OLD") };
	struct ev_record_field more[] = { field("action", "annotate"), field("title", "NEW"),
					  withheld("place", "") };
	const struct ev_report_change change = { 15, ev_slice_text("3f9a01-15"), more, COUNT(more),
						 false };
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;
	const char *text;

	item.changes = &change;
	item.n_changes = 1;
	text = item_text(&html, &item);
	NEED(text != NULL && strstr(text, ">NEW<") != NULL && strstr(text, ">OLD<") != NULL);
	CHECK(strstr(text, ">NEW<") < strstr(text, ">OLD<"));
	CHECK(has(&html, "<a href=\"#e15\">") && has(&html, "<strong>Place</strong>"));
	ev_buf_release(&html);
}

static void
only_pictures_are_shown_and_what_could_run_is_not_even_linked(void)
{
	static const struct {
		const char *type;
		bool shown, linked;
	} table[] = {
		{ "image/jpeg", true, true },
		{ "image/png", true, true },
		{ "image/gif", true, true },
		{ "image/webp", true, true },
		{ "video/mp4", false, true },
		{ "audio/ogg", false, true },
		{ "text/plain; charset=utf-8", false, true },
		{ "image/svg+xml", false, false },
		{ "text/html", false, false },
		{ "application/pdf", false, false },
		{ "", false, false },
		{ "video", false, false },
	};
	struct ev_record_field fields[2] = { field("action", "add") };
	struct ev_report_item item = item_of(fields, COUNT(fields), "data/0012.x");
	struct ev_buf html = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		fields[1] = field("media-type", table[i].type);
		NEED(item_text(&html, &item) != NULL);
		CHECK(has(&html, "<img src=\"../data/0012.x\"") == table[i].shown);
		CHECK(has(&html, "<a href=\"../data/0012.x\"") == table[i].linked);
		CHECK(has(&html, "Not a link") == !table[i].linked);
	}
	item.file = ev_slice_text("");
	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "not in what you were given") && !has(&html, "<img"));
	ev_buf_release(&html);
}

static void
an_item_says_what_its_proof_is(void)
{
	struct ev_record_field fields[] = { field("action", "testify") };
	struct ev_report_item item = item_of(fields, COUNT(fields), "");
	struct ev_buf html = EV_BUF_INIT;

	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "<h2>Statement <code>3f9a01-12</code>"));
	CHECK(has(&html, "number 12 of the log;") && has(&html, "<code>12121212"));
	CHECK(has(&html, "<code>evault/actor/cc</code>"));
	CHECK(has(&html, "48 entries; root hash <code>a7a7a7a7"));
	CHECK(has(&html, "<code>evault/items/0012.record</code>"));
	item.index = UINT64_MAX;
	NEED(item_text(&html, &item) != NULL);
	CHECK(has(&html, "id=\"e18446744073709551615\""));
	CHECK(has(&html, "number 18446744073709551615 of") &&
	      has(&html, "/18446744073709551615.rec"));
	ev_buf_release(&html);
}

int
main(void)
{
	UNIT_RUN(a_page_has_no_script_and_nothing_from_elsewhere);
	UNIT_RUN(the_policy_allows_the_style_of_the_page_and_no_other);
	UNIT_RUN(it_says_how_many_entries_exist_and_how_many_are_shown);
	UNIT_RUN(it_says_whose_words_these_are_and_to_whom);
	UNIT_RUN(it_promises_nothing_that_a_check_cannot_show);
	UNIT_RUN(hostile_values_change_nothing_of_the_structure);
	UNIT_RUN(hidden_characters_are_shown);
	UNIT_RUN(a_long_value_is_there_to_its_end);
	UNIT_RUN(fields_have_plain_labels_and_those_of_users_their_own);
	UNIT_RUN(withheld_fields_are_named_and_nothing_more_of_them);
	UNIT_RUN(a_time_says_whose_clock_it_was);
	UNIT_RUN(a_retracted_item_is_marked_before_anything_else_of_it);
	UNIT_RUN(corrections_stand_before_what_they_correct);
	UNIT_RUN(only_pictures_are_shown_and_what_could_run_is_not_even_linked);
	UNIT_RUN(an_item_says_what_its_proof_is);
	return unit_end();
}
