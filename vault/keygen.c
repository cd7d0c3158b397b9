/*
 * Making an age identity file.
 */
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

enum evault_status
evault_keygen(const char *path, char recipient[EVAULT_RECIPIENT_SIZE], struct evault_error *err)
{
	struct ev_age_identity *identity = NULL;
	struct ev_age_recipient public;
	struct ev_buf text = EV_BUF_INIT;
	int fd = -1;
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
	if (rc == EVAULT_OK)
		rc = ev_os_write(fd, text.data, text.len, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_sync(fd, path, err);
	if (rc == EVAULT_OK)
		rc = ev_os_close(fd, path, err);
	else
		ev_os_close_read(fd);
	ev_buf_wipe(&text);
	ev_secret_free(identity);
	return rc;
}
