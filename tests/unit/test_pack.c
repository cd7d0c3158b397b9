/*
 * Packs on disk: what is in them byte for byte, reading members out of them,
 * packs that somebody made wrongly, and writing that fails.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/secret.h"
#include "fault_fixture.h"
#include "store/pack.h"
#include "vault_fixture.h"

static struct ev_age_identity *identity;
static struct ev_age_recipient recipient;
static int dir = -1;
static uint8_t *noise; /* EV_MEMBER_OBJECT_MAX bytes */

struct put {
	enum ev_member_kind kind;
	size_t size;
	struct ev_hash id;
	uint32_t part;
};

static struct ev_age_with
with_identity(void)
{
	struct ev_age_with with = { identity, 1, NULL };

	return with;
}

static bool
begin(void)
{
	ev_os_close_read(dir);
	dir = -1;
	return fixture_remove("p") && fixture_folder("p") && fixture_folder("p/packs") &&
	       ev_os_open_dir(EV_OS_CWD, "p", &dir, NULL) == EVAULT_OK;
}

/* The body of the n-th member: noise from another place for each. */
static struct ev_slice
body_of(const struct put *put, size_t n)
{
	return ev_slice_of(noise + (put->size + 4096 < EV_MEMBER_OBJECT_MAX ? n : 0), put->size);
}

struct seen {
	struct ev_member members[64];
	size_t n;
};

static enum evault_status
see_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct seen *s = ctx;

	(void)err;
	if (s->n < 64)
		s->members[s->n] = *m;
	s->n++;
	return EVAULT_OK;
}

