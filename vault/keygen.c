/*
 * Making an age identity file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "format/age.h"

static void
identity_file(const struct ev_age_identity *identity, const char *recipient, struct ev_buf *out)
{
	char text[EVAULT_IDENTITY_SIZE], created[21];
	struct ev_os_time now;

	ev_os_now(&now);
	ev_os_format_time(now.seconds, created);
	ev_age_identity_text(identity, text);
	ev_buf_printf(out, "# created: %s\n# public key: %s\n%s\n", created, recipient, text);
	ev_wipe(text, sizeof(text));
}

static enum evault_status
sync_parent(const char *path, struct evault_error *err)
{
	const char *slash = strrchr(path, '/');
	char *parent = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	enum evault_status rc;

	if (parent == NULL)
		return ev_fail_nomem(err);
	rc = ev_os_sync_dir(EV_OS_CWD, parent, err);
	free(parent);
	return rc;
}

enum evault_status
evault_keygen(const char *path, char recipient[EVAULT_RECIPIENT_SIZE], struct evault_error *err)
{
	struct ev_age_identity *identity = NULL;
	struct ev_age_recipient public;
	struct ev_buf text = EV_BUF_SECRET_INIT;
	char shown[EV_SHOW_SIZE];
	int fd = -1;
	bool made = false;
	enum evault_status rc = ev_secret_start(err);

	if (rc != EVAULT_OK)
		return rc;
	identity = ev_secret_new(sizeof(*identity));
	if (identity == NULL)
		return ev_fail_nomem(err);
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &public);
	ev_age_recipient_text(&public, recipient);
	identity_file(identity, recipient, &text);
	rc = ev_buf_ask(&text, err);
	if (rc == EVAULT_OK)
		rc = ev_os_create(EV_OS_CWD, path, &fd, err);
	made = rc == EVAULT_OK;
	ev_show_path(path, shown);
	if (rc == EVAULT_OK)
		rc = ev_os_write(fd, text.data, text.len, shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, shown, err);
	if (rc == EVAULT_OK)
		rc = ev_os_close(fd, shown, err);
	else
		ev_os_close_read(fd);
	if (rc == EVAULT_OK)
		rc = sync_parent(path, err);
	if (rc != EVAULT_OK && made)
		(void)ev_os_unlink(EV_OS_CWD, path, NULL);
	ev_buf_wipe(&text);
	ev_secret_free(identity);
	return rc;
}
