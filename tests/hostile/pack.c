#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "hostile.h"

void
must(enum evault_status rc, const struct evault_error *err)
{
	if (rc == EVAULT_OK)
		return;
	fprintf(stderr, "hostile: %s\n", err->text);
	exit(2);
}

struct ev_slice
evil_bytes(void)
{
	return ev_slice_of(EVIL, sizeof(EVIL) - 1);
}

void
pack_begin(struct hostile *h)
{
	struct pack *p = &h->p;

	memset(p, 0, sizeof(*p));
	p->seek = calloc(SEEK_MAX, sizeof(*p->seek));
	if (p->seek == NULL)
		exit(2);
	ev_age_identity_recipient(&h->v->keys->reads[0], &p->to);
}

void
put_raw(struct pack *p, const uint8_t header[EV_TAR_BLOCK], struct ev_slice body)
{
	static const uint8_t zeros[EV_TAR_BLOCK];

	ev_buf_add(&p->tar, header, EV_TAR_BLOCK);
	ev_buf_add(&p->tar, body.data, body.len);
	ev_buf_add(&p->tar, zeros, ev_tar_padding(body.len));
}

void
table_line(struct pack *p, const char *name, uint64_t size)
{
	ev_buf_printf(&p->table, "%llu %llu %s\n", (unsigned long long)p->at,
		      (unsigned long long)size, name);
	p->at += ev_tar_member_size(size);
}

void
put(struct pack *p, const char *name, struct ev_slice body)
{
	uint8_t header[EV_TAR_BLOCK];

	if (!ev_tar_header(header, ev_slice_text(name), body.len))
		exit(2);
	put_raw(p, header, body);
	table_line(p, name, body.len);
}

void
put_member(struct pack *p, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	   struct ev_slice body)
{
	struct ev_member m = { .kind = kind, .id = *id, .part = part };
	char name[EV_MEMBER_NAME_SIZE];

	ev_member_name(&m, name);
	put(p, name, body);
}

void
put_evil(struct hostile *h)
{
	put_member(&h->p, EV_MEMBER_OBJECT, &h->evil, 0, evil_bytes());
}

void
add_frame(struct pack *p, struct ev_slice frame, size_t plain)
{
	ev_buf_add(&p->frames, frame.data, frame.len);
	if (p->n_seek >= SEEK_MAX)
		exit(2);
	p->seek[p->n_seek++] = (struct ev_frame_seek){ (uint32_t)frame.len, (uint32_t)plain };
}

void
frame_stream(struct pack *p)
{
	static const uint8_t end[EV_TAR_END];
	struct ev_frame_encoder *e = ev_frame_encoder_new();
	struct ev_buf frame = EV_BUF_INIT;
	struct evault_error err = { 0 };
	size_t at, take;

	ev_buf_add(&p->tar, end, p->no_end ? EV_TAR_BLOCK : sizeof(end));
	for (at = 0; at < p->tar.len; at += take) {
		take = p->tar.len - at < EV_FRAME_MAX ? p->tar.len - at : EV_FRAME_MAX;
		ev_buf_clear(&frame);
		must(ev_frame_encode(e, p->tar.data + at, take, &frame, &err), &err);
		add_frame(p, ev_slice_of(frame.data, frame.len), take);
	}
	ev_buf_release(&frame);
	ev_frame_encoder_free(e);
	p->framed = true;
}

void
put_tables(struct pack *p)
{
	struct ev_buf skip = EV_BUF_INIT, zeros = EV_BUF_INIT;
	uint64_t size;
	size_t left;

	ev_frame_skippable(&skip, EV_FRAME_MAGIC_MEMBERS, ev_slice_of(p->table.data, p->table.len));
	add_frame(p, ev_slice_of(skip.data, skip.len), 0);
	size = p->frames.len + EV_FRAME_SKIP_HEADER + ev_frame_seek_size(p->n_seek + 1);
	left = (size_t)(ev_frame_padded(size) - size) + p->padding_more;
	if (left > 0)
		memset(ev_buf_extend(&zeros, left), p->padding, left);
	ev_buf_clear(&skip);
	ev_frame_skippable(&skip, EV_FRAME_MAGIC_PADDING, ev_slice_of(zeros.data, zeros.len));
	add_frame(p, ev_slice_of(skip.data, skip.len), 0);
	ev_buf_release(&skip);
	ev_buf_release(&zeros);
}

