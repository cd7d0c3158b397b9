/*
 * Keys of whoever unlocked the vault (FORMAT.md, section 7).
 *
 * Invariants:
 *  1. A key file is opened only when its hash is the one the log names; it
 *     may still lie beside the one before it, under its new name.
 *  2. No key is used whose public part is not the one that the log names.
 *  3. All secrets are in locked memory.
 */
#ifndef EV_STORE_KEYRING_H
#define EV_STORE_KEYRING_H

#include "format/kept.h"
#include "store/authority.h"

struct ev_keyring {
	struct ev_slot *slot;           /* NULL: a reader without a slot */
	struct ev_age_identity *reader; /* their identity; NULL when it took several, or a slot */
	char slot_path[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_verifier actor;      /* of the slot */
	struct ev_age_identity *reads; /* vault identities, those that could be opened … */
	uint64_t *epochs;              /* … and of which epoch each is */
	size_t n_reads;
	struct ev_read_key *opened;   /* that of the last epoch that was opened */
	struct ev_roster *roster;     /* in it, of the newest epoch; NULL: who may not read that */
	struct ev_hash roster_file;   /* the file that it was in */
	struct ev_write_key *write;   /* the current log key; NULL: may not write */
	struct evault_error no_write; /* why a holder's could not be opened */
};

enum {
	EV_KEYRING_IDENTITIES_MAX = 16 /* in the files given to unlock with */
};

/*
 * Tries what is kept in the kernel's keyring, if `unlock` wants that; then the
 * identity files on every slot, then on the read keys themselves, then asks
 * for passphrases.  E_KEY nothing given opens a slot; E_DAMAGED a
 * key file is not what the log names; what `ask` returns.
 */
enum evault_status ev_keyring_unlock(int dir, const struct ev_authority *authority,
				     const struct evault_unlock *unlock, struct ev_keyring **k,
				     struct evault_error *err);
/* Wipes.  NULL is fine. */
void ev_keyring_free(struct ev_keyring *k);
/*
 * What the holder is called: in the roster, or in the slot where that cannot
 * be read.  "" for a reader without a slot.
 */
const char *ev_keyring_name(const struct ev_keyring *k);
/* Are these the keys that the log, as it is now, names? */
bool ev_keyring_is_current(const struct ev_keyring *k, const struct ev_authority *authority);
/* The vault identities, for opening packs. */
struct ev_age_with ev_keyring_with(const struct ev_keyring *k);

/* ---- key files on disk ------------------------------------------------ */

/*
 * Loads a key file as the log names it, replacing what `out` had; *pending:
 * it lies there under its new name.  E_NOT_FOUND the log does not name it;
 * E_DAMAGED; E_IO.
 */
enum evault_status ev_key_file_load(int dir, const struct ev_authority *authority, const char *path,
				    struct ev_buf *out, bool *pending, struct evault_error *err);
enum ev_key_file {
	EV_KEY_FILE_PENDING, /* the log names it: it has yet to get its name */
	EV_KEY_FILE_LEFT,    /* of a change that the log does not have, or a slot that was ended */
	EV_KEY_FILE_UNKNOWN,
};
/* What a file below keys/ is, that the log does not name by its path. */
enum evault_status ev_key_file_judge(int dir, const struct ev_authority *authority,
				     const char *path, enum ev_key_file *what,
				     struct evault_error *err);
/*
 * Completes the changes of key files that the log has, and removes what is
 * left.  For the holder of the lock, once after opening.
 */
enum evault_status ev_keyring_recover(int dir, const struct ev_authority *authority,
				      struct evault_error *err);

/* ---- kept in the kernel's keyring (base/os_keyring.h) ---------------- */

/*
 * Keeps the slot, or the reader's identity, that opened the vault for that many
 * seconds; *until receives the end.  E_DENIED when it took several
 * identities; E_NO_KEYRING, E_NOMEM.
 */
enum evault_status ev_keyring_keep(const struct ev_keyring *k, const struct ev_authority *authority,
				   uint32_t seconds, int64_t *until, struct evault_error *err);
/*
 * What is kept for this vault, into locked memory.  What is of another form,
 * of another vault, of a slot that the log no longer names, or past its time
 * is forgotten.  E_NOT_FOUND, E_NO_KEYRING, E_NOMEM.
 */
enum evault_status ev_keyring_kept(const struct ev_authority *authority, struct ev_kept *kept,
				   struct evault_error *err);
/* *was: there was something.  E_NO_KEYRING. */
enum evault_status ev_keyring_forget(const char *origin, bool *was, struct evault_error *err);
/* Of all vaults.  E_NO_KEYRING, E_NOMEM. */
enum evault_status ev_keyring_forget_all(uint64_t *n, struct evault_error *err);

/* ---- making ----------------------------------------------------------- */

/* What the first holder's keys are made from; pointers are borrowed. */
struct ev_keyring_make {
	const char *name; /* may be NULL */
	/*
	 * The first holder may only add: the owner's slot is sealed to readers[0],
	 * and nobody here opens it again.
	 */
	bool capture;
	const struct ev_age_recipient *to; /* NULL: passphrase */
	const char *passphrase;
	unsigned work_factor;
	const struct ev_age_recipient *readers;
	size_t n_readers;
	const char *last_reader; /* what the last of them is called; NULL: nothing */
};
/*
 * Makes the keys of a new vault and its vault note (origin, first owner),
 * writes keys/1.age, keys/read.0.age and keys/write.0.age durably (and
 * keys/2.age, of who may only add), and appends the structural lines of
 * entry 0 that name them.  *k has the owner's keys, to sign that entry with.  `vault` and `note`
 * receive the vault note.
 */
enum evault_status ev_keyring_make(int dir, const struct ev_keyring_make *how,
				   struct ev_vault_note *vault, struct ev_buf *note,
				   struct ev_buf *lines, struct ev_keyring **k,
				   struct evault_error *err);

#endif
