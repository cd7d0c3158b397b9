/*
 * Our frames and tar streams at the prompt, for tests/interop/zstd.sh and
 * tests/interop/tar.sh.
 *
 *   frame_tool pack < PLAIN > PACK     data frames, table, padding, seek table
 *   frame_tool unpack < PACK > PLAIN   by the seek table
 *   frame_tool decode SIZE < FRAME > PLAIN
 *   frame_tool tar NAME FILE … > STREAM
 *   frame_tool untar < STREAM          lists, or exits with 1
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/frame.h"
#include "format/tar.h"

static int
fail(const char *what)
{
	fprintf(stderr, "frame_tool: %s\n", what);
	return 1;
}

static bool
read_all(FILE *f, struct ev_buf *out)
{
	uint8_t chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		ev_buf_add(out, chunk, n);
	return !ferror(f) && !out->bad;
}

static bool
write_all(const struct ev_buf *buf)
{
	return !buf->bad && fwrite(buf->data, 1, buf->len, stdout) == buf->len &&
	       fflush(stdout) == 0;
}

static void
add_entry(struct ev_buf *entries, size_t sealed, size_t plain)
{
	struct ev_frame_seek s = { (uint32_t)sealed, (uint32_t)plain };

	ev_buf_add(entries, &s, sizeof(s));
}

/* Frames of uneven sizes, so that the seek table is needed to find them. */
static bool
pack_data(const struct ev_buf *in, struct ev_buf *out, struct ev_buf *entries)
{
	struct ev_frame_encoder *e = ev_frame_encoder_new();
	size_t at = 0, len = EV_FRAME_MAX, before;
	bool good = e != NULL;

	while (good && at < in->len) {
		if (len > in->len - at)
			len = in->len - at;
		before = out->len;
		good = ev_frame_encode(e, in->data + at, len, out, NULL) == EVAULT_OK;
		add_entry(entries, out->len - before, len);
		at += len;
		len = len > 1000 ? len / 3 : EV_FRAME_MAX;
	}
	ev_frame_encoder_free(e);
	return good;
}

static int
pack(void)
{
	struct ev_buf in = EV_BUF_INIT, out = EV_BUF_INIT, entries = EV_BUF_INIT;
	size_t before, n;
	bool good;

	good = read_all(stdin, &in) && pack_data(&in, &out, &entries);
	before = out.len;
	ev_frame_skippable(&out, EV_FRAME_MAGIC_MEMBERS, ev_slice_text("a table\n"));
	add_entry(&entries, out.len - before, 0);
	before = out.len;
	ev_frame_skippable_header(&out, EV_FRAME_MAGIC_PADDING, 70000);
	ev_buf_fill(&out, 0, 70000);
	add_entry(&entries, out.len - before, 0);
	n = entries.len / sizeof(struct ev_frame_seek);
	good = good && !entries.bad;
	if (good)
		ev_frame_seek_encode(&out, (const struct ev_frame_seek *)(void *)entries.data, n);
	good = good && write_all(&out);
	ev_buf_release(&in);
	ev_buf_release(&out);
	ev_buf_release(&entries);
	return good ? 0 : fail("cannot pack");
}

/* Appends the content of each data frame to `out`. */
static bool
unpack_frames(struct ev_slice packed, const struct ev_frame_seek *entries, size_t n,
	      struct ev_buf *out)
{
	struct ev_frame_decoder *d = ev_frame_decoder_new();
	struct ev_cursor c = ev_cursor_of(packed.data, packed.len);
	bool good = d != NULL;
	size_t i;

	for (i = 0; good && i < n; i++) {
		struct ev_slice frame = ev_cursor_take(&c, entries[i].sealed);
		uint8_t *to;

		if (entries[i].plain == 0)
			continue;
		to = ev_buf_extend(out, entries[i].plain);
		good = to != NULL &&
		       ev_frame_decode(d, frame, to, entries[i].plain, NULL) == EVAULT_OK;
	}
	ev_frame_decoder_free(d);
	return good && ev_cursor_done(&c);
}

