#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "failure.h"
#include "guarded.h"
#include "message.h"

struct secret *
secret_new(void)
{
	struct secret *s = guarded_new(GUARDED_KEY, sizeof(*s));

	if (s == NULL) {
		message_error(_("out of memory"));
		exit(EXIT_FAILED);
	}
	return s;
}

void
secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

void
secret_free(struct secret *secret)
{
	guarded_free(secret);
}

enum evault_status
secret_read_line(int fd, char *out, size_t size, bool (*stop)(void), struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	bool ended = false, nothing = true;
	size_t n = 0;
	char c = '\0';
	ssize_t got;

	while (rc == EVAULT_OK && !ended) {
		if (stop != NULL && stop()) {
			rc = EVAULT_E_CANCELLED;
			break;
		}
		got = read(fd, &c, 1);
		if (got < 0 && errno != EINTR)
			rc = failure_set(err, EVAULT_E_IO, "%s", _(strerror(errno)));
		if (got < 0)
			continue;
		ended = got == 0 || c == '\n';
		nothing = nothing && got == 0;
		if (ended)
			continue;
		if (c == '\0')
			rc = failure_set(err, EVAULT_E_FORMAT, _("a NUL byte is in the line"));
		else if (n + 1 >= size)
			rc = failure_set(err, EVAULT_E_LIMIT,
					 _("the line is longer than %zu bytes"), size - 1);
		else
			out[n++] = c;
	}
	if (rc == EVAULT_OK && nothing)
		rc = EVAULT_E_CANCELLED;
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	explicit_bzero(&c, sizeof(c));
	if (rc != EVAULT_OK)
		explicit_bzero(out, size);
	return rc;
}

enum evault_status
secret_read_file(struct secret *secret, const char *path, struct evault_error *err)
{
	bool input = strcmp(path, "-") == 0;
	struct evault_error why = { .text = "" };
	enum evault_status rc;
	char *shown = escape_text(path);
	int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		rc = failure_set(err, EVAULT_E_IO, "%s: %s", shown, _(strerror(errno)));
		goto out;
	}
	rc = secret_read_line(fd, secret->text, sizeof(secret->text), NULL, &why);
	secret->set = rc == EVAULT_OK;
	if (rc == EVAULT_E_CANCELLED)
		rc = failure_set(err, EVAULT_E_FORMAT,
				 _("%s: it is empty, and should have a passphrase"), shown);
	else if (rc != EVAULT_OK)
		failure_set(err, rc, "%s: %s", shown, why.text);
	if (!input)
		close(fd);
out:
	free(shown);
	return rc;
}
