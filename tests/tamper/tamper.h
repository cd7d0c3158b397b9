/*
 * What the parts of the tampering share: tamper.c makes the vault, files.c
 * handles its files, judge.c holds the answers against what must come,
 * change.c changes files, foreign.c puts some in.
 */
#ifndef TAMPER_H
#define TAMPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "evault.h"

enum {
	ITEMS = 10,
	FILES_MAX = 16,
	PATH_SIZE = 400,
	SHOWN_MAX = 20, /* misbehaviours printed for a claim */
	HEAD = 1024,    /* bytes at a pack's begin … */
	TAIL = 1024,    /* … and end that are all changed with the key too */
	PAIRS = 600,
};

struct bytes {
	uint8_t *data;
	size_t len;
};
struct kept {
	char path[200]; /* below the vault */
	struct bytes was;
};
struct original {
	char name[8];
	struct bytes was;
};

/* What a check must say of the change at hand. */
struct want {
	bool harmless;    /* sound, and everything is given back */
	bool interrupted; /* and reported as left by an interrupted run */
	const char *path; /* a finding must be about it; NULL: any */
	const char *word; /* and of this kind; NULL: any that is damage */
};

struct bench {
	char folder[PATH_SIZE], vault[PATH_SIZE], out[PATH_SIZE], identity[PATH_SIZE];
	const char *identities[1];
	size_t every;
	struct kept files[FILES_MAX];
	size_t n_files;
	struct original originals[ITEMS];
	uint64_t random;

	char change[600]; /* the change at hand, in words */
	struct want want;
	bool named;     /* such a finding came */
	char told[400]; /* the findings that came, in short */
	uint64_t indices[ITEMS + 8];
	size_t n_indices, given;

	uint64_t sealed, keyed, refused, wrong; /* of the claim at hand */
	uint64_t all_wrong;
	struct timespec began;
};

/* ---- files.c: what fails ends the program ---- */

void die(const char *what);
uint64_t next_random(struct bench *b);
const char *join(char out[PATH_SIZE], const char *folder, const char *name);
void store(const char *path, const uint8_t *data, size_t len);
struct bytes load(const char *path);
void patch(const char *path, size_t at, uint8_t byte);
/* Writes a file of the vault as it was. */
void restore(const struct bench *b, const struct kept *k);
void empty_folder(const char *path);
/* Makes the folders that the path needs, and says which was the first that was not there. */
void make_parents(const char *path, char first[PATH_SIZE]);

/* ---- judge.c: the change at hand against b->want ---- */

void try_sealed(struct bench *b);
/* With the key; and what is given back must be what was kept. */
void try_keyed(struct bench *b);
void try_both(struct bench *b);
/* Prints what came of all changes since the last one. */
void claim(struct bench *b, const char *name);

/* ---- change.c ---- */

/* A whole file's worth of bytes flipped, one after the other. */
void flip_all(struct bench *b);
/* Cuts, appends, deletes, replaces, swaps. */
void change_whole_files(struct bench *b);
void change_several(struct bench *b);

/* ---- foreign.c ---- */

void put_unknown(struct bench *b);
/* The exceptions of FORMAT.md, section 1: these are no damage. */
void put_harmless(struct bench *b);
void tear_heads(struct bench *b);

#endif
