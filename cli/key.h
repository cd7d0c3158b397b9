/* What the parts of `evault key` share: cmd_key.c has their table. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "command.h"
#include "evault.h"
#include "session.h"

extern const struct command command_key_list;
extern const struct command command_key_add;
extern const struct command command_key_remove;
extern const struct command command_key_rename;
extern const struct command command_key_rotate;
extern const struct command command_key_passphrase;
extern const struct command command_key_split;
extern const struct command command_key_join;
extern const struct command command_key_export;

/* All of them in the order of the help, NULL at the end. */
extern const struct command *const key_table[];

/* That of `evault key <word>`, or NULL. */
const struct command *key_find(const char *word);

/* Opens the vault; on failure nothing is open but the session, which needs session_release. */
enum evault_status key_open(struct session *session, const struct globals *globals,
			    enum evault_access access, struct evault **vault,
			    struct evault_error *err);

/* After a change of keys: warns when the vault was armed for panic, and no longer is. */
void key_warn_armed(const struct session *session);

/* "Aigul", or "key 3" for who has no name; escaped, new memory. */
char *key_person(const struct evault_holder *holder);

/* One JSON object about a change. */
void key_print_changed(const char *change, const struct evault_key_changed *changed);

#endif
