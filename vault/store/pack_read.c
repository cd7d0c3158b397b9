/*
 * Reading a pack: tables from its end, members out of its middle.
 *
 * Where several frames are read in a row, a worker reads and opens ahead of
 * who decompresses and uses them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/worker.h"
#include "store/pack.h"

enum {
	PADDING_PIECE = 128 << 10,
	/* Who reads an item reads of its record's frame and of its file's, in turn. */
	FRAMES = 2,
	AHEAD = 3, /* frames in a row that are worth a thread */
};

struct frame {
	uint8_t *content; /* EV_FRAME_MAX bytes */
	size_t number;    /* which frame this is the content of; ev_pack.n: of none */
};

struct ev_pack {
	char path[EV_PACK_AT_SIZE];

	/* The worker's alone while there is one: */
	int fd;
	struct ev_age_reader *reader;
	uint64_t ahead, ahead_end; /* what of the plaintext it still opens */

	struct ev_worker *worker; /* or NULL; it gives from the next frame on that is loaded */
	struct ev_slice piece;    /* what is left of the last one that it gave */
	size_t until;             /* the frames below it are read in a row */
	struct ev_frame_decoder *decoder;
	size_t n;                   /* frames, the seek table not counted */
	struct ev_frame_seek *seek; /* n of them */
	uint64_t *sealed_at;        /* n: where each begins in the plaintext of age */
	uint64_t *plain_at;         /* n: where its content begins in the tar stream */
	uint64_t plain_size;        /* of the tar stream */
	size_t n_data;              /* data frames: the first n_data ones */
	struct ev_buf table;        /* the member table */
	struct ev_buf sealed;       /* compressed bytes of the frame read last */
	struct frame frames[FRAMES];
	size_t last; /* which of these was used last */
};

static enum evault_status
read_file(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct evault_error *err)
{
	struct ev_pack *p = ctx;

	return ev_os_read_at(p->fd, offset, out, len, p->path, err);
}

static enum evault_status
damaged(const struct ev_pack *p, const char *what, struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_DAMAGED, "%s: %s", p->path, what);
}

/* Reads len bytes of the plaintext at offset, appended to out. */
static enum evault_status
read_plain(struct ev_pack *p, uint64_t offset, size_t len, struct ev_buf *out,
	   struct evault_error *err)
{
	uint8_t *to = ev_buf_extend(out, len);

	if (to == NULL)
		return ev_fail_nomem(err);
	return ev_age_reader_at(p->reader, offset, to, len, err);
}

/* The seek table, at the very end. */
static enum evault_status
read_seek(struct ev_pack *p, uint64_t *begins, struct evault_error *err)
{
	uint64_t size = ev_age_reader_size(p->reader);
	uint8_t footer[EV_FRAME_SEEK_FOOTER];
	struct ev_buf frame = EV_BUF_INIT;
	enum evault_status rc;

	if (size < sizeof(footer))
		return damaged(p, _("is no pack"), err);
	rc = ev_age_reader_at(p->reader, size - sizeof(footer), footer, sizeof(footer), err);
	if (rc == EVAULT_OK && ev_frame_seek_footer(footer, &p->n, NULL) != EVAULT_OK)
		rc = damaged(p, _("does not end in a seek table"), err);
	if (rc == EVAULT_OK && (ev_frame_seek_size(p->n) > size || p->n < 3))
		rc = damaged(p, _("its seek table cannot be right"), err);
	if (rc != EVAULT_OK)
		return rc;
	*begins = size - ev_frame_seek_size(p->n);
	p->seek = calloc(p->n, sizeof(*p->seek));
	if (p->seek == NULL)
		return ev_fail_nomem(err);
	rc = read_plain(p, *begins, ev_frame_seek_size(p->n), &frame, err);
	if (rc == EVAULT_OK && ev_frame_seek_decode(ev_slice_of(frame.data, frame.len), p->seek,
						    p->n, NULL) != EVAULT_OK)
		rc = damaged(p, _("its seek table is garbled"), err);
	ev_buf_release(&frame);
	return rc;
}

