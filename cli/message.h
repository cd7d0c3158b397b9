/*
 * What evault says to people, on standard error: an error (it stops), a
 * warning (it goes on), a hint (what to do about it), a note (for information).  Each
 * is one line.  Formats go through gettext; text from evidence is escaped
 * before it comes here (escape.h).
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <libintl.h>
#include <stdbool.h>

#define _(text)  gettext(text)
#define N_(text) text

/* Exit statuses; scripts rely on them. */
enum exit_status {
	EXIT_SOUND = 0,  /* done, and sound */
	EXIT_DAMAGE = 1, /* a check ran and found damage */
	EXIT_FAILED = 2, /* could not run */
	EXIT_PARTLY = 3, /* nothing wrong found, but not everything was done */
};

void message_init(void);
void message_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void message_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void message_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Writes out and closes standard output; false, with an error said, when
 * not all that was printed arrived.
 */
bool message_close_output(void);

#endif
