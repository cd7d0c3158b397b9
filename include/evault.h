/*
 * evault: a vault for evidence.  The whole public interface.
 *
 * The library never prints, never exits and never reads the environment.  It
 * is not thread safe per handle: one thread at a time may use a given vault.
 * It works on threads of its own, too, which are gone when the call returns;
 * the functions that it is given are called on the thread that called it.
 *
 * A function that can fail returns enum evault_status.  The last argument,
 * `err`, may be NULL; on success it is left alone, on failure it holds one
 * sentence that names the path or item.  What a check finds is data, handed
 * to a callback, and not a failure of the check.
 *
 * Text that came from evidence (names, folders, fields) is raw bytes: it may
 * hold control characters and invalid UTF-8.  Escape it before showing it.
 */
#ifndef EVAULT_H
#define EVAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values are pinned and never reused. */
enum evault_status {
	EVAULT_OK = 0,
	EVAULT_E_USAGE = 1,       /* an argument cannot be right */
	EVAULT_E_IO = 2,          /* the system refused a read, write, sync, open … */
	EVAULT_E_NOMEM = 3,       /* memory could not be had, or not be locked */
	EVAULT_E_NOT_FOUND = 4,   /* no such file, item or key */
	EVAULT_E_EXISTS = 5,      /* something is there already, and is left alone */
	EVAULT_E_NOT_VAULT = 6,   /* the folder is not a vault */
	EVAULT_E_VERSION = 7,     /* made by a newer evault than this one */
	EVAULT_E_DAMAGED = 8,     /* kept bytes are not what was kept */
	EVAULT_E_KEY = 9,         /* wrong passphrase, or no key given opens this */
	EVAULT_E_BUSY = 10,       /* another process is writing */
	EVAULT_E_READ_ONLY = 11,  /* the medium cannot be written */
	EVAULT_E_FULL = 12,       /* no room left */
	EVAULT_E_CHANGED = 13,    /* a source changed while it was read */
	EVAULT_E_LIMIT = 14,      /* larger than what is taken, to bound memory */
	EVAULT_E_CANCELLED = 15,  /* a callback asked to stop */
	EVAULT_E_FORMAT = 16,     /* bytes from outside are not of the form they should be */
	EVAULT_E_DENIED = 17,     /* this holder's role does not allow it */
	EVAULT_E_NO_KEYRING = 18, /* the kernel cannot keep keys for this session */
};

struct evault_error {
	enum evault_status status;
	int sys; /* errno, or 0 */
	char text[500];
};

/* "0.1.0" and the build it came from, as `evault version` prints them. */
const char *evault_version(void);
const char *evault_build(void);

/* ---- secrets in memory --------------------------------------------- */

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

/* ---- keys ---------------------------------------------------------- */

enum {
	EVAULT_IDENTITY_SIZE = 80,    /* "AGE-SECRET-KEY-1…" and its NUL fit */
	EVAULT_RECIPIENT_SIZE = 72,   /* "age1…" and its NUL fit */
	EVAULT_PASSPHRASE_MAX = 1024, /* bytes, without the NUL */
	EVAULT_CITATION_SIZE = 28,    /* "3f9a01-18446744073709551615" and its NUL */
	EVAULT_HEX_SIZE = 65,         /* SHA-256 in hex and its NUL */
	EVAULT_ORIGIN_SIZE = 72,      /* "evault/<64 hex>" and its NUL */
	EVAULT_RECORD_MAX = 262144,   /* bytes of one record */
};

/*
 * Makes an age identity and writes it to a new file (mode 0600, never over an
 * existing one; synced), in the form that age-keygen writes.  `recipient`
 * receives the public part.  E_EXISTS, E_IO.
 */
enum evault_status evault_keygen(const char *path, char recipient[EVAULT_RECIPIENT_SIZE],
				 struct evault_error *err);

/* ---- passphrases --------------------------------------------------- */

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

/* ---- keys on paper ------------------------------------------------- */

