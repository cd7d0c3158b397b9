/*
 * SIGINT, SIGTERM and SIGHUP while something is written: the first asks to
 * finish what is at hand.  One that comes more than a second later ends the
 * program at once, which loses nothing that was reported as kept (G2).
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_watch(void);
/* True once one came; the first time that it is asked after that, it is also said. */
bool interrupt_asked(void);

#endif