static enum evault_status
write_pack(struct put *puts, size_t n, struct ev_hash *name, uint64_t *size, struct seen *seen)
{
	struct ev_pack_writer *w = NULL;
	struct ev_slice body;
	enum evault_status rc = ev_pack_writer_new(dir, &recipient, &w, NULL);
	size_t i;

	memset(seen, 0, sizeof(*seen));
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		body = body_of(&puts[i], i);
		ev_hash_of(body.data, body.len, &puts[i].id);
		if (puts[i].kind == EV_MEMBER_PART) {
			memset(puts[i].id.b + 16, 0, 16);
			puts[i].part = (uint32_t)i + 1;
		}
		rc = ev_pack_append(w, puts[i].kind, &puts[i].id, puts[i].part, body, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_pack_finish(w, name, size, see_member, seen, NULL);
	ev_pack_writer_free(w);
	return rc;
}

/* All kinds and sizes, records among the others. */
static struct put all_kinds[] = {
	{ .kind = EV_MEMBER_RECORD, .size = 300 },
	{ .kind = EV_MEMBER_OBJECT, .size = 0 },
	{ .kind = EV_MEMBER_OBJECT, .size = 1 },
	{ .kind = EV_MEMBER_RECORD, .size = 511 },
	{ .kind = EV_MEMBER_OBJECT, .size = (128 << 10) - 1 },
	{ .kind = EV_MEMBER_RECORD, .size = 512 },
	{ .kind = EV_MEMBER_OBJECT, .size = 128 << 10 },
	{ .kind = EV_MEMBER_RECORD, .size = 513 },
	{ .kind = EV_MEMBER_OBJECT, .size = (1 << 20) - 512 },
	{ .kind = EV_MEMBER_OBJECT, .size = 1 << 20 },
	{ .kind = EV_MEMBER_LIST, .size = 200 },
	{ .kind = EV_MEMBER_RECORD, .size = 262144 },
	{ .kind = EV_MEMBER_PART, .size = 8 << 20 },
	{ .kind = EV_MEMBER_RECORD, .size = 200 },
	{ .kind = EV_MEMBER_PART, .size = 70000 },
	{ .kind = EV_MEMBER_OBJECT, .size = 8 << 20 },
	{ .kind = EV_MEMBER_OBJECT, .size = 3 },
};
enum {
	ALL_KINDS = sizeof(all_kinds) / sizeof(all_kinds[0])
};

static const struct put *
put_of(const struct ev_member *m)
{
	size_t i;

	for (i = 0; i < ALL_KINDS; i++) {
		if (all_kinds[i].kind == m->kind && all_kinds[i].part == m->part &&
		    ev_hash_equal(&all_kinds[i].id, &m->id))
			return &all_kinds[i];
	}
	return NULL;
}

/* The pack's plaintext, by age alone. */
static bool
unseal(const struct ev_hash *name, struct ev_buf *plain)
{
	struct ev_age_with with = with_identity();
	struct ev_buf sealed = EV_BUF_INIT;
	char path[EV_PACK_PATH_SIZE];
	bool good;

	ev_pack_path(name, path);
	good = ev_os_load(dir, path, 1 << 28, &sealed, NULL) == EVAULT_OK &&
	       ev_age_open(&with, ev_slice_of(sealed.data, sealed.len), plain, NULL) == EVAULT_OK;
	ev_buf_release(&sealed);
	return good;
}

/* ---- what is written -------------------------------------------------------------- */

/* Padmé, from its definition. */
static uint64_t
padme(uint64_t size)
{
	unsigned e = 0, s = 0;
	uint64_t unit;

	if (size < 65536)
		size = 65536;
	while (size >> (e + 1) != 0)
		e++;
	while ((e >> (s + 1)) != 0)
		s++;
	s++;
	unit = UINT64_C(1) << (e - s);
	return (size + unit - 1) / unit * unit;
}

struct decoded {
	struct ev_buf plain, tar;
	struct ev_frame_seek *seek;
	size_t n;
	uint64_t *tar_at; /* n + 1: where each frame's content begins in the tar stream */
};

static void
release(struct decoded *d)
{
	ev_buf_release(&d->plain);
	ev_buf_release(&d->tar);
	free(d->seek);
	free(d->tar_at);
}

/* Takes a pack apart by the seek table at its end. */
static bool
decode(const struct ev_hash *name, struct decoded *d)
{
	struct ev_frame_decoder *decoder = ev_frame_decoder_new();
	size_t i, table, at = 0;
	uint8_t *to;
	bool good = decoder != NULL && unseal(name, &d->plain) && d->plain.len > 100 &&
		    ev_frame_seek_footer(d->plain.data + d->plain.len - EV_FRAME_SEEK_FOOTER, &d->n,
					 NULL) == EVAULT_OK;

	table = good ? ev_frame_seek_size(d->n) : 0;
	d->seek = calloc(d->n + 1, sizeof(*d->seek));
	d->tar_at = calloc(d->n + 1, sizeof(*d->tar_at));
	good = good && ev_frame_seek_decode(ev_slice_of(d->plain.data + d->plain.len - table, table),
					    d->seek, d->n, NULL) == EVAULT_OK;
	for (i = 0; i < d->n && good; i++) {
		d->tar_at[i] = d->tar.len;
		if (d->seek[i].plain > 0) {
			to = ev_buf_extend(&d->tar, d->seek[i].plain);
			good = ev_frame_decode(decoder,
					       ev_slice_of(d->plain.data + at, d->seek[i].sealed),
					       to, d->seek[i].plain, NULL) == EVAULT_OK;
		}
		at += d->seek[i].sealed;
	}
	d->tar_at[d->n] = d->tar.len;
	ev_frame_decoder_free(decoder);
	return good && at + table == d->plain.len;
}

static void
pack_holds_all_kinds_and_sizes_where_its_table_says(void)
{
	struct decoded d = { .plain = EV_BUF_INIT, .tar = EV_BUF_INIT };
	uint8_t header[EV_TAR_BLOCK];
	char text[EV_MEMBER_NAME_SIZE];
	const struct ev_member *m;
	const struct put *put;
	struct ev_hash name, real;
	struct ev_slice body;
	struct seen seen;
	uint64_t size, expected = 0, on_disk = 0;
	char path[EV_PACK_PATH_SIZE];
	size_t i;

	NEED(begin());
	NEED(write_pack(all_kinds, ALL_KINDS, &name, &size, &seen) == EVAULT_OK);
	ev_pack_path(&name, path);
	NEED(ev_pack_hash(dir, path, &real, &on_disk, NULL, NULL, NULL) == EVAULT_OK);
	CHECK(ev_hash_equal(&real, &name) && on_disk == size && seen.n == ALL_KINDS);
	NEED(decode(&name, &d));
	for (i = 0; i < seen.n; i++) {
		m = &seen.members[i];
		put = put_of(m);
		NEED(put != NULL && m->size == put->size && m->offset == expected);
		expected += ev_tar_member_size(m->size);
		NEED(expected + EV_TAR_END <= d.tar.len);
		ev_member_name(m, text);
		NEED(ev_tar_header(header, ev_slice_text(text), m->size));
		CHECK(memcmp(header, d.tar.data + m->offset, EV_TAR_BLOCK) == 0);
		body = body_of(put, (size_t)(put - all_kinds));
		CHECK(memcmp(d.tar.data + m->offset + EV_TAR_BLOCK, body.data, body.len) == 0);
	}
	CHECK(expected + EV_TAR_END == d.tar.len);
	release(&d);
}

static void
records_and_other_members_are_never_in_one_frame(void)
{
	struct decoded d = { .plain = EV_BUF_INIT, .tar = EV_BUF_INIT };
	const struct ev_member *m;
	struct ev_hash name;
	struct seen seen;
	uint64_t size, end;
	bool records, others;
	size_t i, j;

	NEED(begin());
	NEED(write_pack(all_kinds, ALL_KINDS, &name, &size, &seen) == EVAULT_OK);
	NEED(decode(&name, &d));
	for (i = 0; i < d.n && d.seek[i].plain > 0; i++) {
		records = others = false;
		for (j = 0; j < seen.n; j++) {
			m = &seen.members[j];
			end = m->offset + ev_tar_member_size(m->size);
			if (end <= d.tar_at[i] || m->offset >= d.tar_at[i + 1])
				continue;
			records = records || m->kind == EV_MEMBER_RECORD;
			others = others || m->kind != EV_MEMBER_RECORD;
		}
		CHECK(!(records && others));
		CHECK(d.seek[i].plain <= EV_FRAME_MAX);
	}
	/* An object of 128 KiB and more begins a frame. */
	for (j = 0; j < seen.n; j++) {
		m = &seen.members[j];
		for (i = 0; i < d.n && d.tar_at[i] != m->offset; i++)
			;
		CHECK(i < d.n || m->size < 128 << 10);
	}
	release(&d);
}

static void
pack_is_padded_to_the_size_that_padme_gives(void)
{
	static const size_t sizes[] = { 1, 60000, 64000, 65000, 66000, 100000, 1 << 20, 5000000 };
	struct decoded d;
	struct put one = { .kind = EV_MEMBER_OBJECT };
	struct ev_hash name;
	struct seen seen;
	uint64_t size, padding;
	size_t i;

	NEED(begin());
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		d = (struct decoded){ .plain = EV_BUF_INIT, .tar = EV_BUF_INIT };
		one.size = sizes[i];
		NEED(write_pack(&one, 1, &name, &size, &seen) == EVAULT_OK && decode(&name, &d));
		padding = d.seek[d.n - 1].sealed - EV_FRAME_SKIP_HEADER;
		CHECK(d.plain.len == padme(d.plain.len - padding));
		CHECK(d.seek[d.n - 1].plain == 0 && d.seek[d.n - 2].plain == 0);
		release(&d);
	}
}

