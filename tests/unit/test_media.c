#include "format/media.h"
#include "unit.h"

#define TYPE_IS(bytes, type) CHECK(is(bytes, sizeof(bytes) - 1, type))
#define OCTETS               "application/octet-stream"

static bool
is(const char *bytes, size_t len, const char *type)
{
	const char *found = ev_media_type(ev_slice_of(bytes, len));

	if (strcmp(found, type) != 0)
		printf("# %s, not %s\n", found, type);
	return strcmp(found, type) == 0;
}

static void
nothing_and_noise_have_types_of_their_own(void)
{
	TYPE_IS("", "application/x-empty");
	TYPE_IS("\0", OCTETS);
	TYPE_IS("\x80\x81\x82", OCTETS);
	TYPE_IS("\xff", OCTETS);
	TYPE_IS("abc\0def", OCTETS);
}

static void
images_are_known_by_their_signature(void)
{
	TYPE_IS("\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg");
	TYPE_IS("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png");
	TYPE_IS("\x89PNG\n\x1a\n\0\0\0\rIHDR", OCTETS);
	TYPE_IS("GIF89a\x01\0", "image/gif");
	TYPE_IS("GIF87a\x01\0", "image/gif");
	TYPE_IS("RIFF\x10\0\0\0WEBPVP8 ", "image/webp");
	TYPE_IS("II*\0\x08\0\0\0", "image/tiff");
	TYPE_IS("MM\0*\0\0\0\x08", "image/tiff");
	TYPE_IS("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp");
	TYPE_IS("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x29\0\0\0", OCTETS);
	TYPE_IS("BMW is a car", "text/plain");
}

static void
iso_media_is_known_by_its_brands(void)
{
	TYPE_IS("\0\0\0\x18"
		"ftypheic\0\0\0\0mif1heic",
		"image/heic");
	TYPE_IS("\0\0\0\x18"
		"ftypmif1\0\0\0\0mif1heic",
		"image/heic");
	TYPE_IS("\0\0\0\x1c"
		"ftypmif1\0\0\0\0iso8mif1avif",
		"image/avif");
	TYPE_IS("\0\0\0\x18"
		"ftypmif1\0\0\0\0mif1miaf",
		"image/heif");
	TYPE_IS("\0\0\0\x14"
		"ftypmif1\0\0\0\0mif1heic",
		"image/heif");
	TYPE_IS("\0\0\0\x18"
		"ftypavif\0\0\0\0avifmif1",
		"image/avif");
	TYPE_IS("\0\0\0\x18"
		"ftypisom\0\0\2\0isommp42",
		"video/mp4");
	TYPE_IS("\0\0\0\x18"
		"ftypmp42\0\0\0\0isommp42",
		"video/mp4");
	TYPE_IS("\0\0\0\x14"
		"ftypqt  \0\0\2\0qt  ",
		"video/quicktime");
	TYPE_IS("\0\0\0\x18"
		"ftyp3gp4\0\0\0\0isom3gp4",
		"video/3gpp");
	TYPE_IS("\0\0\0\x18"
		"ftyp3g2a\0\0\0\0isom3g2a",
		"video/3gpp2");
	TYPE_IS("\0\0\0\x18"
		"ftypM4A \0\0\0\0M4A mp42",
		"audio/mp4");
	TYPE_IS("\0\0\0\x14"
		"ftypabcd\0\0\0\0efgh",
		OCTETS);
	TYPE_IS("\0\0\0\x04"
		"ftypisom\0\0\0\0isom",
		OCTETS);
	TYPE_IS("\0\x01\0\0moov", "video/quicktime");
	TYPE_IS("\0\0\0\x02mdat", OCTETS);
}

