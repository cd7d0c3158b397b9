/*
 * Keys of whoever unlocked the vault (FORMAT.md, section 7).
 *
 * Invariants:
 *  1. A key file is opened only when its hash is the one the log names.
 *  2. No key is used whose public part is not the one that the log names.
 *  3. All secrets are in locked memory.
 */
#ifndef EV_STORE_KEYRING_H
#define EV_STORE_KEYRING_H

#include "format/keyfile.h"
#include "store/authority.h"

struct ev_keyring {
	struct ev_slot *slot;          /* NULL: a reader without a slot */
	struct ev_verifier actor;      /* of the slot */
	struct ev_age_identity *reads; /* vault identities, those that could be opened */
	size_t n_reads;
	struct ev_write_key *write;   /* the current log key; NULL: may not write */
	struct evault_error no_write; /* why a holder's could not be opened */
};

enum {
	EV_KEYRING_IDENTITIES_MAX = 16 /* in the files given to unlock with */
};

/*
 * Tries the identity files on every slot, then on the read keys themselves,
 * then asks for passphrases.  E_KEY nothing given opens a slot; E_DAMAGED a
 * key file is not what the log names; what `ask` returns.
 */
enum evault_status ev_keyring_unlock(int dir, const struct ev_authority *authority,
				     const struct evault_unlock *unlock, struct ev_keyring **k,
				     struct evault_error *err);
/* Wipes.  NULL is fine. */
void ev_keyring_free(struct ev_keyring *k);
/* The vault identities, for opening packs. */
struct ev_age_with ev_keyring_with(const struct ev_keyring *k);

/* What the first holder's keys are made from; pointers are borrowed. */
struct ev_keyring_make {
	const char *name;                  /* may be NULL */
	const struct ev_age_recipient *to; /* NULL: passphrase */
	const char *passphrase;
	unsigned work_factor;
	const struct ev_age_recipient *readers;
	size_t n_readers;
};
/*
 * Makes the keys of a new vault and its vault note (origin, first owner),
 * writes keys/1.age, keys/read.0.age and keys/write.0.age durably, and appends
 * the structural lines of entry 0 that name them.  `vault` and `note` receive
 * the vault note.
 */
enum evault_status ev_keyring_make(int dir, const struct ev_keyring_make *how,
				   struct ev_vault_note *vault, struct ev_buf *note,
				   struct ev_buf *lines, struct ev_keyring **k,
				   struct evault_error *err);

#endif
