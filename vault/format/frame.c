/*
 * Nothing here trusts a frame's own claims: content size, window and
 * dictionary are compared with what the caller expects before libzstd is
 * handed the bytes, and libzstd writes into the caller's buffer only.
 */
#include "format/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

enum {
	LEVEL = 3,
	/* What is looked at of a frame before it is compressed, and what makes that worth it. */
	PROBE_MIN = 256 << 10, /* bytes of content, */
	PROBE_SPOTS = 4,
	PROBE_SPOT = 16 << 10, /* bytes of it each, */
	PROBE_LEVEL = 1,
	PROBE_GAIN = 64, /* a 64th of them */

	/* A frame of raw blocks: a single segment, its size in 4 bytes, and no checksum. */
	RAW_DESCRIPTOR = 2 << 6 | 0x20,
	RAW_HEADER = 4 + 1 + 4,
	RAW_BLOCK = 128 << 10,
	RAW_BLOCK_HEADER = 3,
	/* Frame_Header_Descriptor and Window_Descriptor, RFC 8878, 3.1.1.1. */
	DESCRIPTOR_DICTIONARY = 0x03,
	DESCRIPTOR_SINGLE_SEGMENT = 0x20,
	WINDOW_MAX = (20 - 10) << 3, /* 1 MiB: exponent above 10, mantissa 0 */
};

_Static_assert(EV_FRAME_MAX == 1 << 20, "WINDOW_MAX is EV_FRAME_MAX");
_Static_assert(ZSTD_COMPRESSBOUND(EV_FRAME_MAX) <= EV_FRAME_SEALED_MAX, "the worst case fits");

struct ev_frame_encoder {
	ZSTD_CCtx *ctx;
	uint8_t probe[PROBE_SPOTS * PROBE_SPOT];
	uint8_t frame[EV_FRAME_SEALED_MAX]; /* of the spots, too */
};

struct ev_frame_decoder {
	ZSTD_DCtx *ctx;
};

static void
add_le32(struct ev_buf *out, uint32_t v)
{
	uint8_t bytes[4];

	ev_put_le32(bytes, v);
	ev_buf_add(out, bytes, sizeof(bytes));
}

/* ---- data frames ---------------------------------------------------- */

struct ev_frame_encoder *
ev_frame_encoder_new(void)
{
	struct ev_frame_encoder *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->ctx = ZSTD_createCCtx();
	if (e->ctx == NULL ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_contentSizeFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_checksumFlag, 1))) {
		ev_frame_encoder_free(e);
		return NULL;
	}
	return e;
}

void
ev_frame_encoder_free(struct ev_frame_encoder *e)
{
	if (e == NULL)
		return;
	ZSTD_freeCCtx(e->ctx);
	free(e);
}

/* Photographs and video are compressed already: some spots of it tell, and nothing but them. */
static bool
is_worth_it(struct ev_frame_encoder *e, const uint8_t *data, size_t len)
{
	size_t i, step, got;

	if (len < PROBE_MIN)
		return true;
	step = (len - PROBE_SPOT) / (PROBE_SPOTS - 1);
	for (i = 0; i < PROBE_SPOTS; i++)
		memcpy(e->probe + i * PROBE_SPOT, data + i * step, PROBE_SPOT);
	if (ZSTD_isError(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_compressionLevel, PROBE_LEVEL)))
		return true;
	got = ZSTD_compress2(e->ctx, e->frame, sizeof(e->frame), e->probe, sizeof(e->probe));
	return ZSTD_isError(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_compressionLevel, LEVEL)) ||
	       ZSTD_isError(got) || got < sizeof(e->probe) - sizeof(e->probe) / PROBE_GAIN;
}

static enum evault_status
give(struct ev_sink out, const uint8_t *data, size_t len, size_t *written, struct evault_error *err)
{
	*written += len;
	return out.write(out.ctx, data, len, err);
}

/* As it is, in blocks that say so (RFC 8878, 3.1.1.2). */
static enum evault_status
give_raw(const uint8_t *data, size_t len, struct ev_sink out, size_t *written,
	 struct evault_error *err)
{
	uint8_t header[RAW_HEADER], block[4];
	enum evault_status rc;
	size_t n;

