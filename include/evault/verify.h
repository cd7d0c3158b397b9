/* Comparing a bundle of others with what it must be.  Needs no vault. */
#ifndef EVAULT_VERIFY_H
#define EVAULT_VERIFY_H

#include "check.h"
#include "common.h"
#include "item.h"
#include "keys.h"
#include "unlock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum evault_verdict {
	EVAULT_VERDICT_VERIFIED = 0,       /* all holds, and the signer is one who was given */
	EVAULT_VERDICT_SIGNER_UNKNOWN = 1, /* all holds; who the signer is, nobody here says */
	EVAULT_VERDICT_NOT_JOINED = 2,     /* a checkpoint is known that nothing joins to it */
	EVAULT_VERDICT_DAMAGED = 3,
	EVAULT_VERDICT_NOT_ADDRESSED = 4, /* made for somebody else, and sealed anew */
	EVAULT_VERDICT_FORK = 5, /* the vault's log has signed two pasts that exclude each other */
};
/* "verified", "intact, signer unknown", "consistency not shown", "damaged" … */
const char *evault_verdict_word(enum evault_verdict verdict);

enum evault_asked {
	EVAULT_ASKED_NOT = 0, /* nothing was given to compare with */
	EVAULT_ASKED_HOLDS = 1,
	EVAULT_ASKED_FAILS = 2,
	EVAULT_ASKED_OPEN = 3, /* it could not be compared */
};

/* An entry of another vault that an item was received as. */
struct evault_bundle_source {
	struct evault_source entry;
	uint64_t entries; /* * when it holds: of the tree that it is proved to be in */
	/*
	 * Does the bundle prove that it is in that vault's log?  HOLDS, FAILS
	 * (what it has for that is not sound), or OPEN: it has nothing for that.
	 */
	enum evault_asked proved;
	enum evault_role role; /* * of who signed it there */
	char citation[EVAULT_CITATION_SIZE];
	char actor_key[EVAULT_HEX_SIZE];    /* * theirs */
	char name[EVAULT_HOLDER_NAME_SIZE]; /* * of the contact whose key and vault it is; or "" */
	bool actor_ended;                   /* * that key was removed later */
};

/* An item of a bundle, judged.  All pointers live until the callback returns. */
struct evault_bundle_item {
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
	char digest[EVAULT_HEX_SIZE];    /* of its record; "" when there is none that can be read */
	char actor_key[EVAULT_HEX_SIZE]; /* whose signature its entry has; "" when none holds */
	enum evault_role role;           /* theirs; when `actor_key` is set */
	bool actor_ended;                /* that key was removed later */
	const char *action, *time;       /* "" when there is no record */
	const char *name;                /* raw bytes; NULL: withheld, or it has none */
	const char *withheld;            /* names of fields, ", " between; or "" */
	bool has_file;                   /* its original is in the bundle */
	char sha256[EVAULT_HEX_SIZE];    /* "" when the record does not disclose it … */
	uint64_t size;                   /* … or not both */
	uint64_t corrections;            /* annotations of it that are in the bundle */
	bool retracted;                  /* a retraction in the bundle says so, and holds */
	bool good;                       /* nothing was found that is wrong with it */
	const char *path;                /* where its original was written; NULL: nowhere */
	/* Where it was received from, the sender's next vault first, last the one that recorded it.
	 */
	const struct evault_bundle_source *sources;
	size_t n_sources; /* 0: it was recorded in the sender's vault */
};

struct evault_verify {
	const char *path; /* age file, first volume, tar, or folder; "-" standard input */
	const struct evault_unlock *unlock; /* identities and `ask`; may be NULL */
	/*
	 * May be NULL: its reader's keys open bundles, too, and its contacts are signers
	 * who are known.
	 */
	struct evault *vault;
	const char *signer;  /* a card's file, or a verifier key of an actor or log; may be NULL */
	const char *against; /* a checkpoint's file; may be NULL */
	const char *against_short; /* as evault_check has it; one of both */
	const char *extract;       /* a new or empty folder for originals; NULL: none */
	void (*finding)(void *ctx, const struct evault_finding *finding);
	void (*item)(void *ctx, const struct evault_bundle_item *item);
	/* Two heads of one log that exclude each other: the signed notes (or the short form). */
	void (*fork)(void *ctx, const char *known, const char *found);
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_verify_summary {
	enum evault_verdict verdict;
	char origin[EVAULT_ORIGIN_SIZE]; /* "" when the share note cannot be read, and all of its */
	char signer[EVAULT_VKEY_SIZE];   /* of the bundle; "" when its signature does not hold */
	enum evault_role role;           /* of the signer */
	char signer_name[EVAULT_HOLDER_NAME_SIZE]; /* as the card or contact has it; or "" */
	char to[EVAULT_RECIPIENT_SIZE];            /* "age1…", "passphrase" or "folder" */
	char time[EVAULT_TIME_SIZE];               /* by the sender's clock */
	char tagmanifest[EVAULT_HEX_SIZE];
	uint64_t entries; /* of the log's tree that all is proved to be in … */
	char root[EVAULT_HEX_SIZE];
	uint64_t known;        /* entries of the checkpoint given */
	uint64_t items, good;  /* in the bundle; and those of them that are sound */
	uint64_t files, bytes; /* originals whose bytes were compared */
	uint64_t extracted;    /* originals that were written */
	uint64_t proofs;       /* that the log goes on from earlier trees */
	uint64_t received;     /* items that were recorded in another vault first; and of those */
	uint64_t unproved;     /* ones for which the bundle does not prove all of that */
	uint64_t others;       /* listed members of kinds that this evault does not know */
	bool text_of_card; /* VERIFY.txt is none that it knows, but the one that the card names */
	uint64_t damage;   /* findings */
	enum evault_asked addressee; /* is it for who opened it? */
	enum evault_asked signer_known;
	enum evault_asked against; /* does the log go on from the checkpoint given? */
	enum evault_asked seen; /* … and from what the vault given has received of it before? */
	uint64_t seen_entries;  /* of that log, when last received */
	unsigned passes;        /* over the input */
};

/*
 * Compares a bundle with what it must be (FORMAT.md, section 12; G3, G5).
 * Needs no vault.  Returns EVAULT_OK when it ran, whatever was found.
 * Memory grows by some 300 bytes with each member, and not with their sizes;
 * more than a million members are E_LIMIT.  With `extract`, an original gets its name there only
 * when it is the one that its record names, and the record is proved and signed.
 * E_KEY: nothing given opens it; E_FORMAT: it is no bundle; E_USAGE:
 * standard input whose members are in an order that takes a second reading; E_EXISTS: the
 * folder is not empty; E_CHANGED, E_CANCELLED, E_IO, E_FULL, E_NOMEM.
 */
enum evault_status evault_verify(const struct evault_verify *what,
				 struct evault_verify_summary *summary, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