static void
sealing_the_same_twice_gives_different_packs(void)
{
	struct put same = { .kind = EV_MEMBER_OBJECT, .size = 1000 };
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	struct ev_hash first, second;
	struct seen seen;
	uint64_t size;

	NEED(begin());
	NEED(write_pack(&same, 1, &first, &size, &seen) == EVAULT_OK);
	NEED(write_pack(&same, 1, &second, &size, &seen) == EVAULT_OK);
	CHECK(!ev_hash_equal(&first, &second));
	NEED(unseal(&first, &a) && unseal(&second, &b));
	CHECK(ev_slice_equal(ev_slice_of(a.data, a.len), ev_slice_of(b.data, b.len)));
	ev_buf_release(&a);
	ev_buf_release(&b);
}

/* ---- reading ------------------------------------------------------------------------ */

static struct ev_pack *
open_pack(const struct ev_hash *name, enum evault_status *rc)
{
	struct ev_age_with with = with_identity();
	struct ev_pack *pack = NULL;

	*rc = ev_pack_open(dir, name, &with, &pack, NULL);
	return pack;
}

static void
each_member_is_read_by_itself_in_any_order(void)
{
	struct ev_buf out = EV_BUF_INIT;
	const struct ev_member *m;
	struct ev_pack *pack;
	struct ev_slice body;
	struct ev_hash name;
	struct seen seen, table = { .n = 0 };
	enum evault_status rc;
	uint64_t size;
	size_t i;

	NEED(begin());
	NEED(write_pack(all_kinds, ALL_KINDS, &name, &size, &seen) == EVAULT_OK);
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	CHECK(ev_pack_members(pack, see_member, &table, NULL) == EVAULT_OK);
	CHECK(table.n == seen.n &&
	      memcmp(table.members, seen.members, seen.n * sizeof(*seen.members)) == 0);
	for (i = seen.n; i-- > 0;) {
		m = &seen.members[i];
		ev_buf_clear(&out);
		NEED(ev_pack_read(pack, m, ev_sink_buf(&out), NULL) == EVAULT_OK);
		body = body_of(put_of(m), (size_t)(put_of(m) - all_kinds));
		CHECK(ev_slice_equal(ev_slice_of(out.data, out.len), body));
	}
	ev_buf_release(&out);
	ev_pack_close(pack);
}

