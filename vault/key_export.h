/* What exporting keys, and proving that an export opens the vault, share. */
#ifndef EV_KEY_EXPORT_H
#define EV_KEY_EXPORT_H

#include "vault.h"

/* Opens what says whose keys these are: the note and the log, and no pack or index. */
enum evault_status ev_vault_begin_sealed(const char *dir, struct evault **vault,
					 struct evault_error *err);

/* Is the open folder `dir` the vault's, or below it? */
bool ev_lies_within(int dir, const struct evault *v);

#endif
