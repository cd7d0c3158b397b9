#include <string.h>

#include "format/media_private.h"

struct signature {
	size_t at;
	const char *bytes;
	size_t len;
	const char *type;
};

/* sizeof and not strlen, because some have NULs. */
#define SIGN(at, bytes, type)                                                                      \
	{                                                                                          \
		at, bytes, sizeof(bytes) - 1, type                                                 \
	}

static const struct signature signatures[] = {
	/* images */
	SIGN(0, "\xff\xd8\xff", "image/jpeg"),
	SIGN(0, "\x89PNG\r\n\x1a\n", "image/png"),
	SIGN(0, "GIF87a", "image/gif"),
	SIGN(0, "GIF89a", "image/gif"),
	SIGN(0, "II*\0", "image/tiff"),
	SIGN(0, "MM\0*", "image/tiff"),
	SIGN(0, "\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
	SIGN(0, "\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
	SIGN(0, "AT&TFORM", "image/vnd.djvu"),
	/* documents and data */
	SIGN(0, "%PDF-", "application/pdf"),
	SIGN(0, "{\\rtf", "application/rtf"),
	SIGN(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
	SIGN(0, "SQLite format 3\0", "application/vnd.sqlite3"),
	SIGN(0, "BEGIN:VCARD\r", "text/vcard"),
	SIGN(0, "BEGIN:VCARD\n", "text/vcard"),
	/* sound and moving pictures */
	SIGN(0, "fLaC", "audio/flac"),
	SIGN(0, "#!AMR\n", "audio/AMR"),
	SIGN(0, "#!AMR-WB\n", "audio/AMR-WB"),
	SIGN(0, "ADIF", "audio/aac"),
	SIGN(0, "\0\0\x01\xba", "video/mpeg"),
	SIGN(0, "\0\0\x01\xb3", "video/mpeg"),
	SIGN(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", "video/x-ms-asf"),
	SIGN(0, "FLV\x01", "video/x-flv"),
	/* archives, compressed and sealed */
	SIGN(0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
	SIGN(0, "Rar!\x1a\x07\0", "application/vnd.rar"),
	SIGN(0, "Rar!\x1a\x07\x01\0", "application/vnd.rar"),
	SIGN(0, "\x1f\x8b\x08", "application/gzip"),
	SIGN(0, "\x28\xb5\x2f\xfd", "application/zstd"),
	SIGN(0,
	     "\xfd"
	     "7zXZ\0",
	     "application/x-xz"),
	SIGN(257,
	     "ustar\0"
	     "00",
	     "application/x-tar"),
	SIGN(257, "ustar  \0", "application/x-tar"),
	SIGN(0, "age-encryption.org/v1\n", "application/x-age"),
	SIGN(0, "-----BEGIN AGE ENCRYPTED FILE-----", "application/x-age"),
};

bool
ev_media_has(struct ev_slice start, size_t at, const char *bytes, size_t len)
{
	return at <= start.len && len <= start.len - at && memcmp(start.data + at, bytes, len) == 0;
}

static const char *
by_signature(struct ev_slice start)
{
	const struct signature *s;
	size_t i;

	for (i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		s = &signatures[i];
		if (ev_media_has(start, s->at, s->bytes, s->len))
			return s->type;
	}
	return NULL;
}

/* RIFF: the kind is after the size. */
static const char *
by_riff(struct ev_slice start)
{
	if (!ev_media_has(start, 0, "RIFF", 4))
		return NULL;
	if (ev_media_has(start, 8, "WEBP", 4))
		return "image/webp";
	if (ev_media_has(start, 8, "WAVE", 4))
		return "audio/wav";
	if (ev_media_has(start, 8, "AVI ", 4))
		return "video/vnd.avi";
	return NULL;
}

/* "BM" alone begins too many texts: the reserved bytes and the header's size must fit. */
static const char *
by_bmp(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	uint32_t reserved, size;

	ev_cursor_expect(&c, "BM");
	ev_cursor_le32(&c);
	reserved = ev_cursor_le32(&c);
	ev_cursor_le32(&c);
	size = ev_cursor_le32(&c);
	if (c.bad || reserved != 0)
		return NULL;
	return size == 12 || size == 40 || size == 52 || size == 56 || size == 64 || size == 108 ||
		       size == 124
		   ? "image/bmp"
		   : NULL;
}

/* An ID3v2 tag: versions and sizes that can be. */
static const char *
by_id3(struct ev_slice start)
{
	size_t i;

	if (!ev_media_has(start, 0, "ID3", 3) || start.len < 10)
		return NULL;
	if (start.data[3] < 2 || start.data[3] > 4 || start.data[4] == 0xff)
		return NULL;
	for (i = 6; i < 10; i++)
		if (start.data[i] >= 0x80)
			return NULL;
	return "audio/mpeg";
}

const char *
ev_media_type(struct ev_slice start)
{
	static const char *(*const looks[])(struct ev_slice) = {
		by_signature,   by_riff,         by_bmp,       by_id3,
		ev_media_boxes, ev_media_ebml,   ev_media_ogg, ev_media_zip,
		ev_media_text,  ev_media_frames, ev_media_ts,
	};
	const char *type;
	size_t i;

	if (start.len == 0)
		return "application/x-empty";
	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		type = looks[i](start);
		if (type != NULL)
			return type;
	}
	return "application/octet-stream";
}

/* ---- what a file of a type is called --------------------------------------- */

static const struct {
	const char *type, *ext;
} exts[] = {
	{ "image/jpeg", "jpg" },
	{ "image/png", "png" },
	{ "image/gif", "gif" },
	{ "image/webp", "webp" },
	{ "image/tiff", "tiff" },
	{ "image/heic", "heic" },
	{ "image/avif", "avif" },
	{ "video/mp4", "mp4" },
	{ "video/quicktime", "mov" },
	{ "video/webm", "webm" },
	{ "video/matroska", "mkv" },
	{ "video/3gpp", "3gp" },
	{ "video/mpeg", "mpg" },
	{ "video/vnd.avi", "avi" },
	{ "audio/mpeg", "mp3" },
	{ "audio/mp4", "m4a" },
	{ "audio/ogg", "ogg" },
	{ "audio/wav", "wav" },
	{ "audio/vnd.wave", "wav" },
	{ "audio/flac", "flac" },
	{ "audio/AMR", "amr" },
	{ "audio/aac", "aac" },
	{ "application/pdf", "pdf" },
	{ "application/zip", "zip" },
	{ "application/rtf", "rtf" },
	{ "text/plain", "txt" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" },
	{ "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx" },
	{ "application/vnd.oasis.opendocument.text", "odt" },
	{ "application/vnd.oasis.opendocument.spreadsheet", "ods" },
};

const char *
ev_media_ext(struct ev_slice type)
{
	const uint8_t *end = type.len == 0 ? NULL : memchr(type.data, ';', type.len);
	struct ev_slice name =
	    ev_slice_of(type.data, end == NULL ? type.len : (size_t)(end - type.data));
	size_t i;

	for (i = 0; i < sizeof(exts) / sizeof(exts[0]); i++)
		if (ev_slice_is(name, exts[i].type))
			return exts[i].ext;
	return "bin";
}
