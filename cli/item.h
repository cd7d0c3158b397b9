/* An item as people and programs see it. */
#ifndef CLI_ITEM_H
#define CLI_ITEM_H

#include <stdio.h>

#include "evault.h"
#include "json.h"

/* Its record is missing or damaged: only its place in the log is known. */
bool item_is_lost(const struct evault_item *item);
/* The same, for many: a warning, and where to look.  Nothing when `lost` is 0. */
void item_warn_lost(uint64_t lost);

/*
 * One line: citation, time, size, name with its folder, title; a word before
 * the name of what is retracted.  Cut to so many columns; 0: not cut.
 */
void item_print_line(FILE *out, const struct evault_item *item, unsigned columns);
void item_print_header(FILE *out);

/*
 * All that its record says, a line for each field, and what was said later.
 * That it is retracted stands first.  `vault` is asked who signed what was received.
 */
void item_print_all(FILE *out, struct evault *vault, const struct evault_item *item);
/* A line for each vault that it was received from: which, as what, and who signed there. */
void item_print_sources(FILE *out, struct evault *vault, const struct evault_item *item);

/* A warning when it is retracted: why, and where that is said. */
void item_warn_retracted(const struct evault_item *item);

/* "2026-11-22T09:15:09Z" as "2026-11-22 09:15Z". */
void item_print_minute(FILE *out, const struct evault_field *time);

/* The value of a field of that name, escaped, as new memory; "?" where there is none. */
char *item_text(const struct evault_item *item, const char *name);

/*
 * The last annotation that holds, from the correction `from` on, and says this
 * field (of its record, or of a correction) anew; NULL when it holds.
 */
const struct evault_item *item_replaced_by(const struct evault_item *item, size_t from,
					   const struct evault_field *field);

/* Fields that a person says and can say anew: case, witness, tag, field … */
bool item_is_said(const char *field);

/* The field's value is this. */
bool item_says(const struct evault_item *item, const char *name, const char *value);

/*
 * All that its record says and what was said later, as members of an object
 * that has begun.  `vault`, if not NULL, is asked who signed what was received.
 */
void item_write_json(struct json *json, struct evault *vault, const struct evault_item *item);
/* One JSON object with these, on one line. */
void item_print_json(FILE *out, struct evault *vault, const struct evault_item *item);

#endif
