/*
 * Originals out of a bundle.  None is visible under its name before it is
 * whole and the one that a proved and signed record names; and none is ever
 * written outside the folder: each gets one name in it, made fit for any
 * system, through no link.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum {
	NAME_BYTES = 200, /* of a name: what is put beside it still fits into 255 */
};

enum evault_status
ev_verify_out_open(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	v->out = v->out_file = -1;
	if (v->what->extract == NULL)
		return EVAULT_OK;
	rc = ev_os_mkdir(EV_OS_CWD, v->what->extract, NULL, err);
	if (rc == EVAULT_OK)
		rc = ev_os_open_dir(EV_OS_CWD, v->what->extract, &v->out, err);
	if (rc == EVAULT_OK)
		rc = ev_os_list(v->out, ".", &list, err);
	if (rc == EVAULT_OK && list.n > 0)
		rc = ev_fail(err, EVAULT_E_EXISTS,
			     "%s: is not empty: originals are written to a folder that is new or "
			     "empty",
			     ev_show_path(v->what->extract, shown));
	ev_os_list_free(&list);
	return rc;
}

void
ev_verify_out_close(struct ev_verifying *v)
{
	if (v->out_file >= 0) {
		ev_os_close_read(v->out_file);
		(void)ev_os_unlink(v->out, v->out_temp, NULL);
	}
	ev_os_close_read(v->out);
	v->out = v->out_file = -1;
	ev_set_release(&v->out_names);
}

/* Only what is judged and stands is written; what is not judged yet, in the next pass. */
enum evault_status
ev_verify_out_begin(struct ev_verifying *v, struct evault_error *err)
{
	struct ev_verify_item *i;
	enum evault_status rc;
	uint32_t item;

	rc = ev_verify_item(v, v->place.number, &item, err);
	if (rc != EVAULT_OK)
		return rc;
	i = &v->items[item];
	i->again_file =
	    (v->pass == 1 && !v->telling) || i->entry.again_entry || i->entry.again_proof;
	if (i->again_file || !i->discloses || !ev_verify_item_stands(i) ||
	    (v->pass > 1 && !i->file_good))
		return EVAULT_OK;
	ev_os_temp_name(v->out_temp);
	return ev_os_create(v->out, v->out_temp, &v->out_file, err);
}

enum evault_status
ev_verify_out_write(struct ev_verifying *v, const uint8_t *data, size_t len,
		    struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];

	return ev_os_write(v->out_file, data, len, ev_show_path(v->what->extract, shown), err);
}

/* ---- names ------------------------------------------------------------------------ */

/* What Windows keeps for devices, with or without something after a dot. */
static bool
is_reserved(const char *name)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul", "conin$", "conout$" };
	char stem[8] = "";
	size_t len = strcspn(name, "."), i;

	for (i = 0; i < len && i + 1 < sizeof(stem); i++)
		stem[i] =
		    (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
	while (len > 0 && name[len - 1] == ' ')
		len--;
	if (len < sizeof(stem))
		stem[len] = '\0';
	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (strcmp(stem, devices[i]) == 0 && len == strlen(devices[i]))
			return true;
	return len == 4 && (memcmp(stem, "com", 3) == 0 || memcmp(stem, "lpt", 3) == 0) &&
	       stem[3] >= '0' && stem[3] <= '9';
}

/*
 * A name that every system takes and nobody is misled by: what is hidden,
 * malformed or means something to a shell of Windows becomes "_".
 */
static void
make_safe(struct ev_slice raw, struct ev_buf *out)
{
	struct ev_slice rest = raw, one;
	size_t len;

	while (rest.len > 0 && out->len < NAME_BYTES) {
		len = ev_utf8_len(rest);
		one = ev_slice_of(rest.data, len > 0 ? len : 1);
		/* What is shown as something else than it is, is not to be seen. */
		if (len == 0 || !ev_show_is_same(one) ||
		    (len == 1 && strchr("<>:\"/\\|?*", one.data[0]) != NULL))
			ev_buf_puts(out, "_");
		else
			ev_buf_add(out, one.data, one.len);
		rest = ev_slice_of(rest.data + one.len, rest.len - one.len);
	}
	while (out->len > 0 && (out->data[out->len - 1] == '.' || out->data[out->len - 1] == ' '))
		out->data[out->len - 1] = '_';
	if (out->len > 0 && (out->data[0] == '.' || out->data[0] == '~' || out->data[0] == '-' ||
			     out->data[0] == ' '))
		out->data[0] = '_';
}

