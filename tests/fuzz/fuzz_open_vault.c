/*
 * A whole vault, as somebody without a key may leave it.  The input says what
 * is done to the files of a small good one (folder.h, alter.h), as often as there is room.
 *
 * G3: without and with the key the check calls it sound just when it is, and
 * what it finds has a name.  What is given back is what was kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CHANGES_MAX = 12,
};

static struct small small;

struct looked {
	uint64_t findings, damage;
	bool named;
	uint64_t indices[16];
	size_t n, given;
};

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

static enum alter_kind
kind_of(const char *path)
{
	size_t i;

	if (strcmp(path, "index.db") == 0)
		return QUIET;
	for (i = 0; i < ALTER_KNOWN; i++)
		if (strcmp(path, alter_known[i].path) == 0)
			return alter_known[i].kind;
	return ANY;
}

/* The worst of it: QUIET and LEFT are no damage. */
static enum alter_kind
judge(struct folder *f)
{
	enum alter_kind worst = QUIET, kind;
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
check(enum evault_access access, enum alter_kind kind)
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
give_back(enum alter_kind kind)
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
	enum alter_kind kind;
	unsigned n = 0;

	if (small.v == NULL)
		small_make(&small);
	folder_copy(&f, &small.files);
	while (c.left > 0 && !c.bad && n++ < CHANGES_MAX)
		alter(&f, &c);
	if (folder_store(&f, "v")) {
		kind = judge(&f);
		check(EVAULT_SEALED, kind);
		check(EVAULT_READ, kind);
		give_back(kind);
	}
	folder_release(&f);
	return 0;
}
