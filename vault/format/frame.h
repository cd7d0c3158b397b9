/*
 * zstd frames (RFC 8878), skippable frames and the seek table of the zstd
 * seekable format (version 0.1.0).  The only file that includes zstd.
 *
 * A data frame of ours holds 1 byte to EV_FRAME_MAX, states its content size
 * and needs a window no larger than that; anything else is refused before
 * memory is taken.
 */
#ifndef EV_FORMAT_FRAME_H
#define EV_FORMAT_FRAME_H

#include "base/bytes.h"

enum {
	EV_FRAME_MAX = 1 << 20, /* bytes of content in a data frame */
	EV_FRAME_SEALED_MAX = EV_FRAME_MAX + (EV_FRAME_MAX >> 8) + 64 + 32, /* and compressed */
	EV_FRAME_SKIP_HEADER = 4 + 4,
	EV_FRAME_SEEK_ENTRY = 4 + 4,
	EV_FRAME_SEEK_FOOTER = 4 + 1 + 4,
	EV_FRAME_COUNT_MAX = 1 << 16, /* frames in one pack */
};

/* Magic numbers, little endian on disk. */
#define EV_FRAME_MAGIC_DATA     UINT32_C(0xFD2FB528)
#define EV_FRAME_MAGIC_MEMBERS  UINT32_C(0x184D2A50) /* table of members */
#define EV_FRAME_MAGIC_PADDING  UINT32_C(0x184D2A51)
#define EV_FRAME_MAGIC_SEEK     UINT32_C(0x184D2A5E) /* zstd seekable format */
#define EV_FRAME_MAGIC_SEEKABLE UINT32_C(0x8F92EAB1) /* last four bytes */

struct ev_frame_encoder;
/* NULL when memory runs out. */
struct ev_frame_encoder *ev_frame_encoder_new(void);
void ev_frame_encoder_free(struct ev_frame_encoder *e);
/*
 * Gives one data frame (content size stated) of *written bytes to `out`.  len 1 to EV_FRAME_MAX.
 * What does not get smaller is stored as it is, without a checksum: around a
 * frame of ours there is always age.  The same bytes always give the same
 * frame of one libzstd.  E_NOMEM, what `out` returns.
 */
enum evault_status ev_frame_give(struct ev_frame_encoder *e, const uint8_t *data, size_t len,
				 struct ev_sink out, size_t *written, struct evault_error *err);
/* Appends it.  E_NOMEM. */
enum evault_status ev_frame_encode(struct ev_frame_encoder *e, const uint8_t *data, size_t len,
				   struct ev_buf *out, struct evault_error *err);

struct ev_frame_decoder;
struct ev_frame_decoder *ev_frame_decoder_new(void);
void ev_frame_decoder_free(struct ev_frame_decoder *d);
/*
 * Decodes exactly one data frame that fills `frame` to its last byte into
 * `out`, whose content must be exactly `len` bytes.  E_FORMAT otherwise;
 * `out` may then hold anything.
 */
enum evault_status ev_frame_decode(struct ev_frame_decoder *d, struct ev_slice frame, uint8_t *out,
				   size_t len, struct evault_error *err);

/* Appends a skippable frame; its content is at most UINT32_MAX bytes. */
void ev_frame_skippable(struct ev_buf *out, uint32_t magic, struct ev_slice content);
/* Appends its 8 bytes of header alone, for content that is streamed after it. */
void ev_frame_skippable_header(struct ev_buf *out, uint32_t magic, uint32_t len);

/* One frame of a pack, in order; `plain` is 0 for skippable ones. */
struct ev_frame_seek {
	uint32_t sealed; /* bytes of the frame */
	uint32_t plain;  /* bytes it decompresses to */
};

/* Bytes of the seek table's frame for n entries. */
size_t ev_frame_seek_size(size_t n);
/* Appends the seek table's frame (no checksums).  n 1 to EV_FRAME_COUNT_MAX. */
void ev_frame_seek_encode(struct ev_buf *out, const struct ev_frame_seek *entries, size_t n);
/*
 * Reads the last EV_FRAME_SEEK_FOOTER bytes of a pack: how many entries, and
 * so how long the frame is.  E_FORMAT when they are none, or have checksums
 * or reserved bits; E_LIMIT above EV_FRAME_COUNT_MAX.
 */
enum evault_status ev_frame_seek_footer(const uint8_t footer[EV_FRAME_SEEK_FOOTER], size_t *n,
					struct evault_error *err);
/*
 * Reads the whole frame, ev_frame_seek_size(n) bytes, into entries[n].  What
 * it gives is bounded: plain at most EV_FRAME_MAX, and sealed then at most
 * EV_FRAME_SEALED_MAX.  E_FORMAT.
 */
enum evault_status ev_frame_seek_decode(struct ev_slice frame, struct ev_frame_seek *entries,
					size_t n, struct evault_error *err);

/*
 * Padmé (Nikitin et al., PURBs, 2019): the least padded size that is not
 * below `size`; EV_FRAME_PAD_FLOOR for smaller ones.  size at most INT64_MAX.
 */
#define EV_FRAME_PAD_FLOOR UINT64_C(65536)
uint64_t ev_frame_padded(uint64_t size);

#endif
