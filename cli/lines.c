#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "message.h"

enum {
	TEXT_MAX = 64 << 10 /* bytes of one of them */
};

/* The next text into line[TEXT_MAX + 1], *n bytes of it; false at the end. */
static bool
next_text(FILE *in, int end, char *line, size_t *n)
{
	int c = getc_unlocked(in);

	for (*n = 0; c != EOF && c != end && *n < TEXT_MAX; c = getc_unlocked(in))
		line[(*n)++] = (char)c;
	line[*n] = '\0';
	if (c != EOF && c != end)
		line[(*n)++] = (char)c; /* one byte too many */
	return *n > 0 || c != EOF;
}

static enum evault_status
read_all(FILE *in, char end, struct list *lines, const char *shown, struct evault_error *err)
{
	char *line = memory_need(TEXT_MAX + 1), *copy;
	enum evault_status rc = EVAULT_OK;
	size_t n;

	errno = 0;
	while (rc == EVAULT_OK && next_text(in, (unsigned char)end, line, &n)) {
		if (n > TEXT_MAX)
			rc =
			    failure_set(err, EVAULT_E_LIMIT,
					_("%s: has a line of more than %d bytes"), shown, TEXT_MAX);
		else if (n != strlen(line))
			rc = failure_set(
			    err, EVAULT_E_FORMAT,
			    _("%s: a NUL byte is in a line: give -0 if the names end in NUL"),
			    shown);
		if (n == 0 || rc != EVAULT_OK)
			continue;
		copy = memory_need(n + 1);
		memcpy(copy, line, n + 1);
		list_add(lines, copy);
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
