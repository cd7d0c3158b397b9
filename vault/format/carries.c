#include "format/carries.h"

#include <string.h>

enum {
	IMAGE_ENOUGH = 512 << 10,
	VIDEO_ENOUGH = 1 << 20,
	DOCUMENT_ENOUGH = 8 << 20,
	IFD_ENTRY = 12,
	TIFF_HEADER = 8,
};

size_t
ev_carries_enough(struct ev_slice type)
{
	if (ev_slice_starts(type, "image/"))
		return IMAGE_ENOUGH;
	if (ev_slice_starts(type, "video/") || ev_slice_starts(type, "audio/"))
		return VIDEO_ENOUGH;
	if (ev_slice_starts(type, "application/"))
		return DOCUMENT_ENOUGH;
	return 0;
}

/* ---- EXIF: a TIFF (revision 6.0, section 2) ---------------------------------- */

struct tiff {
	struct ev_slice bytes;
	bool little;
};

static uint32_t
read16(struct ev_cursor *c, bool little)
{
	uint32_t a = ev_cursor_u8(c), b = ev_cursor_u8(c);

	return little ? b << 8 | a : a << 8 | b;
}

static uint32_t
read32(struct ev_cursor *c, bool little)
{
	uint32_t a = read16(c, little), b = read16(c, little);

	return little ? b << 16 | a : a << 16 | b;
}

static const struct {
	unsigned tag;
	unsigned carries;
} tags[] = {
	{ 0x010F, EVAULT_CARRIES_DEVICE }, /* Make */
	{ 0x0110, EVAULT_CARRIES_DEVICE }, /* Model */
	{ 0x013B, EVAULT_CARRIES_PERSON }, /* Artist */
	{ 0x8298, EVAULT_CARRIES_PERSON }, /* Copyright */
	{ 0x9003, EVAULT_CARRIES_TIME },   /* DateTimeOriginal */
	{ 0xA430, EVAULT_CARRIES_PERSON }, /* CameraOwnerName */
	{ 0xA431, EVAULT_CARRIES_DEVICE }, /* BodySerialNumber */
};

enum {
	TAG_EXIF = 0x8769,
	TAG_GPS = 0x8825,
	GPS_LATITUDE = 2,
	GPS_LONGITUDE = 4,
};

/* A directory at `offset`; those that it names are written to *exif and *gps. */
static unsigned
read_directory(const struct tiff *t, uint32_t offset, bool is_gps, uint32_t *exif, uint32_t *gps)
{
	struct ev_cursor c = ev_cursor_of(t->bytes.data, t->bytes.len);
	unsigned found = 0;
	uint32_t n, i, tag, value;
	size_t k;

	ev_cursor_take(&c, offset);
	n = read16(&c, t->little);
	for (i = 0; i < n && !c.bad && c.left >= IFD_ENTRY; i++) {
		tag = read16(&c, t->little);
		ev_cursor_take(&c, 2 + 4);
		value = read32(&c, t->little);
		if (is_gps && (tag == GPS_LATITUDE || tag == GPS_LONGITUDE))
			found |= EVAULT_CARRIES_PLACE;
		if (is_gps)
			continue;
		*exif = tag == TAG_EXIF ? value : *exif;
		*gps = tag == TAG_GPS ? value : *gps;
		for (k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
			found |= tags[k].tag == tag ? tags[k].carries : 0;
	}
	return found;
}

static bool
is_tiff(struct ev_slice s, bool *little)
{
	*little = s.len >= TIFF_HEADER && memcmp(s.data, "II*\0", 4) == 0;
	return *little || (s.len >= TIFF_HEADER && memcmp(s.data, "MM\0*", 4) == 0);
}

static unsigned
look_at_tiff(struct ev_slice s)
{
	struct tiff t = { .bytes = s };
	uint32_t exif = 0, gps = 0, none = 0;
	struct ev_cursor c;
	unsigned found;

	if (!is_tiff(s, &t.little))
		return 0;
	c = ev_cursor_of(s.data + 4, s.len - 4);
	found = read_directory(&t, read32(&c, t.little), false, &exif, &gps);
	if (exif != 0)
		found |= read_directory(&t, exif, false, &none, &none);
	if (gps != 0)
		found |= read_directory(&t, gps, true, &none, &none);
	return found;
}

/* ---- all kinds ----------------------------------------------------------------- */

/* The rest from the next place on where this text is; empty when it is nowhere. */
static struct ev_slice
find(struct ev_slice s, const char *text, size_t len)
{
	const uint8_t *at = s.len < len ? NULL : memmem(s.data, s.len, text, len);

	return at == NULL ? ev_slice_of(NULL, 0) : ev_slice_of(at, s.len - (size_t)(at - s.data));
}

/* JPEG, PNG, WebP and HEIC each have a mark before it, with up to 8 bytes between. */
static unsigned
look_for_exif(struct ev_slice s)
{
	static const char *const marks[] = { "Exif", "eXIf", "EXIF" };
	unsigned found = 0, tries;
	struct ev_slice at;
	size_t i, skip;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		at = find(s, marks[i], 4);
		for (tries = 0; at.len > 4 && tries < 16; tries++) {
			at = ev_slice_of(at.data + 4, at.len - 4);
			for (skip = 0; skip <= 8 && skip < at.len; skip++)
				found |= look_at_tiff(ev_slice_of(at.data + skip, at.len - skip));
			at = find(at, marks[i], 4);
		}
	}
	return found;
}

static const struct {
	const char *text;
	unsigned carries;
} texts[] = {
	/* XMP */
	{ "GPSLatitude", EVAULT_CARRIES_PLACE },
	{ "dc:creator", EVAULT_CARRIES_PERSON },
	{ "tiff:Make", EVAULT_CARRIES_DEVICE },
	{ "tiff:Model", EVAULT_CARRIES_DEVICE },
	/* QuickTime and MP4 */
	{ "\xA9xyz", EVAULT_CARRIES_PLACE },
	{ "quicktime.location", EVAULT_CARRIES_PLACE },
	{ "quicktime.make", EVAULT_CARRIES_DEVICE },
	{ "quicktime.model", EVAULT_CARRIES_DEVICE },
	{ "quicktime.author", EVAULT_CARRIES_PERSON },
	/* what an office file has is compressed: that it is there */
	{ "docProps/core.xml", EVAULT_CARRIES_PERSON },
};

unsigned
ev_carries(struct ev_slice s)
{
	unsigned found = look_at_tiff(s) | look_for_exif(s);
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (find(s, texts[i].text, strlen(texts[i].text)).len > 0)
			found |= texts[i].carries;
	if (ev_slice_starts(s, "%PDF-") && find(s, "/Author", 7).len > 0)
		found |= EVAULT_CARRIES_PERSON;
	if (ev_slice_starts(s, "PK\003\004") && find(s, "opendocument", 12).len > 0 &&
	    find(s, "meta.xml", 8).len > 0)
		found |= EVAULT_CARRIES_PERSON;
	return found;
}
