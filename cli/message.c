#include "message.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "language.h"
#include "progress.h"

void
message_init(void)
{
	language_init();
}

static void __attribute__((format(printf, 2, 0)))
say(const char *kind, const char *fmt, va_list args)
{
	progress_hide();
	fflush(stdout); /* so that both streams read in order on one terminal */
	flockfile(stderr);
	fprintf(stderr, "evault: %s", kind);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void
message_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(_("error: "), fmt, args);
	va_end(args);
}

void
message_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(_("warning: "), fmt, args);
	va_end(args);
}

void
message_hint(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(_("hint: "), fmt, args);
	va_end(args);
}

void
message_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

/* Somebody piped us into `head` and has seen enough: not worth a word. */
static bool
reader_left(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0;
}

bool
message_close_output(void)
{
	bool quiet, failed;
	int sys = 0;

	progress_hide();
	errno = 0;
	failed = fflush(stdout) == EOF;
	if (failed)
		sys = errno;
	failed = ferror(stdout) != 0 || failed;
	quiet = failed && reader_left();
	errno = 0;
	if (fclose(stdout) == EOF && !failed) {
		sys = errno;
		failed = true;
	}
	if (failed && !quiet && sys != 0)
		fprintf(stderr, "evault: %s%s: %s\n", _("error: "),
			_("cannot write to standard output"), _(strerror(sys)));
	else if (failed && !quiet)
		fprintf(stderr, "evault: %s%s\n", _("error: "),
			_("cannot write to standard output"));
	return !failed;
}
