#include "vault_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/secret.h"

static char start[] = "/tmp/evault-unit-XXXXXX";
static char recipient[EVAULT_RECIPIENT_SIZE];

bool
fixture_start(void)
{
	return ev_secret_start(NULL) == EVAULT_OK && mkdtemp(start) != NULL && chdir(start) == 0 &&
	       evault_keygen(FIXTURE_KEY, recipient, NULL) == EVAULT_OK;
}

int
fixture_end(void)
{
	int rc = unit_end();

	return chdir("/") == 0 && fixture_remove(start) ? rc : 1;
}

/* ---- files ------------------------------------------------------------------- */

bool
fixture_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "wb");
	bool good;

	if (f == NULL)
		return false;
	good = fwrite(data, 1, len, f) == len;
	return fclose(f) == 0 && good;
}

bool
fixture_text(const char *path, const char *text)
{
	return fixture_file(path, text, strlen(text));
}

bool
fixture_folder(const char *path)
{
	return ev_os_mkdir(EV_OS_CWD, path, NULL, NULL) == EVAULT_OK;
}

bool
fixture_flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c = EOF, whence = at < 0 ? SEEK_END : SEEK_SET;

	if (f == NULL)
		return false;
	if (fseek(f, at, whence) == 0)
		c = fgetc(f);
	if (c != EOF && fseek(f, at, whence) == 0)
		fputc(c ^ 1, f);
	return fclose(f) == 0 && c != EOF;
}

bool
fixture_cut(const char *path, uint64_t size)
{
	return truncate(path, (off_t)size) == 0;
}

/* Calls `file` for each name below the open folder, a folder after what is in it. */
static bool
each_below(int dir, void (*each)(void *ctx, int dir, const char *name, const struct ev_os_stat *st),
	   void *ctx)
{
	struct ev_os_list list = { NULL, 0 };
	struct ev_os_stat st;
	bool good = ev_os_list(dir, ".", &list, NULL) == EVAULT_OK;
	size_t i;
	int fd;

	for (i = 0; i < list.n && good; i++) {
		good = ev_os_stat(dir, list.names[i], &st, NULL) == EVAULT_OK;
		if (good && st.kind == EV_OS_DIR) {
			good = ev_os_open_folder(dir, list.names[i], &fd, NULL) == EVAULT_OK;
			good = good && each_below(fd, each, ctx);
			if (good)
				ev_os_close_read(fd);
		}
		if (good)
			each(ctx, dir, list.names[i], &st);
	}
	ev_os_list_free(&list);
	return good;
}

static bool
each_file(const char *path,
	  void (*each)(void *ctx, int dir, const char *name, const struct ev_os_stat *st),
	  void *ctx)
{
	bool good;
	int fd;

	if (ev_os_open_folder(EV_OS_CWD, path, &fd, NULL) != EVAULT_OK)
		return false;
	good = each_below(fd, each, ctx);
	ev_os_close_read(fd);
	return good;
}

static void
remove_one(void *ctx, int dir, const char *name, const struct ev_os_stat *st)
{
	(void)ctx;
	if (st->kind == EV_OS_DIR)
		(void)ev_os_rmdir(dir, name, NULL);
	else
		(void)ev_os_unlink(dir, name, NULL);
}

bool
fixture_remove(const char *path)
{
	each_file(path, remove_one, NULL);
	if (ev_os_unlink(EV_OS_CWD, path, NULL) != EVAULT_OK)
		(void)ev_os_rmdir(EV_OS_CWD, path, NULL);
	return !fixture_there(path);
}

static bool
copy_file(const char *from, const char *to)
{
	struct ev_buf bytes = EV_BUF_INIT;
	bool good =
	    ev_os_load(EV_OS_CWD, from, 1 << 28, &bytes, NULL) == EVAULT_OK &&
	    fixture_file(to, bytes.data == NULL ? (const uint8_t *)"" : bytes.data, bytes.len);

	ev_buf_release(&bytes);
	return good;
}

bool
fixture_copy(const char *from, const char *to)
{
	struct ev_os_list list = { NULL, 0 };
	char a[600], b[600];
	bool good;
	size_t i;

	if (ev_os_list(EV_OS_CWD, from, &list, NULL) != EVAULT_OK)
		return copy_file(from, to);
	good = fixture_folder(to);
	for (i = 0; i < list.n && good; i++) {
		snprintf(a, sizeof(a), "%s/%s", from, list.names[i]);
		snprintf(b, sizeof(b), "%s/%s", to, list.names[i]);
		good = fixture_copy(a, b);
	}
	ev_os_list_free(&list);
	return good;
}

bool
fixture_there(const char *path)
{
	struct ev_os_stat st;

	return ev_os_stat(EV_OS_CWD, path, &st, NULL) == EVAULT_OK;
}

bool
fixture_holds(const char *path, const void *data, size_t len)
{
	struct ev_buf bytes = EV_BUF_INIT;
	bool good = ev_os_load(EV_OS_CWD, path, 1 << 28, &bytes, NULL) == EVAULT_OK &&
		    ev_slice_equal(ev_slice_of(bytes.data, bytes.len), ev_slice_of(data, len));

	ev_buf_release(&bytes);
	return good;
}

struct counted {
	uint64_t bytes;
	size_t files, temps;
};

