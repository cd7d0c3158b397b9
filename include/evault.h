/*
 * evault: a vault for evidence.  The whole public interface.
 *
 * The library never prints, never exits and never reads the environment.  It
 * is not thread safe per handle: one thread at a time may use a given vault.
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
	EVAULT_E_USAGE = 1,      /* an argument cannot be right */
	EVAULT_E_IO = 2,         /* the system refused a read, write, sync, open … */
	EVAULT_E_NOMEM = 3,      /* memory could not be had, or not be locked */
	EVAULT_E_NOT_FOUND = 4,  /* no such file, item or key */
	EVAULT_E_EXISTS = 5,     /* something is there already, and is left alone */
	EVAULT_E_NOT_VAULT = 6,  /* the folder is not a vault */
	EVAULT_E_VERSION = 7,    /* made by a newer evault than this one */
	EVAULT_E_DAMAGED = 8,    /* kept bytes are not what was kept */
	EVAULT_E_KEY = 9,        /* wrong passphrase, or no key given opens this */
	EVAULT_E_BUSY = 10,      /* another process is writing */
	EVAULT_E_READ_ONLY = 11, /* the medium cannot be written */
	EVAULT_E_FULL = 12,      /* no room left */
	EVAULT_E_CHANGED = 13,   /* a source changed while it was read */
	EVAULT_E_LIMIT = 14,     /* larger than what is taken, to bound memory */
	EVAULT_E_CANCELLED = 15, /* a callback asked to stop */
	EVAULT_E_FORMAT = 16,    /* bytes from outside are not of the form they should be */
	EVAULT_E_DENIED = 17,    /* this holder's role does not allow it */
};

struct evault_error {
	enum evault_status status;
	int sys; /* errno, or 0 */
	char text[500];
};

/* "0.1.0" and the build it came from, as `evault version` prints them. */
const char *evault_version(void);
const char *evault_build(void);

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

/*
 * How a vault is unlocked.  Identity files are tried first; if none opens a
 * slot and `ask` is not NULL, it is asked for a passphrase, once for each
 * attempt, until it returns something else than EVAULT_OK.
 */
struct evault_unlock {
	const char *const *identity_files; /* age identity files; may be NULL */
	size_t n_identity_files;
	/*
	 * Fills `out` (at most `size` bytes, NUL-terminated).  attempt counts
	 * from 0.  Returns EVAULT_E_KEY to give up.
	 */
	enum evault_status (*ask)(void *ctx, unsigned attempt, char *out, size_t size,
				  struct evault_error *err);
	void *ctx;
};

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
};

/*
 * Makes a vault.  Either all of it is there and synced afterwards, or there
 * is none, and the next try begins anew in the folder.  `origin` receives
 * the vault's name.  E_USAGE (a recipient that is none, an empty
 * passphrase), E_EXISTS (the folder is not empty), E_IO, E_FULL.
 */
enum evault_status evault_init(const struct evault_init *how, char origin[EVAULT_ORIGIN_SIZE],
			       struct evault_error *err);

enum evault_access {
	EVAULT_SEALED = 0, /* no key is used: the log, key files and packs as bytes */
	EVAULT_READ = 1,   /* unlocks, writes nothing */
	EVAULT_WRITE = 2,  /* unlocks, takes the writer's lock, completes what was cut short */
};

/*
 * Opens the vault in `dir`.  For READ and WRITE the log is verified in full
 * and the catalog is filled.  `unlock` may be NULL for SEALED.
 * E_NOT_VAULT, E_VERSION, E_DAMAGED, E_KEY, E_BUSY (the text says who),
 * E_READ_ONLY, E_IO, E_DENIED.
 */
enum evault_status evault_open(const char *dir, enum evault_access access,
			       const struct evault_unlock *unlock, struct evault **vault,
			       struct evault_error *err);

/* Releases locks, wipes keys.  NULL is fine. */
void evault_close(struct evault *vault);

/* ---- items --------------------------------------------------------- */

/* One field of a record, decoded.  value[len] is NUL; value may hold NULs too. */
struct evault_field {
	const char *name;
	const char *value;
	size_t len;
};

