/* Keeping evidence, and what is said of it: add, testify, annotate, retract. */
#ifndef EVAULT_KEEP_H
#define EVAULT_KEEP_H

#include "common.h"
#include "item.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is said ------------------------------------------------------ */

/* What a person says of an item: in add, testify and annotate alike. */
struct evault_details {
	const char *case_name, *title; /* may be NULL */
	const char *const *tags;
	size_t n_tags;
	/*
	 * "K=V", each K once.  case, title, tag, witness, interviewer, interpreter,
	 * language, consent and place are fields that evault knows; others are the
	 * user's own.
	 */
	const char *const *fields;
	size_t n_fields;
};

/* E_USAGE for what no record could have: not K=V, a K twice, a consent that is none … */
enum evault_status evault_details_check(const struct evault_details *said,
					struct evault_error *err);

/* ---- add ----------------------------------------------------------- */

enum evault_add_what {
	EVAULT_ADD_KEPT = 0,    /* acknowledged: it survives power loss */
	EVAULT_ADD_ALREADY = 1, /* same bytes, name, folder and time: `item` has it */
	EVAULT_ADD_SKIPPED = 2, /* a link, device, socket …: `why` */
	EVAULT_ADD_REFUSED = 3, /* changed, vanished or unreadable: `why` */
	EVAULT_ADD_WOULD = 4,   /* dry run: it would be kept */
};

struct evault_add_event {
	enum evault_add_what what;
	const char *path; /* as given or found below what was given; raw bytes */
	uint64_t index;   /* KEPT, ALREADY */
	char citation[EVAULT_CITATION_SIZE];
	char sha256[EVAULT_HEX_SIZE];
	uint64_t size;
	bool retracted;  /* ALREADY: and somebody has retracted that item since */
	const char *why; /* SKIPPED, REFUSED: a sentence */
};

struct evault_finding; /* see evault_check */

