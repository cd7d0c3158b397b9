#include "base/error.h"

#include <errno.h>
#include <libintl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char cut_mark[] = "…";

static const char domain[] = "evault";

const char *
ev_translate(const char *text)
{
	return dgettext(domain, text);
}

const char *
ev_translate_plural(const char *one, const char *many, unsigned long long n)
{
	return dngettext(domain, one, many, (unsigned long)n);
}

/* Ends text[size] with "…" before a character that is cut. */
static void
error_cut(char *text, size_t size)
{
	size_t at = size - sizeof(cut_mark);

	while (at > 0 && ((uint8_t)text[at] & 0xC0) == 0x80)
		at--;
	memcpy(text + at, cut_mark, sizeof(cut_mark));
}

static void error_format(char *text, size_t size, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static void
error_format(char *text, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(text, size, ev_translate(fmt), args);

	if (len < 0)
		text[0] = '\0';
	else if ((size_t)len >= size)
		error_cut(text, size);
}

static void
error_append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);
	int added = snprintf(text + len, size - len, "%s", more);

	if (added >= 0 && (size_t)added >= size - len)
		error_cut(text, size);
}

static enum evault_status
error_of_sys(int sys)
{
	switch (sys) {
	case ENOENT:
	case ENOTDIR:
		return EVAULT_E_NOT_FOUND;
	case EEXIST:
		return EVAULT_E_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return EVAULT_E_FULL;
	case EROFS:
		return EVAULT_E_READ_ONLY;
	case ENOMEM:
		return EVAULT_E_NOMEM;
	default:
		return EVAULT_E_IO;
	}
}

enum evault_status
ev_fail(struct evault_error *err, enum evault_status status, const char *fmt, ...)
{
	char text[sizeof(err->text)]; /* an argument may be err->text */
	va_list args;

	if (err == NULL)
		return status;
	va_start(args, fmt);
	error_format(text, sizeof(text), fmt, args);
	va_end(args);
	memcpy(err->text, text, sizeof(text));
	err->status = status;
	err->sys = 0;
	return status;
}

enum evault_status
ev_fail_sys(struct evault_error *err, int sys, const char *fmt, ...)
{
	char text[sizeof(err->text)], room[128];
	va_list args;

	if (err == NULL)
		return error_of_sys(sys);
	va_start(args, fmt);
	error_format(text, sizeof(text), fmt, args);
	va_end(args);
	error_append(text, sizeof(text), ": ");
	/* The system has its own words in the user's language only where that locale is installed.
	 */
	error_append(text, sizeof(text), ev_translate(strerror_r(sys, room, sizeof(room))));
	memcpy(err->text, text, sizeof(text));
	err->status = error_of_sys(sys);
	err->sys = sys;
	return err->status;
}

enum evault_status
ev_fail_nomem(struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_NOMEM, "out of memory");
}

enum evault_status
ev_error_prefix(struct evault_error *err, enum evault_status status, const char *prefix)
{
	char text[sizeof(err->text)] = "";

	if (err == NULL)
		return status;
	error_append(text, sizeof(text), prefix);
	error_append(text, sizeof(text), ": ");
	error_append(text, sizeof(text), err->text);
	memcpy(err->text, text, sizeof(text));
	return status;
}