enum {
	EVAULT_SHARES_MAX = 16,
	EVAULT_PAPER_GROUPS = 16, /* of a text, each of EVAULT_PAPER_GROUP letters */
	EVAULT_PAPER_GROUP = 6,
	EVAULT_PAPER_LINE = 4, /* groups of a line */
	EVAULT_PAPER_TEXT_SIZE = 113,
	EVAULT_PAPER_NAME_SIZE = 64,
};

/*
 * A reader's key that is kept on paper: whole (a recovery key), or split into
 * shares.  It is in memory alone, which is locked.
 */
struct evault_paper;

/*
 * Makes one: n shares, any k of which open the vault; or with n = 1, k = 1, a
 * recovery key.  E_USAGE for other numbers than 2 ≤ k ≤ n ≤ EVAULT_SHARES_MAX; E_NOMEM.
 */
enum evault_status evault_paper_new(unsigned k, unsigned n, struct evault_paper **paper,
				    struct evault_error *err);
/* Wipes.  NULL is fine. */
void evault_paper_free(struct evault_paper *paper);
/* "age1…", of the reader. */
const char *evault_paper_recipient(const struct evault_paper *paper);
/* Writes it for the vault of this name; once, before what follows. */
enum evault_status evault_paper_for(struct evault_paper *paper, const char *origin,
				    struct evault_error *err);
/* What the reader may be called: "recovery", or "shares 9f3a01bc, 3 of 5"; the number is on all. */
void evault_paper_name(const struct evault_paper *paper, char out[EVAULT_PAPER_NAME_SIZE]);
/*
 * Share `number`, from 1, in four lines.  `out` is in memory of evault_secret_new.
 */
void evault_paper_text(const struct evault_paper *paper, unsigned number,
		       char out[EVAULT_PAPER_TEXT_SIZE]);
/* Is that its group in place `place`, from 0, as somebody typed it?  E_FORMAT; E_NOMEM. */
enum evault_status evault_paper_proves(const struct evault_paper *paper, unsigned number,
				       unsigned place, const char *typed, struct evault_error *err);
/*
 * Pages to be printed, as HTML: into a new file (mode 0600, never over an
 * existing one; synced), or where `path` is NULL to `fd`.  `label` (may be
 * NULL) is what people call the vault.  E_EXISTS, E_IO, E_FULL, E_NOMEM.
 */
enum evault_status evault_paper_pages(const struct evault_paper *paper, const char *label,
				      const char *path, int fd, struct evault_error *err);

/* Shares, or a recovery key, as somebody types them; in locked memory. */
struct evault_join;

struct evault_joining {
	unsigned place;     /* of the group that is expected, from 0 */
	unsigned number;    /* of the share that is being typed; 0: not known yet */
	unsigned have;      /* shares that are complete */
	unsigned threshold; /* that are needed; 0: not known yet */
	bool done;
};

/* For the vault of this name. */
enum evault_status evault_join_new(const char *origin, struct evault_join **join,
				   struct evault_error *err);
/* Wipes.  NULL is fine. */
void evault_join_free(struct evault_join *join);
/*
 * Takes one group or several, in order.  On failure those before the wrong
 * one were taken, and `now` says where to go on: E_FORMAT a group is mistyped;
 * E_KEY it is of another vault or of another set, E_EXISTS the share was
 * given already, E_USAGE it is no share: the share then begins anew.  No
 * message repeats what was typed.
 */
enum evault_status evault_join_type(struct evault_join *join, const char *typed,
				    struct evault_joining *now, struct evault_error *err);
/* "AGE-SECRET-KEY-1…", once it is done; into memory of evault_secret_new.  E_USAGE. */
enum evault_status evault_join_identity(const struct evault_join *join,
					char out[EVAULT_IDENTITY_SIZE], struct evault_error *err);

/* ---- a vault ------------------------------------------------------- */

struct evault;

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

/* ---- items --------------------------------------------------------- */

/* One field of a record, decoded.  value[len] is NUL; value may hold NULs too. */
struct evault_field {
	const char *name;
	const char *value;
	size_t len;
};