static void
count_one(void *ctx, int dir, const char *name, const struct ev_os_stat *st)
{
	struct counted *c = ctx;

	(void)dir;
	if (st->kind != EV_OS_FILE)
		return;
	c->bytes += st->size;
	c->files++;
	c->temps += ev_os_is_temp(name);
}

uint64_t
fixture_bytes(const char *path, size_t *files)
{
	struct counted c = { 0, 0, 0 };

	each_file(path, count_one, &c);
	if (files != NULL)
		*files = c.files;
	return c.bytes;
}

size_t
fixture_temps(const char *path)
{
	struct counted c = { 0, 0, 0 };

	each_file(path, count_one, &c);
	return c.temps;
}

void
fixture_noise(uint8_t *out, size_t len, uint32_t seed)
{
	uint64_t x = seed * UINT64_C(2654435769) + 88172645463325252;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		out[i] = (uint8_t)(x >> 32);
	}
}

bool
fixture_noise_file(const char *path, size_t len, uint32_t seed)
{
	uint8_t *data = malloc(len + 1);
	bool good = data != NULL;

	if (good) {
		fixture_noise(data, len, seed);
		good = fixture_file(path, data, len);
	}
	free(data);
	return good;
}

bool
fixture_pack(const char *vault, size_t n, char *out, size_t size)
{
	struct ev_os_list folders = { NULL, 0 }, packs = { NULL, 0 };
	char path[300];
	bool found = false;
	size_t i, j;

	snprintf(path, sizeof(path), "%s/packs", vault);
	if (ev_os_list(EV_OS_CWD, path, &folders, NULL) != EVAULT_OK)
		return false;
	for (i = 0; i < folders.n && !found; i++) {
		snprintf(path, sizeof(path), "%s/packs/%s", vault, folders.names[i]);
		if (ev_os_list(EV_OS_CWD, path, &packs, NULL) != EVAULT_OK)
			continue;
		for (j = 0; j < packs.n && !found; j++) {
			found = n-- == 0;
			if (found)
				snprintf(out, size, "%s/%s", path, packs.names[j]);
		}
		ev_os_list_free(&packs);
	}
	ev_os_list_free(&folders);
	return found;
}

/* ---- vaults -------------------------------------------------------------------- */

const char *
fixture_recipient(void)
{
	return recipient;
}

bool
fixture_vault(const char *dir)
{
	struct evault_init how = { .dir = dir, .name = "Aigul", .to = recipient };
	char origin[EVAULT_ORIGIN_SIZE];

	return evault_init(&how, origin, NULL) == EVAULT_OK;
}

enum evault_status
fixture_open(const char *dir, enum evault_access access, const char *key, struct evault **v,
	     struct evault_error *err)
{
	const char *const files[] = { key };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };

	return evault_open(&(struct evault_open){ .dir = dir, .access = access, .unlock = &unlock },
			   v, err);
}

struct evault *
fixture_open_new(const char *dir)
{
	struct evault *v = NULL;

	if (!fixture_vault(dir) ||
	    fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) != EVAULT_OK)
		return NULL;
	return v;
}

enum evault_status
fixture_add(const char *dir, const char *path, struct evault_add_summary *summary)
{
	const char *const paths[] = { path };
	struct evault_add what = { .paths = paths, .n_paths = 1 };
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL);

	memset(summary, 0, sizeof(*summary));
	if (rc == EVAULT_OK)
		rc = evault_add(v, &what, summary, NULL);
	evault_close(v);
	return rc;
}

static void
count_finding(struct found *f, enum evault_finding_kind kind, uint64_t index, const char *path,
	      const char *detail)
{
	size_t used = strlen(f->all);

	f->n++;
	f->of[kind]++;
	f->index = index;
	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->detail, sizeof(f->detail), "%s", detail);
	snprintf(f->all + used, sizeof(f->all) - used, "[%s]", path);
}

static enum evault_status
report(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
       const char *detail, struct evault_error *err)
{
	(void)err;
	count_finding(ctx, kind, index, path, detail);
	return EVAULT_OK;
}

struct ev_findings
found_in(struct found *f)
{
	struct ev_findings findings = { report, f };

	memset(f, 0, sizeof(*f));
	return findings;
}

static void
on_finding(void *ctx, const struct evault_finding *finding)
{
	count_finding(ctx, finding->kind, finding->has_item ? finding->item : EV_NO_ITEM,
		      finding->path, finding->detail);
}

enum evault_status
fixture_check(const char *dir, enum evault_access access, enum evault_check_depth depth,
	      struct found *f, struct evault_check_summary *summary)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = depth, .finding = on_finding, .ctx = f };
	struct evault_check_summary own;

	memset(f, 0, sizeof(*f));
	return evault_check(dir, access, &unlock, &what, summary == NULL ? &own : summary, NULL);
}

bool
fixture_is_sound(const char *dir)
{
	struct evault_check_summary summary;
	struct found f;
	enum evault_status rc = fixture_check(dir, EVAULT_READ, EVAULT_CHECK_FULL, &f, &summary);

	if (rc == EVAULT_OK && summary.sound && f.n == 0)
		return true;
	printf("# %s: status %d, %u findings, the last: %s: %s\n", dir, (int)rc, f.n, f.path,
	       f.detail);
	return false;
}
