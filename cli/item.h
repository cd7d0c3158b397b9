/* An item as people and programs see it. */
#ifndef CLI_ITEM_H
#define CLI_ITEM_H

#include <stdio.h>

#include "evault.h"

/* Its record is missing or damaged: only its place in the log is known. */
bool item_is_lost(const struct evault_item *item);
/* The same, for many: a warning, and where to look.  Nothing when `lost` is 0. */
void item_warn_lost(uint64_t lost);

/* One line: citation, time, size, name with its folder. */
void item_print_line(FILE *out, const struct evault_item *item);
void item_print_header(FILE *out);

/* All that its record says, a line for each field. */
void item_print_all(FILE *out, const struct evault_item *item);

/* One JSON object with all that its record says, on one line. */
void item_print_json(FILE *out, const struct evault_item *item);

#endif
