/*
 * A whole vault, as somebody without a key may leave it.  The input says what
 * is done to the files of a small good one (folder.h), as often as there is room:
 *
 *	how, which file, and then:
 *		0 where (2), xor            1 where (2), length, bytes over it
 *		2 length (2): cut           3 length, bytes at its end
 *		4 removed                   5 length (2), bytes in its place
 *		6 which: swapped            7 which: a copy of that one in its place
 *		8 name, length (2), bytes   9 name, which: a new file, or a copy as one
 *	name: of the known ones; or above, and then: folder, length, bytes
 *
 * G3: without and with the key the check calls it sound just when it is, and
 * what it finds has a name.  What is given back is what was kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CHANGES_MAX = 12,
};

/* What the check must think of a file that was not there (FORMAT.md, section 1). */
enum kind {
	QUIET,   /* nothing */
	LEFT,    /* that a run was cut short: no damage */
	UNKNOWN, /* that it is damage */
	ANY,     /* that depends: nothing is asked */
};
static const struct known {
	const char *path;
	enum kind kind;
} known[] = {
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

static struct small small;

struct looked {
	uint64_t findings, damage;
	bool named;
	uint64_t indices[16];
	size_t n, given;
};

/* ---- what the input says ---------------------------------------------------- */

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
	const size_t n_known = sizeof(known) / sizeof(known[0]);
	uint8_t which = ev_cursor_u8(c);
	struct ev_slice name;
	const char *above;
	size_t i;

	if (which < 192) {
		snprintf(out, FOLDER_PATH_SIZE, "%s", known[which % n_known].path);
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

static void
change(struct folder *f, struct ev_cursor *c)
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

/* ---- what it must be called ------------------------------------------------------ */

static bool
same(const struct folder_file *a, const struct folder_file *b)
{
	return a != NULL && b != NULL &&
	       ev_slice_equal(ev_slice_of(a->bytes.data, a->bytes.len),
			      ev_slice_of(b->bytes.data, b->bytes.len));
}

/* Is a file of the good one there as it was?  Some may lie beside their names. */
static bool
is_there(struct folder *f, const struct folder_file *good)
{
	char path[FOLDER_PATH_SIZE + 4];

	if (same(folder_find(f, good->path), good))
		return true;
	snprintf(path, sizeof(path), "%s.new", good->path);
	return (strncmp(good->path, "keys/", 5) == 0 ||
		strcmp(good->path, "log/checkpoint") == 0) &&
	       same(folder_find(f, path), good);
}

static enum kind
kind_of(const char *path)
{
	size_t i;

	if (strcmp(path, "index.db") == 0)
		return QUIET;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(path, known[i].path) == 0)
			return known[i].kind;
	return ANY;
}

/* The worst of it: QUIET and LEFT are no damage. */
static enum kind
judge(struct folder *f)
{
	enum kind worst = QUIET, kind;
	size_t i;

	for (i = 0; i < f->n; i++) {
		kind = folder_find(&small.files, f->files[i].path) != NULL
			   ? QUIET
			   : kind_of(f->files[i].path);
		worst = kind > worst ? kind : worst;
	}
	for (i = 0; i < small.files.n && worst < UNKNOWN; i++)
		if (kind_of(small.files.files[i].path) != QUIET &&
		    !is_there(f, &small.files.files[i]))
			worst = UNKNOWN;
	return worst;
}

/* ---- what is said of it ------------------------------------------------------------ */

static void
on_finding(void *ctx, const struct evault_finding *f)
{
	struct looked *l = ctx;

	must(f->detail != NULL && f->detail[0] != '\0' && f->path != NULL);
	l->findings++;
	if (f->kind == EVAULT_FINDING_INTERRUPTED)
		return;
	l->damage++;
	l->named |= f->path[0] != '\0' || f->has_item;
}

static void
check(enum evault_access access, enum kind kind)
{
	struct looked l = { 0 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL, .finding = on_finding, .ctx = &l };
	struct evault_check_summary s = { 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc = evault_check(at("v"), access, &small_owner, &what, &s, &err);

	must(rc == EVAULT_OK || (err.status == rc && err.text[0] != '\0'));
	must(rc == EVAULT_OK || kind >= UNKNOWN);
	if (rc != EVAULT_OK)
		return;
	must(s.damage + s.unreadable == l.damage && s.sound == (l.damage == 0));
	must(kind == ANY || s.sound == (kind < UNKNOWN));
	must(s.sound || l.named);
}

static enum evault_status
on_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct looked *l = ctx;

	(void)err;
	must(item != NULL);
	if (l->n < sizeof(l->indices) / sizeof(l->indices[0]))
		l->indices[l->n++] = item->index;
	return EVAULT_OK;
}

static void
on_given(void *ctx, const struct evault_get_event *event)
{
	struct looked *l = ctx;
	struct ev_buf got = EV_BUF_INIT;
	const struct evault_field *name;
	char path[2 * FOLDER_PATH_SIZE];
	size_t i = 0;

	if (event->status != EVAULT_OK) {
		must(event->why != NULL && event->why[0] != '\0');
		return;
	}
	l->given++;
	name = evault_item_field(event->item, "name");
	must(name != NULL);
	while (i < SMALL_ITEMS && strncmp(small_names[i], name->value, strlen(small_names[i])) != 0)
		i++;
	must(i < SMALL_ITEMS);
	snprintf(path, sizeof(path), "out/%s", event->path);
	read_file(path, &got);
	must(ev_slice_equal(ev_slice_of(got.data, got.len), small_body(i)));
	ev_buf_release(&got);
}

static void
give_back(enum kind kind)
{
	struct looked l = { 0 };
	struct evault_filter all = { .retracted = EVAULT_RETRACTED_TOO };
	struct evault_get get = { .out = at("out"), .folder = true, .event = on_given, .ctx = &l };
	struct evault_get_summary summary = { 0 };
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	enum evault_status rc = small_open("v", EVAULT_READ, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_list(v, &all, on_item, &l, &err);
	get.items = l.indices;
	get.n_items = l.n;
	if (rc == EVAULT_OK && l.n > 0)
		rc = evault_get(v, &get, &summary, &err);
	must(rc == EVAULT_OK || (err.status == rc && err.text[0] != '\0'));
	must(l.given == summary.given);
	must(kind >= UNKNOWN || l.given == SMALL_ITEMS);
	evault_close(v);
	folder_remove("out");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct folder f;
	struct ev_cursor c = ev_cursor_of(data, size);
	enum kind kind;
	unsigned n = 0;

	if (small.v == NULL)
		small_make(&small);
	folder_copy(&f, &small.files);
	while (c.left > 0 && !c.bad && n++ < CHANGES_MAX)
		change(&f, &c);
	if (folder_store(&f, "v")) {
		kind = judge(&f);
		check(EVAULT_SEALED, kind);
		check(EVAULT_READ, kind);
		give_back(kind);
	}
	folder_release(&f);
	return 0;
}