struct evault_add {
	const char *const *paths;
	size_t n_paths;
	const char *case_name, *title; /* may be NULL */
	const char *const *tags;
	size_t n_tags;
	const char *const *fields; /* "K=V" */
	size_t n_fields;
	const char *const *excludes; /* globs, against the name and the path below the argument */
	size_t n_excludes;
	bool dry_run;
	bool remember; /* by who may only add: goes on recognising what it kept, see evault_add */
	/*
	 * After each commit reads from the disk, past the system's memory, the packs that it
	 * wrote, and those on which it relied for what is kept already; in the end the log; and
	 * compares all of it with what it must be.  Not with dry_run.
	 */
	bool read_back;
	/* What is otherwise than it must be, and which items are in it.  May be NULL. */
	void (*finding)(void *ctx, const struct evault_finding *finding);
	/* Called after the commit that holds the item.  May be NULL. */
	void (*event)(void *ctx, const struct evault_add_event *event);
	/* Called often; true asks to finish the commit at hand and stop.  May be NULL. */
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

/* What reading back came to; of a run that failed or was stopped, not more than its commits. */
enum evault_read_back {
	EVAULT_READ_BACK_NOT = 0,   /* not asked for, or not done to the end */
	EVAULT_READ_BACK_WHOLE = 1, /* read from the disk, and all as it was written */
	/* All as it was written; but perhaps it came from memory: the file system does not tell. */
	EVAULT_READ_BACK_UNSURE = 2,
	EVAULT_READ_BACK_NO_DISK = 3, /* the same, and the vault lies in memory alone */
	EVAULT_READ_BACK_UNREAD = 4,  /* the system did not read some of it: see findings */
	EVAULT_READ_BACK_DAMAGED = 5, /* some of it is not what was written: see findings */
};

struct evault_add_summary {
	uint64_t kept, already, skipped, refused;
	uint64_t bytes;        /* of what was kept */
	uint64_t deduplicated; /* bytes that were known and not written again */
	uint64_t left;         /* bytes that a run which failed wrote and did not come to keep:
				* evault_check with `adopt` takes in what they hold */
	bool cancelled;
	enum evault_read_back read_back;
	uint64_t bytes_read_back;
	uint64_t damage,
	    unreadable; /* findings of reading back: what is damage, and what is not known */
};

/*
 * Counts what evault_add would read: files and bytes, without reading them.
 * `vault` (may be NULL) is passed over when it lies in a folder named.
 */
enum evault_status evault_add_scan(struct evault *vault, const struct evault_add *what,
				   struct evault_progress *total, struct evault_error *err);

/*
 * Keeps files and folders (G2: an event KEPT is durable).  Folders are walked
 * in byte order of names.  On failure the summary still says what is kept.
 * After a commit that failed the vault takes no other one: E_IO, until it is
 * closed and opened again.
 * Where a holder may only add, what is kept already is recognised within this
 * run alone, and in one that takes up a run that was cut short: what that
 * takes is destroyed when all is done, unless `remember` is set.
 * What is found while it is read back is data, and no failure.
 * E_USAGE: read_back with dry_run.  E_FULL, E_IO, E_READ_ONLY, E_DENIED; a source that fails is an
 * event and no failure.
 */
enum evault_status evault_add(struct evault *vault, const struct evault_add *what,
			      struct evault_add_summary *summary, struct evault_error *err);

/* ---- statements ----------------------------------------------------- */

enum {
	EVAULT_STATEMENT_MAX = 8 << 20, /* bytes of one that is typed, or is a draft */
	EVAULT_STATEMENT_NAME_SIZE = 40,
	EVAULT_DRAFT_ID_SIZE = 17, /* 16 hex and a NUL */
};

struct evault_testify {
	struct evault_details said; /* of the witness, the place … */
	const char *text;           /* the statement, UTF-8, as it was typed; or NULL: */
	size_t len;
	/* gives up to `size` of its bytes, as they come; *got is 0 at the end */
	enum evault_status (*read)(void *ctx, uint8_t *out, size_t size, size_t *got,
				   struct evault_error *err);
	bool (*progress)(void *ctx, const struct evault_progress *progress); /* may be NULL */
	void *ctx;
};

struct evault_testified {
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
	char sha256[EVAULT_HEX_SIZE];
	char name[EVAULT_STATEMENT_NAME_SIZE]; /* "" when `already` */
	uint64_t size;
	bool already; /* the same bytes, of which the same was said, are kept as this item */
};

/*
 * Keeps a statement in one commit (G2: durable on success).  On failure
 * nothing of it is kept, and *kept is left alone.  E_USAGE: there is nothing in it,
 * or a field that cannot be; E_LIMIT; E_CANCELLED; what `read` returns; as evault_add.
 */
enum evault_status evault_testify(struct evault *vault, const struct evault_testify *what,
				  struct evault_testified *kept, struct evault_error *err);

/*
 * Calls `fn` for each item that a witness of this name was heard in, oldest
 * first.  Names are compared as search compares words: capitals, marks and letters of
 * related alphabets do not matter.
 */
enum evault_status evault_heard(struct evault *vault, const char *witness, evault_item_fn *fn,
				void *ctx, struct evault_error *err);

/*
 * A statement that is not finished.  It lies in the vault's folder, sealed to
 * the vault as it would be kept; to save one takes no key.  It is no
 * evidence: nobody signed it.
 */
struct evault_draft {
	char id[EVAULT_DRAFT_ID_SIZE]; /* "": a new one */
	char begun[EVAULT_TIME_SIZE];  /* "": now */
	/*
	 * When it was saved last.  Of one that is listed and cannot be opened,
	 * when the file system says that it was stored; or "".
	 */
	char saved[EVAULT_TIME_SIZE];
	char sha256[EVAULT_HEX_SIZE]; /* of the text, of one that was saved */
	struct evault_details said;   /* of one that is read, all of it is in `fields` */
	const char *text;             /* UTF-8, `len` bytes, at most EVAULT_STATEMENT_MAX */
	size_t len;
	struct evault_error why; /* of one that is read: EVAULT_OK, or why there is only its id */
	bool live;               /* of one that is listed: another evault holds it */
	int hold;                /* evault's own: what holds it; 0: nothing */
};

typedef enum evault_status evault_draft_fn(void *ctx, const struct evault_draft *draft,
					   struct evault_error *err);

/*
 * Seals the draft in place of what it was; durable on success.  Fills id and
 * begun where they are empty, and saved.  On failure an earlier one is still
 * there.  For any access.  Afterwards it is held, as by evault_draft_hold.
 * E_LIMIT, E_USAGE (what testify would refuse), E_FULL, E_READ_ONLY, E_IO.
 */
enum evault_status evault_draft_save(struct evault *vault, struct evault_draft *draft,
				     struct evault_error *err);
/*
 * Holds the draft of this id, so that nobody else goes on with it or keeps it
 * meanwhile; until evault_draft_let_go, or the process ends.  Where the file
 * system knows no locks, it is as if nobody held any.  E_BUSY: another
 * evault has it; E_NOT_FOUND.
 */
enum evault_status evault_draft_hold(struct evault *vault, struct evault_draft *draft,
				     struct evault_error *err);
/* May be held or not. */
void evault_draft_let_go(struct evault_draft *draft);
/* Calls `fn` for each draft, in the order of ids.  Pointers live until it returns. */
enum evault_status evault_draft_list(struct evault *vault, evault_draft_fn *fn, void *ctx,
				     struct evault_error *err);
/* The same for one.  E_NOT_FOUND. */
enum evault_status evault_draft_load(struct evault *vault, const char *id, evault_draft_fn *fn,
				     void *ctx, struct evault_error *err);
/*
 * Keeps it as it was saved last, without opening it, and removes it; for who
 * may only add.  Of *kept, sha256, size and name are not known.  In one
 * commit (G2); done twice, it is kept once.  E_USAGE: it can be opened;
 * E_NOT_FOUND, E_DAMAGED (it is no sealed file), and as evault_add.
 */
enum evault_status evault_draft_keep(struct evault *vault, const char *id,
				     struct evault_testified *kept, struct evault_error *err);
/* E_NOT_FOUND, E_IO. */
enum evault_status evault_draft_remove(struct evault *vault, const char *id,
				       struct evault_error *err);

/* ---- annotate, retract ------------------------------------------------- */

struct evault_annotate {
	const uint64_t *items; /* indices */
	size_t n_items;
	struct evault_details details;
};

struct evault_retract {
	const uint64_t *items; /* items; or annotations and retractions, to take them back */
	size_t n_items;
	const char *reason;
	/* Called for each that is retracted already, and needs no entry.  May be NULL. */
	void (*already)(void *ctx, const struct evault_item *item);
	void *ctx;
};

struct evault_corrected {
	uint64_t items, already;
	uint64_t entries; /* that say so; a thousand items in each */
	uint64_t index;   /* of the first of them */
	char citation[EVAULT_CITATION_SIZE];
};

/*
 * Adds to what is known of items; of each field the latest value holds.
 * Nothing is kept when one of them cannot be annotated.  On success it is
 * durable (G2).  E_USAGE: it is no item, and the text says what it is;
 * nothing to say; a field that is wrong.  E_NOT_FOUND, E_DAMAGED, E_LIMIT,
 * E_DENIED, and what writing returns.
 */
enum evault_status evault_annotate(struct evault *vault, const struct evault_annotate *what,
				   struct evault_corrected *done, struct evault_error *err);
/* The same for taking back; the reason must not be empty. */
enum evault_status evault_retract(struct evault *vault, const struct evault_retract *what,
				  struct evault_corrected *done, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
