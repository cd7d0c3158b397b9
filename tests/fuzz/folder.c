#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/remove.h"
#include "base/os_private.h"
#include "base/secret.h"

enum {
	PATH_SIZE = 4600
};

static char start[200];
static struct folder *loading;
static size_t prefix;

void
must(bool holds)
{
	if (!holds)
		abort();
}

bool
answered(enum evault_status rc, const struct evault_error *err)
{
	must(rc == EVAULT_OK || (err->status == rc && err->text[0] != '\0'));
	must(rc != EVAULT_E_NOMEM && rc != EVAULT_E_CANCELLED);
	return rc == EVAULT_OK;
}

static void
need(enum evault_status rc, const struct evault_error *err)
{
	if (rc == EVAULT_OK)
		return;
	fprintf(stderr, "fuzz: %s\n", err->text);
	abort();
}

static void
die(const char *what)
{
	perror(what);
	abort();
}

/* ---- files -------------------------------------------------------------------- */

static int
no_sync(int fd)
{
	(void)fd;
	return 0;
}

static const char *
path_of(const char *name, char out[PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "%s/%s", start, name);
	return out;
}

const char *
at(const char *name)
{
	static char paths[16][PATH_SIZE];
	static unsigned next;

	return path_of(name, paths[next++ % 16]);
}

void
folder_make(const char *name)
{
	char path[PATH_SIZE];

	mkdir(path_of(name, path), 0700);
}

void
folder_remove(const char *name)
{
	char path[PATH_SIZE];

	remove_tree(path_of(name, path));
}

static void
leave(void)
{
	remove_tree(start);
}

void
folder_start(void)
{
	static struct ev_os_calls calls;
	static char key[300];
	static const char *keys[1] = { key };
	const char *tmp = getenv("TMPDIR");

	snprintf(start, sizeof(start), "%s/evault-fuzz-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(start) == NULL)
		die(start);
	atexit(leave);
	calls = *ev_os_calls();
	calls.fsync = no_sync;
	ev_os_calls_swap(&calls);
	must(ev_secret_start(NULL) == EVAULT_OK);
	snprintf(key, sizeof(key), "%s", at("owner.key"));
	small_owner = (struct evault_unlock){ .identity_files = keys, .n_identity_files = 1 };
}

void
read_file(const char *name, struct ev_buf *out)
{
	char path[PATH_SIZE];
	uint8_t block[4096];
	FILE *f = fopen(path_of(name, path), "rb");
	size_t got;

	if (f == NULL)
		die(name);
	while ((got = fread(block, 1, sizeof(block), f)) > 0)
		ev_buf_add(out, block, got);
	fclose(f);
}

bool
write_file(const char *name, struct ev_slice bytes)
{
	char path[PATH_SIZE];
	FILE *f = fopen(path_of(name, path), "wb");
	bool good;

	if (f == NULL)
		return false;
	good = bytes.len == 0 || fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
	return fclose(f) == 0 && good;
}

static void
make_above(const char *name)
{
	char above[2 * FOLDER_PATH_SIZE];
	const char *slash = name;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		snprintf(above, sizeof(above), "%.*s", (int)(slash - name), name);
		folder_make(above);
	}
}

struct folder_file *
folder_put(struct folder *f, const char *path)
{
	struct folder_file *file;

	if (f->n == FOLDER_FILES_MAX || strlen(path) >= FOLDER_PATH_SIZE)
		return NULL;
	file = &f->files[f->n++];
	memset(file, 0, sizeof(*file));
	snprintf(file->path, sizeof(file->path), "%s", path);
	return file;
}

struct folder_file *
folder_find(struct folder *f, const char *path)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->files[i].path, path) == 0)
			return &f->files[i];
	return NULL;
}

void
folder_drop(struct folder *f, size_t n)
{
	ev_buf_release(&f->files[n].bytes);
	f->n--;
	memmove(&f->files[n], &f->files[n + 1], (f->n - n) * sizeof(f->files[0]));
}

void
folder_release(struct folder *f)
{
	while (f->n > 0)
		folder_drop(f, f->n - 1);
}

void
folder_copy(struct folder *to, const struct folder *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		ev_buf_add(&folder_put(to, from->files[i].path)->bytes, from->files[i].bytes.data,
			   from->files[i].bytes.len);
}

bool
folder_store(const struct folder *f, const char *name)
{
	char whole[2 * FOLDER_PATH_SIZE];
	bool good = true;
	size_t i;

	folder_remove(name);
	folder_make(name);
	for (i = 0; i < f->n && good; i++) {
		snprintf(whole, sizeof(whole), "%s/%s", name, f->files[i].path);
		make_above(whole);
		good =
		    write_file(whole, ev_slice_of(f->files[i].bytes.data, f->files[i].bytes.len));
	}
	return good;
}

static int
load_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	struct folder_file *file;

	(void)st;
	(void)at;
	if (kind != FTW_F)
		return 0;
	file = folder_put(loading, path + prefix);
	must(file != NULL);
	read_file(path + strlen(start) + 1, &file->bytes);
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void
folder_load(struct folder *f, const char *name)
{
	char path[PATH_SIZE];

	loading = f;
	prefix = strlen(path_of(name, path)) + 1;
	must(nftw(path, load_one, 16, FTW_PHYS) == 0);
	qsort(f->files, f->n, sizeof(f->files[0]), by_path);
}

/* ---- the small vault -------------------------------------------------------------- */

struct evault_unlock small_owner;