/* An entry of another vault, with a record that was received from there. */
struct evault_source {
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t index;
	char digest[EVAULT_HEX_SIZE]; /* of its record there */
};

/* An entry with a record.  All pointers live until the callback returns. */
struct evault_item {
	uint64_t index;
	/* "3f9a01-12"; of an item that was received, as it is cited where it was recorded. */
	char citation[EVAULT_CITATION_SIZE];
	char digest[EVAULT_HEX_SIZE];      /* of the record */
	char actor_key[EVAULT_HEX_SIZE];   /* SHA-256 of the signer's key */
	const struct evault_field *fields; /* as in the record, in its order */
	size_t n_fields;
	/* From where it was received: the vault next to this one first, last the one that recorded
	 * it.
	 */
	const struct evault_source *sources;
	size_t n_sources; /* 0: it was recorded here */
	/* Names of fields that whoever gave it withheld, ", " between; or NULL. */
	const char *withheld;
	/*
	 * What was said later of it: the entries of the actions annotate and
	 * retract that are about it, in the order of the log, each without
	 * corrections of its own.  Of very many or very long ones the latest;
	 * evault_history gives all.  Filled for who lists, finds or searches.
	 */
	const struct evault_item *corrections;
	size_t n_corrections;
	bool corrections_cut; /* there are earlier ones */
	bool retracted;       /* a retraction is about it, and was not taken back by another one */
};

/* The first field of that name, or NULL. */
const struct evault_field *evault_item_field(const struct evault_item *item, const char *name);
/*
 * The value that holds of a field that occurs once (not `tag`, `field`): the
 * latest annotation's, else the record's own; NULL when there is none.
 */
const struct evault_field *evault_item_latest(const struct evault_item *item, const char *name);
/* The latest retraction that counts, or NULL: it may be there and unreadable. */
const struct evault_item *evault_item_retraction(const struct evault_item *item);

typedef enum evault_status evault_item_fn(void *ctx, const struct evault_item *item,
					  struct evault_error *err);

enum evault_retracted {
	EVAULT_RETRACTED_OUT = 0,  /* what was retracted is left out */
	EVAULT_RETRACTED_ONLY = 1, /* only what was retracted */
	EVAULT_RETRACTED_TOO = 2,
};

/*
 * NULL or 0 does not filter.  Of case and tag, what holds counts: the latest
 * annotation's case, else the record's; tags of both.  Times are prefixes of RFC 3339
 * in UTC ("2026-11").
 */
struct evault_filter {
	const char *case_name;
	const char *tag;
	const char *action; /* NULL: what keeps evidence (add, testify, also when received) */
	bool all_actions;
	const char *since; /* inclusive */
	const char *until; /* inclusive, as a prefix */
	enum evault_retracted retracted;
};

/* Calls `fn` for each item in the order of the log; stops at its first failure. */
enum evault_status evault_list(struct evault *vault, const struct evault_filter *filter,
			       evault_item_fn *fn, void *ctx, struct evault_error *err);

/* ---- search ---------------------------------------------------------- */

enum {
	EVAULT_SEARCH_TERMS_MAX = 64
};

struct evault_range {
	size_t from, to; /* bytes */
};

/* A line that has something of what is looked for. */
struct evault_found {
	const char *field; /* the record's ("witness"), the user's own ("K"), or "text" */
	bool is_own;       /* the user's own */
	uint64_t index;    /* the entry that says it: the item's, or of what is about the item */
	char citation[EVAULT_CITATION_SIZE];
	const char *line; /* raw bytes, about 160 at most; value or text around the place */
	size_t len;
	const struct evault_range *ranges; /* in `line`, in order, apart from each other */
	size_t n_ranges;
};

/* An item in which all terms are; all pointers live until the callback returns. */
struct evault_hit {
	const struct evault_item *item;
	const struct evault_found *found; /* as many as it takes to show each term once */
	size_t n_found;
};

typedef enum evault_status evault_hit_fn(void *ctx, const struct evault_hit *hit,
					 struct evault_error *err);

