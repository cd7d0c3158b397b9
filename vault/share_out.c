#include "share_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/age_behind.h"
#include "format/archive.h"

enum {
	VOLUMES_MAX = 999,
	VOLUME_MIN = 64 * 1024, /* bytes */
	WRITE_OUT = 4 << 20,    /* bytes: the disk works meanwhile */
};

struct ev_share_out {
	bool plain;
	uint64_t volume;
	int parent;        /* the folder that it will be in */
	const char *name;  /* in there; borrowed */
	const char *shown; /* in `shown_path` */
	char shown_path[EV_SHOW_SIZE];
	char top[EV_OS_TEMP_SIZE]; /* plain: the folder as long as it is not finished; or "" */
	int folder;                /* plain: the same, open; or -1 */
	char **made;               /* plain: folders in it, the outer ones first */
	size_t n_made;
	char (*temps)[EV_OS_TEMP_SIZE]; /* files that are not finished */
	size_t n;
	/* The sealer's alone until it is finished, and so are the files: */
	int fd;
	uint64_t written; /* into the file at hand */
	uint64_t sent;    /* of these, on their way to the disk */
	struct ev_age_behind *sealer;
	struct ev_buf header;
	uint64_t size; /* of the member at hand */
};

/* ---- names ------------------------------------------------------------------------ */

/* The final name of file `i`. */
static enum evault_status
final_name(const struct ev_share_out *o, size_t i, struct ev_buf *out, struct evault_error *err)
{
	ev_buf_clear(out);
	ev_buf_puts(out, o->name);
	if (o->volume != 0)
		ev_buf_printf(out, ".%03zu", i + 1);
	return ev_buf_text(out) == NULL ? ev_fail_nomem(err) : EVAULT_OK;
}

static enum evault_status
need_free(const struct ev_share_out *o, const char *name, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_os_stat st;
	enum evault_status rc = ev_os_stat(o->parent, name, &st, &why);

	if (rc == EVAULT_OK)
		return ev_fail(err, EVAULT_E_EXISTS,
			       "%s: something of this name is there already; it was left alone",
			       o->shown);
	if (rc != EVAULT_E_NOT_FOUND && err != NULL)
		*err = why;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* One level of it: what is above must be there. */
static enum evault_status
make_parent(const char *path, struct evault_error *err)
{
	struct ev_os_stat st;

	/* A link to a folder is one, too. */
	if (ev_os_stat_user(path, &st, NULL) == EVAULT_OK)
		return EVAULT_OK;
	return ev_os_mkdir(EV_OS_CWD, path, NULL, err);
}

/* Opens the folder of `path`; the last part of it is the name. */
static enum evault_status
enter_parent(struct ev_share_out *o, const char *path, struct evault_error *err)
{
	const char *slash = strrchr(path, '/');
	struct ev_buf parent = EV_BUF_INIT;
	enum evault_status rc;

	o->name = slash == NULL ? path : slash + 1;
	if (o->name[0] == '\0' || strcmp(o->name, ".") == 0 || strcmp(o->name, "..") == 0)
		return ev_fail(err, EVAULT_E_USAGE, "%s: not a name that a new file can have",
			       o->shown);
	if (slash == NULL)
		ev_buf_puts(&parent, ".");
	else
		ev_buf_add(&parent, path, slash == path ? 1 : (size_t)(slash - path));
	rc = ev_buf_text(&parent) == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	if (rc == EVAULT_OK && slash != NULL && slash != path)
		rc = make_parent((const char *)parent.data, err);
	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, (const char *)parent.data, &o->parent, err);
	ev_buf_release(&parent);
	return rc;
}

/* ---- files ------------------------------------------------------------------------ */

static enum evault_status
begin_file(struct ev_share_out *o, struct evault_error *err)
{
	char(*grown)[EV_OS_TEMP_SIZE] = realloc(o->temps, (o->n + 1) * sizeof(*grown));
	enum evault_status rc;

	if (grown == NULL)
		return ev_fail_nomem(err);
	o->temps = grown;
	if (o->volume != 0 && o->n == VOLUMES_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "%s: more than %d volumes", o->shown,
			       VOLUMES_MAX);
	ev_os_temp_name(o->temps[o->n]);
	rc = ev_os_create(o->parent, o->temps[o->n], &o->fd, err);
	if (rc == EVAULT_OK)
		o->n++;
	o->written = o->sent = 0;
	return rc;
}

static enum evault_status
end_file(struct ev_share_out *o, struct evault_error *err)
{
	enum evault_status rc = ev_os_sync(o->fd, o->shown, err), closed;

	closed = ev_os_close(o->fd, o->shown, rc == EVAULT_OK ? err : NULL);
	o->fd = -1;
	return rc == EVAULT_OK ? closed : rc;
}