/* Is it the first of that name, as file systems fold it? */
static enum evault_status
is_fresh(struct ev_verifying *v, struct ev_slice name, bool *fresh, struct evault_error *err)
{
	struct ev_buf key = EV_BUF_INIT;
	struct ev_hash hash;
	enum evault_status rc;

	ev_path_key(&key, name);
	rc = ev_buf_ask(&key, err);
	if (rc == EVAULT_OK) {
		ev_hash_of(key.data, key.len, &hash);
		rc = ev_set_add(&v->out_names, &hash, fresh, err);
	}
	ev_buf_release(&key);
	return rc;
}

/* "name (3f9a01-12).jpg" */
static void
make_distinct(const struct ev_verifying *v, uint64_t index, struct ev_buf *name)
{
	struct ev_buf whole = EV_BUF_INIT;
	size_t stem = name->len, i;

	for (i = name->len; i > 1 && stem == name->len && name->len - i < 16; i--)
		if (name->data[i - 1] == '.')
			stem = i - 1;
	ev_buf_add(&whole, name->data, stem);
	ev_buf_printf(&whole, " (%.6s-%llu)", v->share.origin + strlen("evault/"),
		      (unsigned long long)index);
	ev_buf_add(&whole, name->data + stem, name->len - stem);
	ev_buf_release(name);
	*name = whole;
}

/* The disclosed name, made fit; or that of the member. */
static enum evault_status
choose_name(struct ev_verifying *v, const struct ev_verify_item *item, struct ev_buf *name,
	    struct evault_error *err)
{
	const char *text = (const char *)v->texts.data + item->text;
	enum evault_status rc;
	bool fresh;

	text += strlen(text) + 1; /* action */
	text += strlen(text) + 1; /* time */
	if (item->has_name)
		make_safe(ev_slice_text(text), name);
	if (name->len == 0)
		ev_buf_puts(name,
			    ev_verify_members_name(&v->members, item->file) + strlen("data/"));
	if (ev_buf_text(name) == NULL)
		return ev_fail_nomem(err);
	if (is_reserved((const char *)name->data)) {
		struct ev_buf safe = EV_BUF_INIT;

		ev_buf_printf(&safe, "_%s", (const char *)name->data);
		ev_buf_release(name);
		*name = safe;
	}
	rc = is_fresh(v, ev_slice_of(name->data, name->len), &fresh, err);
	if (rc == EVAULT_OK && !fresh) {
		make_distinct(v, item->entry.index, name);
		rc = is_fresh(v, ev_slice_of(name->data, name->len), &fresh, err);
	}
	return rc == EVAULT_OK ? ev_buf_ask(name, err) : rc;
}

static enum evault_status
publish(struct ev_verifying *v, struct ev_verify_item *item, struct evault_error *err)
{
	struct ev_buf name = EV_BUF_INIT;
	enum evault_status rc = choose_name(v, item, &name, err);

	if (rc == EVAULT_OK && ev_buf_text(&name) == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK)
		rc = ev_os_rename(v->out, v->out_temp, (const char *)name.data, false, err);
	/* Two names may be one to this file system alone. */
	if (rc == EVAULT_E_EXISTS) {
		make_distinct(v, item->entry.index, &name);
		rc = ev_buf_text(&name) == NULL
			 ? ev_fail_nomem(err)
			 : ev_os_rename(v->out, v->out_temp, (const char *)name.data, false, err);
	}
	if (rc == EVAULT_OK) {
		v->summary->extracted++;
		item->path = strdup((const char *)name.data);
		rc = item->path == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	}
	ev_buf_release(&name);
	return rc;
}

enum evault_status
ev_verify_out_end(struct ev_verifying *v, struct ev_verify_item *item, bool good,
		  struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	if (!good) {
		ev_os_close_read(v->out_file);
		v->out_file = -1;
		return ev_os_unlink(v->out, v->out_temp, err);
	}
	rc = ev_os_close(v->out_file, ev_show_path(v->what->extract, shown), err);
	v->out_file = -1;
	if (rc == EVAULT_OK)
		rc = publish(v, item, err);
	if (rc != EVAULT_OK)
		(void)ev_os_unlink(v->out, v->out_temp, NULL);
	return rc;
}
