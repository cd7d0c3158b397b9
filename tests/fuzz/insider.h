/*
 * What somebody can put into a vault who has keys of it: forge.c makes
 * entries, records and packs from bytes, which are signed and sealed as they
 * must be, and fuzz_insider.c holds the vault to what it must say of it.
 */
#ifndef FUZZ_INSIDER_H
#define FUZZ_INSIDER_H

#include "folder.h"

enum {
	FORGED_MAX = 24,             /* entries, records, originals and packs of an input */
	KNOWN_MAX = FORGED_MAX + 16, /* with those of the small vault */
	NEW_LOG_KEY = 1,             /* of `mode`: the checkpoint is signed by the log's next key */
};

struct known_hash {
	struct ev_hash hash;
	uint64_t number; /* of the entry of a record; bytes of an original */
};

struct forging {
	const struct small *small;
	struct folder *files;
	uint8_t mode;
	struct signer stranger, next_log;
	struct ev_buf good[KNOWN_MAX],
	    entries[FORGED_MAX]; /* those of the small vault, and new ones */
	size_t n_good, n_entries;
	size_t keep; /* of those: the first, after which the new ones come */
	struct ev_merkle tree;
	struct known_hash records[KNOWN_MAX], originals[KNOWN_MAX], packs[KNOWN_MAX];
	size_t n_records, n_originals, n_packs, n_good_records, n_good_originals, n_good_packs;
	/* The pack that is being made. */
	struct ev_buf tar, table;
	struct forged_change {
		uint8_t where; /* in what of it */
		uint16_t at;
		struct ev_slice bytes;
	} changes[FORGED_MAX];
	size_t n_changes;
	struct ev_buf pack_lines;
};

/* Once: knows what the small vault has, and keeps all of it. */
void forge_init(struct forging *f, const struct small *s);
/*
 * For each input: adds what it says to `files`, which are those of the small vault, and
 * stores them as "v".  What was forged is known until the next time.
 */
void forge(struct forging *f, struct folder *files, struct ev_cursor *c);

#endif
