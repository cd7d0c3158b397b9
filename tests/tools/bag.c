/*
 * Is a folder a valid bag?  What vault/format/bag reads, put together without
 * a vault: for tests/interop/bagit.sh.
 *
 *	bag DIR
 *
 * Prints "valid" or "invalid: <why>", and before it "warning: <what>" for what
 * is allowed and odd; exits with 0 or 1.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "format/bag.h"

enum {
	FILES_MAX = 1000,
	LINES_MAX = 4000,
	SIZE_MAX_HERE = 1 << 24,
};

struct found {
	char *name;
	unsigned listed; /* by how many payload manifests */
	uint64_t size;
};
struct listed {
	char *name;
	size_t manifest;
	uint8_t hash[EV_DIGEST_MAX];
};
struct bag {
	const char *dir;
	unsigned version;
	struct found files[FILES_MAX];
	size_t n_files;
	struct listed lines[LINES_MAX];
	size_t n_lines;
	size_t manifest; /* the one that is being read */
	unsigned payload_manifests;
	enum ev_bag_file file;
	enum ev_digest kind;
};

static int
invalid(const char *what, const char *name)
{
	printf("invalid: %s%s%s\n", what, name != NULL ? ": " : "", name != NULL ? name : "");
	return 1;
}

static void
warn(const char *what, const char *name)
{
	printf("warning: %s: %s\n", what, name);
}

static char *
copy_of(struct ev_slice s)
{
	char *copy = calloc(1, s.len + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, s.data, s.len);
	return copy;
}

static bool
load(const struct bag *b, const char *name, struct ev_buf *out)
{
	struct ev_buf path = EV_BUF_INIT;
	FILE *f;

	ev_buf_printf(&path, "%s/%s", b->dir, name);
	f = fopen(ev_buf_text(&path), "rb");
	ev_buf_release(&path);
	if (f == NULL)
		return false;
	ev_buf_clear(out);
	out->len = fread(ev_buf_extend(out, SIZE_MAX_HERE), 1, SIZE_MAX_HERE, f);
	fclose(f);
	return true;
}

/* ---- the files ---------------------------------------------------------- */

static bool walk(struct bag *b, const char *below);

static bool
take_entry(struct bag *b, const char *below, const char *name)
{
	struct ev_buf rel = EV_BUF_INIT, path = EV_BUF_INIT;
	struct stat st;
	bool good = true;

	ev_buf_printf(&rel, "%s%s%s", below, below[0] != '\0' ? "/" : "", name);
	ev_buf_printf(&path, "%s/%s", b->dir, ev_buf_text(&rel));
	if (lstat(ev_buf_text(&path), &st) != 0 || b->n_files == FILES_MAX)
		good = false;
	else if (S_ISDIR(st.st_mode))
		good = walk(b, ev_buf_text(&rel));
	else if (S_ISREG(st.st_mode))
		b->files[b->n_files++] = (struct found){ copy_of(ev_slice_of(rel.data, rel.len)), 0,
							 (uint64_t)st.st_size };
	else
		good = false;
	ev_buf_release(&rel);
	ev_buf_release(&path);
	return good;
}

static bool
walk(struct bag *b, const char *below)
{
	struct ev_buf path = EV_BUF_INIT;
	struct dirent *e;
	bool good = true;
	DIR *d;

	ev_buf_printf(&path, "%s/%s", b->dir, below);
	d = opendir(ev_buf_text(&path));
	ev_buf_release(&path);
	if (d == NULL)
		return false;
	while (good && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			good = take_entry(b, below, e->d_name);
	closedir(d);
	return good;
}

static bool
alike(const char *a, const char *b)
{
	struct ev_buf x = EV_BUF_INIT, y = EV_BUF_INIT;
	bool same;

	ev_path_key(&x, ev_slice_text(a));
	ev_path_key(&y, ev_slice_text(b));
	same = ev_slice_equal(ev_slice_of(x.data, x.len), ev_slice_of(y.data, y.len));
	ev_buf_release(&x);
	ev_buf_release(&y);
	return same;
}

/* By its name, or by one that another file system takes for it. */
static struct found *
find(struct bag *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->n_files; i++)
		if (strcmp(b->files[i].name, name) == 0)
			return &b->files[i];
	for (i = 0; i < b->n_files; i++)
		if (alike(b->files[i].name, name))
			return &b->files[i];
	return NULL;
}

