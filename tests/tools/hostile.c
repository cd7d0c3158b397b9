/*
 * Puts something into a vault that nobody should, as a program could that has
 * its keys: packs that lie, bombs, records that lead elsewhere.  All of it is
 * named by the log and rightly signed.
 *
 *   hostile VAULT IDENTITY CASE
 *   hostile --list        for each case: its name, what check must call it, and whether the
 *                         finding is about the item or the pack ("sound -": it is allowed)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"

enum {
	SEEK_MAX = 70000,
	BLOCK_MAX = 128 << 10, /* bytes of a block of zstd */
};

/* A pack under construction, as text and bytes that can be changed before it is sealed. */
struct pack {
	struct ev_buf tar, table, frames;
	struct ev_frame_seek *seek; /* SEEK_MAX */
	size_t n_seek;
	uint64_t at; /* in the tar stream */
	bool framed; /* the frames are there already */
	bool no_end;
	size_t padding_more;
	uint8_t padding;
	struct ev_age_recipient to;
};

struct hostile {
	struct evault *v;
	struct ev_commit commit;
	struct pack p;
	struct ev_hash evil; /* of the content */
	uint64_t size_lie;   /* added to what the log says of the pack's size */
};

static const char content[] = "This is what somebody wants to be taken for evidence.\n";

static void
must(enum evault_status rc, const struct evault_error *err)
{
	if (rc == EVAULT_OK)
		return;
	fprintf(stderr, "hostile: %s\n", err->text);
	exit(2);
}

static struct ev_slice
evil_bytes(void)
{
	return ev_slice_of(content, sizeof(content) - 1);
}

/* ---- packs ------------------------------------------------------------------------- */

static void
pack_begin(struct hostile *h)
{
	struct pack *p = &h->p;

	memset(p, 0, sizeof(*p));
	p->seek = calloc(SEEK_MAX, sizeof(*p->seek));
	if (p->seek == NULL)
		exit(2);
	ev_age_identity_recipient(&h->v->keys->reads[0], &p->to);
}

static void
put_raw(struct pack *p, const uint8_t header[EV_TAR_BLOCK], struct ev_slice body)
{
	static const uint8_t zeros[EV_TAR_BLOCK];

	ev_buf_add(&p->tar, header, EV_TAR_BLOCK);
	ev_buf_add(&p->tar, body.data, body.len);
	ev_buf_add(&p->tar, zeros, ev_tar_padding(body.len));
}

static void
table_line(struct pack *p, const char *name, uint64_t size)
{
	ev_buf_printf(&p->table, "%llu %llu %s\n", (unsigned long long)p->at,
		      (unsigned long long)size, name);
	p->at += ev_tar_member_size(size);
}

static void
put(struct pack *p, const char *name, struct ev_slice body)
{
	uint8_t header[EV_TAR_BLOCK];

	if (!ev_tar_header(header, ev_slice_text(name), body.len))
		exit(2);
	put_raw(p, header, body);
	table_line(p, name, body.len);
}

static void
put_member(struct pack *p, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
	   struct ev_slice body)
{
	struct ev_member m = { .kind = kind, .id = *id, .part = part };
	char name[EV_MEMBER_NAME_SIZE];

	ev_member_name(&m, name);
	put(p, name, body);
}

static void
put_evil(struct hostile *h)
{
	put_member(&h->p, EV_MEMBER_OBJECT, &h->evil, 0, evil_bytes());
}

static void
add_frame(struct pack *p, struct ev_slice frame, size_t plain)
{
	ev_buf_add(&p->frames, frame.data, frame.len);
	if (p->n_seek >= SEEK_MAX)
		exit(2);
	p->seek[p->n_seek++] = (struct ev_frame_seek){ (uint32_t)frame.len, (uint32_t)plain };
}

static void
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

static void
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

static void
pack_release(struct pack *p)
{
	ev_buf_release(&p->tar);
	ev_buf_release(&p->table);
	ev_buf_release(&p->frames);
	free(p->seek);
	memset(p, 0, sizeof(*p));
}

static void
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
static void
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

static void
finish(struct hostile *h)
{
	if (!h->p.framed)
		frame_stream(&h->p);
	put_tables(&h->p);
	seal(h);
}

