/* Taking what another vault has, or a bundle of it, into this one. */
#ifndef EVAULT_RECEIVE_H
#define EVAULT_RECEIVE_H

#include "common.h"
#include "item.h"
#include "unlock.h"
#include "verify.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum evault_receive_what {
	EVAULT_RECEIVE_KEPT = 0,   /* acknowledged: it survives power loss */
	EVAULT_RECEIVE_FAILED = 1, /* damaged or missing there, or about what is: `why` */
	EVAULT_RECEIVE_WOULD = 2,  /* dry run: it would be received */
};

/* A record of the other vault.  All pointers live until the callback returns. */
struct evault_receive_event {
	enum evault_receive_what what;
	char citation[EVAULT_CITATION_SIZE]; /* as it is cited from now on; "" when it has no number
						yet, as what a copy of this vault recorded */
	uint64_t from;                       /* its number in the vault that it was received from */
	uint64_t index;                      /* KEPT: its number here */
	const char *action;                  /* raw bytes; "" when its record cannot be read */
	const char *name;                    /* of its file, raw bytes; "" when it keeps none */
	char sha256[EVAULT_HEX_SIZE];        /* of its file, or "" */
	uint64_t size;
	const char *why; /* FAILED: a sentence */
};

struct evault_receive {
	const char *dir; /* of the other vault, or of a copy of it; nothing is written there */
	const struct evault_unlock *unlock; /* of the other vault */
	bool dry_run;
	const char *receipt; /* of a bundle: where its receipt is written, anew; NULL: nowhere */
	/* Called after the commit that holds the record.  May be NULL. */
	void (*event)(void *ctx, const struct evault_receive_event *event);
	/* Called often; true asks to finish the commit at hand and stop.  May be NULL. */
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_receive_summary {
	char origin[EVAULT_ORIGIN_SIZE];    /* of the other vault; "" when it was not opened */
	uint64_t entries;                   /* in its log */
	uint64_t received, already, failed; /* records, of whatever action */
	uint64_t items;                     /* of what was received: what keeps a file */
	uint64_t bytes;                     /* of these files, written */
	uint64_t deduplicated;              /* bytes that were known and not written again */
	uint64_t left;                      /* as in evault_add_summary */
	bool logged;                        /* its log was kept in this run: entry `index` */
	uint64_t index;
	bool cancelled;
	bool forked;     /* it is a copy of this vault, and went on alone … */
	uint64_t common; /* … after these first entries */
	/* Of a bundle: records that are kept with it alone, for their files were not given … */
	uint64_t without_file;
	/* … and the receipt: what was found of each item, signed; NULL, or free with evault_free.
	 */
	char *receipt;
};

/*
 * Takes all records of another vault, and the files that they tell of, into
 * this one, which must be open for writing (for a dry run, for reading).
 * Every line of a record is taken as it stands, so its digest there can be
 * computed again here; and the other vault's signed log is kept with them, so
 * that anybody can prove that each was an entry of it (G4).  What was received
 * before is recognised.  A run that was cut short is completed by another one.
 *
 * What is damaged there is an event; all else is received.
 * Of a copy of this vault that went on alone, what it has besides is received
 * like that of any other; `forked` says so.
 *
 * E_USAGE: it is this vault, or a later copy of it; E_DAMAGED: its log is damaged, or is no
 * continuation of what was received before (nothing is received); E_KEY,
 * E_DENIED and what else opening returns; as evault_add.
 */
enum evault_status evault_receive(struct evault *vault, const struct evault_receive *what,
				  struct evault_receive_summary *summary, struct evault_error *err);
/*
 * Who signed the item where it was recorded, by the log that was kept with
 * it: SHA-256 of their key.  `source` is one of the item's.  E_NOT_FOUND: that log is not
 * here; E_DAMAGED.
 */
enum evault_status evault_source_signer(struct evault *vault, const struct evault_source *source,
					char actor_key[EVAULT_HEX_SIZE], struct evault_error *err);

/*
 * Verifies a bundle and takes it into this vault, which must be open for
 * writing (for a dry run, for reading): each item whose file came, and what
 * was said of it, as evault_receive takes them; lines that were withheld stay
 * so.  What proves them is kept with them, and a bundle that is damaged in
 * parts gives the items that are not.  `what` has no dir and no unlock;
 * `bundle` no vault: it is this one.
 *
 * Takes nothing when the verdict is NOT_ADDRESSED or FORK, or when who signed
 * it cannot be told (DAMAGED); then summary->receipt is NULL.
 * As evault_verify and evault_receive; E_USAGE for standard input.
 */
enum evault_status evault_receive_bundle(struct evault *vault, const struct evault_verify *bundle,
					 const struct evault_receive *what,
					 struct evault_verify_summary *verified,
					 struct evault_receive_summary *summary,
					 struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
