/*
 * Writing a pack: members → two streams of frames → age → file.
 *
 * Files from outside and records are gathered in a frame each (invariant 2
 * of pack.h).  A member's place in the tar stream is known when the frame it
 * begins in is written: until then its offset is the one within the frame.
 *
 * From age on it goes on behind the back of who reads and compresses.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "format/age_behind.h"
#include "store/pack.h"

enum {
	OWN_FRAME_MIN = 128 << 10, /* an object of this size begins a frame */
	ZEROS = 4096,
	WRITE_OUT = 4 << 20, /* bytes: the disk works while the pack grows, not at its end alone */
};

/* A frame that is being gathered. */
struct gather {
	struct ev_buf bytes;
	size_t first; /* members from here on begin in it: index into `pending` */
	struct ev_member *pending;
	size_t n, cap;
};

struct ev_pack_writer {
	int dir;                        /* borrowed */
	char temp[6 + EV_OS_TEMP_SIZE]; /* "packs/<16 hex>.tmp", "" when it is gone */

	struct ev_age_behind *sealer;
	bool ended; /* by ev_pack_end */
	/* Its alone until it is finished: */
	int fd;
	struct ev_buf *memory; /* borrowed; NULL: it is a file */
	struct ev_hasher *hasher;
	uint64_t written; /* bytes of the file */
	uint64_t sent;    /* of these, on their way to the disk */

	struct ev_frame_encoder *encoder;
	uint64_t plain;  /* bytes given to age */
	uint64_t offset; /* bytes of tar stream in finished frames */
	struct gather files, records;
	struct ev_member *members; /* with their final offsets, in order */
	size_t n_members, cap_members;
	struct ev_frame_seek *seek;
	size_t n_seek, cap_seek;
};

void
ev_pack_path(const struct ev_hash *name, char out[EV_PACK_PATH_SIZE])
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(name, hex);
	snprintf(out, EV_PACK_PATH_SIZE, "packs/%.2s/%s.tar.zst.age", hex, hex);
}

bool
ev_pack_path_parse(const char *path, struct ev_hash *name)
{
	char expected[EV_PACK_PATH_SIZE];

	if (strlen(path) != EV_PACK_PATH_SIZE - 1 ||
	    !ev_hash_parse(ev_slice_of(path + 9, 64), name))
		return false;
	ev_pack_path(name, expected);
	return strcmp(path, expected) == 0;
}

static enum evault_status
write_sealed(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_pack_writer *w = ctx;
	enum evault_status rc;

	ev_hasher_update(w->hasher, data, len);
	w->written += len;
	if (w->memory != NULL) {
		ev_buf_add(w->memory, data, len);
		return ev_buf_ask(w->memory, err);
	}
	rc = ev_os_write(w->fd, data, len, "packs", err);
	if (rc == EVAULT_OK && w->written - w->sent >= WRITE_OUT) {
		ev_os_write_out(w->fd, w->sent, w->written - w->sent);
		w->sent = w->written;
	}
	return rc;
}

static enum evault_status
open_temp(struct ev_pack_writer *w, struct evault_error *err)
{
	char name[EV_OS_TEMP_SIZE], path[6 + EV_OS_TEMP_SIZE];
	enum evault_status rc;

	ev_os_temp_name(name);
	snprintf(path, sizeof(path), "packs/%s", name);
	rc = ev_os_create(w->dir, path, &w->fd, err);
	if (rc == EVAULT_OK)
		memcpy(w->temp, path, sizeof(path));
	return rc;
}

static enum evault_status
writer_new(int dir, const struct ev_age_recipient *to, struct ev_buf *memory,
	   struct ev_pack_writer **out, struct evault_error *err)
{
	struct ev_age_to recipients = { .recipients = to, .n_recipients = 1 };
	struct ev_pack_writer *w = calloc(1, sizeof(*w));
	struct ev_sink sink = { write_sealed, w };
	enum evault_status rc = EVAULT_OK;

