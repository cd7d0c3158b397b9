/* A log made by hand, with fixed keys, for tests/tools/bundle.c. */
#ifndef TESTS_BUNDLE_H
#define TESTS_BUNDLE_H

#include "base/os.h"
#include "format/entry.h"
#include "format/merkle.h"

enum {
	ENTRIES = 9,
	OLDER = 5, /* entries of an earlier tree */
	TIME = 1795338909,
};

struct actor {
	struct ev_signing_seed seed;
	struct ev_verifier key;
};
struct making {
	const char *dir, *seed, *to, *variant;
	struct actor log, new_log, owner, writer, capture, stranger;
	struct ev_vault_note vault;
	struct ev_buf note; /* the vault note */
	struct ev_buf entries[ENTRIES], records[ENTRIES];
	struct ev_hash leaves[ENTRIES], digests[ENTRIES];
	struct ev_merkle tree;
};

/* The last words of the program. */
void die(const char *what);
void need(enum evault_status rc, const struct evault_error *err);
struct ev_slice all(const struct ev_buf *b);

/* Keys of this name in the vault that the seed stands for. */
void actor(const struct making *m, const char *who, struct actor *a);
void make_keys(struct making *m);
/* All entries and records; m->variant says what is wrong with one. */
void make_log(struct making *m);
struct ev_merkle_fetch fetcher(struct making *m);
/* The signed head of that size; `other`: of a past that never was. */
void head(struct making *m, uint64_t size, bool other, struct ev_buf *note);
void proof(struct making *m, uint64_t index, uint64_t size, bool other, struct ev_buf *out);

#endif