/* ---- manifests ---------------------------------------------------------- */

static enum evault_status
check_twice(struct bag *b, const char *name, const uint8_t *hash, struct evault_error *err)
{
	size_t i, size = ev_digest_size(b->kind);

	for (i = 0; i < b->n_lines; i++) {
		if (b->lines[i].manifest != b->manifest || !alike(b->lines[i].name, name))
			continue;
		if (strcmp(b->lines[i].name, name) != 0) {
			warn("two names that some file systems take for one", name);
			continue;
		}
		if (b->version >= EV_BAG_1_0 || memcmp(b->lines[i].hash, hash, size) != 0)
			return ev_fail(err, EVAULT_E_FORMAT, "%s: listed twice", name);
		warn("listed twice", name);
	}
	return EVAULT_OK;
}

static enum evault_status
check_file(struct bag *b, const char *name, const uint8_t *hash, struct evault_error *err)
{
	struct found *f = find(b, name);
	struct ev_buf body = EV_BUF_INIT;
	uint8_t real[EV_DIGEST_MAX];
	struct ev_digester *d;

	if (f == NULL || !load(b, f->name, &body))
		return ev_fail(err, EVAULT_E_NOT_FOUND, "%s: missing", name);
	if (b->file == EV_BAG_MANIFEST)
		f->listed++;
	d = ev_digester_new(b->kind);
	if (d == NULL)
		abort();
	ev_digester_update(d, body.data, body.len);
	ev_digester_final(d, real);
	ev_digester_free(d);
	ev_buf_release(&body);
	if (memcmp(real, hash, ev_digest_size(b->kind)) != 0)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: damaged", name);
	if (strcmp(f->name, name) != 0)
		warn("found by another name alone", name);
	return EVAULT_OK;
}

static enum evault_status
on_line(void *ctx, const struct ev_bag_line *line, struct evault_error *err)
{
	struct bag *b = ctx;
	struct listed *l = &b->lines[b->n_lines];
	enum evault_status rc;

	if (b->n_lines == LINES_MAX)
		abort();
	l->name = copy_of(line->name);
	l->manifest = b->manifest;
	memcpy(l->hash, line->hash, sizeof(l->hash));
	if (line->odd & EV_BAG_ODD_STAR)
		warn("written as md5sum does", l->name);
	if (line->odd & EV_BAG_ODD_DOT)
		warn("a name with ./", l->name);
	rc = check_twice(b, l->name, l->hash, err);
	if (rc == EVAULT_OK)
		rc = check_file(b, l->name, l->hash, err);
	b->n_lines++;
	return rc;
}

static int
read_manifest(struct bag *b, const char *name)
{
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_bag_reader r;
	enum evault_status rc;

	if (!load(b, name, &text))
		return invalid("cannot be read", name);
	ev_bag_reader_init(&r, b->file, b->kind, b->version, on_line, b);
	rc = ev_bag_reader_update(&r, text.data, text.len, &err);
	if (rc == EVAULT_OK)
		rc = ev_bag_reader_finish(&r, &err);
	ev_buf_release(&text);
	return rc == EVAULT_OK ? 0 : invalid(name, err.text);
}