static bool walks_well(const struct ev_hash *name);

/* As a folder of photographs and notes gives them. */
static void
records_that_fill_a_frame_do_not_get_between_the_frames_of_a_long_member(void)
{
	struct ev_pack_writer *w = NULL;
	struct put photo = { .kind = EV_MEMBER_OBJECT, .size = 3000000 };
	struct ev_hash name, id;
	uint64_t size;
	unsigned i;

	NEED(begin() && ev_pack_writer_new(dir, &recipient, &w, NULL) == EVAULT_OK);
	for (i = 0; i < 1500; i++) {
		if (i % 300 == 0) {
			ev_hash_of(noise + i, photo.size, &id);
			NEED(ev_pack_append(w, EV_MEMBER_OBJECT, &id, 0,
					    ev_slice_of(noise + i, photo.size), NULL) == EVAULT_OK);
		}
		ev_hash_of(noise + i, 900, &id);
		NEED(ev_pack_append(w, EV_MEMBER_RECORD, &id, 0, ev_slice_of(noise + i, 900),
				    NULL) == EVAULT_OK);
	}
	NEED(ev_pack_finish(w, &name, &size, NULL, NULL, NULL) == EVAULT_OK);
	ev_pack_writer_free(w);
	CHECK(walks_well(&name));
}

struct walked {
	size_t members, ends;
	uint64_t bytes;
	enum evault_status stop;
};

static enum evault_status
walk_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct walked *w = ctx;

	(void)name, (void)size, (void)offset;
	w->members++;
	return w->stop == EVAULT_OK ? EVAULT_OK : ev_fail(err, w->stop, "stopped");
}

static enum evault_status
walk_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct walked *w = ctx;

	(void)data, (void)err;
	w->bytes += len;
	return EVAULT_OK;
}

static enum evault_status
walk_end(void *ctx, struct evault_error *err)
{
	struct walked *w = ctx;

	(void)err;
	w->ends++;
	return EVAULT_OK;
}

static enum evault_status
walk(struct ev_pack *pack, struct walked *w)
{
	struct ev_tar_events events = { walk_member, walk_data, walk_end, w };

	return ev_pack_walk(pack, events, NULL);
}

static bool
walks_well(const struct ev_hash *name)
{
	struct walked w = { .members = 0 };
	enum evault_status rc;
	struct ev_pack *pack = open_pack(name, &rc);
	bool good = pack != NULL && walk(pack, &w) == EVAULT_OK;

	ev_pack_close(pack);
	return good;
}

static void
walk_gives_every_byte_of_every_member(void)
{
	struct walked w = { .members = 0 };
	struct ev_pack *pack;
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size, bytes = 0;
	size_t i;

	NEED(begin());
	NEED(write_pack(all_kinds, ALL_KINDS, &name, &size, &seen) == EVAULT_OK);
	for (i = 0; i < ALL_KINDS; i++)
		bytes += all_kinds[i].size;
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	CHECK(walk(pack, &w) == EVAULT_OK);
	CHECK(w.members == ALL_KINDS && w.ends == ALL_KINDS && w.bytes == bytes);
	w.stop = EVAULT_E_CANCELLED;
	CHECK(walk(pack, &w) == EVAULT_E_CANCELLED);
	ev_pack_close(pack);
}

