/*
 * Giving originals back.  Nothing is visible under its name before it is
 * whole and its hash is the one that was kept.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"
#include "format/media.h"

enum {
	ABOUT_MAX = 250, /* items in one record of an access, see annotate.c */
	NAME_MAX_BYTES = 255,
};

struct getting {
	struct evault *v;
	const struct evault_get *what;
	struct evault_get_summary *summary;
	struct evault_progress progress;
	struct ev_hasher *hasher;
	struct ev_seen written; /* hashes of paths that this run has written */
	int out;                /* the folder, or -1 */
	struct ev_buf folder;   /* of the file given last, below it, … */
	int in_folder;          /* … which is open; -1: none is */
	const char *single;     /* one item into a file of this name in `out`; or NULL */
};

/* One item on its way out. */
struct giving {
	struct getting *g;
	const struct evault_item *item;
	uint64_t left; /* bytes that may still come */
	int fd;
	const char *shown;
	struct ev_buf path; /* below what was given */
	struct ev_buf name; /* the last part of it */
};

/* ---- the access is logged --------------------------------------------------------- */

static enum evault_status
log_some(struct ev_commit *c, const uint64_t *items, size_t n, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	struct ev_record record;
	enum evault_status rc;
	uint64_t index;
	size_t i;

	ev_record_init(&record);
	rc = ev_commit_begin_record(c->v, "get", &record, err);
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		rc = ev_catalog_entry(c->v->catalog, items[i], &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_commit_about(&entry, &record, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_commit_record(c, &record, &index, err);
	ev_record_release(&record);
	return rc;
}

static enum evault_status
log_access(struct getting *g, struct evault_error *err)
{
	size_t at, n;
	struct ev_commit c;
	enum evault_status rc = ev_commit_init(&c, g->v, err);

	if (rc != EVAULT_OK)
		return rc;
	for (at = 0; at < g->what->n_items && rc == EVAULT_OK; at += n) {
		n = g->what->n_items - at < ABOUT_MAX ? g->what->n_items - at : ABOUT_MAX;
		rc = log_some(&c, g->what->items + at, n, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&c, err);
	ev_commit_release(&c);
	return rc;
}

/* ---- where it goes ----------------------------------------------------------------- */

static struct ev_slice
item_field(const struct evault_item *item, const char *name)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f == NULL ? ev_slice_of("", 0) : ev_slice_of(f->value, f->len);
}

/* Of these a check demands a name. */
static bool
must_have_name(const struct evault_item *item)
{
	struct ev_slice action = item_field(item, "action");

	return item->n_sources == 0 &&
	       (ev_slice_is(action, "add") || ev_slice_is(action, "testify") ||
		ev_slice_is(action, "receive"));
}

/*
 * Its name; its citation where it was withheld from this vault, or its action is one
 * that is not known here.
 */
static enum evault_status
choose_name(const struct evault_item *item, struct ev_buf *name, struct evault_error *err)
{
	const struct evault_field *f = evault_item_field(item, "name");

	if (f != NULL)
		ev_buf_add(name, f->value, f->len);
	else if (!must_have_name(item))
		ev_buf_printf(name, "%s.%s", item->citation,
			      ev_media_ext(item_field(item, "media-type")));
	return ev_buf_ask(name, err);
}

/*
 * Says what the system's word for it hides: FAT, exFAT and their drivers
 * refuse some names with "No such file" or "Operation not permitted".
 */
static enum evault_status
explain_name(enum evault_status rc, const char *name, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];

	if (err == NULL || (rc != EVAULT_E_IO && rc != EVAULT_E_NOT_FOUND))
		return rc;
	if (err->sys != EINVAL && err->sys != EPERM && err->sys != ENOENT && err->sys != EILSEQ &&
	    err->sys != ENAMETOOLONG)
		return rc;
	return ev_fail(err, EVAULT_E_IO, "%s: the file system there does not take this name",
		       ev_show_path(name, shown));
}

/* The next folder on the way, made where it is missing; `at` is closed. */
static enum evault_status
step_into(const struct giving *w, struct ev_slice part, int *at, struct evault_error *err)
{
	struct ev_buf name = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	int next = -1;

	ev_buf_add(&name, part.data, part.len);
	if (!ev_vault_name_is_plain(part))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its folder would lead out of %s", w->shown);
	else if (ev_buf_text(&name) == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK)
		rc = explain_name(ev_os_mkdir(*at, (const char *)name.data, NULL, err),
				  (const char *)name.data, err);
	if (rc == EVAULT_OK)
		rc = ev_os_open_folder(*at, (const char *)name.data, &next, err);
	ev_os_close_read(*at);
	*at = next;
	ev_buf_release(&name);
	return rc;
}

/* From `out` down, one component after the other and through no link. */
static enum evault_status
walk_to(const struct giving *w, struct ev_slice folder, int *fd, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(folder.data, folder.len);
	enum evault_status rc = ev_os_open_dir(w->g->out, ".", fd, err);
	const uint8_t *slash;
	struct ev_slice part;

	while (rc == EVAULT_OK && c.left > 0) {
		slash = memchr(c.at, '/', c.left);
		part = ev_cursor_take(&c, slash == NULL ? c.left : (size_t)(slash - c.at));
		if (slash != NULL)
			ev_cursor_take(&c, 1);
		rc = step_into(w, part, fd, err);
	}
	return rc;
}

static void
leave_folder(struct getting *g)
{
	ev_os_close_read(g->in_folder);
	g->in_folder = -1;
}

/*
 * Opens the item's folder below `out`, where it is not the one before it: then
 * it is open still.  Its path goes to `path`.
 */
static enum evault_status
enter_folder(struct giving *w, struct ev_buf *path, int *fd, struct evault_error *err)
{
	struct ev_slice folder = item_field(w->item, "folder");
	struct getting *g = w->g;
	enum evault_status rc = EVAULT_OK;

	if (g->in_folder < 0 ||
	    !ev_slice_equal(folder, ev_slice_of(g->folder.data, g->folder.len))) {
		leave_folder(g);
		ev_buf_clear(&g->folder);
		ev_buf_add(&g->folder, folder.data, folder.len);
		rc = ev_buf_ask(&g->folder, err);
		if (rc == EVAULT_OK)
			rc = walk_to(w, folder, &g->in_folder, err);
		if (rc != EVAULT_OK)
			leave_folder(g);
	}
	if (rc != EVAULT_OK)
		return rc;
	ev_buf_add(path, folder.data, folder.len);
	if (folder.len > 0 && folder.data[folder.len - 1] != '/')
		ev_buf_puts(path, "/");
	*fd = g->in_folder;
	return ev_buf_ask(path, err);
}

/* "name (3f9a01-12).jpg", cut to what a file system takes. */
static void
distinct_name(struct ev_slice name, const char *citation, struct ev_buf *out)
{
	size_t stem = name.len, extra = strlen(citation) + 3, i;

	for (i = name.len; i > 1 && stem == name.len && name.len - i < 16; i--) {
		if (name.data[i - 1] == '.')
			stem = i - 1;
	}
	ev_buf_clear(out);
	i = name.len + extra > NAME_MAX_BYTES ? name.len + extra - NAME_MAX_BYTES : 0;
	i = stem > i ? stem - i : 1;
	/* A character of several bytes is not cut: FAT would not take what is left. */
	while (i > 1 && i < stem && (name.data[i] & 0xC0) == 0x80)
		i--;
	ev_buf_add(out, name.data, i);
	ev_buf_printf(out, " (%s)", citation);
	ev_buf_add(out, name.data + stem, name.len - stem);
}

/* Remembers a path of this run; *fresh: it is the first of that name, whatever its case. */
static enum evault_status
remember_path(struct getting *g, const struct ev_buf *folder, const struct ev_buf *name, bool fold,
	      bool *fresh, struct evault_error *err)
{
	struct ev_buf key = EV_BUF_INIT;
	struct ev_hash hash;
	enum evault_status rc;
	size_t i;

	ev_buf_add(&key, folder->data, folder->len);
	ev_buf_add(&key, name->data, name->len);
	for (i = 0; fold && i < key.len; i++)
		key.data[i] |= key.data[i] >= 'A' && key.data[i] <= 'Z' ? 0x20 : 0;
	ev_buf_puts(&key, fold ? "/folded" : "/exact");
	rc = ev_buf_ask(&key, err);
	if (rc == EVAULT_OK) {
		ev_hash_of(key.data, key.len, &hash);
		rc = ev_seen_add(&g->written, &hash, fresh, err);
	}
	ev_buf_release(&key);
	return rc;
}

/*
 * Gives the temporary file its name.  A name that this run has used gets the
 * citation into it; one that was there before is left alone, unless forced.
 */
static enum evault_status
publish(struct giving *w, int dir, const char *temp, struct evault_error *err)
{
	struct ev_slice wanted = ev_slice_of(w->name.data, w->name.len);
	struct ev_buf name = EV_BUF_INIT;
	bool fresh, fresh_folded, replace;
	enum evault_status rc;

	if (w->g->single != NULL)
		wanted = ev_slice_text(w->g->single);
	ev_buf_add(&name, wanted.data, wanted.len);
	rc = ev_buf_ask(&name, err);
	if (rc == EVAULT_OK)
		rc = remember_path(w->g, &w->path, &name, false, &fresh, err);
	if (rc == EVAULT_OK)
		rc = remember_path(w->g, &w->path, &name, true, &fresh_folded, err);
	if (rc != EVAULT_OK)
		goto out;
	replace = w->g->what->force && fresh_folded;
	if (ev_buf_text(&name) == NULL)
		rc = ev_fail_nomem(err);
	else if (fresh)
		rc = ev_os_rename(dir, temp, (const char *)name.data, replace, err);
	/* Two names that differ by case may be one to this file system. */
	if (!fresh || (rc == EVAULT_E_EXISTS && !fresh_folded)) {
		distinct_name(wanted, w->item->citation, &name);
		/* It may be what another item of this run is called. */
		rc = remember_path(w->g, &w->path, &name, true, &fresh_folded, err);
		if (rc == EVAULT_OK && ev_buf_text(&name) == NULL)
			rc = ev_fail_nomem(err);
		if (rc == EVAULT_OK)
			rc = ev_os_rename(dir, temp, (const char *)name.data,
					  w->g->what->force && fresh_folded, err);
	}
	ev_buf_add(&w->path, name.data, name.len);
	if (rc == EVAULT_OK)
		rc = ev_buf_ask(&w->path, err);
	if (rc != EVAULT_OK && ev_buf_text(&name) != NULL)
		rc = explain_name(rc, ev_buf_text(&name), err);
	if (rc == EVAULT_E_EXISTS)
		rc = ev_fail(err, rc, "a file of this name is there already; it was left alone");
out:
	ev_buf_release(&name);
	return rc;
}

/* ---- its bytes --------------------------------------------------------------------- */

static enum evault_status
write_piece(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct giving *w = ctx;
	const struct evault_get *what = w->g->what;
	enum evault_status rc;

	if (len > w->left)
		return ev_fail(err, EVAULT_E_DAMAGED, "has more bytes than were kept");
	w->left -= len;
	ev_hasher_update(w->g->hasher, data, len);
	rc = ev_os_write(w->fd, data, len, w->shown, err);
	if (rc != EVAULT_OK)
		return rc;
	w->g->progress.bytes_done += len;
	if (what->progress != NULL && what->progress(what->ctx, &w->g->progress)) {
		w->g->summary->cancelled = true;
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	}
	return EVAULT_OK;
}

/* Writes one copy of the original to w->fd and compares size and hash. */
static enum evault_status
write_copy(struct giving *w, const struct ev_hash *wanted, uint64_t size, unsigned copy,
	   struct evault_error *err)
{
	struct ev_sink out = { write_piece, w };
	struct ev_hash found;
	enum evault_status rc;

	w->left = size;
	rc = ev_vault_object(w->g->v, wanted, copy, out, err);
	ev_hasher_final(w->g->hasher, &found);
	if (rc == EVAULT_OK && (w->left != 0 || !ev_hash_equal(wanted, &found)))
		rc = ev_fail(err, EVAULT_E_DAMAGED, "its bytes are not the ones that were kept");
	return rc;
}

/*
 * A copy that is damaged is taken back from the file, and the next one tried.
 * What went to standard output cannot be taken back.
 */
static enum evault_status
write_original(struct giving *w, struct evault_error *err)
{
	struct ev_slice text = item_field(w->item, "size");
	struct ev_cursor number = ev_cursor_of(text.data, text.len);
	uint64_t size = ev_cursor_decimal(&number, UINT64_MAX);
	struct evault_error why = { 0 };
	struct ev_hash wanted;
	unsigned copy = 0;
	enum evault_status rc;

	if (!ev_hash_parse(item_field(w->item, "sha256"), &wanted) || !ev_cursor_done(&number))
		return ev_fail(err, EVAULT_E_DAMAGED, "its record does not say what it keeps");
	rc = write_copy(w, &wanted, size, copy, err);
	while (rc == EVAULT_E_DAMAGED && w->g->out >= 0) {
		if (ev_os_empty(w->fd, w->shown, err) != EVAULT_OK)
			return EVAULT_E_IO;
		rc = write_copy(w, &wanted, size, ++copy, &why);
		if (rc == EVAULT_E_NOT_FOUND)
			return EVAULT_E_DAMAGED; /* the first one's words stay */
		if (rc != EVAULT_OK && rc != EVAULT_E_DAMAGED && err != NULL)
			*err = why;
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_E_DAMAGED : rc;
}

static void
restore_time(const struct giving *w)
{
	struct ev_slice modified = item_field(w->item, "modified");
	int64_t seconds;
	uint32_t ns;

	/* A file system that cannot say so is no reason not to give the file. */
	if (ev_os_parse_time(modified, &seconds, &ns))
		(void)ev_os_set_mtime(w->fd, seconds, ns, w->shown, NULL);
}

/* Is there a file to give at all? */
static enum evault_status
keeps_file(const struct evault *v, const struct evault_item *item, struct evault_error *err)
{
	if (item->n_fields == 0 && v->unread)
		return ev_fail(err, EVAULT_E_IO,
			       "its record could not be read; `evault check` says more");
	if (item->n_fields == 0)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "its record is missing or damaged; `evault check` says more");
	if (evault_item_field(item, "sha256") == NULL)
		return ev_fail(err, EVAULT_E_NOT_FOUND, "keeps no file");
	return EVAULT_OK;
}

static enum evault_status
give_file(struct giving *w, struct evault_error *err)
{
	char temp[EV_OS_TEMP_SIZE];
	int dir = w->g->out;
	enum evault_status rc;

	ev_os_temp_name(temp);
	rc = choose_name(w->item, &w->name, err);
	if (rc != EVAULT_OK)
		return rc;
	if (w->g->single == NULL && !ev_vault_name_is_plain(ev_slice_of(w->name.data, w->name.len)))
		return ev_fail(err, EVAULT_E_DAMAGED, "its name would lead out of %s", w->shown);
	if (w->g->single == NULL)
		rc = enter_folder(w, &w->path, &dir, err);
	if (rc == EVAULT_OK && ev_os_create(dir, temp, &w->fd, err) != EVAULT_OK)
		rc = ev_fail_sys(err, err->sys, "%s", w->shown); /* not the temporary name */
	if (rc != EVAULT_OK)
		return rc;
	rc = write_original(w, err);
	if (rc == EVAULT_OK)
		restore_time(w);
	if (rc == EVAULT_OK)
		rc = ev_os_close(w->fd, w->shown, err);
	else
		ev_os_close_read(w->fd);
	if (rc == EVAULT_OK)
		rc = publish(w, dir, temp, err);
	if (rc != EVAULT_OK)
		(void)ev_os_unlink(dir, temp, NULL);
	return rc;
}

/* No room, or nobody there to read: it will be so for the next one, and is said once. */
static bool
ends_it(const struct getting *g, enum evault_status status)
{
	return status == EVAULT_E_FULL || status == EVAULT_E_READ_ONLY ||
	       status == EVAULT_E_CANCELLED || (g->out < 0 && status == EVAULT_E_IO);
}

static enum evault_status
give_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct getting *g = ctx;
	struct giving w = {
		.g = g, .item = item, .fd = g->what->fd, .path = EV_BUF_INIT, .name = EV_BUF_INIT
	};
	struct evault_get_event event = { .item = item };
	struct evault_error why = { 0 };
	uint64_t before = g->progress.bytes_done;
	char shown[EV_SHOW_SIZE];

	w.shown = g->what->out == NULL ? _("standard output") : ev_show_path(g->what->out, shown);
	event.status = keeps_file(g->v, item, &why);
	if (event.status == EVAULT_OK)
		event.status = g->out < 0 ? write_original(&w, &why) : give_file(&w, &why);
	g->progress.files_done++;
	if (event.status == EVAULT_OK) {
		g->summary->given++;
		g->summary->bytes += g->progress.bytes_done - before;
		event.path = g->out < 0 ? NULL : ev_buf_text(&w.path);
	} else {
		g->summary->failed++;
		event.why = why.text;
	}
	if (g->what->event != NULL && !ends_it(g, event.status))
		g->what->event(g->what->ctx, &event);
	ev_buf_release(&w.path);
	ev_buf_release(&w.name);
	return ends_it(g, event.status)
		   ? ev_fail(err, event.status, "%s: %s", item->citation, why.text)
		   : EVAULT_OK;
}

