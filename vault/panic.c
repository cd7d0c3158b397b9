/*
 * Destroying the keys that lie in a vault.  There may be seconds: so nothing
 * of the log is read, no lock is waited for, and what matters most comes
 * first.
 *
 *  1. The kernel forgets what it keeps, and what the key files hold is
 *     overwritten where it lies.  Whoever looks from then on finds no key.
 *  2. That is synced: it holds when the power goes now.
 *  3. The names go, with all that says that there were keys.
 *
 * Nothing is removed while it is open: where a file system is a program of
 * its own (FUSE), it would be kept under another name, or not be found again.
 *
 * What the medium itself remembers (flash, snapshots, journals) is beyond
 * this; the threat model says so.
 */
#include "panic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "vault.h"

enum {
	ARMED_MAX = 64 << 10,
	PATH_SIZE = 5 + 256,
};

struct victim {
	char path[PATH_SIZE];
	int fd; /* -1: it could not be opened for writing */
};

struct panicking {
	struct evault *v;
	struct victim *victims;
	size_t n;
	bool nameless;             /* the vault note is damaged */
	struct evault_error first; /* what failed first */
};

/* It goes on, whatever fails. */
static void
note(struct panicking *p, enum evault_status rc, const struct evault_error *why)
{
	if (rc != EVAULT_OK && p->first.status == EVAULT_OK)
		p->first = *why;
}

static bool
is_folder(const struct evault *v, const char *path)
{
	struct ev_os_stat st;

	return ev_os_stat(v->dir, path, &st, NULL) == EVAULT_OK && st.kind == EV_OS_DIR;
}

static bool
is_identity(const struct victim *it)
{
	return strncmp(it->path, EV_PANIC_READ, strlen(EV_PANIC_READ)) == 0;
}

static void
note_victims(struct panicking *p, const struct ev_os_list *list, bool identities)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct victim *it = &p->victims[p->n];

		snprintf(it->path, PATH_SIZE, "keys/%s", list->names[i]);
		it->fd = -1;
		p->n += is_identity(it) == identities;
	}
}

/* With the vault identities first: without them nothing opens a pack. */
static enum evault_status
find_victims(struct panicking *p, struct evault_error *err)
{
	struct ev_os_list list = { NULL, 0 };
	enum evault_status rc;

	/* Not where a link leads. */
	if (!is_folder(p->v, "keys"))
		return EVAULT_OK;
	rc = ev_os_list(p->v->dir, "keys", &list, err);
	if (rc != EVAULT_OK)
		return rc;
	p->victims = calloc(list.n + 1, sizeof(*p->victims));
	if (p->victims == NULL)
		rc = ev_fail_nomem(err);
	if (rc == EVAULT_OK) {
		note_victims(p, &list, true);
		note_victims(p, &list, false);
	}
	ev_os_list_free(&list);
	return rc;
}

/* ---- is it armed ------------------------------------------------------------ */

/* By its bytes: a program that keeps folders alike makes copies under names of its own. */
static bool
is_proved(const struct evault *v, const char *path, struct ev_slice armed)
{
	char end[EVAULT_HEX_SIZE + 2], hex[EVAULT_HEX_SIZE];
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_hash hash;
	bool proved = false;
	int n;

	if (ev_os_load(v->dir, path, EV_KEYFILE_SEALED_MAX, &bytes, NULL) == EVAULT_OK) {
		ev_hash_of(bytes.data, bytes.len, &hash);
		ev_hash_hex(&hash, hex);
		n = snprintf(end, sizeof(end), " %s\n", hex);
		proved = n > 0 && (size_t)n < sizeof(end) &&
			 memmem(armed.data, armed.len, end, (size_t)n) != NULL;
	}
	ev_buf_release(&bytes);
	return proved;
}

/* What a panic that was cut short has overwritten needs no proof any more. */
static bool
is_key(const struct evault *v, const char *path)
{
	struct ev_buf bytes = EV_BUF_INIT;
	bool is = ev_os_load(v->dir, path, EV_KEYFILE_SEALED_MAX, &bytes, NULL) != EVAULT_OK ||
		  ev_slice_starts(ev_slice_of(bytes.data, bytes.len), EV_AGE_VERSION);

	ev_buf_release(&bytes);
	return is;
}