static void
pack_that_is_not_there_or_not_for_us_is_told_apart(void)
{
	struct ev_age_identity *other = ev_secret_new(sizeof(*other));
	struct put one = { .kind = EV_MEMBER_RECORD, .size = 100 };
	struct ev_age_with with = { other, 1, NULL };
	struct ev_hash name, none = { { 1 } };
	struct ev_pack *pack = NULL;
	struct seen seen;
	enum evault_status rc;
	uint64_t size;

	NEED(other != NULL && begin());
	ev_age_identity_make(other);
	NEED(write_pack(&one, 1, &name, &size, &seen) == EVAULT_OK);
	CHECK(ev_pack_open(dir, &name, &with, &pack, NULL) == EVAULT_E_KEY && pack == NULL);
	CHECK(open_pack(&none, &rc) == NULL && rc == EVAULT_E_NOT_FOUND);
	ev_secret_free(other);
}

static void
path_of_a_pack_is_read_back_and_no_other_path(void)
{
	char path[EV_PACK_PATH_SIZE];
	struct ev_hash name, back;

	ev_hash_of("x", 1, &name);
	ev_pack_path(&name, path);
	CHECK(ev_pack_path_parse(path, &back) && ev_hash_equal(&name, &back));
	path[6] = path[6] == '0' ? '1' : '0'; /* another folder */
	CHECK(!ev_pack_path_parse(path, &back));
	ev_pack_path(&name, path);
	path[strlen(path) - 1] = 'x';
	CHECK(!ev_pack_path_parse(path, &back));
	CHECK(!ev_pack_path_parse("packs/", &back) && !ev_pack_path_parse("", &back));
}

/* ---- a damaged file --------------------------------------------------------------------- */

/* Opens, reads all members, walks: the worst that any of them says. */
static enum evault_status
read_all(const struct ev_hash *name)
{
	struct walked w = { .members = 0 };
	struct seen seen = { .n = 0 };
	struct ev_buf out = EV_BUF_INIT;
	enum evault_status rc, walked;
	struct ev_pack *pack = open_pack(name, &rc);
	size_t i;

	if (pack == NULL)
		return rc;
	walked = walk(pack, &w);
	rc = ev_pack_members(pack, see_member, &seen, NULL);
	for (i = 0; i < seen.n && rc == EVAULT_OK; i++)
		rc = ev_pack_read(pack, &seen.members[i], ev_sink_buf(&out), NULL);
	ev_buf_release(&out);
	ev_pack_close(pack);
	/* What reading members finds, the walk finds too. */
	return rc != EVAULT_OK && walked == EVAULT_OK ? EVAULT_E_USAGE : walked;
}

static void
any_flipped_or_missing_byte_of_the_file_is_damage(void)
{
	struct put puts[] = { { .kind = EV_MEMBER_OBJECT, .size = 90000 },
			      { .kind = EV_MEMBER_RECORD, .size = 500 } };
	char path[EV_PACK_PATH_SIZE], full[EV_PACK_PATH_SIZE + 2];
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size;
	long at;

	NEED(begin());
	NEED(write_pack(puts, 2, &name, &size, &seen) == EVAULT_OK);
	ev_pack_path(&name, path);
	snprintf(full, sizeof(full), "p/%s", path);
	CHECK(read_all(&name) == EVAULT_OK);
	for (at = 0; at < (long)size; at += 1999) {
		NEED(fixture_flip(full, at));
		rc = read_all(&name);
		CHECK(rc == EVAULT_E_DAMAGED || (at < 200 && rc == EVAULT_E_KEY));
		NEED(fixture_flip(full, at));
	}
	NEED(fixture_copy(full, "copy"));
	for (at = (long)size - 1; at >= 0; at -= 7001) {
		NEED(fixture_copy("copy", full) && fixture_cut(full, (uint64_t)at));
		CHECK(read_all(&name) == EVAULT_E_DAMAGED);
	}
	NEED(fixture_copy("copy", full) && fixture_cut(full, 0));
	CHECK(read_all(&name) == EVAULT_E_DAMAGED);
	NEED(fixture_copy("copy", full) && fixture_cut(full, size + 1));
	CHECK(read_all(&name) == EVAULT_E_DAMAGED);
	NEED(fixture_copy("copy", full) && fixture_cut(full, EV_PACK_SIZE_MAX + 1));
	open_pack(&name, &rc);
	CHECK(rc == EVAULT_E_LIMIT);
}