static int
read_manifests(struct bag *b)
{
	bool known;
	size_t i;

	for (i = 0; i < b->n_files; i++) {
		b->file = ev_bag_file_of(ev_slice_text(b->files[i].name), &known, &b->kind);
		if (b->file != EV_BAG_MANIFEST && b->file != EV_BAG_TAG_MANIFEST)
			continue;
		if (!known) {
			warn("not checked", b->files[i].name);
			continue;
		}
		b->manifest = i;
		b->payload_manifests += b->file == EV_BAG_MANIFEST;
		if (read_manifest(b, b->files[i].name) != 0)
			return 1;
	}
	if (b->payload_manifests == 0)
		return invalid("no manifest", NULL);
	for (i = 0; i < b->n_files; i++) {
		unsigned wanted = b->version >= EV_BAG_1_0 ? b->payload_manifests : 1;

		if (strncmp(b->files[i].name, "data/", 5) == 0 && b->files[i].listed < wanted)
			return invalid("not listed", b->files[i].name);
	}
	return 0;
}

/* ---- bag-info.txt, fetch.txt -------------------------------------------- */

static int
check_oxum(const struct bag *b, const struct ev_buf *value)
{
	uint64_t bytes = 0, files = 0, said_bytes, said_files;
	size_t i;

	for (i = 0; i < b->n_files; i++) {
		if (strncmp(b->files[i].name, "data/", 5) == 0) {
			bytes += b->files[i].size;
			files++;
		}
	}
	if (!ev_bag_oxum_parse(ev_slice_of(value->data, value->len), &said_bytes, &said_files) ||
	    said_bytes != bytes || said_files != files)
		return invalid("Payload-Oxum is not what there is", NULL);
	return 0;
}

static int
read_info(struct bag *b)
{
	struct ev_buf text = EV_BUF_INIT, value = EV_BUF_INIT;
	struct ev_slice label;
	struct ev_cursor c;
	int rc = 0, oxums = 0;

	if (!load(b, "bag-info.txt", &text))
		return 0;
	c = ev_cursor_of(text.data, text.len);
	while (rc == 0 && ev_bag_info_next(&c, b->version, &label, &value))
		if (ev_bag_label_is(label, "Payload-Oxum"))
			rc =
			    oxums++ > 0 ? invalid("two Payload-Oxum", NULL) : check_oxum(b, &value);
	if (rc == 0 && c.bad)
		rc = invalid("bag-info.txt is malformed", NULL);
	ev_buf_release(&text);
	ev_buf_release(&value);
	return rc;
}

static int
read_fetch(struct bag *b)
{
	struct ev_buf text = EV_BUF_INIT;
	struct evault_error err;
	uint64_t files;
	int rc = 0;

	if (!load(b, "fetch.txt", &text))
		return 0;
	if (ev_bag_fetch_check(ev_slice_of(text.data, text.len), &files, &err) != EVAULT_OK)
		rc = invalid("fetch.txt", err.text);
	else
		warn("is not followed", "fetch.txt");
	ev_buf_release(&text);
	return rc;
}

static int
classify(struct bag *b)
{
	struct ev_bag_declaration d;
	struct ev_buf text = EV_BUF_INIT;
	struct evault_error err;
	enum evault_status rc;

	if (!load(b, "bagit.txt", &text))
		return invalid("no bagit.txt", NULL);
	rc = ev_bag_declaration_parse(ev_slice_of(text.data, text.len), &d, &err);
	ev_buf_release(&text);
	if (rc != EVAULT_OK)
		return invalid(err.text, NULL);
	b->version = d.version;
	if (!walk(b, ""))
		return invalid("something that is no file", NULL);
	if (read_manifests(b) != 0 || read_info(b) != 0 || read_fetch(b) != 0)
		return 1;
	puts("valid");
	return 0;
}

int
main(int argc, char **argv)
{
	static struct bag b;
	size_t i;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: bag DIR\n");
		return 2;
	}
	b.dir = argv[1];
	rc = classify(&b);
	for (i = 0; i < b.n_files; i++)
		free(b.files[i].name);
	for (i = 0; i < b.n_lines; i++)
		free(b.lines[i].name);
	return rc;
}