	ev_put_le32(header, EV_FRAME_MAGIC_DATA);
	header[4] = RAW_DESCRIPTOR;
	ev_put_le32(header + 5, (uint32_t)len);
	rc = give(out, header, sizeof(header), written, err);
	for (; len > 0 && rc == EVAULT_OK; data += n, len -= n) {
		n = len < RAW_BLOCK ? len : RAW_BLOCK;
		ev_put_le32(block, (uint32_t)(n << 3 | (n == len)));
		rc = give(out, block, RAW_BLOCK_HEADER, written, err);
		if (rc == EVAULT_OK)
			rc = give(out, data, n, written, err);
	}
	return rc;
}

enum evault_status
ev_frame_give(struct ev_frame_encoder *e, const uint8_t *data, size_t len, struct ev_sink out,
	      size_t *written, struct evault_error *err)
{
	size_t got;

	assert(len >= 1 && len <= EV_FRAME_MAX);
	*written = 0;
	if (!is_worth_it(e, data, len))
		return give_raw(data, len, out, written, err);
	got = ZSTD_compress2(e->ctx, e->frame, sizeof(e->frame), data, len);
	/* With room for the worst case, only memory can be lacking. */
	if (ZSTD_isError(got))
		return ev_fail_nomem(err);
	return give(out, e->frame, got, written, err);
}

enum evault_status
ev_frame_encode(struct ev_frame_encoder *e, const uint8_t *data, size_t len, struct ev_buf *out,
		struct evault_error *err)
{
	size_t written;
	enum evault_status rc = ev_frame_give(e, data, len, ev_sink_buf(out), &written, err);

	return rc == EVAULT_OK ? ev_buf_ask(out, err) : rc;
}

struct ev_frame_decoder *
ev_frame_decoder_new(void)
{
	struct ev_frame_decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->ctx = ZSTD_createDCtx();
	if (d->ctx == NULL) {
		ev_frame_decoder_free(d);
		return NULL;
	}
	return d;
}

void
ev_frame_decoder_free(struct ev_frame_decoder *d)
{
	if (d == NULL)
		return;
	ZSTD_freeDCtx(d->ctx);
	free(d);
}

/*
 * ZSTD_d_windowLogMax is for streams and is ignored when a frame is decoded
 * in one piece; and a libzstd may read older formats by their own magics.
 */
static bool
header_is_taken(struct ev_slice frame)
{
	struct ev_cursor c = ev_cursor_of(frame.data, frame.len);
	uint32_t magic = ev_cursor_le32(&c);
	uint8_t descriptor = ev_cursor_u8(&c);
	uint8_t window = 0;

	/* A single segment's window is its content. */
	if ((descriptor & DESCRIPTOR_SINGLE_SEGMENT) == 0)
		window = ev_cursor_u8(&c);
	return !c.bad && magic == EV_FRAME_MAGIC_DATA &&
	       (descriptor & DESCRIPTOR_DICTIONARY) == 0 && window <= WINDOW_MAX;
}

enum evault_status
ev_frame_decode(struct ev_frame_decoder *d, struct ev_slice frame, uint8_t *out, size_t len,
		struct evault_error *err)
{
	size_t got;

	if (len == 0 || len > EV_FRAME_MAX || frame.len > EV_FRAME_SEALED_MAX)
		return ev_fail(err, EVAULT_E_FORMAT, "zstd frame: larger than it may be, or empty");
	if (!header_is_taken(frame))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "zstd frame: not of the form that packs are made of");
	if (ZSTD_getFrameContentSize(frame.data, frame.len) != len)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "zstd frame: does not state the size that it should have");
	if (ZSTD_findFrameCompressedSize(frame.data, frame.len) != frame.len)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "zstd frame: does not end where it should end");
	got = ZSTD_decompressDCtx(d->ctx, out, len, frame.data, frame.len);
	if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
		return ev_fail_nomem(err);
	if (got != len)
		return ev_fail(err, EVAULT_E_FORMAT, "zstd frame: cannot be decompressed");
	return EVAULT_OK;
}

/* ---- skippable frames ------------------------------------------------- */

void
ev_frame_skippable(struct ev_buf *out, uint32_t magic, struct ev_slice content)
{
	assert(content.len <= UINT32_MAX);
	ev_frame_skippable_header(out, magic, (uint32_t)content.len);
	ev_buf_add(out, content.data, content.len);
}

void
ev_frame_skippable_header(struct ev_buf *out, uint32_t magic, uint32_t len)
{
	add_le32(out, magic);
	add_le32(out, len);
}