/* ---- a pack that was made wrongly ---------------------------------------------------------- */

enum wrong {
	NOTHING_WRONG,
	NO_PADDING_FRAME,
	PADDING_NOT_ZERO,
	PADDING_TOO_LONG,
	PADDING_TOO_SHORT,
	TABLE_WITH_PADDINGS_MAGIC,
	TABLE_LENGTH_LIES,
	TABLE_GARBLED,
	TABLE_SHORT_OF_A_MEMBER,
	TABLE_WITH_ONE_MORE,
	TABLE_WITH_ANOTHER_NAME,
	TABLE_WITH_ANOTHER_SIZE,
	HEADER_WITH_ANOTHER_MODE,
	TAR_GOES_ON_AFTER_ITS_END,
	TAR_WITHOUT_END,
	SEEK_WITHOUT_DATA,
	SEEK_WITH_EMPTY_DATA_FRAME,
	SEEK_WITH_DATA_AFTER_THE_TABLE,
	SEEK_SUM_IS_WRONG,
	SEEK_CONTENT_SIZE_LIES,
	SEEK_MISSING,
	SEEK_COUNT_TOO_LARGE,
	FRAME_IS_NO_ZSTD,
	BYTES_BEFORE_THE_SEEK_TABLE,
	TOO_SHORT_FOR_ANYTHING,
	WRONGS,
};

struct craft {
	struct ev_buf plain;
	struct ev_frame_seek seek[8];
	size_t n;
};

static void
craft_frame(struct craft *c, const struct ev_buf *frame, size_t content)
{
	ev_buf_add(&c->plain, frame->data, frame->len);
	c->seek[c->n].sealed = (uint32_t)frame->len;
	c->seek[c->n++].plain = (uint32_t)content;
}

static void
craft_tar(enum wrong wrong, const struct put *put, struct ev_buf *tar)
{
	struct ev_member m = { .kind = put->kind, .id = put->id };
	char name[EV_MEMBER_NAME_SIZE];
	uint8_t header[EV_TAR_BLOCK];

	ev_member_name(&m, name);
	ev_tar_header(header, ev_slice_text(name), put->size);
	if (wrong == HEADER_WITH_ANOTHER_MODE)
		header[106] = '7';
	ev_buf_add(tar, header, sizeof(header));
	ev_buf_add(tar, noise, put->size);
	ev_buf_fill(tar, 0, ev_tar_padding(put->size));
	if (wrong != TAR_WITHOUT_END)
		ev_buf_fill(tar, 0, EV_TAR_END);
	if (wrong == TAR_GOES_ON_AFTER_ITS_END)
		ev_buf_fill(tar, 0, EV_TAR_BLOCK);
}

static void
craft_table(enum wrong wrong, const struct put *put, struct ev_buf *table)
{
	struct ev_member m = { .kind = put->kind, .id = put->id, .size = put->size };

	if (wrong == TABLE_WITH_ANOTHER_NAME)
		m.id.b[0] ^= 1;
	if (wrong == TABLE_WITH_ANOTHER_SIZE)
		m.size -= 1;
	if (wrong == TABLE_GARBLED)
		ev_buf_puts(table, "nonsense\n");
	else if (wrong != TABLE_SHORT_OF_A_MEMBER)
		ev_member_table_add(table, &m);
	m.offset = ev_tar_member_size(m.size);
	m.id.b[31] ^= 1;
	if (wrong == TABLE_WITH_ONE_MORE)
		ev_member_table_add(table, &m);
}

