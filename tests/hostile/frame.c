#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "hostile.h"

/* A frame with this header and `blocks` blocks of 128 KiB, each one byte again and again. */
static void
add_bomb(struct pack *p, const uint8_t *header, size_t len, size_t blocks, size_t plain)
{
	struct ev_buf frame = EV_BUF_INIT;
	uint32_t block;
	uint8_t bytes[4];
	size_t i;

	ev_put_le32(bytes, EV_FRAME_MAGIC_DATA);
	ev_buf_add(&frame, bytes, 4);
	ev_buf_add(&frame, header, len);
	for (i = 0; i < blocks; i++) {
		block = (uint32_t)BLOCK_MAX << 3 | 1U << 1 | (i + 1 == blocks);
		ev_put_le32(bytes, block);
		ev_buf_add(&frame, bytes, 3);
		ev_buf_add(&frame, "", 1);
	}
	add_frame(p, ev_slice_of(frame.data, frame.len), plain);
	ev_buf_release(&frame);
}

/* The evil item's frames come first; then the bomb, which the tables call a part of nothing. */
static void
bomb(struct hostile *h, const uint8_t *header, size_t len, size_t blocks)
{
	keep_evil(h);
	h->p.no_end = true;
	frame_stream(&h->p);
	add_bomb(&h->p, header, len, blocks, EV_FRAME_MAX);
	finish(h);
}

void
bomb_says_less(struct hostile *h)
{
	/* Four bytes of content size: 1 MiB; the window is 1 MiB. */
	static const uint8_t header[] = { 0x80, 0x50, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 65536);
}

void
bomb_says_nothing(struct hostile *h)
{
	static const uint8_t header[] = { 0x00, 0x50 };

	bomb(h, header, sizeof(header), 65536);
}

void
bomb_with_window(struct hostile *h)
{
	/* A window of 2^41 bytes. */
	static const uint8_t header[] = { 0x80, 0xF8, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 8);
}

void
bomb_says_huge(struct hostile *h)
{
	/* A single segment of 2^40 bytes. */
	static const uint8_t header[] = { 0xE0, 0, 0, 0, 0, 0, 1, 0, 0 };

	bomb(h, header, sizeof(header), 8);
}

void
bomb_with_dictionary(struct hostile *h)
{
	static const uint8_t header[] = { 0x81, 0x50, 0x01, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 8);
}

/* 60 GiB of zeros, rightly said, where the table names members. */
void
bomb_of_many(struct hostile *h)
{
	static const uint8_t header[] = { 0x80, 0x50, 0x00, 0x00, 0x10, 0x00 };
	char name[EV_MEMBER_NAME_SIZE];
	size_t i;

	keep_evil(h);
	h->p.no_end = true;
	frame_stream(&h->p);
	for (i = 0; i < 60000; i++)
		add_bomb(&h->p, header, sizeof(header), 8, EV_FRAME_MAX);
	for (i = 0; i < 6000; i++) {
		snprintf(name, sizeof(name), "objects/%064zx", i);
		table_line(&h->p, name, EV_MEMBER_OBJECT_MAX);
	}
	finish(h);
}

static void
with_seek(struct hostile *h, size_t i, int sealed, int plain)
{
	keep_evil(h);
	frame_stream(&h->p);
	put_tables(&h->p);
	h->p.seek[i].sealed += (uint32_t)sealed;
	h->p.seek[i].plain += (uint32_t)plain;
	seal(h);
}

void
seek_says_more(struct hostile *h)
{
	with_seek(h, 0, 0, 512);
}

void
seek_says_less(struct hostile *h)
{
	with_seek(h, 0, 0, -512);
}

void
seek_too_far(struct hostile *h)
{
	with_seek(h, 0, 1 << 30, 0);
}

void
seek_before(struct hostile *h)
{
	with_seek(h, 1, -1, 0);
}

void
seek_table_is_data(struct hostile *h)
{
	with_seek(h, 1, 0, 512);
}

void
seek_of_many(struct hostile *h)
{
	size_t i;

	keep_evil(h);
	frame_stream(&h->p);
	put_tables(&h->p);
	for (i = h->p.n_seek; i < EV_FRAME_COUNT_MAX; i++)
		h->p.seek[i] = (struct ev_frame_seek){ 16, EV_FRAME_MAX };
	h->p.n_seek = EV_FRAME_COUNT_MAX;
	seal(h);
}

void
seek_count_lies(struct hostile *h)
{
	struct ev_age_to to = { .recipients = &h->p.to, .n_recipients = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct evault_error err = { 0 };

	keep_evil(h);
	frame_stream(&h->p);
	put_tables(&h->p);
	ev_frame_seek_encode(&h->p.frames, h->p.seek, h->p.n_seek);
	memset(h->p.frames.data + h->p.frames.len - EV_FRAME_SEEK_FOOTER, 0xFF, 4);
	must(ev_age_seal(&to, ev_slice_of(h->p.frames.data, h->p.frames.len), &sealed, &err), &err);
	store_pack(h, ev_slice_of(sealed.data, sealed.len));
	ev_buf_release(&sealed);
	pack_release(&h->p);
}

void
garbage_between_frames(struct hostile *h)
{
	keep_evil(h);
	frame_stream(&h->p);
	ev_buf_puts(&h->p.frames, "garbage");
	finish(h);
}

/* ---- the pack and the log ---- */

void
pack_is_no_age(struct hostile *h)
{
	struct evault_error err = { 0 };

	keep_evil(h);
	ev_buf_clear(&h->commit.note);
	store_pack(h, evil_bytes());
	pack_release(&h->p);
	(void)err;
}

void
pack_is_empty(struct hostile *h)
{
	struct ev_age_to to = { .recipients = &h->p.to, .n_recipients = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct evault_error err = { 0 };

	keep_evil(h);
	must(ev_age_seal(&to, ev_slice_of("", 0), &sealed, &err), &err);
	store_pack(h, ev_slice_of(sealed.data, sealed.len));
	ev_buf_release(&sealed);
	pack_release(&h->p);
}

void
pack_to_another(struct hostile *h)
{
	struct ev_age_identity *other = ev_secret_new(sizeof(*other));

	if (other == NULL)
		exit(2);
	ev_age_identity_make(other);
	ev_age_identity_recipient(other, &h->p.to);
	ev_secret_free(other);
	keep_evil(h);
	finish(h);
}

void
pack_of_other_size(struct hostile *h)
{
	h->size_lie = 1;
	keep_evil(h);
	finish(h);
}

void
pack_nowhere(struct hostile *h)
{
	struct evault_error err = { 0 };
	struct ev_hash name;

	ev_hash_of("other", 5, &name);
	must(ev_commit_pack(&h->commit, &name, UINT64_MAX / 2, &err), &err);
	keep_evil(h);
	finish(h);
}
