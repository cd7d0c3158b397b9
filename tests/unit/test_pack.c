/*
 * Packs: what is in them byte for byte, and reading members out of them.
 */
#include "pack_on_disk.h"

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
	good =
	    good && ev_frame_seek_decode(ev_slice_of(d->plain.data + d->plain.len - table, table),
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
	NEED(ev_pack_hash(dir, path, EV_PACK_SIZE_MAX, &real, &on_disk, NULL, NULL, NULL) ==
	     EVAULT_OK);
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

/* What a walk has opened last is not what is asked for next. */
static void
members_are_read_after_a_walk(void)
{
	static struct put puts[] = {
		{ .kind = EV_MEMBER_RECORD, .size = 300 },
		{ .kind = EV_MEMBER_OBJECT, .size = 3 << 20 },
		{ .kind = EV_MEMBER_OBJECT, .size = 1000 },
	};
	struct walked w = { .members = 0 };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_pack *pack;
	struct ev_slice body;
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size;
	size_t i, j;

	NEED(begin());
	NEED(write_pack(puts, 3, &name, &size, &seen) == EVAULT_OK && seen.n == 3);
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	for (i = 0; i < 3; i++) {
		CHECK(walk(pack, &w) == EVAULT_OK);
		for (j = 0; !ev_hash_equal(&seen.members[j].id, &puts[i].id); j++)
			NEED(j < 2);
		body = body_of(&puts[i], i);
		ev_buf_clear(&out);
		CHECK(ev_pack_read(pack, &seen.members[j], ev_sink_buf(&out), NULL) == EVAULT_OK);
		CHECK(ev_slice_equal(ev_slice_of(out.data, out.len), body));
	}
	ev_buf_release(&out);
	ev_pack_close(pack);
}

/* In turn, in steps over some, back and forth, and with the first one, as a record is, in between.
 */
static void
members_that_follow_each_other_are_read_in_turn_and_with_others_in_between(void)
{
	static struct put photographs[] = {
		{ .kind = EV_MEMBER_RECORD, .size = 300 },
		{ .kind = EV_MEMBER_OBJECT, .size = 3 << 20 },
		{ .kind = EV_MEMBER_OBJECT, .size = (4 << 20) + 5 },
		{ .kind = EV_MEMBER_OBJECT, .size = 1000 },
		{ .kind = EV_MEMBER_OBJECT, .size = 3500000 },
		{ .kind = EV_MEMBER_OBJECT, .size = 2 << 20 },
		{ .kind = EV_MEMBER_OBJECT, .size = 5 << 20 },
	};
	static const size_t order[] = { 1, 2, 4, 5, 6, 1, 0, 2, 0, 4, 2, 5, 5, 6, 6, 3,
					1, 2, 3, 4, 5, 6, 0, 6, 5, 4, 2, 1, 2, 4, 6 };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_slice body;
	struct ev_pack *pack;
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size;
	size_t i, j;

	NEED(begin());
	NEED(write_pack(photographs, 7, &name, &size, &seen) == EVAULT_OK && seen.n == 7);
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		body = body_of(&photographs[order[i]], order[i]);
		for (j = 0; j < 7 && !ev_hash_equal(&seen.members[j].id, &photographs[order[i]].id);
		     j++)
			;
		NEED(j < 7);
		ev_buf_clear(&out);
		NEED(ev_pack_read(pack, &seen.members[j], ev_sink_buf(&out), NULL) == EVAULT_OK);
		CHECK(ev_slice_equal(ev_slice_of(out.data, out.len), body));
	}
	ev_buf_release(&out);
	ev_pack_close(pack);
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

/* What is written so far is what packs are cut by. */
static void
written_grows_by_what_was_appended_and_not_by_time(void)
{
	struct ev_pack_writer *w[2] = { NULL, NULL };
	struct ev_hash id;
	size_t i;

	NEED(begin() && ev_pack_writer_new(dir, &recipient, &w[0], NULL) == EVAULT_OK);
	NEED(ev_pack_writer_new(dir, &recipient, &w[1], NULL) == EVAULT_OK);
	for (i = 0; i < 40; i++) {
		ev_hash_of(noise + i, 700000, &id);
		NEED(ev_pack_append(w[0], EV_MEMBER_OBJECT, &id, 0, ev_slice_of(noise + i, 700000),
				    NULL) == EVAULT_OK);
		NEED(ev_pack_append(w[1], EV_MEMBER_OBJECT, &id, 0, ev_slice_of(noise + i, 700000),
				    NULL) == EVAULT_OK);
		CHECK(ev_pack_written(w[0]) == ev_pack_written(w[1]));
		CHECK(ev_pack_written(w[0]) >= (i + 1) * 700000);
	}
	ev_pack_writer_free(w[0]);
	ev_pack_writer_free(w[1]);
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

int
main(void)
{
	if (!packs_start())
		return 1;
	UNIT_RUN(pack_holds_all_kinds_and_sizes_where_its_table_says);
	UNIT_RUN(records_and_other_members_are_never_in_one_frame);
	UNIT_RUN(pack_is_padded_to_the_size_that_padme_gives);
	UNIT_RUN(sealing_the_same_twice_gives_different_packs);
	UNIT_RUN(each_member_is_read_by_itself_in_any_order);
	UNIT_RUN(members_are_read_after_a_walk);
	UNIT_RUN(members_that_follow_each_other_are_read_in_turn_and_with_others_in_between);
	UNIT_RUN(records_that_fill_a_frame_do_not_get_between_the_frames_of_a_long_member);
	UNIT_RUN(written_grows_by_what_was_appended_and_not_by_time);
	UNIT_RUN(walk_gives_every_byte_of_every_member);
	UNIT_RUN(pack_that_is_not_there_or_not_for_us_is_told_apart);
	UNIT_RUN(path_of_a_pack_is_read_back_and_no_other_path);
	return packs_end();
}