static void
craft_padding(enum wrong wrong, struct craft *c)
{
	uint64_t size = c->plain.len + EV_FRAME_SKIP_HEADER + ev_frame_seek_size(c->n + 1);
	uint64_t left = ev_frame_padded(size) - size;
	struct ev_buf frame = EV_BUF_INIT;

	left += wrong == PADDING_TOO_LONG ? 1 : 0;
	left -= wrong == PADDING_TOO_SHORT ? 1 : 0;
	ev_frame_skippable_header(&frame, EV_FRAME_MAGIC_PADDING, (uint32_t)left);
	ev_buf_fill(&frame, 0, (size_t)left);
	if (wrong == PADDING_NOT_ZERO)
		frame.data[frame.len - 1] = 1;
	craft_frame(c, &frame, wrong == SEEK_WITH_DATA_AFTER_THE_TABLE ? 5 : 0);
	ev_buf_release(&frame);
}

static void
craft_seek(enum wrong wrong, struct craft *c)
{
	size_t n = c->n, skip = 0;

	if (wrong == SEEK_WITHOUT_DATA)
		skip = 1;
	if (wrong == SEEK_WITH_EMPTY_DATA_FRAME)
		c->seek[0].plain = 0;
	if (wrong == SEEK_SUM_IS_WRONG)
		c->seek[1].sealed++;
	if (wrong == SEEK_CONTENT_SIZE_LIES)
		c->seek[0].plain--;
	if (wrong == BYTES_BEFORE_THE_SEEK_TABLE)
		ev_buf_fill(&c->plain, 0, 10);
	if (wrong == TOO_SHORT_FOR_ANYTHING)
		c->plain.len = 5;
	else if (wrong != SEEK_MISSING)
		ev_frame_seek_encode(&c->plain, c->seek + skip, n - skip);
	if (wrong == SEEK_COUNT_TOO_LARGE)
		ev_put_le32(c->plain.data + c->plain.len - EV_FRAME_SEEK_FOOTER, 60000);
}

static bool
craft(enum wrong wrong, struct ev_hash *name)
{
	struct ev_frame_encoder *encoder = ev_frame_encoder_new();
	struct ev_buf tar = EV_BUF_INIT, table = EV_BUF_INIT, frame = EV_BUF_INIT,
		      sealed = EV_BUF_INIT;
	struct craft c = { .plain = EV_BUF_INIT, .n = 0 };
	struct put put = { .kind = EV_MEMBER_OBJECT, .size = 3000 };
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	char path[EV_PACK_PATH_SIZE], full[EV_PACK_PATH_SIZE + 2], folder[20];
	bool good;

	ev_hash_of(noise, put.size, &put.id);
	craft_tar(wrong, &put, &tar);
	ev_frame_encode(encoder, tar.data, tar.len, &frame, NULL);
	if (wrong == FRAME_IS_NO_ZSTD)
		frame.data[0] ^= 1;
	craft_frame(&c, &frame, tar.len);
	craft_table(wrong, &put, &table);
	ev_buf_clear(&frame);
	ev_frame_skippable(&frame,
			   wrong == TABLE_WITH_PADDINGS_MAGIC ? EV_FRAME_MAGIC_PADDING
							      : EV_FRAME_MAGIC_MEMBERS,
			   ev_slice_of(table.data, table.len));
	if (wrong == TABLE_LENGTH_LIES)
		frame.data[4]++;
	craft_frame(&c, &frame, 0);
	if (wrong != NO_PADDING_FRAME)
		craft_padding(wrong, &c);
	craft_seek(wrong, &c);
	good = ev_age_seal(&to, ev_slice_of(c.plain.data, c.plain.len), &sealed, NULL) == EVAULT_OK;
	ev_hash_of(sealed.data, sealed.len, name);
	ev_pack_path(name, path);
	snprintf(folder, sizeof(folder), "p/%.8s", path);
	snprintf(full, sizeof(full), "p/%s", path);
	good = good && fixture_folder(folder) && fixture_file(full, sealed.data, sealed.len);
	ev_buf_release(&tar);
	ev_buf_release(&table);
	ev_buf_release(&frame);
	ev_buf_release(&sealed);
	ev_buf_release(&c.plain);
	ev_frame_encoder_free(encoder);
	return good;
}