/* What the system calls "File too large" is a limit of the file system there. */
static enum evault_status
explain(const struct ev_share_out *o, enum evault_status rc, struct evault_error *err)
{
	if (rc != EVAULT_E_IO || err == NULL || err->sys != EFBIG)
		return rc;
	rc = ev_fail(err, EVAULT_E_IO, "%s: the file system there takes no file of this size",
		     o->shown);
	err->sys = EFBIG;
	return rc;
}

/* Sealed bytes, cut into volumes. */
static enum evault_status
write_sealed(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_share_out *o = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t piece;

	while (len > 0 && rc == EVAULT_OK) {
		piece = len;
		if (o->volume != 0 && o->volume - 1 - o->written < piece)
			piece = (size_t)(o->volume - 1 - o->written);
		if (piece == 0) {
			rc = end_file(o, err);
			if (rc == EVAULT_OK)
				rc = begin_file(o, err);
			continue;
		}
		rc = explain(o, ev_os_write(o->fd, data, piece, o->shown, err), err);
		o->written += piece;
		data += piece;
		len -= piece;
		if (rc == EVAULT_OK && o->written - o->sent >= WRITE_OUT) {
			ev_os_write_out(o->fd, o->sent, o->written - o->sent);
			o->sent = o->written;
		}
	}
	return rc;
}

/* ---- a folder ---------------------------------------------------------------------- */

static enum evault_status
begin_folder(struct ev_share_out *o, struct evault_error *err)
{
	bool made = false;
	enum evault_status rc;

	ev_os_temp_name(o->top);
	rc = ev_os_mkdir(o->parent, o->top, &made, err);
	if (rc == EVAULT_OK && !made)
		rc = ev_fail(err, EVAULT_E_EXISTS,
			     "%s: something of this name is there already; it was left alone",
			     o->top);
	if (rc != EVAULT_OK)
		o->top[0] = '\0';
	return rc == EVAULT_OK ? ev_os_open_folder(o->parent, o->top, &o->folder, err) : rc;
}

/* Makes the first `len` bytes of a name a folder, unless it is one. */
static enum evault_status
make_folder(struct ev_share_out *o, const char *name, size_t len, struct evault_error *err)
{
	enum evault_status rc;
	char **grown, *path;
	size_t i;

	/* Members of one folder come one after the other. */
	for (i = o->n_made; i > 0; i--)
		if (strlen(o->made[i - 1]) == len && memcmp(o->made[i - 1], name, len) == 0)
			return EVAULT_OK;
	grown = realloc(o->made, (o->n_made + 1) * sizeof(*grown));
	if (grown == NULL)
		return ev_fail_nomem(err);
	o->made = grown;
	path = strndup(name, len);
	if (path == NULL)
		return ev_fail_nomem(err);
	rc = ev_os_mkdir(o->folder, path, NULL, err);
	if (rc == EVAULT_OK)
		o->made[o->n_made++] = path;
	else
		free(path);
	return rc;
}

/* The folders that a member is in, the outer one first. */
static enum evault_status
make_folders(struct ev_share_out *o, const char *name, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const char *slash;

	for (slash = strchr(name, '/'); slash != NULL && rc == EVAULT_OK;
	     slash = strchr(slash + 1, '/'))
		rc = make_folder(o, name, (size_t)(slash - name), err);
	return rc;
}

static enum evault_status
finish_folder(struct ev_share_out *o, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = o->n_made; i > 0 && rc == EVAULT_OK; i--)
		rc = ev_os_sync_dir(o->folder, o->made[i - 1], err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync_dir(o->folder, ".", err);
	if (rc == EVAULT_OK)
		rc = ev_os_rename(o->parent, o->top, o->name, false, err);
	if (rc != EVAULT_OK)
		return rc;
	o->top[0] = '\0';
	return ev_os_sync_dir(o->parent, ".", err);
}

static void
remove_files(int folder, const char *path)
{
	struct ev_os_list list = { NULL, 0 };
	int fd = -1;
	size_t i;

	if (ev_os_open_folder(folder, path, &fd, NULL) != EVAULT_OK)
		return;
	if (ev_os_list(fd, ".", &list, NULL) == EVAULT_OK)
		for (i = 0; i < list.n; i++)
			(void)ev_os_unlink(fd, list.names[i], NULL);
	ev_os_list_free(&list);
	ev_os_close_read(fd);
}

static void
remove_folder(struct ev_share_out *o)
{
	size_t i;

	for (i = o->n_made; i > 0; i--) {
		remove_files(o->folder, o->made[i - 1]);
		(void)ev_os_rmdir(o->folder, o->made[i - 1], NULL);
	}
	remove_files(o->folder, ".");
	(void)ev_os_rmdir(o->parent, o->top, NULL);
}

/* ---- all of it ---------------------------------------------------------------------- */

static enum evault_status
need_names_free(struct ev_share_out *o, struct evault_error *err)
{
	struct ev_buf name = EV_BUF_INIT;
	enum evault_status rc = need_free(o, o->name, err);

	if (rc == EVAULT_OK && o->volume != 0) {
		rc = final_name(o, 0, &name, err);
		if (rc == EVAULT_OK)
			rc = need_free(o, (const char *)name.data, err);
	}
	ev_buf_release(&name);
	return rc;
}

