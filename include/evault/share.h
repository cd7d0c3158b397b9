/* Bundles for others, and their receipts. */
#ifndef EVAULT_SHARE_H
#define EVAULT_SHARE_H

#include "common.h"
#include "contact.h"
#include "item.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- share ----------------------------------------------------------- */

enum {
	EVAULT_SHARE_ITEMS_MAX = 50000 /* items and corrections of them in a bundle */
};

/* What a file says of itself, whatever its record withholds. */
enum evault_carries {
	EVAULT_CARRIES_PLACE = 1,  /* a position, in EXIF */
	EVAULT_CARRIES_PERSON = 2, /* an author, an artist, who changed it last */
	EVAULT_CARRIES_DEVICE = 4, /* make or model of a camera or telephone */
	EVAULT_CARRIES_TIME = 8,   /* when it was taken */
};

enum evault_share_what {
	EVAULT_SHARE_GIVEN = 0,   /* it is to be in the bundle */
	EVAULT_SHARE_REFUSED = 1, /* `why` */
};

struct evault_share_event {
	enum evault_share_what what;
	const struct evault_item *item;
	const bool *withheld; /* GIVEN: of each of item->fields */
	bool file;            /* GIVEN: its original, too */
	bool correction;      /* GIVEN: it is what was said later of one of them */
	bool overridden;      /* no consent covers it */
	bool unstated;        /* nothing is said of consent */
	unsigned carries;     /* of enum evault_carries, where the file was looked at */
	const char *why;
};

