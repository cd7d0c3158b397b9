/* Reading a pack: tables from its end, members out of its middle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "store/pack_private.h"

static enum evault_status
read_file(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct evault_error *err)
{
	struct ev_pack *p = ctx;

	return ev_os_read_at(p->fd, offset, out, len, p->path, err);
}

enum evault_status
ev_pack_damaged(const struct ev_pack *p, const char *what, struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_DAMAGED, "%s: %s", p->path, what);
}

enum evault_status
ev_pack_plain(struct ev_pack *p, uint64_t offset, size_t len, struct ev_buf *out,
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
		return ev_pack_damaged(p, _("is no pack"), err);
	rc = ev_age_reader_at(p->reader, size - sizeof(footer), footer, sizeof(footer), err);
	if (rc == EVAULT_OK && ev_frame_seek_footer(footer, &p->n, NULL) != EVAULT_OK)
		rc = ev_pack_damaged(p, _("does not end in a seek table"), err);
	if (rc == EVAULT_OK && (ev_frame_seek_size(p->n) > size || p->n < 3))
		rc = ev_pack_damaged(p, _("its seek table cannot be right"), err);
	if (rc != EVAULT_OK)
		return rc;
	*begins = size - ev_frame_seek_size(p->n);
	p->seek = calloc(p->n, sizeof(*p->seek));
	if (p->seek == NULL)
		return ev_fail_nomem(err);
	rc = ev_pack_plain(p, *begins, ev_frame_seek_size(p->n), &frame, err);
	if (rc == EVAULT_OK && ev_frame_seek_decode(ev_slice_of(frame.data, frame.len), p->seek,
						    p->n, NULL) != EVAULT_OK)
		rc = ev_pack_damaged(p, _("its seek table is garbled"), err);
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
			return ev_pack_damaged(p, _("its seek table cannot be right"), err);
	}
	if (sealed != end)
		return ev_pack_damaged(p, _("its frames do not fill it"), err);
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
		return ev_pack_damaged(p, _("its seek table cannot be right"), err);
	rc = ev_age_reader_at(p->reader, p->sealed_at[i], head, sizeof(head), err);
	if (rc != EVAULT_OK)
		return rc;
	c = ev_cursor_of(head, sizeof(head));
	if (ev_cursor_le32(&c) != magic || ev_cursor_le32(&c) != p->seek[i].sealed - sizeof(head))
		return ev_pack_damaged(p, _("a table or the padding is not where it must be"), err);
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
		rc = ev_pack_damaged(p, _("its member table is too large"), err);
	if (rc == EVAULT_OK)
		rc = ev_pack_plain(p, p->sealed_at[p->n_data] + EV_FRAME_SKIP_HEADER, (size_t)len,
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
	p->row = p->n; /* none */
	for (i = 0; i < EV_PACK_FRAMES; i++) {
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
	ev_pack_stop(p); /* the first: it may be reading */
	ev_age_reader_free(p->reader);
	ev_os_close_read(p->fd);
	ev_frame_decoder_free(p->decoder);
	free(p->seek);
	free(p->sealed_at);
	free(p->plain_at);
	for (i = 0; i < EV_PACK_FRAMES; i++)
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
		rc = ev_pack_damaged(p, _("its members do not fill it"), err);
	return rc;
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
	size_t i = frame_of(p, offset), first = i, until = i, take, at;
	const uint8_t *content;
	enum evault_status rc = EVAULT_OK;

	if (offset > p->plain_size || len > p->plain_size - offset)
		return ev_pack_damaged(p, _("a member goes on past its end"), err);
	if (len > 0)
		until = frame_of(p, offset + len - 1) + 1;
	for (; len > 0 && rc == EVAULT_OK; i++) {
		rc = ev_pack_load(p, i, until, &content, err);
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
	if (rc == EVAULT_OK && until - first >= EV_PACK_AHEAD)
		p->row = until;
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
		rc = ev_pack_damaged(p, _("a member's header is not what the table says"), err);
	if (rc == EVAULT_OK)
		rc = read_stream(p, m->offset + EV_TAR_BLOCK, m->size, out, err);
	ev_buf_release(&header);
	return rc;
}