/* ---- the seek table --------------------------------------------------- */

size_t
ev_frame_seek_size(size_t n)
{
	return EV_FRAME_SKIP_HEADER + n * EV_FRAME_SEEK_ENTRY + EV_FRAME_SEEK_FOOTER;
}

void
ev_frame_seek_encode(struct ev_buf *out, const struct ev_frame_seek *entries, size_t n)
{
	const uint8_t no_checksums = 0;
	size_t i;

	assert(n >= 1 && n <= EV_FRAME_COUNT_MAX);
	ev_frame_skippable_header(out, EV_FRAME_MAGIC_SEEK,
				  (uint32_t)(ev_frame_seek_size(n) - EV_FRAME_SKIP_HEADER));
	for (i = 0; i < n; i++) {
		add_le32(out, entries[i].sealed);
		add_le32(out, entries[i].plain);
	}
	add_le32(out, (uint32_t)n);
	ev_buf_add(out, &no_checksums, 1);
	add_le32(out, EV_FRAME_MAGIC_SEEKABLE);
}

enum evault_status
ev_frame_seek_footer(const uint8_t footer[EV_FRAME_SEEK_FOOTER], size_t *n,
		     struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(footer, EV_FRAME_SEEK_FOOTER);
	uint32_t count = ev_cursor_le32(&c);
	uint8_t descriptor = ev_cursor_u8(&c);
	uint32_t magic = ev_cursor_le32(&c);

	if (magic != EV_FRAME_MAGIC_SEEKABLE || descriptor != 0 || count == 0)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "seek table: its last bytes are not those of one");
	if (count > EV_FRAME_COUNT_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "seek table: %lu frames are too many",
			       (unsigned long)count);
	*n = count;
	return EVAULT_OK;
}

/* So that whoever reads frames by it takes no more memory than a frame may need. */
static bool
seek_fits(struct ev_frame_seek s)
{
	if (s.sealed < EV_FRAME_SKIP_HEADER)
		return false;
	return s.plain == 0 || (s.plain <= EV_FRAME_MAX && s.sealed <= EV_FRAME_SEALED_MAX);
}

enum evault_status
ev_frame_seek_decode(struct ev_slice frame, struct ev_frame_seek *entries, size_t n,
		     struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(frame.data, frame.len);
	struct ev_slice footer;
	uint32_t magic, len;
	size_t i, count;
	enum evault_status rc;

	if (n == 0 || n > EV_FRAME_COUNT_MAX || frame.len != ev_frame_seek_size(n))
		return ev_fail(err, EVAULT_E_FORMAT, "seek table: not as long as it says");
	magic = ev_cursor_le32(&c);
	len = ev_cursor_le32(&c);
	if (magic != EV_FRAME_MAGIC_SEEK || len != frame.len - EV_FRAME_SKIP_HEADER)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "seek table: does not begin where it should begin");
	for (i = 0; i < n; i++) {
		entries[i].sealed = ev_cursor_le32(&c);
		entries[i].plain = ev_cursor_le32(&c);
		if (!seek_fits(entries[i]))
			return ev_fail(err, EVAULT_E_FORMAT,
				       "seek table: no frame has the sizes of frame %lu",
				       (unsigned long)i);
	}
	footer = ev_cursor_take(&c, EV_FRAME_SEEK_FOOTER);
	rc = ev_frame_seek_footer(footer.data, &count, err);
	if (rc != EVAULT_OK)
		return rc;
	if (count != n || !ev_cursor_done(&c))
		return ev_fail(err, EVAULT_E_FORMAT, "seek table: not as long as it says");
	return EVAULT_OK;
}

/* ---- padding ---------------------------------------------------------- */

static unsigned
floor_log2(uint64_t v)
{
	unsigned log = 0;

	while (v >>= 1)
		log++;
	return log;
}

uint64_t
ev_frame_padded(uint64_t size)
{
	unsigned exponent, kept;
	uint64_t mask;

	assert(size <= INT64_MAX);
	if (size <= EV_FRAME_PAD_FLOOR)
		return EV_FRAME_PAD_FLOOR;
	exponent = floor_log2(size); /* 16 or more, above the floor */
	kept = floor_log2(exponent) + 1;
	assert(kept < exponent);
	mask = (UINT64_C(1) << (exponent - kept)) - 1;
	return (size + mask) & ~mask;
}