	if (w == NULL)
		return ev_fail_nomem(err);
	w->dir = dir;
	w->fd = -1;
	w->memory = memory;
	w->hasher = ev_hasher_new();
	w->encoder = ev_frame_encoder_new();
	if (w->hasher == NULL || w->encoder == NULL)
		rc = ev_fail_nomem(err);
	else if (memory == NULL)
		rc = open_temp(w, err);
	if (rc == EVAULT_OK)
		rc = ev_age_behind_new(&recipients, sink, &w->sealer, err);
	if (rc == EVAULT_OK) {
		*out = w;
		w = NULL;
	}
	ev_pack_writer_free(w);
	return rc;
}

enum evault_status
ev_pack_writer_new(int dir, const struct ev_age_recipient *to, struct ev_pack_writer **w,
		   struct evault_error *err)
{
	return writer_new(dir, to, NULL, w, err);
}

enum evault_status
ev_pack_writer_memory(const struct ev_age_recipient *to, struct ev_buf *out,
		      struct ev_pack_writer **w, struct evault_error *err)
{
	return writer_new(-1, to, out, w, err);
}

/* Gives bytes of the pack's plaintext to age. */
static enum evault_status
put_plain(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_pack_writer *w = ctx;

	w->plain += len;
	return ev_age_behind_update(w->sealer, data, len, err);
}