/* The keys that are there now must be those that were proved; the log is not asked. */
static enum evault_armed
armed_state(const struct panicking *p)
{
	struct ev_buf text = EV_BUF_INIT;
	enum evault_armed armed = EVAULT_ARMED_NOT;
	struct ev_slice bytes;
	size_t i;

	if (ev_os_load(p->v->dir, EV_PANIC_FILE, ARMED_MAX, &text, NULL) == EVAULT_OK) {
		bytes = ev_slice_of(text.data, text.len);
		armed = ev_slice_starts(bytes, EV_PANIC_FIRST) ? EVAULT_ARMED : EVAULT_ARMED_BEFORE;
		for (i = 0; i < p->n && armed == EVAULT_ARMED; i++) {
			if (is_identity(&p->victims[i]) && is_key(p->v, p->victims[i].path) &&
			    !is_proved(p->v, p->victims[i].path, bytes))
				armed = EVAULT_ARMED_BEFORE;
		}
	}
	ev_buf_release(&text);
	return armed;
}

enum evault_status
evault_panic_armed(const char *dir, enum evault_armed *armed, struct evault_error *err)
{
	struct panicking p = { .v = NULL };
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &p.v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(p.v, err);
	if (rc == EVAULT_OK)
		rc = find_victims(&p, err);
	if (rc == EVAULT_OK)
		*armed = armed_state(&p);
	free(p.victims);
	evault_close(p.v);
	return rc;
}

/* ---- the three steps ---------------------------------------------------------- */

static void
forget(struct panicking *p)
{
	struct evault_error why = { 0 };
	enum evault_status rc;
	uint64_t others;
	bool was;

	rc = p->nameless ? ev_keyring_forget_all(&others, &why)
			 : ev_keyring_forget(p->v->note.origin, &was, &why);
	note(p, rc == EVAULT_E_NO_KEYRING ? EVAULT_OK : rc, &why); /* then it keeps nothing */
}

static enum evault_status
overwrite(struct panicking *p, struct victim *it, struct evault_error *err)
{
	struct ev_os_stat st;
	enum evault_status rc = ev_os_open_shared(p->v->dir, it->path, true, false, &it->fd, err);

	if (rc == EVAULT_OK)
		rc = ev_os_fstat(it->fd, &st, err);
	return rc == EVAULT_OK ? ev_os_overwrite(it->fd, st.size, it->path, err) : rc;
}

static void
overwrite_all(struct panicking *p)
{
	struct evault_error why = { 0 };
	size_t i;

	for (i = 0; i < p->n; i++)
		note(p, overwrite(p, &p->victims[i], &why), &why);
	for (i = 0; i < p->n; i++) {
		if (p->victims[i].fd < 0)
			continue;
		note(p, ev_os_sync(p->victims[i].fd, p->victims[i].path, &why), &why);
		ev_os_close_read(p->victims[i].fd);
	}
}

static void
vanish(struct panicking *p)
{
	struct evault_error why = { 0 };
	enum evault_status rc;
	size_t i;

	for (i = 0; i < p->n; i++)
		note(p, ev_os_unlink(p->v->dir, p->victims[i].path, &why), &why);
	if (p->n > 0)
		note(p, ev_os_sync_dir(p->v->dir, "keys", &why), &why);
	rc = ev_os_unlink(p->v->dir, EV_PANIC_FILE, &why);
	note(p, rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc, &why);
	note(p, ev_os_sync_dir(p->v->dir, ".", &why), &why);
}

enum evault_status
evault_panic(const char *dir, bool unarmed, struct evault_error *err)
{
	struct panicking p = { .v = NULL };
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &p.v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(p.v, err);
	/* A vault's it is, and damage to the note shall not save its keys. */
	p.nameless = rc == EVAULT_E_DAMAGED;
	if (rc == EVAULT_OK || rc == EVAULT_E_DAMAGED)
		rc = find_victims(&p, err);
	if (rc == EVAULT_OK && !unarmed && armed_state(&p) != EVAULT_ARMED)
		rc = ev_fail(err, EVAULT_E_DENIED, "%s: it is not armed for panic", p.v->shown);
	if (rc == EVAULT_OK) {
		forget(&p);
		overwrite_all(&p);
		vanish(&p);
		rc = p.first.status;
		if (rc != EVAULT_OK && err != NULL)
			*err = p.first;
	}
	free(p.victims);
	evault_close(p.v);
	return rc;
}