struct evault_share {
	const uint64_t *items; /* indices of items that keep a file, each once */
	size_t n_items;
	const char *to;         /* a contact's name, or an age recipient; NULL: by passphrase */
	const char *passphrase; /* used when `to` is NULL, and not for a folder */
	unsigned work_factor;   /* log2 of scrypt's N; 0: 18 */
	/* Whom consent must cover; NULL: as of the contact, otherwise EVAULT_AUDIENCE_PARTNER. */
	const enum evault_audience *audience;
	const char *const *withhold; /* names of fields; of the user's own also their K */
	size_t n_withhold;
	const char *const *disclose; /* all others are withheld; NULL: see `withhold` */
	size_t n_disclose;
	bool no_files;        /* records alone */
	const char *override; /* why it is given although no consent covers it; NULL: it is not */
	const char *out;      /* a new file; or with `plain` a new folder */
	bool plain;           /* not encrypted */
	uint64_t volume;      /* parts OUT.001 … of less than so many bytes; 0: one file */
	bool dry_run;         /* only the events */
	/* Before anything is written, for each item.  May be NULL. */
	void (*event)(void *ctx, const struct evault_share_event *event);
	/* Called often; true asks to stop.  May be NULL. */
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_share_summary {
	uint64_t given, corrections, refused;
	uint64_t overridden, unstated; /* of those given */
	uint64_t files, bytes;         /* originals */
	uint64_t received; /* of all, those that were recorded in another vault first … */
	uint64_t unproved; /* … and of those, ones that nothing here proves that of */
	uint64_t entries;  /* of the log, when it was shared */
	uint64_t volumes;
	char to[EVAULT_RECIPIENT_SIZE];     /* as in the share note */
	char name[EVAULT_HOLDER_NAME_SIZE]; /* the contact's, or "" */
	enum evault_audience audience;
	char tagmanifest[EVAULT_HEX_SIZE];
	uint64_t index; /* of the (first) entry that says so; 0: there is none */
	char citation[EVAULT_CITATION_SIZE];
};

/*
 * Makes a bundle for one addressee (FORMAT.md, section 12).  Items that no
 * consent covers are left out, and are events.  What is shared is an entry
 * (G2) before the first byte is written; on failure after that there is no
 * bundle, and *summary says which entry.  Nothing is on the disk in clear,
 * but for `plain`.  Takes some 30 MiB for EVAULT_SHARE_ITEMS_MAX.
 * E_USAGE; E_EXISTS; E_NOT_FOUND (no such contact); E_DENIED (nothing may be given, or who opened
 * the vault does not sign); E_DAMAGED (an original is not what was kept); E_LIMIT; E_FULL, E_IO
 * (sys EFBIG: the file system takes no file so large), E_CANCELLED.
 */
enum evault_status evault_share(struct evault *vault, const struct evault_share *how,
				struct evault_share_summary *summary, struct evault_error *err);

/* ---- receipts --------------------------------------------------------- */

enum evault_receipt_verdict {
	EVAULT_RECEIPT_GOOD = 0,    /* signed by the contact that the bundle was for */
	EVAULT_RECEIPT_OTHER = 1,   /* signed by another contact */
	EVAULT_RECEIPT_UNKNOWN = 2, /* no card that is kept here has the key: it proves nothing */
	EVAULT_RECEIPT_DAMAGED = 3, /* it is not what was signed with the key that it names */
};
/* "good", "signed by somebody else", "signer unknown", "damaged": the word in `--json`. */
const char *evault_receipt_word(enum evault_receipt_verdict verdict);

/* What their receipt says of an item; or does not. */
enum evault_receipt_result {
	EVAULT_RECEIPT_ITEM_VERIFIED = 0,
	EVAULT_RECEIPT_ITEM_DAMAGED = 1,
	EVAULT_RECEIPT_ITEM_MISSING = 2,
	EVAULT_RECEIPT_ITEM_UNTOLD = 3,     /* it was in the bundle, and has no result */
	EVAULT_RECEIPT_ITEM_NOT_SHARED = 4, /* it has a result, and was not in the bundle */
};
/* "verified", "damaged", "missing", "no result", "not shared". */
const char *evault_receipt_result_word(enum evault_receipt_result result);

struct evault_receipt_item {
	enum evault_receipt_result result;
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
};

struct evault_receipt_take {
	/*
	 * Called for each item that is not EVAULT_RECEIPT_ITEM_VERIFIED, of a
	 * receipt whose signature holds: first those of the bundle, by index, then
	 * those that are not.  May be NULL.
	 */
	void (*item)(void *ctx, const struct evault_receipt_item *item);
	void *ctx;
};

struct evault_receipt_summary {
	enum evault_receipt_verdict verdict;
	char origin[EVAULT_ORIGIN_SIZE];    /* of the receiver's vault, by the receipt */
	char time[EVAULT_TIME_SIZE];        /* when it was made, by their clock */
	char actor_key[EVAULT_HEX_SIZE];    /* SHA-256 of the key that is to have signed it */
	char name[EVAULT_HOLDER_NAME_SIZE]; /* the contact whose key that is; "" of nobody's */
	char tagmanifest[EVAULT_HEX_SIZE];
	/* The bundle, as the vault's own record has it. */
	uint64_t share; /* its (first) entry */
	char share_citation[EVAULT_CITATION_SIZE];
	char share_time[EVAULT_TIME_SIZE];
	char to[EVAULT_RECIPIENT_SIZE];        /* "age1…", "passphrase" or "folder" */
	char to_name[EVAULT_HOLDER_NAME_SIZE]; /* the contact that it was for, or "" */
	/* What was in it, corrections too, as far as the vault knows; and what became of it. */
	uint64_t items, verified, damaged, missing, untold;
	uint64_t not_shared;
	uint64_t missing_records; /* of the vault, that cannot be read: one may be of a contact */
	bool already;   /* the same was taken before, of the same contact, as entry `index` */
	uint64_t index; /* of the record of it; 0: none was made */
	char citation[EVAULT_CITATION_SIZE];
};

/*
 * Checks what somebody has answered to a bundle of this vault (FORMAT.md,
 * section 12), in a file ("-" is standard input), and keeps it in one commit
 * (G2) when the signature holds: by the card of the contact that the bundle was for, or of
 * another one.  Returns EVAULT_OK when it could be judged; of a verdict
 * UNKNOWN or DAMAGED nothing is kept.  E_FORMAT, E_LIMIT, E_VERSION: it is no receipt; E_USAGE:
 * it is for a bundle of another vault; E_NOT_FOUND: this vault made no such bundle, or there is no
 * such file; E_DAMAGED, E_IO: none among the records that can be read; E_DENIED; and what
 * writing returns.
 */
enum evault_status evault_receipt_take(struct evault *vault, const char *path,
				       const struct evault_receipt_take *how,
				       struct evault_receipt_summary *summary,
				       struct evault_error *err);

/* A bundle that a contact was given. */
struct evault_unanswered {
	uint64_t index; /* of its (first) entry */
	char citation[EVAULT_CITATION_SIZE];
	char time[EVAULT_TIME_SIZE];
	char name[EVAULT_HOLDER_NAME_SIZE]; /* the contact's */
};
typedef enum evault_status evault_unanswered_fn(void *ctx, const struct evault_unanswered *bundle,
						struct evault_error *err);
/*
 * Calls `fn` for each bundle for a contact of which no receipt by that contact
 * is kept, in the order of the log; also where it was not finished.  Who was
 * given one by passphrase, or by an age recipient alone, has no card to be known by: those are
 * left out.  What was signed by somebody who may only add does not count.  E_DENIED.
 */
enum evault_status evault_unanswered(struct evault *vault, evault_unanswered_fn *fn, void *ctx,
				     struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