/* Where each frame begins; all but the last two are data, and they fill the pack. */
static enum evault_status
place_frames(struct ev_pack *p, uint64_t end, struct evault_error *err)
{
	uint64_t sealed = 0;
	size_t i;

	p->sealed_at = calloc(p->n, sizeof(*p->sealed_at));
	p->plain_at = calloc(p->n, sizeof(*p->plain_at));
	if (p->sealed_at == NULL || p->plain_at == NULL)
		return ev_fail_nomem(err);
	p->n_data = p->n - 2;
	for (i = 0; i < p->n; i++) {
		p->sealed_at[i] = sealed;
		p->plain_at[i] = p->plain_size;
		sealed += p->seek[i].sealed;
		p->plain_size += p->seek[i].plain;
		if (i < p->n_data ? p->seek[i].plain == 0 || p->seek[i].plain > EV_FRAME_MAX ||
					p->seek[i].sealed > EV_FRAME_SEALED_MAX
				  : p->seek[i].plain != 0)
			return damaged(p, _("its seek table cannot be right"), err);
	}
	if (sealed != end)
		return damaged(p, _("its frames do not fill it"), err);
	return EVAULT_OK;
}

/* A skippable frame's header must say what the seek table says. */
static enum evault_status
check_skippable(struct ev_pack *p, size_t i, uint32_t magic, struct evault_error *err)
{
	uint8_t head[EV_FRAME_SKIP_HEADER];
	struct ev_cursor c;
	enum evault_status rc;

	if (p->seek[i].sealed < sizeof(head))
		return damaged(p, _("its seek table cannot be right"), err);
	rc = ev_age_reader_at(p->reader, p->sealed_at[i], head, sizeof(head), err);
	if (rc != EVAULT_OK)
		return rc;
	c = ev_cursor_of(head, sizeof(head));
	if (ev_cursor_le32(&c) != magic || ev_cursor_le32(&c) != p->seek[i].sealed - sizeof(head))
		return damaged(p, _("a table or the padding is not where it must be"), err);
	return EVAULT_OK;
}

static enum evault_status
read_table(struct ev_pack *p, struct evault_error *err)
{
	enum evault_status rc = check_skippable(p, p->n_data, EV_FRAME_MAGIC_MEMBERS, err);
	uint64_t len = p->seek[p->n_data].sealed - EV_FRAME_SKIP_HEADER;

	if (rc == EVAULT_OK)
		rc = check_skippable(p, p->n_data + 1, EV_FRAME_MAGIC_PADDING, err);
	if (rc == EVAULT_OK && len > EV_MEMBER_TABLE_MAX)
		rc = damaged(p, _("its member table is too large"), err);
	if (rc == EVAULT_OK)
		rc = read_plain(p, p->sealed_at[p->n_data] + EV_FRAME_SKIP_HEADER, (size_t)len,
				&p->table, err);
	return rc;
}

static enum evault_status
open_reader(struct ev_pack *p, const struct ev_age_with *with, struct evault_error *err)
{
	struct ev_source source = { read_file, p, 0 };
	struct evault_error why = { 0 };
	struct ev_os_stat st;
	enum evault_status rc = ev_os_fstat(p->fd, &st, err);

	if (rc != EVAULT_OK)
		return rc;
	source.size = st.size;
	if (st.size > EV_PACK_SIZE_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "%s: larger than a pack can be", p->path);
	rc = ev_age_reader_new(with, source, &p->reader, &why);
	if (rc == EVAULT_E_IO || rc == EVAULT_E_NOMEM || rc == EVAULT_OK)
		return rc == EVAULT_OK ? rc : ev_fail(err, rc, "%s", why.text);
	return ev_fail(err, rc == EVAULT_E_KEY ? EVAULT_E_KEY : EVAULT_E_DAMAGED, "%s: %s", p->path,
		       why.text);
}

enum evault_status
ev_pack_open(int dir, const struct ev_hash *name, const struct ev_age_with *with,
	     struct ev_pack **pack, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE];

	ev_pack_path(name, path);
	return ev_pack_open_at(dir, path, with, pack, err);
}