/* ---- records ------------------------------------------------------------------------ */

struct said {
	const char *name, *folder;
	uint64_t size;
	const struct ev_hash *sha256;
};

static void
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
static void
keep_text(struct hostile *h, struct ev_slice text, const struct ev_hash *digest)
{
	struct evault_error err = { 0 };

	put_member(&h->p, EV_MEMBER_RECORD, digest, 0, text);
	must(ev_commit_adopt(&h->commit, digest, &err), &err);
}

static void
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

static struct said
said_evil(const struct hostile *h)
{
	return (struct said){ "evil.txt", NULL, sizeof(content) - 1, &h->evil };
}

static void
keep_evil(struct hostile *h)
{
	put_evil(h);
	keep_record(h, said_evil(h));
}

/* ---- cases: tables and headers --------------------------------------------------------- */

static void
honest(struct hostile *h)
{
	keep_evil(h);
	finish(h);
}

static void
table_size(struct hostile *h)
{
	put_evil(h);
	ev_buf_clear(&h->p.table);
	h->p.at = 0;
	table_line(&h->p,
		   "objects/0000000000000000000000000000000000000000000000000000000000000000",
		   sizeof(content));
	keep_record(h, said_evil(h));
	finish(h);
}

static void
table_other_size(struct hostile *h)
{
	uint8_t *digit;

	keep_evil(h);
	/* "0 54 objects/…": 55 leaves all places as they are. */
	digit = memchr(h->p.table.data, '4', 8);
	if (digit != NULL)
		*digit = '5';
	finish(h);
}

static void
table_short(struct hostile *h)
{
	keep_record(h, said_evil(h));
	put_evil(h);
	h->p.table.len =
	    (size_t)((uint8_t *)memchr(h->p.table.data, '\n', h->p.table.len) - h->p.table.data) +
	    1;
	finish(h);
}

static void
table_long(struct hostile *h)
{
	keep_evil(h);
	table_line(&h->p, "parts/00000000000000000000000000000000.00001", 100);
	finish(h);
}

static void
table_gap(struct hostile *h)
{
	put_evil(h);
	h->p.at += EV_TAR_BLOCK;
	keep_record(h, said_evil(h));
	finish(h);
}

static void
table_garbage(struct hostile *h)
{
	keep_evil(h);
	memset(h->p.table.data, 0xFF, h->p.table.len);
	finish(h);
}

static void
table_empty(struct hostile *h)
{
	keep_evil(h);
	ev_buf_clear(&h->p.table);
	finish(h);
}

static void
table_of_lines(struct hostile *h, size_t n)
{
	char name[EV_MEMBER_NAME_SIZE];
	size_t i;

	keep_evil(h);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "objects/%064zx", i);
		table_line(&h->p, name, EV_MEMBER_OBJECT_MAX);
	}
	finish(h);
}

static void
table_of_many(struct hostile *h)
{
	table_of_lines(h, 200000);
}

static void
table_too_long(struct hostile *h)
{
	table_of_lines(h, 500000);
}

static void
header_with(struct hostile *h, size_t at, uint8_t byte, const char *name)
{
	char good[EV_MEMBER_NAME_SIZE];
	struct ev_member m = { .kind = EV_MEMBER_OBJECT, .id = h->evil };
	uint8_t header[EV_TAR_BLOCK];
	unsigned sum = 0;
	size_t i;

	ev_member_name(&m, good);
	if (!ev_tar_header(header, ev_slice_text(good), sizeof(content) - 1))
		exit(2);
	if (name != NULL) {
		memset(header, 0, 100);
		memcpy(header, name, strlen(name));
	} else {
		header[at] = byte;
	}
	memset(header + 148, ' ', 8);
	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += header[i];
	snprintf((char *)header + 148, 8, "%06o", sum);
	put_raw(&h->p, header, evil_bytes());
	table_line(&h->p, good, sizeof(content) - 1);
	keep_record(h, said_evil(h));
	finish(h);
}

static void
header_mode(struct hostile *h)
{
	header_with(h, 104, '7', NULL);
}