struct evault_search {
	/*
	 * Each a term: `word`, `several words` in this order, `beginn*`; limited to a
	 * field as `witness:word` (one that evault knows, the user's own, or
	 * `text`).  What is in quotes (`"10:30"`) has no field.
	 */
	const char *const *terms;
	size_t n_terms;
	const struct evault_filter *filter; /* NULL: all items */
};

struct evault_search_summary {
	uint64_t hits;
	uint64_t unread;   /* items that may be hits, and whose record or text could not be read */
	uint64_t wordless; /* entries whose words are not in the index: they could not be read */
};

/*
 * Calls `fn` for each item in which all terms are, in the order of the log:
 * in its record, in annotations and retractions of it (replaced ones, too), in the text
 * of its file (of plain text, HTML, mail and documents; the first 8 MiB).
 * Capitals, accents, vowel marks and letters of related alphabets do not
 * matter.  The index says only where to look: what is given was found in the
 * record or in the file's text.  Stops at the first failure of `fn`.
 * E_USAGE: no term, or one without a word; E_LIMIT; E_KEY: not unlocked.
 */
enum evault_status evault_search(struct evault *vault, const struct evault_search *how,
				 evault_hit_fn *fn, void *ctx,
				 struct evault_search_summary *summary, struct evault_error *err);

/*
 * What a person wrote to name items: "12", "3f9a01-12", "12-40", or at least
 * six hex digits of a SHA-256.  A citation is of this vault, or of one that
 * items were received from.  Calls `fn` for each; E_NOT_FOUND when there
 * is none, and the text says what entry 13 is when it is no item.  E_USAGE
 * for a citation that is of neither, or of two; for an ambiguous prefix.
 */
enum evault_status evault_find(struct evault *vault, const char *ref, evault_item_fn *fn, void *ctx,
			       struct evault_error *err);

/* One line of an entry that has no record ("pack 77ab… 67108864"), for `show`. */
enum evault_status evault_entry_text(struct evault *vault, uint64_t index, char *out, size_t size,
				     struct evault_error *err);

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