enum evault_status
ev_pack_open_at(int dir, const char *path, const struct ev_age_with *with, struct ev_pack **pack,
		struct evault_error *err)
{
	struct ev_pack *p = calloc(1, sizeof(*p));
	uint64_t end = 0;
	enum evault_status rc;
	size_t i;

	if (p == NULL)
		return ev_fail_nomem(err);
	p->fd = -1;
	snprintf(p->path, sizeof(p->path), "%s", path);
	rc = ev_os_open_read(dir, p->path, &p->fd, err);
	if (rc == EVAULT_OK)
		rc = open_reader(p, with, err);
	if (rc == EVAULT_OK)
		rc = read_seek(p, &end, err);
	if (rc == EVAULT_OK)
		rc = place_frames(p, end, err);
	if (rc == EVAULT_OK)
		rc = read_table(p, err);
	if (rc != EVAULT_OK)
		goto out;
	for (i = 0; i < FRAMES; i++) {
		p->frames[i].number = p->n;
		p->frames[i].content = malloc(EV_FRAME_MAX);
		if (p->frames[i].content == NULL)
			rc = ev_fail_nomem(err);
	}
	p->decoder = ev_frame_decoder_new();
	if (p->decoder == NULL)
		rc = ev_fail_nomem(err);
	if (rc != EVAULT_OK)
		goto out;
	*pack = p;
	p = NULL;
out:
	ev_pack_close(p);
	return rc;
}

void
ev_pack_close(struct ev_pack *p)
{
	size_t i;

	if (p == NULL)
		return;
	ev_age_reader_free(p->reader);
	ev_os_close_read(p->fd);
	ev_frame_decoder_free(p->decoder);
	free(p->seek);
	free(p->sealed_at);
	free(p->plain_at);
	for (i = 0; i < FRAMES; i++)
		free(p->frames[i].content);
	ev_buf_release(&p->table);
	ev_buf_release(&p->sealed);
	free(p);
}

enum evault_status
ev_pack_members(struct ev_pack *p, ev_pack_member_fn *member, void *ctx, struct evault_error *err)
{
	struct ev_cursor table = ev_cursor_of(p->table.data, p->table.len);
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_OK;
	uint64_t expected = 0;
	struct ev_member m;

	while (table.left > 0 && rc == EVAULT_OK) {
		if (ev_member_table_next(&table, &expected, &m, &why) != EVAULT_OK)
			return ev_fail(err, EVAULT_E_DAMAGED, "%s: member table: %s", p->path,
				       why.text);
		rc = member(ctx, &m, err);
	}
	if (rc == EVAULT_OK && expected + EV_TAR_END != p->plain_size)
		rc = damaged(p, _("its members do not fill it"), err);
	return rc;
}

/* ---- frames --------------------------------------------------------------------------- */

static enum evault_status
open_ahead(void *ctx, struct ev_worker *to, struct evault_error *err)
{
	struct ev_pack *p = ctx;
	enum evault_status rc = EVAULT_OK;
	uint8_t *room;
	size_t take;

	while (rc == EVAULT_OK && p->ahead < p->ahead_end) {
		/* To the end of a chunk, so that the next ones are opened in place. */
		take = EV_AGE_CHUNK - (size_t)(p->ahead % EV_AGE_CHUNK);
		if (take > p->ahead_end - p->ahead)
			take = (size_t)(p->ahead_end - p->ahead);
		rc = ev_worker_room(to, &room, err);
		if (rc == EVAULT_OK)
			rc = ev_age_reader_at(p->reader, p->ahead, room, take, err);
		if (rc == EVAULT_OK)
			ev_worker_give(to, take);
		p->ahead += take;
	}
	return rc;
}

/* Frames from i on follow each other: begins to open them, where there are enough. */
static void
start_ahead(struct ev_pack *p, size_t i)
{
	if (p->worker != NULL || i + AHEAD > p->until)
		return;
	p->ahead = p->sealed_at[i];
	p->ahead_end = p->sealed_at[p->until - 1] + p->seek[p->until - 1].sealed;
	/* Without a thread it is opened when it is needed. */
	if (ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECES, open_ahead, p, &p->worker, NULL) !=
	    EVAULT_OK)
		p->worker = NULL;
}