static void
header_link(struct hostile *h)
{
	header_with(h, 156, '2', NULL);
}

static void
header_prefix(struct hostile *h)
{
	header_with(h, 345, 'x', NULL);
}

static void
header_name_up(struct hostile *h)
{
	header_with(h, 0, 0, "../../../../tmp/evil");
}

static void
stream_goes_on(struct hostile *h)
{
	static const uint8_t end[EV_TAR_END];

	keep_evil(h);
	ev_buf_add(&h->p.tar, end, sizeof(end));
	ev_buf_add(&h->p.tar, h->p.tar.data, EV_TAR_BLOCK);
	finish(h);
}

static void
stream_has_no_end(struct hostile *h)
{
	h->p.no_end = true;
	keep_evil(h);
	finish(h);
}

static void
body_padding(struct hostile *h)
{
	put_evil(h);
	h->p.tar.data[h->p.tar.len - 1] = 'x';
	keep_record(h, said_evil(h));
	finish(h);
}

static void
pack_padding(struct hostile *h)
{
	h->p.padding = 'x';
	keep_evil(h);
	finish(h);
}

static void
pack_padding_longer(struct hostile *h)
{
	h->p.padding_more = 1000;
	keep_evil(h);
	finish(h);
}

/* ---- cases: members ---------------------------------------------------------------------- */

static void
member_twice(struct hostile *h)
{
	put_evil(h);
	keep_evil(h);
	finish(h);
}

static void
member_of_no_kind(struct hostile *h)
{
	put(&h->p, "evil/name", evil_bytes());
	keep_evil(h);
	finish(h);
}

static void
object_is_another(struct hostile *h)
{
	struct ev_hash other;

	ev_hash_of("other", 5, &other);
	put_member(&h->p, EV_MEMBER_OBJECT, &other, 0, evil_bytes());
	keep_record(h, (struct said){ "evil.txt", NULL, sizeof(content) - 1, &other });
	finish(h);
}

static void
object_too_large(struct hostile *h)
{
	size_t len = EV_MEMBER_OBJECT_MAX + 1;
	struct ev_hash hash;
	uint8_t *zeros = calloc(1, len);

	if (zeros == NULL)
		exit(2);
	ev_hash_of(zeros, len, &hash);
	put_member(&h->p, EV_MEMBER_OBJECT, &hash, 0, ev_slice_of(zeros, len));
	keep_record(h, (struct said){ "evil.bin", NULL, len, &hash });
	free(zeros);
	finish(h);
}

static void
record_is_another(struct hostile *h)
{
	struct ev_record r;
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	make_record(said_evil(h), &r);
	put_evil(h);
	keep_text(h, ev_slice_of(r.text.data, r.text.len), &digest);
	ev_record_release(&r);
	finish(h);
}

static void
record_withholds(struct hostile *h)
{
	const char *const names[] = { "name" };
	struct ev_buf withheld = EV_BUF_INIT;
	struct evault_error err = { 0 };
	struct ev_hash digest;
	struct ev_record r;

	make_record(said_evil(h), &r);
	must(ev_record_digest(ev_slice_of(r.text.data, r.text.len), &digest, &err), &err);
	must(ev_record_withhold(ev_slice_of(r.text.data, r.text.len), names, 1, &withheld, &err),
	     &err);
	put_evil(h);
	keep_text(h, ev_slice_of(withheld.data, withheld.len), &digest);
	ev_buf_release(&withheld);
	ev_record_release(&r);
	finish(h);
}

static void
record_is_none(struct hostile *h)
{
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	put_evil(h);
	keep_text(h, evil_bytes(), &digest);
	finish(h);
}

static void
record_too_long(struct hostile *h)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	ev_buf_puts(&text, "evault/record/v1\n");
	while (text.len <= EVAULT_RECORD_MAX)
		ev_buf_puts(&text, "AAAAAAAAAAAAAAAAAAAAAA tag x\n");
	put_evil(h);
	keep_text(h, ev_slice_of(text.data, text.len), &digest);
	ev_buf_release(&text);
	finish(h);
}

static void
record_nowhere(struct hostile *h)
{
	struct evault_error err = { 0 };
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	must(ev_commit_adopt(&h->commit, &digest, &err), &err);
	put_evil(h);
	finish(h);
}

