/*
 * Errors: one sentence, worded where the thing went wrong.
 */
#ifndef EV_BASE_ERROR_H
#define EV_BASE_ERROR_H

#include "evault.h"

/*
 * The sentence in the user's language: looked up in the catalogue `evault`,
 * which the program binds; itself when it is not there.  _() marks for it
 * what is looked up where it stands, N_() what is looked up later; the format
 * of ev_fail and of its like needs neither.
 */
const char *ev_translate(const char *text) __attribute__((format_arg(1)));
const char *ev_translate_plural(const char *one, const char *many, unsigned long long n)
    __attribute__((format_arg(1), format_arg(2)));
#define _(text)  ev_translate(text)
#define N_(text) text

/*
 * Fills `err` (may be NULL) and returns `status`.  The format is looked up in
 * the message catalogue first.  Paths and names go in as %s after
 * ev_show_path, or are bytes of ours.  Format and arguments must give one
 * sentence without a full stop: "packs/3f/3f9a….age: cut short".
 */
enum evault_status ev_fail(struct evault_error *err, enum evault_status status, const char *fmt,
			   ...) __attribute__((format(printf, 3, 4)));

/*
 * The same for a refusal by the system: appends ": " and what errno value
 * `sys` means, and picks the status: ENOENT and ENOTDIR E_NOT_FOUND, EEXIST
 * E_EXISTS, ENOSPC and EDQUOT E_FULL, EROFS E_READ_ONLY, ENOMEM E_NOMEM, all
 * else E_IO.
 */
enum evault_status ev_fail_sys(struct evault_error *err, int sys, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* E_NOMEM with the sentence "out of memory". */
enum evault_status ev_fail_nomem(struct evault_error *err);

/* Puts "`prefix`: " before the sentence in `err` (may be NULL); returns its status argument. */
enum evault_status ev_error_prefix(struct evault_error *err, enum evault_status status,
				   const char *prefix);

#endif
