/* What opens a vault: secrets in memory, age identities, passphrases, and keys kept for a while. */
#ifndef EVAULT_UNLOCK_H
#define EVAULT_UNLOCK_H

#include "common.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- secrets in memory ------------------------------------------------- */

/*
 * Zeroed memory that is locked against swapping and left out of core dumps,
 * out of the 4 MiB that all secrets share; NULL when there is none, or the
 * system does not lock it.
 */
void *evault_secret_new(size_t size);
/* Wipes and frees.  NULL is fine. */
void evault_secret_free(void *secret);
/*
 * Wipes all secrets, the library's own too.  For the end of the process: a
 * handler of a signal may call it, and nothing else may be called afterwards.
 */
void evault_wipe_secrets(void);

/* ---- age identities ---------------------------------------------------- */

/*
 * Makes an age identity and writes it to a new file (mode 0600, never over an
 * existing one; synced), in the form that age-keygen writes.  `recipient`
 * receives the public part.  E_EXISTS, E_IO.
 */
enum evault_status evault_keygen(const char *path, char recipient[EVAULT_RECIPIENT_SIZE],
				 struct evault_error *err);

/* ---- passphrases ------------------------------------------------------- */

enum evault_words {
	EVAULT_WORDS_ENGLISH = 0,
	EVAULT_WORDS_RUSSIAN = 1,
};
enum {
	EVAULT_PASSPHRASE_MADE_SIZE = 272 /* bytes that a made one and its NUL fit into */
};

/*
 * A passphrase that nobody guesses: words drawn at random, at least 80 bits,
 * dashes between them.  `out` is in memory of evault_secret_new.  E_IO.
 */
enum evault_status evault_passphrase_make(enum evault_words words,
					  char out[EVAULT_PASSPHRASE_MADE_SIZE],
					  struct evault_error *err);
/*
 * Would it withstand whoever has a copy of the vault and a lot of money?
 * E_USAGE with a sentence that says why not.  `names` are what they would try
 * first: the holder's name, the vault's …; E_NOMEM.
 */
enum evault_status evault_passphrase_check(const char *text, const char *const *names,
					   size_t n_names, struct evault_error *err);

/* ---- unlocking --------------------------------------------------------- */

/*
 * How a vault is unlocked.  Identity files are tried first; if none opens a
 * slot and `ask` is not NULL, it is asked for a passphrase, once for each
 * attempt, until it returns something else than EVAULT_OK.
 */
struct evault_unlock {
	const char *const *identity_files; /* age identity files; may be NULL */
	size_t n_identity_files;
	const char *identity; /* one more, "AGE-SECRET-KEY-1…", in memory; may be NULL */
	bool kept;            /* first of all tries what evault_unlock_keep has left */
	/*
	 * Fills `out` (at most `size` bytes, NUL-terminated).  attempt counts
	 * from 0.  Returns EVAULT_E_KEY to give up; before what `err` says then
	 * comes the path of what it was to open.
	 */
	enum evault_status (*ask)(void *ctx, unsigned attempt, char *out, size_t size,
				  struct evault_error *err);
	void *ctx;
};

/* ---- unlocking for a while ------------------------------------------- */

enum {
	EVAULT_KEEP_SECONDS = 8 * 60 * 60, /* a working day */
	EVAULT_KEEP_MAX = 24 * 60 * 60,
};

struct evault_kept {
	bool kept;        /* what follows is known only then */
	uint64_t seconds; /* that are left */
	char until[21];   /* "2026-11-22T17:15:00Z" */
	char clock[6];    /* the same by this machine's local time: "22:15" */
};

/*
 * Unlocks as evault_open does, and keeps the holder's keys in the kernel's
 * keyring of the login session, in memory that is not swapped, for `seconds`
 * (1 to EVAULT_KEEP_MAX); the kernel then forgets them by itself.  Until then
 * evault_open with `kept` set needs no key: whoever uses this session can
 * open the vault.  Nothing is written to the vault.  E_NO_KEYRING; E_DENIED
 * when it took several identities of readers; what evault_open returns.
 */
enum evault_status evault_unlock_keep(const char *dir, const struct evault_unlock *unlock,
				      uint64_t seconds, struct evault_kept *kept,
				      struct evault_error *err);
/* Makes the kernel forget the keys at once; *was says whether it had any.  E_NOT_VAULT,
 * E_NO_KEYRING. */
enum evault_status evault_lock(const char *dir, bool *was, struct evault_error *err);
/* The same for all vaults of this session, wherever they are; *n says of how many. */
enum evault_status evault_lock_all(uint64_t *n, struct evault_error *err);
/* Are this vault's keys kept, and how long still?  Needs no key.  E_NOMEM. */
enum evault_status evault_get_kept(struct evault *vault, struct evault_kept *kept,
				   struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
