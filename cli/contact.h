/* What the parts of `evault contact` share, and `evault card`: cmd_contact.c has their table. */
#ifndef CLI_CONTACT_H
#define CLI_CONTACT_H

#include "command.h"
#include "evault.h"
#include "json.h"

extern const struct command command_contact_add;
extern const struct command command_contact_list;
extern const struct command command_contact_show;
extern const struct command command_contact_remove;

/* All of them in the order of the help, NULL at the end. */
extern const struct command *const contact_table[];

/* That of `evault contact <word>`, or NULL. */
const struct command *contact_find(const char *word);

/* What a card says, as members of an object that has begun. */
void card_write_json(struct json *json, const struct evault_card *card);
/* One JSON object about a contact; `change` may be NULL. */
void contact_print_json(const struct evault_contact *contact, const char *change);
/* "court" …, in the user's language. */
const char *contact_audience(enum evault_audience audience);
/* A warning when records could not be read: one may be of a contact. */
void contact_warn_missing(uint64_t missing);

#endif
