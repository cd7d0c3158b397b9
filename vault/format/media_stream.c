/*
 * Media types of sound and moving pictures, whose containers tell what is
 * inside only further on.
 */
#include <string.h>

#include "format/media_private.h"

/* ---- ISO base media --------------------------------------------------- */

enum {
	BOX_HEAD = 8, /* size and kind */
	TS_PACKET = 188,
	M2TS_PACKET = 192,
	TS_PACKETS = 4, /* in a row, before we believe it */
};

static const struct {
	const char *brand; /* a prefix of its four bytes */
	const char *type;
} brands[] = {
	{ "heic", "image/heic" },
	{ "heix", "image/heic" },
	{ "heim", "image/heic" },
	{ "heis", "image/heic" },
	{ "hevc", "image/heic-sequence" },
	{ "hevx", "image/heic-sequence" },
	{ "avif", "image/avif" },
	{ "avis", "image/avif" },
	{ "crx ", "image/x-canon-cr3" },
	{ "qt  ", "video/quicktime" },
	{ "3g2", "video/3gpp2" },
	{ "3gp", "video/3gpp" },
	{ "3ge", "video/3gpp" },
	{ "3gg", "video/3gpp" },
	{ "M4A ", "audio/mp4" },
	{ "M4B ", "audio/mp4" },
	{ "M4P ", "audio/mp4" },
	{ "M4V", "video/mp4" },
	{ "mp4", "video/mp4" },
	{ "iso", "video/mp4" },
	{ "avc1", "video/mp4" },
	{ "dash", "video/mp4" },
	{ "MSNV", "video/mp4" },
	{ "XAVC", "video/mp4" },
	/* Last: these say HEIF, and another brand may say which image it is. */
	{ "mif1", "image/heif" },
	{ "mif2", "image/heif" },
	{ "msf1", "image/heif-sequence" },
};

enum {
	N_BRANDS = sizeof(brands) / sizeof(brands[0]),
	EXACT_IMAGES = 8,        /* heic to avis */
	HEIF_FROM = N_BRANDS - 3 /* mif1 and what follows */
};

/* Its place in the table; N_BRANDS when it is not there. */
static size_t
brand_find(struct ev_slice brand)
{
	size_t i = 0;

	while (i < N_BRANDS && !ev_slice_starts(brand, brands[i].brand))
		i++;
	return i;
}

const char *
ev_media_boxes(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	uint32_t size = ev_cursor_be32(&c);
	struct ev_slice kind = ev_cursor_take(&c, 4);
	size_t found, next;

	if (c.bad)
		return NULL;
	/* Cameras of old begin without ftyp. */
	if (ev_slice_is(kind, "moov") || ev_slice_is(kind, "wide") || ev_slice_is(kind, "mdat") ||
	    ev_slice_is(kind, "pnot"))
		return size < BOX_HEAD && size > 1 ? NULL : "video/quicktime";
	if (!ev_slice_is(kind, "ftyp") || size < BOX_HEAD + 8 || size % 4 != 0)
		return NULL;
	if (c.left > size - BOX_HEAD)
		c.left = size - BOX_HEAD;
	found = brand_find(ev_cursor_take(&c, 4));
	ev_cursor_be32(&c); /* minor version */
	/* The major brand counts, unless it says less than a compatible one. */
	while (found >= HEIF_FROM && c.left >= 4) {
		next = brand_find(ev_cursor_take(&c, 4));
		if (found == N_BRANDS || next < EXACT_IMAGES)
			found = next;
	}
	return found == N_BRANDS ? NULL : brands[found].type;
}

/* ---- EBML -------------------------------------------------------------- */

/* A variable-length number with its length marker taken off. */
static uint64_t
ebml_size(struct ev_cursor *c)
{
	uint8_t first = ev_cursor_u8(c);
	uint64_t v = first;
	unsigned more = 0;

	if (first == 0) {
		c->bad = true;
		return 0;
	}
	while ((first & (0x80U >> more)) == 0)
		more++;
	v &= 0x7fU >> more;
	for (; more > 0; more--)
		v = v << 8 | ev_cursor_u8(c);
	return v;
}

/* The same with its marker, as element IDs are written. */
static uint32_t
ebml_id(struct ev_cursor *c)
{
	uint8_t first = ev_cursor_u8(c);
	uint32_t v = first;
	unsigned more = 0;

	if (first < 0x10) {
		c->bad = true;
		return 0;
	}
	while ((first & (0x80U >> more)) == 0)
		more++;
	for (; more > 0; more--)
		v = v << 8 | ev_cursor_u8(c);
	return v;
}