static void
original_nowhere(struct hostile *h)
{
	struct ev_hash other;

	ev_hash_of("other", 5, &other);
	keep_record(h, (struct said){ "evil.txt", NULL, 5, &other });
	finish(h);
}

static void
size_too_large(struct hostile *h)
{
	put_evil(h);
	keep_record(h, (struct said){ "evil.txt", NULL, sizeof(content) + 5, &h->evil });
	finish(h);
}

static void
size_too_small(struct hostile *h)
{
	put_evil(h);
	keep_record(h, (struct said){ "evil.txt", NULL, 5, &h->evil });
	finish(h);
}

static void
named(struct hostile *h, const char *folder, const char *name)
{
	put_evil(h);
	keep_record(h, (struct said){ name, folder, sizeof(content) - 1, &h->evil });
	finish(h);
}

static void
name_up(struct hostile *h)
{
	named(h, NULL, "..");
}

static void
name_here(struct hostile *h)
{
	named(h, NULL, ".");
}

static void
name_with_slash(struct hostile *h)
{
	named(h, NULL, "a/../../../evil");
}

static void
name_empty(struct hostile *h)
{
	named(h, NULL, "");
}

static void
name_none(struct hostile *h)
{
	named(h, NULL, NULL);
}

static void
folder_up(struct hostile *h)
{
	named(h, "../../x", "evil.txt");
}

static void
folder_absolute(struct hostile *h)
{
	named(h, "/tmp", "evil.txt");
}

static void
folder_with_nothing(struct hostile *h)
{
	named(h, "a//b", "evil.txt");
}

static void
folder_here(struct hostile *h)
{
	named(h, "./a", "evil.txt");
}

/* ---- cases: parts --------------------------------------------------------------------------- */

static const struct ev_hash part_id = { { 1, 2, 3, 4 } };

static void
keep_list(struct hostile *h, uint64_t size)
{
	struct ev_buf list = EV_BUF_INIT;

	ev_member_list_encode(&list, part_id.b, size);
	put_member(&h->p, EV_MEMBER_LIST, &h->evil, 0, ev_slice_of(list.data, list.len));
	keep_record(h, (struct said){ "evil.txt", NULL, size, &h->evil });
	ev_buf_release(&list);
}

static void
put_part(struct hostile *h, const char *text)
{
	put_member(&h->p, EV_MEMBER_PART, &part_id, 1, ev_slice_text(text));
}

static void
parts_honest(struct hostile *h)
{
	put_part(h, content);
	keep_list(h, sizeof(content) - 1);
	finish(h);
}

static void
parts_nowhere(struct hostile *h)
{
	keep_list(h, sizeof(content) - 1);
	finish(h);
}

static void
parts_of_another(struct hostile *h)
{
	put_part(h, "This is not what somebody wants to be taken for evidence");
	keep_list(h, sizeof(content) - 1);
	finish(h);
}

static void
parts_twice(struct hostile *h)
{
	put_part(h, "This comes first.");
	put_part(h, content);
	keep_list(h, sizeof(content) - 1);
	finish(h);
}

static void
parts_in_two_packs(struct hostile *h)
{
	put_part(h, "This comes first.");
	finish(h);
	pack_begin(h);
	put_part(h, content);
	keep_list(h, sizeof(content) - 1);
	finish(h);
}

static void
parts_without_end(struct hostile *h)
{
	put_part(h, content);
	keep_list(h, EV_MEMBER_LISTED_MAX);
	finish(h);
}

static void
list_is_none(struct hostile *h)
{
	put_part(h, content);
	put_member(&h->p, EV_MEMBER_LIST, &h->evil, 0,
		   ev_slice_text("54 ../../../../../etc/passwd\n"));
	keep_record(h, said_evil(h));
	finish(h);
}

/* ---- cases: frames and the seek table ----------------------------------------------------------
 */

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

static void
bomb_says_less(struct hostile *h)
{
	/* Four bytes of content size: 1 MiB; the window is 1 MiB. */
	static const uint8_t header[] = { 0x80, 0x50, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 65536);
}

