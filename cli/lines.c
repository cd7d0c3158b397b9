#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "message.h"

static enum evault_status
read_all(FILE *in, char end, struct list *lines, const char *shown, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	errno = 0;
	while (rc == EVAULT_OK && (n = getdelim(&line, &cap, (unsigned char)end, in)) > 0) {
		if (line[n - 1] == end)
			line[--n] = '\0';
		if ((size_t)n != strlen(line))
			rc = failure_set(
			    err, EVAULT_E_FORMAT,
			    _("%s: a NUL byte is in a line: give -0 if the names end in NUL"),
			    shown);
		if (n == 0 || rc != EVAULT_OK)
			continue;
		list_add(lines, line);
		line = NULL;
		cap = 0;
	}
	if (rc == EVAULT_OK && ferror(in))
		rc = failure_set(err, EVAULT_E_IO, "%s: %s", shown, _(strerror(errno)));
	free(line);
	return rc;
}

enum evault_status
lines_read(const char *path, char end, struct list *lines, struct evault_error *err)
{
	bool input = strcmp(path, "-") == 0;
	char *shown = input ? strdup(_("standard input")) : escape_text(path);
	FILE *in = input ? stdin : fopen(path, "re");
	enum evault_status rc;

	if (shown == NULL)
		rc = failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	else if (in == NULL)
		rc = failure_set(err, EVAULT_E_IO, "%.300s: %s", shown, _(strerror(errno)));
	else
		rc = read_all(in, end, lines, shown, err);
	if (in != NULL && !input)
		fclose(in);
	free(shown);
	return rc;
}