/* An entry with a record.  All pointers live until the callback returns. */
struct evault_item {
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
	char digest[EVAULT_HEX_SIZE];      /* of the record */
	char actor_key[EVAULT_HEX_SIZE];   /* SHA-256 of the signer's key */
	const struct evault_field *fields; /* as in the record, in its order */
	size_t n_fields;
};

/* The first field of that name, or NULL. */
const struct evault_field *evault_item_field(const struct evault_item *item, const char *name);

typedef enum evault_status evault_item_fn(void *ctx, const struct evault_item *item,
					  struct evault_error *err);

/* NULL or 0 does not filter.  Times are prefixes of RFC 3339 in UTC ("2026-11"). */
struct evault_filter {
	const char *case_name;
	const char *tag;
	const char *action; /* NULL: what keeps evidence (add, and later testify, receive) */
	bool all_actions;
	const char *since; /* inclusive */
	const char *until; /* inclusive, as a prefix */
};

/* Calls `fn` for each item in the order of the log; stops at its first failure. */
enum evault_status evault_list(struct evault *vault, const struct evault_filter *filter,
			       evault_item_fn *fn, void *ctx, struct evault_error *err);

/*
 * What a person wrote to name items: "12", "3f9a01-12", "12-40", or at least
 * six hex digits of a SHA-256.  Calls `fn` for each; E_NOT_FOUND when there
 * is none, and the text says what entry 13 is when it is no item.  E_USAGE
 * for another vault's citation or an ambiguous prefix.
 */
enum evault_status evault_find(struct evault *vault, const char *ref, evault_item_fn *fn, void *ctx,
			       struct evault_error *err);

/* One line of an entry that has no record ("pack 77ab… 67108864"), for `show`. */
enum evault_status evault_entry_text(struct evault *vault, uint64_t index, char *out, size_t size,
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
	const char *why; /* SKIPPED, REFUSED: a sentence */
};

struct evault_progress {
	uint64_t files_done, files_total;
	uint64_t bytes_done, bytes_total;
};

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
	/* Called after the commit that holds the item.  May be NULL. */
	void (*event)(void *ctx, const struct evault_add_event *event);
	/* Called often; true asks to finish the commit at hand and stop.  May be NULL. */
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_add_summary {
	uint64_t kept, already, skipped, refused;
	uint64_t bytes;        /* of what was kept */
	uint64_t deduplicated; /* bytes that were known and not written again */
	bool cancelled;
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
 * E_FULL, E_IO, E_READ_ONLY, E_DENIED; a source that fails is an event and
 * no failure.
 */
enum evault_status evault_add(struct evault *vault, const struct evault_add *what,
			      struct evault_add_summary *summary, struct evault_error *err);

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
 * An item that cannot be given is an event; the others go on.
 */
enum evault_status evault_get(struct evault *vault, const struct evault_get *what,
			      struct evault_get_summary *summary, struct evault_error *err);

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
	bool adopt;          /* needs EVAULT_WRITE */
	void (*finding)(void *ctx, const struct evault_finding *finding);
	bool (*progress)(void *ctx, const struct evault_progress *progress);
	void *ctx;
};

struct evault_check_summary {
	uint64_t entries, items, packs, objects, records;
	uint64_t bytes_read;
	uint64_t damage;      /* findings that are damage */
	uint64_t interrupted; /* findings that are not */
	uint64_t unreadable;  /* findings of which nothing can be said */
	uint64_t adopted;     /* records taken in */
	bool log_checked, packs_checked, content_checked, against_checked;
	bool sound; /* nothing was damaged or unreadable, of what was checked */
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

/* ---- the log's head, and status ------------------------------------ */

/* The signed checkpoint, NUL-terminated.  Free with evault_free. */
enum evault_status evault_checkpoint(struct evault *vault, char **note, struct evault_error *err);
void evault_free(void *p);

struct evault_status_info {
	char origin[EVAULT_ORIGIN_SIZE];
	char root[EVAULT_HEX_SIZE];
	uint64_t entries;
	uint64_t packs, pack_bytes;
	bool unlocked;                /* what follows is known only then */
	uint64_t items, files, bytes; /* items that keep a file; distinct files; their bytes */
	char holder[256];             /* name of who unlocked, or "" */
	char role[16];                /* "owner" … */
	uint64_t missing;             /* entries whose record could not be read */
};

enum evault_status evault_get_status(struct evault *vault, struct evault_status_info *info,
				     struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
