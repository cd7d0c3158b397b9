/*
 * Who is at a draft: a lock on its file, which the kernel lets go when the
 * process is gone.
 *
 * Each save makes a file anew.  The older one goes when the newer one is held,
 * so that at any moment one of an id is: it is free when none of them is held.
 */
#include <string.h>

#include "draft.h"

enum {
	HOLD_BYTE = 0,
	HOLD_TRIES = 20,
	HOLD_PAUSE = 5, /* milliseconds: another only looks whether it is free */
};

/* E_BUSY, or held, or nothing: without locks nobody holds any. */
static enum evault_status
hold_file(const struct evault *v, const struct ev_draft_name *name, int *fd)
{
	char path[EV_DRAFT_PATH_SIZE];
	enum evault_status rc;
	int f = -1;

	*fd = -1;
	ev_draft_path(name, path);
	if (ev_os_open_shared(v->dir, path, true, false, &f, NULL) != EVAULT_OK)
		return EVAULT_OK;
	rc = ev_os_hold(f, HOLD_BYTE, EV_OS_ALONE, NULL);
	if (rc == EVAULT_OK)
		*fd = f;
	else
		ev_os_close_read(f);
	return rc == EVAULT_E_BUSY ? rc : EVAULT_OK;
}

static bool
is_held(const struct evault *v, const struct ev_draft_name *name)
{
	char path[EV_DRAFT_PATH_SIZE];
	bool held;
	int fd = -1;

	ev_draft_path(name, path);
	if (ev_os_open_shared(v->dir, path, false, false, &fd, NULL) != EVAULT_OK)
		return false;
	held = ev_os_is_held(fd, HOLD_BYTE);
	ev_os_close_read(fd);
	return held;
}

bool
ev_draft_is_live(const struct evault *v, const struct ev_drafts *drafts, const char *id)
{
	bool live = false;
	size_t i;

	for (i = 0; i < drafts->n && !live; i++)
		live = strcmp(drafts->list[i].id, id) == 0 && is_held(v, &drafts->list[i]);
	return live;
}

void
ev_draft_hold_saved(const struct evault *v, const struct ev_draft_name *name,
		    struct evault_draft *d)
{
	int fd = -1, tries;

	for (tries = 0; tries < HOLD_TRIES && hold_file(v, name, &fd) == EVAULT_E_BUSY; tries++)
		ev_os_pause(HOLD_PAUSE);
	evault_draft_let_go(d);
	d->hold = fd + 1;
}

/* Once; *same is false when it was saved anew meanwhile. */
static enum evault_status
hold_newest(const struct evault *v, const char *id, int *fd, bool *same, struct evault_error *err)
{
	struct ev_drafts drafts = { NULL, 0 };
	struct ev_draft_name name, now = { .sequence = 0 };
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = ev_draft_newest(v, id, &name, err);

	if (rc == EVAULT_OK)
		rc = ev_drafts_load(v, &drafts, err);
	if (rc != EVAULT_OK)
		return rc;
	/* Held by us only after looking: our own would count. */
	if (ev_draft_is_live(v, &drafts, id) || hold_file(v, &name, fd) == EVAULT_E_BUSY)
		rc = ev_fail(err, EVAULT_E_BUSY,
			     "the statement %s is being typed now, in another terminal",
			     ev_show_path(id, shown));
	ev_drafts_release(&drafts);
	if (rc == EVAULT_OK)
		rc = ev_draft_newest(v, id, &now, err);
	*same = rc == EVAULT_OK && now.sequence == name.sequence;
	return rc;
}

enum evault_status
evault_draft_hold(struct evault *v, struct evault_draft *d, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	bool same = false;
	int fd = -1, tries;

	for (tries = 0; tries < HOLD_TRIES && rc == EVAULT_OK && !same; tries++) {
		ev_os_close_read(fd);
		fd = -1;
		rc = hold_newest(v, d->id, &fd, &same, err);
	}
	if (rc != EVAULT_OK) {
		ev_os_close_read(fd);
		return rc;
	}
	evault_draft_let_go(d);
	d->hold = fd + 1;
	return rc;
}

void
evault_draft_let_go(struct evault_draft *d)
{
	if (d->hold > 0)
		ev_os_close_read(d->hold - 1);
	d->hold = 0;
}
