#include "alter.h"

#include <stdio.h>
#include <string.h>

const struct alter_known alter_known[ALTER_KNOWN] = {
	{ "index.db.new", QUIET },
	{ "writer", QUIET },
	{ "panic", QUIET },
	{ "0123456789abcdef.tmp", LEFT },
	{ "packs/0123456789abcdef.tmp", LEFT },
	{ "keys/1.age.new", LEFT },
	{ "keys/read.1.age.new", LEFT },
	{ "log/checkpoint.new", LEFT },
	{ "drafts/0123456789abcdef.000001.0123456789abcdef0123456789abcdef"
	  "0123456789abcdef0123456789abcdef.tar.zst.age",
	  LEFT },
	{ "keys/3.age", ANY }, /* the slot that was ended */
	{ "log/tile/0/000.p/1", ANY },
	{ "log/tile/entries/000.p/1", ANY },
	{ "log/tile/entries/001", ANY },
	{ "log/tile/2/000", ANY },
	{ "x", UNKNOWN },
	{ "keys/7.age", UNKNOWN },
	{ "keys/read.2.age", UNKNOWN },
	{ "log/x", UNKNOWN },
	{ "log/tile/x", UNKNOWN },
	{ "packs/x", UNKNOWN },
	{ "packs/aa/x", UNKNOWN },
	{ "a/b/c", UNKNOWN },
};

static void
overwrite(struct ev_buf *b, size_t at, struct ev_slice over)
{
	if (over.len > 0 && over.len <= b->len)
		memcpy(b->data + at % (b->len - over.len + 1), over.data, over.len);
}

static void
set(struct ev_buf *b, struct ev_slice bytes)
{
	struct ev_buf copy = EV_BUF_INIT;

	ev_buf_add(&copy, bytes.data, bytes.len);
	ev_buf_release(b);
	*b = copy;
}

static void
read_path(struct ev_cursor *c, char out[FOLDER_PATH_SIZE])
{
	static const char *const folders[] = { "",       "keys/",       "packs/",
					       "log/",   "log/tile/0/", "log/tile/entries/",
					       "drafts/" };
	const size_t n_folders = sizeof(folders) / sizeof(folders[0]);
	uint8_t which = ev_cursor_u8(c);
	struct ev_slice name;
	const char *above;
	size_t i;

	if (which < 192) {
		snprintf(out, FOLDER_PATH_SIZE, "%s", alter_known[which % ALTER_KNOWN].path);
		return;
	}
	above = folders[ev_cursor_u8(c) % n_folders];
	name = ev_cursor_take(c, ev_cursor_u8(c) % 90);
	snprintf(out, FOLDER_PATH_SIZE, "%s%.*s", above, (int)name.len, (const char *)name.data);
	for (i = strlen(above); out[i] != '\0'; i++)
		if (out[i] == '/')
			out[i] = '_';
}

static bool
is_path(const char *path)
{
	const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;

	return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void
put_new(struct folder *f, struct ev_cursor *c, bool copied)
{
	char path[FOLDER_PATH_SIZE];
	struct folder_file *file;
	struct ev_slice bytes;
	const struct ev_buf *from;

	read_path(c, path);
	if (copied) {
		from = &f->files[ev_cursor_u8(c) % f->n].bytes;
		bytes = ev_slice_of(from->data, from->len);
	} else {
		bytes = ev_cursor_take(c, ev_cursor_be16(c));
	}
	if (!is_path(path) || folder_find(f, path) != NULL)
		return;
	file = folder_put(f, path);
	if (file != NULL)
		set(&file->bytes, bytes);
}

void
alter(struct folder *f, struct ev_cursor *c)
{
	uint8_t how = ev_cursor_u8(c) % 10;
	size_t which = ev_cursor_u8(c) % f->n, other, at;
	struct ev_buf *b = &f->files[which].bytes, swap;
	struct ev_slice bytes;

	switch (how) {
	case 0:
		at = ev_cursor_be16(c);
		if (b->len > 0)
			b->data[at % b->len] ^= (uint8_t)(ev_cursor_u8(c) | 1);
		break;
	case 1:
		at = ev_cursor_be16(c);
		overwrite(b, at, ev_cursor_take(c, ev_cursor_u8(c)));
		break;
	case 2:
		at = ev_cursor_be16(c);
		b->len = at < b->len ? at : b->len;
		break;
	case 3:
		bytes = ev_cursor_take(c, ev_cursor_u8(c));
		ev_buf_add(b, bytes.data, bytes.len);
		break;
	case 4:
		if (f->n > 1)
			folder_drop(f, which);
		break;
	case 5:
		set(b, ev_cursor_take(c, ev_cursor_be16(c)));
		break;
	case 6:
		other = ev_cursor_u8(c) % f->n;
		swap = *b;
		*b = f->files[other].bytes;
		f->files[other].bytes = swap;
		break;
	case 7:
		other = ev_cursor_u8(c) % f->n;
		if (other != which)
			set(b, ev_slice_of(f->files[other].bytes.data, f->files[other].bytes.len));
		break;
	default:
		put_new(f, c, how == 9);
	}
}