/* ---- the command ------------------------------------------------------------------- */

static bool
is_folder(const char *path)
{
	struct ev_os_stat st;

	return ev_os_stat_user(path, &st, NULL) == EVAULT_OK && st.kind == EV_OS_DIR;
}

/*
 * `out` is a folder, made if it is missing; or, for one item and a path that
 * is no folder, the file itself.
 */
static enum evault_status
open_out(struct getting *g, char **parent, struct evault_error *err)
{
	const char *out = g->what->out, *slash;
	size_t len = strlen(out);
	enum evault_status rc = EVAULT_OK;

	if (!g->what->folder && g->what->n_items == 1 && len > 0 && out[len - 1] != '/' &&
	    !is_folder(out)) {
		slash = strrchr(out, '/');
		g->single = slash == NULL ? out : slash + 1;
		*parent = slash == NULL ? strdup(".") : strndup(out, (size_t)(slash - out) + 1);
	} else {
		*parent = strdup(out);
		if (!is_folder(out))
			rc = ev_os_mkdir(EV_OS_CWD, out, NULL, err);
	}
	if (*parent == NULL)
		return ev_fail_nomem(err);
	return rc == EVAULT_OK ? ev_os_open_dir(EV_OS_CWD, *parent, &g->out, err) : rc;
}

