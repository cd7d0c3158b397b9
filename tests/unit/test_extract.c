/* The text of files: by type, encoding, and whatever way the bytes come. */
#include <stdlib.h>
#include <zlib.h>

#include "format/charset.h"
#include "format/extract.h"
#include "format/mail.h"
#include "format/markup.h"
#include "unit.h"

#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define ODT  "application/vnd.oasis.opendocument.text"

/* Extracts in pieces of `step` bytes. */
static enum evault_status
extract(const char *type, struct ev_slice file, size_t step, struct ev_buf *text)
{
	struct ev_extract *x = NULL;
	enum evault_status rc = ev_extract_new(ev_slice_text(type), text, &x, NULL);
	size_t i, n;

	for (i = 0; i < file.len && rc == EVAULT_OK; i += n) {
		n = file.len - i < step ? file.len - i : step;
		rc = ev_extract_write(x, file.data + i, n, NULL);
	}
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		rc = ev_extract_end(x, NULL);
	ev_extract_free(x);
	return rc;
}

static bool
gives_bytes(const char *type, struct ev_slice file, const char *expected)
{
	static const size_t steps[] = { 1, 3, 7, 1000000 };
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && good; i++) {
		struct ev_buf text = EV_BUF_INIT;

		good = extract(type, file, steps[i], &text) == EVAULT_OK &&
		       ev_slice_is(ev_slice_of(text.data, text.len), expected);
		if (!good)
			printf("# by %zu: %.*s\n", steps[i], (int)text.len,
			       text.data == NULL ? "" : (const char *)text.data);
		ev_buf_release(&text);
	}
	return good;
}

static bool
gives(const char *type, const char *file, const char *expected)
{
	return gives_bytes(type, ev_slice_text(file), expected);
}

/* ---- plain text -------------------------------------------------------------- */

static void
utf8_stays_as_it_is(void)
{
	CHECK(gives("text/plain", "Гүлдария 新疆 \xF0\xA0\x80\x80",
		    "Гүлдария 新疆 \xF0\xA0\x80\x80"));
	CHECK(gives("text/plain",
		    "\xEF\xBB\xBF"
		    "ab",
		    "ab"));
	CHECK(gives("text/plain", "", ""));
	CHECK(gives("text/plain", "только \xFF текст", "только \xEF\xBF\xBD текст"));
	CHECK(gives("text/plain", "я\xD1", "я\xEF\xBF\xBD"));
}

static void
utf16_is_read_by_its_mark(void)
{
	CHECK(gives_bytes("text/plain", ev_slice_of("\xFF\xFE\x2F\x04!\0\x40\xD8\x00\xDC", 10),
			  "Я!\xF0\xA0\x80\x80"));
	CHECK(gives_bytes("text/plain", ev_slice_of("\xFE\xFF\x04\x2F\0!\xD8\x40\xDC", 9),
			  "Я!\xEF\xBF\xBD"));
}

static void
cyrillic_of_one_byte_is_told_apart(void)
{
	CHECK(gives("text/plain", "\xCF\xEE\xEA\xE0\xE7\xE0\xED\xE8\xFF", "Показания"));
	CHECK(gives("text/plain", "\xF0\xCF\xCB\xC1\xDA\xC1\xCE\xC9\xD1", "Показания"));
	CHECK(gives("text/plain", "\x9D\xE0\xEB\xE0, \xEC\xE5\xED\xB3\xBE \xE0\xF2\xFB\xEC",
		    "қала, менің атым"));
	CHECK(gives("application/octet-stream", "case 7: \xF1\xE2\xE8\xE4\xE5\xF2\xE5\xEB\xFC",
		    "case 7: свидетель"));
	CHECK(gives_bytes("application/octet-stream", ev_slice_of("\x7F\x45LF\0\1", 6), ""));
	CHECK(gives_bytes("application/octet-stream", ev_slice_of("a\0b", 3), ""));
}

