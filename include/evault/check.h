/* Comparing all with what the log says; and merging small packs. */
#ifndef EVAULT_CHECK_H
#define EVAULT_CHECK_H

#include "common.h"
#include "unlock.h"
#include "vault.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- check --------------------------------------------------------- */

enum evault_finding_kind {
	EVAULT_FINDING_MISSING = 0, /* something that was kept is not there */
	EVAULT_FINDING_ALTERED = 1, /* it is there, and is not what was kept */
	EVAULT_FINDING_UNKNOWN = 2, /* a file that no entry names */
	EVAULT_FINDING_FORGED = 3,  /* signed by nobody who may, or not as the log's rules say */
	EVAULT_FINDING_HISTORY = 4, /* not a continuation of the checkpoint given */
	EVAULT_FINDING_INTERRUPTED = 5, /* left by a run that was cut short: no damage */
	EVAULT_FINDING_UNREADABLE = 6,  /* the system would not read it: nothing can be said */
};

/* "missing", "altered", … : the word in `--json`. */
const char *evault_finding_word(enum evault_finding_kind kind);

struct evault_finding {
	enum evault_finding_kind kind;
	bool has_item;
	uint64_t item;
	char citation[EVAULT_CITATION_SIZE]; /* "" without item */
	const char *path;                    /* below the vault's folder; "" if none */
	const char *detail;                  /* a sentence a lawyer can read */
};

enum evault_check_depth {
	EVAULT_CHECK_QUICK = 0, /* log, signatures, keys, sizes of packs; no pack is read */
	EVAULT_CHECK_FULL = 1,  /* and every byte; opened with the key when the vault is unlocked */
};

struct evault_check {
	enum evault_check_depth depth;
	const char *against; /* a checkpoint's file; may be NULL */
	/* What evault_checkpoint_short gave, as somebody typed it; may be NULL: one of both. */
	const char *against_short;
	bool adopt; /* needs EVAULT_WRITE */
	void (*finding)(void *ctx, const struct evault_finding *finding);
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_check_summary {
	uint64_t entries, items, packs, objects, records; /* packs: those that must be there */
	uint64_t packs_read; /* of them, those whose every byte was compared */
	uint64_t bytes_read;
	uint64_t damage;      /* findings that are damage */
	uint64_t interrupted; /* findings that are not */
	uint64_t unreadable;  /* findings of which nothing can be said */
	uint64_t adopted;     /* records taken in */
	bool log_checked, packs_checked, content_checked, against_checked;
	bool adds_only; /* who unlocked it may only add: content was not opened */
	bool sound;     /* nothing was damaged or unreadable, of what was checked */
	bool cancelled;
};

/*
 * Compares everything with what the log says (G3, G4).  Can be called on a
 * folder whose log is damaged: it opens the vault itself.  Returns EVAULT_OK
 * when the check ran, whatever it found; E_NOT_VAULT, E_VERSION, E_KEY, …
 * when it could not.
 */
enum evault_status evault_check(const char *dir, enum evault_access access,
				const struct evault_unlock *unlock, const struct evault_check *what,
				struct evault_check_summary *summary, struct evault_error *err);

/* ---- tidy ----------------------------------------------------------- */

struct evault_tidy {
	bool dry_run; /* changes nothing; enough to have the vault open for reading */
	/* A pack that stays as it is, and why: it is damaged, or cannot be read or removed. */
	void (*left)(void *ctx, const char *path, const char *why);
	/* Returns true to stop.  May be NULL. */
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_tidy_summary {
	uint64_t merged, bytes_before; /* small packs that were merged, or would be */
	uint64_t made, bytes_after;    /* packs that they became; of a dry run 0 */
	uint64_t removed;              /* files that a run which was cut short had left */
	uint64_t left;
	uint64_t packs; /* that the vault has afterwards; of a dry run: that it has */
	bool cancelled;
};

/*
 * Merges small packs into large ones, when there are eight or more: below
 * 8 MiB, with statements apart from files.  What is in a pack is copied as it is; the old file goes
 * when the new one was read back and the log names it (G2).  On failure, and when stopped, the
 * summary says what was done until then.  Afterwards the vault takes no other commit until it is
 * opened again. Takes about 16 MiB, 48 bytes for each small pack, and for at most 20,000 of them at
 * a time 1 KiB each and 64 bytes for each of their members.  E_DENIED, E_FULL, E_IO, E_READ_ONLY.
 */
enum evault_status evault_tidy(struct evault *vault, const struct evault_tidy *what,
			       struct evault_tidy_summary *summary, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