struct evault_progress {
	uint64_t files_done, files_total;
	uint64_t bytes_done, bytes_total;
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
	EVAULT_TIME_SIZE = 21,     /* "2026-11-22T09:15:09Z" and its NUL */
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

/* ---- annotate, retract, history ------------------------------------- */

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

/* A line of a structural entry (FORMAT.md, Entry). */
enum evault_change_kind {
	EVAULT_CHANGE_PACK = 0,
	EVAULT_CHANGE_DROP = 1,
	EVAULT_CHANGE_SLOT = 2,
	EVAULT_CHANGE_SLOT_END = 3,
	EVAULT_CHANGE_ACTOR = 4,
	EVAULT_CHANGE_ACTOR_END = 5,
	EVAULT_CHANGE_READ_KEY = 6,
	EVAULT_CHANGE_LOG_KEY = 7,
	EVAULT_CHANGE_FILE = 8,
};
struct evault_change {
	enum evault_change_kind kind;
	uint64_t number;                  /* PACK: bytes; SLOT, SLOT_END: which */
	char hash[EVAULT_HEX_SIZE];       /* of the file; ACTOR, ACTOR_END, LOG_KEY: of the key */
	char text[EVAULT_RECIPIENT_SIZE]; /* ACTOR: role; READ_KEY: recipient; FILE: name */
};

/* An entry of the log.  All pointers live until the callback returns. */
struct evault_event {
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
	char actor_key[EVAULT_HEX_SIZE]; /* SHA-256 of the signer's key */
	const struct evault_item *item;  /* its record; NULL: it is structural */
	const struct evault_change *changes;
	size_t n_changes;
};
typedef enum evault_status evault_event_fn(void *ctx, const struct evault_event *event,
					   struct evault_error *err);

/*
 * Calls `fn` for what was done, in the order of the log: with `item` for the
 * entry of that index and all that are about it, or about one of those;
 * without (NULL) for the whole log.  Stops at its first failure.
 * E_NOT_FOUND.
 */
enum evault_status evault_history(struct evault *vault, const uint64_t *item, evault_event_fn *fn,
				  void *ctx, struct evault_error *err);

/* ---- get ----------------------------------------------------------- */

struct evault_get_event {
	const struct evault_item *item;
	const char *path; /* where it was written, below what was given; NULL: nowhere */
	enum evault_status status;
	const char *why; /* NULL, or a sentence */
};

struct evault_get {
	const uint64_t *items; /* indices of entries with a record that has a file */
	size_t n_items;
	const char *out; /* a folder, or for one item a file; NULL: `fd` */
	bool folder;     /* `out` is a folder, also for one item */
	int fd;          /* written to when `out` is NULL */
	bool force;      /* replace existing files */
	void (*event)(void *ctx, const struct evault_get_event *event);
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_get_summary {
	uint64_t given, failed;
	uint64_t bytes;
	bool logged;                    /* the access is an entry in the log */
	struct evault_error not_logged; /* why not */
	bool cancelled;
};

/*
 * Gives originals back.  A file is visible under its name only when it is
 * whole and its SHA-256 is the one that was kept (to `fd`, bytes are written
 * as they come, and a mismatch is E_DAMAGED).  The access is logged first,
 * if the vault is open for writing; otherwise `logged` is false.
 * An item that cannot be given is an event; the others go on, unless it is
 * for want of room (E_FULL, E_READ_ONLY) or of somebody who reads (E_IO).
 */
enum evault_status evault_get(struct evault *vault, const struct evault_get *what,
			      struct evault_get_summary *summary, struct evault_error *err);

/* ---- receive --------------------------------------------------------- */

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

/* ---- who holds keys -------------------------------------------------- */

enum evault_role {
	EVAULT_ROLE_OWNER = 0,   /* reads, writes, and changes keys */
	EVAULT_ROLE_WRITER = 1,  /* reads and writes */
	EVAULT_ROLE_CAPTURE = 2, /* adds, and reads nothing */
	EVAULT_ROLE_READER = 3,  /* reads, and writes nothing */
};
/* "owner" …; and back: E_USAGE. */
const char *evault_role_word(enum evault_role role);
enum evault_status evault_role_parse(const char *word, enum evault_role *role,
				     struct evault_error *err);

enum {
	EVAULT_HOLDER_NAME_SIZE = 256, /* bytes of a holder's name, and its NUL */
	EVAULT_HOLDERS_MAX = 64,       /* holders and readers of a vault at one time */
};

/* Somebody who has a key of the vault, or had one. */
struct evault_holder {
	uint64_t number; /* of their key slot; 0: a reader, who has none, or a former holder */
	char name[EVAULT_HOLDER_NAME_SIZE]; /* raw bytes; "": not known, or not given */
	enum evault_role role;
	char key[EVAULT_HEX_SIZE];             /* of the actor key that signs; "" for a reader */
	char recipient[EVAULT_RECIPIENT_SIZE]; /* of a reader; otherwise "" */
	bool passphrase;                       /* a passphrase opens the slot, no key file */
	bool me;                               /* whose key the vault was opened with */
	bool ended;                            /* removed */
	uint64_t since, until; /* entry that admitted, and that removed; readers: 0 */
};

typedef enum evault_status evault_holder_fn(void *ctx, const struct evault_holder *holder,
					    struct evault_error *err);

/*
 * Calls `fn` for those who hold keys: holders by number, then readers, then
 * former holders.  Names and readers are known only to who may read; a vault
 * that is sealed tells numbers, roles and keys alone.
 */
enum evault_status evault_key_list(struct evault *vault, evault_holder_fn *fn, void *ctx,
				   struct evault_error *err);
/*
 * Whom a person named: by number, name or recipient; nobody who was removed.
 * E_NOT_FOUND; E_USAGE when several are called so.
 */
enum evault_status evault_key_find(struct evault *vault, const char *who,
				   struct evault_holder *holder, struct evault_error *err);
/*
 * The name of the holder whose key signed, also of one who was removed, by
 * the 64 hex digits of evault_item.actor_key; until the vault is closed.
 * NULL when it is not known.
 */
const char *evault_key_name(struct evault *vault, const char *actor_key);

/*
 * Changes of keys.  Each is one commit, with a record of who did what; it
 * needs EVAULT_WRITE.  Afterwards the vault must be opened again before
 * anything else is written.  Whatever happens meanwhile, the vault opens with
 * the old keys or with the new ones.  E_DENIED unless an owner does it;
 * E_DAMAGED when the vault's own list of holders is not what its log says;
 * E_IO, E_FULL.
 */
struct evault_key_changed {
	struct evault_holder holder; /* whom it concerned, as they were before */
	uint64_t index;              /* of its record */
	char citation[EVAULT_CITATION_SIZE];
	bool new_epoch; /* the vault's own keys are new, too */
};

/* How a key slot is sealed. */
struct evault_key_seal {
	const char *to;         /* age recipient; NULL: passphrase */
	const char *passphrase; /* used when `to` is NULL */
	unsigned work_factor;   /* log2 of scrypt's N; 0: 18; 10 to 20 */
};
struct evault_key_add {
	const char *name;
	enum evault_role role;
	struct evault_key_seal seal; /* of a reader: `to` */
};
/*
 * Admits somebody.  The name must not be empty, nobody else's, longer than
 * 255 bytes, or look like a number or a recipient: E_USAGE, E_EXISTS.  E_LIMIT for more than
 * EVAULT_HOLDERS_MAX.  Who may read can read all that was kept before.
 */
enum evault_status evault_key_add(struct evault *vault, const struct evault_key_add *who,
				  struct evault_key_changed *changed, struct evault_error *err);
/*
 * Removes whom evault_key_find would find, and begins a new epoch.  What they
 * have seen or copied they keep, and the keys to what was kept before.
 * E_NOT_FOUND, E_USAGE; E_DENIED for the last owner.
 */
enum evault_status evault_key_remove(struct evault *vault, const char *who,
				     struct evault_key_changed *changed, struct evault_error *err);
/* Another name, under the same conditions as in evault_key_add. */
enum evault_status evault_key_rename(struct evault *vault, const char *who, const char *name,
				     struct evault_key_changed *changed, struct evault_error *err);
/* Begins a new epoch: new keys of the vault, for the same people. */
enum evault_status evault_key_rotate(struct evault *vault, struct evault_key_changed *changed,
				     struct evault_error *err);
/*
 * Seals the slot of who opened the vault anew; each holder can do that.
 * E_DENIED for a reader, who has none.
 */
enum evault_status evault_key_passphrase(struct evault *vault, const struct evault_key_seal *seal,
					 struct evault_key_changed *changed,
					 struct evault_error *err);

/*
 * Copies the vault note and all key files, sealed as they are, to a new or
 * empty folder; needs no key.  Put back (FOLDER/keys over the vault's keys), they open the
 * vault as it opens now, until its keys are changed.  E_USAGE: inside
 * the vault; E_EXISTS, E_DAMAGED, E_IO, E_FULL.
 */
enum evault_status evault_key_export(const char *dir, const char *out, struct evault_error *err);

/* ---- cards and contacts ---------------------------------------------- */

enum {
	EVAULT_CARD_MAX = 2048,       /* bytes of a card */
	EVAULT_FINGERPRINT_SIZE = 36, /* six groups of five digits, and a NUL */
	EVAULT_VKEY_SIZE = 144,       /* a verifier key of evault, and its NUL */
	EVAULT_CONTACTS_MAX = 1000,   /* of a vault at one time */
};

/*
 * What somebody gives away of themselves and their vault, signed (FORMAT.md, section 13):
 * bundles are sealed to `recipient` and known by `actor`.
 */
struct evault_card {
	char name[EVAULT_HOLDER_NAME_SIZE]; /* as they call themselves; nothing hidden in it */
	char fingerprint[EVAULT_FINGERPRINT_SIZE]; /* to be compared by voice */
	char origin[EVAULT_ORIGIN_SIZE];
	char recipient[EVAULT_RECIPIENT_SIZE];
	char actor[EVAULT_VKEY_SIZE];
	char actor_key[EVAULT_HEX_SIZE]; /* the 64 digits in the name of `actor` */
	char log_key[EVAULT_VKEY_SIZE];
	char verify[EVAULT_HEX_SIZE];   /* SHA-256 of VERIFY.txt */
	char time[EVAULT_TIME_SIZE];    /* when it was made, by the clock of who made it */
	bool signed_over;               /* a former key signed it, too; whose, is not said here */
	bool same_verify;               /* VERIFY.txt is the one that this evault writes */
	char note[EVAULT_CARD_MAX + 1]; /* the card itself */
};

/*
 * Reads a card from a file ("-" is standard input) and verifies it: it is
 * signed by the key that it names.  Whose that is, it does not prove.  E_FORMAT it is no card;
 * E_VERSION, E_LIMIT; E_DAMAGED; E_NOT_FOUND, E_IO.
 */
enum evault_status evault_card_load(const char *path, struct evault_card *card,
				    struct evault_error *err);

struct evault_card_make {
	const char *name; /* NULL: what the holder is called */
	const char *path; /* written to a new file, synced; NULL: it is not */
	/*
	 * A key slot of before ("keys/1.age" of evault_key_export, of this vault or of one
	 * before it), whose actor key signs the card, too; NULL: none.
	 */
	const char *former;
	const struct evault_unlock *unlock; /* opens `former` */
};
/*
 * Makes the card of the vault and of who unlocked it.  *superseded: somebody
 * of the same name had a key to sign with that was removed, and that did not
 * sign this card.  E_DENIED for who cannot read, or has no key to
 * sign with; E_USAGE for a name that cannot be on a card; E_EXISTS, E_IO;
 * E_KEY: what was given does not open `former`.
 */
enum evault_status evault_card(struct evault *vault, const struct evault_card_make *how,
			       struct evault_card *card, bool *superseded,
			       struct evault_error *err);

/* Whom consent must cover before something is given to a contact. */
enum evault_audience {
	EVAULT_AUDIENCE_COURT = 0,
	EVAULT_AUDIENCE_PARTNER = 1,
	EVAULT_AUDIENCE_PUBLIC = 2,
};
/* "court" …; and back: E_USAGE. */
const char *evault_audience_word(enum evault_audience audience);
enum evault_status evault_audience_parse(const char *word, enum evault_audience *audience,
					 struct evault_error *err);

/* Somebody whose card the vault keeps. */
struct evault_contact {
	char name[EVAULT_HOLDER_NAME_SIZE]; /* as they are called here */
	enum evault_audience audience;
	struct evault_card card;
	uint64_t index; /* of the record that holds */
	char citation[EVAULT_CITATION_SIZE];
	char time[EVAULT_TIME_SIZE]; /* of the record */
};

enum evault_contact_change {
	EVAULT_CONTACT_NEW = 0,     /* nobody was called so */
	EVAULT_CONTACT_SAME = 1,    /* nothing is new, and nothing is recorded */
	EVAULT_CONTACT_CHANGED = 2, /* signed by the key that is known here */
	EVAULT_CONTACT_KEYS = 3,    /* other keys, signed over by the key that was known */
};

/* What would be kept. */
struct evault_contact_news {
	enum evault_contact_change change;
	const struct evault_contact *contact;
	const struct evault_contact *was;   /* NULL: new */
	const struct evault_contact *alike; /* another one, whose name reads alike; NULL: none */
	uint64_t missing; /* records that cannot be read: one may be of this contact */
};

struct evault_contact_add {
	const char *note; /* the card */
	const char *name; /* NULL: as the card says */
	/* NULL: as it was; of a new one EVAULT_AUDIENCE_PARTNER. */
	const enum evault_audience *audience;
	/* Called before anything is kept, unless it is the same; what it returns, if not EVAULT_OK,
	 * ends it.  May be NULL. */
	enum evault_status (*confirm)(void *ctx, const struct evault_contact_news *news,
				      struct evault_error *err);
	void *ctx;
};
/*
 * Keeps a card as that of a contact, in one commit (G2).  *change (may be
 * NULL) says what that was.  E_EXISTS: the name is known with other keys, and the key that is known
 * did not sign this card; or the card is older than the one known; or its key is known under
 * another name.  E_USAGE: a name that cannot be, or a card of this vault.  E_LIMIT.  What
 * evault_card_load returns of cards, and what writing returns.
 */
enum evault_status evault_contact_add(struct evault *vault, const struct evault_contact_add *what,
				      struct evault_contact *kept,
				      enum evault_contact_change *change, struct evault_error *err);

typedef enum evault_status evault_contact_fn(void *ctx, const struct evault_contact *contact,
					     struct evault_error *err);
/*
 * Calls `fn` for each contact, in the order in which they were added.  What
 * was signed by somebody who may only add does not count.  *missing (may be NULL): how many
 * records of the vault could not be read, of whatever kind.  E_DENIED for who cannot read.
 */
enum evault_status evault_contact_list(struct evault *vault, evault_contact_fn *fn, void *ctx,
				       uint64_t *missing, struct evault_error *err);
/* E_NOT_FOUND; E_DAMAGED, E_IO: there is none among the records that can be read. */
enum evault_status evault_contact_find(struct evault *vault, const char *name,
				       struct evault_contact *contact, struct evault_error *err);
/* A record of the removal; the cards that were kept stay in the vault.  E_NOT_FOUND. */
enum evault_status evault_contact_remove(struct evault *vault, const char *name,
					 struct evault_contact *removed, struct evault_error *err);

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
	const uint64_t *items; /* indices of items that keep a file */
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

/* ---- panic ----------------------------------------------------------- */

enum evault_armed {
	EVAULT_ARMED_NOT = 0,
	EVAULT_ARMED = 1,
	EVAULT_ARMED_BEFORE = 2, /* its keys were changed since: evault_panic takes it for NOT */
};

struct evault_arm {
	const char *exported; /* a folder of evault_key_export, of the keys as they are now */
	const struct evault_unlock *unlock; /* a key that is not in the vault: nobody is asked */
};

/*
 * Lets evault_panic do its work unasked, by a file `panic` in the vault, which
 * is plain to see.  Proves first that the vault does not end with it: the key
 * given opens what was exported.  *same_disk: the export lies on the vault's
 * own file system.  E_KEY, E_USAGE (of another vault, inside the vault), E_DENIED (it opens not
 * all of the vault), E_DAMAGED (it is no export of these keys).
 */
enum evault_status evault_panic_arm(const char *dir, const struct evault_arm *how, bool *same_disk,
				    struct evault_error *err);
/* No error when it was not armed. */
enum evault_status evault_panic_disarm(const char *dir, struct evault_error *err);
enum evault_status evault_panic_armed(const char *dir, enum evault_armed *armed,
				      struct evault_error *err);
/*
 * Destroys all key files of the vault and what the kernel keeps of it: makes
 * their names vanish, then overwrites what they held.  It waits for nobody,
 * and goes on where one step fails; the first failure is returned.  E_DENIED,
 * and nothing was done: it is not armed, and `unarmed` does not ask for it all the same.
 */
enum evault_status evault_panic(const char *dir, bool unarmed, struct evault_error *err);

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

/* ---- verify: bundles of others ----------------------------------------- */

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

/* An item of a bundle, judged.  All pointers live until the callback returns. */
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

/* ---- the log's head, and status ------------------------------------ */

/* The signed checkpoint, NUL-terminated.  Free with evault_free. */
enum evault_status evault_checkpoint(struct evault *vault, char **note, struct evault_error *err);
void evault_free(void *p);

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
