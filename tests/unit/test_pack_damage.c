/*
 * Packs that are damaged, packs that somebody made wrongly, and writing that fails.
 */
#include <errno.h>

#include "fault_fixture.h"
#include "pack_on_disk.h"

/* ---- a damaged file --------------------------------------------------------------------- */

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

/* What was given of a member, and when its reader has enough. */
struct taken {
	uint64_t bytes, enough;
	bool good;
};

static enum evault_status
take_bytes(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct taken *t = ctx;

	t->good = t->good && memcmp(data, noise + t->bytes, len) == 0;
	t->bytes += len;
	return t->bytes < t->enough ? EVAULT_OK : ev_fail(err, EVAULT_E_CANCELLED, "enough");
}

/* A worker opens ahead there: what it finds counts when its reader comes to it. */
static void
damage_within_a_long_member_comes_behind_all_that_is_before_it(void)
{
	struct put put = { .kind = EV_MEMBER_OBJECT, .size = EV_MEMBER_OBJECT_MAX };
	char path[EV_PACK_PATH_SIZE], full[EV_PACK_PATH_SIZE + 2];
	struct taken t = { 0, UINT64_MAX, true }, before = t;
	struct ev_sink out = { take_bytes, &t };
	struct evault_error err, first = { 0 };
	struct ev_pack *pack;
	struct ev_hash name;
	struct seen seen;
	enum evault_status rc;
	uint64_t size;
	int i;

	NEED(begin() && write_pack(&put, 1, &name, &size, &seen) == EVAULT_OK);
	ev_pack_path(&name, path);
	snprintf(full, sizeof(full), "p/%s", path);
	NEED(fixture_flip(full, 5 << 20));
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	for (i = 0; i < 20; i++) {
		t = (struct taken){ 0, UINT64_MAX, true };
		CHECK(ev_pack_read(pack, &seen.members[0], out, &err) == EVAULT_E_DAMAGED);
		CHECK(t.good && t.bytes > 3 << 20 && t.bytes < 6 << 20);
		if (i == 0) {
			before = t;
			first = err;
		}
		CHECK(t.bytes == before.bytes && strcmp(err.text, first.text) == 0);
		/* And who had enough earlier can read again. */
		t = (struct taken){ 0, 1 + (uint64_t)i * 100000, true };
		CHECK(ev_pack_read(pack, &seen.members[0], out, NULL) == EVAULT_E_CANCELLED);
		CHECK(t.good);
	}
	/* Anew: the worker may have read ahead what is mended now. */
	ev_pack_close(pack);
	NEED(fixture_flip(full, 5 << 20));
	pack = open_pack(&name, &rc);
	NEED(pack != NULL);
	t = (struct taken){ 0, UINT64_MAX, true };
	CHECK(ev_pack_read(pack, &seen.members[0], out, NULL) == EVAULT_OK);
	CHECK(t.good && t.bytes == put.size);
	ev_pack_close(pack);
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
write_with_fault(const struct fault_plan *plan, size_t object, bool *fired)
{
	struct put puts[] = { { .kind = EV_MEMBER_OBJECT, .size = object },
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
fail_each_call(size_t object)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, NULL };
	bool fired = true;
	int i;

	for (plan.call = FAULT_OPENAT; plan.call < FAULT_CALLS; plan.call++) {
		for (i = 0; i < 2; i++) {
			plan.sys = i == 0 ? ENOSPC : EIO;
			for (plan.nth = 0, fired = true; fired; plan.nth++) {
				if (!CHECK(write_with_fault(&plan, object, &fired))) {
					printf("# %s %d\n", fault_word(plan.call), plan.nth);
					return;
				}
			}
		}
	}
}

static void
pack_that_fails_at_any_call_has_no_name_or_is_whole(void)
{
	fail_each_call(200000);
}

/* A worker has the writing then: it fails behind the back of who appends. */
static void
large_pack_that_fails_at_any_call_has_no_name_or_is_whole(void)
{
	fail_each_call(3 << 20);
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
	if (!packs_start())
		return 1;
	UNIT_RUN(any_flipped_or_missing_byte_of_the_file_is_damage);
	UNIT_RUN(damage_within_a_long_member_comes_behind_all_that_is_before_it);
	UNIT_RUN(pack_made_wrongly_by_who_has_the_key_is_damaged);
	UNIT_RUN(pack_that_fails_at_any_call_has_no_name_or_is_whole);
	UNIT_RUN(large_pack_that_fails_at_any_call_has_no_name_or_is_whole);
	UNIT_RUN(pack_that_is_given_up_leaves_nothing);
	return packs_end();
}
