/*
 * Finding the vault and unlocking it: what all commands do first that work
 * on one.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "command.h"
#include "evault.h"
#include "secret.h"

struct session {
	const struct globals *globals;
	char *dir;
	bool adding; /* the command is also for who may add and not read; to be set after
			session_init */
	struct secret *passphrase; /* kept until session_release: a second opening need not ask */
	struct evault_unlock unlock;
};

/*
 * Finds the vault: -V, else $EVAULT, else the working folder or one above it
 * that holds a file `vault` and a folder `log`.  E_NOT_VAULT.  Needs
 * session_release also after a failure; `session` must stay where it is.
 */
enum evault_status session_init(struct session *session, const struct globals *globals,
				struct evault_error *err);
void session_release(struct session *session);

enum evault_status session_open(struct session *session, enum evault_access access,
				struct evault **vault, struct evault_error *err);

/*
 * Keys that are given may be those of other vaults: where they open nothing,
 * a passphrase is asked for, or what is kept for this login is used.
 */
void session_ask_too(struct session *session);

/*
 * Is it in the folder of a vault, of whichever?  What is written there in
 * clear is found with the vault (G1).
 */
bool session_lies_in_vault(const char *path);

/* A key is on the command line, so that nobody has to be asked. */
bool session_has_key(const struct globals *globals);

#endif