void
pack_release(struct pack *p)
{
	ev_buf_release(&p->tar);
	ev_buf_release(&p->table);
	ev_buf_release(&p->frames);
	free(p->seek);
	memset(p, 0, sizeof(*p));
}

void
store_pack(struct hostile *h, struct ev_slice sealed)
{
	char path[EV_PACK_PATH_SIZE], folder[10];
	struct evault_error err = { 0 };
	struct ev_hash name;

	ev_hash_of(sealed.data, sealed.len, &name);
	ev_pack_path(&name, path);
	snprintf(folder, sizeof(folder), "%.8s", path);
	must(ev_os_mkdir(h->v->dir, folder, NULL, &err), &err);
	must(ev_os_store(h->v->dir, path, sealed.data, sealed.len, false, &err), &err);
	must(ev_commit_pack(&h->commit, &name, sealed.len + h->size_lie, &err), &err);
}

/* Seals the frames and a seek table of these entries, and lets the log name the pack. */
void
seal(struct hostile *h)
{
	struct ev_age_to to = { .recipients = &h->p.to, .n_recipients = 1 };
	struct ev_buf sealed = EV_BUF_INIT;
	struct evault_error err = { 0 };

	ev_frame_seek_encode(&h->p.frames, h->p.seek, h->p.n_seek);
	must(ev_age_seal(&to, ev_slice_of(h->p.frames.data, h->p.frames.len), &sealed, &err), &err);
	store_pack(h, ev_slice_of(sealed.data, sealed.len));
	ev_buf_release(&sealed);
	pack_release(&h->p);
}

void
finish(struct hostile *h)
{
	if (!h->p.framed)
		frame_stream(&h->p);
	put_tables(&h->p);
	seal(h);
}

/* ---- records ---- */

void
make_record(struct said said, struct ev_record *r)
{
	const char *const fields[][2] = { { "action", "add" },
					  { "time", "2026-11-22T09:15:09Z" },
					  { "name", said.name },
					  { "folder", said.folder } };
	char hex[EVAULT_HEX_SIZE], size[24];
	struct evault_error err = { 0 };
	size_t i;

	ev_record_init(r);
	for (i = 0; i < 4; i++) {
		if (fields[i][1] != NULL)
			must(ev_record_add_text(r, fields[i][0], fields[i][1], &err), &err);
	}
	snprintf(size, sizeof(size), "%llu", (unsigned long long)said.size);
	ev_hash_hex(said.sha256, hex);
	must(ev_record_add_text(r, "size", size, &err), &err);
	must(ev_record_add_text(r, "sha256", hex, &err), &err);
}

/* Puts it into the pack, and into the log. */
void
keep_text(struct hostile *h, struct ev_slice text, const struct ev_hash *digest)
{
	struct evault_error err = { 0 };

	put_member(&h->p, EV_MEMBER_RECORD, digest, 0, text);
	must(ev_commit_adopt(&h->commit, digest, &err), &err);
}

void
keep_record(struct hostile *h, struct said said)
{
	struct evault_error err = { 0 };
	struct ev_hash digest;
	struct ev_record r;
	struct ev_slice text;

	make_record(said, &r);
	text = ev_slice_of(r.text.data, r.text.len);
	must(ev_record_digest(text, &digest, &err), &err);
	keep_text(h, text, &digest);
	ev_record_release(&r);
}

struct said
said_evil(const struct hostile *h)
{
	return (struct said){ "evil.txt", NULL, sizeof(EVIL) - 1, &h->evil };
}

void
keep_evil(struct hostile *h)
{
	put_evil(h);
	keep_record(h, said_evil(h));
}
