/*
 * Signals.  One that ends the program wipes all secrets first.
 *
 * SIGINT, SIGTERM and SIGHUP while something is written: the first asks to
 * finish what is at hand.  One that comes more than a second later ends the
 * program at once, which loses nothing that was reported as kept (G2).
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* Once, at the program's start: what ends it wipes secrets. */
void interrupt_init(void);
/* What a handler does then: wipes, and lets the signal have its usual effect. */
void interrupt_end(int number);
/*
 * The same at the end of main, for who has something to clear away before:
 * interrupt_end_due, which does nothing where none came.
 */
void interrupt_later(int number);
void interrupt_end_due(void);

/*
 * What must not stop in the middle, whoever closes the terminal: no signal that
 * can wait comes before interrupt_let.
 */
void interrupt_hold(void);
void interrupt_let(void);

void interrupt_watch(void);
/* True once one came; the first time that it is asked after that, it is also said. */
bool interrupt_asked(void);

#endif
