/*
 * What the targets share that work on whole vaults: a small vault, its files
 * in memory, and a temporary folder to write changed ones to.  Whatever fails
 * here ends the program: it is no finding.
 */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include "vault.h"

enum {
	FOLDER_FILES_MAX = 64,
	FOLDER_PATH_SIZE = 128,
	SMALL_FILES = 3,
	SMALL_ITEMS = 4, /* originals of the small vault: files, and a statement */
};

/* Aborts: in a target that is a finding. */
void must(bool holds);
/* Is what a call has returned one of its answers?  True when it is OK. */
bool answered(enum evault_status rc, const struct evault_error *err);

struct folder_file {
	char path[FOLDER_PATH_SIZE]; /* below the folder */
	struct ev_buf bytes;
};
struct folder {
	struct folder_file files[FOLDER_FILES_MAX];
	size_t n;
};

/* Makes the temporary folder, which is removed in the end; no sync is waited for. */
void folder_start(void);
/* The name in it, as a path: one of the last 16 that were asked for. */
const char *at(const char *name);
/* Names below are in the temporary folder.  All files of the folder, by name: */
void folder_load(struct folder *f, const char *name);
/*
 * Puts just these files into the folder, in the place of whatever was there;
 * false when two of them cannot be together.
 */
bool folder_store(const struct folder *f, const char *name);
void folder_make(const char *name);
void folder_remove(const char *name);
void folder_copy(struct folder *to, const struct folder *from);
void folder_release(struct folder *f);
struct folder_file *folder_find(struct folder *f, const char *path);
/* An empty file of this name, or NULL when there is no room. */
struct folder_file *folder_put(struct folder *f, const char *path);
void folder_drop(struct folder *f, size_t n);
bool write_file(const char *name, struct ev_slice bytes);
/* Appends what the file has. */
void read_file(const char *name, struct ev_buf *out);

/* ---- the small vault -------------------------------------------------------- */

struct signer {
	struct ev_verifier key;
	struct ev_signing_seed seed;
};

/*
 * The vault "good": an owner, a holder who may only add, a writer who was
 * removed (so it is in its second epoch); three files, one of them empty, a
 * statement, an annotation, a retraction, an access; and its packs were merged.
 */
struct small {
	struct folder files; /* packs last, in the order of the log; no `writer` */
	struct evault *v;    /* open for reading, by the owner */
	struct signer owner, field, former;
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t items[SMALL_ITEMS]; /* their entries */
};

/* What their names begin with. */
extern const char *const small_names[SMALL_ITEMS];
struct ev_slice small_body(size_t n);
/* The key of the owner, in "owner.key"; set by folder_start. */
extern struct evault_unlock small_owner;

/* Calls folder_start, too. */
void small_make(struct small *s);
enum evault_status small_open(const char *name, enum evault_access access, struct evault **v,
			      struct evault_error *err);

#endif