const char *
ev_media_ebml(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	struct ev_slice value;
	uint64_t size;
	uint32_t id;

	if (ebml_id(&c) != 0x1A45DFA3)
		return NULL;
	size = ebml_size(&c);
	if (c.left > size)
		c.left = (size_t)size;
	while (!c.bad && c.left > 0) {
		id = ebml_id(&c);
		size = ebml_size(&c);
		value = ev_cursor_take(&c, size > SIZE_MAX ? SIZE_MAX : (size_t)size);
		if (c.bad || id != 0x4282)
			continue;
		if (ev_slice_is(value, "webm"))
			return "video/webm";
		return ev_slice_is(value, "matroska") ? "video/matroska" : NULL;
	}
	return NULL;
}

/* ---- Ogg --------------------------------------------------------------- */

/* One page: its first packet's bytes, as far as they are there. */
static struct ev_slice
ogg_page(struct ev_cursor *c, bool *begins)
{
	struct ev_slice table;
	size_t size = 0, i;

	ev_cursor_expect(c, "OggS");
	if (ev_cursor_u8(c) != 0)
		c->bad = true;
	*begins = (ev_cursor_u8(c) & 2) != 0;
	ev_cursor_take(c, 8 + 4 + 4 + 4); /* position, stream, page, checksum */
	table = ev_cursor_take(c, ev_cursor_u8(c));
	for (i = 0; i < table.len; i++)
		size += table.data[i];
	return ev_cursor_take(c, size < c->left ? size : c->left);
}

const char *
ev_media_ogg(struct ev_slice start)
{
	struct ev_cursor c = ev_cursor_of(start.data, start.len);
	const char *type = NULL;
	struct ev_slice packet;
	bool begins;

	if (!ev_media_has(start, 0, "OggS\0", 5))
		return NULL;
	while (c.left > 0) {
		packet = ogg_page(&c, &begins);
		if (c.bad || !begins)
			break;
		if (ev_slice_starts(packet, "\x80theora") || ev_slice_starts(packet, "BBCD") ||
		    ev_slice_starts(packet, "OVP80"))
			return "video/ogg";
		if (ev_slice_starts(packet, "OpusHead") || ev_slice_starts(packet, "\x01vorbis") ||
		    ev_slice_starts(packet, "Speex   ") ||
		    ev_slice_starts(packet, "\x7f"
					    "FLAC"))
			type = "audio/ogg";
	}
	return type == NULL ? "application/ogg" : type;
}

/* ---- frames without container ------------------------------------------ */

/* Bytes of the layer III frame whose header is at `at`; 0 when it is none. */
static size_t
mp3_frame(struct ev_slice start, size_t at)
{
	static const uint16_t rates1[] = { 0,   32,  40,  48,  56,  64,  80, 96,
					   112, 128, 160, 192, 224, 256, 320 };
	static const uint16_t rates2[] = { 0,  8,  16, 24,  32,  40,  48, 56,
					   64, 80, 96, 112, 128, 144, 160 };
	static const uint16_t samples[] = { 44100, 48000, 32000 };
	unsigned version, rate, sample, padding;
	const uint8_t *h;

	if (at > start.len || start.len - at < 4)
		return 0;
	h = start.data + at;
	if (h[0] != 0xff || (h[1] & 0xe6) != 0xe2)
		return 0;
	version = h[1] >> 3 & 3; /* 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5 */
	rate = h[2] >> 4;
	sample = h[2] >> 2 & 3;
	padding = h[2] >> 1 & 1;
	if (version == 1 || rate == 0 || rate == 15 || sample == 3)
		return 0;
	if (version == 3)
		return 144000U * rates1[rate] / samples[sample] + padding;
	return 72000U * rates2[rate] * (version == 0 ? 4U : 2U) / samples[sample] + padding;
}

/* The same for a frame of AAC with ADTS. */
static size_t
aac_frame(struct ev_slice start, size_t at)
{
	const uint8_t *h;
	size_t size;

	if (at > start.len || start.len - at < 7)
		return 0;
	h = start.data + at;
	if (h[0] != 0xff || (h[1] & 0xf6) != 0xf0 || (h[2] >> 2 & 15) > 12)
		return 0;
	size = (size_t)(h[3] & 3) << 11 | (size_t)h[4] << 3 | h[5] >> 5;
	return size < 7 ? 0 : size;
}

/* One header is eleven bits that random bytes have too; two in a row are believed. */
const char *
ev_media_frames(struct ev_slice start)
{
	size_t size = mp3_frame(start, 0);

	if (size > 0 && mp3_frame(start, size) > 0)
		return "audio/mpeg";
	size = aac_frame(start, 0);
	if (size > 0 && aac_frame(start, size) > 0)
		return "audio/aac";
	return NULL;
}

static bool
synced(struct ev_slice start, size_t at, size_t distance)
{
	size_t i;

	for (i = 0; i < TS_PACKETS; i++)
		if (!ev_media_has(start, at + i * distance, "\x47", 1))
			return false;
	return true;
}

const char *
ev_media_ts(struct ev_slice start)
{
	return synced(start, 0, TS_PACKET) || synced(start, 4, M2TS_PACKET) ? "video/mp2t" : NULL;
}