static enum evault_status
find_entry(const struct getting *g, size_t i, struct ev_catalog_entry *entry,
	   struct evault_error *err)
{
	enum evault_status rc = ev_catalog_entry(g->v->catalog, g->what->items[i], entry, err);

	if (rc == EVAULT_E_NOT_FOUND || (rc == EVAULT_OK && !entry->is_record))
		return ev_fail(err, EVAULT_E_NOT_FOUND, "there is no item %llu",
			       (unsigned long long)g->what->items[i]);
	return rc;
}

/* What there is to do, as far as the catalog knows. */
static enum evault_status
sum_items(struct getting *g, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < g->what->n_items && rc == EVAULT_OK; i++) {
		rc = find_entry(g, i, &entry, err);
		if (rc != EVAULT_OK)
			break;
		g->progress.files_total++;
		g->progress.bytes_total += entry.size;
	}
	return rc;
}

static enum evault_status
give_items(struct getting *g, struct evault_error *err)
{
	struct ev_catalog_entry entry;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < g->what->n_items && rc == EVAULT_OK; i++) {
		rc = find_entry(g, i, &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_vault_give_record(g->v, &entry, give_item, g, err);
	}
	return rc;
}

enum evault_status
evault_get(struct evault *v, const struct evault_get *what, struct evault_get_summary *summary,
	   struct evault_error *err)
{
	struct getting g = { .v = v, .what = what, .summary = summary, .out = -1, .in_folder = -1 };
	char *parent = NULL;
	enum evault_status rc;

	memset(summary, 0, sizeof(*summary));
	g.hasher = ev_hasher_new();
	rc = g.hasher == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	if (rc == EVAULT_OK)
		rc = ev_vault_need_reading(v, err);
	if (rc == EVAULT_OK)
		rc = sum_items(&g, err);
	if (rc == EVAULT_OK && what->out != NULL)
		rc = open_out(&g, &parent, err);
	if (rc == EVAULT_OK && what->n_items > 0) {
		summary->logged = log_access(&g, &summary->not_logged) == EVAULT_OK;
		rc = give_items(&g, err);
	}
	leave_folder(&g);
	ev_os_close_read(g.out);
	ev_buf_release(&g.folder);
	ev_hasher_free(g.hasher);
	ev_seen_release(&g.written);
	free(parent);
	return rc;
}