static void
a_long_beginning_in_ascii_says_nothing_of_the_encoding(void)
{
	struct ev_buf file = EV_BUF_INIT, text = EV_BUF_INIT;

	ev_buf_fill(&file, 'a', 3 * EV_CHARSET_SAMPLE);
	ev_buf_puts(&file, "\xEF\xEE\xF1\xEB\xE5");
	CHECK(extract("text/plain", ev_slice_of(file.data, file.len), 1000, &text) == EVAULT_OK);
	CHECK(text.len == 3 * EV_CHARSET_SAMPLE + 10 &&
	      memcmp(text.data + text.len - 10, "после", 10) == 0);
	ev_buf_release(&file);
	ev_buf_release(&text);
}

static void
no_more_than_the_limit_is_taken_and_no_character_cut(void)
{
	struct ev_buf file = EV_BUF_INIT, text = EV_BUF_INIT;
	size_t i;

	ev_buf_puts(&file, "a");
	for (i = 0; i < (9 << 20) / 2; i++)
		ev_buf_add(&file, "я", 2);
	CHECK(extract("text/plain", ev_slice_of(file.data, file.len), 65536, &text) == EVAULT_OK);
	CHECK(text.len == EV_EXTRACT_MAX - 1);
	ev_buf_release(&file);
	ev_buf_release(&text);
}

/* ---- markup -------------------------------------------------------------------- */

static void
html_gives_what_is_seen(void)
{
	CHECK(gives("text/html",
		    "<html><head><title>A</title><style>b{c:d}</style></head>"
		    "<p>Гүл<b class=\"x>y\">дария</b><br>e&eacute;&#1071;&#x66F;&amp;&nope;",
		    "A\nГүлдария\neéЯٯ&&nope;"));
	CHECK(gives("text/html", "<script>if (a<b && c=\"</i>\") x='<p>'</script>seen", "seen"));
	CHECK(gives("text/html", "<SCRIPT src=x/>hidden</ScRiPt >seen", "seen"));
	CHECK(gives("text/html", "a<!-- <p>no --><!---->b<!x>c<?y?>d</>e", "abcde"));
	CHECK(gives("text/html", "1 < 2 <3 a<", "1 < 2 <3 a"));
	CHECK(gives("text/html", "<td>1</td><td>2</td>", "1 2 "));
	CHECK(gives("text/html", "<a title='>'x=\"'\" y=z\"w>in</a>", "in"));
	CHECK(gives("text/html", "&lt;b&gt &#0; &#xD800; &#99999999999;",
		    "<b> &#0; \xEF\xBF\xBD &#99999999999;"));
}

static void
html_says_its_encoding(void)
{
	CHECK(gives("text/html", "<meta charset=koi8-r><p>\xC1\xC2", "аб"));
	CHECK(gives(
	    "text/html",
	    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\">\xE0",
	    "а"));
	CHECK(gives("text/html", "<p>\xEE\xE1\xFB\xF7\xED\xFB\xE9", "обычный"));
}

static void
xml_gives_its_text_and_expands_nothing(void)
{
	CHECK(gives("application/xml",
		    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"boom\">]><a>1&x;<b/>2"
		    "<![CDATA[<3>]]></a>",
		    "]>\n1&x;\n2<3>]]\n"));
	CHECK(gives("application/xml", "<?xml encoding='windows-1251'?><a>\xC0</a>", "А\n"));
}

/* ---- mail ------------------------------------------------------------------------ */

static void
mail_gives_headers_and_texts(void)
{
	CHECK(gives("message/rfc822",
		    "From: =?koi8-r?B?4czJzc7V0g==?= <a@example.org>\r\n"
		    "To: b@example.org\r\nX-Other: no\r\n"
		    "Subject: =?utf-8?Q?=D0=9F=D0=BE?=\r\n =?utf-8?Q?=D0=BA_x?= end\r\n"
		    "Date: Mon, 1 Jan 2018 00:00:00 +0000\r\n"
		    "Content-Type: text/plain; charset=windows-1251\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		    "=EF=F0=E8=E2=\r\n=E5=F2\r\n",
		    "Алимнур <a@example.org>\nb@example.org\nПок x end\nпривет\r\n\n"));
}

