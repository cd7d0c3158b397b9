/*
 * The tars of bundles at the prompt, for tests/interop/archive.sh.
 *
 *   archive_tool list < TAR           "<size> <sha256> <name>" of each file, or exits with 1
 *   archive_tool first < TAR          "<size> <name>" of the first one; reads no further
 *   archive_tool write NAME FILE … > TAR
 *   archive_tool head NAME SIZE       what comes before a body of that size
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/archive.h"
#include "format/hash.h"

enum {
	PIECE = 1 << 16
};

struct list {
	struct ev_hasher *hasher;
	struct ev_buf name;
	uint64_t size;
	bool first_alone;
};

static enum evault_status
on_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset, struct evault_error *err)
{
	struct list *l = ctx;

	(void)offset;
	ev_buf_clear(&l->name);
	ev_buf_add(&l->name, name.data, name.len);
	l->size = size;
	if (!l->first_alone)
		return EVAULT_OK;
	printf("%llu %s\n", (unsigned long long)size, ev_buf_text(&l->name));
	return ev_fail(err, EVAULT_E_CANCELLED, "enough");
}

static enum evault_status
on_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct list *l = ctx;

	(void)err;
	ev_hasher_update(l->hasher, data, len);
	return EVAULT_OK;
}

static enum evault_status
on_end(void *ctx, struct evault_error *err)
{
	struct list *l = ctx;
	char hex[EVAULT_HEX_SIZE];
	struct ev_hash hash;

	(void)err;
	ev_hasher_final(l->hasher, &hash);
	ev_hash_hex(&hash, hex);
	printf("%llu %s %s\n", (unsigned long long)l->size, hex, ev_buf_text(&l->name));
	return EVAULT_OK;
}

static int
list(bool first_alone)
{
	struct list l = { ev_hasher_new(), EV_BUF_INIT, 0, first_alone };
	struct ev_tar_events events = { on_member, on_data, on_end, &l };
	struct ev_archive_reader *r = ev_archive_reader_new(events);
	struct evault_error err = { .text = "out of memory" };
	enum evault_status rc = EVAULT_E_NOMEM;
	static uint8_t piece[PIECE];
	size_t n;

	if (l.hasher != NULL && r != NULL)
		rc = EVAULT_OK;
	while (rc == EVAULT_OK && (n = fread(piece, 1, sizeof(piece), stdin)) > 0)
		rc = ev_archive_reader_update(r, piece, n, &err);
	if (rc == EVAULT_OK)
		rc = ev_archive_reader_finish(r, &err);
	ev_archive_reader_free(r);
	ev_hasher_free(l.hasher);
	ev_buf_release(&l.name);
	if (rc == EVAULT_OK || (first_alone && rc == EVAULT_E_CANCELLED))
		return 0;
	fprintf(stderr, "archive_tool: %s\n", err.text);
	return 1;
}

static bool
put(const struct ev_buf *buf)
{
	return !buf->bad && fwrite(buf->data, 1, buf->len, stdout) == buf->len;
}

static bool
write_member(const char *name, const char *path)
{
	struct ev_buf head = EV_BUF_INIT, body = EV_BUF_INIT;
	FILE *f = fopen(path, "rb");
	bool good = f != NULL;
	size_t n;

	while (good && (n = fread(ev_buf_extend(&body, PIECE), 1, PIECE, f)) > 0)
		body.len -= PIECE - n;
	if (good) {
		body.len -= PIECE;
		good = ev_archive_header(&head, ev_slice_text(name), body.len, NULL) == EVAULT_OK;
		n = body.len;
		ev_buf_fill(&body, 0, ev_tar_padding(n));
		good = good && put(&head) && put(&body);
		fclose(f);
	}
	ev_buf_release(&head);
	ev_buf_release(&body);
	return good;
}

static int
write_all(int n, char **args)
{
	struct ev_buf end = EV_BUF_INIT;
	bool good = true;
	int i;

	for (i = 0; i + 1 < n && good; i += 2)
		good = write_member(args[i], args[i + 1]);
	ev_buf_fill(&end, 0, EV_TAR_END);
	good = good && put(&end);
	ev_buf_release(&end);
	return good ? 0 : 1;
}

static int
head(const char *name, const char *size)
{
	struct ev_buf out = EV_BUF_INIT;
	bool good = ev_archive_header(&out, ev_slice_text(name), strtoull(size, NULL, 10), NULL) ==
			EVAULT_OK &&
		    put(&out);

	ev_buf_release(&out);
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list(false);
	if (argc == 2 && strcmp(argv[1], "first") == 0)
		return list(true);
	if (argc > 3 && strcmp(argv[1], "write") == 0)
		return write_all(argc - 2, argv + 2);
	if (argc == 4 && strcmp(argv[1], "head") == 0)
		return head(argv[2], argv[3]);
	fprintf(stderr, "usage: archive_tool list|first|write|head\n");
	return 2;
}
