/* How long something lasts, as people write it. */
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <stdint.h>

/* "90s", "15m", "8h", to seconds; 0 for anything else, or more than `max`. */
uint64_t duration_read(const char *text, uint64_t max);

#endif