static void
matroska_and_webm_are_told_apart_by_the_document_type(void)
{
	TYPE_IS("\x1a\x45\xdf\xa3\x8f\x42\x86\x81\x01\x42\x82\x88matroska", "video/matroska");
	TYPE_IS("\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01\x42\x82\x84webm",
		"video/webm");
	TYPE_IS("\x1a\x45\xdf\xa3\x87\x42\x82\x84junk", OCTETS);
	/* The type is after the header's end. */
	TYPE_IS("\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x42\x82\x84webm", OCTETS);
	TYPE_IS("\x1a\x45\xdf\xa3", OCTETS);
	TYPE_IS("\x1a\x45\xdf\xa3\x8f\x42\x82\x01\xff\xff\xff\xff\xff\xff\xff", OCTETS);
}

static void
sound_is_known_by_its_signature_or_two_frames(void)
{
	char frames[1024] = { 0 };

	TYPE_IS("RIFF\x10\0\0\0WAVEfmt ", "audio/wav");
	TYPE_IS("RIFF\x10\0\0\0AVI LIST", "video/vnd.avi");
	TYPE_IS("RIFF\x10\0\0\0ABCD", OCTETS);
	TYPE_IS("fLaC\0\0\0\x22", "audio/flac");
	TYPE_IS("#!AMR\n\x3c", "audio/AMR");
	TYPE_IS("#!AMR-WB\n\x3c", "audio/AMR-WB");
	TYPE_IS("ID3\x04\0\0\0\0\x02\x01", "audio/mpeg");
	TYPE_IS("ID3\x04\0\0\0\0\x82\x01", OCTETS);
	TYPE_IS("ID3 tags explained", "text/plain");
	/* 128 kbit/s at 44,100 Hz: 417 bytes. */
	memcpy(frames, "\xff\xfb\x90\x64", 4);
	CHECK(is(frames, sizeof(frames), OCTETS));
	memcpy(frames + 417, "\xff\xfb\x92\x64", 4);
	CHECK(is(frames, sizeof(frames), "audio/mpeg"));
	CHECK(is(frames, 420, OCTETS));
	memset(frames, 0, sizeof(frames));
	memcpy(frames, "\xff\xf1\x50\x80\x02\x1f\xfc", 7); /* 16 bytes */
	CHECK(is(frames, sizeof(frames), OCTETS));
	memcpy(frames + 16, "\xff\xf1\x50\x80\x02\x1f\xfc", 7);
	CHECK(is(frames, sizeof(frames), "audio/aac"));
}

static void
ogg_is_sound_unless_a_stream_of_pictures_begins(void)
{
#define PAGE(flags, size) "OggS\0" flags "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1" size
	TYPE_IS(PAGE("\2", "\x08") "OpusHead", "audio/ogg");
	TYPE_IS(PAGE("\2", "\x07") "\1vorbis", "audio/ogg");
	TYPE_IS(PAGE("\2", "\x07") "\x80theora", "video/ogg");
	TYPE_IS(PAGE("\2", "\x07") "\1vorbis" PAGE("\2", "\x07") "\x80theora", "video/ogg");
	TYPE_IS(PAGE("\2", "\x07") "\1vorbis" PAGE("\0", "\x07") "\x80theora", "audio/ogg");
	TYPE_IS(PAGE("\2", "\x07") "fishead", "application/ogg");
	TYPE_IS("OggS\0", "application/ogg");
#undef PAGE
}

static void
mpeg_streams_are_known(void)
{
	char packets[192 * 4] = { 0 };
	size_t i;

	TYPE_IS("\0\0\x01\xba\x44\0\x04", "video/mpeg");
	TYPE_IS("\0\0\x01\xb3\x16\0\xf0", "video/mpeg");
	for (i = 0; i < 4; i++)
		packets[i * 188] = 0x47;
	CHECK(is(packets, sizeof(packets), "video/mp2t"));
	packets[188] = 0x48;
	CHECK(is(packets, sizeof(packets), OCTETS));
	memset(packets, 0, sizeof(packets));
	for (i = 0; i < 4; i++)
		packets[4 + i * 192] = 0x47;
	CHECK(is(packets, sizeof(packets), "video/mp2t"));
}