static void
pack_made_wrongly_by_who_has_the_key_is_damaged(void)
{
	struct ev_hash name;
	int wrong;

	NEED(begin());
	NEED(craft(NOTHING_WRONG, &name));
	CHECK(read_all(&name) == EVAULT_OK);
	for (wrong = NOTHING_WRONG + 1; wrong < WRONGS; wrong++) {
		NEED(craft((enum wrong)wrong, &name));
		if (!CHECK(read_all(&name) == EVAULT_E_DAMAGED))
			printf("# wrong %d gives %d\n", wrong, (int)read_all(&name));
	}
}

/* ---- writing that fails --------------------------------------------------------------------- */

static bool
write_with_fault(const struct fault_plan *plan, bool *fired)
{
	struct put puts[] = { { .kind = EV_MEMBER_OBJECT, .size = 200000 },
			      { .kind = EV_MEMBER_RECORD, .size = 500 } };
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size, bytes;
	size_t files;
	bool good = begin();

	faults_on(plan);
	rc = write_pack(puts, 2, &name, &size, &seen);
	*fired = faults_off();
	good = good && (rc == EVAULT_OK ||
			(*fired && rc == (plan->sys == ENOSPC ? EVAULT_E_FULL : EVAULT_E_IO)));
	bytes = fixture_bytes("p/packs", &files);
	if (plan->call != FAULT_UNLINK)
		good = good && fixture_temps("p/packs") == 0;
	if (rc != EVAULT_OK)
		return good && files <= 1 && seen.n == 0;
	return good && files == 1 && bytes == size && seen.n == 2 && read_all(&name) == EVAULT_OK;
}

static void
pack_that_fails_at_any_call_has_no_name_or_is_whole(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, NULL };
	bool fired = true;
	int i;

	for (plan.call = FAULT_OPENAT; plan.call < FAULT_CALLS; plan.call++) {
		for (i = 0; i < 2; i++) {
			plan.sys = i == 0 ? ENOSPC : EIO;
			for (plan.nth = 0, fired = true; fired; plan.nth++) {
				if (!CHECK(write_with_fault(&plan, &fired))) {
					printf("# %s %d\n", fault_word(plan.call), plan.nth);
					return;
				}
			}
		}
	}
}

static void
pack_that_is_given_up_leaves_nothing(void)
{
	struct ev_pack_writer *w = NULL;
	size_t files;

	NEED(begin() && ev_pack_writer_new(dir, &recipient, &w, NULL) == EVAULT_OK);
	CHECK(ev_pack_append(w, EV_MEMBER_OBJECT, &(struct ev_hash){ { 1 } }, 0,
			     ev_slice_of(noise, 3 << 20), NULL) == EVAULT_OK);
	CHECK(ev_pack_written(w) > 2 << 20);
	ev_pack_writer_free(w);
	fixture_bytes("p", &files);
	CHECK(files == 0);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	identity = ev_secret_new(sizeof(*identity));
	noise = malloc(EV_MEMBER_OBJECT_MAX);
	if (identity == NULL || noise == NULL)
		return 1;
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &recipient);
	fixture_noise(noise, EV_MEMBER_OBJECT_MAX, 1);
	UNIT_RUN(pack_holds_all_kinds_and_sizes_where_its_table_says);
	UNIT_RUN(records_and_other_members_are_never_in_one_frame);
	UNIT_RUN(pack_is_padded_to_the_size_that_padme_gives);
	UNIT_RUN(sealing_the_same_twice_gives_different_packs);
	UNIT_RUN(each_member_is_read_by_itself_in_any_order);
	UNIT_RUN(records_that_fill_a_frame_do_not_get_between_the_frames_of_a_long_member);
	UNIT_RUN(walk_gives_every_byte_of_every_member);
	UNIT_RUN(pack_that_is_not_there_or_not_for_us_is_told_apart);
	UNIT_RUN(path_of_a_pack_is_read_back_and_no_other_path);
	UNIT_RUN(any_flipped_or_missing_byte_of_the_file_is_damage);
	UNIT_RUN(pack_made_wrongly_by_who_has_the_key_is_damaged);
	UNIT_RUN(pack_that_fails_at_any_call_has_no_name_or_is_whole);
	UNIT_RUN(pack_that_is_given_up_leaves_nothing);
	ev_os_close_read(dir);
	ev_secret_free(identity);
	free(noise);
	return fixture_end();
}