static void
stop_ahead(struct ev_pack *p)
{
	ev_worker_free(p->worker);
	p->worker = NULL;
	p->piece = ev_slice_of(NULL, 0);
	p->until = 0;
}

/* The next `len` bytes that the worker gives, appended to p->sealed.  Frames end within pieces. */
static enum evault_status
take_ahead(struct ev_pack *p, size_t len, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t take;

	while (rc == EVAULT_OK && len > 0) {
		if (p->piece.len == 0)
			rc = ev_worker_take(p->worker, &p->piece, err);
		if (rc != EVAULT_OK)
			break;
		take = p->piece.len < len ? p->piece.len : len;
		ev_buf_add(&p->sealed, p->piece.data, take);
		rc = ev_buf_ask(&p->sealed, err);
		p->piece = ev_slice_of(p->piece.data + take, p->piece.len - take);
		len -= take;
	}
	return rc;
}

/* Frame i as it is, to p->sealed. */
static enum evault_status
read_frame(struct ev_pack *p, size_t i, struct evault_error *err)
{
	ev_buf_clear(&p->sealed);
	start_ahead(p, i);
	if (p->worker != NULL)
		return take_ahead(p, p->seek[i].sealed, err);
	return read_plain(p, p->sealed_at[i], p->seek[i].sealed, &p->sealed, err);
}

/* Gives frame i's content, which stays until the frame after the next one is loaded. */
static enum evault_status
load_frame(struct ev_pack *p, size_t i, const uint8_t **content, struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc;
	struct frame *f;
	size_t tries;

	for (tries = 0; tries < FRAMES && p->frames[p->last].number != i; tries++)
		p->last = (p->last + 1) % FRAMES;
	if (tries == FRAMES)
		p->last = (p->last + 1) % FRAMES;
	f = &p->frames[p->last];
	*content = f->content;
	/* What the worker gives is taken, needed or not. */
	if (f->number == i && p->worker == NULL)
		return EVAULT_OK;
	f->number = p->n;
	rc = read_frame(p, i, &why);
	if (rc == EVAULT_OK)
		rc = ev_frame_decode(p->decoder, ev_slice_of(p->sealed.data, p->sealed.len),
				     f->content, p->seek[i].plain, &why);
	if (rc == EVAULT_E_FORMAT)
		rc = EVAULT_E_DAMAGED;
	if (rc != EVAULT_OK)
		return ev_fail(err, rc, "%s: %s", p->path, why.text);
	f->number = i;
	return EVAULT_OK;
}

