#include "walk.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct walking {
	const struct ev_walk *walk;
	struct ev_buf path;   /* to show */
	struct ev_buf folder; /* of records */
	size_t below;         /* where in `path` the part below the argument begins */
	unsigned depth;
};

static enum evault_status walk_folder(struct walking *w, int dir, const char *name,
				      struct evault_error *err);

static bool
excluded(const struct walking *w, const char *name, const char *path)
{
	const char *below = path + w->below;
	size_t i;

	if (*below == '/')
		below++;
	for (i = 0; i < w->walk->n_excludes; i++) {
		if (fnmatch(w->walk->excludes[i], name, 0) == 0 ||
		    fnmatch(w->walk->excludes[i], below, 0) == 0)
			return true;
	}
	return false;
}

static enum evault_status
skip(const struct walking *w, const char *path, bool failed, const char *why,
     struct evault_error *err)
{
	return w->walk->skipped(w->walk->ctx, path, failed, why, err);
}

/* One name in an open folder; `path` is its whole path already. */
static enum evault_status
walk_name(struct walking *w, int dir, const char *name, struct evault_error *err)
{
	struct ev_walk_file file = { .dir = dir, .name = name };
	struct evault_error why = { 0 };

	file.path = ev_buf_text(&w->path);
	file.folder = ev_buf_text(&w->folder);
	if (file.path == NULL || file.folder == NULL)
		return ev_fail_nomem(err);
	if (excluded(w, name, file.path))
		return EVAULT_OK;
	if (ev_os_stat(dir, name, &file.stat, &why) != EVAULT_OK)
		return skip(w, file.path, true, why.text, err);
	switch (file.stat.kind) {
	case EV_OS_FILE:
		return w->walk->file(w->walk->ctx, &file, err);
	case EV_OS_DIR:
		if (file.stat.device == w->walk->skip_device &&
		    file.stat.inode == w->walk->skip_inode)
			return skip(w, file.path, false, _("is the vault itself, or part of it"),
				    err);
		return walk_folder(w, dir, name, err);
	case EV_OS_LINK:
		return skip(w, file.path, false, _("is a symbolic link"), err);
	case EV_OS_OTHER:
		break;
	}
	return skip(w, file.path, false, _("is a device, socket or pipe"), err);
}

/* Appends "/name" (or "name" at the start); gives the length before. */
static size_t
push(struct ev_buf *path, const char *name)
{
	size_t before = path->len;

	if (path->len > 0 && path->data[path->len - 1] != '/')
		ev_buf_puts(path, "/");
	ev_buf_puts(path, name);
	return before;
}

static enum evault_status
walk_names(struct walking *w, int dir, struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	struct evault_error why = { 0 };
	enum evault_status rc;
	size_t i, before;

	rc = ev_os_list(dir, ".", &list, &why);
	if (rc != EVAULT_OK)
		return skip(w, ev_buf_text(&w->path), true, why.text, err);
	for (i = 0; i < list.n && rc == EVAULT_OK; i++) {
		before = push(&w->path, list.names[i]);
		rc = walk_name(w, dir, list.names[i], err);
		w->path.len = before;
	}
	ev_os_list_free(&list);
	return rc;
}

static enum evault_status
walk_folder(struct walking *w, int dir, const char *name, struct evault_error *err)
{
	size_t before = w->folder.len;
	struct evault_error why = { 0 };
	enum evault_status rc;
	int fd;

	if (w->depth >= EV_WALK_DEPTH_MAX)
		return skip(w, ev_buf_text(&w->path), true,
			    _("lies in too many folders in one another"), err);
	rc = ev_os_open_folder(dir, name, &fd, &why);
	if (rc != EVAULT_OK)
		return skip(w, ev_buf_text(&w->path), true, why.text, err);
	/* "." and ".." are no name for a folder. */
	if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		push(&w->folder, name);
	w->depth++;
	rc = walk_names(w, fd, err);
	w->depth--;
	w->folder.len = before;
	ev_os_close_read(fd);
	return rc;
}

/* Splits off the last component; "/" and "a/.." stay whole. */
static enum evault_status
split(const char *path, char **parent, char **name, struct evault_error *err)
{
	size_t end = strlen(path), start;

	while (end > 1 && path[end - 1] == '/')
		end--;
	start = end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	*name = start < end ? strndup(path + start, end - start) : strdup(".");
	*parent = start == 0 ? strdup(".") : strndup(path, start < end ? start : end);
	return *name == NULL || *parent == NULL ? ev_fail_nomem(err) : EVAULT_OK;
}

/* Is this folder the vault, or below it?  Climbs to the root. */
static enum evault_status
lies_in_vault(const struct ev_walk *walk, int dir, bool *is, struct evault_error *err)
{
	enum evault_status rc;
	struct ev_buf up = EV_BUF_INIT;
	struct ev_os_stat st = { 0 }, last = { 0 };
	bool inside = false, top = false;
	unsigned i;

	ev_buf_puts(&up, ".");
	for (i = 0; i < EV_WALK_DEPTH_MAX && !inside && !top; i++) {
		last = st;
		if (ev_buf_text(&up) == NULL ||
		    ev_os_stat(dir, (const char *)up.data, &st, NULL) != EVAULT_OK)
			break;
		inside = walk->skip_inode != 0 && st.device == walk->skip_device &&
			 st.inode == walk->skip_inode;
		top = i > 0 && st.device == last.device && st.inode == last.inode;
		ev_buf_puts(&up, "/..");
	}
	rc = ev_buf_ask(&up, err);
	ev_buf_release(&up);
	*is = inside;
	return rc;
}

enum evault_status
ev_walk(const struct ev_walk *walk, const char *path, struct evault_error *err)
{
	struct walking w = { .walk = walk, .path = EV_BUF_INIT, .folder = EV_BUF_INIT };
	char *parent = NULL, *name = NULL;
	struct evault_error why = { 0 };
	enum evault_status rc;
	bool inside = false;
	int dir = -1;

	rc = split(path, &parent, &name, err);
	if (rc != EVAULT_OK)
		goto out;
	if (path[0] == '\0') {
		rc = skip(&w, path, true, _("an empty name is no file"), err);
		goto out;
	}
	ev_buf_puts(&w.path, path);
	w.below = w.path.len;
	rc = ev_os_open_place(EV_OS_CWD, parent, &dir, &why);
	if (rc != EVAULT_OK) {
		rc = skip(&w, path, true, why.text, err);
		goto out;
	}
	rc = lies_in_vault(walk, dir, &inside, err);
	if (rc == EVAULT_OK && inside)
		rc = skip(&w, path, false, _("is the vault itself, or part of it"), err);
	else if (rc == EVAULT_OK)
		rc = walk_name(&w, dir, name, err);
out:
	ev_os_close_read(dir);
	free(parent);
	free(name);
	ev_buf_release(&w.path);
	ev_buf_release(&w.folder);
	return rc;
}