const char *const small_names[SMALL_ITEMS] = { "empty", "letter.txt", "page.html", "statement-" };
static const char *const bodies[SMALL_ITEMS] = {
	"",
	"They came at four in the morning.\n",
	"<!DOCTYPE html><title>Call</title><p>Four of <b>them</b> &amp; a van.</p>\n",
	"I was asleep.\n",
};

struct ev_slice
small_body(size_t n)
{
	return ev_slice_text(bodies[n]);
}

enum evault_status
small_open(const char *name, enum evault_access access, struct evault **v, struct evault_error *err)
{
	return evault_open(
	    &(struct evault_open){ .dir = at(name), .access = access, .unlock = &small_owner }, v,
	    err);
}

static struct evault *
writing(void)
{
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;

	need(small_open("good", EVAULT_WRITE, &v, &err), &err);
	return v;
}

static void
admit(const char *name, enum evault_role role, const char *key)
{
	char recipient[EVAULT_RECIPIENT_SIZE];
	struct evault_key_add who = { .name = name, .role = role, .seal = { .to = recipient } };
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault *v;

	need(evault_keygen(at(key), recipient, &err), &err);
	v = writing();
	need(evault_key_add(v, &who, &changed, &err), &err);
	evault_close(v);
}

/* Whom these keys make. */
static void
signer_of(const char *name, struct signer *signer)
{
	const char *key = at(name);
	struct evault_unlock unlock = { .identity_files = &key, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = at("good"), .access = EVAULT_WRITE, .unlock = &unlock, .adding = true
	};
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;

	need(evault_open(&how, &v, &err), &err);
	signer->key = v->keys->actor;
	signer->seed = v->keys->slot->actor;
	evault_close(v);
}

static void
make_items(struct small *s)
{
	static const char *const files[] = { "src/empty", "src/letter.txt", "src/page.html" };
	const char *paths[SMALL_FILES];
	static const char *const tags[] = { "first" }, *const fields[] = { "witness=Гүлдария" };
	struct evault_add add = {
		.paths = paths,
		.n_paths = SMALL_FILES,
		.case_name = "North",
		.tags = tags,
		.n_tags = 1,
		.fields = fields,
		.n_fields = 1,
	};
	struct evault_annotate annotate = { .items = &s->items[1],
					    .n_items = 1,
					    .details = { .title = "A letter" } };
	struct evault_retract retract = { .items = &s->items[0], .n_items = 1, .reason = "empty" };
	struct evault_get get = {
		.items = &s->items[2], .n_items = 1, .out = at("got"), .force = true
	};
	struct evault_testify testify = { .text = bodies[SMALL_FILES],
					  .len = strlen(bodies[SMALL_FILES]) };
	struct evault_tidy tidy = { 0 };
	struct evault_tidy_summary tidied;
	struct evault_testified kept;
	struct evault *v = writing();
	struct evault_add_summary added;
	struct evault_get_summary got;
	struct evault_corrected done;
	struct evault_error err = { .text = "" };
	size_t i;

	folder_make("src");
	for (i = 0; i < SMALL_FILES; i++) {
		must(write_file(files[i], small_body(i)));
		paths[i] = at(files[i]);
	}
	for (i = 0; i < SMALL_FILES; i++)
		s->items[i] = ev_log_head(v->log)->size + i;
	need(evault_add(v, &add, &added, &err), &err);
	must(added.kept == SMALL_FILES);
	need(evault_testify(v, &testify, &kept, &err), &err);
	s->items[SMALL_FILES] = kept.index;
	need(evault_annotate(v, &annotate, &done, &err), &err);
	need(evault_retract(v, &retract, &done, &err), &err);
	need(evault_get(v, &get, &got, &err), &err);
	evault_close(v); /* what it has written itself is not merged */
	v = writing();
	need(evault_tidy(v, &tidy, &tidied, &err), &err);
	must(tidied.merged > 0);
	evault_close(v);
}

/* Their names are drawn: so that an input means the same each time, they come in the log's order.
 */
static void
packs_in_order(struct small *s)
{
	char path[EV_PACK_PATH_SIZE];
	struct folder_file *file, moved;
	size_t i;

	for (i = 0; i < s->v->authority.n_packs; i++) {
		if (s->v->authority.packs[i].dropped)
			continue;
		ev_pack_path(&s->v->authority.packs[i].hash, path);
		file = folder_find(&s->files, path);
		must(file != NULL);
		moved = *file;
		s->files.n--;
		memmove(file, file + 1,
			(size_t)(s->files.files + s->files.n - file) * sizeof(*file));
		s->files.files[s->files.n++] = moved;
	}
}

void
small_make(struct small *s)
{
	char recipient[EVAULT_RECIPIENT_SIZE];
	struct evault_init init = { .name = "Owner", .to = recipient };
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault *v;

	folder_start();
	init.dir = at("good");
	need(evault_keygen(at("owner.key"), recipient, &err), &err);
	need(evault_init(&init, s->origin, &err), &err);
	admit("Field", EVAULT_ROLE_CAPTURE, "field.key");
	admit("Former", EVAULT_ROLE_WRITER, "former.key");
	signer_of("owner.key", &s->owner);
	signer_of("field.key", &s->field);
	signer_of("former.key", &s->former);
	v = writing();
	need(evault_key_remove(v, "Former", &changed, &err), &err);
	evault_close(v);
	make_items(s);
	unlink(at("good/writer"));
	folder_load(&s->files, "good");
	unlink(at("good/index.db")); /* with the whole log read, the authority has all packs */
	need(small_open("good", EVAULT_READ, &s->v, &err), &err);
	packs_in_order(s);
}