enum evault_status
ev_share_out_new(const struct ev_share_target *target, struct ev_share_out **out,
		 struct evault_error *err)
{
	struct ev_share_out *o = calloc(1, sizeof(*o));
	enum evault_status rc;

	if (o == NULL)
		return ev_fail_nomem(err);
	o->plain = target->plain;
	o->volume = target->volume;
	o->parent = o->folder = o->fd = -1;
	o->shown = ev_show_path(target->path, o->shown_path);
	if (o->volume != 0 && o->volume < VOLUME_MIN)
		rc = ev_fail(err, EVAULT_E_USAGE, "a volume has at least %d bytes", VOLUME_MIN);
	else
		rc = enter_parent(o, target->path, err);
	if (rc == EVAULT_OK)
		rc = need_names_free(o, err);
	if (rc == EVAULT_OK)
		rc = o->plain ? begin_folder(o, err) : begin_file(o, err);
	if (rc == EVAULT_OK)
		*out = o;
	else
		ev_share_out_free(o);
	return rc;
}

enum evault_status
ev_share_out_begin(struct ev_share_out *o, const struct ev_age_to *to, struct evault_error *err)
{
	struct ev_sink sealed = { write_sealed, o };

	return o->plain ? EVAULT_OK : ev_age_behind_new(to, sealed, &o->sealer, err);
}

enum evault_status
ev_share_out_member(struct ev_share_out *o, const char *name, uint64_t size,
		    struct evault_error *err)
{
	enum evault_status rc;

	o->size = size;
	if (o->plain) {
		rc = make_folders(o, name, err);
		return rc == EVAULT_OK ? ev_os_create(o->folder, name, &o->fd, err) : rc;
	}
	ev_buf_clear(&o->header);
	rc = ev_archive_header(&o->header, ev_slice_text(name), size, err);
	return rc == EVAULT_OK ? ev_share_out_data(o, o->header.data, o->header.len, err) : rc;
}

enum evault_status
ev_share_out_data(struct ev_share_out *o, const uint8_t *data, size_t len, struct evault_error *err)
{
	if (o->plain)
		return explain(o, ev_os_write(o->fd, data, len, o->shown, err), err);
	return ev_age_behind_update(o->sealer, data, len, err);
}

enum evault_status
ev_share_out_member_end(struct ev_share_out *o, struct evault_error *err)
{
	static const uint8_t zeros[EV_TAR_BLOCK];

	if (o->plain)
		return end_file(o, err);
	return ev_age_behind_update(o->sealer, zeros, ev_tar_padding(o->size), err);
}

/* The first one comes last: where it is, all of them are. */
static enum evault_status
name_files(struct ev_share_out *o, struct evault_error *err)
{
	struct ev_buf name = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	size_t i, n = o->n;

	for (i = n; i > 0 && rc == EVAULT_OK; i--) {
		rc = final_name(o, i - 1, &name, err);
		if (rc == EVAULT_OK)
			rc = ev_os_rename(o->parent, o->temps[i - 1], (const char *)name.data,
					  false, err);
		if (rc != EVAULT_OK)
			break;
	}
	for (; rc != EVAULT_OK && i < n; i++)
		if (final_name(o, i, &name, NULL) == EVAULT_OK)
			(void)ev_os_unlink(o->parent, (const char *)name.data, NULL);
	if (rc == EVAULT_OK) {
		o->n = 0;
		rc = ev_os_sync_dir(o->parent, ".", err);
	}
	ev_buf_release(&name);
	return rc;
}

enum evault_status
ev_share_out_finish(struct ev_share_out *o, uint64_t *volumes, struct evault_error *err)
{
	static const uint8_t zeros[EV_TAR_END];
	enum evault_status rc;

	*volumes = 0;
	if (o->plain)
		return finish_folder(o, err);
	rc = ev_age_behind_update(o->sealer, zeros, sizeof(zeros), err);
	if (rc == EVAULT_OK)
		rc = ev_age_behind_finish(o->sealer, err);
	if (rc == EVAULT_OK)
		rc = explain(o, end_file(o, err), err);
	*volumes = o->n;
	return rc == EVAULT_OK ? name_files(o, err) : rc;
}

void
ev_share_out_free(struct ev_share_out *o)
{
	size_t i;

	if (o == NULL)
		return;
	ev_age_behind_free(o->sealer); /* the first: it may be writing */
	ev_os_close_read(o->fd);
	for (i = 0; i < o->n; i++)
		(void)ev_os_unlink(o->parent, o->temps[i], NULL);
	if (o->folder >= 0 && o->top[0] != '\0')
		remove_folder(o);
	ev_os_close_read(o->folder);
	ev_os_close_read(o->parent);
	ev_buf_release(&o->header);
	for (i = 0; i < o->n_made; i++)
		free(o->made[i]);
	free(o->made);
	free(o->temps);
	free(o);
}