static void
documents_are_known_by_their_signature(void)
{
	TYPE_IS("%PDF-1.7\n%\xe2\xe3", "application/pdf");
	TYPE_IS("{\\rtf1\\ansi", "application/rtf");
	TYPE_IS("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "application/x-ole-storage");
	TYPE_IS("SQLite format 3\0\x10", "application/vnd.sqlite3");
	TYPE_IS("SQLite format 3\n", "text/plain");
}

/* A local header: stored, no flags, sizes as given, no extra field. */
#define ZIP(size, name_len, name)                                                                  \
	"PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0" size "\0\0\0" size "\0\0\0" name_len "\0\0\0" name

static void
zip_files_are_looked_into(void)
{
#define OOXML "application/vnd.openxmlformats-officedocument."
	TYPE_IS("PK\5\6\0\0", "application/zip");
	TYPE_IS("PK\3\4", "application/zip");
	TYPE_IS(ZIP("\1", "\5", "a.txt") "x", "application/zip");
	TYPE_IS(ZIP("\x14", "\x08", "mimetype") "application/epub+zip", "application/epub+zip");
	TYPE_IS(ZIP("\x27", "\x08", "mimetype") "application/vnd.oasis.opendocument.text",
		"application/vnd.oasis.opendocument.text");
	TYPE_IS(ZIP("\x04", "\x08", "mimetype") "a/b;", "application/zip");
	TYPE_IS(ZIP("\2", "\x13", "[Content_Types].xml") "<>" ZIP("\0", "\x0b", "_rels/.rels")
		    ZIP("\0", "\x11", "word/document.xml"),
		OOXML "wordprocessingml.document");
	TYPE_IS(ZIP("\0", "\x13", "[Content_Types].xml") "<>" ZIP("\0", "\x0b", "xl/book.xml"),
		OOXML "spreadsheetml.sheet");
	TYPE_IS(ZIP("\0", "\x0b", "_rels/.rels") ZIP("\0", "\x07", "ppt/a.b"),
		OOXML "presentationml.presentation");
	TYPE_IS(ZIP("\0", "\x13", "[Content_Types].xml") "<>", "application/zip");
	TYPE_IS(ZIP("\0", "\5", "a.txt") ZIP("\0", "\x07", "word/ab"), "application/zip");
#undef OOXML
}

static void
archives_and_sealed_files_are_known(void)
{
	char tar[512] = "name";

	TYPE_IS("7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed");
	TYPE_IS("Rar!\x1a\x07\0", "application/vnd.rar");
	TYPE_IS("Rar!\x1a\x07\1\0", "application/vnd.rar");
	TYPE_IS("\x1f\x8b\x08\0", "application/gzip");
	TYPE_IS("\x28\xb5\x2f\xfd\x04", "application/zstd");
	TYPE_IS("age-encryption.org/v1\n-> X25519", "application/x-age");
	TYPE_IS("-----BEGIN AGE ENCRYPTED FILE-----\n", "application/x-age");
	CHECK(is(tar, sizeof(tar), OCTETS));
	memcpy(tar + 257,
	       "ustar\0"
	       "00",
	       8);
	CHECK(is(tar, sizeof(tar), "application/x-tar"));
}

static void
markup_is_known_by_its_root(void)
{
	TYPE_IS("<!DOCTYPE html>\n<html>", "text/html");
	TYPE_IS("\xef\xbb\xbf \n<HTML lang=ru>", "text/html");
	TYPE_IS("<html>", "text/html");
	TYPE_IS("<!-- saved page -->\n<html >", "text/html");
	TYPE_IS("<htmlx>", "text/plain");
	TYPE_IS("<?xml version=\"1.0\"?>\n<!-- a -->\n<svg xmlns=\"x\">", "image/svg+xml");
	TYPE_IS("<svg width=\"1\">", "image/svg+xml");
	TYPE_IS("<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"a\" \"b\"><svg>", "image/svg+xml");
	TYPE_IS("<?xml version=\"1.0\"?><html xmlns=\"x\">", "application/xhtml+xml");
	TYPE_IS("<?xml version=\"1.0\"?><feed>", "application/xml");
	TYPE_IS("<?xml version=\"1.0\"?><!-- never ends", "application/xml");
	TYPE_IS("<p>no root</p>", "text/plain");
}

static void
mail_needs_from_and_date_or_the_trace_of_servers(void)
{
	TYPE_IS("From: a@b\r\nDate: today\r\nSubject: x\r\n\r\nHello", "message/rfc822");
	TYPE_IS("Return-Path: <a@b>\nReceived: by x\n\tfrom y\nX-Long: ", "message/rfc822");
	TYPE_IS("From: a@b\r\nSubject: x\r\n\r\nDate: today", "text/plain");
	TYPE_IS("From: a\nDate: b\nno colon here\n\n", "text/plain");
	TYPE_IS("\nFrom: a\nDate: b\n", "text/plain");
	TYPE_IS("From: a\nDate: b\n\n\x01", OCTETS);
	TYPE_IS("Note: this is no mail\n", "text/plain");
}

static void
text_is_utf8_without_controls_or_utf16_with_a_mark(void)
{
	TYPE_IS("hello\tworld\r\n", "text/plain");
	TYPE_IS("Гүлдария", "text/plain");
	TYPE_IS("a\x07", OCTETS);
	TYPE_IS("a\x7f", OCTETS);
	TYPE_IS("a\x1b[31m", OCTETS);
	TYPE_IS("latin \xe9t\xe9", OCTETS);
	TYPE_IS("\xff\xfe"
		"a\0b\0",
		"text/plain");
	TYPE_IS("\xfe\xff"
		"\0a\4\x13",
		"text/plain");
	TYPE_IS("\xff\xfe"
		"a\0\0\0",
		OCTETS);
	TYPE_IS("\xef\xbb\xbf"
		"a",
		"text/plain");
}

static void
a_character_cut_by_the_end_of_the_sample_is_text(void)
{
	TYPE_IS("a\xd0", "text/plain");
	TYPE_IS("a\xe0\xa0", "text/plain");
	TYPE_IS("a\xe0", "text/plain");
	TYPE_IS("a\xed", "text/plain");
	TYPE_IS("a\xf0\x9f\x98", "text/plain");
	TYPE_IS("a\xf4", "text/plain");
	TYPE_IS("a\xe0\x80", OCTETS);
	TYPE_IS("a\xed\xa0", OCTETS);
	TYPE_IS("a\xf4\x90", OCTETS);
	TYPE_IS("a\xf5", OCTETS);
	TYPE_IS("a\xc0", OCTETS);
	TYPE_IS("a\x80", OCTETS);
	TYPE_IS("a\xd0 b", OCTETS);
}

int
main(void)
{
	UNIT_RUN(nothing_and_noise_have_types_of_their_own);
	UNIT_RUN(images_are_known_by_their_signature);
	UNIT_RUN(iso_media_is_known_by_its_brands);
	UNIT_RUN(matroska_and_webm_are_told_apart_by_the_document_type);
	UNIT_RUN(sound_is_known_by_its_signature_or_two_frames);
	UNIT_RUN(ogg_is_sound_unless_a_stream_of_pictures_begins);
	UNIT_RUN(mpeg_streams_are_known);
	UNIT_RUN(documents_are_known_by_their_signature);
	UNIT_RUN(zip_files_are_looked_into);
	UNIT_RUN(archives_and_sealed_files_are_known);
	UNIT_RUN(markup_is_known_by_its_root);
	UNIT_RUN(mail_needs_from_and_date_or_the_trace_of_servers);
	UNIT_RUN(text_is_utf8_without_controls_or_utf16_with_a_mark);
	UNIT_RUN(a_character_cut_by_the_end_of_the_sample_is_text);
	return unit_end();
}
