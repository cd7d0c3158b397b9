/*
 * Items as people name them on the command line, or on standard input with
 * "-": one on each line, or the JSON objects that list and search print.
 */
#ifndef CLI_REFS_H
#define CLI_REFS_H

#include "command.h"
#include "evault.h"

struct refs {
	struct list items;
	uint64_t *lines; /* of standard input, where they stood; NULL: the command line */
};

enum {
	REFS_MAX = 1000000 /* lines that are taken from standard input, for memory's sake */
};

/*
 * Takes the operands, or what standard input names.  Returns OPTIONS_GO_ON,
 * or the exit status after a mistake, which it has said.  Needs refs_release.
 */
int refs_take(const struct command *command, const struct globals *globals,
	      const struct list *operands, struct refs *refs);
void refs_release(struct refs *refs);

/* evault_find for the one at `i`; a failure names its line. */
enum evault_status refs_find(const struct refs *refs, size_t i, struct evault *vault,
			     evault_item_fn *fn, void *ctx, struct evault_error *err);

/* The number in "13" or "3f9a01-13"; false for anything else. */
bool refs_number(const char *ref, uint64_t *number);

/* Numbers of entries. */
struct picked {
	uint64_t *items;
	size_t n, cap;
};
void picked_add(struct picked *picked, uint64_t index);
/* Each once, in the order of the log. */
void picked_sort(struct picked *picked);
void picked_release(struct picked *picked);

/*
 * All items that keep a file and are named, sorted.  One that keeps none and
 * is named by itself is an error; or, when `any` is set, taken whatever its
 * entry is, so that who takes it can say what is wrong.  *retracted counts
 * those that are retracted.
 */
enum evault_status refs_pick(const struct refs *refs, struct evault *vault, bool any,
			     struct picked *picked, uint64_t *retracted, struct evault_error *err);

#endif