static enum evault_status
note_frame(struct ev_pack_writer *w, size_t sealed, size_t plain, struct evault_error *err)
{
	size_t cap = w->cap_seek == 0 ? 128 : w->cap_seek * 2;
	struct ev_frame_seek *grown;

	if (w->n_seek == w->cap_seek) {
		grown = realloc(w->seek, cap * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		w->seek = grown;
		w->cap_seek = cap;
	}
	w->seek[w->n_seek].sealed = (uint32_t)sealed;
	w->seek[w->n_seek++].plain = (uint32_t)plain;
	return EVAULT_OK;
}

static enum evault_status
push_member(struct ev_member **list, size_t *n, size_t *cap, const struct ev_member *m,
	    struct evault_error *err)
{
	size_t more = *cap == 0 ? 64 : *cap * 2;
	struct ev_member *grown;

	if (*n == *cap) {
		grown = realloc(*list, more * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		*list = grown;
		*cap = more;
	}
	(*list)[(*n)++] = *m;
	return EVAULT_OK;
}

/* Writes one frame of these bytes. */
static enum evault_status
write_frame(struct ev_pack_writer *w, const uint8_t *data, size_t len, struct evault_error *err)
{
	size_t written;
	enum evault_status rc =
	    ev_frame_give(w->encoder, data, len, (struct ev_sink){ put_plain, w }, &written, err);

	w->offset += len;
	return rc == EVAULT_OK ? note_frame(w, written, len, err) : rc;
}

/* Writes one frame of the gathered bytes; members that begin in it get their place. */
static enum evault_status
flush_frame(struct ev_pack_writer *w, struct gather *g, struct evault_error *err)
{
	uint64_t begins = w->offset;
	enum evault_status rc;
	size_t i;

	if (g->bytes.len == 0)
		return EVAULT_OK;
	rc = write_frame(w, g->bytes.data, g->bytes.len, err);
	for (i = 0; i < g->n && rc == EVAULT_OK; i++) {
		g->pending[i].offset += begins;
		rc = push_member(&w->members, &w->n_members, &w->cap_members, &g->pending[i], err);
	}
	g->n = 0;
	ev_buf_clear(&g->bytes);
	return rc;
}

static enum evault_status
gather_bytes(struct ev_pack_writer *w, struct gather *g, const uint8_t *data, size_t len,
	     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t take;

	for (; len > 0 && rc == EVAULT_OK; data += take, len -= take) {
		/* The middle of a long member is a frame where it lies. */
		if (g->bytes.len == 0 && g->n == 0 && len >= EV_FRAME_MAX) {
			take = EV_FRAME_MAX;
			rc = write_frame(w, data, take, err);
			continue;
		}
		take = EV_FRAME_MAX - g->bytes.len;
		if (take > len)
			take = len;
		ev_buf_add(&g->bytes, data, take);
		rc = ev_buf_ask(&g->bytes, err);
		if (rc == EVAULT_OK && g->bytes.len == EV_FRAME_MAX)
			rc = flush_frame(w, g, err);
	}
	return rc;
}

enum evault_status
ev_pack_append(struct ev_pack_writer *w, enum ev_member_kind kind, const struct ev_hash *id,
	       uint32_t part, struct ev_slice body, struct evault_error *err)
{
	struct ev_member m = { .kind = kind, .id = *id, .part = part, .size = body.len };
	struct gather *g = kind == EV_MEMBER_RECORD ? &w->records : &w->files;
	uint64_t whole = ev_tar_member_size(body.len);
	static const uint8_t zeros[EV_TAR_BLOCK];
	uint8_t header[EV_TAR_BLOCK];
	char name[EV_MEMBER_NAME_SIZE];
	enum evault_status rc = EVAULT_OK;

	assert(body.len <= EV_MEMBER_OBJECT_MAX);
	ev_member_name(&m, name);
	if (!ev_tar_header(header, ev_slice_text(name), body.len))
		return ev_fail(err, EVAULT_E_USAGE, "%s: cannot be a member of a pack", name);
	/* A member that spans frames begins one, so that nothing comes between its frames. */
	if (body.len >= OWN_FRAME_MIN || g->bytes.len + whole > EV_FRAME_MAX)
		rc = flush_frame(w, g, err);
	if (rc != EVAULT_OK)
		return rc;
	m.offset = g->bytes.len;
	rc = push_member(&g->pending, &g->n, &g->cap, &m, err);
	if (rc == EVAULT_OK)
		rc = gather_bytes(w, g, header, sizeof(header), err);
	if (rc == EVAULT_OK)
		rc = gather_bytes(w, g, body.data, body.len, err);
	if (rc == EVAULT_OK)
		rc = gather_bytes(w, g, zeros, ev_tar_padding(body.len), err);
	/* And its rest is not kept waiting: a frame of the other kind would come before it. */
	if (rc == EVAULT_OK && whole > EV_FRAME_MAX)
		rc = flush_frame(w, g, err);
	return rc;
}

uint64_t
ev_pack_written(const struct ev_pack_writer *w)
{
	/* How much of it is in the file is a matter of timing, and packs are cut by this. */
	return w->plain + w->files.bytes.len + w->records.bytes.len;
}

static enum evault_status
put_padding(struct ev_pack_writer *w, struct evault_error *err)
{
	/* What comes after the padding's content is the seek table, with the padding's own entry.
	 */
	uint64_t size = w->plain + EV_FRAME_SKIP_HEADER + ev_frame_seek_size(w->n_seek + 1);
	uint64_t left = ev_frame_padded(size) - size;
	static const uint8_t zeros[ZEROS];
	struct ev_buf header = EV_BUF_INIT;
	enum evault_status rc;
	size_t take;

	rc = note_frame(w, EV_FRAME_SKIP_HEADER + (size_t)left, 0, err);
	ev_frame_skippable_header(&header, EV_FRAME_MAGIC_PADDING, (uint32_t)left);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&header, err);
	if (rc == EVAULT_OK)
		rc = put_plain(w, header.data, header.len, err);
	while (left > 0 && rc == EVAULT_OK) {
		take = left < ZEROS ? (size_t)left : ZEROS;
		rc = put_plain(w, zeros, take, err);
		left -= take;
	}
	ev_buf_release(&header);
	return rc;
}

/* End of the tar stream, member table, padding, seek table. */
static enum evault_status
put_tail(struct ev_pack_writer *w, struct evault_error *err)
{
	static const uint8_t end[EV_TAR_END];
	struct ev_buf table = EV_BUF_INIT, tail = EV_BUF_INIT;
	enum evault_status rc = flush_frame(w, &w->files, err);
	size_t i;

	if (rc == EVAULT_OK)
		rc = gather_bytes(w, &w->records, end, sizeof(end), err);
	if (rc == EVAULT_OK)
		rc = flush_frame(w, &w->records, err);
	if (rc != EVAULT_OK)
		goto out;
	for (i = 0; i < w->n_members; i++)
		ev_member_table_add(&table, &w->members[i]);
	ev_frame_skippable(&tail, EV_FRAME_MAGIC_MEMBERS, ev_slice_of(table.data, table.len));
	rc = ev_buf_ask(&table, err);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&tail, err);
	if (rc == EVAULT_OK)
		rc = note_frame(w, tail.len, 0, err);
	if (rc == EVAULT_OK)
		rc = put_plain(w, tail.data, tail.len, err);
	if (rc == EVAULT_OK)
		rc = put_padding(w, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_buf_clear(&tail);
	ev_frame_seek_encode(&tail, w->seek, w->n_seek);
	rc = ev_buf_ask(&tail, err);
	if (rc == EVAULT_OK)
		rc = put_plain(w, tail.data, tail.len, err);
out:
	ev_buf_release(&table);
	ev_buf_release(&tail);
	return rc;
}

/* Syncs the file, gives it its name, and syncs the folders (invariant 1). */
static enum evault_status
publish(struct ev_pack_writer *w, const struct ev_hash *name, struct evault_error *err)
{
	char path[EV_PACK_PATH_SIZE], folder[10];
	enum evault_status rc;
	bool made = false;
	int fd;

	ev_pack_path(name, path);
	snprintf(folder, sizeof(folder), "%.8s", path);
	rc = ev_os_set_mtime(w->fd, EV_OS_CONSTANT_TIME, 0, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(w->fd, path, err);
	fd = w->fd;
	w->fd = -1;
	if (rc != EVAULT_OK) {
		ev_os_close_read(fd);
		return rc;
	}
	rc = ev_os_close(fd, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_mkdir(w->dir, folder, &made, err);
	if (rc == EVAULT_OK)
		rc = ev_os_rename(w->dir, w->temp, path, false, err);
	if (rc == EVAULT_OK) {
		w->temp[0] = '\0';
		rc = ev_os_sync_dir(w->dir, folder, err);
	}
	/* Also for the name that went: on FAT both names would share their clusters. */
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(w->dir, "packs", err);
	return rc;
}

enum evault_status
ev_pack_end(struct ev_pack_writer *w, struct evault_error *err)
{
	enum evault_status rc = put_tail(w, err);

	w->ended = true;
	return rc == EVAULT_OK ? ev_age_behind_end(w->sealer, err) : rc;
}

enum evault_status
ev_pack_finish(struct ev_pack_writer *w, struct ev_hash *name, uint64_t *size,
	       ev_pack_member_fn *member, void *ctx, struct evault_error *err)
{
	enum evault_status rc = w->ended ? EVAULT_OK : ev_pack_end(w, err);
	struct ev_hash hash;
	size_t i;

	if (rc == EVAULT_OK)
		rc = ev_age_behind_finish(w->sealer, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_hasher_final(w->hasher, &hash);
	if (w->memory == NULL)
		rc = publish(w, &hash, err);
	if (rc != EVAULT_OK)
		return rc;
	*name = hash;
	*size = w->written;
	for (i = 0; i < w->n_members && rc == EVAULT_OK && member != NULL; i++)
		rc = member(ctx, &w->members[i], err);
	return rc;
}

void
ev_pack_take_members(struct ev_pack_writer *w, struct ev_member **members, size_t *n)
{
	*members = w->members;
	*n = w->n_members;
	w->members = NULL;
	w->n_members = w->cap_members = 0;
}

void
ev_pack_writer_free(struct ev_pack_writer *w)
{
	if (w == NULL)
		return;
	ev_age_behind_free(w->sealer); /* the first: it may be writing */
	ev_os_close_read(w->fd);
	if (w->temp[0] != '\0')
		(void)ev_os_unlink(w->dir, w->temp, NULL);
	ev_hasher_free(w->hasher);
	ev_frame_encoder_free(w->encoder);
	ev_buf_release(&w->files.bytes);
	ev_buf_release(&w->records.bytes);
	free(w->files.pending);
	free(w->records.pending);
	free(w->members);
	free(w->seek);
	free(w);
}