/* The data frame that has this byte of the tar stream. */
static size_t
frame_of(const struct ev_pack *p, uint64_t offset)
{
	size_t low = 0, high = p->n_data, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (p->plain_at[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Gives `len` bytes of the tar stream at `offset` to out, in pieces of a frame at most. */
static enum evault_status
read_stream(struct ev_pack *p, uint64_t offset, uint64_t len, struct ev_sink out,
	    struct evault_error *err)
{
	size_t i = frame_of(p, offset), take, at;
	const uint8_t *content;
	enum evault_status rc = EVAULT_OK;

	if (offset > p->plain_size || len > p->plain_size - offset)
		return damaged(p, _("a member goes on past its end"), err);
	p->until = len == 0 ? 0 : frame_of(p, offset + len - 1) + 1;
	for (; len > 0 && rc == EVAULT_OK; i++) {
		rc = load_frame(p, i, &content, err);
		if (rc != EVAULT_OK)
			break;
		at = (size_t)(offset - p->plain_at[i]);
		take = p->seek[i].plain - at;
		if (take > len)
			take = (size_t)len;
		rc = out.write(out.ctx, content + at, take, err);
		offset += take;
		len -= take;
	}
	stop_ahead(p);
	return rc;
}

enum evault_status
ev_pack_read(struct ev_pack *p, const struct ev_member *m, struct ev_sink out,
	     struct evault_error *err)
{
	struct ev_buf header = EV_BUF_INIT;
	uint8_t expected[EV_TAR_BLOCK];
	char name[EV_MEMBER_NAME_SIZE];
	enum evault_status rc;

	ev_member_name(m, name);
	rc = read_stream(p, m->offset, EV_TAR_BLOCK, ev_sink_buf(&header), err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&header, err);
	if (rc == EVAULT_OK && (!ev_tar_header(expected, ev_slice_text(name), m->size) ||
				memcmp(expected, header.data, EV_TAR_BLOCK) != 0))
		rc = damaged(p, _("a member's header is not what the table says"), err);
	if (rc == EVAULT_OK)
		rc = read_stream(p, m->offset + EV_TAR_BLOCK, m->size, out, err);
	ev_buf_release(&header);
	return rc;
}

/* ---- the whole of it --------------------------------------------------------- */

/* Puts the comparison with the table before the caller's events. */
struct walk {
	struct ev_pack *pack;
	struct ev_tar_events events;
	struct ev_cursor table;
	uint64_t expected;
};

static enum evault_status
walk_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct walk *w = ctx;
	struct ev_member m;
	char said[EV_MEMBER_NAME_SIZE];

	if (ev_member_table_next(&w->table, &w->expected, &m, NULL) != EVAULT_OK)
		return damaged(w->pack, _("its member table is garbled"), err);
	ev_member_name(&m, said);
	if (!ev_slice_is(name, said) || m.size != size || m.offset != offset)
		return damaged(w->pack, _("its member table and its headers differ"), err);
	return w->events.member(w->events.ctx, name, size, offset, err);
}

static enum evault_status
walk_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct walk *w = ctx;

	return w->events.data(w->events.ctx, data, len, err);
}

static enum evault_status
walk_end(void *ctx, struct evault_error *err)
{
	struct walk *w = ctx;

	return w->events.end(w->events.ctx, err);
}

/* The padding must be zeros, and bring the pack to the size that Padmé gives. */
static enum evault_status
check_padding(struct ev_pack *p, struct evault_error *err)
{
	size_t i = p->n - 1, take, at;
	uint64_t left = p->seek[i].sealed - EV_FRAME_SKIP_HEADER;
	uint64_t offset = p->sealed_at[i] + EV_FRAME_SKIP_HEADER;
	uint64_t size = ev_age_reader_size(p->reader);
	enum evault_status rc = EVAULT_OK;

	if (ev_frame_padded(size - left) != size)
		return damaged(p, _("its padding is not as long as it must be"), err);
	while (left > 0 && rc == EVAULT_OK) {
		take = left < PADDING_PIECE ? (size_t)left : PADDING_PIECE;
		ev_buf_clear(&p->sealed);
		rc = read_plain(p, offset, take, &p->sealed, err);
		for (at = 0; at < take && rc == EVAULT_OK; at++) {
			if (p->sealed.data[at] != 0)
				rc = damaged(p, _("its padding is not empty"), err);
		}
		offset += take;
		left -= take;
	}
	return rc;
}

enum evault_status
ev_pack_walk(struct ev_pack *p, struct ev_tar_events events, struct evault_error *err)
{
	struct walk w = { p, events, ev_cursor_of(p->table.data, p->table.len), 0 };
	struct ev_tar_events mine = { walk_member, walk_data, walk_end, &w };
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_OK;
	const uint8_t *content;
	struct ev_tar_reader tar;
	size_t i;

	ev_tar_reader_init(&tar, mine);
	p->until = p->n_data;
	for (i = 0; i < p->n_data && rc == EVAULT_OK; i++) {
		rc = load_frame(p, i, &content, &why);
		if (rc == EVAULT_OK)
			rc = ev_tar_reader_update(&tar, content, p->seek[i].plain, &why);
	}
	stop_ahead(p);
	if (rc == EVAULT_OK)
		rc = ev_tar_reader_finish(&tar, &why);
	if (rc == EVAULT_OK && w.table.left != 0)
		rc = damaged(p, _("its member table names more than it has"), &why);
	if (rc == EVAULT_OK)
		rc = check_padding(p, &why);
	if (rc == EVAULT_E_FORMAT)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: %s", p->path, why.text);
	return rc == EVAULT_OK ? rc : ev_fail(err, rc, "%s", why.text);
}
