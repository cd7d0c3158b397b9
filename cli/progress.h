/*
 * The progress bar: the last line of standard error while something long
 * runs, drawn at most ten times a second, and only on a terminal.  There is
 * one terminal, so there is one bar.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "evault.h"

/* `total` may be NULL: then what progress_show is given counts. */
void progress_begin(const struct evault_progress *total);
/* For the library to call: `ctx` is not looked at; true when somebody asked to stop. */
bool progress_show(void *ctx, const struct evault_progress *progress);
/* Takes it from the screen until the next progress_show: before anything else is printed. */
void progress_hide(void);
void progress_end(void);

#endif
