/*
 * A change of the keys of a vault (FORMAT.md, section 7): key files sealed
 * anew, or made, and the lines of the log that name them.  They lie beside
 * the old ones until the log has them; so whatever happens, the vault opens
 * with the old keys or with the new ones.
 */
#ifndef EV_STORE_KEYRING_CHANGE_H
#define EV_STORE_KEYRING_CHANGE_H

#include "store/keyring.h"

struct ev_key_change {
	int dir;
	const struct ev_authority *authority; /* borrowed, as is … */
	const struct ev_keyring *k;
	struct ev_roster *roster;                  /* as it will be; NULL: of who cannot read it */
	struct ev_buf lines;                       /* structural lines of the entry */
	char (*paths)[EV_ENTRY_FILE_NAME_MAX + 1]; /* stored beside, by their names */
	size_t n_paths;
	uint64_t ended_slot; /* 0: none */
	/* Of a new epoch; NULL: it stays. */
	struct ev_read_key *read;
	struct ev_write_key *write;
	struct ev_verifier log_key;
	char recipient[EVAULT_RECIPIENT_SIZE];
};

/* Holds a copy of the keyring's roster.  E_NOMEM.  Needs releasing also after a failure. */
enum evault_status ev_key_change_init(struct ev_key_change *c, int dir,
				      const struct ev_authority *authority,
				      const struct ev_keyring *k, struct evault_error *err);
void ev_key_change_release(struct ev_key_change *c);

/*
 * Does the roster say of slots, actors and roles what the log says?
 * E_DAMAGED; E_VERSION when it says nothing at all.
 */
enum evault_status ev_roster_agrees(const struct ev_roster *r, const struct ev_authority *authority,
				    struct evault_error *err);

/*
 * Ends a holder or a reader: the lines that say so, and the roster without
 * them.  `at` is the line of the roster.  E_NOMEM.
 */
enum evault_status ev_key_change_end(struct ev_key_change *c, size_t at, struct evault_error *err);
/* The first slot number that is free. */
uint64_t ev_key_change_free_slot(const struct ev_key_change *c);
/* Seals a slot. */
enum evault_status ev_key_change_slot(struct ev_key_change *c, uint64_t n,
				      const struct ev_slot *slot, const struct ev_age_to *to,
				      struct evault_error *err);
/*
 * Seals vault identities anew for those in `roster`, and writes that into the
 * newest: all of them, or the newest alone.  E_DENIED when one is not open.
 */
enum evault_status ev_key_change_reads(struct ev_key_change *c, bool all, struct evault_error *err);
/* The same of the log key. */
enum evault_status ev_key_change_write(struct ev_key_change *c, struct evault_error *err);
/*
 * Begins a new epoch: a vault identity and a log key for those in `roster`.
 * E_LIMIT when the vault has had too many for one entry to name their files.
 */
enum evault_status ev_key_change_epoch(struct ev_key_change *c, struct evault_error *err);

/*
 * The log has it: the files get their names.  What fails here the next writer
 * completes (ev_keyring_recover).
 */
void ev_key_change_finish(const struct ev_key_change *c);
/* The log does not have it, and will not. */
void ev_key_change_undo(const struct ev_key_change *c);

#endif