static void
bomb_says_nothing(struct hostile *h)
{
	static const uint8_t header[] = { 0x00, 0x50 };

	bomb(h, header, sizeof(header), 65536);
}

static void
bomb_with_window(struct hostile *h)
{
	/* A window of 2^41 bytes. */
	static const uint8_t header[] = { 0x80, 0xF8, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 8);
}

static void
bomb_says_huge(struct hostile *h)
{
	/* A single segment of 2^40 bytes. */
	static const uint8_t header[] = { 0xE0, 0, 0, 0, 0, 0, 1, 0, 0 };

	bomb(h, header, sizeof(header), 8);
}

static void
bomb_with_dictionary(struct hostile *h)
{
	static const uint8_t header[] = { 0x81, 0x50, 0x01, 0x00, 0x00, 0x10, 0x00 };

	bomb(h, header, sizeof(header), 8);
}

/* 60 GiB of zeros, rightly said, where the table names members. */
static void
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

static void
seek_says_more(struct hostile *h)
{
	with_seek(h, 0, 0, 512);
}

static void
seek_says_less(struct hostile *h)
{
	with_seek(h, 0, 0, -512);
}

static void
seek_too_far(struct hostile *h)
{
	with_seek(h, 0, 1 << 30, 0);
}

static void
seek_before(struct hostile *h)
{
	with_seek(h, 1, -1, 0);
}

static void
seek_table_is_data(struct hostile *h)
{
	with_seek(h, 1, 0, 512);
}

static void
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

static void
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

static void
garbage_between_frames(struct hostile *h)
{
	keep_evil(h);
	frame_stream(&h->p);
	ev_buf_puts(&h->p.frames, "garbage");
	finish(h);
}

/* ---- cases: the pack and the log ---------------------------------------------------------------
 */

static void
pack_is_no_age(struct hostile *h)
{
	struct evault_error err = { 0 };

	keep_evil(h);
	ev_buf_clear(&h->commit.note);
	store_pack(h, evil_bytes());
	pack_release(&h->p);
	(void)err;
}

static void
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

static void
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

static void
pack_of_other_size(struct hostile *h)
{
	h->size_lie = 1;
	keep_evil(h);
	finish(h);
}

static void
pack_nowhere(struct hostile *h)
{
	struct evault_error err = { 0 };
	struct ev_hash name;

	ev_hash_of("other", 5, &name);
	must(ev_commit_pack(&h->commit, &name, UINT64_MAX / 2, &err), &err);
	keep_evil(h);
	finish(h);
}

