/*
 * The terminal's second screen, for secrets that are shown or typed: nothing
 * of them stays there, nor in the scrollback.  Signals that end the program
 * end the asking, and the program when all is cleared away (interrupt_later);
 * so does Ctrl-C.
 */
#ifndef CLI_SECRET_SCREEN_H
#define CLI_SECRET_SCREEN_H

#include "evault.h"

struct secret_screen;

/* E_NOT_FOUND when there is no terminal, or it has no such screen; E_IO, E_NOMEM. */
enum evault_status secret_screen_begin(struct secret_screen **screen, struct evault_error *err);
/* NULL is fine. */
void secret_screen_end(struct secret_screen *screen);

/*
 * Shows `text` (lines that end with LF; cut into shorter ones by the terminal)
 * instead of what was there, the question below it, and takes a line, which is
 * shown while it is typed.  `out` takes `size` bytes with the NUL: "" for Enter
 * alone.  E_CANCELLED after Ctrl-D, and
 * after what ends the program.
 */
enum evault_status secret_screen_ask(struct secret_screen *screen, const char *text,
				     const char *question, char *out, size_t size,
				     struct evault_error *err);

#endif