static int
unpack(void)
{
	struct ev_buf in = EV_BUF_INIT, out = EV_BUF_INIT;
	struct ev_frame_seek *entries = NULL;
	size_t n = 0, table = 0;
	bool good;

	good = read_all(stdin, &in) && in.len >= EV_FRAME_SEEK_FOOTER &&
	       ev_frame_seek_footer(in.data + in.len - EV_FRAME_SEEK_FOOTER, &n, NULL) == EVAULT_OK;
	if (good) {
		table = ev_frame_seek_size(n);
		entries = calloc(n, sizeof(*entries));
	}
	good = good && entries != NULL && table <= in.len &&
	       ev_frame_seek_decode(ev_slice_of(in.data + in.len - table, table), entries, n,
				    NULL) == EVAULT_OK &&
	       unpack_frames(ev_slice_of(in.data, in.len - table), entries, n, &out) &&
	       write_all(&out);
	free(entries);
	ev_buf_release(&in);
	ev_buf_release(&out);
	return good ? 0 : fail("cannot unpack");
}

static int
decode(const char *size)
{
	struct ev_frame_decoder *d = ev_frame_decoder_new();
	struct ev_buf in = EV_BUF_INIT, out = EV_BUF_INIT;
	size_t len = strtoul(size, NULL, 10);
	uint8_t *to = ev_buf_extend(&out, len);
	struct evault_error err = { 0 };
	bool good;

	good = d != NULL && to != NULL && read_all(stdin, &in) &&
	       ev_frame_decode(d, ev_slice_of(in.data, in.len), to, len, &err) == EVAULT_OK &&
	       write_all(&out);
	ev_frame_decoder_free(d);
	ev_buf_release(&in);
	ev_buf_release(&out);
	return good ? 0 : fail(err.text);
}

static int
tar(char **args)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good = true;

	for (; good && args[0] != NULL && args[1] != NULL; args += 2) {
		struct ev_buf body = EV_BUF_INIT;
		uint8_t block[EV_TAR_BLOCK];
		FILE *f = fopen(args[1], "rb");

		good = f != NULL && read_all(f, &body) &&
		       ev_tar_header(block, ev_slice_text(args[0]), body.len);
		ev_buf_add(&out, block, good ? sizeof(block) : 0);
		ev_buf_add(&out, body.data, body.len);
		ev_buf_fill(&out, 0, ev_tar_padding(body.len));
		ev_buf_release(&body);
		if (f != NULL)
			fclose(f);
	}
	ev_buf_fill(&out, 0, EV_TAR_END);
	good = good && write_all(&out);
	ev_buf_release(&out);
	return good ? 0 : fail("cannot write the stream");
}

static enum evault_status
list_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	(void)ctx;
	(void)offset;
	(void)err;
	printf("%.*s %llu\n", (int)name.len, (const char *)name.data, (unsigned long long)size);
	return EVAULT_OK;
}

static enum evault_status
pass_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)err;
	return EVAULT_OK;
}

static enum evault_status
pass_end(void *ctx, struct evault_error *err)
{
	(void)ctx;
	(void)err;
	return EVAULT_OK;
}

static int
untar(void)
{
	struct ev_tar_reader r;
	struct ev_buf in = EV_BUF_INIT;
	struct evault_error err = { 0 };
	bool good;

	ev_tar_reader_init(&r, (struct ev_tar_events){ list_member, pass_data, pass_end, NULL });
	good = read_all(stdin, &in) &&
	       ev_tar_reader_update(&r, in.data, in.len, &err) == EVAULT_OK &&
	       ev_tar_reader_finish(&r, &err) == EVAULT_OK;
	ev_buf_release(&in);
	return good ? 0 : fail(err.text);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "pack") == 0)
		return pack();
	if (argc == 2 && strcmp(argv[1], "unpack") == 0)
		return unpack();
	if (argc == 3 && strcmp(argv[1], "decode") == 0)
		return decode(argv[2]);
	if (argc >= 2 && strcmp(argv[1], "tar") == 0)
		return tar(argv + 2);
	if (argc == 2 && strcmp(argv[1], "untar") == 0)
		return untar();
	return fail("pack | unpack | decode SIZE | tar NAME FILE … | untar");
}