static const struct hostile_case {
	const char *name;
	void (*make)(struct hostile *h);
	const char *word, *about; /* what check must say, and of what */
} cases[] = {
	{ "honest", honest, "sound", "-" },
	{ "parts_honest", parts_honest, "sound", "-" },
	{ "table_size", table_size, "altered", "pack" },
	{ "table_other_size", table_other_size, "altered", "pack" },
	{ "table_short", table_short, "altered", "pack" },
	{ "table_long", table_long, "altered", "pack" },
	{ "table_gap", table_gap, "altered", "pack" },
	{ "table_garbage", table_garbage, "altered", "pack" },
	{ "table_empty", table_empty, "altered", "pack" },
	{ "table_of_many", table_of_many, "altered", "pack" },
	{ "table_too_long", table_too_long, "altered", "pack" },
	{ "header_mode", header_mode, "altered", "pack" },
	{ "header_link", header_link, "altered", "pack" },
	{ "header_prefix", header_prefix, "altered", "pack" },
	{ "header_name_up", header_name_up, "altered", "pack" },
	{ "stream_goes_on", stream_goes_on, "altered", "pack" },
	{ "stream_has_no_end", stream_has_no_end, "altered", "pack" },
	{ "body_padding", body_padding, "altered", "pack" },
	{ "pack_padding", pack_padding, "altered", "pack" },
	{ "pack_padding_longer", pack_padding_longer, "altered", "pack" },
	{ "member_twice", member_twice, "altered", "pack" },
	{ "member_of_no_kind", member_of_no_kind, "altered", "pack" },
	{ "object_is_another", object_is_another, "altered", "item" },
	{ "object_too_large", object_too_large, "altered", "pack" },
	{ "record_is_another", record_is_another, "altered", "item" },
	{ "record_withholds", record_withholds, "altered", "item" },
	{ "record_is_none", record_is_none, "altered", "item" },
	{ "record_too_long", record_too_long, "altered", "pack" },
	{ "record_nowhere", record_nowhere, "missing", "item" },
	{ "original_nowhere", original_nowhere, "missing", "item" },
	{ "size_too_large", size_too_large, "altered", "item" },
	{ "size_too_small", size_too_small, "altered", "item" },
	{ "name_up", name_up, "forged", "item" },
	{ "name_here", name_here, "forged", "item" },
	{ "name_with_slash", name_with_slash, "forged", "item" },
	{ "name_empty", name_empty, "forged", "item" },
	{ "name_none", name_none, "forged", "item" },
	{ "folder_up", folder_up, "forged", "item" },
	{ "folder_absolute", folder_absolute, "forged", "item" },
	{ "folder_with_nothing", folder_with_nothing, "forged", "item" },
	{ "folder_here", folder_here, "forged", "item" },
	{ "parts_nowhere", parts_nowhere, "missing", "item" },
	{ "parts_of_another", parts_of_another, "altered", "item" },
	{ "parts_twice", parts_twice, "altered", "pack" },
	{ "parts_in_two_packs", parts_in_two_packs, "altered", "pack" },
	{ "parts_without_end", parts_without_end, "missing", "item" },
	{ "list_is_none", list_is_none, "altered", "item" },
	{ "bomb_says_less", bomb_says_less, "altered", "pack" },
	{ "bomb_says_nothing", bomb_says_nothing, "altered", "pack" },
	{ "bomb_with_window", bomb_with_window, "altered", "pack" },
	{ "bomb_says_huge", bomb_says_huge, "altered", "pack" },
	{ "bomb_with_dictionary", bomb_with_dictionary, "altered", "pack" },
	{ "bomb_of_many", bomb_of_many, "altered", "pack" },
	{ "seek_says_more", seek_says_more, "altered", "pack" },
	{ "seek_says_less", seek_says_less, "altered", "pack" },
	{ "seek_too_far", seek_too_far, "altered", "pack" },
	{ "seek_before", seek_before, "altered", "pack" },
	{ "seek_table_is_data", seek_table_is_data, "altered", "pack" },
	{ "seek_of_many", seek_of_many, "altered", "pack" },
	{ "seek_count_lies", seek_count_lies, "altered", "pack" },
	{ "garbage_between_frames", garbage_between_frames, "altered", "pack" },
	{ "pack_is_no_age", pack_is_no_age, "altered", "pack" },
	{ "pack_is_empty", pack_is_empty, "altered", "pack" },
	{ "pack_to_another", pack_to_another, "altered", "pack" },
	{ "pack_of_other_size", pack_of_other_size, "altered", "pack" },
	{ "pack_nowhere", pack_nowhere, "missing", "pack" },
};

static int
make(const char *dir, const char *identity, const struct hostile_case *which)
{
	struct evault_unlock unlock = { .identity_files = &identity, .n_identity_files = 1 };
	struct evault_error err = { 0 };
	struct hostile h = { 0 };

	must(evault_open(dir, EVAULT_WRITE, &unlock, &h.v, &err), &err);
	ev_hash_of(content, sizeof(content) - 1, &h.evil);
	ev_commit_init(&h.commit, h.v);
	pack_begin(&h);
	which->make(&h);
	must(ev_commit_finish(&h.commit, &err), &err);
	ev_commit_release(&h.commit);
	evault_close(h.v);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t i, n = sizeof(cases) / sizeof(cases[0]);

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (i = 0; i < n; i++)
			printf("%s %s %s\n", cases[i].name, cases[i].word, cases[i].about);
		return 0;
	}
	for (i = 0; argc == 4 && i < n; i++) {
		if (strcmp(cases[i].name, argv[3]) == 0)
			return make(argv[1], argv[2], &cases[i]);
	}
	fputs("usage: hostile VAULT IDENTITY CASE\n", stderr);
	return 2;
}
