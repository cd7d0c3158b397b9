/*
 * The terminal as one full screen, in raw mode, on its second screen: nothing
 * of it stays in the scrollback.  However the program ends, the terminal is as
 * it was; SIGKILL alone cannot be helped.  There is one terminal, so there is
 * one screen.
 */
#ifndef CLI_FULLSCREEN_H
#define CLI_FULLSCREEN_H

#include "evault.h"
#include "guarded.h"

enum fullscreen_event {
	FULLSCREEN_INPUT,     /* bytes came */
	FULLSCREEN_NOTHING,   /* the time is over */
	FULLSCREEN_RESIZED,   /* or it must be drawn anew, all of it */
	FULLSCREEN_INTERRUPT, /* SIGINT from outside; Ctrl-C is a key */
	FULLSCREEN_STOP,      /* SIGTSTP: fullscreen_stop, when what is at hand is safe */
	FULLSCREEN_ENDING,    /* SIGHUP, SIGTERM, SIGQUIT, or the terminal is gone */
};

/* Can this terminal be used so? */
bool fullscreen_possible(void);
/* E_NOT_FOUND when there is no terminal, or it cannot move its cursor; E_IO. */
enum evault_status fullscreen_begin(struct evault_error *err);
/* Does nothing when it has not begun. */
void fullscreen_end(void);

void fullscreen_size(unsigned *rows, unsigned *columns);
/* Signals reach the program only here. */
enum fullscreen_event fullscreen_wait(int milliseconds, char *out, size_t size, size_t *got);
/* Gives up where the terminal takes no more and a signal comes. */
void fullscreen_write(const char *data, size_t len);
/* Stops the program as the shell expects it, and goes on: draw all of it then. */
void fullscreen_stop(void);
/* The signal that FULLSCREEN_ENDING was for; SIGHUP when the terminal is gone. */
int fullscreen_signal(void);

#endif