static void
mail_in_parts_gives_those_that_are_text(void)
{
	CHECK(
	    gives("message/rfc822",
		  "Subject: s\nContent-Type: multipart/mixed;\n boundary=\"=_a\"\n\npreamble\n"
		  "--=_a\nContent-Type: multipart/alternative; boundary=b\n\n"
		  "--b\nContent-Type: text/plain\n\nplain\n"
		  "--b\nContent-Type: text/html; charset=\"utf-8\"\n"
		  "Content-Transfer-Encoding: base64\n\nPHA+0Y88L3A+\n--b--\n"
		  "--=_a\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n"
		  "--=_a\nContent-Type: message/rfc822\n\nSubject: inner\n\nbody\n--=_a--\nafter\n",
		  "s\nplain\n\nя\n\ninner\nbody\n\n"));
}

/* ---- ZIP ------------------------------------------------------------------------- */

static void
le(struct ev_buf *out, uint32_t v, size_t n)
{
	for (; n > 0; n--, v >>= 8)
		ev_buf_fill(out, (uint8_t)v, 1);
}

/* A member; deflated, and of unknown size, if wished. */
static void
zip(struct ev_buf *out, const char *name, struct ev_slice body, bool deflated, bool unsized)
{
	uint8_t *packed = malloc(body.len + 1000);
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)body.data, .avail_in = (uInt)body.len };
	size_t len = body.len;

	if (packed == NULL)
		abort();
	if (deflated) {
		deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
		z.next_out = packed;
		z.avail_out = (uInt)(body.len + 1000);
		deflate(&z, Z_FINISH);
		len = z.total_out;
		deflateEnd(&z);
	}
	ev_buf_add(out, "PK\3\4\24\0", 6);
	le(out, unsized ? 8 : 0, 2);
	le(out, deflated ? 8 : 0, 2);
	le(out, 0, 8);
	le(out, unsized ? 0 : (uint32_t)len, 4);
	le(out, unsized ? 0 : (uint32_t)body.len, 4);
	le(out, (uint32_t)strlen(name), 2);
	le(out, 3, 2);
	ev_buf_puts(out, name);
	ev_buf_add(out, "ext", 3);
	ev_buf_add(out, deflated ? packed : body.data, len);
	if (unsized) {
		ev_buf_add(out, "PK\7\10", 4);
		le(out, 0, 12);
	}
	free(packed);
}

