/* A vault: made, opened, closed; its head, and how it is. */
#ifndef EVAULT_VAULT_H
#define EVAULT_VAULT_H

#include "common.h"
#include "paper.h"
#include "unlock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- making one -------------------------------------------------------- */

struct evault_init {
	const char *dir;  /* made; or an empty folder */
	const char *name; /* of the first holder; NULL: none */
	const char *to;   /* age recipient whose identity unlocks the slot; NULL: passphrase */
	const char *passphrase;     /* used when `to` is NULL */
	unsigned work_factor;       /* log2 of scrypt's N; 0: 18; 10 to 20 */
	const char *const *readers; /* further age recipients who may read */
	size_t n_readers;
	bool discreet; /* no README.txt */
	/*
	 * The first holder may only add (EVAULT_ROLE_CAPTURE).  The owner's keys
	 * are sealed to readers[0], of which there must be one, and forgotten: nothing of this
	 * device opens what it keeps.  No `paper`.
	 */
	bool capture_only;
	/*
	 * A further reader whose key is on paper; may be NULL.  `written` is
	 * called when the vault has its name, so that the texts can be shown, and before it
	 * counts: what it returns, if not EVAULT_OK, ends init.
	 */
	struct evault_paper *paper;
	enum evault_status (*written)(void *ctx, struct evault_paper *paper,
				      struct evault_error *err);
	void *ctx;
};

/*
 * Makes a vault.  Either all of it is there and synced afterwards, or there
 * is none: a folder that was made for it is gone, and one that was there is
 * empty again.  Where neither could be done (it was killed, the disk fails), the
 * next try begins anew in the folder.  `origin` receives
 * the vault's name.  E_USAGE (a recipient that is none, an empty
 * passphrase), E_EXISTS (the folder is not empty), E_IO, E_FULL.
 */
enum evault_status evault_init(const struct evault_init *how, char origin[EVAULT_ORIGIN_SIZE],
			       struct evault_error *err);
/*
 * Says what evault_init would refuse, before anybody is asked for a
 * passphrase (how->passphrase and how->paper may be missing yet): E_USAGE,
 * E_EXISTS, or that the folder cannot be read.  Changes nothing.
 */
enum evault_status evault_init_look(const struct evault_init *how, struct evault_error *err);

/* ---- opening it -------------------------------------------------------- */

enum evault_access {
	EVAULT_SEALED = 0, /* no key is used: the log, key files and packs as bytes */
	EVAULT_READ = 1,   /* unlocks, writes nothing but the index */
	EVAULT_WRITE = 2,  /* unlocks, takes the writer's lock, completes what was cut short */
};

struct evault_open {
	const char *dir;
	enum evault_access access;
	const struct evault_unlock *unlock; /* may be NULL for SEALED */
	const char *index; /* a folder for the index file; NULL: the vault's own folder */
	/*
	 * Opens also for a holder who may only add, and of whom nothing can be
	 * asked that needs reading (evault_reads): E_DENIED.
	 */
	bool adding;
	/*
	 * Takes a sentence that is no error: the index was altered and made
	 * anew.  Called until the vault is closed.  May be NULL.
	 */
	void (*notice)(void *ctx, const char *text);
	void *ctx;
};

/*
 * Opens a vault.  For READ and WRITE the log is verified in full, and the
 * index is brought up to date, or made anew where it is of no use; where it
 * cannot be kept on disk it is made in memory.  What `how` points to must
 * live until this returns.
 * E_NOT_VAULT, E_VERSION, E_DAMAGED, E_KEY, E_BUSY (the text says who),
 * E_READ_ONLY, E_IO, E_DENIED; E_NOT_FOUND when there is no folder `index`.
 */
enum evault_status evault_open(const struct evault_open *how, struct evault **vault,
			       struct evault_error *err);

/*
 * How many entries at the log's end are not in the index yet: somebody is
 * adding to the vault.  Lists and searches are of those before.
 */
uint64_t evault_behind(const struct evault *vault);

/* Releases locks, wipes keys.  NULL is fine. */
void evault_close(struct evault *vault);

/* Can whoever unlocked it read?  False when it is sealed. */
bool evault_reads(const struct evault *vault);

/* ---- the log's head, and status ------------------------------------ */

/* The signed checkpoint, NUL-terminated.  Free with evault_free. */
enum evault_status evault_checkpoint(struct evault *vault, char **note, struct evault_error *err);

enum {
	EVAULT_SHORT_SIZE = 105
};
/*
 * The same so short that it goes into a message, and can be typed: the first
 * digits of the vault's name, the number of entries, the root, with letters that check.
 * It is not signed.
 */
void evault_checkpoint_short(const struct evault *vault, char out[EVAULT_SHORT_SIZE]);
/* Is the text one, or one that was mistyped, rather than the name of a file? */
bool evault_is_short(const char *text);

struct evault_status_info {
	char origin[EVAULT_ORIGIN_SIZE];
	char root[EVAULT_HEX_SIZE];
	uint64_t entries;
	uint64_t packs, pack_bytes;
	uint64_t drafts;  /* statements that are not finished */
	uint64_t records; /* entries with a record: items, and what was said and done; or 0 when it
			     reads */
	bool unlocked;    /* what follows is known only then */
	bool reads;       /* items, files, bytes, missing and ways are, too */
	uint64_t items, files, bytes; /* items that keep a file; distinct files; their bytes */
	char holder[256];             /* name of who unlocked, or "" */
	char role[16];                /* "owner" … */
	uint64_t missing;             /* entries whose record could not be read */
	uint64_t ways;   /* keys that open all of it, one for each person; 0: not known */
	uint64_t behind; /* as evault_behind */
};

enum evault_status evault_get_status(struct evault *vault, struct evault_status_info *info,
				     struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
