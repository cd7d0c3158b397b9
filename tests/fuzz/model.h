/*
 * What a vault must hold after what fuzz_model has done to it: a list of
 * items, and of what was said of them later (FORMAT.md, section 4).
 */
#ifndef FUZZ_MODEL_H
#define FUZZ_MODEL_H

#include "folder.h"

enum {
	OPERATIONS_MAX = 24,
	ITEMS_MAX = 2 * OPERATIONS_MAX,
	CHOSEN_MAX = 3,
	TEXTS = 6,
	NONE = 255, /* no case */
	NO_CASE_ANY_MORE = 3,
	KEYS = 3,
};

struct item {
	uint64_t index;
	bool statement;
	uint8_t text, name, case_; /* NONE */
	unsigned tags;             /* a bit for each */
};
struct said { /* later, of items or of what was said of them */
	uint64_t index;
	bool retracts;
	uint64_t about[CHOSEN_MAX];
	size_t n;
	uint8_t case_; /* NONE: nothing is said of it */
	unsigned tags;
};
struct model {
	struct evault *v;
	struct item items[ITEMS_MAX];
	size_t n_items;
	struct said said[OPERATIONS_MAX];
	size_t n_said;
	bool has_key[KEYS];
	bool again; /* it must be opened again before anything is written */
	/* What an answer is compared with. */
	uint64_t told[ITEMS_MAX];
	size_t n_told;
};

const struct item *item_at(const struct model *m, uint64_t index);
const struct said *said_at(const struct model *m, uint64_t index);
/* Is it a retraction that is about a retraction?  It cannot be retracted itself. */
bool takes_back(const struct model *m, const struct said *s);
/* Of an item, or of what was said. */
bool is_retracted(const struct model *m, uint64_t index);
/* The case (NONE: none) and the tags that hold of an item. */
uint8_t holds(const struct model *m, const struct item *item, unsigned *of_tags);
bool is_about(const struct said *s, uint64_t index);

#endif