static const char document[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document><w:body><w:p><w:r><w:instrText>no"
    "</w:instrText><w:t>Гүл</w:t></w:r><w:r><w:t xml:space=\"preserve\">дария</w:t><w:tab/>"
    "<w:t/></w:r></w:p>no<w:p><w:r><w:t>2</w:t></w:r></w:p></w:body></w:document>";

static void
docx_gives_its_paragraphs(void)
{
	int deflated, unsized;

	for (deflated = 0; deflated < 2; deflated++) {
		for (unsized = 0; unsized <= deflated; unsized++) {
			struct ev_buf file = EV_BUF_INIT;

			zip(&file, "[Content_Types].xml", ev_slice_text("<no/>"), true,
			    unsized != 0);
			zip(&file, "word/media/image1.png", ev_slice_text("PK\3\4 no"), false,
			    false);
			zip(&file, "word/document.xml", ev_slice_text(document), deflated != 0,
			    unsized != 0);
			zip(&file, "docProps/core.xml", ev_slice_text("<dc:title>T</dc:title>"),
			    true, false);
			ev_buf_add(&file, "PK\1\2", 4);
			ev_buf_fill(&file, 0, 100);
			CHECK(gives_bytes(DOCX, ev_slice_of(file.data, file.len),
					  "Гүлдария \n2\n\nT\n\n"));
			ev_buf_release(&file);
		}
	}
}

static void
odt_gives_its_paragraphs(void)
{
	struct ev_buf file = EV_BUF_INIT;

	zip(&file, "mimetype", ev_slice_text(ODT), false, false);
	zip(&file, "content.xml",
	    ev_slice_text("<office:text><text:p>a<text:s/>b<text:span>c</text:span></text:p>"
			  "<text:h>d<text:line-break/>e</text:h></office:text>"),
	    true, false);
	CHECK(gives_bytes(ODT, ev_slice_of(file.data, file.len), "a bc\nd\ne\n\n"));
	ev_buf_release(&file);
}

static void
a_bomb_gives_no_more_than_the_limit(void)
{
	struct ev_buf body = EV_BUF_INIT, file = EV_BUF_INIT, text = EV_BUF_INIT;

	ev_buf_puts(&body, "<w:t>");
	ev_buf_fill(&body, 'b', 32 << 20);
	zip(&file, "word/document.xml", ev_slice_of(body.data, body.len), true, false);
	CHECK(file.len < 100000);
	CHECK(extract(DOCX, ev_slice_of(file.data, file.len), 65536, &text) == EVAULT_OK);
	CHECK(text.len == EV_EXTRACT_MAX);
	ev_buf_release(&body);
	ev_buf_release(&file);
	ev_buf_release(&text);
}

static void
damage_ends_the_text_and_is_no_failure(void)
{
	struct ev_buf file = EV_BUF_INIT;
	size_t cut, i;

	zip(&file, "a.xml", ev_slice_text("<no/>"), true, true);
	zip(&file, "word/document.xml", ev_slice_text(document), true, true);
	zip(&file, "docProps/core.xml", ev_slice_text("x"), true, false);
	for (cut = 0; cut < file.len; cut++) {
		struct ev_buf text = EV_BUF_INIT;

		CHECK(extract(DOCX, ev_slice_of(file.data, cut), 11, &text) == EVAULT_OK);
		ev_buf_release(&text);
	}
	for (i = 0; i < file.len; i++) {
		struct ev_buf text = EV_BUF_INIT;

		file.data[i] ^= 0x5A;
		CHECK(extract(DOCX, ev_slice_of(file.data, file.len), 100, &text) == EVAULT_OK);
		file.data[i] ^= 0x5A;
		ev_buf_release(&text);
	}
	ev_buf_release(&file);
}

static void
what_has_no_text_is_not_taken(void)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_extract *x = NULL;

	CHECK(!ev_extract_takes(ev_slice_text("image/jpeg")));
	CHECK(!ev_extract_takes(ev_slice_text("application/pdf")));
	CHECK(!ev_extract_takes(ev_slice_text("")));
	CHECK(ev_extract_takes(ev_slice_text("text/plain")));
	CHECK(ev_extract_takes(ev_slice_text(DOCX)));
	CHECK(ev_extract_new(ev_slice_text("video/mp4"), &text, &x, NULL) == EVAULT_E_USAGE);
	CHECK(x == NULL);
}

int
main(void)
{
	UNIT_RUN(utf8_stays_as_it_is);
	UNIT_RUN(utf16_is_read_by_its_mark);
	UNIT_RUN(cyrillic_of_one_byte_is_told_apart);
	UNIT_RUN(a_long_beginning_in_ascii_says_nothing_of_the_encoding);
	UNIT_RUN(no_more_than_the_limit_is_taken_and_no_character_cut);
	UNIT_RUN(html_gives_what_is_seen);
	UNIT_RUN(html_says_its_encoding);
	UNIT_RUN(xml_gives_its_text_and_expands_nothing);
	UNIT_RUN(mail_gives_headers_and_texts);
	UNIT_RUN(mail_in_parts_gives_those_that_are_text);
	UNIT_RUN(docx_gives_its_paragraphs);
	UNIT_RUN(odt_gives_its_paragraphs);
	UNIT_RUN(a_bomb_gives_no_more_than_the_limit);
	UNIT_RUN(damage_ends_the_text_and_is_no_failure);
	UNIT_RUN(what_has_no_text_is_not_taken);
	return unit_end();
}
